"""The weights of several forecasters in an optimal prediction pool: those under which their mixture would have foreseen best what happened.

Of the densities ``p_tv`` that forecaster ``v`` gave to what became known at time ``t``, before it did, the pool's weights ``w`` maximise
``sum_t log(sum_v w_v p_tv)`` (Geweke and Amisano 2011, doi:10.1016/j.jeconom.2011.02.017).  With few times that is a matter of chance, so
``c sum_v a_v log(w_v)`` is added: the log density of a Dirichlet prior with ``1 + c a_v``, where ``a`` are stated weights.  It counts as
``c`` more times would that had been foreseen by one forecaster alone, by each as often as its stated weight says.
"""

from __future__ import annotations

import numpy as np

from forecast.language.arrays import Array

TIMES_FOR_STATED = 4.0  # how many times the stated weights count for
LARGEST_POOL_GAP = 1e-10  # between the maximum and what is returned, for each time
MOST_POOL_STEPS = 200


def optimal_pool_weights(log_densities: Array, stated: Array, *, times_for_stated: float = TIMES_FOR_STATED) -> Array:
    """Return the weights of forecasters, ``(forecasters,)``, which are positive and add up to 1.

    ``log_densities`` are ``(times, forecasters)``; -inf where a forecaster called impossible what happened.  ``stated`` are positive and
    add up to 1.  The objective is strictly concave and falls to -inf at the edges, so Newton's method with a line search reaches its one
    maximum (Boyd and Vandenberghe 2004, Convex optimization, 10.2).  It stops by a bound that needs no trust in the steps: the weighted
    mean of the gradient ``g`` is ``T + c`` everywhere, so no weights reach more than ``max_v g_v - (T + c)`` above these.
    """
    times = len(log_densities)
    prior = times_for_stated * stated
    with np.errstate(under="ignore"):
        densities = np.exp(log_densities - log_densities.max(axis=1, keepdims=True)) if times else np.zeros((0, len(stated)))
    weights = stated.astype(float)
    for _ in range(MOST_POOL_STEPS):
        relative = densities / (densities @ weights)[:, None]
        gradient = relative.sum(axis=0) + prior / weights
        if gradient.max() - (times + times_for_stated) <= LARGEST_POOL_GAP * (times + times_for_stated):
            return weights
        weights = _line_search(weights, _newton_step(weights, relative, prior), densities, prior)
    raise ArithmeticError("the weights of an optimal prediction pool were not found")


def _newton_step(weights: Array, relative: Array, prior: Array) -> Array:
    """The step ``(forecasters,)`` to the maximum of the quadratic approximation among weights of the same sum, worked out relative to the weights."""
    scaled, count = relative * weights, len(weights)
    system = np.zeros((count + 1, count + 1))
    system[:count, :count] = scaled.T @ scaled + np.diag(prior)
    system[:count, count] = system[count, :count] = weights
    right = np.append(scaled.sum(axis=0) + prior, 0.0)
    step: Array = weights * np.linalg.solve(system, right)[:count]
    return step


def _line_search(weights: Array, step: Array, densities: Array, prior: Array) -> Array:
    """The weights after as much of a step as keeps them positive and does not lower the objective by more than its rounding.

    Near the maximum a step changes the objective by less than that, and is good all the same.
    """

    def objective(at: Array) -> float:
        return float(np.log(densities @ at).sum() + prior @ np.log(at))

    now, size = objective(weights), 1.0
    rounding = 8 * np.finfo(float).eps * (abs(now) + len(densities) + prior.sum())
    while True:
        moved = weights + size * step
        if (moved > 0).all() and (objective(moved) >= now - rounding or size < np.finfo(float).eps):
            return np.asarray(moved / moved.sum())
        size /= 2
