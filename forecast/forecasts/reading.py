"""Reading the record of a topic or a collection: every file, with all problems and their places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from types import MappingProxyType

from forecast.book.files.cells import Cells
from forecast.book.files.folder import Folder
from forecast.book.files.layout import SEEDS
from forecast.book.files.problems import FileFault, Problem
from forecast.forecasts.chain import chain_problems
from forecast.forecasts.forecast import Forecast, forecast_id
from forecast.forecasts.people import PERSON_KINDS, Person
from forecast.forecasts.question import CDF_STEPS, QUESTION_TYPES, AskedQuestion, Option, QuestionScale
from forecast.forecasts.record import COLLECTIONS, ForecastRecord, PlatformScore
from forecast.forecasts.resolution import OUTCOMES, Resolution, parse_outcome_value, resolution_id
from forecast.forecasts.source_file import read_source_table
from forecast.forecasts.tables import (
    FORECASTS,
    OPTIONS,
    PEOPLE,
    QUESTIONS,
    RESOLUTIONS,
    SCORES,
    CellReader,
    Table,
    read_rows_as,
    read_table,
)
from forecast.forecasts.times import days_of_text
from forecast.forecasts.values import FORMS, parse_value


def collection_names(folder: Folder) -> tuple[str, ...]:
    """Return the names of the book's collections: the folders in ``seeds/records``, sorted."""
    try:
        return tuple(name for name in folder.names(COLLECTIONS) if folder.kind(f"{COLLECTIONS}/{name}") == "folder")
    except FileFault:
        return ()


def read_topic_record(folder: Folder, topic: str, *, forecasts: bool = True) -> tuple[ForecastRecord, tuple[Problem, ...]]:
    """Return what is on record for a topic's questions, and all that is wrong with it; rows with a fault are left out.

    A topic has no ``options.csv`` and no ``scores.csv``: files of these names are those of its streams.
    Without ``forecasts`` those are left out, which may be by far the longest file.
    """
    return _read_record(folder, ForecastRecord(topic, f"{SEEDS}/{topic}"), forecasts=forecasts)


def read_collection(folder: Folder, name: str, *, forecasts: bool = True) -> tuple[ForecastRecord, tuple[Problem, ...]]:
    """Return what is on record in a collection, and all that is wrong with it; rows with a fault are left out, and ``forecasts`` where not wanted."""
    path = f"{COLLECTIONS}/{name}"
    source, problems = read_source_table(folder, f"{path}/source.toml")
    if source is None:
        return ForecastRecord(name, path), problems
    record, wrong = _read_record(folder, ForecastRecord(name, path, source), forecasts=forecasts)
    return record, (*problems, *wrong)


def people_path(record: ForecastRecord) -> str:
    """Return where it is said who forecasts: beside a collection, and once for all topics of the book."""
    return f"{record.path}/people.csv" if record.is_imported else f"{SEEDS}/people.csv"


def _read_record(folder: Folder, empty: ForecastRecord, *, forecasts: bool) -> tuple[ForecastRecord, tuple[Problem, ...]]:
    gathered: list[Problem] = []

    def rows_of(table: Table, path: str = "") -> tuple[Cells, ...]:
        if table.file in {OPTIONS.file, SCORES.file} and not empty.is_imported:
            return ()
        rows, problems = read_table(folder, path or f"{empty.path}/{table.file}.csv", table)
        gathered.extend(problems)
        if table.is_chained:
            gathered.extend(chain_problems(rows))
        return rows

    def values_of[Value](read: tuple[tuple[Value, ...], tuple[Problem, ...]]) -> tuple[Value, ...]:
        gathered.extend(read[1])
        return read[0]

    questions = values_of(read_rows_as(rows_of(QUESTIONS), question_of_row))
    record = ForecastRecord(
        empty.name,
        empty.path,
        empty.source,
        _by_id(questions),
        values_of(read_rows_as(rows_of(OPTIONS), option_of_row)),
        MappingProxyType({person.who: person for person in values_of(read_rows_as(rows_of(PEOPLE, people_path(empty)), _person))}),
        values_of(read_rows_as(rows_of(FORECASTS) if forecasts else (), forecast_of_row)),
        values_of(read_rows_as(rows_of(RESOLUTIONS), resolution_of_row)),
        values_of(read_rows_as(rows_of(SCORES), _score)),
    )
    return record, tuple(gathered)


def _by_id(questions: Iterable[AskedQuestion]) -> Mapping[str, tuple[AskedQuestion, ...]]:
    grouped: dict[str, list[AskedQuestion]] = {}
    for question in questions:
        grouped.setdefault(question.id, []).append(question)
    return MappingProxyType({key: tuple(wordings) for key, wordings in grouped.items()})


def forecast_of_row(row: CellReader) -> Forecast | None:
    """Return the forecast that a row says; None, with problems in the reader, where it says none."""
    form = row.word("form", FORMS)
    question, who = row.text("question", required=True), row.text("who", required=True)
    at, until = row.moment("at"), row.moment("until")
    recorded = row.moment("recorded") or at
    forecasters = row.count("forecasters")
    if not row.cells["at"]:
        row.fault("at", "`at` is empty", "write when the forecast was made")
    if at is not None and until is not None and until < at:
        row.fault("until", "this forecast ends before it is made")
    if form is None:
        return None
    value = row.value(parse_value, form)
    if at is None or recorded is None or row.problems:
        return None
    return Forecast(
        place=row.place,
        id=row.text("id") or forecast_id(row.cells.values),
        question=question,
        asked=row.text("asked"),
        who=who,
        at=at,
        until=until,
        form=form,
        value=value,
        recorded=recorded,
        forecasters=forecasters,
        replaces=row.text("replaces"),
        source=row.text("source"),
        note=row.text("note"),
    )


def resolution_of_row(row: CellReader) -> Resolution | None:
    """Return the resolution that a row says; None, with problems in the reader, where it says none."""
    outcome = row.word("outcome", OUTCOMES)
    question = row.text("question", required=True)
    on = _moment_or_day(row, "on")
    known = row.day("known")
    recorded = row.moment("recorded") or on
    if outcome is None:
        return None
    value = row.value(parse_outcome_value, outcome)
    if on is None or recorded is None or row.problems:
        return None
    return Resolution(
        place=row.place,
        id=row.text("id") or resolution_id(row.cells.values),
        question=question,
        asked=row.text("asked"),
        outcome=outcome,
        value=value,
        on=on,
        known=known or on.date(),
        recorded=recorded,
        source=row.text("source"),
        replaces=row.text("replaces"),
        note=row.text("note"),
    )


def _moment_or_day(row: CellReader, column: str) -> datetime | None:
    """A moment, or the end of a day in UTC; a cell that is empty is a fault."""
    if not row.cells[column]:
        row.fault(column, f"`{column}` is empty", "write when the question was decided")
        return None
    if len(row.cells[column]) > len("2026-10-02"):
        return row.moment(column)
    day = row.day(column)
    return None if day is None else datetime.combine(day, time.max, UTC)


def question_of_row(row: CellReader) -> AskedQuestion | None:
    """Return the question that a row says; None, with problems in the reader, where it says none."""
    kind = row.word("type", QUESTION_TYPES)
    name, text = row.text("id", required=True), row.text("text", required=True)
    scale = _scale(row)
    weight = row.number("weight")
    opens, scheduled, actual, spot = (row.moment(column) for column in ("opens", "scheduled_close", "actual_close", "spot"))
    if opens is not None and scheduled is not None and scheduled < opens:
        row.fault("scheduled_close", "this question closes before it opens")
    if kind is None:
        return None
    return AskedQuestion(
        place=row.place,
        id=name,
        asked=row.text("asked"),
        text=text,
        type=kind,
        unit=row.text("unit"),
        opens=opens,
        scheduled_close=scheduled,
        actual_close=actual,
        spot=spot,
        scale=scale,
        weight=1.0 if weight is None else weight,
        tags=tuple(tag.strip() for tag in row.text("tags").split(";") if tag.strip()),
        url=row.text("url"),
        includes_bots=row.flag("includes_bots", default=False),
        recorded=row.moment("recorded"),
    )


def _scale(row: CellReader) -> QuestionScale | None:
    """The scale of a number or a date; None where no bounds are given."""
    low, high = _number_or_date(row, "low"), _number_or_date(row, "high")
    zero_point = _number_or_date(row, "zero_point")
    steps = row.count("steps")
    if low is None and high is None:
        return None
    if low is None or high is None or not low < high:
        row.fault("high", "a range needs both bounds, `low` below `high`")
        return None
    if zero_point is not None and low <= zero_point <= high:
        row.fault("zero_point", "the zero point of a logarithmic scale lies outside the range")
    if steps == 0:
        row.fault("steps", "a range has at least one step")
    return QuestionScale(low, high, row.flag("low_open", default=True), row.flag("high_open", default=True), zero_point, steps or CDF_STEPS)


def _number_or_date(row: CellReader, column: str) -> float | None:
    """A number, or a date in days from the beginning of 1970."""
    if (days := days_of_text(row.cells[column])) is not None:
        return days
    return row.number(column)


def option_of_row(row: CellReader) -> Option | None:
    """Return the option that a row says; None, with problems in the reader, where it says none."""
    question, option = row.text("question", required=True), row.text("option", required=True)
    return Option(row.place, question, option, row.moment("from"), row.moment("until"), row.count("order") or 0)


def _person(row: CellReader) -> Person | None:
    kind = row.word("kind", PERSON_KINDS)
    who = row.text("who", required=True)
    in_crowd = row.flag("in_crowd", default=kind == "person")
    if kind is None:
        return None
    if in_crowd and kind not in {"person", "bot"}:
        row.fault(
            "in_crowd",
            f"`{kind}` is a kind that is never in the crowd",
            "a crowd is made of persons, and of bots where the venue counts them",
        )
    return Person(row.place, who, kind, in_crowd, row.text("name"))


def _score(row: CellReader) -> PlatformScore | None:
    question, who, rule = (row.text(column, required=True) for column in ("question", "who", "rule"))
    row.text("score", required=True)
    score, coverage = row.number("score"), row.number("coverage")
    if score is None:
        return None
    return PlatformScore(row.place, question, who, rule, score, coverage)
