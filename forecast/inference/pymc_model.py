"""A model as a PyMC model: the same statements, with PyMC's own distributions, for NUTS.

Priors and streams become PyMC variables by name.  Discrete parameters are summed
out: what depends on them is written once over an axis of hypotheses, and the log
of the sum goes in as a potential.  Rows whose likelihood no parameter moves are
left out, since a rate of exactly zero has no usable gradient.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from forecast.language.expressions import Expression, names_in
from forecast.language.tensors import TensorOps
from forecast.model.coordinates import PriorCoordinates
from forecast.model.model import Array, Model, Table
from forecast.model.priors import Block, Hypothesis, blocks, hypotheses

TENSORS = TensorOps()
CHECK_DRAWS = 500  # prior draws of each hypothesis on which a row must move to count as informative
LONG_CHECK_DRAWS = 10_000  # the same before a row is called impossible
LOCATION_SCALE = {"Normal": ("mu", "sigma"), "StudentT": ("mu", "sigma"), "LogNormal": ("mu", "sigma"), "LogitNormal": ("mu", "sigma"), "Cauchy": ("alpha", "beta")}
WHOLE = {"Binomial": ("n",), "BetaBinomial": ("n",), "DiscreteUniform": ("lower", "upper")}
HYPOTHESES = "log_hypotheses"  # the variable that keeps each hypothesis' joint log density

Form: TypeAlias = Literal["own", "standard", "flat"]


class CannotSample(Exception):  # noqa: N818 - not an error of the program: the engine says why it has no draws
    """NUTS cannot sample this model; says why in a sentence."""


@dataclass(frozen=True, slots=True)
class Free:
    """How the values of a block stand in the PyMC model.

    ``own``: as its own distribution; ``standard``: as a standard variable that is
    shifted and scaled (non-centred); ``flat``: without density of its own, because
    its prior depends on a hypothesis, within ``lower`` and ``upper``.
    """

    block: Block
    form: Form
    lower: float = -np.inf
    upper: float = np.inf


@dataclass(frozen=True, slots=True)
class Rendered:
    """A PyMC model, its free variables in order, and the hypotheses that are possible (one, empty, for none)."""

    pymc: Any
    free: tuple[Free, ...]
    hypotheses: tuple[Hypothesis, ...]
    prior: tuple[Block, ...]

    @property
    def size(self) -> int:
        """How many continuous values there are."""
        return sum(each.block.size for each in self.free)


@dataclass(frozen=True, slots=True)
class Moved:
    """On prior draws of one hypothesis: which rows of each stream the parameters move, and the sum of the others."""

    rows: Mapping[str, NDArray[np.bool_]]
    constant: Mapping[str, float]


def pymc_model(model: Model, *, centred: bool = False) -> Any:
    """Return a model as a ``pymc.Model``; see ``render``."""
    return render(model, centred=centred).pymc


def render(model: Model, *, centred: bool = False) -> Rendered:
    """Return a model as a PyMC model with what is needed to read its draws.

    Hierarchies of location-scale families are non-centred unless ``centred``.
    Raises ``CannotSample`` where no hypothesis makes the rows possible.
    """
    import pymc as pm

    prior = blocks(model)
    tried = [(hypothesis, _moved(model, prior, hypothesis)) for hypothesis in hypotheses(model, prior)]
    possible = [(hypothesis, moved) for hypothesis, moved in tried if all(np.isfinite(value) for value in moved.constant.values())]
    if not possible:
        raise CannotSample("some row is impossible under every draw of the priors")
    kept = tuple(hypothesis for hypothesis, _ in possible)
    writer = _Writer(model, prior, kept, tuple(moved for _, moved in possible), centred)
    with pm.Model() as built:
        free, values = writer.priors()
        writer.likelihood(values)
    return Rendered(built, free, kept, prior)


def arguments_for(name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return PyMC's arguments with those that must be whole numbers as integers."""
    import pytensor.tensor as pt

    return {key: pt.cast(value, "int64") if key in WHOLE.get(name, ()) else value for key, value in arguments.items()}


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes priors and likelihood into the PyMC model at hand."""

    model: Model
    prior: tuple[Block, ...]
    hypotheses: tuple[Hypothesis, ...]
    moved: tuple[Moved, ...]
    centred: bool

    @property
    def discrete(self) -> frozenset[str]:
        """The names of the discrete parameters."""
        return frozenset(block.name for block in self.prior if block.family.discrete)

    @property
    def codes(self) -> dict[str, NDArray[np.int64]]:
        """The discrete parameters under every hypothesis: ``(hypotheses, 1 or labels)``."""
        return {name: np.concatenate([each.values[name] for each in self.hypotheses]) for name in sorted(self.discrete)}

    def priors(self) -> tuple[tuple[Free, ...], dict[str, Any]]:
        """Declare the continuous parameters; return how, and their tensors: ``()`` or ``(labels,)``."""
        import pytensor.tensor as pt

        free: list[Free] = []
        values: dict[str, Any] = {}
        for parameter in self.model.topic.parameters.values():
            own = [block for block in self.prior if block.name == parameter.name and not block.family.discrete]
            declared = [self._declare(block, values) for block in own]
            free += [each for each, _ in declared]
            if len(own) == 1:
                values[parameter.name] = declared[0][1]
            elif own:
                order = np.argsort(np.concatenate([block.positions for block in own]))
                values[parameter.name] = pt.concatenate([value for _, value in declared])[order]
        return tuple(free), values

    def likelihood(self, values: Mapping[str, Any]) -> None:
        """Declare the rows, and the sum over hypotheses of all that depends on them."""
        import pymc as pm
        import pytensor.tensor as pt

        terms: list[Any] = [_constants(self.moved)] if self.discrete else []
        for name, table in self.model.tables.items():
            if not len(table):
                continue
            if self._depends(table.stream.value.arguments.values()):
                terms.append(self._over_hypotheses(name, table, values))
            elif (rows := self.moved[0].rows[name]).any():
                self._observe(name, _at_rows(table, rows), values)
        if self.discrete:
            terms += [self._prior_term(block, values) for block in self.prior if block.family.discrete or self._is_flat(block)]
            joint = pm.Deterministic(HYPOTHESES, sum(terms[1:], start=pt.as_tensor_variable(terms[0])))
            pm.Potential("hypotheses", pt.logsumexp(joint))

    def _declare(self, block: Block, values: Mapping[str, Any]) -> tuple[Free, Any]:
        import pymc as pm

        shape = (block.size,) if block.parameter.labels else ()
        key = block.name if block.size == max(1, len(block.parameter.labels)) else f"{block.name}__{block.positions[0]}"
        if self._is_flat(block):
            return self._declare_flat(block, key, shape)
        arguments = self._prior_arguments(block, values)
        if not self.centred and block.fixed is None and set(arguments) - {"nu"} == set(LOCATION_SCALE.get(block.family.name, ())):
            return Free(block, "standard"), shifted(block.family.name, arguments, _standard(block.family.name, key, arguments, shape))
        distribution = getattr(pm, block.family.name)
        return Free(block, "own"), distribution(key, **arguments_for(block.family.name, arguments), shape=shape)

    def _declare_flat(self, block: Block, key: str, shape: tuple[int, ...]) -> tuple[Free, Any]:
        import pymc as pm

        lower, upper = _support_over_hypotheses(self.model, self.prior, self.hypotheses, block)
        if np.isfinite(lower) and np.isfinite(upper):
            variable = pm.Uniform(key, lower, upper, shape=shape)
        elif lower == 0 and np.isinf(upper):
            variable = pm.HalfFlat(key, shape=shape)
        elif np.isinf(lower) and np.isinf(upper):
            variable = pm.Flat(key, shape=shape)
        else:
            raise CannotSample(f"the support of `{block.name}` depends on a hypothesis")
        return Free(block, "flat", lower, upper), variable

    def _prior_term(self, block: Block, values: Mapping[str, Any]) -> Any:
        """The log prior of a block under each hypothesis, ``(hypotheses,)``."""
        import pymc as pm
        import pytensor.tensor as pt

        known = {**values, **self.codes}
        arguments = self._prior_arguments(block, known)
        positions = list(block.positions)
        value = self.codes[block.name][:, positions] if block.family.discrete else pt.atleast_1d(values[block.name])[positions][None, :]
        if block.family.name == "Categorical":
            shares = pt.broadcast_to(pt.as_tensor_variable(arguments["p"]), (*value.shape, len(block.statement.arguments)))
            chosen = pt.log(shares)[np.arange(value.shape[0])[:, None], np.arange(value.shape[1])[None, :], value]
            return chosen.sum(axis=1)
        variable = getattr(pm, block.family.name).dist(**arguments_for(block.family.name, arguments))
        density = pm.logp(variable, pt.as_tensor_variable(value))
        return pt.broadcast_to(density, (len(self.hypotheses), len(positions))).sum(axis=1)

    def _over_hypotheses(self, name: str, table: Table, values: Mapping[str, Any]) -> Any:
        """The log likelihood of a stream's moved rows under each hypothesis, ``(hypotheses,)``.

        Hypotheses that leave the same rows unmoved share one piece of graph.
        """
        import pymc as pm
        import pytensor.tensor as pt

        groups: dict[bytes, list[int]] = {}
        for index, moved in enumerate(self.moved):
            groups.setdefault(moved.rows[name].tobytes(), []).append(index)
        total = pt.zeros(len(self.hypotheses))
        for members in groups.values():
            rows = self.moved[members[0]].rows[name]
            if not rows.any():
                continue
            cut = _at_rows(table, rows)
            known = {**values, **{key: codes[members] for key, codes in self.codes.items()}}
            kind, arguments = self.model.distribution(table.stream.value, self.model.row_scope(cut, known, TENSORS), TENSORS)
            variable = getattr(pm, kind.name).dist(**arguments_for(kind.name, arguments))
            density = pm.logp(variable, pt.as_tensor_variable(_observed(kind.discrete, cut.values)[None, :]))
            summed = pt.broadcast_to(density, (len(members), int(rows.sum()))).sum(axis=1)
            total = pt.set_subtensor(total[np.array(members)], summed)
        return total

    def _observe(self, name: str, cut: Table, values: Mapping[str, Any]) -> None:
        import pymc as pm

        kind, arguments = self.model.distribution(cut.stream.value, self.model.row_scope(cut, values, TENSORS), TENSORS)
        observed = _observed(kind.discrete, cut.values)
        getattr(pm, kind.name)(f"{name}__rows", **arguments_for(kind.name, arguments), observed=observed, shape=observed.shape)

    def _prior_arguments(self, block: Block, values: Mapping[str, Any]) -> dict[str, Any]:
        if block.fixed is not None:
            return dict(block.fixed)
        scope = self.model.scope(values)
        if per := block.parameter.per:
            scope = scope.plus(values={per: np.array(block.positions)}, coded={per: per})
        return self.model.distribution(block.statement, scope, TENSORS)[1]

    def _is_flat(self, block: Block) -> bool:
        """Whether a continuous block's prior depends on a discrete parameter."""
        return not block.family.discrete and self._depends(block.statement.arguments.values(), but_not=block.parameter.per)

    def _depends(self, expressions: Iterable[Expression], but_not: str = "") -> bool:
        return bool((names_behind(self.model, expressions) - {but_not}) & self.discrete)


def names_behind(model: Model, expressions: Iterable[Expression]) -> frozenset[str]:
    """Return every name that expressions use, through quantities and what series become later."""
    found: set[str] = set()
    waiting = list(expressions)
    while waiting:
        for name in names_in(waiting.pop()):
            if name in found:
                continue
            found.add(name)
            if name in model.topic.quantities:
                waiting.append(model.topic.quantities[name].expression)
            elif name in model.topic.series and (later := model.topic.series[name].later) is not None:
                waiting.append(later)
    return frozenset(found)


def _moved(model: Model, prior: tuple[Block, ...], hypothesis: Hypothesis) -> Moved:
    likelihood = _likelihood_of_prior_draws(model, prior, hypothesis, CHECK_DRAWS)
    if np.isneginf(likelihood).all(axis=0).any():  # before calling a row impossible, look longer
        likelihood = _likelihood_of_prior_draws(model, prior, hypothesis, LONG_CHECK_DRAWS)
    rows, constant = {}, {}
    at = 0
    for name, table in model.tables.items():
        part = likelihood[:, at : at + len(table)]
        rows[name] = (part != part[:1]).any(axis=0)
        constant[name] = float(part[0, ~rows[name]].sum())
        at += len(table)
    return Moved(rows, constant)


def _likelihood_of_prior_draws(model: Model, prior: tuple[Block, ...], hypothesis: Hypothesis, draws: int) -> Array:
    parameters = _prior_draws(model, prior, hypothesis, draws)
    return np.broadcast_to(model.log_likelihood(parameters), (draws, len(model.rows)))


def _prior_draws(model: Model, prior: tuple[Block, ...], hypothesis: Hypothesis, draws: int) -> dict[str, NDArray[Any]]:
    """Draws of the prior under one hypothesis, always the same: they are only looked at, never part of an answer."""
    coordinates = PriorCoordinates(model, prior, hypothesis)
    return coordinates.parameters(coordinates.start(np.random.default_rng(0).random((draws, coordinates.dimension))))


def _constants(moved: tuple[Moved, ...]) -> Array:
    return np.array([sum(each.constant.values()) for each in moved])


def _at_rows(table: Table, rows: NDArray[np.bool_]) -> Table:
    """A table of some of its rows, as plain ``(rows,)`` arrays."""

    def pick(array: NDArray[Any]) -> NDArray[Any]:
        return array[0, rows]

    return replace(
        table,
        values=pick(table.values),
        columns={name: pick(column) for name, column in table.columns.items()},
        totals={name: pick(total) for name, total in table.totals.items()},
        series={name: (pick(known), pick(later)) for name, (known, later) in table.series.items()},
    )


def _observed(discrete: bool, values: Array) -> NDArray[Any]:
    return values.astype(np.int64) if discrete else values


def _standard(name: str, key: str, arguments: Mapping[str, Any], shape: tuple[int, ...]) -> Any:
    import pymc as pm

    match name:
        case "StudentT":
            return pm.StudentT(f"{key}__standard", nu=arguments["nu"], mu=0, sigma=1, shape=shape)
        case "Cauchy":
            return pm.Cauchy(f"{key}__standard", alpha=0, beta=1, shape=shape)
        case _:
            return pm.Normal(f"{key}__standard", 0, 1, shape=shape)


def shifted(name: str, arguments: Mapping[str, Any], standard: Any) -> Any:
    """The values a standard variable stands for: NumPy arrays or tensors alike."""
    location, scale = (arguments[key] for key in LOCATION_SCALE[name])
    value = location + scale * standard
    match name:
        case "LogNormal":
            return TENSORS.exp(value)
        case "LogitNormal":
            return TENSORS.expit(value)
        case _:
            return value


def _support_over_hypotheses(model: Model, prior: tuple[Block, ...], found: tuple[Hypothesis, ...], block: Block) -> tuple[float, float]:
    """The support of a block whose prior depends on a hypothesis; it must be the same under all."""
    edges = set()
    for hypothesis in found:
        lower, upper = block.family.support(**block.arguments(model, _prior_draws(model, prior, hypothesis, CHECK_DRAWS)))
        edges |= {(float(low), float(high)) for low, high in zip(np.ravel(lower), np.ravel(upper), strict=True)}
    if len(edges) > 1:
        raise CannotSample(f"the support of `{block.name}` depends on other parameters and on a hypothesis")
    return edges.pop()
