"""What somebody says of an unknown: points of its distribution, an interval with its mass, or cases as if they had been seen.

An answer that no distribution can give is a ``Fault`` with a message for the person who gave it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, starmap

from forecast.language.faults import Fault

QUARTERS = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class Support:
    """The values an unknown can have: above ``lower`` and below ``upper``, which may be infinite."""

    lower: float
    upper: float

    @property
    def words(self) -> str:
        """The values in words: ``above 0``, ``between 0 and 1``, ``any number``."""
        if math.isinf(self.lower) and math.isinf(self.upper):
            return "any number"
        if math.isinf(self.upper):
            return f"above {self.lower:g}"
        return f"below {self.upper:g}" if math.isinf(self.lower) else f"between {self.lower:g} and {self.upper:g}"


REAL_SUPPORT, POSITIVE_SUPPORT, SHARE_SUPPORT = Support(-math.inf, math.inf), Support(0.0, math.inf), Support(0.0, 1.0)


@dataclass(frozen=True, slots=True)
class QuantilePoint:
    """The unknown is below ``value`` with probability ``share``."""

    share: float
    value: float


@dataclass(frozen=True, slots=True)
class QuantilePoints:
    """Points of a distribution function, by ascending value; shares 0 and 1 only where chips end."""

    points: tuple[QuantilePoint, ...]


@dataclass(frozen=True, slots=True)
class IntervalMass:
    """A probability of lying between two values; how the rest is split between below and above is left open."""

    low: float
    high: float
    mass: float


@dataclass(frozen=True, slots=True)
class ObservedCases:
    """As if ``count`` events had been seen: among ``among`` cases for a share, in an exposure of ``among`` for a rate."""

    count: float
    among: float


type Judgement = QuantilePoints | IntervalMass | ObservedCases


def interval(low: float, high: float, *, mass: float = 0.9, middle: float | None = None) -> QuantilePoints:
    """Return an interval with as much probability below it as above, and maybe the value that is as likely too high as too low."""
    if not 0 < mass < 1:
        raise Fault(f"the interval holds {mass:g} of the probability; it must be above 0 and below 1", hint="0.9 means nine cases in ten")
    tail = round((1 - mass) / 2, 12)
    between = () if middle is None else (QuantilePoint(0.5, middle),)
    return QuantilePoints((QuantilePoint(tail, low), *between, QuantilePoint(round(1 - tail, 12), high)))


def quartiles(first: float, second: float, third: float) -> QuantilePoints:
    """Return three values that cut the possible ones into four equally likely parts."""
    return QuantilePoints(tuple(starmap(QuantilePoint, zip(QUARTERS, (first, second, third), strict=True))))


def chips(bins: Sequence[tuple[float, float, float]]) -> QuantilePoints:
    """Return what chips in neighbouring bins ``(low, high, count)`` say: at each edge the share of the chips below it.

    The outer ends count as points with shares 0 and 1 (SHELF's roulette; Gore 1987).
    """
    for low, high, count in bins:
        if not low < high:
            raise Fault(f"the bin {low:g} to {high:g} has no width")
        if count < 0 or not math.isfinite(count):
            raise Fault(f"{count:g} chips cannot lie in a bin")
    for (_, end, _), (start, _, _) in pairwise(bins):
        if end != start:
            raise Fault(
                f"a bin ends at {end:g} and the next begins at {start:g}", hint="bins stand in order, each beginning where the last ended"
            )
    filled = [one_bin for one_bin in bins if one_bin[2] > 0]
    if len(filled) < 2:
        raise Fault("the chips lie in fewer than two bins", hint="spread them: narrower bins, or the doubt you have")
    first, last = bins.index(filled[0]), bins.index(filled[-1])
    total = sum(count for _, _, count in filled)
    points, below = [QuantilePoint(0.0, bins[first][0])], 0.0
    for _, high, count in bins[first : last + 1]:
        below += count
        points.append(QuantilePoint(1.0 if high == bins[last][1] else round(below / total, 12), high))
    return QuantilePoints(tuple(points))


def check_judgement(judgement: Judgement, support: Support) -> Judgement:
    """Return a judgement that some distribution over a support can have; raise ``Fault`` for one that none can.

    An interval that begins or ends where the support does says only how much lies on its inner side.
    """
    match judgement:
        case ObservedCases(count, among):
            return _check_cases(count, among, support)
        case IntervalMass(low, high, mass):
            if not 0 < mass < 1:
                raise Fault(f"the interval holds {mass:g} of the probability; it must be above 0 and below 1")
            _check_ascending([low, high])
            _check_inside(low, support, or_at_edge=True)
            _check_inside(high, support, or_at_edge=True)
            if (low, high) == (support.lower, support.upper):
                raise Fault(f"every value lies between {low:g} and {high:g}: this says nothing", hint="give a narrower interval")
            return judgement
        case QuantilePoints(points):
            return _check_points(points, support)


def _check_points(points: Sequence[QuantilePoint], support: Support) -> QuantilePoints | IntervalMass:
    _check_ascending([point.value for point in points])
    edges = {support.lower, support.upper}
    if len(points) == 2 and 0 < points[0].share < points[1].share < 1 and edges & {point.value for point in points}:
        low, high = (point.value for point in points)
        return _check_mass(IntervalMass(low, high, round(points[1].share - points[0].share, 12)), support)
    for before, after in pairwise(points):
        if before.share > after.share:
            raise Fault(f"{after.value:g} is above {before.value:g} and less likely to be fallen short of", hint="shares rise with values")
    kept = tuple(point for point in points if not (point.share in {0.0, 1.0} and point.value in edges))  # which go without saying
    for point in kept:
        _check_inside(point.value, support, or_at_edge=False)
    return QuantilePoints(kept)


def _check_mass(mass: IntervalMass, support: Support) -> IntervalMass:
    checked = check_judgement(mass, support)
    assert isinstance(checked, IntervalMass)
    return checked


def _check_ascending(values: Sequence[float]) -> None:
    for before, after in pairwise(values):
        if before == after:
            raise Fault(f"{before:g} is given twice", hint="what is known for certain is a number, not a prior")
        if before > after:
            raise Fault(f"{before:g} comes before {after:g}, which is smaller", hint="give the values from the smallest up")


def _check_inside(value: float, support: Support, *, or_at_edge: bool) -> None:
    if not math.isfinite(value):
        raise Fault(f"{value:g} is not a finite number")
    inside = support.lower < value < support.upper or (or_at_edge and value in {support.lower, support.upper})
    if not inside:
        raise Fault(f"{value:g} is outside the possible values, which are {support.words}")


def _check_cases(count: float, among: float, support: Support) -> ObservedCases:
    if support == SHARE_SUPPORT:
        if not (among > 0 and math.isfinite(among)):
            raise Fault(f"{among:g} cases is not a number of cases", hint="as if I had seen 3 of 20")
        if not 0 <= count <= among:
            raise Fault(f"{count:g} of {among:g} cases: the first must lie between 0 and the second", hint="as if I had seen 3 of 20")
    elif support == POSITIVE_SUPPORT:
        if not (among > 0 and math.isfinite(among)):
            raise Fault(f"an exposure of {among:g} is none", hint="as if I had seen 3 events in 2.5 years")
        if not (count >= 0 and math.isfinite(count)):
            raise Fault(f"{count:g} events cannot have been seen", hint="as if I had seen 3 events in 2.5 years")
    else:
        raise Fault(
            f"cases seen say something of a share or a rate, and this unknown is {support.words}",
            hint="give an interval or quartiles instead",
        )
    return ObservedCases(count, among)
