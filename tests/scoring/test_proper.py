"""Rules that are called proper are: no forecast has a better expected score than what is believed.

``EXPECTED_SCORES`` has, for each such rule, its expected score under a belief; the belief and another forecast are drawn at random.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.language.arrays import Array
from forecast.scoring.brier import brier_score, brier_score_two_sided
from forecast.scoring.crps import (
    crps_cut_of_cdf,
    crps_cut_of_draws,
    crps_cut_of_masses,
    crps_cut_of_quantiles,
    crps_of_cdf,
    crps_of_draws,
    crps_of_masses,
    crps_of_quantiles,
)
from forecast.scoring.energy import energy_score
from forecast.scoring.logarithmic import (
    log_score,
    log_score_bits,
    log_score_censored,
    log_score_of_density,
    probability_of_class,
    probability_of_outcome,
)
from forecast.scoring.metaculus import baseline_score, baseline_score_continuous, peer_score
from forecast.scoring.quantiles import interval_score, quantile_score, weighted_interval_score
from forecast.scoring.ranked import ordinal_brier_score, ranked_logarithmic_score, ranked_probability_score
from forecast.scoring.rules import SCORING_RULES
from forecast.scoring.skill import skill_difference
from forecast.scoring.spherical import spherical_score

pytestmark = pytest.mark.medium

CLASSES = 5
VALUES = np.arange(CLASSES, dtype=float)  # what a number may be, in the families of quantiles and draws
DRAWS = 200  # a distribution over the values as so many draws
POINTS = np.array([0.0, 1.0, 1.5, 3.0, 4.0])  # of piecewise linear cdfs, with a mass beyond either end
NODES = np.array([-np.sqrt(0.6), 0, np.sqrt(0.6)])  # Gauss-Legendre, exact to the fifth power
WEIGHTS = np.array([5, 8, 5]) / 18
CUT = 2.0

type Expectation = Callable[[Array, Array], float]

probabilities = st.lists(st.integers(1, 50), min_size=CLASSES, max_size=CLASSES).map(lambda parts: np.array(parts) / sum(parts))


def yes_or_no(score: Callable[[Array, Array], Array]) -> Expectation:
    """Of a yes-or-no question: the first probability is the chance of yes."""

    def expected(forecast: Array, belief: Array) -> float:
        scores = score(np.full(2, forecast[0]), np.array([0, 1]))
        return float(np.array([1 - belief[0], belief[0]]) @ scores)

    return expected


def classes(score: Callable[..., Array]) -> Expectation:
    """Of a question with several answers."""

    def expected(forecast: Array, belief: Array) -> float:
        return float(belief @ score(probabilities=np.tile(forecast, (CLASSES, 1)), outcome=np.arange(CLASSES)))

    return expected


def values(score: Callable[[Array], Array]) -> Expectation:
    """Of a number among the values: the score of a distribution, as probabilities of them, at all of them."""
    return lambda forecast, belief: float(belief @ score(forecast))


def draws_of(distribution: Array) -> Array:
    """So many draws of each value as come nearest to its probability, by stratified sampling, for each value as outcome."""
    return np.tile(quantiles_of(distribution, (np.arange(DRAWS) + 0.5) / DRAWS), (CLASSES, 1))


def quantiles_of(distribution: Array, levels: Sequence[float] | Array) -> Array:
    """The least values up to which a share of the distribution lies."""
    return VALUES[np.minimum(np.searchsorted(np.cumsum(distribution), np.asarray(levels) - 1e-12), CLASSES - 1)]


def drawn(score: Callable[[Array], Array]) -> Expectation:
    """Of draws: the belief is the empirical distribution of its own draws."""

    def expected(forecast: Array, belief: Array) -> float:
        sample = draws_of(belief)[0]
        weights = np.array([(sample == value).mean() for value in VALUES])
        return float(weights @ score(draws_of(forecast)))

    return expected


def linear(score: Callable[[Array, Array], Array]) -> Expectation:
    """Of cdfs that are linear between points: four of the five probabilities lie between them, the last in halves beyond both ends."""

    def expected(forecast: Array, belief: Array) -> float:
        width = np.diff(POINTS)
        nodes = (POINTS[:-1] + width / 2)[:, np.newaxis] + width[:, np.newaxis] / 2 * NODES
        outcomes = np.concatenate([nodes.ravel(), [-np.inf, np.inf]])
        weights = np.concatenate([(belief[:-1, np.newaxis] * WEIGHTS).ravel(), np.full(2, belief[-1] / 2)])
        cdf = forecast[-1] / 2 + np.concatenate([[0], np.cumsum(forecast[:-1])])
        return float(weights @ score(np.minimum(np.tile(cdf, (outcomes.size, 1)), 1), outcomes))

    return expected


def censored(forecast: Array, belief: Array) -> float:
    """Of a constant density over each unit, cut at the fourth: beyond, all that is known is that the outcome lies there."""
    seen = log_score_of_density(density=forecast[:3])
    return float(belief[:3] @ seen + belief[3:].sum() * log_score_censored(survival=forecast[3:].sum()))


def of_outcome(score: Callable[..., Array]) -> Callable[[Array, Array], Array]:
    """A score of what was given to the outcome, as one of a probability and an outcome."""
    return lambda forecast, outcome: score(probability_of_outcome=probability_of_outcome(probability=forecast, outcome=outcome))


def of_class(score: Callable[..., Array]) -> Callable[..., Array]:
    """Likewise, of several answers."""
    return lambda probabilities, outcome: score(probability_of_outcome=probability_of_class(probabilities=probabilities, outcome=outcome))


EXPECTED_SCORES: dict[str, tuple[Expectation, ...]] = {
    "brier": (yes_or_no(lambda p, outcome: brier_score(probability=p, outcome=outcome)),),
    "brier-two-sided": (classes(brier_score_two_sided),),
    "log": (yes_or_no(of_outcome(log_score)), classes(of_class(log_score))),
    "log-bits": (yes_or_no(of_outcome(log_score_bits)), classes(of_class(log_score_bits))),
    "spherical": (classes(spherical_score),),
    "rps": (classes(ranked_probability_score),),
    "ordinal": (classes(ordinal_brier_score),),
    "ranked-log": (classes(ranked_logarithmic_score),),
    "log-density": (values(lambda forecast: log_score_of_density(density=forecast)),),
    "log-censored": (censored,),
    "crps": (
        drawn(lambda draws: crps_of_draws(draws=draws, outcome=VALUES)),
        values(lambda forecast: crps_of_masses(values=np.tile(VALUES, (CLASSES, 1)), probabilities=forecast, outcome=VALUES)),
        linear(lambda cdf, outcome: crps_of_cdf(points=POINTS, cdf=cdf, outcome=outcome)),
    ),
    "crps-cut": (
        drawn(lambda draws: crps_cut_of_draws(draws=draws, cut=CUT, outcome=VALUES)),
        values(lambda forecast: crps_cut_of_masses(values=np.tile(VALUES, (CLASSES, 1)), probabilities=forecast, cut=CUT, outcome=VALUES)),
        linear(lambda cdf, outcome: crps_cut_of_cdf(points=POINTS, cdf=cdf, cut=1.5, outcome=outcome)),
    ),
    "crps-quantiles": (
        values(
            lambda forecast: crps_of_quantiles(
                quantiles=np.tile(quantiles_of(forecast, [0.1, 0.5, 0.7]), (CLASSES, 1)), levels=[0.1, 0.5, 0.7], outcome=VALUES
            )
        ),
    ),
    "crps-quantiles-cut": (
        values(
            lambda forecast: crps_cut_of_quantiles(
                quantiles=np.tile(quantiles_of(forecast, [0.1, 0.5, 0.7]), (CLASSES, 1)), levels=[0.1, 0.5, 0.7], cut=CUT, outcome=VALUES
            )
        ),
    ),
    "quantile": (values(lambda forecast: quantile_score(quantile=quantiles_of(forecast, [0.3]), level=0.3, outcome=VALUES)),),
    "interval": (
        values(
            lambda forecast: interval_score(
                lower=quantiles_of(forecast, [0.1]), upper=quantiles_of(forecast, [0.9]), alpha=0.2, outcome=VALUES
            )
        ),
    ),
    "wis": (
        values(
            lambda forecast: weighted_interval_score(
                median=quantiles_of(forecast, [0.5]),
                lower=quantiles_of(forecast, [0.1, 0.25]),
                upper=quantiles_of(forecast, [0.9, 0.75]),
                alpha=[0.2, 0.5],
                outcome=VALUES,
            )
        ),
    ),
    "energy": (
        drawn(lambda draws: energy_score(draws=np.stack([draws, draws**2], axis=-1), outcome=np.stack([VALUES, VALUES**2], axis=-1))),
    ),
    "skill-difference": (
        yes_or_no(lambda p, outcome: skill_difference(score=brier_score(probability=p, outcome=outcome), reference=np.array([0.01, 0.81]))),
    ),
}
UNLESS_CLOSED_EARLY: dict[str, tuple[Expectation, ...]] = {
    "baseline": (
        yes_or_no(of_outcome(baseline_score)),
        classes(of_class(lambda probability_of_outcome: baseline_score(probability_of_outcome=probability_of_outcome, options=CLASSES))),
        values(lambda forecast: baseline_score_continuous(probability_of_bucket=forecast, baseline=1 / CLASSES)),
    ),
    "peer": (
        yes_or_no(
            of_outcome(
                lambda probability_of_outcome: peer_score(
                    probability_of_outcome=probability_of_outcome,
                    geometric_mean=np.sqrt(probability_of_outcome * [0.4, 0.6]),
                    forecasters=2,
                )
            )
        ),
    ),
}


def test_every_proper_rule_is_tested():
    """Each rule that is called proper has its expected scores here, and no other has."""
    assert EXPECTED_SCORES.keys() == {rule.name for rule in SCORING_RULES if rule.proper is True}


@pytest.mark.parametrize("name", [*EXPECTED_SCORES, *UNLESS_CLOSED_EARLY])
@settings(max_examples=60, deadline=None)
@given(forecast=probabilities, belief=probabilities)
def test_what_is_believed_is_the_best_forecast(name: str, forecast: Array, belief: Array):
    """The expected score of the belief itself is at least as good as that of any other forecast.

    Metaculus's scores too, where the close does not depend on the answer.
    """
    rule = next(rule for rule in SCORING_RULES if rule.name == name)
    for expected in {**EXPECTED_SCORES, **UNLESS_CLOSED_EARLY}[name]:
        honest, other = expected(belief, belief), expected(forecast, belief)
        assert honest >= other - 1e-9 if rule.higher_is_better else honest <= other + 1e-9


STRICT = sorted({*EXPECTED_SCORES, *UNLESS_CLOSED_EARLY} - {"quantile", "interval", "wis", "crps-quantiles", "crps-quantiles-cut"})


@pytest.mark.parametrize("name", STRICT)
def test_another_forecast_is_worse(name: str):
    """A forecast that is far from the belief is worse by a margin, so that a score which ignores the forecast is no proper one here."""
    belief, other = np.array([0.1, 0.2, 0.3, 0.25, 0.15]), np.array([0.5, 0.2, 0.1, 0.1, 0.1])
    for expected in {**EXPECTED_SCORES, **UNLESS_CLOSED_EARLY}[name]:
        assert abs(expected(belief, belief) - expected(other, belief)) > 1e-3
