"""The parts of a change as they are printed: rounded so that they add up, from the printed beginning to the printed end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from forecast.schema import words
from forecast.schema.insight import MeasureScale
from forecast.sentences.insight_text import is_percent, value_text

DIGITS = 3  # of a number's larger end, that its parts are not coarser than
FINE = 0.1  # percentage points, where an end is no number, such as `below 1 %`


@dataclass(frozen=True, slots=True)
class PrintedParts:
    """The parts of a change in whole ``steps``; a step is ``10**-decimals`` percentage points, or in the answer's unit."""

    steps: tuple[int, ...]
    decimals: int
    in_points: bool

    def text(self, *parts: int) -> str:
        """Return one part, or several together, in words: ``+3 points``, ``no change``."""
        steps = sum(self.steps[part] for part in parts)
        if steps == 0:
            return "no change"
        size = abs(steps) / 10.0**self.decimals
        shown = f"{size:,.{max(self.decimals, 0)}f}" if size < words.SCIENTIFIC_NOTATION_FROM else f"{size:.3g}"
        unit = "" if not self.in_points else " point" if abs(steps) == 10**self.decimals else " points"
        return f"{words.MINUS if steps < 0 else '+'}{shown.rstrip('0').rstrip('.') if '.' in shown and 'e' not in shown else shown}{unit}"


def printed_parts(measure: MeasureScale, before: float, after: float, points: Sequence[float]) -> PrintedParts:
    """Return the parts of a change, which sum to ``after - before``, as they are to be printed beside both ends.

    Each is rounded to the nearest step; then those that lost most by that, or gained most, give way until the sum is right.
    """
    ends = [_number(value_text(measure, value)) for value in (before, after)]
    in_points = is_percent(measure)
    scale = 100.0 if in_points else 1.0
    decimals = _decimals(ends, max(abs(before), abs(after)), in_points=in_points)
    step = 10.0**-decimals / scale
    first, last = (
        value / scale if end is None else end[0] / scale for end, value in zip(ends, (before * scale, after * scale), strict=True)
    )
    wanted = round((last - first) / step)
    exact = [point / step for point in points]
    steps = [round(count) for count in exact]
    while (short := wanted - sum(steps)) and steps:
        way = 1 if short > 0 else -1
        place = max(range(len(steps)), key=lambda at: (way * (exact[at] - steps[at]), abs(exact[at])))
        steps[place] += way
    return PrintedParts(tuple(steps), decimals, in_points)


def _number(text: str) -> tuple[float, int] | None:
    """A printed number and how many decimals it has; None where it is only a bound."""
    plain = text.removesuffix(" %").replace(",", "").replace(words.MINUS, "-")
    try:
        value = float(plain)
    except ValueError:
        return None
    mantissa, _, power = plain.partition("e")
    return value, len(mantissa.partition(".")[2]) - int(power or 0)


def _decimals(ends: Sequence[tuple[float, int] | None], largest: float, *, in_points: bool) -> int:
    """How many decimals the parts have: as many as either end."""
    shown = [end[1] for end in ends if end is not None]
    if in_points:
        return max(shown) if len(shown) == len(ends) else -round(math.log10(FINE))
    significant = DIGITS - 1 - math.floor(math.log10(largest)) if largest > 0 else 0
    return max(*shown, significant)
