"""Fatebook's score of a question: two-sided Brier scores of daily means, added up and divided by all days.

Days are cut in steps of 24 hours from a question's creation to its resolution; the last one counts as the fraction that it is. Source:
Sage-Future/fatebook, `lib/_scoring.ts`. Since days before the first forecast count as 0, which is the best score, joining late pays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.language.arrays import Array
from forecast.scoring.checks import read_numbers, read_probabilities

SECONDS_PER_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class PersonForecasts:
    """One person's forecasts of a question in the order of time: seconds since its creation, and probabilities; ``(forecasts,)`` both."""

    time: Array
    probability: Array

    def __post_init__(self) -> None:
        times = read_numbers(self.time, name="time")
        read_probabilities(self.probability, name="probability")
        if times.ndim != 1 or times.shape != np.shape(self.probability) or times.size == 0:
            raise ValueError("a person has a time and a probability for each of one forecast or more")
        if (np.diff(times) < 0).any():
            raise ValueError("forecasts stand in the order of time")


def fatebook_score(forecasts: PersonForecasts, *, resolved: float, outcome: float) -> float:
    """A person's score of a question, from 0 (best) to 2.

    ``resolved`` is in seconds since the creation; ``outcome`` is 1 or 0. Forecasts at or after the resolution do not count; NaN if none is
    left. Raises ValueError where a question is resolved at its creation or before.
    """
    lengths = _day_lengths(resolved)
    scores = _daily_scores(forecasts, lengths=lengths, outcome=outcome)
    return _sum_over_days(scores, lengths)


def fatebook_relative_scores(people: Sequence[PersonForecasts], *, resolved: float, outcome: float) -> Array:
    """Each person's relative score ``(people,)``: the same sum, of own score minus the median of all who have one that day.

    The lower, the better. NaN for somebody alone, and for one without a forecast before the resolution. Arguments and errors as for the
    score itself.
    """
    lengths = _day_lengths(resolved)
    daily = np.array([_daily_scores(person, lengths=lengths, outcome=outcome) for person in people])
    if len(people) < 2:
        return np.full(len(people), np.nan)
    someone = ~np.isnan(daily).all(axis=0)
    median = np.full(lengths.size, np.nan)
    median[someone] = np.nanmedian(daily[:, someone], axis=0)
    return np.array([_sum_over_days(scores - median, lengths) for scores in daily])


def _day_lengths(resolved: float) -> Array:
    """The days of a question, in days: 1 for each, and what is left for the last."""
    if not 0 < resolved < np.inf:
        raise ValueError("a question is resolved after its creation")
    number = int(np.ceil(resolved / SECONDS_PER_DAY))
    lengths: Array = np.minimum(resolved / SECONDS_PER_DAY - np.arange(number), 1.0)
    return lengths


def _sum_over_days(scores: Array, lengths: Array) -> float:
    """The sum of the scores of days, by their lengths, divided by all days; NaN if no day has a score."""
    has_score = ~np.isnan(scores)
    return float(scores[has_score] @ lengths[has_score] / lengths.sum()) if has_score.any() else np.nan


def _daily_scores(forecasts: PersonForecasts, *, lengths: Array, outcome: float) -> Array:
    """The two-sided Brier score of each day's mean forecast ``(days,)``; NaN on days before the first.

    Within the day of the first forecast, the time before it counts as that day's last forecast.
    """
    if outcome not in {0, 1}:
        raise ValueError("outcome is 1 for yes or 0 for no")
    starts = np.arange(lengths.size) * SECONDS_PER_DAY
    ends = starts + lengths * SECONDS_PER_DAY
    until = np.append(forecasts.time[1:], np.inf)
    standing = np.minimum(until, ends[:, np.newaxis]) - np.maximum(forecasts.time, starts[:, np.newaxis])
    weights = np.maximum(standing, 0)
    covered = weights.sum(axis=1)
    last = np.searchsorted(forecasts.time, ends, side="left") - 1  # the last forecast before the day's end
    joined = last >= 0
    at_end = forecasts.probability[np.maximum(last, 0)]
    mean = (weights @ forecasts.probability + (ends - starts - covered) * at_end) / (ends - starts)
    scores = np.full(lengths.size, np.nan)
    scores[joined] = 2 * np.square(mean[joined] - outcome)
    return scores
