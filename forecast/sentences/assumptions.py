"""Whether a posterior is what was assumed, so that no reader takes an assumption for a finding."""

from __future__ import annotations

from collections.abc import Sequence

LEARNT_FROM = 0.02  # of a prior's width: a posterior nowhere farther from the prior is what was assumed
NOTHING_LEARNT = "hardly anything: as assumed"


def is_as_assumed(prior: Sequence[float], posterior: Sequence[float], *, width: float) -> bool:
    """Return whether no point of a posterior is farther from the prior's than a fiftieth of how wide the prior is."""
    return all(abs(after - before) <= LEARNT_FROM * width for before, after in zip(prior, posterior, strict=True))
