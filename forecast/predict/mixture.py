"""The answers of variants mixed into one: the cases of all of them together, each variant's by its weight.

In every replicate a variant's cases weigh what it weighs there, so the error of a mixed answer has the error of the weights in it, by
the formulas of any answer.  What a question is asked under, and what annuls it, hold of the mixture: a variant under which a condition is
likelier counts for more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.book.files.problems import Problem
from forecast.book.topic import BASE, Question
from forecast.inference.monte_carlo import ReplicatedCases
from forecast.inference.posterior import Posterior
from forecast.language.arrays import Array
from forecast.model.errors import Unsound
from forecast.predict.answers import Answer, Probability, value_of
from forecast.predict.chance_distribution import chance_mixture_points
from forecast.predict.chance_interval import CHANCE_LEVELS, ChanceInterval
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


@dataclass(frozen=True, slots=True)
class _Part:
    """One variant's question, with what of all joined cases are its own."""

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
            parts = _parts(name, rivals)
            counted = count_cases(question, base, _join(parts, weights))
            outcomes = _outcomes(parts, counted, rng)
    except Unsound as unsound:
        return Answer(question, None, "not answerable", 0.0, reasons=unsound.problems)
    chance = _chance(name, rivals, parts, weights) if counted.status == "open" else None
    value = value_of(question, outcomes, counted.cases, counted.status, chance, as_of=base.as_of)
    crossings = rivals[BASE].answers[name].crossings
    return Answer(question, value, counted.status, counted.given, counted.annulled, crossings, counted.given_error, counted.cases.freedom)


def shares_of_rivals(name: str, rivals: Mapping[str, RivalResult], weights: RivalWeights) -> dict[str, float]:
    """Return the probability of each variant where a question counts: its weight times the probability of what is given; they add up to 1.

    Raises ``Unsound`` where one cannot answer, or none counts.
    """
    amounts = {part.name: weights.weight(part.name) * _probability_of_counting(part.asked) for part in _parts(name, rivals)}
    total = math.fsum(amounts.values())
    if not total:
        raise Unsound(*rivals[BASE].answers[name].reasons)
    return {variant: amount / total for variant, amount in amounts.items()}


def joined_cases(name: str, rivals: Mapping[str, RivalResult], weights: RivalWeights) -> tuple[ReplicatedCases, dict[str, slice]]:
    """Return the cases of all variants that count for a question, and which of them are each variant's.

    Raises ``Unsound`` where one cannot answer, or none counts.
    """
    parts = _parts(name, rivals)
    base = rivals[BASE].posterior.model
    with np.errstate(all="ignore"):
        counted = count_cases(base.topic.questions[name], base, _join(parts, weights))
    return counted.cases, {part.name: part.own for part in parts}


def _probability_of_counting(asked: AskedCases) -> float:
    return float(asked.cases.weights @ (asked.held * (1 - _chances_of(asked))))


def _parts(name: str, rivals: Mapping[str, RivalResult]) -> list[_Part]:
    """The cases of each variant; raises ``Unsound``, naming the variant, where one cannot answer."""
    parts, begin = [], 0
    for variant, rival in rivals.items():
        question = rival.posterior.model.topic.questions[name]
        try:
            asked = asked_cases(question, rival.posterior, rival.paths)
        except Unsound as unsound:
            raise _under(variant, unsound.problems) from None
        end = begin + len(asked.held)
        parts.append(_Part(variant, question, rival, asked, slice(begin, end)))
        begin = end
    return parts


def _under(variant: str, problems: Sequence[Problem]) -> Unsound:
    return Unsound(*(replace(problem, message=f"under `{variant}`: {problem.message}") for problem in problems))


def _join(parts: Sequence[_Part], weights: RivalWeights) -> AskedCases:
    """The cases of all variants, each by its weight in its replicate."""
    scaled, sizes = [], 0.0
    for part in parts:
        cases, by_replicate = part.asked.cases, weights.by_replicate[part.name]
        factor = np.divide(by_replicate, cases.shares, out=np.zeros_like(by_replicate), where=cases.shares > 0)
        scaled.append(cases.weights * factor[cases.replicates])
        sizes += weights.weight(part.name) ** 2 / cases.size
    joined = np.concatenate(scaled)
    replicates = np.concatenate([part.asked.cases.replicates for part in parts])
    open_parts = [part.asked for part in parts if part.asked.failed is None]
    statuses = {asked.status for asked in open_parts}
    chances = None
    if any(part.asked.chances is not None for part in parts):
        chances = np.concatenate([_chances_of(part.asked) for part in parts])
    return AskedCases(
        open_parts[0].scope,
        ReplicatedCases(joined / joined.sum(), replicates, 1 / sizes),
        np.concatenate([part.asked.held for part in parts]),
        statuses.pop() if len(statuses) == 1 else "open",
        chances,
    )


def _chances_of(asked: AskedCases) -> Array:
    return np.zeros(len(asked.held)) if asked.chances is None else asked.chances


def _outcomes(parts: Sequence[_Part], counted: QuestionCases, rng: np.random.Generator) -> Outcomes:
    """What the question comes to in each of the joined cases; raises ``Unsound``, naming the variant, where that is nothing in one that counts."""
    found = []
    for part in parts:
        cases = replace(counted.cases, weights=counted.cases.weights[part.own], replicates=counted.cases.replicates[part.own])
        its = QuestionCases(part.asked.scope, cases, counted.status)
        try:
            found.append(outcomes_of(part.question, part.rival.posterior.model, part.rival.paths, its, rng))
        except Unsound as unsound:
            raise _under(part.name, unsound.problems) from None
    return Outcomes(
        {label: np.concatenate([its.truths[label] for its in found]) for label in found[0].truths},
        _concatenate([its.numbers for its in found]),
        _concatenate([its.happened for its in found]),
        _concatenate([its.days for its in found]),
    )


def _concatenate[Column: np.ndarray](columns: Sequence[Column | None]) -> Column | None:
    kept = [column for column in columns if column is not None]
    return np.concatenate(kept) if kept else None  # type: ignore[return-value]


def _chance(name: str, rivals: Mapping[str, RivalResult], parts: Sequence[_Part], weights: RivalWeights) -> ChanceInterval | None:
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
    if not spread:
        return None
    ends, errors = chance_mixture_points(spread, CHANCE_LEVELS)
    return ChanceInterval((float(ends[0]), float(ends[1])), (float(errors[0]), float(errors[1])))
