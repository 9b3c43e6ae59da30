"""Moments as the files of forecasts write them: in UTC, to the microsecond, and never without a zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

SECONDS_A_DAY = 86_400.0
EXAMPLE = "as in 2026-10-02T09:30:00Z"
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_moment(text: str) -> datetime | None:
    """Return the moment that a text spells, in UTC; None for any other text, and for a time without its zone."""
    match = _MOMENT.fullmatch(text)
    if match is None or match[1] is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def moment_hint(text: str) -> str:
    """Return what to write instead of a text that spells no moment."""
    match = _MOMENT.fullmatch(text)
    if match is not None and match[1] is None:
        return f"add the time zone: `{text}Z` is in UTC"
    if _DAY.fullmatch(text):
        return f"add the time and its zone, as in `{text}T12:00:00Z`"
    return f"write the day, the time and its zone, {EXAMPLE}"


def moment_text(moment: datetime) -> str:
    """Return a moment as a file has it: in UTC, with as many digits of the second as it has, up to six."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def days_of_moment(moment: datetime) -> float:
    """Return a moment as days from the beginning of 1970 in UTC, which is how dates are counted as numbers."""
    return moment.timestamp() / SECONDS_A_DAY


def days_of_date(day: date) -> float:
    """Return the beginning of a day, in UTC, as days from the beginning of 1970."""
    return float(day.toordinal() - date(1970, 1, 1).toordinal())


def days_of_text(text: str) -> float | None:
    """Return a day or a moment as days from the beginning of 1970; None for a text that spells neither."""
    if _DAY.fullmatch(text):
        try:
            return days_of_date(date.fromisoformat(text))
        except ValueError:
            return None
    moment = parse_moment(text)
    return None if moment is None else days_of_moment(moment)


def text_of_days(days: float) -> str:
    """Return days from the beginning of 1970 as a day, or as a moment where they are not whole; raise ``OverflowError`` beyond year 9999."""
    if days.is_integer():
        return date.fromordinal(int(days) + date(1970, 1, 1).toordinal()).isoformat()
    return moment_text(datetime.fromtimestamp(days * SECONDS_A_DAY, tz=UTC))
