"""What the fast engine samples, and the only place where it is evaluated.

A target is a prior times a likelihood in one choice of coordinates.  The engine
knows nothing of topics; the model layer supplies targets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array, Indices
from forecast.model.draw_blocks import CELLS_AT_ONCE, CELLS_IN_CACHE

AT_FIRST = 64  # points at which rows that have no density are looked for first


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

    def total_log_likelihood(self, x: Array) -> Array:
        """The log density of all rows together at points ``(n, d)``: ``(n,)``; minus infinity where impossible."""

    def log_likelihood(self, x: Array) -> Array:
        """The log density of each row at points ``(n, d)``: ``(n, rows)``.  It is asked for only to say which rows are at fault."""

    def log_likelihood_at(self, x: Array, rows: Indices) -> Array:
        """The same of some rows, ``(n, len(rows))``."""


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
    """Points ``x`` ``(n, d)``, the prior's log density and the likelihood's, of all rows together, ``(n,)`` each.

    Where the prior is zero the likelihood is not asked for, and stands as minus infinity.
    """

    x: Array
    log_prior: Array
    log_likelihood: Array

    @property
    def log_posterior(self) -> Array:
        """Log of prior times likelihood ``(n,)``, not normalised."""
        with np.errstate(over="ignore"):  # rows so unlikely together that no float holds it are impossible
            total: Array = self.log_prior + self.log_likelihood
        return total


def evaluate_target(target: Target, x: Array) -> EvaluatedPoints:
    """Evaluate a target once at each point.

    Raises NotFinite where a log density is NaN or plus infinity, naming rows concerned, and ArithmeticFailure where a point is not finite.
    """
    bad = ~np.isfinite(x).all(axis=1)
    if bad.any():
        raise ArithmeticFailure(f"no density can be asked for at {x[bad][0].tolist()}")
    log_prior = target.log_prior(x)
    bad = np.isnan(log_prior) | np.isposinf(log_prior)
    if bad.any():
        raise NotFinite((), x[bad][0])
    possible = log_prior > -np.inf
    if possible.all():
        log_likelihood = target.total_log_likelihood(x)
        _check_likelihood(target, x, log_likelihood)
        return EvaluatedPoints(x, log_prior, log_likelihood)
    log_likelihood = np.full(len(x), -np.inf)
    if possible.any():
        log_likelihood[possible] = target.total_log_likelihood(x[possible])
        _check_likelihood(target, x[possible], log_likelihood[possible])
    return EvaluatedPoints(x, log_prior, log_likelihood)


def rows_never_possible(target: Target, points: EvaluatedPoints) -> tuple[int, ...]:
    """Return the rows that are impossible at every point; one that has been possible is not looked at again."""
    x = points.x[points.log_prior > -np.inf]
    never, begin = np.flatnonzero(np.isneginf(target.log_likelihood(x[:1])).all(axis=0)), 1
    while len(never) and begin < len(x):
        size = max(1, CELLS_IN_CACHE // len(never))
        never = never[np.isneginf(target.log_likelihood_at(x[begin : begin + size], never)).all(axis=0)]
        begin += size
    return tuple(never.tolist())


def _check_likelihood(target: Target, x: Array, log_likelihood: Array) -> None:
    """Raise NotFinite where the likelihood of some row is none; it names the rows of all points up to a few thousand from the first on."""
    bad = np.flatnonzero(np.isnan(log_likelihood) | np.isposinf(log_likelihood))
    if not len(bad):
        return
    row_count = target.log_likelihood(x[bad[:1]]).shape[1]
    size = max(AT_FIRST, CELLS_AT_ONCE // max(1, row_count))
    begin = 0 if bad[0] < AT_FIRST else AT_FIRST + (bad[0] - AT_FIRST) // size * size
    together = bad[bad < (AT_FIRST if begin == 0 else begin + size)]
    none, step = np.zeros(row_count, dtype=bool), max(1, CELLS_IN_CACHE // max(1, row_count))
    for start in range(0, len(together), step):
        rows = target.log_likelihood(x[together[start : start + step]])
        none |= (np.isnan(rows) | np.isposinf(rows)).any(axis=0)
    if none.any():
        raise NotFinite(tuple(np.flatnonzero(none).tolist()), x[bad[0]])
