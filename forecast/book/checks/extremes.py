"""Checks that priors and rows lie where floats can be computed with: not beyond their ends, and not narrower than their digits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from forecast.book.checks.statements import constants_of
from forecast.book.draft import ParsedText
from forecast.book.files.problems import Problem
from forecast.language.arrays import Array, Truth
from forecast.language.distributions.domains import FARTHEST_VALUE
from forecast.language.distributions.edged import ClampedFamily
from forecast.language.distributions.families import family_for
from forecast.language.faults import Fault
from forecast.language.statements import Statement

SMALLEST_MAGNITUDE = 1e-150  # a width below has no square either
FEWEST_FLOATS_BETWEEN = 1_000  # numbers that a float must have between the 5 and 95 % points of a prior
MOST_COUNTED = 2.0**53  # from here on a float does not have every whole number
EXTREME_LEVELS = np.array([1e-15, 0.05, 0.95, 1 - 1e-15])


def check_extremes(written: ParsedText[Statement]) -> Iterator[Problem]:
    """Yield why a continuous prior with numbers alone cannot be computed with, where its statement is sound otherwise."""
    try:
        kind, arguments = family_for(written.tree), constants_of(written.tree)
        if not arguments or kind.discrete:
            return
        kind.check_constants(arguments)
        lowest, low, high, highest = kind.quantile(EXTREME_LEVELS, **arguments).tolist()
    except Fault:  # reported as what it is
        return
    # a Gamma(0.001, 0.001) reaches ordinary numbers, though its 95 % point may be next to 0
    width = highest - lowest if isinstance(kind, ClampedFamily) else high - low
    yield from _range_problems(written, lowest, low, high, highest, width=width)


def _range_problems(
    written: ParsedText[Statement], lowest: float, low: float, high: float, highest: float, *, width: float
) -> Iterator[Problem]:
    offset, name = written.tree.offset, written.tree.distribution
    if np.isnan([lowest, low, high, highest]).any():
        yield written.problem(f"the quantiles of this {name} cannot be computed", "take less extreme numbers", offset=offset)
    elif max(abs(lowest), abs(highest)) > FARTHEST_VALUE:
        reached = max(abs(lowest), abs(highest))
        yield written.problem(
            f"this {name} reaches values of {reached:.1g}, beyond the range of a computer's numbers",
            "take another unit, or a prior with lighter tails",
            offset=offset,
        )
    elif not high - low > FEWEST_FLOATS_BETWEEN * np.spacing(max(abs(low), abs(high))):
        yield written.problem(
            f"this {name} is too narrow to be computed with: its 5 and 95 % points are {low:.6g} and {high:.6g}",
            "what is known that well is a number in a statement, and no parameter",
            offset=offset,
        )
    elif width < SMALLEST_MAGNITUDE:
        yield written.problem(
            f"this {name} is too narrow to be computed with: {high - low:.1g} from its 5 to its 95 % point",
            "take another unit",
            offset=offset,
        )


def extreme_value_message(value: float, *, counts: bool) -> str:
    """Return why a row's value cannot be computed with, or an empty string."""
    if counts and abs(value) >= MOST_COUNTED:
        return f"a computer does not have every whole number from {MOST_COUNTED:,.0f} on"
    if abs(value) > FARTHEST_VALUE or 0 < abs(value) < SMALLEST_MAGNITUDE:
        return f"the value {value:.6g} is beyond the range of numbers that can be computed with"
    return ""


def is_extreme_value(values: Array, *, counts: bool) -> Truth:
    """Return which values ``extreme_value_message`` has something to say of."""
    size = np.abs(values)
    extreme: Truth = (size > FARTHEST_VALUE) | ((size > 0) & (size < SMALLEST_MAGNITUDE))
    return extreme | (size >= MOST_COUNTED) if counts else extreme
