"""Posteriors far out in the prior's tail, and priors that rows contradict."""

from __future__ import annotations

import numpy as np
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than the project

from tests.studies.hard.exact import Array, Marginal, above, figures, grid, half_normal, normal
from tests.studies.hard.members import Figures, Member, labels_of, rows_of
from tests.support.building import make_topic


def _frozen(of: object, low: float, high: float) -> Marginal:
    return Marginal(lambda value: float(of.cdf(value)), low, high)  # type: ignore[attr-defined]


def far_level(*, sds: float) -> Member:
    """A level whose rows lie so many of the prior's standard deviations away."""
    y = np.round(sds + np.array([-0.6, 0.2, 0.4, -0.1, 0.3]), 2)
    topic = make_topic(
        name=f"far_level_{sds:g}",
        priors={"level": "Normal(mu=0, sigma=1)"},
        streams={"seen": "Normal(mu=level, sigma=0.5)"},
        rows={"seen": y},
        questions={"high": f"level > {0.95 * sds:.4g}"},
    )

    def truth() -> Figures:
        precision = 1 + 5 / 0.25
        level = stats.norm(y.sum() / 0.25 / precision, precision**-0.5)
        found = _frozen(level, 0, 2 * sds)
        return (above("high", found, float(f"{0.95 * sds:.4g}")), *figures("level", found))

    return Member(topic, "tail", "closed form", truth)


def far_rate() -> Member:
    """A rate of which the prior expects 2 and the rows some 40: Gamma(82, 3)."""
    topic = make_topic(
        name="far_rate",
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": "Poisson(mu=rate)"},
        rows={"seen": [38, 42]},
        questions={"high": "rate > 30"},
    )

    def truth() -> Figures:
        found = _frozen(stats.gamma(82, scale=1 / 3), 1, 100)
        return (above("high", found, 30), *figures("rate", found))

    return Member(topic, "tail", "closed form", truth)


def far_share() -> Member:
    """A share that the prior holds to be 1 % and the rows 95 %: Beta(191, 208)."""
    topic = make_topic(
        name="far_share",
        priors={"share": "Beta(alpha=1, beta=198)"},
        streams={"seen": "Binomial(n=asked, p=share)"},
        rows={"seen": rows_of([190], asked=[200])},
        questions={"half": "share > 0.5"},
    )

    def truth() -> Figures:
        found = _frozen(stats.beta(191, 208), 0, 1)
        return (above("half", found, 0.5), *figures("share", found))

    return Member(topic, "tail", "closed form", truth)


def far_spread() -> Member:
    """A spread of which the prior expects 1 and the rows some 12."""
    y = np.round(12 * np.random.default_rng(61).normal(size=8), 2)
    topic = make_topic(
        name="far_spread",
        priors={"level": "Normal(mu=0, sigma=1)", "spread": "HalfNormal(sigma=1)"},
        streams={"seen": "Normal(mu=level, sigma=spread)"},
        rows={"seen": y},
        questions={"wide": "spread > 5.5"},
    )

    def log_density(level: Array, log_spread: Array) -> Array:
        spread = np.exp(log_spread)
        rows = -8 * log_spread - 0.5 * ((y - level[:, None]) ** 2).sum(axis=1) / spread**2
        return rows + normal(level, 0, 1) + half_normal(spread, 1) + log_spread

    def truth() -> Figures:
        found = grid(log_density, np.linspace(-6, 6, 401), np.linspace(np.log(1), np.log(12), 401))
        spread = found.marginal(1, np.log, np.exp)
        return (above("wide", spread, 5.5), *figures("level", found.marginal(0)), *figures("spread", spread))

    return Member(topic, "tail", "grid over both", truth)


def contradiction(*, parts: int, away: float) -> Member:
    """Values that a heavy-tailed row puts far from their prior: each is near the one or near the other, 2 to the number of values modes."""
    names = labels_of("p", parts)
    y = [round(away + 0.3 * index, 2) for index in range(parts)]
    topic = make_topic(
        name=f"contradiction_{parts}",
        priors={"value": {"prior": "Normal(mu=0, sigma=1)", "per": "part"}},
        streams={"seen": "StudentT(nu=3, mu=value[part], sigma=0.1)"},
        rows={"seen": rows_of(y, part=names)},
        questions={"first_holds": f'value["{names[0]}"] > 2', "last_holds": f'value["{names[-1]}"] > 2'},
    )

    def truth() -> Figures:
        found = []
        for index, question in {0: "first_holds", parts - 1: "last_holds"}.items():
            each = grid(lambda x, at=y[index]: stats.t.logpdf((x - at) / 0.1, 3) + normal(x, 0, 1), np.linspace(-8, away + 8, 16_001))
            along = each.marginal(0)
            found += [above(question, along, 2), *figures("value", along, label=names[index], levels=(0.05, 0.25, 0.75, 0.95))]
        return tuple(found)

    return Member(topic, "tail", "quadrature over each value by itself", truth)


def tails() -> tuple[Member, ...]:
    """Every member of this kind."""
    return (
        far_level(sds=6),
        far_level(sds=20),
        far_rate(),
        far_share(),
        far_spread(),
        contradiction(parts=1, away=4.2),
        contradiction(parts=6, away=4.2),
    )
