"""History: the answers as of every day of the record, by replay of today's book.

One pool of draws serves all days; nothing is conditioned afresh but the few
anchors it needs.  A history is a hindcast: what today's priors and statements
would have said; only the ledger knows what was said at the time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from operator import attrgetter

import numpy as np

from forecast.book.topic import Topic
from forecast.insight.estimands import Measure, measures_of
from forecast.insight.eve_figures import known_figures
from forecast.insight.history_ranges import Ranges
from forecast.insight.record_events import Every, days_at_interval, news, settlement_days, thin_days
from forecast.insight.replay import REPLAYING_DAYS, LeftOutDay, ReplayPoint, replay
from forecast.insight.replay_pool import anchored_pool, pool_with_anchors
from forecast.insight.reweighting import Pool
from forecast.model.progress import PartialProgress, Progress, ignore_progress
from forecast.model.settings import Settings
from forecast.processes import pickle_task, process_pool, unpickle_task
from forecast.schema import words
from forecast.schema.insight import HistoryContent, HistoryPoint
from forecast.system import process_start_method

HISTORY_PARTS, FEWEST_DAYS_PER_PART = 8, 30  # of a long history, each begun afresh, and the days a part has at least
MOST_NEWS_DAYS = 120  # days of news that a history has, besides regular ones
SETTLEMENT_DRAWS = 64  # draws by which it is judged whether a question is settled: all must agree


@dataclass(frozen=True, slots=True)
class History:
    """The measures as of some days, what became known on each day, when each measure's question was settled, and the days left out.

    ``ranges`` are those of a few of the days, where they were asked for.
    """

    measures: tuple[Measure, ...]
    points: tuple[ReplayPoint, ...]
    news: dict[date, list[str]]
    settled: tuple[date | None, ...]
    left_out: tuple[LeftOutDay, ...]
    ranges: Mapping[date, Ranges] = field(default_factory=dict)


def history_days(topic: Topic, *, since: date | None, until: date, every: Every) -> tuple[date, ...]:
    """Return the days of a history: regular ones, those of news (of more than 120, so many evenly), the questions' dates, the first and the last.

    ``since`` is the day the topic opens where none is given; no day is earlier.
    """
    known = thin_days(sorted(news(topic, until)), MOST_NEWS_DAYS)
    dated = [question.by for question in topic.questions.values() if question.by is not None]
    return days_at_interval(since=max(since or topic.opens, topic.opens), until=until, every=every, also=(*known, *dated))


def history(
    topic: Topic,
    days: Sequence[date],
    settings: Settings,
    *,
    measures: Sequence[Measure] | None = None,
    pool: Pool | None = None,
    extends_pool: bool = True,
    processes: int = 1,
    progress: Progress = ignore_progress,
) -> History:
    """Return the measures (default: all of the topic's) as of each of ``days``, by replay, and the settlement of each.

    Days on which a question was settled are added.  ``pool`` is
    ``anchored_pool`` for the last day where it has been made already; with ``extends_pool`` it gets anchors for days that it does not
    carry, which are left out otherwise.  Days are
    shared by ``processes``, whose number changes nothing.  Raises ``Unsound`` where the model as of the
    last day cannot be computed; another such day is left out, and said.
    """
    until = max(days)
    asked = tuple(measures_of(topic) if measures is None else measures)
    pool = pool or anchored_pool(topic, until, settings)
    settled = settlement_days(topic, until, {name: values[:SETTLEMENT_DRAWS] for name, values in pool.parameters.items()})
    closed = tuple(settled[measure.question.name] for measure in asked)
    whole = sorted({*days, *(day for day in closed if day is not None and day >= min(days))})
    replayed = _replay_days(topic, whole, pool, settings, asked, processes=processes, progress=progress)
    thin = [point.day for point in replayed if isinstance(point, LeftOutDay) and point.thin]
    if thin and extends_pool:  # anchors of their own, for days that are no extremes of the record and yet are not carried
        better = pool_with_anchors(pool, topic, until, settings, thin)
        again = {point.day: point for point in replay(topic, thin, better, settings, asked)}
        replayed = [again.get(point.day, point) for point in replayed]
    points = tuple(_without_settled_errors(point, closed) for point in replayed if isinstance(point, ReplayPoint))
    return History(asked, points, news(topic, until), closed, tuple(point for point in replayed if isinstance(point, LeftOutDay)))


def days_left_out(days: Sequence[LeftOutDay]) -> list[tuple[str, str]]:
    """Return in words which days a history leaves out, those that follow one another for one reason together, and the reason."""
    described = []
    for why, together in groupby(days, key=attrgetter("why")):
        first, *rest = [left.day for left in together]
        described.append((words.day(first) if not rest else f"{len(rest) + 1} days from {words.day_range(first, rest[-1])}", why))
    return described


def history_content(replayed: History) -> HistoryContent:
    """Return a history as plain data."""
    return {
        "points": [_point_content(point, replayed) for point in replayed.points],
        "settled": [None if day is None else day.isoformat() for day in replayed.settled],
    }


def _point_content(point: ReplayPoint, replayed: History) -> HistoryPoint:
    values, errors = known_figures(point.values, point.errors)
    content: HistoryPoint = {
        "day": point.day.isoformat(),
        "values": values,
        "errors": errors,
        "news": replayed.news.get(point.day, []),
    }
    ranges = replayed.ranges.get(point.day, ())
    if any(ends is not None for ends in ranges):
        content["ranges"] = [None if ends is None else list(ends) for ends in ranges]
    return content


def _without_settled_errors(point: ReplayPoint, closed: Sequence[date | None]) -> ReplayPoint:
    """What the record has settled has no Monte Carlo error."""
    known = np.array([day is not None and day <= point.day for day in closed], dtype=bool)
    return replace(point, errors=np.where(known, 0.0, point.errors))


def _replay_days(
    topic: Topic,
    days: Sequence[date],
    pool: Pool,
    settings: Settings,
    measures: Sequence[Measure],
    *,
    processes: int,
    progress: Progress,
) -> list[ReplayPoint | LeftOutDay]:
    """The days in contiguous parts, which are the same however many processes share them."""
    size = max(-(-len(days) // HISTORY_PARTS), FEWEST_DAYS_PER_PART)
    parts = [days[at : at + size] for at in range(0, len(days), size)]
    if processes > 1 and len(parts) > 1:
        return _replay_in_parallel(parts, pickle_task((topic, pool, settings, tuple(measures))), processes, progress)
    replayed: list[ReplayPoint | LeftOutDay] = []
    for part in parts:
        replayed += replay(topic, part, pool, settings, measures, progress=PartialProgress(progress, len(replayed), len(days)))
    return replayed


def _replay_in_parallel(parts: Sequence[Sequence[date]], task: bytes, processes: int, progress: Progress) -> list[ReplayPoint | LeftOutDay]:
    from concurrent.futures import as_completed

    with process_pool(min(processes, len(parts)), start=process_start_method()) as executor:
        waiting = {executor.submit(_replay_in_process, task, part): at for at, part in enumerate(parts)}
        replayed: dict[int, list[ReplayPoint | LeftOutDay]] = {}
        for future in as_completed(waiting):
            replayed[waiting[future]] = future.result()
            progress(REPLAYING_DAYS, sum(map(len, replayed.values())), sum(map(len, parts)))
    return [point for at in range(len(parts)) for point in replayed[at]]


def _replay_in_process(task: bytes, days: Sequence[date]) -> list[ReplayPoint | LeftOutDay]:
    from threadpoolctl import threadpool_limits

    topic, pool, settings, measures = unpickle_task(task)
    with threadpool_limits(limits=1, user_api="blas"):
        return replay(topic, days, pool, settings, measures)
