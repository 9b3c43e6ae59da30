"""Which probabilities enter calibration, and how much each counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forecast.calibration.consistency import chance_curve
from forecast.calibration.isotonic import brier_parts
from forecast.calibration.settled_forecasts import settled_forecasts, settled_shares
from tests.support.invented_records import NOW, QUESTION, YES, at_day, collection, said, topic
from tests.support.simulated_forecasts import rows_of


def test_a_question_counts_once_for_each_forecaster(tmp_path: Path):
    """Forecasts count by the share of the time from the forecaster's first to the scheduled close, of ten days here."""
    record = collection(tmp_path, [said("ann", 0.2, 0), said("ann", 0.6, 4), said("bob", 0.5, 8)])
    rows = settled_forecasts([record], now=NOW)
    assert rows.probability.tolist() == [0.2, 0.6, 0.5]
    assert rows.weight == pytest.approx([0.4, 0.6, 1.0])
    assert rows.outcome.tolist() == [1, 1, 1]
    assert [rows.people[who] for who in rows.who] == ["ann", "ann", "bob"]
    assert rows.at.astype(str).tolist() == ["2026-03-01T00:00:00.000000", "2026-03-05T00:00:00.000000", "2026-03-09T00:00:00.000000"]
    assert (rows.question_count, rows.clusters) == (1, 1)


def test_a_question_that_ended_early_counts_for_the_time_that_had_passed(tmp_path: Path):
    """Of ten days five had passed; a withdrawn forecast counts until it was withdrawn."""
    question = {**QUESTION, "actual_close": at_day(5)}
    record = collection(
        tmp_path,
        [said("ann", 0.3, 0), said("bob", 0.3, 0), said("bob", "", 2, form="withdrawn")],
        questions=[question],
        resolutions=[{**YES, "on": at_day(5)}],
    )
    assert settled_forecasts([record], now=NOW).weight == pytest.approx([0.5, 0.2])


def test_shares_do_not_enter_and_are_counted(tmp_path: Path):
    """A question that came out 50-50 is no event; forecasts in other forms are none either."""
    record = collection(
        tmp_path,
        [said("ann", 0.3), said("ann", 0.3, question="half"), said("bob", 0.4, form="number")],
        questions=[QUESTION, {**QUESTION, "id": "half"}],
        resolutions=[YES, {"question": "half", "outcome": "fraction", "value": "0.5", "on": YES["on"]}],
    )
    rows = settled_forecasts([record], now=NOW)
    assert rows.probability.tolist() == [0.3]
    assert settled_shares([record], now=NOW) == 1


def test_questions_of_a_topic_are_a_group_and_those_of_a_platform_stand_alone(tmp_path: Path):
    """Two questions of each: one group and two."""
    questions = [QUESTION, {**QUESTION, "id": "r"}]
    resolutions = [YES, {**YES, "question": "r"}]
    asked = [said("me", 0.3), said("me", 0.4, question="r")]
    elsewhere = collection(tmp_path, [{**its, "who": "ann"} for its in asked], questions=questions, resolutions=resolutions, me=["ann"])
    cells = {"asked": "a" * 12, "recorded": at_day(0)}
    own = topic(
        tmp_path,
        [{**its, **cells} for its in asked],
        questions=[{**its, **cells} for its in questions],
        resolutions=[{**its, "asked": "a" * 12, "recorded": its["on"]} for its in resolutions],
    )
    rows = settled_forecasts([own, elsewhere], now=NOW)
    assert (rows.question_count, rows.clusters) == (4, 3)
    assert set(rows.people) == {"me"}
    assert rows.platforms == ("", "", "venue", "venue")


def test_whoever_learns_is_found_calibrated():
    """Of a hazard known to all, the forecast in force weighted by time is calibrated, where a yes ends the question; the last one, and the mean over time, are not."""
    rng = np.random.default_rng(1)
    steps, questions = 10, 20_000
    hazard = 0.1
    happens = rng.geometric(hazard, questions)  # the step in which it happens, from 1
    outcome = (happens <= steps).astype(np.float64)
    said_at = 1 - (1 - hazard) ** (steps - np.arange(steps))  # at the beginning of each step, if it has not happened
    standing = np.arange(steps)[np.newaxis] < happens[:, np.newaxis]
    question, step = np.nonzero(standing)
    by_time = rows_of(said_at[step], outcome[question], question=question, weight=np.full(question.size, 1 / steps))
    last = rows_of(said_at[standing.sum(axis=1) - 1], outcome)
    mean = rows_of((standing * said_at).sum(axis=1) / standing.sum(axis=1), outcome)
    assert brier_parts(chance_curve(by_time)).miscalibration < 1e-3
    assert brier_parts(chance_curve(last)).miscalibration > 0.05
    assert brier_parts(chance_curve(mean)).miscalibration > 0.01
