"""Checks of how rows enter the likelihood: ranges, weights, reports that may be wrong, and their origins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.checks.scopes import NameScope, check_names, find_used_names
from forecast.book.checks.statements import check_statement, family_of
from forecast.book.draft import Draft, ParsedText, StreamDraft
from forecast.book.files.names import CLOCKS, REPORT_COLUMNS
from forecast.book.files.problems import Problem
from forecast.book.labels import LabelSets, columns_of, report_label_columns
from forecast.book.record_columns import RecordColumns
from forecast.book.records import RecordFile
from forecast.book.rows import current_rows, first_of_observation, first_of_origin
from forecast.book.text_column import TextColumn
from forecast.book.topic import Row
from forecast.language.distributions.traits import ValueKind
from forecast.language.evaluate import Scope, evaluate, evaluate_constant
from forecast.language.expressions import Expression, names_in
from forecast.language.faults import Fault
from forecast.language.ops import NUMPY
from forecast.language.statements import Statement


def check_weight_and_reliability(draft: Draft, labels: LabelSets, name: str, stream: StreamDraft) -> Iterator[Problem]:
    """Yield what is wrong with a stream's weight, reliability and statement of wrong reports."""
    covariates, texts = columns_of(draft, stream)
    own = (*texts, *report_label_columns(draft, stream))
    columns, coded = frozenset((*covariates, *own)), {column: column for column in own}
    clocks = frozenset(CLOCKS)
    if stream.weight is not None:
        here = NameScope("a weight", frozenset(), clocks=clocks, columns=columns, coded=coded, is_open=not stream.is_read)
        yield from check_names(draft, labels, stream.weight, stream.weight.tree, here)
    kinds = frozenset({"parameter", "series", "quantity"})
    if stream.reliability is not None:
        here = NameScope("a reliability", kinds, clocks=clocks, columns=columns, coded=coded, is_open=not stream.is_read)
        yield from check_names(draft, labels, stream.reliability, stream.reliability.tree, here)
        yield from _check_share(stream.reliability)
    if stream.wrong is not None:
        yield from _check_wrong(stream, stream.wrong)
        here = NameScope("`wrong`", kinds, clocks=clocks, columns=columns, coded=coded, is_open=not stream.is_read)
        for expression in stream.wrong.tree.arguments.values():
            yield from check_names(draft, labels, stream.wrong, expression, here)
    keys = ("streams", name)
    if stream.table.reliability and not stream.table.wrong:
        hint = 'say how a value arises then, as in wrong = "NegativeBinomial(mu=30, alpha=0.5)"'
        yield draft.topic.at_key((*keys, "reliability"), "a report may be wrong, and `wrong` does not say what it says then", hint)
    if stream.table.wrong and not stream.table.reliability:
        hint = "give `reliability`, the probability that a report is right"
        yield draft.topic.at_key((*keys, "wrong"), "`wrong` is given without `reliability`", hint)


def _check_share(written: ParsedText[Expression]) -> Iterator[Problem]:
    try:
        number = evaluate_constant(written.tree)
    except Fault as fault:
        yield written.problem(fault.message, fault.hint, offset=fault.offset)
        return
    if number is not None and not 0 <= number <= 1:
        yield written.problem(f"the reliability {number:g} is no probability", "it is the probability that a report is right, from 0 to 1")


def _check_wrong(stream: StreamDraft, wrong: ParsedText[Statement]) -> Iterator[Problem]:
    problems = list(check_statement(wrong))
    right, kind = family_of(stream.value), family_of(wrong)
    if right is not None and right.value_kind.is_class:
        message, hint = (
            "reports that say a class, or count classes, cannot be reports that may be wrong",
            "let the chances of the statement allow for it, as in `left=0.9 * share[left] + 0.1 * 0.5`",
        )
        yield wrong.problem(message, hint, offset=wrong.tree.offset)
        return
    yield from problems
    if problems or right is None or kind is None:
        return
    if kind.value_kind is ValueKind.CATEGORY:
        yield wrong.problem("a stream's values are numbers; Categorical is for parameters", offset=wrong.tree.offset)
    elif kind.discrete != right.discrete:
        words = {True: "counts", False: "does not"}
        message = f"{right.name} {words[right.discrete]} and {kind.name} {words[kind.discrete]}, and a probability cannot be compared with a density"
        yield wrong.problem(message, "let both give whole numbers, or neither", offset=wrong.tree.offset)
    elif kind.mixes or right.mixes:
        yield wrong.problem("values seen only within bounds (Censored) cannot be reports that may be wrong", offset=wrong.tree.offset)


def check_reports(draft: Draft, labels: LabelSets, name: str, stream: StreamDraft, record: RecordFile) -> Iterator[Problem]:
    """Yield what is wrong with rows as reports: empty columns, weights, copies that differ, and origins of several reliabilities."""
    for key, expressions in _expressions_by_key(stream).items():
        used = {column for expression in expressions for column in names_in(expression)}
        for column in (*record.covariates, *record.label_columns, *report_label_columns(draft, stream)):
            if column in used and column not in draft.kinds:
                has = record.rows.labels(column).filled if column in REPORT_COLUMNS else record.rows.has(column)
                for row in record.rows.rows_where(~has):
                    yield record.at_cell(row, column, f"`{column}` is empty, and the {key} of `{name}` uses it")
    yield from _check_weights(labels, stream, record)
    if record.rows.origin.is_empty:
        return
    rows = current_rows(record.rows)
    reports = rows.where(rows.origin.filled)
    yield from _check_copies(stream, record, reports)
    if stream.reliability is not None:
        yield from _check_reliabilities(draft, stream, record, reports)


def _expressions_by_key(stream: StreamDraft) -> dict[str, tuple[Expression, ...]]:
    alone = {"weight": stream.weight, "reliability": stream.reliability}
    parts = {key: (written.tree,) for key, written in alone.items() if written is not None}
    return {**parts, **({} if stream.wrong is None else {"statement of wrong reports": tuple(stream.wrong.tree.arguments.values())})}


def _check_weights(labels: LabelSets, stream: StreamDraft, record: RecordFile) -> Iterator[Problem]:
    """A weight that depends on no clock is checked now; others are checked when a day is asked about."""
    rows = record.rows
    if stream.weight is None or not rows:
        return
    used = names_in(stream.weight.tree)
    texts = [column for column in labels.sets if column in used]
    values: dict[str, NDArray[Any]] = {}
    for name in used:
        its = rows.labels(name) if name in texts else rows.own.get(name)
        if its is None or not (its.filled if isinstance(its, TextColumn) else ~np.isnan(its)).all():
            return  # clocks, and what is reported elsewhere
        if isinstance(its, TextColumn) and name not in texts:
            return
        values[name] = (its.numbers_among(labels.sets[name]) if isinstance(its, TextColumn) else its)[None, :]
    try:
        with np.errstate(all="ignore"):
            scope = Scope(values=values, labels=labels.sets, coded={name: name for name in texts})
            weights = np.asarray(evaluate(stream.weight.tree, scope, NUMPY), dtype=float)
    except Fault:  # reported at the weight
        return
    weights = np.broadcast_to(weights, (1, len(rows)))[0]
    for at in np.flatnonzero(~((weights >= 0) & (weights <= 1))).tolist():
        if (fault := weight_fault(float(weights[at]))) is not None:
            yield record.at_cell(rows[at], "", *fault)


def weight_fault(weight: float) -> tuple[str, str] | None:
    """Return the message and hint of a weight that no row can have, or None for a good one."""
    if 0 <= weight <= 1:
        return None
    if weight < 0:
        return f"the weight of this row is {weight:.6g}, which is negative", "a weight lies between 0 (left out) and 1 (counts in full)"
    if weight > 1:
        return f"the weight of this row is {weight:.6g}, above 1", "a row cannot say more than it says: 1 counts it in full"
    return "the weight of this row is not a number", "a weight lies between 0 (left out) and 1 (counts in full)"


def _check_copies(stream: StreamDraft, record: RecordFile, reports: RecordColumns) -> Iterator[Problem]:
    """Reports of one origin about the same days and labels say the same."""
    used = {column for expression in stream.value.tree.arguments.values() for column in names_in(expression)}
    used |= {*stream.classes.columns} if stream.classes is not None else set()
    first = first_of_observation(reports, record.label_columns)
    covariates = {column: reports.own[column] for column in record.covariates if column in used}
    numbers = [reports.value, reports.low, reports.high, *(its for its in covariates.values() if isinstance(its, np.ndarray))]
    differs = np.any([(its != its[first]) & ~(np.isnan(its) & np.isnan(its[first])) for its in numbers], axis=0)
    for at in np.flatnonzero(differs).tolist():
        row, same = reports[at], reports[int(first[at])]
        apart = [column for column in covariates if row.columns.get(column) != same.columns.get(column)]
        column = apart[0] if apart else "value" if record.cells(row)["value"] else "value_low"
        message = f"line {same.place.line} has the same origin, days and labels, and says something else"
        yield record.at_cell(row, column, message, "copies of one report say the same: correct one, or give it an origin of its own")


def _check_reliabilities(draft: Draft, stream: StreamDraft, record: RecordFile, reports: RecordColumns) -> Iterator[Problem]:
    """Reports of one origin are right or wrong together, so what makes one reliable is the same for all."""
    assert stream.reliability is not None
    used = find_used_names(draft, stream.reliability.tree).names
    columns = [column for column in (*record.covariates, *record.label_columns, *report_label_columns(draft, stream)) if column in used]
    first = first_of_origin(reports)
    texts = {column: reports.labels(column) for column in columns}
    differs = np.any([its.codes != its.codes[first] for its in texts.values()], axis=0) if texts else np.zeros(len(reports), dtype=bool)
    for at in np.flatnonzero(differs).tolist():
        row, same = reports[at], reports[int(first[at])]
        column = next(column for column, its in texts.items() if its[at] != its[int(first[at])])
        message = f"line {same.place.line} has the same origin and another `{column}`, on which the reliability depends"
        yield record.at_cell(
            row, column, message, "reports of one origin are right or wrong together, so they are as reliable as each other"
        )


def check_open_totals(draft: Draft, stream: StreamDraft) -> Iterator[Problem]:
    """Yield rows whose statement needs a total that a range before them leaves open."""
    for other in sorted(find_used_names(draft, *stream.value.tree.arguments.values()).streams):
        record, own = draft.streams[other].record if other in draft.streams else None, stream.record
        if record is None or own is None or not record.rows.ranged.any():
            continue
        for at, ranged in rows_after_ranges(own.rows, current_rows(record.rows)):
            yield own.at_cell(own.rows[at], "", *open_total_fault(other, ranged))


def rows_after_ranges(rows: RecordColumns, others: RecordColumns) -> Iterator[tuple[int, Row]]:
    """Yield the place of each row that begins after another row has ended of which only a range is known, with the first such row."""
    if not others.ranged.any():
        return
    ranges = others.where(others.ranged)
    for at in np.flatnonzero(rows.start > ranges.end.min()).tolist():
        yield at, ranges[int(np.argmax(ranges.end < rows.start[at]))]


def open_total_fault(name: str, other: Row) -> tuple[str, str]:
    """The message and hint of a row that needs a total which a range leaves open."""
    return (
        f"the statement needs `total({name})` before this row, and line {other.place.line} of {name}.csv is a range",
        "a likelihood needs the value itself; write one, or let the statement do without the total",
    )
