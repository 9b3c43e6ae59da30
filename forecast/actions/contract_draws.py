"""How contracts end together, drawn: from the simulated paths of their questions' topics, through what makes a contract deviate from its question.

Topics are independent of each other, since nothing in a book links their paths; each has its own order of them.  Half of the replicates of each
topic's paths are there to choose stakes, and the other half to report on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.inference.monte_carlo import REPLICATES
from forecast.language.arrays import Array, Indices
from forecast.markets.comparison.deviation import (
    Deviation,
    DeviationQuantiles,
    chance_if_not_void,
    draw_deviations,
    draw_outcomes,
    known_deviation,
)
from forecast.markets.contract import Contract
from forecast.markets.stakes.joint_outcomes import PAYS_NO, PAYS_YES, VOID, JointOutcomes, joint_outcomes
from forecast.predict.analysis import EngineResult
from forecast.predict.path_outcomes import PathOutcomes, outcomes_on_paths, replicates_of_paths


@dataclass(frozen=True, slots=True)
class ContractDraws:
    """Joint outcomes of contracts, on draws to choose by and on others, and how uncertain each chance is for what may make it deviate.

    ``doubts`` ``(contracts,)`` are standard deviations of the chance that YES pays where it is not void, over the priors of its deviation,
    and ``deviations`` what makes each deviate, drawn.
    """

    chosen_on: JointOutcomes
    reported_on: JointOutcomes
    doubts: Array
    deviations: tuple[Deviation, ...]


def draw_contracts(contracts: Sequence[Contract], results: Mapping[str, EngineResult], rng: np.random.Generator) -> ContractDraws:
    """Return joint outcomes of contracts, from the published result of each one's topic.

    A contract of whose deviations nothing is known ends as its question does.  Raises ``Unsound`` for a question without an answer.
    """
    paths = {
        (topic, name, label): outcomes_on_paths(results[topic].posterior.model.topic.questions[name], results[topic], rng, label)
        for topic, name, label in sorted({_asked_key(its) for its in contracts})
    }
    halves = [_draw_half(contracts, results, paths, rng, second=second) for second in (False, True)]
    return ContractDraws(halves[0].outcomes, halves[1].outcomes, halves[0].doubts, halves[0].deviations)


def chance_of_yes(contract: Contract, chance: float, deviation: Deviation) -> float:
    """Return the chance that a contract's YES pays where it is not void, given that of its question, on average over what makes it deviate."""
    pays = float(np.mean(chance_if_not_void(chance, deviation)))
    return pays if contract.side == "yes" else 1 - pays


@dataclass(frozen=True, slots=True)
class _Half:
    outcomes: JointOutcomes
    doubts: Array
    deviations: tuple[Deviation, ...]


def _draw_half(
    contracts: Sequence[Contract],
    results: Mapping[str, EngineResult],
    paths: Mapping[tuple[str, str, str], PathOutcomes],
    rng: np.random.Generator,
    *,
    second: bool,
) -> _Half:
    chosen = {topic: _paths_of_half(results[topic], rng, second=second) for topic in sorted(results)}
    size = min(len(its) for its in chosen.values())
    drawn = draw_deviations({its.name: quantiles for its in contracts if (quantiles := _quantiles(its)) is not None}, rng, draws=size)
    uniforms: dict[str, Array] = {}
    void_questions: dict[tuple[str, str], NDArray[np.bool_]] = {}
    columns, doubts, deviations = [], [], []
    for its in contracts:
        key = (its.topic, its.question)
        at, on = chosen[its.topic][:size], paths[_asked_key(its)]
        source = f"source {its.settlement_source}" if its.settlement_source else f"contract {its.name}"
        if source not in uniforms:
            uniforms[source] = rng.random((2, size))
        if key not in void_questions:
            void_questions[key] = rng.random(size) < on.void[at]
        deviation = drawn.get(its.name, known_deviation())
        deviations.append(deviation)
        pays, void = draw_outcomes(on.happened[at], deviation, uniforms[source])
        ours, theirs = (PAYS_YES, PAYS_NO) if its.side == "yes" else (PAYS_NO, PAYS_YES)
        columns.append(np.where(void | void_questions[key], VOID, np.where(pays, ours, theirs)))
        kept = ~void_questions[key]
        chance = float(on.happened[at][kept].mean()) if kept.any() else 0.0
        doubts.append(float(np.std(chance_if_not_void(chance, deviation))))
    effective = min(size, *(results[its.topic].posterior.diagnostics.effective_size / 2 for its in contracts))
    return _Half(joint_outcomes(np.column_stack(columns).astype(np.int8), effective=effective), np.array(doubts), tuple(deviations))


def _asked_key(contract: Contract) -> tuple[str, str, str]:
    return contract.topic, contract.question, contract.label


def _quantiles(contract: Contract) -> DeviationQuantiles | None:
    its = contract.deviations
    if its is None:
        return None
    return DeviationQuantiles(its.yes_if_yes.quantiles, its.yes_if_no.quantiles, its.void.quantiles, contract.settlement_source)


def _paths_of_half(result: EngineResult, rng: np.random.Generator, *, second: bool) -> Indices:
    """The numbers of the paths in one half of a topic's replicates, in random order."""
    in_second = replicates_of_paths(result) >= REPLICATES // 2
    found: Indices = rng.permutation(np.flatnonzero(in_second == second))
    return found
