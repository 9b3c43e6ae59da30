"""Predictive checks: tails that decide whether a check is said beside the answers are measured on enough records."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a test's truth comes from elsewhere than the project

from forecast.insight import posterior_predictive_check as checks
from forecast.insight.posterior_predictive_check import predictive_checks
from forecast.model.model import model_as_of
from tests.support.building import OPENS, make_topic


def tail_of(seen: float) -> float:
    """The tail of one value seen of a standard normal, by 2,000 draws and as many more as it takes."""
    topic = make_topic(priors={"level": "Normal(mu=0, sigma=1)"}, streams={"read": "Normal(mu=0, sigma=1)"}, rows={"read": [seen]})
    model = model_as_of(topic, OPENS + timedelta(days=3))
    found = predictive_checks(model, {"level": np.zeros((2_000, 1))}, np.random.default_rng(1), every={"level": np.zeros((5_000, 1))})
    (mean,) = [each for each in found if each.statistic == "mean"]
    return mean.tail


@pytest.mark.parametrize("seen", [-3.5, -3.1, 2.8, 3.1, 3.5])
def test_a_tail_near_a_thousandth_is_as_exact_as_65_536_records_make_it(seen: float) -> None:
    """It is within four of its standard errors of the exact one; 2,000 records would not tell 0.05 % from 0.2 %."""
    exact = 2 * float(stats.norm.sf(abs(seen)))
    error = 2 * np.sqrt(exact / 2 / checks.FAR_TAIL_DRAWS)
    assert tail_of(seen) == pytest.approx(exact, abs=4 * error)
    assert (tail_of(seen) < 0.001) is (exact < 0.001)


def test_an_ordinary_tail_is_not_measured_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no check is far out, one set of records is all that is drawn."""
    calls = []
    real = checks.predict_rows
    monkeypatch.setattr(checks, "predict_rows", lambda *given: calls.append(1) or real(*given))
    assert tail_of(1.0) > 0.2
    assert len(calls) == 1
    tail_of(3.5)
    assert len(calls) == 2 + checks.FAR_TAIL_DRAWS // checks.FAR_TAIL_BATCH


def test_a_long_record_is_predicted_at_a_few_draws_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """No array has more numbers than are allowed at once, and each tail is the exact one within four of its errors."""
    rows = 40
    topic = make_topic(priors={"level": "Normal(mu=0, sigma=1)"}, streams={"read": "Normal(mu=0, sigma=1)"}, rows={"read": [0.1] * rows})
    model = model_as_of(topic, OPENS + timedelta(days=rows + 3))
    sizes = []
    real = checks.predict_rows
    monkeypatch.setattr(checks, "CELLS_PREDICTED", 100 * rows)
    monkeypatch.setattr(checks, "predict_rows", lambda *given: sizes.append(len(given[1]["level"])) or real(*given))
    made = predictive_checks(model, {"level": np.zeros((2_050, 1))}, np.random.default_rng(1))
    assert sizes[:21] == [*[100] * 20, 50]
    assert max(sizes) <= 100  # also where far tails, as that of the largest value, are measured again
    (mean,) = [each for each in made if each.statistic == "mean"]
    exact = 2 * float(stats.norm.sf(0.1 * np.sqrt(rows)))
    assert mean.tail == pytest.approx(exact, abs=4 * np.sqrt(exact / 2_050))
