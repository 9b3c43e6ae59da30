"""Rows that enter a PyMC model otherwise than each by the density of its value: ranges, weights, reports that may be wrong.

The same algebra as ``forecast.model.likelihood``, with PyMC's own densities and
distribution functions.  Where PyMC works out the upper tail as one minus the
lower, which has no digits left far out, the tail is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.inference.pymc.distributions import TAILS, broadcast_arguments, pymc_distribution
from forecast.inference.pymc.plan import CannotSample
from forecast.inference.pymc.regimes import RowsByState, log_likelihood_of_chain
from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.distributions.bounded import BoundedFamily, inner_arguments
from forecast.language.distributions.family import Family
from forecast.language.distributions.traits import ValueKind
from forecast.language.evaluate import evaluate
from forecast.language.tensors import TENSORS
from forecast.model.likelihood import Entry
from forecast.model.model import Model, RowTable

ROOT_TWO = np.sqrt(2.0)
LINKS: Mapping[str, Callable[[Array], Array]] = MappingProxyType({"identity": np.asarray, "log": np.log, "logit": special.logit})


def log_likelihood_of_rows(model: Model, cut: RowTable, known: Mapping[str, Any], shape: tuple[int, ...]) -> Any:
    """Return what each row of a table with an entry adds to the log-likelihood: a tensor whose last axis is the rows that count.

    ``cut`` is a table of plain ``(rows,)`` arrays; ``known`` the parameters;
    ``shape`` that of the whole, ``(rows,)`` or ``(hypotheses, rows)``.  Raises
    ``CannotSample`` where a range cannot be written.
    """
    import pytensor.tensor as pt

    stream, entry = cut.stream, cut.entry
    assert entry is not None
    scope = model.row_scope(cut, known, TENSORS)
    right = _log_density(*model.distribution(stream.value, scope, TENSORS), cut, shape)
    if stream.wrong is None or stream.reliability is None:
        return _weigh_rows(right, entry)
    wrong = _log_density(*model.distribution(stream.wrong, scope, TENSORS), cut, shape)
    share = pt.broadcast_to(pt.as_tensor_variable(evaluate(stream.reliability, scope, TENSORS)), shape)
    is_right, is_wrong = pt.log(share), pt.log1p(-share)
    density = pt.logaddexp(is_right + right, is_wrong + wrong)
    for rows in entry.together:
        first = rows[:1]
        whole = pt.logaddexp(
            is_right[..., first] + pt.cumsum(right[..., rows], axis=-1), is_wrong[..., first] + pt.cumsum(wrong[..., rows], axis=-1)
        )
        density = pt.set_subtensor(density[..., rows[1:]], whole[..., 1:] - whole[..., :-1])
    return _weigh_rows(density, entry)


def log_likelihood_of_group(model: Model, cuts: Sequence[RowTable], known: Mapping[str, Any], *, hypotheses: int | None = None) -> Any:
    """Return the log-likelihood of tables with entries that enter together, as ``log_likelihood_of_rows`` does that of one.

    Of the streams that a hidden regime drives the last axis has the sum over all rows alone.  ``hypotheses`` is how many there are, where ``known`` has several.
    """
    before = () if hypotheses is None else (hypotheses,)
    entry = cuts[0].entry
    if entry is None or entry.regime is None:
        return log_likelihood_of_rows(model, cuts[0], known, (*before, *cuts[0].values.shape))
    streams = []
    for cut in cuts:
        assert cut.entry is not None
        distributions = [model.distribution(cut.stream.value, scope, TENSORS) for scope in model.row_scopes(cut, known, TENSORS)]
        densities = [_log_density(*distribution, cut, (*before, *cut.values.shape)) for distribution in distributions]
        streams.append(RowsByState(cut.entry, densities))
    return log_likelihood_of_chain(model.topic, known, streams, hypotheses=hypotheses or 1)


def _weigh_rows(density: Any, entry: Entry) -> Any:
    counts = np.flatnonzero(entry.telling)
    return density[..., counts] * entry.weights[0, counts]


def _log_density(kind: Family, arguments: Mapping[str, Any], cut: RowTable, shape: tuple[int, ...]) -> Any:
    """The log density of each value, and the log probability of each range, a tensor of ``shape`` whose last axis is the rows."""
    import pymc as pm
    import pytensor.tensor as pt

    assert cut.entry is not None
    exact = cut.seen.astype(np.int64) if kind.discrete else cut.seen
    if kind.value_kind.is_class and len(shape) > 1:
        exact = exact[None, :]
    density = pt.broadcast_to(
        pm.logp(pymc_distribution(kind, broadcast_arguments(kind, arguments, shape)), pt.as_tensor_variable(exact)), shape
    )
    ranged = cut.entry.ranged
    if not ranged.any():
        return density
    lower, upper = np.where(ranged, cut.entry.lower[0], -np.inf), np.where(ranged, cut.entry.upper[0], cut.values)
    return pt.switch(ranged, pt.broadcast_to(log_between(kind, arguments, lower, upper), shape), density)


def log_between(kind: Family, arguments: Mapping[str, Any], lower: Array, upper: Array) -> Any:
    """Return log P(lower <= X <= upper) as a tensor, for ends ``(rows,)`` that may be infinite on one side."""
    import pytensor.tensor as pt

    if isinstance(kind, BoundedFamily):
        within = inner_arguments(arguments)
        edges = [arguments.get("lower", -np.inf), arguments.get("upper", np.inf)]
        if kind.mixes or not all(isinstance(edge, int | float | np.ndarray | np.generic) for edge in edges):
            raise CannotSample(f"a range of values of {kind.name} whose bounds depend on parameters cannot be written for PyMC")
        inside = log_between(kind.inner, within, np.maximum(lower, edges[0]), np.minimum(upper, edges[1]))
        return inside - log_between(kind.inner, within, *(np.broadcast_to(np.asarray(edge, dtype=float), lower.shape) for edge in edges))
    if kind.sums_masses:
        return _log_sum_masses(kind, arguments, lower, upper)
    before = lower - 1 if kind.discrete else lower
    below, above = _cdf(kind, arguments, before), _survival(kind, arguments, upper)
    share = pt.switch(below > 0.5, _survival(kind, arguments, before) - above, _cdf(kind, arguments, upper) - below)
    return pt.log(pt.maximum(share, 0.0))


def _cdf(kind: Family, arguments: Mapping[str, Any], x: Array) -> Any:
    """P(X <= x)."""
    import pymc as pm
    import pytensor.tensor as pt

    inside, at = _inside_support(kind, arguments, x)
    if not kind.pymc_has_logcdf:
        share = 1 - _survival(kind, arguments, at)
    elif kind.is_normal:
        share = _normal_tail(kind, arguments, at, side=1)
    else:
        share = pt.exp(pm.logcdf(pymc_distribution(kind, arguments), pt.as_tensor_variable(at)))
    return pt.switch(inside, share, np.where(x > at, 1.0, 0.0))


def _survival(kind: Family, arguments: Mapping[str, Any], x: Array) -> Any:
    """P(X > x), with the digits of a small tail."""
    import pymc as pm
    import pytensor.tensor as pt

    inside, at = _inside_support(kind, arguments, x)
    variable = pymc_distribution(kind, arguments)
    if kind.is_normal:
        share = _normal_tail(kind, arguments, at, side=-1)
    else:
        share = kind.pymc_survival(at, _tail_parameters(kind, arguments, variable), TAILS)
    if share is None:
        share = pt.exp(pm.logccdf(variable, pt.as_tensor_variable(at)))
    return pt.switch(inside, share, np.where(x > at, 0.0, 1.0))


def _normal_tail(kind: Family, arguments: Mapping[str, Any], x: Array, *, side: int) -> Any:
    """P(X <= x) for ``side`` 1 and P(X > x) for -1, of what is a normal on its own scale.

    PyMC 6.4 has the root of two in single precision here, so that its shares are wrong from the eighth digit on.
    """
    import pytensor.tensor as pt

    *location, sigma = _distribution_parameters(pymc_distribution(kind, arguments))
    at = LINKS[kind.location_scale.link](x) if kind.location_scale is not None else np.asarray(x)
    score = side * (at - (location[0] if location else 0.0)) / (sigma * ROOT_TWO)
    return pt.erf(score) if kind.half_of and side == 1 else (1.0 if kind.half_of else 0.5) * pt.erfc(-score)


def _inside_support(kind: Family, arguments: Mapping[str, Any], x: Array) -> tuple[NDArray[np.bool_], NDArray[Any]]:
    """Whether each point is inside the support for all that is known of it, and a point there, beside it where it is not.

    Outside a share is 0 or 1 exactly, and a formula's gradient would not be a number.
    """
    low, high = np.full(x.shape, -np.inf), np.full(x.shape, np.inf)
    if kind.value_kind.is_count:
        low = np.full(x.shape, -0.5)
        most = 1 if kind.value_kind is ValueKind.BINARY else arguments.get(kind.trials_argument)
        if isinstance(most, int | float | np.ndarray | np.number):
            high = np.broadcast_to(np.asarray(most, dtype=np.float64), x.shape)
    elif kind.value_kind.is_amount:
        low = np.zeros(x.shape)
        high = np.ones(x.shape) if kind.value_kind is ValueKind.OPEN_SHARE else high
    inside = (x > low) & (x < high) & np.isfinite(x)
    beside = np.where(np.isfinite(x), x, 0.0)
    beside = np.where(x <= low, np.where(np.isfinite(low), low + 0.5, beside), beside)
    beside = np.where(x >= high, np.where(np.isfinite(high), high - 0.5, beside), beside)
    beside = np.where(np.isposinf(x) & ~np.isfinite(high), np.where(np.isfinite(low), low + 1.5, 0.0), beside)
    return inside, beside.astype(np.int64) if kind.discrete else beside


def _log_sum_masses(kind: Family, arguments: Mapping[str, Any], lower: Array, upper: Array) -> Any:
    """The log of the sum of masses from one end to the other, where there is no distribution function over arrays."""
    import pymc as pm
    import pytensor.tensor as pt

    trials = arguments[kind.trials_argument]
    if not isinstance(trials, int | float | np.ndarray | np.number):
        raise CannotSample(
            f"a range of values of {kind.name} whose `{kind.trials_argument}` depends on parameters cannot be written for PyMC"
        )
    numbers = np.arange(int(np.max(trials)) + 1)
    most = np.minimum(upper, np.broadcast_to(np.asarray(trials, dtype=float), upper.shape))
    wanted = (numbers >= lower[:, None]) & (numbers <= most[:, None])
    spread = {name: pt.as_tensor_variable(value)[..., None] for name, value in arguments.items()}
    masses = pm.logp(pymc_distribution(kind, spread), pt.as_tensor_variable(numbers))
    return pt.logsumexp(pt.switch(wanted, masses, -np.inf), axis=-1)


def _distribution_parameters(variable: Any) -> Any:
    """A PyMC distribution's own parameters, whichever it was given."""
    return variable.owner.op.dist_params(variable.owner)


def _tail_parameters(kind: Family, arguments: Mapping[str, Any], variable: Any) -> tuple[Any, ...]:
    """What a family's tail is written with: its arguments, where there is one way to give them, or else PyMC's own parameters."""
    if len(kind.signatures) == 1:
        return tuple(arguments[name] for name in kind.signatures[0].required)
    return tuple(_distribution_parameters(variable))
