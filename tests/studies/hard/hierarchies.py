"""Hierarchies of many labels with vague scales: given the scales everything is normal."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.studies.hard.exact import Array, Linear, above, figures, half_normal, linear, normals, zoomed
from tests.studies.hard.members import Figures, Member, labels_of, rows_of
from tests.support.building import make_topic

LEAST = 1e-6  # of a spread that may be nothing, in units of its prior's


def one_way(
    name: str, *, teams: int, rows: int, prior: str, log_prior: Callable[[Array], Array], most: float, between: float, seed: int
) -> Member:
    """Readings of teams around a usual level; the spread of teams and that of readings have the same vague prior."""
    rng = np.random.default_rng(seed)
    team = np.arange(rows) % teams
    y = np.round(0.5 + between * rng.normal(size=teams)[team] + 0.3 * rng.normal(size=rows), 3)
    names = labels_of("t", teams)
    topic = make_topic(
        name=name,
        priors={
            "usual": "Normal(mu=0, sigma=10)",
            "between": prior,
            "within": prior,
            "own": {"prior": "Normal(mu=usual, sigma=between)", "per": "team"},
        },
        streams={"seen": "Normal(mu=own[team], sigma=within)"},
        rows={"seen": rows_of(y, team=[names[each] for each in team])},
        questions={"differ": "between > 0.1"},
    )
    values = np.concatenate([np.eye(teams + 1)[:1], np.ones((1, teams + 1)) * (np.arange(teams + 1) < 2)])

    def given(log_between: Array, log_within: Array) -> Linear:
        """Rows of a team add up to their mean and the sum of squares around it."""
        spread = np.concatenate([np.full((len(log_between), 1), 10.0), np.repeat(np.exp(log_between)[:, None], teams, axis=1)], axis=1)
        counts = np.bincount(team, minlength=teams)
        means = np.bincount(team, y) / counts
        around = float(((y - means[team]) ** 2).sum())
        short = np.concatenate([np.ones((teams, 1)), np.eye(teams)], axis=1)
        noise = np.exp(log_within)[:, None] / np.sqrt(counts)
        found = linear(short, means, noise=noise, spread=spread, values=values)
        return Linear(found.log_evidence - (rows - teams) * log_within - 0.5 * around * np.exp(-2 * log_within), found.mean, found.sd)

    def log_density(log_between: Array, log_within: Array) -> Array:
        evidence = given(log_between, log_within).log_evidence
        return evidence + log_between + log_within + log_prior(np.exp(log_between)) + log_prior(np.exp(log_within))

    def truth() -> Figures:
        found = zoomed(log_density, (np.log(LEAST), np.log(most)), (np.log(0.02), np.log(min(most, 50))), count=(321, 81))
        parts = given(*found.flat)
        usual, first = (normals(parts.mean[:, index], parts.sd[:, index], found.weight) for index in (0, 1))
        spread = found.marginal(0, np.log, np.exp)
        return (
            above("differ", spread, 0.1),
            *figures("between", spread),
            *figures("within", found.marginal(1, np.log, np.exp)),
            *figures("usual", usual),
            *figures("own", first, label=names[0]),
        )

    return Member(topic, "hierarchy", "grid over both spreads, the rest in closed form", truth, is_cheap=teams < 7)


def uniform(x: Array) -> Array:
    """A flat log density."""
    return np.zeros_like(x)


def growth(*, units: int, seed: int) -> Member:
    """Lines with a base and a slope for each unit, each with a spread of its own."""
    rng = np.random.default_rng(seed)
    x = np.array([-2.0, -1, 0, 1, 2])
    base, slope = 10 + 2 * rng.normal(size=units), 1.5 + 0.4 * rng.normal(size=units)
    y = np.round(base[:, None] + slope[:, None] * x + rng.normal(size=(units, len(x))), 2)
    names = labels_of("u", units)
    topic = make_topic(
        name=f"growth_{units}",
        priors={
            "usual_base": "Normal(mu=0, sigma=100)",
            "usual_slope": "Normal(mu=0, sigma=100)",
            "base_spread": "HalfNormal(sigma=10)",
            "slope_spread": "HalfNormal(sigma=10)",
            "noise": "HalfNormal(sigma=10)",
            "base": {"prior": "Normal(mu=usual_base, sigma=base_spread)", "per": "unit"},
            "slope": {"prior": "Normal(mu=usual_slope, sigma=slope_spread)", "per": "unit"},
        },
        streams={"seen": "Normal(mu=base[unit] + slope[unit] * x, sigma=noise)"},
        rows={"seen": rows_of(y.ravel(), unit=np.repeat(names, len(x)).tolist(), x=np.tile(x, units).tolist())},
        questions={"quick": "usual_slope > 1.5"},
    )
    square, count = float((x**2).sum()), len(x)
    bases, slopes = y.mean(axis=1), y @ x / square  # x has mean 0: both estimates are independent
    left = float(((y - bases[:, None] - slopes[:, None] * x) ** 2).sum())

    def usual(of: Array, variance: Array) -> tuple[Array, Array, Array]:
        """Log evidence of estimates with this variance around a usual value, and that value's mean and sd."""
        precision = units / variance + 1e-4
        mean = of.sum() / variance / precision
        evidence = -0.5 * units * np.log(variance) - 0.5 * np.log(precision) - 0.5 * (of**2).sum() / variance + 0.5 * mean**2 * precision
        return evidence, mean, precision**-0.5

    def log_density(u: Array, v: Array, w: Array) -> Array:
        noise = np.exp(2 * w)
        total = u + v + w + sum(half_normal(np.exp(each), 10) for each in (u, v, w))
        total = total - units * (count - 2) * w - 0.5 * left / noise
        return total + usual(bases, np.exp(2 * u) + noise / count)[0] + usual(slopes, np.exp(2 * v) + noise / square)[0]

    def truth() -> Figures:
        found = zoomed(log_density, (-9, 3.5), (-9, 3.5), (-3, 3), count=(121, 161, 81))
        u, v, w = found.flat
        noise = np.exp(2 * w)
        middle = normals(*usual(slopes, np.exp(2 * v) + noise / square)[1:], found.weight)
        return (
            above("quick", middle, 1.5),
            *figures("usual_slope", middle),
            *figures("usual_base", normals(*usual(bases, np.exp(2 * u) + noise / count)[1:], found.weight)),
            *figures("base_spread", found.marginal(0, np.log, np.exp)),
            *figures("slope_spread", found.marginal(1, np.log, np.exp)),
        )

    return Member(topic, "hierarchy", "grid over three spreads, the rest in closed form", truth, is_cheap=False)


def hierarchies() -> tuple[Member, ...]:
    """Every member of this kind."""
    flat = {"prior": "Uniform(lower=0, upper=100)", "log_prior": uniform, "most": 100.0}
    half = {"prior": "HalfNormal(sigma=1)", "log_prior": lambda x: half_normal(x, 1), "most": 6.0}
    return (
        one_way("one_way_6", teams=6, rows=42, between=0, seed=41, **flat),
        one_way("one_way_8", teams=8, rows=16, between=0.2, seed=42, **flat),
        one_way("one_way_15", teams=15, rows=60, between=0.1, seed=43, **flat),
        one_way("labels_70", teams=70, rows=210, between=0.2, seed=44, **half),
        one_way("labels_70_alike", teams=70, rows=140, between=0, seed=45, **half),
        one_way("labels_65_vague", teams=65, rows=130, between=0.3, seed=46, **flat),
        growth(units=30, seed=47),
    )
