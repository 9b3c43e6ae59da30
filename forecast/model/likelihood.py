"""How a row enters the likelihood: as a value or a range, with a weight, in a report that may be wrong, alone or with its copies.

A report of reliability r says a value of density f if it is right and of density
g if it is wrong.  Reports of one origin are right or wrong together, so their
joint likelihood is ``r Π f + (1 - r) Π g``; it is computed row by row by the chain
rule, in the order of the rows, so that sums are exact.  Reports of one origin
about the same days and labels are copies of one observation, which counts once,
where it stands first.  A weight is the power of a row's likelihood (Ibrahim and
Chen 2000, doi:10.1214/ss/1009212673).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.checks.entering import open_total_fault, rows_after_ranges, weight_fault
from forecast.book.record_columns import RecordColumns
from forecast.book.regime import Regime
from forecast.book.rows import first_of_observation, first_of_origin
from forecast.book.topic import Row, Stream
from forecast.language.arrays import Array
from forecast.language.distributions.family import Family
from forecast.language.evaluate import Scope, evaluate
from forecast.language.expressions import Expression
from forecast.language.ops import NUMPY
from forecast.model.errors import Unsound, place_problem

if TYPE_CHECKING:
    from forecast.book.topic import Topic


@dataclass(frozen=True)
class Entry:
    """How the rows of a table enter, each array ``(1, rows)``.

    ``lower`` and ``upper`` are the ends of a row's range, both its value where
    that is known.  Rows with one number in ``origins`` are reports of one origin,
    and with one number in ``observations`` copies of each other.  Where the statement uses a hidden ``regime``
    each row depends on those before it, as reports of one origin do, so that all have one number in ``origins``, and ``steps`` are
    the calendar steps in which the rows lie.  They depend on those of other streams of that regime, too (``chain_groups``).
    """

    lower: Array
    upper: Array
    weights: Array
    origins: NDArray[np.int64]
    observations: NDArray[np.int64]
    regime: Regime | None = None
    steps: NDArray[np.int64] | None = None

    def at(self, chosen: Sequence[int] | NDArray[Any]) -> Entry:
        """Return how some of the rows enter, when they are the only ones."""
        lower, upper, weights = (array[:, chosen] for array in (self.lower, self.upper, self.weights))
        steps = None if self.steps is None else self.steps[:, chosen]
        return Entry(lower, upper, weights, self.origins[:, chosen], self.observations[:, chosen], self.regime, steps)

    @cached_property
    def ranged(self) -> NDArray[np.bool_]:
        """Whether each row is a range, ``(rows,)``."""
        apart: NDArray[np.bool_] = self.lower[0] != self.upper[0]
        return apart

    @cached_property
    def is_counted(self) -> NDArray[np.bool_]:
        """Whether each row is the first to tell of its observation, ``(rows,)``."""
        first = np.zeros(self.observations.shape[1], dtype=bool)
        first[np.unique(self.observations[0], return_index=True)[1]] = True
        return first

    @property
    def telling(self) -> NDArray[np.bool_]:
        """Whether each row adds anything: the first to tell of its observation, with a weight above 0, ``(rows,)``."""
        weighed: NDArray[np.bool_] = self.weights[0] > 0
        return self.is_counted & weighed

    @property
    def is_shared(self) -> bool:
        """Whether several rows are of one origin."""
        return bool(len(np.unique(self.origins)) < self.origins.shape[1])

    @cached_property
    def together(self) -> tuple[NDArray[np.int64], ...]:
        """The rows of each origin that has several observations, copies left out."""
        return tuple(rows_together(self.origins[0], np.flatnonzero(self.is_counted)))

    @cached_property
    def together_with_copies(self) -> tuple[NDArray[np.int64], ...]:
        """The rows of each origin that has several."""
        return tuple(rows_together(self.origins[0], np.arange(self.origins.shape[1])))

    def before(self, row: int) -> NDArray[np.int64]:
        """The rows of the same origin that stand before a row."""
        return np.flatnonzero(self.origins[0, :row] == self.origins[0, row])


def needs_entry(stream: Stream, rows: RecordColumns) -> bool:
    """Whether a stream's rows enter otherwise than each by the density of its value."""
    return bool(stream.entering_texts) or bool(rows.ranged.any()) or not rows.origin.is_empty


def entry_of(topic: Topic, stream: Stream, rows: RecordColumns, scope: Scope) -> Entry:
    """Return how rows enter; ``scope`` has their columns and clocks, ``(1, rows)`` each.

    Raises ``Unsound``, placed at the row, where a weight is not between 0 and 1.
    """
    lower, upper = (np.where(rows.ranged, end, rows.value)[None, :] for end in (rows.low, rows.high))
    firsts = (first_of_origin(rows), first_of_observation(rows, stream.label_columns))
    origins, observations = (np.unique(first, return_inverse=True)[1][None, :].astype(np.int64) for first in firsts)
    return Entry(lower, upper, _row_weights(topic, stream, rows, scope), origins, observations)


def density_of_rows(kind: Family, arguments: Mapping[str, Any], values: Array, entry: Entry | None) -> Array:
    """The log density of values, and the log probability of ranges, ``(draws, rows)`` or what broadcasts to it."""
    if entry is None or not entry.ranged.any():
        return kind.log_density(values, **arguments)
    draws = max((len(value) for value in arguments.values() if np.ndim(value) > 1), default=1)
    density = np.empty((draws, values.shape[1]))
    open_above, open_below = np.isposinf(entry.upper[0]), np.isneginf(entry.lower[0])
    ways = (~entry.ranged, open_above, open_below & ~open_above, entry.ranged & ~open_above & ~open_below)  # the last takes longest
    for way, rows in enumerate(map(np.flatnonzero, ways)):
        if len(rows):
            own = {name: value[:, rows] if np.ndim(value) > 1 and value.shape[1] > 1 else value for name, value in arguments.items()}
            if way == 0:
                density[:, rows] = kind.log_density(values[:, rows], **own)
            else:
                density[:, rows] = kind.log_between(entry.lower[:, rows], entry.upper[:, rows], **own)
    return density


def row_log_likelihood(right: Array, wrong: Array | None, share: Array | None, entry: Entry) -> Array:
    """Return what each row adds to the log-likelihood, ``(draws, rows)``.

    ``right`` and ``wrong`` are the log densities of each report if it is right and
    if it is wrong, ``share`` the probability that it is right; the last two None
    where no report is ever wrong.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        if wrong is None or share is None:
            density = right
        else:
            is_right, is_wrong = np.log(share), np.log1p(-share)
            density = np.logaddexp(is_right + right, is_wrong + wrong)
            for rows in entry.together:
                first = rows[:1]
                whole = np.logaddexp(is_right[:, first] + right[:, rows].cumsum(axis=1), is_wrong[:, first] + wrong[:, rows].cumsum(axis=1))
                before, after = whole[:, :-1], whole[:, 1:]
                density[:, rows[1:]] = np.where(np.isneginf(after), -np.inf, after - before)
        density = np.where(entry.is_counted, density, 0.0)
        return np.where(entry.weights == 0, 0.0, entry.weights * density)


def rows_together(origins: NDArray[np.int64], rows: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield those of some rows that are of one origin, in their order, for each origin that has several of them."""
    by_origin = rows[np.argsort(origins[rows], kind="stable")]
    for together in np.split(by_origin, np.flatnonzero(np.diff(origins[by_origin])) + 1):
        if len(together) > 1:
            yield together


def unequal_reliability_message(row: Row, first: Row) -> tuple[str, str]:
    """The message and hint of a report that is not as reliable as the first of its origin."""
    return (
        f"this report and line {first.place.line} have the origin `{row.origin}`, and the reliability makes one likelier right than the other",
        "reports of one origin are right or wrong together: let the reliability depend on what they share",
    )


def refuse_ranges(topic: Topic, rows: RecordColumns, name: str, others: RecordColumns) -> None:
    """Raise ``Unsound``, placed at the row, where one of ``rows`` needs a total of the stream ``name`` that a range leaves open."""
    for at, ranged in rows_after_ranges(rows, others):
        raise Unsound(place_problem(topic, rows[at].place, *open_total_fault(name, ranged)))


def likelihood_expressions(stream: Stream) -> tuple[Expression, ...]:
    """Every expression that the likelihood of a stream's rows depends on, their weights aside."""
    return (*stream.value.arguments.values(), *stream.entering)


def with_same_origin(entry: Entry | None, moved: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows that the parameters move, ``(rows,)``, and with them all others of their origin."""
    if entry is None:
        return moved
    together = moved.copy()
    for rows in entry.together:
        together[rows] = moved[rows].any()
    return together


def _row_weights(topic: Topic, stream: Stream, rows: RecordColumns, scope: Scope) -> Array:
    if stream.weight is None or not rows:
        return np.ones((1, len(rows)))
    with np.errstate(all="ignore"):
        weights = np.broadcast_to(np.asarray(evaluate(stream.weight, scope, NUMPY), dtype=float), (1, len(rows)))
    for at in np.flatnonzero(~((weights[0] >= 0) & (weights[0] <= 1))).tolist():
        if (fault := weight_fault(float(weights[0, at]))) is not None:
            raise Unsound(place_problem(topic, rows[at].place, *fault))
    return np.array(weights)
