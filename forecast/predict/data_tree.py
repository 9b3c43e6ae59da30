"""Draws as an ArviZ DataTree, so that every ArviZ plot and diagnostic works on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.classes import is_counted
from forecast.book.topic import Row, Topic
from forecast.book.units import unit_of
from forecast.inference.importance.prior_sampling import prior_draws
from forecast.inference.posterior import NO_PARAMETER, Posterior, require_rows, systematic_resample
from forecast.language.arrays import Array
from forecast.language.distributions.families import family_for
from forecast.language.expressions import Name
from forecast.model.errors import Unsound
from forecast.model.model import Model, RowTable
from forecast.model.priors import blocks
from forecast.predict.posterior_predictive import predict_rows

if TYPE_CHECKING:
    from xarray import DataTree

    from forecast.predict.paths import Paths

DRAWS_PER_CHAIN, CHAINS = 1000, 4
MOST_COUNT = 2.0**53  # whole floats above it skip numbers
END_OF_NANOSECONDS = 2262  # the year in which NumPy's days by the nanosecond end


def data_tree(posterior: Posterior, paths: Paths | None, rng: np.random.Generator) -> DataTree:
    """Return a posterior as an ArviZ DataTree.

    Groups are prior, posterior, prior_predictive and posterior_predictive (the
    recorded rows drawn again), log_prior (by parameter), log_likelihood and observed_data (by stream),
    sample_stats, and, of ``paths``, predictions: the total before each day of each stream that has a future.
    Weighted draws are resampled to 4 chains of 1,000 equal ones, in random order; NUTS's stay as
    they are.  Values by label carry their labels, rows their days and index, variables their ``units``, and counts are integers.
    Where rows cannot be drawn from the prior, the attribute ``no_prior_predictive`` says why, ``no_log_likelihood``
    where a topic's own model alone knows the densities, and ``no_predictions`` which streams have no future.  Raises
    ``Unsound`` where there are too many rows for the density of each at every draw.
    """
    from arviz_base import dict_to_dataset, from_dict
    from xarray import DataTree

    model = posterior.model
    picked = _pick_draws(posterior, rng)
    chains = posterior.chains if posterior.chains > 1 else CHAINS
    chosen = {name: values[picked] for name, values in posterior.parameters.items()}
    equal = replace(posterior, parameters=chosen, log_weight=np.full(len(picked), -np.log(len(picked))), replicate=None, diverging=None)
    require_rows(equal)
    before = prior_draws(model, rng=rng).resample(DRAWS_PER_CHAIN, rng)
    statistics: dict[str, NDArray[Any]] = {"log_weight": posterior.log_weight[picked].reshape(chains, -1)}
    if posterior.diverging is not None:
        statistics["diverging"] = posterior.diverging[picked].reshape(chains, -1)
    groups: dict[str, Mapping[str, NDArray[Any]]] = {
        "posterior": _shape_parameters(model, chosen, chains),
        "prior": _shape_parameters(model, before, 1),
        "sample_stats": statistics,
    }
    if model.rows:
        groups |= {
            "posterior_predictive": _split_by_chain(_streams_with_rows(model, predict_rows(model, chosen, rng)), chains),
            "observed_data": {
                name: _with_whole_counts(table, _observed_values(table)) for name, table in model.tables.items() if len(table)
            },
        }
    if model.rows and model.topic.own is None:
        groups["log_likelihood"] = _split_by_chain(_split_by_stream(model, equal.log_likelihood), chains)
    totals = {} if paths is None else _simulated_totals(paths)
    if totals:
        groups["predictions"] = {name: values[None] for name, values in totals.items()}
    missing = _missing_groups(model, paths)
    if model.rows:
        try:
            groups["prior_predictive"] = _split_by_chain(_streams_with_rows(model, predict_rows(model, before, rng)), 1)
        except Unsound as reason:
            missing["no_prior_predictive"] = str(reason)
    unit = "ns" if paths is None or paths.days[-1].year < END_OF_NANOSECONDS else "s"
    days = {} if paths is None else {"day": np.array(paths.days, dtype=f"datetime64[{unit}]")}
    tree = from_dict(
        groups, coords=_coordinates(model), dims=_dimensions(model), pred_coords=days, pred_dims={name: ["day"] for name in totals}
    )
    if model.topic.parameters and model.topic.own is None:
        tree["log_prior"] = DataTree(dict_to_dataset(_split_by_chain(_log_prior(model, chosen), chains)))
    tree.attrs.update(_attributes(posterior) | missing)
    _name_units(tree, model.topic)
    return tree


def _missing_groups(model: Model, paths: Paths | None) -> dict[str, str]:
    """Why groups are missing, or some streams in them, by the attribute that says so."""
    missing = {}
    if model.topic.own is not None:
        missing["no_log_likelihood"] = f"the densities of priors and rows are known to {model.topic.own.path} alone"
    if paths is not None and (without := [name for name in model.topic.streams if name not in paths.starts]):
        missing["no_predictions"] = f"no future is simulated of {', '.join(without)}"
    return missing


def _name_units(tree: DataTree, topic: Topic) -> None:
    """Give each variable that is a value, and no density of one, the unit of its parameter or stream."""
    for group in tree.children.values():
        for name, units in _units(topic).items():
            if units and name in group.data_vars and group.name not in {"log_likelihood", "log_prior"}:
                group[name].attrs["units"] = units


def _units(topic: Topic) -> dict[str, str]:
    """The unit of each parameter and stream; empty where it has none."""
    return {name: unit_of(topic, Name(name)) for name in topic.parameters} | {name: stream.unit for name, stream in topic.streams.items()}


def _observed_values(table: RowTable) -> Array:
    """The values of rows, NaN where only a range is known."""
    if table.entry is None or not table.entry.ranged.any():
        return np.asarray(table.seen[0])
    return np.where(table.entry.ranged, np.nan, table.values[0])


def _pick_draws(posterior: Posterior, rng: np.random.Generator) -> NDArray[np.int64]:
    if posterior.chains > 1:
        return np.arange(len(posterior))
    return rng.permutation(systematic_resample(posterior.weights, DRAWS_PER_CHAIN * CHAINS, rng))


def _shape_parameters(model: Model, parameters: Mapping[str, NDArray[Any]], chains: int) -> dict[str, NDArray[Any]]:
    """Parameters as ``(chains, draws)``, or ``(chains, draws, labels)``."""
    shaped = {}
    for name, values in parameters.items():
        if name == NO_PARAMETER:
            continue
        by_chain = values.reshape(chains, -1, values.shape[1])
        shaped[name] = by_chain if model.topic.parameters[name].labels else by_chain[:, :, 0]
    return shaped


def _split_by_chain(values: Mapping[str, Array], chains: int) -> dict[str, NDArray[Any]]:
    return {name: array.reshape(chains, -1, *array.shape[1:]) for name, array in values.items()}


def _streams_with_rows(model: Model, predicted: Mapping[str, Array]) -> dict[str, NDArray[Any]]:
    return {name: _with_whole_counts(model.tables[name], values) for name, values in predicted.items() if len(model.tables[name])}


def _with_whole_counts(table: RowTable, values: Array) -> NDArray[Any]:
    """Counts as integers, which ArviZ tells from measures by; as they are where one is not known, not whole, or beyond whole floats."""
    if family_for(table.stream.value).discrete and (np.abs(values) < MOST_COUNT).all() and (values == np.floor(values)).all():
        return values.astype(np.int64)
    return values


def _log_prior(model: Model, parameters: Mapping[str, NDArray[Any]]) -> dict[str, Array]:
    """The prior's log density of each parameter given those before it, ``(draws,)``, summed over its labels."""
    densities: dict[str, Array] = {}
    for block in blocks(model):
        density = block.log_density(model, parameters[block.name][:, list(block.positions)], parameters)
        densities[block.name] = densities.get(block.name, 0.0) + density
    return densities


def _simulated_totals(paths: Paths) -> dict[str, Array]:
    """The totals of streams that have a future; those of the others would stand still."""
    return {name: values for name, values in paths.totals.items() if name.split("[", 1)[0] in paths.starts}


def _split_by_stream(model: Model, likelihood: Array) -> dict[str, Array]:
    parts, at = {}, 0
    for name, table in model.tables.items():
        if len(table):
            parts[name] = likelihood[:, at : at + len(table)]
        at += len(table)
    return parts


def _dimensions(model: Model) -> dict[str, list[str]]:
    labelled = {name: [f"{parameter.per}_label"] for name, parameter in model.topic.parameters.items() if parameter.labels}
    rows = {
        name: [f"{name}_row", *([f"{name}_class"] if is_counted(table.stream) else [])]
        for name, table in model.tables.items()
        if len(table)
    }
    return {**labelled, **rows}


def _coordinates(model: Model) -> dict[str, Any]:
    coordinates: dict[str, Any] = {
        f"{parameter.per}_label": list(parameter.labels) for parameter in model.topic.parameters.values() if parameter.labels
    }
    coordinates |= {
        f"{name}_row": [f"{_days_text(row)}, {index}" for index, row in enumerate(table.record.rows, start=1)]
        for name, table in model.tables.items()
        if len(table)
    }
    return coordinates | {f"{name}_class": list(stream.classes) for name, stream in model.topic.streams.items() if is_counted(stream)}


def _days_text(row: Row) -> str:
    return f"{row.start}" if row.start == row.end else f"{row.start} to {row.end}"


def _attributes(posterior: Posterior) -> dict[str, Any]:
    """Topic, day, engine, its diagnostics and the labels of discrete parameters; netCDF takes texts and numbers only."""
    diagnostics = posterior.diagnostics
    measured = {
        "pareto_k": diagnostics.pareto_k,
        "r_hat": diagnostics.r_hat,
        "divergences": diagnostics.divergences,
        "log_evidence": diagnostics.log_evidence,
    }
    return {
        "topic": posterior.model.topic.name,
        "as_of": posterior.model.as_of.isoformat(),
        "engine": posterior.engine,
        "sound": int(diagnostics.sound),
        "effective_size": diagnostics.effective_size,
        **{name: value for name, value in measured.items() if value is not None},
        **{
            f"labels_{parameter.name}": ", ".join(parameter.categories)
            for parameter in posterior.model.topic.parameters.values()
            if parameter.categories
        },
    }
