"""A first look through a Metaculus export: who is in it, who of them is on record already, and how many rows it has."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from forecast.forecasts.values import ValueFault, forecast_value_text
from forecast.importers.archive import Archive
from forecast.importers.csv_rows import CsvRow, csv_rows
from forecast.importers.forecasters import RowsOnRecord, Survey
from forecast.importers.imported import ImportedQuestion
from forecast.importers.leaving_out import LeftOut
from forecast.importers.metaculus_forecasters import FORECAST_FILE, SCORE_FILE, forecaster_of, is_of_person, kind_of_score
from forecast.importers.metaculus_forecasts import form_and_value
from forecast.importers.python_text import moment_in_cell


def survey_forecasters(
    archive: Archive, questions: Mapping[str, ImportedQuestion], on_record: RowsOnRecord
) -> tuple[Survey, Mapping[str, int]]:
    """Return who has rows in an export, and how many rows it has of users, of aggregates, and of scores.

    Rows that cannot be read count, and are passed over: they are listed when forecasts and scores are read.
    """
    survey, passed = Survey(), LeftOut()
    aggregates = rows = scores = 0
    if archive.has(FORECAST_FILE):
        for row in csv_rows(archive, FORECAST_FILE, ("Question ID", "Start Time"), passed):
            rows += 1
            aggregates += not is_of_person(row, "Forecaster")
            with suppress(ValueFault):
                forecaster = forecaster_of(row, "Forecaster")
                survey.add(forecaster, row["Question ID"])
                survey.match(forecaster, _stands_as(row, questions, on_record))
    unreadable = sum(passed.counts.values())
    if archive.has(SCORE_FILE):
        for row in csv_rows(archive, SCORE_FILE, ("Question ID", "Score Type", "Score"), passed):
            scores += 1
            with suppress(ValueError):
                forecaster = forecaster_of(row, "User")
                survey.add(forecaster, row["Question ID"])
                survey.match(forecaster, on_record.scores.get((row["Question ID"], kind_of_score(row), float(row["Score"])), ()))
    unreadable_scores = sum(passed.counts.values()) - unreadable
    counts = {"user forecasts": rows - aggregates, "aggregate forecasts": aggregates, "scores": scores}
    return survey, {name: count + (unreadable_scores if name == "scores" else unreadable) for name, count in counts.items()}


def _stands_as(row: CsvRow, questions: Mapping[str, ImportedQuestion], on_record: RowsOnRecord) -> list[str]:
    """Under which names a forecast is on record: by question, time and value."""
    at = moment_in_cell(row["Start Time"])
    there = on_record.forecasts.get((row["Question ID"], at), ()) if at is not None else ()
    if not there or row["Question ID"] not in questions:
        return []
    said = form_and_value(row, questions[row["Question ID"]], "")
    return [its.who for its in there if said == (its.form, forecast_value_text(its.form, its.value))]
