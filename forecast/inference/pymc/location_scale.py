"""Location-scale families as standard variables that are shifted and scaled (non-centred), which NUTS moves in more easily."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.distributions.traits import Link, LocationScale
from forecast.language.ops import Ops
from forecast.language.tensors import TENSORS


def declare_standard(form: LocationScale, name: str, arguments: Mapping[str, Any], shape: tuple[int, ...]) -> Any:
    """Declare the standard variable in the PyMC model at hand."""
    import pymc as pm

    shapes = {argument: arguments[argument] for argument in form.shapes}
    return getattr(pm, form.standard)(name, **shapes, **{form.location: 0, form.scale: 1}, shape=shape)


def shift_and_scale(form: LocationScale, arguments: Mapping[str, Any], standard: Any) -> Any:
    """Return the values a standard variable stands for: NumPy arrays or tensors alike."""
    return from_link(form.link, arguments[form.location] + arguments[form.scale] * standard, TENSORS)


def standardize(form: LocationScale, arguments: Mapping[str, Any], value: Array) -> Array:
    """Return the values of the standard variable that stands for some values: the inverse of ``shift_and_scale``."""
    on_scale = {"identity": np.asarray, "log": np.log, "logit": special.logit}[form.link](value)
    return np.asarray((on_scale - arguments[form.location]) / arguments[form.scale])


def from_link(link: Link, value: Any, ops: Ops) -> Any:
    """Return what has a value on the scale of a link: the link's inverse."""
    match link:
        case "log":
            return ops.exp(value)
        case "logit":
            return ops.expit(value)
        case "identity":
            return value
