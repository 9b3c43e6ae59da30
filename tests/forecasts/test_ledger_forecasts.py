"""The ledger as a forecaster: lines of each format as forecasts, and hindcasts apart."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from forecast.book.files.folder import Folder
from forecast.book.files.problems import Place
from forecast.book.ledger import append_entries, read_ledger
from forecast.book.ledger_values import HUB_LEVELS, SHOWN_LEVELS
from forecast.forecasts.forecast import Forecast
from forecast.forecasts.ledger_forecasts import NONE_OF_THESE, LedgerForecasts, ledger_forecasts, read_ledger_forecasts, with_ledger
from forecast.forecasts.question import AskedQuestion
from forecast.forecasts.record import ForecastRecord
from forecast.forecasts.values import Beyond, ForecastValue, Form, PointMasses, Quantiles, forecast_value_text, parse_value
from tests.support.paths import ROOT

OLD: dict[str, Any] = {
    "topic": "ferry",
    "question": "late",
    "kind": "probability",
    "by": "2025-12-31",
    "value": {"value": 0.25, "error": 0.01},
    "as_of": "2025-01-01",
    "made": "2025-01-01",
    "hindcast": False,
    "engine": "importance",
    "verdict": "agreed",
    "inputs": "0",
    "seed": 1,
    "draws": 256,
    "program": "0.3.0",
}
NEW = {**OLD, "format": 2, "at": "2025-01-01T09:30:00Z", "status": "open", "asked": "8badf00d1234"}
DAY = 20089.0  # 2025-01-01


def days(*known: str, of: int) -> list[str | None]:
    """So many points of a date, of which the first are known."""
    return [*known, *[None] * (of - len(known))]


def of_ledger(root: Path, *entries: dict[str, Any]) -> LedgerForecasts:
    """What lines say once they are written, read and checked."""
    append_entries(Folder(root), entries)
    by_topic, problems = read_ledger_forecasts(Folder(root))
    assert problems == ()
    return by_topic["ferry"]


def test_a_line_is_a_forecast_of_the_model_at_its_time(tmp_path: Path):
    """It has the line's place, time and question as asked."""
    (said,) = of_ledger(tmp_path, NEW).forecasts
    at = datetime(2025, 1, 1, 9, 30, tzinfo=UTC)
    assert (said.place.path, said.place.line, said.question, said.asked) == ("reports/ledger.jsonl", 1, "late", "8badf00d1234")
    assert (said.who, said.at, said.recorded, said.form, said.value) == ("model", at, at, "probability", 0.25)
    assert (said.source, said.note, said.is_entered_later) == ("ledger", "", False)


def test_a_line_of_format_1_says_what_it_lacks(tmp_path: Path):
    """It stands at the end of the day on which it was written, and what was asked then is unknown."""
    number = {"kind": "distribution", "value": {"mean": 3.0, "quantiles": [1.0, 2.0, 3.0, 4.0, 5.0]}}
    chance, points = of_ledger(tmp_path, OLD, {**OLD, **number}).forecasts
    assert (chance.at, chance.asked) == (datetime(2025, 1, 1, 23, 59, 59, 999999, UTC), "")
    assert chance.note == "written at some time of that day; what exactly was asked is not recorded"
    assert points.value == Quantiles(SHOWN_LEVELS, (1.0, 2.0, 3.0, 4.0, 5.0))
    assert points.note == f"five quantiles are all that this line has; {chance.note}"


@pytest.mark.parametrize(
    ("kind", "value", "form", "said"),
    [
        (
            "distribution",
            {"mean": None, "quantiles": [1.0] * 5, "hub_quantiles": [float(at) for at in range(23)]},
            "quantiles",
            Quantiles(HUB_LEVELS, tuple(float(at) for at in range(23))),
        ),
        ("distribution", {"mean": 0.5, "pmf": {"x": [0.0, 1.0], "y": [0.5, 0.5]}}, "pmf", PointMasses((0.0, 1.0), (0.5, 0.5))),
        (
            "date",
            {"not_by_then": 0.97, "quantiles": [None] * 5, "hub_quantiles": days("2025-01-01", "2025-01-03", of=23)},
            "quantiles",
            Quantiles(HUB_LEVELS, (DAY, DAY + 2, *[DAY + 364] * 21), Beyond(DAY + 364, 0.97)),
        ),
        (
            "date",
            {"not_by_then": 1.0, "hub_quantiles": [None] * 23},
            "quantiles",
            Quantiles(HUB_LEVELS, (DAY + 364,) * 23, Beyond(DAY + 364, 1.0)),
        ),
        ("date", {"not_by_then": 1.0}, "quantiles", Quantiles((), (), Beyond(DAY + 364, 1.0))),
        (
            "date",
            {"not_by_then": 0.6, "quantiles": days("2025-01-01", "2025-02-01", of=5)},
            "quantiles",
            Quantiles(SHOWN_LEVELS, (DAY, DAY + 31, *[DAY + 364] * 3), Beyond(DAY + 364, 0.6)),
        ),
        (
            "shares",
            {"shares": [{"label": "north", "value": 0.7}, {"label": "south", "value": 0.2}], "none": 0.1},
            "options",
            {"north": 0.7, "south": 0.2, NONE_OF_THESE: 0.1},
        ),
        (
            "shares",
            {"shares": [{"label": "north", "value": 0.7}, {"label": "south", "value": 0.3}]},
            "options",
            {"north": 0.7, "south": 0.3},
        ),
        ("probability", None, "withdrawn", None),
    ],
)
def test_each_kind_of_answer_is_a_form_of_forecast(
    kind: str, value: dict[str, Any] | None, form: Form, said: ForecastValue, tmp_path: Path
):
    """The widest there is of a number or a date, with the probability of not by then; the text of a cell gives it back."""
    (read,) = of_ledger(tmp_path, {**NEW, "kind": kind, "value": value, **({} if value else {"status": "void"})}).forecasts
    assert (read.form, read.value) == (form, said)
    assert parse_value(form, forecast_value_text(form, said, of_dates=kind == "date")) == said


def test_a_number_of_format_1_may_have_a_mean_alone(tmp_path: Path):
    """It is a number then, and says so."""
    (said,) = of_ledger(tmp_path, {**OLD, "kind": "distribution", "value": {"mean": 3.0}}).forecasts
    assert (said.form, said.value, said.note.partition(";")[0]) == ("number", 3.0, "this line has a mean and no quantiles")


def test_hindcasts_are_kept_apart(tmp_path: Path):
    """A hindcast stands at the end of the day whose knowledge it used, and was entered later."""
    hindcast = {**NEW, "as_of": "2024-07-01", "hindcast": True}
    said = of_ledger(tmp_path, NEW, hindcast, {**NEW, "variant": "calm"})
    assert [(its.who, its.place.line) for its in said.forecasts] == [("model", 1), ("model (calm)", 3)]
    (later,) = said.hindcasts
    assert (later.at.date(), later.recorded.date(), later.is_entered_later) == (date(2024, 7, 1), date(2025, 1, 1), True)


def asked(*hashes: str) -> ForecastRecord:
    """A record with wordings of one question."""
    questions = tuple(AskedQuestion(Place(""), "late", its, "Will it be late?", "binary") for its in hashes)
    return ForecastRecord("ferry", "seeds/ferry", questions={"late": questions})


def test_the_model_is_a_forecaster_of_the_questions_on_record(tmp_path: Path):
    """It is of its own kind, in no crowd; hindcasts and other questions are left out, and a line without a wording is of the only one."""
    said = of_ledger(tmp_path, OLD, NEW, {**NEW, "variant": "calm"}, {**NEW, "hindcast": True}, {**NEW, "question": "other"})
    record = with_ledger(asked("8badf00d1234"), said)
    assert [(its.who, its.asked, its.place.line) for its in record.forecasts] == [
        ("model", "8badf00d1234", 1),
        ("model", "8badf00d1234", 2),
        ("model (calm)", "8badf00d1234", 3),
    ]
    assert {(its.who, its.kind, its.in_crowd) for its in record.people.values()} == {
        ("model", "model", False),
        ("model (calm)", "model", False),
    }


def test_a_line_without_a_wording_is_of_no_question_that_was_worded_anew(tmp_path: Path):
    """Nobody can know which it answered; nor is one counted whose wording is not on record."""
    said = of_ledger(tmp_path, OLD, NEW)
    assert [its.place.line for its in with_ledger(asked("8badf00d1234", "0123456789ab"), said).forecasts] == [2]
    assert [its.place.line for its in with_ledger(asked("0123456789ab"), said).forecasts] == [1]
    assert with_ledger(asked(), said).forecasts == ()


def test_a_broken_ledger_gives_problems_and_no_forecasts(tmp_path: Path):
    """A line of a later format is refused with its place."""
    append_entries(Folder(tmp_path), [NEW, {**NEW, "format": 3}])
    said, problems = read_ledger_forecasts(Folder(tmp_path))
    assert (dict(said), [problem.place.line for problem in problems]) == ({}, [2])


def test_every_line_of_the_essays_ledger_is_a_forecast():
    """Lines of both formats, each once, with the hash of what was asked where the line has it."""
    entries, problems = read_ledger(Folder(ROOT))
    assert problems == ()
    by_topic = ledger_forecasts(entries)
    said: list[Forecast] = [its for topic in by_topic.values() for its in (*topic.forecasts, *topic.hindcasts)]
    assert sorted(its.place.line or 0 for its in said) == list(range(1, len(entries) + 1))
    assert len({its.id for its in said}) == len(said)
    assert {its.form for its in said} == {"probability", "quantiles", "pmf", "options"}
    assert all(its.asked == entries[(its.place.line or 0) - 1].get("asked", "") for its in said)
