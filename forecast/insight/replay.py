"""Measures as of many days, by replay: the pool weighed for a day, its draws drawn forward, every question read.

Drawing forward costs most, so it is done once for each stretch of days between
which nothing was learnt but that nothing happened.  The paths of the stretch's
first day serve a later one too, weighed anew: those on which something happened
in between are impossible, the step that the later day lies in is weighed by its
chances over the days that are left of it, and what comes after is the same.
These weights are exact; where they leave too little, a new stretch begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from forecast.book.calendar import ONE_DAY
from forecast.book.classes import total_names
from forecast.book.record_columns import record_columns
from forecast.book.topic import Question, Row, Topic
from forecast.inference.monte_carlo import binomial_error
from forecast.inference.weights import effective_size
from forecast.insight.estimands import Measure, cases
from forecast.insight.record_events import state_of
from forecast.insight.reweighting import Pool, with_rows
from forecast.insight.summed_rows import SummedRows, sum_rows
from forecast.insight.weighed_cases import Cases, standard_error
from forecast.language.arrays import Array
from forecast.model.classes import value_between_totals, zero_value
from forecast.model.errors import Unsound
from forecast.model.forward_streams import needed_columns
from forecast.model.model import Model, model_as_of
from forecast.model.progress import Progress, ignore_progress
from forecast.model.settings import Purpose, Settings, generator
from forecast.model.steps import step_scope
from forecast.model.used_names import names_used
from forecast.predict.answers import paths_for
from forecast.predict.paths import Paths, next_value
from forecast.predict.void import find_condition_failure
from forecast.schema.words import in_days

PATHS_PER_STRETCH = 3_072
TOO_FEW_DRAWS = "too few of the draws at hand fit what was known then"
LEAST_SHARE_LEFT = 0.5  # of the paths' worth must be left, or the next day begins a stretch
LONGEST_STRETCH = 100  # days of a stretch at most, so that two processes find the same ones where they can
REPLAYING_DAYS = "replaying days"  # what a bar says meanwhile


@dataclass(frozen=True, slots=True)
class ReplayPoint:
    """The measures as of a day, their Monte Carlo errors, and the probability that each one's question is asked then, ``(measures,)`` each."""

    day: date
    values: Array
    errors: Array
    held: Array


@dataclass(frozen=True, slots=True)
class LeftOutDay:
    """A day of which nothing is said, and why; ``thin`` where the pool's draws did not carry."""

    day: date
    why: str
    thin: bool = False


@dataclass(frozen=True, slots=True)
class StretchBase:
    """The first day of a stretch: its model, draws and paths, and how the paths' measures read.

    ``size`` is the draws' effective number.  ``quiet`` and ``drawn`` hold, step
    by step, the log probability of nothing and of what each path drew, and ``own`` the log-likelihood of some of its rows, as far as
    asked.
    """

    model: Model
    paths: Paths
    cases: Cases
    size: float
    quiet: dict[int, Array] = field(default_factory=dict, repr=False)
    drawn: dict[int, Array] = field(default_factory=dict, repr=False)
    own: dict[str, Array] = field(default_factory=dict, repr=False)


def replay(
    topic: Topic, days: Sequence[date], pool: Pool, settings: Settings, measures: Sequence[Measure], *, progress: Progress = ignore_progress
) -> list[ReplayPoint | LeftOutDay]:
    """Return the measures as of each of ``days``, which ascend; ``progress`` counts them.

    The random numbers of every stretch are the same, so that neighbouring
    stretches share them.
    """
    replayed: list[ReplayPoint | LeftOutDay] = []
    summed: SummedRows | None = None
    while len(replayed) < len(days):
        ahead = days[len(replayed) : len(replayed) + LONGEST_STRETCH]
        try:
            model = model_as_of(topic, ahead[0])
            summed = sum_rows(pool, model, summed)
            replayed += _stretch(model, ahead, pool, summed, settings, measures)
        except Unsound as unsound:
            replayed.append(LeftOutDay(ahead[0], unsound.problems[0].message))
        progress(REPLAYING_DAYS, len(replayed), len(days))
    return replayed


def _stretch(
    model: Model, days: Sequence[date], pool: Pool, summed: SummedRows, settings: Settings, measures: Sequence[Measure]
) -> Sequence[ReplayPoint | LeftOutDay]:
    """The first of some days, of which ``model`` is, and those after it that its paths still serve."""
    topic = model.topic
    weights = pool.weigh(model, summed.total)
    if not weights.carry:
        return [LeftOutDay(days[0], TOO_FEW_DRAWS, thin=True)]
    draws = pool.resample(weights, PATHS_PER_STRETCH, generator(settings.seed, topic.name, Purpose.HISTORY, Purpose.RESAMPLE))
    paths = paths_for(model, draws, generator(settings.seed, topic.name, Purpose.HISTORY, Purpose.PATHS))
    base = StretchBase(model, paths, cases(paths, measures), weights.effective_size)
    points = [_point(base, model.as_of, np.zeros(PATHS_PER_STRETCH), measures)]
    alone = _uses_age(topic) or not paths.is_whole  # `age` would make every step's chances depend on the day of asking
    alone = alone or bool(topic.regimes)  # given the parameters, states of paths depend on what is known of quiet time
    alone = alone or any(stream.latent for stream in topic.streams.values())  # drawn from where the record ends, given the ends of steps
    for day in () if alone else days[1:]:
        later = _later_model(base, day)
        log_weight = None if later is None else _log_weight(base, later)
        if log_weight is None or np.isneginf(log_weight).all() or effective_size(log_weight) < LEAST_SHARE_LEFT * PATHS_PER_STRETCH:
            break
        points.append(_point(base, day, log_weight, measures))
    return points


def _later_model(base: StretchBase, day: date) -> Model | None:
    """The model as of a later day, where it differs from the base's in quiet time alone; None where it does not."""
    try:
        model = model_as_of(base.model.topic, day)
    except Unsound:  # said when that day's turn comes
        return None
    return model if state_of(model) == state_of(base.model) else None


def _uses_age(topic: Topic) -> bool:
    for stream in topic.streams.values():
        if stream.entering_texts:  # quiet time is then not as likely in the record as on the paths
            return True
        if "age" in names_used(topic, stream.value, *stream.next.values()):
            return True
    return False


def _log_weight(base: StretchBase, model: Model) -> Array | None:
    """The log weight of each path as of a later day, ``(paths,)``: the density of the path then over that of the base's day.

    Between the two days some streams' records have grown by quiet time, so that
    their future starts later; a stream whose record has not goes on from where
    it was.  None where the later day's steps cannot be derived from the base's.
    """
    before, now = base.paths.starts, {name: model.records[name].through + ONE_DAY for name in base.paths.starts}
    gained = _log_likelihood_of_new_rows(base, model, base.model) - _log_likelihood_of_new_rows(base, base.model, model)
    moved = [name for name in now if now[name] != before[name]]
    if not moved:
        return gained
    if len({before[name] for name in moved}) > 1 or len({now[name] for name in moved}) > 1:
        return None
    days, first, start = base.paths.days, before[moved[0]], now[moved[0]]
    if first not in days:  # beyond the last deadline nothing is drawn
        return gained
    if len(moved) < len(now):
        others = _log_weight_of_late_streams(base, model, [name for name in now if name not in moved], first, start)
        return None if others is None else gained + others
    begin = days.index(first)
    passed = max(column for column, day in enumerate(days) if day <= start)  # steps from `begin` to here have gone by
    agrees = np.ones(PATHS_PER_STRETCH, dtype=bool)
    for name in now:
        agrees &= base.paths.totals[name][:, passed] == base.paths.totals[name][:, begin]
    for column in range(begin, passed):
        gained = gained - _cached_log_chance(base, base.quiet, column, drawn=False)
    if passed + 1 < len(days) and days[passed] < start:
        gained = (
            gained + _log_chance(base, passed, days[passed + 1], start=start) - _cached_log_chance(base, base.drawn, passed, drawn=True)
        )
    with np.errstate(invalid="ignore"):
        log_weight: Array = np.where(agrees, gained, -np.inf)
    return log_weight


def _log_likelihood_of_new_rows(base: StretchBase, model: Model, other: Model) -> Array:
    """The log-likelihood, ``(paths,)``, of a model's rows that another does not have: of quiet time as far as each knows it."""
    apart = {name: _rows_apart(table.record.rows, other.records[name].rows) for name, table in model.tables.items()}
    which = repr(apart)
    if model is base.model and which in base.own:  # of most days the same
        return base.own[which]
    rows = replace(with_rows(model, apart, others=False), beyond=model.beyond or 0.0)
    density: Array = rows.log_likelihood(base.paths.parameters).sum(axis=1)
    if model is base.model:
        base.own[which] = density
    return density


def _rows_apart(rows: Sequence[Row], others: Sequence[Row]) -> list[int]:
    """The places of rows that are not among others of the same stream: those of another line, and those that are cut at another day."""
    theirs = set(_row_marks(others))
    return [place for place, mark in enumerate(_row_marks(rows)) if mark not in theirs]


def _row_marks(rows: Sequence[Row]) -> Iterator[tuple[object, ...]]:
    """What tells a row of a stream from every other: its place in the file, and what may be cut or corrected of it."""
    its = record_columns(rows)
    ends = (np.where(its.ranged, end, np.inf).tolist() for end in (its.low, its.high))
    days = (day.tolist() for day in (its.start, its.end, its.known))
    return zip(its.paths.strings(slice(None)), its.lines.tolist(), its.starts_at.tolist(), *days, its.value.tolist(), *ends, strict=True)


def _log_weight_of_late_streams(base: StretchBase, model: Model, names: Sequence[str], first: date, start: date) -> Array | None:
    """What moves the weights where some streams' records end before the others' and have not grown.

    They were drawn alone in the step up to ``first``, which now lasts to
    ``start``; the step after it is shorter by as much.
    """
    days = base.paths.days
    begin = days.index(first)
    cuts = {row.end + ONE_DAY for record in model.records.values() for row in record.rows}
    if begin + 1 == len(days) or days[begin + 1] <= start or any(first < day < start for day in cuts):
        return None
    if begin == 0 or any(base.paths.starts[name] > days[begin - 1] for name in names):
        return None
    longer = _log_chance(base, begin - 1, start, names=names) - _log_chance(base, begin - 1, first, names=names)
    shorter = _log_chance(base, begin, days[begin + 1], start=start) - _cached_log_chance(base, base.drawn, begin, drawn=True)
    return longer + shorter


def _cached_log_chance(base: StretchBase, kept: dict[int, Array], column: int, *, drawn: bool) -> Array:
    """The log chance of a whole step, worked out once."""
    if column not in kept:
        kept[column] = _log_chance(base, column, base.paths.days[column + 1], drawn=drawn)
    return kept[column]


def _log_chance(
    base: StretchBase, column: int, following: date, *, start: date | None = None, names: Sequence[str] | None = None, drawn: bool = True
) -> Array:
    """The log density of what each path drew in a step, or of nothing, ``(paths,)``, over all streams or those of ``names``.

    It is that of a step from ``start`` (the step's own) to the eve of ``following``.
    """
    paths, topic = base.paths, base.model.topic
    streams = [topic.streams[name] for name in (paths.starts if names is None else names)]
    totals = {name: values[:, column, None] for name, values in paths.totals.items()}
    after = {name: paths.totals[name][:, column + 1, None] for stream in streams for name in total_names(stream)} if drawn else {}
    log_chance = np.zeros(PATHS_PER_STRETCH)
    with np.errstate(all="ignore"):
        scope = step_scope(base.model, streams, paths.parameters, totals, start or paths.days[column], following - ONE_DAY)
        for stream in streams:
            columns = {name: next_value(stream, name, scope) for name in needed_columns(stream)} if stream.own_columns else {}
            kind, arguments = base.model.distribution(stream.value, scope.plus(values=columns))
            values = value_between_totals(stream, totals, after) if drawn else zero_value(stream)
            log_chance += kind.log_density(values, **arguments)[..., 0]
    return log_chance


def _point(base: StretchBase, day: date, log_weight: Array, measures: Sequence[Measure]) -> ReplayPoint | LeftOutDay:
    weights = np.exp(log_weight)
    weighed = base.cases.weigh(weights)
    values = weighed.values()
    for measure, value in zip(measures, values, strict=True):
        if np.isnan(value) and measure.kind != "mean":
            return LeftOutDay(day, _why_unanswered(measure.question, base))
    paths = float(weights.sum() ** 2 / (weights**2).sum())
    size = 1 / (1 / paths + 1 / base.size)  # paths share draws, so either may be what is short
    held = weights @ base.cases.denominators / weights.sum()
    influence = standard_error(weighed.influence()) * np.sqrt(paths / size)
    errors = [
        binomial_error(float(value), size * float(share)) if measure.is_share_of_cases else float(moved)
        for measure, value, share, moved in zip(measures, values, held, influence, strict=True)
    ]
    return ReplayPoint(day, values, np.array(errors), held)


def _why_unanswered(question: Question, base: StretchBase) -> str:
    """Why a question has no answer as of a day."""
    failed = find_condition_failure(question, base.model, base.paths)
    if failed is not None:
        return f"`{question.name}` is void: its condition failed {in_days(failed.first, failed.last)}"
    if question.given is None and question.annulled is None:
        return f"`{question.name}` is not answerable"
    condition = f"`{question.given_text}`" if question.annulled is None else "its condition, without annulment,"
    return f"`{question.name}` is not answerable: {condition} holds on no path, so nothing can be said given it"
