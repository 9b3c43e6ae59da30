"""The history of mixed answers: each variant is replayed by itself, and mixed with the weights that its evidence gives it as of each day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from forecast.book.topic import BASE, Topic
from forecast.insight.estimands import measures_of
from forecast.insight.history import History, history
from forecast.insight.history_ranges import Ranges, Spread, mixed_range, range_days, spreads_as_of
from forecast.insight.mixed_estimates import PoolEvidence, VariantFigures, figure_shares, mix_figures, pool_evidence, weighs_by_evidence
from forecast.insight.replay import LeftOutDay, ReplayPoint
from forecast.insight.replay_pool import pool_with_anchors
from forecast.insight.reweighting import Pool
from forecast.insight.stacking import NOTHING_SCORED, past_performance, weighs_by_performance
from forecast.insight.summed_rows import SummedRows, sum_rows
from forecast.insight.variant_pools import groups_by_likelihood, pool_of_mixed_prior, variant_pools
from forecast.language.arrays import Array
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from forecast.model.progress import Progress, ignore_progress
from forecast.model.settings import Settings


@dataclass(frozen=True, slots=True)
class _VariantHistory:
    """One variant's history, its evidence as of each day of it, and its topic and pool."""

    topic: Topic
    history: History
    points: Mapping[date, ReplayPoint]
    evidences: Mapping[date, PoolEvidence]
    pool: Pool


@dataclass(frozen=True, slots=True)
class _MixedPoint:
    """The mixed measures as of a day, and how much each variant counts in each, ``(variants, measures)``."""

    point: ReplayPoint
    shares: Array


@dataclass(frozen=True, slots=True)
class _Replay:
    """What is replayed of every variant: the days, the questions (all where None), and how."""

    days: Sequence[date]
    settings: Settings
    questions: Sequence[str] | None
    processes: int
    progress: Progress

    def history(self, rival: Topic, pool: Pool, *, extends_pool: bool) -> History:
        """The history of a variant's measures on a pool."""
        measures = [measure for measure in measures_of(rival) if self.questions is None or measure.question.name in self.questions]
        return history(
            rival,
            self.days,
            self.settings,
            measures=measures,
            pool=pool,
            extends_pool=extends_pool,
            processes=self.processes,
            progress=self.progress,
        )


def mixed_history(
    topic: Topic,
    days: Sequence[date],
    settings: Settings,
    *,
    questions: Sequence[str] | None = None,
    pools: Mapping[str, Pool] | None = None,
    has_ranges: bool = False,
    processes: int = 1,
    progress: Progress = ignore_progress,
) -> History:
    """Return the history of a topic with variants, of all its questions or of some; a number is followed by its expected value.

    With ``has_ranges`` a few of its days have the 90 % ranges of open measures.

    ``pools`` are those of ``variant_pools`` for the last day, where they have been made.  A day on which one variant cannot be
    replayed is left out.  Variants that differ only in their priors are replayed together, where evidence weighs them.  Raises ``Unsound`` as ``history`` does.
    """
    until, rivals = max(days), topic.rivals
    made = pools or variant_pools(topic, until, settings)
    asked = _Replay(days, settings, questions, processes, progress)
    variants: dict[str, _VariantHistory] = {}
    parts: dict[str, tuple[str, ...]] = {}  # the variants that each history is of
    for group in _groups_by_pool(topic, until, made) if weighs_by_evidence(topic) else [(name,) for name in rivals]:
        its = _history_of_group(topic, group, made[group[0]], asked) if len(group) > 1 else None
        if its is not None:
            variants[group[0]], parts[group[0]] = its, group
            continue
        for name in group:
            parts[name] = (name,)
            variants[name] = _history_of_one(rivals[name], made[name], asked)
    counted = {name: sum(topic.prior_weights[member] for member in members) for name, members in parts.items()}
    base = variants[BASE].history
    whole = sorted(set.union(*(set(its.points) for its in variants.values())))
    mixed = {day: _mixed_point(topic, day, variants, counted, settings) for day in whole}
    left_out = {out.day: out for its in variants.values() for out in its.history.left_out}
    left_out |= {day: point for day, point in mixed.items() if isinstance(point, LeftOutDay) and day not in left_out}
    settled = tuple(_last_settled(closed) for closed in zip(*(its.history.settled for its in variants.values()), strict=True))
    kept = {day: point for day, point in mixed.items() if isinstance(point, _MixedPoint)}
    found = History(
        base.measures, tuple(its.point for its in kept.values()), base.news, settled, tuple(left_out[day] for day in sorted(left_out))
    )
    return _with_ranges(found, kept, variants, settings) if has_ranges else found


def _with_ranges(
    found: History, points: Mapping[date, _MixedPoint], variants: Mapping[str, _VariantHistory], settings: Settings
) -> History:
    """A history, with the 90 % ranges of open measures on a few of its days, where those of every variant that counts are known."""
    unknown: tuple[Spread, ...] = (None,) * len(found.measures)
    ranges: dict[date, Ranges] = {}
    for day in range_days(found.points, found.settled):
        shares = points[day].shares
        spreads = [
            (spreads_as_of(its.topic, its.pool, day, found.measures, found.settled, settings) if own.any() else None) or unknown
            for its, own in zip(variants.values(), shares, strict=True)
        ]
        ranges[day] = tuple(
            mixed_range(list(zip(shares[:, at].tolist(), of_measure, strict=True)))
            for at, of_measure in enumerate(zip(*spreads, strict=True))
        )
    return replace(found, ranges=ranges)


def _groups_by_pool(topic: Topic, until: date, pools: Mapping[str, Pool]) -> Iterator[tuple[str, ...]]:
    """The variants that differ only in their priors and share a pool, those together."""
    for group in groups_by_likelihood(topic, until):
        for pool in {id(pools[name]): pools[name] for name in group}.values():
            yield tuple(name for name in group if pools[name] is pool)


def _history_of_one(rival: Topic, pool: Pool, asked: _Replay) -> _VariantHistory:
    """The history of one variant by itself."""
    its = asked.history(rival, pool, extends_pool=True)
    points = {point.day: point for point in its.points}
    return _VariantHistory(rival, its, points, _evidences(rival, sorted(points), pool, asked.settings), pool)


def _history_of_group(topic: Topic, group: Sequence[str], pool: Pool, asked: _Replay) -> _VariantHistory | None:
    """The history of variants that differ only in their priors, as one model under a mixed prior; None where the draws do not carry some day."""
    rivals = topic.rivals
    first = rivals[group[0]]
    mixed = pool_of_mixed_prior(pool, rivals, topic.prior_weights, group, max(asked.days))
    its = asked.history(first, mixed, extends_pool=False)
    points = {point.day: point for point in its.points}
    evidences = _evidences(first, sorted(points), mixed, None)
    if any(point.thin for point in its.left_out) or len(evidences) < len(points):
        return None
    return _VariantHistory(first, its, points, evidences, mixed)


def _evidences(topic: Topic, days: Sequence[date], pool: Pool, settings: Settings | None) -> dict[date, PoolEvidence]:
    """The evidence as of each of some days; with anchors of its own for a day that the pool does not carry, by ``settings`` where they are given."""
    found: dict[date, PoolEvidence] = {}
    summed: SummedRows | None = None
    for day in days:
        model = model_as_of(topic, day)
        summed = sum_rows(pool, model, summed)
        log_ratios = summed.total + pool.prior_ratio(model) - pool.log_ratio
        if pool.weigh_by(log_ratios).carry:
            found[day] = pool_evidence(pool, log_ratios)
            continue
        if settings is None:
            continue
        try:
            better = pool_with_anchors(pool, topic, days[-1], settings, [day])
            found[day] = pool_evidence(better, better.total(model) + better.prior_ratio(model) - better.log_ratio)
        except Unsound:  # then the day is left out
            continue
    return found


def _mixed_point(
    topic: Topic, day: date, variants: Mapping[str, _VariantHistory], prior: Mapping[str, float], settings: Settings
) -> _MixedPoint | LeftOutDay:
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
    values, errors = mix_figures(topic, figures, prior=prior, stacked=stacked)
    held = np.mean([its.held for its in figures.values()], axis=0)
    return _MixedPoint(ReplayPoint(day, values, errors, held), figure_shares(topic, figures, prior=prior, stacked=stacked))


def _last_settled(closed: Sequence[date | None]) -> date | None:
    """The day from which a question is settled under every variant; None where it is open under one."""
    known = [day for day in closed if day is not None]
    return max(known) if len(known) == len(closed) else None
