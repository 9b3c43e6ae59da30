"""The days that a book can hold.

Python's calendar ends with the year 9999, and the day after its last does not exist;
many tables write "no end" that way.  A book ends long before, so that whatever is
added to its days is a day.
"""

from __future__ import annotations

from datetime import date

FIRST_DAY = date(1000, 1, 1)
LAST_DAY = date(3000, 12, 31)


def is_book_day(day: date) -> bool:
    """Whether a book can hold a day."""
    return FIRST_DAY <= day <= LAST_DAY


def day_fault(day: date) -> tuple[str, str]:
    """Return the message and the hint of a day that no book can hold."""
    if day < FIRST_DAY:
        return f"{day} is before {FIRST_DAY}, the first day that a book can hold", "name the day from which something is recorded"
    return f"{day} is after {LAST_DAY}, the last day that a book can hold", "name a day by which it can be known"
