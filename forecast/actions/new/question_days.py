"""The first and the last day that count, where a person gives neither: those that the words of their question name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from forecast.actions.new.days import calendar
from forecast.actions.new.deadlines import Deadline, named_day, named_deadline
from forecast.actions.new.named_times import far_year, named_span, time_asked_about, unread_time
from forecast.schema import words


@dataclass(frozen=True, slots=True)
class QuestionDays:
    """The days that count, None where they are the usual ones; ``unclear`` is a deadline in words that could be several days."""

    since: date | None = None
    by: date | None = None
    unclear: Deadline | None = None


def days_of_question(asks: str, *, since: date | None, by: date | None, counts: bool, today: date) -> QuestionDays:
    """Return the days that count, of a question that ``counts`` events from a first day or only asks about a last.

    A time from one day to another gives both, a deadline gives the last, a day "on" which it is both; a time to come that the question is about (``time_asked_about``)
    gives both, and the present one its last.  Words for a time that are not read, and a year after the usual last day, leave it unclear.  What is given stays.
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
        said = (unread_time(asks) or far_year(asks, calendar(today=today, opens=None, by=None).by.year)) if by is None else ""
        return QuestionDays(since, by, Deadline(said, None) if said else None)
    first = window.first if counts and window.first > today else None
    return QuestionDays(since or first, by or window.last)


def day_note(asks: str, since: date | None, by: date | None, today: date) -> str:
    """Return what a person should know where the days that count are others than a question's words name; empty where they agree."""
    if by is not None and (said := contradiction(asks, by, today)):
        return f"the question says “{said}”, and the last day that counts is {words.day(by)}"
    if since is not None and (said := first_contradiction(asks, since, today)):
        return f"the question says “{said}”, and the first day that counts is {words.day(since)}"
    return ""


def contradiction(asks: str, by: date | None, today: date) -> str:
    """Return the words for a question's last day that name another than the last that counts; empty where they agree.

    A deadline goes before the time that the question is about, as in the rungs of a ladder, which differ.
    """
    if by is None:
        return ""
    span, deadline, window = named_span(asks, today), named_deadline(asks, today), time_asked_about(asks, today)
    if span is not None:
        return span.said if span.last != by else ""
    if deadline is not None:
        return deadline.said if deadline.day not in {None, by} else ""
    if (day := named_day(asks, today)) is not None:
        return f"on {words.day(day)}" if day != by else ""
    return window.said if window is not None and window.is_meant and window.last != by else ""


def first_contradiction(asks: str, since: date | None, today: date) -> str:
    """Return the words for a time to come in a question that begins on another day than the first that counts; empty where they agree."""
    window = time_asked_about(asks, today)
    if since is None or window is None or not window.is_meant or window.first <= today:
        return ""
    return window.said if window.first != since else ""
