"""Rising factorials as sums of a few logarithms, beside exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from forecast.language.arrays import Array
from forecast.language.distributions.families import family
from forecast.language.distributions.steps import has_few_factors, sum_log_factors

HITS, TRIALS = np.array([[0.0, 1, 4, 12, 24, 0]]), np.array([[0.0, 3, 12, 12, 24, 24]])
SHAPES = np.array([[1e-7], [0.3], [2.0], [811.5], [1e9], [3e15]])


def _rising(a: float, k: float) -> Fraction:
    return math.prod((Fraction(a) + j for j in range(int(k))), start=Fraction(1))


def _log(value: Fraction) -> float:
    return math.log(value.numerator) - math.log(value.denominator)


def test_a_sum_of_factors_is_the_rising_factorial() -> None:
    """The log of a rising factorial has twelve digits at small and at vast arguments."""
    exact = [[_log(_rising(a, k)) for k in HITS[0]] for (a,) in SHAPES.tolist()]
    assert sum_log_factors(SHAPES, HITS) == pytest.approx(np.array(exact), rel=1e-12, abs=1e-12)


def test_densities_by_factors_are_the_plain_ones() -> None:
    """A BetaBinomial of few trials, at many shapes, has the density that exact fractions give, and that it has shape by shape."""
    shapes = SHAPES[:5]
    together: Array = family("BetaBinomial").log_density(HITS, alpha=shapes, beta=shapes[::-1], n=TRIALS)
    for row, (alpha, beta) in enumerate(zip(shapes[:, 0], shapes[::-1, 0], strict=True)):
        alone = family("BetaBinomial").log_density(HITS[0], alpha=alpha, beta=beta, n=TRIALS[0])
        assert together[row] == pytest.approx(alone, rel=1e-9, abs=1e-9)
        both = Fraction(float(alpha)) + Fraction(float(beta))
        for column, (hits, n) in enumerate(zip(HITS[0].tolist(), TRIALS[0].tolist(), strict=True)):
            exact = math.comb(int(n), int(hits)) * _rising(float(alpha), hits) * _rising(float(beta), n - hits)
            exact /= math.prod((both + j for j in range(int(n))), start=Fraction(1))
            assert together[row, column] == pytest.approx(_log(exact), rel=1e-10, abs=1e-10)


def test_what_has_many_factors_has_its_density_otherwise() -> None:
    """Numbers that are negative, no whole ones, or large beside how many they are, are not worked out by factors; impossible ones stay impossible."""
    one = np.ones((3, 1))
    assert has_few_factors(one, HITS)
    assert not any(has_few_factors(one, np.array([column])) for column in ([-1.0, 2], [0.5, 2], [1.0, 900], [np.nan, 1], [np.inf, 1], []))
    assert not has_few_factors(np.ones((3, 2)), HITS)
    density = family("BetaBinomial").log_density(np.array([[-1.0, 0.5, 4, 2]]), alpha=one, beta=one, n=3.0)
    assert (density[:, :3] == -np.inf).all()
    assert np.isfinite(density[:, 3]).all()
