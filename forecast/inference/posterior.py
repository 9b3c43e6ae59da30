"""Weighted draws of a model's parameters; the log-likelihood of rows at these draws is worked out when it is asked for.

The log-likelihood of every row at every draw is a matrix that grows with the record, and is never kept:
``log_likelihood_blocks`` gives it a few rows at a time, ``row_log_likelihood`` for chosen rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from forecast.inference.monte_carlo import ReplicatedCases, block_replicates
from forecast.language.arrays import Array, Indices
from forecast.language.faults import did_you_mean
from forecast.model.chosen_rows import log_likelihood_of
from forecast.model.errors import Unsound, topic_problem
from forecast.model.model import Model

BLOCK_CELLS = 2**21  # draws times rows of a block of the log-likelihood: 16 MB
MOST_IN_ONE_PIECE = 2**26  # draws times rows that are given in one piece, half a gigabyte; more are read in blocks
FEWEST_COMPARED = 2_500  # effective draws of a run that is only compared, where its weights may have no variance
type Engine = Literal["importance", "nuts", "prior"]

NO_PARAMETER = ""  # the name, which no parameter can have, of what stands for the draws where a topic has no parameters


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """How far an engine's draws can be trusted.

    ``sound`` is the engine's own verdict and ``reason`` says in words why not.
    ``short`` says that nothing is wrong but that there are too few effective draws:
    then the measured errors are larger than wanted, and hold.  ``heavy`` says that nothing is wrong but that the weights may have no
    variance (Pareto k-hat above 0.5, and up to 0.7): then averages still converge, and their errors may be measured too small.
    ``effective_size`` counts draws as if independent (the smallest over the
    parameters for NUTS).  ``started_from`` names the engine whose draws the chains
    started from, where they found no start of their own.  ``left_out`` is the greatest share of the
    posterior that a search has found and that the draws left out, though they were enough.  What an engine does not have is None.  ``overflow`` is the share of the prior
    that is left out since a statement lies beyond the range of floats there; None where nothing is.
    """

    engine: Engine
    draws: int
    effective_size: float
    sound: bool
    reason: str = ""
    coordinates: str = ""
    rounds: int | None = None
    pareto_k: float | None = None
    log_evidence: float | None = None
    log_evidence_error: float | None = None
    r_hat: float | None = None
    ess_bulk: float | None = None
    ess_tail: float | None = None
    divergences: int | None = None
    overflow: float | None = None
    seconds: float | None = None
    short: bool = False
    heavy: bool = False
    started_from: Literal["importance", ""] = ""
    left_out: float = 0.0

    @property
    def converges(self) -> bool:
        """Whether averages over the draws converge at a practical speed, though their errors may not be sure: enough for what is only compared."""
        return self.sound or (self.heavy and self.effective_size >= FEWEST_COMPARED)

    @property
    def is_comparable(self) -> bool:
        """Whether another engine's figures can be held against these."""
        return self.sound or self.short or self.heavy


@dataclass(frozen=True, slots=True)
class CoveredDraws:
    """Which of some draws ``(draws,)`` lie where an engine's weights are bounded, and which lie where it has missed something.

    ``least`` is the probability of what it has missed as measured by itself, less one standard error: not a frequency of these draws.
    """

    bounded: NDArray[np.bool_]
    missed: NDArray[np.bool_]
    least: float


class Coverage(Protocol):
    """Where an engine with weighted draws has drawn enough; see ``forecast.inference.importance.coverage``."""

    @property
    def bounded_draws(self) -> NDArray[np.bool_]:
        """Which of its own draws lie where its weights are bounded."""

    @property
    def negligible(self) -> float:
        """The probability that it may miss."""

    def locate(self, parameters: Mapping[str, NDArray[Any]]) -> CoveredDraws | None:
        """Return where other draws lie; None where that cannot be said."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """Draws of the parameters given the rows of a model.

    ``parameters`` maps each name to ``(draws, 1)``, or ``(draws, labels)``;
    ``log_weight`` is ``(draws,)`` with weights summing to one.
    ``chains`` tells how many chains stand one after another in the draws (1 for
    draws that are not a chain).  ``replicate`` is the number of each draw's replicate, ``(draws,)``; None where they are
    blocks of draws one after another.  ``coverage`` says of draws that are only compared where there are enough of them; None where
    they are sound, or it is not known.  ``diverging`` says of each draw of NUTS whether its trajectory diverged, ``(draws,)``; None for
    other draws.
    """

    model: Model
    engine: Engine
    parameters: Mapping[str, NDArray[Any]]
    log_weight: Array
    diagnostics: Diagnostics
    chains: int = 1
    replicate: Indices | None = None
    coverage: Coverage | None = None
    diverging: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        """Refuse replicates of other draws, as are left where draws were replaced without them."""
        if self.replicate is not None and len(self.replicate) != len(self.log_weight):
            raise ValueError(f"{len(self.replicate)} replicates of {len(self.log_weight)} draws")
        if self.diverging is not None and len(self.diverging) != len(self.log_weight):
            raise ValueError(f"{len(self.diverging)} trajectories of {len(self.log_weight)} draws")

    def __len__(self) -> int:
        return len(self.log_weight)

    def row_log_likelihood(self, columns: Sequence[int]) -> Array:
        """Return the log-likelihood of chosen rows at every draw, ``(draws, columns)``; ``columns`` are places in ``model.rows``.

        NaN for a topic's own model, which alone knows what it makes of its rows.
        """
        if self.model.topic.own is not None:
            return np.full((len(self), len(columns)), np.nan)
        return log_likelihood_of(self.model, self.parameters, columns)

    def log_likelihood_blocks(self, *, cells: int = BLOCK_CELLS) -> Iterator[tuple[range, Array]]:
        """Yield the log-likelihood of all rows, a few rows at a time: their places in ``model.rows``, and ``(draws, places)``.

        A block has ``cells`` numbers at most, or one row.
        """
        size, rows = max(1, cells // max(1, len(self))), self.model.row_count
        for begin in range(0, rows, size):
            columns = range(begin, min(begin + size, rows))
            yield columns, self.row_log_likelihood(columns)

    @property
    def log_likelihood(self) -> Array:
        """The log-likelihood of every row at every draw, ``(draws, rows)``, worked out anew each time.

        Raises ``Unsound`` where it has more than ``MOST_IN_ONE_PIECE`` numbers: then it is to be read in blocks.
        """
        require_rows(self)
        return self.row_log_likelihood(range(self.model.row_count))

    @property
    def keeps_rows(self) -> bool:
        """Whether the log-likelihood of every row at every draw can be had in one piece."""
        return len(self) * self.model.row_count <= MOST_IN_ONE_PIECE

    @property
    def weights(self) -> Array:
        """The draws' weights, summing to one."""
        weights: Array = np.exp(self.log_weight)
        return weights

    @property
    def replicates(self) -> Indices:
        """The number of each draw's replicate, ``(draws,)``."""
        return block_replicates(len(self)) if self.replicate is None else self.replicate

    @property
    def cases(self) -> ReplicatedCases:
        """The draws as cases whose errors can be measured."""
        return ReplicatedCases(self.weights, self.replicates, self.diagnostics.effective_size)

    def column(self, name: str, label: str = "") -> Array:
        """The draws of one value: of a parameter, or of one of its labels, shape ``(draws,)``, in the parameter's unit.

        Raises ``KeyError`` for a name or label that there is not, and for a parameter with a value for each label where none is given.
        """
        if name not in self.parameters:
            raise KeyError(f"no parameter `{name}`; {did_you_mean(name, self.parameters) or ', '.join(self.parameters)}")
        labels = self.model.topic.parameters[name].labels
        if label and label not in labels:
            raise KeyError(f"`{name}` has no label `{label}`; {f'it has {", ".join(labels)}' if labels else 'it has one value'}")
        if labels and not label:
            raise KeyError(f"`{name}` has a value for each label; give one of them, as in label={labels[0]!r}: {', '.join(labels)}")
        values: Array = np.asarray(self.parameters[name][:, labels.index(label) if label else 0], dtype=float)
        return values

    def restricted_to(self, region: NDArray[np.bool_]) -> Posterior:
        """Return the draws in a part of the posterior, ``(draws,)`` true where they are: those given that the parameters lie there."""
        weights = self.log_weight[region]
        total = float(np.logaddexp.reduce(weights))
        return replace(
            self,
            parameters={name: values[region] for name, values in self.parameters.items()},
            log_weight=weights - total,
            diagnostics=replace(self.diagnostics, effective_size=max(1.0, math.exp(total) * self.diagnostics.effective_size)),
            replicate=self.replicates[region],
            coverage=None,
        )

    def mean(self, name: str, label: str = "") -> float:
        """The posterior mean of one value, as ``column`` takes it."""
        return float(self.weights @ self.column(name, label))

    def sd(self, name: str, label: str = "") -> float:
        """The posterior standard deviation of one value, as ``column`` takes it."""
        values = self.column(name, label)
        return float(np.sqrt(self.weights @ (values - self.weights @ values) ** 2))

    def quantiles(self, name: str, levels: tuple[float, ...] = (0.05, 0.5, 0.95), label: str = "") -> tuple[float, ...]:
        """Quantiles of one value, as ``column`` takes it, at levels in ``(0, 1)``: one number for each level."""
        return weighted_quantiles(self.column(name, label), self.weights, levels)

    def resample(self, count: int, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
        """Return ``count`` draws with equal weights, by systematic resampling of the draws in random order.

        The order must be random: draws come in the order of a lattice, and every
        so many of a lattice's points may lie on few planes.
        """
        order = rng.permutation(len(self))
        picked = order[systematic_resample(self.weights[order], count, rng)]
        return {name: values[picked] for name, values in self.parameters.items()}

    def resample_replicates(self, count: int, rng: np.random.Generator) -> tuple[dict[str, NDArray[Any]], Indices]:
        """Return ``count`` draws with equal weights, in random order, and the replicate that each came from.

        Each replicate is resampled by itself, as often as its weight says, so that what comes of its draws
        is as independent of the other replicates as they are.
        """
        order = rng.permutation(len(self))
        order = order[
            np.argsort(self.replicates[order].astype(np.uint8), kind="stable")
        ]  # whole numbers this small are sorted in a tenth of the time
        picked = rng.permutation(order[systematic_resample(self.weights[order], count, rng)])
        return {name: values[picked] for name, values in self.parameters.items()}, self.replicates[picked]

    def __repr__(self) -> str:
        """What it is of, and how many draws there are, which may be many thousands."""
        sound = "sound" if self.diagnostics.sound else "not sound"
        return (
            f"<Posterior of {self.model.topic.name} as of {self.model.as_of}: {len(self.model.topic.parameters)} parameters, {len(self):,} draws, "
            f"{self.diagnostics.effective_size:,.0f} effective, engine {self.engine}, {sound}>"
        )

    def _repr_html_(self) -> str:
        """What a notebook shows: the parameters."""
        from forecast.inference.posterior_table import posterior_html

        return posterior_html(self)


def with_draw_count(parameters: Mapping[str, NDArray[Any]], draws: int) -> Mapping[str, NDArray[Any]]:
    """Return parameters that say how many draws there are also where there is no parameter: then with zeros under ``NO_PARAMETER``."""
    return parameters or {NO_PARAMETER: np.zeros((draws, 1))}


@dataclass(frozen=True, slots=True)
class OrderedDraws:
    """Weighted draws in order: ``values`` ``(draws,)`` from the smallest up, and the weights ``cumulative`` to each of them."""

    values: Array
    cumulative: Array

    def quantiles(self, levels: Sequence[float]) -> tuple[float, ...]:
        """Quantiles at levels in ``[0, 1]``: the smallest value at which the weights up to it reach a level."""
        reached = np.searchsorted(self.cumulative, np.asarray(levels) * self.cumulative[-1])
        return tuple(self.values[np.minimum(reached, len(self.values) - 1)].tolist())


def order_draws(values: Array, weights: Array) -> OrderedDraws:
    """Return weighted draws ``(draws,)`` in order."""
    if (weights == weights[0]).all():  # values alone are sorted in a tenth of the time
        return OrderedDraws(np.sort(values), np.cumsum(weights))
    order = np.argsort(values)
    return OrderedDraws(values[order], np.cumsum(weights[order]))


def weighted_quantiles(values: Array, weights: Array, levels: Sequence[float]) -> tuple[float, ...]:
    """Quantiles of weighted draws at levels in ``[0, 1]``; where more is asked of the same draws, put them in order once."""
    return order_draws(values, weights).quantiles(levels)


def systematic_resample(weights: Array, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Indices of a systematic resample: each draw comes ``count * weight`` times, give or take one."""
    cumulative = np.cumsum(weights)
    marks = (np.arange(count) + rng.random()) / count * cumulative[-1]
    picked: NDArray[np.int64] = np.minimum(np.searchsorted(cumulative, marks, side="right"), len(weights) - 1)
    return picked


def rows_not_kept_message(posterior: Posterior) -> str:
    """Say that the density of each row at each draw is not to be had in one piece, and why."""
    rows, draws = posterior.model.row_count, len(posterior)
    return f"{rows:,} rows on {draws:,} draws are {rows * draws:,} densities, of which at most {MOST_IN_ONE_PIECE:,} are kept"


def require_rows(posterior: Posterior) -> None:
    """Raise ``Unsound`` where the density of each row at each draw is needed in one piece and too large for that."""
    if not posterior.keeps_rows:
        raise Unsound(
            topic_problem(posterior.model.topic, ("streams",), rows_not_kept_message(posterior), "add rows up, as a week's or a month's")
        )
