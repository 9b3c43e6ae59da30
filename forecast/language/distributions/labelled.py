"""Checks that families over labels share: of arguments as written, one for each label, some of which are not known yet."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from forecast.language.distributions.domains import Domain, check_domain
from forecast.language.faults import Fault
from forecast.language.ops import NUMPY, Ops

ADDS_UP_WITHIN = 1e-9


def check_label_arguments(from_words: Callable[[Mapping[str, Any], Ops], object], numbers: Mapping[str, float | None]) -> None:
    """Raise ``Fault`` where the arguments of a family over labels are not those it takes."""
    from_words({name: np.float64(np.nan if number is None else number) for name, number in numbers.items()}, NUMPY)


def check_each(domain: Domain, family: str, numbers: Mapping[str, float | None]) -> None:
    """Raise ``Fault`` where a number, whatever its label, is not in a domain."""
    for name, number in numbers.items():
        if number is not None:
            check_domain(domain, family, name, number)


def check_sum(family: str, shares: Mapping[str, float | None]) -> None:
    """Raise ``Fault`` where shares that are all known do not add up to 1."""
    known = [share for share in shares.values() if share is not None]
    total = math.fsum(known)
    if len(known) == len(shares) and abs(total - 1) > ADDS_UP_WITHIN:
        raise Fault(f"the shares of {family} add up to {total:.10g}; they must add up to 1")
