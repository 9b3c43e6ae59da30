"""A forecast on record as Metaculus asks for it: a probability, one for each option, or a distribution function at the places of a scale.

Nothing is made up: where a forecast leaves open what lies beyond a bound, that has to be said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from forecast.forecasts.values import ForecastValue, Form, PointMasses, Quantiles, ValueFault
from forecast.importers.metaculus_cdf import cdf_of_cases
from forecast.importers.metaculus_target import MetaculusTarget, server_scale
from forecast.language.arrays import Array
from forecast.scoring.metaculus_scale import MetaculusScale, location_on_scale


@dataclass(frozen=True, slots=True)
class Tails:
    """What lies below and above open bounds, where somebody says so beside a forecast; None where nobody does."""

    below: float | None = None
    above: float | None = None


def stated_cdf(target: MetaculusTarget, form: Form, value: ForecastValue, tails: Tails) -> Array:
    """Return the distribution function ``(n + 1,)`` of a forecast on record at the places of a question's scale.

    Between quantiles it is a straight line on the scale, and so it is from a closed bound to the first or last quantile.  Of discrete
    questions a quantile is the probability of at most its value.  Raises ``ValueFault`` where the forecast does not say enough.
    """
    assert target.scale is not None
    scale = server_scale(target.scale)
    match form, value:
        case "quantiles", Quantiles():
            return _cdf_of_quantiles(scale, value, tails, half_step=0.5 / scale.buckets if target.type == "discrete" else 0.0)
        case "pmf", PointMasses(values, probabilities):
            return cdf_of_cases(scale, values=values, weights=np.array(probabilities) / math.fsum(probabilities))
        case "samples", tuple(values):
            return cdf_of_cases(scale, values=values, weights=np.full(len(values), 1 / len(values)))
        case (("number" | "date"), _):
            raise ValueFault("a single value does not say how sure it is", "say a range or points, as in `5%=0.4 50%=1 95%=3`")
        case _:
            raise ValueFault(f"a forecast as `{form}` is no distribution of a number or a date")


def options_for(target: MetaculusTarget, shares: Mapping[str, float], rest: str) -> Mapping[str, float]:
    """Return the probability of each option of a question; what none of one's own options takes goes to the option ``rest``.

    Raises ``ValueFault`` where the options of both are not the same.
    """
    given = dict(shares)
    left = max(1 - math.fsum(given.values()), 0.0)
    if rest:
        given[rest] = given.get(rest, 0.0) + left
    elif left > 1e-9:
        hint = "say with --rest LABEL which option of the question that is"
        raise ValueFault(f"a probability of {left:.3g} is left that none of the choices takes", hint)
    known = target.options or tuple(given)
    if missing := [option for option in known if option not in given]:
        raise ValueFault(f"there is no probability for the option `{missing[0]}`", f"the question has {', '.join(known)}")
    if extra := [option for option in given if option not in known]:
        raise ValueFault(f"the question has no option `{extra[0]}`", f"it has {', '.join(known)}")
    return {option: given[option] for option in known}


def _cdf_of_quantiles(scale: MetaculusScale, its: Quantiles, tails: Tails, *, half_step: float) -> Array:
    points = list(zip(its.values, its.levels, strict=True))
    if its.beyond is not None:
        points = [(value, level) for value, level in points if value < its.beyond.bound and level < 1 - its.beyond.probability]
        points.append((its.beyond.bound, 1 - its.beyond.probability))
    places = (location_on_scale(scale, value=[value for value, _ in points]) + half_step).tolist()
    known = [(place, level) for place, (_, level) in zip(places, points, strict=True) if math.isfinite(place)]
    first = _end(
        known[0][0] > 0 if known else True, is_open=scale.open_lower, said=tails.below, closed=0.0, which="lower", option="--below"
    )
    last = _end(
        known[-1][0] < 1 if known else True,
        is_open=scale.open_upper,
        said=None if tails.above is None else 1 - tails.above,
        closed=1.0,
        which="upper",
        option="--above",
    )
    line = [
        *([] if first is None else [(0.0, first)]),
        *((place, level) for place, level in known if (first is None or place > 0) and (last is None or place < 1)),
        *([] if last is None else [(1.0, last)]),
    ]
    _check_line(line)
    at = np.arange(scale.buckets + 1) / scale.buckets
    cdf: Array = np.interp(at, [place for place, _ in line], [level for _, level in line])
    return cdf


def _end(is_needed: bool, *, is_open: bool, said: float | None, closed: float, which: str, option: str) -> float | None:  # noqa: FBT001
    """The height at a bound: what somebody says of it, or what a closed bound is; None where the quantiles reach it."""
    if said is not None:
        return said
    if not is_needed:
        return None
    if is_open:
        message = f"this forecast does not say how much of it lies beyond the {which} bound, which is open"
        raise ValueFault(message, f"say so with {option} PROBABILITY, or add a quantile at the bound or beyond it")
    return closed


def _check_line(line: Sequence[tuple[float, float]]) -> None:
    heights = [level for _, level in line]
    if any(after < before for before, after in pairwise(heights)):
        raise ValueFault(
            "what lies beyond a bound does not fit the quantiles", "the probability of a bound is below that of the next quantile"
        )
