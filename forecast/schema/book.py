"""The shape of what only some books have in a report: parts of pooled priors, and code that was run."""

from __future__ import annotations

from typing import TypedDict


class PartContent(TypedDict):
    """A scenario or an expert of a pooled prior: its weight as given, its share of what counts, and what it says alone."""

    name: str
    weight: float
    share: float
    used: bool
    statement: str
    why: str
    source: str
    points: list[float] | None
    categories: dict[str, float]


class CodeContent(TypedDict):
    """Code of the book that was run for a report: its path in the book and the SHA-256 of its text."""

    path: str
    sha256: str
