"""What the fast engine samples, and the only place where it is evaluated.

A target is a prior times a likelihood in one choice of coordinates.  The engine
knows nothing of topics; the model layer supplies targets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from forecast.model.draw_blocks import CELLS_IN_CACHE

DENSITIES_AT_ONCE = 2**21  # points times rows evaluated in one call: 16 MB for each array the likelihood makes
AT_FIRST = 64  # points at which it is seen how many rows there are
DENSITIES_KEPT = 2**26  # points times rows whose densities are kept, half a gigabyte; of more only the sums are


class Target(Protocol):
    """A density over ``x`` in ``R**d``: prior times likelihood, in one choice of coordinates."""

    @property
    def dimension(self) -> int:
        """The number of coordinates, ``d``; may be 0."""

    @property
    def normal(self) -> NDArray[np.bool_]:
        """Which coordinates ``(d,)`` are standard normal in the prior, whatever the others are."""

    def start(self, uniforms: Array) -> Array:
        """Map uniforms ``(n, d)`` in (0, 1) to draws of the prior ``(n, d)``."""

    def log_prior(self, x: Array) -> Array:
        """The prior's log density at points ``(n, d)``; minus infinity outside its support."""

    def log_likelihood(self, x: Array) -> Array:
        """The log density of each row at points ``(n, d)``: ``(n, rows)``; minus infinity where impossible."""


class NoSupport(Exception):
    """The likelihood is zero at every draw of the prior.

    ``rows`` are those impossible at every draw; empty where each is possible at some draw,
    but never all of them at one.  ``draws`` says how many were tried.
    """

    def __init__(self, rows: tuple[int, ...], draws: int) -> None:
        which = f"rows {', '.join(map(str, rows))} are impossible" if rows else "the rows are never possible together"
        super().__init__(f"{which} under all {draws} draws of the prior")
        self.rows = rows
        self.draws = draws


class NotFinite(Exception):
    """A log density is not a number, or is plus infinity.

    ``rows`` are the rows whose likelihood it is; empty where it is the prior's density.  ``example`` is one such point ``(d,)``.
    """

    def __init__(self, rows: tuple[int, ...], example: Array) -> None:
        which = f"log-likelihood of rows {', '.join(map(str, rows))}" if rows else "prior"
        super().__init__(f"the {which} is not finite at {example.tolist()}")
        self.rows = rows
        self.example = example


class ArithmeticFailure(ArithmeticError):
    """A point to be evaluated lies beyond the range of floats, or has no density where it was drawn from: the engine's own arithmetic has failed."""


# what may go wrong at points and in fits of the engine's own making, of which no prior draw knows
FAILURES = (np.linalg.LinAlgError, ArithmeticFailure, NotFinite)


def failure_message(error: Exception) -> str:
    """Say what went wrong in the engine's own arithmetic."""
    match error:
        case NotFinite():
            return "it came to points, far from all draws of the prior, at which a density is infinite or not a number"
        case ArithmeticFailure():
            return "it came to points beyond the range of a computer's numbers"
        case NoSupport():
            return "every draw of the prior that it began with is impossible"
        case _:
            return "a covariance that it fitted cannot be inverted"


@dataclass(frozen=True, slots=True)
class EvaluatedPoints:
    """Points ``x`` ``(n, d)``, the prior's log density ``(n,)`` and the likelihood's, by row ``(n, rows)``.

    Where the prior is zero the likelihood is not asked for, and stands as minus infinity.
    ``log_likelihood`` is ``(n, 0)`` where there are too many rows to keep; ``summed`` ``(n,)`` is
    over all rows, and ``never`` ``(rows,)`` says which are impossible at every point.
    """

    x: Array
    log_prior: Array
    log_likelihood: Array
    summed: Array
    never: NDArray[np.bool_]

    @property
    def log_posterior(self) -> Array:
        """Log of prior times likelihood ``(n,)``, not normalised."""
        with np.errstate(over="ignore"):  # rows so unlikely together that no float holds it are impossible
            total: Array = self.log_prior + self.summed
        return total


def evaluate_target(target: Target, x: Array, *, row_count: int | None = None) -> EvaluatedPoints:
    """Evaluate a target once at each point, in chunks that fit in memory.

    ``row_count``, where it is known already, saves a call of the likelihood.
    Raises NotFinite where a log density is NaN or plus infinity, naming all rows of the
    chunk concerned, and Astray where a point is not finite.
    """
    bad = ~np.isfinite(x).all(axis=1)
    if bad.any():
        raise ArithmeticFailure(f"no density can be asked for at {x[bad][0].tolist()}")
    log_prior = target.log_prior(x)
    bad = np.isnan(log_prior) | np.isposinf(log_prior)
    if bad.any():
        raise NotFinite((), x[bad][0])
    possible = np.flatnonzero(log_prior > -np.inf)
    tried = AT_FIRST if row_count is None else max(AT_FIRST, DENSITIES_AT_ONCE // max(1, row_count))
    first = _row_log_densities(target, x[possible[:tried]] if len(possible) else x[:0])
    chunk = max(AT_FIRST, DENSITIES_AT_ONCE // max(1, first.shape[1]))
    rest = possible[tried:]
    if len(x) * first.shape[1] > DENSITIES_KEPT:
        return _evaluate_sums(target, x, log_prior, possible, first.shape[1])
    pieces = [first] + [_row_log_densities(target, x[rest[begin : begin + chunk]]) for begin in range(0, len(rest), chunk)]
    log_likelihood = np.concatenate(pieces)
    if len(possible) < len(x):
        of_possible, log_likelihood = log_likelihood, np.full((len(x), first.shape[1]), -np.inf)
        log_likelihood[possible] = of_possible
    return EvaluatedPoints(x, log_prior, log_likelihood, _row_sums(log_likelihood), np.isneginf(log_likelihood).all(axis=0))


def _evaluate_sums(target: Target, x: Array, log_prior: Array, possible: NDArray[np.intp], row_count: int) -> EvaluatedPoints:
    """The points evaluated a few at a time, of whose rows only the sums are kept."""
    summed, never = np.full(len(x), -np.inf), np.ones(row_count, dtype=bool)
    chunk = max(1, CELLS_IN_CACHE // row_count)
    for begin in range(0, len(possible), chunk):
        some = possible[begin : begin + chunk]
        rows = _row_log_densities(target, x[some])
        summed[some] = _row_sums(rows)
        never &= np.isneginf(rows).all(axis=0)
    return EvaluatedPoints(x, log_prior, np.empty((len(x), 0)), summed, never)


@np.errstate(over="ignore")  # rows so unlikely together that no float holds it are impossible
def _row_sums(rows: Array) -> Array:
    total: Array = rows.sum(axis=1)
    return total


def _row_log_densities(target: Target, x: Array) -> Array:
    log_likelihood = target.log_likelihood(x)
    bad = np.isnan(log_likelihood) | np.isposinf(log_likelihood)
    if bad.any():
        rows = tuple(int(row) for row in np.flatnonzero(bad.any(axis=0)))
        raise NotFinite(rows, x[bad.any(axis=1)][0])
    return log_likelihood
