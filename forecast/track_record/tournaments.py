"""What a tournament's scores add up to: totals by the weights of its questions, as Metaculus's leaderboards have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.language.arrays import Array, Indices, Truth
from forecast.track_record.measures import ScoreMeasure, measures
from forecast.track_record.record_questions import RecordQuestion
from forecast.track_record.score_table import ScoreTable

TOURNAMENT_TAG = "project: "  # how the tag of a question begins that names its tournament
TOURNAMENT_MEASURES = ("peer", "spot-peer", "baseline", "spot-baseline")


@dataclass(frozen=True, slots=True)
class TournamentTotal:
    """The total of one forecaster in one tournament by one measure.

    ``total`` is the sum of score times weight over ``questions``, ``coverage`` the sum of coverage times weight, of ``possible`` at most: the
    sum of the weights of all its questions that are resolved.
    """

    tournament: str
    who: str
    measure: ScoreMeasure
    questions: int
    total: float
    coverage: float
    possible: float

    @property
    def take(self) -> float:
        """What shares of a prize are in proportion to: the square of a total above 0, and 0 otherwise."""
        return max(self.total, 0.0) ** 2


def tournament_names(question: RecordQuestion) -> tuple[str, ...]:
    """The tournaments that a question belongs to, by its tags."""
    tags = () if question.wording is None else question.wording.tags
    return tuple(dict.fromkeys(tag.removeprefix(TOURNAMENT_TAG) for tag in tags if tag.startswith(TOURNAMENT_TAG)))


def tournament_totals(table: ScoreTable, *, who: Sequence[str] | None) -> tuple[TournamentTotal, ...]:
    """Return totals by tournament, measure and forecaster, the highest first; ``who`` names forecasters, None is everybody.

    As on the platform, a question counts when it is resolved, whether or not its scheduled close has come, and a question without a
    forecast adds nothing. Source: Metaculus, `scoring/utils.py`, ``generate_entries_from_scores`` (read in November 2026).
    """
    tournaments: dict[str, list[int]] = {}
    for place, its in enumerate(table.questions):
        for name in tournament_names(its.question):
            tournaments.setdefault(name, []).append(place)
    if not tournaments:
        return ()
    weights = np.array([1.0 if its.question.wording is None else its.question.wording.weight for its in table.questions])
    people = np.array(table.who)
    chosen = np.ones(people.size, dtype=np.bool_) if who is None else np.isin(people, list(who))
    shown = [measure for measure in measures() if measure.name in TOURNAMENT_MEASURES and measure.name in table.scores]
    return tuple(
        total
        for name, questions in sorted(tournaments.items())
        for measure in shown
        for total in _totals(table, name, np.array(questions), measure, chosen & np.isin(table.question, questions), weights)
    )


def _totals(
    table: ScoreTable, tournament: str, questions: Indices, measure: ScoreMeasure, rows: Truth, weights: Array
) -> list[TournamentTotal]:
    scores, coverage = table.scores[measure.name], table.coverage[measure.name]
    found = np.flatnonzero(rows & ~np.isnan(scores))
    possible = float(weights[questions].sum())
    by_person: dict[str, list[int]] = {}
    for row in found:
        by_person.setdefault(table.who[row], []).append(int(row))
    totals = [
        TournamentTotal(
            tournament,
            name,
            measure,
            len(its),
            _weighted_sum(scores[its], weights[table.question[its]]),
            float(coverage[its] @ weights[table.question[its]]),
            possible,
        )
        for name, its in by_person.items()
    ]
    return sorted(totals, key=lambda its: (-its.total, its.who))


def _weighted_sum(scores: Array, weights: Array) -> float:
    """The sum; a question without weight adds nothing, and an infinite loss is not made good by an infinite gain."""
    counted = scores[weights > 0]
    return float(-np.inf) if np.isneginf(counted).any() else float(counted @ weights[weights > 0])
