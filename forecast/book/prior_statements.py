"""The distribution that a prior file has for a parameter.

Commands take a prior in words, too, and write the distribution that the words say.  Somebody who knows that may write the words into the
file: the problem then has the distribution.
"""

from __future__ import annotations

import re

from forecast.language.faults import Fault
from forecast.language.statements import Statement, parse_statement

_NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+))\s*(%?)"
_RANGE = re.compile(rf"\s*(?:between\s+|from\s+)?{_NUMBER}\s*(?:to|and|-|\N{{EN DASH}})\s*{_NUMBER}\s*", re.IGNORECASE)
_IN_WORDS = re.compile(
    r"\s*(?:[-+.<>~]?=?\s*\d|(?:about|above|around|at\s+least|at\s+most|below|between|fewer|from|less|more|no\s+more|over|roughly|under|up\s+to)\b)[^(*/]*",
    re.IGNORECASE,
)


def parse_prior(text: str, *, unit: str = "") -> Statement:
    """Return the distribution that a text is; raise ``Fault`` where it is none, of words with the distribution that may be meant.

    ``unit`` is the parameter's; a share has none.
    """
    if _IN_WORDS.fullmatch(text) is None:
        return parse_statement(text)
    raise Fault("in a file a prior is a distribution, not a number or words", hint=_range_hint(text, unit) or _words_hint(unit))


def _range_hint(text: str, unit: str) -> str:
    """The distribution that has nine chances in ten between two numbers; nothing for other words, and for numbers that are no such range."""
    said = _RANGE.fullmatch(text)
    if said is None:
        return ""
    scale = 100 if "%" in {said[2], said[4]} else 1
    low, high = float(said[1]) / scale, float(said[3]) / scale
    if not low < high or (_is_share(unit) and not 0 < low < high < 1):
        return ""
    family = "Beta" if _is_share(unit) else "Gamma" if low > 0 else "Normal"
    return f"for nine chances in ten between the two, write {family}(p5={low:g}, p95={high:g})"


def _words_hint(unit: str) -> str:
    family = "Beta" if _is_share(unit) else "Gamma"
    return f"as in {family}(p5=0.02, p95=0.5); `forecast prior set` takes words, and writes the distribution"


def _is_share(unit: str) -> bool:
    return unit in {"", "share"}
