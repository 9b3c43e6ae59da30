"""The first and the last day that count, where a person gives neither: those that the words of their question name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from forecast.actions.new.deadlines import Deadline, named_day, named_deadline
from forecast.actions.new.named_times import named_span, time_asked_about, unread_time


@dataclass(frozen=True, slots=True)
class QuestionDays:
    """The days that count, None where they are the usual ones; ``unclear`` is a deadline in words that could be several days."""

    since: date | None = None
    by: date | None = None
    unclear: Deadline | None = None


def days_of_question(asks: str, *, since: date | None, by: date | None, counts: bool, today: date) -> QuestionDays:
    """Return the days that count, of a question that ``counts`` events from a first day or only asks about a last.

    A time from one day to another gives both, a deadline gives the last, a day "on" which it is both; a time to come that the question is about (``time_asked_about``)
    gives both, and the present one its last.  Words for a time that are not read leave it unclear.  What is given stays.
    """
    span = named_span(asks, today)
    if by is None and span is not None:
        return QuestionDays(since or (span.first if counts and span.first > today else None), span.last)
    if by is None:
        deadline = named_deadline(asks, today)
        if deadline is not None:
            return QuestionDays(since, deadline.day, None if deadline.day else deadline)
        if (day := named_day(asks, today)) is not None:
            return QuestionDays(since or (day if counts and day > today else None), day)
    window = time_asked_about(asks, today)
    is_read = window is not None and window.last >= today and (window.is_meant if by is None else window.first <= by <= window.last)
    if window is None or not is_read:
        said = unread_time(asks) if by is None else ""
        return QuestionDays(since, by, Deadline(said, None) if said else None)
    first = window.first if counts and window.first > today else None
    return QuestionDays(since or first, by or window.last)


def contradiction(asks: str, by: date | None, today: date) -> str:
    """Return the deadline in a question's words that is another day than the last that counts; empty where they agree."""
    deadline = named_deadline(asks, today)
    return deadline.said if deadline is not None and by is not None and deadline.day not in {None, by} else ""
