"""Why rows are impossible under every draw of the priors, in problems placed at the rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forecast.model.draw_blocks import in_chunks
from forecast.model.errors import Unsound, place_problem
from forecast.model.model import Model, Parameters
from forecast.model.saturation import rounded_chances, rounding_hint


def impossible_rows_error(model: Model, columns: Sequence[int], prior: Parameters) -> Unsound:
    """Return the problems of the rows in ``columns``, found to be impossible at every draw, or of all together where none is by itself.

    ``prior`` are draws of the prior, at which it is seen whether a chance that is rounded to 0 or 1 makes them so.
    """
    rows = model.rows
    blamed, others, wordings = _rows_impossible_by_rounding(model, prior)

    def since(stream: str) -> str:
        return f", since {wordings[stream]} is rounded to 0 or 1 there"

    problems = [
        place_problem(
            model.topic,
            rows[index][1].place,
            f"this row of `{rows[index][0]}` is impossible under every draw of the priors{since(rows[index][0]) if blamed[index] else ''}",
            hint=rounding_hint(model.topic.streams[rows[index][0]].value, wordings[rows[index][0]])
            if blamed[index]
            else f"`{model.topic.streams[rows[index][0]].value.text}` gives it probability zero",
        )
        for index in columns
        if index < len(rows)
    ]
    if problems:
        return Unsound(*problems)
    message = "the rows together are impossible under every draw of the priors"
    if others or not blamed.any():
        return Unsound(place_problem(model.topic, rows[0][1].place, message))
    stream = next(iter(wordings))
    first = next(row for name, row in rows if name == stream)
    hint = rounding_hint(model.topic.streams[stream].value, wordings[stream])
    return Unsound(place_problem(model.topic, first.place, f"{message}{since(stream)}", hint))


def _rows_impossible_by_rounding(model: Model, prior: Parameters) -> tuple[NDArray[np.bool_], bool, dict[str, str]]:
    """Whether each row, ``(rows,)``, is impossible at some draws and at all of them since a chance is rounded to 0 or 1.

    Also whether others are impossible for another reason, and how such chances are written, by stream.
    """
    impossible, unexplained = (np.zeros(len(model.rows), dtype=bool) for _ in range(2))
    wordings: dict[str, str] = {}
    for some in in_chunks(prior, model.row_count):
        never = np.isneginf(model.log_likelihood(some))
        rounded, written = rounded_chances(model, some)
        impossible |= never.any(axis=0)
        unexplained |= (never & ~rounded).any(axis=0)
        wordings = {**written, **wordings}
    return impossible & ~unexplained, bool(unexplained.any()), wordings
