"""Chosen: which number stands for a numeric answer, its mean or its median, in everything that is said of it.

The mean, since it moves with every path, where the median of a count stands still.  But where the mean
cannot be estimated, in the answer or in anything that it is compared with, the median stands for it everywhere, so
that one report speaks of one number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from forecast.insight.estimands import Measure

if TYPE_CHECKING:
    from forecast.insight.history import History
    from forecast.schema.insight import HistoryPoint, InsightContent, Move, MovePart


def chosen_columns(measures: Sequence[Measure], rows: Iterable[Sequence[float]]) -> list[int]:
    """Return the columns that stay: a mean where it is a number in every row, otherwise its median; one column for each answer or choice.

    ``measures`` are as ``estimands.with_medians`` returns them, and each row has a number for each.
    """
    medians = {measure.question.name: column for column, measure in enumerate(measures) if measure.kind == "median"}
    unknown: set[int] = set()
    for row in rows:
        unknown |= {column for column, value in enumerate(row) if math.isnan(value)}
    kept = [column for column, measure in enumerate(measures) if measure.kind != "median"]
    return [medians.get(measures[column].question.name, column) if column in unknown else column for column in kept]


def chosen_insight(content: InsightContent, measures: Sequence[Measure]) -> InsightContent:
    """Return an insight of means and medians with one of them for each answer."""
    columns = chosen_columns(measures, _rows(content))
    history = content["history"]
    points = [_point(point, columns) for point in history["points"]]
    return {
        **content,
        "measures": _columns_of(content["measures"], columns),
        "moves": [_move(move, columns) for move in content["moves"]],
        "leverage": [{**row, "values": _columns_of(row["values"], columns)} for row in content["leverage"]],
        "sensitivity": [{**row, "values": _columns_of(row["values"], columns)} for row in content["sensitivity"]],
        "signposts": [{**row, "values": _columns_of(row["values"], columns)} for row in content["signposts"]],
        "information": [
            {**row, "values": _columns_of(row["values"], columns), "errors": _columns_of(row["errors"], columns)}
            for row in content["information"]
        ],
        "history": {"points": points, "settled": _columns_of(history["settled"], columns)},
    }


def _point(point: HistoryPoint, columns: Sequence[int]) -> HistoryPoint:
    chosen: HistoryPoint = {**point, "values": _columns_of(point["values"], columns), "errors": _columns_of(point["errors"], columns)}
    if "ranges" in point:
        chosen["ranges"] = _columns_of(point["ranges"], columns)
    return chosen


def chosen_move(move: Move, measures: Sequence[Measure]) -> tuple[tuple[Measure, ...], Move]:
    """Return a move, and the measures it is reported in, with one of mean and median for each answer."""
    columns = chosen_columns(measures, _rows_of_move(move))
    return tuple(measures[column] for column in columns), _move(move, columns)


def chosen_history(history: History) -> History:
    """Return a history with one of mean and median for each answer."""
    columns = chosen_columns(history.measures, [point.values.tolist() for point in history.points])
    return replace(
        history,
        measures=tuple(history.measures[column] for column in columns),
        points=tuple(
            replace(point, values=point.values[columns], errors=point.errors[columns], held=point.held[columns]) for point in history.points
        ),
        settled=tuple(history.settled[column] for column in columns),
    )


def _rows(content: InsightContent) -> Iterator[Sequence[float]]:
    """Every list of values that has one for each measure."""
    yield [measure["value"] for measure in content["measures"]]
    for move in content["moves"]:
        yield from _rows_of_move(move)
    for group in (content["leverage"], content["sensitivity"], content["signposts"]):
        for row in group:
            yield [estimate["value"] for estimate in row["values"]]
    for learnt in content["information"]:
        yield learnt["values"]
    for point in content["history"]["points"]:
        yield [math.nan if value is None else value for value in point["values"]]


def _rows_of_move(move: Move) -> Iterator[Sequence[float]]:
    yield move["before"]
    yield move["after"]
    for part in move["parts"]:
        yield part["points"]


def _move(move: Move, columns: Sequence[int]) -> Move:
    chosen: Move = {
        **move,
        "before": _columns_of(move["before"], columns),
        "after": _columns_of(move["after"], columns),
        "parts": [_part(part, columns) for part in move["parts"]],
        "sentences": _columns_of(move["sentences"], columns),
    }
    return {**chosen, "errors": _columns_of(move["errors"], columns)} if "errors" in move else chosen


def _part(part: MovePart, columns: Sequence[int]) -> MovePart:
    return {
        **part,
        "points": _columns_of(part["points"], columns),
        "errors": _columns_of(part["errors"], columns),
        "bits": _columns_of(part["bits"], columns),
    }


def _columns_of[Each](values: Sequence[Each], columns: Sequence[int]) -> list[Each]:
    return [values[column] for column in columns] if values else []
