"""Events of rows on their days, against closed forms: what is asked from a day, or by a day, inside a row."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.actions.whatif import suppose
from forecast.book.files.problems import Place
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from forecast.predict.answers import paths_for
from tests.support.building import make_topic

pytestmark = pytest.mark.medium

ROW = {"from": date(2025, 2, 1), "to": date(2025, 5, 11)}  # 100 days
BY = date(2025, 3, 12)  # of which 40 are in time
IN_TIME, DAYS = 40, 100
MONTH = 30.4375
LATER = date(2026, 1, 1)


def about(stream, rows, question, *, priors=None, **more):
    """A topic with one stream, its rows and one question."""
    priors = priors or {"rate": "Gamma(alpha=2, beta=1)"}
    return make_topic(priors=priors, streams={"seen": stream}, rows={"seen": rows}, questions={"asked": question}, **more)


def concluded(topic, as_of=LATER, **more):
    """The answers of a topic by the fast engine."""
    return analyse(topic, as_of, Settings(**more), referee=False).result.answers


def asked(topic, as_of=LATER, **more):
    """The answer to its one question."""
    return concluded(topic, as_of, **more)["asked"]


def assert_near(answer, truth):
    """The question is open, and its probability lies within four standard errors, which are those of some 10,000 cases."""
    assert answer.status == "open"
    size = truth * (1 - truth)
    assert 0.5 * (size / 17_000) ** 0.5 < answer.value.error < 2 * (size / 8_000) ** 0.5 + 0.0005
    assert abs(answer.value.value - truth) < 4 * answer.value.error


@pytest.mark.parametrize("events", [1, 2, 5])
def test_events_of_a_poisson_lie_in_time_by_the_share_of_the_days(events):
    """Of n events at a constant rate each is in time with the share of the days that are."""
    row = ROW | {"value": events}
    topic = about("Poisson(mu=rate * months)", [row], {"answer": "total(seen) >= 1", "by": BY})
    assert_near(asked(topic), 1 - (1 - IN_TIME / DAYS) ** events)


def test_a_rate_that_changes_within_a_row_moves_its_events():
    """Under a rate three times as high from the deadline's morrow on, fewer events are in time."""
    series = {"season": {"points": [(date(2025, 1, 1), 1), (BY + timedelta(days=1), 3), (date(2025, 12, 31), 3)]}}
    topic = about("Poisson(mu=rate * season * months)", [ROW | {"value": 2}], {"answer": "total(seen) >= 1", "by": BY}, series=series)
    assert_near(asked(topic), 1 - (180 / 220) ** 2)


@pytest.mark.parametrize("in_time", [49, 50, 51])
def test_events_of_a_negative_binomial_with_one_shape_lie_in_time_as_those_of_a_poisson(in_time):
    """The parts of a row share one Gamma factor, also where they are of one length."""
    by = ROW["from"] + timedelta(days=in_time - 1)
    topic = about("NegativeBinomial(mu=rate * months, alpha=0.5)", [ROW | {"value": 3}], {"answer": "total(seen) >= 1", "by": by})
    assert_near(asked(topic), 1 - (1 - in_time / DAYS) ** 3)


def test_events_of_a_negative_binomial_with_a_shape_in_proportion_come_together():
    """With a shape proportional to the mean, the number in time is beta-binomial."""
    topic = about("NegativeBinomial(mu=rate * months, alpha=0.5 * months)", [ROW | {"value": 4}], {"answer": "total(seen) >= 3", "by": BY})
    assert_near(asked(topic), float(stats.betabinom(4, 0.5 * IN_TIME / MONTH, 0.5 * (DAYS - IN_TIME) / MONTH).sf(2)))


def test_events_of_a_negative_binomial_with_one_shape_share_its_gamma():
    """With a fixed shape the factor is the whole row's, so given the number of events each falls by itself."""
    topic = about("NegativeBinomial(mu=rate * months, alpha=0.5)", [ROW | {"value": 4}], {"answer": "total(seen) >= 3", "by": BY})
    assert_near(asked(topic), float(stats.binom(4, IN_TIME / DAYS).sf(2)))


HAZARD = {"priors": {"monthly": "Beta(alpha=4000, beta=6000)"}}


def share_by_hazard(monthly=0.4):
    """The chance that an event of the row with a monthly hazard is in time."""
    first, second = (1 - (1 - monthly) ** (days / MONTH) for days in (IN_TIME, DAYS - IN_TIME))
    return first / (first + (1 - first) * second)


def test_one_event_with_a_hazard_is_likelier_early():
    """An event that can happen once happens by its hazard: p1 / (p1 + (1 - p1) p2)."""
    topic = about("Bernoulli(p=1 - (1 - monthly) ** months)", [ROW | {"value": 1}], {"answer": "total(seen) >= 1", "by": BY}, **HAZARD)
    assert_near(asked(topic), share_by_hazard())


def test_each_of_several_events_with_a_hazard_is_likelier_early():
    """Of three of ten that can happen once each is in time by the hazard."""
    topic = about("Binomial(n=10, p=1 - (1 - monthly) ** months)", [ROW | {"value": 3}], {"answer": "total(seen) >= 3", "by": BY}, **HAZARD)
    assert_near(asked(topic), share_by_hazard() ** 3)


def test_trials_counted_in_a_column_are_spread_evenly():
    """A row that counts trials says nothing of when: its events are spread over its days."""
    topic = about(
        "Binomial(n=tried, p=rate)",
        [ROW | {"value": 2, "tried": 9}],
        {"answer": "total(seen) >= 1", "by": BY},
        priors={"rate": "Beta(alpha=1, beta=1)"},
    )
    found = asked(topic)
    assert_near(found, 1 - 0.6**2)
    assert [(each.even, each.adds_up) for each in found.crossings] == [(True, True)]


def test_counts_of_classes_are_spread_each_by_itself():
    """Of 3 left and 4 right the numbers in time are independent."""
    topic = about(
        "Multinomial(n=asked_of, left=share, right=1 - share)",
        [ROW | {"asked_of": 7, "value_left": 3, "value_right": 4}],
        {"answer": 'total(seen, "left") >= 1 and total(seen, "right") < 2', "by": BY},
        priors={"share": "Beta(alpha=1, beta=1)"},
    )
    assert_near(asked(topic), float(stats.binom(3, 0.4).sf(0) * stats.binom(4, 0.4).cdf(1)))


def test_a_class_with_a_hazard_is_likelier_early():
    """A watched stream of classes puts a class on days by its own probability."""
    chance = "1 - (1 - monthly) ** months"
    topic = about(
        {"value": f"Categorical(none=1 - ({chance}), struck=({chance}) / 2, missed=({chance}) / 2)", "watched": True},
        [ROW | {"value": "struck"}],
        {"answer": 'total(seen, "struck") >= 1', "by": BY},
        **HAZARD,
    )
    assert_near(asked(topic), share_by_hazard())  # each class takes half of what happens, so its days are those of all that happens


MONTHLY = {"stopped": 0.15, "broke": 0.45}  # the monthly hazards of two ends


def competing(label, question, *, stopped=f"{MONTHLY['stopped']} * months", row=ROW, **more):
    """A topic of a watched process that one of two events ends, with one row of it."""
    return about(
        {"value": "Categorical(none=exp(-h), stopped=of_stop * part, broke=of_break * part)", "watched": True},
        [row | {"value": label}],
        question,
        priors={"pace": "Gamma(alpha=450000, beta=1000000)"},
        quantities={
            "runs": "total(seen, stopped) + total(seen, broke) == 0",
            "of_stop": f"({stopped}) * runs",
            "of_break": "pace * months * runs",
            "h": "of_stop + of_break",
            "part": "(1 - exp(-h)) / (h if h > 0 else 1)",
        },
        **more,
    )


@pytest.mark.parametrize("label", ["stopped", "broke"])
def test_one_of_two_competing_events_lies_where_neither_had_come_before(label):
    """The survival to a part is that of both hazards, so both events have the same days: those of the sum of the hazards."""
    both = sum(MONTHLY.values())
    truth = (1 - np.exp(-both * IN_TIME / MONTH)) / (1 - np.exp(-both * DAYS / MONTH))
    found = asked(competing(label, {"answer": f"total(seen, {label}) >= 1", "by": BY}))
    assert_near(found, float(truth))
    assert [(each.even, each.adds_up) for each in found.crossings] == [(False, True)]


def test_the_first_day_of_a_competing_event_has_the_same_law_as_its_deadlines():
    """The date of the event is by the deadline with the probability that the question with the deadline has."""
    both = sum(MONTHLY.values())
    found = asked(competing("stopped", {"answer": "first(total(seen, stopped) >= 1)", "by": date(2025, 12, 31)}))
    days = [date.fromisoformat("2025-02-01") + timedelta(days=at) for at in range(DAYS)]
    law = (1 - np.exp(-both * np.arange(1, DAYS + 1) / MONTH)) / (1 - np.exp(-both * DAYS / MONTH))
    expected = [days[int(np.searchsorted(law, level))] for level in (0.05, 0.25, 0.5, 0.75, 0.95)]
    assert all(abs((one - other).days) <= 2 for one, other in zip(found.value.quantiles, expected, strict=True))


def test_a_competing_event_whose_hazard_grows_lies_later_than_the_other_would():
    """Against a constant hazard one that grows with age has its density at each age times the survival of both."""
    row = {"from": date(2025, 1, 1), "to": date(2025, 12, 31)}
    by = date(2025, 6, 30)
    found = asked(competing("stopped", {"answer": "total(seen, stopped) >= 1", "by": by}, stopped="weibull_hazard(3, 0.7)", row=row))
    ages = (np.arange(365_000) + 0.5) / 365_000 * 365 / 365.25
    density = ages**2 * np.exp(-((ages / 0.7) ** 3) - 0.45 * 12 * ages)
    assert_near(found, float(density[: 181 * 1000].sum() / density.sum()))


def test_of_many_that_each_end_once_the_events_lie_where_none_had_come_before():
    """Counts of a watched stream are of many that each stay as they are or meet one of the events."""
    rest, some = "(1 - monthly) ** months", "(1 - (1 - monthly) ** months)"
    topic = about(
        {"value": f"Multinomial(n=8, none={rest}, struck={some} / 4, missed={some} * 3 / 4)", "watched": True},
        [ROW | {"value_none": 3, "value_struck": 2, "value_missed": 3}],
        {"answer": "total(seen, struck) >= 1 and total(seen, missed) >= 3", "by": BY},
        **HAZARD,
    )
    in_time = share_by_hazard()
    assert_near(asked(topic), (1 - (1 - in_time) ** 2) * in_time**3)


def test_classes_of_which_none_is_quiet_are_spread_evenly_over_days():
    """Where each row is one event of some class, the statement says which, and nothing of the day."""
    topic = about(
        "Categorical(left=expit(pull * years), right=1 - expit(pull * years))",
        [ROW | {"value": "left"}],
        {"answer": "total(seen, left) >= 1", "by": BY},
        priors={"pull": "Normal(mu=0, sigma=1)"},
    )
    found = asked(topic)
    assert_near(found, IN_TIME / DAYS)
    assert [(each.even, each.adds_up) for each in found.crossings] == [(True, True)]


def test_a_quiet_row_of_classes_allocates_nothing():
    """In a watched stream a row of the quiet class says that nothing happened, on whichever side of a day."""
    chance = "1 - (1 - monthly) ** months"
    topic = about(
        {"value": f"Categorical(none=1 - ({chance}), struck={chance})", "watched": True},
        [ROW | {"value": "none"}],
        {"answer": 'total(seen, "struck") >= 1', "by": BY},
        **HAZARD,
    )
    found = asked(topic)
    assert (found.status, found.value.value, found.crossings) == ("can no longer happen", 0.0, ())


def test_an_amount_is_divided_in_proportion_to_days():
    """Of 3.5 over 100 days 1.4 lie in 40."""
    topic = about("Normal(mu=rate, sigma=1)", [ROW | {"value": 3.5}], {"answer": "total(seen)", "by": BY})
    found = asked(topic)
    assert found.status == "open"
    assert found.value.quantiles == pytest.approx([1.4] * 5)
    assert [(each.counts, each.even) for each in found.crossings] == [(False, True)]


def test_a_ladder_of_deadlines_is_read_off_the_same_days():
    """Deadlines within one row each have their share, and a later one is never less likely."""
    days = [date(2025, 2, 20), date(2025, 3, 12), date(2025, 4, 1), date(2025, 5, 10)]
    questions = {f"by_{index}": {"answer": "total(seen) >= 1", "by": day} for index, day in enumerate(days)}
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": "Poisson(mu=rate * months)"},
        rows={"seen": [ROW | {"value": 2}]},
        questions=questions,
    )
    found = concluded(topic)
    for index, day in enumerate(days):
        assert_near(found[f"by_{index}"], 1 - (1 - ((day - ROW["from"]).days + 1) / DAYS) ** 2)
    values = [found[name].value.value for name in questions]
    assert values == sorted(values)


def test_a_row_over_new_year_is_counted_in_each_year_by_its_days():
    """Of a row over New Year a question about the new year counts the share of its days."""
    row = {"from": date(2025, 12, 1), "to": date(2026, 1, 9), "value": 3}  # 31 days and 9
    topic = about("Poisson(mu=rate * months)", [row], {"answer": "total(seen) >= 1", "since": date(2026, 1, 1), "by": date(2026, 1, 9)})
    assert_near(asked(topic, date(2026, 2, 1)), 1 - (31 / 40) ** 3)


def test_a_window_within_a_row_counts_its_share():
    """With both ends inside one row, the middle part counts."""
    topic = about(
        "Poisson(mu=rate * months)",
        [ROW | {"value": 2}],
        {"answer": "total(seen) >= 1", "since": date(2025, 2, 21), "by": BY},  # 20 of 100 days
    )
    found = asked(topic)
    assert_near(found, 1 - 0.8**2)
    assert [(each.edge, each.day, each.value) for each in found.crossings] == [("since", date(2025, 2, 21), 2.0), ("by", BY, 2.0)]
    assert [each.before for each in found.crossings] == pytest.approx([0.4, 0.8], abs=0.03)


def test_a_range_is_drawn_first_and_then_put_on_days():
    """Of one to three events the number is drawn by the statement, and each then falls by itself."""
    rate = 0.2
    topic = about(
        "Poisson(mu=rate * days / 100)",
        [ROW | {"low": 1, "high": 3}],
        {"answer": "total(seen) >= 1", "by": BY},
        priors={"rate": "Gamma(alpha=20000, beta=100000)"},
    )
    mass = stats.poisson(rate).pmf([1, 2, 3])
    assert_near(asked(topic), float(mass / mass.sum() @ (1 - 0.6 ** np.arange(1, 4))))


def test_before_a_row_is_known_its_days_are_simulated_and_from_then_on_allocated():
    """On the eve of its `known` day a row does not exist, and on the day it does."""
    known = date(2025, 6, 1)
    topic = about(
        "Poisson(mu=rate * months)",
        [{"from": date(2025, 1, 1), "to": date(2025, 1, 31), "value": 0}, ROW | {"value": 2, "known": known}],
        {"answer": "total(seen) >= 1", "by": BY},
    )
    scale = 1 + 31 / MONTH
    assert_near(asked(topic, known - timedelta(days=1)), 1 - (scale / (scale + IN_TIME / MONTH)) ** 2)
    assert asked(topic, known - timedelta(days=1)).crossings == ()
    assert_near(asked(topic, known), 1 - 0.6**2)
    assert_near(asked(topic, known + timedelta(days=1)), 1 - 0.6**2)


def reported_late(questions, value=2):
    """A watched stream whose row of spring was known in October only, while quiet time went on to be recorded from summer on."""
    return make_topic(
        priors={"rate": "Gamma(alpha=2, beta=4)"},
        streams={"seen": {"value": "Poisson(mu=rate * months)", "watched": True}},
        rows={
            "seen": [
                {"from": date(2025, 1, 1), "to": date(2025, 1, 31), "value": 0},
                ROW | {"value": value, "known": date(2025, 10, 1)},
                {"from": date(2025, 5, 12), "to": date(2025, 12, 31), "value": 0},
            ]
        },
        questions=questions,
    )


def test_the_days_of_a_row_that_is_not_known_yet_are_simulated_though_later_days_are_recorded():
    """Up to the eve of `known` what happened in spring is a prediction from the quiet months around it, and then it is divided."""
    questions = {
        "asked": {"answer": "total(seen) >= 1", "by": BY},
        "all": {"answer": "total(seen) >= 1", "by": date(2025, 8, 31)},
        "since": {"answer": "total(seen) >= 1", "since": date(2025, 5, 12), "by": date(2025, 8, 31)},
        "first": {"answer": "first(total(seen) >= 1)", "by": date(2025, 8, 31)},
    }
    eve, day = (concluded(reported_late(questions), date(2025, month, last)) for month, last in ((9, 30), (10, 1)))
    exposure = 4 + (31 + 142) / MONTH  # January, and 12 May to 30 September
    assert_near(eve["asked"], 1 - (exposure / (exposure + IN_TIME / MONTH)) ** 2)
    assert_near(eve["all"], 1 - (exposure / (exposure + DAYS / MONTH)) ** 2)
    assert eve["since"].status == "can no longer happen"
    assert abs(eve["first"].value.not_by_then - (1 - eve["all"].value.value)) < 1e-9
    assert_near(day["asked"], 1 - 0.6**2)
    assert (day["all"].status, day["since"].status, day["first"].status) == ("happened", "can no longer happen", "happened")


def test_a_correction_that_is_not_known_yet_leaves_what_it_corrects():
    """Days that a known row covers are not simulated because a correction of it comes later."""
    topic = about(
        "Poisson(mu=rate * months)",
        [ROW | {"value": 0, "id": "first"}, ROW | {"value": 2, "replaces": "first", "known": date(2025, 10, 1)}],
        {"answer": "total(seen) >= 1", "by": BY},
    )
    assert asked(topic, date(2025, 9, 30)).status == "can no longer happen"
    assert_near(asked(topic, date(2025, 10, 1)), 1 - 0.6**2)


def losses(left="total(found) - total(lost) - total(broken)", **rows):
    """Things found and then lost or broken: what is left can be either, and one was found before the rows that are across the deadline."""
    return make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)", "daily": "Beta(alpha=100, beta=99900)"},
        streams={
            "found": "Poisson(mu=rate * months)",
            "lost": f"Binomial(n={left}, p=1 - (1 - daily) ** days)",
            "broken": f"Binomial(n={left}, p=1 - (1 - daily) ** days)",
        },
        rows={
            "found": [{"on": date(2025, 1, 1), "value": 1}, {"from": date(2025, 1, 11), "to": date(2025, 1, 20), "value": 1}],
            "lost": [{"from": date(2025, 1, 11), "to": date(2025, 1, 20), "value": 1}],
            "broken": [{"from": date(2025, 1, 11), "to": date(2025, 1, 20), "value": 1}],
            **rows,
        },
        questions={
            "found_early": {"answer": "total(found) >= 2", "by": date(2025, 1, 14)},
            "gone_early": {"answer": "total(lost) + total(broken) >= 2", "by": date(2025, 1, 14)},
            "found_first": {"answer": "first(total(found) >= 2)", "by": date(2025, 1, 31)},
        },
    )


def orders_with_chances():
    """The days, from 0, of the second find and of the two losses, and how likely each order is, by the things left on each day."""
    orders = np.array([*itertools.product(range(10), repeat=3)])
    found, lost, broken = (orders[:, at, None] for at in range(3))
    days = np.arange(11)
    left = 1 + (found < days) * 1 - (lost < days) * 1 - (broken < days) * 1
    chance = np.prod([np.where(left < 0, 0.0, stats.binom(np.maximum(left, 0), 0.001).pmf(days == day)) for day in (lost, broken)], axis=0)
    chances = chance[:, :10].prod(axis=1) * (left >= 0).all(axis=1)
    return orders, chances / chances.sum()


def test_streams_that_use_each_others_totals_are_allocated_in_an_order_that_is_possible():
    """A thing is lost only after it was found, and sooner where more is left: an order is as likely as the statements make it."""
    found = concluded(losses())
    orders, chances = orders_with_chances()
    assert_near(found["found_early"], chances @ (orders[:, 0] < 4))
    assert_near(found["gone_early"], chances @ (orders[:, 1:].max(axis=1) < 4))
    assert all(each.adds_up for each in found["gone_early"].crossings)
    exact = np.quantile(orders[:, 0], [0.05, 0.25, 0.5, 0.75, 0.95], method="inverted_cdf", weights=chances)
    days = [(day - date(2025, 1, 11)).days for day in found["found_first"].value.quantiles]
    assert np.abs(days - exact).max() <= 1
    assert days[2] == exact[2]


def test_where_no_order_is_possible_the_row_is_named():
    """One thing is lost in the first half of the month and broken in the second, and neither row says by itself that this cannot be."""
    n = "max(total(found) - total(lost) - total(broken), 0)"
    topic = make_topic(
        priors={"daily": "Beta(alpha=100, beta=99900)"},
        series={"early": [(date(2025, 1, 1), 1), (date(2025, 1, 16), 0), (date(2025, 12, 31), 0)]},
        streams={
            "found": "Poisson(mu=daily * days)",
            "lost": f"Binomial(n={n}, p=early * (1 - (1 - daily) ** days))",
            "broken": f"Binomial(n={n}, p=(1 - early) * (1 - (1 - daily) ** days))",
        },
        rows={
            "found": [{"on": date(2025, 1, 1), "value": 1}],
            "lost": [{"from": date(2025, 1, 11), "to": date(2025, 1, 20), "value": 1}],
            "broken": [{"from": date(2025, 1, 11), "to": date(2025, 1, 24), "value": 1}],
        },
        questions={"asked": {"answer": "total(lost) >= 1", "by": date(2025, 1, 18)}},
    )
    with pytest.raises(Unsound) as raised:
        concluded(topic)
    (problem,) = raised.value.problems
    assert (problem.place.path, problem.place.line) == ("seeds/made/broken.csv", 2)
    assert (
        problem.message
        == "no order of the events of this row and of the rows of `found`, `lost` that share its days was found to be possible"
    )


def test_orders_that_are_seldom_possible_are_found():
    """Where two losses of one thing can only be on one day, they are on one of the eight days that both rows have."""
    topic = losses(
        "max(total(found) - total(lost) - total(broken), 0)",
        found=[{"on": date(2025, 1, 1), "value": 1}],
        broken=[{"from": date(2025, 1, 13), "to": date(2025, 1, 22), "value": 1}],
    )
    value = concluded(topic, draws=2_048, chances=False)["gone_early"].value
    assert abs(value.value - 2 / 8) < 4 * value.error < 0.05


def test_a_simulated_stream_sees_what_is_allocated_by_then():
    """A stream that is simulated while another's row goes on reads the other's total day by day, not at the row's end."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={
            "doors": "Poisson(mu=rate * months)",
            "guests": "Poisson(mu=1000 * total(doors) * months)",
        },
        rows={
            "doors": [{"from": date(2025, 1, 1), "to": date(2025, 2, 28), "value": 1}],
            "guests": [{"on": date(2025, 1, 1), "value": 0}],
        },
        questions={"asked": {"answer": "total(guests) >= 1", "by": date(2025, 2, 28)}},
    )
    assert_near(asked(topic, date(2025, 3, 1)), 31 / 59)  # February's step begins with a door where January had one


def test_rows_that_no_day_asked_about_falls_inside_are_left_as_they_are():
    """What is allocated moves no random number of what is simulated, and rows that are not crossed are dated on their last day."""

    def totals(by):
        topic = make_topic(
            priors={"rate": "Gamma(alpha=2, beta=1)"},
            streams={"seen": "Poisson(mu=rate * months)", "heard": "Poisson(mu=rate * months)"},
            rows={"seen": [ROW | {"value": 2}], "heard": [ROW | {"value": 2}]},
            questions={"asked": {"answer": "total(seen)", "by": by}, "late": {"answer": "total(heard)", "by": date(2025, 12, 31)}},
        )
        model = model_as_of(topic, LATER)
        draws = {"rate": np.linspace(0.5, 2, 64)[:, None]}
        paths = paths_for(model, draws, np.random.default_rng(1))
        return paths, {name: paths.through(name, date(2025, 12, 31)) for name in paths.totals}

    (crossed, within), (_, without) = totals(BY), totals(ROW["to"])
    assert [each.stream.name for each in crossed.allocations] == ["seen"]
    assert set(crossed.through("heard", BY).ravel()) == {0.0}
    assert set(crossed.through("seen", BY).ravel()) == {0.0, 1.0, 2.0}
    assert all((within[name] == without[name]).all() for name in within)


def test_a_statement_without_the_length_of_its_row_is_said_to_be_spread_evenly():
    """A mean that does not depend on a row's days cannot say where in them its events are."""
    found = asked(about("Poisson(mu=rate)", [ROW | {"value": 1}], {"answer": "total(seen) >= 1", "by": BY}))
    assert_near(found, 0.4)
    assert [(each.even, each.adds_up) for each in found.crossings] == [(True, True)]


def test_parts_whose_means_do_not_add_up_are_divided_in_their_ratio_and_said_so():
    """A mean that grows faster than time gives parts in the ratio of their own means."""
    found = asked(about("Poisson(mu=rate * months ** 2)", [ROW | {"value": 1}], {"answer": "total(seen) >= 1", "by": BY}))
    assert_near(found, 40**2 / (40**2 + 60**2))
    assert [(each.even, each.adds_up) for each in found.crossings] == [(False, False)]


@pytest.mark.parametrize("events", [1, 2, 5])
def test_the_date_of_the_first_event_of_a_row_is_the_earliest_of_its_days(events):
    """The first of n events at a constant rate is the earliest of n uniform days."""
    found = asked(about("Poisson(mu=rate * months)", [ROW | {"value": events}], {"answer": "first(total(seen) >= 1)", "by": LATER}))
    reached = 1 - ((DAYS - np.arange(1, DAYS + 1)) / DAYS) ** events
    exact = [int(np.searchsorted(reached, level)) for level in (0.05, 0.25, 0.5, 0.75, 0.95)]
    days = [(day - ROW["from"]).days for day in found.value.quantiles]
    assert found.status == "happened"
    assert np.abs(np.array(days) - exact).max() <= 2
    assert [(each.edge, each.row.start) for each in found.crossings] == [("first", ROW["from"])]


def test_the_date_of_a_later_event_of_a_row_is_that_one_in_order():
    """The third of three events over a year is late in it, cut at months first."""
    row = {"from": date(2025, 1, 1), "to": date(2025, 12, 31), "value": 3}
    found = asked(about("Poisson(mu=rate * months)", [row], {"answer": "first(total(seen) >= 3)", "by": date(2025, 12, 31)}))
    exact = 365 * np.array([0.05, 0.25, 0.5, 0.75, 0.95]) ** (1 / 3)
    days = [(day - date(2025, 1, 1)).days + 1 for day in found.value.quantiles]
    assert np.abs(np.array(days) - exact).max() < 5


def test_the_date_of_a_row_that_a_deadline_crosses_is_within_time_or_not_at_all():
    """Given that it is in time, the day of one event is uniform over the days in time, and the rest is not by then."""
    found = asked(about("Poisson(mu=rate * months)", [ROW | {"value": 1}], {"answer": "first(total(seen) >= 1)", "by": BY}))
    assert found.status == "open"
    assert abs(found.value.not_by_then - 0.6) < 4 * found.value.error < 0.03
    days = [(day - ROW["from"]).days if day else None for day in found.value.quantiles]
    assert days[2:] == [None, None, None]
    assert days[0] == pytest.approx(4, abs=1)
    assert days[1] == pytest.approx(24, abs=2)


def test_the_date_of_a_first_event_since_a_day_inside_a_row_leaves_out_what_came_before():
    """From the row's middle on, one event is on one of the later days, or came before and counts no more."""
    since = date(2025, 3, 23)  # 50 days are left
    found = asked(
        about("Poisson(mu=rate * months)", [ROW | {"value": 1}], {"answer": "first(total(seen) >= 1)", "since": since, "by": LATER})
    )
    assert found.status == "open"
    days = [(day - since).days if day else None for day in found.value.quantiles]
    assert days[:2] == [pytest.approx(5, abs=1), pytest.approx(25, abs=2)]


def test_the_date_of_a_row_of_one_day_is_that_day_also_where_another_stream_is_simulated_by_then():
    """What is recorded on a day happened on it, however far another stream is recorded."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": "Poisson(mu=rate * months)", "heard": "Poisson(mu=rate * months)"},
        rows={"seen": [{"from": date(2025, 1, 1), "to": date(2025, 4, 9), "value": 0}, {"on": date(2025, 4, 10), "value": 1}], "heard": []},
        questions={"asked": {"answer": "first(total(seen) >= 1)", "by": LATER}},
    )
    assert asked(topic, date(2025, 5, 1)).value.quantiles == (date(2025, 4, 10),) * 5


@pytest.mark.slow
def test_both_engines_agree_on_what_is_allocated():
    """The referee's draws give the same shares as the fast engine's, each near its closed form."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)", "monthly": "Beta(alpha=4000, beta=6000)"},
        streams={
            "few": "Poisson(mu=rate * months)",
            "many": "NegativeBinomial(mu=rate * months, alpha=0.5 * months)",
            "shared": "NegativeBinomial(mu=rate * months, alpha=0.5)",
            "once": "Bernoulli(p=1 - (1 - monthly) ** months)",
            "some": "Binomial(n=10, p=1 - (1 - monthly) ** months)",
        },
        rows={name: [ROW | {"value": value}] for name, value in {"few": 2, "many": 4, "shared": 4, "once": 1, "some": 3}.items()},
        questions={
            "few_in_time": {"answer": "total(few) >= 1", "by": BY},
            "many_in_time": {"answer": "total(many) >= 3", "by": BY},
            "shared_in_time": {"answer": "total(shared) >= 3", "by": BY},
            "once_in_time": {"answer": "total(once) >= 1", "by": BY},
            "some_in_time": {"answer": "total(some) >= 3", "by": BY},
        },
    )
    truths = {
        "few_in_time": 1 - 0.6**2,
        "many_in_time": float(stats.betabinom(4, 0.5 * IN_TIME / MONTH, 0.5 * (DAYS - IN_TIME) / MONTH).sf(2)),
        "shared_in_time": float(stats.binom(4, 0.4).sf(2)),
        "once_in_time": share_by_hazard(),
        "some_in_time": share_by_hazard() ** 3,
    }
    for engine in ("importance", "nuts"):
        found = analyse(topic, LATER, Settings(engine=engine), referee=False).result.answers
        for name, truth in truths.items():
            assert found[name].status == "open"
            assert abs(found[name].value.value - truth) < 4 * found[name].value.error < 0.04


def test_supposing_another_prior_divides_a_row_by_it(tmp_path):
    """What if the hazard were higher: the row's event is earlier, before and after alike from the same rule."""
    for folder in ("seeds/once", "priors"):
        (tmp_path / folder).mkdir(parents=True)
    topic = (
        'title = "A lock that breaks once"\nopens = 2025-01-01\nstep = "month"\n\n[streams.breaks]\nabout = "the lock breaks"\n'
        'value = "Bernoulli(p=1 - (1 - monthly) ** months)"\n\n[questions.early]\nasks = "Broken by 12 March 2025?"\nby = 2025-03-12\n'
        'answer = "total(breaks) >= 1"\nsettled = "By the warden."\n'
    )
    (tmp_path / "seeds/once/topic.toml").write_text(topic, encoding="utf-8")
    (tmp_path / "seeds/once/breaks.csv").write_text("from,to,value,source\n2025-02-01,2025-05-11,1,The warden\n", encoding="utf-8")
    prior = '[monthly]\nprior = "Beta(alpha=4000, beta=6000)"\nunit = "share"\nwhy = "Two in five locks break in a month."\n'
    (tmp_path / "priors/once.toml").write_text(prior, encoding="utf-8")
    supposed = suppose(
        tmp_path, "once", priors={"monthly": "Beta(alpha=8000, beta=2000)"}, rows=[], as_of=LATER, settings=Settings(chances=False)
    )
    assert supposed.problems == ()
    for found, monthly in ((supposed.before, 0.4), (supposed.after, 0.8)):
        value = found["early"]["value"]
        assert abs(value["value"] - share_by_hazard(monthly)) < 4 * value["error"] < 0.03


def test_rows_that_say_the_same_on_the_same_days_are_each_divided():
    """Two rows alike but for their label, and without a line of their own as in insight's mixtures, are two events."""
    row = ROW | {"value": 1}
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": "Poisson(mu=rate * months)"},
        rows={"seen": [row | {"side": "left"}, row | {"side": "right"}]},
        questions={"asked": {"answer": "total(seen) >= 1", "by": BY}, "sure": {"answer": "total(seen) >= 1", "by": ROW["to"]}},
    )
    stream = topic.streams["seen"]
    same = tuple(replace(row, place=Place("seeds/made/seen.csv")) for row in stream.rows)
    alike = replace(topic, streams={"seen": replace(stream, rows=same)})
    for each in (topic, alike):
        found = concluded(each)
        assert_near(found["asked"], 1 - 0.6**2)
        assert found["sure"].status == "happened"


def born_and_gone(statement, rows, question, *, priors=None):
    """A topic of what comes at a rate, and of what goes by a statement that uses how much has come."""
    return make_topic(
        priors={"rate": "Gamma(alpha=4, beta=1)"} | (priors or {}),
        streams={"come": "Poisson(mu=rate * years)", "gone": statement},
        rows=rows,
        questions={"asked": question},
    )


@pytest.mark.slow
def test_what_goes_by_a_small_hazard_goes_when_there_is_more_to_go():
    """With one there and two that come evenly over 100 days, the one that goes has at day x the density (1 + 2x) / 2 of the row."""
    rows = {"come": [{"from": date(2025, 1, 1), "to": date(2025, 1, 31), "value": 1}, ROW | {"value": 2}], "gone": [ROW | {"value": 1}]}
    question = {"answer": "total(gone) >= 1", "by": BY}
    topic = born_and_gone("Binomial(n=total(come) - total(gone), p=1 - exp(-0.0001 * years))", rows, question)
    found = asked(topic)
    days = np.arange(DAYS)  # a day sees what had come before it
    density = 1 + 2 * days / DAYS
    assert_near(found, float(density[:IN_TIME].sum() / density.sum()))
    assert all(each.adds_up for each in found.crossings)


@pytest.mark.slow
def test_an_order_is_the_likelier_the_fewer_could_have_gone_and_did_not():
    """Of two, of which one comes within the row and one goes within it, both days have their law: what does not go on a day counts too."""
    hazard = 20.0
    rows = {"come": [{"on": date(2025, 1, 1), "value": 1}, ROW | {"value": 1}], "gone": [ROW | {"value": 1}]}
    question = {"answer": "total(gone) >= 1 and total(come) == 1", "by": BY}
    topic = born_and_gone(f"Binomial(n=total(come) - total(gone), p=1 - exp(-{hazard} * years))", rows, question)
    come, gone, days = np.meshgrid(*[np.arange(DAYS)] * 3, indexing="ij")
    left = 1 + (come < days) * 1 - (gone < days) * 1
    chance = stats.binom(left, 1 - np.exp(-hazard / 365.25)).pmf(days == gone).prod(axis=2)
    assert_near(asked(topic), float(chance[IN_TIME:, :IN_TIME].sum() / chance.sum()))


@pytest.mark.slow
def test_a_rate_that_grows_with_another_total_puts_events_after_what_raises_it():
    """Under a rate of 1 and 9 once something has come, the event lies mostly after it."""
    rows = {"come": [ROW | {"value": 1}], "gone": [ROW | {"value": 1}]}
    question = {"answer": "total(gone) >= 1", "by": BY}
    topic = born_and_gone("Poisson(mu=0.0001 * (1 + 8 * total(come)) * days)", rows, question)
    come, gone = np.meshgrid(np.arange(DAYS), np.arange(DAYS), indexing="ij")
    rate = np.where(gone > come, 9.0, 1.0)
    chance = rate * np.exp(-0.0001 * (come + 1 + 9.0 * (DAYS - 1 - come)))
    assert_near(asked(topic), float(chance[:, :IN_TIME].sum() / chance.sum()))
