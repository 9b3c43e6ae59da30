"""Calendar steps as labels: which step a day lies in, counted from the step in which a topic opens.

A parameter with ``per = "year"`` has one value for each year of the record; the
same holds for a quarter, a month, a week (from Monday) and a day.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from forecast.book.topic import Step

ONE_DAY = timedelta(days=1)
CALENDARS: tuple[Step, ...] = ("day", "week", "month", "quarter", "year")  # from the finest to the coarsest
MOST_CALENDAR_STEPS = 400  # steps that a parameter may have values for


def step_index(step: Step, opens: date, day: date) -> int:
    """Return how many steps after that of ``opens`` the step of a day is (negative before it)."""
    return _step_number(step, day) - _step_number(step, opens)


def step_labels(step: Step, opens: date, last: date) -> tuple[str, ...]:
    """Return the labels of the steps from that of ``opens`` to that of ``last``: 2026, 2026-Q4, 2026-11, or a day."""
    labels: list[str] = []
    day = opens
    for _ in range(max(step_index(step, opens, last), 0) + 1):
        labels.append(step_label(step, day))
        day = _next_step_start(step, day)
    return tuple(labels)


def step_label(step: Step, day: date) -> str:
    """Return the label of the step a day lies in; a week's is its Monday."""
    match step:
        case "year":
            return f"{day.year}"
        case "quarter":
            return f"{day.year}-Q{(day.month - 1) // 3 + 1}"
        case "month":
            return f"{day.year}-{day.month:02}"
        case "week":
            return (day - timedelta(days=day.weekday())).isoformat()
        case "day":
            return day.isoformat()


def _step_number(step: Step, day: date) -> int:
    match step:
        case "year":
            return day.year
        case "quarter":
            return day.year * 4 + (day.month - 1) // 3
        case "month":
            return day.year * 12 + day.month - 1
        case "week":
            return (day.toordinal() - 1) // 7
        case "day":
            return day.toordinal()


def step_numbers(step: Step, days: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the numbers of the steps that days lie in, as ordinals: those of two days are as far apart as ``step_index`` has it."""
    if step == "day":
        return days.astype(np.int64)
    if step == "week":
        return (days.astype(np.int64) - 1) // 7
    months = (days.astype(np.int64) - date(1970, 1, 1).toordinal()).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months // {"month": 1, "quarter": 3, "year": 12}[step]


def _next_step_start(step: Step, day: date) -> date:
    match step:
        case "year":
            return date(day.year + 1, 1, 1)
        case "quarter":
            months = day.year * 12 + (day.month - 1) // 3 * 3 + 3
        case "month":
            months = day.year * 12 + day.month
        case "week":
            return day + timedelta(days=7 - day.weekday())
        case "day":
            return day + timedelta(days=1)
    return date(months // 12, months % 12 + 1, 1)
