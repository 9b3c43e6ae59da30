"""Answers against closed forms, and what a question's status says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.model.errors import Unsound
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from forecast.predict.answers import answers
from tests.support.building import make_topic

pytestmark = pytest.mark.medium

MONTHS = 365 / 30.4375
YEAR = {"from": date(2025, 1, 1), "to": date(2025, 12, 31)}
NEW_YEAR = date(2026, 1, 1)
END = date(2026, 12, 31)


def counting(questions, *, value=3, **more):
    """A watched count with a Gamma(2, 4) rate a month, seen for 2025."""
    return make_topic(
        priors={"rate": "Gamma(alpha=2, beta=4)"},
        streams={"seen": {"value": "Poisson(mu=rate * months)", "watched": True}},
        rows={"seen": [YEAR | {"value": value}]},
        questions=questions,
        **more,
    )


def answer(topic, name="asked", *, as_of=NEW_YEAR, seed=1):
    """The answer of a topic's question by the fast engine."""
    return analyse(topic, as_of, Settings(seed=seed), referee=False).result.answers[name]


def test_a_probability_is_the_negative_binomial_prediction():
    """A Gamma posterior of a Poisson rate predicts a negative binomial count, within four standard errors."""
    value = answer(counting({"asked": {"answer": "total(seen) >= 6", "by": END}})).value
    truth = stats.nbinom(5, (4 + MONTHS) / (4 + 2 * MONTHS)).sf(2)
    assert abs(value.value - truth) < 4 * value.error < 0.03


def test_the_chance_itself_is_the_posterior_of_the_chance():
    """The interval of the chance is that of the event's probability over the rate's posterior, within four standard errors."""
    value = answer(counting({"asked": {"answer": "total(seen) >= 4", "by": END}})).value
    truth = 1 - np.exp(-stats.gamma(5, scale=1 / (4 + MONTHS)).ppf([0.05, 0.95]) * MONTHS)
    for end, error, exact in zip(value.chance, value.chance_errors, truth, strict=True):
        assert abs(end - exact) < 4 * error < 0.2


def test_the_chance_under_a_condition_weighs_the_rates_by_it():
    """Given three more, the interval of the chance of three beyond those is over the rates as the condition leaves them."""
    value = answer(counting({"asked": {"answer": "total(seen) >= 9", "given": "total(seen) >= 6", "by": END}})).value
    rates = np.linspace(1e-4, 3, 40_000)
    met, both = stats.poisson(rates * MONTHS).sf(2), stats.poisson(rates * MONTHS).sf(5)
    mass = np.cumsum(stats.gamma(5, scale=1 / (4 + MONTHS)).pdf(rates) * met)
    truth = (both / met)[np.searchsorted(mass / mass[-1], [0.05, 0.95])]
    for end, error, exact in zip(value.chance, value.chance_errors, truth, strict=True):
        assert abs(end - exact) < 4 * error < 0.2


def test_answers_without_the_chance_are_the_same_numbers():
    """Leaving out the interval of the chance moves nothing else."""
    topic = counting({"asked": {"answer": "total(seen) >= 6", "by": END}, "many": {"answer": "total(seen)", "by": END}})
    read_out = analyse(topic, NEW_YEAR, Settings(), referee=False).result
    bare = answers(read_out.posterior, read_out.paths, np.random.default_rng(1))
    assert bare["many"] == read_out.answers["many"]
    assert bare["asked"].value == replace(read_out.answers["asked"].value, chance=None, chance_errors=None)


def test_a_distribution_has_the_predicted_mean_and_masses():
    """Mean, median and mass function of a total are those of the record plus the prediction."""
    value = answer(counting({"asked": {"answer": "total(seen)", "by": END}})).value
    predicted = stats.nbinom(5, (4 + MONTHS) / (4 + 2 * MONTHS))
    assert abs(value.mean - 3 - predicted.mean()) < 4 * value.mean_error
    assert value.quantiles[1:4] == tuple(3 + predicted.ppf([0.25, 0.5, 0.75]))
    masses = predicted.pmf(np.array(value.shape.x) - 3)
    assert np.all(np.abs(np.array(value.shape.y) - masses) < 4 * np.sqrt(masses * (1 - masses) / 10_000))


def test_a_date_has_the_quantiles_of_the_first_event():
    """The day of the first event from now on follows the Lomax distribution that a Gamma rate implies."""
    value = answer(counting({"asked": {"answer": "first(total(seen) >= 4)", "by": END}})).value
    months = (4 + MONTHS) * (np.array([0.5, 0.25]) ** (-1 / 5) - 1)  # survival (1 + t / (4 + m)) ** -5
    for level, truth in zip((2, 3), months, strict=True):
        assert abs((value.quantiles[level] - NEW_YEAR).days - truth * 30.4375) < 8
    assert abs(value.not_by_then - (1 + MONTHS / (4 + MONTHS)) ** -5) < 4 * value.error


def test_deadlines_are_monotone():
    """A later deadline is never less likely, since all are read off the same paths."""
    ends = [date(2026, month, 1) for month in range(2, 13)]
    topic = counting({f"by_{end.month}": {"answer": "total(seen) >= 5", "by": end} for end in ends})
    found = analyse(topic, NEW_YEAR, Settings(), referee=False).result.answers
    values = [found[f"by_{end.month}"].value.value for end in ends]
    assert all(early <= late for early, late in pairwise(values))
    assert values[0] < values[-1]


def test_a_condition_makes_the_answer_conditional():
    """P(A | B) is P(A and B) / P(B), and the probability of B stands beside it."""
    found = answer(counting({"asked": {"answer": "total(seen) >= 9", "given": "total(seen) >= 6", "by": END}}))
    predicted = stats.nbinom(5, (4 + MONTHS) / (4 + 2 * MONTHS))
    assert abs(found.given - predicted.sf(2)) < 0.02
    assert abs(found.value.value - predicted.sf(5) / predicted.sf(2)) < 4 * found.value.error


def test_a_question_whose_condition_never_holds_is_not_answerable_and_names_it():
    """Nothing can be said given the impossible, and no number stands for that."""
    found = answer(counting({"asked": {"answer": "total(seen) >= 9", "given": "total(seen) < 0", "by": END}}))
    said = "`total(seen) < 0` holds on no path, so nothing can be said given it"
    assert (found.status, found.value, [each.message for each in found.reasons]) == ("not answerable", None, [said])


def test_choices_share_the_paths():
    """Exclusive choices have shares that sum to one with what none of them takes."""
    value = answer(
        counting({"asked": {"choices": {"none": "total(seen) == 3", "some": "total(seen) > 3 and total(seen) < 8"}, "by": END}})
    ).value
    predicted = stats.nbinom(5, (4 + MONTHS) / (4 + 2 * MONTHS))
    assert abs(value.values["none"] - predicted.pmf(0)) < 4 * value.errors["none"]
    assert abs(sum(value.values.values()) + value.none - 1) < 1e-12
    assert abs(value.none - predicted.sf(4)) < 0.02


def test_a_question_whose_choices_overlap_is_not_answerable():
    """Two choices that hold at once make no shares, and are named with how often they do."""
    found = answer(counting({"asked": {"choices": {"a": "total(seen) >= 3", "b": "total(seen) >= 4", "c": "total(seen) < 3"}, "by": END}}))
    (reason,) = found.reasons
    assert (found.status, found.value, reason.hint) == ("not answerable", None, "choices must exclude each other")
    share = re.fullmatch(r"the choices `a` and `b` hold at once in (\d+) % of the cases", reason.message)
    predicted = stats.nbinom(5, (4 + MONTHS) / (4 + 2 * MONTHS))
    assert share is not None
    assert abs(int(share[1]) / 100 - predicted.sf(0)) < 0.02


def test_time_nobody_has_recorded_is_forecast():
    """As of a day half a year after the record ends, the unrecorded half year can still have seen events."""
    question = {"asked": {"answer": "total(seen) >= 4", "by": date(2026, 6, 30)}}
    at_end, later = (answer(counting(question), as_of=day).value.value for day in (NEW_YEAR, date(2026, 6, 30)))
    assert at_end == later > 0.5


@pytest.mark.parametrize(
    ("text", "by", "status", "probability"),
    [
        ("total(seen) >= 3", END, "happened", 1.0),
        ("total(seen) >= 4", date(2025, 12, 31), "can no longer happen", 0.0),
        ("total(seen) >= 3", date(2025, 12, 31), "happened", 1.0),
        ("total(seen) <= 3", END, "open", None),
        ("total(seen) < 100000", END, "open", None),
        ("total(seen) > 12 * rate", date(2025, 12, 31), "open", None),
        ("5 - total(seen) <= 2 and total(seen) / 2 > 1", END, "happened", 1.0),
        ("total(seen) >= 3 and total(seen) < 100000", END, "open", None),
    ],
)
def test_the_record_alone_settles_some_questions(text, by, status, probability):
    """What has come true for good, or can no longer, is distinguished from what is open."""
    found = answer(counting({"asked": {"answer": text, "by": by}}))
    assert found.status == status
    assert probability is None or found.value.value == probability


def test_a_date_counts_from_the_day_since():
    """The day of the first event since a day is none of those before it."""
    found = answer(counting({"asked": {"answer": "first(total(seen) >= 1)", "since": NEW_YEAR, "by": END}}))
    plain = answer(counting({"asked": {"answer": "first(total(seen) >= 4)", "by": END}}))
    assert found.status == "open"
    assert (found.value.quantiles, found.value.not_by_then) == (plain.value.quantiles, plain.value.not_by_then)


def test_totals_count_from_the_day_since():
    """A question with `since` counts only what ends from that day on."""
    value = answer(counting({"asked": {"answer": "total(seen)", "since": NEW_YEAR, "by": END}})).value
    assert value.quantiles[0] == stats.nbinom(5, (4 + MONTHS) / (4 + 2 * MONTHS)).ppf(0.05)


def test_a_question_about_a_parameter_needs_no_date():
    """The answer is the posterior of the parameter."""
    value = answer(counting({"asked": {"answer": "rate"}})).value
    truth = stats.gamma(5, scale=1 / (4 + MONTHS))
    assert abs(value.mean - truth.mean()) < 4 * value.mean_error
    assert np.allclose(value.quantiles, truth.ppf([0.05, 0.25, 0.5, 0.75, 0.95]), rtol=0.03)


def test_the_shares_of_hypotheses_are_bayes_rule():
    """Two hypotheses with known rates weigh as their likelihoods times their priors."""
    topic = make_topic(
        priors={"cause": "Categorical(slow=0.3, fast=0.7)", "noise": "Beta(alpha=1, beta=1)"},
        streams={"seen": 'Poisson(mu=1 if cause == "slow" else 4)'},
        rows={"seen": [1, 2, 0]},
        questions={"asked": {"answer": "cause"}},
    )
    value = answer(topic).value
    slow, fast = 0.3 * np.prod(stats.poisson.pmf([1, 2, 0], 1)), 0.7 * np.prod(stats.poisson.pmf([1, 2, 0], 4))
    assert abs(value.values["slow"] - slow / (slow + fast)) < 1e-4


def test_one_stream_may_drive_another():
    """A transfer can only follow a capture: none happens on a path before one."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=4)"},
        streams={
            "taken": {"value": "Poisson(mu=rate * months)", "watched": True},
            "sent": {"value": "Poisson(mu=50 * (total(taken) - total(sent) > 0) * months)", "watched": True},
        },
        questions={
            "impossible": {"answer": "total(sent) >= 1 and total(taken) == 0", "by": END},
            "sent": {"answer": "total(sent) >= 1", "by": END},
        },
        opens=NEW_YEAR,
    )
    found = analyse(topic, date(2025, 12, 31), Settings(), referee=False).result.answers
    assert found["impossible"].value.value == 0
    assert found["sent"].value.value > 0.9


def test_a_stream_without_next_has_no_future():
    """A statement that uses its own column is not drawn on unless the topic says what the column will be."""
    rows = {"told": [{"value": 1, "asked": 2}]}
    questions = {"asked": {"answer": "total(told)", "by": END}}
    made = {"priors": {"share": "Beta(alpha=1, beta=1)"}, "rows": rows, "questions": questions}
    still = answer(make_topic(streams={"told": "Binomial(n=asked, p=share)"}, **made)).value
    moving = answer(make_topic(streams={"told": {"value": "Binomial(n=asked, p=share)", "next": {"asked": "1"}}}, **made)).value
    assert (still.quantiles, moving.quantiles[4] > 3) == ((1.0,) * 5, True)


def test_an_impossible_row_is_named():
    """A positive count at a zero rate is impossible under every draw, and the row is the problem's place."""
    topic = make_topic(priors={"rate": "Gamma(alpha=2, beta=4)"}, streams={"seen": "Poisson(mu=rate * 0)"}, rows={"seen": [0, 2]})
    with pytest.raises(Unsound) as found:
        analyse(topic, NEW_YEAR, Settings(), referee=False)
    (problem,) = found.value.problems
    assert (problem.place.path, problem.place.line, problem.message) == (
        "seeds/made/seen.csv",
        3,
        "this row of `seen` is impossible under every draw of the priors",
    )


def test_a_statement_that_is_no_distribution_is_named():
    """A rate that can be negative names the statement and the numbers."""
    topic = make_topic(priors={"rate": "Normal(mu=0, sigma=1)"}, streams={"seen": "Poisson(mu=rate)"}, rows={"seen": [1]})
    with pytest.raises(
        Unsound,
        match=r"`Poisson\(mu=rate\)` is not a distribution at 50 % of the draws: `mu` is -\S+ at worst, and must be 0 or more \(row of 2025-01-01\)",
    ):
        analyse(topic, NEW_YEAR, Settings(), referee=False)


def test_a_tail_too_far_to_matter_stops_nothing():
    """A prior whose rate is negative only seven standard deviations out is computed, though proposals wander there."""
    topic = make_topic(
        priors={"level": "Normal(mu=280, sigma=40)", "rate": "Gamma(alpha=2, beta=400)"},
        streams={"seen": "Poisson(mu=rate * level)"},
        rows={"seen": [9, 14, 11]},
        questions={"asked": {"answer": "level"}},
    )
    level = np.linspace(1, 700, 7_000)
    weight = stats.norm(280, 40).pdf(level) * np.exp(34 * np.log(level) - 36 * np.log(400 + 3 * level))  # the rate integrated out
    value = answer(topic).value
    assert abs(value.mean - (weight @ level) / weight.sum()) < 4 * value.mean_error
