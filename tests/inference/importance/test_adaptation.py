"""What the fast engine's fits rest on."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.inference.importance import adaptation as learning
from forecast.inference.importance.adaptation import AdaptedProposal
from forecast.inference.importance.lattice import lattice
from forecast.inference.importance.mixture_weights import Cloud
from forecast.inference.importance.peaks import PeakSearch
from forecast.inference.importance.proposals import Mixture, MultivariateT
from forecast.inference.weights import effective_size, normalize_weights
from forecast.language.arrays import Array
from tests.support.targets import Given, by_normal, conjugate, eight_schools

pytestmark = pytest.mark.medium


@pytest.mark.parametrize(("dimension", "rows", "noise"), [(2, 20, 0.01), (5, 50, 0.05)])
def test_a_fit_rests_on_twenty_effective_points_for_each_dimension(
    dimension: int, rows: int, noise: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights are tempered until they carry so many, and no further: at the next power up they would carry fewer, or they are whole."""
    fits: list[tuple[Array, float]] = []
    real = learning._fit_tempered

    def watched(x, log_ratio, power, *rest, **named):
        fits.append((log_ratio, power))
        return real(x, log_ratio, power, *rest, **named)

    monkeypatch.setattr(learning, "_fit_tempered", watched)
    net = lattice(1_024, dimension + 2)
    learning.adapt_proposal(conjugate(dimension, rows, noise).target, net, np.random.default_rng(1), enough=4_000, points=100_000)
    carried = [effective_size(power * log_ratio) for log_ratio, power in fits]
    above = [1 / (normalize_weights(log_ratio, power / 0.7) ** 2).sum() for log_ratio, power in fits]
    assert len(fits) > 1
    assert fits[0][1] < 1
    assert all(each >= 20 * dimension for each in carried)
    assert all(power == 1 or each < 20 * dimension for (_, power), each in zip(fits, above, strict=True))


POINTS, AT_ONCE = 131_072, 4_093


def thin_products(z: Array) -> Array:
    """Four products of two values each, known exactly: 16 thin bent ridges, to which nothing can be fitted."""
    return -0.5 * ((z[:, :4] * z[:, 4:] - 1) / 0.02) ** 2


def either_sign(z: Array) -> Array:
    """Values known but for their signs: 1,024 modes."""
    return -0.5 * ((z**2 - 1) / 0.5) ** 2


def learnt_from(target: Given, *, seed: int = 1, peaks: Mixture | None = None) -> AdaptedProposal:
    """Learn with the engine's usual numbers."""
    net = lattice(4_096, target.dimension + 2)
    return learning.adapt_proposal(target, net, np.random.default_rng(seed), enough=10_000, points=POINTS, peaks=peaks)


@pytest.fixture
def climbs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """After how many points the Laplace start was tried."""
    tried: list[int] = []
    real = learning._laplace_mixture

    def watched(ground: PeakSearch, cloud: Cloud, points: int) -> Mixture | None:
        tried.append(len(cloud.x))
        return real(ground, cloud, points)

    monkeypatch.setattr(learning, "_laplace_mixture", watched)
    return tried


@pytest.mark.parametrize("seed", [1, 2])
def test_learning_that_gets_nowhere_ends_when_half_of_its_points_are_spent(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of all points, and at most one round beyond; without that rule it took all of its half."""
    assert learnt_from(by_normal(8, thin_products), seed=seed).points == 9 * AT_ONCE  # the first multiple beyond 32,768
    monkeypatch.setattr(learning, "POOR", 0.0)
    assert learnt_from(by_normal(8, thin_products), seed=seed).points == 16 * AT_ONCE  # the last within 65,536


@pytest.mark.parametrize("target", [eight_schools(), conjugate(5, 50, 0.05).target], ids=["eight schools", "narrow conjugate"])
def test_learning_that_gets_somewhere_is_as_it_was(target: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    """With rules for poor rounds and without, the points are the same."""
    found = learnt_from(target)
    monkeypatch.setattr(learning, "POOR", 0.0)
    assert learnt_from(target).seen.x.tobytes() == found.seen.x.tobytes()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_laplace_start_is_tried_after_three_poor_rounds(seed: int, climbs: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, and not without the rule."""
    learnt_from(by_normal(10, either_sign), seed=seed)
    assert len(climbs) == 1
    assert climbs[0] >= (1 + learning.PATIENCE) * AT_ONCE
    climbs.clear()
    monkeypatch.setattr(learning, "POOR", 0.0)
    learnt_from(by_normal(10, either_sign), seed=seed)
    assert climbs == []


def test_the_laplace_start_is_not_tried_for_poor_rounds_where_a_density_may_have_no_top(climbs: list[int]) -> None:
    """In coordinates that are not the prior's own."""
    own = by_normal(10, either_sign)
    learnt_from(Given(10, own.start, own.log_prior, own.log_likelihood, is_normal=False))
    assert climbs == []


def test_the_laplace_start_is_not_tried_where_rounds_carry(climbs: list[int]) -> None:
    """Nor where learning ends before."""
    learnt_from(eight_schools())
    assert climbs == []


def test_known_peaks_are_drawn_from_first_and_stay_in_the_fit() -> None:
    """By 30 % of the draws that measure, in the shares they have."""
    peaks = Mixture(
        (MultivariateT(np.full(2, 3.0), 0.1 * np.eye(2), 8.0), MultivariateT(np.full(2, -3.0), 0.2 * np.eye(2), 8.0)), (0.75, 0.25)
    )
    target = by_normal(2, lambda z: -0.5 * ((z - 0.5) / 0.4) ** 2)
    with_peaks, without = learnt_from(target, peaks=peaks), learnt_from(target)
    assert with_peaks.fitted is not None
    assert without.fitted is not None
    assert all(part is known for part, known in zip(with_peaks.fitted.parts[-2:], peaks.parts, strict=True))
    np.testing.assert_allclose(with_peaks.fitted.shares[-2:], [0.3 * 0.75, 0.3 * 0.25])
    assert sum(with_peaks.fitted.shares) == pytest.approx(1)
    assert not any(part is known for part in without.fitted.parts for known in peaks.parts)
    assert sum(without.fitted.shares) == pytest.approx(1)


def test_known_peaks_are_drawn_from_in_the_second_round() -> None:
    """Where there is one: the first points are the prior's."""
    peaks = Mixture((MultivariateT(np.full(5, 0.3), 0.1 * np.eye(5), 8.0),), (1.0,))
    found = learnt_from(conjugate(5, 50, 0.05).target, peaks=peaks)
    assert [proposal.fitted is peaks for proposal, _ in found.seen.drawn[:3]] == [False, True, False]
    assert found.seen.drawn[0][0].fitted is None
