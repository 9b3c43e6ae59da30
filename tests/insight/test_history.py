"""The history of answers by replay, against closed forms and against concluding each day by itself."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from forecast.book.calendar import ONE_DAY
from forecast.book.reading import read_book
from forecast.book.rows import row_hash
from forecast.book.topic import Topic
from forecast.insight.estimands import measures_of, published_values
from forecast.insight.explaining import explain
from forecast.insight.history import History, days_left_out, history, history_content, history_days
from forecast.insight.record_events import days_at_interval, history_interval, news, settlement_days
from forecast.insight.replay import TOO_FEW_DRAWS, LeftOutDay
from forecast.insight.replay_pool import anchored_pool
from forecast.model.clock import DAYS_PER_MONTH
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from tests.support.building import OPENS, make_topic
from tests.support.essay_topics import linked_topic
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium

YEAR_END = date(2025, 12, 31)
PLAIN = Settings()


def sightings() -> Topic:
    """Gamma-Poisson, watched: quiet to 14 February, two on the 15th (known on the 17th), quiet to the end of April."""
    return make_topic(
        priors={"rate": "Gamma(alpha=2, beta=4)"},
        streams={"seen": {"value": "Poisson(mu=rate * months)", "watched": True}},
        rows={
            "seen": [
                {"from": OPENS, "to": date(2025, 2, 14), "value": 0},
                {"on": date(2025, 2, 15), "value": 2, "known": date(2025, 2, 17)},
                {"from": date(2025, 2, 16), "to": date(2025, 4, 30), "value": 0},
            ]
        },
        questions={
            "six": {"answer": "total(seen) >= 6", "by": YEAR_END},
            "two": {"answer": "total(seen) >= 2", "by": YEAR_END},
            "count": {"answer": "total(seen)", "by": YEAR_END},
            "busy": "rate > 0.5",
        },
    )


def expected(day: date) -> list[float]:
    """The four measures of ``sightings`` as of a day, in closed form: a Gamma posterior and negative binomial counts."""
    from scipy import stats

    through = min(day, date(2025, 4, 30))
    recorded = [OPENS + timedelta(days=n) for n in range((through - OPENS).days + 1)]
    seen = 0
    if day < date(2025, 2, 17):  # the 15th is not recorded yet
        recorded = [each for each in recorded if each != date(2025, 2, 15)]
    else:
        seen = 2
    last = max(recorded)
    shape, exposure = 2 + seen, 4 + len(recorded) / DAYS_PER_MONTH
    left = (YEAR_END - last).days / DAYS_PER_MONTH
    more = stats.nbinom(shape, exposure / (exposure + left))
    return [more.sf(5 - seen), more.sf(1 - seen), seen + left * shape / exposure, stats.gamma(shape, scale=1 / exposure).sf(0.5)]


def test_every_day_of_a_watched_record_is_the_closed_form() -> None:
    """Each measure as of each of 160 days lies within four of its stated errors of the closed form, and they are no larger than need be."""
    days = [OPENS + timedelta(days=n) for n in range(160)]
    found = history(sightings(), days, PLAIN)
    assert [point.day for point in found.points] == days
    truth = np.array([expected(day) for day in days])
    values, errors = (np.array([getattr(point, name) for point in found.points]) for name in ("values", "errors"))
    off = (values - truth)[errors > 0] / errors[errors > 0]
    assert np.abs(off).max() < 4
    assert 0.1 < np.sqrt((off**2).mean()) < 1.3
    assert np.abs(values - truth)[errors == 0].max() == 0
    assert errors[:, [0, 1, 3]].max() < 0.02


def test_news_and_settlement_are_marked_on_their_days() -> None:
    """A row is news on the day it became known, and a question is settled on the first day whose record decides it."""
    found = history(sightings(), [date(2025, 2, 16), date(2025, 2, 18)], PLAIN)
    content = history_content(found)
    assert [(each["day"], each["news"]) for each in content["points"]] == [
        ("2025-02-16", []),
        ("2025-02-17", ["seen: 2 (15 February 2025)"]),
        ("2025-02-18", []),
    ]
    assert content["settled"] == [None, "2025-02-17", None, None]
    assert [each["values"][1] for each in content["points"][1:]] == [1.0, 1.0]
    assert [each["errors"][1] for each in content["points"][1:]] == [0.0, 0.0]


def test_days_of_a_history_are_regular_ones_and_those_of_news() -> None:
    """Months' ends come with the first day, the day of news and the last day."""
    days = history_days(sightings(), since=None, until=date(2025, 3, 10), every="month")
    assert days == (OPENS, date(2025, 1, 31), date(2025, 2, 17), date(2025, 2, 28), date(2025, 3, 10))


def test_days_that_are_left_out_for_one_reason_are_told_together() -> None:
    """Days as people write them, from the first to the last, once for each reason in turn."""
    days = [date(2024, 10, 28), date(2024, 10, 29), date(2024, 12, 15), date(2024, 12, 16)]
    left = [LeftOutDay(day, TOO_FEW_DRAWS if place < 3 else "no path meets the condition", thin=True) for place, day in enumerate(days)]
    assert days_left_out(left) == [
        ("3 days from 28 October to 15 December 2024", "too few of the draws at hand fit what was known then"),
        ("16 December 2024", "no path meets the condition"),
    ]
    assert days_left_out([]) == []


def test_long_records_are_looked_at_less_often() -> None:
    """Two years are shown by months, twenty by quarters, eighty by years; a quarter's and a year's last days are such ends."""
    ends = {years: history_interval(since=date(2000, 1, 1), until=date(2000 + years, 1, 1)) for years in (2, 20, 80)}
    assert ends == {2: "month", 20: "quarter", 80: "year"}
    since, until = date(2025, 1, 15), date(2026, 2, 1)
    assert days_at_interval(since=since, until=until, every="quarter", also=())[1:-1] == (
        date(2025, 3, 31),
        date(2025, 6, 30),
        date(2025, 9, 30),
        date(2025, 12, 31),
    )
    assert days_at_interval(since=since, until=until, every="year", also=()) == (since, date(2025, 12, 31), until)


@pytest.mark.slow
def test_the_number_of_processes_changes_nothing() -> None:
    """Two processes give the very numbers of one."""
    days = [OPENS + timedelta(days=n) for n in range(70)]
    one, two = (history_content(history(sightings(), days, PLAIN, processes=count)) for count in (1, 2))
    assert one == two


def test_a_day_before_a_series_begins_is_left_out_and_said() -> None:
    """As of a day on which nothing is known of a series there is no point, and the reason names the series."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=4)"},
        streams={"seen": {"value": "Poisson(mu=rate * crowd * months)", "watched": True}},
        rows={"seen": [{"from": OPENS, "to": date(2025, 3, 1), "value": 0}]},
        series={"crowd": [(date(2025, 1, 1), 1.0)]},
        questions={"any": {"answer": "total(seen) >= 1", "by": YEAR_END}},
    )
    before, after = OPENS - ONE_DAY, OPENS + ONE_DAY
    found = history(topic, [before, after], PLAIN)
    assert [point.day for point in found.points] == [after]
    assert [(each.day, "crowd" in each.why) for each in found.left_out] == [(before, True)]


def dependent(**changes: object) -> Topic:
    """Doors open and people pass while they are open; the record of doors ends before the other's."""
    return make_topic(
        priors={"opens": "Beta(alpha=8, beta=4)", "rate": "Gamma(alpha=3, beta=2)"},
        streams={
            "doors": {"value": "Binomial(n=1 - total(doors), p=1 - (1 - opens) ** months)", "watched": True},
            "passed": {"value": "Poisson(mu=rate * (0.1 + 2 * total(doors)) * months)", "watched": True},
        }
        | changes.get("streams", {}),  # type: ignore[operator]
        rows={
            "doors": [{"from": OPENS, "to": date(2025, 1, 20), "value": 0}],
            "passed": [
                {"from": OPENS, "to": date(2025, 2, 9), "value": 0},
                {"on": date(2025, 2, 10), "value": 1},
                {"from": date(2025, 2, 11), "to": date(2025, 3, 20), "value": 0},
            ],
        },
        questions={
            "open": {"answer": "total(doors) >= 1", "by": date(2025, 2, 28)},
            "many": {"answer": "total(passed) >= 4", "by": date(2025, 6, 30)},
            "if_open": {"answer": "total(passed) >= 4", "given": "total(doors) >= 1", "by": date(2025, 6, 30)},
            "third": {"answer": "first(total(passed) >= 3)", "by": date(2025, 6, 30)},
        },
    )


def assert_as_concluded(topic: Topic, days: list[date], asked: list[date], *, found: History | None = None) -> np.ndarray:
    """Compare a history, made here unless it is given, with concluding some of its days by themselves; return the differences in errors."""
    points = {point.day: point for point in (found or history(topic, days, PLAIN)).points}
    away = []
    for day in asked:
        values, errors = published_values(analyse(topic, day, PLAIN, referee=False).result.answers, measures_of(topic))
        both = np.hypot(errors, points[day].errors)
        apart = points[day].values - values
        away.append(np.where(apart == 0, 0.0, apart / np.where(both > 0, both, 1e-12)))
    differences = np.array(away)
    assert np.abs(differences).max() < 4
    assert np.sqrt((differences**2).mean()) < 1.3
    return differences


def test_a_stream_whose_record_ends_first_is_drawn_on_as_it_is_for_the_day_alone() -> None:
    """Where one stream is unrecorded and another depends on it, each day is what concluding it alone gives."""
    days = [OPENS + timedelta(days=n) for n in range(100)]
    assert_as_concluded(dependent(), days, [days[n] for n in (18, 30, 42, 57, 77, 90)])


def test_statements_that_do_not_add_up_are_replayed_all_the_same() -> None:
    """A count whose spread does not grow with the row's length gives, as of each day, what concluding it alone gives."""
    uneven = {"passed": {"value": "NegativeBinomial(mu=rate * months, alpha=0.5)", "watched": True}}
    days = [OPENS + timedelta(days=n) for n in range(100)]
    assert_as_concluded(dependent(streams=uneven), days, days[15::20])


def test_a_statement_that_knows_the_day_of_asking_is_drawn_for_every_day() -> None:
    """A rate that falls with the age of a row is replayed as of each day by itself."""
    aged = {"passed": {"value": "Poisson(mu=0.2 * rate * months * exp(-6 * age))", "watched": True}}
    days = [OPENS + timedelta(days=n) for n in range(60, 74)]
    assert_as_concluded(dependent(streams=aged), days, days[::6])


def test_an_anchor_is_added_where_prior_and_newest_posterior_do_not_carry() -> None:
    """A record that turned from many to none leaves days that neither end of the record serves; the pool serves them."""
    topic = make_topic(
        priors={"level": "Normal(mu=0, sigma=30)"},
        streams={"read": "Normal(mu=level, sigma=0.2)"},
        rows={"read": [10.0] * 5 + [-10.0] * 5},
        questions={"high": "level > 0"},
    )
    pool = anchored_pool(topic, OPENS + timedelta(days=9), PLAIN)
    assert len(pool) > 2 * 4_096
    for day in range(10):
        assert pool.weigh(model_as_of(topic, OPENS + timedelta(days=day))).carry


def test_a_correction_is_news() -> None:
    """A row that replaces another is marked as an update on its own day."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=4)"},
        streams={"seen": "Poisson(mu=rate)"},
        rows={"seen": [{"value": 3, "id": "a"}, {"on": OPENS, "value": 2, "known": date(2025, 2, 1), "id": "b", "replaces": "a"}]},
    )
    assert news(topic, YEAR_END) == {
        OPENS: ["seen: 3 (1 January 2025)"],
        date(2025, 2, 1): ["seen: 2 (1 January 2025, updated)"],
    }


def test_a_row_corrected_on_its_own_day_is_no_news() -> None:
    """Of rows known on one day that replace one another the last is listed, as an update only where something was known before; by id and by hash."""
    later = date(2025, 2, 1)
    first = {"value": 3, "known": later, "id": "a"}
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=4)"},
        streams={"seen": "Poisson(mu=rate)"},
        rows={
            "seen": [
                first,
                {"on": OPENS, "value": 2, "known": later, "id": "b", "replaces": "a"},
                {"on": OPENS, "value": 4, "known": later, "replaces": "b"},
                {"on": later, "value": 7, "id": "old"},
                {"on": later, "value": 8, "known": date(2025, 3, 1), "id": "c", "replaces": "old"},
                {"on": later, "value": 9, "known": date(2025, 3, 1), "replaces": "c"},
            ]
        },
    )
    assert news(topic, YEAR_END) == {
        later: ["seen: 4 (1 January 2025)", "seen: 7 (1 February 2025)"],
        date(2025, 3, 1): ["seen: 9 (1 February 2025, updated)"],
    }
    stream = topic.streams["seen"]
    nameless = replace(stream.rows[0], id="")
    named_by_hash = replace(stream, rows=(nameless, replace(stream.rows[1], id="", replaces=row_hash(nameless))))
    again = replace(topic, streams={"seen": named_by_hash})
    assert news(again, YEAR_END) == {later: ["seen: 2 (1 January 2025)"]}


def test_settlement_by_the_passing_of_time_is_found() -> None:
    """A question that quiet time decides is settled on its own last day."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=4)"},
        streams={"seen": {"value": "Poisson(mu=rate * months)", "watched": True}},
        rows={"seen": [{"from": OPENS, "to": date(2025, 6, 30), "value": 0}]},
        questions={"any": {"answer": "total(seen) >= 1", "by": date(2025, 3, 31)}},
    )
    draws = {"rate": np.ones((4, 1))}
    assert settlement_days(topic, date(2025, 5, 1), draws) == {"any": date(2025, 3, 31)}


@pytest.mark.slow
@pytest.mark.parametrize("count", [3, pytest.param(20, marks=pytest.mark.study)])
def test_the_history_of_the_route_is_what_concluding_random_days_gives(count: int) -> None:
    """As of some random days of the two years, every measure of the essay's topic is the concluded one within Monte Carlo error."""
    until = date(2026, 10, 12)
    topic = linked_topic("route", until).as_it_stands
    days = list(history_days(topic, since=None, until=until, every="month"))
    found = history(topic, days, PLAIN)
    assert found.left_out == ()
    assert_as_concluded(topic, days, sorted(random.Random(7).sample(days, count)), found=found)


def test_a_row_across_a_deadline_is_simulated_until_it_is_known_and_then_divided() -> None:
    """Two events within 100 days of which 40 are in time: a prediction up to the eve of `known`, and 1 - 0.6² on the day and after it."""
    from scipy import stats

    known, by = date(2025, 6, 1), date(2025, 3, 12)
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=4)"},
        streams={"seen": "Poisson(mu=rate * months)"},
        rows={
            "seen": [
                {"from": OPENS, "to": date(2025, 1, 31), "value": 0},
                {"from": date(2025, 2, 1), "to": date(2025, 5, 11), "value": 2, "known": known},
            ]
        },
        questions={"one": {"answer": "total(seen) >= 1", "by": by}, "many": {"answer": "total(seen)", "by": by}},
    )
    days = [date(2025, 2, 1), known - ONE_DAY, known, known + ONE_DAY, known + timedelta(days=40)]
    found = history(topic, days, PLAIN)
    exposure = 4 + 31 / DAYS_PER_MONTH
    ahead = stats.nbinom(2, exposure / (exposure + 40 / DAYS_PER_MONTH))
    truth = np.array([*[[ahead.sf(0), ahead.mean()]] * 2, *[[1 - 0.6**2, 0.8]] * 3])
    points = {point.day: point for point in found.points}
    values, errors = (np.array([getattr(points[day], name) for day in days]) for name in ("values", "errors"))
    assert (np.abs(values - truth) < 4 * errors).all()
    assert errors.max() < 0.03
    assert settlement_days(topic, YEAR_END, {"rate": np.ones((2, 1))}) == {"one": None, "many": None}


def test_a_history_simulates_days_whose_row_is_not_known_yet() -> None:
    """Before a row of spring is known, though summer is recorded, each day's replay is that day's analysis."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=4)"},
        streams={"seen": {"value": "Poisson(mu=rate * months)", "watched": True}},
        rows={
            "seen": [
                {"from": OPENS, "to": date(2025, 1, 31), "value": 0},
                {"from": date(2025, 2, 1), "to": date(2025, 5, 11), "value": 2, "known": date(2025, 10, 1)},
                {"from": date(2025, 5, 12), "to": YEAR_END, "value": 0},
            ]
        },
        questions={"early": {"answer": "total(seen) >= 1", "by": date(2025, 3, 12)}, "whole": {"answer": "total(seen)", "by": YEAR_END}},
    )
    days = [
        date(2025, 5, 11),
        date(2025, 6, 1),
        date(2025, 6, 2),
        date(2025, 9, 29),
        date(2025, 9, 30),
        date(2025, 10, 1),
        date(2025, 10, 20),
    ]
    found = {point.day: point for point in history(topic, days, PLAIN).points}
    for day in days:
        values, errors = published_values(analyse(topic, day, PLAIN, referee=False).result.answers, measures_of(topic))
        assert (np.abs(found[day].values - values) < 4 * np.hypot(found[day].errors, errors)).all(), day
        assert (found[day].errors < [0.02, 0.1]).all()


def test_the_history_of_a_report_begins_its_last_step_where_the_split_does() -> None:
    """Of a report made whole: the day before the last news has the figures before the change."""
    book, problems = read_book(ROOT / "tests" / "books" / "tiny", ["ferry"])
    assert not [problem for problem in problems if problem.level == "error"]
    topic = book.topics["ferry"]
    why = explain(analyse(topic, date(2025, 1, 1), Settings(draws=1024), referee=False))
    move = next(move for move in why["moves"] if move["against"] == "replay")
    assert [point["values"] for point in why["history"]["points"] if point["day"] == move["since"]] == [move["before"]]
