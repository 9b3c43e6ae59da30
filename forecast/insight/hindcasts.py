"""What a topic would have said of its settled questions while they were open, by replay; and what its prior says, if nothing had been learnt.

A replay of a day knows no row that became known after it.  But statements, priors and questions are today's: whoever wrote them may have
known how things went, which a score cannot tell.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from numpy.typing import NDArray

from forecast.book.calendar import ONE_DAY
from forecast.book.topic import BASE, Topic
from forecast.inference.importance.prior_sampling import prior_draws
from forecast.inference.monte_carlo import binomial_error
from forecast.insight.estimands import Measure, cases
from forecast.insight.history import MOST_NEWS_DAYS, SETTLEMENT_DRAWS, history
from forecast.insight.mixed_history import mixed_history
from forecast.insight.record_events import Every, days_at_interval, news, thin_days
from forecast.insight.replay_pool import anchored_pool
from forecast.insight.settled_questions import SettledQuestion, settled_questions
from forecast.model.model import model_as_of
from forecast.model.progress import Progress, ignore_progress
from forecast.model.settings import Purpose, Settings, generator
from forecast.predict.answers import paths_for


@dataclass(frozen=True, slots=True)
class DatedProbability:
    """A probability as of the end of a day, and its Monte Carlo error."""

    day: date
    probability: float
    error: float


@dataclass(frozen=True, slots=True)
class Hindcast:
    """A settled question, what was said of it day by day while it was open, and what the prior says as of the day it opened."""

    settled: SettledQuestion
    points: tuple[DatedProbability, ...]
    prior: DatedProbability


@dataclass(frozen=True, slots=True)
class Hindcasts:
    """Those of one topic; the names of its other settled questions; and the days left out, with the reason."""

    hindcasts: tuple[Hindcast, ...] = ()
    others: tuple[str, ...] = ()
    left_out: tuple[tuple[date, str], ...] = ()


def hindcasts(topic: Topic, until: date, settings: Settings, *, every: Every = "week", progress: Progress = ignore_progress) -> Hindcasts:
    """Return what a topic would have said of each question that its record settles as of ``until``, from its opening to the eve of its settlement.

    Days are regular ones, ``every`` so often, and those on which something became known.  Raises ``Unsound`` where the model as of
    ``until`` cannot be computed.
    """
    if not topic.streams or all(question.by is None for question in topic.questions.values()):
        return Hindcasts()  # no record settles anything here
    base = topic.as_it_stands
    settled = settled_questions(base, until, _few_draws(base, until, settings))
    asked = settled.questions
    if not asked:
        return Hindcasts(others=settled.others)
    measures = [Measure(its.question, "") for its in asked]
    first, last = min(its.opens for its in asked), max(its.settled for its in asked) - ONE_DAY
    known = thin_days(sorted(news(topic, last)), MOST_NEWS_DAYS)
    days = days_at_interval(since=first, until=last, every=every, also=(*known, *(its.opens for its in asked)))
    if topic.variants:
        replayed = mixed_history(topic, days, settings, questions=[its.question.name for its in asked], progress=progress)
    else:
        replayed = history(topic, days, settings, measures=measures, pool=anchored_pool(topic, until, settings), progress=progress)
    places = {measure.question.name: place for place, measure in enumerate(replayed.measures)}
    columns = [places[its.question.name] for its in asked]
    priors = _mixed_priors(topic, {name: _prior_answers(rival, asked, settings) for name, rival in topic.rivals.items()})
    points = [(point.day, point.values[columns].tolist(), point.errors[columns].tolist()) for point in replayed.points]
    return Hindcasts(
        tuple(
            Hindcast(
                its,
                tuple(DatedProbability(day, values[at], errors[at]) for day, values, errors in points if its.opens <= day < its.settled),
                priors[its.question.name],
            )
            for at, its in enumerate(asked)
        ),
        settled.others,
        tuple((left.day, left.why) for left in replayed.left_out),
    )


def _few_draws(topic: Topic, until: date, settings: Settings) -> Mapping[str, NDArray[Any]]:
    """Draws of the prior by which it is judged whether a question is settled."""
    rng = generator(settings.seed, topic.name, Purpose.HISTORY, Purpose.PRIOR)
    return prior_draws(model_as_of(topic, until), rng=rng, draws=SETTLEMENT_DRAWS, at_once=SETTLEMENT_DRAWS).parameters


def _mixed_priors(topic: Topic, priors: Mapping[str, Mapping[str, _PriorAnswer]]) -> dict[str, DatedProbability]:
    """What the priors of all variants together say: each by its weight before the rows, and by how probable it is that the question is asked."""
    if not topic.variants:
        return {question: its.said for question, its in priors[BASE].items()}
    weights = topic.prior_weights
    mixed: dict[str, DatedProbability] = {}
    for question in priors[BASE]:
        those = {name: its[question] for name, its in priors.items()}
        shares = {name: weights[name] * its.held for name, its in those.items()}
        total = math.fsum(shares.values())
        value = math.fsum(shares[name] / total * its.said.probability for name, its in those.items())
        error = math.hypot(*(shares[name] / total * its.said.error for name, its in those.items()))
        mixed[question] = DatedProbability(those[BASE].said.day, value, error)
    return mixed


@dataclass(frozen=True, slots=True)
class _PriorAnswer:
    """What a prior says of a question, and how probable it is that this is asked."""

    said: DatedProbability
    held: float


def _prior_answers(topic: Topic, asked: Sequence[SettledQuestion], settings: Settings) -> Mapping[str, _PriorAnswer]:
    """The answer to each question, by its name, as of the day it opened, from draws of the prior: what had happened is known, and nothing learnt from it."""
    answers: dict[str, _PriorAnswer] = {}
    for day in sorted({its.opens for its in asked}):
        model = model_as_of(topic, day)
        words = (topic.name, Purpose.HISTORY, Purpose.PRIOR)
        drawn = prior_draws(model, rng=generator(settings.seed, *words))
        draws = drawn.resample(settings.draws, generator(settings.seed, *words, Purpose.RESAMPLE))
        questions = [topic.questions[its.question.name] for its in asked if its.opens == day]
        read = cases(
            paths_for(model, draws, generator(settings.seed, *words, Purpose.PATHS)), [Measure(question, "") for question in questions]
        )
        for question, value, held in zip(questions, read.values().tolist(), read.denominators.mean(axis=0).tolist(), strict=True):
            answers[question.name] = _PriorAnswer(DatedProbability(day, value, binomial_error(value, settings.draws * held)), held)
    return answers
