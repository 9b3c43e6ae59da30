"""Walks in PyMC: their density, and their values as what steps in units of their sd lead to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from forecast.language.distributions.jumps import BEND_SHARPNESS, JUMP_BEND, JUMP_SIGMA, JumpingWalk
from forecast.language.distributions.walks import Walk


def walk_log_density(kind: Walk, arguments: Mapping[str, Any], value: Any) -> Any:
    """The log density of each of a walk's values ``(labels,)`` given the one before; over hypotheses with a leading axis."""
    import pymc as pm
    import pytensor.tensor as pt

    (first_mean, first_sd), (factor, added, _) = kind.first(arguments), kind.step(arguments)
    first = pm.logp(pm.Normal.dist(first_mean, first_sd), value[..., :1])
    if value.type.shape[-1] == 1:
        return first
    steps = _following_log_density(kind, arguments, value[..., 1:], factor * value[..., :-1] + added)
    leading = pt.zeros_like(steps[..., :1])  # as many hypotheses as the steps have
    return pt.concatenate([first + leading, steps], axis=-1)


def declare_walk(kind: Walk, arguments: Mapping[str, Any], variable: str, potential: str, count: int) -> tuple[Any, Any]:
    """Declare a walk by its standard steps in the PyMC model at hand; return their variable, and the values ``(labels,)``."""
    import pymc as pm

    if not isinstance(kind, JumpingWalk):
        standard = pm.Normal(variable, 0, 1, shape=count)
        return standard, walk_values(kind, arguments, standard, count)
    standard = pm.Flat(variable, shape=count)
    steps, stretch = _jumping_steps(kind, arguments, standard[1:])
    first = pm.logp(pm.Normal.dist(0, 1), standard[:1])
    pm.Potential(potential, first.sum() + (_following_log_density(kind, arguments, steps, 0.0) + stretch).sum())
    return standard, _running_values(kind, arguments, standard[:1], steps, count)


def walk_values(kind: Walk, arguments: Mapping[str, Any], standard: Any, count: int) -> Any:
    """The values of a walk, ``(labels,)``, that standard normal steps lead to."""
    _, _, sigma = kind.step(arguments)
    return _running_values(kind, arguments, standard[:1], sigma * standard[1:], count)


def _running_values(kind: Walk, arguments: Mapping[str, Any], first: Any, rest: Any, count: int) -> Any:
    """The values of a walk by the standard score of the first, and its steps without what is added to each."""
    import pytensor.tensor as pt

    (first_mean, first_sd), (factor, added, _) = kind.first(arguments), kind.step(arguments)
    steps = pt.concatenate([pt.atleast_1d(first_mean + first_sd * first), pt.atleast_1d(added + rest)])
    if isinstance(factor, float) and factor == 1:
        return pt.cumsum(steps)
    behind = np.subtract.outer(np.arange(count), np.arange(count))
    return pt.dot(pt.switch(behind >= 0, pt.power(factor, np.maximum(behind, 0)), 0.0), steps)


def _following_log_density(kind: Walk, arguments: Mapping[str, Any], value: Any, middle: Any) -> Any:
    """The log density of values around what they would be without a step."""
    import pymc as pm
    import pytensor.tensor as pt

    _, _, sigma = kind.step(arguments)
    small = pm.logp(pm.Normal.dist(middle, sigma), value)
    if not isinstance(kind, JumpingWalk):
        return small
    jump, jump_sd = kind.jumps(arguments)
    large = pm.logp(pm.Normal.dist(middle, sigma * (1 + jump_sd**2) ** 0.5), value)
    return pt.logaddexp(pt.log1p(-jump) + small, pt.log(jump) + large)


def _jumping_steps(kind: JumpingWalk, arguments: Mapping[str, Any], z: Any) -> tuple[Any, Any]:
    """The steps at the coordinates of NUTS, and the log of their derivative; see ``jumps``."""
    import pytensor.tensor as pt

    _, _, sigma = kind.step(arguments)
    far = arguments[JUMP_SIGMA]
    beyond, before = BEND_SHARPNESS * (z - JUMP_BEND), BEND_SHARPNESS * (-z - JUMP_BEND)
    steps = sigma * z + far * (pt.softplus(beyond) - pt.softplus(before)) / BEND_SHARPNESS
    return steps, pt.log(sigma + far * (pt.sigmoid(beyond) + pt.sigmoid(before)))
