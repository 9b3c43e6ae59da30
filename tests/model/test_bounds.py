"""Shares and arguments out of their bounds are reported with their statement, the worst value, and how often."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pytest

from forecast.book.files.problems import Problem
from forecast.book.topic import Topic
from forecast.book.units import unit_of
from forecast.model.errors import Unsound
from forecast.model.invalid_values import misfit_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from tests.support.building import make_topic

NEW_YEAR = date(2026, 1, 1)
SHARE = {"value": "base + extra", "unit": "share"}
PRIORS = {"base": "Uniform(lower=0, upper=0.6)", "extra": "Uniform(lower=0, upper=0.6)"}


def problem_of(topic: Topic) -> Problem:
    """The one problem that concluding a topic meets."""
    with pytest.raises(Unsound) as found:
        analyse(topic, NEW_YEAR, Settings(), referee=False)
    (problem,) = found.value.problems
    return problem


def shared(**more: Any) -> Topic:
    """A quantity with the unit `share` that is above 1 at one in eighteen of its prior's draws."""
    return make_topic(priors=PRIORS, quantities={"together": SHARE}, **more)


def told(problem: Problem, wording: str) -> list[float]:
    """The numbers in a message that is worded so, ``#`` standing for each."""
    pattern = re.escape(wording).replace(r"\#", r"(-?[\d.]+)")
    found = re.fullmatch(pattern, problem.message)
    assert found, problem.message
    return [float(each) for each in found.groups()]


@pytest.mark.parametrize("more", [{}, {"questions": {"asked": "together"}}], ids=["unused", "asked"])
def test_a_share_above_one_is_told_with_its_worst_value_and_how_often(more: Mapping[str, Any]) -> None:
    """One in eighteen draws of two uniforms up to 0.6 sums to more than 1, and at worst to nearly 1.2."""
    percent, worst = told(problem_of(shared(**more)), "the share `together` is outside 0 to 1 at # % of the prior's draws: # at worst")
    assert percent == pytest.approx(100 / 18, abs=0.3)
    assert 1.18 < worst <= 1.2


def test_a_share_is_told_of_the_posterior_where_only_its_row_scope_shows_it() -> None:
    """A share that depends on a column of its rows' stretch is looked at on each row."""
    topic = make_topic(
        priors={"rate": "Uniform(lower=0, upper=0.5)"},
        quantities={"chance": {"value": "rate * months", "unit": "share"}},
        streams={"seen": "Bernoulli(p=min(chance, 1))"},
        rows={"seen": [{"from": date(2025, 1, 1), "to": date(2025, 4, 1), "value": 1}]},
    )
    problem = problem_of(topic)
    assert problem.message.startswith("the share `chance` is outside 0 to 1 at ")
    assert "of the prior's draws" in problem.message


def test_a_share_is_told_where_a_step_of_the_future_shows_it() -> None:
    """A share that grows with time is refused on the step in which it passes 1."""
    topic = make_topic(
        priors={"rate": "Beta(alpha=8, beta=2)"},
        quantities={"chance": {"value": "rate * t", "unit": "share"}},
        streams={"seen": "Poisson(mu=5 * chance * years)"},
        questions={"asked": {"answer": "total(seen)", "by": date(2027, 12, 31)}},
    )
    assert re.match(r"the share `chance` is outside 0 to 1 at \S+ % of the simulated paths: .* \(2026-", problem_of(topic).message)


def test_a_share_is_told_where_only_a_question_shows_it() -> None:
    """A share of totals that a question asks about is looked at on the question's own cases."""
    topic = make_topic(
        priors={"rate": "Gamma(mean=2, sd=1)"},
        streams={"taken": "Poisson(mu=rate * months)"},
        quantities={"part": {"value": "total(taken) / 20", "unit": "share"}},
        questions={"asked": {"answer": "part", "by": date(2025, 12, 31)}},
    )
    answer = analyse(topic, NEW_YEAR, Settings(), referee=False).result.answers["asked"]
    assert (answer.status, answer.value) == ("not answerable", None)
    (reason,) = answer.reasons
    assert re.match(r"the share `part` is outside 0 to 1 at \S+ % of the cases of question `asked`: \S+ at worst", reason.message)


def test_a_share_within_its_bounds_is_answered_in_percents() -> None:
    """A share that stays within 0 and 1 stops nothing, and its unit is that of a question that asks for it."""
    topic = make_topic(
        priors={"one": "Beta(alpha=2, beta=2)", "other": "Beta(alpha=2, beta=2)"},
        quantities={"both": {"value": "one * other", "unit": "share"}, "odds": {"value": "one / other", "unit": "odds"}},
        questions={"asked": "both", "ratio": "odds"},
    )
    found = analyse(topic, NEW_YEAR, Settings(), referee=False).result.answers
    assert found["asked"].value.mean == pytest.approx(0.25, abs=0.01)
    units = [unit_of(topic, question.answer) for question in topic.questions.values() if question.answer]
    assert units == ["share", "odds"]


@pytest.mark.parametrize(
    ("statement", "wording"),
    [
        ("Binomial(n=10, p=together)", "`p` is # at worst, and must be between 0 and 1"),
        ("Bernoulli(p=together)", "`p` is # at worst, and must be between 0 and 1"),
        ("Poisson(mu=together - 1)", "`mu` is # at worst, and must be 0 or more"),
        ("NegativeBinomial(mu=0.5 - together, alpha=2)", "`mu` is # at worst, and must be 0 or more"),
        ("Exponential(lam=1 - together)", "`lam` is # at worst, and must be above 0"),
    ],
)
def test_an_argument_out_of_its_bounds_is_told_with_its_statement(statement: str, wording: str) -> None:
    """The message has the statement, the share of the prior's draws, the argument, its worst value, its domain and the row."""
    topic = make_topic(priors=PRIORS, quantities={"together": "base + extra"}, streams={"seen": statement}, rows={"seen": [1]})
    percent, _ = told(problem_of(topic), f"`{statement}` is not a distribution at # % of the draws: {wording} (row of 2025-01-01)")
    base, extra = np.random.default_rng(1).uniform(0, 0.6, (2, 200_000))
    argument = {"p": base + extra, "mu": base + extra - 1, "lam": 1 - base - extra}[wording[1:].split("`", maxsplit=1)[0]]
    argument = 0.5 - base - extra if "0.5" in statement else argument
    bad = (argument < 0) | (argument > 1 if "p=" in statement else False)
    assert percent == pytest.approx(100 * bad.mean(), abs=0.6)


def test_a_prior_that_is_no_distribution_at_some_draws_says_why() -> None:
    """A hierarchy whose mean can leave its domain names the argument and its worst value."""
    topic = make_topic(priors={"level": "Normal(mu=1, sigma=1)", "low": "HalfNormal(sigma=level)"}, questions={"asked": "low"})
    (percent, worst) = told(
        problem_of(topic), "`HalfNormal(sigma=level)` is not a distribution at # % of the draws: `sigma` is # at worst, and must be above 0"
    )
    assert percent == pytest.approx(15.9, abs=0.5)
    assert worst < -1


def test_a_stream_that_cannot_be_drawn_says_which_argument() -> None:
    """Where only the future shows it, the statement, the days, the argument and the paths are reported."""
    topic = make_topic(
        priors={"rate": "Normal(mu=1, sigma=1)"},
        streams={"seen": "Poisson(mu=rate * months)"},
        questions={"asked": {"answer": "total(seen) >= 1", "by": date(2026, 12, 31)}},
    )
    wording = "`Poisson(mu=rate * months)` is not a distribution at # % of the draws: `mu` is # at worst, and must be 0 or more (simulating 2025-01-01 to 2025-01-31)"
    percent, worst = told(problem_of(topic), wording)
    assert percent == pytest.approx(15.9, abs=1)
    assert worst < -1


def test_the_worst_is_the_farthest_beyond_either_end() -> None:
    """Of values wrong at draws with weight the worst is the farthest from the middle, and draws count by weight."""
    values = np.array([[0.5, 1.2], [-0.9, 0.5], [7.0, 0.1]])
    wrong = (values < 0) | (values > 1)
    found = misfit_of(values, wrong, np.array([0.75, 0.25, 0.0]))
    assert found is not None
    assert (found.worst, found.column, found.share) == (-0.9, 0, 1.0)
    assert misfit_of(values, wrong, np.array([0.0, 0.0, 0.0])) is None
