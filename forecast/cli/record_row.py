"""What ``say``, ``withdraw`` and ``resolve`` print of the row that they wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forecast.cli.lines import echo, print_json, problems_as_data, stop_at

if TYPE_CHECKING:
    from forecast.actions.record_rows import RecordedRow
    from forecast.forecasts.forecast import Forecast
    from forecast.forecasts.resolution import Resolution


def print_row[Row: Forecast | Resolution](done: RecordedRow[Row], said: str, *, as_json: bool) -> None:
    """Print where a row was written, and what it says; stop with its problems where nothing was written."""
    stop_at(done.problems, as_json=as_json and done.row is None)
    assert done.row is not None
    assert done.of is not None
    if as_json:
        print_json(
            {
                "path": done.row.place.path,
                "line": done.row.place.line,
                "row": done.line,
                "id": done.row.id,
                "question": done.of.address,
                "warnings": problems_as_data(done.problems),
            }
        )
        return
    echo(f"{done.row.place.path}:{done.row.place.line}: {done.line}")
    echo(said)


def said_line(done: RecordedRow[Forecast]) -> str:
    """What was put on record, in a line: the question, the forecast, who made it and when, and the id of the row."""
    from forecast.forecasts.value_words import forecast_words

    if done.row is None or done.of is None:
        return ""
    asked = done.of.question.question
    return f"{done.of.address}: {forecast_words(done.row, unit=asked.unit, of_dates=asked.type == 'date')} (id {done.row.id})"


def resolved_line(done: RecordedRow[Resolution]) -> str:
    """How a question ended, in a line, with the id of the row."""
    from forecast.forecasts.value_words import outcome_words

    if done.row is None or done.of is None:
        return ""
    words = outcome_words(done.row, of_dates=done.of.question.question.type == "date")
    return f"{done.of.address}: {words}, decided on {done.row.on:%Y-%m-%d} (id {done.row.id})"
