"""``forecast_data.csv`` of a Metaculus export: who said what when, and when it ended."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from forecast.book.files.folder import MOST_RECORD_BYTES
from forecast.book.files.numerals import is_number
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.forecasts.values import Form, ValueFault, forecast_value_text, parse_value
from forecast.importers.archive import Archive
from forecast.importers.csv_rows import CsvRow, csv_rows
from forecast.importers.imported import ImportedForecast, ImportedQuestion
from forecast.importers.leaving_out import LeftOut
from forecast.importers.metaculus_forecasters import FORECAST_FILE, forecaster_of
from forecast.importers.python_text import moment_in_cell, numbers_as_json

GEOMETRIC_MEAN = "geometric_mean"
_CONTINUOUS = {"number", "discrete", "date"}


def read_forecasts(
    archive: Archive, questions: Mapping[str, ImportedQuestion], names: Mapping[str, str], left_out: LeftOut
) -> tuple[list[ImportedForecast], int]:
    """Return the forecasts of those who have a name, in the order of the file, and how many of others there are.

    Raises ``FileFault`` where they are more than a file of a book can hold.
    """
    path = archive.path(FORECAST_FILE)
    forecasts: list[ImportedForecast] = []
    others = length = 0
    seen: dict[tuple[object, ...], int] = {}
    for row in csv_rows(archive, FORECAST_FILE, ("Question ID", "Start Time"), left_out):
        try:
            forecaster = forecaster_of(row, "Forecaster")
            if forecaster.key not in names:
                others += 1
                continue
            forecast = _forecast(row, questions, names[forecaster.key])
        except ValueFault as fault:
            left_out.add(path, row.line, fault.message, fault.hint)
            continue
        key = (forecast.question, forecast.who, forecast.at, forecast.value)
        if key in seen:
            left_out.add(path, row.line, f"this forecast stands in line {seen[key]} already")
            continue
        seen[key] = row.line
        length += len(forecast.value)
        if length > MOST_RECORD_BYTES:
            message = f"the forecasts of this file have more than {MOST_RECORD_BYTES:,} characters, as many as a file of a book may have"
            raise FileFault(Problem(Place(path), message, "export fewer questions at a time, into several collections"))
        forecasts.append(forecast)
    return forecasts, others


def put_on_scales(
    forecasts: list[ImportedForecast], questions: Mapping[str, ImportedQuestion], path: str, left_out: LeftOut
) -> tuple[list[ImportedForecast], Mapping[str, ImportedQuestion]]:
    """Return questions with as many steps as their distribution functions have, and forecasts without those of another length.

    An export does not say how many steps a question has: a discrete one has fewer than the 200 of its Continuous Range.
    """
    lengths: dict[str, Counter[int]] = {}
    steps: list[int | None] = [_steps(forecast) if questions[forecast.question].type in _CONTINUOUS else None for forecast in forecasts]
    for forecast, count in zip(forecasts, steps, strict=True):
        if count is not None:
            lengths.setdefault(forecast.question, Counter())[count] += 1
    usual = {name: counts.most_common(1)[0][0] for name, counts in lengths.items()}
    kept: list[ImportedForecast] = []
    for forecast, count in zip(forecasts, steps, strict=True):
        if count is None or count == usual[forecast.question]:
            kept.append(forecast)
        else:
            left_out.add(path, forecast.line, f"it has {count} steps, where others of the question have {usual[forecast.question]}")
    on_scale = {
        name: replace(question, cells={**question.cells, "steps": str(usual[name])}) if name in usual else question
        for name, question in questions.items()
    }
    return kept, on_scale


def _steps(forecast: ImportedForecast) -> int:
    """Into how many steps a distribution divides the range: one fewer than points of a CDF, two fewer than buckets."""
    return forecast.value.count(",") + (0 if forecast.form == "cdf" else -1)


def _forecast(row: CsvRow, questions: Mapping[str, ImportedQuestion], who: str) -> ImportedForecast:
    question = questions.get(row["Question ID"])
    if question is None:
        raise ValueFault(f"question {row['Question ID']} is not among the questions that are imported")
    at, end = moment_in_cell(row["Start Time"]), moment_in_cell(row["End Time"])
    if at is None:
        raise ValueFault("it has no Start Time")
    if end is not None and end < at:
        raise ValueFault("it ends before it begins")
    count = row["Forecaster Count"]
    if count and not (is_number(count) and float(count).is_integer() and float(count) >= 0):
        raise ValueFault(f"`{count}` is no number of forecasters")
    form, value = form_and_value(row, question, who)
    return ImportedForecast(row.line, question.id, who, at, end, form, value, str(int(float(count))) if count else "")


def form_and_value(row: CsvRow, question: ImportedQuestion, who: str) -> tuple[Form, str]:
    """Return the form of somebody's forecast and its value as a cell has it; raise ``ValueFault``.

    A geometric mean stands as the probability of each bucket, whatever the type of the question.
    """
    by_category = row["Probability Yes Per Category"]
    if who == GEOMETRIC_MEAN or (by_category and question.type != "options"):
        form: Form = "buckets"
        text = numbers_as_json(by_category)
        _check_buckets(text, question)
    elif question.type == "binary":
        form, text = "probability", row["Probability Yes"]
    elif question.type == "options":
        form, text = "options", _options_text(by_category, question)
    else:
        form, text = "cdf", numbers_as_json(row["Continuous CDF"])
    if not text:
        raise ValueFault(f"it has no value for a question of type {question.type}")
    return form, forecast_value_text(form, parse_value(form, text))


def _options_text(text: str, question: ImportedQuestion) -> str:
    """Probabilities in the order of the options as JSON by option; those that could not be chosen at the time are left out."""
    shares = json.loads(numbers_as_json(text) or "[]")
    if len(shares) != len(question.labels):
        raise ValueFault(f"it has {len(shares)} probabilities, and the question has {len(question.labels)} options")
    return json.dumps({label: share for label, share in zip(question.labels, shares, strict=True) if share is not None})


def _check_buckets(text: str, question: ImportedQuestion) -> None:
    """Raise ``ValueFault`` where a binary question has not two buckets, or one with options not as many as these."""
    expected = {"binary": 2, "options": len(question.labels)}.get(question.type)
    count = text.count(",") + 1
    if expected is not None and count != expected:
        raise ValueFault(f"it has {count} probabilities, and the question has {expected} outcomes")
