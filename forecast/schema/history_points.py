"""The points of a history at which a measure is known: a mean that could not be estimated on a day is null there, while others are known."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.schema.insight import HistoryPoint, InsightContent


def points_of(insight: InsightContent, index: int) -> list[HistoryPoint]:
    """Return the points of a history at which the measure at a place is known."""
    return [point for point in insight["history"]["points"] if is_known_at(point, index)]


def unknown_days(insight: InsightContent, index: int) -> tuple[str, ...]:
    """Return the days of a history on which the measure at a place is not known."""
    return tuple(point["day"] for point in insight["history"]["points"] if not is_known_at(point, index))


def unbroken_runs(points: Sequence[HistoryPoint], unknown: Sequence[str]) -> list[list[HistoryPoint]]:
    """Return points in runs, between which days stand on which nothing is known: a line is drawn within a run alone."""
    runs: list[list[HistoryPoint]] = []
    for point in points:
        if runs and not any(runs[-1][-1]["day"] < day < point["day"] for day in unknown):
            runs[-1].append(point)
        else:
            runs.append([point])
    return runs


def is_known_at(point: HistoryPoint, index: int) -> bool:
    """Whether the measure at a place is known as of a day."""
    return point["values"][index] is not None and point["errors"][index] is not None


def value_at(point: HistoryPoint, index: int) -> float:
    """Return the measure at a place as of a day on which it is known."""
    value = point["values"][index]
    assert value is not None
    return value


def error_at(point: HistoryPoint, index: int) -> float:
    """Return the Monte Carlo error of the measure at a place as of a day on which it is known."""
    error = point["errors"][index]
    assert error is not None
    return error
