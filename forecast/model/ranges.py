"""What ranges leave open: the true values of rows of which only a range is known, drawn on each path.

Given the parameters of a path, the value of such a row arises from its stream's
statement, given that it lies in the range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from forecast.language.distributions.bounded import DIST, truncated_family
from forecast.language.distributions.family import Family
from forecast.model.errors import Unsound, place_problem
from forecast.model.model import Model, row_table
from forecast.model.record import StreamRecord, StreamRow

MASSES_SUMMED = (8, 256)  # whole numbers from the end of a range on whose masses are added up: these many, then these
MASSES_AT_ONCE = 2**20
TRIES = 64  # values drawn for each before the rest are found by their quantiles, which takes longer


def draw_ranges(
    model: Model, parameters: Mapping[str, NDArray[Any]], rng: np.random.Generator, *, paths: int
) -> dict[str, tuple[tuple[StreamRow, Array], ...]]:
    """Return, for each stream that has ranges, each such row with a value for every path, ``(paths,)``.

    Raises ``Unsound`` where the statement never gives a value in the range at some draws.
    """
    return {
        name: tuple(
            zip(
                record.rows_at(np.flatnonzero(record.counted_rows.ranged)),
                _draw_record_ranges(model, record, parameters, rng, paths).T,
                strict=True,
            )
        )
        for name, record in model.records.items()
        if record.ranges
    }


def truncate_to_range(kind: Family, arguments: Mapping[str, Any], lower: Any, upper: Any) -> tuple[Family, dict[str, Any]]:
    """Return the family of a value that is known to lie between two ends, and its arguments."""
    return truncated_family(kind), {**{f"{DIST}{name}": value for name, value in arguments.items()}, "lower": lower, "upper": upper}


def _draw_record_ranges(
    model: Model, record: StreamRecord, parameters: Mapping[str, NDArray[Any]], rng: np.random.Generator, paths: int
) -> Array:
    """Draw the values of a record's ranges, ``(paths, ranges)``: from the statement until they fall in, then by masses or quantiles."""
    rows = row_table(model.topic, replace(record, rows=record.ranges), model.records, model.as_of)
    assert rows.entry is not None
    with np.errstate(all="ignore"):
        kind, arguments = model.distribution(record.stream.value, model.row_scope(rows, parameters))
    size = (paths, len(rows))
    given = {name: np.broadcast_to(np.asarray(value, dtype=float), size).ravel() for name, value in arguments.items()}
    lower, upper = (np.broadcast_to(ends, size).ravel() for ends in (rows.entry.lower, rows.entry.upper))
    values = np.full(lower.size, np.nan)
    left = np.arange(lower.size)
    for _ in range(TRIES):
        drawn = kind.draw(rng, left.size, **{name: value[left] for name, value in given.items()})
        falls_in = (drawn >= lower[left]) & (drawn <= upper[left])
        values[left[falls_in]] = drawn[falls_in]
        left = left[~falls_in]
        if not left.size:
            return values.reshape(size)
    shares = np.maximum(rng.random(left.size), np.finfo(float).tiny)
    if kind.discrete:
        values[left] = _quantiles_by_masses(kind, {name: value[left] for name, value in given.items()}, lower[left], upper[left], shares)
        shares, left = shares[np.isnan(values[left])], left[np.isnan(values[left])]
    if left.size:
        family, own = truncate_to_range(kind, {name: value[left] for name, value in given.items()}, lower[left], upper[left])
        values[left] = family.quantile(np.where(np.isfinite(lower[left]), shares, 1 - shares), **own)
    never = np.isnan(values)
    if never.any():
        row = record.ranges[int(np.argmax(never) % len(rows))]
        message = f"at some draws `{record.stream.value.text}` never gives a value in the range of this row"
        raise Unsound(place_problem(model.topic, row.place, message, "look at the priors of the parameters it uses"))
    return values.reshape(size)


def _quantiles_by_masses(kind: Family, arguments: Mapping[str, NDArray[Any]], lower: Array, upper: Array, shares: Array) -> Array:
    """The whole numbers ``(cells,)`` up to which masses, from the end of the range on, add up to shares of the whole.

    NaN where the numbers nearest to the end are too few to reach the share.
    """
    values = np.full(lower.size, np.nan)
    for count in MASSES_SUMMED:
        left = np.flatnonzero(np.isnan(values))
        size = max(1, MASSES_AT_ONCE // count)
        for cells in (left[begin : begin + size] for begin in range(0, len(left), size)):
            own = {name: value[cells, None] for name, value in arguments.items()}
            low, high = lower[cells, None], upper[cells, None]
            numbers = np.where(np.isfinite(low), low + np.arange(count), high - np.arange(count))
            with np.errstate(all="ignore"):
                masses = np.exp(kind.log_density(numbers, **own) - kind.log_between(low, high, **own))
            reached = np.cumsum(np.where((numbers >= low) & (numbers <= high), masses, 0.0), axis=1)
            at = (reached < shares[cells, None]).sum(axis=1)
            enough = np.flatnonzero(at < count)
            values[cells[enough]] = numbers[enough, at[enough]]
    return values
