"""Checks of records: what rows and points mean for their topic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from forecast.book.calendar import ONE_DAY, step_index
from forecast.book.checks.classes import check_counts
from forecast.book.checks.entering import check_open_totals, check_range, check_reports
from forecast.book.checks.extremes import extreme_value_message
from forecast.book.checks.scopes import find_used_names
from forecast.book.checks.statements import constants_of, family_of
from forecast.book.draft import Draft, StreamDraft
from forecast.book.files.layout import SEEDS, TOPIC_FILE, record_path
from forecast.book.files.problems import Place, Problem, limit_problems
from forecast.book.labels import LabelSets, calendars_of
from forecast.book.records import GRADES, ROW_COLUMNS, RecordFile
from forecast.book.rows import current_rows, is_row_hash, row_hash, sort_rows
from forecast.book.topic import Row, Step
from forecast.language.distributions.family import Family
from forecast.language.distributions.traits import ValueKind
from forecast.language.evaluate import evaluate_constant
from forecast.language.expressions import Name, names_in
from forecast.language.faults import Fault, did_you_mean


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
        if ending == "csv" and stem not in declared:
            message = f"no stream or series of this topic is called `{stem}`"
            hint = did_you_mean(stem, declared) or f"declare [streams.{stem}] or [series.{stem}] in {TOPIC_FILE}"
            yield Problem(Place(f"{SEEDS}/{draft.name}/{file}"), message, hint)


def _table_names(draft: Draft, group: str) -> tuple[str, ...]:
    tables = draft.topic.content.get(group, {})
    return tuple(tables) if isinstance(tables, dict) else ()


def _check_rows(draft: Draft, labels: LabelSets, name: str, stream: StreamDraft, record: RecordFile) -> Iterator[Problem]:
    used = {used for expression in stream.value.tree.arguments.values() for used in names_in(expression)}
    entering = {used for expression in stream.entering for used in names_in(expression)}
    yield from check_reports(draft, labels, name, stream, record)
    for row in record.rows:
        yield from _check_row(stream, record, row)
        for column in (*record.covariates, *record.label_columns):
            if column in used and column not in row.columns:
                yield record.at_cell(row, column, f"`{column}` is empty, and the statement of `{name}` uses it")
        yield from _check_value(stream, record, row)
        yield from check_counts(stream, record, row)
    corrections = tuple(_check_corrections(record, watched=stream.table.watched))
    yield from corrections
    yield from _check_opens(draft, record)
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
            f"grades {', '.join(GRADES[:3])} are; use it as a labelled assumption in a prior",
        )


def _check_value(stream: StreamDraft, record: RecordFile, row: Row) -> Iterator[Problem]:
    """A value that the statement can never give, whatever the parameters."""
    if row.between is not None:
        yield from check_range(stream, record, row)
        return
    message = impossible_value_message(stream, row)
    if message:
        yield record.at_cell(row, "value", message, f"the statement is {stream.value.text}")


def impossible_value_message(stream: StreamDraft, row: Row) -> str:
    """Return why a stream's statement can never give a row's value, or an empty string where it may."""
    kind = family_of(stream.value)
    if kind is None or stream.classes is not None:
        return ""
    shown = f"the value {row.value:.15g}"
    if message := extreme_value_message(row.value, counts=kind.discrete):
        return message
    if kind.discrete and not row.value.is_integer():
        return f"{shown} is not a whole number, and {kind.name} counts"
    return _impossible_by_kind(kind, row.value, shown) or _impossible_by_arguments(kind, stream, row, shown)


def _impossible_by_kind(kind: Family, value: float, shown: str) -> str:
    """Why no member of a family has a value, whatever its arguments."""
    values = kind.value_kind
    if values is ValueKind.BINARY:
        return "" if value in {0, 1} else f"{shown} is neither 0 nor 1, as {kind.name} has it"
    if (values.is_count or values.is_amount) and value < 0:
        return f"{shown} is negative, which {kind.name} never is"
    if values is ValueKind.POSITIVE and value == 0:
        return f"{shown} is impossible: {kind.name} is above 0"
    if values is ValueKind.OPEN_SHARE and not 0 < value < 1:
        return f"{shown} is impossible: {kind.name} lies between 0 and 1"
    return ""


def _impossible_by_arguments(kind: Family, stream: StreamDraft, row: Row, shown: str) -> str:
    """Why a family with a stream's arguments, as far as they are known, never has a row's value."""
    if kind.trials_argument and (trials := _trials(stream, row, kind.trials_argument)) is not None and row.value > trials:
        return f"{shown} is more than {kind.trials_argument}={trials:g}"
    if kind.value_kind is ValueKind.INTERVAL:
        try:
            arguments = constants_of(stream.value.tree)
            lower, upper = kind.support(**arguments) if arguments else (-float("inf"), float("inf"))
        except Fault:  # reported at the statement
            return ""
        if not lower <= row.value <= upper:
            return f"{shown} lies outside {kind.name}'s {float(lower):g} to {float(upper):g}"
    return ""


def _trials(stream: StreamDraft, row: Row, argument: str) -> float | None:
    """The number of trials, where it is a number or a column of the row."""
    n = stream.value.tree.arguments.get(argument)
    if n is None:
        return None
    if isinstance(n, Name):
        cell = row.columns.get(n.name)
        return cell if isinstance(cell, float) else None
    try:
        return evaluate_constant(n)
    except Fault:  # reported at the statement
        return None


def _check_corrections(record: RecordFile, *, watched: bool) -> Iterator[Problem]:
    """Each correction names one row, which no other names, and is known no earlier than that counts: quiet time counts from its first day on."""
    yield from _check_ids(record)
    by_id, by_hash = _rows_by_name(record)
    correcting = [row for row in record.rows if row.replaces]
    named = {row.place: _rows_named(row.replaces, by_id, by_hash) for row in correcting}
    circles = _replacement_cycles({place: rows[0].place for place, rows in named.items() if len(rows) == 1})
    corrected: dict[Place, Row] = {}
    for row in correcting:
        if len(named[row.place]) != 1:
            yield _replacement_problem(record, row, named[row.place], [*by_id, *by_hash])
            continue
        (old,) = named[row.place]
        earlier = corrected.setdefault(old.place, row)
        yield from _check_correction(record, row, old, earlier, circle=circles.get(row.place, 0), watched=watched)


def _check_ids(record: RecordFile) -> Iterator[Problem]:
    """No two rows have one id."""
    first: dict[str, Row] = {}
    for row in record.rows:
        if row.id and (same := first.setdefault(row.id, row)) is not row:
            yield record.at_cell(row, "id", f"the id `{row.id}` is taken by line {same.place.line}")


def _rows_by_name(record: RecordFile) -> tuple[dict[str, Row], dict[str, list[Row]]]:
    """The first row of each id, and the rows of each hash; none of these where corrections name ids alone, since hashes take long."""
    by_id: dict[str, Row] = {}
    for row in record.rows:
        if row.id:
            by_id.setdefault(row.id, row)
    by_hash: dict[str, list[Row]] = {}
    if any(row.replaces and (row.replaces not in by_id or is_row_hash(row.replaces)) for row in record.rows):
        for row in record.rows:
            by_hash.setdefault(row_hash(row), []).append(row)
    return by_id, by_hash


def _check_correction(record: RecordFile, row: Row, old: Row, earlier: Row, *, circle: int, watched: bool) -> Iterator[Problem]:
    """A correction of one row: ``earlier`` is the first that replaces it, ``circle`` of how many rows they replace one another in turn (0 for none)."""
    if old is row:
        yield record.at_cell(row, "replaces", "a row cannot replace itself")
    elif circle:
        message = f"this row and line {old.place.line} replace each other"
        if circle > len((row, old)):
            message = f"this row is one of {circle} that replace one another in a circle; the next is line {old.place.line}"
        yield record.at_cell(row, "replaces", message, "one of them is what was first written, and replaces nothing")
    elif row.known < (counts := old.start if watched and old.is_nothing and not old.replaces else old.known):
        since = f"known {old.known}" if counts == old.known else f"quiet from {counts} on"
        message = f"known on {row.known}, before the row it replaces (line {old.place.line}, {since})"
        yield record.at_cell(row, "known", message, "a correction counts from its own `known` day on")
    elif earlier is not row:
        message = f"`{row.replaces}` is replaced twice, by line {earlier.place.line} and by this one"
        yield record.at_cell(row, "replaces", message, f"a second correction replaces the first: `{earlier.id or row_hash(earlier)}`")


def _rows_named(name: str, by_id: Mapping[str, Row], by_hash: Mapping[str, Sequence[Row]]) -> list[Row]:
    """The rows that a name stands for: the one with that id, and those with that hash."""
    rows = [*([by_id[name]] if name in by_id else []), *by_hash.get(name, ())]
    return list({row.place: row for row in rows}.values())


def _replacement_cycles(following: Mapping[Place, Place]) -> dict[Place, int]:
    """The places in circles of rows that replace one another, each with the number of rows in its circle."""
    circle_sizes: dict[Place, int] = {}
    done: set[Place] = set()
    for start in following:
        path: list[Place] = []
        at: Place | None = start
        while at is not None and at not in done:
            done.add(at)
            path.append(at)
            at = following.get(at)
        if at in path:
            circle = path[path.index(at) :]
            circle_sizes |= dict.fromkeys(circle, len(circle))
    return circle_sizes


def _replacement_problem(record: RecordFile, row: Row, named: Sequence[Row], known: Sequence[str]) -> Problem:
    """The problem of a correction whose ``replaces`` names no row, or rows that say the same."""
    owner = next((candidate for candidate in named if candidate.id == row.replaces), None)
    if named and owner is not None:
        lines = " and ".join(str(candidate.place.line) for candidate in named if candidate is not owner)
        message = f"`{row.replaces}` is the id of line {owner.place.line} and the hash of line {lines}"
        return record.at_cell(row, "replaces", message, f"give line {owner.place.line} another `id`")
    if named:
        lines = " and ".join(str(candidate.place.line) for candidate in named)
        return record.at_cell(row, "replaces", f"lines {lines} have the hash `{row.replaces}`", "give the row that is meant an `id`")
    alike = [other for other in record.rows if (other.start, other.end) == (row.start, row.end) and other is not row]
    hint = did_you_mean(row.replaces, known)
    if alike and not hint:
        hint = f"line {alike[0].place.line} has the same days: its {f'id is `{alike[0].id}`' if alike[0].id else f'hash is `{row_hash(alike[0])}`'}"
    return record.at_cell(
        row,
        "replaces",
        f"no row has the id or the hash `{row.replaces}`",
        hint or "`forecast check --rows` shows the hashes of rows before this one is added",
    )


def _check_opens(draft: Draft, record: RecordFile) -> Iterator[Problem]:
    """A record begins when its topic opens: what happened before it is not in the time that its totals and its future speak of."""
    opens = draft.table.opens
    for row in record.rows:
        if row.start < opens:
            column = "on" if record.cells[row.place]["on"] else "from"
            message = f"this row begins on {row.start}, before the topic opens ({opens})"
            yield record.at_cell(row, column, message, f"set `opens` in {TOPIC_FILE} to the first day of the record")


def _check_overlaps(record: RecordFile, *, watched: bool) -> Iterator[Problem]:
    """Rows of a watched stream share no day, unless one replaces the other, their labels differ or they are reports; elsewhere that is a warning.

    Elsewhere one warning stands for all such rows of a record: polls of one week are no mistake.
    """
    reaching: dict[tuple[object, ...], Row] = {}
    overlaps: list[tuple[Row, Row]] = []
    for row in sort_rows(row for row in current_rows(record.rows) if not row.origin):
        labels = tuple(row.columns.get(column) for column in record.label_columns)
        before = reaching.get(labels)
        if before is not None and row.start <= before.end:
            overlaps.append((row, before) if row.place > before.place else (before, row))
        if before is None or row.end > before.end:
            reaching[labels] = row
    for later, earlier in overlaps if watched else overlaps[:1]:
        column = "on" if later.start == later.end and record.cells[later.place]["on"] else "from"
        days = f"{earlier.start} to {earlier.end}" if earlier.start < earlier.end else str(earlier.start)
        if watched:
            message = f"this row overlaps line {earlier.place.line} ({days}) in a watched stream"
            yield record.at_cell(later, column, message, "a watched day is recorded once; a correction names the row it `replaces`")
            continue
        same = (later.start, later.end, later.value_text, later.columns) == (
            earlier.start,
            earlier.end,
            earlier.value_text,
            earlier.columns,
        )
        message = f"this row {'says the same as' if same else 'overlaps'} line {earlier.place.line} ({days}){_more_overlaps_text(len(overlaps) - 1)}"
        hint = "each counts; a correction names the row it `replaces`, and reports of one event have an `origin`"
        yield replace(record.at_cell(later, column, message, hint), level="warning")


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
    for before, row in pairwise(sort_rows(current_rows(record.rows))):
        if row.start > before.end + ONE_DAY:
            column = "on" if row.start == row.end and record.cells[row.place]["on"] else "from"
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
    for row in record.rows:
        for step in steps:
            spanned = step_index(step, row.start, row.end) + 1
            if spanned > 1:
                message = f"this row covers {spanned} {step}s, and its statement reads the {step} of its middle"
                problem = record.at_cell(row, "to", message, "a coarser `per`, or a row for each of them, would be nearer the truth")
                yield replace(problem, level="warning")


def _check_series_reach(draft: Draft, name: str, stream: StreamDraft) -> Iterator[Problem]:
    """A series must have begun when the first row that needs it begins."""
    for series in sorted(find_used_names(draft, *stream.value.tree.arguments.values(), *stream.entering).series):
        points = draft.series[series].points if series in draft.series else ()
        if not points:
            continue
        begins = min(point.day for point in points)
        rows = stream.record.rows if stream.record else ()
        for row in rows:
            if row.start < begins:
                assert stream.record is not None
                column = "on" if stream.record.cells[row.place]["on"] else "from"
                yield stream.record.at_cell(
                    row, column, f"the series `{series}` begins only on {begins}", f"`{name}` needs it from {row.start} on"
                )
        if not rows and draft.table.opens < begins:
            message = f"the series `{series}` begins only on {begins}, and `{name}` needs it from {draft.table.opens} on"
            yield draft.topic.at_key(("series", series), message)
