"""The days of a template moved to those of somebody who starts today.

The templates are written as of one day.  What lies before it moves with today,
so that rows keep their lengths; what lies after it is stretched between the first
and the last day that count, so that deadlines keep their order.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from forecast.book.files.months import MONTHS
from forecast.schema import words

AS_OF, OPENS, BY = date(2026, 1, 1), date(2025, 1, 1), date(2026, 12, 31)  # of the templates
LONG = timedelta(days=180)  # from here on deadlines between the first day and the last are ends of months
_IN_FIGURES = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_IN_WORDS = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(MONTHS)}) (\d{{4}})\b")


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a new topic: the day it is, the day its record opens, and the first and the last day that count."""

    today: date
    opens: date
    by: date
    since: date

    def move_day(self, day: date) -> date:
        """Return the day that a day of a template becomes."""
        if day <= OPENS:
            return self.opens
        if day < AS_OF:
            return self.today - (AS_OF - day)
        if day in {AS_OF, BY}:
            return self.by if day == BY else self.since
        left = self.by - self.since
        there = self.since + timedelta(days=round(left.days * ((day - AS_OF) / (BY - AS_OF))))
        return there.replace(day=monthrange(there.year, there.month)[1]) if left >= LONG else there

    def rewritten(self, text: str) -> str:
        """Return a template's text with every day in it moved, in figures (2026-12-31) and in words (31 December 2026)."""
        text = _IN_FIGURES.sub(lambda match: str(self.move_day(date(*map(int, match.groups())))), text)
        return _IN_WORDS.sub(lambda match: words.day(self.move_day(date(int(match[3]), MONTHS.index(match[2]) + 1, int(match[1])))), text)


def calendar(*, today: date, opens: date | None, by: date | None, since: date | None = None) -> Calendar:
    """Return the calendar of a topic that starts today.

    Without other days the record opens a year ago, the first day that counts is today, and the
    last is the end of this year, from July on that of the next; or of the year in which the first lies.
    """
    year = today.year if today.month <= 6 else today.year + 1
    since = since or today
    return Calendar(today, opens or today - (AS_OF - OPENS), by or date(max(year, since.year), 12, 31), since)
