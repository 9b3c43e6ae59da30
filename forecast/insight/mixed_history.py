"""The history of mixed answers: each variant is replayed by itself, and mixed with the weights that its evidence gives it as of each day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.book.topic import BASE, Topic
from forecast.insight.estimands import measures_of
from forecast.insight.history import History, history
from forecast.insight.mixed_estimates import PoolEvidence, VariantFigures, mix_figures, pool_evidence
from forecast.insight.replay import LeftOutDay, ReplayPoint
from forecast.insight.replay_pool import anchored_pool, pool_with_anchors
from forecast.insight.reweighting import Pool
from forecast.insight.stacking import NOTHING_SCORED, past_performance, weighs_by_performance
from forecast.insight.summed_rows import SummedRows, sum_rows
from forecast.language.arrays import Array
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from forecast.model.progress import Progress, ignore_progress
from forecast.model.settings import Settings


@dataclass(frozen=True, slots=True)
class _VariantHistory:
    """One variant's history, its evidence as of each day of it, and its pool."""

    history: History
    points: Mapping[date, ReplayPoint]
    evidences: Mapping[date, PoolEvidence]
    pool: Pool


def mixed_history(
    topic: Topic,
    days: Sequence[date],
    settings: Settings,
    *,
    questions: Sequence[str] | None = None,
    pools: Mapping[str, Pool] | None = None,
    processes: int = 1,
    progress: Progress = ignore_progress,
) -> History:
    """Return the history of a topic with variants, of all its questions or of some; a number is followed by its expected value.

    ``pools`` are those that ``anchored_pool`` makes of each variant for the last day, where they have been made.  A day on which one variant cannot be
    replayed is left out.  Raises ``Unsound`` as ``history`` does.
    """
    until = max(days)
    variants: dict[str, _VariantHistory] = {}
    for name, rival in topic.rivals.items():
        measures = [measure for measure in measures_of(rival) if questions is None or measure.question.name in questions]
        pool = anchored_pool(rival, until, settings) if pools is None else pools[name]
        its = history(rival, days, settings, measures=measures, pool=pool, processes=processes, progress=progress)
        points = {point.day: point for point in its.points}
        variants[name] = _VariantHistory(its, points, _evidences(rival, sorted(points), pool, settings), pool)
    base = variants[BASE].history
    mixed = [_mixed_point(topic, day, variants, settings) for day in sorted(set.union(*(set(its.points) for its in variants.values())))]
    left_out = {out.day: out for its in variants.values() for out in its.history.left_out}
    left_out |= {point.day: point for point in mixed if isinstance(point, LeftOutDay) and point.day not in left_out}
    settled = tuple(_last_settled(closed) for closed in zip(*(its.history.settled for its in variants.values()), strict=True))
    kept = tuple(point for point in mixed if isinstance(point, ReplayPoint))
    return History(base.measures, kept, base.news, settled, tuple(left_out[day] for day in sorted(left_out)))


def _evidences(topic: Topic, days: Sequence[date], pool: Pool, settings: Settings) -> dict[date, PoolEvidence]:
    """The evidence as of each of some days; with anchors of its own for a day that the pool does not carry."""
    found: dict[date, PoolEvidence] = {}
    summed: SummedRows | None = None
    for day in days:
        model = model_as_of(topic, day)
        summed = sum_rows(pool, model, summed)
        log_ratios = summed.total + pool.prior_ratio(model) - pool.log_ratio
        if pool.weigh_by(log_ratios).carry:
            found[day] = pool_evidence(pool, log_ratios)
            continue
        try:
            better = pool_with_anchors(pool, topic, days[-1], settings, [day])
            found[day] = pool_evidence(better, better.total(model) + better.prior_ratio(model) - better.log_ratio)
        except Unsound:  # then the day is left out
            continue
    return found


def _mixed_point(topic: Topic, day: date, variants: Mapping[str, _VariantHistory], settings: Settings) -> ReplayPoint | LeftOutDay:
    figures: dict[str, VariantFigures] = {}
    for name, its in variants.items():
        if day not in its.points or day not in its.evidences:
            return LeftOutDay(day, f"the variant `{name}` cannot be replayed as of that day")
        point = its.points[day]
        figures[name] = VariantFigures(point.values, point.errors, point.held, its.evidences[day])
    stacked: Mapping[str, Array] | None = None
    if weighs_by_performance(topic):
        performance = past_performance(topic, day, settings, pools={name: its.pool for name, its in variants.items()})
        if performance.reason not in {"", NOTHING_SCORED}:
            return LeftOutDay(day, performance.reason)
        stacked = performance.by_replicate
    values, errors = mix_figures(topic, figures, stacked=stacked)
    held = np.mean([its.held for its in figures.values()], axis=0)
    return ReplayPoint(day, values, errors, held)


def _last_settled(closed: Sequence[date | None]) -> date | None:
    """The day from which a question is settled under every variant; None where it is open under one."""
    known = [day for day in closed if day is not None]
    return max(known) if len(known) == len(closed) else None
