"""Labels that a replay uses before they are known: what `next` and `later` name, but no row that is known on the day of the replay has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from forecast.book.files.problems import Problem
from forecast.book.record_columns import record_columns
from forecast.book.rows import effective_days
from forecast.book.topic import Book, Topic
from forecast.language.expressions import Expression, Index, Label, Name, walk
from forecast.model.errors import topic_problem


def early_label_warnings(book: Book, as_of: date) -> list[Problem]:
    """Return a warning for each label that a topic's `next` or `later` takes as given, and that first stands in a row known after a day.

    A label that no row has is a possibility of which priors speak, and nothing that has become known.
    """
    problems = [problem for topic in book.topics.values() for problem in _early_label_problems(topic, as_of)]
    return [replace(problem, level="warning") for problem in problems]


def _early_label_problems(topic: Topic, as_of: date) -> Iterator[Problem]:
    for keys, column, label in (*_labels_taken(topic), *_labels_taken_by_variants(topic)):
        known = day_of_label(topic, column, label)
        if known is not None and known > as_of:
            message = f"`{column}` is taken to be `{label}`, which no row known on {as_of} has: the first is known on {known}"
            yield topic_problem(topic, keys, message, f"answers as of {as_of} rest on knowledge of a later day")


def day_of_label(topic: Topic, column: str, label: str) -> date | None:
    """Return the day on which the first row with a label became known; None where no row has it."""
    days = []
    for stream in topic.streams.values():
        if column in stream.label_columns:
            rows = record_columns(stream.rows)
            texts = rows.labels(column)
            if label in texts.texts:
                days += effective_days(rows, stream)[texts.codes == texts.texts.index(label)].tolist()
    return date.fromordinal(min(days)) if days else None


def _labels_taken(topic: Topic) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """The keys in the topic's file, the column and the label of each that is taken as given for days to come."""
    for stream in topic.streams.values():
        for column, expression in stream.next.items():
            if column in stream.label_columns and (label := _label_in(expression, topic, column)):
                yield ("streams", stream.name, "next", column), column, label
    for series in topic.series.values():
        for node in walk(series.later) if series.later is not None else ():
            parameter = topic.parameters.get(node.name) if isinstance(node, Index) else None
            if isinstance(node, Index) and parameter is not None and (label := _label_in(node.index, topic, parameter.per)):
                yield ("series", series.name, "later"), parameter.per, label


def _labels_taken_by_variants(topic: Topic) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """The labels that variants take where the topic itself takes none or another."""
    own = set(_labels_taken(topic))
    for name, variant in topic.variants.items():
        for keys, column, label in _labels_taken(variant.topic):
            if (keys, column, label) not in own:
                yield ("variants", name, *keys), column, label


def _label_in(expression: Expression, topic: Topic, column: str) -> str:
    """The label of a set that an expression spells; empty where it spells none."""
    text = expression.label if isinstance(expression, Label) else expression.name if isinstance(expression, Name) else ""
    return text if text in topic.labels.get(column, ()) else ""
