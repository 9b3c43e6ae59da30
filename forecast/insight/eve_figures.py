"""One figure of a day that two analyses replay: the history, and the split of what moved the answers since the eve of the last news.

Both replay the same rows with the same book, on other paths.  A report says one number of one day, so each measure has the figure with
the smaller Monte Carlo error in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from forecast.insight.estimands import zero_rounding_errors
from forecast.language.arrays import Array
from forecast.schema.insight import HistoryContent, HistoryPoint


@dataclass(frozen=True, slots=True)
class ReplayedFigures:
    """The measures as of a day by replay, and their Monte Carlo errors, ``(measures,)`` each."""

    values: Array
    errors: Array

    def with_those_of(self, other: ReplayedFigures, chosen: NDArray[np.bool_]) -> ReplayedFigures:
        """Return the figures of another replay where they are ``chosen``, ``(measures,)``, and these elsewhere."""
        return ReplayedFigures(np.where(chosen, other.values, self.values), np.where(chosen, other.errors, self.errors))


def better_known(first: ReplayedFigures, second: ReplayedFigures, *, settled: NDArray[np.bool_]) -> tuple[ReplayedFigures, ReplayedFigures]:
    """Return two replays of one day, each measure with the figure of the smaller Monte Carlo error in both.

    A figure without an error is one that no path hit, or all did: the other's stands, if it has one.  What is ``settled``, ``(measures,)``,
    and what one of the two could not estimate stays as it is in each.
    """
    comparable = np.isfinite(first.values) & np.isfinite(second.values) & ~settled
    of_first, of_second = (zero_rounding_errors(its.errors, np.abs(its.values)) for its in (first, second))
    is_second = comparable & (of_second > 0) & ((of_first == 0) | (of_second < of_first))
    is_first = comparable & (of_first > 0) & ~is_second
    return first.with_those_of(second, is_second), second.with_those_of(first, is_first)


def figures_on(history: HistoryContent, day: date) -> ReplayedFigures | None:
    """Return the measures of a history as of a day; None where it does not have that day."""
    point = next((point for point in history["points"] if point["day"] == day.isoformat()), None)
    return None if point is None else ReplayedFigures(np.array(point["values"], dtype=float), np.array(point["errors"], dtype=float))


def settled_on(history: HistoryContent, day: date) -> NDArray[np.bool_]:
    """Return which measures of a history were settled by a day, ``(measures,)``."""
    return np.array([its is not None and its <= day.isoformat() for its in history["settled"]], dtype=bool)


def with_figures_on(history: HistoryContent, day: date, figures: ReplayedFigures) -> HistoryContent:
    """Return a history with other figures as of a day that it has."""
    points = [_with_figures(point, figures) if point["day"] == day.isoformat() else point for point in history["points"]]
    return {**history, "points": points}


def known_figures(values: Array, errors: Array) -> tuple[list[float | None], list[float | None]]:
    """Return measures and their errors, ``(measures,)`` each, as lists in which both are None where one of them could not be estimated."""
    is_known = np.isfinite(values) & np.isfinite(errors)
    first, second = ([float(number) if known else None for number, known in zip(its, is_known, strict=True)] for its in (values, errors))
    return first, second


def _with_figures(point: HistoryPoint, figures: ReplayedFigures) -> HistoryPoint:
    values, errors = known_figures(figures.values, figures.errors)
    return {**point, "values": values, "errors": errors}
