"""A change and its parts as they are printed: rounded so that they add up, from the printed beginning to the printed end.

From 1.5 to 2.8 % is 1.3 points, and not the 2 that lie between 1 and 3 %: where the ends in their usual digits make another change
than there was, both have one more.  A number has at most three digits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from forecast.schema import words
from forecast.schema.insight import MeasureScale
from forecast.sentences.insight_text import is_percent, statistic_name, value_text

DIGITS = 3  # of a number's larger end, that its parts are not coarser than
FINE = 0.1  # percentage points, where an end is no number, such as `below 1 %`
HALF_STEP = 0.5 + 1e-6  # of a step: what rounding takes or adds
NO_CHANGE = "no change"


@dataclass(frozen=True, slots=True)
class PrintedParts:
    """The parts of a change in whole ``steps``; a step is ``10**-decimals`` percentage points, or in the answer's unit.

    ``before`` and ``after`` are its ends as they are to be printed beside them.
    """

    steps: tuple[int, ...]
    decimals: int
    in_points: bool
    before: str
    after: str

    def text(self, *parts: int) -> str:
        """Return one part, or several together, in words: ``+3 points``, ``no change``."""
        return _steps_text(sum(self.steps[part] for part in parts), self.decimals, in_points=self.in_points)


@dataclass(frozen=True, slots=True)
class PrintedChange:
    """A change as it is printed: both ends, and how far the one is from the other."""

    before: str
    after: str
    change: str


@dataclass(frozen=True, slots=True)
class _End:
    """An end as it is printed, in percent or in its unit; ``value`` is None where that is only a bound."""

    text: str
    value: float | None
    decimals: int


def printed_parts(measure: MeasureScale, before: float, after: float, points: Sequence[float]) -> PrintedParts:
    """Return the parts of a change, which sum to ``after - before``, as they are to be printed beside both ends.

    Each is rounded to the nearest step; then those that lost most by that, or gained most, give way until the sum is right.
    """
    in_points = is_percent(measure)
    scale = 100.0 if in_points else 1.0
    first, last = _fitting_ends(measure, (before, after), (value_text(measure, before), value_text(measure, after)))
    decimals = _decimals((first, last), max(abs(before), abs(after)), in_points=in_points)
    step = 10.0**-decimals / scale
    start, end = (value if its.value is None else its.value / scale for its, value in ((first, before), (last, after)))
    wanted = round((end - start) / step)
    exact = [point / step for point in points]
    steps = [round(count) for count in exact]
    while (short := wanted - sum(steps)) and steps:
        way = 1 if short > 0 else -1
        place = max(range(len(steps)), key=lambda at: (way * (exact[at] - steps[at]), abs(exact[at])))
        steps[place] += way
    return PrintedParts(tuple(steps), decimals, in_points, *_like_texts(first, last))


def changed_text(measure: MeasureScale, before: float, after: float) -> str:
    """Return the ends of a change as they are printed beside its parts: ``31 % → 38 %``, ``expected 6.4 → 6.2``."""
    printed = printed_parts(measure, before, after, ())
    return f"{statistic_name(measure)} {printed.before} → {printed.after}".lstrip()


def printed_change(
    measure: MeasureScale, before: float, after: float, *, errors: tuple[float, float] = (0.0, 0.0), error: float | None = None
) -> PrintedChange:
    """Return a change with both ends, whose Monte Carlo ``errors`` are given; ``error`` is that of the change where it is known by itself."""
    of_change = math.hypot(*errors) if error is None else error
    texts = [value_text(measure, value, error=its) for value, its in zip((before, after), errors, strict=True)]
    said = step_text(measure, before, after, error=of_change)
    first, last = _fitting_ends(measure, (before, after), (texts[0], texts[1]), error=max(*errors, of_change), least=_decimals_of(said))
    if first.value is None or last.value is None:
        return PrintedChange(*_like_texts(first, last), said)
    decimals = max(first.decimals, last.decimals)
    steps = round((last.value - first.value) * 10.0**decimals)
    return PrintedChange(*_like_texts(first, last), _steps_text(steps, decimals, in_points=is_percent(measure)))


def step_text(measure: MeasureScale, before: float, after: float, *, error: float) -> str:
    """Return how far a measure went, by itself: in points, or in its unit."""
    if is_percent(measure):
        return words.percentage_points(after - before, error=error)
    return words.signed_number(after - before, error=max(error, 0.01 * abs(after)))


def _fitting_ends(
    measure: MeasureScale, values: tuple[float, float], texts: tuple[str, str], *, error: float = 0.0, least: int = 0
) -> tuple[_End, _End]:
    """Both ends of a change as they are printed: their ``texts`` where these make the change, rounded, else with more digits.

    A change of a chance is to have ``least`` decimals, and neither end digits below its ``error``.
    """
    scale = 100.0 if is_percent(measure) else 1.0
    first, last = (_end_of(text) for text in texts)
    if not is_percent(measure):
        first, last = _alike_ends(values, (first, last))
    if first.value is None or last.value is None or "e" in "".join(texts).replace("below", "").replace("above", ""):
        return first, last
    exact = scale * (values[1] - values[0])
    if is_percent(measure):
        coarse, fine = sorted((first.decimals, last.decimals))
        wanted = max(fine, least)
    else:
        coarse, fine = sorted(_significant_decimals(value) for value in values)
        wanted = coarse
    if abs(last.value - first.value - exact) <= HALF_STEP * 10.0**-wanted:
        return first, last
    decimals = max(fine, wanted) if max(fine, wanted) > coarse else coarse + 1
    if not is_percent(measure) and decimals > _significant_decimals(max(map(abs, values))):  # no number has more than three digits
        return first, last
    ends = [_round_number(scale * value, decimals, in_percent=is_percent(measure)) for value in values]
    is_bound = is_percent(measure) and any(
        end in {0.0, 100.0} and end != 100 * value for (end, _), value in zip(ends, values, strict=True)
    )  # what is open is never 0 or 100 %
    if is_bound or 10.0**-decimals < scale * error / 2:
        return first, last
    return _End(ends[0][1], ends[0][0], decimals), _End(ends[1][1], ends[1][0], decimals)


def _alike_ends(values: tuple[float, float], ends: tuple[_End, _End]) -> tuple[_End, _End]:
    """Both ends of a change of a number, of which the smaller has no more decimals than the larger; where that would make it 0, it has its own."""
    most = _significant_decimals(max(map(abs, values)))
    first, last = (
        end if end.value is None or end.decimals <= most or not round(value, most) else _rounded_end(value, most)
        for end, value in zip(ends, values, strict=True)
    )
    return first, last


def _like_texts(first: _End, last: _End) -> tuple[str, str]:
    """Both ends of a change as text, of numbers with as many decimals: ``0.90`` and ``2.05``; a 0 and a percent are as they are."""
    most = max(first.decimals, last.decimals)
    texts = [end.text for end in (first, last)]
    if most <= 0 or any(end.value is None or "%" in end.text or "e" in end.text for end in (first, last)):
        return texts[0], texts[1]
    shown = ["0" if end.value == 0 else f"{end.value:,.{most}f}".replace("-", words.MINUS) for end in (first, last)]
    return shown[0], shown[1]


def _rounded_end(value: float, decimals: int, *, in_percent: bool = False) -> _End:
    rounded, text = _round_number(value, decimals, in_percent=in_percent)
    return _End(text, rounded, decimals)


def _round_number(value: float, decimals: int, *, in_percent: bool) -> tuple[float, str]:
    """A number with so many decimals, and its text."""
    rounded = round(value, decimals) + 0.0
    shown = f"{rounded:,.{max(decimals, 0)}f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return rounded, f"{shown.replace('-', words.MINUS)}{' %' if in_percent else ''}"


def _end_of(text: str) -> _End:
    plain = text.removesuffix(" %").replace(",", "").replace(words.MINUS, "-")
    try:
        value = float(plain)
    except ValueError:
        return _End(text, None, 0)
    mantissa, _, power = plain.partition("e")
    return _End(text, value, len(mantissa.partition(".")[2]) - int(power or 0))


def _decimals_of(change: str) -> int:
    """How many decimals a printed change has."""
    return 0 if change == NO_CHANGE else _end_of(change.removeprefix("+").partition(" ")[0]).decimals


def _decimals(ends: Sequence[_End], largest: float, *, in_points: bool) -> int:
    """How many decimals the parts have: those of a chance as many as either end, those of a number as three digits of its larger end."""
    if not in_points:
        return _significant_decimals(largest)
    shown = [end.decimals for end in ends if end.value is not None]
    return max(shown) if len(shown) == len(ends) else -round(math.log10(FINE))


def _significant_decimals(value: float) -> int:
    """How many decimals a number of three digits has."""
    return DIGITS - 1 - math.floor(math.log10(abs(value))) if value else 0


def _steps_text(steps: int, decimals: int, *, in_points: bool) -> str:
    """So many steps in words: ``+3 points``, ``no change``."""
    if steps == 0:
        return NO_CHANGE
    size = abs(steps) / 10.0**decimals
    shown = f"{size:,.{max(decimals, 0)}f}" if size < words.SCIENTIFIC_NOTATION_FROM else f"{size:.3g}"
    unit = "" if not in_points else " point" if abs(steps) == 10**decimals else " points"
    return f"{words.MINUS if steps < 0 else '+'}{shown.rstrip('0').rstrip('.') if '.' in shown and 'e' not in shown else shown}{unit}"
