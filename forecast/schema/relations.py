"""The shape of relations in a report's JSON: what must hold between answers of several topics, and whether it does."""

from __future__ import annotations

from typing import Literal, TypedDict


class RelatedAnswer(TypedDict):
    """One answer that a relation names: its address, the value that is compared, and its Monte Carlo error."""

    address: str
    value: float
    error: float


class RelationContent(TypedDict):
    """A relation with the values of both sides; ``error`` is the Monte Carlo error of their difference.

    The values and the error are null where it was not checked, and ``reason`` says why.
    """

    name: str
    relation: str
    why: str
    verdict: Literal["holds", "fails", "not checked"]
    left: float | None
    right: float | None
    error: float | None
    answers: list[RelatedAnswer]
    reason: str
