"""How likely some of the rows are together under each value of a hypothesis, whatever else is unknown averaged out.

Two estimates, each good where the other is poor: forward from draws of the prior,
weighed by the rows that are kept, and back from the fast engine's posterior draws,
from whose weights the rows left out are taken away.  They are joined by their
precisions.  With no row the answer is the prior itself, and with all rows the
published posterior; both hold exactly.  A row that some draws make impossible
cannot be taken away from posterior draws, since those have no weight left: then
the prior's draws stand alone.

Reports of one origin depend on each other, and so do rows of one chain, so what
some of them say without the rest is the likelihood of those alone, and no sum of columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.inference.posterior import Posterior
from forecast.inference.weights import log_sum
from forecast.insight.reweighting import with_rows
from forecast.language.arrays import Array
from forecast.language.expressions import indexed_name
from forecast.model.chain_groups import table_groups
from forecast.model.model import Model
from forecast.model.priors import blocks

FEWEST_DRAWS_TO_JOIN = 100.0  # effective draws below which an estimate is not joined to a better one


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """A Categorical parameter, or one label of it: ``prior`` and ``posterior`` ``(values,)`` sum to one.

    ``prior`` is exact where the prior's shares are numbers.
    """

    parameter: str
    label: str
    values: tuple[str, ...]
    prior: Array
    posterior: Array

    @property
    def name(self) -> str:
        """The parameter as statements write it: ``cause``, ``origin[army]``."""
        return indexed_name(self.parameter, self.label)


@dataclass(frozen=True, slots=True)
class MarginalEstimate:
    """The log probability of one value and some rows, and how each draw bears on it: an error is the norm of the influences."""

    value: float
    forward: Array
    back: Array


@dataclass(frozen=True, slots=True)
class LeftOutRows:
    """The rows that do not count: their log-likelihood summed at each draw of each side, and how many exclude the draw."""

    rows: frozenset[int]
    sums: tuple[Array, Array]
    excluded: tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Side:
    """Draws under one value: log weights ``(draws,)`` and the rows' log-likelihood, with 0 for minus infinity where ``excluded``.

    ``total`` and ``exclusions`` are sums of the two over the rows, ``(draws,)``; ``parameters`` are the draws themselves.
    """

    log_weight: Array
    finite: Array
    excluded: NDArray[np.bool_]
    total: Array
    exclusions: NDArray[np.int64]
    parameters: Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class SharedOrigin:
    """Rows of one origin, or of one chain: their columns, and for each its stream and where it stands in the table of that."""

    model: Model
    columns: tuple[int, ...]
    places: tuple[tuple[str, int], ...]

    def log_likelihood_left_out(self, left_out: frozenset[int], side: Side) -> tuple[Array, NDArray[np.int64]]:
        """What of the rows' log-likelihood, and how many exclusions, go at each draw when some of the rows do not count."""
        columns = list(self.columns)
        whole = side.finite[:, columns].sum(axis=1), side.excluded[:, columns].sum(axis=1)
        kept = [place for column, place in zip(self.columns, self.places, strict=True) if column not in left_out]
        if not kept:
            return whole
        if len(kept) == len(columns):
            return np.zeros_like(whole[0]), np.zeros_like(whole[1])
        places: dict[str, list[int]] = {}
        for stream, place in kept:
            places.setdefault(stream, []).append(place)
        matrix = with_rows(self.model, places, others=False).log_likelihood(side.parameters)
        excluded = np.isneginf(matrix)
        return whole[0] - np.where(excluded, 0.0, matrix).sum(axis=1), whole[1] - excluded.sum(axis=1)


@dataclass(frozen=True, slots=True)
class Marginal:
    """The rows under one value of a hypothesis, from both sides: draws of the prior, and of the posterior."""

    log_prior: float
    log_evidence: float  # of all rows under all values, by which posterior weights are normed
    sides: tuple[Side, Side]
    shared: tuple[SharedOrigin, ...]

    def none_left_out(self) -> LeftOutRows:
        """Every row counts."""
        sums = tuple(np.zeros(len(side.log_weight)) for side in self.sides)
        counts = tuple(np.zeros(len(side.log_weight), dtype=np.int64) for side in self.sides)
        return LeftOutRows(frozenset(), (sums[0], sums[1]), (counts[0], counts[1]))

    def all_left_out(self) -> LeftOutRows:
        """No row counts."""
        one, other = self.sides
        rows = frozenset(range(one.finite.shape[1]))
        return LeftOutRows(rows, (one.total, other.total), (one.exclusions, other.exclusions))

    def toggle_row(self, left: LeftOutRows, row: int) -> LeftOutRows:
        """The same with one row more left out or, where it was, with it back."""
        rows = left.rows ^ {row}
        for origin in self.shared:
            if row in origin.columns:
                now, before = ([origin.log_likelihood_left_out(out, side) for side in self.sides] for out in (rows, left.rows))
                sums = [gone + after[0] - until[0] for gone, after, until in zip(left.sums, now, before, strict=True)]
                counts = [gone + after[1] - until[1] for gone, after, until in zip(left.excluded, now, before, strict=True)]
                return LeftOutRows(rows, (sums[0], sums[1]), (counts[0], counts[1]))
        sign = -1 if row in left.rows else 1
        sums = [known + sign * side.finite[:, row] for known, side in zip(left.sums, self.sides, strict=True)]
        counts = [known + sign * side.excluded[:, row] for known, side in zip(left.excluded, self.sides, strict=True)]
        return LeftOutRows(rows, (sums[0], sums[1]), (counts[0], counts[1]))

    def estimate(self, left: LeftOutRows) -> MarginalEstimate:
        """The log probability of this value and of the rows that count."""
        prior, posterior = self.sides
        every = frozenset(range(prior.finite.shape[1]))
        nothing = (np.zeros(len(prior.log_weight)), np.zeros(len(posterior.log_weight)))
        if left.rows == every:
            return MarginalEstimate(self.log_prior, *nothing)
        back = self._back(left)
        if back is not None and not left.rows:
            return MarginalEstimate(back[0], nothing[0], back[1])
        forward = self._forward(left)
        if back is None or np.isneginf(back[0]):
            return MarginalEstimate(forward[0], forward[1], nothing[1])
        share = _forward_share(forward[1], back[1])
        return MarginalEstimate(share * forward[0] + (1 - share) * back[0], share * forward[1], (1 - share) * back[1])

    def _forward(self, left: LeftOutRows) -> tuple[float, Array]:
        side = self.sides[0]
        if np.isneginf(self.log_prior):
            return -np.inf, np.zeros(len(side.log_weight))
        weighed = np.where(side.exclusions > left.excluded[0], -np.inf, side.log_weight + side.total - left.sums[0])
        return self.log_prior + log_sum(weighed) - log_sum(side.log_weight), _influence(weighed, side.log_weight)

    def _back(self, left: LeftOutRows) -> tuple[float, Array] | None:
        side = self.sides[1]
        if left.excluded[1].any():
            return None
        if not len(side.log_weight) or np.isneginf(self.log_prior):
            return -np.inf, np.zeros(len(side.log_weight))
        weighed = side.log_weight - left.sums[1]
        return self.log_evidence + log_sum(weighed), _influence(weighed, np.zeros(len(weighed)))


def marginals(posterior: Posterior, prior: Posterior, parameter: str, label: str = "") -> tuple[Hypotheses, tuple[Marginal, ...]]:
    """Return a Categorical parameter's values with their prior and posterior, and the rows under each of them.

    ``posterior`` comes from the fast engine, ``prior`` are draws of the same model's prior.
    """
    model = posterior.model
    values = model.topic.parameters[parameter].categories
    before, after = (draws.column(parameter, label) for draws in (prior, posterior))
    matrix = model.log_likelihood(prior.parameters)
    shares = _prior_shares(prior, parameter, label)
    evidence = posterior.diagnostics.log_evidence or 0.0
    shared = _shared_origins(model)
    with np.errstate(divide="ignore"):
        sides = tuple(
            Marginal(
                float(np.log(shares[code])),
                evidence,
                (
                    _side(prior, np.broadcast_to(matrix, (len(prior), matrix.shape[1])), before == code),
                    _side(posterior, posterior.log_likelihood, after == code),
                ),
                shared,
            )
            for code in range(len(values))
        )
    reached = np.array([posterior.weights[after == code].sum() for code in range(len(values))])
    return Hypotheses(parameter, label, values, shares, reached), sides


def _prior_shares(prior: Posterior, parameter: str, label: str) -> Array:
    """The probability of each value before any row: the prior's own numbers, or, where they depend on others, from draws."""
    declared = prior.model.topic.parameters[parameter]
    position = declared.labels.index(label) if label else 0
    block = next(candidate for candidate in blocks(prior.model) if candidate.name == parameter and position in candidate.positions)
    if block.fixed is not None:
        return np.ravel(np.asarray(block.fixed["p"], dtype=float))
    codes = prior.column(parameter, label)
    return np.array([prior.weights[codes == code].sum() for code in range(len(declared.categories))])


def _shared_origins(model: Model) -> tuple[SharedOrigin, ...]:
    """The rows of each origin that has several, and those of each chain."""
    ends = np.cumsum([len(table) for table in model.tables.values()], dtype=np.int64)
    firsts = {name: int(end) - len(table) for (name, table), end in zip(model.tables.items(), ends, strict=True)}
    together: list[list[tuple[str, int]]] = []
    for group in table_groups(model.tables):
        if len(group) > 1:
            together.append([(name, row) for name, table in group.items() for row in range(len(table))])
            continue
        for name, table in group.items():
            origins = np.zeros(0) if table.entry is None else table.entry.origins[0]
            together += [[(name, row) for row in np.flatnonzero(origins == origin).tolist()] for origin in np.unique(origins)]
    return tuple(
        SharedOrigin(model, tuple(firsts[name] + row for name, row in places), tuple(places)) for places in together if len(places) > 1
    )


def _side(draws: Posterior, matrix: Array, chosen: NDArray[np.bool_]) -> Side:
    part = matrix[chosen]
    parameters = {name: np.broadcast_to(values, (len(draws), values.shape[1]))[chosen] for name, values in draws.parameters.items()}
    excluded = np.isneginf(part)
    finite: Array = np.asfortranarray(np.where(excluded, 0.0, part))  # read row by row
    return Side(draws.log_weight[chosen], finite, np.asfortranarray(excluded), finite.sum(axis=1), excluded.sum(axis=1), parameters)


def _influence(log_weight: Array, from_log_weight: Array) -> Array:
    """How each draw bears on the log of a ratio of sums of weights, ``(draws,)``; nothing where the sum is zero."""
    if not len(log_weight) or np.isneginf(log_weight.max()):
        return np.zeros(len(log_weight))
    share: Array = np.exp(log_weight - log_sum(log_weight)) - np.exp(from_log_weight - log_sum(from_log_weight))
    return share


def _forward_share(forward: Array, back: Array) -> float:
    """The share of the forward estimate: by precision, and all or nothing where one has too few effective draws."""
    one, other = float(forward @ forward), float(back @ back)
    if max(one, other) > 1 / FEWEST_DRAWS_TO_JOIN:
        return float(one <= other)
    return 1.0 if one + other == 0 else other / (one + other)


def error_of(parts: Sequence[Array]) -> float:
    """The standard error that influences add up to."""
    return float(np.sqrt(sum(float(part @ part) for part in parts)))
