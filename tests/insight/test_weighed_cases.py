"""Cases of measures with weights."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.insight.weighed_cases import Cases, rank_paths, standard_error


def test_values_and_influences_are_those_of_the_plain_formulas() -> None:
    """A ratio of weighted sums, and ``w (n - r d) / sum(w d)``; a mean beside its median; nothing where no path counts."""
    rng = np.random.default_rng(6)
    denominators = np.column_stack([np.ones(900), rng.integers(0, 2, 900), np.zeros(900), np.ones(900), np.ones(900)]).astype(float)
    numerators = denominators * np.column_stack([rng.integers(0, 2, (900, 3)), np.repeat(rng.gamma(3.0, size=(900, 1)), 2, axis=1)])
    ranked = rank_paths(numerators[:, 3], denominators[:, 3])
    cases, weights = Cases(numerators, denominators, {3: ranked}, {4: ranked}), rng.exponential(size=900)
    weighed = cases.weigh(weights)
    sums = weights @ denominators
    ratios = weights @ numerators / np.where(sums > 0, sums, np.nan)
    np.testing.assert_allclose(weighed.values()[:4], ratios[:4], rtol=1e-12)
    expected = weights[:, None] * (numerators - ratios * denominators) / sums
    for column in (0, 1, 3):
        np.testing.assert_allclose(weighed.influence()[:, column], expected[:, column], rtol=1e-12, atol=1e-15)
    assert np.isnan(weighed.values()[2])
    assert not weighed.influence()[:, 2].any()
    order = np.argsort(numerators[:, 4])
    below = np.cumsum(weights[order])
    assert weighed.values()[4] == numerators[order[np.searchsorted(below, below[-1] / 2)], 4]
    np.testing.assert_allclose(standard_error(weighed.influence()), np.sqrt((weighed.influence() ** 2).sum(axis=0)), rtol=1e-12)


def test_without_weights_every_path_counts_alike() -> None:
    """The same as with weights that are all 1, or all 3."""
    numerators = np.random.default_rng(8).integers(0, 2, (400, 2)).astype(float)
    cases = Cases(numerators, np.ones((400, 2)))
    for weights in (np.ones(400), np.full(400, 3.0)):
        assert cases.values(weights) == pytest.approx(cases.values())
        assert standard_error(cases.influence(weights)) == pytest.approx(standard_error(cases.influence()))
