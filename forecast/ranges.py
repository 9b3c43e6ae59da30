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

from forecast.book.topic import Row
from forecast.language.distributions import Family
from forecast.language.distributions.bounded import DIST, truncated
from forecast.model.evidence import Record
from forecast.model.model import Array, Model, table
from forecast.model.unsound import Unsound, at_place


def drawn_ranges(
    model: Model, parameters: Mapping[str, NDArray[Any]], rng: np.random.Generator, *, paths: int
) -> dict[str, tuple[tuple[Row, Array], ...]]:
    """Return, for each stream that has ranges, each such row with a value for every path, ``(paths,)``.

    Raises ``Unsound`` where the statement never gives a value in the range at some draws.
    """
    return {
        name: tuple(zip(record.ranges, _drawn(model, record, parameters, rng, paths).T, strict=True))
        for name, record in model.records.items()
        if record.ranges
    }


def within(kind: Family, arguments: Mapping[str, Any], lower: Any, upper: Any) -> tuple[Family, dict[str, Any]]:
    """Return the family of a value that is known to lie between two ends, and its arguments."""
    return truncated(kind), {**{f"{DIST}{name}": value for name, value in arguments.items()}, "lower": lower, "upper": upper}


def _drawn(model: Model, record: Record, parameters: Mapping[str, NDArray[Any]], rng: np.random.Generator, paths: int) -> Array:
    rows = table(model.topic, replace(record, rows=record.ranges), model.records, model.as_of)
    assert rows.entry is not None
    with np.errstate(all="ignore"):
        kind, arguments = model.distribution(record.stream.value, model.row_scope(rows, parameters))
        mass = np.broadcast_to(kind.log_between(rows.entry.lower, rows.entry.upper, **arguments), (paths, len(rows)))
    never = ~(mass > -np.inf)
    if never.any():
        row = record.ranges[int(np.argmax(never.any(axis=0)))]
        message = f"at some draws `{record.stream.value.text}` never gives a value in the range of this row"
        raise Unsound(at_place(model.topic, row.place, message, "look at the priors of the parameters it uses"))
    family, given = within(kind, arguments, rows.entry.lower, rows.entry.upper)
    return family.draw(rng, (paths, len(rows)), **given)
