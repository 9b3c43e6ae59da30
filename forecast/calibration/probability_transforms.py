"""Where the outcomes of numbers and dates fell in what was forecast: probability integral transforms, as ranges.

A transform is the distribution function at the outcome. Where a forecast or an outcome says no more than a range of it (the values of a
discrete question, the gap between two quantiles, an outcome that is only known to lie beyond a bound or a day), the transform is drawn at
random from that range, which makes it uniform for calibrated forecasts, with no assumption on the shape in between. Czado, Gneiting and
Held (2009), Biometrics 65.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from forecast.calibration.settled_rows import SHARED_COLUMNS, Chooser, SettledRows, record_rows, settled_rows
from forecast.forecasts.forecast import Forecast
from forecast.forecasts.question import QuestionScale
from forecast.forecasts.record import ForecastRecord
from forecast.forecasts.values import PointMasses, Quantiles
from forecast.language.arrays import Array
from forecast.track_record.cohorts import QuestionCohort, question_cohorts
from forecast.track_record.number_scores import NumberOutcome, number_outcome, outcome_bucket, scale_points
from forecast.track_record.record_questions import RecordQuestion

FORMS_OF_NUMBERS = frozenset({"cdf", "quantiles", "pmf", "samples", "number", "date"})
SINGLE_VALUE = "a single value is no distribution"
UNSAID = "beyond its outermost quantile, of which it says nothing"
NO_SCALE = "its distribution function does not fit the question's scale"


@dataclass(frozen=True, slots=True)
class SettledTransforms(SettledRows):
    """The range of each forecast's distribution function at the outcome, ``low`` and ``high`` ``(rows,)``; how many are left out, and why."""

    low: Array
    high: Array
    left_out: Mapping[str, int]

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """The names of what has a value for each row."""
        return (*SHARED_COLUMNS, "low", "high")

    def draw(self, rng: np.random.Generator) -> Array:
        """Return a transform for each row, drawn from its range."""
        found: Array = self.low + (self.high - self.low) * rng.random(self.low.size)
        return found


def settled_transforms(records: Sequence[ForecastRecord], *, now: datetime, enters: Chooser = lambda _: True) -> SettledTransforms:
    """Return where the outcomes of numbers and dates fell in the forecasts on record, made at the time, as of a moment."""

    def takes(its: QuestionCohort) -> bool:
        return number_outcome(its.question) is not None and enters(its)

    cohorts = [its for record in records for its in question_cohorts(record, now=now) if its.is_scored and takes(its)]
    found = settled_rows(parts := record_rows(records, now=now, takes=takes, forms=FORMS_OF_NUMBERS), cohorts)
    ranges: list[tuple[float, float]] = []
    left_out: Counter[str] = Counter()
    for part in parts:
        for place in part.places:
            its = transform_range(part.counted.forecasts[place], part.counted.questions[part.counted.question[place]])
            ranges.append((np.nan, np.nan) if isinstance(its, str) else its)
            left_out.update([its] if isinstance(its, str) else [])
    low, high = np.array(ranges, dtype=np.float64).reshape(-1, 2).T
    whole = SettledTransforms(
        found.weight,
        found.at,
        found.question,
        found.cluster,
        found.who,
        found.questions,
        found.platforms,
        found.people,
        low,
        high,
        dict(left_out),
    )
    return whole.rows(~np.isnan(low))


def transform_range(forecast: Forecast, question: RecordQuestion) -> tuple[float, float] | str:
    """Return the range of the distribution function of a forecast at its question's outcome, or why there is none."""
    outcome = number_outcome(question)
    assert outcome is not None
    assert question.wording is not None
    match forecast.form, forecast.value:
        case "cdf", tuple() as cdf:
            scale = question.wording.scale
            return NO_SCALE if scale is None or len(cdf) != scale.steps + 1 else _range_of_cdf(np.array(cdf), scale, outcome)
        case "quantiles", Quantiles() as quantiles:
            return _range_of_quantiles(quantiles, outcome)
        case "pmf", PointMasses() as masses:
            total = sum(masses.probabilities)
            return _range_of_steps(np.array(masses.values), np.array(masses.probabilities) / total, outcome)
        case "samples", tuple() as draws:
            return _range_of_samples(np.array(draws), outcome)
    return SINGLE_VALUE


def _range_of_cdf(cdf: Array, scale: QuestionScale, outcome: NumberOutcome) -> tuple[float, float]:
    if np.isfinite(outcome.cut) and outcome.cut < scale.high:
        return float(np.interp(outcome.cut, scale_points(scale), cdf)), 1.0
    bucket = outcome_bucket(scale, outcome)
    whole = np.concatenate([[0.0], cdf, [1.0]])
    return float(whole[bucket]), float(whole[bucket + 1])


def _range_of_quantiles(quantiles: Quantiles, outcome: NumberOutcome) -> tuple[float, float] | str:
    """Between the level of the last quantile below and that of the first above."""
    levels, values, end = np.array(quantiles.levels), np.array(quantiles.values), 1.0
    if quantiles.beyond is not None:
        inside = values < quantiles.beyond.bound
        levels, values, end = levels[inside], values[inside], 1 - quantiles.beyond.probability
        if min(outcome.value, outcome.cut) >= quantiles.beyond.bound and outcome.value > quantiles.beyond.bound:
            return end, 1.0
        levels, values = np.append(levels, end), np.append(values, quantiles.beyond.bound)
    if np.isfinite(outcome.cut):
        if not values.size or not values[0] <= outcome.cut <= values[-1]:
            return UNSAID
        return float(np.interp(outcome.cut, values, levels)), 1.0
    below, above = levels[values < outcome.value], levels[values > outcome.value]
    return float(below[-1]) if below.size else 0.0, float(above[0]) if above.size else 1.0


def _range_of_steps(values: Array, shares: Array, outcome: NumberOutcome) -> tuple[float, float]:
    if np.isfinite(outcome.cut):
        return min(float(shares[values <= outcome.cut].sum()), 1.0), 1.0
    return min(float(shares[values < outcome.value].sum()), 1.0), min(float(shares[values <= outcome.value].sum()), 1.0)


def _range_of_samples(draws: Array, outcome: NumberOutcome) -> tuple[float, float]:
    """The outcome is one more draw: between two neighbours of n draws it has a range of 1/(n + 1)."""
    size = draws.size + 1
    if np.isfinite(outcome.cut):
        return float((draws <= outcome.cut).sum()) / size, 1.0
    return float((draws < outcome.value).sum()) / size, float((draws <= outcome.value).sum() + 1) / size
