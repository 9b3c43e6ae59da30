"""How far one prior alone would have to move, within its family, for the mean chance of a question to be a price.

A prior is moved as the analysis of sensitivity moves it: by standard deviations on the scale on which it has no bounds, so that each
moved prior is a statement for ``forecast whatif``.  A family of one argument is moved by a factor.  The draws are weighed by the
ratio of the two priors, and only as far as they carry that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from forecast.inference.pareto import FINITE_VARIANCE, pareto_k
from forecast.insight.sensitivity import ChangedPrior, changed_statement, with_changed_prior
from forecast.language.arrays import Array
from forecast.language.faults import Fault
from forecast.markets.comparison.tilting import LEAST_EFFECTIVE
from forecast.model.priors import Block, blocks_of
from forecast.predict.chance_draws import QuestionChances

FARTHEST_SHIFT = 6.0  # standard deviations of the prior, either way
SHIFT_STEP = 0.25
SHIFT_HALVINGS = 30

type ShiftStatus = Literal["found", "not within six sd", "not resolved"]


@dataclass(frozen=True, slots=True)
class PriorShift:
    """One prior moved alone, from its median to another.

    Where it is ``found``, ``shift`` is in prior standard deviations (of a family of one argument: the logarithm of a factor) and
    ``statement`` the moved prior.  Else the chance stays within ``reach`` while the median goes from ``medians[0]`` to ``medians[1]``: up to
    six standard deviations either way, or only as far as the draws carry.
    """

    name: str
    label: str
    status: ShiftStatus
    median: float
    new_median: float | None
    shift: float
    statement: str
    reach: tuple[float, float]
    medians: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _MovedPrior:
    """A prior moved by so much: its statement and median, and what the draws say of the mean chance then; None where they carry nothing."""

    shift: float
    statement: str
    median: float
    chance: float | None


def prior_shift(its: QuestionChances, block: Block, target: float) -> PriorShift | None:
    """Return how far a prior would have to move for the mean chance to be ``target``; None for one that is not moved within its family."""
    start = _move(its, block, 0.0)
    if start is None or start.chance is None:
        return None
    label = block.parameter.labels[block.positions[0]] if block.parameter.by_label and block.parameter.labels else ""
    up, down = (_walk(its, block, start, sign) for sign in (1.0, -1.0))
    reach, medians = _reach((*up.steps, *down.steps))
    crossings = [pair for way in (up, down) if (pair := _find_crossing(way.steps, target)) is not None]
    if crossings:
        near, far = min(crossings, key=lambda pair: abs(pair[1].shift))
        found = _halve(its, block, near, far, target)
        if found is not None:
            return PriorShift(block.name, label, "found", start.median, found.median, found.shift, found.statement, reach, medians)
    status: ShiftStatus = "not within six sd" if up.complete and down.complete and not crossings else "not resolved"
    return PriorShift(block.name, label, status, start.median, None, 0.0, "", reach, medians)


@dataclass(frozen=True, slots=True)
class _Walk:
    """A prior moved one way, step after step from where it is; ``complete`` where the draws carried it all the way."""

    steps: tuple[_MovedPrior, ...]
    complete: bool


def _walk(its: QuestionChances, block: Block, start: _MovedPrior, sign: float) -> _Walk:
    steps = [start]
    for step in range(1, round(FARTHEST_SHIFT / SHIFT_STEP) + 1):
        moved = _move(its, block, sign * step * SHIFT_STEP)
        if moved is None or moved.chance is None:
            return _Walk(tuple(steps), complete=False)
        steps.append(moved)
    return _Walk(tuple(steps), complete=True)


def _reach(steps: Sequence[_MovedPrior]) -> tuple[tuple[float, float], tuple[float, float]]:
    """The least and the greatest mean chance, and median, of some moves."""
    chances, medians = [its.chance for its in steps if its.chance is not None], [its.median for its in steps]
    return (min(chances), max(chances)), (min(medians), max(medians))


def _find_crossing(steps: tuple[_MovedPrior, ...], target: float) -> tuple[_MovedPrior, _MovedPrior] | None:
    """The first two neighbours between whose chances the target lies."""
    for near, far in pairwise(steps):
        assert near.chance is not None
        assert far.chance is not None
        if min(near.chance, far.chance) <= target <= max(near.chance, far.chance):
            return near, far
    return None


def _halve(its: QuestionChances, block: Block, near: _MovedPrior, far: _MovedPrior, target: float) -> _MovedPrior | None:
    """The move between two at which the chance is the target; None where the draws do not carry one between."""
    for _ in range(SHIFT_HALVINGS):
        middle = _move(its, block, (near.shift + far.shift) / 2)
        if middle is None or middle.chance is None or near.chance is None:
            return None
        near, far = (near, middle) if min(near.chance, middle.chance) <= target <= max(near.chance, middle.chance) else (middle, far)
        if abs(far.shift - near.shift) < 1e-4:
            break
    return far


def _move(its: QuestionChances, block: Block, shift: float) -> _MovedPrior | None:
    """The prior moved by so much, and the mean chance under it; None where the family has none like it."""
    model = its.model
    try:
        statement = changed_statement(block, 1.0, shift)
        if statement is None:  # a family of one argument, whose width is its place
            statement = changed_statement(block, math.exp(shift), 0.0)
        if statement is None or block.fixed is None:
            return None
        label = block.parameter.labels[block.positions[0]] if block.parameter.by_label and block.parameter.labels else ""
        changed = with_changed_prior(model, ChangedPrior(block, label, "one sd higher", statement))
        new = next(one for one in blocks_of(changed, changed.topic.parameters[block.name]) if one.positions == block.positions)
    except Fault:
        return None
    if new.fixed is None:
        return None
    median = new.family.points({name: float(np.ravel(value)[0]) for name, value in new.fixed.items()})[1]
    return _MovedPrior(shift, statement.text, median, _mean_chance(its, block, new))


def _mean_chance(its: QuestionChances, old: Block, new: Block) -> float | None:
    """The mean chance under a moved prior; None where fewer than 100 effective draws say so, as many more as chains need, or weights lack a variance.

    Where the moved prior has its mass in a tail of the draws, hundreds of effective draws can be off by many of their errors, since all of
    them lie on the near side of it: the shape of the weights' tail says so, and their number does not.
    """
    values = its.parameters[old.name][:, list(old.positions)]
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio: Array = new.log_density(its.model, values, its.parameters) - old.log_density(its.model, values, its.parameters)
    log_weight = np.where(its.chances.weights > 0, ratio + np.log(np.maximum(its.chances.weights, np.finfo(float).tiny)), -np.inf)
    if np.isnan(log_weight).any() or not np.isfinite(log_weight.max()):
        return None
    weights = np.exp(log_weight - log_weight.max())
    weights = weights / weights.sum()
    if float(1 / np.sum(weights**2)) < LEAST_EFFECTIVE / its.independent:
        return None
    if np.ptp(ratio[its.chances.weights > 0]) > 0 and pareto_k(log_weight) > FINITE_VARIANCE:
        return None
    return replace(its.chances, weights=weights).mean
