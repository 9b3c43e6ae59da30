"""The levels of the quantiles that are published and compared."""

from __future__ import annotations

QUANTILE_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
INTERVAL_LEVELS = (0.05, 0.5, 0.95)  # the ends of a 90 % interval, and the median
