"""One-way hierarchies with vague spreads, whose density rises without end where the spread goes to zero."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forecast.book.topic import Topic
from forecast.inference.importance.engine import Budget
from forecast.inference.importance.fit import condition
from forecast.inference.importance.laplace import ClimbUnits, climb, peaks_at_ends
from forecast.inference.importance.proposals import cholesky_factor, fit_mixture
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from tests.support.building import make_topic

pytestmark = pytest.mark.medium

AS_OF = date(2026, 1, 1)
SMALL = Budget(points=8_192, at_once=1_024, enough=500)


def shifts(*, teams: int, rows: int, vague: float = 100, level: float = 0.5, sd: float = 0.3) -> Topic:
    """Readings of teams around a level, all from one normal; the spread of teams and of readings has the same vague prior."""
    rng = np.random.default_rng(20261127)
    seen = [{"value": float(np.round(level + sd * rng.normal(), 3)), "team": f"t{index % teams}"} for index in range(rows)]
    spread = f"Uniform(lower=0, upper={vague})"
    return make_topic(
        priors={
            "usual": "Normal(mu=0, sigma=10)",
            "between": spread,
            "within": spread,
            "own": {"prior": "Normal(mu=usual, sigma=between)", "per": "team"},
        },
        streams={"seen": "Normal(mu=own[team], sigma=within)"},
        rows={"seen": seen},
        questions={"between": "between"},
    )


def between_by_quadrature(topic: Topic, vague: float) -> list[float]:
    """The 5, 50 and 95 % points of the spread between teams: given both spreads the rest is normal, and integrates in closed form."""
    rows = topic.streams["seen"].rows
    values, teams = np.array([row.value for row in rows]), np.array([row.columns["team"] for row in rows])
    log_between, log_within = np.linspace(np.log(1e-6), np.log(vague), 900), np.linspace(np.log(0.02), np.log(5), 500)
    between, within = np.exp(log_between)[:, None], np.exp(log_within)
    density = log_between[:, None] + log_within
    precision, pull, square = np.full(density.shape, 1 / 100.0), np.zeros(density.shape), np.zeros(density.shape)
    for team in np.unique(teams):
        own = values[teams == team]
        variance = between**2 + within**2 / len(own)
        density = density - (len(own) - 1) * np.log(within) - ((own - own.mean()) ** 2).sum() / (2 * within**2) - 0.5 * np.log(variance)
        precision, pull, square = precision + 1 / variance, pull + own.mean() / variance, square + own.mean() ** 2 / variance
    density += -0.5 * np.log(precision) + 0.5 * pull**2 / precision - 0.5 * square
    weight = np.exp(density - density.max()).sum(axis=1)
    return np.exp(np.interp([0.05, 0.5, 0.95], np.cumsum(weight) / weight.sum(), log_between)).tolist()


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "described",
    [
        {"teams": 5, "rows": 40},
        {"teams": 8, "rows": 16},
        {"teams": 15, "rows": 60},
        {"teams": 5, "rows": 40, "vague": 1e6},
        {"teams": 1, "rows": 10},
        {"teams": 5, "rows": 20, "sd": 0.0},
        {"teams": 5, "rows": 20, "level": 1e4},
    ],
    ids=str,
)
def test_the_engine_ends_with_draws_and_its_own_verdict(described: dict[str, float], seed: int):
    """Whatever the seed, an ordinary hierarchy ends neither in an error nor in a problem of the book: where draws do not suffice they say so."""
    posterior = condition(model_as_of(shifts(**described), AS_OF), rng=np.random.default_rng(seed), budget=SMALL)  # type: ignore[arg-type]
    assert np.isfinite(posterior.column("between")).all()
    assert posterior.weights.sum() == pytest.approx(1)
    assert posterior.diagnostics.sound or posterior.diagnostics.reason


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_where_the_fast_engine_fails_nuts_is_right(seed: int):
    """With the engine left open, what is published is the quadrature's: the fast engine hands over where it does not vouch for its draws."""
    topic = shifts(teams=5, rows=40)
    reading = analyse(topic, AS_OF, Settings(seed=seed), referee=False).result
    exact = between_by_quadrature(topic, 100)
    found = reading.posterior.quantiles("between")
    assert reading.posterior.diagnostics.sound
    assert found[1:] == pytest.approx(exact[1:], rel=0.25)


def test_a_climb_up_a_ridge_without_end_comes_to_an_end():
    """The density of values around a centre, all alike, grows without bound as their spread shrinks; the climb stops and gives numbers."""

    def log_density(x: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            spread = np.exp(x[:, :1])
            return (-0.5 * (x[:, 1:] / spread) ** 2 - x[:, :1]).sum(axis=1) + x[:, 0]

    for scale in (1.0, 30.0, 1e100):
        peak = peaks_at_ends(
            log_density, climb(log_density, np.full((1, 6), 0.5), units=ClimbUnits.of_prior(np.full(6, scale**2)), points=10**6)
        )[0]
        assert np.isfinite(peak.mode).all()
        assert np.isfinite(peak.covariance).all()


def test_a_covariance_that_rounding_made_indefinite_has_a_factor():
    """The factor of a matrix with a slightly negative eigenvalue gives the nearest one without."""
    vectors = np.linalg.qr(np.random.default_rng(1).normal(size=(4, 4)))[0]
    covariance = (vectors * np.array([1.0, 0.5, 0.2, -1e-6])) @ vectors.T
    lower = cholesky_factor(np.stack([covariance, np.eye(4)]), np.ones(4))
    assert lower[0] @ lower[0].T == pytest.approx(covariance, abs=1e-5)
    assert lower[1] @ lower[1].T == pytest.approx(np.eye(4), abs=1e-7)


def test_points_in_one_place_make_a_mixture():
    """Points that are all the same have no distance to choose centres by, and still a fit."""
    x = np.zeros((50, 3))
    mixture, _ = fit_mixture(x, np.full(50, 0.02), parts=2, freedom=8.0, spread=np.ones(3), rng=np.random.default_rng(1))
    assert np.isfinite(mixture.log_density(x)).all()
