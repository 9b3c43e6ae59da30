"""Where the values of each family lie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.language.distributions.families import FAMILIES, LABELLED, family
from forecast.language.distributions.supports import (
    ABOVE_ZERO_FAMILIES,
    AMOUNT_FAMILIES,
    COUNT_FAMILIES,
    FROM_ZERO_FAMILIES,
    OPEN_SHARE_FAMILIES,
    SIGNED_FAMILIES,
    may_be_negative,
)
from forecast.language.statements import parse_statement
from tests.support.distribution_cases import CASES, IDS, arguments


def test_every_family_of_numbers_is_of_one_kind():
    """Counts, the three kinds of amounts and values of both signs are all the families but those of labels, each once."""
    kinds = (COUNT_FAMILIES, FROM_ZERO_FAMILIES, ABOVE_ZERO_FAMILIES, OPEN_SHARE_FAMILIES, SIGNED_FAMILIES, LABELLED)
    assert sorted(name for kind in kinds for name in kind) == sorted(FAMILIES)


@pytest.mark.parametrize("case", [case for case in CASES if case[0] not in LABELLED], ids=IDS.get)
@settings(derandomize=True, max_examples=20, deadline=None)
@given(data=st.data())
def test_the_kind_of_a_family_is_that_of_its_support(case: tuple[str, ...], data: st.DataObject) -> None:
    """Whatever its arguments, the support of a family begins and ends where its kind says, and its density where an end belongs to it."""
    kind, chosen = family(case[0]), data.draw(arguments(case))
    lower, upper = (float(edge) for edge in kind.support(**chosen))
    assert (lower == 0) == (kind.name in COUNT_FAMILIES | AMOUNT_FAMILIES) or kind.name in SIGNED_FAMILIES
    assert (upper == 1) == (kind.name in OPEN_SHARE_FAMILIES | {"Bernoulli"}) or kind.name in COUNT_FAMILIES | SIGNED_FAMILIES
    assert kind.discrete == (kind.name in COUNT_FAMILIES | {"DiscreteUniform"})
    if kind.name in COUNT_FAMILIES | AMOUNT_FAMILIES:
        assert np.isneginf(kind.log_density(-1.0, **chosen))


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
