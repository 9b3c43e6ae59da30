"""Thin ridges: errors in covariates, change points with slopes free up to their prior, products, rings and shells."""

from __future__ import annotations

import numpy as np
from scipy import special, stats  # noqa: TID253 - a truth comes from elsewhere than the project

from tests.studies.hard.exact import Array, Grid, Linear, Marginal, above, figures, grid, half_normal, linear, normal, normals, zoomed
from tests.studies.hard.members import Figures, Member, labels_of, rows_of
from tests.support.building import make_topic


def errors_in_covariates(*, units: int, noise: float, seed: int) -> Member:
    """A line through points whose abscissae are seen with error 1, and whose ordinates with next to none."""
    rng = np.random.default_rng(seed)
    true = rng.normal(0, 2, units)
    w, y = np.round(true + rng.normal(size=units), 3), np.round(1 + 1.5 * true + noise * rng.normal(size=units), 3)
    names = labels_of("u", units)
    topic = make_topic(
        name=f"errors_in_covariates_{units}",
        priors={
            "base": "Normal(mu=0, sigma=10)",
            "slope": "Normal(mu=0, sigma=10)",
            "true": {"prior": "Normal(mu=0, sigma=2)", "per": "unit"},
        },
        streams={"read": "Normal(mu=true[unit], sigma=1)", "came": f"Normal(mu=base + slope * true[unit], sigma={noise})"},
        rows={"read": rows_of(w, unit=names), "came": rows_of(y, unit=names)},
        questions={"steep": "slope > 1.5"},
    )

    def log_density(base: Array, slope: Array) -> Array:
        """Each pair is normal with variances 5 and ``4 slope^2 + noise^2`` and covariance ``4 slope``."""
        top, cross = 4 * slope[:, None] ** 2 + noise**2, 4 * slope[:, None]
        determinant, off = 5 * top - cross**2, y - base[:, None]
        square = (top * w**2 - 2 * cross * w * off + 5 * off**2) / determinant
        return -0.5 * (np.log(determinant) + square).sum(axis=1) + normal(base, 0, 10) + normal(slope, 0, 10)

    def truth() -> Figures:
        found = zoomed(log_density, (-30, 30), (-15, 15), count=401)
        base, slope = found.flat
        precision = 1 / 4 + 1 + slope**2 / noise**2
        first = normals((w[0] + slope * (y[0] - base) / noise**2) / precision, precision**-0.5, found.weight)
        along = found.marginal(1)
        return (
            above("steep", along, 1.5),
            *figures("base", found.marginal(0)),
            *figures("slope", along),
            *figures("true", first, label=names[0]),
        )

    return Member(topic, "ridge", "grid over base and slope, the rest in closed form", truth)


def change_point(name: str, *, turn: float, before: float, after: float, rows: int, seed: int, late: float = 8, steep: float = 0) -> Member:
    """A line with a bend, whose place is unknown: where it lies beside the last rows, the slope beyond is as free as its prior."""
    rng = np.random.default_rng(seed)
    x = np.round(np.sort(rng.uniform(0, 10, rows)), 2)
    bent = before * np.minimum(x - turn, 0) + after * np.maximum(x - turn, 0)
    y = np.round(2 + bent + 0.5 * rng.normal(size=rows), 3)
    topic = make_topic(
        name=name,
        priors={
            "level": "Normal(mu=0, sigma=30)",
            "before": "Normal(mu=0, sigma=30)",
            "after": "Normal(mu=0, sigma=30)",
            "turn": "Uniform(lower=0, upper=10)",
            "noise": "HalfNormal(sigma=2)",
        },
        streams={"seen": "Normal(mu=level + before * min(x - turn, 0) + after * max(x - turn, 0), sigma=noise)"},
        rows={"seen": rows_of(y, x=x.tolist())},
        questions={"late": f"turn > {late}", "rising": f"after > {steep}"},
    )

    def integrated(place: Array, log_noise: Array) -> Linear:
        off = x - place[:, None]
        design = np.stack([np.ones_like(off), np.minimum(off, 0), np.maximum(off, 0)], axis=2)
        return linear(design, y, noise=np.exp(log_noise), spread=np.full((len(place), 3), 30.0))

    def log_density(place: Array, log_noise: Array) -> Array:
        return integrated(place, log_noise).log_evidence + log_noise + half_normal(np.exp(log_noise), 2)

    def truth() -> Figures:
        found = grid(log_density, np.linspace(0, 10, 2001), np.linspace(np.log(0.1), np.log(4), 81), open_ends=False)
        kept = found.weight.ravel() > 1e-13
        parts = integrated(*(part[kept] for part in found.flat))
        weight = found.weight.ravel()[kept]
        slopes = [normals(parts.mean[:, index], parts.sd[:, index], weight) for index in (1, 2)]
        return (
            above("late", found.marginal(0), late),
            above("rising", slopes[1], steep),
            *figures("turn", found.marginal(0)),
            *figures("before", slopes[0], levels=(0.01, 0.05, 0.5, 0.95, 0.99)),
            *figures("after", slopes[1], levels=(0.01, 0.05, 0.5, 0.95, 0.99)),
            *figures("noise", found.marginal(1, np.log, np.exp)),
        )

    return Member(topic, "ridge", "grid over the turn and the noise, the rest in closed form", truth, is_cheap=False)


def uncertain_doses() -> Member:
    """Three groups whose doses are known to 8 units alone, and a logistic line in the dose: the steeper, the narrower the doses' room."""
    dose, n, k = np.array([5.0, 20, 45]), np.array([40.0, 30, 25]), np.array([12.0, 14, 17])
    names = ("low", "middle", "high")
    topic = make_topic(
        name="uncertain_doses",
        priors={
            "base": "Normal(mu=0, sigma=32)",
            "effect": "Normal(mu=0, sigma=32)",
            "true": {"prior": {each: f"Normal(mu={3 + 0.8 * d:g}, sigma=8)" for each, d in zip(names, dose, strict=True)}, "per": "group"},
        },
        streams={"ill": "Binomial(n=asked, p=expit(base + effect * true[group]))"},
        rows={"ill": rows_of(k, asked=n.tolist(), group=names)},
        questions={"harmful": "effect > 0", "steep": "effect > 0.2"},
    )
    centre = 3 + 0.8 * dose
    eta = np.linspace(-45, 45, 901)
    likelihood = np.exp(
        k[:, None] * special.log_expit(eta) + (n - k)[:, None] * special.log_expit(-eta) + np.log(special.binom(n, k))[:, None]
    )

    def of_group(group: int, base: Array, effect: float) -> Array:
        """The likelihood of a group at each base, over its dose: by the linear term where that spreads, by the dose where it does not."""
        if abs(effect) * 8 > 0.5:
            spread = stats.norm.pdf(eta, (base + effect * centre[group])[:, None], abs(effect) * 8)
            return np.trapezoid(likelihood[group] * spread, eta, axis=1)
        z = np.linspace(-8, 8, 161)
        term = base[:, None] + effect * (centre[group] + 8 * z)
        log = k[group] * special.log_expit(term) + (n - k)[group] * special.log_expit(-term)
        return np.trapezoid(np.exp(log + np.log(special.binom(n[group], k[group]))) * stats.norm.pdf(z), z, axis=1)

    def truth() -> Figures:
        """On axes that are even near 0 and logarithmic far away."""
        steep, level = np.linspace(-9.6, 9.6, 601), np.linspace(-6.5, 6.5, 801)
        base = 0.5 * np.sinh(level)
        weight = np.empty((len(steep), len(level)))
        for index, each in enumerate(steep):
            one = 0.02 * float(np.sinh(each))
            first, second, third = (of_group(group, base, one) for group in range(3))
            weight[index] = first * second * third * np.exp(-0.5 * (one / 32) ** 2) * np.cosh(each)
        weight *= np.exp(normal(base, 0, 32)) * np.cosh(level)
        found = Grid((steep, level), weight / weight.sum())
        effect, intercept = (
            found.marginal(axis, lambda value, unit=unit: float(np.arcsinh(value / unit)), lambda u, unit=unit: float(unit * np.sinh(u)))
            for axis, unit in ((0, 0.02), (1, 0.5))
        )
        return (
            above("harmful", effect, 0),
            above("steep", effect, 0.2),
            *figures("effect", effect, levels=(0.05, 0.5, 0.9, 0.95)),
            *figures("base", intercept),
        )

    return Member(topic, "ridge", "grid over base and effect, quadrature over each dose", truth, is_cheap=False)


def product_ridge() -> Member:
    """Two factors of which the product alone is seen: two hyperbolae."""
    y = (1.98, 2.05, 1.96)
    topic = make_topic(
        name="product_ridge",
        priors={"one": "Normal(mu=0.5, sigma=3)", "other": "Normal(mu=0, sigma=3)"},
        streams={"seen": "Normal(mu=one * other, sigma=0.05)"},
        rows={"seen": y},
        questions={"positive": "one > 0"},
    )
    mean, error = float(np.mean(y)), 0.05 / 3**0.5

    def log_density(u: Array) -> Array:
        one = np.sinh(u)
        variance = 9 * one**2 + error**2
        return -0.5 * np.log(variance) - 0.5 * mean**2 / variance + normal(one, 0.5, 3) + np.log(np.cosh(u))

    def truth() -> Figures:
        found = grid(log_density, np.linspace(-4, 4, 8001))
        one = found.marginal(0, lambda value: float(np.arcsinh(value)), lambda u: float(np.sinh(u)))
        factor = np.sinh(found.axes[0])
        precision = 1 / 9 + factor**2 / error**2
        other = normals(factor * mean / error**2 / precision, precision**-0.5, found.weight)
        return (
            above("positive", one, 0),
            *figures("one", one, levels=(0.05, 0.3, 0.75, 0.95)),
            *figures("other", other, levels=(0.05, 0.3, 0.75, 0.95)),
        )

    return Member(topic, "ridge", "quadrature over one factor, the other in closed form", truth)


def shell(*, parts: int, width: float) -> Member:
    """Normal values of which the sum of squares alone is seen: a thin shell, round in every direction."""
    names = [f"part{index + 1}" for index in range(parts)]
    topic = make_topic(
        name=f"shell_{parts}",
        priors=dict.fromkeys(names, "Normal(mu=0, sigma=2)"),
        streams={"seen": f"Normal(mu={' + '.join(f'{each} ** 2' for each in names)}, sigma={width})"},
        rows={"seen": [25.0]},
        questions={"first": "part1 > 2"},
    )

    def truth() -> Figures:
        """The square of the radius has four times a chi-square for its prior, and the share of one part in it is Beta(1/2, (parts - 1)/2)."""
        square = np.linspace(max(1e-9, 25 - 12 * width), 25 + 12 * width, 4001)
        weight = np.exp(stats.norm.logpdf(25, square, width) + stats.chi2.logpdf(square / 4, parts))
        weight, radius = weight / weight.sum(), np.sqrt(square)
        share = stats.beta(0.5, (parts - 1) / 2)

        def cdf(value: float) -> float:
            return float(weight @ (0.5 + 0.5 * np.sign(value) * share.cdf(np.minimum((value / radius) ** 2, 1))))

        first = Marginal(cdf, -10, 10)
        return (above("first", first, 2), *figures("part1", first), *figures(names[-1], first))

    return Member(topic, "ridge", "quadrature over the radius, the direction in closed form", truth)


def saturating() -> Member:
    """A curve seen only while it still rises straight: its top and its rate are known as a product alone, up to the top's prior."""
    x = np.round(np.linspace(0.05, 1, 20), 3)
    y = np.round(6 * (1 - np.exp(-0.25 * x)) + 0.05 * np.random.default_rng(11).normal(size=20), 3)
    topic = make_topic(
        name="saturating",
        priors={"top": "Normal(mu=0, sigma=50)", "rate": "HalfNormal(sigma=2)"},
        streams={"seen": "Normal(mu=top * (1 - exp(-rate * x)), sigma=0.05)"},
        rows={"seen": rows_of(y, x=x.tolist())},
        questions={"high": "top > 10"},
    )

    def at(log_rate: Array) -> Linear:
        design = -np.expm1(-np.exp(log_rate)[:, None] * x)[:, :, None]
        return linear(design, y, noise=np.full(len(log_rate), 0.05), spread=np.full((len(log_rate), 1), 50.0))

    def truth() -> Figures:
        found = grid(
            lambda u: at(u).log_evidence + u + half_normal(np.exp(u), 2),
            np.linspace(np.log(0.002), np.log(5), 4001),
        )
        parts = at(found.axes[0])
        top = normals(parts.mean[:, 0], parts.sd[:, 0], found.weight)
        return (above("high", top, 10), *figures("top", top), *figures("rate", found.marginal(0, np.log, np.exp)))

    return Member(topic, "ridge", "quadrature over the rate, the top in closed form", truth)


def ridges() -> tuple[Member, ...]:
    """Every member of this kind."""
    return (
        errors_in_covariates(units=8, noise=0.05, seed=1),
        errors_in_covariates(units=25, noise=0.02, seed=2),
        change_point("change_point_clear", turn=4, before=2, after=-1, rows=25, seed=3, late=3.9, steep=-0.8),
        change_point("change_point_late", turn=8.8, before=0.5, after=2, rows=20, seed=4),
        change_point("change_point_none", turn=5, before=0.7, after=0.7, rows=15, seed=5),
        uncertain_doses(),
        product_ridge(),
        shell(parts=2, width=0.5),
        shell(parts=6, width=0.5),
        saturating(),
    )
