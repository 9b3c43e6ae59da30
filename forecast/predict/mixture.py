"""The answers of variants mixed into one: the cases of all of them together, each variant's by its weight.

In every replicate a variant's cases weigh what it weighs there, so the error of a mixed answer has the error of the weights in it, by
the formulas of any answer.  What a question is asked under, and what annuls it, hold of the mixture: a variant under which a condition is
likelier counts for more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from forecast.book.files.problems import Problem
from forecast.book.topic import BASE, Question
from forecast.inference.monte_carlo import ReplicatedCases
from forecast.inference.posterior import Posterior
from forecast.language.arrays import Array
from forecast.model.errors import Unsound
from forecast.predict.answers import Answer, Probability, value_of
from forecast.predict.chance_distribution import ChanceDistribution, chance_mixture_points
from forecast.predict.chance_interval import CHANCE_LEVELS, ChanceInterval
from forecast.predict.distribution import Distribution
from forecast.predict.outcomes import Outcomes, outcomes_of
from forecast.predict.paths import Paths
from forecast.predict.question_cases import AskedCases, QuestionCases, asked_cases, count_cases
from forecast.predict.rival_weights import RivalWeights


@dataclass(frozen=True, slots=True)
class RivalResult:
    """What an engine made of one variant."""

    posterior: Posterior
    paths: Paths
    answers: Mapping[str, Answer]
    scenario_chances: Mapping[str, ChanceInterval] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuestionPart:
    """One variant's question or scenario, with what of all joined cases are its own."""

    name: str
    question: Question
    rival: RivalResult
    asked: AskedCases
    own: slice


def mix_answers(rivals: Mapping[str, RivalResult], weights: RivalWeights, rng: np.random.Generator) -> dict[str, Answer]:
    """Return the answer to every question of a topic by all its variants together."""
    questions = rivals[BASE].posterior.model.topic.questions
    return {name: _mix(name, rivals, weights, rng) for name in questions}


def _mix(name: str, rivals: Mapping[str, RivalResult], weights: RivalWeights, rng: np.random.Generator) -> Answer:
    base = rivals[BASE].posterior.model
    question = base.topic.questions[name]
    if all(rival.answers[name].status == "void" for rival in rivals.values()):
        return rivals[BASE].answers[name]
    try:
        with np.errstate(all="ignore"):  # what is no number is looked for, and said
            parts = question_parts(name, rivals)
            counted = count_cases(question, base, join_parts(parts, weights))
            outcomes = join_outcomes(parts, counted, rng)
    except Unsound as unsound:
        return Answer(question, None, "not answerable", 0.0, reasons=unsound.problems)
    chance = _chance(name, rivals, parts, weights) if counted.status == "open" else None
    value = value_of(question, outcomes, counted.cases, counted.status, chance, as_of=base.as_of)
    if isinstance(value, Distribution):
        value = _without_unknown_mean(value, parts, weights)
    crossings = rivals[BASE].answers[name].crossings
    return Answer(question, value, counted.status, counted.given, counted.annulled, crossings, counted.given_error, counted.cases.freedom)


def _without_unknown_mean(value: Distribution, parts: Sequence[QuestionPart], weights: RivalWeights) -> Distribution:
    """A mixed number without a mean where it has none under a variant that counts, which its share among the joined cases may hide."""
    for part in parts:
        own = part.rival.answers[part.question.name].value
        if isinstance(own, Distribution) and own.no_mean and weights.weight(part.name) * _probability_of_counting(part.asked) > 0:
            reason = value.no_mean or f"under the variant “{part.name.replace('_', ' ')}”, {own.no_mean}"
            return replace(value, mean=None, mean_error=None, sd=None, no_mean=reason)
    return value


def shares_of_rivals(name: str, rivals: Mapping[str, RivalResult], weights: RivalWeights) -> dict[str, float]:
    """Return the probability of each variant where a question counts: its weight times the probability of what is given; they add up to 1.

    Raises ``Unsound`` where one cannot answer, or none counts.
    """
    amounts = {part.name: weights.weight(part.name) * _probability_of_counting(part.asked) for part in question_parts(name, rivals)}
    total = math.fsum(amounts.values())
    if not total:
        raise Unsound(*rivals[BASE].answers[name].reasons)
    return {variant: amount / total for variant, amount in amounts.items()}


def joined_cases(name: str, rivals: Mapping[str, RivalResult], weights: RivalWeights) -> tuple[ReplicatedCases, dict[str, slice]]:
    """Return the cases of all variants that count for a question, and which of them are each variant's.

    Raises ``Unsound`` where one cannot answer, or none counts.
    """
    parts = question_parts(name, rivals)
    base = rivals[BASE].posterior.model
    with np.errstate(all="ignore"):
        counted = count_cases(base.topic.questions[name], base, join_parts(parts, weights))
    return counted.cases, {part.name: part.own for part in parts}


def _probability_of_counting(asked: AskedCases) -> float:
    return float(asked.cases.weights @ (asked.held * (1 - _chances_of(asked))))


def question_parts(name: str, rivals: Mapping[str, RivalResult], *, on_paths: bool = False, scenario: bool = False) -> list[QuestionPart]:
    """Return the cases of each variant, of a question or of a scenario; raise ``Unsound``, naming the variant, where one cannot answer.

    With ``on_paths`` they are simulated paths whatever is asked, the same ones for every name.
    """
    parts, begin = [], 0
    for variant, rival in rivals.items():
        topic = rival.posterior.model.topic
        question = (topic.scenarios if scenario else topic.questions)[name]
        try:
            asked = asked_cases(question, rival.posterior, rival.paths, on_paths=on_paths)
        except Unsound as unsound:
            raise (_under(variant, unsound.problems) if len(rivals) > 1 else unsound) from None
        end = begin + len(asked.held)
        parts.append(QuestionPart(variant, question, rival, asked, slice(begin, end)))
        begin = end
    return parts


def _under(variant: str, problems: Sequence[Problem]) -> Unsound:
    return Unsound(*(replace(problem, message=f"under `{variant}`: {problem.message}") for problem in problems))


def join_parts(parts: Sequence[QuestionPart], weights: RivalWeights | None) -> AskedCases:
    """Return the cases of all variants, each by its weight in its replicate; those of a topic without variants as they are."""
    if weights is None:
        return parts[0].asked
    scaled: list[Array] = []
    spread: dict[int, float] = {}  # of the draws that variants share, by their identity: their errors add up
    for part in parts:
        cases, by_replicate = part.asked.cases, weights.by_replicate[part.name]
        factor = np.divide(by_replicate, cases.shares, out=np.zeros_like(by_replicate), where=cases.shares > 0)
        scaled.append(cases.weights * factor[cases.replicates])
        draws = id(part.rival.posterior.parameters)
        spread[draws] = spread.get(draws, 0.0) + weights.weight(part.name) / math.sqrt(cases.size)
    joined = np.concatenate(scaled)
    replicates = np.concatenate([part.asked.cases.replicates for part in parts])
    open_parts = [part.asked for part in parts if part.asked.failed is None]
    statuses = {asked.status for asked in open_parts}
    chances = None
    if any(part.asked.chances is not None for part in parts):
        chances = np.concatenate([_chances_of(part.asked) for part in parts])
    return AskedCases(
        open_parts[0].scope,
        ReplicatedCases(joined / joined.sum(), replicates, 1 / math.fsum(error**2 for error in spread.values())),
        np.concatenate([part.asked.held for part in parts]),
        statuses.pop() if len(statuses) == 1 else "open",
        chances,
    )


def _chances_of(asked: AskedCases) -> Array:
    return np.zeros(len(asked.held)) if asked.chances is None else asked.chances


def join_outcomes(parts: Sequence[QuestionPart], counted: QuestionCases, rng: np.random.Generator) -> Outcomes:
    """Return what the question comes to in each of the joined cases; raise ``Unsound``, naming the variant, where that is nothing in one that counts."""
    found = []
    for part in parts:
        cases = replace(counted.cases, weights=counted.cases.weights[part.own], replicates=counted.cases.replicates[part.own])
        its = QuestionCases(part.asked.scope, cases, counted.status)
        try:
            found.append(outcomes_of(part.question, part.rival.posterior.model, part.rival.paths, its, rng))
        except Unsound as unsound:
            raise (_under(part.name, unsound.problems) if len(parts) > 1 else unsound) from None
    return Outcomes(
        {label: np.concatenate([its.truths[label] for its in found]) for label in found[0].truths},
        _concatenate([its.numbers for its in found]),
        _concatenate([its.happened for its in found]),
        _concatenate([its.days for its in found]),
    )


def _concatenate[Column: np.ndarray](columns: Sequence[Column | None]) -> Column | None:
    kept = [column for column in columns if column is not None]
    return np.concatenate(kept) if kept else None  # type: ignore[return-value]


def _chance(name: str, rivals: Mapping[str, RivalResult], parts: Sequence[QuestionPart], weights: RivalWeights) -> ChanceInterval | None:
    """The interval of a chance given the variant and its parameters; None where one variant has none."""
    spread = []
    for part in parts:
        value = rivals[part.name].answers[name].value
        given = _probability_of_counting(part.asked)
        if given == 0 or not isinstance(value, Probability):
            continue
        if value.distribution is None:
            return None
        spread.append((weights.by_replicate[part.name] * given, value.distribution))
    return mix_intervals(spread) if spread else None


def mix_intervals(parts: Sequence[tuple[Array, ChanceDistribution]]) -> ChanceInterval:
    """Return the interval of a chance given the variant and its parameters, from the weight of each by replicate, ``(REPLICATES,)``, and its distribution."""
    ends, errors = chance_mixture_points(parts, CHANCE_LEVELS)
    return ChanceInterval((float(ends[0]), float(ends[1])), (float(errors[0]), float(errors[1])))
