"""The forecasts of one question that the rules of a platform score, and when."""

from __future__ import annotations

from dataclasses import dataclass

from forecast.language.arrays import Indices
from forecast.scoring.metaculus_crowd import ForecastTimes
from forecast.scoring.metaculus_question import QuestionTimes


@dataclass(frozen=True, slots=True)
class ChosenForecasts:
    """``places`` ``(forecasts,)`` among all forecasts that count, and ``rows`` ``(forecasters,)`` among all forecasters, ascending.

    ``when.forecaster`` counts ``rows``; times are in seconds since the question opened.
    """

    places: Indices
    rows: Indices
    when: ForecastTimes
    times: QuestionTimes
