"""Times of exports that may lack their zone and pad no digits, as in ``2024-12-09 01:12:2``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from forecast.book.files.problems import FileFault, Place, Problem
from forecast.forecasts.times import parse_moment
from forecast.forecasts.values import ValueFault

_TIME = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\.([0-9]{1,6})[0-9]*)?)?)? ?(Z|UTC|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})?"
)


class UnknownZone(ValueFault):
    """A time without a zone in a file of which none is known: no time in it can be read, so that it is refused as a whole."""

    def __init__(self, text: str) -> None:
        super().__init__(f"`{text}` names no time zone", "say which it is in with --zone, as in --zone UTC")


def zone_of(name: str, path: str) -> tzinfo | None:
    """Return the zone of a name such as UTC or Europe/Berlin, None for an empty one; raise ``FileFault`` for one that nobody knows."""
    if name in {"", "UTC"}:
        return UTC if name else None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise FileFault(Problem(Place(path), f"`{name[:80]}` is no time zone", "write UTC, or a place as in Europe/Berlin")) from None


def zoned_moment(text: str, zone: tzinfo | None) -> datetime:
    """Return a moment in UTC; one that names no zone is in ``zone``.

    Raises ``UnknownZone`` where no zone is known, and ``ValueFault`` for a local time that a change of clocks skips or repeats.
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueFault(f"`{text}` is no time", "a time is written as in 2026-10-02 09:30:00")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    written_zone = (match[8] or "").replace("UTC", "Z")
    try:
        local = datetime(year, month, day, hour, minute, second, int((match[7] or "0").ljust(6, "0")))  # noqa: DTZ001 - its zone follows
        if written_zone:
            moment = parse_moment(f"{local.isoformat(timespec='microseconds')}{written_zone}")
        elif zone is None:
            raise UnknownZone(text)
        else:
            moment = _in_zone(local.replace(tzinfo=zone), text)
    except (ValueError, OverflowError) as error:
        if isinstance(error, ValueFault):
            raise
        moment = None
    if moment is None:
        raise ValueFault(f"`{text}` is no time", "a time is written as in 2026-10-02 09:30:00")
    return moment


def _in_zone(local: datetime, text: str) -> datetime:
    first, second = local.utcoffset(), local.replace(fold=1).utcoffset()
    if first != second or first is None or abs(first) > timedelta(days=1):
        raise ValueFault(f"`{text}` stands twice or not at all on the clocks of this zone", "write the time with its offset from UTC")
    return local.astimezone(UTC)
