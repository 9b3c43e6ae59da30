"""Paths become answers: a probability, a distribution, a date, or shares, each with its Monte Carlo error.

A question about parameters alone is answered from the weighted draws; one about
totals from simulated paths.  For a probability there are two doubts, reported separately:
ignorance of the rates, shown as the 90 % interval of the chance itself given the
parameters, and luck.  Errors are measured from replicates, as ``inference.monte_carlo`` says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from forecast.book.calendar import ONE_DAY
from forecast.book.files.problems import Problem
from forecast.book.topic import Question
from forecast.inference.monte_carlo import (
    REPLICATES,
    ReplicatedCases,
    greatest_unseen,
    mean_error,
    proportion_error,
    quantile,
    rank_cases,
)
from forecast.inference.posterior import Posterior
from forecast.inference.quantile_levels import QUANTILE_LEVELS
from forecast.language.arrays import Array, Truth
from forecast.model.errors import Unsound
from forecast.model.horizon import check_horizon
from forecast.model.model import Model
from forecast.predict.chance_distribution import ChanceDistribution
from forecast.predict.chance_interval import CHANCE_LEVELS, ChanceInterval
from forecast.predict.chances import CHANCE_PATHS, Chances
from forecast.predict.crossings import Crossing, crossings_of
from forecast.predict.distribution import Distribution, distribution_of
from forecast.predict.exact_chance import exact_intervals
from forecast.predict.exchanged import hub_quantiles
from forecast.predict.outcomes import Outcomes, outcomes_of
from forecast.predict.paths import Paths, simulate
from forecast.predict.question_cases import WITHOUT_DATE, Annulment, question_cases
from forecast.predict.questions import (
    needs_paths,
)
from forecast.predict.settlement import Status
from forecast.predict.void import ConditionFailure

CHANCE_DRAWS, EXACT_FACTOR = 1_024, 2  # draws of the parameters behind a chance's interval; times as many where it has a closed form


@dataclass(frozen=True, slots=True)
class Probability:
    """The probability of a condition, or of one event given a fraction; ``chance`` is the 5 to 95 % interval of the chance given the parameters, or of the fraction.

    ``chance_errors`` are the standard errors of the interval's ends; both are None where there is no interval.
    ``greatest_unseen`` is, where a question is open and it came about in no case or in all, the greatest chance of the other that would
    have shown with 95 % confidence.
    """

    value: float
    error: float
    chance: tuple[float, float] | None
    chance_errors: tuple[float, float] | None = None
    greatest_unseen: float | None = None
    distribution: ChanceDistribution | None = field(default=None, compare=False, repr=False)  # of the chance


@dataclass(frozen=True, slots=True)
class Dates:
    """The day on which something first happens: quantiles (None where later than the deadline), and not by then.

    ``hub_quantiles`` are those of ``forecast.predict.exchanged``.
    ``quantile_errors`` are in days, None where an error reaches beyond the deadline; ``intervals`` are intervals of ranks, as a distribution's.
    """

    quantiles: tuple[date | None, ...]
    not_by_then: float
    error: float
    monthly: tuple[tuple[date, float], ...] = field(repr=False)  # month's last day, probability that it has happened by then
    monthly_errors: tuple[float, ...] = field(repr=False)
    quantile_errors: tuple[float | None, ...]
    intervals: tuple[tuple[date | None, date | None], ...] = field(repr=False)
    hub_quantiles: tuple[date | None, ...] = field(repr=False)
    greatest_unseen: float | None = None  # as a probability's, of not by then


@dataclass(frozen=True, slots=True)
class Shares:
    """The probability of each choice, with its error; ``none`` is what no choice takes.

    ``greatest_unseen`` is, as a probability's, that of each choice which came about in no case or in all.
    """

    values: Mapping[str, float]
    errors: Mapping[str, float]
    none: float
    none_error: float = 0.0
    greatest_unseen: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question is answered with; ``given`` is the probability of its condition, 1 where it has none.

    Where there is no answer ``value`` is None: the question is void, since its condition failed within the days of ``failed``, or not
    answerable, and ``reasons`` say why.
    ``freedom`` is the degrees of freedom of the value's errors.
    ``annulled`` is the chance that it is annulled, under that condition: the value is then given that it is not.
    Of a question that the record has annulled, the value is what it would have been without that.
    ``crossings`` are the rows that the days from which and by which it counts fall inside.
    """

    question: Question
    value: Probability | Distribution | Dates | Shares | None
    status: Status | Literal["void", "not answerable"]
    given: float
    annulled: Annulment | None = None
    crossings: tuple[Crossing, ...] = ()
    given_error: float = 0.0
    freedom: float = REPLICATES - 1.0
    failed: ConditionFailure | None = None
    reasons: tuple[Problem, ...] = ()

    def __repr__(self) -> str:
        """The question's name, its status, and its value without the points of its curves, which are hundreds."""
        return f"<Answer to {self.question.name}, {self.status}: {'; '.join(its.message for its in self.reasons) if self.value is None else repr(self.value)}>"


def horizon(model: Model) -> date:
    """The last day any question or scenario asks about (the as-of day where none has a date)."""
    return max([question.by for question in model.topic.questions_and_scenarios if question.by], default=model.as_of)


def paths_for(model: Model, parameters: Mapping[str, NDArray[Any]], rng: np.random.Generator, *, dates: bool = True) -> Paths:
    """Simulate on given draws as far as the topic's questions and scenarios need, with a step's end at every deadline.

    Without ``dates``, questions for a date cannot be answered from them, and steps may be drawn as one.  Raises ``Unsound``
    where that is farther than can be simulated.
    """
    check_horizon(model)
    cuts = [q.by + ONE_DAY for q in model.topic.questions_and_scenarios if q.by]
    cuts += [q.since for q in model.topic.questions_and_scenarios if q.since]
    asked = [q for q in model.topic.questions.values() if q.kind == "date" and q.by and dates]
    daily = [(q.since or date.min, q.by + ONE_DAY) for q in asked if q.by]
    return simulate(model, parameters, rng, until=horizon(model), cuts=tuple(cuts), daily=daily, whole=not dates)


def chances_for(posterior: Posterior, rng: np.random.Generator, *, effort: float = 1.0) -> Chances:
    """Work out the chances that have a closed form and, where others are asked for, simulate some paths on each of some draws, from which they are estimated.

    They are simulated for scenarios in any case: that none of several comes about has no closed form.
    """
    model, draws = posterior.model, round(CHANCE_DRAWS * effort)
    exact = exact_chances(posterior, _chances_asked(model), rng, effort=effort)
    if len(exact) == len(_chances_asked(model)) and not model.topic.scenarios:
        return Chances(None, exact)
    drawn, replicates = posterior.resample_replicates(draws, rng)
    paths = paths_for(model, {name: np.repeat(values, CHANCE_PATHS, axis=0) for name, values in drawn.items()}, rng, dates=False)
    return Chances(replace(paths, replicates=np.repeat(replicates, CHANCE_PATHS)), exact)


def exact_chances_asked(posterior: Posterior, rng: np.random.Generator, *, effort: float = 1.0) -> dict[str, ChanceInterval]:
    """Return the intervals of the chances that questions ask for and that have a closed form, by the names of the questions."""
    return exact_chances(posterior, _chances_asked(posterior.model), rng, effort=effort)


def exact_chances(
    posterior: Posterior, questions: Sequence[Question], rng: np.random.Generator, *, effort: float = 1.0
) -> dict[str, ChanceInterval]:
    """Return the intervals of those chances of some questions or scenarios that have a closed form, by name."""
    draws = EXACT_FACTOR * round(CHANCE_DRAWS * effort)
    return exact_intervals(posterior, questions, rng.spawn(1)[0], draws=draws)


def _chances_asked(model: Model) -> list[Question]:
    return [q for q in model.topic.questions.values() if q.kind == "probability" and not q.is_fraction and needs_paths(model, q)]


def answers(posterior: Posterior, paths: Paths, rng: np.random.Generator, *, chances: Chances | None = None) -> dict[str, Answer]:
    """Answer every question of the posterior's topic, with the intervals of the chances themselves where they are asked for."""
    model = posterior.model
    return {name: answer(question, posterior, paths, chances, rng) for name, question in model.topic.questions.items()}


def answer(question: Question, posterior: Posterior, paths: Paths, chances: Chances | None, rng: np.random.Generator) -> Answer:
    """Answer one question, or say why it has no answer."""
    try:
        with np.errstate(all="ignore"):  # what is no number is looked for, and said
            return _answer(question, posterior, paths, chances, rng)
    except Unsound as unsound:
        return Answer(question, None, "not answerable", 0.0, reasons=unsound.problems)


def _answer(question: Question, posterior: Posterior, paths: Paths, chances: Chances | None, rng: np.random.Generator) -> Answer:
    """Answer one question; raise ``Unsound`` where it has no answer, unless it is void."""
    its = question_cases(question, posterior, paths)
    if its.failed is not None:
        return Answer(question, None, "void", 0.0, failed=its.failed)
    asks_path = chances is not None and its.status == "open" and not question.is_fraction
    interval = chances.interval(question, rng) if chances is not None and asks_path else None
    outcomes = outcomes_of(question, posterior.model, paths, its, rng)
    value = value_of(question, outcomes, its.cases, its.status, interval, as_of=posterior.model.as_of)
    crossings = crossings_of(question, paths)
    return Answer(question, value, its.status, its.given, its.annulled, crossings, its.given_error, its.cases.freedom)


def value_of(
    question: Question, outcomes: Outcomes, cases: ReplicatedCases, status: Status, chance: ChanceInterval | None, *, as_of: date
) -> Probability | Distribution | Dates | Shares:
    """Return what a question that is not void is answered with, from the cases under its condition in which it is not annulled."""
    match question.kind:
        case "probability" if outcomes.numbers is not None:
            return _expected_fraction(outcomes.numbers, cases, status)
        case "probability":
            return _probability(outcomes.truths[""], cases, status, chance)
        case "distribution":
            assert outcomes.numbers is not None
            return distribution_of(outcomes.numbers, cases)
        case "date":
            dates = _dates(question, outcomes, cases, as_of)
            return dates if status in {"open", "annulled"} else replace(dates, error=0.0, greatest_unseen=None)
        case "shares":
            return _shares(outcomes.truths, cases)


def _probability(truth: Truth, cases: ReplicatedCases, status: Status, chance: ChanceInterval | None) -> Probability:
    value = float(cases.weights @ truth)
    if status not in {"open", "annulled"}:  # what an annulled question's answer would have been is simulated still
        return Probability(value, 0.0, None)
    ends, errors, distribution = (None, None, None) if chance is None else (chance.ends, chance.errors, chance.distribution)
    return Probability(value, proportion_error(truth, cases), ends, errors, _greatest_unseen(truth, cases), distribution)


def _expected_fraction(fractions: Array, cases: ReplicatedCases, status: Status) -> Probability:
    """The probability of one event given a fraction ``(cases,)``: its expected value, and the 5 and 95 % points of the fraction itself."""
    value, error = float(np.average(fractions, weights=cases.weights)), mean_error(fractions, cases)
    if status != "open":
        return Probability(value, error, None)
    by_rank = rank_cases(fractions, cases)
    low, high = (quantile(by_rank, level) for level in CHANCE_LEVELS.tolist())
    return Probability(value, error, (low.value, high.value), (low.error, high.error))


def _greatest_unseen(truth: NDArray[np.bool_], cases: ReplicatedCases) -> float | None:
    """The greatest chance of what no case shows, where all that count are alike."""
    among = truth[cases.weights > 0]
    return greatest_unseen(cases.size) if (among == among[0]).all() else None


def _dates(question: Question, outcomes: Outcomes, cases: ReplicatedCases, as_of: date) -> Dates:
    assert question.by is not None
    assert outcomes.happened is not None
    assert outcomes.days is not None
    held = cases.weights > 0
    among = cases.weights[held]
    weights = None if (among == among[0]).all() else among
    happened, on = outcomes.happened, outcomes.days
    not_by_then = float(1 - np.average(happened, weights=weights))
    quantiles = tuple(_date_or_none(value) for value in np.quantile(on, QUANTILE_LEVELS, method="inverted_cdf", weights=weights))
    months = _month_ends(as_of, question.by)
    monthly = tuple((day, float(np.average(on <= day.toordinal(), weights=weights))) for day in months)
    counted = ReplicatedCases(among, cases.replicates[held], cases.size)
    by_rank = rank_cases(np.where(happened, on, np.inf), counted)
    points = [quantile(by_rank, level) for level in QUANTILE_LEVELS]
    return Dates(
        quantiles=quantiles,
        not_by_then=not_by_then,
        error=proportion_error(~happened, counted),
        monthly=monthly,
        monthly_errors=tuple(by_rank.errors_at(np.array([float(day.toordinal()) for day in months])).tolist()),
        quantile_errors=tuple(point.error if np.isfinite([point.value, point.error]).all() else None for point in points),
        intervals=tuple((_date_or_none(point.interval[0]), _date_or_none(point.interval[1])) for point in points),
        hub_quantiles=tuple(_date_or_none(value) for value in hub_quantiles(by_rank)),
        greatest_unseen=_greatest_unseen(happened, counted),
    )


def _shares(truths: Mapping[str, Truth], cases: ReplicatedCases) -> Shares:
    weights = cases.weights
    values = {label: float(weights @ truth) for label, truth in truths.items()}
    neither = ~np.any([*truths.values()], axis=0)
    unseen = {label: bound for label, truth in truths.items() if (bound := _greatest_unseen(truth, cases)) is not None}
    errors = {label: proportion_error(truth, cases) for label, truth in truths.items()}
    return Shares(values, errors, float(weights @ neither), proportion_error(neither, cases) if neither.any() else 0.0, unseen)


def _month_ends(first: date, last: date) -> list[date]:
    ends = []
    day = first.replace(day=1)
    while day <= last:
        day = (day + timedelta(days=31)).replace(day=1)
        ends.append(min(day - ONE_DAY, last))
    return ends


def _date_or_none(ordinal: float) -> date | None:
    return None if ordinal == WITHOUT_DATE or np.isinf(ordinal) else date.fromordinal(int(ordinal))
