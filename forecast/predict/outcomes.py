"""What a question comes to in each of its cases: whether something holds, a number, or the day on which it first holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from forecast.book.topic import Question
from forecast.language.arrays import Array, Indices, Truth
from forecast.language.evaluate import evaluate
from forecast.language.expressions import Name
from forecast.language.ops import NUMPY
from forecast.model.model import Model
from forecast.predict.paths import Paths
from forecast.predict.question_cases import QuestionCases, days_of_cases
from forecast.predict.questions import truth_of
from forecast.predict.samples import check_exclusive, fractions_of, numbers_of


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What a question of some kind comes to, and nothing for other kinds.

    ``truths`` ``(cases,)`` are whether the condition holds, under no label, or each choice; ``numbers`` ``(cases,)`` what it asks for, or the
    fraction that is the probability of its event.
    ``happened`` and ``days`` are of the cases that count alone: whether it comes by the deadline, and the day's ordinal.
    """

    truths: Mapping[str, Truth] = field(default_factory=dict)
    numbers: Array | None = None
    happened: Truth | None = None
    days: Indices | None = None


def outcomes_of(question: Question, model: Model, paths: Paths, its: QuestionCases, rng: np.random.Generator) -> Outcomes:
    """Return what a question comes to in each of its cases; raise ``Unsound`` where that is nothing in one that counts."""
    weights = its.cases.weights
    match question.kind:
        case "probability":
            assert question.answer is not None
            if question.is_fraction:
                return Outcomes(numbers=fractions_of(question, its.scope, model, weights))
            return Outcomes({"": truth_of(evaluate(question.answer, its.scope, NUMPY), len(weights))})
        case "distribution":
            return Outcomes(numbers=numbers_of(question, its.scope, model, weights))
        case "date":
            happened, days = days_of_cases(question, paths, weights > 0, rng)
            return Outcomes(happened=happened, days=days)
        case "shares":
            return Outcomes(_truths_of_choices(question, model, its))


def _truths_of_choices(question: Question, model: Model, its: QuestionCases) -> dict[str, Truth]:
    weights = its.cases.weights
    if question.choices:
        truths = {label: truth_of(evaluate(condition, its.scope, NUMPY), len(weights)) for label, condition in question.choices.items()}
        check_exclusive(question, truths, model, weights)
        return truths
    assert isinstance(question.answer, Name)
    labels = model.topic.parameters[question.answer.name].categories
    codes = np.broadcast_to(its.scope.values[question.answer.name][:, 0], (len(weights),))
    return {label: codes == code for code, label in enumerate(labels)}
