"""Target data of a hub, a time series or oracle output: how the tasks of model output ended.

Of several versions of an observation (``as_of``) the last one counts.  Oracle output of a target with categories has 1 for the one that
came true and 0 for the others.  Source of the formats: hubverse-org/hubDocs, ``user-guide/target-data``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from forecast.book.files.numerals import is_number, parse_day
from forecast.forecasts.tables import RowCells
from forecast.forecasts.times import moment_text
from forecast.forecasts.values import ValueFault
from forecast.importers.csv_rows import CsvRow, plain_csv_rows
from forecast.importers.hub_tasks import last_second
from forecast.importers.leaving_out import LeftOut
from forecast.importers.row_checks import check_resolution

OBSERVATION, ORACLE = "observation", "oracle_value"
END_DATES = ("target_end_date", "date", "target_date")  # the day that a row of target data is about
_NOT_TASK_IDS = {OBSERVATION, ORACLE, "as_of", "output_type", "output_type_id"}

type Key = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TargetValue:
    """What was observed: the columns by which a task is found, the value or the category, and the version."""

    line: int
    key: Key
    value: str
    label: str
    as_of: str


def read_observations(file: Path, left_out: LeftOut) -> tuple[tuple[str, ...], Sequence[TargetValue], int]:
    """Return the columns by which tasks are found, what was observed by the last version of each, and how many rows there were."""
    observed: dict[tuple[Key, str], TargetValue] = {}
    columns: tuple[str, ...] = ()
    count = 0
    for row in plain_csv_rows(file, ((),), left_out):
        count += 1
        columns = columns or tuple(sorted(heading for heading in row.cells if heading not in _NOT_TASK_IDS))
        try:
            its = _observation(row, columns)
        except ValueFault as fault:
            left_out.add(file.name, row.line, fault.message, fault.hint)
            continue
        if its is None:
            continue
        before = observed.get((its.key, its.label))
        if before is not None and before.as_of == its.as_of and before.value != its.value:
            left_out.add(file.name, row.line, f"line {before.line} has another value of this")
        elif before is None or before.as_of < its.as_of:
            observed[its.key, its.label] = its
    return columns, [its for its in observed.values() if its.value], count


def outcome_of_task(question: str, task: Mapping[str, str], found: Sequence[TargetValue], categories: Sequence[str]) -> RowCells:
    """Return how a task ended, as the cells of a resolution; raise ``ValueFault`` where what was observed is no outcome of it."""
    if categories:
        true = [its.label for its in found if its.label and float(its.value) > 0]
        if len(true) != 1 or true[0] not in categories:
            raise ValueFault("not exactly one category came true")
        outcome, value = "label", true[0]
    else:
        values = {its.value for its in found if not its.label}
        if len(values) != 1:
            raise ValueFault("there is not one value of this")
        outcome, value = "number", repr(float(values.pop()))
    day = next((parsed for column in END_DATES if (parsed := parse_day(task.get(column, "")))), None)
    if day is None:
        raise ValueFault("the task does not say the day that it is about")
    known = max((its.as_of for its in found), default="")
    if known and known < day.isoformat():
        raise ValueFault(f"this was observed as of {known}, before the day that it is about had ended")
    cells = {"question": question, "outcome": outcome, "value": value, "on": moment_text(last_second(day)), "known": known}
    cells = {column: cell for column, cell in cells.items() if cell}
    check_resolution(cells)
    return cells


def observations_by_key(observed: Sequence[TargetValue]) -> Mapping[Key, Sequence[TargetValue]]:
    """Return what was observed by the columns that tasks are found by."""
    by_key: dict[Key, list[TargetValue]] = {}
    for its in observed:
        by_key.setdefault(its.key, []).append(its)
    return by_key


def key_of_task(task: Mapping[str, str], columns: Sequence[str]) -> Key | None:
    """Return by what a task is found in target data; None where it lacks one of the columns."""
    return tuple((column, task[column]) for column in columns) if all(column in task for column in columns) else None


def _observation(row: CsvRow, columns: Sequence[str]) -> TargetValue | None:
    """What a row says, with an empty value where there is none yet, or no more; None for the oracle output of a distribution function, which follows from the value."""
    text = row[ORACLE] or row[OBSERVATION]
    text = "" if text == "NA" else text
    if text and (not is_number(text) or abs(float(text)) > 1e300):
        raise ValueFault(f"`{text}` is no number")
    kind = row["output_type"]
    if kind == "cdf":
        return None
    if row["as_of"] and parse_day(row["as_of"]) is None:
        raise ValueFault(f"`{row['as_of']}` is no day", "as_of is written as in 2026-10-02")
    label = row["output_type_id"] if kind == "pmf" else ""
    return TargetValue(row.line, tuple((column, row[column]) for column in columns), text, label, row["as_of"])
