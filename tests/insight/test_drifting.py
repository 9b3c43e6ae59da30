"""What a drift does to insight: steps beyond the record are luck, drawn on anew on whatever the parameters are."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy import special

from forecast.insight.baseline import baseline_of, resimulate_measures
from forecast.insight.sensitivity import PRIOR_CHANGES, ChangedPrior, _move_draws, changed_statement, with_changed_prior
from forecast.insight.static_baseline import static_topic
from forecast.insight.variance_decomposition import decompose_variance
from forecast.model.model import model_as_of
from forecast.model.priors import blocks
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse, condition_fast
from tests.support.building import make_topic

pytestmark = pytest.mark.medium

OPENS, UNTIL = date(2020, 1, 1), date(2020, 12, 31)
WALK = {"prior": "GaussianRandomWalk(sigma=drift, init_dist=Normal(mu=0, sigma=1))", "per": "year"}
YEAR = {"from": OPENS, "to": UNTIL, "value": 0.3}


def drifting(**more: Any) -> Any:
    """A level read once, which says nothing of how it drifts, and what it will be four years on."""
    given: dict[str, Any] = {
        "priors": {"level": WALK, "drift": "HalfNormal(sigma=0.5)"},
        "streams": {"read": "Normal(mu=level[year], sigma=0.5)"},
        "rows": {"read": [YEAR]},
        "questions": {"high": {"answer": "level[year] > 1", "by": date(2024, 12, 31)}},
        "opens": OPENS,
        "step": "year",
    }
    return make_topic(**{**given, **more})


def chance_of_high(width: float) -> float:
    """The chance that the level is above 1 four steps on, where the drift is HalfNormal(width), summed over a grid."""
    mean, variance = 0.3 / 1.25, 0.25 / 1.25
    drift = (np.arange(20_000) + 0.5) / 20_000 * 8 * width
    weight = np.exp(-0.5 * (drift / width) ** 2)
    return float((weight * special.ndtr((mean - 1) / np.sqrt(variance + 4 * drift**2))).sum() / weight.sum())


def test_another_drift_moves_the_steps_beyond_the_record() -> None:
    """Where draws of the drift are moved, the years to come are drawn on with the drift as it then is."""
    basis = baseline_of(analyse(drifting(), UNTIL, Settings(), referee=False))
    assert abs(basis.published[0] - chance_of_high(0.5)) < 4 * basis.errors[0]
    block = next(each for each in blocks(basis.model) if each.name == "drift")
    _, width, shift = next(change for change in PRIOR_CHANGES if change[0] == "twice as wide")
    statement = changed_statement(block, width, shift)
    assert statement is not None
    changed = ChangedPrior(block, "", "twice as wide", statement)
    model = with_changed_prior(basis.model, changed)
    new = next(each for each in blocks(model) if each.name == "drift")
    varied = resimulate_measures(basis, model, *_move_draws(basis, block, new))
    change = chance_of_high(1.0) - chance_of_high(0.5)
    assert change > 0.05
    assert varied.changes[0] == pytest.approx(change, abs=4 * varied.errors[0])


def test_steps_beyond_the_record_are_luck() -> None:
    """Of a level four steps on, ignorance is what is unknown of the level now: knowing it takes away that variance and no more."""
    topic = drifting(
        priors={"level": {**WALK, "prior": "GaussianRandomWalk(sigma=0.3, init_dist=Normal(mu=0, sigma=1))"}},
        questions={"level_then": {"answer": "level[year]", "by": date(2024, 12, 31)}},
    )
    (found,) = decompose_variance(baseline_of(analyse(topic, UNTIL, Settings(), referee=False)))
    assert found["ignorance"] == pytest.approx(0.2 / (0.2 + 4 * 0.3**2), abs=4 * found["error"])


@pytest.mark.parametrize(
    "entering",
    [
        {"reliability": "right", "wrong": "Normal(mu=level[year], sigma=3)"},
        {"reliability": "1 / (1 + exp(-2 - level[year]))", "wrong": "Normal(mu=0, sigma=3)"},
        {"weight": "1 if grade == 'A' else 0.5"},
    ],
)
def test_a_topic_is_held_still_however_its_rows_enter(entering: dict[str, str]) -> None:
    """Held still, a topic of one year has the evidence that it has as it is: its walk is its first value."""
    topic = drifting(
        priors={"level": WALK, "drift": "HalfNormal(sigma=0.5)", "right": "Beta(alpha=8, beta=2)"},
        streams={"read": {"value": "Normal(mu=level[year], sigma=0.5)", **entering}},
        rows={"read": [{**YEAR, "grade": "A"}, {**YEAR, "grade": "B", "value": 0.9}]},
    )
    still = static_topic(topic)
    assert still is not None
    one, other = (condition_fast(model_as_of(each, UNTIL), Settings()).diagnostics for each in (topic, still))
    assert one.log_evidence is not None
    assert other.log_evidence == pytest.approx(one.log_evidence, abs=0.02)
