"""Unimodal posteriors of ordinary topics, on which nothing may warn."""

from __future__ import annotations

import numpy as np
from scipy import special, stats  # noqa: TID253 - a truth comes from elsewhere than the project

from tests.studies.hard.exact import Array, Linear, Marginal, above, below, figures, grid, half_normal, linear, normal, normals, zoomed
from tests.studies.hard.members import Figures, Member, labels_of, rows_of
from tests.support.building import make_topic


def share() -> Member:
    """Beta(2, 3) and 7 of 25: Beta(9, 21)."""
    topic = make_topic(
        name="easy_share",
        priors={"share": "Beta(alpha=2, beta=3)"},
        streams={"agreed": "Binomial(n=asked, p=share)"},
        rows={"agreed": rows_of([3, 4], asked=[10, 15])},
        questions={"third": "share > 1 / 3"},
    )

    def truth() -> Figures:
        found = Marginal(lambda value: float(stats.beta(9, 21).cdf(value)), 0, 1)
        return (above("third", found, 1 / 3), *figures("share", found))

    return Member(topic, "easy", "closed form", truth)


def rate() -> Member:
    """Gamma(2, 1) and 9 events in 4 months: Gamma(11, 5)."""
    topic = make_topic(
        name="easy_rate",
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"events": "Poisson(mu=rate * exposure)"},
        rows={"events": rows_of([2, 7], exposure=[1.0, 3.0])},
        questions={"quick": "rate > 2"},
    )

    def truth() -> Figures:
        found = Marginal(lambda value: float(stats.gamma(11, scale=0.2).cdf(value)), 0, 30)
        return (above("quick", found, 2), *figures("rate", found))

    return Member(topic, "easy", "closed form", truth)


def level_and_spread() -> Member:
    """A level and a spread of twenty readings."""
    y = np.round(4 + 1.5 * np.random.default_rng(81).normal(size=20), 2)
    topic = make_topic(
        name="easy_level_and_spread",
        priors={"level": "Normal(mu=3, sigma=3)", "spread": "HalfNormal(sigma=3)"},
        streams={"seen": "Normal(mu=level, sigma=spread)"},
        rows={"seen": y},
        questions={"high": "level > 4"},
    )

    def log_density(level: Array, u: Array) -> Array:
        rows = -20 * u - 0.5 * ((y - level[:, None]) ** 2).sum(axis=1) * np.exp(-2 * u)
        return rows + normal(level, 3, 3) + half_normal(np.exp(u), 3) + u

    def truth() -> Figures:
        found = zoomed(log_density, (-4, 12), (-2, 3), count=401)
        level = found.marginal(0)
        return (above("high", level, 4), *figures("level", level), *figures("spread", found.marginal(1, np.log, np.exp)))

    return Member(topic, "easy", "grid over both", truth)


def straight_line() -> Member:
    """A line with its spread, by quadrature over the spread."""
    rng = np.random.default_rng(82)
    x = np.round(rng.uniform(-2, 2, 25), 2)
    y = np.round(1 + 0.8 * x + 0.6 * rng.normal(size=25), 2)
    topic = make_topic(
        name="easy_line",
        priors={"base": "Normal(mu=0, sigma=2)", "slope": "Normal(mu=0, sigma=2)", "noise": "HalfNormal(sigma=1)"},
        streams={"seen": "Normal(mu=base + slope * x, sigma=noise)"},
        rows={"seen": rows_of(y, x=x.tolist())},
        questions={"steep": "slope > 0.8"},
    )
    design = np.stack([np.ones(25), x], axis=1)

    def at(u: Array) -> Linear:
        return linear(design, y, noise=np.exp(u), spread=np.full((len(u), 2), 2.0))

    def truth() -> Figures:
        found = grid(lambda u: at(u).log_evidence + u + half_normal(np.exp(u), 1), np.linspace(np.log(0.15), np.log(3), 801))
        given = at(found.axes[0])
        base, slope = (normals(given.mean[:, index], given.sd[:, index], found.weight) for index in (0, 1))
        noise = found.marginal(0, np.log, np.exp)
        return (above("steep", slope, 0.8), *figures("base", base), *figures("slope", slope), *figures("noise", noise))

    return Member(topic, "easy", "quadrature over the spread, the rest in closed form", truth)


def logistic_line() -> Member:
    """A logistic line through forty rows that overlap."""
    rng = np.random.default_rng(83)
    x = np.round(rng.normal(size=40), 2)
    y = (rng.random(40) < special.expit(-0.3 + 0.9 * x)).astype(int)
    topic = make_topic(
        name="easy_logistic",
        priors={"base": "Normal(mu=0, sigma=1.5)", "slope": "Normal(mu=0, sigma=1)"},
        streams={"seen": "Bernoulli(p=expit(base + slope * x))"},
        rows={"seen": rows_of(y, x=x.tolist())},
        questions={"rising": "slope > 0.5"},
    )

    def log_density(base: Array, slope: Array) -> Array:
        term = (base[:, None] + slope[:, None] * x) * np.where(y == 1, 1, -1)
        return special.log_expit(term).sum(axis=1) + normal(base, 0, 1.5) + normal(slope, 0, 1)

    def truth() -> Figures:
        found = zoomed(log_density, (-5, 5), (-5, 5), count=401)
        slope = found.marginal(1)
        return (above("rising", slope, 0.5), *figures("base", found.marginal(0)), *figures("slope", slope))

    return Member(topic, "easy", "grid over both coefficients", truth)


def log_linear_rate() -> Member:
    """A rate that grows by the month."""
    x = np.arange(12.0)
    y = np.random.default_rng(84).poisson(np.exp(1 + 0.08 * x))
    topic = make_topic(
        name="easy_growth",
        priors={"base": "Normal(mu=1, sigma=1)", "growth": "Normal(mu=0, sigma=0.2)"},
        streams={"seen": "Poisson(mu=exp(base + growth * x))"},
        rows={"seen": rows_of(y, x=x.tolist())},
        questions={"growing": "growth > 0.08"},
    )

    def log_density(base: Array, growth: Array) -> Array:
        log_rate = base[:, None] + growth[:, None] * x
        return (y * log_rate - np.exp(log_rate)).sum(axis=1) + normal(base, 1, 1) + normal(growth, 0, 0.2)

    def truth() -> Figures:
        found = zoomed(log_density, (-3, 4), (-1, 1), count=401)
        growth = found.marginal(1)
        return (above("growing", growth, 0.08), *figures("base", found.marginal(0)), *figures("growth", growth))

    return Member(topic, "easy", "grid over both coefficients", truth)


def schools() -> Member:
    """Eight values around a usual one, with a spread that the prior keeps small."""
    y, error = np.array([12.0, 5, -2, 7, 3, 1, 9, 6]), np.array([6.0, 5, 7, 5, 4, 5, 5, 8])
    names = labels_of("s", 8)
    topic = make_topic(
        name="easy_schools",
        priors={
            "usual": "Normal(mu=0, sigma=10)",
            "spread": "HalfNormal(sigma=3)",
            "effect": {"prior": "Normal(mu=usual, sigma=spread)", "per": "school"},
        },
        streams={"seen": "Normal(mu=effect[school], sigma=error)"},
        rows={"seen": rows_of(y, school=names, error=error.tolist())},
        questions={"good": "usual > 5"},
    )
    design = np.concatenate([np.ones((8, 1)), np.eye(8)], axis=1)

    def at(spread: Array) -> Linear:
        widths = np.concatenate([np.full((len(spread), 1), 10.0), np.repeat(spread[:, None], 8, axis=1)], axis=1)
        return linear(design, y, noise=np.broadcast_to(error, (len(spread), 8)), spread=widths, values=np.stack([np.eye(9)[0], design[0]]))

    def truth() -> Figures:
        found = grid(lambda u: at(np.exp(u)).log_evidence + u + half_normal(np.exp(u), 3), np.linspace(-9, 3, 1201), open_ends=False)
        given = at(np.exp(found.axes[0]))
        usual, first = (normals(given.mean[:, index], given.sd[:, index], found.weight) for index in (0, 1))
        spread = found.marginal(0, np.log, np.exp)
        return (above("good", usual, 5), *figures("usual", usual), *figures("spread", spread), *figures("effect", first, label=names[0]))

    return Member(topic, "easy", "quadrature over the spread, the rest in closed form", truth)


def shares_by_group() -> Member:
    """Shares of six groups, each with its own prior."""
    n, k = np.array([12.0, 30, 7, 21, 15, 9]), np.array([3.0, 14, 5, 8, 2, 1])
    names = labels_of("g", 6)
    topic = make_topic(
        name="easy_groups",
        priors={"share": {"prior": "Beta(alpha=2, beta=4)", "per": "group"}},
        streams={"agreed": "Binomial(n=asked, p=share[group])"},
        rows={"agreed": rows_of(k, asked=n.tolist(), group=names)},
        questions={"low": f'share["{names[0]}"] < 0.25'},
    )

    def truth() -> Figures:
        groups = [Marginal(lambda value, i=i: float(stats.beta(2 + k[i], 4 + n[i] - k[i]).cdf(value)), 0, 1) for i in (0, 5)]
        return (
            below("low", groups[0], 0.25),
            *figures("share", groups[0], label=names[0]),
            *figures("share", groups[1], label=names[5]),
        )

    return Member(topic, "easy", "closed form", truth)


def easy() -> tuple[Member, ...]:
    """Every member of this kind."""
    return (share(), rate(), level_and_spread(), straight_line(), logistic_line(), log_linear_rate(), schools(), shares_by_group())
