"""The peaks of a posterior above some points, and distributions to draw from around them.

Peaks are sought in the coordinates of which there is something to learn; the others, which are
standard normal whatever the rows say, stand still at 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.inference.importance.laplace import LINE_SEARCH_LENGTHS, ClimbEnds, ClimbUnits, Peak, climb, peaks_at_ends
from forecast.inference.importance.proposals import Mixture, MultivariateT, cholesky_factor
from forecast.inference.target import Target, evaluate_target
from forecast.inference.weights import normalize_weights
from forecast.language.arrays import Array

SAME_PEAK_DISTANCE = 0.5  # squared distance of two peaks, in units of their widths and for each dimension, up to which they are one
SAME_END_DISTANCE = 0.02  # squared distance likewise, up to which two climbs have ended in one place
EVEN_SHARE = 0.1  # of the draws, shared evenly among peaks: the volume of one may be misjudged


@dataclass(frozen=True, slots=True)
class PeakSearch:
    """Where peaks are sought: the coordinates ``moving`` of a target, and the prior's variance ``spread`` ``(d,)`` of each of those."""

    target: Target
    moving: NDArray[np.intp]
    spread: Array

    def log_posterior(self, y: Array) -> Array:
        """The log posterior ``(n,)``, not normalised, at values ``(n, d)`` of the moving coordinates."""
        x = np.zeros((len(y), self.target.dimension))
        x[:, self.moving] = y
        return evaluate_target(self.target, x).log_posterior

    @property
    def freedom(self) -> float:
        """The degrees of freedom of a t to draw from."""
        return degrees_of_freedom(len(self.moving))

    @property
    def step_cost(self) -> int:
        """How many points one step of a climb evaluates."""
        return len(LINE_SEARCH_LENGTHS) + 2 * len(self.moving)

    @property
    def peak_cost(self) -> int:
        """How many points the curvature at a peak takes."""
        return len(self.moving) * (len(self.moving) + 5)

    def peaks(self, starts: Array, *, most: int, points: int) -> list[Peak]:
        """Climb from each of ``starts`` ``(n, d)``, and return ``most`` peaks that differ and have a volume, at most, the highest first.

        The climbs take ``points`` at most, and end where they are when those are spent.
        A hierarchy's density may rise without end towards a spread of zero, where there is no peak.
        """
        tops = climb(self.log_posterior, starts, units=ClimbUnits.of_prior(self.spread), points=points)
        return self.distinct(tops, most)

    def distinct(self, tops: ClimbEnds, most: int) -> list[Peak]:
        """Return ``most`` peaks where climbs ended that differ and have a volume, at most, the highest first."""
        apart: list[int] = []
        for index in np.argsort(-tops.heights).tolist():
            if len(apart) == most:
                break
            inverse = tops.inverses[index] * np.outer(tops.scale, tops.scale)
            if all(
                _squared_distance(tops.places[index] - tops.places[other], inverse) > SAME_END_DISTANCE * len(tops.scale) for other in apart
            ):
                apart.append(index)
        peaks: list[Peak] = []
        for peak in peaks_at_ends(self.log_posterior, tops.only(np.array(apart, dtype=np.intp))):
            if np.isfinite(peak.log_volume) and all(_are_distinct(peak, other) for other in peaks):
                peaks.append(peak)
        return peaks

    def around(self, peak: Peak) -> MultivariateT:
        """A t as wide as the peak."""
        return MultivariateT(peak.mode, cholesky_factor(peak.covariance, self.spread), self.freedom)

    def around_all(self, peaks: Sequence[Peak]) -> Mixture:
        """One t for each of some peaks, shared by the roots of their volumes."""
        shares = normalize_weights(np.array([peak.log_volume for peak in peaks]), 0.5)
        return Mixture(
            tuple(self.around(peak) for peak in peaks), tuple(float(share) for share in (1 - EVEN_SHARE) * shares + EVEN_SHARE / len(peaks))
        )


def degrees_of_freedom(dimension: int) -> float:
    """Return the degrees of freedom of a t to draw from, in so many dimensions: more for more, or its draws lie too far out."""
    return max(8.0, float(dimension))


def _are_distinct(peak: Peak, other: Peak) -> bool:
    """Whether two peaks are farther from each other than their widths; a width may be next to none."""
    return _squared_distance(peak.mode - other.mode, peak.covariance + other.covariance) > SAME_PEAK_DISTANCE * len(peak.mode)


def _squared_distance(away: Array, covariance: Array) -> float:
    white = np.linalg.solve(cholesky_factor(covariance, np.ones(len(away))), away)
    return float(white @ white)
