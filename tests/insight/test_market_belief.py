"""What would have to be believed for a price: held against quadrature where the chance has a closed form, and where paths are counted."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.insight.market_belief import price_beliefs
from forecast.language.statements import parse_statement
from forecast.model.model import model_as_of
from forecast.model.priors import blocks
from forecast.model.settings import Settings
from forecast.predict import chance_draws
from forecast.predict.analysis import condition_fast
from tests.support.building import make_topic

pytestmark = pytest.mark.medium

AS_OF, SEEN_TO, END = date(2025, 4, 10), date(2025, 3, 31), date(2026, 12, 31)
MONTHS = 30.4375
QUARTER, AHEAD = 90 / MONTHS, (END - SEEN_TO).days / MONTHS
RATES = np.linspace(1e-4, 6.0, 200_001)


def _posterior():
    topic = make_topic(
        priors={"rate": "Gamma(alpha=4, beta=8)", "unused": "Normal(mu=0, sigma=1)"},
        streams={"seen": "Poisson(mu=rate * months)"},
        rows={"seen": [{"from": date(2025, 1, 1), "to": SEEN_TO, "value": 3}]},
        questions={
            "more": {"answer": "total(seen) > 12", "by": END},
            "given": {"answer": "total(seen) > 12", "given": "total(seen) > 6", "by": END},
            "high": {"answer": "rate > 0.6"},
        },
    )
    return condition_fast(model_as_of(topic, AS_OF), Settings())


@pytest.fixture(scope="module")
def posterior():
    """The posterior of a rate after three events in a quarter: Gamma(7, 8 + 2.96)."""
    return _posterior()


def _density(alpha: float = 4.0, beta: float = 8.0):
    weights = stats.gamma(alpha + 3, scale=1 / (beta + QUARTER)).pdf(RATES)
    return weights / weights.sum()


def _chance(least: int):
    return stats.poisson(RATES * AHEAD).sf(least - 3)


def _tilted(weights, chance, target: float):
    """λ, divergence and median of the rate, by quadrature."""
    low, high = -400.0, 400.0
    for _ in range(100):
        tilt = (low + high) / 2
        tilted = weights * np.exp(tilt * (chance - target))
        tilted /= tilted.sum()
        low, high = (tilt, high) if tilted @ chance < target else (low, tilt)
    divergence = tilt * target - np.log(weights @ np.exp(tilt * chance))
    return tilt, float(divergence), float(RATES[np.searchsorted(np.cumsum(tilted), 0.5)])


@pytest.mark.parametrize("target", [0.2, 0.5, 0.9])
def test_a_closed_form_gives_the_tilt_of_quadrature(posterior, target):
    """Tilt, divergence and the moved median are those of the Gamma posterior by quadrature, within the stated error."""
    question = posterior.model.topic.questions["more"]
    (belief,) = price_beliefs(question, posterior, [target], np.random.default_rng(1))
    tilt, divergence, median = _tilted(_density(), _chance(12), target)
    assert belief.mean == pytest.approx(float(_density() @ _chance(12)), abs=0.002)
    assert belief.tilt.status == "found"
    assert belief.tilt.tilt == pytest.approx(tilt, rel=0.02)
    assert belief.tilt.divergence == pytest.approx(divergence, abs=4 * belief.tilt.divergence_error + 0.002)
    assert belief.moved[0].name == "rate"
    assert belief.moved[0].after[1] == pytest.approx(median, rel=0.02)
    assert abs(belief.moved[1].distance) < 0.1  # a parameter that the question does not use does not move


@pytest.mark.parametrize("target", [0.3, 0.5])
def test_counted_paths_agree_with_the_closed_form(posterior, target, monkeypatch):
    """Where the same chance is counted on paths, divergence and moved median agree with quadrature: the noise of paths leaves no bias."""
    question = posterior.model.topic.questions["more"]
    monkeypatch.setattr(chance_draws, "find_passing", lambda *_: None)
    found = [price_beliefs(question, posterior, [target], np.random.default_rng(seed))[0] for seed in range(6)]
    _, divergence, median = _tilted(_density(), _chance(12), target)
    assert {its.tilt.status for its in found} == {"found"}
    error = np.hypot(np.std([its.tilt.divergence for its in found]) / np.sqrt(6), 0.002)
    assert np.mean([its.tilt.divergence for its in found]) == pytest.approx(divergence, abs=4 * error)
    assert np.mean([its.moved[0].after[1] for its in found]) == pytest.approx(median, rel=0.02)


def test_under_a_condition_draws_weigh_by_its_chance(posterior):
    """Given that something has happened, what is tilted is the posterior given that, and the chance is the conditional one."""
    question = posterior.model.topic.questions["given"]
    asked = _chance(6)
    weights = _density() * asked
    weights /= weights.sum()
    chance = _chance(12) / asked
    (belief,) = price_beliefs(question, posterior, [0.5], np.random.default_rng(3))
    _, divergence, median = _tilted(weights, chance, 0.5)
    assert belief.mean == pytest.approx(float(weights @ chance), abs=0.02)
    assert belief.tilt.divergence == pytest.approx(divergence, abs=0.06)
    assert belief.moved[0].after[1] == pytest.approx(median, rel=0.05)


def test_a_question_about_parameters_is_tilted_without_paths(posterior):
    """For what is said of parameters alone the tilt only moves weight between Yes and No: its divergence is that of two binary chances."""
    question = posterior.model.topic.questions["high"]
    (belief,) = price_beliefs(question, posterior, [0.8], np.random.default_rng(4))
    p = belief.mean
    assert p == pytest.approx(float(stats.gamma(7, scale=1 / (8 + QUARTER)).sf(0.6)), abs=0.005)
    assert belief.tilt.divergence == pytest.approx(0.8 * np.log(0.8 / p) + 0.2 * np.log(0.2 / (1 - p)), rel=1e-6)


@pytest.mark.parametrize("target", [0.3, 0.6])
def test_a_prior_moved_alone_gives_the_price(posterior, target):
    """Under the statement that a shift names, the mean chance by quadrature is the price; and its median is the one stated."""
    question = posterior.model.topic.questions["more"]
    (belief,) = price_beliefs(question, posterior, [target], np.random.default_rng(1))
    rate, unused = belief.priors
    assert (rate.name, rate.status) == ("rate", "found")
    statement = parse_statement(rate.statement)
    moved = make_topic(priors={"rate": statement.text}, streams={}, rows={}, questions={"high": {"answer": "rate > 0.6"}})
    (block,) = blocks(model_as_of(moved, AS_OF))
    alpha, beta = (float(np.ravel(block.fixed[name])[0]) for name in ("alpha", "beta"))
    assert float(_density(alpha, beta) @ _chance(12)) == pytest.approx(target, abs=0.01)
    assert rate.new_median == pytest.approx(float(stats.gamma(alpha, scale=1 / beta).median()), rel=1e-3)
    assert rate.median == pytest.approx(float(stats.gamma(4, scale=1 / 8).median()), rel=1e-3)
    assert unused.status != "found"  # what the question does not use cannot give a price
    assert unused.reach[0] == pytest.approx(belief.mean, abs=0.02)


@pytest.mark.parametrize(("target", "is_found"), [(0.75, True), (0.7, True), (0.62, False), (0.55, False)])
def test_a_prior_that_few_draws_tell_of_is_not_given(target: float, is_found: bool):  # noqa: FBT001 - what is expected
    """Under the moved prior of a chance its mean is the price to a hundredth; beyond that the draws lie on the near side, and nothing is said."""
    topic = make_topic(priors={"chance": "Beta(alpha=16, beta=4)"}, questions={"won": {"probability": "chance"}})
    posterior = condition_fast(model_as_of(topic, AS_OF), Settings())
    (belief,) = price_beliefs(topic.questions["won"], posterior, [target], np.random.default_rng(1))
    (shift,) = belief.priors
    assert (shift.status == "found") == is_found
    if is_found:
        moved = make_topic(priors={"chance": shift.statement}, questions={"won": {"probability": "chance"}})
        (block,) = blocks(model_as_of(moved, AS_OF))
        assert block.fixed is not None
        alpha, beta = (float(np.ravel(block.fixed[name])[0]) for name in ("alpha", "beta"))
        assert alpha / (alpha + beta) == pytest.approx(target, abs=0.01)


def test_a_price_beyond_a_question_that_is_settled_is_impossible(posterior):
    """Where the record has decided, no values of the parameters give another price; where it has not, a price beyond the draws is not called so."""
    question = posterior.model.topic.questions["more"]
    settled, extreme = (
        price_beliefs(question, posterior, [target], np.random.default_rng(5), settled=decided)[0]
        for target, decided in ((0.95, 1.0), (1 - 1e-9, None))
    )
    assert (settled.tilt.status, settled.priors) == ("impossible", ())
    assert extreme.tilt.status == "not resolved"
    assert extreme.tilt.reach is not None
    assert 0.9 < extreme.tilt.reach[1] < 1


def test_another_kind_of_question_has_no_chance(posterior):
    """A question for a number is refused."""
    topic = make_topic(priors={"rate": "Gamma(alpha=4, beta=8)"}, streams={}, rows={}, questions={"rate": {"answer": "rate"}})
    with pytest.raises(ValueError, match="does not ask for a probability"):
        price_beliefs(topic.questions["rate"], posterior, [0.5], np.random.default_rng(6))
