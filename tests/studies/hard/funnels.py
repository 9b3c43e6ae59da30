"""Funnels: values whose spread is unknown and hardly seen, or seen well by some rows and hardly by others."""

from __future__ import annotations

import numpy as np
from scipy import special, stats  # noqa: TID253 - a truth comes from elsewhere than the project

from tests.studies.hard.exact import Array, Linear, above, below, figures, grid, half_normal, linear, normal, normals
from tests.studies.hard.members import Figures, Member, labels_of, rows_of
from tests.support.building import make_topic


def neck(*, parts: int, seed: int) -> Member:
    """Neal's funnel with a row at each value, all near 0, so that the neck is where the posterior is."""
    y = np.round(0.9 * np.random.default_rng(seed).normal(size=parts), 3)
    names = labels_of("p", parts)
    topic = make_topic(
        name=f"neck_{parts}",
        priors={"depth": "Normal(mu=0, sigma=3)", "value": {"prior": "Normal(mu=0, sigma=exp(depth / 2))", "per": "part"}},
        streams={"seen": "Normal(mu=value[part], sigma=1)"},
        rows={"seen": rows_of(y, part=names)},
        questions={"deep": "depth < -2"},
    )

    def log_density(depth: Array) -> Array:
        variance = np.exp(depth) + 1
        return -0.5 * parts * np.log(variance) - 0.5 * (y**2).sum() / variance + normal(depth, 0, 3)

    def truth() -> Figures:
        found = grid(log_density, np.linspace(-30, 20, 5001))
        variance = np.exp(found.axes[0])
        first = normals(y[0] * variance / (variance + 1), np.sqrt(variance / (variance + 1)), found.weight)
        depth = found.marginal(0)
        return (below("deep", depth, -2), *figures("depth", depth), *figures("value", first, label=names[0]))

    return Member(topic, "funnel", "quadrature over the depth, the rest in closed form", truth)


def uneven(*, parts: int, seed: int) -> Member:
    """Half of the values are seen to a tenth of their spread, half to ten times: neither parametrization suits all of them."""
    rng = np.random.default_rng(seed)
    error = np.where(np.arange(parts) % 2 == 0, 0.1, 10.0)
    y = np.round(3 + rng.normal(size=parts) + error * rng.normal(size=parts), 3)
    names = labels_of("p", parts)
    topic = make_topic(
        name=f"uneven_{parts}",
        priors={
            "usual": "Normal(mu=0, sigma=10)",
            "spread": "HalfNormal(sigma=5)",
            "value": {"prior": "Normal(mu=usual, sigma=spread)", "per": "part"},
        },
        streams={"seen": "Normal(mu=value[part], sigma=error)"},
        rows={"seen": rows_of(y, part=names, error=error.tolist())},
        questions={"wide": "spread > 1"},
    )
    return Member(
        topic,
        "funnel",
        "quadrature over the spread, the rest in closed form",
        lambda: _normal_values(y, error, names, half=5.0, low=1e-4, question=("wide", 1.0)),
    )


def few_values(*, parts: int, error: float, seed: int) -> Member:
    """A few values seen with an error far above their spread, which may be nothing."""
    y = np.round(2 + error * np.random.default_rng(seed).normal(size=parts), 3)
    names = labels_of("p", parts)
    topic = make_topic(
        name=f"few_values_{parts}",
        priors={
            "usual": "Normal(mu=0, sigma=10)",
            "spread": f"HalfNormal(sigma={20 * error})",
            "value": {"prior": "Normal(mu=usual, sigma=spread)", "per": "part"},
        },
        streams={"seen": f"Normal(mu=value[part], sigma={error})"},
        rows={"seen": rows_of(y, part=names)},
        questions={"wide": f"spread > {error}"},
    )
    return Member(
        topic,
        "funnel",
        "quadrature over the spread, the rest in closed form",
        lambda: _normal_values(y, np.full(parts, error), names, half=20 * error, low=1e-5 * error, question=("wide", error)),
    )


def _normal_values(y: Array, error: Array, names: list[str], *, half: float, low: float, question: tuple[str, float]) -> Figures:
    """Values around a usual one: given the spread everything is normal."""
    parts = len(y)
    design = np.concatenate([np.ones((parts, 1)), np.eye(parts)], axis=1)

    def at(log_spread: Array) -> Linear:
        spread = np.concatenate([np.full((len(log_spread), 1), 10.0), np.repeat(np.exp(log_spread)[:, None], parts, axis=1)], axis=1)
        return linear(
            design,
            y,
            noise=np.broadcast_to(error, (len(log_spread), parts)),
            spread=spread,
            values=np.stack([design[0], design[1], np.eye(parts + 1)[0]]),
        )

    axis = np.linspace(np.log(low), np.log(5 * half), 1201)
    found = grid(lambda u: at(u).log_evidence + u + half_normal(np.exp(u), half), axis, open_ends=False)
    given = at(axis)
    first, second, usual = (normals(given.mean[:, index], given.sd[:, index], found.weight) for index in range(3))
    spread = found.marginal(0, np.log, np.exp)
    return (
        above(question[0], spread, question[1]),
        *figures("spread", spread),
        *figures("usual", usual),
        *figures("value", first, label=names[0]),
        *figures("value", second, label=names[1]),
    )


def zero_counts(*, sites: int, seed: int) -> Member:
    """Counts that are nearly all zero, with a log rate for each site: the rates fall without end where the spread is wide."""
    rng = np.random.default_rng(seed)
    counts = np.where(np.arange(sites) % 6 == 0, rng.poisson(4, sites), 0)
    names = labels_of("s", sites)
    topic = make_topic(
        name=f"zero_counts_{sites}",
        priors={
            "usual": "Normal(mu=0, sigma=2)",
            "spread": "HalfNormal(sigma=2)",
            "own": {"prior": "Normal(mu=usual, sigma=spread)", "per": "site"},
        },
        streams={"seen": "Poisson(mu=exp(own[site]))"},
        rows={"seen": rows_of(counts, site=names)},
        questions={"wide": "spread > 2"},
    )
    z = np.linspace(-8, 8, 241)
    mass = stats.norm.pdf(z) * (z[1] - z[0])

    def of_count(count: int, usual: Array, spread: Array) -> tuple[Array, Array]:
        """The likelihood of one site at each point of the grid and node, and its log rates."""
        own = usual[:, None] + spread[:, None] * z
        return np.exp(count * own - np.exp(own) - special.gammaln(count + 1)), own

    def log_density(usual: Array, log_spread: Array) -> Array:
        spread = np.exp(log_spread)
        total = normal(usual, 0, 2) + log_spread + half_normal(spread, 2)
        for count, times in zip(*np.unique(counts, return_counts=True), strict=True):
            total = total + times * np.log(of_count(int(count), usual, spread)[0] @ mass)
        return total

    def truth() -> Figures:
        found = grid(log_density, np.linspace(-11, 6, 171), np.linspace(np.log(1e-4), np.log(12), 161), open_ends=False)
        spread = found.marginal(1, np.log, np.exp)
        return (above("wide", spread, 2), *figures("usual", found.marginal(0)), *figures("spread", spread))

    return Member(topic, "funnel", "grid over usual and spread, quadrature over each log rate", truth, is_cheap=False)


def funnels() -> tuple[Member, ...]:
    """Every member of this kind."""
    return (
        neck(parts=9, seed=31),
        neck(parts=30, seed=32),
        uneven(parts=10, seed=33),
        uneven(parts=40, seed=34),
        few_values(parts=3, error=10, seed=35),
        few_values(parts=20, error=1, seed=36),
        zero_counts(sites=12, seed=37),
        zero_counts(sites=36, seed=38),
    )
