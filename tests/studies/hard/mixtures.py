"""Mixtures whose components may change places, or stand empty, and values known but for their sign."""

from __future__ import annotations

import numpy as np
from scipy import special, stats  # noqa: TID253 - a truth comes from elsewhere than the project

from tests.studies.hard.exact import Array, Grid, Marginal, above, figures, grid, normal
from tests.studies.hard.members import Figure, Figures, Member, labels_of, rows_of
from tests.support.building import make_topic


def mirrored(name: str, *, apart: float, rows: int, seed: int, low: float = 0.0, high: float = 0.0) -> Member:
    """Two normals of equal share: exchanging their means changes nothing but the prior, whose centres are ``low`` and ``high``."""
    rng = np.random.default_rng(seed)
    y = np.round(np.where(np.arange(rows) % 2 == 0, -apart / 2, apart / 2) + rng.normal(size=rows), 3)
    topic = make_topic(
        name=name,
        priors={"one": f"Normal(mu={low}, sigma=5)", "other": f"Normal(mu={high}, sigma=5)"},
        streams={"seen": {"value": "Normal(mu=one, sigma=1)", "reliability": "0.5", "wrong": "Normal(mu=other, sigma=1)"}},
        rows={"seen": y},
        questions={"in_order": "one < other"},
    )

    def log_density(one: Array, other: Array) -> Array:
        rows_of_both = np.logaddexp(normal(y, one[:, None], 1), normal(y, other[:, None], 1))  # type: ignore[arg-type]
        return rows_of_both.sum(axis=1) + normal(one, low, 5) + normal(other, high, 5)

    def truth() -> Figures:
        axis = np.linspace(y.min() - 4, y.max() + 4, 601)
        found = grid(log_density, axis, axis)
        levels = (0.05, 0.25, 0.75, 0.95)
        order = axis[:, None] - axis
        in_order = float(found.weight[order < 0].sum() + 0.5 * found.weight[order == 0].sum())
        return (
            Figure("in_order", in_order),
            *figures("one", found.marginal(0), levels=levels),
            *figures("other", found.marginal(1), levels=levels),
        )

    return Member(topic, "mixture", "grid over both means", truth, is_cheap=False)


def mirrored_shares(*, seed: int) -> Member:
    """Two normals of which three rows in ten belong to one, and nobody knows to which: exchanging them mirrors the share."""
    rng = np.random.default_rng(seed)
    y = np.round(np.where(np.arange(30) % 10 < 3, -1.5, 1.5) + rng.normal(size=30), 3)
    return _with_share("mirrored_shares", y, spread=5.0, alpha=2.0, near=(-6, 6))


def empty_component(*, rows: int, seed: int) -> Member:
    """One normal, described as two: the mean of the empty one is as free as its prior."""
    y = np.round(np.random.default_rng(seed).normal(size=rows), 3)
    return _with_share(f"empty_component_{rows}", y, spread=30.0, alpha=1.0, near=(-6, 6))


def _with_share(name: str, y: Array, *, spread: float, alpha: float, near: tuple[float, float]) -> Member:
    topic = make_topic(
        name=name,
        priors={
            "one": f"Normal(mu=0, sigma={spread})",
            "other": f"Normal(mu=0, sigma={spread})",
            "share": f"Beta(alpha={alpha}, beta={alpha})",
        },
        streams={"seen": {"value": "Normal(mu=one, sigma=1)", "reliability": "share", "wrong": "Normal(mu=other, sigma=1)"}},
        rows={"seen": y},
        questions={"in_order": "one < other", "mostly_one": "share > 0.8"},
    )
    inner = np.arange(near[0], near[1] + 1e-9, 0.06)
    outer = np.geomspace(1, 7 * spread / near[1], 60)[1:] * near[1]
    means = np.concatenate([-outer[::-1], inner, outer])  # fine where rows are, coarse beyond, where the prior alone changes

    def truth() -> Figures:
        rows_given = stats.norm.pdf(y, means[:, None], 1)
        log_share = np.linspace(-16, 16, 321)
        share = special.expit(log_share)
        length = np.gradient(means) * np.exp(normal(means, 0, spread))
        log_weight = np.empty((len(share), len(means), len(means)))
        for index, each in enumerate(share):
            both = each * rows_given[:, None] + (1 - each) * rows_given[None]
            log_weight[index] = np.log(np.maximum(both, 1e-300)).sum(axis=2) + alpha * (np.log(each) + np.log1p(-each))
        weight = np.exp(log_weight - log_weight.max()) * length[:, None] * length
        weight /= weight.sum()
        over_share = Grid((log_share,), weight.sum(axis=(1, 2)))
        levels = (0.05, 0.25, 0.5, 0.75, 0.95)
        shares = over_share.marginal(0, lambda value: float(special.logit(value)), lambda u: float(special.expit(u)))
        along = weight.sum(axis=(0, 2))
        ends = np.concatenate([[means[0]], (means[1:] + means[:-1]) / 2, [means[-1]]])
        cumulative = np.concatenate([[0.0], np.cumsum(along)])
        one = Marginal(lambda value: float(np.interp(value, ends, cumulative)), float(ends[0]), float(ends[-1]))
        return (
            Figure("in_order", 0.5),
            above("mostly_one", shares, 0.8),
            *figures("share", shares, levels=levels),
            *figures("one", one, levels=levels),
        )

    return Member(topic, "mixture", "grid over both means and the share", truth, is_cheap=False)


def unknown_signs(*, parts: int, seed: int) -> Member:
    """Values of which the squares alone are seen, so that each has two places: 2 to the number of values modes, of unequal weight."""
    rng = np.random.default_rng(seed)
    names = labels_of("p", parts)
    y = np.round(rng.uniform(2, 8, parts), 2)
    topic = make_topic(
        name=f"unknown_signs_{parts}",
        priors={"size": {"prior": "Normal(mu=0.3, sigma=2)", "per": "part"}},
        streams={"square": "Normal(mu=size[part] ** 2, sigma=0.5)"},
        rows={"square": rows_of(y, part=names)},
        questions={"first": f'size["{names[0]}"] > 0', "last": f'size["{names[-1]}"] > 0'},
    )

    def truth() -> Figures:
        """Each part by itself."""
        found = []
        for index in (0, parts - 1):
            each = grid(lambda x, at=y[index]: normal(x**2, at, 0.5) + normal(x, 0.3, 2), np.linspace(-6, 6, 12_001))
            found.append(above("first" if index == 0 else "last", each.marginal(0), 0))
            found += figures("size", each.marginal(0), label=names[index], levels=(0.05, 0.3, 0.75, 0.95))
        return tuple(found)

    return Member(topic, "mixture", "quadrature over each value by itself", truth)


def mixtures() -> tuple[Member, ...]:
    """Every member of this kind."""
    return (
        mirrored("mirrored_near", apart=3, rows=30, seed=21),
        mirrored("mirrored_far", apart=10, rows=40, seed=22),
        mirrored("mirrored_tilted", apart=5, rows=60, seed=23, low=-2.0, high=2.0),
        mirrored_shares(seed=24),
        empty_component(rows=12, seed=25),
        empty_component(rows=40, seed=26),
        unknown_signs(parts=5, seed=27),
        unknown_signs(parts=10, seed=28),
    )
