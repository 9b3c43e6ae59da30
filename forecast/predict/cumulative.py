"""What a question counts, day by day: the total up to the end of earlier days than its last, as recorded and as simulated.

The cases are those of the answer, so that the last day has the answer's own quantiles.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from forecast.book.calendar import ONE_DAY
from forecast.book.topic import Question, Topic
from forecast.inference.posterior import Posterior, weighted_quantiles
from forecast.inference.quantile_levels import QUANTILE_LEVELS
from forecast.language.arrays import Array
from forecast.language.expressions import Binary, Expression, Name, Total
from forecast.model.additive import adds_up
from forecast.predict.answers import Answer
from forecast.predict.mixture import RivalResult, joined_cases
from forecast.predict.paths import Paths
from forecast.predict.question_cases import question_cases
from forecast.predict.questions import streams_asked
from forecast.predict.rival_weights import RivalWeights
from forecast.predict.samples import numbers_of, path_sample

MOST_RECORDED_DAYS = 40  # days of the record, those on which the total changes; of more, some evenly apart
MOST_SIMULATED_DAYS = 13  # days of the future, the last among them


@dataclass(frozen=True, slots=True)
class CumulativeTotal:
    """The 5, 25, 50, 75 and 95 % points of a question's total at the ends of days, ``(days, 5)``.

    The first day is the eve of the first that counts, or of the record; up to ``through`` the record says how many there were.
    ``streams`` are those that are counted.
    """

    streams: tuple[str, ...]
    through: date
    days: tuple[date, ...]
    quantiles: Array


@dataclass(frozen=True, slots=True)
class _Source:
    """The paths of one model, and the weights of their cases, ``(cases,)``."""

    question: Question
    posterior: Posterior
    paths: Paths
    weights: Array


def cumulative_totals(posterior: Posterior, paths: Paths, answers: Mapping[str, Answer]) -> dict[str, CumulativeTotal]:
    """Return the totals of the open questions of a topic that count one, by the names of the questions."""
    topic = posterior.model.topic
    return {
        name: found
        for name, answer in answers.items()
        if _is_open_count(topic, answer)
        for cases in [question_cases(answer.question, posterior, paths).cases]
        if (found := _cumulative(topic, [_Source(answer.question, posterior, paths, cases.weights)])) is not None
    }


def mixed_cumulative_totals(
    topic: Topic, rivals: Mapping[str, RivalResult], weights: RivalWeights, answers: Mapping[str, Answer]
) -> dict[str, CumulativeTotal]:
    """Return the totals of the open questions of a topic with variants that count one, by all variants together."""
    found: dict[str, CumulativeTotal] = {}
    for name, answer in answers.items():
        if not _is_open_count(topic, answer):
            continue
        cases, slices = joined_cases(name, rivals, weights)
        sources = [
            _Source(its.posterior.model.topic.questions[name], its.posterior, its.paths, cases.weights[slices[variant]])
            for variant, its in rivals.items()
        ]
        total = _cumulative(topic, sources)
        if total is not None:
            found[name] = total
    return found


def counts_total(topic: Topic, question: Question) -> bool:
    """Whether a question asks for a number by a day that is the total of a stream, or several added up, through quantities too."""
    if question.kind != "distribution" or question.by is None or question.answer is None:
        return False
    return _adds_totals(topic, question.answer) and all(adds_up(topic, topic.streams[name]) for name in streams_asked(topic, question))


def _adds_totals(topic: Topic, expression: Expression) -> bool:
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        match node:
            case Total():
                pass
            case Binary("+", left, right):
                waiting += [left, right]
            case Name(name) if name in topic.quantities and name not in topic.parameters:
                waiting.append(topic.quantities[name].expression)
            case _:
                return False
    return True


def _is_open_count(topic: Topic, answer: Answer) -> bool:
    return answer.status == "open" and answer.value is not None and counts_total(topic, answer.question)


def _cumulative(topic: Topic, sources: Sequence[_Source]) -> CumulativeTotal | None:
    """The total over the days that all sources have in common; None where nothing is simulated in them."""
    question = sources[0].question
    assert question.by is not None
    streams = tuple(name for name in topic.streams if name in streams_asked(topic, question))
    starts = [its.paths.starts[name] for its in sources for name in streams if name in its.paths.starts]
    common = sorted(set.intersection(*(set(its.paths.days) for its in sources)))
    first = common[0] if question.since is None else question.since
    eves = [day - ONE_DAY for day in common if first <= day <= question.by + ONE_DAY]
    if not starts or len(eves) < 2:
        return None
    through = min(starts) - ONE_DAY
    known = bisect_left(eves, through + ONE_DAY)
    if known == len(eves):  # the record reaches beyond the last day, in a row whose days lie on both sides of it
        return None
    weights = np.concatenate([its.weights for its in sources])
    points: dict[date, tuple[float, ...]] = {}
    for day in eves[:known]:
        found = _points_by(day, sources, weights)
        if not points or day == eves[known - 1] or found != points[max(points)]:
            points[day] = found
    recorded = _thin([*points], MOST_RECORDED_DAYS)
    simulated = _thin(eves[known:], MOST_SIMULATED_DAYS)
    points |= {day: _points_by(day, sources, weights) for day in simulated}
    days = (*recorded, *simulated)
    return CumulativeTotal(streams, through, days, np.array([points[day] for day in days]))


def _points_by(day: date, sources: Sequence[_Source], weights: Array) -> tuple[float, ...]:
    """The quantiles of the total by the end of a day."""
    numbers = []
    for its in sources:
        question = replace(its.question, by=day, given=None, annulled=None)  # they have been decided by the weights
        scope = path_sample(question, its.paths, its.posterior).scope
        numbers.append(numbers_of(question, scope, its.posterior.model, its.weights))
    return weighted_quantiles(np.concatenate(numbers), weights, QUANTILE_LEVELS)


def _thin(days: Sequence[date], most: int) -> list[date]:
    """At most so many days, evenly apart in their order, the first and the last among them."""
    if len(days) <= most:
        return list(days)
    return [days[index] for index in np.unique(np.linspace(0, len(days) - 1, most).round().astype(int)).tolist()]
