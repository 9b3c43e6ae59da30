"""A ForecastBench question set with its resolution set and files of forecasts, as rows of a record.

Source of the formats: forecastingresearch/forecastbench-datasets, ``datasets/question_sets`` and ``datasets/resolution_sets``; of forecasts
the object ``{organization, model, model_organization, question_set, forecast_due_date, forecasts}``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from forecast.book.files.numerals import parse_day
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.forecasts.people import ME
from forecast.forecasts.record import ForecastRecord
from forecast.forecasts.tables import RowCells
from forecast.forecasts.times import parse_moment
from forecast.forecasts.values import ValueFault
from forecast.importers.choices import ImportChoices
from forecast.importers.forecastbench_questions import (
    CROWDS,
    END_OF_DAY,
    QuestionSet,
    key_of,
    read_question_set,
    share_text,
    with_resolutions,
)
from forecast.importers.imported import ImportedForecast, ImportedRecord
from forecast.importers.json_file import is_table, read_json, read_json_rows
from forecast.importers.leaving_out import LeftOut
from forecast.importers.visible_text import visible_line

KINDS = ("questions", "resolutions", "forecasts")


def read_forecastbench(files: Sequence[Path], record: ForecastRecord, choices: ImportChoices) -> ImportedRecord:
    """Return what a question set holds, with the outcomes of a resolution set and the forecasts of models.

    Raises ``FileFault`` where a file is none of these, where there is not one question set, and where files are of different sets.
    """
    by_kind: dict[str, list[Path]] = {kind: [] for kind in KINDS}
    for file in files:
        by_kind[_kind(file)].append(file)
    first = files[0].name
    if len(by_kind["questions"]) != 1 or len(by_kind["resolutions"]) > 1:
        message = f"{len(by_kind['questions'])} question sets and {len(by_kind['resolutions'])} resolution sets"
        raise FileFault(Problem(Place(first), message, "name one question set, and its resolution set: each set of a collection by itself"))
    left_out = LeftOut()
    (set_file,) = by_kind["questions"]
    head, rows = read_json_rows(set_file, "questions")
    its = read_question_set(set_file.name, _due(set_file, head), rows, left_out)
    questions, quotes = its.questions, list(its.quotes)
    for file in by_kind["resolutions"]:
        head, rows = read_json_rows(file, "resolutions")
        _check_set(file, head, its)
        questions, said = with_resolutions(its, file.name, rows, left_out)
        quotes += said
    forecasts: list[ImportedForecast] = quotes
    people: dict[str, RowCells] = {
        source: {"who": source, "kind": CROWDS[source], "in_crowd": "no"}
        for source in CROWDS
        if any(quote.who == source for quote in quotes)
    }
    before = () if record.source is None else record.source.me
    me = before
    for file in by_kind["forecasts"]:
        head, rows = read_json_rows(file, "forecasts")
        _check_set(file, head, its)
        who = _who(file, head, choices.me)
        me = tuple(dict.fromkeys((*me, who))) if who == ME else me
        people[who] = {"who": who, "kind": "person" if who == ME else "model", "in_crowd": "no"}
        forecasts += _forecasts(file.name, who, its, rows, left_out)
    return ImportedRecord(
        questions=questions,
        forecasts=tuple(forecasts),
        people=tuple(people.values()),
        me=me,
        problems=left_out.all_problems(),
        left_out=left_out.counts,
        says_outcomes=bool(by_kind["resolutions"]),
    )


def _kind(file: Path) -> str:
    """Which of the files of a benchmark this is."""
    read = read_json(file)
    kinds = [kind for kind in KINDS if is_table(read) and kind in read]
    if len(kinds) != 1:
        hint = "name the files as they were downloaded, as in 2026-01-04-llm.json and 2026-01-04_resolution_set.json"
        raise FileFault(
            Problem(Place(file.name), "this is no file of ForecastBench: it has no list of questions, resolutions or forecasts", hint)
        )
    return kinds[0]


def _due(file: Path, head: Mapping[str, object]) -> date:
    text = head.get("forecast_due_date")
    day = parse_day(text) if isinstance(text, str) else None
    if day is None:
        raise FileFault(Problem(Place(file.name), "this file does not say its `forecast_due_date`"))
    return day


def _check_set(file: Path, head: Mapping[str, object], its: QuestionSet) -> None:
    due = _due(file, head)
    if due != its.due:
        message = f"this file is of the set that was due on {due}, and the question set was due on {its.due}"
        raise FileFault(Problem(Place(file.name), message, "name files of one set"))


def _who(file: Path, head: Mapping[str, object], me: Sequence[str]) -> str:
    model, organization = head.get("model"), head.get("organization")
    if not isinstance(model, str) or not model.strip():
        raise FileFault(Problem(Place(file.name), "this file does not say whose forecasts it has, `model`"))
    if model in me or organization in me:
        return ME
    try:
        return visible_line(model)
    except ValueFault as fault:
        raise FileFault(Problem(Place(file.name), fault.message)) from None


def _forecasts(path: str, who: str, its: QuestionSet, rows: Sequence[tuple[int, object]], left_out: LeftOut) -> list[ImportedForecast]:
    """What a model said; the time is the end of the day on which the set was due, since a file has none."""
    at = parse_moment(f"{its.due.isoformat()}T{END_OF_DAY}")
    assert at is not None
    made: dict[str, ImportedForecast] = {}
    for line, row in rows:
        try:
            question, share = _forecast_row(its, row)
        except ValueFault as fault:
            left_out.add(path, line, fault.message, fault.hint)
            continue
        if question in made:
            left_out.add(path, line, f"a forecast of this question stands in line {made[question].line} already")
        else:
            made[question] = ImportedForecast(line, question, who, at, None, "probability", share)
    return list(made.values())


def _forecast_row(its: QuestionSet, row: object) -> tuple[str, str]:
    """The question of a forecast and its probability."""
    source, name = key_of(row)
    assert is_table(row)
    entry, day = its.entries.get((source, name)), row.get("resolution_date")
    if entry is None:
        raise ValueFault(f"the question {name} of {source} is not in the question set")
    question = entry.record_id(day if isinstance(day, str) else "")
    if question is None:
        raise ValueFault(f"{day} is no day of resolution of this question")
    return question, share_text(row.get("forecast"))
