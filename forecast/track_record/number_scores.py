"""Scores of forecasts of a number or a date: distribution functions on a scale, quantiles, samples and single values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.forecasts.question import QuestionScale
from forecast.forecasts.values import PointMasses, Quantiles
from forecast.language.arrays import Array, Indices
from forecast.scoring.crps import (
    bucket_middles,
    crps_cut_of_cdf,
    crps_cut_of_draws,
    crps_cut_of_masses,
    crps_cut_of_quantiles,
    crps_of_draws,
    crps_of_masses,
    crps_of_quantiles,
)
from forecast.scoring.logarithmic import log_score_censored, log_score_of_density
from forecast.scoring.metaculus_scale import MetaculusScale, bucket_of_value, probability_of_bucket
from forecast.track_record.counted_forecasts import CountedForecasts
from forecast.track_record.partial_scores import GIVEN, PartialScores
from forecast.track_record.record_questions import RecordQuestion

CDFS_AT_ONCE = 1_000  # distribution functions in one array
LEAST_MEDIAN = 1e-9  # by which levels may miss symmetry around one half


@dataclass(frozen=True, slots=True)
class NumberOutcome:
    """How a number or a date came out: ``value``, infinite beyond a bound that is all that is known, and ``cut``, infinite but where it is only known to be beyond ``cut``."""

    value: float
    cut: float = np.inf


def score_numbers(counted: CountedForecasts) -> Iterator[PartialScores]:
    """Yield the scores of forecasts of numbers and dates.

    A distribution function is scored over its range by the CRPS (of a discrete question as the masses that it is), and by its density at the outcome or, beyond a bound or a date by which
    nothing had happened, by the probability it gave to that. "Not by" is scored as known: the CRPS is cut there. Quantiles that end at a
    bound are cut there whatever the outcome.
    """
    outcomes = {place: outcome for place, question in enumerate(counted.questions) if (outcome := number_outcome(question)) is not None}
    groups: dict[tuple[str, object], list[int]] = {}
    for place, forecast in enumerate(counted.forecasts):
        question = int(counted.question[place])
        if question not in outcomes:
            continue
        kind = _kind(counted.questions[question], forecast.form, forecast.value)
        if kind is not None:
            groups.setdefault(kind, []).append(place)
    for (form, _), places in groups.items():
        for begin in range(0, len(places), CDFS_AT_ONCE):
            chosen = np.array(places[begin : begin + CDFS_AT_ONCE], dtype=np.intp)
            found = [outcomes[int(at)] for at in counted.question[chosen]]
            yield from _score_form(form, counted, chosen, found)


def number_outcome(question: RecordQuestion) -> NumberOutcome | None:
    """Return how the number or date of a question came out; None where it did not."""
    resolution, wording = question.resolution, question.wording
    if resolution is None or wording is None or wording.type not in {"number", "discrete", "date"}:
        return None
    match resolution.outcome, resolution.value:
        case "number" | "date", float(value):
            return NumberOutcome(value)
        case "not_by", float(value):
            return NumberOutcome(np.inf, value)
        case "below", _:
            return NumberOutcome(-np.inf)
        case "above", _ if wording.scale is not None:
            return NumberOutcome(np.inf, wording.scale.high)
    return None


def metaculus_scale(scale: QuestionScale) -> MetaculusScale:
    """Return a question's scale as Metaculus's rules take it."""
    return MetaculusScale(
        range_min=scale.low,
        range_max=scale.high,
        zero_point=scale.zero_point,
        buckets=scale.steps,
        open_lower=scale.low_open,
        open_upper=scale.high_open,
    )


def scale_points(scale: QuestionScale) -> Array:
    """Return the values at which a distribution function on a scale has its points ``(steps + 1,)``: evenly apart, or in ratios from the zero point."""
    location = np.linspace(0, 1, scale.steps + 1)
    width = scale.high - scale.low
    if scale.zero_point is None:
        return scale.low + location * width
    ratio = (scale.high - scale.zero_point) / (scale.low - scale.zero_point)
    points: Array = scale.low + width * np.expm1(location * np.log(ratio)) / (ratio - 1)
    return points


def outcome_bucket(scale: QuestionScale, outcome: NumberOutcome) -> int:
    """Return the bucket of an outcome: 0 below the scale, ``steps + 1`` above it."""
    if np.isinf(outcome.value):
        return 0 if outcome.value < 0 else scale.steps + 1
    return int(bucket_of_value(metaculus_scale(scale), value=outcome.value))


def _kind(question: RecordQuestion, form: str, value: object) -> tuple[str, object] | None:
    """Which forecasts can be scored together with one: by form, and by the number of points or the levels."""
    assert question.wording is not None
    scale = question.wording.scale
    match form, value:
        case "cdf", tuple() if scale is not None and len(value) == scale.steps + 1:
            return ("discrete cdf" if question.wording.type == "discrete" else "cdf"), len(value)
        case "quantiles", Quantiles() if value.levels:
            return "quantiles" if value.beyond is None else "quantiles to a bound", value.levels
        case "pmf", PointMasses():
            return "pmf", len(value.values)
        case "samples", tuple():
            return "samples", len(value)
        case "number" | "date", float():
            return "point", 1
    return None


def _score_form(form: str, counted: CountedForecasts, places: Indices, outcomes: Sequence[NumberOutcome]) -> Iterator[PartialScores]:
    values = [counted.forecasts[place].value for place in places]
    match form:
        case "cdf" | "discrete cdf":
            cdfs = np.array(values, dtype=np.float64)
            yield from _score_cdfs(counted, places, cdfs, outcomes, is_discrete=form == "discrete cdf")
        case "quantiles":
            yield from _score_quantiles(places, [value for value in values if isinstance(value, Quantiles)], outcomes)
        case "quantiles to a bound":
            yield from _score_quantiles_to_a_bound(places, [value for value in values if isinstance(value, Quantiles)], outcomes)
        case "pmf":
            yield from _score_masses(places, [value for value in values if isinstance(value, PointMasses)], outcomes)
        case _:
            draws = np.array(values, dtype=np.float64).reshape(len(values), -1)
            yield from _score_draws(places, draws, outcomes)


def _score_cdfs(
    counted: CountedForecasts, places: Indices, cdf: Array, outcomes: Sequence[NumberOutcome], *, is_discrete: bool
) -> Iterator[PartialScores]:
    """Scores of distribution functions with one number of points: linear between them or, of a discrete question, with all mass at the middles."""
    scales = [_scale(counted.questions[at]) for at in counted.question[places]]
    points = np.array([scale_points(scale) for scale in scales])
    value, cut = _columns(outcomes)
    crps = crps_cut_of_cdf(points=points, cdf=cdf, cut=cut, outcome=value, is_discrete=is_discrete)
    whole, known = np.isinf(cut), np.isfinite(value)
    beyond_scale = ~whole & (cut >= points[:, -1])
    yield PartialScores("crps", places[whole | beyond_scale], crps[whole | beyond_scale])
    yield PartialScores("crps-cut", places[~whole & ~beyond_scale], crps[~whole & ~beyond_scale])
    buckets = np.array(list(map(outcome_bucket, scales, outcomes)), dtype=np.intp)
    inside = known & (buckets > 0) & (buckets < cdf.shape[1])
    of_bucket = probability_of_bucket(cdf=cdf, bucket=buckets)
    in_bucket = known | beyond_scale | (value == -np.inf)
    yield PartialScores(GIVEN, places[in_bucket], of_bucket[in_bucket])
    rows, after = np.flatnonzero(inside), buckets[inside]
    width = points[rows, after] - points[rows, after - 1]
    yield PartialScores("log-density", places[inside], log_score_of_density(density=of_bucket[inside] / width))
    outside = in_bucket & ~inside
    yield PartialScores("log-censored", places[outside], log_score_censored(survival=of_bucket[outside]))
    censored = np.flatnonzero(~whole & ~beyond_scale)
    if is_discrete:
        passed = [int(np.searchsorted(bucket_middles(points[at]), cut[at], side="right")) for at in censored]
        survival = 1 - cdf[censored, passed]
    else:
        survival = np.array([1 - np.interp(cut[at], points[at], cdf[at]) for at in censored], dtype=np.float64)
    yield PartialScores("log-censored", places[censored], log_score_censored(survival=survival))


def _score_quantiles(places: Indices, values: Sequence[Quantiles], outcomes: Sequence[NumberOutcome]) -> Iterator[PartialScores]:
    """Scores of quantiles with one set of levels; where the outcome is only known to lie beyond a point, they are cut there."""
    from forecast.scoring.quantiles import weighted_interval_score

    value, cut = _columns(outcomes)
    known, censored = np.isfinite(value), np.isfinite(cut)
    levels, quantiles = np.array(values[0].levels), np.array([its.values for its in values])
    if censored.any():
        crps = crps_cut_of_quantiles(quantiles=quantiles[censored], levels=levels, cut=cut[censored], outcome=value[censored])
        yield PartialScores("crps-quantiles-cut", places[censored], crps)
    if not known.any():
        return
    quantiles, places, value = quantiles[known], places[known], value[known]
    yield PartialScores("crps-quantiles", places, crps_of_quantiles(quantiles=quantiles, levels=levels, outcome=value))
    pairs = levels.size // 2
    if levels.size % 2 and pairs and np.allclose(levels + levels[::-1], 1, rtol=0, atol=LEAST_MEDIAN):
        score = weighted_interval_score(
            median=quantiles[:, pairs],
            lower=quantiles[:, :pairs],
            upper=quantiles[:, :pairs:-1],
            alpha=2 * levels[:pairs],
            outcome=value,
        )
        yield PartialScores("wis", places, score)


def _score_quantiles_to_a_bound(places: Indices, values: Sequence[Quantiles], outcomes: Sequence[NumberOutcome]) -> Iterator[PartialScores]:
    """Scores of quantiles with one set of levels, each with a bound beyond which it only has a probability: cut there, or before where no more is known."""
    value, cut = _columns(outcomes)
    bound, beyond = np.array([(its.beyond.bound, its.beyond.probability) for its in values if its.beyond is not None]).T
    end = np.minimum(cut, bound)
    known = np.isfinite(value) | np.isfinite(cut)
    if not known.any():
        return
    quantiles, levels = np.array([its.values for its in values])[known], np.array(values[0].levels)
    crps = crps_cut_of_quantiles(quantiles=quantiles, levels=levels, cut=end[known], outcome=value[known])
    yield PartialScores("crps-quantiles-cut", places[known], crps)
    outside = (np.minimum(value, cut) >= bound) & (value > bound)
    yield PartialScores("log-censored", places[outside], log_score_censored(survival=beyond[outside]))


def _score_masses(places: Indices, values: Sequence[PointMasses], outcomes: Sequence[NumberOutcome]) -> Iterator[PartialScores]:
    """Scores of mass functions with one number of values."""
    value, cut = _columns(outcomes)
    at, shares = (np.array(columns, dtype=np.float64) for columns in zip(*((its.values, its.probabilities) for its in values), strict=True))
    known, censored = np.isfinite(value), np.isfinite(cut)
    if known.any():
        yield PartialScores("crps", places[known], crps_of_masses(values=at[known], probabilities=shares[known], outcome=value[known]))
    if censored.any():
        at, shares, end = at[censored], shares[censored], cut[censored]
        crps = crps_cut_of_masses(values=at, probabilities=shares, cut=end, outcome=value[censored])
        yield PartialScores("crps-cut", places[censored], crps)
        survival = (shares * (at > end[:, np.newaxis])).sum(axis=1) / shares.sum(axis=1)
        yield PartialScores("log-censored", places[censored], log_score_censored(survival=survival))


def _score_draws(places: Indices, draws: Array, outcomes: Sequence[NumberOutcome]) -> Iterator[PartialScores]:
    """Scores of samples, or of single values as samples of one: then the CRPS is the absolute error."""
    value, cut = _columns(outcomes)
    known, censored = np.isfinite(value), np.isfinite(cut)
    if known.any():
        yield PartialScores("crps", places[known], crps_of_draws(draws=draws[known], outcome=value[known]))
    if censored.any():
        yield PartialScores(
            "crps-cut", places[censored], crps_cut_of_draws(draws=draws[censored], cut=cut[censored], outcome=value[censored])
        )
        survival = (draws[censored] > cut[censored, np.newaxis]).mean(axis=1)
        yield PartialScores("log-censored", places[censored], log_score_censored(survival=survival))


def _columns(outcomes: Sequence[NumberOutcome]) -> tuple[Array, Array]:
    return np.array([its.value for its in outcomes], dtype=np.float64), np.array([its.cut for its in outcomes], dtype=np.float64)


def _scale(question: RecordQuestion) -> QuestionScale:
    assert question.wording is not None
    assert question.wording.scale is not None
    return question.wording.scale
