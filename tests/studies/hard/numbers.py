"""Posteriors that strain a computer's numbers: wide priors, draws that underflow, saturate or overflow."""

from __future__ import annotations

import numpy as np
from scipy import special

from tests.studies.hard.exact import Array, Linear, above, figures, grid, half_normal, linear, normal, normals, zoomed
from tests.studies.hard.members import Figures, Member, labels_of, rows_of
from tests.support.building import make_topic


def eight_parameters(name: str, *, centre: float, scale: float, wide: float, seed: int) -> Member:
    """A regression with seven coefficients and a spread, all with priors far wider than what they come to.

    Covariates of a ``centre`` far above their ``scale`` tie every coefficient to the intercept.
    """
    rng = np.random.default_rng(seed)
    x = np.round(centre + scale * rng.normal(size=(40, 6)), 2)
    b = np.array([1.0, -2, 0.5, 0, 3, -1]) / scale
    y = np.round(3 + x @ b + 0.7 * rng.normal(size=40), 2)
    names = ["b0", *(f"b{index + 1}" for index in range(6))]
    columns = {f"x{index + 1}": x[:, index].tolist() for index in range(6)}
    topic = make_topic(
        name=name,
        priors={**dict.fromkeys(names, f"Normal(mu=0, sigma={wide:g})"), "spread": f"Uniform(lower=0, upper={wide:g})"},
        streams={"seen": f"Normal(mu=b0 + {' + '.join(f'b{index + 1} * x{index + 1}' for index in range(6))}, sigma=spread)"},
        rows={"seen": rows_of(y, **columns)},
        questions={"positive": "b4 > 0"},
    )
    design = np.concatenate([np.ones((40, 1)), x], axis=1)

    def at(log_spread: Array) -> Linear:
        return linear(design, y, noise=np.exp(log_spread), spread=np.full((len(log_spread), 7), wide))

    def truth() -> Figures:
        found = grid(lambda u: at(u).log_evidence + u, np.linspace(np.log(0.2), np.log(5), 1201))
        given = at(found.axes[0])
        fourth, first = (normals(given.mean[:, index], given.sd[:, index], found.weight) for index in (4, 0))
        return (
            above("positive", fourth, 0),
            *figures("b0", first),
            *figures("b4", fourth),
            *figures("spread", found.marginal(0, np.log, np.exp)),
        )

    return Member(topic, "numbers", "quadrature over the spread, the rest in closed form", truth)


def eight_rows(*, seed: int) -> Member:
    """As many rows as unknown values: seven coefficients nearly fit them all, so that the noise may be next to none."""
    rng = np.random.default_rng(seed)
    x = 0.3 * rng.normal(size=(8, 1)) + 0.3 * rng.normal(size=(8, 6))
    x[:, 5] = x[:, 5] > 0
    y = np.round(1 + x @ rng.normal(size=6) + 0.4 * rng.normal(size=8), 3)
    x = np.round(x, 3)
    names = [f"b{index}" for index in range(7)]
    topic = make_topic(
        name="eight_rows",
        priors={**dict.fromkeys(names, "Normal(mu=0, sigma=5)"), "noise": "HalfNormal(sigma=5)"},
        streams={"seen": f"Normal(mu=b0 + {' + '.join(f'b{index} * x{index}' for index in range(1, 7))}, sigma=noise)"},
        rows={"seen": rows_of(y, **{f"x{index}": x[:, index - 1].tolist() for index in range(1, 7)})},
        questions={"positive": "b1 > 0"},
    )
    design = np.concatenate([np.ones((8, 1)), x], axis=1)

    def at(log_noise: Array) -> Linear:
        return linear(design, y, noise=np.exp(log_noise), spread=np.full((len(log_noise), 7), 5.0))

    def truth() -> Figures:
        found = grid(lambda u: at(u).log_evidence + u + half_normal(np.exp(u), 5), np.linspace(np.log(1e-6), np.log(60), 4001))
        given = at(found.axes[0])
        first, third = (normals(given.mean[:, index], given.sd[:, index], found.weight) for index in (1, 3))
        return (
            above("positive", first, 0),
            *figures("b1", first),
            *figures("b3", third),
            *figures("noise", found.marginal(0, np.log, np.exp), levels=(0.01, 0.05, 0.5, 0.95)),
        )

    return Member(topic, "numbers", "quadrature over the noise, the rest in closed form", truth)


def vague_precision(*, seed: int) -> Member:
    """A level and a precision with the prior Gamma(0.001, 0.001), half of whose draws are below 1e-300."""
    y = np.round(7 + 2 * np.random.default_rng(seed).normal(size=12), 2)
    topic = make_topic(
        name="vague_precision",
        priors={"level": "Normal(mu=0, sigma=100)", "precision": "Gamma(alpha=0.001, beta=0.001)"},
        streams={"seen": "Normal(mu=level, sigma=1 / sqrt(precision))"},
        rows={"seen": y},
        questions={"high": "level > 7"},
    )

    def log_density(level: Array, u: Array) -> Array:
        precision = np.exp(u)
        rows = 6 * u - 0.5 * precision * ((y - level[:, None]) ** 2).sum(axis=1)
        return rows + normal(level, 0, 100) + 0.001 * u - 0.001 * precision

    def truth() -> Figures:
        found = zoomed(log_density, (-20, 30), (-15, 10), count=601)
        level = found.marginal(0)
        return (above("high", level, 7), *figures("level", level), *figures("precision", found.marginal(1, np.log, np.exp)))

    return Member(topic, "numbers", "grid over both", truth)


def vague_precisions(*, batches: int, seed: int) -> Member:
    """Batches around a level, with Gamma(0.001, 0.001) for the precision between them and for that within."""
    rng = np.random.default_rng(seed)
    each = 5
    y = np.round(15 + 0.4 * rng.normal(size=(batches, 1)) + rng.normal(size=(batches, each)), 2)
    names = labels_of("b", batches)
    topic = make_topic(
        name=f"vague_precisions_{batches}",
        priors={
            "usual": "Normal(mu=0, sigma=100)",
            "between": "Gamma(alpha=0.001, beta=0.001)",
            "within": "Gamma(alpha=0.001, beta=0.001)",
            "own": {"prior": "Normal(mu=usual, sigma=1 / sqrt(between))", "per": "batch"},
        },
        streams={"seen": "Normal(mu=own[batch], sigma=1 / sqrt(within))"},
        rows={"seen": rows_of(y.ravel(), batch=np.repeat(names, each).tolist())},
        questions={"alike": "between > 100"},
    )
    means = y.mean(axis=1)
    around = float(((y - means[:, None]) ** 2).sum())

    def usual(u: Array, v: Array) -> tuple[Array, Array, Array]:
        variance = np.exp(-u) + np.exp(-v) / each
        precision = batches / variance + 1e-4
        mean = means.sum() / variance / precision
        square = ((means - mean[:, None]) ** 2).sum(axis=1) / variance + 1e-4 * mean**2
        return -0.5 * (batches * np.log(variance) + np.log(precision) + square), mean, precision**-0.5

    def log_density(u: Array, v: Array) -> Array:
        rows = usual(u, v)[0] + 0.5 * batches * (each - 1) * v - 0.5 * around * np.exp(v)
        return rows + 0.001 * (u + v) - 0.001 * (np.exp(u) + np.exp(v))

    def truth() -> Figures:
        """A precision's density over its logarithm is flat but for ``exp(-0.001 precision)``, so it reaches to some 20,000."""
        found = grid(log_density, np.linspace(-12, np.log(60_000), 2001), np.linspace(-4, 4, 121))
        along = found.marginal(0, np.log, np.exp)
        parts = usual(*found.flat)
        return (
            above("alike", along, 100),
            *figures("between", along),
            *figures("within", found.marginal(1, np.log, np.exp)),
            *figures("usual", normals(parts[1], parts[2], found.weight)),
        )

    return Member(topic, "numbers", "grid over both precisions, the rest in closed form", truth, is_cheap=False)


def saturating_chance() -> Member:
    """A logistic line whose prior draws are mostly chances of exactly 0 and 1."""
    x = np.round(np.linspace(-40, 40, 24), 1)
    y = (np.random.default_rng(74).random(24) < special.expit(0.3 + 0.08 * x)).astype(int)
    topic = make_topic(
        name="saturating_chance",
        priors={"base": "Normal(mu=0, sigma=100)", "slope": "Normal(mu=0, sigma=100)"},
        streams={"seen": "Bernoulli(p=expit(base + slope * x))"},
        rows={"seen": rows_of(y, x=x.tolist())},
        questions={"rising": "slope > 0.05"},
    )

    def log_density(base: Array, slope: Array) -> Array:
        term = (base[:, None] + slope[:, None] * x) * np.where(y == 1, 1, -1)
        return special.log_expit(term).sum(axis=1) + normal(base, 0, 100) + normal(slope, 0, 100)

    def truth() -> Figures:
        found = zoomed(log_density, (-8, 8), (-0.5, 1), count=401)
        slope = found.marginal(1)
        return (above("rising", slope, 0.05), *figures("base", found.marginal(0)), *figures("slope", slope))

    return Member(topic, "numbers", "grid over both coefficients", truth)


def overflowing_rate() -> Member:
    """A log-linear rate whose prior draws overflow in some rows."""
    x = np.arange(15.0)
    y = np.random.default_rng(75).poisson(np.exp(0.5 + 0.15 * x))
    topic = make_topic(
        name="overflowing_rate",
        priors={"base": "Normal(mu=0, sigma=100)", "growth": "Normal(mu=0, sigma=30)"},
        streams={"seen": "Poisson(mu=exp(base + growth * x))"},
        rows={"seen": rows_of(y, x=x.tolist())},
        questions={"quick": "growth > 0.15"},
    )

    def log_density(base: Array, growth: Array) -> Array:
        log_rate = base[:, None] + growth[:, None] * x
        return (y * log_rate - np.exp(log_rate)).sum(axis=1) + normal(base, 0, 100) + normal(growth, 0, 30)

    def truth() -> Figures:
        found = zoomed(log_density, (-6, 6), (-0.6, 0.6), count=401)
        growth = found.marginal(1)
        return (above("quick", growth, 0.15), *figures("base", found.marginal(0)), *figures("growth", growth))

    return Member(topic, "numbers", "grid over both coefficients", truth)


def rarely_overflowing() -> Member:
    """A log rate whose prior draws overflow once in some tens of thousands."""
    y = np.array([3, 5, 2, 4])
    topic = make_topic(
        name="rarely_overflowing",
        priors={"score": "Normal(mu=0, sigma=1)", "stretch": "HalfNormal(sigma=80)"},
        streams={"seen": "Poisson(mu=exp(score * stretch + 1))"},
        rows={"seen": y},
        questions={"stretched": "stretch > 40"},
    )

    def log_density(u: Array, v: Array) -> Array:
        """Over the log of the rate less 1, which is normal with the stretch for its standard deviation, and the log of the stretch."""
        return y.sum() * u - 4 * np.exp(u + 1) - 0.5 * (u * np.exp(-v)) ** 2 + half_normal(np.exp(v), 80)

    def truth() -> Figures:
        """With a flat density of the stretch, ``exp(v)``, which the normal's own factor takes away."""
        found = grid(log_density, np.linspace(-3, 2, 2501), np.linspace(-6, np.log(600), 1201), open_ends=False)
        stretch = found.marginal(1, np.log, np.exp)
        return (above("stretched", stretch, 40), *figures("stretch", stretch))

    return Member(topic, "numbers", "grid over the rate and the stretch", truth)


def numbers() -> tuple[Member, ...]:
    """Every member of this kind."""
    return (
        eight_parameters("eight_parameters", centre=0, scale=1, wide=100, seed=71),
        eight_parameters("eight_parameters_raw", centre=50, scale=10, wide=1000, seed=77),
        eight_rows(seed=1),
        vague_precision(seed=72),
        vague_precisions(batches=6, seed=73),
        vague_precisions(batches=20, seed=76),
        saturating_chance(),
        overflowing_rate(),
        rarely_overflowing(),
    )
