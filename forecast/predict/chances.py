"""What the chances of questions are told from: closed forms, or counts on paths that stand draw by draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.book.topic import Question
from forecast.inference.monte_carlo import block_replicates
from forecast.language.arrays import Array, Truth
from forecast.language.evaluate import evaluate
from forecast.language.ops import NUMPY
from forecast.predict.chance_interval import ChanceInterval, chance_interval
from forecast.predict.paths import Paths
from forecast.predict.questions import annulment_probability, needs_paths, truth_of, window_total, with_clocks
from forecast.predict.samples import fractions_of

CHANCE_PATHS = 24  # paths on each draw of the parameters, on which it is counted how often something happens


@dataclass(frozen=True, slots=True)
class Chances:
    """What chances are told from: ``exact`` are the intervals of those that have a closed form, by the names of their questions.

    ``paths`` are ``CHANCE_PATHS`` on each draw of the parameters, for the others; None where there are none.
    """

    paths: Paths | None
    exact: Mapping[str, ChanceInterval]

    def interval(self, question: Question, rng: np.random.Generator) -> ChanceInterval | None:
        """Return the interval of a question's chance given the parameters; None where it has none."""
        if self.paths is None or question.name in self.exact:
            return self.exact.get(question.name)
        return _counted_interval(question, self.paths, rng)


def _counted_interval(question: Question, paths: Paths, rng: np.random.Generator) -> ChanceInterval | None:
    """The interval of a chance from paths that stand draw by draw; None for what no path is needed for, and for a fraction."""
    if question.kind != "probability" or question.is_fraction or not needs_paths(paths.model, question):
        return None
    return interval_of_counts(*count_happened(question, paths, rng), paths)


def interval_of_counts(happened_on: Array, held_on: Array, paths: Paths) -> ChanceInterval | None:
    """Return the interval of a chance from counts on the ``CHANCE_PATHS`` of each draw, ``(draws,)`` each, of paths that stand draw by draw."""
    replicates = block_replicates(len(held_on)) if paths.replicates is None else paths.replicates[::CHANCE_PATHS]
    weights = None if paths.weights is None else paths.weights[::CHANCE_PATHS]  # those on one draw weigh alike
    return chance_interval(happened_on, held_on, replicates, weights=weights)


def count_happened(question: Question, paths: Paths, rng: np.random.Generator, *, each: int = CHANCE_PATHS) -> tuple[Array, Array]:
    """Return on how many of a draw's paths what a question asks about happened, and on how many it was asked and not annulled, ``(draws,)`` each.

    ``paths`` stand draw by draw, ``each`` of them on a draw.
    """
    happened, held = find_happened(question, paths, rng)
    happened_on, held_on = (flags.reshape(-1, each).sum(axis=1).astype(float) for flags in (happened, held))
    return happened_on, held_on


def find_happened(question: Question, paths: Paths, rng: np.random.Generator) -> tuple[Truth, Truth]:
    """Return on which paths what a question asks about happened, and on which it was asked and not annulled, ``(paths,)`` each."""
    assert question.answer is not None
    totals = {name: window_total(paths, name, question) for name in paths.totals}
    scope = with_clocks(paths.model, question, paths.model.scope(paths.parameters)).plus(totals=totals)
    held = np.ones(len(paths), dtype=bool)
    if question.given is not None:
        held = truth_of(evaluate(question.given, scope, NUMPY), len(paths))
    chances = annulment_probability(question, scope, paths.model, held.astype(float))
    if chances is not None:  # drawn on each path; a generator of its own leaves other questions' random numbers as they are
        held = held & (rng.spawn(1)[0].random(len(paths)) >= chances)
    if question.is_fraction:  # whether its one event happens is drawn on each path
        fractions = fractions_of(question, scope, paths.model, held.astype(float))
        return held & (rng.spawn(1)[0].random(len(paths)) < fractions), held
    return held & truth_of(evaluate(question.answer, scope, NUMPY), len(paths)), held
