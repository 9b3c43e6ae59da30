"""Where the values of each family lie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.language.distributions.families import family
from forecast.language.distributions.supports import may_be_negative
from forecast.language.distributions.traits import ValueKind
from forecast.language.statements import parse_statement
from tests.support.distribution_cases import CASES, IDS, arguments

pytestmark = pytest.mark.medium


@pytest.mark.parametrize("case", CASES, ids=IDS.get)
@settings(derandomize=True, max_examples=20, deadline=None)
@given(data=st.data())
def test_the_kind_of_a_family_is_that_of_its_support(case: tuple[str, ...], data: st.DataObject) -> None:
    """Whatever its arguments, the support of a family begins and ends where its kind says, and its density where an end belongs to it."""
    kind, chosen = family(case[0]), data.draw(arguments(case))
    lower, upper = (float(edge) for edge in kind.support(**chosen))
    values = kind.value_kind
    if values is ValueKind.REAL:
        assert (lower, upper) == (-np.inf, np.inf)
    elif values is ValueKind.INTERVAL:
        assert (lower, upper) == (chosen["lower"], chosen["upper"])
    else:
        assert values.is_count or values.is_amount
        assert lower == 0
        assert np.isneginf(kind.log_density(-1.0, **chosen))
        highest = chosen[kind.trials_argument] if kind.trials_argument else np.inf
        assert upper == (1 if values in {ValueKind.BINARY, ValueKind.OPEN_SHARE} else highest)
    assert kind.discrete == (values.is_count or bool(kind.whole_arguments))
    assert values.may_be_negative == (values in {ValueKind.REAL, ValueKind.INTERVAL})


@pytest.mark.parametrize(
    ("text", "negative"),
    [
        ("Poisson(mu=2)", False),
        ("Beta(alpha=2, beta=2)", False),
        ("Normal(mu=5, sigma=1)", True),
        ("Truncated(Normal(mu=5, sigma=1), lower=0)", False),
        ("Truncated(Normal(mu=5, sigma=1), lower=-1)", True),
        ("Truncated(Normal(mu=5, sigma=1), lower=least)", True),
        ("Truncated(Normal(mu=5, sigma=1), upper=9)", True),
        ("Censored(Gamma(alpha=2, beta=1), upper=9)", False),
    ],
)
def test_whether_values_may_be_negative_is_told_from_the_form(text: str, negative: bool) -> None:  # noqa: FBT001 - a case
    """Values of both signs may be negative unless a bound that is a number forbids it."""
    assert may_be_negative(parse_statement(text)) == negative
