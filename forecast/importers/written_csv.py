"""Records as CSV files: in the layout that Fatebook imports, and in one of our own that ``forecast import csv`` reads.

Fatebook exports fractions and imports percentages; what is written here is for its import.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from forecast.book.files.problems import Problem
from forecast.forecasts.forecast import Forecast
from forecast.forecasts.question import AskedQuestion
from forecast.forecasts.record import ForecastRecord, standing_forecasts, standing_resolutions
from forecast.forecasts.resolution import Resolution
from forecast.forecasts.times import moment_text, text_of_days
from forecast.forecasts.values import Form, forecast_value_text
from forecast.importers.csv_mapping import MAPPED_COLUMNS
from forecast.importers.fatebook import IMPORT_HEADINGS
from forecast.importers.mapped_csv import MAPPED_TYPES

_FATEBOOK_WORDS = {"yes": "YES", "no": "NO", "ambiguous": "AMBIGUOUS"}
_NEEDS_A_SCALE: frozenset[Form] = frozenset({"cdf", "buckets"})


@dataclass(frozen=True, slots=True)
class WrittenCsv:
    """A CSV as bytes, how many questions and forecasts are in it, and what of the record has no place there."""

    content: bytes
    questions: int
    forecasts: int
    problems: tuple[Problem, ...] = ()


def fatebook_csv(record: ForecastRecord) -> WrittenCsv:
    """Return one's own probabilities of a collection as Fatebook imports them, in percent, to the last digit.

    Questions with more than yes and no, withdrawals, ends, and outcomes for which Fatebook has no word are named as problems.
    """
    resolutions = {its.question: its for its in standing_resolutions(record).values()}
    mine = record.source.me if record.source is not None else ()
    rows: list[Mapping[str, str]] = []
    problems: list[Problem] = []
    questions: set[str] = set()
    for said in standing_forecasts(record):
        question = record.questions[said.question][-1]
        if said.who not in mine:
            continue
        if question.type != "binary" or said.form != "probability" or not isinstance(said.value, float):
            reason = f"a forecast as `{said.form}` of a question of type `{question.type}`"
            problems.append(_warn_of(said, f"left out: {reason} has no place in Fatebook"))
            continue
        if said.until is not None:
            problems.append(_warn_of(said, "the end of this forecast has no place in Fatebook; it is written without it"))
        if question.id not in questions and (resolution := resolutions.get(question.id)) and resolution.outcome not in _FATEBOOK_WORDS:
            message = f"Fatebook has no word for the outcome `{resolution.outcome}`; the question is written without it"
            problems.append(Problem(resolution.place, message, level="warning"))
        questions.add(question.id)
        rows.append(_fatebook_row(question, said, said.value, resolutions.get(question.id)))
    return WrittenCsv(_csv_bytes(IMPORT_HEADINGS, rows), len(questions), len(rows), tuple(problems))


def mapped_csv(record: ForecastRecord) -> WrittenCsv:
    """Return everybody's forecasts of a collection, one row each, in the columns that ``forecast import csv`` reads without a mapping.

    Forecasts that need the scale of a question, and questions of other types than the layout has, are named as problems.
    """
    resolutions = {its.question: its for its in standing_resolutions(record).values()}
    rows: list[Mapping[str, str]] = []
    problems: list[Problem] = []
    questions: set[str] = set()
    labels: dict[str, dict[str, None]] = {}
    for option in sorted(record.options, key=lambda its: its.order):
        labels.setdefault(option.question, {})[option.option] = None
    for said in standing_forecasts(record):
        question = record.questions[said.question][-1]
        if question.type not in MAPPED_TYPES or said.form in _NEEDS_A_SCALE:
            reason = f"a forecast as `{said.form}` of a question of type `{question.type}`"
            problems.append(_warn_of(said, f"left out: {reason} has no place in this file"))
            continue
        questions.add(question.id)
        rows.append(_mapped_row(record, list(labels.get(question.id, ())), question, said, resolutions.get(question.id)))
    return WrittenCsv(_csv_bytes(MAPPED_COLUMNS, rows), len(questions), len(rows), tuple(problems))


def _fatebook_row(question: AskedQuestion, said: Forecast, value: float, resolution: Resolution | None) -> Mapping[str, str]:
    word = _FATEBOOK_WORDS.get(resolution.outcome, "") if resolution is not None else ""
    return {
        "questionTitle": question.text,
        "forecast": _percent(value),
        "qCreatedAt": moment_text(question.opens or said.at),
        "resolution": word,
        "resolvedAt": moment_text(resolution.on) if resolution is not None and word else "",
        "resolveBy": _moment_cell(question.scheduled_close),
        "fCreatedAt": moment_text(said.at),
        "tags": "; ".join(question.tags),
    }


def _percent(value: float) -> str:
    """A probability in percent, to its last digit."""
    text = str(Decimal(repr(value)) * 100)
    return text.rstrip("0").rstrip(".") if "." in text and "E" not in text else text


def _mapped_row(
    record: ForecastRecord, labels: Sequence[str], question: AskedQuestion, said: Forecast, resolution: Resolution | None
) -> Mapping[str, str]:
    person = record.people.get(said.who)
    return {
        "question": question.id,
        "text": question.text,
        "type": question.type,
        "options": json.dumps(labels, ensure_ascii=False) if labels else "",
        "who": said.who,
        "kind": "" if person is None else person.kind,
        "at": moment_text(said.at),
        "until": _moment_cell(said.until),
        "form": said.form,
        "value": forecast_value_text(said.form, said.value),
        "opens": _moment_cell(question.opens),
        "close": _moment_cell(question.scheduled_close),
        "resolution": "" if resolution is None else _outcome_text(resolution, of_dates=question.type == "date"),
        "resolved": "" if resolution is None else moment_text(resolution.on),
        "tags": "; ".join(question.tags),
        "url": question.url,
    }


def _outcome_text(resolution: Resolution, *, of_dates: bool) -> str:
    """An outcome with the value beside it, as in ``fraction 0.5``."""
    match resolution.value:
        case None:
            return resolution.outcome
        case float() as value:
            text = text_of_days(value) if of_dates else repr(value)
        case str() as text:
            pass
        case shares:
            text = json.dumps(dict(shares), ensure_ascii=False)
    return f"{resolution.outcome} {text}"


def _moment_cell(moment: datetime | None) -> str:
    return "" if moment is None else moment_text(moment)


def _warn_of(said: Forecast, message: str) -> Problem:
    return Problem(said.place, message, level="warning")


def _csv_bytes(headings: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, headings, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
