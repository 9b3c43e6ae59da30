"""Walks in PyMC: their density, and their values as what standard normal steps lead to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from forecast.language.distributions.walks import Walk


def walk_log_density(kind: Walk, arguments: Mapping[str, Any], value: Any) -> Any:
    """The log density of each of a walk's values ``(labels,)`` given the one before; over hypotheses with a leading axis."""
    import pymc as pm
    import pytensor.tensor as pt

    (first_mean, first_sd), (factor, added, sigma) = kind.first(arguments), kind.step(arguments)
    first = pm.logp(pm.Normal.dist(first_mean, first_sd), value[..., :1])
    if value.type.shape[-1] == 1:
        return first
    steps = pm.logp(pm.Normal.dist(factor * value[..., :-1] + added, sigma), value[..., 1:])
    leading = pt.zeros_like(steps[..., :1])  # as many hypotheses as the steps have
    return pt.concatenate([first + leading, steps], axis=-1)


def walk_values(kind: Walk, arguments: Mapping[str, Any], standard: Any, count: int) -> Any:
    """The values of a walk, ``(labels,)``, that standard normal steps lead to."""
    import pytensor.tensor as pt

    (first_mean, first_sd), (factor, added, sigma) = kind.first(arguments), kind.step(arguments)
    steps = pt.concatenate([pt.atleast_1d(first_mean + first_sd * standard[:1]), pt.atleast_1d(added + sigma * standard[1:])])
    if isinstance(factor, float) and factor == 1:
        return pt.cumsum(steps)
    behind = np.subtract.outer(np.arange(count), np.arange(count))
    return pt.dot(pt.switch(behind >= 0, pt.power(factor, np.maximum(behind, 0)), 0.0), steps)
