"""The mean of scores with its 95 % interval, where questions are the units and those of one topic belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.language.arrays import Array

LEVEL = 0.95
LEAST_FOR_INTERVAL = 5  # for an interval; of fewer Student's t says next to nothing, and often ends far outside a score's range
FEW_QUESTIONS, LEAST_GROUPS = 30, 3  # below which a mean is called that of few questions


@dataclass(frozen=True, slots=True)
class MeanInterval:
    """The mean over ``questions``, the median, and the ends of the interval; None for fewer than five questions, or where a score is infinite.

    ``clusters`` is how many groups of questions may be independent: topics, and questions of other platforms.
    """

    questions: int
    clusters: int
    mean: float
    median: float
    low: float | None
    high: float | None
    infinite: int

    @property
    def is_few(self) -> bool:
        """Whether there are too few questions to judge: fewer than 30, or fewer than three groups that are independent."""
        return self.questions < FEW_QUESTIONS or self.clusters < LEAST_GROUPS


def mean_interval(values: Array, topics: Sequence[str]) -> MeanInterval:
    """Return the mean of one value for each question with its 95 % interval.

    ``topics`` says which questions belong together; those with an empty name stand alone. The interval is that of Student's t with the
    cluster-robust variance G/(G-1)·Σ_g (Σ_i (x_i - m))² / n², and G - 1 degrees of freedom; where every question stands alone, it is the
    usual one. Of fewer than three groups no error can be estimated; there each question is taken to stand alone, and the interval is too
    narrow as far as they depend on each other. It may reach beyond the range of a score: nothing is cut. Cameron and Miller (2015), A
    practitioner's guide to cluster-robust inference, Journal of Human Resources 50, doi:10.3368/jhr.50.2.317.

    That 30 questions are few is a rule of thumb: Brier scores of single questions have a standard deviation of about 0.25, so that the mean
    of 30 is known to about 0.09, which is what lies between a good forecaster and one who always says one half.
    """
    infinite = int(np.isinf(values).sum())
    mean, median = _mean(values), _median(values)
    labels = [topic or f"\x00{place}" for place, topic in enumerate(topics)]
    groups = len(set(labels))
    if infinite or values.size < LEAST_FOR_INTERVAL:
        return MeanInterval(values.size, groups, mean, median, None, None, infinite)
    inverse = np.unique(np.array(labels), return_inverse=True)[1] if groups >= LEAST_GROUPS else np.arange(values.size)
    count = int(inverse.max()) + 1
    from scipy.special import stdtrit

    sums = np.bincount(inverse, values - mean)
    error = np.sqrt(count / (count - 1) * np.square(sums).sum()) / values.size
    half = float(stdtrit(count - 1, (1 + LEVEL) / 2) * error)
    return MeanInterval(values.size, groups, mean, median, mean - half, mean + half, 0)


def _mean(values: Array) -> float:
    """The mean; an infinite loss is not made good by an infinite gain."""
    if np.isneginf(values).any():
        return float(-np.inf)
    return float(values.mean())


def _median(values: Array) -> float:
    """The median; between minus infinity and infinity it is the lower of the two."""
    with np.errstate(invalid="ignore"):
        median = float(np.median(values))
    return float(np.sort(values)[(values.size - 1) // 2]) if np.isnan(median) else median
