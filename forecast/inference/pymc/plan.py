"""What must be known of a model before it is written for PyMC: its hypotheses, and which rows the parameters move.

Rows whose likelihood no parameter moves are left out of a PyMC model, since a
rate of exactly zero has no usable gradient; between hypotheses their constants
count.  Only NumPy is needed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from forecast.language.expressions import Expression
from forecast.model.chain_groups import table_groups
from forecast.model.coordinates import prior_coordinates
from forecast.model.custom_model import refuse_custom_model
from forecast.model.draw_blocks import in_chunks
from forecast.model.likelihood import with_same_origin
from forecast.model.model import Model
from forecast.model.priors import Block, Hypothesis, blocks, hypotheses
from forecast.model.used_names import names_used

CHECK_DRAWS = 500  # prior draws of each hypothesis on which a row must move to count as informative
LONG_CHECK_DRAWS = 10_000  # the same before a row is called impossible


class CannotSample(Exception):
    """NUTS cannot sample this model; says why in a sentence."""


@dataclass(frozen=True, slots=True)
class InformativeRows:
    """On prior draws of one hypothesis: which rows of each stream the parameters move, and the sum of the others."""

    rows: Mapping[str, NDArray[np.bool_]]
    constant: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """A model, its prior as blocks, the hypotheses that are possible (one, empty, for none) and what moves under each."""

    model: Model
    prior: tuple[Block, ...]
    hypotheses: tuple[Hypothesis, ...]
    moved: tuple[InformativeRows, ...]

    @property
    def discrete(self) -> frozenset[str]:
        """The names of the discrete parameters."""
        return frozenset(block.name for block in self.prior if block.family.discrete)

    @property
    def codes(self) -> dict[str, NDArray[np.int64]]:
        """The discrete parameters under every hypothesis: ``(hypotheses, 1 or labels)``."""
        return {name: np.concatenate([hypothesis.values[name] for hypothesis in self.hypotheses]) for name in sorted(self.discrete)}

    def is_flat(self, block: Block) -> bool:
        """Whether a continuous block's prior depends on a discrete parameter."""
        return not block.family.discrete and self.depends(block.statement.arguments.values(), but_not=block.parameter.per)

    def depends(self, expressions: Iterable[Expression], but_not: str = "") -> bool:
        """Whether expressions use a discrete parameter, other than ``but_not``."""
        return bool((names_used(self.model.topic, *expressions) - {but_not}) & self.discrete)

    def support(self, block: Block) -> tuple[float, float]:
        """The support of a block whose prior depends on a hypothesis; raises ``CannotSample`` unless it is the same under all."""
        edges = set()
        for hypothesis in self.hypotheses:
            draws = _prior_draws(self.model, self.prior, hypothesis, CHECK_DRAWS)
            lower, upper = np.broadcast_arrays(*block.family.support(**block.arguments(self.model, draws)))
            edges |= {(float(low), float(high)) for low, high in zip(lower.ravel(), upper.ravel(), strict=True)}
        if len(edges) > 1:
            raise CannotSample(f"the support of `{block.name}` depends on other parameters and on a hypothesis")
        return edges.pop()


def plan(model: Model) -> Plan:
    """Look at a model's hypotheses and rows; raise ``CannotSample`` where no hypothesis makes the rows possible."""
    refuse_custom_model(model, "the PyMC program is that file, not its statements")
    prior = blocks(model)
    tried = [(hypothesis, _find_informative_rows(model, prior, hypothesis)) for hypothesis in hypotheses(model, prior)]
    possible = [(hypothesis, moved) for hypothesis, moved in tried if all(np.isfinite(value) for value in moved.constant.values())]
    if not possible:
        raise CannotSample("some row is impossible under every draw of the priors")
    return Plan(model, prior, tuple(hypothesis for hypothesis, _ in possible), tuple(moved for _, moved in possible))


def _find_informative_rows(model: Model, prior: tuple[Block, ...], hypothesis: Hypothesis) -> InformativeRows:
    moved, never, first = _probe_rows(model, prior, hypothesis, CHECK_DRAWS)
    if never.any():  # before calling a row impossible, look longer
        moved, never, first = _probe_rows(model, prior, hypothesis, LONG_CHECK_DRAWS)
    ends = np.cumsum([len(table) for table in model.tables.values()], dtype=np.intp)
    own = {name: slice(int(end) - len(table), int(end)) for (name, table), end in zip(model.tables.items(), ends, strict=True)}
    rows = {name: with_same_origin(table.entry, moved[own[name]]) for name, table in model.tables.items()}
    for group in table_groups(model.tables):
        if len(group) > 1 and any(rows[name].any() for name in group):
            rows |= {name: np.ones(len(table), dtype=bool) for name, table in group.items()}
    return InformativeRows(rows, {name: float(first[its][~rows[name]].sum()) for name, its in own.items()})


def _probe_rows(
    model: Model, prior: tuple[Block, ...], hypothesis: Hypothesis, draws: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Array]:
    """Which rows differ among prior draws, which are impossible at all of them, and their densities at the first, ``(rows,)`` each."""
    count = model.row_count
    moved, never = np.zeros(count, dtype=bool), np.ones(count, dtype=bool)
    first: Array | None = None
    for some in in_chunks(_prior_draws(model, prior, hypothesis, draws), count):
        likelihood = np.broadcast_to(model.log_likelihood(some), (max(map(len, some.values()), default=1), count))
        first = likelihood[0] if first is None else first
        moved |= (likelihood != first).any(axis=0)
        never &= np.isneginf(likelihood).all(axis=0)
    return moved, never, np.zeros(count) if first is None else first


def _prior_draws(model: Model, prior: tuple[Block, ...], hypothesis: Hypothesis, draws: int) -> dict[str, NDArray[Any]]:
    """Draws of the prior under one hypothesis, always the same: they are only looked at, never part of an answer."""
    coordinates = prior_coordinates(model, prior, hypothesis)
    return coordinates.parameters(coordinates.start(np.random.default_rng(0).random((draws, coordinates.dimension))))
