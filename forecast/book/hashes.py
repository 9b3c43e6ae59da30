"""Two hashes of a topic: what changes numbers, and what changes words.

A verdict is remembered by the first; editing a reason or the spacing of a
statement changes only the second.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from forecast.book.ledger import canonical
from forecast.book.topic import Parameter, Point, Question, Row, Series, Stream, Topic
from forecast.language.expressions import Expression, Total
from forecast.language.statements import Statement


def numbers_hash(topic: Topic, *, as_of: date | None = None) -> str:
    """Return the SHA-256 of all that changes a topic's numbers, in hexadecimal.

    With ``as_of``, rows and points that do not exist yet on that day do not
    count, nor do the labels only they have; quiet time in a watched stream
    counts as far as that day.
    """
    rows = {
        name: [row for row in stream.rows if as_of is None or _counts_from(row, stream) <= as_of] for name, stream in topic.streams.items()
    }
    return _hash(
        {
            "topic": topic.name,
            "opens": topic.opens,
            "step": topic.step,
            "series": {name: _series_numbers(series, as_of) for name, series in topic.series.items()},
            "streams": {name: _stream_numbers(stream, rows[name], as_of) for name, stream in topic.streams.items()},
            "quantities": {name: tree(quantity.expression) for name, quantity in topic.quantities.items()},
            "questions": {name: _question_numbers(question) for name, question in topic.questions.items()},
            "parameters": [_parameter_numbers(parameter) for parameter in topic.parameters.values()],
            "labels": {name: list(labels) for name, labels in _labels(topic, rows).items()},
        }
    )


def words_hash(topic: Topic) -> str:
    """Return the SHA-256 of all that is shown but changes no number, in hexadecimal."""
    return _hash(
        {
            "title": topic.title,
            "origin": topic.origin,
            "series": {
                name: [series.about, series.unit, series.later_text, [_words(point) for point in series.points]]
                for name, series in topic.series.items()
            },
            "streams": {
                name: [stream.about, stream.unit, stream.value.text, dict(stream.next_texts), [_words(row) for row in stream.rows]]
                for name, stream in topic.streams.items()
            },
            "quantities": {name: quantity.text for name, quantity in topic.quantities.items()},
            "questions": {
                name: [its.asks, its.answer_text, dict(its.choice_texts), its.given_text, its.settled]
                for name, its in topic.questions.items()
            },
            "parameters": {name: _parameter_words(parameter) for name, parameter in topic.parameters.items()},
        }
    )


def tree(node: Expression | Statement) -> Any:
    """Return a statement or expression as plain data in one form: its nodes without their offsets."""
    if isinstance(node, Statement):
        arguments = {name: tree(argument) for name, argument in node.arguments.items()}
        return ["Statement", node.distribution, arguments, *([dict(node.inner)] if node.inner else [])]
    if isinstance(node, Total) and not node.label:
        return ["Total", node.stream]
    fields = [getattr(node, entry.name) for entry in dataclasses.fields(node) if entry.name != "offset"]
    return [type(node).__name__, *(_plain(value) for value in fields)]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return tree(value) if dataclasses.is_dataclass(value) and not isinstance(value, type) else value  # type: ignore[arg-type]


def _labels(topic: Topic, rows: Mapping[str, list[Row]]) -> dict[str, tuple[str, ...]]:
    """The label sets without the labels that only later rows have."""
    kept = {}
    for name, labels in topic.labels.items():
        of_priors = {label for parameter in topic.parameters.values() if parameter.per == name for label in parameter.by_label}
        categories = set(topic.parameters[name].categories) if name in topic.parameters else set()
        of_rows = {row.columns.get(name) for some in rows.values() for row in some}
        kept[name] = tuple(label for label in labels if label in of_priors | categories | of_rows)
    return kept


def _counts_from(row: Row, stream: Stream) -> date:
    is_quiet = stream.watched and row.value == 0 and not row.replaces
    return row.start if is_quiet else row.known


def _row_numbers(row: Row, as_of: date | None) -> list[Any]:
    end = row.end if as_of is None else min(row.end, as_of)
    return [row.start, end, row.value, row.known if as_of is None else None, dict(row.columns), row.id, row.replaces]


def _stream_numbers(stream: Stream, rows: list[Row], as_of: date | None) -> list[Any]:
    following = {name: tree(expression) for name, expression in stream.next.items()}
    classes = [list(stream.classes)] if stream.classes else []
    return [tree(stream.value), stream.watched, following, [_row_numbers(row, as_of) for row in rows], *classes]


def _series_numbers(series: Series, as_of: date | None) -> list[Any]:
    points = [[point.day, point.value, point.known] for point in series.points if as_of is None or point.known <= as_of]
    return [None if series.later is None else tree(series.later), points]


def _question_numbers(its: Question) -> list[Any]:
    trees = [None if expression is None else tree(expression) for expression in (its.answer, its.given)]
    return [its.by, its.since, *trees, [[label, tree(condition)] for label, condition in its.choices.items()]]


def _parameter_numbers(parameter: Parameter) -> list[Any]:
    by_label = [[label, tree(statement)] for label, statement in parameter.by_label.items()]
    return [parameter.name, parameter.per, None if parameter.prior is None else tree(parameter.prior), by_label]


def _parameter_words(its: Parameter) -> list[Any]:
    texts = [None if its.prior is None else its.prior.text, {label: statement.text for label, statement in its.by_label.items()}]
    return [*texts, its.unit, its.why, dict(its.why_by_label), its.source, its.reviewed, its.by]


def _words(of: Row | Point) -> list[Any]:
    return [of.source, of.grade, of.note]


def _hash(value: Any) -> str:
    return hashlib.sha256(canonical(_dated(value)).encode()).hexdigest()


def _dated(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case Mapping():
            return {name: _dated(item) for name, item in value.items()}
        case list() | tuple():
            return [_dated(item) for item in value]
        case _:
            return value
