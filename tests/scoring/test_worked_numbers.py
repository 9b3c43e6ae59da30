"""Worked numbers of scoring rules, each to the digits that its source prints, and equality with scoringrules where a rule is computed here.

Tests of scoringrules itself supply most of them; its own tests of quantile and interval scores assert nothing.
"""

from __future__ import annotations

import numpy as np
import pytest

from forecast.scoring.brier import brier_score, brier_score_two_sided
from forecast.scoring.closed_forms import crps_cut_of_family, crps_of_family
from forecast.scoring.crps import crps_cut_of_cdf, crps_of_draws
from forecast.scoring.discrimination import chance_yes_above_no, mean_difference
from forecast.scoring.energy import energy_score
from forecast.scoring.logarithmic import log_score, log_score_bits, log_score_censored, probability_of_class, probability_of_outcome
from forecast.scoring.quantiles import interval_score, quantile_score, weighted_interval_score
from forecast.scoring.ranked import ordinal_brier_score, ranked_logarithmic_score, ranked_probability_score
from forecast.scoring.skill import brier_index, brier_index_difference, skill_difference, skill_ratio
from forecast.scoring.spherical import spherical_score

pytestmark = pytest.mark.medium  # importing scoringrules takes over two seconds

MEMBERS = [1.7812118, 0.5863797, 0.7038174, -0.7743998, -0.2751647, 1.1863249, 1.2990966, -0.3242982, -0.5968781, 0.9064937]


def test_brier():
    """scoringrules: brier(0, .271) = .073441; a share of an outcome is scored by the same square."""
    assert float(brier_score(probability=0.271, outcome=0)) == pytest.approx(0.073441, abs=5e-7)
    assert float(brier_score(probability=0.3, outcome=0.5)) == pytest.approx(0.04)


def test_two_sided_brier():
    """Good Judgment's published example: .15/.45/.25/.15 with the third correct is .81; of two classes it is twice the one-sided score."""
    assert float(brier_score_two_sided(probabilities=[0.15, 0.45, 0.25, 0.15], outcome=2)) == pytest.approx(0.81, abs=5e-3)
    assert float(brier_score_two_sided(probabilities=[0.3, 0.7], outcome=0)) == pytest.approx(2 * 0.49)
    shares = brier_score_two_sided(probabilities=[[0.3, 0.7], [0.5, 0.5]], outcome=[[0.5, 0.5], [0.0, 1.0]])
    assert shares.tolist() == pytest.approx([0.08, 0.5])


def test_ordinal():
    """Good Judgment's ordinal score of the same example is .27."""
    assert float(ordinal_brier_score(probabilities=[0.15, 0.45, 0.25, 0.15], outcome=2)) == pytest.approx(0.27, abs=5e-3)


def test_logarithmic():
    """scoringrules: log_score(0, .481) = .6558514 nats; p = 1/8 is three bits."""
    assert float(log_score(probability_of_outcome=probability_of_outcome(probability=0.481, outcome=0))) == pytest.approx(
        0.6558514, abs=5e-8
    )
    assert float(log_score_bits(probability_of_outcome=1 / 8)) == pytest.approx(3)


def test_ranked_scores():
    """scoringrules: rps(3, [.01, .32, .44, .23]) = .1619 and rls(2, [.21, .31, .32, .16]) = 1.064002, of classes counted from 1."""
    assert float(ranked_probability_score(probabilities=[0.01, 0.32, 0.44, 0.23], outcome=2)) == pytest.approx(0.1619, abs=5e-5)
    assert float(ranked_logarithmic_score(probabilities=[0.21, 0.31, 0.32, 0.16], outcome=1)) == pytest.approx(1.064002, abs=5e-7)


def test_spherical():
    """P / √Σp²: .6 of (.6, .8) would be .6, and of (.5, .5) √½."""
    assert float(spherical_score(probabilities=[0.5, 0.5], outcome=1)) == pytest.approx(np.sqrt(0.5))
    assert spherical_score(probabilities=[[0.75, 0.25]] * 2, outcome=[0, 1]).tolist() == pytest.approx([3 / np.sqrt(10), 1 / np.sqrt(10)])


@pytest.mark.parametrize(
    ("family", "outcome", "parameters", "expected", "digits"),
    [
        ("Beta", 0.3, {"alpha": 0.7, "beta": 1.1}, 0.0850102437, 10),
        ("Exponential", 3, {"lam": 0.7}, 1.20701837, 8),
        ("Poisson", 1, {"mu": 3}, 1.143447, 6),
        ("Binomial", 8, {"n": 10, "p": 0.9}, 0.6685115, 7),
    ],
)
def test_closed_forms(family: str, outcome: float, parameters: dict[str, float], expected: float, digits: int):
    """scoringrules: crps_beta(.3, .7, 1.1), crps_exponential(3, .7), crps_poisson(1, 3), crps_binomial(8, 10, .9)."""
    assert float(crps_of_family(family, outcome=outcome, **parameters)) == pytest.approx(expected, abs=0.5 * 10**-digits)


def test_crps_of_draws():
    """scoringrules: crps_ensemble(-.6042506, ten members, "qd") = .6126602; the energy score of one quantity is the same."""
    assert float(crps_of_draws(draws=MEMBERS, outcome=-0.6042506)) == pytest.approx(0.6126602, abs=5e-8)
    assert float(energy_score(draws=np.array(MEMBERS)[:, np.newaxis], outcome=[-0.6042506])) == pytest.approx(0.6126602, abs=5e-8)


def test_quantile_score():
    """scoringrules: quantile_score(.3, .5, .2) = .16 and (.3, .1, .2) = .04."""
    assert quantile_score(quantile=[0.5, 0.1], level=0.2, outcome=0.3).tolist() == pytest.approx([0.16, 0.04])


def test_interval_score():
    """Of [90, 110] with alpha .1: the width, 20, for y = 100, and 220 for y = 80."""
    assert interval_score(lower=90, upper=110, alpha=0.1, outcome=[100, 80]).tolist() == pytest.approx([20, 220])
    assert interval_score(lower=[90, 80], upper=[110, 120], alpha=[0.1, 0.2], outcome=[[100], [70]]).tolist() == [[20, 40], [420, 140]]


def test_weighted_interval_score():
    """It is twice the mean quantile score of the median and of both ends of each interval."""
    lower, upper, alpha = [[0.0, 0.5], [1.0, 1.5]], [[2.0, 1.5], [3.0, 2.5]], [0.2, 0.5]
    levels, quantiles = [0.5, 0.1, 0.25, 0.9, 0.75], [[1.0, 0.0, 0.5, 2.0, 1.5], [2.0, 1.0, 1.5, 3.0, 2.5]]
    score = weighted_interval_score(median=[1.0, 2.0], lower=lower, upper=upper, alpha=alpha, outcome=[3.0, 1.2])
    each = quantile_score(quantile=quantiles, level=levels, outcome=[[3.0], [1.2]])
    assert score.tolist() == pytest.approx((2 * each.mean(axis=1)).tolist())


@pytest.mark.slow
def test_weighted_interval_score_is_that_of_scoringrules():
    """With numba, scoringrules gives the same; without, it takes the median for its distance from the outcome."""
    from scoringrules import weighted_interval_score as score_of

    arguments = (np.array(3.0), np.array(1.0), np.array([0.0, 0.5]), np.array([2.0, 1.5]), np.array([0.2, 0.5]))
    own = weighted_interval_score(median=1.0, lower=[0.0, 0.5], upper=[2.0, 1.5], alpha=[0.2, 0.5], outcome=3.0)
    assert float(own) == pytest.approx(float(score_of(*arguments, backend="numba")))
    assert float(own) != pytest.approx(float(score_of(*arguments, backend="numpy")))


@pytest.mark.slow
def test_the_energy_score_of_many_draws_is_the_same():
    """Above 500 draws pairs are looked at one by one, with the same result as all together."""
    draws = np.random.default_rng(3).normal(size=(600, 2))
    by_hand = np.linalg.norm(draws - [1.0, 2.0], axis=1).mean() - np.linalg.norm(draws[:, np.newaxis] - draws, axis=2).mean() / 2
    assert float(energy_score(draws=draws, outcome=[1.0, 2.0])) == pytest.approx(by_hand)


def test_forecastbench():
    """Its Brier index of .25 is 50, and its skill score is a difference."""
    assert float(brier_index(brier=0.25)) == pytest.approx(50)
    assert float(brier_index_difference(brier=0.04, reference=0.25)) == pytest.approx(30)
    assert float(skill_difference(score=0.04, reference=0.25)) == pytest.approx(0.21)
    assert float(skill_ratio(score=0.04, reference=0.25)) == pytest.approx(0.84)


def test_censoring():
    """An Exponential(1) of which only T > 1 is known has a logarithmic score of 1 and, cut at 1, a CRPS of .1680912407."""
    assert float(log_score_censored(survival=np.exp(-1))) == pytest.approx(1)
    for outcome in (1.0, 7.0, np.inf):
        assert float(crps_cut_of_family("Exponential", cut=1, outcome=outcome, lam=1)) == pytest.approx(0.1680912407, abs=5e-11)
    points = np.linspace(0, 2, 8001)
    assert float(crps_cut_of_cdf(points=points, cdf=-np.expm1(-points), cut=1, outcome=np.inf)) == pytest.approx(0.1680912407, abs=1e-8)


def test_discrimination():
    """.8 and .6 on yes, .6 and .2 on no: .3 between the means, and of four pairs three are in order and one is tied."""
    forecasts = {"probability": [0.8, 0.6, 0.6, 0.2], "outcome": [1, 1, 0, 0]}
    assert mean_difference(**forecasts) == pytest.approx(0.3)
    assert chance_yes_above_no(**forecasts) == pytest.approx(3.5 / 4)


def test_rules_computed_here_equal_those_of_scoringrules():
    """The Brier and the logarithmic score are computed without scoringrules, and equal its own."""
    from scoringrules import brier_score as brier_of
    from scoringrules import log_score as log_of

    generator = np.random.default_rng(1)
    probability, outcome = generator.uniform(0.01, 0.99, 500), generator.integers(0, 2, 500)
    given = probability_of_outcome(probability=probability, outcome=outcome)
    assert np.array_equal(brier_score(probability=probability, outcome=outcome), brier_of(outcome, probability, backend="numpy"))
    np.testing.assert_allclose(log_score(probability_of_outcome=given), log_of(outcome, probability, backend="numpy"), rtol=1e-13)
    tiny = probability_of_class(probabilities=[1e-20, 1.0], outcome=0)
    assert float(log_score(probability_of_outcome=tiny)) == pytest.approx(20 * np.log(10))  # where scoringrules says infinity
