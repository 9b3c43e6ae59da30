"""Chances by closed form: where they have one, that it is right, and that the ends' errors are honest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse, condition_fast
from forecast.predict.answers import chances_for
from forecast.predict.exact_chance import chance_of_passing, exact_intervals, find_passing
from tests.support.building import make_topic

pytestmark = pytest.mark.medium

AS_OF, END, MONTHS = date(2025, 4, 10), date(2026, 12, 31), 30.4375
SEEN_TO = date(2025, 3, 31)
ASKED = {
    "more": {"answer": "total(seen) > 9", "by": END},
    "at_least": {"answer": "total(seen) >= 9.5", "by": END},
    "fewer": {"answer": "total(seen) < 9", "by": END},
    "at_most": {"answer": "8.5 >= total(seen)", "by": END},
    "since": {"answer": "total(seen) >= 5", "by": END, "since": date(2026, 1, 1)},
    "parameter": {"answer": "total(seen) > 10 * rate", "by": END},
    "series": {"answer": "total(seen) > price", "by": END},
    "given": {"answer": "total(seen) > 9", "given": "total(seen) > 5", "by": END},
    "annulled": {"answer": "total(seen) > 9", "annulled": "total(seen) > 50", "by": END},
    "equal": {"answer": "total(seen) == 9", "by": END},
    "both": {"answer": "total(seen) > 9 and total(seen) < 20", "by": END},
    "of_two": {"answer": "total(seen) > total(other)", "by": END},
    "other": {"answer": "total(other) > 9", "by": END},
}
CLOSED = ["more", "at_least", "fewer", "at_most", "since", "parameter", "series"]
FUTURES = {
    "Poisson(mu=rate * months)": lambda rate, months: stats.poisson(rate * months),
    "NegativeBinomial(mu=rate * months, alpha=2 * months)": lambda rate, months: stats.nbinom(2 * months, 2 / (2 + rate)),
}


def topic_of(statement="Poisson(mu=rate * months)", asked=ASKED, **row):
    """A count seen for the first quarter, and one that goes with time."""
    quarter = {"from": date(2025, 1, 1), "to": SEEN_TO, "value": 3}
    return make_topic(
        priors={"rate": "Gamma(alpha=4, beta=8)"},
        streams={"seen": statement, "other": "Poisson(mu=rate * months * exp(t))"},
        rows={"seen": [quarter | row], "other": [quarter]},
        questions=asked,
        series={"price": [(date(2025, 1, 1), 8.0)]},
    )


def test_a_total_against_a_threshold_has_a_closed_form():
    """So it is for a comparison of one stationary stream's total with what is no total, on no condition; nothing else is."""
    model = model_as_of(topic_of(), AS_OF)
    assert [name for name, question in model.topic.questions.items() if find_passing(question, model) is not None] == CLOSED


def test_a_record_that_leaves_something_open_has_none():
    """Where the record's own total is not known, paths tell the chance; where what is open lies before the days that count, they need not."""
    model = model_as_of(topic_of(low=2, high=6), AS_OF)
    assert [name for name, question in model.topic.questions.items() if find_passing(question, model) is not None] == ["since"]


def test_a_row_across_the_first_day_that_counts_leaves_it_to_paths():
    """A row of which part lies before ``since`` is put on days at random."""
    asked = {"across": {"answer": "total(seen) > 9", "by": END, "since": date(2025, 2, 1)}}
    model = model_as_of(topic_of(asked=asked), AS_OF)
    assert find_passing(model.topic.questions["across"], model) is None


@pytest.mark.parametrize("statement", FUTURES)
def test_chances_are_tails_of_the_total_ahead(statement):
    """On each draw the chance is the tail that SciPy's distribution of all days ahead has, for each way to compare."""
    model, rates = model_as_of(topic_of(statement), AS_OF), np.array([[0.01], [0.3], [0.9], [4.0]])
    whole, year = ((END - first).days / MONTHS for first in (SEEN_TO, date(2025, 12, 31)))
    future, of_year = FUTURES[statement](rates[:, 0], whole), FUTURES[statement](rates[:, 0], year)
    exact = {
        "more": future.sf(6),
        "at_least": future.sf(6),
        "fewer": future.cdf(5),
        "at_most": future.cdf(5),
        "since": of_year.sf(4),
        "parameter": future.sf(np.floor(10 * rates[:, 0]) - 3),
        "series": future.sf(5),
    }
    for name, chances in exact.items():
        question = model.topic.questions[name]
        passing = find_passing(question, model)
        assert passing is not None
        assert chance_of_passing(passing, question, model, {"rate": rates}) == pytest.approx(chances, rel=1e-9), name


@pytest.mark.parametrize("statement", FUTURES)
def test_the_interval_is_that_of_counts_on_paths(statement):
    """The ends by closed form lie within the errors of those that are estimated from paths, and have smaller errors."""
    asked = {"more": ASKED["more"], "of_two": ASKED["of_two"]}
    posterior = condition_fast(model_as_of(topic_of(statement, asked), AS_OF), Settings())
    chances = chances_for(posterior, np.random.default_rng(1))
    assert list(chances.exact) == ["more"]
    counted = replace(chances, exact={}).interval(posterior.model.topic.questions["more"], np.random.default_rng(2))
    exact = chances.interval(posterior.model.topic.questions["more"], np.random.default_rng(2))
    for at in (0, 1):
        assert abs(exact.ends[at] - counted.ends[at]) < 4 * np.hypot(exact.errors[at], counted.errors[at])
        assert 0 < exact.errors[at] < counted.errors[at]


def test_the_errors_of_the_ends_are_their_spread_over_seeds():
    """Over sixty seeds the ends scatter about the exact 5 and 95 % points as their errors say."""
    topic, found = topic_of(asked={"more": ASKED["more"]}), []
    topic = replace(topic, streams={"seen": topic.streams["seen"]})
    rates = stats.gamma(4 + 3, scale=1 / (8 + 90 / MONTHS)).ppf([0.05, 0.95])
    truth = stats.poisson(rates * (END - SEEN_TO).days / MONTHS).sf(6)
    for seed in range(60):
        answer = analyse(topic, AS_OF, Settings(seed=seed), referee=False).result.answers["more"].value
        found.append((*answer.chance, *answer.chance_errors))
    ends, errors = np.split(np.array(found), 2, axis=1)
    stated = np.sqrt(np.mean(errors**2, axis=0))
    assert np.all(np.abs(ends.mean(axis=0) - truth) < 4 * stated / 60**0.5)
    assert np.all(np.abs(ends.std(axis=0, ddof=1) / stated - 1) < 0.25)


def test_draws_without_a_distribution_have_no_interval():
    """Where a statement makes no distribution at a draw there is no closed form."""
    model = model_as_of(topic_of(asked={"more": ASKED["more"]}), AS_OF)
    posterior = condition_fast(model, Settings())
    wrong = replace(posterior, parameters={"rate": np.where(np.arange(len(posterior))[:, None] < 9_000, -1.0, 1.0)})
    assert exact_intervals(wrong, list(model.topic.questions.values()), np.random.default_rng(1), draws=2_048) == {}
