"""The scores of several records as one table: a row for each forecaster of each question, a column for each measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.language.arrays import Array, Indices, Truth
from forecast.track_record.cohorts import QuestionCohort
from forecast.track_record.record_scores import RecordScores

OWNER = "me"


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One score: whose, of which question, by which measure."""

    question: QuestionCohort
    who: str
    measure: str
    score: float
    coverage: float


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """``question`` ``(rows,)`` says which of ``questions`` a row is of, ``who`` whose; ``scores`` and ``coverage`` are ``(rows,)`` for each measure.

    A score is NaN where the measure does not fit, and infinite where it is. ``platforms`` names each question's platform, empty for own ones.
    """

    questions: tuple[QuestionCohort, ...]
    platforms: tuple[str, ...]
    question: Indices
    who: tuple[str, ...]
    scores: Mapping[str, Array]
    coverage: Mapping[str, Array]

    @property
    def is_scored(self) -> Truth:
        """Which rows are of questions that enter scores; the others are decided early."""
        entered = np.array([its.is_scored for its in self.questions], dtype=np.bool_)
        return entered[self.question] if self.question.size else np.zeros(0, dtype=np.bool_)

    def rows(self, measures: Sequence[str]) -> Iterator[ScoreRow]:
        """Every score by some measures, by question and forecaster."""
        for row, (question, who) in enumerate(zip(self.question, self.who, strict=True)):
            for measure in measures:
                score = float(self.scores[measure][row])
                if not np.isnan(score):
                    yield ScoreRow(self.questions[question], who, measure, score, float(self.coverage[measure][row]))


def score_table(records: Sequence[RecordScores]) -> ScoreTable:
    """Return the scores of several records in one table; the owner of the book is `me` in each of them, whatever a platform calls them."""
    questions: list[QuestionCohort] = []
    platforms: list[str] = []
    places: list[Indices] = [np.empty(0, dtype=np.intp)]
    who: list[str] = []
    names = list(dict.fromkeys(name for its in records for name in its.scores))
    for its in records:
        places.append(np.array([place for place, _ in its.counted.forecasters], dtype=np.intp) + len(questions))
        source = its.record.source
        mine = frozenset() if source is None else frozenset(source.me)
        who += [OWNER if name in mine else name for _, name in its.counted.forecasters]
        questions += its.questions
        platforms += ["" if source is None else source.platform] * len(its.questions)
    scores = {name: _join_columns(records, name, missing=np.nan) for name in names}
    coverage = {name: _join_columns(records, name, missing=0.0) for name in names}
    return ScoreTable(tuple(questions), tuple(platforms), np.concatenate(places), tuple(who), scores, coverage)


def _join_columns(records: Sequence[RecordScores], name: str, *, missing: float) -> Array:
    sources = [its.scores if np.isnan(missing) else its.coverage for its in records]
    return np.concatenate(
        [source.get(name, np.full(len(its.counted.forecasters), missing)) for source, its in zip(sources, records, strict=True)]
    )
