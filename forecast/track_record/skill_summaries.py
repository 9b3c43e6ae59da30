"""Skill: what scores come to beside a reference's, as a difference and as a ratio, paired by question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.language.arrays import Array
from forecast.scoring.skill import skill_ratio
from forecast.track_record.intervals import MeanInterval
from forecast.track_record.measures import ScoreMeasure
from forecast.track_record.record_scores import RecordScores
from forecast.track_record.reference import Reference, paired_scores
from forecast.track_record.score_table import ScoreTable
from forecast.track_record.summaries import Grouping, summarise_scores


@dataclass(frozen=True, slots=True)
class SkillSummary:
    """Own mean and the reference's over the same questions and times.

    ``difference`` is the mean by which one is better than the reference, positive for better, in the score's unit. ``ratio`` is 1 - own / reference of
    the two means; None for rules of which higher is better, and where it has no meaning.
    """

    group: str
    who: str
    measure: ScoreMeasure
    unit: str
    own: float
    reference: float
    difference: MeanInterval
    ratio: float | None

    @property
    def decides(self) -> bool:
        """Whether the interval leaves out 0, so that one of the two is better."""
        low, high = self.difference.low, self.difference.high
        return low is not None and high is not None and (low > 0 or high < 0)


def summarise_skill(
    records: Sequence[RecordScores],
    table: ScoreTable,
    reference: Reference,
    *,
    measures: Sequence[ScoreMeasure],
    by: Grouping | None,
    who: Sequence[str] | None,
) -> tuple[SkillSummary, ...]:
    """Return the skill of forecasters beside a reference, by group, over the questions that both forecast at the same time."""
    pairs = [paired_scores(its, reference) for its in records]
    chosen = [measure for measure in measures if any(measure.name in pair.own for pair in pairs)]
    sizes = [len(its.counted.forecasters) for its in records]

    def column(which: str, name: str) -> Array:
        parts = [getattr(pair, which).get(name, np.full(size, np.nan)) for pair, size in zip(pairs, sizes, strict=True)]
        return np.concatenate([np.empty(0), *parts])

    own = {measure.name: column("own", measure.name) for measure in chosen}
    other = {measure.name: column("reference", measure.name) for measure in chosen}
    for mine, its in zip(own.values(), other.values(), strict=True):
        mine[np.isnan(its)] = np.nan
        its[np.isnan(mine)] = np.nan
    better = {measure.name: _better(own[measure.name], other[measure.name], measure) for measure in chosen}
    found = [
        summarise_scores(
            ScoreTable(table.questions, table.platforms, table.question, table.who, values, {}), measures=chosen, by=by, who=who
        )
        for values in (own, other, better)
    ]
    return tuple(
        SkillSummary(
            mine.group,
            mine.who,
            mine.measure,
            mine.unit,
            mine.interval.mean,
            its.interval.mean,
            gain.interval,
            _ratio(mine.interval, its.interval, mine.measure),
        )
        for mine, its, gain in zip(*found, strict=True)
    )


def _better(own: Array, other: Array, measure: ScoreMeasure) -> Array:
    """By how much one's own scores are better; where both are infinite the difference is 0: neither is better."""
    with np.errstate(invalid="ignore"):
        difference = own - other if measure.higher_is_better else other - own
    return np.where(np.isinf(own) & (own == other), 0.0, difference)


def _ratio(own: MeanInterval, other: MeanInterval, measure: ScoreMeasure) -> float | None:
    if measure.higher_is_better:
        return None
    ratio = float(skill_ratio(score=own.mean, reference=other.mean))
    return None if np.isnan(ratio) else ratio
