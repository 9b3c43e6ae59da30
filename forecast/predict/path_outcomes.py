"""How questions that ask for a probability end on each simulated path of their topic: jointly, so that their dependence is kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.book.topic import Question
from forecast.inference.monte_carlo import block_replicates
from forecast.language.arrays import Array, Indices
from forecast.language.evaluate import evaluate
from forecast.language.expressions import Name
from forecast.language.ops import NUMPY
from forecast.model.errors import Unsound
from forecast.predict.analysis import EngineResult
from forecast.predict.question_cases import question_cases
from forecast.predict.questions import annulment_probability, truth_of
from forecast.predict.samples import fractions_of, path_sample, question_problem


@dataclass(frozen=True, slots=True)
class PathOutcomes:
    """On each path whether a question resolves Yes ``(paths,)``, and the chance that it is void or annulled there ``(paths,)``."""

    happened: NDArray[np.bool_]
    void: Array


def outcomes_on_paths(question: Question, result: EngineResult, rng: np.random.Generator, label: str = "") -> PathOutcomes:
    """Return how a question ends on each path of a topic's published result; of a question with choices, whether it ends with ``label``.

    Whether an event happens of which a path has the fraction alone is drawn there.
    A question about parameters alone is read at the draws from which paths were simulated, and so with a somewhat larger Monte Carlo error
    than its answer.  Where the condition on which it is asked does not hold, it is void.  Raises ``Unsound`` where it has no answer, and for
    one that asks for no probability.
    """
    posterior, paths = result.posterior, result.paths
    if not _has_chance(question, result, label):
        raise Unsound(
            question_problem(question, posterior.model, "only a question for a probability, or one of its choices, has a chance to pay")
        )
    question_cases(question, posterior, paths)  # for its checks
    sample = path_sample(question, paths, posterior)
    count = len(paths)
    held = np.ones(count, dtype=bool) if question.given is None else truth_of(evaluate(question.given, sample.scope, NUMPY), count)
    annulled = annulment_probability(question, sample.scope, posterior.model, sample.cases.weights * held)
    void = np.where(held, 0.0 if annulled is None else annulled, 1.0)
    if isinstance(question.answer, Name) and label:
        codes = np.broadcast_to(sample.scope.values[question.answer.name][:, 0], (count,))
        return PathOutcomes(codes == posterior.model.topic.parameters[question.answer.name].categories.index(label), void)
    if question.is_fraction:  # a generator of its own leaves what else is drawn as it is
        fractions = fractions_of(question, sample.scope, posterior.model, sample.cases.weights * held)
        return PathOutcomes(rng.spawn(1)[0].random(count) < fractions, void)
    condition = question.choices[label] if label else question.answer
    assert condition is not None  # it has a chance
    return PathOutcomes(truth_of(evaluate(condition, sample.scope, NUMPY), count), void)


def _has_chance(question: Question, result: EngineResult, label: str) -> bool:
    """Whether a question is for a probability, or has the class that is meant."""
    if question.kind == "probability":
        return not label
    if question.kind != "shares":
        return False
    if isinstance(question.answer, Name):
        return label in result.posterior.model.topic.parameters[question.answer.name].categories
    return label in question.choices


def replicates_of_paths(result: EngineResult) -> Indices:
    """The number of each path's replicate, ``(paths,)``."""
    paths = result.paths
    return block_replicates(len(paths)) if paths.replicates is None else paths.replicates
