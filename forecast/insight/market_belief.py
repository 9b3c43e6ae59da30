"""What the model would have to believe for a price: the least change of its parameters, and how far each prior alone would have to move.

Both weigh the engine's draws: by an exponential tilt (``forecast.markets.comparison.tilting``), or by the ratio of a prior moved within
its family to the prior as it is.  What these draws do not reach is said to be beyond them, and never to be impossible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.book.topic import Question
from forecast.inference.posterior import Posterior, weighted_quantiles
from forecast.insight.prior_shift import PriorShift, prior_shift
from forecast.language.arrays import Array
from forecast.language.distributions.pools import PoolFamily
from forecast.language.distributions.traits import ValueKind
from forecast.markets.comparison.tilting import LEAST_EFFECTIVE, Tilt, tilt_to
from forecast.model.priors import blocks
from forecast.predict.chance_draws import QuestionChances, question_chances
from forecast.predict.chances import CHANCE_PATHS

MORE_PATHS = 8  # times as many on each draw where those do not resolve a tilt
SHOWN_LEVELS_MOVED = (0.05, 0.5, 0.95)
MOST_PRIORS_SHIFTED = 40  # of which it is worked out; the others are counted


@dataclass(frozen=True, slots=True)
class MovedParameter:
    """A value of a parameter, or the probability of one of its categories, as it is and after the tilt: 5, 50 and 95 % points, or a probability.

    ``distance`` is how far its mean moves, in its posterior standard deviations.
    """

    name: str
    label: str
    category: str
    before: tuple[float, ...]
    after: tuple[float, ...]
    distance: float


@dataclass(frozen=True, slots=True)
class PriceBelief:
    """What would have to be believed for the chance of a question to be ``target``.

    ``moved`` has the parameters, those that move most first; empty where no tilt was found.  ``priors_left_out`` are not worked out.
    """

    target: float
    mean: float
    tilt: Tilt
    moved: tuple[MovedParameter, ...]
    priors: tuple[PriorShift, ...]
    priors_left_out: int = 0


def price_beliefs(
    question: Question, posterior: Posterior, targets: Sequence[float], rng: np.random.Generator, *, settled: float | None = None
) -> list[PriceBelief]:
    """Return what would have to be believed for the chance of a question to be each of some targets.

    ``settled`` is 0 or 1 where the record has decided the question: then no parameters give another chance.  Paths are simulated again,
    eight times as many, where they do not resolve a target.  Raises ``Unsound`` where paths cannot be simulated.
    """
    bounds = (0.0, 1.0) if settled is None else (settled, settled)
    its = question_chances(question, posterior, rng)
    more: QuestionChances | None = None
    beliefs = []
    for target in targets:
        used, tilt = its, _tilt(its, target, bounds)
        if tilt.status == "not resolved" and its.chances.paths is not None:
            more = more or question_chances(question, posterior, rng, paths=MORE_PATHS * CHANCE_PATHS)
            used, tilt = more, _tilt(more, target, bounds)
        moved = _moved_parameters(used, tilt) if tilt.status == "found" else ()
        shifts, left_out = _prior_shifts(used, target) if tilt.status != "impossible" else ((), 0)
        beliefs.append(PriceBelief(target, used.chances.mean, tilt, moved, shifts, left_out))
    return beliefs


def _tilt(its: QuestionChances, target: float, bounds: tuple[float, float]) -> Tilt:
    """The tilt, on as many effective draws as are needed of chains, whose draws depend on each other."""
    return tilt_to(its.chances, target, bounds=bounds, least=LEAST_EFFECTIVE / its.independent)


def _moved_parameters(its: QuestionChances, tilt: Tilt) -> tuple[MovedParameter, ...]:
    """Each value of each parameter before and after, those that move most first."""
    moved = []
    before = its.chances.weights
    for parameter in its.model.topic.parameters.values():
        for position, label in enumerate(parameter.labels or ("",)):
            values = np.asarray(its.parameters[parameter.name][:, position], dtype=float)
            distance = _distance(values, before, tilt.weights)
            if parameter.categories:
                shares = [(name, values == code) for code, name in enumerate(parameter.categories)]
                moved += [
                    MovedParameter(parameter.name, label, name, (float(before @ of),), (float(tilt.weights @ of),), distance)
                    for name, of in shares
                ]
                continue
            points = [weighted_quantiles(values, weights, SHOWN_LEVELS_MOVED) for weights in (before, tilt.weights)]
            moved.append(MovedParameter(parameter.name, label, "", points[0], points[1], distance))
    return tuple(sorted(moved, key=lambda one: -abs(one.distance)))


def _distance(values: Array, before: Array, after: Array) -> float:
    """By how many posterior standard deviations a mean moves; 0 of what is the same on all draws."""
    mean = float(before @ values)
    deviation = float(np.sqrt(before @ (values - mean) ** 2))
    return (float(after @ values) - mean) / deviation if deviation > 0 else 0.0


def _prior_shifts(its: QuestionChances, target: float) -> tuple[tuple[PriorShift, ...], int]:
    """How far each prior alone would have to move; pools, categories and shares of a whole have no such move."""
    movable = [
        block
        for block in blocks(its.model)
        if not (isinstance(block.family, PoolFamily) or block.family.value_kind is ValueKind.SIMPLEX or block.family.discrete)
    ]
    shifts = [shift for block in movable[:MOST_PRIORS_SHIFTED] if (shift := prior_shift(its, block, target)) is not None]
    return tuple(shifts), max(0, len(movable) - MOST_PRIORS_SHIFTED)
