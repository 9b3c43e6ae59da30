"""Recalibration walks forward, and counts what it would have gained by question."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from forecast.book.files.problems import Place
from forecast.calibration.recalibration_topic import entry_days
from forecast.calibration.settled_forecasts import SettledForecasts
from forecast.calibration.walk_forward import Recalibrate, fit_days, recalibrated_forward, recalibration_gain
from forecast.forecasts.resolution import Resolution
from forecast.language.arrays import Array
from tests.support.simulated_forecasts import BEGIN, DAY, calibrated, rows_of


def test_a_forecast_is_recalibrated_by_what_was_settled_on_an_earlier_day():
    """The fit used is the newest of a day before the forecast was made; the first comes with five settled questions."""
    asked: list[np.datetime64] = []

    def fit(day: np.datetime64) -> Recalibrate:
        asked.append(day)
        return lambda rows: np.full(rows.probability.size, float((day - BEGIN) / DAY))

    found = recalibrated_forward(calibrated(12, np.random.default_rng(1)), fit, growth=1.25)
    assert [int((day - BEGIN) / DAY) for day in asked] == [9, 13, 17]  # five questions are settled on day 9, seven on 13, nine on 17
    assert np.isnan(found[:5]).all()
    assert found[5:].tolist() == [9, 9, 13, 13, 17, 17, 17]  # made on days 10, 12, 14 and so on


def test_an_outcome_of_the_same_day_is_not_used():
    """A forecast made on the day of a fit is not recalibrated by it, for nobody knows which of the two came first."""
    rows = calibrated(12, np.random.default_rng(1))
    found = recalibrated_forward(
        replace(rows, at=rows.at - DAY),
        lambda day: lambda those: np.full(those.probability.size, float((day - BEGIN) / DAY)),
        growth=1.25,
    )
    assert np.isnan(found[:6]).all()
    assert found[6:].tolist() == [9, 9, 13, 13, 17, 17]  # made on days 11, 13, 15 and so on


def test_an_outcome_is_not_used_before_it_could_be_known():
    """A question that ended on day 1 and whose outcome became known on day 100 is settled from day 100 on, for fits and as a row."""
    rows = calibrated(6, np.random.default_rng(9))
    late = Resolution(
        Place("resolutions.csv"),
        "",
        "q0",
        "",
        "yes",
        None,
        datetime(2026, 1, 2, tzinfo=UTC),
        date(2026, 4, 11),
        datetime(2026, 4, 11, tzinfo=UTC),
    )
    first, *others = rows.questions
    rows = replace(rows, questions=(replace(first, question=replace(first.question, resolution=late)), *others))
    assert [int((day - BEGIN) / DAY) for day in entry_days(rows)] == [100, 3, 5, 7, 9, 11]
    assert [int((day - BEGIN) / DAY) for day in fit_days(rows, growth=1.25)] == [11]


def test_fits_become_rarer_as_the_record_grows():
    """Each has a quarter more settled questions than the one before, or one more where these are few."""
    days = list(fit_days(calibrated(500, np.random.default_rng(2)), growth=1.25))
    counts = [(int((day - BEGIN) / DAY) + 1) // 2 for day in days]
    assert counts[:8] == [5, 7, 9, 12, 15, 19, 24, 30]
    assert len(counts) < 30


def test_a_fit_that_is_not_to_be_used_leaves_the_one_before():
    """And where there was none before, forecasts are not recalibrated."""

    def fit(day: np.datetime64) -> Recalibrate | None:
        return None if (day - BEGIN) / DAY != 13 else lambda rows: np.full(rows.probability.size, 0.5)

    found = recalibrated_forward(calibrated(12, np.random.default_rng(3)), fit, growth=1.25)
    assert np.isnan(found[:7]).all()
    assert found[7:].tolist() == [0.5] * 5


def test_the_gain_is_that_of_the_scores():
    """By hand: a quarter of the weight of one question, and another in full."""
    rows = rows_of(np.array([0.8, 0.6, 0.5]), np.array([1.0, 1.0, 0.0]), question=np.array([0, 0, 1]), weight=np.array([0.25, 0.75, 1.0]))
    new = np.array([0.9, 0.6, 0.4])
    found = recalibration_gain(rows, new, rng=np.random.default_rng(4))
    assert found is not None
    assert found.log == pytest.approx((0.25 * np.log(0.9 / 0.8) + np.log(0.6 / 0.5)) / 2)
    assert found.brier == pytest.approx((0.25 * (0.04 - 0.01) + 0.25 - 0.16) / 2)
    assert (found.questions, found.clusters) == (2, 2)
    assert found.low < found.log < found.high


def test_copies_of_a_question_narrow_nothing():
    """Twenty people who say the same have the interval of one."""
    rng = np.random.default_rng(5)
    one = calibrated(60, rng)
    new = np.clip(one.probability + 0.05, 0.01, 0.99)
    many = rows_of(one.probability.repeat(20), one.outcome.repeat(20), question=np.arange(60).repeat(20), weight=np.full(1200, 0.05))
    alone, together = (recalibration_gain(rows, values, rng=rng) for rows, values in ((one, new), (many, new.repeat(20))))
    assert alone is not None
    assert together is not None
    assert together.log == pytest.approx(alone.log)
    assert together.high - together.low == pytest.approx(alone.high - alone.low, rel=0.1)


def test_without_a_recalibrated_forecast_there_is_no_gain():
    """Nothing is tested."""
    rows = calibrated(4, np.random.default_rng(6))
    assert recalibration_gain(rows, np.full(4, np.nan), rng=np.random.default_rng(7)) is None


def test_forecasts_of_certainty_stay_as_they_are():
    """Those of exactly 0 or 1 have no log odds, whatever a fit says."""

    def fit(day: np.datetime64) -> Recalibrate:
        def recalibrate(rows: SettledForecasts) -> Array:
            assert ((rows.probability > 0) & (rows.probability < 1)).all()
            return rows.probability

        return recalibrate

    rows = calibrated(20, np.random.default_rng(8))
    found = recalibrated_forward(replace(rows, probability=np.where(np.arange(20) == 12, 1.0, rows.probability)), fit, growth=1.25)
    assert np.flatnonzero(np.isnan(found)).tolist() == [0, 1, 2, 3, 4, 12]
