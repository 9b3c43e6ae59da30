"""Distributions fitted to draws: near to what was drawn from, with as few components as tell it, or refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.inference.fitted_mixture import FittedMixture, NoFit, fit_prior_mixture
from forecast.language.distributions.families import family_for
from forecast.language.evaluate import evaluate_constant
from forecast.language.pooling import pool
from forecast.language.statements import parse_statement

pytestmark = pytest.mark.medium

LEVELS = (np.arange(20_000) + 0.5) / 20_000


def fit(values: np.ndarray, *, is_share: bool, weights: np.ndarray | None = None) -> FittedMixture:
    """The fit to draws, of equal weight where none is given."""
    return fit_prior_mixture(values, np.ones(len(values)) if weights is None else weights, size=10_000.0, is_share=is_share)


def quantiles(fitted: FittedMixture, levels: np.ndarray) -> np.ndarray:
    """The quantiles of a fitted distribution."""
    statement = pool("mixture", [(weight, parse_statement(text)) for weight, text in fitted.parts])
    arguments = {name: evaluate_constant(number) for name, number in statement.arguments.items()}
    return np.asarray(family_for(statement).quantile(levels, **arguments))


@pytest.mark.parametrize(
    ("drawn", "is_share", "text"),
    [
        (stats.beta(3, 17), True, "Beta(alpha="),
        (stats.beta(0.4, 6), True, "Beta(alpha="),
        (stats.gamma(3, scale=2), False, "Gamma(alpha="),
        (stats.lognorm(2, scale=5), False, "LogNormal(mu="),
        (stats.norm(-1, 2), False, "Normal(mu="),
    ],
)
def test_draws_of_one_family_are_fitted_by_it_alone(drawn: stats.rv_frozen, text: str, *, is_share: bool):
    """The fit has the draws' own quantiles to a hundredth of a standard deviation."""
    fitted = fit(drawn.ppf(LEVELS), is_share=is_share)
    assert len(fitted.parts) == 1
    assert fitted.parts[0][1].startswith(text)
    assert fitted.kolmogorov < 0.002
    assert fitted.gap < 0.02
    middle = np.linspace(0.05, 0.95, 19)
    assert quantiles(fitted, middle) == pytest.approx(drawn.ppf(middle), abs=0.01 * drawn.std())


def test_two_heaps_of_draws_are_fitted_by_two_components():
    """With the weight and the place of each."""
    values = np.concatenate([stats.beta(80, 20).ppf(LEVELS), stats.beta(5, 40).ppf(LEVELS)])
    weights = np.repeat([0.3, 0.7], len(LEVELS))
    fitted = fit(values, is_share=True, weights=weights)
    assert len(fitted.parts) == 2
    shares = sorted(weight for weight, _ in fitted.parts)
    assert shares == pytest.approx([0.3, 0.7], abs=0.003)
    assert fitted.kolmogorov < 0.005


def test_draws_with_an_end_of_their_own_are_fitted_by_several_components():
    """At most five, and the distance says how well that does."""
    fitted = fit(stats.uniform(0.2, 0.3).ppf(LEVELS), is_share=True)
    assert 2 <= len(fitted.parts) <= 5
    assert 0.001 < fitted.kolmogorov < 0.02


def test_a_distance_is_that_of_the_draws_from_the_fit():
    """By SciPy's own Kolmogorov distance."""
    values = np.random.default_rng(5).standard_cauchy(3_000)
    fitted = fit(values, is_share=False)
    statement = pool("mixture", [(weight, parse_statement(text)) for weight, text in fitted.parts])
    expected = stats.kstest(values, lambda x: family_for(statement).distribution(x)).statistic
    assert fitted.kolmogorov == pytest.approx(expected, rel=1e-9)
    assert fitted.kolmogorov > 0.02


@pytest.mark.parametrize(
    ("values", "is_share", "message"),
    [
        ([0.5] * 10, True, "it is 0.5 at every draw, and a known value needs no prior"),
        ([0.0, 0.5, 0.7], True, "it is exactly 0 or 1 at some draws, where no continuous distribution has mass"),
        ([0.1, np.nan, 0.7], False, "it is not a finite number at some draws"),
    ],
)
def test_what_no_distribution_fits_is_refused(values: list[float], message: str, *, is_share: bool):
    """With the reason."""
    with pytest.raises(NoFit) as refused:
        fit(np.array(values), is_share=is_share)
    assert str(refused.value) == message


def test_draws_without_weight_do_not_count():
    """The fit is that of the others."""
    values = stats.beta(3, 17).ppf(LEVELS)
    with_more = np.concatenate([values, np.full(50, 0.99)])
    weights = np.concatenate([np.ones(len(values)), np.zeros(50)])
    assert fit(with_more, is_share=True, weights=weights) == fit(values, is_share=True)
