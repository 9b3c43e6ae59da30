"""Tables whose rows enter the likelihood together: those of the streams that one hidden regime drives; every other table stands alone.

The rows of such a group are taken in the order of their steps, within one step in the order of the model's streams, which is the
topic's, and of one stream in their own.  Each adds its density given all rows of the group before it (``model/regimes``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from forecast.book.regime import Regime
from forecast.language.arrays import Array
from forecast.model.regimes import chain_terms

if TYPE_CHECKING:
    from forecast.model.model import Model, Parameters, RowTable


@dataclass(frozen=True, slots=True)
class ChainGroup:
    """The tables that have rows of the streams that one regime drives, by stream, in the model's order; at least one."""

    regime: Regime
    tables: Mapping[str, RowTable]

    @property
    def keys(self) -> tuple[tuple[str, int], ...]:
        """The stream of each row, and its place among the stream's rows, in the order of the chain."""
        keys = [(name, row) for name, table in self.tables.items() for row in range(len(table))]
        return tuple(keys[at] for at in self._order().tolist())

    @property
    def steps(self) -> NDArray[np.int64]:
        """The steps in which the rows lie, in the order of the chain, ``(rows,)``."""
        return self._unordered_steps()[self._order()]

    def density_by_state(self, model: Model, parameters: Parameters, *, near: NDArray[np.bool_] | None = None) -> Array:
        """Return the log density of each row in each state, ``(draws, rows, states)``, in the order of the chain; raises as ``Model.log_likelihood`` does."""
        parts = [model.density_by_state(table, parameters, near=near) for table in self.tables.values()]
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)[:, self._order()]

    def terms(self, model: Model, parameters: Parameters, *, near: NDArray[np.bool_] | None = None) -> dict[str, Array]:
        """Return what each row adds to the log-likelihood given those before it: by stream, ``(draws, rows)`` each; raises as ``Model.log_likelihood`` does."""
        by_state = self.density_by_state(model, parameters, near=near)
        return self.by_stream(chain_terms(model.topic, self.regime, parameters, by_state, self.steps))

    def by_stream(self, terms: Array) -> dict[str, Array]:
        """Return what stands in the order of the chain, ``(draws, rows)``, by stream in the order of each one's rows."""
        if len(self.tables) == 1:
            return dict.fromkeys(self.tables, terms)
        apart = np.empty_like(terms)
        apart[:, self._order()] = terms
        ends = np.cumsum([len(table) for table in self.tables.values()])[:-1]
        return dict(zip(self.tables, np.split(apart, ends, axis=1), strict=True))

    def _order(self) -> NDArray[np.intp]:
        """The places of the rows, counted through the tables, in the order of the chain."""
        steps = self._unordered_steps()
        return np.argsort(steps, kind="stable") if len(self.tables) > 1 else np.arange(len(steps))

    def _unordered_steps(self) -> NDArray[np.int64]:
        entries = [table.entry for table in self.tables.values()]
        return np.concatenate([entry.steps[0] for entry in entries if entry is not None and entry.steps is not None])


def chain_of(group: Mapping[str, RowTable]) -> ChainGroup | None:
    """Return tables that enter together as the rows of a chain; None where they use no regime, or have no rows."""
    with_rows = {name: table for name, table in group.items() if len(table)}
    regimes = [regime for table in with_rows.values() if (regime := _regime_of(table)) is not None]
    return ChainGroup(regimes[0], with_rows) if regimes else None


def chain_group(model: Model, name: str) -> ChainGroup | None:
    """Return the rows that depend on a regime; None where there are none."""
    driven = driven_streams(model, name)
    return chain_of({stream: model.tables[stream] for stream in driven})


def driven_streams(model: Model, name: str) -> tuple[str, ...]:
    """Return the streams whose statements use a regime, in the model's order."""
    return tuple(stream for stream, table in model.tables.items() if (regime := _regime_of(table)) is not None and regime.name == name)


def table_groups(tables: Mapping[str, RowTable]) -> tuple[Mapping[str, RowTable], ...]:
    """Return tables in groups whose rows enter the likelihood independently of those of all others, in the order of their first.

    Tables without rows stand alone.
    """
    groups: dict[tuple[str, str], dict[str, RowTable]] = {}
    for stream, table in tables.items():
        regime = _regime_of(table) if len(table) else None
        groups.setdefault(("stream", stream) if regime is None else ("regime", regime.name), {})[stream] = table
    return tuple(groups.values())


def group_depends(group: Mapping[str, RowTable]) -> bool:
    """Return whether what some rows of a group say depends on others: reports of one origin, and rows of one chain."""
    return len(group) > 1 or any(table.entry is not None and table.entry.is_shared for table in group.values())


def _regime_of(table: RowTable) -> Regime | None:
    return None if table.entry is None else table.entry.regime
