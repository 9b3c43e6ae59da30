"""What every family declares of its spelling in PyMC, held against PyMC itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from forecast.inference.pymc.distributions import TAILS, declare_variable, pymc_distribution
from forecast.inference.pymc.pools import log_cdf, log_survival
from forecast.inference.pymc.rows import log_between
from forecast.language.distributions.component import Component
from forecast.language.distributions.families import FAMILIES
from forecast.language.distributions.family import Family
from forecast.language.distributions.traits import FamilyTraits, ValueKind
from tests.support.distribution_cases import EXAMPLES

pytestmark = pytest.mark.slow

SHARES = np.array([0.1, 0.5, 0.9])


def has_quantiles(kind: Family) -> bool:
    """Whether a family's values are single numbers."""
    return not kind.value_kind.is_labelled


def values_of(kind: Family) -> Any:
    """Some values of a family, as PyMC takes them."""
    if has_quantiles(kind):
        values = np.unique(kind.quantile(SHARES, **EXAMPLES[kind.name]))
    else:
        values = kind.draw(np.random.default_rng(1), None if kind.joint else 3, **EXAMPLES[kind.name])
    return values.astype(np.int64) if kind.discrete else values


def check_pymc_options(kind: Family) -> None:
    """A variable is declared with them, and no other family needs any to be a single distribution of its values."""
    import pymc as pm

    with pm.Model() as model:
        declare_variable(kind, "value", EXAMPLES[kind.name])
    assert [variable.name for variable in (*model.free_RVs, *model.deterministics)] == ["value"]
    with pm.Model() as plain:
        getattr(pm, kind.name)("value", **dict(EXAMPLES[kind.name]))
    assert bool(plain.deterministics) == bool(kind.pymc_options)


def check_pymc_transform(kind: Family) -> None:
    """It is named for those continuous families, and no other, whose values have ends that PyMC does not transform away."""
    import pymc as pm
    from pymc.distributions import transforms

    if kind.discrete:
        assert not kind.pymc_transform
        return
    with pm.Model() as model:
        declare_variable(kind, "value", EXAMPLES[kind.name])
    untransformed = model.rvs_to_transforms[model["value"]] is None
    assert bool(kind.pymc_transform) == (untransformed and kind.value_kind is not ValueKind.REAL)
    assert not kind.pymc_transform or hasattr(transforms, kind.pymc_transform)


def check_pymc_has_logcdf(kind: Family) -> None:
    """PyMC writes the distribution function of all families of single numbers, of one number at least, but of those that say so."""
    import pymc as pm

    if not has_quantiles(kind):
        assert kind.pymc_has_logcdf
        return
    try:
        found = float(pm.logcdf(pymc_distribution(kind, EXAMPLES[kind.name]), values_of(kind)[1]).eval())
    except NotImplementedError:
        assert not kind.pymc_has_logcdf
    else:
        assert kind.pymc_has_logcdf
        assert found == pytest.approx(float(np.log(kind.distribution(values_of(kind)[1], **EXAMPLES[kind.name]))), rel=1e-6)


def check_pymc_survival(kind: Family) -> None:
    """The probability of a range is that of our own formulas, and of families that write the upper tail also where that is a billionth."""
    if not has_quantiles(kind):
        assert kind.pymc_survival(np.array([1.0]), (), TAILS) is None
        return
    arguments = {name: float(value) for name, value in EXAMPLES[kind.name].items()}
    writes_tail = kind.is_normal or type(kind).pymc_survival is not FamilyTraits.pymc_survival
    shares = np.array([0.3, 0.6, 1 - 1e-9 if writes_tail else 0.999])
    low = np.asarray(kind.quantile(shares, **arguments))
    for high in (np.full(3, np.inf), low + (3.0 if kind.discrete else 0.25)):
        found = np.asarray(log_between(kind, arguments, low, high).eval())
        np.testing.assert_allclose(found, [kind.log_between(*ends, **arguments) for ends in zip(low, high, strict=True)], rtol=1e-5)


def check_pymc_log_survival(kind: Family) -> None:
    """The logs of both tails of a pool's part are those of our own formulas."""
    if not has_quantiles(kind):
        assert kind.pymc_log_survival(0.5, (), TAILS) is None
        return
    arguments = {name: float(value) for name, value in EXAMPLES[kind.name].items()}
    part = Component(1.0, kind, arguments)
    for value in values_of(kind)[:2]:
        tails = [float(tail(part, value).eval()) for tail in (log_cdf, log_survival)]
        with np.errstate(divide="ignore"):
            ours = [float(part.log_below(value)), float(part.log_above(value))]
        assert tails == pytest.approx(ours, rel=1e-5, abs=1e-7)


PYMC_CHECKS: Mapping[str, Callable[[Family], None]] = {
    name.removeprefix("check_"): check for name, check in dict(globals()).items() if name.startswith("check_")
}


@pytest.mark.parametrize("name", PYMC_CHECKS)
@pytest.mark.parametrize("kind", FAMILIES.values(), ids=FAMILIES)
def test_what_a_family_declares_of_pymc_is_so(kind: Family, name: str) -> None:
    """Each property of each family agrees with what PyMC does."""
    PYMC_CHECKS[name](kind)


@pytest.mark.parametrize("kind", FAMILIES.values(), ids=FAMILIES)
def test_a_family_is_pymcs_of_its_name(kind: Family) -> None:
    """PyMC has a distribution of the name, which takes the arguments and gives the same log density (to PyTensor's single precision)."""
    import pymc as pm

    values = values_of(kind)
    theirs = pm.logp(pymc_distribution(kind, EXAMPLES[kind.name]), values).eval()
    np.testing.assert_allclose(kind.log_density(values, **EXAMPLES[kind.name]), theirs, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("kind", [each for each in FAMILIES.values() if each.location_scale is not None], ids=lambda each: each.name)
def test_the_standard_variable_is_written_as_it_is_declared(kind: Family) -> None:
    """The arguments of a standard variable, as a program has them, are those of a location of 0 and a scale of 1."""
    import pymc as pm

    form = kind.location_scale
    assert form is not None
    shapes = {name: EXAMPLES[kind.name][name] for name in form.shapes}
    given = ", ".join([*(f"{name}={value}" for name, value in shapes.items()), form.standard_text])
    written = eval(f"pm.{form.standard}.dist({given})", {"pm": pm})
    declared = getattr(pm, form.standard).dist(**shapes, **{form.location: 0, form.scale: 1})
    values = np.array([-1.5, 0.2, 3.0])
    np.testing.assert_array_equal(pm.logp(written, values).eval(), pm.logp(declared, values).eval())
