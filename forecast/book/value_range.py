"""A value that is known only up to a range, and how it is written."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ValueRange:
    """A value of which only a range is known, both ends included; infinite where there is no end."""

    low: float
    high: float

    def __str__(self) -> str:
        """The range in words, to the last digit: ``at least 100``, ``at most 5``, ``80 to 120``."""
        if self.high == math.inf:
            return f"at least {self.low:.15g}"
        return f"at most {self.high:.15g}" if self.low == -math.inf else f"{self.low:.15g} to {self.high:.15g}"
