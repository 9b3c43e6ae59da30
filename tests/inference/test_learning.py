"""What the fast engine's fits rest on."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.inference import learning
from forecast.inference.points import lattice
from forecast.inference.target import Array
from forecast.inference.weights import effective_size, relative
from tests.inference.targets import conjugate


@pytest.mark.parametrize(("dimension", "rows", "noise"), [(2, 20, 0.01), (5, 50, 0.05)])
def test_a_fit_rests_on_twenty_effective_points_for_each_dimension(
    dimension: int, rows: int, noise: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights are tempered until they carry so many, and no further: at the next power up they would carry fewer, or they are whole."""
    fits: list[tuple[Array, float]] = []
    real = learning._fitted

    def watched(x, log_ratio, power, *rest):
        fits.append((log_ratio, power))
        return real(x, log_ratio, power, *rest)

    monkeypatch.setattr(learning, "_fitted", watched)
    net = lattice(1_024, dimension + 2)
    learning.learn(conjugate(dimension, rows, noise).target, net, np.random.default_rng(1), enough=4_000, points=100_000)
    carried = [effective_size(power * log_ratio) for log_ratio, power in fits]
    above = [1 / (relative(log_ratio, power / 0.7) ** 2).sum() for log_ratio, power in fits]
    assert len(fits) > 1
    assert fits[0][1] < 1
    assert all(each >= 20 * dimension for each in carried)
    assert all(power == 1 or each < 20 * dimension for (_, power), each in zip(fits, above, strict=True))
