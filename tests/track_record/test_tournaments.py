"""What tournaments add up to, and the track record of several years on the page of scores."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from forecast.track_record.score_table import score_table
from forecast.track_record.tournaments import TournamentTotal, tournament_totals
from tests.support.invented_records import QUESTION, YES, at_day, collection, said, scored
from tests.support.score_pages import score_page_of

CUP = "project: Invented Cup"


def totals_of(root: Path, **tables: object) -> list[TournamentTotal]:
    """The totals by baseline of a record with two forecasters: `a` weighs 1, `b` 0.25 and is decided early."""
    questions = [
        {**QUESTION, "id": "a", "tags": f"{CUP}; weather"},
        {**QUESTION, "id": "b", "tags": CUP, "weight": "0.25", "scheduled_close": "2026-12-31T00:00:00Z"},
        {**QUESTION, "id": "c", "tags": "project: Other", "weight": "3"},
    ]
    rows = [
        said("ann", 0.8, question="a"),
        said("ann", 0.9, 5, question="b"),
        said("bob", 0.5, question="a"),
        said("bob", 0.9, question="c"),
    ]
    ends = [{**YES, "question": "a"}, {**YES, "question": "b", "on": at_day(10)}, {**YES, "question": "c"}]
    record = collection(root, rows, **{"questions": questions, "resolutions": ends, **tables})
    return [its for its in tournament_totals(score_table([scored(record)]), who=None) if its.measure.name == "baseline"]


def test_a_total_is_the_sum_of_scores_times_weights(tmp_path: Path):
    """Questions count from their resolution on, coverage is weighted too, and the take is the square of a total above 0."""
    cup = [its for its in totals_of(tmp_path) if its.tournament == "Invented Cup"]
    open_days = 305  # of b, of which ann's forecast stood for five before it closed
    a, b = 100 * math.log2(0.8 * 2), 100 * math.log2(0.9 * 2) * 5 / open_days
    assert [(its.who, its.questions) for its in cup] == [("ann", 2), ("bob", 1)]
    assert cup[0].total == pytest.approx(a + 0.25 * b, rel=1e-12)
    assert cup[0].coverage == pytest.approx(1 + 0.25 * 5 / open_days, rel=1e-12)
    assert cup[0].possible == pytest.approx(1.25)
    assert cup[0].take == pytest.approx(cup[0].total ** 2)
    assert (cup[1].total, cup[1].take) == (0, 0)


def test_a_total_below_zero_takes_nothing(tmp_path: Path):
    """The take is 0, not the square."""
    found = totals_of(tmp_path, resolutions=[{"question": "a", "outcome": "no", "on": YES["on"]}])
    ann = next(its for its in found if its.who == "ann")
    assert ann.total == pytest.approx(100 * math.log2(0.2 * 2))
    assert ann.take == 0


def test_a_tag_counts_once_and_weight_zero_adds_nothing(tmp_path: Path):
    """A tag that stands twice does not double a total; an infinite loss of a question without weight is none."""
    questions = [{**QUESTION, "id": "a", "tags": f"{CUP}; {CUP}"}, {**QUESTION, "id": "b", "tags": CUP, "weight": "0"}]
    rows = [said("ann", 0.8, question="a"), said("ann", 0, question="b")]
    ends = [{**YES, "question": name} for name in "ab"]
    record = collection(tmp_path, rows, questions=questions, resolutions=ends)
    totals = tournament_totals(score_table([scored(record)]), who=["ann"])
    (found,) = (its for its in totals if its.measure.name == "baseline")
    assert found.total == pytest.approx(100 * math.log2(1.6))


def test_no_tournament_has_no_totals(tmp_path: Path):
    """Other tags make none."""
    record = collection(tmp_path, [said("ann", 0.8)], questions=[{**QUESTION, "tags": "projects; leaderboard: 2026"}])
    assert tournament_totals(score_table([scored(record)]), who=None) == ()


def write_years(root: Path) -> None:
    """Eight questions of two years in a tournament, one's own forecasts of them beside an aggregate's."""
    questions = [
        {
            **QUESTION,
            "id": f"{year}-{at}",
            "opens": f"{year}-03-01T00:00:00Z",
            **dict.fromkeys(("scheduled_close", "actual_close", "spot"), f"{year}-03-11T00:00:00Z"),
            "tags": CUP,
        }
        for year in (2024, 2025)
        for at in range(4)
    ]
    rows = [
        {**said(who, value, question=its["id"]), "at": its["opens"]}
        for at, its in enumerate(questions)
        for who, value in (("7", 0.9 - 0.1 * (at % 4)), ("recency_weighted", 0.6))
    ]
    ends = [{"question": its["id"], "outcome": "yes", "on": its["actual_close"]} for its in questions]
    people = [{"who": "recency_weighted", "kind": "aggregate"}]
    collection(root, rows, questions=questions, resolutions=ends, people=people, me=["7"], crowd=False)


def test_the_page_has_the_track_record_by_year(tmp_path: Path):
    """Means by year, own scores beside the crowd's at the same time, and the tournament's totals are in the JSON and on the page."""
    write_years(tmp_path)
    page = score_page_of(tmp_path)
    (years,) = page["groups"]
    brier = [(its["group"], its["mean"]) for its in years["summaries"] if its["measure"] == "brier-over-time"]
    mean = (0.1**2 + 0.2**2 + 0.3**2 + 0.4**2) / 4
    assert years["by"] == "year"
    assert brier == [("2024", pytest.approx(mean)), ("2025", pytest.approx(mean))]
    crowd = {(its["group"], its["measure"]): its for its in page["crowd"]}
    assert crowd["", "brier-over-time"]["reference"] == pytest.approx(0.16)
    assert crowd["2025", "brier-over-time"]["difference"] == pytest.approx(0.16 - mean)
    assert {(its["who"], its["questions"]) for its in page["scores"]["tournaments"]} == {("me", 8)}
    text = (tmp_path / "reports" / "score.md").read_text(encoding="utf-8")
    assert "## Track record" in text
    assert (
        "![me: Brier (0 to 1), over the time covered, mean by the year in which questions closed, 2024 to 2025.](score/by-year.svg)" in text
    )
    assert (tmp_path / "reports" / "score" / "by-year.svg").is_file()
    html = (tmp_path / "reports" / "score.html").read_text(encoding="utf-8")
    assert all(f'id="{name}"' in html for name in ("track-record", "crowd", "tournaments"))


def test_a_record_of_one_year_has_no_track_record(tmp_path: Path):
    """One group is what the means say already, and without an aggregate there is no crowd."""
    collection(tmp_path, [said("7", 0.9)], me=["7"])
    page = score_page_of(tmp_path)
    assert (page["groups"], page["crowd"], page["scores"]["tournaments"]) == ([], [], [])
    assert "## Track record" not in (tmp_path / "reports" / "score.md").read_text(encoding="utf-8")
