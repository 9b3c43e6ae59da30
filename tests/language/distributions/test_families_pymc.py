"""Log densities held equal to PyMC's, which were written by other hands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.language.distributions.families import family
from tests.support.distribution_cases import ARGUMENTS, CASES, IDS, arguments

pytestmark = pytest.mark.slow

# PyMC writes log(2) of an 8-bit whole number in these two, which PyTensor rounds to 32 bits: 1.9e-9 too much
SINGLE_PRECISION_LOG_2 = ("HalfCauchy", "HalfStudentT")
# where PyMC's formula at the edge is 0 * log 0, 0 / 0 or logit of 0 or 1; test_distributions says what ours gives there
NO_NUMBER_AT_THE_EDGE = ("LogitNormal", "Weibull", "Triangular", "LogNormal")


def _pymc_log_density(case: tuple[str, ...]) -> Callable[..., Any]:
    import pymc as pm
    import pytensor
    import pytensor.tensor as pt

    inputs = {
        name: (pt.lscalar if name == "n" and case[0] in {"Binomial", "BetaBinomial"} else pt.dscalar)(name) for name in ARGUMENTS[case]
    }
    value = (pt.lvector if family(case[0]).discrete else pt.dvector)("value")
    log_density = pm.logp(getattr(pm, case[0]).dist(**inputs), value)
    return pytensor.function([value, *inputs.values()], log_density, on_unused_input="ignore")


def _values(case: tuple[str, ...], chosen: dict[str, float], shares: list[float]) -> np.ndarray[Any, Any]:
    """Quantiles, the edges of the support and points outside it."""
    kind = family(case[0])
    edges = [float(edge) for edge in kind.support(**chosen) if np.isfinite(edge)]
    inside = [float(value) for value in kind.quantile(np.array(shares), **chosen)]
    if kind.discrete:
        return np.array([*inside, *edges, *(edge + step for edge in edges for step in (-1, 1))], dtype=np.int64)
    # numbers next to an edge, and those whose squares overflow, have too few digits left for either side
    inside = [x for x in inside if 1e-290 < abs(x) < 1e150 and (kind.name != "LogitNormal" or 1e-6 < x < 1 - 1e-6)]
    by_moments = kind.name in {"Gamma", "Beta"} and "mu" in chosen  # there an alpha of 1, and the edge with it, hangs on rounding
    if kind.name in NO_NUMBER_AT_THE_EDGE or by_moments:
        return np.array([x for x in inside if x not in edges])
    return np.array([*inside, *edges, *(edge + step for edge in edges for step in (-1, 1))])


@pytest.mark.parametrize("case", CASES, ids=IDS.get)
def test_log_density_is_pymcs_inside_outside_and_at_the_edges(case: tuple[str, ...]) -> None:
    """At arguments, quantiles, edges and points outside, drawn by Hypothesis, NumPy's log density is PyMC's to 1e-9."""
    function = _pymc_log_density(case)
    too_much = float(np.float32(np.log(2))) - np.log(2) if case[0] in SINGLE_PRECISION_LOG_2 else 0.0

    @settings(derandomize=True, max_examples=100, deadline=None)
    @given(chosen=arguments(case), shares=st.lists(st.floats(1e-9, 1 - 1e-9), min_size=3, max_size=3))
    def equal(chosen: dict[str, float], shares: list[float]) -> None:
        values = _values(case, chosen, shares)
        with np.errstate(all="ignore"):
            theirs = function(values, *(chosen[name] for name in ARGUMENTS[case])) - too_much
        np.testing.assert_allclose(family(case[0]).log_density(values, **chosen), theirs, rtol=1e-9, atol=1e-9)

    equal()


def test_categorical_is_pymcs() -> None:
    """A Categorical's log mass at each label, and at numbers that are none, is PyMC's."""
    import pymc as pm

    p = np.array([0.1, 0.0, 0.35, 0.55])
    values = np.arange(-1, len(p) + 1)
    theirs = pm.logp(pm.Categorical.dist(p=p), values).eval(mode="FAST_COMPILE")
    np.testing.assert_allclose(family("Categorical").log_density(values, p=p), theirs, rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "some"),
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
def test_defaults_are_pymcs(name: str, some: dict[str, float]) -> None:
    """Arguments left out take PyMC's defaults (to single precision, which is what PyTensor makes of them)."""
    import pymc as pm

    values = np.array([0.2, 0.7])
    theirs = pm.logp(getattr(pm, name).dist(**some), values).eval(mode="FAST_COMPILE")
    np.testing.assert_allclose(family(name).log_density(values, **some), theirs, rtol=2e-7)
