"""Checks of records: what rows and points mean for their topic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from forecast.book.calendar import ONE_DAY, step_numbers
from forecast.book.checks.classes import check_counts, suspect_counts
from forecast.book.checks.corrections import check_corrections
from forecast.book.checks.entering import check_open_totals, check_reports
from forecast.book.checks.scopes import find_used_names
from forecast.book.checks.values import check_value, suspect_values
from forecast.book.draft import Draft, StreamDraft
from forecast.book.files.layout import SEEDS, TOPIC_FILE, record_path
from forecast.book.files.numerals import PERCENTS
from forecast.book.files.problems import Place, Problem, limit_problems
from forecast.book.files.reserved import RECORDS_OF_OTHER_KINDS
from forecast.book.labels import LabelSets, calendars_of
from forecast.book.record_columns import RecordColumns
from forecast.book.records import ROW_COLUMNS, RecordFile
from forecast.book.rows import cell_groups, current_rows, row_hash, sort_rows
from forecast.book.text_column import TextColumn
from forecast.book.topic import Row, Step
from forecast.language.expressions import names_in
from forecast.language.faults import did_you_mean

HIGHEST_PERCENT = 100.0
_MANY_DAYS = 2**22  # more than a book's calendar has


def check_records(draft: Draft, labels: LabelSets) -> Iterator[Problem]:
    """Yield what is wrong with the rows of a topic's streams and the points of its series."""
    for name, stream in draft.streams.items():
        if stream.record is not None:
            yield from limit_problems(_check_rows(draft, labels, name, stream, stream.record))
            yield from limit_problems(check_open_totals(draft, stream))
        yield from limit_problems(_check_series_reach(draft, name, stream))
    for name, series in draft.series.items():
        if series.is_read and not series.points:
            yield draft.topic.at_key(
                ("series", name), f"the series `{name}` has no points", f"write them in {record_path(draft.name, name)}"
            )


def check_stray_files(draft: Draft, files: tuple[str, ...]) -> Iterator[Problem]:
    """Yield the files in a topic's directory that nothing declares; ``files`` are their names."""
    declared = {name for group in ("series", "streams") for name in _table_names(draft, group)}
    for file in files:
        stem, _, ending = file.rpartition(".")
        if ending == "csv" and stem not in declared and stem not in RECORDS_OF_OTHER_KINDS:
            message = f"no stream or series of this topic is called `{stem}`"
            hint = did_you_mean(stem, declared) or f"declare [streams.{stem}] or [series.{stem}] in {TOPIC_FILE}"
            yield Problem(Place(f"{SEEDS}/{draft.name}/{file}"), message, hint)


def _table_names(draft: Draft, group: str) -> tuple[str, ...]:
    tables = draft.topic.content.get(group, {})
    return tuple(tables) if isinstance(tables, dict) else ()


def _check_rows(draft: Draft, labels: LabelSets, name: str, stream: StreamDraft, record: RecordFile) -> Iterator[Problem]:
    used = {used for expression in stream.value.tree.arguments.values() for used in names_in(expression)}
    entering = {used for expression in stream.entering for used in names_in(expression)}
    needed = [column for column in (*record.covariates, *record.label_columns) if column in used]
    yield from check_reports(draft, labels, name, stream, record)
    for row in _suspect_rows(stream, record, needed):
        yield from _check_row(stream, record, row)
        for column in needed:
            if column not in row.columns:
                yield record.at_cell(row, column, f"`{column}` is empty, and the statement of `{name}` uses it")
        yield from check_value(stream, record, row)
        yield from check_counts(stream, record, row)
    corrections = tuple(check_corrections(record, watched=stream.table.watched))
    yield from corrections
    yield from _check_opens(draft, record)
    yield from _check_percents(stream, record)
    if not corrections:
        yield from _check_overlaps(record, watched=stream.table.watched)
    counts = stream.classes.columns if stream.classes else ()
    for column in (*record.covariates, *record.label_columns):
        if column in counts:
            continue
        near = did_you_mean(column, [standard for standard in ROW_COLUMNS if standard not in record.header.values and len(standard) > 2])
        if column not in used | entering and near and column not in draft.kinds:
            problem = record.header.problem(column, f"nothing uses the column `{column}`", near)
            yield Problem(problem.place, problem.message, problem.hint, problem.source, "warning")


def _suspect_rows(stream: StreamDraft, record: RecordFile, needed: Sequence[str]) -> Iterator[Row]:
    """The rows in which something may be wrong; a look at each of them tells what."""
    rows = record.rows
    suspect = (rows.known < rows.end) | (rows.grade.codes == _code_of(rows.grade, "D"))
    for column in needed:
        suspect |= ~rows.has(column)
    if not suspect.all():
        suspect |= suspect_values(stream, rows) | suspect_counts(stream, rows)
    return rows.rows_where(suspect)


def _code_of(column: TextColumn, text: str) -> int:
    return column.texts.index(text) if text in column.texts else -1


def _check_row(stream: StreamDraft, record: RecordFile, row: Row) -> Iterator[Problem]:
    if row.known < row.end and not (stream.table.watched and row.is_nothing):
        yield record.at_cell(
            row, "known", f"known on {row.known}, before the row ends ({row.end})", "a value cannot be known before it happened"
        )
    if row.grade == "D":
        yield record.at_cell(
            row,
            "grade",
            "a grade D fact is no observation",
            "only A, B and C are; use it as a labelled assumption in a prior",
        )


def _check_opens(draft: Draft, record: RecordFile) -> Iterator[Problem]:
    """A record begins when its topic opens: what happened before it is not in the time that its totals and its future speak of."""
    opens = draft.table.opens
    for row in record.rows.rows_where(record.rows.start < opens.toordinal()):
        message = f"this row begins on {row.start}, before the topic opens ({opens})"
        yield record.at_cell(row, record.day_column(row), message, f"set `opens` in {TOPIC_FILE} to the first day of the record")


def _check_percents(stream: StreamDraft, record: RecordFile) -> Iterator[Problem]:
    """A warning for the only row above 100 of a stream in per cent: a number of people, perhaps; of growth several may be."""
    above = np.flatnonzero(record.rows.value > HIGHEST_PERCENT)
    if stream.table.unit not in PERCENTS or len(above) != 1:
        return
    row = record.rows[int(above[0])]
    message = f"{row.value:g} {stream.table.unit} is more than 100, as no other row is"
    hint = "a share of people is a number from 0 to 100 here, as 52 for 520 of 1,000"
    yield replace(record.at_cell(row, "value", message, hint), level="warning")


def _check_overlaps(record: RecordFile, *, watched: bool) -> Iterator[Problem]:
    """Rows of a watched stream share no day, unless one replaces the other, their labels differ or they are reports; elsewhere that is a warning.

    Elsewhere one warning stands for all such rows of a record: polls of one week are no mistake.
    """
    rows = sort_rows(current_rows(record.rows).without_reports())
    if (rows.start[1:] > np.maximum.accumulate(rows.end)[:-1]).all():
        return
    overlapping, reaching = _overlaps(rows, record.label_columns)
    for at, before in zip(overlapping.tolist(), reaching.tolist(), strict=True):
        earlier, later = sorted((rows[at], rows[before]), key=lambda row: row.place)
        column = record.day_column(later) if later.start == later.end else "from"
        days = f"{earlier.start} to {earlier.end}" if earlier.start < earlier.end else str(earlier.start)
        if watched:
            message = f"this row overlaps line {earlier.place.line} ({days}) in a watched stream"
            yield record.at_cell(later, column, message, _watched_hint(earlier, later))
            continue
        same = (later.start, later.end, later.value_text, later.columns) == (
            earlier.start,
            earlier.end,
            earlier.value_text,
            earlier.columns,
        )
        more = _more_overlaps_text(len(overlapping) - 1)
        message = f"this row {'says the same as' if same else 'overlaps'} line {earlier.place.line} ({days}){more}"
        hint = "each counts; a correction names the row it `replaces`, and reports of one event have an `origin`"
        yield replace(record.at_cell(later, column, message, hint), level="warning")
        return


def _watched_hint(earlier: Row, later: Row) -> str:
    """What to do where a watched day stands in two rows; of an event on the last of some quiet days, which those commands are."""
    once, hashed = "a watched day is recorded once", row_hash(earlier)
    is_quiet = earlier.between is None and earlier.value == 0
    if not is_quiet or later.end != earlier.end or later.start < earlier.start:
        return f"{once}; a correction names the row it `replaces`, by its hash {hashed}"
    if later.start == earlier.start:
        return f"{once}; if this row is right, it replaces that one: --replaces {hashed}"
    quiet = f"--from {earlier.start} --to {later.start - ONE_DAY} --value 0 --replaces {hashed}"
    return f"{once}; shorten the quiet time first, with `forecast observe` and {quiet}, then add this row"


def _overlaps(rows: RecordColumns, label_columns: Sequence[str]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The places of rows, in the order of their days, that begin before one with the same labels has ended, and of each the one before it that reaches farthest."""
    group = cell_groups(rows, label_columns)
    order = np.argsort(group, kind="stable")
    start, end = rows.start[order].astype(np.int64), rows.end[order].astype(np.int64)
    apart = group[order].astype(np.int64) * _MANY_DAYS  # what rows with other labels reach never counts
    reached = np.maximum.accumulate(apart + end)
    overlapping = np.flatnonzero(apart[1:] + start[1:] <= reached[:-1]) + 1
    farthest = np.searchsorted(reached, reached[overlapping - 1])  # the first that reaches so far
    by_day = np.argsort(order[overlapping])
    return order[overlapping][by_day], order[farthest][by_day]


def _more_overlaps_text(count: int) -> str:
    """How many other rows overlap one another, as the end of a sentence."""
    if count == 0:
        return ""
    return "; 1 more row overlaps another" if count == 1 else f"; {count} more rows overlap others"


def check_gaps(draft: Draft) -> Iterator[Problem]:
    """Warn of days between the rows of a watched stream that no row covers."""
    for stream in draft.streams.values():
        if stream.record is not None and stream.table.watched and not stream.record.label_columns:
            yield from limit_problems(_gap_problems(stream.record))


def _gap_problems(record: RecordFile) -> Iterator[Problem]:
    rows = sort_rows(current_rows(record.rows))
    for at in np.flatnonzero(rows.start[1:] > rows.end[:-1] + 1).tolist():
        before, row = rows[at], rows[at + 1]
        column = record.day_column(row) if row.start == row.end else "from"
        message = f"no row covers {before.end + ONE_DAY} to {row.start - ONE_DAY} in a watched stream"
        problem = record.at_cell(row, column, message, "what happened then counts as nothing; record it, quiet or not")
        yield replace(problem, level="warning")


def check_long_rows(draft: Draft) -> Iterator[Problem]:
    """Warn of rows that are longer than the calendar step at whose middle their statement reads a parameter."""
    for stream in draft.streams.values():
        used = find_used_names(draft, *stream.value.tree.arguments.values()).clocks
        steps = [step for step in calendars_of(draft) if step in used]
        if stream.record is not None:
            yield from limit_problems(_long_row_problems(stream.record, steps))


def _long_row_problems(record: RecordFile, steps: Sequence[Step]) -> Iterator[Problem]:
    rows = record.rows
    spanned = {step: step_numbers(step, rows.end) - step_numbers(step, rows.start) + 1 for step in steps}
    for at in np.flatnonzero(np.any([counts > 1 for counts in spanned.values()], axis=0)).tolist() if steps else ():
        for step, counts in spanned.items():
            if counts[at] > 1:
                message = f"this row covers {counts[at]} {step}s, and its statement reads the {step} of its middle"
                problem = record.at_cell(rows[at], "to", message, "a coarser `per`, or a row for each of them, would be nearer the truth")
                yield replace(problem, level="warning")


def _check_series_reach(draft: Draft, name: str, stream: StreamDraft) -> Iterator[Problem]:
    """A series must have begun when the first row that needs it begins."""
    for series in sorted(find_used_names(draft, *stream.value.tree.arguments.values(), *stream.entering).series):
        points = draft.series[series].points if series in draft.series else ()
        if not points:
            continue
        begins = min(point.day for point in points)
        record = stream.record
        for row in record.rows.rows_where(record.rows.start < begins.toordinal()) if record else ():
            assert record is not None
            message = f"the series `{series}` begins only on {begins}"
            yield record.at_cell(row, record.day_column(row), message, f"`{name}` needs it from {row.start} on")
        if not (record and record.rows) and draft.table.opens < begins:
            message = f"the series `{series}` begins only on {begins}, and `{name}` needs it from {draft.table.opens} on"
            yield draft.topic.at_key(("series", series), message)
