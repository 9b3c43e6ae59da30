"""Greatest entropy: of a family's members with a given mass between two values, the one that says least beside it.

The members that hold the mass form a curve: each splits the rest in some way
between below and above, and is determined exactly by the two quantiles that follow.
So the search is over one unknown, the split, or where the interval begins or ends
with the support, the family's shape.  PreliZ's ``maxent`` looks for the same member.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from forecast.elicitation.candidates import Candidate
from forecast.elicitation.judgements import IntervalMass, Support
from forecast.language import special
from forecast.language.distributions.families import family
from forecast.language.distributions.words import quantile_name
from forecast.language.faults import Fault
from forecast.language.ops import NUMPY

GRID = 48
SPLITS = (-12.0, 12.0)  # log odds of the rest's lying below the interval
LOG_SHAPES = (-6.0, 8.0)  # logs of the shapes looked at


def maximum_entropy_member(candidate: Candidate, judgement: IntervalMass, support: Support) -> dict[str, float]:
    """Return, in the language's words, the member of a family with two free arguments that has the greatest entropy.

    Raises ``Fault`` where none has the mass, or where entropy grows without bound.
    """
    low, high, mass = judgement.low, judgement.high, judgement.mass
    kind = family(candidate.family)
    if kind.is_symmetric:  # the rest is split evenly (for a Uniform any split has the same entropy)
        tail = (1 - mass) / 2
        return {**candidate.fixed, **_two_quantiles(tail, low, tail + mass, high)}
    above, below = low == support.lower, high == support.upper  # where all of the rest lies, if on one side
    if not above and not below:
        spare = 1 - mass

        def split(unknown: float) -> dict[str, float]:
            share = spare * float(special.expit(unknown))
            return _two_quantiles(share, low, share + mass, high)

        unknown = _maximise_entropy(candidate, split, SPLITS)
        if SPLITS[0] < unknown < SPLITS[1]:
            return split(unknown)
        above = unknown <= SPLITS[0]
    at, share = (high, mass) if above else (low, 1 - mass)

    def with_shape(unknown: float) -> dict[str, float]:
        return kind.words_of_shape(float(f"{math.exp(unknown):.6g}"), value=at, share=share)

    unknown = _maximise_entropy(candidate, with_shape, LOG_SHAPES)
    if not LOG_SHAPES[0] < unknown < LOG_SHAPES[1]:
        raise Fault(
            f"of {candidate.family} there is no member of greatest entropy with this interval", hint="give a value on each side instead"
        )
    return with_shape(unknown)


def _maximise_entropy(candidate: Candidate, member: Callable[[float], dict[str, float]], between: tuple[float, float]) -> float:
    """Where along a curve of members the entropy is greatest: the best of a grid, then Brent's method around it; an end where it is there."""
    from scipy.optimize import minimize_scalar

    kind = family(candidate.family)

    def loss(unknown: float) -> float:
        try:
            solved = kind.from_words(member(unknown), NUMPY)
        except Fault:
            return math.inf
        value = -kind.entropy(**solved)
        return value if math.isfinite(value) else math.inf

    grid = np.linspace(*between, GRID)
    losses = np.array([loss(float(unknown)) for unknown in grid])
    top = int(np.argmin(losses))
    if not np.isfinite(losses[top]):
        raise Fault(f"no {candidate.family} has this much probability there", hint="give another interval, or another probability")
    if top in {0, GRID - 1}:
        return between[min(top, 1)]
    optimum = minimize_scalar(loss, bounds=(grid[top - 1], grid[top + 1]), method="bounded", options={"xatol": 1e-7})
    return float(optimum.x)


def _two_quantiles(low_share: float, low: float, high_share: float, high: float) -> dict[str, float]:
    return {quantile_name(low_share): low, quantile_name(high_share): high}
