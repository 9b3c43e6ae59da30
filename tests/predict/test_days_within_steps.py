"""The day on which a ``first`` condition comes true in a simulated step, against closed forms: as often within a step as between steps."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest
from scipy import special, stats  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.inference.quantile_levels import QUANTILE_LEVELS
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

YEAR = 365.25
SHAPE = 25
RATES = stats.gamma.ppf((np.arange(2_000) + 0.5) / 2_000, SHAPE, scale=2)  # of the prior below
UNTIL = date(2026, 12, 31)


def dates(stream, condition, *, step, as_of=OPENS, **more):
    """The answer to when a condition on ``seen`` first holds, with a rate of some 50 a year and no record."""
    topic = make_topic(
        priors={"rate": f"Gamma(alpha={SHAPE}, beta=0.5)"},
        streams={"seen": stream},
        questions={"asked": {"answer": f"first({condition})", "since": OPENS, "by": UNTIL}},
        step=step,
        **more,
    )
    return analyse(topic, as_of, Settings(), referee=False).result.answers["asked"].value


def assert_dates(value, chance_by):
    """Each quantile is the day by which it has come with that probability, or lies beyond by no more than 1.5 % of probability."""
    for level, day in zip(QUANTILE_LEVELS, value.quantiles, strict=True):
        days = (day - OPENS).days + 1
        assert chance_by(days - 1) - 0.015 < level < chance_by(days) + 0.015, (level, day)


@pytest.mark.parametrize("step", ["week", "month", "quarter", "year"])
@pytest.mark.parametrize("count", [1, 12])
def test_the_days_of_events_that_are_frequent_do_not_depend_on_the_step(step, count):
    """Of 50 events a year the first comes within a fortnight, and the twelfth within a few months, whatever the step."""
    value = dates("Poisson(mu=rate * years)", f"total(seen) >= {count}", step=step)
    assert_dates(value, lambda days: stats.poisson.sf(count - 1, RATES * days / YEAR).mean())


@pytest.mark.parametrize("step", ["month", "year"])
@pytest.mark.parametrize(
    ("stream", "count", "chance_by"),
    [
        ("Bernoulli(p=1 - exp(-rate * years))", 1, lambda days: 1 - np.exp(-RATES * days / YEAR).mean()),
        ("Poisson(mu=rate * (t_end ** 2 - t_start ** 2))", 2, lambda days: stats.poisson.sf(1, RATES * (days / YEAR) ** 2).mean()),
        (
            "NegativeBinomial(mu=rate * years, alpha=4 * years)",
            2,
            lambda days: stats.nbinom.sf(1, 4 * days / YEAR, 4 / (4 + RATES)).mean() if days else 0.0,
        ),
    ],
    ids=["hazard", "rising", "clumps"],
)
def test_events_lie_within_a_step_as_the_statement_says(step, stream, count, chance_by):
    """An event with a hazard comes early, under a rising rate late, and events that come in clumps leave longer gaps."""
    assert_dates(dates(stream, f"total(seen) >= {count}", step=step), chance_by)


def test_a_series_that_changes_within_a_step_moves_the_day():
    """A rate that is twenty times as high from the eighth day on brings few events before it."""
    change = OPENS + timedelta(days=7)
    value = dates(
        "Poisson(mu=rate * level * years)", "total(seen) >= 1", step="month", series={"level": [(OPENS, 0.1), (change, 2.0)]}, as_of=change
    )
    assert_dates(value, lambda days: 1 - np.exp(-RATES * (0.1 * min(days, 7) + 2 * max(days - 7, 0)) / YEAR).mean())


@pytest.mark.parametrize("step", ["month", "year"])
def test_the_first_of_competing_classes_comes_as_its_hazard_says(step):
    """Where a watched stream may have one of two classes on a day, the day of one is that of its hazard, if the other has not come before it in the step."""
    value = dates(
        {
            "value": "Categorical(none=exp(-rate * years), left=0.9 * (1 - exp(-rate * years)), right=0.1 * (1 - exp(-rate * years)))",
            "watched": True,
        },
        "total(seen, 'left') >= 1",
        step=step,
    )
    days = (value.quantiles[1] - OPENS).days + 1  # within the first step
    before, by = (0.9 * (1 - np.exp(-RATES * day / YEAR)).mean() for day in (days - 1, days))
    assert before - 0.015 < QUANTILE_LEVELS[1] < by + 0.015


def test_two_streams_are_counted_on_one_day():
    """The later of the first events of two streams, each with its own rate, is the day on which both have come."""
    topic = make_topic(
        priors={"rate": f"Gamma(alpha={SHAPE}, beta=0.5)"},
        streams={"seen": "Poisson(mu=rate * years)", "heard": "Poisson(mu=rate / 2 * years)"},
        questions={"asked": {"answer": "first(total(seen) >= 1 and total(heard) >= 1)", "since": OPENS, "by": UNTIL}},
        step="quarter",
    )
    value = analyse(topic, OPENS, Settings(), referee=False).result.answers["asked"].value
    assert_dates(value, lambda days: ((1 - np.exp(-RATES * days / YEAR)) * (1 - np.exp(-RATES / 2 * days / YEAR))).mean())


def test_what_is_measured_once_in_a_step_lies_on_any_of_its_days():
    """A measurement has no events that could be put on days: that it is above 0 becomes so on each day of its step alike."""
    value = dates("Normal(mu=100, sigma=1)", "total(seen) > 0", step="year")
    assert_dates(value, lambda days: days / 365)


def test_those_who_go_together_go_on_one_day():
    """Of four who share one chance, nearly 0 or 1, whether any has gone by a day is that chance: the day on which all go is not the earliest of four."""
    apart, going = 0.02, 2.0
    topic = make_topic(
        priors={"rate": f"Gamma(alpha=400, beta={400 / going})"},
        streams={"gone": f"BetaBinomial(n=4, alpha=-{apart} * expm1(-rate * years), beta={apart} * exp(-rate * years))"},
        questions={"asked": {"answer": "first(total(gone) >= 1)", "since": OPENS, "by": UNTIL}},
        step="month",
    )
    value = analyse(topic, OPENS, Settings(), referee=False).result.answers["asked"].value
    assert_dates(value, lambda days: chance_that_any_went(apart, math.exp(-going / YEAR), days))


def chance_that_any_went(apart, stays, days):
    """The chance that any of four has gone in some days, each of which has a Beta chance of its own: 1 less the product of B(a, b + 4) / B(a, b)."""
    alpha, beta = apart * (1 - stays), apart * stays
    return 1 - float(np.exp(days * (special.betaln(alpha, beta + 4) - special.betaln(alpha, beta))))
