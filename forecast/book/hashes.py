"""Two hashes of a topic: what changes numbers, and what changes words; and one of its priors alone.

A verdict is remembered by the first; editing a reason or the spacing of a
statement changes only the second.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from forecast.book.ledger import canonical_json
from forecast.book.linked_topics import with_questions
from forecast.book.record_columns import RecordColumns, record_columns
from forecast.book.regime import Regime
from forecast.book.row_texts import numbers_texts, words_texts
from forecast.book.rows import existing_rows
from forecast.book.topic import JudgedQuestion, Parameter, Point, Question, Series, Stream, Topic
from forecast.language.expressions import (
    Binary,
    Call,
    Compare,
    Conditional,
    Expression,
    First,
    Index,
    Label,
    Logic,
    Name,
    Number,
    Total,
    Unary,
)
from forecast.language.statements import Statement

PRIORS_DIGITS = 12
# hashes of linked topics by identity (each is kept with its hash, so that no other gets its identity) and by the names linked
type _SourceHashes = dict[tuple[int, frozenset[str]], tuple[Topic, str]]
# what a kind of node is called in a hash: it stays as it is whatever the class is named, or else every hash changes
TAGS: Mapping[type[Expression], str] = {
    Number: "Number",
    Name: "Name",
    Label: "Label",
    Unary: "Unary",
    Binary: "Binary",
    Compare: "Compare",
    Logic: "Logic",
    Conditional: "Conditional",
    Index: "Index",
    Call: "Call",
    Total: "Total",
    First: "First",
}


def numbers_hash(topic: Topic, *, as_of: date | None = None) -> str:
    """Return the SHA-256 of all that changes a topic's numbers, in hexadecimal.

    With ``as_of``, rows and points that do not exist yet on that day do not
    count, nor do the labels only they have; quiet time in a watched stream
    counts as far as that day.
    """
    return _numbers_hash(topic, as_of, {})


def _numbers_hash(topic: Topic, as_of: date | None, known: _SourceHashes) -> str:
    rows = {name: record_columns(stream.rows) if as_of is None else existing_rows(stream, as_of) for name, stream in topic.streams.items()}
    texts = {name: _numbers_texts(topic.streams[name], its, as_of) for name, its in rows.items()}
    return _hash(
        {
            "topic": topic.name,
            "opens": topic.opens,
            "step": topic.step,
            "series": {name: _series_numbers(series, as_of) for name, series in topic.series.items()},
            "streams": {name: _stream_numbers(name, stream) for name, stream in topic.streams.items()},
            "quantities": {name: tree_as_data(quantity.expression) for name, quantity in topic.quantities.items()},
            "questions": {name: _question_numbers(question) for name, question in topic.questions.items()},
            **({"scenarios": {name: _question_numbers(its) for name, its in topic.scenarios.items()}} if topic.scenarios else {}),
            "parameters": [_parameter_numbers(parameter) for parameter in topic.parameters.values()],
            "labels": {name: list(labels) for name, labels in _labels(topic, rows).items()},
            **({"engine": topic.engine} if topic.engine != "auto" else {}),
            **({"model": topic.own.sha256} if topic.own else {}),
            **({"regimes": {name: _regime_numbers(regime) for name, regime in topic.regimes.items()}} if topic.regimes else {}),
            **_variant_numbers(topic, as_of, known),
            **_source_numbers(topic, as_of, known),
        },
        texts,
    )


def words_hash(topic: Topic) -> str:
    """Return the SHA-256 of all that is shown but changes no number, in hexadecimal."""
    texts = {name: words_texts(record_columns(stream.rows)) for name, stream in topic.streams.items()}
    return _hash(
        {
            "title": topic.title,
            "origin": topic.origin,
            **({"lead": topic.lead} if topic.lead else {}),
            **({"note": topic.note} if topic.note else {}),
            "series": {
                name: [series.about, series.unit, series.later_text, [_source_words(point) for point in series.points]]
                for name, series in topic.series.items()
            },
            "streams": {
                name: [
                    *(stream.about, stream.unit, stream.value.text, dict(stream.next_texts), [_rows_mark(name)]),
                    *([dict(stream.entering_texts)] if stream.entering_texts else []),
                    *([list(stream.phrases.texts)] if stream.phrases.texts else []),
                ]
                for name, stream in topic.streams.items()
            },
            "quantities": {name: [its.text, its.unit] if its.unit else its.text for name, its in topic.quantities.items()},
            "questions": {name: _question_words(its) for name, its in topic.questions.items()},
            "parameters": {name: _parameter_words(parameter) for name, parameter in topic.parameters.items()},
            **({"scenarios": {name: _question_words(its) for name, its in topic.scenarios.items()}} if topic.scenarios else {}),
            **({"judged": {name: _judged_words(question) for name, question in topic.judged.items()}} if topic.judged else {}),
            **({"variants": {name: [its.why, words_hash(its.topic)] for name, its in topic.variants.items()}} if topic.variants else {}),
        },
        texts,
    )


def priors_hash(topic: Topic) -> str:
    """Return the hash of a topic's priors, whatever else it consists of: the beginning of a SHA-256, in hexadecimal.

    The ledger has it, so that it can be told when these numbers were first published.
    """
    priors = [_parameter_numbers(parameter) for parameter in topic.parameters.values()]
    of_variants = [[name, its.weight, priors_hash(its.topic)] for name, its in topic.variants.items()]
    return _hash([*priors, *of_variants], {})[:PRIORS_DIGITS]


def _regime_numbers(its: Regime) -> list[Any]:
    return [its.step, list(its.states), its.start, its.stay, dict(its.transition)]


def _variant_numbers(topic: Topic, as_of: date | None, known: _SourceHashes) -> dict[str, Any]:
    """The variants of a topic, which count only where it has any, so that other topics keep their hash."""
    if not topic.variants:
        return {}
    variants = {name: [its.weight, _numbers_hash(its.topic, as_of, known)] for name, its in topic.variants.items()}
    return {"variants": variants, "combine": topic.combine}


def _source_numbers(topic: Topic, as_of: date | None, known: _SourceHashes) -> dict[str, Any]:
    """The topics that links name, of whose questions only those count that a link names; nothing where there are no links.

    Variants share their sources, each of which is hashed once.
    """
    if not topic.links:
        return {}
    hashes: dict[str, str] = {}
    for name, source in topic.sources.items():
        key = id(source), frozenset(_names_linked(topic, name))
        if key not in known:
            known[key] = source, _numbers_hash(linked_part(topic, name), as_of, known)
        hashes[name] = known[key][1]
    return {"sources": hashes}


def linked_part(topic: Topic, source: str) -> Topic:
    """Return a topic that links of another name, with those of its questions alone that these name."""
    return with_questions(topic.sources[source], _names_linked(topic, source))


def _names_linked(topic: Topic, source: str) -> set[str]:
    return {link.name for link in topic.links.values() if link.topic == source}


def _judged_words(question: JudgedQuestion) -> list[Any]:
    return [question.asks, question.by, question.type, list(question.options), question.unit, question.settled]


def tree_as_data(node: Expression | Statement) -> Any:
    """Return a statement or expression as plain data in one form: its nodes without their offsets."""
    if isinstance(node, Statement):
        arguments = {name: tree_as_data(argument) for name, argument in node.arguments.items()}
        inner = [dict(node.inner)] if node.inner else []
        return ["Statement", node.distribution, arguments, *inner, *([part.share, tree_as_data(part.statement)] for part in node.parts)]
    if isinstance(node, Total) and not node.label:
        return [TAGS[Total], node.stream]
    fields = [getattr(node, entry.name) for entry in dataclasses.fields(node) if entry.name != "offset"]
    return [
        TAGS[type(node)],
        *[_value_as_data(value) for value in fields],
    ]  # a list, not a generator: a frame less for each level of nesting


def _value_as_data(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_value_as_data(item) for item in value]
    return tree_as_data(value) if dataclasses.is_dataclass(value) and not isinstance(value, type) else value  # type: ignore[arg-type]


def _labels(topic: Topic, rows: Mapping[str, RecordColumns]) -> dict[str, tuple[str, ...]]:
    """The label sets without the labels that only later rows have."""
    kept = {}
    for name, labels in topic.labels.items():
        of_priors = {label for parameter in topic.parameters.values() if parameter.per == name for label in parameter.by_label}
        categories = set(topic.parameters[name].categories) if name in topic.parameters else set()
        categories |= set(topic.regimes[name].states) if name in topic.regimes else set()
        of_rows = {label for some in rows.values() for label in some.labels(name).distinct()}
        kept[name] = tuple(label for label in labels if label in of_priors | categories | of_rows)
    return kept


def _numbers_texts(stream: Stream, rows: RecordColumns, as_of: date | None) -> Iterator[str]:
    """What of rows changes numbers: quiet time as far as a day, and, without one, when each was known."""
    return numbers_texts(rows if as_of is None else rows.up_to(as_of), is_known_hashed=as_of is None, reported=stream.reported)


def _stream_numbers(name: str, stream: Stream) -> list[Any]:
    following = {column: tree_as_data(expression) for column, expression in stream.next.items()}
    parts = {"weight": stream.weight, "reliability": stream.reliability, "wrong": stream.wrong}
    entering = {key: tree_as_data(part) for key, part in parts.items() if part is not None}
    classes = [list(stream.classes)] if stream.classes else []
    return [
        tree_as_data(stream.value),
        stream.watched,
        following,
        [_rows_mark(name)],
        *classes,
        *([entering] if entering else []),
        *(["once"] if stream.once else []),
        *(["latent"] if stream.latent else []),
    ]


def _series_numbers(series: Series, as_of: date | None) -> list[Any]:
    points = [[point.day, point.value, point.known] for point in series.points if as_of is None or point.known <= as_of]
    return [None if series.later is None else tree_as_data(series.later), points]


def _question_numbers(its: Question) -> list[Any]:
    trees = [None if expression is None else tree_as_data(expression) for expression in (its.answer, its.given)]
    annulled = [] if its.annulled is None else [tree_as_data(its.annulled)]
    fraction = ["probability"] if its.is_fraction else []
    return [its.by, its.since, *trees, [[label, tree_as_data(condition)] for label, condition in its.choices.items()], *annulled, *fraction]


def _question_words(its: Question) -> list[Any]:
    texts = [its.asks, its.answer_text, dict(its.choice_texts), its.given_text, its.settled]
    return [*texts, *_optional_text(its.annulled_text)]


def _parameter_numbers(parameter: Parameter) -> list[Any]:
    by_label = [[label, tree_as_data(statement)] for label, statement in parameter.by_label.items() if label not in parameter.links]
    prior = None if parameter.prior is None or "" in parameter.links else tree_as_data(parameter.prior)
    links = [{label: [link.topic, link.name, link.label] for label, link in parameter.links.items()}] if parameter.links else []
    return [parameter.name, parameter.per, prior, by_label, *links]


def _parameter_words(its: Parameter) -> list[Any]:
    by_label = {label: its.text_for(label) for label in (*its.by_label, *its.links) if label}
    prior = its.text_for() if "" in its.links or its.prior is not None else None
    texts = [prior, by_label]
    parts = [[part.name, part.weight, part.statement.text, part.why, part.source, part.is_used] for part in its.parts]
    return [*texts, its.unit, its.why, dict(its.why_by_label), its.source, its.reviewed, its.by, *([parts, its.pooling] if parts else [])]


def _source_words(of: Point) -> list[Any]:
    return [of.source, of.grade, of.note]


def _optional_text(text: str) -> list[str]:
    """What came into the language later counts only where it is used, so that other topics keep their hash."""
    return [text] if text else []


def _rows_mark(stream: str) -> str:
    """What stands for the rows of a stream until they are hashed: no text of a book has a null character."""
    return f"\0rows of {stream}\0"


def _hash(value: Any, rows: Mapping[str, Iterator[str]]) -> str:
    """The SHA-256 of plain data with the rows of each stream in the place of their mark: their whole text is never in memory."""
    hashed = hashlib.sha256()
    marks = {canonical_json(_rows_mark(name)): texts for name, texts in rows.items()}
    text = canonical_json(_with_iso_dates(value))
    for piece in re.split(f"({'|'.join(map(re.escape, marks))})", text) if marks else (text,):
        if piece in marks:
            for number, some in enumerate(marks[piece]):
                hashed.update(f"{',' if number else ''}{some}".encode())
        else:
            hashed.update(piece.encode())
    return hashed.hexdigest()


def _with_iso_dates(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case Mapping():
            return {name: _with_iso_dates(item) for name, item in value.items()}
        case list() | tuple():
            return [_with_iso_dates(item) for item in value]
        case _:
            return value
