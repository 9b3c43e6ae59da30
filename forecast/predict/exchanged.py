"""An answer as forecasting hubs exchange it: 23 quantiles, or the probability of each value where there are few.

The hubverse's output types ``quantile`` and ``pmf``.  A record of forecasts that is to be scored later, by whatever
rule, needs more of a distribution than the five points a report shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.book.ledger_values import HUB_LEVELS
from forecast.inference.monte_carlo import RankedCases

MOST_HUB_VALUES = len(HUB_LEVELS)  # with more different values quantiles say as much in less room


@dataclass(frozen=True, slots=True)
class HubDistribution:
    """The quantiles at ``HUB_LEVELS``; or, where an answer has few different values, these and their probabilities.

    One of the two is empty.
    """

    quantiles: tuple[float, ...]
    probabilities: tuple[tuple[float, float], ...]


def hub_distribution(cases: RankedCases) -> HubDistribution:
    """Return an answer's distribution over ranked cases."""
    if len(cases.points) > MOST_HUB_VALUES:
        return HubDistribution(hub_quantiles(cases), ())
    probabilities: Sequence[float] = np.diff(cases.shares, prepend=0.0).tolist()
    return HubDistribution((), tuple(zip(cases.points.tolist(), probabilities, strict=True)))


def hub_quantiles(cases: RankedCases) -> tuple[float, ...]:
    """Return the quantiles of ranked cases at ``HUB_LEVELS``."""
    return tuple(cases.quantile(level) for level in HUB_LEVELS)
