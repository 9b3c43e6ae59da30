"""A model as a PyMC model: the same statements, with PyMC's own distributions, for NUTS.

Priors and streams become PyMC variables by name.  Discrete parameters are summed
out: what depends on them is written once over an axis of hypotheses, and the log
of the sum goes in as a potential.  Rows that no parameter moves are left out; see ``plan``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from forecast.inference.pymc.distributions import broadcast_arguments, declare_variable, pymc_distribution, transform_for
from forecast.inference.pymc.location_scale import declare_standard, shift_and_scale
from forecast.inference.pymc.plan import CannotSample, InformativeRows, Plan, plan
from forecast.inference.pymc.pools import POTENTIAL, STANDARD, declare_at_scores, log_density_of
from forecast.inference.pymc.rows import log_likelihood_of_group
from forecast.inference.pymc.walks import declare_walk, walk_log_density
from forecast.language.arrays import Array
from forecast.language.distributions.family import Family
from forecast.language.distributions.pools import LINEAR, PoolFamily
from forecast.language.distributions.traits import ValueKind
from forecast.language.distributions.walks import Walk
from forecast.language.tensors import TENSORS
from forecast.model.chain_groups import table_groups
from forecast.model.likelihood import likelihood_expressions
from forecast.model.model import Model, RowTable
from forecast.model.priors import Block, Hypothesis

ROWS_SUFFIX = "__rows"  # what follows a stream's name in that of its rows
HYPOTHESES = "hypotheses__log_density"  # the variable that keeps each hypothesis' joint log density

TRANSFORMS = {
    "NoneType": "identity",
    "LogTransform": "log",
    "LogOddsTransform": "logit",
    "Interval": "interval",
    "SimplexTransform": "simplex",
}

type VariableForm = Literal["own", "standard", "flat", "scores"]


@dataclass(frozen=True, slots=True)
class FreeVariable:
    """How the values of a block stand in the PyMC model.

    ``own``: as its own distribution; ``standard``: as a standard variable that is
    shifted and scaled (non-centred); ``flat``: without density of its own, because
    its prior depends on a hypothesis or is a potential (a log-odds pool), within ``lower`` and ``upper``; ``scores``: as
    normal scores, of which a curve makes the values (a mixture).
    ``transform`` is what PyMC does to the variable before NUTS sees it.
    """

    block: Block
    form: VariableForm
    transform: str
    lower: float = -np.inf
    upper: float = np.inf

    @property
    def size(self) -> int:
        """How many unconstrained values NUTS moves: shares that add up to 1 have one fewer."""
        return self.block.size - (self.transform == "simplex")


@dataclass(frozen=True, slots=True)
class RenderedModel:
    """A PyMC model, its free variables in order, and the hypotheses that are possible (one, empty, for none)."""

    pymc: Any
    free: tuple[FreeVariable, ...]
    hypotheses: tuple[Hypothesis, ...]
    prior: tuple[Block, ...]

    @property
    def size(self) -> int:
        """How many continuous values there are."""
        return sum(variable.size for variable in self.free)


def pymc_model(model: Model, *, centred: bool = False) -> Any:
    """Return a model as a ``pymc.Model``; see ``render_pymc_model``."""
    return render_pymc_model(model, centred=centred).pymc


def render_pymc_model(model: Model, *, centred: bool = False) -> RenderedModel:
    """Return a model as a PyMC model with what is needed to read its draws.

    Hierarchies of location-scale families are non-centred unless ``centred``.
    Raises ``CannotSample`` where no hypothesis makes the rows possible.
    """
    import pymc as pm

    planned = plan(model)
    writer = _Writer(planned, centred)
    with pm.Model() as built:
        free, values = writer.priors()
        writer.likelihood(values)
    return RenderedModel(built, free, planned.hypotheses, planned.prior)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes priors and likelihood into the PyMC model at hand."""

    plan: Plan
    centred: bool

    @property
    def model(self) -> Model:
        """The model that is written."""
        return self.plan.model

    def priors(self) -> tuple[tuple[FreeVariable, ...], dict[str, Any]]:
        """Declare the continuous parameters; return how, and their tensors: ``()`` or ``(labels,)``."""
        import pytensor.tensor as pt

        free: list[FreeVariable] = []
        values: dict[str, Any] = {}
        for parameter in self.model.topic.parameters.values():
            own = [block for block in self.plan.prior if block.name == parameter.name and not block.family.discrete]
            declared = [self._declare(block, values) for block in own]
            free += [variable for variable, _ in declared]
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

        terms: list[Any] = [_constants(self.plan.moved)] if self.plan.discrete else []
        for group in table_groups(self.model.tables):
            if not any(map(len, group.values())):
                continue
            if any(self.plan.depends(likelihood_expressions(table.stream)) for table in group.values()):
                terms.append(self._over_hypotheses(group, values))
            elif any(self.plan.moved[0].rows[name].any() for name in group):
                self._observe([_select_rows(table, self.plan.moved[0].rows[name]) for name, table in group.items()], values)
        if self.plan.discrete:
            terms += [self._prior_term(block, values) for block in self.plan.prior if block.family.discrete or self.plan.is_flat(block)]
            joint = pm.Deterministic(HYPOTHESES, sum(terms[1:], start=pt.as_tensor_variable(terms[0])))
            pm.Potential("hypotheses__density", pt.logsumexp(joint))

    def _declare(self, block: Block, values: Mapping[str, Any]) -> tuple[FreeVariable, Any]:
        shape = (block.size,) if block.parameter.labels else ()
        key = block.name if block.size == max(1, len(block.parameter.labels)) else f"{block.name}__{block.positions[0]}"
        if self.plan.is_flat(block):
            return self._declare_flat(block, key, shape)
        if isinstance(block.family, PoolFamily):
            return self._declare_pooled(block, block.family, key, shape)
        arguments = self._prior_arguments(block, values)
        if isinstance(block.family, Walk):
            return self._declare_walk(block.family, block, key, arguments)
        form = block.family.location_scale
        if not self.centred and block.fixed is None and form is not None and set(arguments) == form.arguments:
            standard = declare_standard(form, f"{key}{STANDARD}", arguments, shape)
            return FreeVariable(block, "standard", _transform_name(standard)), shift_and_scale(form, arguments, standard)
        variable = declare_variable(block.family, key, arguments, shape=shape, **transform_for(block.family, arguments))
        return FreeVariable(block, "own", _transform_name(variable)), variable

    def _declare_walk(self, kind: Walk, block: Block, key: str, arguments: Mapping[str, Any]) -> tuple[FreeVariable, Any]:
        """A walk by its standard steps or, ``centred``, by its values."""
        import pymc as pm

        if self.centred:
            values = pm.Flat(key, shape=block.size)
            pm.Potential(f"{key}{POTENTIAL}", walk_log_density(kind, arguments, values).sum())
            return FreeVariable(block, "own", _transform_name(values)), values
        standard, values = declare_walk(kind, arguments, f"{key}{STANDARD}", f"{key}{POTENTIAL}", block.size)
        return FreeVariable(block, "standard", _transform_name(standard)), values

    def _declare_flat(self, block: Block, key: str, shape: tuple[int, ...]) -> tuple[FreeVariable, Any]:
        import pymc as pm

        if block.family.joint:
            variable = pm.Dirichlet(key, a=np.ones(block.size))  # the same density wherever shares add up to 1
            return FreeVariable(block, "flat", _transform_name(variable)), variable
        lower, upper = self.plan.support(block)
        if np.isfinite(lower) and np.isfinite(upper):
            variable = pm.Uniform(key, lower, upper, shape=shape)
        elif lower == 0 and np.isinf(upper):
            variable = pm.HalfFlat(key, shape=shape)
        elif np.isinf(lower) and np.isinf(upper):
            variable = pm.Flat(key, shape=shape)
        else:
            raise CannotSample(f"the support of `{block.name}` depends on a hypothesis")
        return FreeVariable(block, "flat", _transform_name(variable), lower, upper), variable

    def _declare_pooled(self, block: Block, kind: PoolFamily, key: str, shape: tuple[int, ...]) -> tuple[FreeVariable, Any]:
        """A mixture by its normal scores; a log-odds pool as a flat variable within its support, with its density as a potential."""
        import pymc as pm

        if kind.name == LINEAR:
            variable, values = declare_at_scores(kind, key, shape)
            return FreeVariable(block, "scores", _transform_name(variable)), values
        lower, upper = (float(edge) for edge in block.family.support())
        middle = np.full(shape, block.family.quantile(0.5))
        variable = pm.Flat(key, shape=shape, initval=middle, **transform_for(block.family, {}))
        pm.Potential(f"{key}{POTENTIAL}", log_density_of(block.family, {}, variable).sum())
        return FreeVariable(block, "flat", _transform_name(variable), lower, upper), variable

    def _prior_term(self, block: Block, values: Mapping[str, Any]) -> Any:
        """The log prior of a block under each hypothesis, ``(hypotheses,)``."""
        import pytensor.tensor as pt

        known = {**values, **self.plan.codes}
        arguments = self._prior_arguments(block, known)
        positions = list(block.positions)
        value = (
            self.plan.codes[block.name][:, positions] if block.family.discrete else pt.atleast_1d(values[block.name])[positions][None, :]
        )
        if block.family.value_kind is ValueKind.CATEGORY:
            shares = pt.broadcast_to(pt.as_tensor_variable(arguments["p"]), (*value.shape, len(block.statement.arguments)))
            chosen = pt.log(shares)[np.arange(value.shape[0])[:, None], np.arange(value.shape[1])[None, :], value]
            return chosen.sum(axis=1)
        density = log_density_of(block.family, arguments, pt.as_tensor_variable(value))
        if block.family.joint:
            return pt.broadcast_to(density.ravel(), (len(self.plan.hypotheses),))
        return pt.broadcast_to(density, (len(self.plan.hypotheses), len(positions))).sum(axis=1)

    def _over_hypotheses(self, group: Mapping[str, RowTable], values: Mapping[str, Any]) -> Any:
        """The log likelihood of the moved rows of tables that enter together under each hypothesis, ``(hypotheses,)``.

        Hypotheses that leave the same rows unmoved share one piece of graph.
        """
        import pymc as pm
        import pytensor.tensor as pt

        groups: dict[bytes, list[int]] = {}
        for index, moved in enumerate(self.plan.moved):
            groups.setdefault(b"".join(moved.rows[name].tobytes() for name in group), []).append(index)
        total = pt.zeros(len(self.plan.hypotheses))
        for members in groups.values():
            rows = self.plan.moved[members[0]].rows
            if not any(rows[name].any() for name in group):
                continue
            cuts = [_select_rows(table, rows[name]) for name, table in group.items()]
            known = {**values, **{key: codes[members] for key, codes in self.plan.codes.items()}}
            cut = cuts[0]
            if cut.entry is not None:
                densities = log_likelihood_of_group(self.model, cuts, known, hypotheses=len(members))
                total = pt.set_subtensor(total[np.array(members)], densities.sum(axis=1))
                continue
            kind, arguments = self.model.distribution(cut.stream.value, self.model.row_scope(cut, known, TENSORS), TENSORS)
            shape = (len(members), *cut.values.shape)
            variable = pymc_distribution(kind, broadcast_arguments(kind, arguments, shape))
            density = pm.logp(variable, pt.as_tensor_variable(_observed_values(kind, cut.seen)[None, :]))
            summed = pt.broadcast_to(density, shape).sum(axis=1)
            total = pt.set_subtensor(total[np.array(members)], summed)
        return total

    def _observe(self, cuts: Sequence[RowTable], values: Mapping[str, Any]) -> None:
        """Declare the rows of tables that enter together."""
        import pymc as pm

        cut = cuts[0]
        name = cut.stream.name if len(cuts) == 1 or cut.entry is None or cut.entry.regime is None else cut.entry.regime.name
        name = f"{name}{ROWS_SUFFIX}"
        if cut.entry is not None:
            pm.Potential(name, log_likelihood_of_group(self.model, cuts, values).sum())
            return
        kind, arguments = self.model.distribution(cut.stream.value, self.model.row_scope(cut, values, TENSORS), TENSORS)
        observed = _observed_values(kind, cut.seen)
        declare_variable(kind, name, arguments, observed=observed, shape=observed.shape)

    def _prior_arguments(self, block: Block, values: Mapping[str, Any]) -> dict[str, Any]:
        if block.fixed is not None:
            return dict(block.fixed)
        scope = self.model.scope(values)
        if per := block.parameter.per:
            scope = scope.plus(values={per: np.array(block.positions)}, coded={per: per})
        return self.model.distribution(block.statement, scope, TENSORS)[1]


def _constants(moved: tuple[InformativeRows, ...]) -> Array:
    return np.array([sum(informative.constant.values()) for informative in moved])


def _select_rows(table: RowTable, rows: NDArray[np.bool_]) -> RowTable:
    """A table of some of its rows, as plain ``(rows,)`` arrays."""
    return replace(
        table,
        values=table.values[0, rows],
        columns={name: column[0, rows] for name, column in table.columns.items()},
        totals={name: total[0, rows] for name, total in table.totals.items()},
        series={name: (known[0, rows], later[0, rows]) for name, (known, later) in table.series.items()},
        entry=None if table.entry is None else table.entry.at(rows),
    )


def _observed_values(kind: Family, values: Array) -> NDArray[Any]:
    return values.astype(np.int64) if kind.discrete else values


def _transform_name(variable: Any) -> str:
    """What PyMC does to a variable of the model at hand, in a word."""
    import pymc as pm

    kind = type(pm.modelcontext(None).rvs_to_transforms[variable]).__name__
    if kind not in TRANSFORMS:
        raise CannotSample(f"PyMC transforms `{variable.name}` by {kind}, which is not known here")
    return TRANSFORMS[kind]
