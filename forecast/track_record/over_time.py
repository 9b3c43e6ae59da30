"""From the scores of single forecasts to one score for each forecaster of a question: of the last forecast, and over the time that is covered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.language.arrays import Array
from forecast.scoring.time_weighting import TimeWeighted, add_weighted, covered_time_mean
from forecast.track_record.counted_forecasts import CountedForecasts

OVER_TIME = "-over-time"  # what follows a rule's name where its scores are averaged over the time covered


@dataclass(frozen=True, slots=True)
class ForecasterScores:
    """Scores ``(forecasters,)`` by the name of a measure, NaN where it has none, and which share of the time open each covers."""

    scores: Mapping[str, Array]
    coverage: Array


def forecaster_scores(counted: CountedForecasts, scores: Mapping[str, Array]) -> ForecasterScores:
    """Return each forecaster's score by every rule, twice: of the last forecast before the close, and as the mean over the time covered.

    Time is counted from the opening of a question to its close. Dividing by the time covered leaves silence out, so that forecasting only
    while the answer is nearly known pays; the coverage says how much that is.
    """
    weights = span_shares(counted)
    size = len(counted.forecasters)
    covered = np.bincount(counted.timeline, weights, size)
    result: dict[str, Array] = {}
    for rule, values in scores.items():
        result[rule] = values[counted.last] if size else values
        has_score = ~np.isnan(values)
        line = counted.timeline[has_score]
        total = add_weighted(scores=values[has_score], weights=weights[has_score], forecaster=line, forecasters=size)
        scored = np.bincount(line, weights[has_score], size)
        result[rule + OVER_TIME] = covered_time_mean(TimeWeighted(total, scored))
    return ForecasterScores(result, covered)


def span_shares(counted: CountedForecasts) -> Array:
    """Return for which share of the time that its question was open each forecast stood ``(forecasts,)``."""
    close = counted.close[counted.question]
    lasting = np.maximum(np.minimum(counted.end, close) - np.maximum(counted.start, 0), 0)
    shares: Array = np.divide(lasting, close, out=np.zeros_like(lasting), where=(close > 0) & np.isfinite(close))
    return shares
