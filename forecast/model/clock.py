"""Days, months and years: how long a row is, and where the future is cut into steps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from forecast.book.calendar import ONE_DAY
from forecast.book.topic import Step

DAYS_PER_MONTH = 30.4375
DAYS_PER_YEAR = 365.25


def days_covered(start: date, end: date) -> int:
    """Return how many days an interval has, both ends included."""
    return (end - start).days + 1


def years_between(earlier: date, later: date) -> float:
    """Return the years from one day to another (negative when they stand the other way round)."""
    return (later - earlier).days / DAYS_PER_YEAR


def step_starts(step: Step, first: date, last: date) -> list[date]:
    """Return the days in ``(first, last]`` on which a calendar step begins."""
    starts = []
    day = _next_start(step, first)
    while day <= last:
        starts.append(day)
        day = _next_start(step, day)
    return starts


def cut_into_steps(step: Step | None, first: date, last: date, also: Iterable[date]) -> tuple[date, ...]:
    """Cut ``first … last`` (both included) into intervals.

    Returns their first days and, at the end, the day after ``last``.  Cuts lie
    at calendar steps, where there are any, and at the days of ``also`` that fall inside.
    """
    end = last + ONE_DAY
    inside = {day for day in also if first < day < end}
    return tuple(sorted({first, end, *(step_starts(step, first, last) if step else ()), *inside}))


def _next_start(step: Step, day: date) -> date:
    match step:
        case "day":
            return day + ONE_DAY
        case "week":
            return day + timedelta(days=7 - day.weekday())
        case "month":
            return _first_of_month(day, 1)
        case "quarter":
            return _first_of_month(day, 3 - (day.month - 1) % 3)
        case "year":
            return date(day.year + 1, 1, 1)


def _first_of_month(day: date, months_on: int) -> date:
    index = day.year * 12 + day.month - 1 + months_on
    return date(index // 12, index % 12 + 1, 1)
