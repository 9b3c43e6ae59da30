"""The matrix of evidence: what each row says for and against each hypothesis, in bits.

In the manner of Heuer's analysis of competing hypotheses (Psychology of
Intelligence Analysis, 1999, chapter 8), with a likelihood in each cell where he
writes a plus or a minus.  Rows are taken in the order in which they became known.
A cell is the weight of evidence (Good 1950) of the row for a hypothesis h against
all others together, given the rows before it:

    log2 P(row | h, rows before) - log2 P(row | not h, rows before)

with everything else unknown averaged out.  By the chain rule a column sums to the log
Bayes factor of the record, and the prior's log odds plus that sum are the posterior's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite, log

import numpy as np

from forecast.book.topic import Row
from forecast.inference.posterior import Posterior
from forecast.insight.marginal_likelihood import Hypotheses, LeftOutRows, Marginal, MarginalEstimate, error_of, marginals
from forecast.language.arrays import Array

BIT = log(2)
INCONSISTENT_BITS = 1.0  # bits from which a row counts as for or against a hypothesis: twice as likely under it, or half
TIED = 1e-6  # relative difference up to which two shares are equal
LEAST_DIAGNOSTIC_BITS = 0.1  # bits between its best and its worst hypothesis below which a row says the same of all


@dataclass(frozen=True, slots=True)
class Cell:
    """What a row says for (+) or against (-) one hypothesis: ``bits`` against all others together, and their error.

    ``likelihood`` is log2 P(row | h, rows before).  ``bits`` is minus infinity where the row is impossible under the
    hypothesis, and NaN, as ``likelihood`` is, where a row before it was.
    """

    bits: float
    error: float
    likelihood: float


@dataclass(frozen=True, slots=True)
class RowEvidence:
    """One row: its cells in the order of the hypotheses, and the posterior had nothing been learnt from it.

    ``without`` are the hypotheses' shares then, ``ranking`` their order, the likeliest first.
    ``index`` counts in the stream's rows as the model has them.
    """

    stream: str
    index: int
    row: Row
    cells: tuple[Cell, ...]
    without: tuple[float, ...]
    ranking: tuple[int, ...]

    @property
    def best(self) -> int:
        """The hypothesis under which the row is likeliest, as a place among them."""
        return int(np.nanargmax(self._likelihoods()))

    @property
    def worst(self) -> int:
        """The hypothesis under which the row is least likely, of those still possible."""
        return int(np.nanargmin(self._likelihoods()))

    @property
    def diagnosticity(self) -> float:
        """Bits between the best and the worst: what the row can tell."""
        likelihoods = self._likelihoods()
        return float(likelihoods[self.best] - likelihoods[self.worst]) if self.best != self.worst else 0.0

    @property
    def is_diagnostic(self) -> bool:
        """Whether it says more of one hypothesis than of another, beyond the Monte Carlo error."""
        error = max(self.cells[self.best].error, self.cells[self.worst].error)
        return self.diagnosticity >= max(LEAST_DIAGNOSTIC_BITS, 2 * error)

    def _likelihoods(self) -> Array:
        return np.array([cell.likelihood for cell in self.cells])


@dataclass(frozen=True, slots=True)
class EvidenceMatrix:
    """Rows by hypotheses.  ``prior``, ``total`` and ``posterior`` are bits, ``(hypotheses,)``: log odds, log Bayes factors, log odds.

    ``ranking`` is the hypotheses' order, the likeliest first; ``kept`` are the places of
    the rows that suffice for it when the others are dropped together, the least telling first.
    """

    hypotheses: Hypotheses
    rows: tuple[RowEvidence, ...]
    prior: tuple[float, ...]
    total: tuple[float, ...]
    errors: tuple[float, ...]  # of the totals
    posterior: tuple[float, ...]
    ranking: tuple[int, ...]
    kept: tuple[int, ...]

    @property
    def decisive(self) -> tuple[int, ...]:
        """The places of rows without any one of which the ranking would be another, the most telling first."""
        return tuple(place for place in self.by_weight if self.rows[place].ranking != self.ranking)

    @property
    def by_weight(self) -> tuple[int, ...]:
        """The places of all rows, first the one without which the leader's odds against the next would change most."""
        changes = [self._change(row) for row in self.rows]
        return tuple(sorted(range(len(self.rows)), key=lambda place: -changes[place]))

    def _change(self, evidence: RowEvidence) -> float:
        lead, following = self.ranking[0], self.ranking[1]
        shares = self.hypotheses.posterior
        with np.errstate(all="ignore"):
            now = np.log2(shares[lead]) - np.log2(shares[following])
            then = np.log2(evidence.without[lead]) - np.log2(evidence.without[following])
        return float(abs(now - then)) if isfinite(now - then) else inf


def evidence_matrix(posterior: Posterior, prior: Posterior, parameter: str, label: str = "") -> EvidenceMatrix:
    """Return what each row says for and against each value of a Categorical parameter.

    ``posterior`` comes from the fast engine, ``prior`` are draws of its model's prior.
    """
    hypotheses, sides = marginals(posterior, prior, parameter, label)
    model = posterior.model
    places = [(name, index) for name, table in model.tables.items() for index in range(len(table))]
    rows = model.rows
    order = sorted(range(len(rows)), key=lambda at: rows[at][1].known)
    cells, (total, errors) = _sequential_cells(sides, order)
    ranking = _ranking(hypotheses.posterior)
    evidence = []
    for at, row_cells in zip(order, cells, strict=True):
        shares = _posterior_shares([side.estimate(side.toggle_row(side.none_left_out(), at)) for side in sides])
        evidence.append(RowEvidence(*places[at], rows[at][1], row_cells, tuple(shares.tolist()), _ranking(shares)))
    before = _log_odds([side.estimate(side.all_left_out()) for side in sides]) / BIT
    made = EvidenceMatrix(
        hypotheses,
        rows=tuple(evidence),
        prior=tuple(before.tolist()),
        total=tuple(total),
        errors=tuple(errors),
        posterior=tuple((before + total).tolist()),
        ranking=ranking,
        kept=(),
    )
    return replace(made, kept=_sufficient_rows(sides, order, made))


def _sequential_cells(sides: Sequence[Marginal], order: Sequence[int]) -> tuple[list[tuple[Cell, ...]], tuple[list[float], list[float]]]:
    """The cells row by row, and the total of each hypothesis with its error."""
    left = [side.all_left_out() for side in sides]
    first = now = [side.estimate(rows) for side, rows in zip(sides, left, strict=True)]
    cells = []
    for row in order:
        before, left = now, [side.toggle_row(rows, row) for side, rows in zip(sides, left, strict=True)]
        now = [side.estimate(rows) for side, rows in zip(sides, left, strict=True)]
        gained, errors = _bits_gained(before, now)
        cells.append(
            tuple(
                Cell(bits, error, (after.value - earlier.value) / BIT if isfinite(earlier.value) else np.nan)
                for bits, error, after, earlier in zip(gained, errors, now, before, strict=True)
            )
        )
    return cells, _bits_gained(first, now)


def _bits_gained(before: Sequence[MarginalEstimate], now: Sequence[MarginalEstimate]) -> tuple[list[float], list[float]]:
    """By how many bits the log odds of each hypothesis rose, and the errors of that."""
    with np.errstate(invalid="ignore"):
        gained = (_log_odds(now) - _log_odds(before)) / BIT
    return gained.tolist(), [_error(before, now, at) / BIT for at in range(len(now))]


def _error(before: Sequence[MarginalEstimate], now: Sequence[MarginalEstimate], at: int) -> float:
    """The standard error of the change of one hypothesis' log odds: hypotheses have draws of their own."""
    shares = [_log_odds_weights(estimates, at) for estimates in (before, now)]
    parts = []
    for place, (earlier, later) in enumerate(zip(before, now, strict=True)):
        one, other = shares[0][place], shares[1][place]
        parts += [other * later.forward - one * earlier.forward, other * later.back - one * earlier.back]
    return error_of(parts)


def _log_odds_weights(estimates: Sequence[MarginalEstimate], at: int) -> Array:
    """The weight of each hypothesis' log probability in the log odds of one: 1 for itself, minus its share among the others."""
    values = np.array([estimate.value for estimate in estimates])
    values[at] = -np.inf
    weights: Array = -np.exp(values - values.max()) if np.isfinite(values.max()) else np.zeros(len(values))
    weights = weights / max(-weights.sum(), 1e-300)
    weights[at] = 1.0
    return weights


def _log_odds(estimates: Sequence[MarginalEstimate]) -> Array:
    """The log odds of each hypothesis against all others."""
    values = np.array([estimate.value for estimate in estimates])
    others = [np.logaddexp.reduce(np.delete(values, at)) for at in range(len(values))]
    with np.errstate(invalid="ignore"):
        odds: Array = values - np.array(others)
    return odds


def _posterior_shares(estimates: Sequence[MarginalEstimate]) -> Array:
    values = np.array([estimate.value for estimate in estimates])
    shares: Array = np.exp(values - np.logaddexp.reduce(values))
    return shares


def _ranking(shares: Array) -> tuple[int, ...]:
    return tuple(sorted(range(len(shares)), key=lambda at: -shares[at]))


def _keeps_ranking(shares: Array, ranking: Sequence[int]) -> bool:
    """Whether shares are in an order; two that are equal are in none, unless neither is possible."""
    inorder = shares[list(ranking)]
    return bool(((inorder[:-1] > inorder[1:] * (1 + TIED)) | (inorder[:-1] == 0)).all())


def _sufficient_rows(sides: Sequence[Marginal], order: Sequence[int], matrix: EvidenceMatrix) -> tuple[int, ...]:
    """The rows that suffice for the ranking: the others are dropped one after another, the least telling first, while it stays."""
    left: list[LeftOutRows] = [side.none_left_out() for side in sides]
    kept = set(range(len(order)))
    for place in reversed(matrix.by_weight):
        tried = [side.toggle_row(rows, order[place]) for side, rows in zip(sides, left, strict=True)]
        if _keeps_ranking(_posterior_shares([side.estimate(rows) for side, rows in zip(sides, tried, strict=True)]), matrix.ranking):
            left = tried
            kept.discard(place)
    return tuple(sorted(kept))
