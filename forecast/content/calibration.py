"""Fills the JSON of calibration from what `actions/calibration` found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from forecast.calibration.groups import GroupSize, NumberCalibration, ProbabilityCalibration
from forecast.calibration.logistic import LogisticPosterior, weighted_bounds
from forecast.language.arrays import Array, Indices
from forecast.schema.calibration import (
    CALIBRATION_FORMAT,
    CalibrationContent,
    CurveContent,
    GroupSizeContent,
    NumberCalibrationContent,
    OmissionContent,
    OpenRecalibrationContent,
    ProbabilityCalibrationContent,
    RecalibrationContent,
    SmoothContent,
)
from forecast.schema.json_data import round_numbers
from forecast.schema.topic import digest_of

MOST_CURVE_POINTS = 60
SMOOTH_POINTS = 41
SMOOTH_LEVEL = 0.9


def calibration_content(
    *,
    as_of: date,
    records: Sequence[str],
    who: Sequence[str],
    by: str,
    probabilities: Sequence[ProbabilityCalibration],
    numbers: Sequence[NumberCalibration],
    recalibration: Sequence[RecalibrationContent],
    recalibrated: Sequence[OpenRecalibrationContent],
    left_out: Sequence[OmissionContent],
    notes: Sequence[str] = (),
) -> CalibrationContent:
    """Return calibration as JSON has it."""
    content: CalibrationContent = {
        "format": CALIBRATION_FORMAT,
        "digest": "",
        "as_of": as_of.isoformat(),
        "records": list(records),
        "who": list(who),
        "by": by,
        "probabilities": list(map(_probabilities, probabilities)),
        "numbers": list(map(_numbers, numbers)),
        "recalibration": list(recalibration),
        "recalibrated": list(recalibrated),
        "left_out": list(left_out),
    }
    if notes:
        content["notes"] = list(notes)
    rounded = round_numbers(content)
    rounded["digest"] = digest_of(rounded)
    return rounded


def _size(size: GroupSize) -> GroupSizeContent:
    return {
        "forecasts": size.forecasts,
        "questions": size.questions,
        "clusters": size.clusters,
        "people": size.people,
        "few": size.is_few,
    }


def _probabilities(its: ProbabilityCalibration) -> ProbabilityCalibrationContent:
    separated = its.separation
    weight = its.curve.weight / its.curve.weight.sum()
    return {
        "group": its.group,
        "size": _size(its.size),
        "brier": its.parts.score,
        "miscalibration": its.parts.miscalibration,
        "discrimination": its.parts.discrimination,
        "uncertainty": its.parts.uncertainty,
        "chance": its.chance.miscalibration,
        "p_value": its.chance.p_value,
        "correlation": its.chance.correlation,
        "separation": None if separated is None else {"chance": separated.chance, "low": separated.low, "high": separated.high},
        "mean": its.mean,
        "spread": its.spread,
        "happened": float(weight @ its.curve.happened),
        "curve": _curve(its, weight),
        "smooth": smooth_content(its.smooth, its.curve.probability),
    }


def _curve(its: ProbabilityCalibration, weight: Array) -> CurveContent:
    """The curve at both ends of each of its level stretches, or at 60 places where these are more; the weight of what is left out goes to the nearest."""
    kept = _kept_places(its.curve.frequency)
    given = its.curve.probability[kept]
    middles = (given[1:] + given[:-1]) / 2
    weights = np.bincount(np.searchsorted(middles, its.curve.probability), weight, kept.size)
    return {
        "probability": given.tolist(),
        "frequency": its.curve.frequency[kept].tolist(),
        "low": its.chance.low[kept].tolist(),
        "high": its.chance.high[kept].tolist(),
        "weight": weights.tolist(),
    }


def _kept_places(frequency: Array) -> Indices:
    size = frequency.size
    if size <= MOST_CURVE_POINTS:
        return np.arange(size)
    return np.unique(np.linspace(0, size - 1, MOST_CURVE_POINTS).round().astype(np.intp))


def smooth_content(smooth: LogisticPosterior, given: Array) -> SmoothContent:
    """Return the smooth curve between the least and the greatest probability that were given, but for 0 and 1."""
    low, high = np.clip([given.min(), given.max()], 0.005, 0.995)
    points = np.linspace(low, high, SMOOTH_POINTS if low < high else 1)
    lows, highs = smooth.bounds(points, level=SMOOTH_LEVEL)
    return {
        "probability": points.tolist(),
        "frequency": smooth.mean_probability(points).tolist(),
        "low": lows.tolist(),
        "high": highs.tolist(),
        "shift": _summary(smooth.shift, smooth.weight),
        "slope": _summary(smooth.slope, smooth.weight),
        "left_out": smooth.left_out,
    }


def _summary(values: Array, weight: Array) -> list[float]:
    """Mean, 5 % and 95 % point."""
    low, high = weighted_bounds(values[:, np.newaxis], weight, level=SMOOTH_LEVEL)
    return [float(weight @ values), float(low[0]), float(high[0])]


def _numbers(its: NumberCalibration) -> NumberCalibrationContent:
    uniform = its.uniformity
    return {
        "group": its.group,
        "size": _size(its.size),
        "point": uniform.point.tolist(),
        "excess": uniform.excess.tolist(),
        "low": uniform.low.tolist(),
        "high": uniform.high.tolist(),
        "mean": uniform.mean,
        "spread": uniform.spread,
        "outside": uniform.is_outside,
    }
