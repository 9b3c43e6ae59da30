"""Hazards that change add up exactly, however time is cut."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from forecast.inference.importance.fit import condition
from forecast.language.evaluate import Scope, evaluate
from forecast.language.faults import Fault
from forecast.language.ops import NumpyOps
from forecast.language.parsing import parse_expression
from forecast.language.source import SourceOps, SourceText
from forecast.model.clock import DAYS_PER_YEAR
from forecast.model.model import model_as_of
from forecast.predict.answers import answers, paths_for
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

AS_OF = date(2026, 12, 31)


def value(text, start, end):
    """The value of an expression over an interval in years from the opening."""
    scope = Scope(values={"t_start": np.float64(start), "t_end": np.float64(end)})
    return float(evaluate(parse_expression(text), scope, NumpyOps()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("weibull_hazard(1.7, 4)", (2.5 / 4) ** 1.7 - (0.5 / 4) ** 1.7),
        ("weibull_hazard(1, 4)", 2 / 4),
        ("weibull_hazard(0.6, 4, 1)", (1.5 / 4) ** 0.6),
        ("piecewise_hazard(0.1, 1, 0.3, 2, 0.7)", 0.1 * 0.5 + 0.3 * 1 + 0.7 * 0.5),
        ("piecewise_hazard(0.1, 5, 0.3)", 0.1 * 2),
        ("piecewise_hazard(0.1, 0.25, 0.3)", 0.3 * 2),
    ],
)
def test_a_hazard_is_its_integral_between_the_ends(text, expected):
    """From half a year to two and a half, each hazard is the difference of the closed cumulative hazards."""
    assert value(text, 0.5, 2.5) == pytest.approx(expected, rel=1e-12)
    assert value(text, 0.5, 1.1) + value(text, 1.1, 2.5) == pytest.approx(expected, rel=1e-12)


def test_a_hazard_is_written_out_in_the_exported_program():
    """As source text a hazard is ordinary arithmetic of the two clocks."""
    scope = Scope(values={name: SourceText(name) for name in ("t_start", "t_end", "a", "b")})
    assert str(evaluate(parse_expression("weibull_hazard(a, b)"), scope, SourceOps())) == "(t_end**a - t_start**a) / b**a"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("weibull_hazard(a)", "`weibull_hazard` takes a shape and a scale, not 1 argument"),
        ("weibull_hazard(a, 0)", "the scale of `weibull_hazard` is 0; it must be above 0"),
        ("piecewise_hazard(a, 1)", "`piecewise_hazard` takes hazards with a break between each and the next, up to 12 hazards"),
        ("piecewise_hazard(a, b, c)", "the breaks of `piecewise_hazard` are numbers of years, each later than the one before"),
        ("piecewise_hazard(a, 2, b, 1, c)", "the breaks of `piecewise_hazard` are numbers of years, each later than the one before"),
    ],
)
def test_a_hazard_that_cannot_be_is_refused(text, message):
    """Missing arguments, impossible constants and breaks out of order are refused with a sentence."""
    with pytest.raises(Fault) as caught:
        parse_expression(text)
    assert caught.value.message == message


HAZARD = {"weibull": "weibull_hazard(shape, scale)", "piecewise": "piecewise_hazard(shape, 0.5, scale)"}
PRIORS = {"shape": "Gamma(alpha=4, beta=3)", "scale": "LogNormal(p5=0.5, p95=8)"}


def rows(days, values):
    """Rows that cover the days from the opening on, cut at numbers of days."""
    ends = zip([0, *days[:-1]], days, values, strict=True)
    return [{"from": OPENS + timedelta(days=first), "to": OPENS + timedelta(days=last - 1), "value": seen} for first, last, seen in ends]


@pytest.mark.parametrize("kind", HAZARD)
def test_one_row_says_what_ten_rows_say(kind):
    """Survival reported in one row has the log-likelihood of the same time reported in ten, at every draw; the clocks differ by ``years``."""
    streams = {"ends": f"Bernoulli(p=1 - exp(-({HAZARD[kind]})))"}
    one, ten = (
        model_as_of(make_topic(priors=PRIORS, streams=streams, rows={"ends": rows(days, [0] * len(days))}), AS_OF)
        for days in ([600], [60 * each for each in range(1, 11)])
    )
    rng = np.random.default_rng(3)
    draws = {"shape": rng.gamma(4, 1 / 3, (50, 1)), "scale": rng.lognormal(0.7, 0.8, (50, 1))}
    np.testing.assert_allclose(one.log_likelihood(draws).sum(axis=1), ten.log_likelihood(draws).sum(axis=1), rtol=1e-9)
    columns = ten.tables["ends"].columns
    np.testing.assert_allclose(columns["t_end"] - columns["t_start"], columns["years"], rtol=1e-12)
    assert (columns["t_start"][0, 0], columns["t_end"][0, -1]) == (0.0, 600 / DAYS_PER_YEAR)


@pytest.mark.parametrize("step", ["week", "month", "year"])
@pytest.mark.parametrize(
    ("kind", "cumulative"),
    [("weibull", lambda t: (t / 3) ** 1.6), ("piecewise", lambda t: 0.2 * min(t, 1) + 0.9 * max(t - 1, 0))],
)
def test_the_chance_of_the_event_by_a_day_is_the_closed_form_for_any_step(step, kind, cumulative):
    """With known parameters and survival so far, the probability is ``1 - exp(-(H(deadline) - H(now)))``, whatever the step."""
    text = {"weibull": "weibull_hazard(1.6, 3)", "piecewise": "piecewise_hazard(0.2, 1, 0.9)"}[kind]
    by = date(2027, 12, 31)
    topic = make_topic(
        priors={"idle": "Beta(alpha=1, beta=1)"},
        streams={"ends": f"Bernoulli(p=(1 - exp(-({text}))) * (total(ends) == 0))"},
        rows={"ends": rows([180], [0])},
        questions={"ended": {"answer": "total(ends) >= 1", "by": by}},
        step=step,
    )
    rng = np.random.default_rng(7)
    posterior = condition(model_as_of(topic, AS_OF), rng=rng)
    paths = paths_for(posterior.model, posterior.resample(40_000, rng), rng)
    found = answers(posterior, paths, rng)["ended"].value
    now, then = 180 / DAYS_PER_YEAR, ((by - OPENS).days + 1) / DAYS_PER_YEAR
    expected = 1 - np.exp(-(cumulative(then) - cumulative(now)))
    assert abs(found.value - expected) <= 4 * np.sqrt(expected * (1 - expected) / 40_000)
