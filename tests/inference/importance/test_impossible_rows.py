"""Rows that are impossible under every draw, and those that are so only since a chance is rounded to 0 or 1."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy import special

from forecast.book.files.problems import Problem
from forecast.inference.importance.fit import condition
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from tests.support.building import make_topic

pytestmark = pytest.mark.medium

AS_OF = date(2026, 1, 1)
ROW = "this row of `seen` is impossible under every draw of the priors"


def _model(statement: str, rows: list[int], **quantities: str):
    topic = make_topic(
        priors={"x": "Normal(mu=0, sigma=1)"},
        streams={"seen": statement},
        rows={"seen": rows},
        quantities=quantities,
        questions={"q": "x > 0"},
    )
    return model_as_of(topic, AS_OF)


def _problem(statement: str, rows: list[int]) -> Problem:
    with pytest.raises(Unsound) as raised:
        condition(_model(statement, rows), rng=np.random.default_rng(1))
    return raised.value.problems[0]


@pytest.mark.parametrize(
    ("statement", "quantities"),
    [
        ("Bernoulli(p=expit(40 + x))", {}),
        ("Bernoulli(p=1 / (1 + exp(-40 - x)))", {}),
        ("Bernoulli(p=1 - expit(-40 - x))", {}),
        ("Bernoulli(p=chance)", {"chance": "expit(40 + x)"}),
        ("Bernoulli(logit_p=40 + x)", {}),
    ],
)
def test_a_chance_written_as_expit_keeps_the_digits_of_what_it_leaves(statement: str, quantities: dict[str, str]) -> None:
    """The evidence of an outcome of 0 is that by quadrature, some 1e-17."""
    found = condition(_model(statement, [0], **quantities), rng=np.random.default_rng(1)).diagnostics
    points = np.linspace(-12, 12, 100_001)
    density = np.exp(special.log_expit(-40 - points) - 0.5 * points**2) / np.sqrt(2 * np.pi)
    exact = np.log(density.sum() * (points[1] - points[0]))
    assert found.sound
    assert found.overflow is None
    assert found.log_evidence == pytest.approx(exact, abs=1e-4)


def test_an_infinite_log_odds_is_a_chance_of_1() -> None:
    """As PyMC has it: the outcome is certain, or impossible."""
    model = _model("Bernoulli(p=expit(exp(1000 * x)))", [1])
    found = model.log_likelihood({"x": np.array([[-1.0], [1.0]])})
    assert found.tolist() == [[np.log(0.5)], [0.0]]


@pytest.mark.parametrize(
    ("statement", "rows", "wording", "hint"),
    [
        ("Bernoulli(p=expit(50 + x) * expit(60 + x))", [0], "`expit`", "Bernoulli(logit_p=...)"),
        ("Bernoulli(p=1 - exp(-50 - abs(x)))", [0], "`1 - exp()`", "Bernoulli(logit_p=log(expm1(hazard)))"),
        ("Bernoulli(p=-expm1(-50 - abs(x)))", [0], "`-expm1()`", "Bernoulli(logit_p=log(expm1(hazard)))"),
        ("Binomial(n=4, p=1 / (1 + exp(-50 - x)) + 0)", [3], "the logistic function", "Binomial(n=..., logit_p=...)"),
    ],
)
def test_a_row_that_is_impossible_since_a_chance_is_rounded_says_so(statement: str, rows: list[int], wording: str, hint: str) -> None:
    """And suggests the log-odds."""
    problem = _problem(statement, rows)
    assert problem.message == f"{ROW}, since {wording} is rounded to 0 or 1 there"
    assert problem.hint == f"give the log-odds themselves, as in `{hint}`"


def test_a_family_without_log_odds_is_to_keep_its_chance_away_from_0_and_1() -> None:
    """For which there is no other remedy."""
    problem = _problem("NegativeBinomial(n=3, p=expit(60 + x))", [3])
    assert problem.message == f"{ROW}, since `expit` is rounded to 0 or 1 there"
    assert problem.hint == "keep the chance away from 0 and 1, as in `0.001 + 0.998 * expit(...)`"


def test_rows_that_are_never_possible_together_say_so_too() -> None:
    """Each of two rows is possible at some draws, but the chance is rounded to 0 or to 1 at all."""
    problem = _problem("Bernoulli(p=(expit(1e9 * x) + expit(2e9 * x)) / 2)", [0, 1])
    assert problem.message == "the rows together are impossible under every draw of the priors, since `expit` is rounded to 0 or 1 there"


def test_a_row_that_is_impossible_for_another_reason_is_not_put_down_to_rounding() -> None:
    """A chance of 0 by arithmetic, though an `expit` elsewhere in the statement is rounded."""
    problem = _problem("Bernoulli(p=0 * expit(x))", [1])
    assert (problem.message, problem.hint) == (ROW, "`Bernoulli(p=0 * expit(x))` gives it probability zero")
