"""ForecastBench: a question is an id with a day of resolution, and a market that is not resolved gives a price and no outcome."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forecast.actions.import_record import ImportResult, import_files
from forecast.forecasts.record import standing_resolutions
from forecast.importers.choices import ImportChoices
from forecast.importers.formats import FORMATS
from tests.importers.conftest import Collected, complaints
from tests.support.fixtures import fixture_file

NOW = datetime(2026, 9, 1, tzinfo=UTC)
DAYS = ["2026-01-11", "2026-02-03"]
DATA = {
    "id": "DGS10",
    "source": "fred",
    "question": "Will it have risen by {resolution_date} since {forecast_due_date}?",
    "freeze_datetime": "2025-12-25T00:00:00+00:00",
    "freeze_datetime_value": "0.4",
    "resolution_dates": DAYS,
    "url": "https://example.org/DGS10",
}
MARKET = {
    "id": "abc",
    "source": "manifold",
    "question": "Will it rain?",
    "market_info_open_datetime": "2025-11-01T00:00:00+00:00",
    "market_info_close_datetime": "2026-12-31T00:00:00+00:00",
    "freeze_datetime": "2025-12-25T00:00:00+00:00",
    "freeze_datetime_value": "0.25",
    "resolution_dates": "N/A",
    "url": "N/A",
}
EARLY, LATE = "fred/DGS10/2026-01-04/2026-01-11", "fred/DGS10/2026-01-04/2026-02-03"


def resolution(source: str, name: object, day: str, value: object, *, resolved: object = True) -> dict[str, object]:
    """A row of a resolution set."""
    return {"id": name, "source": source, "direction": None, "resolution_date": day, "resolved_to": value, "resolved": resolved}


def write(path: Path, kind: str, rows: list[object], **head: object) -> Path:
    """A file of the benchmark."""
    path.write_text(
        json.dumps({"forecast_due_date": "2026-01-04", "question_set": "x.json", **head, kind: rows}, indent=1), encoding="utf-8"
    )
    return path


def bring(root: Path, *files: Path, **choices: object) -> ImportResult:
    """Import files."""
    return import_files(root, FORMATS["forecastbench"], files, ImportChoices(**choices), clock=lambda: NOW)


@pytest.fixture
def question_set(tmp_path: Path) -> Path:
    """A set of two questions."""
    return write(tmp_path / "set.json", "questions", [DATA, MARKET])


def test_each_day_of_resolution_is_a_question(root: Path, question_set: Path, collected: Collected, tmp_path: Path):
    """The days stand in its text; what is resolved has its outcome, and a price is a forecast of the market."""
    rows = [
        resolution("fred", "DGS10", "2026-01-11", 1.0),
        resolution("fred", "DGS10", "2026-02-03", 0.0),
        resolution("manifold", "abc", "2026-08-11", 0.1, resolved=False),
    ]
    result = bring(root, question_set, write(tmp_path / "res.json", "resolutions", rows))
    assert (result.problems, result.left_out) == ((), {})
    record = collected("forecastbench")
    assert list(record.questions) == [EARLY, LATE, "manifold/abc"]
    first = record.questions[EARLY][0]
    assert first.text == "Will it have risen by 2026-01-11 since 2026-01-04?"
    assert (first.opens, first.scheduled_close) == (datetime(2026, 1, 4, tzinfo=UTC), datetime(2026, 1, 11, 23, 59, 59, tzinfo=UTC))
    assert {name: its.outcome for (name, _), its in standing_resolutions(record).items()} == {EARLY: "yes", LATE: "no"}
    assert [(its.who, its.at.date().isoformat(), its.value) for its in record.forecasts] == [
        ("manifold", "2025-12-25", 0.25),
        ("manifold", "2026-08-11", 0.1),
    ]
    assert record.people["manifold"].kind == "market"


def test_a_newer_resolution_set_resolves_the_market(root: Path, question_set: Path, collected: Collected, tmp_path: Path):
    """The question is the same, whatever the day; the price stays a forecast, and a second import adds nothing."""
    price = write(tmp_path / "res.json", "resolutions", [resolution("manifold", "abc", "2026-08-11", 0.1, resolved=False)])
    assert sum(bring(root, question_set, price).added.values()) == 3 + 2 + 1
    assert sum(bring(root, question_set, price).added.values()) == 0
    newer = write(tmp_path / "newer.json", "resolutions", [resolution("manifold", "abc", "2026-09-02", 0.75)])
    result = bring(root, question_set, newer)
    assert {what: count for what, count in result.added.items() if count} == {"resolutions": 1}
    (its,) = standing_resolutions(collected("forecastbench")).values()
    assert (its.question, its.outcome, its.value) == ("manifold/abc", "fraction", 0.75)


def test_rows_that_do_not_fit_are_listed_with_their_lines(root: Path, tmp_path: Path):
    """The rest is imported."""
    question_set = write(
        tmp_path / "set.json",
        "questions",
        [DATA, {**DATA, "id": ["a", "b"]}, DATA, {**DATA, "id": "x", "resolution_dates": ["soon"]}, 3, {**MARKET, "question": ""}],
    )
    rows = [
        resolution("fred", "DGS10", "2026-01-12", 1.0),
        resolution("fred", "other", "2026-01-11", 1.0),
        resolution("fred", "DGS10", "2026-01-11", None),
        resolution("fred", "DGS10", "2026-01-11", 2),
        resolution("fred", "DGS10", "2026-01-11", 0.5, resolved=False),
        resolution("fred", ["a", "b"], "2026-01-11", 1),
        resolution("fred", "DGS10", "2026-02-03", 1),
        resolution("fred", "DGS10", "2026-02-03", 1),
        resolution("fred", "DGS10", "later", 1),
        resolution("fred", "DGS10", "2026-01-11", 1, resolved="yes"),
    ]
    result = bring(root, question_set, write(tmp_path / "res.json", "resolutions", rows))
    assert (result.added["questions"], result.added["resolutions"]) == (2, 1)
    assert result.left_out == {"set.json": 5, "res.json": 9}
    said = complaints(result)
    lines = question_set.read_text().splitlines()
    for path, line, message in said[:5]:
        assert (path, lines[line - 1].strip(), message[:10]) == ("set.json", "3," if "object" in message else "{", "left out: ")
    assert [message.removeprefix("left out: ") for _, _, message in said] == [
        "this is a combination of two questions, which are not read",
        "the question DGS10 of fred stands in this file already",
        "not each of its `resolution_dates` is a day of its own",
        "this is no object",
        "it has no `question`",
        "2026-01-12 is no day of resolution of this question",
        "the question other of fred is not in the question set",
        "`None` is no probability",
        "`2` is no probability",
        "it is not resolved, and a data set has no price",
        "this is a combination of two questions, which are not read",
        f"the question {LATE} stands in this file already, on 2026-02-03 or resolved",
        "its `resolution_date` is no day",
        "its `resolved` is neither true nor false",
    ]


def test_forecasts_of_a_model_are_dated_the_day_on_which_the_set_was_due(
    root: Path, question_set: Path, collected: Collected, tmp_path: Path
):
    """Its own with ``--me``; a forecast of a question that is not asked is left out."""
    rows = [
        {"id": "DGS10", "source": "fred", "forecast": 0.6, "resolution_date": "2026-01-11", "reasoning": "x"},
        {"id": "abc", "source": "manifold", "forecast": 0.3, "resolution_date": None},
        {"id": "DGS10", "source": "fred", "forecast": None, "resolution_date": "2026-02-03"},
        {"id": "DGS10", "source": "fred", "forecast": 0.1, "resolution_date": "2026-01-11"},
        {"id": "nothing", "source": "fred", "forecast": 0.1, "resolution_date": "2026-01-11"},
    ]
    said = write(tmp_path / "model.json", "forecasts", rows, organization="Org", model="Fast 1", model_organization="Org")
    result = bring(root, question_set, said)
    assert result.left_out == {"model.json": 3}
    made = [its for its in collected("forecastbench").forecasts if its.who == "Fast 1"]
    assert [(its.question, its.value, its.at) for its in made] == [
        (EARLY, 0.6, datetime(2026, 1, 4, 23, 59, 59, tzinfo=UTC)),
        ("manifold/abc", 0.3, datetime(2026, 1, 4, 23, 59, 59, tzinfo=UTC)),
    ]
    assert bring(root, question_set, said, collection="mine", me=("Fast 1",)).me == ("me",)
    assert {its.who for its in collected("mine").forecasts} == {"me", "manifold"}


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "this file is empty"),
        (b"\x00", "this file holds a NUL character"),
        (b'{"questions": [\n"\xe4"]}', "this file holds bytes that are not UTF-8"),
        (b"[" * 100_000, "this file holds lists within lists without end"),
        (b'{"questions": [], "forecast_due_date": "soon"}', "this file does not say its `forecast_due_date`"),
        (b'{"questions": 3, "forecast_due_date": "2026-01-04"}', "this file has no list `questions`"),
        (b"{}", "this is no file of ForecastBench: it has no list of questions, resolutions or forecasts"),
        (b'{"resolutions": [], "forecast_due_date": "2026-01-04"}', "0 question sets and 1 resolution sets"),
        (b'{"a":' + b"1" * 5_000 + b"}", "this file is not JSON: Exceeds the limit (4300 digits) for integer string conversion"),
    ],
)
def test_a_file_that_is_none_is_refused(root: Path, tmp_path: Path, raw: bytes, message: str):
    """With its reason, and nothing is written."""
    path = tmp_path / "x.json"
    path.write_bytes(raw)
    result = bring(root, path)
    assert [its.message.partition(":")[0] if "Exceeds" in its.message else its.message for its in result.problems] == [
        message.partition(":")[0] if "Exceeds" in message else message
    ]
    assert not (root / "seeds" / "records").exists()


def test_files_of_two_sets_are_refused(root: Path, question_set: Path, tmp_path: Path):
    """Each set is imported by itself."""
    other = write(tmp_path / "res.json", "resolutions", [], forecast_due_date="2026-01-18")
    (problem,) = bring(root, question_set, other).problems
    assert problem.message == "this file is of the set that was due on 2026-01-18, and the question set was due on 2026-01-04"


def test_a_recorded_set_is_imported_whole(root: Path, collected: Collected):
    """54 questions, 264 with their days; of 139 resolutions 128 are outcomes, 71 of them yes, and 11 are prices."""
    files = [fixture_file("forecastbench", f"2026-01-04-{kind}.json") for kind in ("questions", "resolutions")]
    result = bring(root, *files)
    assert (result.problems, result.left_out) == ((), {})
    record = collected("forecastbench")
    rows = json.loads(files[1].read_text())["resolutions"]
    assert (len(record.questions), len(record.resolutions), len(record.forecasts)) == (264, 128, 24 + 11)
    assert Counter(its.outcome for its in record.resolutions) == {"yes": 71, "no": 57}
    outcomes = {name: its.outcome for (name, _), its in standing_resolutions(record).items()}
    quotes = {(its.question, its.at.date().isoformat()): its.value for its in record.forecasts}
    for row in rows:
        market = f"{row['source']}/{row['id']}"
        name = market if market in record.questions else f"{market}/2026-01-04/{row['resolution_date']}"
        if row["resolved"]:
            assert outcomes[name] == {0.0: "no", 1.0: "yes"}[row["resolved_to"]]
        else:
            assert quotes[name, row["resolution_date"]] == row["resolved_to"]
    assert sum(bring(root, *files).added.values()) == 0
