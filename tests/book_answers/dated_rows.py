"""Rows of the record as the tests that recompute answers read them from the files alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a stream: its days, and its value or range."""

    start: date
    end: date
    low: int
    high: int

    @property
    def years(self) -> float:
        """Its length, both ends included."""
        return ((self.end - self.start).days + 1) / 365.25
