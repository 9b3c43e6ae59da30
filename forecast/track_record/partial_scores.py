"""Scores of some forecasts by one rule."""

from __future__ import annotations

from dataclasses import dataclass

from forecast.language.arrays import Array, Indices

GIVEN = "given"  # not a rule: what a forecast gave to what happened


@dataclass(frozen=True, slots=True)
class PartialScores:
    """The scores ``values`` of the forecasts at the places ``forecasts``, by the rule of a name (`forecast.scoring.rules`)."""

    rule: str
    forecasts: Indices
    values: Array
