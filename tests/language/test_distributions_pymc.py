"""Log densities held equal to PyMC's, which were written by other hands."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.language.distributions import family
from tests.language.distribution_cases import ARGUMENTS, CASES, IDS, arguments

COUNT_ARGUMENTS = {"Binomial": ("n",), "BetaBinomial": ("n",)}


@cache
def compiled(case: tuple[str, ...]) -> tuple[Callable[..., Any], tuple[str, ...]]:
    import pymc as pm
    import pytensor
    import pytensor.tensor as pt

    names = tuple(ARGUMENTS[case])
    kind = family(case[0])
    whole = COUNT_ARGUMENTS.get(case[0], ())
    inputs = {name: (pt.lscalar if name in whole else pt.dscalar)(name) for name in names}
    value = pt.lvector("value") if kind.discrete else pt.dvector("value")
    rv = getattr(pm, case[0]).dist(**inputs)
    log_density = pm.logp(rv, value)
    return pytensor.function([value, *inputs.values()], log_density, on_unused_input="ignore", mode="FAST_COMPILE"), names


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=IDS.get)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_log_density_is_pymcs_at_any_arguments_inside_outside_and_at_the_edges(case: tuple[str, ...], data: st.DataObject) -> None:
    """At arguments, quantiles, edges and points outside drawn by Hypothesis, NumPy's log density is PyMC's to 1e-9."""
    chosen = data.draw(arguments(case))
    kind = family(case[0])
    shares = np.array(data.draw(st.lists(st.floats(1e-9, 1 - 1e-9), min_size=3, max_size=3)))
    lower, upper = kind.support(**chosen)
    edges = [float(edge) for edge in (lower, upper) if np.isfinite(edge)]
    inside = [x for x in kind.quantile(shares, **chosen) if not edges or x not in edges]
    beyond = [x for edge in edges for x in (edge - 1, edge + 1)]
    values = np.array([*inside, *edges, *beyond])
    if kind.name == "LogitNormal":  # PyMC derives it through logit, which has no number at the edges
        values = values[(values > 0) & (values < 1)]
    if kind.name in {"Weibull", "Triangular", "LogNormal"}:  # PyMC's formula divides 0 by 0, or takes log of 0, at an edge
        values = values[~np.isin(values, edges)]
    if not kind.discrete:  # at subnormal numbers logs have lost their digits
        values = values[(values == 0) | (np.abs(values) > 1e-290)]
    if len(values) == 0:
        return
    function, names = compiled(case)
    typed = values.astype(np.int64) if kind.discrete else values
    with np.errstate(all="ignore"):
        theirs = function(typed, *(chosen[name] for name in names))
    ours = kind.log_density(values, **chosen)
    np.testing.assert_allclose(ours, np.broadcast_to(theirs, ours.shape), rtol=1e-9, atol=1e-9)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(weights=st.lists(st.floats(0.01, 1), min_size=2, max_size=6))
def test_categorical_is_pymcs(weights: list[float]) -> None:
    """A Categorical's log mass at each label, and at numbers that are none, is PyMC's."""
    import pymc as pm

    p = np.array(weights) / np.sum(weights)
    values = np.arange(-1, len(p) + 1)
    theirs = pm.logp(pm.Categorical.dist(p=p), values).eval(mode="FAST_COMPILE")
    np.testing.assert_allclose(family("Categorical").log_density(values, p=p), theirs, rtol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "given_arguments"),
    [
        ("Normal", {}),
        ("Normal", {"sigma": 2.0}),
        ("StudentT", {"nu": 3.0}),
        ("LogNormal", {}),
        ("HalfNormal", {}),
        ("HalfStudentT", {"nu": 3.0}),
        ("Exponential", {}),
        ("InverseGamma", {"alpha": 2.5}),
        ("LogitNormal", {}),
        ("Uniform", {}),
        ("Triangular", {}),
    ],
)
def test_defaults_are_pymcs(name: str, given_arguments: dict[str, float]) -> None:
    """Arguments left out take PyMC's defaults."""
    import pymc as pm

    values = np.array([0.2, 0.7])
    theirs = pm.logp(getattr(pm, name).dist(**given_arguments), values).eval(mode="FAST_COMPILE")
    np.testing.assert_allclose(family(name).log_density(values, **given_arguments), theirs, rtol=1e-12)
