"""Checks of a topic file: names, statements, quantities, what comes next and later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from forecast.book.checks.classes import check_classes
from forecast.book.checks.entering import check_weight_and_reliability
from forecast.book.checks.phrases import check_phrases
from forecast.book.checks.priors import used_parameters
from forecast.book.checks.questions import check_questions
from forecast.book.checks.scenarios import check_scenarios
from forecast.book.checks.scopes import WITH_VALUES, NameScope, check_names, dated_scope, quote_label
from forecast.book.checks.statements import check_statement
from forecast.book.cycles import find_cycles
from forecast.book.draft import Draft, ParsedText, StreamDraft
from forecast.book.files.layout import record_path
from forecast.book.files.names import ARTICLES, CLOCKS, NAMED_GROUPS, name_fault, record_fault
from forecast.book.files.numerals import is_number
from forecast.book.files.positions import Keys
from forecast.book.files.problems import Place, Problem
from forecast.book.files.sources import Document
from forecast.book.labels import LabelSets, columns_of
from forecast.language.characters import refused_character
from forecast.language.classes import has_named_shares
from forecast.language.distributions.families import value_kind_of
from forecast.language.distributions.nested import WALKS
from forecast.language.distributions.traits import ValueKind
from forecast.language.expressions import Expression, First, Label, Name, Number, names_in, walk
from forecast.language.faults import did_you_mean

ALL_CLOCKS = frozenset(CLOCKS)
LATER_SCOPE = NameScope("`later`", frozenset({"parameter", "quantity"}))


def check_topic(draft: Draft, labels: LabelSets) -> Iterator[Problem]:
    """Yield what is wrong with a topic's own file, its priors and rows aside."""
    yield from check_name_space(draft)
    for series in draft.series.values():
        if series.later is not None:
            yield from check_names(draft, labels, series.later, series.later.tree, LATER_SCOPE)
    for name, stream in draft.streams.items():
        yield from _check_stream(draft, labels, name, stream)
    for name, quantity in draft.quantities.items():
        yield from _check_quantity(draft, labels, name, quantity)
    graph = {name: tuple(other for other in names_in(its.tree) if other in draft.quantities) for name, its in draft.quantities.items()}
    for circle in find_cycles(graph):
        yield draft.topic.at_key(("quantities", circle[0]), f"these quantities go round in a circle: {' → '.join(circle)}")
    yield from check_questions(draft, labels)
    yield from check_scenarios(draft, labels)


def check_name_space(draft: Draft) -> Iterator[Problem]:
    """Yield names that cannot be given, and names given twice; a topic has one name space."""
    given: dict[str, str] = {}
    for name, kind, document, keys in _all_names(draft):
        fault = record_fault(name, kind) if kind in {"stream", "series"} else name_fault(name)
        if refused_character(name, "name") is None and fault is not None:  # characters have been checked
            yield document.at_key(keys, *fault)
        if name in given:
            yield document.at_key(
                keys, f"`{name}` is already the name of {ARTICLES[given[name]]}", "a topic has one name space: choose another name"
            )
        given.setdefault(name, kind)
    for stream in draft.streams.values():
        if stream.record is None:
            continue
        for column in (*stream.record.covariates, *stream.record.label_columns):
            header = stream.record.header
            if column in given:
                yield header.problem(
                    column, f"column `{column}` has the name of {ARTICLES[given[column]]}", "a topic has one name space: rename one of them"
                )
            elif (fault := name_fault(column)) is not None:
                yield header.problem(column, *fault)


def row_scope(draft: Draft, stream: StreamDraft) -> NameScope:
    """What a stream's statement may use."""
    covariates, labels = columns_of(draft, stream)
    here = _regime_scope(draft, "a stream's statement")
    return replace(
        here,
        columns=frozenset((*covariates, *labels)),
        coded={**(here.coded or {}), **{name: name for name in labels}},
        is_open=not stream.is_read,
    )


def _regime_scope(draft: Draft, place: str) -> NameScope:
    """What an expression may use that is read of a row's days, the state of each regime among it."""
    here = dated_scope(draft, place, frozenset({"parameter", "series", "quantity"}), clocks=ALL_CLOCKS, totals=True)
    regimes = draft.table.regimes
    return replace(here, clocks=here.clocks | regimes.keys(), coded={**(here.coded or {}), **{name: name for name in regimes}})


def _all_names(draft: Draft) -> Iterator[tuple[str, str, Document, Keys]]:
    for name in draft.priors.content:
        yield name, "parameter", draft.priors, (name,)
    for group, kind in NAMED_GROUPS.items():
        tables = draft.topic.content.get(group, {})
        for name in tables if isinstance(tables, dict) else ():
            yield name, kind, draft.topic, (group, name)


def _check_stream(draft: Draft, labels: LabelSets, name: str, stream: StreamDraft) -> Iterator[Problem]:
    here = row_scope(draft, stream)
    if value_kind_of(stream.value.tree) is ValueKind.SIMPLEX:
        yield stream.value.problem(
            "Dirichlet is for parameters: a stream has rows of its own",
            "counts of several classes are `Multinomial(n=…, p=share)`",
            offset=stream.value.tree.offset,
        )
    elif not has_named_shares(stream.value.tree):
        yield from check_statement(stream.value)
        if stream.value.tree.distribution in WALKS:
            yield stream.value.problem(
                f"a stream's rows do not follow one another; {stream.value.tree.distribution} is for parameters",
                "let a parameter walk, and the stream's rows arise from it",
                offset=stream.value.tree.offset,
            )
    yield from check_classes(draft, name, stream)
    for expression in stream.value.tree.arguments.values():
        yield from check_names(draft, labels, stream.value, expression, here)
    yield from check_weight_and_reliability(draft, labels, name, stream)
    yield from _check_once(draft, name, stream)
    yield from _check_latent(draft, name, stream)
    yield from check_phrases(draft, name, stream)
    used = {name for expression in stream.value.tree.arguments.values() for name in names_in(expression)}
    following = NameScope("`next`", frozenset({"parameter", "quantity"}), totals=True)
    for column, written in stream.next.items() if stream.is_read else ():
        if column not in here.columns:
            yield written.document.at_key(
                written.keys, f"`next` names `{column}`, a column that the rows do not have", did_you_mean(column, here.columns)
            )
        elif column not in used:
            message = f"`next` names `{column}`, a column that the statement does not use"
            yield written.document.at_key(written.keys, message, "delete it; only what the statement uses is needed to go on")
        yield from _check_next(draft, labels, column, written, following, is_label=column in (here.coded or {}))


def _check_once(draft: Draft, name: str, stream: StreamDraft) -> Iterator[Problem]:
    """Yield what does not go with evidence that exists once."""
    if not stream.table.once:
        return
    if stream.table.watched:
        message = "evidence that exists once is not watched for: quiet days say nothing of it"
        yield draft.topic.at_key(("streams", name, "watched"), message, "leave out one of `once` and `watched`")
    if stream.next:
        message = "evidence that exists once has no next row"
        yield draft.topic.at_key(("streams", name, "next"), message, "leave out one of `once` and `next`")


def _check_latent(draft: Draft, name: str, stream: StreamDraft) -> Iterator[Problem]:
    """Yield what does not go with a count that nobody records."""
    if not stream.table.latent:
        return
    for key in ("watched", "once", "weight", "reliability", "wrong", "next"):
        if getattr(stream.table, key):
            message = f"nobody records a latent stream, and `{key}` says something of its rows"
            yield draft.topic.at_key(("streams", name, key), message, f"leave out one of `latent` and `{key}`")
    if stream.record is not None:
        message = f"`{name}` is latent, and nobody records it"
        yield Problem(Place(record_path(draft.name, name)), message, f"delete this file, or leave out `latent` of `{name}`")


def _check_next(
    draft: Draft, labels: LabelSets, column: str, written: ParsedText[Expression], here: NameScope, *, is_label: bool
) -> Iterator[Problem]:
    tree = written.tree
    if not is_label:
        yield from check_names(draft, labels, written, tree, here)
        return
    kind = draft.kinds.get(tree.name, "") if isinstance(tree, Name) else ""
    spelled = tree.label if isinstance(tree, Label) else tree.name if isinstance(tree, Name) and kind not in WITH_VALUES else None
    known = labels.sets.get(column, ())
    if isinstance(tree, Name) and kind in WITH_VALUES and tree.name in known:
        hint = f"for the label, write {quote_label(tree.name, written.document, written.keys)} within the quotes"
        yield written.problem(f"`{tree.name}` is {ARTICLES[kind]} and also a label of `{column}`", hint)
    elif spelled is None and isinstance(tree, Number) and any(map(is_number, known)):
        return  # a column of numbers but for slips of the pen, which the statement reports
    elif spelled is None:
        yield written.problem(f"`{column}` is a text column: its next value is one of its labels", f"its labels: {', '.join(known)}")
    elif spelled not in known and column not in labels.uncertain:
        yield written.problem(
            f'`{column}` has no label "{spelled}"', did_you_mean(spelled, known) or f"its labels: {', '.join(known)}", offset=tree.offset
        )


def _check_quantity(draft: Draft, labels: LabelSets, name: str, written: ParsedText[Expression]) -> Iterator[Problem]:
    firsts = [node for node in walk(written.tree) if isinstance(node, First)]
    if firsts:
        yield written.problem(f"the quantity `{name}` cannot use `first`", "only a question's answer can", offset=firsts[0].offset)
        return
    columns = {
        column for stream in draft.streams.values() if stream.record for column in (*stream.record.covariates, *stream.record.label_columns)
    }
    for column, offset in names_in(written.tree).items():
        if column in columns and column not in draft.kinds:
            yield written.problem(
                f"`{column}` is a column of rows, which a quantity cannot name", "use it in the stream's statement itself", offset=offset
            )
            return
    here = _regime_scope(draft, "a quantity")
    yield from check_names(draft, labels, written, written.tree, here)


def check_unused(draft: Draft) -> Iterator[Problem]:
    """Warn of parameters and series that nothing uses."""
    trees = [expression for stream in draft.streams.values() for expression in stream.value.tree.arguments.values()]
    trees += [written.tree for stream in draft.streams.values() for written in stream.next.values()]
    trees += [expression for stream in draft.streams.values() for expression in stream.entering]
    trees += [series.later.tree for series in draft.series.values() if series.later is not None]
    trees += [quantity.tree for quantity in draft.quantities.values()]
    of_regimes = {name for regime in draft.table.regimes.values() for name in (regime.start, regime.stay, *regime.transition.values())}
    for question in draft.questions.values():
        trees += [written.tree for written in question.expressions]
    trees += [scenario.when.tree for scenario in draft.scenarios.values()]
    named = of_regimes.union(name for tree in trees for name in names_in(tree))
    in_priors = used_parameters(draft, frozenset(named))
    for name in draft.parameters:
        if name not in in_priors and draft.kinds.get(name) == "parameter":
            yield draft.priors.at_key((name,), f"nothing uses the parameter `{name}`", level="warning")
    for name in draft.series:
        if name not in named:
            yield draft.topic.at_key(("series", name), f"nothing uses the series `{name}`", level="warning")
