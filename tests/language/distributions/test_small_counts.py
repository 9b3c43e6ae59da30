"""Draws of small counts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from forecast.language.distributions.families import family

DRAWS = 200_000


def masses_and_frequencies(name: str, **arguments: float) -> tuple[np.ndarray, np.ndarray]:
    """The masses of the first numbers and of all beyond, and how often each was drawn."""
    chosen = family(name)
    drawn = chosen.draw(np.random.default_rng(3), DRAWS, **{key: np.full(DRAWS, value) for key, value in arguments.items()})
    masses = np.exp(chosen.log_density(np.arange(400.0), **arguments))
    numbers = max(int(np.argmax(masses[::-1] * DRAWS >= 5)), 0)
    last = len(masses) - numbers
    found = np.bincount(np.minimum(drawn, last).astype(int), minlength=last + 1)
    return np.append(masses[:last], 1 - masses[:last].sum()), found


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("NegativeBinomial", {"mu": 0.05, "alpha": 0.02}),
        ("NegativeBinomial", {"mu": 2.0, "alpha": 0.1}),
        ("NegativeBinomial", {"mu": 0.9, "alpha": 50.0}),
        ("NegativeBinomial", {"mu": 0.3, "alpha": 1e9}),
        ("NegativeBinomial", {"mu": 30.0, "alpha": 2.0}),
        ("Binomial", {"n": 1.0, "p": 0.3}),
        ("Binomial", {"n": 12.0, "p": 0.01}),
        ("Binomial", {"n": 16.0, "p": 0.9}),
        ("Binomial", {"n": 40.0, "p": 0.5}),
        ("BetaBinomial", {"n": 5.0, "alpha": 0.2, "beta": 0.5}),
    ],
)
def test_draws_are_as_frequent_as_their_masses(name: str, arguments: dict[str, float]) -> None:
    """The chi-square of frequencies beside masses is no rare one, by whichever way draws are made."""
    masses, found = masses_and_frequencies(name, **arguments)
    kept = masses * DRAWS > 1
    expected = DRAWS * masses[kept]
    assert found[~kept].sum() <= 20
    score = ((found[kept] - expected) ** 2 / expected).sum()
    assert special.chdtrc(max(kept.sum() - 1, 1), score) > 1e-4


def test_trials_and_chances_of_each_draw_are_its_own() -> None:
    """No draw has more hits than its trials; a chance of 0 has none, and one of 1 as many as there are trials; no trials have none."""
    rng = np.random.default_rng(1)
    n = rng.integers(0, 17, (4_000, 1)).astype(float)
    for p, hits in ((0.0, 0 * n), (1.0, n), (1 - 1e-15, n)):
        np.testing.assert_array_equal(family("Binomial").draw(rng, n.shape, n=n, p=np.full(n.shape, p)), hits)
    drawn = family("Binomial").draw(rng, n.shape, n=n, p=np.full(n.shape, 0.5))
    assert ((drawn >= 0) & (drawn <= n)).all()
    drawn = family("BetaBinomial").draw(rng, n.shape, n=n, alpha=np.full(n.shape, 0.3), beta=np.full(n.shape, 0.4))
    assert ((drawn >= 0) & (drawn <= n)).all()
    mean = family("NegativeBinomial").draw(rng, n.shape, mu=np.where(n > 0, 0.2, 0.0), alpha=0.1 * np.ones(n.shape))
    assert (mean[n == 0] == 0).all()
    assert mean[n > 0].mean() == pytest.approx(0.2, abs=0.06)
