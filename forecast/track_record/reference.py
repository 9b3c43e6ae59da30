"""Scores beside those of a reference, over the time in which both had a forecast: another forecaster, an aggregate, a base rate, a constant."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.book.files.numerals import is_number
from forecast.forecasts.people import PersonKind
from forecast.language.arrays import Array
from forecast.track_record.event_scores import score_constant
from forecast.track_record.over_time import OVER_TIME
from forecast.track_record.record_scores import RecordScores
from forecast.track_record.score_table import OWNER

REFERENCE_KINDS: Mapping[str, PersonKind] = {"aggregate": "aggregate", "base-rate": "base rate", "market": "market", "model": "model"}


@dataclass(frozen=True, slots=True)
class Reference:
    """What scores are compared with: a constant probability, or the forecasters that ``names`` has, the first of them on a question."""

    name: str
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Steps:
    """Forecasts of one question through time: from ``start`` until ``end`` ``(forecasts,)``, and their scores by rule."""

    start: Array
    end: Array
    scores: Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class PairedScores:
    """A forecaster's score of a question and the reference's ``(rows,)``, by measure, over the time in which both stand; NaN where never.

    Rows are those of the record's forecasters.
    """

    own: Mapping[str, Array]
    reference: Mapping[str, Array]


def reference_of(text: str, *, known: Container[str] = ()) -> Reference:
    """Return the reference that a word names; raise ``ValueError`` for a number that is no probability.

    A name among those ``known`` is a forecaster; a number is a constant probability of yes; `aggregate`, `base-rate`, `market` and `model` are forecasters of that kind; any other word is a
    forecaster's name.
    """
    if text in known or not is_number(text):
        return Reference(text)
    if not 0 <= float(text) <= 1:
        raise ValueError(f"{text} is no probability: write a number from 0 to 1")
    return Reference(text, float(text))


def paired_scores(scored: RecordScores, reference: Reference) -> PairedScores:
    """Return every forecaster's scores and the reference's over the time that both cover.

    `-over-time` is the mean over the common time; of the rule alone, the last forecast that the two had at one moment. The reference itself
    has no row: it would be compared with itself.
    """
    counted = scored.counted
    size = len(counted.forecasters)
    rules = tuple(scored.outcome.scores)
    names = [name for rule in rules for name in (rule, rule + OVER_TIME)]
    own, other = ({name: np.full(size, np.nan) for name in names} for _ in range(2))
    edges = np.searchsorted(counted.timeline, np.arange(size + 1))
    by_question: dict[int, list[int]] = {}
    for row, (question, _) in enumerate(counted.forecasters):
        by_question.setdefault(question, []).append(row)
    for question, rows in by_question.items():
        chosen = _reference_row(scored, reference, rows)
        steps = (
            _constant_steps(scored, question, reference.probability)
            if chosen is None
            else _steps(scored, slice(edges[chosen], edges[chosen + 1]))
        )
        if steps is None:
            continue
        for row in rows:
            if row != chosen:
                for name, mine, its in _pair(_steps(scored, slice(edges[row], edges[row + 1])), steps, float(counted.close[question])):
                    own[name][row], other[name][row] = mine, its
    return PairedScores(own, other)


def _reference_row(scored: RecordScores, reference: Reference, rows: Sequence[int]) -> int | None:
    """Which of a question's forecasters is the reference; None for a constant, and where it did not forecast."""
    if reference.probability is not None:
        return None
    source = scored.record.source
    mine = (OWNER,) if source is None else (OWNER, *source.me)
    for row in rows:
        who = scored.counted.forecasters[row][1]
        person = scored.record.people.get(who)
        if who == reference.name or (reference.name == OWNER and who in mine):
            return row
        if person is not None and person.kind == REFERENCE_KINDS.get(reference.name):
            return row
    return None


def _steps(scored: RecordScores, rows: slice) -> Steps:
    counted = scored.counted
    return Steps(counted.start[rows], counted.end[rows], {rule: values[rows] for rule, values in scored.outcome.scores.items()})


def _constant_steps(scored: RecordScores, question: int, probability: float | None) -> Steps | None:
    """A constant as one forecast that always stands; None for a question that is not settled by yes or no."""
    if probability is None:
        return None
    scores = {rule: np.array([value]) for rule, value in score_constant(scored.counted.questions[question], probability).items()}
    return Steps(np.array([0.0]), np.array([np.inf]), scores) if scores else None


def _pair(own: Steps, other: Steps, close: float) -> Iterator[tuple[str, float, float]]:
    """The measures of two forecasters of a question over the time in which both stand."""
    starts = np.maximum(np.maximum(own.start[:, np.newaxis], other.start), 0)
    ends = np.minimum(np.minimum(own.end[:, np.newaxis], other.end), close)
    lasting = np.where(np.isfinite(ends), np.maximum(ends - starts, 0), 0)
    if not (lasting > 0).any():
        return
    last_own, last_other = np.unravel_index(np.argmax(np.where(lasting > 0, ends, -np.inf)), lasting.shape)
    own_weights, other_weights = lasting.sum(axis=1), lasting.sum(axis=0)
    for rule, values in own.scores.items():
        theirs = other.scores.get(rule)
        if theirs is None:
            continue
        yield rule, float(values[last_own]), float(theirs[last_other])
        yield rule + OVER_TIME, _weighted_mean(values, own_weights), _weighted_mean(theirs, other_weights)


def _weighted_mean(values: Array, weights: Array) -> float:
    """The mean by time; a forecast that stood for no time counts for nothing, even if its score is infinite."""
    counted = weights > 0
    return float((values[counted] * weights[counted]).sum() / weights[counted].sum())
