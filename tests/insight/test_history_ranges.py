"""The 90 % ranges of a history, against closed forms, and the days that have them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from forecast.book.topic import Topic, Variant
from forecast.insight.estimands import measures_of
from forecast.insight.history import history
from forecast.insight.history_ranges import MOST_RANGED_STEPS, WeighedNumbers, mixed_range, range_days, ranges_as_of
from forecast.insight.mixed_history import mixed_history
from forecast.insight.replay import ReplayPoint
from forecast.insight.replay_pool import anchored_pool
from forecast.model.clock import DAYS_PER_MONTH
from forecast.model.settings import Settings
from tests.insight.test_history import YEAR_END, sightings
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

LAST = date(2025, 4, 30)
SEEDS = 8


@pytest.mark.parametrize("day", [date(2025, 2, 14), LAST])
def test_the_ranges_of_a_day_are_the_closed_form(day: date) -> None:
    """Of Gamma-Poisson counts: a chance rises with the rate, so its points are those at the rate's; a number's are negative binomial."""
    from scipy import stats

    topic = sightings()
    measures = measures_of(topic)
    closed = [None] * len(measures)
    found = []
    for seed in range(SEEDS):
        settings = replace(Settings(), seed=seed)
        ranges = ranges_as_of(topic, anchored_pool(topic, LAST, settings), day, measures, closed, settings)
        assert ranges is not None
        found.append(ranges)
    seen = 2 if day == LAST else 0
    shape, exposure = 2 + seen, 4 + ((day - date(2024, 12, 31)).days) / DAYS_PER_MONTH
    left = (YEAR_END - day).days / DAYS_PER_MONTH
    rates = stats.gamma(shape, scale=1 / exposure).ppf([0.05, 0.95])
    for at, threshold in ((0, 6), (2, None)):
        ends = np.mean([ranges[at] for ranges in found], axis=0)
        if threshold is None:
            wanted = seen + stats.nbinom(shape, exposure / (exposure + left)).ppf([0.05, 0.95])
            assert ends == pytest.approx(wanted, abs=0.6)
        else:
            wanted = stats.poisson(rates * left).sf(threshold - 1 - seen)
            assert ends == pytest.approx(wanted, abs=0.03)
    assert all(ranges[3] is None for ranges in found)  # of the parameters alone: its chance is 0 or 1


def test_the_range_of_the_chance_of_one_event_is_that_of_the_fraction() -> None:
    """Of a Beta share with a uniform prior, four of five events seen: the points of Beta(5, 2)."""
    from scipy import stats

    topic = make_topic(
        priors={"share": "Beta(alpha=1, beta=1)"},
        streams={"seen": "Bernoulli(p=share)"},
        rows={"seen": [1, 1, 0, 1, 1]},
        questions={"next": {"probability": "share"}},
    )
    day, measures = OPENS + timedelta(days=5), measures_of(topic)
    found = [
        ranges_as_of(topic, anchored_pool(topic, day, replace(Settings(), seed=seed)), day, measures, [None], Settings())
        for seed in range(8)
    ]
    ends = np.mean([ranges[0] for ranges in found if ranges is not None and ranges[0] is not None], axis=0)
    assert ends == pytest.approx(stats.beta(5, 2).ppf([0.05, 0.95]), abs=0.03)


def test_a_settled_measure_has_no_range() -> None:
    """What the record has decided is not simulated; the same day gives the same ranges again."""
    topic = sightings()
    measures, pool = measures_of(topic), anchored_pool(topic, LAST, Settings())
    closed = [None, date(2025, 2, 17), None, None]
    first = ranges_as_of(topic, pool, LAST, measures, closed, Settings())
    assert first is not None
    assert (first[0] is None, first[1], first[2] is None) == (False, None, False)
    assert first == ranges_as_of(topic, pool, LAST, measures, closed, Settings())


def test_both_ends_of_the_largest_steps_have_ranges() -> None:
    """The day of news that moved an open measure most, and the day before in the history; not those of settled ones; few days in all."""
    topic = sightings()
    days = [date(2025, 1, 31), date(2025, 2, 14), date(2025, 2, 16), date(2025, 2, 17), date(2025, 3, 31), LAST]
    replayed = history(topic, days, Settings())
    found = range_days(replayed.points, replayed.settled)
    assert {date(2025, 2, 16), date(2025, 2, 17)} <= set(found)
    assert found[0] == replayed.points[0].day
    points = [ReplayPoint(date(2025, 1, 1 + at), np.array([float(at == 9), 0.1 * at]), np.zeros(2), np.ones(2)) for at in range(20)]
    assert {date(2025, 1, 9), date(2025, 1, 10)} <= set(range_days(points, (None, None)))
    assert date(2025, 1, 10) not in range_days(points, (date(2025, 1, 10), None))
    many = [ReplayPoint(date(2025, 1, 1 + at), np.eye(20)[at], np.zeros(20), np.ones(20)) for at in range(20)]
    assert len(range_days(many, (None,) * 20)) <= 2 * MOST_RANGED_STEPS + 3
    assert range_days((), (None,)) == ()
    assert range_days(points, (date(2025, 1, 10),) * 2) == ()


def _rival_rates(through: int, counts: tuple[int, ...]) -> list[tuple[float, Any, float]]:
    """Of each rival of ``_rivals``: its weight after some days' counts, the posterior of its rate, and how many times a day it counts."""
    from scipy import special, stats

    total = sum(counts[:through])
    found = []
    for prior, shape, scale, each in ((0.5, 2, 1, 1), (0.3, 20, 10, 1), (0.2, 2, 1, 2)):
        log = shape * np.log(scale) - special.gammaln(shape) + special.gammaln(shape + total) + total * np.log(each)
        log -= (shape + total) * np.log(scale + each * through)
        found.append((np.log(prior) + log, stats.gamma(shape + total, scale=1 / (scale + each * through)), each))
    weights = np.exp([log for log, _, _ in found] - special.logsumexp([log for log, _, _ in found]))
    return [(float(weight), rate, each) for weight, (_, rate, each) in zip(weights, found, strict=True)]


def _rivals(counts: tuple[int, ...], *, combine: Any) -> Topic:
    """Counts with a Gamma rate; one rival has another prior, one counts twice as many for the same rate."""

    def made(value: str, prior: str) -> Topic:
        questions = {
            "many": {"answer": "total(seen) >= 40", "by": date(2025, 1, 20)},
            "count": {"answer": "total(seen)", "by": date(2025, 1, 20)},
        }
        return make_topic(priors={"rate": prior}, streams={"seen": value}, rows={"seen": list(counts)}, questions=questions, step="day")

    base = made("Poisson(mu=rate * days)", "Gamma(alpha=2, beta=1)")
    steady = made("Poisson(mu=rate * days)", "Gamma(alpha=20, beta=10)")
    twice = made("Poisson(mu=2 * rate * days)", "Gamma(alpha=2, beta=1)")
    variants = {
        "steady": Variant("steady", 0.3, "They may be steady.", {}, steady),
        "twice": Variant("twice", 0.2, "Each may count twice.", {}, twice),
    }
    return replace(base, variants=variants, combine=combine)


@pytest.mark.slow
def test_the_ranges_of_rivals_are_points_of_their_mixture_with_the_weights_of_the_day() -> None:
    """In closed form: Gamma rates, Poisson counts to come given a rate, negative binomial ones over all rates."""
    from scipy import optimize, stats

    counts = (3, 0, 5, 1, 7, 2, 9)
    days = [OPENS + timedelta(days=1), OPENS + timedelta(days=6)]
    found = []
    for seed in range(6):
        settings = replace(Settings(engine="importance"), seed=seed)
        found.append(mixed_history(_rivals(counts, combine="evidence"), days, settings, has_ranges=True).ranges)
    for day in days:
        through = (day - OPENS).days + 1
        rivals, seen, left = _rival_rates(through, counts), sum(counts[:through]), (date(2025, 1, 20) - day).days
        chance, number = (np.mean([ranges[day][at] for ranges in found], axis=0) for at in (0, 1))

        def expected_below(mean: float, rivals=rivals, left=left) -> float:
            return sum(weight * rate.cdf(mean / (each * left)) for weight, rate, each in rivals)

        means = [optimize.brentq(lambda mean, level=level: expected_below(mean) - level, 1e-6, 1e4) for level in (0.05, 0.95)]
        exact = stats.poisson.sf(39 - seen, means)  # the chance rises with the number expected
        assert chance == pytest.approx(exact, abs=0.04)
        x = np.arange(400)
        below = sum(weight * stats.nbinom.cdf(x, its.args[0], 1 / (1 + its.kwds["scale"] * each * left)) for weight, its, each in rivals)
        ends = [seen + int(np.searchsorted(below, level)) for level in (0.05, 0.95)]
        assert number == pytest.approx(ends, rel=0.06, abs=1.0)


def test_a_mixture_of_spreads_needs_all_that_count() -> None:
    """Points of numbers are those of all together by their weights; one part without a range leaves none, unless it weighs nothing."""
    few, many = (WeighedNumbers(np.arange(start, start + 101.0), np.ones(101)) for start in (0, 1_000))
    assert mixed_range([(1.0, few)]) == (5.0, 95.0)
    assert mixed_range([(0.5, few), (0.5, many)]) == (10.0, 1_090.0)
    assert mixed_range([(0.99, few), (0.01, many)]) == pytest.approx((5.0, 95.0), abs=1)
    assert mixed_range([(0.9, few), (0.1, None)]) is None
    assert mixed_range([(1.0, few), (0.0, None)]) == (5.0, 95.0)
