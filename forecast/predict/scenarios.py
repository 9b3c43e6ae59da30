"""The branches of the future that a topic names: the probability of each, and the open answers on the simulated paths in it.

Everything is read from the published paths, those of variants by their weights, as questions under a condition are.  An answer in a branch
is that of the paths in which the branch comes about, whatever brought it about there: it is selected, and not caused, by the branch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from forecast.book.files.problems import Problem
from forecast.book.topic import BASE, Question, Topic
from forecast.inference.monte_carlo import ReplicatedCases
from forecast.language.arrays import Truth
from forecast.model.errors import Unsound
from forecast.model.model import Model
from forecast.predict.answers import Answer, Dates, Probability, Shares, value_of
from forecast.predict.chance_interval import ChanceInterval
from forecast.predict.distribution import Distribution
from forecast.predict.mixture import QuestionPart, RivalResult, join_outcomes, join_parts, mix_intervals, question_parts
from forecast.predict.outcomes import Outcomes
from forecast.predict.question_cases import AskedCases, count_cases
from forecast.predict.rival_weights import RivalWeights
from forecast.predict.scenario_chances import NO_SCENARIO
from forecast.predict.settlement import Status

LEAST_PATHS = 100  # in a branch, for an answer within it: a chance is then known to 5 points


@dataclass(frozen=True, slots=True)
class AnswerInBranch:
    """What an open question comes to in a branch; ``value`` is None where it cannot be said.

    Then either ``paths``, how many independent paths it would rest on, are fewer than ``LEAST_PATHS``, or ``reasons`` say why.
    """

    question: Question
    value: Probability | Distribution | Dates | Shares | None
    paths: float
    reasons: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch: its probability, and the open answers in it.

    ``scenario`` is None for the branch in which none comes about.  The probability is None where it cannot be worked out, and ``reasons`` say why.
    There are no answers in a branch that the record has settled: it is the only one left, or no longer one.
    """

    scenario: Question | None
    status: Status | None
    probability: Probability | None
    answers: Mapping[str, AnswerInBranch] = field(default_factory=dict)
    reasons: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Branches:
    """The scenarios of a topic in their order, and what is left.

    ``none`` is the branch in which none of the open scenarios comes about, and ``several`` the probability that two or more do;
    None where there is no open scenario, or only one.
    """

    scenarios: tuple[Branch, ...]
    none: Branch | None
    several: Probability | None


def scenario_branches(
    topic: Topic,
    rivals: Mapping[str, RivalResult],
    weights: RivalWeights | None,
    answers: Mapping[str, Answer],
    rng: np.random.Generator,
) -> Branches:
    """Return the branches that a topic names, with each of its open ``answers`` in them.

    ``rivals`` are the results of its variants, with their ``weights``; of a topic without variants its own under ``base``, with None.
    """
    base = rivals[BASE].posterior.model
    known: dict[str, _Scenario] = {}
    failed: dict[str, tuple[Problem, ...]] = {}
    with np.errstate(all="ignore"):  # what is no number is looked for, and said
        for name in topic.scenarios:
            try:
                known[name] = _scenario(name, base, rivals, weights)
            except Unsound as unsound:
                failed[name] = unsound.problems
        truths = {name: its.truth for name, its in known.items() if its.status == "open"}
        count = np.sum([*truths.values()], axis=0) if truths else None
        if count is not None:
            truths[NO_SCENARIO] = count == 0
        asked = {name: topic.questions[name] for name, answer in answers.items() if answer.status == "open"} if truths else {}
        within = _answers_within(asked, truths, base, rivals, weights, rng)
    scenarios = tuple(
        Branch(its, known[name].status, known[name].probability, within.get(name, {}))
        if name in known
        else Branch(its, None, None, reasons=failed[name])
        for name, its in topic.scenarios.items()
    )
    if count is None:
        return Branches(scenarios, None, None)
    cases = next(its.cases for its in known.values())
    same = all(its.scenario_chances.keys() == truths.keys() for its in rivals.values())  # under each variant none of the same scenarios
    left = _probability(count == 0, base, cases, _chance(NO_SCENARIO, rivals, weights) if same else None)
    none = Branch(None, "open", left, within[NO_SCENARIO])
    return Branches(scenarios, none, _probability(count > 1, base, cases) if len(truths) > 2 else None)


@dataclass(frozen=True, slots=True)
class _Scenario:
    """On which of all joined paths a scenario comes about, and the paths with their weights."""

    truth: Truth
    cases: ReplicatedCases
    status: Status
    probability: Probability


def _scenario(name: str, base: Model, rivals: Mapping[str, RivalResult], weights: RivalWeights | None) -> _Scenario:
    question = base.topic.scenarios[name]
    parts = question_parts(name, rivals, on_paths=True, scenario=True)
    counted = count_cases(question, base, join_parts(parts, weights))
    outcomes = join_outcomes(parts, counted, np.random.default_rng(0))  # a condition draws nothing
    chance = _chance(name, rivals, weights)
    value = value_of(question, outcomes, counted.cases, counted.status, chance, as_of=base.as_of)
    assert isinstance(value, Probability)
    return _Scenario(outcomes.truths[""], counted.cases, counted.status, value)


def _chance(name: str, rivals: Mapping[str, RivalResult], weights: RivalWeights | None) -> ChanceInterval | None:
    """The interval of the chance of a branch given the variant and its parameters; None where one variant has none."""
    intervals = {variant: its.scenario_chances.get(name) for variant, its in rivals.items()}
    if weights is None:
        return intervals[BASE]
    parts = [
        (weights.by_replicate[variant], its.distribution)
        for variant, its in intervals.items()
        if its is not None and its.distribution is not None
    ]
    return mix_intervals(parts) if len(parts) == len(intervals) else None


def _probability(truth: Truth, base: Model, cases: ReplicatedCases, chance: ChanceInterval | None = None) -> Probability:
    """The probability that something is so on a path."""
    question = next(iter(base.topic.scenarios.values()))
    value = value_of(question, Outcomes({"": truth}), cases, "open", chance, as_of=base.as_of)
    assert isinstance(value, Probability)
    return value


def _answers_within(
    asked: Mapping[str, Question],
    truths: Mapping[str, Truth],
    base: Model,
    rivals: Mapping[str, RivalResult],
    weights: RivalWeights | None,
    rng: np.random.Generator,
) -> dict[str, dict[str, AnswerInBranch]]:
    """What each question comes to in each branch, by branch and question."""
    within: dict[str, dict[str, AnswerInBranch]] = {branch: {} for branch in truths}
    for name, question in asked.items():
        try:
            parts = question_parts(name, rivals, on_paths=True)
            joined = join_parts(parts, weights)
        except Unsound as unsound:  # where it has an answer, that is one of draws, and these are paths
            for answers in within.values():
                answers[name] = AnswerInBranch(question, None, 0.0, unsound.problems)
            continue
        for branch, truth in truths.items():
            within[branch][name] = _answer_within(question, parts, joined, truth, base, rng)
    return within


def _answer_within(
    question: Question, parts: list[QuestionPart], joined: AskedCases, truth: Truth, base: Model, rng: np.random.Generator
) -> AnswerInBranch:
    """What a question comes to in a branch, given its own condition too, and that it is not annulled."""
    held = joined.held & truth
    if not (joined.cases.weights * held).any():
        return AnswerInBranch(question, None, 0.0)
    try:
        counted = count_cases(question, base, replace(joined, held=held))
        paths = min(counted.cases.size, float(np.count_nonzero(counted.cases.weights)))
        if paths < LEAST_PATHS:
            return AnswerInBranch(question, None, paths)
        outcomes = join_outcomes(parts, counted, rng)
    except Unsound as unsound:
        return AnswerInBranch(question, None, 0.0, unsound.problems)
    return AnswerInBranch(question, value_of(question, outcomes, counted.cases, counted.status, None, as_of=base.as_of), paths)
