"""What values an argument may have: one rule serves the check of constants and the mask over draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.language.faults import Fault, percentage_hint

FARTHEST_VALUE = 1e150  # a value beyond has no square, which standard deviations need


@dataclass(frozen=True, slots=True)
class Domain:
    """The values an argument may have: ``holds`` over arrays, ``wording`` after "it must be"."""

    wording: str
    holds: Callable[[NDArray[Any]], NDArray[np.bool_]]
    is_width: bool = False  # an argument that says how wide the distribution is


REAL_DOMAIN = Domain("a finite number", np.isfinite)
LOG_ODDS_DOMAIN = Domain("a number", lambda x: ~np.isnan(x))  # those of 0 and 1 are infinite
POSITIVE_DOMAIN = Domain("above 0", lambda x: (x > 0) & (x < np.inf))
WIDTH_DOMAIN = Domain("above 0", lambda x: (x > 0) & (x < np.inf), is_width=True)
NONNEGATIVE_DOMAIN = Domain("0 or more", lambda x: (x >= 0) & (x < np.inf))
SHARE_DOMAIN = Domain("between 0 and 1", lambda x: (x >= 0) & (x <= 1))
INNER_SHARE_DOMAIN = Domain("above 0 and below 1", lambda x: (x > 0) & (x < 1))
COUNT_DOMAIN = Domain("a whole number, 0 or more", lambda x: (x >= 0) & (x < np.inf) & (np.floor(x) == x))


def known_number(number: float | None) -> float:
    """Return a number that the checks of a book have asked for."""
    assert number is not None
    return number


def check_domain(domain: Domain, family: str, name: str, value: float) -> None:
    """Raise ``Fault`` where a constant is not in its argument's domain."""
    if not np.isfinite(value):
        raise Fault(f"`{name}` is not a finite number", argument=name)
    if bool(domain.holds(np.asarray(value, dtype=float))):
        return
    if domain.is_width and value == 0:
        raise Fault(f"`{name}=0` gives {family} zero width", hint="what is known for certain is a number, not a prior", argument=name)
    hint = percentage_hint(value) if domain in {SHARE_DOMAIN, INNER_SHARE_DOMAIN} else ""
    raise Fault(f"`{name}` of {family} is {value:.6g}; it must be {domain.wording}", hint=hint, argument=name)
