"""A record as a ZIP in the layout of a Metaculus export, from which an import gives back every forecast, end and option.

Columns that follow from others (percentiles, the probability of the resolution) are empty.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest

from forecast.book.files.problems import Problem
from forecast.forecasts.forecast import Forecast
from forecast.forecasts.question import AskedQuestion, Option, QuestionType
from forecast.forecasts.record import ForecastRecord, standing_forecasts, standing_resolutions
from forecast.forecasts.resolution import Resolution
from forecast.forecasts.values import Buckets, Form
from forecast.importers.metaculus import README_FILE
from forecast.importers.metaculus_forecasters import FORECAST_FILE, SCORE_FILE
from forecast.importers.metaculus_questions import QUESTION_FILE
from forecast.importers.metaculus_rows import QUESTION_HEADINGS, ExportedCells, option_labels, question_row, resolution_text

FORECAST_HEADINGS = (
    "Question ID",
    "Forecaster ID",
    "Forecaster Username",
    "Is Bot",
    "Start Time",
    "End Time",
    "Forecaster Count",
    "Probability Yes",
    "Probability Yes Per Category",
    "Continuous CDF",
    "Probability Below Lower Bound",
    "Probability Above Upper Bound",
    "5th Percentile",
    "25th Percentile",
    "Median",
    "75th Percentile",
    "95th Percentile",
    "Probability of Resolution",
    "PDF at Resolution",
)
SCORE_HEADINGS = ("Question ID", "User ID", "User Username", "Score Type", "Score", "Coverage")
_FORMS: Mapping[QuestionType, frozenset[Form]] = {
    "binary": frozenset({"probability", "buckets"}),
    "options": frozenset({"options", "buckets"}),
    **dict.fromkeys(("number", "discrete", "date"), frozenset({"cdf", "buckets"})),
}


@dataclass(frozen=True, slots=True)
class MetaculusZip:
    """A ZIP as bytes, how many questions, forecasts and scores are in it, and what of the record it cannot say."""

    content: bytes
    questions: int
    forecasts: int
    scores: int
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Gathered:
    questions: list[ExportedCells] = field(default_factory=list)
    forecasts: list[ExportedCells] = field(default_factory=list)
    scores: list[ExportedCells] = field(default_factory=list)
    open_questions: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


def metaculus_zip(record: ForecastRecord) -> MetaculusZip:
    """Return a record as a ZIP in the layout of a Metaculus export; one record always makes the same bytes.

    A withdrawal becomes the end of the forecast before.  What has no place in such a file is left out: forecasts of
    models and markets, of other forms than the question's type has there, and outcomes such as `several`.
    """
    gathered = _Gathered()
    options = _by_question(record.options)
    resolutions = {its.question: its for its in standing_resolutions(record).values()}
    forecasts = _by_question(standing_forecasts(record))
    for name, wordings in record.questions.items():
        question, resolution = wordings[-1], resolutions.get(name)
        _add_question(gathered, question, options.get(name, []), resolution)
        if resolution is None or resolution_text(resolution) is None:
            gathered.open_questions.add(name)
        labels = option_labels(options.get(name, []))
        for forecast, end in _ends(forecasts.get(name, [])):
            _add_forecast(gathered, record, question, labels, forecast, end)
    gathered.forecasts.sort(key=lambda row: not row["Forecaster ID"])  # persons first, then aggregates
    for score in record.platform_scores:
        cells = {"Question ID": score.question, "Score Type": score.rule, "Score": score.score, "Coverage": score.coverage}
        gathered.scores.append({**_who(record, score.who, "User"), **cells})
    return MetaculusZip(_pack(gathered), len(gathered.questions), len(gathered.forecasts), len(gathered.scores), tuple(gathered.problems))


def _by_question[Row: (Option, Forecast)](rows: Iterable[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row.question, []).append(row)
    return grouped


def _add_question(gathered: _Gathered, question: AskedQuestion, options: Sequence[Option], resolution: Resolution | None) -> None:
    if resolution is not None and resolution_text(resolution) is None:
        message = f"the outcome `{resolution.outcome}` has no word in an export of Metaculus; the question is written without it"
        gathered.problems.append(Problem(resolution.place, message, level="warning"))
    gathered.questions.append(question_row(question, options, resolution))


def _ends(forecasts: Sequence[Forecast]) -> list[tuple[Forecast, datetime | None]]:
    """Each forecast of a question that says something, oldest first, with the time at which it ended: by itself, by the same person's next, or never."""
    by_person: dict[str, list[Forecast]] = {}
    for forecast in forecasts:
        by_person.setdefault(forecast.who, []).append(forecast)
    ended: list[tuple[Forecast, datetime | None]] = []
    for said in by_person.values():
        for forecast, after in zip_longest(said, said[1:]):
            if not forecast.is_withdrawal:
                ends = [end for end in (forecast.until, None if after is None else after.at) if end is not None]
                ended.append((forecast, min(ends, default=None)))
    return sorted(ended, key=lambda its: its[0].at)


def _add_forecast(
    gathered: _Gathered, record: ForecastRecord, question: AskedQuestion, labels: Sequence[str], forecast: Forecast, end: datetime | None
) -> None:
    person = record.people.get(forecast.who)
    reason = ""
    if person is not None and person.kind not in {"person", "bot", "aggregate"}:
        reason = f"a forecast of a {person.kind} has no place in an export of Metaculus"
    elif forecast.form not in _FORMS[question.type]:
        reason = f"a forecast as `{forecast.form}` of a question of type `{question.type}` has no place in an export of Metaculus"
    elif isinstance(forecast.value, Mapping) and not forecast.value.keys() <= set(labels):
        reason = "this forecast names an option that the question does not have"
    if reason:
        gathered.problems.append(Problem(forecast.place, f"left out: {reason}", level="warning"))
        return
    said = {"Start Time": forecast.at, "End Time": end, "Forecaster Count": forecast.forecasters}
    gathered.forecasts.append(
        {"Question ID": question.id, **_who(record, forecast.who, "Forecaster"), **said, **_value_cells(forecast, labels)}
    )


def _who(record: ForecastRecord, who: str, what: str) -> ExportedCells:
    """Whose a row is: an aggregate has no id, and only forecasts say whether somebody is a bot."""
    person = record.people.get(who)
    if person is not None and person.kind == "aggregate":
        return {f"{what} ID": None, f"{what} Username": who}
    is_bot = {"Is Bot": person is not None and person.kind == "bot"} if what == "Forecaster" else {}
    return {f"{what} ID": who, f"{what} Username": who, **is_bot}


def _value_cells(forecast: Forecast, labels: Sequence[str]) -> ExportedCells:
    match forecast.value:
        case Mapping() as shares:
            return {"Probability Yes Per Category": [shares.get(label) for label in labels]}
        case Buckets(probabilities):
            return {"Probability Yes Per Category": list(probabilities)}
        case tuple() as cdf:
            return {"Continuous CDF": list(cdf)}
        case probability:
            return {"Probability Yes": probability}


def _pack(gathered: _Gathered) -> bytes:
    persons = sum(1 for row in gathered.forecasts if row["Forecaster ID"])
    counts = {
        "questions": len(gathered.questions),
        "user forecasts": persons,
        "aggregate forecasts": len(gathered.forecasts) - persons,
        "scores": len(gathered.scores),
    }
    told = "".join(f"Contains the data for {count} {what}\n" for what, count in counts.items() if count or what == "questions")
    files = {
        README_FILE: f"A record of forecasts in the layout of an export of Metaculus.\n\nMetadata:\n{told}",
        QUESTION_FILE: _csv_text(QUESTION_HEADINGS, gathered.questions, frozenset()),
        FORECAST_FILE: _csv_text(FORECAST_HEADINGS, gathered.forecasts, gathered.open_questions),
        SCORE_FILE: _csv_text(SCORE_HEADINGS, gathered.scores, frozenset()),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name, text in files.items():
            if name != SCORE_FILE or gathered.scores:
                file.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)  # of 1980, so that one record makes the same bytes
    return packed.getvalue()


def _csv_text(headings: Sequence[str], rows: Iterable[ExportedCells], ragged: Iterable[str]) -> str:
    """Rows as CSV; those of ``ragged`` questions lack their last cell, as Metaculus leaves it out where there is no resolution."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    lacking = set(ragged)
    for row in rows:
        cells = [row.get(heading) for heading in headings]
        writer.writerow(cells[:-1] if row["Question ID"] in lacking else cells)
    return text.getvalue()
