"""Surprise: each row against what was predicted before it became known, and the log score earned row by row.

The record is taken as it arrived.  A row that became known on a day is predicted
by the posterior as of the day before.  Quiet time in a watched stream arrives
with its days, so it is scored in pieces, cut wherever something else became
known or began, and shown as one row predicted from the eve of its start.  The
scores are those of a prequential forecaster (Dawid 1984, doi:10.2307/2981683):
each is conditional on all before it, so that together they are the log evidence.
A weighed row is scored in full, as what it is, though less is learnt from it;
scores are then no log evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.rows import sort_rows
from forecast.book.topic import Row
from forecast.inference.weights import log_sum
from forecast.insight.arrivals import PieceColumns, RowKey, columns_in_order, is_gradual_row, pieces_of, row_of, update_log_weights
from forecast.insight.classes import class_prediction
from forecast.insight.prediction import prediction, prediction_of_reports
from forecast.insight.reweighting import Pool, with_rows
from forecast.language.arrays import Array
from forecast.language.evaluate import evaluate
from forecast.language.ops import NUMPY
from forecast.model.errors import Unsound, place_problem
from forecast.model.left_out import draws_beyond_floats
from forecast.model.model import Model, row_table
from forecast.model.regime_draws import with_states
from forecast.model.settings import Purpose, Settings, generator
from forecast.schema import words
from forecast.schema.insight import ScorePoint, SurpriseContent, SurpriseTexts

PREDICTION_DRAWS = 2_048  # behind a row's prediction
MOST_ROWS_PREDICTED = 1_000


@dataclass(frozen=True, slots=True)
class RowSurprise:
    """A row of the model against its prediction.

    ``index`` counts in the stream's rows as the model has them; ``points`` are
    the prediction's 5, 50 and 95 % points; ``tail`` is two-sided; scores are
    natural logs.
    """

    stream: str
    index: int
    row: Row
    points: tuple[float, ...]
    tail: float
    log_score: float
    prior_log_score: float
    predicted: str = ""  # the prediction in words, of a row of classes

    @property
    def bits(self) -> float:
        """How much better (+) or worse (-) the topic foresaw the row than its prior alone did."""
        return float((self.log_score - self.prior_log_score) / np.log(2))


@dataclass(frozen=True, slots=True)
class PrequentialScores:
    """Every row's surprise, in the order of stream and row, and the scores earned up to each day by the topic and by its prior.

    The topic's last score is the log evidence of the record.
    """

    rows: tuple[RowSurprise, ...]
    score: tuple[tuple[date, float, float], ...]


def prequential_scores(model: Model, pool: Pool, settings: Settings) -> PrequentialScores:
    """Return how each row of a model compares with what was predicted before it.

    ``pool`` is one whose weights carry along the record, as ``anchored_pool``
    makes it.  What a row is of (its days, columns, the totals and the series over
    it) is taken as the model knows it now.  Of a record of more than 1,000 rows the newest 1,000 are predicted, and all are scored.  For whole numbers the tail is twice
    the smaller of P(X <= x) and P(X >= x), at most 1; for others twice the
    smaller side.  The prior's score of a row knows no other row.  Raises ``Unsound``
    where a row is impossible at every draw of the pool.
    """
    pieces = pieces_of(model)
    shown = predicted_rows(model)
    rng = generator(settings.seed, model.topic.name, Purpose.SURPRISE)
    start = pool.prior_ratio(model) - pool.log_ratio
    running = start = start if model.beyond is None else np.where(draws_beyond_floats(model, pool.parameters), -np.inf, start)
    begun = sorted({row_of(model, piece.key).start for piece in pieces if is_gradual_row(model, piece.key)}, reverse=True)
    eves: dict[date, Array] = {}
    latest: dict[RowKey, PieceColumns] = {}
    arrived: dict[RowKey, Row] = {}
    predicted: dict[RowKey, tuple[tuple[float, ...], float, str]] = {}
    earned: dict[RowKey, tuple[float, float]] = {}
    score: dict[date, tuple[float, float]] = {}
    for piece, column in columns_in_order(model, pool, pieces):
        while begun and begun[-1] <= piece.known:
            eves[begun.pop()] = running
        if piece.key in shown and piece.key not in predicted:
            before = eves[row_of(model, piece.key).start] if is_gradual_row(model, piece.key) else running
            predicted[piece.key] = _predict_row(model, pool, piece.key, before, rng, arrived)
        arrived[piece.key] = replace(row_of(model, piece.key), end=piece.end)
        last = latest.get(piece.key, PieceColumns(*(np.zeros(len(pool)),) * 3))
        following = update_log_weights(running, column.learnt, last.learnt)
        with np.errstate(over="ignore"):
            never = np.isneginf(following).all() or np.isneginf(running + column.seen).all()
        if never:
            message = f"this row of `{piece.key[0]}` is impossible under every draw at hand"
            raise Unsound(place_problem(model.topic, row_of(model, piece.key).place, message))
        scored = following if column.seen is column.learnt else update_log_weights(running, column.seen, last.seen)
        gained = (log_sum(scored) - log_sum(running), log_sum(start + column.alone) - log_sum(start + last.alone))
        running, latest[piece.key] = following, column
        earned[piece.key] = _add_pairs(earned.get(piece.key, (0.0, 0.0)), gained)
        score[piece.known] = _add_pairs(next(reversed(score.values()), (0.0, 0.0)), gained)
        if piece.end == row_of(model, piece.key).end:
            del latest[piece.key]
    surprises = tuple(RowSurprise(*key, row_of(model, key), *predicted[key][:2], *earned[key], predicted[key][2]) for key in shown)
    return PrequentialScores(surprises, tuple((day, *both) for day, both in score.items()))


def surprise_content(scores: PrequentialScores) -> tuple[list[SurpriseContent], list[ScorePoint]]:
    """Return the rows' surprises and the scores as plain data."""
    rows: list[SurpriseContent] = [
        {
            "stream": surprise.stream,
            "row": surprise.index,
            "known": surprise.row.known.isoformat(),
            "value": surprise.row.value,
            "low": surprise.points[0],
            "middle": surprise.points[1],
            "high": surprise.points[2],
            "tail": surprise.tail,
            "log_score": surprise.log_score,
            "prior_log_score": surprise.prior_log_score,
            "bits": surprise.bits,
            **_surprise_texts(surprise),
        }
        for surprise in scores.rows
    ]
    return rows, [{"day": day.isoformat(), "topic": topic, "prior": prior} for day, topic, prior in scores.score]


def _surprise_texts(of: RowSurprise) -> SurpriseTexts:
    if of.predicted:
        return {"seen": words.row_text(of.row), "predicted": of.predicted}
    return {} if of.row.between is None else {"seen": words.row_text(of.row)}


def predicted_rows(model: Model) -> dict[RowKey, None]:
    """Return the rows that are held against a prediction, in their order: the newest of a long record."""
    keys = [(name, index) for name, rows in model.tables.items() for index in range(len(rows))]
    newest = set(sorted(keys, key=lambda key: row_of(model, key).known)[-MOST_ROWS_PREDICTED:])
    return dict.fromkeys(key for key in keys if key in newest)


def _model_of(model: Model, arrived: Mapping[RowKey, Row]) -> Model:
    """The model of the rows that have arrived."""
    own = {name: sort_rows([row for (stream, _), row in arrived.items() if stream == name]) for name in model.tables}
    tables = {
        name: row_table(model.topic, replace(table.record, rows=own[name]), model.records, model.as_of)
        for name, table in model.tables.items()
    }
    return model.with_tables(tables)


def _add_pairs(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return one[0] + other[0], one[1] + other[1]


def _predict_row(
    model: Model, pool: Pool, key: RowKey, before: Array, rng: np.random.Generator, arrived: Mapping[RowKey, Row]
) -> tuple[tuple[float, ...], float, str]:
    """The 5, 50 and 95 % points of a row's prediction, the tail probability of what was seen and, of classes, the prediction in words.

    States of a hidden regime are drawn given the rows that have ``arrived``.
    """
    draws: Mapping[str, NDArray[Any]] = pool.resample(pool.weigh_by(before), PREDICTION_DRAWS, rng)
    if model.topic.regimes:
        draws = with_states(_model_of(model, arrived), draws, rng, until=row_of(model, key).end)
    one = with_rows(model, {key[0]: [key[1]]}, others=False).tables[key[0]]
    with np.errstate(all="ignore"):
        scope = model.row_scope(one, draws)
        kind, arguments = model.distribution(one.stream.value, scope)
        if one.stream.classes:
            return class_prediction(one.stream, kind, arguments, one.seen, rng)
        if one.entry is None or (one.stream.reliability is None and not one.entry.ranged.any()):
            return *prediction(kind, arguments, float(one.values[0, 0]), rng), ""
        share, wrong = np.ones((PREDICTION_DRAWS, 1)), (kind, arguments)
        if one.stream.reliability is not None and one.stream.wrong is not None:
            share = np.broadcast_to(np.asarray(evaluate(one.stream.reliability, scope, NUMPY), dtype=float), share.shape)
            wrong = model.distribution(one.stream.wrong, scope)
        seen = (float(one.entry.lower[0, 0]), float(one.entry.upper[0, 0]))
        return *prediction_of_reports((kind, arguments), wrong, share, seen, rng), ""
