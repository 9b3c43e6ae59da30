"""Which row of the record made a forecast as good or as bad as it was: the one without which its score, as of that day, would differ most.

What was learnt from a row is undone, not what happened, as in ``insight.leave_one_out``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from forecast.book.topic import Question, Row, Topic
from forecast.insight.baseline import Baseline, UnknownVariation, baseline_of
from forecast.insight.leave_one_out import RowGroup, gone_with, measures_without, row_groups
from forecast.insight.replay_pool import anchored_pool
from forecast.insight.wide_paths import wide_paths
from forecast.model.errors import Unsound
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from forecast.scoring.brier import brier_score
from forecast.scoring.logarithmic import log_score_bits, probability_of_outcome
from forecast.sentences.named import quoted_name

CLEAR_ERRORS = 2.0  # Monte Carlo errors that a change must exceed to be one


@dataclass(frozen=True, slots=True)
class InfluentialRow:
    """A row, the probability of yes with and without it, and how much worse (+) or better (-) the scores are without it.

    ``error`` is the Monte Carlo error of the difference of the probabilities.  What that takes beyond 0 or 1 is 0 or 1; ``bits`` may be infinite.
    """

    stream: str
    row: Row
    probability: float
    without: float
    error: float
    brier: float
    bits: float


@dataclass(frozen=True, slots=True)
class RowInfluences:
    """The row that mattered most, None where none moves the forecast by more than two errors; how many were left out in turn; and what is not known."""

    most: InfluentialRow | None
    rows: int
    notes: tuple[str, ...] = ()


def row_that_mattered_most(topic: Topic, question: Question, day: date, settings: Settings, *, outcome: int) -> RowInfluences:
    """Return the row known on a day without which the Brier score of that day's forecast would differ most, given how the question ended.

    ``outcome`` is 1 for yes and 0 for no; a question for a date is one of whether it happens by its date.  The topic is analysed as of
    that day with this question alone.  Rows of a record of more than 300 are not left out one by one.  Raises ``ValueError`` for a question
    that has no yes or no, and ``Unsound`` where the model as of that day cannot be computed.
    """
    if question.kind not in {"probability", "date"} or outcome not in {0, 1}:
        raise ValueError(f"`{question.name}` has no yes or no")
    alone = replace(topic, questions={question.name: question}, scenarios={})
    analysis = analyse(alone, day, replace(settings, chances=False), referee=False)
    if analysis.result.answers[question.name].value is None:
        return RowInfluences(None, 0, (f"`{question.name}` has no answer as of {day}",))
    basis = baseline_of(analysis)
    groups = [group for group in row_groups(basis.model) if group.kind == "row"]
    if not groups:
        return RowInfluences(None, 0, (f"{basis.model.row_count} rows are not left out one by one",) if basis.model.row_count else ())
    notes: list[str] = []
    found = [its for its in _influences(basis, groups, outcome, notes) if abs(its.without - its.probability) > CLEAR_ERRORS * its.error]
    return RowInfluences(max(found, key=lambda its: abs(its.brier), default=None), len(groups), tuple(notes))


def _influences(basis: Baseline, groups: list[RowGroup], outcome: int, notes: list[str]) -> Iterator[InfluentialRow]:
    """What each row did to the forecast; ``notes`` gains a sentence for each of which that is not known."""
    model = basis.model
    wide = wide_paths(basis, anchored_pool(model.topic, model.as_of, basis.settings, published=basis.analysis.result.posterior))
    probability = float(basis.published[0])
    for group, gone in zip(groups, gone_with(basis, groups), strict=True):
        stream, row = model.rows[group.columns[0]]
        try:
            varied, wide = measures_without(basis, group, gone, wide)
        except (UnknownVariation, Unsound) as reason:
            notes.append(f"what the forecast would be without the row of {quoted_name(stream)} on {group.name} is not known: {reason}")
            continue
        without = min(max(float(varied.values[0]), 0.0), 1.0)
        yield InfluentialRow(
            stream,
            row,
            probability,
            without,
            float(varied.errors[0]),
            float(brier_score(probability=without, outcome=outcome) - brier_score(probability=probability, outcome=outcome)),
            _bits(without, outcome) - _bits(probability, outcome),
        )


def _bits(probability: float, outcome: int) -> float:
    return float(log_score_bits(probability_of_outcome=probability_of_outcome(probability=probability, outcome=outcome)))
