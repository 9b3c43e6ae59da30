"""What the value of a ledger's line has to hold: by its kind, the numbers by which answers are compared and those by which they are scored later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

HUB_LEVELS = (0.01, 0.025, *(number / 20 for number in range(1, 20)), 0.975, 0.99)  # of the hubverse's quantile forecasts
SHOWN_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)  # of the quantiles that a report shows, which every line has, whatever its format
MASS_TOLERANCE = 1e-4  # by how much probabilities of at most 23 values, rounded to six digits, may miss 1
MEASURES: Mapping[str, str] = {
    "probability": "value",
    "distribution": "mean",
    "date": "not_by_then",
}  # what a value of each kind is read by


def value_fault(kind: str, value: Mapping[str, Any], written_in: int) -> str:
    """Return what is wrong with a line's value, to be said after "its `value`"; an empty text where nothing is.

    ``written_in`` is the line's format.  From 2 on a mean that cannot be estimated may be left out, and there may be more of a number or
    a date than its five quantiles: ``hub_quantiles`` or ``pmf``.
    """
    if not _has_measures(kind, value, written_in):
        return "is not of its `kind`"
    if written_in == 1 or kind not in {"distribution", "date"}:
        return ""
    if "hub_quantiles" in value and not _are_quantiles(value["hub_quantiles"], of_dates=kind == "date"):
        what = "days, null after the last one that is known" if kind == "date" else "numbers"
        return f"has no {len(HUB_LEVELS)} ascending {what} as `hub_quantiles`"
    return "has a `pmf` that is no mass function" if "pmf" in value and not _is_mass_function(value["pmf"]) else ""


def _is_number(value: object) -> bool:
    """Whether a value read from JSON is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_day(value: object) -> bool:
    """Whether a value is the text of a day, as in 2027-01-31."""
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _has_measures(kind: str, value: Mapping[str, Any], written_in: int) -> bool:
    """Whether a value has the numbers by which answers of its kind are compared."""
    if kind == "distribution" and written_in > 1 and value.get("mean") is None:  # the median stands for it
        points = value.get("quantiles")
        return isinstance(points, list) and len(points) == len(SHOWN_LEVELS) and all(map(_is_number, points))
    if kind in MEASURES:
        return _is_number(value.get(MEASURES[kind]))
    shares = value.get("shares")
    return (
        kind == "shares"
        and isinstance(shares, list)
        and all(isinstance(share, dict) and isinstance(share.get("label"), str) and _is_number(share.get("value")) for share in shares)
    )


def _are_quantiles(points: object, *, of_dates: bool) -> bool:
    if not isinstance(points, list) or len(points) != len(HUB_LEVELS):
        return False
    known = [point for point in points if point is not None] if of_dates else points
    return points[: len(known)] == known and all(map(is_day if of_dates else _is_number, known)) and _ascend(known)


def _is_mass_function(mass: object) -> bool:
    if not isinstance(mass, dict):
        return False
    values, probabilities = mass.get("x"), mass.get("y")
    return (
        isinstance(values, list)
        and isinstance(probabilities, list)
        and 0 < len(values) == len(probabilities)
        and all(map(_is_number, (*values, *probabilities)))
        and all(later > earlier for earlier, later in pairwise(values))
        and min(probabilities) >= 0
        and abs(sum(probabilities) - 1) <= MASS_TOLERANCE
    )


def _ascend(points: Sequence[Any]) -> bool:
    return all(later >= earlier for earlier, later in pairwise(points))
