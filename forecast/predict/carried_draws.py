"""The draws of what a link names, under all variants of its topic together, and the distribution that carries them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.files.problems import Problem
from forecast.book.linked_values import linked_expression, linked_unit
from forecast.book.links import LinkFit, PosteriorLink
from forecast.book.topic import BASE, Topic
from forecast.inference.fitted_mixture import NoFit, fit_prior_mixture
from forecast.inference.posterior import Posterior
from forecast.language.arrays import Array
from forecast.language.evaluate import evaluate
from forecast.language.ops import NUMPY
from forecast.model.errors import Unsound
from forecast.model.model import Model

MOST_KOLMOGOROV = 0.03  # beyond which a fit is too far from the draws
MOST_GAP = 0.2  # likewise of quantiles, in standard deviations
KOLMOGOROV_NOISE = 1.63  # over the root of the effective draws: so far from the truth are the draws' own shares in 1 of 100 cases
GAP_NOISE = 8.0  # likewise of the 1 and 99 % points, two standard errors of a normal's


def carry(link: PosteriorLink, topic: Topic, posteriors: Mapping[str, Posterior], weights: Mapping[str, float] | None = None) -> LinkFit:
    """Return what carries the posterior of the value that a link names in ``topic``.

    ``posteriors`` are by variant, and ``weights`` what each counts; a topic without variants has one, under ``base``.  Raises ``Unsound``, at the
    link, where no distribution can be fitted to the draws, or the one that is nearest is too far from them.
    """
    drawn = {name: linked_draws(link, posterior.model, posterior.parameters) for name, posterior in posteriors.items()}
    counted = {BASE: 1.0} if weights is None else weights
    values = np.concatenate([drawn[name] for name in posteriors])
    relative = np.concatenate([counted[name] * posterior.weights for name, posterior in posteriors.items()])
    spread: dict[int, float] = {}  # of the draws that variants share, by their identity: their errors add up
    for name, posterior in posteriors.items():
        draws = id(posterior.parameters)
        spread[draws] = spread.get(draws, 0.0) + counted[name] / math.sqrt(posterior.diagnostics.effective_size)
    size = 1 / math.fsum(error**2 for error in spread.values())
    sound = all(posterior.diagnostics.sound for name, posterior in posteriors.items() if counted[name] > 0)
    return fit_draws(link, topic, values, relative, size=size, sound=sound)


def fit_draws(link: PosteriorLink, topic: Topic, values: Array, weights: Array, *, size: float, sound: bool) -> LinkFit:
    """Return what carries weighted draws, ``(draws,)`` each, of the value that a link names; raise ``Unsound`` as ``carry`` does."""
    try:
        fitted = fit_prior_mixture(values, weights, size=size, is_share=_is_share(link, topic, values))
    except NoFit as reason:
        raise _refusal(link, f"`{link.address}` cannot be carried as a prior: {reason}") from None
    noise = 1 / math.sqrt(size)
    if fitted.kolmogorov > MOST_KOLMOGOROV + KOLMOGOROV_NOISE * noise or fitted.gap > MOST_GAP + GAP_NOISE * noise:
        message = (
            f"the posterior of `{link.address}` cannot be carried as a prior: the nearest mixture of at most five distributions is too far from it"
            f" (Kolmogorov distance {fitted.kolmogorov:.2g}, quantiles up to {fitted.gap:.2g} standard deviations apart)"
        )
        raise _refusal(link, message, "link to another value, or give a prior of its own")
    return LinkFit(fitted.parts, fitted.kolmogorov, fitted.gap, fitted.is_log, size, sound)


def linked_draws(link: PosteriorLink, model: Model, parameters: Mapping[str, NDArray[Any]]) -> Array:
    """Return the value that a link names at each of some draws of the parameters, ``(draws,)``."""
    count = max(len(values) for values in parameters.values())
    with np.errstate(all="ignore"):
        found = np.asarray(evaluate(linked_expression(model.topic, link), model.scope(parameters), NUMPY), dtype=float)
    values: Array = np.broadcast_to(found, (count, 1))[:, 0]
    return values


def _is_share(link: PosteriorLink, topic: Topic, values: Array) -> bool:
    """Whether the value lies between 0 and 1 by what it is: a share by its unit, or with such a prior."""
    return linked_unit(topic.as_it_stands, link) == "share" and bool(values.min() >= 0 and values.max() <= 1)


def _refusal(link: PosteriorLink, message: str, hint: str = "") -> Unsound:
    return Unsound(Problem(link.place, message, hint))
