"""Eight models whose posteriors are known, for tests of both engines.

Each truth is a closed form, or an integral over at most two dimensions on a fine
grid, computed here without any code of the project.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from scipy import special, stats  # noqa: TID253 - a test's truth comes from elsewhere than the project

from forecast.book.topic import Topic
from forecast.language.arrays import Array
from forecast.model.model import Model, model_as_of
from tests.support.building import make_topic


@dataclass(frozen=True, slots=True)
class Truth:
    """The exact posterior mean and standard deviation of one value; for a Categorical, of its being ``share_of``."""

    name: str
    mean: float
    sd: float
    label: str = ""
    share_of: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A model with its exact posterior; ``answers`` are exact probabilities and means of its questions, by name."""

    topic: Topic
    as_of: date
    truths: tuple[Truth, ...]
    answers: Mapping[str, float] = field(default_factory=dict)

    @property
    def model(self) -> Model:
        """The topic as of its day."""
        return model_as_of(self.topic, self.as_of)


def beta_binomial() -> Known:
    """Beta(2, 3) and 7 of 10: Beta(9, 6)."""
    topic = make_topic(
        name="beta_binomial",
        priors={"share": "Beta(alpha=2, beta=3)"},
        streams={"wishes": "Binomial(n=asked, p=share)"},
        rows={"wishes": [{"value": 4, "asked": 6}, {"value": 3, "asked": 4}]},
        questions={"most": "share > 0.5"},
    )
    exact = stats.beta(9, 6)
    return Known(topic, date(2025, 6, 1), (Truth("share", exact.mean(), exact.std()),), {"most": float(exact.sf(0.5))})


def gamma_poisson() -> Known:
    """Gamma(2, 0.5) a year and 7 events in 365 days: Gamma(9, 0.5 + T), and a NegativeBinomial for the next 365."""
    years = 365 / 365.25
    topic = make_topic(
        name="gamma_poisson",
        priors={"rate": "Gamma(alpha=2, beta=0.5)"},
        streams={"events": {"value": "Poisson(mu=rate * years)", "watched": True}},
        rows={
            "events": [
                {"from": date(2025, 1, 1), "to": date(2025, 3, 31), "value": 3},
                {"from": date(2025, 4, 1), "to": date(2025, 12, 31), "value": 4},
            ]
        },
        questions={
            "ten_more": {"answer": "total(events) >= 10", "by": date(2026, 12, 31), "since": date(2026, 1, 1)},
            "how_many": {"answer": "total(events)", "by": date(2026, 12, 31), "since": date(2026, 1, 1)},
        },
    )
    shape, rate = 9.0, 0.5 + years
    future = stats.nbinom(shape, rate / (rate + years))
    exact = stats.gamma(shape, scale=1 / rate)
    return Known(
        topic,
        date(2025, 12, 31),
        (Truth("rate", exact.mean(), exact.std()),),
        {"ten_more": float(future.sf(9)), "how_many": float(future.mean())},
    )


def normal_normal() -> Known:
    """Normal(1, 2) and four readings with known error 1.5: precisions add."""
    readings = (3.1, 2.2, 4.0, 2.9)
    topic = make_topic(
        name="normal_normal",
        priors={"level": "Normal(mu=1, sigma=2)"},
        streams={"readings": "Normal(mu=level, sigma=1.5)"},
        rows={"readings": readings},
        questions={"level": "level"},
    )
    precision = 1 / 2**2 + len(readings) / 1.5**2
    mean = (1 / 2**2 + sum(readings) / 1.5**2) / precision
    return Known(topic, date(2025, 6, 1), (Truth("level", mean, precision**-0.5),), {"level": mean})


def eight_schools() -> Known:
    """Rubin's eight schools with mu ~ Normal(0, 5), tau ~ HalfCauchy(5); mu and each effect are normal given tau."""
    effects = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
    errors = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])
    schools = "ABCDEFGH"
    topic = make_topic(
        name="eight_schools",
        priors={
            "mu": "Normal(mu=0, sigma=5)",
            "tau": "HalfCauchy(beta=5)",
            "effect": {"prior": "Normal(mu=mu, sigma=tau)", "per": "school"},
        },
        streams={"estimates": "Normal(mu=effect[school], sigma=error)"},
        rows={"estimates": [{"value": y, "error": s, "school": c} for y, s, c in zip(effects, errors, schools, strict=True)]},
        questions={"positive": "mu > 0"},
    )
    log_tau = np.linspace(np.log(1e-6), np.log(1e5), 40_001)
    tau = np.exp(log_tau)
    spread = errors**2 + tau[:, None] ** 2
    precision = 1 / 25 + (1 / spread).sum(axis=1)
    centre = (effects / spread).sum(axis=1) / precision
    density = (
        log_tau
        - np.log1p((tau / 5) ** 2)
        - 0.5 * np.log(spread).sum(axis=1)
        - 0.5 * np.log(precision)
        - 0.5 * (effects**2 / spread).sum(axis=1)
        + 0.5 * precision * centre**2
    )
    weight = special.softmax(density)
    truths = [_mixture("mu", centre, 1 / precision, weight), _mixture("tau", tau, np.zeros_like(tau), weight)]
    for index, school in enumerate(schools):
        pull = tau**2 / spread[:, index]  # how far the effect follows its own estimate
        mean = pull * effects[index] + (1 - pull) * centre
        truths.append(_mixture("effect", mean, pull * errors[index] ** 2 + (1 - pull) ** 2 / precision, weight, label=school))
    positive = float(weight @ special.ndtr(centre * np.sqrt(precision)))
    return Known(topic, date(2025, 6, 1), tuple(truths), {"positive": positive})


def two_hypotheses() -> Known:
    """A fair coin against one of unknown bias, prior 0.3 to 0.7, 8 heads in 10: evidences 45/1024 and 1/11."""
    topic = make_topic(
        name="two_hypotheses",
        priors={"coin": "Categorical(fair=0.3, biased=0.7)", "bias": "Beta(alpha=1, beta=1)"},
        streams={"heads": 'Binomial(n=tosses, p=0.5 if coin == "fair" else bias)'},
        rows={"heads": [{"value": 8, "tosses": 10}]},
        questions={"which": "coin"},
    )
    fair, biased = 0.3 * 45 / 1024, 0.7 / 11
    share = fair / (fair + biased)
    under_fair, under_biased = stats.beta(1, 1), stats.beta(9, 3)
    bias = _mixture(
        "bias",
        np.array([under_fair.mean(), under_biased.mean()]),
        np.array([under_fair.var(), under_biased.var()]),
        np.array([share, 1 - share]),
    )
    spread = (share * (1 - share)) ** 0.5
    truths = (bias, Truth("coin", share, spread, share_of="fair"), Truth("coin", 1 - share, spread, share_of="biased"))
    return Known(topic, date(2025, 6, 1), truths)


def logistic_regression() -> Known:
    """Two coefficients and 200 yes-or-no rows, by a grid over the plane."""
    rng = np.random.default_rng(20261123)
    x = np.round(rng.normal(size=200), 3)
    seen = (rng.random(200) < special.expit(-0.6 + 1.1 * x)).astype(float)
    topic = make_topic(
        name="logistic_regression",
        priors={"intercept": "Normal(mu=0, sigma=1.5)", "slope": "Normal(mu=0, sigma=1)"},
        streams={"seen": "Bernoulli(p=expit(intercept + slope * x))"},
        rows={"seen": [{"value": y, "x": each} for y, each in zip(seen, x, strict=True)]},
        questions={"steep": "slope > 1"},
    )

    def log_density(intercept: Array, slope: Array) -> Array:
        linear = intercept[..., None] + slope[..., None] * x
        rows = np.where(seen == 1, special.log_expit(linear), special.log_expit(-linear)).sum(axis=-1)
        return rows - 0.5 * (intercept / 1.5) ** 2 - 0.5 * slope**2

    (intercept, slope), weight = _plane(log_density, np.linspace(-2, 0.8, 281), np.linspace(-0.3, 2.5, 281))
    truths = (_moments("intercept", intercept, weight), _moments("slope", slope, weight))
    return Known(topic, date(2025, 12, 31), truths)


def five_groups() -> Known:
    """Shares of five groups around a common mean, by a grid over the mean and the log of the strength."""
    asked, agreed = np.array([12.0, 30, 7, 21, 15]), np.array([3.0, 14, 5, 8, 2])
    groups = ("north", "south", "east", "west", "centre")
    topic = make_topic(
        name="five_groups",
        priors={
            "usual": "Beta(alpha=2, beta=2)",
            "likeness": "Gamma(alpha=2, beta=0.1)",
            "share": {"prior": "Beta(mean=usual, strength=likeness)", "per": "group"},
        },
        streams={"answers": "Binomial(n=asked, p=share[group])"},
        rows={"answers": [{"value": k, "asked": n, "group": g} for k, n, g in zip(agreed, asked, groups, strict=True)]},
        questions={"high": 'share["north"] > 0.3'},
    )

    def log_density(usual: Array, log_strength: Array) -> Array:
        strength = np.exp(log_strength)
        a, b = (usual * strength)[..., None], ((1 - usual) * strength)[..., None]
        rows = (special.betaln(a + agreed, b + asked - agreed) - special.betaln(a, b)).sum(axis=-1)
        return rows + np.log(usual) + np.log1p(-usual) + 2 * log_strength - 0.1 * strength

    (usual, log_strength), weight = _plane(log_density, (np.arange(600) + 0.5) / 600, np.linspace(-5, 6, 700))
    strength = np.exp(log_strength)
    truths = [_moments("usual", usual, weight), _moments("likeness", strength, weight)]
    for group, n, k in zip(groups, asked, agreed, strict=True):
        within = stats.beta(usual * strength + k, (1 - usual) * strength + n - k)
        truths.append(_mixture("share", within.mean(), within.var(), weight, label=group))
    return Known(topic, date(2025, 6, 1), tuple(truths))


def three_parties() -> Known:
    """Dirichlet(4, 5, 1) and 7 of 10 for the left: Beta(11, 9) for the left, and of the rest a share Beta(5, 1) for the right."""
    topic = make_topic(
        name="three_parties",
        priors={"share": "Dirichlet(left=4, right=5, other=1)"},
        streams={"left_of": 'Binomial(n=asked, p=share["left"])'},
        rows={"left_of": [{"value": 7, "asked": 10}]},
        questions={"ahead": "share[left] > 0.5"},
    )
    left = stats.beta(11, 9)
    truths = [Truth("share", left.mean(), left.std(), "left")]
    for label, part in (("right", stats.beta(5, 1)), ("other", stats.beta(1, 5))):
        rest = stats.beta(9, 11)
        mean, square = rest.mean() * part.mean(), (rest.var() + rest.mean() ** 2) * (part.var() + part.mean() ** 2)
        truths.append(Truth("share", mean, (square - mean**2) ** 0.5, label))
    return Known(topic, date(2025, 6, 1), tuple(truths), {"ahead": float(left.sf(0.5))})


KNOWN: Mapping[str, Callable[[], Known]] = {
    each.__name__: each
    for each in (
        beta_binomial,
        gamma_poisson,
        normal_normal,
        eight_schools,
        two_hypotheses,
        logistic_regression,
        five_groups,
        three_parties,
    )
}


def _plane(log_density: Callable[[Array, Array], Array], first: Array, second: Array) -> tuple[tuple[Array, Array], Array]:
    one, other = (part.ravel() for part in np.meshgrid(first, second, indexing="ij"))
    return (one, other), special.softmax(log_density(one, other))


def _moments(name: str, values: Array, weight: Array) -> Truth:
    return _mixture(name, values, np.zeros_like(values), weight)


def _mixture(name: str, means: Array, variances: Array, weight: Array, label: str = "") -> Truth:
    """The moments of a mixture of parts with these means and variances."""
    mean = float(weight @ means)
    return Truth(name, mean, float(np.sqrt(weight @ (variances + (means - mean) ** 2))), label)
