"""One-step-ahead log scores: the log density that a model gave to what became known on each day, as of the day before.

They are those of a prequential forecaster (Dawid 1984, doi:10.2307/2981683), and add up to the log evidence of the record where every row
counts whole; a row with a weight is scored in full, though less is learnt from it.  Quiet time in a watched stream is scored with the day on which something else
became known, or up to which it lasts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.inference.monte_carlo import REPLICATES, replicate_sums
from forecast.insight.arrivals import PieceColumns, RowKey, columns_in_order, pieces_of, row_of, update_log_weights
from forecast.insight.reweighting import Pool, number_distinct
from forecast.language.arrays import Array
from forecast.model.errors import Unsound, place_problem
from forecast.model.left_out import draws_beyond_floats
from forecast.model.model import Model


@dataclass(frozen=True, slots=True)
class OneStepScores:
    """The log scores of a model: of all draws, and without each replicate of them, ``(1 + REPLICATES, days)``; ``rows`` of the record are scored."""

    days: tuple[date, ...]
    logs: Array
    rows: int


def one_step_scores(model: Model, pool: Pool) -> OneStepScores:
    """Return the log score that a model earned on each day on which something became known, in their order.

    ``pool`` is one whose weights carry along the record, as ``anchored_pool`` makes it.  Copies of a draw are in one replicate.  Raises
    ``Unsound`` where a row is impossible at every draw of the pool.
    """
    replicates = number_distinct(pool.parts) % REPLICATES
    running = pool.prior_ratio(model) - pool.log_ratio
    if model.beyond is not None:
        running = np.where(draws_beyond_floats(model, pool.parameters), -np.inf, running)
    latest: dict[RowKey, PieceColumns] = {}
    earned: dict[date, Array] = {}
    for piece, column in columns_in_order(model, pool, pieces_of(model)):
        last = latest.get(piece.key, PieceColumns(*(np.zeros(len(pool)),) * 3))
        following = update_log_weights(running, column.learnt, last.learnt)
        scored = following if column.seen is column.learnt else update_log_weights(running, column.seen, last.seen)
        if np.isneginf(scored).all() or np.isneginf(following).all():
            message = f"this row of `{piece.key[0]}` is impossible under every draw at hand"
            raise Unsound(place_problem(model.topic, row_of(model, piece.key).place, message))
        gained = _log_sums(scored, replicates) - _log_sums(running, replicates)
        earned[piece.known] = earned.get(piece.known, np.zeros(1 + REPLICATES)) + gained
        running, latest[piece.key] = following, column
    logs = np.stack([*earned.values()], axis=1) if earned else np.zeros((1 + REPLICATES, 0))
    return OneStepScores(tuple(earned), logs, model.row_count)


def shared_days(scores: Mapping[str, OneStepScores]) -> tuple[date, ...]:
    """Return the days that all variants are scored on; raise ``ValueError`` where they are not the same."""
    first, *others = (its.days for its in scores.values())
    if any(days != first for days in others):
        raise ValueError("variants of one topic have one record, and so are scored on the same days")
    return first


def _log_sums(log_weights: Array, replicates: np.ndarray) -> Array:
    """The log of the sum of weights, of all draws and without each replicate, ``(1 + REPLICATES,)``."""
    largest = float(log_weights.max())
    sums = replicate_sums(np.exp(log_weights - largest), replicates)
    whole = sums.sum()
    with np.errstate(divide="ignore"):
        logs: Array = largest + np.log(np.append(whole, whole - sums))
    return logs
