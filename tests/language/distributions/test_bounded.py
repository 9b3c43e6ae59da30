"""Truncated and Censored: against closed forms, SciPy and PyMC, and what is refused."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import stdtr

from forecast.book.checks.statements import constants_of
from forecast.inference.importance.fit import condition
from forecast.language.distributions.families import family_for
from forecast.language.faults import Fault
from forecast.language.statements import parse_statement
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from tests.support.building import make_topic
from tests.support.calibrating import least_uniform

pytestmark = pytest.mark.medium

INNER = {
    "Normal": {"mu": st.floats(-3, 3), "sigma": st.floats(0.3, 5)},
    "StudentT": {"nu": st.floats(1, 30), "mu": st.floats(-3, 3), "sigma": st.floats(0.3, 5)},
    "LogNormal": {"mu": st.floats(-1, 1), "sigma": st.floats(0.3, 2)},
    "Gamma": {"alpha": st.floats(0.5, 10), "beta": st.floats(0.5, 3)},
    "Weibull": {"alpha": st.floats(0.5, 4), "beta": st.floats(0.5, 5)},
    "Exponential": {"lam": st.floats(0.2, 3)},
    "Beta": {"alpha": st.floats(0.5, 10), "beta": st.floats(0.5, 10)},
    "Poisson": {"mu": st.floats(0.3, 12)},
    "NegativeBinomial": {"mu": st.floats(0.3, 12), "alpha": st.floats(0.3, 10)},
    "Binomial": {"n": st.integers(5, 30), "p": st.floats(0.1, 0.9)},
}
BOUNDS = {"Beta": (0.2, 0.7), "Poisson": (1.0, 8.0), "NegativeBinomial": (1.0, 8.0), "Binomial": (1.0, 8.0)}


def made(text: str) -> tuple[Any, dict[str, float]]:
    """A statement's family and its arguments."""
    statement = parse_statement(text)
    return family_for(statement), constants_of(statement)


@pytest.mark.parametrize("inner", INNER)
@settings(derandomize=True, max_examples=25, deadline=None)
@given(data=st.data())
def test_truncated_quantiles_invert_the_distribution_function(inner: str, data: st.DataObject) -> None:
    """A quantile of a truncated distribution lies within the bounds, and is the first value whose distribution function reaches the share."""
    lower, upper = BOUNDS.get(inner, (0.5, 2.5))
    arguments = {f"dist.{name}": data.draw(strategy) for name, strategy in INNER[inner].items()}
    kind = family_for(parse_statement(f"Truncated({inner}(), lower={lower}, upper={upper})"))
    if kind.log_between(lower, upper, **arguments, lower=lower, upper=upper) < -40:
        return
    q = np.array([1e-3, 0.05, 0.5, 0.95, 1 - 1e-3])
    x = kind.quantile(q, **arguments, lower=lower, upper=upper)
    reached = kind.distribution(x, **arguments, lower=lower, upper=upper)
    assert ((x >= lower) & (x <= upper)).all()
    if kind.discrete:
        assert (reached >= q - 1e-12).all()
        assert (kind.distribution(x - 1, **arguments, lower=lower, upper=upper) < q).all()
    else:
        np.testing.assert_allclose(reached, q, rtol=1e-6)


def test_a_normal_cut_far_in_its_tail_keeps_its_digits() -> None:
    """Mean, sd and density of a Normal above 9 sd are those of the closed form with the inverse Mills ratio."""
    from scipy import stats

    kind, arguments = made("Truncated(Normal(mu=0, sigma=1), lower=9)")
    theirs = stats.truncnorm(9, np.inf)
    np.testing.assert_allclose(kind.mean(**arguments), theirs.mean(), rtol=1e-9)
    np.testing.assert_allclose(kind.sd(**arguments), theirs.std(), rtol=1e-5)
    np.testing.assert_allclose(kind.log_density([9, 9.2, 10], **arguments), theirs.logpdf([9, 9.2, 10]), rtol=1e-12)
    assert kind.log_density(8.9, **arguments) == -np.inf


@pytest.mark.parametrize(
    "text",
    [
        "Truncated(Normal(mu=1, sigma=2), lower=0)",
        "Truncated(LogNormal(p5=1, p95=10), upper=8)",
        "Truncated(Poisson(mu=3), lower=1, upper=6)",
        "Censored(Normal(mu=1, sigma=2), upper=3)",
        "Censored(Poisson(mu=3), lower=1, upper=4)",
    ],
)
def test_draws_have_the_mean_and_sd_that_are_stated(text: str) -> None:
    """The mean and sd of 200,000 draws are the distribution's within five standard errors."""
    kind, arguments = made(text)
    draws = kind.draw(np.random.default_rng(1), 200_000, **arguments)
    mean, sd = float(kind.mean(**arguments)), float(kind.sd(**arguments))
    assert abs(draws.mean() - mean) < 5 * sd / np.sqrt(len(draws))
    fourth = np.mean((draws - mean) ** 4) - sd**4
    assert abs(draws.var() - sd**2) < 5 * np.sqrt(fourth / len(draws))


def test_words_are_said_of_the_distribution_without_its_bounds() -> None:
    """``p5`` and ``p95`` within Truncated are solved as if it had no bounds."""
    _, arguments = made("Truncated(LogNormal(p5=1, p95=10), upper=20)")
    _, plain = made("LogNormal(p5=1, p95=10)")
    assert arguments == {"dist.mu": plain["mu"], "dist.sigma": plain["sigma"], "upper": 20.0}


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ("Truncated(lower=0)", "Truncated needs a distribution", 0),
        ("Truncated(5, lower=0)", "`dist` of Truncated is a distribution", 10),
        ("Truncated(Truncated(Normal(), lower=0), upper=1)", "Truncated cannot stand inside Truncated", 10),
        ("Truncated(Normal(mu=0), dist=Normal(mu=1), lower=0)", "`dist` is given twice", 24),
        ("Truncated(Normal(mu=0), Normal(mu=1), lower=0)", "arguments are given by name", 24),
    ],
)
def test_what_is_no_statement_is_refused_with_its_place(text: str, message: str, at: int) -> None:
    """A distribution within another is one distribution, and stands first."""
    with pytest.raises(Fault) as fault:
        parse_statement(text)
    assert (fault.value.message, fault.value.offset) == (message, at)


@pytest.mark.slow
@pytest.mark.parametrize("wrapper", ["Truncated", "Censored"])
@pytest.mark.parametrize("inner", INNER)
def test_log_density_is_pymcs(wrapper: str, inner: str) -> None:
    """Within, at and beyond the bounds the log density is PyMC's to 1e-9, with both bounds and with either."""
    import pymc as pm
    import pytensor
    import pytensor.tensor as pt
    from pytensor.scalar.basic import autocast_float_as

    lower, upper = BOUNDS.get(inner, (0.5, 2.5))
    for bounds in ({"lower": lower, "upper": upper}, {"lower": lower}, {"upper": upper}):
        kind = family_for(parse_statement(f"{wrapper}({inner}(), {', '.join(f'{name}={value}' for name, value in bounds.items())})"))
        inputs = {name: (pt.lscalar if name == "n" else pt.dscalar)(name) for name in INNER[inner]}
        values = np.array([lower - 0.25, lower, 0.5 * (lower + upper), 0.9 * upper, upper, upper + 0.25])
        if kind.discrete:
            values = np.arange(lower - 1, upper + 2)
        seen = (pt.lvector if kind.discrete else pt.dvector)("seen")
        within = getattr(pm, inner).dist(**inputs)
        ends = {name: int(value) if kind.discrete else value for name, value in bounds.items()}
        with autocast_float_as("float64"):  # PyTensor makes a float32 of the 2.0 in PyMC's normal distribution function, and takes its root
            log_density = pm.logp(getattr(pm, wrapper).dist(within, **{"lower": None, "upper": None, **ends}), seen)
            function = pytensor.function([seen, *inputs.values()], log_density, on_unused_input="ignore")

        _hold_equal(inner, kind, function, values, bounds)


def _hold_equal(inner: str, kind: Any, function: Any, values: np.ndarray[Any, Any], bounds: dict[str, float]) -> None:
    @settings(derandomize=True, max_examples=40, deadline=None)
    @given(data=st.data())
    def equal(data: st.DataObject) -> None:
        chosen = {name: data.draw(strategy) for name, strategy in INNER[inner].items()}
        if inner == "StudentT":  # PyMC takes one minus the probability below, whose rounding is 1e-16 of what is left
            assume(stdtr(chosen["nu"], (chosen["mu"] - BOUNDS.get(inner, (0.5, 2.5))[1]) / chosen["sigma"]) > 1e-6)
        with np.errstate(all="ignore"):
            theirs = function(values.astype(np.int64) if kind.discrete else values, *chosen.values())
        ours = kind.log_density(values, **{f"dist.{name}": value for name, value in chosen.items()}, **bounds)
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)

    equal()


@pytest.mark.parametrize(
    ("nu", "z", "log_tail"), [(1, 1.0, math.log(0.25)), (3, 12.0, -7.3817542383088889), (15, 12.0, -19.952524918813658689)]
)
def test_the_far_tail_of_a_student_t_keeps_its_digits(nu: int, z: float, log_tail: float) -> None:
    """At an upper bound, to 1e-13: the closed form for odd degrees of freedom, added up in 50 decimal digits.

    P(T > z) = 1/2 - (a + sin a (cos a + 2/3 cos^3 a + ...))/pi with a = arctan(z / sqrt(nu)); Abramowitz and Stegun, 26.7.3.
    """
    family, arguments = made(f"Censored(StudentT(nu={nu}, mu=0, sigma=1), upper={z})")
    assert float(family.log_density(np.array([z]), **arguments)[0]) == pytest.approx(log_tail, rel=1e-13)


CUT = {
    "priors": {"level": "Truncated(Normal(mu=0, sigma=2), lower=0.5)", "spread": "Truncated(LogNormal(median=1, factor=3), upper=2)"},
    "streams": {"reading": "Censored(Normal(mu=level, sigma=spread), upper=2)"},
    "rows": {"reading": [0.4, 1.3, 2, 2, 0.9]},
    "questions": {"high": "level > 1.5"},
}


def test_a_cut_prior_and_censored_rows_have_the_posterior_of_a_sum_over_a_grid() -> None:
    """With a truncated prior and a censored stream the posterior mean is that of a fine grid, within four errors."""
    from scipy import stats

    posterior = condition(model_as_of(make_topic(**CUT), date(2025, 12, 31)), rng=np.random.default_rng(5))
    level, spread = np.linspace(0.5, 9, 1200)[:, None], np.linspace(1e-3, 2, 800)[None]
    sigma = np.log(3) / stats.norm.ppf(0.95)
    density = stats.norm.logpdf(level, 0, 2) + stats.lognorm.logpdf(spread, sigma)
    density = density + sum(stats.norm.logpdf(value, level, spread) for value in (0.4, 1.3, 0.9)) + 2 * stats.norm.logsf(2, level, spread)
    weights = np.exp(density - density.max())
    weights /= weights.sum()
    error = posterior.sd("level") / np.sqrt(posterior.diagnostics.effective_size)
    assert abs(posterior.mean("level") - (weights * level).sum()) < 4 * error + 1e-3
    assert posterior.column("level").min() >= 0.5
    assert posterior.column("spread").max() <= 2


@pytest.mark.slow
def test_engines_agree_on_a_topic_that_cuts_and_censors() -> None:
    """The referee finds the two engines agreed where a prior is truncated, on one side or the other, and rows are censored."""
    analysis = analyse(make_topic(**CUT), date(2025, 12, 31), Settings(), referee=True)
    assert analysis.verdict is not None
    assert analysis.verdict.verdict == "agreed", analysis.verdict.sentence


@pytest.mark.slow
def test_cut_priors_and_censored_rows_are_calibrated() -> None:
    """Ranks of true values among posterior draws are uniform under truncated priors and a censored stream."""
    worst = least_uniform(model_as_of(make_topic(**CUT), date(2025, 12, 31)), replications=150, rng=np.random.default_rng(20261126))
    assert worst.is_calibrated, worst


def test_a_total_of_what_is_cut_at_zero_only_grows() -> None:
    """A condition on a total of a Normal is open while time is left; cut at zero it has happened for good."""
    for value, status in (("Normal(mu=1, sigma=1)", "open"), ("Truncated(Normal(mu=1, sigma=1), lower=0)", "happened")):
        topic = make_topic(
            priors={"unused": "Normal(mu=0, sigma=1)"},
            streams={"amount": value},
            rows={"amount": [{"from": date(2025, 1, 1), "to": date(2025, 1, 31), "value": 3}]},
            questions={"enough": {"answer": "total(amount) >= 2", "by": date(2025, 6, 30)}},
        )
        analysis = analyse(topic, date(2025, 2, 1), Settings(), referee=False)
        assert analysis.result.answers["enough"].status == status
