"""What ``say``, ``withdraw`` and ``resolve`` print of the row that they wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forecast.book.files.layout import REPORTS
from forecast.cli.lines import echo, print_output, problems_as_data, stop_at
from forecast.cli.options import cache_directory, today

if TYPE_CHECKING:
    from pathlib import Path

    from forecast.actions.question_record import QuestionRecord
    from forecast.actions.record_rows import RecordedRow
    from forecast.forecasts.forecast import Forecast
    from forecast.forecasts.resolution import Resolution


def print_row[Row: Forecast | Resolution](root: Path, done: RecordedRow[Row], said: str, *, as_json: bool) -> None:
    """Print where a row was written, and what it says; stop with its problems where nothing was written.

    The page of a topic that people alone answer is made at once.
    """
    stop_at(done.problems, as_json=as_json and done.row is None)
    assert done.row is not None
    assert done.of is not None
    report = page_of_people(root, done.of)
    if as_json:
        print_output("record", row_data(done, report))
        return
    echo(f"{done.row.place.path}:{done.row.place.line}: {done.line}")
    echo(said)
    if report:
        echo(f"Its page: {report}")


def row_data[Row: Forecast | Resolution](done: RecordedRow[Row], report: str) -> dict[str, Any]:
    """Return where a row was written, and the page that was made anew, as data."""
    assert done.row is not None
    assert done.of is not None
    return {
        "path": done.row.place.path,
        "line": done.row.place.line,
        "row": done.line,
        "id": done.row.id,
        "question": done.of.address,
        "report": report,
        "warnings": problems_as_data(done.problems),
    }


def page_of_people(root: Path, of: QuestionRecord) -> str:
    """Make the report of a topic without a model anew, and return where its page is; empty for topics with one, which `forecast update` computes.

    Where the report cannot be made, the row is written all the same, and the next update says why.
    """
    if of.topic is None or of.topic.has_model:
        return ""
    from forecast.actions.update import update
    from forecast.model.settings import Settings

    day = today()
    done = update(root, topics=[of.topic.name], as_of=day, today=day, settings=Settings(), cache=cache_directory())
    return "" if done.exit_code else f"{REPORTS}/{of.topic.name}.html"


def said_line(done: RecordedRow[Forecast]) -> str:
    """What was put on record, in a line: the question, the forecast, who made it and when, and the id of the row."""
    from forecast.forecasts.value_words import forecast_line

    if done.row is None or done.of is None:
        return ""
    asked = done.of.question.question
    return f"{done.of.address}: {forecast_line(done.row, unit=asked.unit, of_dates=asked.type == 'date')} (id {done.row.id})"


def read_line(done: RecordedRow[Forecast], typed: str) -> str:
    """How a forecast of a date was read that was typed in years or months; empty for any other."""
    from forecast.forecasts.typed_days import days_spelled

    spelled = days_spelled(typed) if done.of is not None and done.of.question.question.type == "date" else None
    return f"“{typed}” is read as {spelled}{': from the first day to the last' if ' to ' in spelled else ''}." if spelled else ""


def replaced_line(done: RecordedRow[Forecast], replaced: Forecast) -> str:
    """Which forecast held until then, in a line."""
    from forecast.forecasts.value_words import forecast_line

    assert done.of is not None
    asked = done.of.question.question
    return f"It takes the place of {forecast_line(replaced, unit=asked.unit, of_dates=asked.type == 'date')}; both stay on record."


def resolved_line(done: RecordedRow[Resolution]) -> str:
    """How a question ended, in a line, with the id of the row."""
    from forecast.forecasts.value_words import resolution_words

    if done.row is None or done.of is None:
        return ""
    words = resolution_words(done.row, of_dates=done.of.question.question.type == "date")
    return f"{done.of.address}: {words}, decided on {done.row.on:%Y-%m-%d} (id {done.row.id})"
