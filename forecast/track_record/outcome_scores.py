"""The scores of single forecasts by every rule that fits them, computed for all forecasts of a kind at once.

A rule that does not fit a forecast has NaN there. Nothing here knows of time or of crowds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.language.arrays import Array
from forecast.track_record.counted_forecasts import CountedForecasts
from forecast.track_record.event_scores import score_events
from forecast.track_record.number_scores import score_numbers
from forecast.track_record.option_scores import score_options
from forecast.track_record.partial_scores import GIVEN


@dataclass(frozen=True, slots=True)
class OutcomeScores:
    """Scores ``(forecasts,)`` by the name of a rule, and what each forecast gave to what happened: to the event, the option or the bucket."""

    scores: Mapping[str, Array]
    given: Array


def outcome_scores(counted: CountedForecasts) -> OutcomeScores:
    """Return what every forecast scores when its question is decided, by every rule that fits."""
    size = len(counted.forecasts)
    scores: dict[str, Array] = {}
    given = np.full(size, np.nan)
    for score in (score_events, score_options, score_numbers):
        for part in score(counted):
            if part.rule == GIVEN:
                given[part.forecasts] = part.values
                continue
            of_rule = scores.setdefault(part.rule, np.full(size, np.nan))
            of_rule[part.forecasts] = part.values
    return OutcomeScores(scores, given)
