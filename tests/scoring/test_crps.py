"""The CRPS: of draws, quantile sets, cumulative distributions and closed forms, whole and cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than scoringrules

from forecast.language.arrays import Array
from forecast.scoring.closed_forms import closed_forms, crps_cut_of_family, crps_of_family, cut_closed_forms
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
from forecast.scoring.quantiles import interval_score

pytestmark = pytest.mark.medium

LEVELS = (np.arange(4000) + 0.5) / 4000
FAMILIES = {  # PyMC's arguments, and the same distribution in SciPy
    "Normal": ({"mu": 1.0, "sigma": 2.0}, stats.norm(1, 2)),
    "LogNormal": ({"mu": 0.3, "sigma": 0.5}, stats.lognorm(0.5, scale=np.exp(0.3))),
    "TruncatedNormal": ({"mu": 0.5, "sigma": 1.0, "lower": 0.0, "upper": 2.0}, stats.truncnorm(-0.5, 1.5, 0.5, 1)),
    "StudentT": ({"nu": 4.0, "mu": 1.0, "sigma": 2.0}, stats.t(4, 1, 2)),
    "Laplace": ({"mu": 1.0, "b": 2.0}, stats.laplace(1, 2)),
    "Logistic": ({"mu": 1.0, "s": 2.0}, stats.logistic(1, 2)),
    "Uniform": ({"lower": -1.0, "upper": 3.0}, stats.uniform(-1, 4)),
    "Exponential": ({"lam": 0.7}, stats.expon(scale=1 / 0.7)),
    "Gamma": ({"alpha": 2.0, "beta": 0.5}, stats.gamma(2, scale=2)),
    "Beta": ({"alpha": 0.7, "beta": 1.1}, stats.beta(0.7, 1.1)),
    "Poisson": ({"mu": 3.0}, stats.poisson(3)),
    "Binomial": ({"n": 10.0, "p": 0.9}, stats.binom(10, 0.9)),
    "NegativeBinomial": ({"mu": 3.0, "alpha": 2.0}, stats.nbinom(2, 2 / 5)),
}
OUTCOMES = np.array([-1.5, 0.0, 0.5, 1.0, 4.0, 12.0])  # also beyond the bounds of most families

pmfs = st.lists(st.integers(0, 9), min_size=6, max_size=6).filter(any).map(lambda parts: np.array(parts) / sum(parts))


@pytest.mark.parametrize("family", FAMILIES)
def test_scores_of_draws_converge_to_closed_forms(family: str):
    """4,000 evenly spaced quantiles, taken for draws or for a quantile set, score like the family that they come from."""
    parameters, distribution = FAMILIES[family]
    quantiles = np.tile(distribution.ppf(LEVELS), (OUTCOMES.size, 1))
    closed = crps_of_family(family, outcome=OUTCOMES, **parameters)
    np.testing.assert_allclose(crps_of_draws(draws=quantiles, outcome=OUTCOMES), closed, rtol=2e-3)
    np.testing.assert_allclose(crps_of_quantiles(quantiles=quantiles, levels=LEVELS, outcome=OUTCOMES), closed, rtol=2e-3)


def test_every_closed_form_is_tested():
    """Each family with a closed form stands in the table above, whole or cut."""
    assert closed_forms().keys() == FAMILIES.keys()
    assert cut_closed_forms().keys() < FAMILIES.keys()


@pytest.mark.parametrize("family", ["Normal", "Exponential"])
def test_cut_closed_forms(family: str):
    """Cut at 1.5, draws, cdf and closed form agree, for outcomes before and beyond the cut, and for one that is only known to lie beyond."""
    parameters, distribution = FAMILIES[family]
    outcomes = np.array([0.2, 1.0, 1.5, 4.0, np.inf, -2.0])
    points = np.linspace(-20, 40, 120_001)
    closed = crps_cut_of_family(family, cut=1.5, outcome=outcomes, **parameters)
    cdf = np.tile(distribution.cdf(points), (outcomes.size, 1))
    np.testing.assert_allclose(crps_cut_of_cdf(points=points, cdf=cdf, cut=1.5, outcome=outcomes), closed, rtol=1e-6)
    draws = np.tile(distribution.ppf(LEVELS), (outcomes.size, 1))
    np.testing.assert_allclose(crps_cut_of_draws(draws=draws, cut=1.5, outcome=outcomes), closed, rtol=2e-3)
    assert closed[2] == closed[3] == closed[4]


@pytest.mark.parametrize("family", ["Normal", "Exponential"])
def test_a_far_cut_changes_nothing(family: str):
    """Cut far out, the score is that of the whole distribution."""
    parameters, _ = FAMILIES[family]
    np.testing.assert_allclose(
        crps_cut_of_family(family, cut=60.0, outcome=OUTCOMES, **parameters), crps_of_family(family, outcome=OUTCOMES, **parameters)
    )


def test_cut_draws_are_those_of_scoringrules():
    """The threshold-weighted CRPS of scoringrules, with all weight up to the cut, is the same."""
    from scoringrules import twcrps_ensemble

    draws, outcomes = np.random.default_rng(2).normal(size=(5, 300)), np.array([-1.0, 0.0, 0.4, 0.5, 9.0])
    theirs = twcrps_ensemble(outcomes, draws, -np.inf, 0.5, estimator="qd", backend="numpy")
    np.testing.assert_allclose(crps_cut_of_draws(draws=draws, cut=0.5, outcome=outcomes), theirs)


@given(pmf=pmfs, outcome=st.floats(-1, 6), cut=st.floats(0.5, 6))
@settings(max_examples=60, deadline=None)
def test_a_cdf_is_integrated_exactly(pmf: Array, outcome: float, cut: float):
    """Of a cdf with five pieces and a mass beyond its lower bound, the integral by pieces is that of many small rectangles."""
    points, cdf = np.arange(6.0), np.minimum(np.cumsum(pmf), 1)
    middles = (np.arange(50_000) + 0.5) / 10_000
    squares = (np.interp(middles, points, cdf) - (outcome <= middles)) ** 2
    assert float(crps_of_cdf(points=points, cdf=cdf, outcome=outcome)) == pytest.approx(squares.mean() * 5, abs=2e-4)
    until = squares[middles < cut].sum() / 10_000
    assert float(crps_cut_of_cdf(points=points, cdf=cdf, cut=cut, outcome=outcome)) == pytest.approx(until, abs=2e-4)


@given(pmf=pmfs, outcome=st.floats(-1, 6), cut=st.floats(0.5, 6))
@settings(max_examples=60, deadline=None)
def test_a_mass_function_is_integrated_exactly(pmf: Array, outcome: float, cut: float):
    """Of six values the CRPS is the integral of the squared difference of steps, whole and cut, and that of as many draws of each."""
    values = np.arange(6.0)
    edges = np.unique([*values, outcome, cut, -1.0, 6.0])
    width, left = np.diff(edges), edges[:-1]
    upto = np.array([pmf[values <= at].sum() for at in left])
    squares = width * (upto - (outcome <= left)) ** 2
    assert float(crps_of_masses(values=values, probabilities=pmf, outcome=outcome)) == pytest.approx(squares.sum(), abs=1e-9)
    found = crps_cut_of_masses(values=values, probabilities=pmf, cut=cut, outcome=outcome)
    assert float(found) == pytest.approx(squares[left < cut].sum(), abs=1e-9)


@given(pmf=pmfs, outcome=st.floats(-1, 6), cut=st.floats(0.5, 6))
@settings(max_examples=60, deadline=None)
def test_bucket_masses_are_a_mass_function(pmf: Array, outcome: float, cut: float):
    """Without mass beyond the bounds a distribution over whole numbers scores as its mass function, whole and cut, for outcomes within the bounds."""
    outcome, cut = min(max(outcome, -0.5), 5.5), min(cut, 5.5)
    points, cdf = np.arange(7) - 0.5, np.minimum(np.append(0, np.cumsum(pmf)), 1)
    masses = {"values": np.arange(6.0), "probabilities": np.diff(cdf)}
    for end in (5.5, cut):
        found = crps_cut_of_cdf(points=points, cdf=cdf, cut=end, outcome=outcome, is_discrete=True)
        assert float(found) == pytest.approx(float(crps_cut_of_masses(**masses, cut=end, outcome=outcome)), abs=1e-9)


def test_bucket_masses_by_hand():
    """Of 0, 1 and 2 with .2, .5 and .3, and of .1, .2, .3, .3 and .1 with the first and the last beyond the bounds, where 1 came true.

    0.2² + (1 - 0.7)² = 0.13; and 0.1²/2 + 0.3² + (1 - 0.6)² + (1 - 0.9)²/2 = 0.26.  Linear between points the first would be 0.19166….
    """
    points, whole = [-0.5, 0.5, 1.5, 2.5], np.array([[0, 0.2, 0.7, 1], [0.1, 0.3, 0.6, 0.9]])
    assert crps_cut_of_cdf(points=points, cdf=whole, cut=np.inf, outcome=[1, 1], is_discrete=True).tolist() == pytest.approx([0.13, 0.26])
    assert float(crps_of_cdf(points=points, cdf=whole[0], outcome=1)) == pytest.approx(0.575 / 3)
    beyond = crps_cut_of_cdf(points=points, cdf=whole[1:], cut=[np.inf, 1.5], outcome=np.inf, is_discrete=True)
    assert beyond.tolist() == pytest.approx([0.005 + 0.09 + 0.36 + 0.405, 0.005 + 0.09 + 0.18])
    for wrong in ({"points": [0, 0, 1, 2]}, {"cdf": [0, 0.5, 0.4, 1]}):
        with pytest.raises(ValueError, match="points rise"):
            crps_cut_of_cdf(**{"points": points, "cdf": whole[0], "cut": np.inf, "outcome": 1} | wrong, is_discrete=True)


def test_masses_of_each_forecast():
    """Masses count in proportion to their sum; equal masses are draws; an outcome that is only known to lie beyond the cut is scored as any there."""
    values = np.array([[0.0, 1.0, 4.0], [0.0, 10.0, 40.0]])
    outcomes = np.array([2.0, 20.0])
    whole = crps_of_masses(values=values, probabilities=[[1 / 3] * 3] * 2, outcome=outcomes)
    np.testing.assert_allclose(whole, crps_of_draws(draws=values, outcome=outcomes), rtol=1e-12)
    np.testing.assert_allclose(crps_of_masses(values=values, probabilities=[[0.1] * 3] * 2, outcome=outcomes), whole, rtol=1e-12)
    cut = [crps_cut_of_masses(values=values, probabilities=[1 / 3] * 3, cut=[3.0, 3.0], outcome=[at, at]).tolist() for at in (3.5, np.inf)]
    assert cut[0] == cut[1]


def test_quantiles_may_stand_at_the_cut():
    """A set whose upper quantiles are only known to lie beyond the cut scores as one that has them, and nearly as the draws they come from."""
    quantiles = stats.expon.ppf(LEVELS)
    outcomes = np.array([0.2, 1.0, 4.0, np.inf])
    known = crps_cut_of_quantiles(quantiles=np.tile(quantiles, (4, 1)), levels=LEVELS, cut=np.full(4, 1.5), outcome=outcomes)
    moved = np.tile(np.minimum(quantiles, 1.5), (4, 1))
    assert crps_cut_of_quantiles(quantiles=moved, levels=LEVELS, cut=np.full(4, 1.5), outcome=outcomes).tolist() == known.tolist()
    closed = crps_cut_of_family("Exponential", cut=1.5, outcome=outcomes, lam=1.0)
    np.testing.assert_allclose(known, closed, rtol=2e-3)
    assert known[2] == known[3]


def test_open_bounds():
    """Mass beyond a bound counts for what it is within it: with a tenth on either side, outcomes beyond either score as if at it."""
    cdf, points = [0.1, 0.9], [0.0, 10.0]
    within = crps_of_cdf(points=points, cdf=[cdf] * 2, outcome=[0.0, 10.0])
    beyond = crps_of_cdf(points=points, cdf=[cdf] * 2, outcome=[-np.inf, np.inf])
    assert within.tolist() == beyond.tolist() == pytest.approx([10 * (0.81 + 0.09 + 0.01) / 3] * 2)


def test_points_of_each_forecast():
    """Each forecast may have points of its own; the score is in their unit."""
    points = np.array([[0.0, 1.0, 2.0], [0.0, 10.0, 20.0]])
    scores = crps_of_cdf(points=points, cdf=[[0.0, 0.5, 1.0]] * 2, outcome=[1.5, 15.0])
    assert scores[1] == pytest.approx(10 * scores[0])


def test_a_single_point_has_the_absolute_error():
    """Draws that are all the same, and the energy score of two such numbers, are a distance."""
    assert crps_of_draws(draws=np.full((2, 7), 3.0), outcome=[5.0, 3.0]).tolist() == [2, 0]
    assert float(energy_score(draws=np.tile([3.0, 4.0], (7, 1)), outcome=[0.0, 0.0])) == pytest.approx(5)


def test_one_cdf_for_each_of_ten_thousand_questions():
    """Arrays of any leading shape are scored at once, as one by one."""
    generator = np.random.default_rng(5)
    cdf = np.sort(generator.uniform(size=(40, 5, 201)), axis=-1)
    outcomes = generator.uniform(0, 1, (40, 5))
    points = np.linspace(0, 1, 201)
    at_once = crps_of_cdf(points=points, cdf=cdf, outcome=outcomes)
    assert at_once.shape == (40, 5)
    assert float(at_once[3, 2]) == pytest.approx(float(crps_of_cdf(points=points, cdf=cdf[3, 2], outcome=outcomes[3, 2])))


def test_what_is_refused():
    """NaN, cdfs and quantiles that fall, points that do not rise, unknown families, arguments of others, and those outside the range."""
    with pytest.raises(ValueError, match="NaN"):
        crps_of_draws(draws=[1.0, np.nan], outcome=1.0)
    with pytest.raises(ValueError, match="does not fall"):
        crps_of_cdf(points=[0, 1], cdf=[0.5, 0.4], outcome=1)
    with pytest.raises(ValueError, match="points rise"):
        crps_of_cdf(points=[0, 0], cdf=[0.4, 0.5], outcome=1)
    with pytest.raises(ValueError, match="do not fall"):
        crps_of_quantiles(quantiles=[2.0, 1.0], levels=[0.1, 0.9], outcome=1)
    with pytest.raises(ValueError, match="ends before"):
        interval_score(lower=2, upper=1, alpha=0.1, outcome=1)
    with pytest.raises(ValueError, match="alpha"):
        interval_score(lower=1, upper=2, alpha=0, outcome=1)
    with pytest.raises(KeyError):
        crps_of_family("Gompertz", outcome=1, mu=1)
    with pytest.raises(TypeError):
        crps_of_family("Normal", outcome=1, mu=1, tau=1)
    with pytest.raises(ValueError):
        crps_of_family("Gamma", outcome=1, alpha=-1, beta=1)
