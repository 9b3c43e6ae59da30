"""Numbers that a reader compares, in like digits: ``9.0`` and ``3.7``, and not ``9`` and ``3.74``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import starmap

from forecast.schema import words

FEWEST_DIGITS = 2  # that a number keeps: where that takes more decimals than another has, both stay as they are
WHOLE_DIGITS = 3
FINEST = 0.003  # of a number: digits below this part of it are not printed


def in_like_digits(texts: Sequence[str], values: Sequence[float], *, errors: Sequence[float]) -> list[str]:
    """Return numbers, printed by themselves as ``texts``, with the decimals that all of them have within their Monte Carlo ``errors``.

    A 0 is as it is, and so are all where one of them would keep fewer than two digits; decimals that are 0 in all of them are left out.
    """
    shown = [at for at, text in enumerate(texts) if text != "0"]
    if not shown or any("e" in texts[at] for at in shown):
        return list(texts)
    known = [_decimals(values[at], WHOLE_DIGITS, error=max(errors[at], FINEST * abs(values[at]))) for at in shown]
    decimals = max(min(known), 0)
    if any(own > decimals and _decimals(values[at], FEWEST_DIGITS) > decimals for at, own in zip(shown, known, strict=True)):
        return list(texts)
    fine = {at: f"{values[at]:,.{decimals}f}".replace("-", words.MINUS) for at, own in zip(shown, known, strict=True) if own >= 0}
    spare = min((len(text) - len(text.rstrip("0")) for text in fine.values() if "." in text), default=0)
    alike = {at: text[: len(text) - spare].removesuffix(".") for at, text in fine.items()}
    return list(starmap(alike.get, enumerate(texts)))


def _decimals(value: float, digits: int, *, error: float = 0.0) -> int:
    """How many decimals a number of so many digits has, with none below its error; below 0 where its last whole digits are not known."""
    own = digits - 1 - math.floor(math.log10(abs(value)))
    return min(own, -math.floor(math.log10(error))) if error > 0 else own
