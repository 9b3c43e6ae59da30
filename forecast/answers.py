"""Paths become answers: a probability, a distribution, a date, or shares, each with its Monte Carlo error.

A question about parameters alone is answered from the weighted draws; one about
totals from simulated paths.  For a probability there are two doubts, told apart:
ignorance of the rates, shown as the 90 % interval of the chance itself given the
parameters, and luck.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.asking import annulment, check_shares_asked, needs_paths, truth_by_day, truth_of, window, with_clocks
from forecast.book.topic import Question
from forecast.chance import ChanceInterval, chance_interval
from forecast.density import Shape, shape
from forecast.future import Paths, simulate
from forecast.inference.posterior import Ordered, Posterior, ordered
from forecast.language.distributions.domains import FARTHEST_VALUE
from forecast.language.evaluate import Scope, evaluate
from forecast.language.expressions import Name, is_condition
from forecast.model.clock import ONE_DAY
from forecast.model.horizon import check_horizon
from forecast.model.model import NUMPY, Array, Model
from forecast.model.unsound import Unsound, at_topic
from forecast.predict.crossings import Crossing, crossings_of
from forecast.predict.first_days import days_within_rows, recorded_until
from forecast.settlement import Status, status_of

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
CUMULATIVE_POINTS = 400
CHANCE_DRAWS, CHANCE_PATHS = 1_024, 24  # draws of the parameters, and paths on each, behind the chance's interval


@dataclass(frozen=True, slots=True)
class Probability:
    """The probability of a condition; ``chance`` is the 5 to 95 % interval of the chance given the parameters.

    ``chance_errors`` are the standard errors of the interval's ends; both are None where there is no interval.
    """

    value: float
    error: float
    chance: tuple[float, float] | None
    chance_errors: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Distribution:
    """A number's distribution: mean, sd, the 5, 25, 50, 75 and 95 % points with their errors, and its shape.

    ``cumulative`` holds up to 400 points ``(value, P(X <= value))`` and ``size``
    the effective number of cases: what the referee compares by.
    """

    mean: float
    mean_error: float
    sd: float
    quantiles: tuple[float, ...]
    quantile_errors: tuple[float, ...]
    shape: Shape
    cumulative: tuple[tuple[float, float], ...]
    size: float


@dataclass(frozen=True, slots=True)
class Dates:
    """The day on which something first happens: quantiles (None where later than the deadline), and not by then."""

    quantiles: tuple[date | None, ...]
    not_by_then: float
    error: float
    monthly: tuple[tuple[date, float], ...]  # month's last day, probability that it has happened by then
    size: float  # effective number of cases


@dataclass(frozen=True, slots=True)
class Shares:
    """The probability of each choice, with its error; ``none`` is what no choice takes."""

    values: Mapping[str, float]
    errors: Mapping[str, float]
    none: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question is answered with; ``given`` is the probability of its condition, 1 where it has none.

    ``annulled`` is the chance that it is annulled, under that condition: the value is then given that it is not.
    Of a question that the record has annulled, the value is what it would have been without that.
    ``crossings`` are the rows that the days from which and by which it counts fall inside.
    """

    question: Question
    value: Probability | Distribution | Dates | Shares
    status: Status
    given: float
    annulled: Annulment | None = None
    crossings: tuple[Crossing, ...] = ()


@dataclass(frozen=True, slots=True)
class Annulment:
    """The chance that a question is annulled, and its Monte Carlo error."""

    chance: float
    error: float


@dataclass(frozen=True, slots=True)
class Sample:
    """Weighted cases on which a question is read: paths at its deadline, or draws."""

    scope: Scope
    weights: Array
    effective_size: float


def horizon(model: Model) -> date:
    """The last day any question asks about (the as-of day where none has a date)."""
    return max([question.by for question in model.topic.questions.values() if question.by], default=model.as_of)


def paths_for(model: Model, parameters: Mapping[str, NDArray[Any]], rng: np.random.Generator) -> Paths:
    """Simulate on given draws as far as the topic's questions need, with a step's end at every deadline.

    Raises ``Unsound`` where that is farther than can be simulated.
    """
    check_horizon(model)
    cuts = [q.by + ONE_DAY for q in model.topic.questions.values() if q.by]
    cuts += [q.since for q in model.topic.questions.values() if q.since]
    return simulate(model, parameters, rng, until=horizon(model), cuts=tuple(cuts))


def chance_paths_for(posterior: Posterior, rng: np.random.Generator) -> Paths | None:
    """Simulate some paths on each of some draws, from which the chances themselves are told; None where no question needs them."""
    model = posterior.model
    if not any(q.kind == "probability" and needs_paths(model, q) for q in model.topic.questions.values()):
        return None
    draws = posterior.resample(CHANCE_DRAWS, rng)
    return paths_for(model, {name: np.repeat(values, CHANCE_PATHS, axis=0) for name, values in draws.items()}, rng)


def answers(posterior: Posterior, paths: Paths, rng: np.random.Generator, *, chance_paths: Paths | None = None) -> dict[str, Answer]:
    """Answer every question of the posterior's topic, with the intervals of the chances themselves where there are paths for them."""
    model = posterior.model
    return {name: answer(question, posterior, paths, chance_paths, rng) for name, question in model.topic.questions.items()}


def answer(question: Question, posterior: Posterior, paths: Paths, chance_paths: Paths | None, rng: np.random.Generator) -> Answer:
    """Answer one question."""
    model = posterior.model
    sample = _path_sample(question, paths, posterior) if needs_paths(model, question) else _draw_sample(question, posterior)
    if question.kind != "date":  # whose condition is read on many days
        check_shares_asked(question, sample.scope, model, sample.weights)
    held = np.ones(len(sample.weights), dtype=bool)
    if question.given is not None:
        held = truth_of(evaluate(question.given, sample.scope, NUMPY), len(sample.weights))
    given = float(sample.weights @ held)
    if given == 0:
        raise Unsound(_problem(question, model, f"`{question.given_text}` happens on no path, so nothing can be said given it"))
    weights = sample.weights * held / given
    size = sample.effective_size * given
    status = status_of(question, model, paths)
    annulled = None
    chances = annulment(question, sample.scope, model, weights)
    if chances is not None:
        annulled = _annulment(question, chances, weights, size, status)
        weights, size = _proper(question, model, chances, weights, size, status)
    match question.kind:
        case "probability":
            chance = _chance(question, chance_paths, posterior, rng) if status == "open" else None
            value: Any = _probability(question, sample.scope, weights, size, status, chance)
        case "distribution":
            value = _distribution(_numbers(question, sample.scope, len(weights), model), weights, size)
        case "date":
            value = _dates(question, paths, weights, size, rng)
        case "shares":
            value = _shares(question, sample.scope, weights, size, model)
    return Answer(question, value, status, given, annulled, crossings_of(question, paths))


def proportion_error(probability: float, size: float) -> float:
    """Standard error of a proportion from ``size`` independent cases, with Agresti and Coull's two cases added.

    At 0 and 1 the plain formula says 0, which no simulation can know.
    """
    middle = (probability * size + 2) / (size + 4)
    return math.sqrt(middle * (1 - middle) / (size + 4))


def _annulment(question: Question, chances: Array, weights: Array, size: float, status: Status) -> Annulment:
    """The chance of annulment from that in each case."""
    assert question.annulled is not None
    if status == "annulled":
        return Annulment(1.0, 0.0)
    if not is_condition(question.annulled):
        among = chances[weights > 0]
        if among.min() == among.max():
            return Annulment(float(among[0]), 0.0)
        mean = float(weights @ chances)
        return Annulment(mean, math.sqrt(float(weights @ (chances - mean) ** 2) / size))
    mean = float(weights @ chances)
    return Annulment(mean, proportion_error(mean, size))


def _proper(question: Question, model: Model, chances: Array, weights: Array, size: float, status: Status) -> tuple[Array, float]:
    """The weights of cases, and their effective number, given that the question is not annulled."""
    if status == "annulled":
        return weights, size
    kept = weights * (1 - chances)
    total = float(kept.sum())
    if total == 0:
        message = f"`{question.annulled_text}` annuls the question on every path, so nothing can be said given that it is not"
        raise Unsound(_problem(question, model, message))
    return kept / total, size * total**2 / float(kept @ (1 - chances))


def _path_sample(question: Question, paths: Paths, posterior: Posterior) -> Sample:
    count = len(paths)
    totals = {name: window(paths, name, question) for name in paths.totals}
    scope = with_clocks(paths.model, question, paths.model.scope(paths.parameters)).plus(totals=totals)
    return Sample(scope, np.full(count, 1 / count), min(count, posterior.diagnostics.effective_size))


def _draw_sample(question: Question, posterior: Posterior) -> Sample:
    scope = with_clocks(posterior.model, question, posterior.model.scope(posterior.parameters))
    return Sample(scope, posterior.weights, posterior.diagnostics.effective_size)


def _probability(
    question: Question, scope: Scope, weights: Array, size: float, status: Status, chance: ChanceInterval | None
) -> Probability:
    assert question.answer is not None
    truth = truth_of(evaluate(question.answer, scope, NUMPY), len(weights))
    value = float(weights @ truth)
    if status not in {"open", "annulled"}:  # what an annulled question's answer would have been is simulated still
        return Probability(value, 0.0, None)
    error = proportion_error(value, size)
    return Probability(value, error, None) if chance is None else Probability(value, error, chance.ends, chance.errors)


def _chance(question: Question, paths: Paths | None, posterior: Posterior, rng: np.random.Generator) -> ChanceInterval | None:
    """The interval of the chance given the parameters, from paths that stand draw by draw; None where there are none to tell it from."""
    if paths is None or not needs_paths(paths.model, question):
        return None
    assert question.answer is not None
    totals = {name: window(paths, name, question) for name in paths.totals}
    scope = with_clocks(paths.model, question, paths.model.scope(paths.parameters)).plus(totals=totals)
    held = np.ones(len(paths), dtype=bool)
    if question.given is not None:
        held = truth_of(evaluate(question.given, scope, NUMPY), len(paths))
    chances = annulment(question, scope, paths.model, held.astype(float))
    if chances is not None:  # drawn on each path; a generator of its own leaves other questions' random numbers as they are
        held = held & (rng.spawn(1)[0].random(len(paths)) >= chances)
    happened = held & truth_of(evaluate(question.answer, scope, NUMPY), len(paths))
    by_draw = [each.reshape(-1, CHANCE_PATHS).sum(axis=1).astype(float) for each in (happened, held)]
    return chance_interval(*by_draw, effective_size=posterior.diagnostics.effective_size)


def _distribution(values: Array, weights: Array, size: float) -> Distribution:
    mean = float(weights @ values)
    sd = float(np.sqrt(weights @ (values - mean) ** 2))
    draws = ordered(values[weights > 0], weights[weights > 0])
    errors = tuple(quantile_error(draws, level, size) for level in LEVELS)
    return Distribution(mean, sd / math.sqrt(size), sd, draws.quantiles(LEVELS), errors, shape(draws), _cumulative(draws), size)


def _cumulative(draws: Ordered) -> tuple[tuple[float, float], ...]:
    """The distribution function of weighted values at the points that 400 even shares reach."""
    levels = ((np.arange(CUMULATIVE_POINTS) + 0.5) / CUMULATIVE_POINTS).tolist()
    points: Array = np.unique(np.array(draws.quantiles(levels)))
    upto = draws.cumulative[np.searchsorted(draws.values, points, side="right") - 1] / draws.cumulative[-1]
    return tuple(zip(points.tolist(), upto.tolist(), strict=True))


def quantile_error(draws: Ordered, level: float, size: float) -> float:
    """Standard error of a quantile: half the distance between the quantiles one binomial error to each side."""
    step = math.sqrt(level * (1 - level) / size)
    low, high = draws.quantiles((max(level - step, 0.0), min(level + step, 1.0)))
    return (high - low) / 2


def _dates(question: Question, paths: Paths, weights: Array, size: float, rng: np.random.Generator) -> Dates:
    assert question.by is not None
    days, held_by = truth_by_day(question, paths)
    held = weights > 0
    among = weights[held]
    each = None if (among == among[0]).all() else among
    truth = held_by[held]
    happened = truth.any(axis=1)
    column = truth.argmax(axis=1)
    ordinals = np.array([day.toordinal() for day in days])
    ends = ordinals[column] - 1
    drawn_from = recorded_until(question, paths) or days[-1]
    lengths = ordinals[column] - ordinals[np.maximum(column - 1, 0)]
    simulated = ends >= drawn_from.toordinal()
    within = days_within_rows(question, paths, np.flatnonzero(held), ends, happened & ~simulated)
    on = np.where(simulated, ends - np.floor(rng.random(len(ends)) * np.maximum(lengths, 1)).astype(int), within)
    on = np.where(happened, on, np.iinfo(np.int64).max)
    not_by_then = float(1 - np.average(happened, weights=each))
    quantiles = tuple(_date_or_none(value) for value in np.quantile(on, LEVELS, method="inverted_cdf", weights=each))
    months = _month_ends(paths.model.as_of, question.by)
    monthly = tuple((day, float(np.average(on <= day.toordinal(), weights=each))) for day in months)
    return Dates(quantiles, not_by_then, proportion_error(not_by_then, size), monthly, size)


def _shares(question: Question, scope: Scope, weights: Array, size: float, model: Model) -> Shares:
    if question.choices:
        truths = {label: truth_of(evaluate(condition, scope, NUMPY), len(weights)) for label, condition in question.choices.items()}
        if (np.sum([*truths.values()], axis=0) > 1).any():
            raise Unsound(_problem(question, model, "two choices hold at once on some paths; choices must exclude each other"))
    else:
        assert isinstance(question.answer, Name)
        labels = model.topic.parameters[question.answer.name].categories
        codes = np.broadcast_to(scope.values[question.answer.name][:, 0], (len(weights),))
        truths = {label: codes == code for code, label in enumerate(labels)}
    values = {label: float(weights @ truth) for label, truth in truths.items()}
    none = float(weights @ ~np.any([*truths.values()], axis=0))
    return Shares(values, {label: proportion_error(value, size) for label, value in values.items()}, none)


def _numbers(question: Question, scope: Scope, count: int, model: Model) -> Array:
    assert question.answer is not None
    values: Array = np.broadcast_to(np.asarray(evaluate(question.answer, scope, NUMPY), dtype=float), (count, 1))[:, 0]
    if not np.isfinite(values).all():
        raise Unsound(_problem(question, model, f"`{question.answer_text}` is not a finite number at some draws"))
    if not (np.abs(values) <= FARTHEST_VALUE).all():
        reached = f"reaches values of {np.abs(values).max():.1g} at some draws, beyond the range of a computer's numbers"
        raise Unsound(_problem(question, model, f"`{question.answer_text}` {reached}"))
    return values


def _month_ends(first: date, last: date) -> list[date]:
    ends = []
    day = first.replace(day=1)
    while day <= last:
        day = (day + timedelta(days=31)).replace(day=1)
        ends.append(min(day - ONE_DAY, last))
    return ends


def _date_or_none(ordinal: int) -> date | None:
    return None if ordinal == np.iinfo(np.int64).max else date.fromordinal(int(ordinal))


def _problem(question: Question, model: Model, message: str) -> Any:
    return at_topic(model.topic, ("questions", question.name), message)
