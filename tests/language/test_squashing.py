"""Chances written as ``expit`` of a number, and statements that are given that number instead."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.language.evaluate import Scope, evaluate
from forecast.language.ops import NumpyOps
from forecast.language.parsing import parse_expression
from forecast.language.squashing import find_squashings, logit_of, with_logits
from forecast.language.statements import parse_statement

WRITTEN = {
    "expit(a + b)": 3.0,
    "1 - expit(a + b)": -3.0,
    "1 - (1 - expit(a + b))": 3.0,
    "1 / (1 + exp(-(a + b)))": 3.0,
    "1 / (exp(-a) + 1)": 1.0,
    "1 / (1 + exp(a - b))": 1.0,
    "exp(a + b) / (1 + exp(a + b))": 3.0,
    "chance": 2.0,
    "1 - chance": -2.0,
}


@pytest.mark.parametrize("text", WRITTEN)
def test_the_log_odds_of_a_chance_are_read_from_its_form(text: str) -> None:
    """Whichever way the logistic function is written, through quantities too; the chance itself is its ``expit``."""
    quantities = {"chance": parse_expression("same"), "same": parse_expression("expit(b)")}
    values = Scope(values={"a": np.float64(1.0), "b": np.float64(2.0)}, quantities=quantities)
    found = logit_of(parse_expression(text), quantities)
    assert found is not None
    assert evaluate(found, values, NumpyOps()) == WRITTEN[text]
    assert evaluate(parse_expression(text), values, NumpyOps()) == pytest.approx(1 / (1 + np.exp(-WRITTEN[text])), rel=1e-15)


@pytest.mark.parametrize("text", ["a", "expit(a) ** 2", "2 / (1 + exp(-a))", "1 / (2 + exp(-a))", "exp(a) / (1 + exp(b))", "1 - exp(-a)"])
def test_other_chances_have_no_log_odds_to_read(text: str) -> None:
    """They stay as they are."""
    assert logit_of(parse_expression(text), {}) is None


def test_only_a_family_that_takes_log_odds_is_given_them() -> None:
    """A NegativeBinomial has its own meaning of ``p``."""
    for text, names in {
        "Bernoulli(p=expit(a))": {"logit_p"},
        "Binomial(n=8, p=expit(a))": {"n", "logit_p"},
        "NegativeBinomial(n=8, p=expit(a))": {"n", "p"},
        "Bernoulli(p=a)": {"p"},
        "Bernoulli(logit_p=a)": {"logit_p"},
    }.items():
        assert set(with_logits(parse_statement(text), {}).arguments) == names


def test_every_part_that_keeps_a_number_between_0_and_1_is_found() -> None:
    """With how it is written."""
    found = list(find_squashings(parse_expression("expit(a) * (1 - exp(-b)) + 1 / (1 + exp(-c)) - expm1(-d) + -expm1(-e)")))
    assert [each.wording for each in found] == ["`expit`", "`1 - exp()`", "the logistic function", "`-expm1()`"]
