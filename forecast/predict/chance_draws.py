"""The chance of a question on weighted draws of the parameters, for whoever weighs these draws anew.

Where the chance has a closed form it is known on all of the engine's draws.  Elsewhere some draws are chosen, and the paths on each are
counted.  They are chosen half by weight and half evenly among all that have weight, so that draws in the tails are among them; their
weights say what each stands for (Hesterberg 1995, doi:10.1080/00401706.1995.10484303: no weight is more than twice its share).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.topic import Question
from forecast.inference.posterior import Posterior, systematic_resample
from forecast.language.arrays import Array
from forecast.language.evaluate import evaluate
from forecast.language.ops import NUMPY
from forecast.markets.comparison.tilting import ChanceDraws
from forecast.model.model import Model
from forecast.predict.answers import paths_for
from forecast.predict.chances import CHANCE_PATHS, count_happened
from forecast.predict.exact_chance import chance_of_passing, find_passing
from forecast.predict.questions import annulment_probability, needs_paths, truth_of
from forecast.predict.samples import fractions_of

COUNTED_DRAWS = 2_048  # draws of the parameters on which paths are counted
CHOSEN_EVENLY = 0.5  # of them that are chosen whatever their weight


@dataclass(frozen=True, slots=True)
class QuestionChances:
    """Draws of the parameters, ``(draws, 1 or labels)`` each, with the chance of a question on each.

    ``independent`` is how many independent draws one effective draw stands for, at most 1: chains are worth fewer than they have draws.
    """

    model: Model
    parameters: Mapping[str, NDArray[Any]]
    chances: ChanceDraws
    independent: float


def question_chances(
    question: Question, posterior: Posterior, rng: np.random.Generator, *, draws: int = COUNTED_DRAWS, paths: int = CHANCE_PATHS
) -> QuestionChances:
    """Return the chance of a question for a probability on draws of its topic's posterior.

    ``draws`` are chosen, and ``paths`` simulated on each, where it has no closed form.  Under a condition, and where the question may be
    annulled, draws weigh by how likely it is there to be asked and not annulled.  Raises ``Unsound`` where paths cannot be simulated, and
    ``ValueError`` for another kind of question.
    """
    if question.kind != "probability":
        raise ValueError(f"question `{question.name}` does not ask for a probability")
    kish = float(1 / np.sum(posterior.weights**2))
    independent = min(1.0, posterior.diagnostics.effective_size / kish)
    known = _known_chances(question, posterior)
    if known is not None:
        return QuestionChances(posterior.model, posterior.parameters, known, independent)
    picked, weights = _choose_draws(posterior.weights, draws, rng)
    chosen = {name: values[picked] for name, values in posterior.parameters.items()}
    repeated = {name: np.repeat(values, paths, axis=0) for name, values in chosen.items()}
    happened, held = count_happened(question, paths_for(posterior.model, repeated, rng, dates=False), rng, each=paths)
    return QuestionChances(posterior.model, chosen, ChanceDraws(happened, _normalize(weights * held), held), independent)


def _known_chances(question: Question, posterior: Posterior) -> ChanceDraws | None:
    """The chances where they need no paths: in closed form, a fraction, or 0 and 1 of what is said of parameters alone."""
    model, parameters = posterior.model, posterior.parameters
    if not needs_paths(model, question):
        assert question.answer is not None
        count = len(posterior)
        scope = model.scope(parameters)
        held = np.ones(count) if question.given is None else truth_of(evaluate(question.given, scope, NUMPY), count).astype(float)
        annulled = annulment_probability(question, scope, model, held * posterior.weights)
        weights = _normalize(posterior.weights * held * (1.0 if annulled is None else 1 - annulled))
        if question.is_fraction:
            return ChanceDraws(fractions_of(question, scope, model, weights), weights)
        return ChanceDraws(truth_of(evaluate(question.answer, scope, NUMPY), count).astype(float), weights)
    passing = find_passing(question, model)
    if passing is None:
        return None
    chances = chance_of_passing(passing, question, model, parameters)
    weighty = posterior.weights > 0
    if not np.isfinite(chances[weighty]).all():
        return None
    return ChanceDraws(np.where(weighty, np.minimum(chances, 1.0), 0.0), _normalize(posterior.weights))


def _choose_draws(weights: Array, count: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], Array]:
    """Places of draws chosen half by weight and half evenly, and what each stands for, ``(count,)`` each."""
    even = weights > 0
    chosen_by = (1 - CHOSEN_EVENLY) * weights + CHOSEN_EVENLY * even / even.sum()
    order = rng.permutation(len(weights))
    picked = order[systematic_resample(chosen_by[order], count, rng)]
    return picked, weights[picked] / chosen_by[picked]


def _normalize(weights: Array) -> Array:
    normalized: Array = weights / weights.sum()
    return normalized
