"""The JSON contract of what a report says of priors that are another topic's posterior."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class LinkPart(TypedDict):
    """One component of the distribution that carries a posterior: its share and its statement."""

    share: float
    statement: str


class LinkContent(TypedDict):
    """A prior that is another topic's posterior: what carries it, and how far that is from its draws.

    ``kolmogorov`` is the greatest difference of the distribution functions, ``gap`` that of quantiles from the 1 to the 99 % point, in standard
    deviations of the draws, or of their logarithms with ``log``.  ``size`` is the effective number of draws; ``sound`` says whether the
    engine vouches for them.  ``notes`` say what is lost, or counted twice.
    """

    parameter: str
    label: str
    link: str
    parts: list[LinkPart]
    kolmogorov: float
    gap: float
    log: bool
    size: float
    sound: bool
    notes: list[str]
    variant: NotRequired[str]
