"""The forecasts of one Metaculus question as the scores see them: of each only what it gave to what happened.

There is a class for each type of question. It knows what the baseline is, and what the geometric mean and the community prediction give to
what happened, while given forecasts are active.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from forecast.language.arrays import Array, Indices, Truth
from forecast.scoring.checks import CLASS_SUM_TOLERANCE, read_numbers, read_probabilities
from forecast.scoring.community import log_geometric_mean, share_out_medians, weighted_mean, weighted_median
from forecast.scoring.metaculus import baseline_score, baseline_score_continuous


class OutcomeForecasts(Protocol):
    """What forecasts ``(forecasts,)`` gave to the outcome of a question, whatever its type."""

    @property
    def is_continuous(self) -> bool:
        """Whether peer scores are halved."""

    @property
    def probability(self) -> Array:
        """What each forecast gave to what happened ``(forecasts,)``."""

    def baseline_scores(self) -> Array:
        """The baseline score of each forecast ``(forecasts,)``."""

    def log_means(self, members: Indices, active: Truth) -> Array:
        """The logarithm of the geometric mean at each moment, of the active ones among the forecasts ``members``."""

    def community(self, members: Indices, weights: Array) -> Array:
        """The community prediction at each moment, of the forecasts ``members`` with weights ``(moments, members)``."""


@dataclass(frozen=True, slots=True)
class BinaryForecasts:
    """Forecasts of a yes-or-no question: the probability that each gave to the outcome, p for yes and 1 - p for no."""

    probability: Array
    is_continuous: ClassVar[bool] = False

    def __post_init__(self) -> None:
        read_probabilities(self.probability, name="probability")

    def baseline_scores(self) -> Array:
        """Against one half."""
        return baseline_score(probability_of_outcome=self.probability)

    def log_means(self, members: Indices, active: Truth) -> Array:
        """The mean of the logarithms."""
        return log_geometric_mean(_log(self.probability[members]), active=active)

    def community(self, members: Indices, weights: Array) -> Array:
        """The weighted median."""
        return weighted_median(self.probability[members], weights=weights)


@dataclass(frozen=True, slots=True)
class OptionForecasts:
    """Forecasts of a multiple-choice question: ``probabilities`` ``(forecasts, options)`` and the option ``outcome`` that came true.

    An option that did not exist when a forecast was made is NaN there, and what it would have had reads from the last option, "Other".
    Raises ValueError where the options that existed do not add up to one, or the last option is missing.
    """

    probabilities: Array
    outcome: int
    is_continuous: ClassVar[bool] = False

    def __post_init__(self) -> None:
        present = np.where(np.isnan(self.probabilities), 0.0, self.probabilities)
        read_probabilities(present, name="probabilities")
        if (np.abs(present.sum(axis=1) - 1) > CLASS_SUM_TOLERANCE).any():
            raise ValueError("the options of a forecast do not add up to one")
        if np.isnan(self.probabilities[:, -1]).any():
            raise ValueError("a forecast has nothing for the last option")

    @property
    def probability(self) -> Array:
        """That of the outcome, or of the last option where the outcome was no option yet."""
        own = self.probabilities[:, self.outcome]
        return np.where(np.isnan(own), self.probabilities[:, -1], own)

    def baseline_scores(self) -> Array:
        """Against equal shares of the options that existed when the forecast was made."""
        return baseline_score(probability_of_outcome=self.probability, options=(~np.isnan(self.probabilities)).sum(axis=1))

    def log_means(self, members: Indices, active: Truth) -> Array:
        """The mean of the logarithms of the outcome; while one active forecast lacks it, that of the last option, of all of them."""
        own = self.probabilities[members, self.outcome]
        missing = np.isnan(own)
        means = log_geometric_mean(_log(np.where(missing, 1.0, own)), active=active)
        if not missing.any():
            return means
        of_last = log_geometric_mean(_log(self.probabilities[members, -1]), active=active)
        return np.where((active & missing).any(axis=1), of_last, means)

    def community(self, members: Indices, weights: Array) -> Array:
        """The weighted medians of all options, shared out; NaN while an active forecast lacks an option."""
        values = self.probabilities[members]
        medians = np.stack([weighted_median(column, weights=weights) for column in np.nan_to_num(values).T], axis=1)
        lacking = (weights > 0) & np.isnan(values).any(axis=1)
        return np.where(lacking.any(axis=1), np.nan, share_out_medians(medians)[:, self.outcome])


@dataclass(frozen=True, slots=True)
class ContinuousForecasts:
    """Forecasts of a numeric, discrete or date question: what each gave to the bucket of the outcome, and the baseline of that bucket."""

    probability: Array
    baseline: float
    is_continuous: ClassVar[bool] = True

    def __post_init__(self) -> None:
        read_probabilities(self.probability, name="probability")
        read_numbers(self.baseline, name="baseline")

    def baseline_scores(self) -> Array:
        """Against the baseline of the bucket."""
        return baseline_score_continuous(probability_of_bucket=self.probability, baseline=self.baseline)

    def log_means(self, members: Indices, active: Truth) -> Array:
        """The mean of the logarithms."""
        return log_geometric_mean(_log(self.probability[members]), active=active)

    def community(self, members: Indices, weights: Array) -> Array:
        """The weighted mean: that of cdfs, and so of what they give to a bucket."""
        return weighted_mean(self.probability[members], weights=weights)


def _log(values: Array) -> Array:
    """The logarithm, which is minus infinity at 0."""
    with np.errstate(divide="ignore"):
        return np.log(values)
