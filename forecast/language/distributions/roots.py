"""Where an increasing function of an array is 0, every element at once between two bounds of its own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from forecast.language.arrays import Array

MOST_ROOT_STEPS = 200
CLOSE = 1e-14  # width of a bracket, beside the larger of its bounds, at which it is narrow enough


def find_roots(f: Callable[[Array], Array], low: Array, high: Array) -> Array:
    """Return where ``f``, increasing in each element, is 0, between ``low`` and ``high`` (which rounding may make equal).

    Chandrupatla's method (Advances in Engineering Software 28, 1997), as in
    ``solve``; where the function has one sign at both bounds, the bound at which
    it is nearer to 0.
    """
    a, b = np.array(low, dtype=float), np.array(high, dtype=float)
    fa, fb = _clip_to_finite(f(a)), _clip_to_finite(f(b))
    c, fc = a.copy(), fa.copy()
    floor = CLOSE / 1_000 * np.maximum(np.abs(a), np.abs(b)) + 1e-300
    at = np.full_like(a, 0.5)
    open_ = (np.sign(fa) != np.sign(fb)) & (fa != 0) & (fb != 0)
    for _ in range(MOST_ROOT_STEPS):
        least = np.maximum(CLOSE * np.maximum(np.abs(a), np.abs(b)), floor)
        open_ &= np.abs(b - a) > 2 * least
        if not open_.any():
            break
        x = np.where(open_, a + at * (b - a), a)
        fx = np.where(open_, _clip_to_finite(f(x)), fa)
        same = np.sign(fx) == np.sign(fa)
        c, fc, b, fb = np.where(same, a, b), np.where(same, fa, fb), np.where(open_ & ~same, a, b), np.where(open_ & ~same, fa, fb)
        a, fa = x, fx
        open_ &= fa != 0
        with np.errstate(all="ignore"):
            xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
            inverse = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
            smooth = (phi * phi < xi) & ((1 - phi) * (1 - phi) < 1 - xi) & np.isfinite(inverse)
            edge = np.minimum(least / np.abs(b - a), 0.5)
        at = np.clip(np.where(smooth, inverse, 0.5), np.where(open_, edge, 0.5), np.where(open_, 1 - edge, 0.5))
    return np.where(np.abs(fa) <= np.abs(fb), a, b)


def _clip_to_finite(values: Array) -> Array:
    return np.clip(values, -1e300, 1e300)
