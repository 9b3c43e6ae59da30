"""Model output of a hub, with its target data and its ``tasks.json``, as rows of a record.

A question is a task: a combination of all task ids, as a target in a place on a day, said at one time.
Source of the formats: hubverse-org/hubDocs, ``user-guide/model-output`` and ``user-guide/target-data``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from pathlib import Path

from forecast.book.files.folder import MOST_RECORD_BYTES
from forecast.book.files.numerals import is_number, parse_day
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.forecasts.people import ME
from forecast.forecasts.question import AskedQuestion
from forecast.forecasts.reading import question_of_row
from forecast.forecasts.record import ForecastRecord
from forecast.forecasts.tables import RowCells, reader_of_cells
from forecast.forecasts.times import moment_text
from forecast.forecasts.values import ValueFault
from forecast.importers.choices import ImportChoices
from forecast.importers.csv_rows import CsvRow, plain_csv_rows
from forecast.importers.hub_targets import (
    END_DATES,
    OBSERVATION,
    ORACLE,
    Key,
    TargetValue,
    key_of_task,
    observations_by_key,
    outcome_of_task,
    read_observations,
)
from forecast.importers.hub_tasks import HubTarget, HubTasks, last_second, read_hub_tasks
from forecast.importers.hub_values import NO_ID, OUTPUT_TYPES, OutputRow, TaskForecast, task_forecasts
from forecast.importers.imported import ImportedForecast, ImportedQuestion, ImportedRecord
from forecast.importers.leaving_out import LeftOut
from forecast.importers.plain_file import text_lines
from forecast.importers.row_checks import check_option, check_question
from forecast.importers.visible_text import visible_line, visible_prose

VALUE_COLUMNS = ("output_type", "output_type_id", "value")
ROUND_DATES = ("reference_date", "origin_date", "forecast_date", "round_id")
_ORDER = ("target", "location", *ROUND_DATES, "horizon", *END_DATES)  # of task ids in the id of a question
_ROUND = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-(.+)")
TAG_SIGN = ": "  # between a task id and its value in a tag

type TaskKey = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _ModelOutput:
    """The rows of one file of model output, by task, type and id."""

    file: Path
    who: str
    tasks: dict[TaskKey, dict[str, dict[str, OutputRow]]]


def read_hub(files: Sequence[Path], record: ForecastRecord, choices: ImportChoices) -> ImportedRecord:
    """Return what files of a hub hold: model output, how its tasks ended, and what ``tasks.json`` says of them.

    A file of model output is named as hubs name it, ROUND-TEAM-MODEL.csv, which says whose it is.
    Raises ``FileFault`` where a file is none of these, or there is no model output.
    """
    left_out = LeftOut()
    tasks = HubTasks()
    outputs: list[_ModelOutput] = []
    observed: list[tuple[Path, tuple[str, ...], Sequence[TargetValue], int]] = []
    for path in files:
        kind = _kind(path)
        if kind == "tasks":
            tasks = read_hub_tasks(path)
    for path in files:
        kind, file = _kind(path), path
        if kind == "target":
            observed.append((file, *read_observations(file, left_out)))
        elif kind == "output":
            outputs.append(_read_output(file, choices.me, tasks, left_out))
    if not outputs:
        message = "none of these files is model output, with columns output_type, output_type_id and value"
        raise FileFault(Problem(Place(files[0].name), message, "name a file as in model-output/TEAM-MODEL/2026-01-03-TEAM-MODEL.csv"))
    questions: dict[str, ImportedQuestion] = {}
    forecasts: list[ImportedForecast] = []
    for output in outputs:
        _add_output(output, tasks, questions, forecasts, left_out)
    _refuse_other_tasks(files[0].name, record, questions, has_tasks=bool(tasks.targets))
    if sum(len(its.value) for its in forecasts) > MOST_RECORD_BYTES:
        message = f"the forecasts of these files have more than {MOST_RECORD_BYTES:,} characters, as many as a file of a book may have"
        raise FileFault(Problem(Place(files[0].name), message, "import fewer files, into several collections"))
    notes = [] if tasks.targets else ["Without the hub's tasks.json a forecast counts as made at the beginning of the day of its round."]
    for file, columns, found, count in observed:
        matched = _resolve(questions, file, columns, observations_by_key(found), left_out)
        notes.append(f"{file.name}: {count:,} rows, of which {matched:,} say how a question ended; the others are of none here.")
    before = () if record.source is None else record.source.me
    mine = {its.who for its in forecasts if its.who == ME or its.who.startswith(f"{ME} (")}
    people = {its.who: {"who": its.who, "kind": "person" if its.who in mine else "model", "in_crowd": "no"} for its in forecasts}
    return ImportedRecord(
        questions=questions,
        forecasts=tuple(forecasts),
        people=tuple(people.values()),
        me=tuple(dict.fromkeys((*before, *sorted(mine)))),
        problems=left_out.all_problems(),
        left_out=left_out.counts,
        notes=tuple(notes),
        says_outcomes=bool(observed),
    )


def task_of_tags(tags: Sequence[str]) -> Mapping[str, str]:
    """Return the task ids of a question from its tags."""
    return dict(tag.split(TAG_SIGN, 1) for tag in tags if TAG_SIGN in tag)


def place_in_id(task_id: tuple[str, str]) -> tuple[int, str]:
    """Return by what task ids are ordered."""
    column = task_id[0]
    return (_ORDER.index(column) if column in _ORDER else len(_ORDER), column)


def _refuse_other_tasks(path: str, record: ForecastRecord, questions: Mapping[str, ImportedQuestion], *, has_tasks: bool) -> None:
    """Raise ``FileFault`` where a record was imported with a tasks.json and this import has none, or the other way round.

    Questions would get other units, wordings and times, and each forecast would stand there a second time.
    """
    if not record.questions:
        return
    had_tasks = any(_rests_on_tasks(wordings[-1]) for wordings in record.questions.values())
    if had_tasks and not has_tasks:
        message = f"the collection {record.name} was imported with the hub's tasks.json, and this import is without it"
        raise FileFault(Problem(Place(path), message, "name tasks.json too: it says when forecasts were due, and what targets are"))
    read = (question_of_row(reader_of_cells(its.cells)) for its in questions.values())
    if not had_tasks and any(asked is not None and _rests_on_tasks(asked) for asked in read):
        message = f"the collection {record.name} was imported without tasks.json, so its forecasts have other times"
        raise FileFault(Problem(Place(path), message, "import all files together, with tasks.json, into another one (--collection NAME)"))


def _rests_on_tasks(asked: AskedQuestion) -> bool:
    """Whether a question has a unit or a time that only tasks.json gives."""
    try:
        return bool(asked.unit) or asked.opens != _made_at(task_of_tags(asked.tags), HubTasks())
    except ValueFault:
        return True


def _kind(path: Path) -> str:
    """Which of a hub's files this is."""
    if path.suffix == ".json":
        return "tasks"
    if path.suffix == ".parquet":
        raise FileFault(Problem(Place(path.name), "a Parquet file is not read", "write it as CSV"))
    first = next(text_lines(path), "")
    headings = {heading.strip().strip('"') for heading in first.split(",")}
    if headings & {ORACLE, OBSERVATION}:
        return "target"
    if headings >= set(VALUE_COLUMNS):
        return "output"
    hint = "model output has columns output_type, output_type_id and value; target data observation or oracle_value"
    raise FileFault(Problem(Place(path.name), "this is no file of a hub", hint))


def _read_output(file: Path, me: Sequence[str], tasks: HubTasks, left_out: LeftOut) -> _ModelOutput:
    match = _ROUND.fullmatch(file.stem)
    model = visible_line(match[1] if match is not None else file.stem)
    output = _ModelOutput(file, ME if model in me else model or "model", {})
    known: dict[tuple[str, ...], TaskKey] = {}
    ids: dict[str, str] = {}  # one text for all rows that have it
    for row in plain_csv_rows(file, (VALUE_COLUMNS,), left_out):
        try:
            task = _task_of_row(row, tasks, known)
            kind, its = _output_row(row, ids)
        except ValueFault as fault:
            left_out.add(file.name, row.line, fault.message, fault.hint)
            continue
        of_kind = output.tasks.setdefault(task, {}).setdefault(kind, {})
        if its.id in of_kind:
            left_out.add(file.name, row.line, f"another row has the same task and output_type_id `{its.id}`")
        else:
            of_kind[its.id] = its
    return output


def _task_of_row(row: CsvRow, tasks: HubTasks, known: dict[tuple[str, ...], TaskKey]) -> TaskKey:
    """The task of a row; rows with the same cells share it, and are checked once."""
    columns = [column for column in row.cells if column not in VALUE_COLUMNS]
    cells = tuple(row[column] for column in columns)
    if cells in known:
        return known[cells]
    task = tuple(sorted(((column, cell) for column, cell in zip(columns, cells, strict=True) if cell not in NO_ID), key=place_in_id))
    for column, cell in task:
        if any(visible_line(text) != text or ";" in text for text in (column, cell)) or not column or TAG_SIGN in column:
            raise ValueFault(f"`{column}` holds a character that no task id here may have")
    target = dict(task).get(tasks.column, "")
    if tasks.targets and target not in tasks.targets:
        raise ValueFault(f"tasks.json has no target `{target}`", f"its targets are {', '.join(tasks.targets)}")
    known[cells] = task
    return task


def _output_row(row: CsvRow, ids: dict[str, str]) -> tuple[str, OutputRow]:
    kind, name, value = (row[column] for column in VALUE_COLUMNS)
    if kind not in OUTPUT_TYPES:
        raise ValueFault(f"output type `{kind}` is not read", f"output types are {', '.join(OUTPUT_TYPES)}")
    if not is_number(value) or abs(float(value)) > 1e300:
        raise ValueFault(f"`{value}` is no number")
    if kind in {"quantile", "cdf"} and not is_number(name):
        raise ValueFault(f"`{name}` is no output_type_id of a {kind}")
    if kind == "quantile" and not 0 < float(name) < 1:
        raise ValueFault(f"`{name}` is no level of a quantile", "a level lies between 0 and 1")
    if kind == "pmf" and (name in NO_ID or visible_line(name) != name):
        raise ValueFault("a pmf needs the category or the value as its output_type_id")
    if kind in {"mean", "median"} and name not in NO_ID:
        raise ValueFault(f"a {kind} has no output_type_id, or NA, and not `{name}`")
    name = repr(float(name)) if kind in {"quantile", "cdf"} else "NA" if name in NO_ID else name
    return kind, OutputRow(row.line, ids.setdefault(name, name), float(value))


def _add_output(
    output: _ModelOutput, tasks: HubTasks, questions: dict[str, ImportedQuestion], forecasts: list[ImportedForecast], left_out: LeftOut
) -> None:
    """Add the questions and the forecasts of one file."""
    path = output.file.name

    def leave_out(row: OutputRow, reason: str) -> None:
        left_out.add(path, row.line, reason)

    for key, by_kind in output.tasks.items():
        task, rows = dict(key), {kind: list(of_kind.values()) for kind, of_kind in by_kind.items()}
        target = tasks.targets.get(task.get(tasks.column, ""), HubTarget())
        categories = target.categories or _categories(rows)
        made = list(task_forecasts(rows, categories, leave_out))
        try:
            at = _made_at(task, tasks)
            question = _question(task, target, categories, made, tasks, at)
            question = _beside(question, questions.get(question.id))
        except ValueFault as fault:
            for row in (row for of_type in rows.values() for row in of_type):
                leave_out(row, fault.message)
            continue
        questions[question.id] = question
        for its in made:
            who = output.who if not its.way else f"{output.who} ({its.way})"
            forecasts.append(ImportedForecast(its.line, question.id, who, at, None, its.form, its.value))


def _categories(rows: Mapping[str, Sequence[OutputRow]]) -> tuple[str, ...]:
    """The categories of a target of which nothing is said: those of its rows, unless these are numbers."""
    given = [row.id for row in rows.get("pmf", ())]
    return () if all(map(is_number, given)) else tuple(dict.fromkeys(given))


def _made_at(task: Mapping[str, str], tasks: HubTasks) -> datetime:
    """When a forecast was made: when the round was due, or the beginning of its day where that is not known."""
    window = tasks.window(task)
    if window is not None:
        return window[1]
    day = next((parsed for column in ROUND_DATES if (parsed := parse_day(task.get(column, "")))), None)
    if day is None:
        raise ValueFault("no task id says when this forecast was made", f"one of {', '.join(ROUND_DATES)} is a day")
    return datetime.combine(day, time.min, UTC)


def _question(
    task: Mapping[str, str], target: HubTarget, categories: Sequence[str], made: Sequence[TaskForecast], tasks: HubTasks, at: datetime
) -> ImportedQuestion:
    name = "/".join(task.values())
    about = target.description or task.get(tasks.column, "what the hub asks")
    window = tasks.window(task)
    end = next((parsed for column in END_DATES if (parsed := parse_day(task.get(column, "")))), None)
    scale = next((its.scale for its in made if its.scale is not None), None)
    cells = {
        "id": name,
        "text": visible_prose(f"{about} ({', '.join(f'{column} {cell}' for column, cell in task.items())})")[0],
        "type": "options" if categories else "number",
        "unit": "" if categories else target.unit,
        "opens": moment_text(window[0] if window is not None else at),
        "scheduled_close": "" if end is None else moment_text(max(last_second(end), at)),
        **(scale or {}),
        "tags": "; ".join(f"{column}{TAG_SIGN}{cell}" for column, cell in task.items()),
    }
    cells = {column: cell for column, cell in cells.items() if cell}
    check_question(cells)
    options = tuple({"question": name, "option": label, "order": str(order)} for order, label in enumerate(categories, 1))
    for option in options:
        check_option(option)
    line = min((its.line for its in made), default=1)
    return ImportedQuestion(name, "options" if categories else "number", line, cells, tuple(categories), options)


def _beside(question: ImportedQuestion, before: ImportedQuestion | None) -> ImportedQuestion:
    """A question that several files have: one scale and one list of options."""
    if before is None:
        return question
    scales = [{column: its.cells.get(column) for column in ("low", "high", "steps")} for its in (before, question) if "steps" in its.cells]
    if len(scales) == 2 and scales[0] != scales[1]:
        raise ValueFault("another file has a distribution function of this task at other places")
    if before.labels != question.labels:
        raise ValueFault("another file has other categories of this task")
    return before if "steps" in before.cells else question


def _resolve(
    questions: dict[str, ImportedQuestion],
    file: Path,
    columns: Sequence[str],
    observed: Mapping[Key, Sequence[TargetValue]],
    left_out: LeftOut,
) -> int:
    """Put on record how questions ended; return how many rows said so."""
    used: set[int] = set()
    for name, question in questions.items():
        task = task_of_tags(question.cells["tags"].split("; "))
        key = key_of_task(task, columns)
        found = observed.get(key, ()) if key is not None else ()
        if not found or question.resolution is not None:
            continue
        try:
            cells: RowCells = outcome_of_task(name, task, found, question.labels)
        except ValueFault as fault:
            left_out.add(file.name, found[0].line, fault.message)
            continue
        questions[name] = replace(question, resolution=cells)
        used |= {its.line for its in found}
    return len(used)
