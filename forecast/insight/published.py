"""The published answers of a topic, whether it has variants or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from forecast.book.files.problems import Problem
from forecast.book.topic import BASE, Topic
from forecast.model.errors import Unsound
from forecast.model.settings import Purpose, Settings, generator
from forecast.predict.analysis import EngineResult, Simulations, lendable_result, published_result
from forecast.predict.answers import Answer
from forecast.predict.cumulative import CumulativeTotal, mixed_cumulative_totals
from forecast.predict.mixture import RivalResult, mix_answers, shares_of_rivals
from forecast.predict.rival_weights import RivalWeights, rival_weights


@dataclass(frozen=True, slots=True)
class PublishedResult:
    """The answers to a topic's questions, whether the engine vouches for all draws behind them, what each variant came to, and their weights.

    A topic without variants is one by itself, under ``base``, without weights.
    """

    answers: Mapping[str, Answer]
    sound: bool
    results: Mapping[str, EngineResult]
    weights: RivalWeights | None = None

    def shares(self, question: str) -> Mapping[str, float]:
        """The probability of each variant where a question counts; they add up to 1.  Raises ``Unsound``."""
        return {BASE: 1.0} if self.weights is None else shares_of_rivals(question, _rival_results(self.results), self.weights)


def published_answers(topic: Topic, as_of: date, settings: Settings) -> PublishedResult:
    """Return the answers that would be published: of a topic with variants, of all of them together.  Raises ``Unsound``."""
    if not topic.variants:
        result = published_result(topic, as_of, settings)
        return PublishedResult(result.answers, result.posterior.diagnostics.sound, {BASE: result})
    results = _results_of_variants(topic, as_of, settings)
    weights, answers = mixed_answers(topic, results, settings)
    return PublishedResult(answers, all(its.posterior.diagnostics.sound for its in results.values()), results, weights)


def mixed_answers(topic: Topic, results: Mapping[str, EngineResult], settings: Settings) -> tuple[RivalWeights, dict[str, Answer]]:
    """Return the weights of a topic's variants, and the answers by all of them together, from what each came to."""
    posteriors = {name: its.posterior for name, its in results.items()}
    performance = None
    if topic.combine == "stacking":
        from forecast.insight.stacking import past_performance

        performance = past_performance(topic, results[BASE].posterior.model.as_of, settings, posteriors=posteriors)
    weights = rival_weights(topic, posteriors, settings, performance)
    with np.errstate(all="ignore"):
        return weights, mix_answers(
            _rival_results(results), weights, generator(settings.seed, topic.name, Purpose.ANSWERS, Purpose.EVIDENCE)
        )


def mixed_totals(
    topic: Topic, results: Mapping[str, EngineResult], weights: RivalWeights, answers: Mapping[str, Answer]
) -> dict[str, CumulativeTotal]:
    """Return what the open questions of a topic with variants count, day by day, by all of them together."""
    return mixed_cumulative_totals(topic, _rival_results(results), weights, answers)


def _rival_results(results: Mapping[str, EngineResult]) -> dict[str, RivalResult]:
    return {name: RivalResult(its.posterior, its.paths, its.answers) for name, its in results.items()}


def problems_under(variant: str, unsound: Unsound) -> tuple[Problem, ...]:
    """Return why a variant cannot be computed, with its name."""
    return tuple(replace(problem, message=f"under `{variant}`: {problem.message}") for problem in unsound.problems)


def _results_of_variants(topic: Topic, as_of: date, settings: Settings) -> dict[str, EngineResult]:
    """What each variant comes to; what was simulated for one serves those that differ from it in their priors alone."""
    from forecast.insight.variant_pools import lenders

    lender_of = lenders(topic, as_of)
    results: dict[str, EngineResult] = {}
    lent: dict[str, Simulations] = {}
    for name, rival in topic.rivals.items():
        try:
            results[name], simulated = lendable_result(rival, as_of, settings, lent.get(lender_of.get(name, "")))
        except Unsound as unsound:
            raise Unsound(*problems_under(name, unsound)) from None
        if name in lender_of.values():
            lent[name] = simulated
    return results
