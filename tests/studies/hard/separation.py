"""Regressions whose classes a line separates, or nearly: the coefficients go on to where their priors end."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

from tests.studies.hard.exact import Array, Marginal, above, below, figures, grid, normal
from tests.studies.hard.members import Figures, Member, rows_of
from tests.studies.hard.sampled import ensembles
from tests.support.building import make_topic


def line(name: str, *, prior: str, log_prior: Callable[[Array], Array], scale: float, reach: float, seed: int, mistaken: int = 0) -> Member:
    """A logistic line through rows that it separates, but for ``mistaken`` of them, with one prior for both coefficients."""
    rng = np.random.default_rng(seed)
    x = np.round(np.sort(rng.normal(size=14)), 2)
    y = (x > 0.2).astype(int)
    y[np.argsort(np.abs(x - 0.2))[:mistaken]] ^= 1
    topic = make_topic(
        name=name,
        priors={"base": prior, "slope": prior},
        streams={"seen": "Bernoulli(p=expit(base + slope * x))"},
        rows={"seen": rows_of(y, x=x.tolist())},
        questions={"steep": f"slope > {scale}"},
    )

    def log_density(u: Array, v: Array) -> Array:
        base, slope = np.sinh(u), np.sinh(v)
        term = base[:, None] + slope[:, None] * x
        rows = np.where(y == 1, special.log_expit(term), special.log_expit(-term)).sum(axis=1)
        return rows + log_prior(base) + log_prior(slope) + np.log(np.cosh(u)) + np.log(np.cosh(v))

    def truth() -> Figures:
        end = float(np.arcsinh(reach))
        axis = np.linspace(-end, end, 1201)
        found = grid(log_density, axis, axis, open_ends=False)
        base, slope = (found.marginal(each, lambda value: float(np.arcsinh(value)), lambda u: float(np.sinh(u))) for each in (0, 1))
        return (above("steep", slope, scale), *figures("base", base), *figures("slope", slope))

    return Member(topic, "separation", "grid over both coefficients", truth, is_cheap=False)


def no_case() -> Member:
    """Two arms of which one has no case at all: the effect is as free as its prior on that side."""
    asked, ill = [40.0, 40.0], [9.0, 0.0]
    topic = make_topic(
        name="no_case_in_one_arm",
        priors={"base": "Normal(mu=0, sigma=50)", "effect": "Normal(mu=0, sigma=50)"},
        streams={"ill": "Binomial(n=asked, p=expit(base + effect * arm))"},
        rows={"ill": rows_of(ill, asked=asked, arm=[0.0, 1.0])},
        questions={"strong": "effect < -20"},
    )

    def log_density(base: Array, both: Array) -> Array:
        rows = 9 * special.log_expit(base) + 31 * special.log_expit(-base) + 40 * special.log_expit(-both)
        return rows + normal(base, 0, 50) + normal(both - base, 0, 50)

    def truth() -> Figures:
        """Over the base and the sum of base and effect."""
        base, both = np.linspace(-4, 2, 241), np.linspace(-400, 4, 8081)
        found = grid(log_density, base, both)
        effect = found.flat[1] - found.flat[0]
        order = np.argsort(effect)
        values, cumulative = effect[order], np.cumsum(found.weight.ravel()[order])
        along = Marginal(lambda value: float(np.interp(value, values, cumulative)), float(values[0]), float(values[-1]))
        return (below("strong", along, -20), *figures("base", found.marginal(0)), *figures("effect", along))

    return Member(topic, "separation", "grid over both coefficients", truth, is_cheap=False)


def several(*, coefficients: int, rows: int, sigma: float, seed: int) -> Member:
    """A logistic regression with as many coefficients as nearly separate the rows, by a long run."""
    rng = np.random.default_rng(seed)
    x = np.round(rng.normal(size=(rows, coefficients)), 2)
    y = (x @ np.linspace(2, -2, coefficients) + 0.5 * rng.logistic(size=rows) > 0).astype(int)
    names = [f"b{index + 1}" for index in range(coefficients)]
    columns = {f"x{index + 1}": x[:, index].tolist() for index in range(coefficients)}
    topic = make_topic(
        name=f"near_separable_{coefficients}",
        priors=dict.fromkeys(names, f"Normal(mu=0, sigma={sigma})"),
        streams={"seen": f"Bernoulli(p=expit({' + '.join(f'{b} * {c}' for b, c in zip(names, columns, strict=True))}))"},
        rows={"seen": rows_of(y, **columns)},
        questions={"steep": f"b1 > {sigma}"},
    )

    def log_density(b: Array) -> Array:
        term = b @ x.T * np.where(y == 1, 1, -1)
        return special.log_expit(term).sum(axis=1) + normal(b, 0, sigma).sum(axis=1)

    def truth() -> Figures:
        found = ensembles(log_density, np.zeros(coefficients), walkers=64, steps=24_000, seed=seed)
        shares = [found.figure(each, found.x[:, :, index], level) for index, each in enumerate(names[:2]) for level in (0.05, 0.5, 0.95)]
        return (found.probability("steep", found.x[:, :, 0] > sigma), *shares)

    return Member(topic, "separation", "16 ensembles of a stretch-move sampler", truth, is_cheap=False)


def separation() -> tuple[Member, ...]:
    """Every member of this kind."""
    return (
        line("separable", prior="Normal(mu=0, sigma=10)", log_prior=lambda b: normal(b, 0, 10), scale=20, reach=80, seed=51),
        line("separable_wide", prior="Normal(mu=0, sigma=100)", log_prior=lambda b: normal(b, 0, 100), scale=100, reach=800, seed=52),
        line(
            "separable_heavy",
            prior="Cauchy(alpha=0, beta=2.5)",
            log_prior=lambda b: -np.log1p((b / 2.5) ** 2),
            scale=10,
            reach=1e9,
            seed=53,
        ),
        line(
            "near_separable", prior="Normal(mu=0, sigma=10)", log_prior=lambda b: normal(b, 0, 10), scale=5, reach=80, seed=54, mistaken=1
        ),
        no_case(),
        several(coefficients=4, rows=20, sigma=10, seed=56),
        several(coefficients=7, rows=30, sigma=20, seed=57),
    )
