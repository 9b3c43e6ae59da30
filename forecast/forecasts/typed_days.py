"""Years, months and quarters typed as a forecast of a date: ``2027 to 2031`` is from the first day of 2027 to the last of 2031."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from forecast.book.files.months import MONTH_PATTERN, month_number

_TIME = re.compile(
    rf"(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})|(?P<year>\d{{4}})(?:-(?P<number>\d{{2}}))?"
    rf"|(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+)?(?P<month>{MONTH_PATTERN})\s+(?P<month_year>\d{{4}})"
    r"|Q(?P<quarter>[1-4])\s+(?P<quarter_year>\d{4})",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(?:from\s+)?(.+?)\s+to\s+(.+)", re.IGNORECASE)


def days_spelled(text: str) -> str | None:
    """Return a time in words as the day that it is, or as its first and last day, ``2027-01-01 to 2031-12-31``.

    None where the text is a day, or a range of days, in figures as it is, and where an end of it is no such time.
    """
    match = _RANGE.fullmatch(text.strip())
    ends = [match[1], match[2]] if match else [text.strip()]
    try:
        spans = [_span(end) for end in ends]
    except ValueError:  # such as 31 June
        return None
    first, last = spans[0], spans[-1]
    if first is None or last is None:
        return None
    spelled = f"{first[0]}" if match is None and first[0] == first[1] else f"{first[0]} to {last[1]}"
    return None if spelled == " ".join(text.split()) else spelled


def _span(text: str) -> tuple[date, date] | None:
    """The first and the last day of a time; None where the text names none, and ``ValueError`` where there is no such day."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    if match["iso"]:
        day = date.fromisoformat(match["iso"])
        return day, day
    if match["quarter"]:
        last_month = 3 * int(match["quarter"])
        return _months(int(match["quarter_year"]), last_month - 2, last_month)
    if match["year"]:
        first, last = (int(match["number"]),) * 2 if match["number"] else (1, 12)
        return _months(int(match["year"]), first, last)
    month = month_number(match["month"])
    if match["day"]:
        day = date(int(match["month_year"]), month, int(match["day"]))
        return day, day
    return _months(int(match["month_year"]), month, month)


def _months(year: int, first: int, last: int) -> tuple[date, date]:
    start = date(year, first, 1)
    return start, date(year, last, monthrange(year, last)[1])
