"""Which questions count, and which forecasts of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from forecast.track_record.cohorts import QuestionCohort, cohort_counts, cohorts_table, entered_between, question_cohorts
from forecast.track_record.record_scores import score_record
from tests.support.invented_records import CLOSES, NOW, QUESTION, YES, at_day, collection, said, score_of, scored, topic
from tests.support.paths import ROOT

MARCH = datetime(2026, 3, 6, tzinfo=UTC)


def cohort_of_question(root: Path, now: datetime = NOW, **tables: object) -> QuestionCohort:
    """The cohort of the one question."""
    (found,) = question_cohorts(collection(root, [said("ann", 0.9)], **tables), now=now)
    return found


@pytest.mark.parametrize("outcome", ["yes", "no"])
def test_a_question_that_is_decided_early_waits_for_its_scheduled_close(outcome: str, tmp_path: Path):
    """It enters on that day whatever happened, and says so."""
    early = {"question": "q", "outcome": outcome, "on": at_day(4)}
    before = cohort_of_question(tmp_path, MARCH, resolutions=[early])
    assert before.cohort == "early"
    assert (
        before.reason == "decided on 2026-03-05, before its scheduled close; it counts from 2026-03-11T00:00:00Z on, whatever the outcome"
    )
    assert cohort_of_question(tmp_path, NOW, resolutions=[early]).cohort == "scored"


def test_a_question_that_ends_as_scheduled_enters_when_it_is_resolved(tmp_path: Path):
    """Its day is that of the resolution, and a question without a scheduled close has no other."""
    assert cohort_of_question(tmp_path).enters == datetime(2026, 3, 11, tzinfo=UTC)
    endless = {name: text for name, text in QUESTION.items() if name != "scheduled_close"}
    assert cohort_of_question(tmp_path, questions=[endless]).enters == datetime(2026, 3, 11, tzinfo=UTC)


@pytest.mark.parametrize("outcome", ["annulled", "ambiguous", "void"])
def test_what_cannot_be_decided_is_counted_as_such(outcome: str, tmp_path: Path):
    """Each has its own name among those not scored."""
    found = cohort_of_question(tmp_path, resolutions=[{**YES, "outcome": outcome}])
    assert (found.cohort, found.is_scored) == (outcome, False)


@pytest.mark.parametrize(
    ("tables", "reason"),
    [
        ({"questions": []}, "`questions.csv` does not have its wording"),
        ({"resolutions": [{**YES, "outcome": "number", "value": "3"}]}, "`number` is no outcome of a question of type `binary`"),
        (
            {
                "questions": [{**QUESTION, "type": "options"}],
                "options": [{"question": "q", "option": name} for name in "ab"],
                "resolutions": [{**YES, "outcome": "label", "value": "c"}],
            },
            "`c` is none of its options: a, b",
        ),
        (
            {"questions": [{**QUESTION, "type": "number"}], "resolutions": [{**YES, "outcome": "above"}]},
            "`above` a bound, and no bounds are on record",
        ),
    ],
)
def test_an_outcome_that_is_none_of_the_question_says_why(tables: dict[str, object], reason: str, tmp_path: Path):
    """It is not scored by guessing."""
    found = cohort_of_question(tmp_path, **tables)
    assert (found.cohort, found.reason) == ("unclear", reason)


def test_a_share_enters_scores_and_not_calibration(tmp_path: Path):
    """Half and half is neither a yes nor a no."""
    found = cohort_of_question(tmp_path, resolutions=[{**YES, "outcome": "fraction", "value": "0.5"}])
    assert (found.is_scored, found.enters_calibration) == (True, False)


def test_open_questions_are_counted(tmp_path: Path):
    """Each cohort has its number, in the order of the table."""
    questions = [QUESTION, {**QUESTION, "id": "r"}, {**QUESTION, "id": "s"}]
    record = collection(
        tmp_path, [said("ann", 0.9)], questions=questions, resolutions=[YES, {**YES, "question": "r", "outcome": "annulled"}]
    )
    assert cohort_counts(question_cohorts(record, now=NOW)) == {"scored": 1, "open": 1, "annulled": 1}


def test_questions_are_chosen_by_the_day_on_which_they_enter(tmp_path: Path):
    """Not by the day on which they were decided, which depends on the outcome."""
    record = collection(tmp_path, [said("ann", 0.9)], resolutions=[{**YES, "on": at_day(4)}])
    late, early = entered_between(datetime(2026, 3, 10, tzinfo=UTC), None), entered_between(None, datetime(2026, 3, 10, tzinfo=UTC))
    assert "brier" in score_record(record, now=NOW, enters=late).scores
    assert score_record(record, now=NOW, enters=early).scores == {}


def test_forecasts_made_after_the_resolution_are_left_out_and_counted(tmp_path: Path):
    """The last forecast is the one before; so it is where only the close has passed."""
    for resolution in (YES, {**YES, "on": at_day(8)}):
        found = scored(collection(tmp_path, [said("ann", 0.6), said("ann", 0.99, 8.5), said("ann", 1, 10)], resolutions=[resolution]))
        assert found.counted.late == (1 if resolution == YES else 2)
    assert score_of(found, "brier")[0] == pytest.approx(0.16)


def test_what_was_entered_later_is_kept_apart(tmp_path: Path):
    """Of one's own questions it is scored by itself, and neither replaces nor ends a forecast made at the time."""
    rows = [
        said("me", 0.6, id="one"),
        said("me", 0.99, 2, recorded="2026-04-01T00:00:00Z"),
        said("me", 0.9, 3, recorded="2026-04-01T00:00:00Z", replaces="one"),
        said("me", "", 4, form="withdrawn", recorded="2026-04-01T00:00:00Z"),
    ]
    record = topic(tmp_path, rows)
    assert score_of(scored(record), "brier-over-time", "me") == pytest.approx((0.16, 1))
    assert score_of(score_record(record, now=NOW, made="entered later"), "brier", "me")[0] == pytest.approx(0.01)


def test_nothing_of_a_platform_was_entered_later(tmp_path: Path):
    """Its times are no claims, whenever they were imported."""
    record = collection(tmp_path, [said("ann", 0.6, recorded="2026-08-01T00:00:00Z")])
    assert score_of(scored(record), "brier")[0] == pytest.approx(0.16)
    assert score_record(record, now=NOW, made="entered later").scores == {}


def test_a_question_asked_anew_is_another_question(tmp_path: Path):
    """A forecast stays with the question as it was asked, and the new one is open."""
    questions = [{**QUESTION, "asked": "old"}, {**QUESTION, "asked": "new", "scheduled_close": "2027-01-01T00:00:00Z", "actual_close": ""}]
    record = topic(
        tmp_path,
        [said("me", 0.6, asked="old"), said("me", 0.2, 5, asked="new")],
        questions=questions,
        resolutions=[{**YES, "asked": "old"}],
    )
    assert score_of(scored(record), "brier-over-time", "me") == pytest.approx((0.16, 1))
    assert cohort_counts(question_cohorts(record, now=NOW)) == {"scored": 1, "open": 1}


def test_a_resolution_on_a_day_counts_until_its_end(tmp_path: Path):
    """A day without a time is over at midnight, UTC."""
    found = scored(collection(tmp_path, [said("ann", 0.9, 9.5)], resolutions=[{**YES, "on": CLOSES[:10]}]))
    assert found.counted.late == 0


def test_the_cohorts_stand_in_the_documentation():
    """SCORING.md has the table that the program has."""
    page = (ROOT / "forecast" / "SCORING.md").read_text(encoding="utf-8")
    assert f"<!-- cohorts -->\n{cohorts_table()}\n<!-- end of cohorts -->" in page
