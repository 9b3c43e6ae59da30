"""Which names an expression may use where it stands, and what is wrong with those it does use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.book.draft import AnyParsedText, Draft, StreamDraft
from forecast.book.files.names import ARTICLES, CLOCKS
from forecast.book.files.numerals import is_number, number_hint
from forecast.book.files.positions import Keys
from forecast.book.files.problems import Problem
from forecast.book.files.sources import Document
from forecast.book.labels import LabelSets, calendars_of, parameter_label_set
from forecast.language.classes import has_class_values
from forecast.language.expressions import Compare, Expression, First, Index, Label, Name, Total, children, names_in, streams_in
from forecast.language.faults import did_you_mean

MOST_LISTED = 8  # labels in a hint
WITH_VALUES = frozenset({"parameter", "series", "quantity"})  # kinds of names that stand for a value, and hide a label of the same name


@dataclass(frozen=True, slots=True)
class NameScope:
    """What an expression may use where it stands.

    ``place`` says where that is, as in "a prior"; ``kinds`` are the kinds of
    names; ``columns`` those of the row; ``coded`` those names whose value is a
    label, with their label sets.  ``is_open`` is true where other names may
    exist that could not be read, so that unknown ones are not reported.
    """

    place: str
    kinds: frozenset[str]
    clocks: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()
    coded: Mapping[str, str] | None = None
    totals: bool = False
    is_open: bool = False


def dated_scope(draft: Draft, place: str, kinds: frozenset[str], *, clocks: frozenset[str], totals: bool) -> NameScope:
    """What an expression may use where it is read of a day or an interval: clocks, and the calendar steps that parameters are per."""
    calendars = calendars_of(draft)
    return NameScope(place, kinds, clocks=clocks | frozenset(calendars), coded={step: step for step in calendars}, totals=totals)


@dataclass(frozen=True, slots=True)
class UsedNames:
    """What an expression uses through all quantities: series, streams by ``total``, clocks, parameters."""

    series: frozenset[str] = frozenset()
    streams: frozenset[str] = frozenset()
    clocks: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


def find_used_names(draft: Draft, *expressions: Expression) -> UsedNames:
    """Return what expressions use together, through quantities too, each of which is looked at once."""
    streams = {stream for expression in expressions for stream in streams_in(expression)}
    names = {name for expression in expressions for name in names_in(expression)}
    waiting = [name for name in names if name in draft.dependencies.names]
    while waiting:
        name = waiting.pop()
        streams |= draft.dependencies.streams[name]
        fresh = draft.dependencies.names[name] - names
        names |= fresh
        waiting += [name for name in fresh if name in draft.dependencies.names]
    kinds = draft.kinds
    return UsedNames(
        frozenset(name for name in names if kinds.get(name) == "series"),
        frozenset(streams),
        frozenset(names & {*CLOCKS, *calendars_of(draft)}),
        frozenset(name for name in names if kinds.get(name) == "parameter"),
        frozenset(names),
    )


def check_names(draft: Draft, labels: LabelSets, written: AnyParsedText, expression: Expression, here: NameScope) -> Iterator[Problem]:
    """Yield what is wrong with the names, labels and indexes of an expression, or of an argument of a statement."""
    yield from _Checker(draft, labels, written, here).check(expression)


def quote_label(label: str, document: Document, keys: Keys) -> str:
    """Return a label in quotes that may stand within the text at a key: those with which the text itself does not begin."""
    start, _ = document.positions.values.get(keys, (0, 0))
    if document.positions.text[start : start + 1] == "'":
        return f'"{label}"'
    return f"'{label}'" if "'" not in label else f'\\"{label}\\"'


def _bracket_content(text: str) -> str:
    """What stands between the first bracket of a text and the one that closes it."""
    start, depth = text.find("[") + 1, 1
    for at in range(start, len(text)):
        depth += {"[": 1, "]": -1}.get(text[at], 0)
        if not depth:
            return text[start:at].strip()
    return text[start:].strip()


@dataclass(frozen=True, slots=True)
class _Checker:
    draft: Draft
    labels: LabelSets
    written: AnyParsedText
    here: NameScope

    def check(self, node: Expression) -> Iterator[Problem]:
        match node:
            case Name():
                yield from self._name(node)
            case Label():
                yield self._at(node, f'the label "{node.label}" stands alone', 'compare with it, as in `x == "label"`, or index with it')
            case Index():
                yield from self._index(node)
            case Total():
                yield from self._total(node)
            case First():
                yield self._at(node, "`first` can only be the whole of an answer")
            case Compare():
                yield from self._compare(node)
            case _:
                for part in children(node):
                    yield from self.check(part)

    def _at(self, node: Expression, message: str, hint: str = "") -> Problem:
        return self.written.problem(message, hint, offset=node.offset)

    def _label_set(self, node: Expression) -> str | None:
        """The label set of a name whose value is a label."""
        if not isinstance(node, Name):
            return None
        if node.name in (self.here.coded or {}):
            return (self.here.coded or {})[node.name]
        prior = self.draft.parameters.get(node.name)
        return node.name if prior is not None and "parameter" in self.here.kinds and prior.categories else None

    def _label_of_node(self, node: Expression) -> str | None:
        """The label a node spells: quoted, or a bare word that is no value here."""
        if isinstance(node, Label):
            return node.label
        if isinstance(node, Name) and not self._value_called(node.name):
            return node.name
        return None

    def _value_called(self, name: str) -> str:
        """What has a name and a value, which hides a label of that name; empty where nothing has (a question and a stream have none)."""
        if name in self.draft.table.regimes:
            return "a regime"
        if name in self.here.columns or name in (self.here.coded or {}):
            return "a column" if name in self.here.columns else "a calendar step"
        if name in CLOCKS:
            return "a clock"
        return ARTICLES[self.draft.kinds[name]] if self.draft.kinds.get(name) in WITH_VALUES else ""

    def _is_known(self, name: str) -> bool:
        return name in self.draft.kinds or bool(self._value_called(name))

    def _hidden(self, node: Expression, label_set: str, wanted: str) -> Problem | None:
        """That a word is a label and the name of a value, so that it says which only in quotes; None where it is not both."""
        if (
            not isinstance(node, Name)
            or node.name not in self.labels.sets.get(label_set, ())
            or not (what := self._value_called(node.name))
        ):
            return None
        return self._at(node, f"`{node.name}` is {what} and also a label of `{label_set}`", f"for the label, write {wanted}")

    def _quote_label(self, label: str) -> str:
        """A label in quotes that may stand where the expression stands."""
        return quote_label(label, self.written.document, self.written.keys)

    def _name(self, node: Name) -> Iterator[Problem]:
        name = node.name
        if (label_set := self._label_set(node)) is not None:
            if (slip := self._no_number(name)) is not None:
                yield self._at(node, *slip)
                return
            example = next(iter(self.labels.sets.get(label_set, ())), "label")
            yield self._at(node, f"the value of `{name}` is a label, not a number", f'compare it, as in `{name} == "{example}"`')
        elif name in self.here.columns or name in self.here.clocks:
            return
        elif name in CLOCKS:
            yield self._at(node, f"`{name}` has no meaning in {self.here.place}", self._allowed_names_text())
        elif name not in self.draft.kinds:
            yield from self._unknown(node, name)
        elif self.draft.kinds[name] not in self.here.kinds:
            yield self._misplaced_name_problem(node, name)
        elif self.draft.kinds[name] == "quantity":
            yield from self._through(node, name)
        elif name in self.draft.parameters and (shares := self.draft.parameters[name].shares):
            yield self._at(node, f"`{name}` has one share for each of its labels", f"write one of them, as in `{name}[{shares[0]}]`")
        elif name in self.draft.parameters and (per := self.draft.parameters[name].table.per):
            yield self._at(node, f"`{name}` has one value for each label of `{per}`", f"write `{name}[{per}]`")

    def _no_number(self, column: str) -> tuple[str, str] | None:
        """Message and hint for a column that is text because some of its cells are no numbers; None where all of them are labels."""
        for record in (stream.record for stream in self.draft.streams.values() if stream.record is not None):
            if column not in record.label_columns:
                continue
            texts = record.rows.labels(column)
            odd = [text for text in texts.distinct() if not is_number(text)]
            if odd and len(odd) < len(texts.distinct()):
                place = record.rows[int(np.argmax(texts.codes == texts.texts.index(odd[0])))].place
                message = f"`{column}` is not a number in every row: line {place.line} of {place.path} has `{odd[0]}`"
                return message, number_hint(odd[0]) or "write a number there; or, if they are labels, compare them"
        return None

    def _unknown(self, node: Expression, name: str) -> Iterator[Problem]:
        if self.here.is_open or not self.draft.priors_known:
            return
        near = did_you_mean(name, self._in_scope())
        add = f"add [{name}] to {self.draft.priors.source.path}" if "parameter" in self.here.kinds else self._allowed_names_text()
        yield self._at(node, f"unknown name `{name}`", near or add)

    def _in_scope(self) -> list[str]:
        named = [name for name, kind in self.draft.kinds.items() if kind in self.here.kinds]
        return [*named, *self.here.columns, *self.here.clocks]

    def _misplaced_name_problem(self, node: Expression, name: str) -> Problem:
        kind = self.draft.kinds[name]
        hint = f"write `total({name})`" if kind == "stream" and self.here.totals else self._allowed_names_text()
        return self._at(node, f"`{name}` is {ARTICLES[kind]}, which {self.here.place} cannot name", hint)

    def _allowed_names_text(self) -> str:
        plural = {"parameter": "parameters", "series": "series", "quantity": "quantities"}
        words = [plural[kind] for kind in ("parameter", "series", "quantity") if kind in self.here.kinds]
        words += ["totals"] if self.here.totals else []
        if not words:
            return "it can name the row's own columns and clocks"
        return f"it can name {' and '.join([', '.join(words[:-1]), words[-1]] if len(words) > 1 else words)}"

    def _through(self, node: Expression, name: str) -> Iterator[Problem]:
        """A quantity brings in what it uses itself."""
        if name not in self.draft.quantities:
            return
        brought = self.draft.dependencies
        if (series := brought.first_series.get(name)) and "series" not in self.here.kinds:
            yield self._at(node, f"`{name}` uses the series `{series}`, which {self.here.place} cannot name", self._allowed_names_text())
        if (stream := brought.first_stream.get(name)) and not self.here.totals:
            yield self._at(node, f"`{name}` uses `total({stream})`, which {self.here.place} cannot name", self._allowed_names_text())
        unknown = brought.clocks.get(name, frozenset()) - self.here.clocks
        if clocks := unknown & {*CLOCKS, *self.draft.table.regimes, *(calendars_of(self.draft) if unknown else ())}:
            yield self._at(node, f"`{name}` uses `{min(clocks)}`, which has no meaning in {self.here.place}")

    def _index(self, node: Index) -> Iterator[Problem]:
        if node.name not in self.draft.kinds:
            yield from self._unknown(node, node.name)
            return
        if self.draft.kinds[node.name] != "parameter":
            yield self._at(
                node, f"`{node.name}` is {ARTICLES[self.draft.kinds[node.name]]} and takes no index", "only a parameter with `per` does"
            )
            return
        if node.name not in self.draft.parameters:
            return
        prior = self.draft.parameters[node.name]
        per = parameter_label_set(node.name, prior)
        if not per and prior.is_by_label:
            return  # the missing `per` is reported at the prior
        if not per:
            yield self._at(node, f"`{node.name}` has a single value and takes no index", f"give [{node.name}] a `per`, or drop the index")
            return
        labels = self.labels.sets.get(per)
        if self._label_set(node.index) == per or not labels or per in self.labels.uncertain:
            return  # a label set that does not exist is reported at the prior
        spelled = self._label_of_node(node.index)
        if isinstance(node.index, Name) and (hidden := self._hidden(node.index, per, f"{node.name}[{self._quote_label(node.index.name)}]")):
            yield hidden
        elif spelled is None or (spelled == per and per not in labels):
            yield self._not_indexed(node, per, labels)
        else:
            yield from self._label(node.index, spelled, per)

    def _not_indexed(self, node: Index, per: str, labels: Sequence[str]) -> Problem:
        """That an index is neither the label set nor one of its labels."""
        written = _bracket_content(self.written.text[node.offset :])
        if written in labels:
            return self._at(node, f"the label `{written}` is no plain word", f"write {node.name}[{self._quote_label(written)}]")
        here = per in (self.here.coded or {}) or (per in self.draft.parameters and "parameter" in self.here.kinds)
        ways = [f"by `{per}`"] if here else []
        listed = f"by one of its labels: {', '.join(labels[:MOST_LISTED])}{', …' if len(labels) > MOST_LISTED else ''}"
        if isinstance(node.index, Name) and node.index.name == per:
            message = f"`{node.name}` is indexed by `{per}`, which is not a label of {self.here.place}"
        else:
            message = f"`{node.name}` is indexed by `{written}`, which is no label of `{per}`"
        return self._at(node, message, f"index it {' or '.join([*ways, listed])}")

    def _label(self, node: Expression, spelled: str, label_set: str) -> Iterator[Problem]:
        labels = self.labels.sets.get(label_set, ())
        if spelled not in labels and label_set not in self.labels.uncertain:
            hint = did_you_mean(spelled, labels) or (f"its labels: {', '.join(labels)}" if labels else "")
            yield self._at(node, f'`{label_set}` has no label "{spelled}"', hint)

    def _total(self, node: Total) -> Iterator[Problem]:
        kinds = self.draft.kinds
        if not self.here.totals:
            yield self._at(node, f"`total` cannot be used in {self.here.place}", self._allowed_names_text())
        elif node.stream not in kinds:
            streams = [name for name, kind in kinds.items() if kind == "stream"]
            yield self._at(
                node,
                f"unknown stream `{node.stream}`",
                did_you_mean(node.stream, streams) or (f"streams here: {', '.join(streams)}" if streams else ""),
            )
        elif kinds[node.stream] != "stream":
            yield self._at(node, f"`{node.stream}` is {ARTICLES[kinds[node.stream]]}; `total` takes a stream")
        elif (stream := self.draft.streams.get(node.stream)) is not None and stream.table.once:
            message = f"the rows of `{node.stream}` are evidence that exists once, which is not added up"
            yield self._at(node, message, "ask for what the evidence is about; or leave out `once` where rows are events")
        elif node.label and (stream := self.draft.streams.get(node.stream)) is not None:
            yield from self._class(node, stream)

    def _class(self, node: Total, stream: StreamDraft) -> Iterator[Problem]:
        if stream.classes is not None and node.label not in stream.classes.labels:
            hint = did_you_mean(node.label, stream.classes.labels) or f"its classes: {', '.join(stream.classes.labels)}"
            yield self._at(node, f'`{node.stream}` has no class "{node.label}"', hint)
        elif not has_class_values(stream.value.tree):
            yield self._at(node, f"the rows of `{node.stream}` are numbers, not classes", f"write `total({node.stream})`")

    def _compare(self, node: Compare) -> Iterator[Problem]:
        label_sets = [label_set for part in node.operands if (label_set := self._label_set(part)) is not None]
        if not label_sets:
            unknown = any(isinstance(part, Name) and not self._is_known(part.name) for part in node.operands)
            for part in node.operands:
                if not (unknown and isinstance(part, Label)):  # it may be the unknown name's label
                    yield from self.check(part)
            return
        for symbol in node.operators:
            if symbol not in {"==", "!="}:
                yield self._at(node, f"labels have no order: `{symbol}` cannot compare them", "use == or !=")
        for part in node.operands:
            spelled = self._label_of_node(part)
            if (hidden := self._hidden(part, label_sets[0], self._quote_label(part.name if isinstance(part, Name) else ""))) is not None:
                yield hidden
            elif spelled is not None:
                yield from self._label(part, spelled, label_sets[0])
            elif self._label_set(part) != label_sets[0]:
                yield self._at(
                    part,
                    f"a label of `{label_sets[0]}` is compared with something else",
                    f"compare it with one of: {', '.join(self.labels.sets[label_sets[0]])}",
                )
