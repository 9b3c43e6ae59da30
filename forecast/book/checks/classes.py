"""Checks of streams over classes: that they have classes, that rows name them, and that counts add up."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from forecast.book.checks.values import numbers_of_rows
from forecast.book.classes import QUIET, count_column
from forecast.book.draft import Draft, StreamDraft, ordered_classes
from forecast.book.files.problems import Problem
from forecast.book.record_columns import RecordColumns
from forecast.book.records import RecordFile
from forecast.book.topic import Row
from forecast.language.arrays import Truth
from forecast.language.classes import counts_classes, has_named_shares
from forecast.language.distributions.families import value_kind_of
from forecast.language.distributions.traits import ValueKind
from forecast.language.evaluate import evaluate_constant
from forecast.language.expressions import Name
from forecast.language.faults import Fault


def check_classes(draft: Draft, name: str, stream: StreamDraft) -> Iterator[Problem]:
    """Yield what is wrong with the classes of a stream's statement."""
    statement, keys = stream.value.tree, ("streams", name)
    if has_named_shares(statement):
        given = statement.arguments["p"]
        none = "is none, or has the label `n`, which no class of a Multinomial can have" if counts_classes(statement) else "is none"
        named = f"`{given.name}` {none}" if isinstance(given, Name) else "as in `p=share`"
        yield stream.value.problem(f"`p` of {statement.distribution} is the name of a Dirichlet parameter", named, offset=given.offset)
    yield from _check_order(draft, name, stream)
    if stream.classes and not stream.classes.counted and stream.table.watched and stream.classes.labels[0] != QUIET:
        message = f"the first class of a watched stream is `{QUIET}`, which quiet days have"
        yield draft.topic.at_key((*keys, "watched"), message, f"its classes are {', '.join(stream.classes.labels)}")


def _check_order(draft: Draft, name: str, stream: StreamDraft) -> Iterator[Problem]:
    statement, keys, written = stream.value.tree, ("streams", name, "classes"), stream.table.classes
    if value_kind_of(statement) is not ValueKind.ORDERED_CATEGORY:
        if written:
            yield draft.topic.at_key(keys, f"`classes` is for OrderedLogistic; {statement.distribution} names its own")
        return
    if not written:
        yield draft.topic.at_key(("streams", name), f"[streams.{name}] needs `classes`, in order", 'as in classes = "none < some < many"')
        return
    labels = ordered_classes(written)
    cutpoints = len(statement.arguments) - ("eta" in statement.arguments)
    if not all(label.isidentifier() for label in labels) or len(set(labels)) < len(labels):
        yield draft.topic.at_value(keys, "`classes` is a list of different names, lowest first", 'as in classes = "none < some < many"')
    elif len(labels) != cutpoints + 1:
        yield draft.topic.at_value(
            keys, f"{len(labels)} classes, and {cutpoints} cutpoints: there is one class more than cutpoints", statement.text
        )


def check_counts(stream: StreamDraft, record: RecordFile, row: Row) -> Iterator[Problem]:
    """Yield what is wrong with a row that counts classes: that the counts do not add up to `n`."""
    statement = stream.value.tree
    if not counts_classes(statement) or stream.classes is None or "n" not in statement.arguments:
        return
    n = statement.arguments["n"]
    try:
        trials = row.columns.get(n.name) if isinstance(n, Name) else evaluate_constant(n)
    except Fault:  # reported at the statement
        return
    if isinstance(trials, float) and trials != row.value:
        which = f"`{n.name}`" if isinstance(n, Name) else "`n`"
        column = count_column(stream.classes.labels[0])
        yield record.at_cell(row, column, f"the counts add up to {row.value:.15g}, and {which} is {trials:.15g}", row.said)


def suspect_counts(stream: StreamDraft, rows: RecordColumns) -> Truth:
    """Return which rows have counts that ``check_counts`` may find wrong, ``(rows,)``: none that it does is left out."""
    if not counts_classes(stream.value.tree) or stream.classes is None:
        return np.zeros(len(rows), dtype=bool)
    trials = numbers_of_rows(stream, rows, "n")
    return np.zeros(len(rows), dtype=bool) if trials is None else (trials != rows.value) & ~np.isnan(trials)
