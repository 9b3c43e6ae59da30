"""What people type when they are asked: numbers, chips in bins, points; a ``Fault`` says what cannot be understood."""

from __future__ import annotations

import math
import re
from itertools import pairwise

from forecast.book.files.numerals import NUMBER, is_number
from forecast.elicitation.judgements import POSITIVE_SUPPORT, REAL_SUPPORT, SHARE_SUPPORT, QuantilePoint, QuantilePoints, Support, chips
from forecast.language.distributions.words import quantile_share
from forecast.language.faults import Fault

_BIN = re.compile(rf"({NUMBER})\s*(?:-|to|\.\.)\s*({NUMBER})\s*:\s*({NUMBER})")
_LABELLED = re.compile(rf"(.+?)\s*[:=]\s*({NUMBER})")
_POINT = re.compile(rf"p?([0-9._]+)\s*%?\s*[:=]\s*({NUMBER}\s*%?)")


def parse_number(text: str, support: Support) -> float:
    """Return the number that a text is; of a share ``5 %`` is 0.05."""
    stripped = text.strip().replace("\N{MINUS SIGN}", "-")
    if not stripped:
        raise Fault("a number is needed here")
    in_percent = stripped.endswith("%")
    if in_percent and support != SHARE_SUPPORT:
        raise Fault(f"`{text.strip()}` is in percent, and this unknown is not a share", hint="give the value itself")
    number = stripped.removesuffix("%").strip()
    is_infinite = number.lower().lstrip("+-") in {"inf", "infinity", "nan"}
    if not is_infinite and not is_number(number):
        hint = "write it without commas, with a point: 0.5 or 1200" if "," in stripped else "as in 0.5, 12 or 3e-4"
        raise Fault(f"`{text.strip()}` is not a number", hint=hint)
    value = float(number)
    if not math.isfinite(value):
        raise Fault(f"`{text.strip()}` is not a finite number")
    return value / 100 if in_percent else value


def parse_chips(text: str) -> QuantilePoints:
    """Return the points that chips in bins say, written as in ``0-1:3, 1-2:5, 2-5:2``."""
    bins = []
    for part in _split_parts(text):
        match = _BIN.fullmatch(part)
        if match is None:
            raise Fault(f"`{part}` is no bin with chips", hint="as in 0-1:3, 1-2:5, 2-5:2 (from, to, number of chips)")
        bins.append((float(match[1]), float(match[2]), float(match[3])))
    return chips(bins)


def parse_labelled_chips(text: str) -> dict[str, float]:
    """Return the chips on each label, written as in ``hull:3, engine:7``."""
    counts: dict[str, float] = {}
    for part in _split_parts(text):
        match = _LABELLED.fullmatch(part)
        if match is None:
            raise Fault(f"`{part}` is no label with chips", hint="as in hull:3, engine:7")
        if match[1] in counts:
            raise Fault(f"`{match[1]}` is given twice")
        counts[match[1]] = float(match[2])
    return counts


def parse_points(text: str, support: Support) -> QuantilePoints:
    """Return points of a distribution function, written as in ``p10=3, p50=8, p90=20`` and in any order."""
    points = []
    for part in _split_parts(text):
        match = _POINT.fullmatch(part)
        share = None if match is None else quantile_share(f"p{match[1].replace('.', '_')}")
        if match is None or share is None:
            raise Fault(f"`{part}` is no point", hint="as in p10=3, p50=8, p90=20: one case in ten below 3, and so on")
        points.append(QuantilePoint(round(share, 12), parse_number(match[2], support)))
    points.sort(key=lambda point: point.share)
    for before, after in pairwise(points):
        if before.share == after.share:
            raise Fault(f"the {100 * before.share:g} % point is given twice")
    return QuantilePoints(tuple(points))


def parse_support(text: str) -> Support:
    """Return the values that a text allows: ``real``, ``positive``, ``share``, or two ends as in ``0..`` and ``2..8``."""
    stripped = text.strip()
    named = {"real": REAL_SUPPORT, "positive": POSITIVE_SUPPORT, "share": SHARE_SUPPORT}
    if stripped in named:
        return named[stripped]
    low, dots, high = stripped.partition("..")
    if not dots:
        raise Fault(f"`{stripped}` says no values", hint="any number: real; above 0: positive; 0 to 1: share; or two ends, as in 2..8")
    lower = parse_number(low, REAL_SUPPORT) if low.strip() else -math.inf
    upper = parse_number(high, REAL_SUPPORT) if high.strip() else math.inf
    if not lower < upper:
        raise Fault(f"no value lies between {lower:g} and {upper:g}")
    support = Support(lower, upper)
    if support not in named.values() and (math.isinf(lower) or math.isinf(upper)):
        raise Fault(f"no family here has the values {support.words}", hint="give both ends, or model the distance from the one")
    return support


def _split_parts(text: str) -> list[str]:
    parts = [part.strip() for part in re.split(r"[,;]", text) if part.strip()]
    if not parts:
        raise Fault("nothing was said")
    return parts
