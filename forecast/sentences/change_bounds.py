"""How far an answer moved at the most, where the change is within its error or too small to be spoken of."""

from __future__ import annotations

import math
from decimal import ROUND_UP, Decimal

from forecast.schema.insight import MeasureScale
from forecast.sentences.insight_text import is_percent

STANDARD_ERRORS = 2.0  # of a change, beyond which it is not


def bound_text(measure: MeasureScale, change: float, *, error: float = 0.0) -> str:
    """Return how far a measure moved at the most, as in ``at most 0.4 points`` or ``at most 0.02``; ``not at all`` where nothing did.

    That is the change and two of its errors, rounded up.  Empty for a change that is not known.
    """
    bound = abs(change) + STANDARD_ERRORS * error
    if not math.isfinite(bound):
        return ""
    if bound == 0:
        return "not at all"
    size = _round_up(100 * bound if is_percent(measure) else bound)
    if not is_percent(measure):
        return f"at most {size:,f}"
    return "at most 1 point" if size == 1 else f"at most {size:,f} points"


def _round_up(bound: float) -> Decimal:
    """A number above 0 rounded up to one digit, to two where the first is 1."""
    exact = Decimal(f"{bound:.6g}")  # without what a sum of binary fractions adds in its last place
    digits = 2 if exact.as_tuple().digits[0] == 1 else 1
    step = Decimal(1).scaleb(exact.adjusted() - digits + 1)
    rounded = exact.quantize(step, rounding=ROUND_UP).normalize()
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded
