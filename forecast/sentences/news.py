"""What became known on a day, as a history has it: ``two captives reach South Korea (11 to 20 September 2026)``.

In brackets stand the days, whether it updates what was known before, and the title of the topic that it comes from, if that is another.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from datetime import date

from forecast.book.files.months import MONTHS, month_number
from forecast.schema import words

MOST_NEWS = 2
UPDATED = "updated"
OLD_CORRECTION = ", a correction"  # how older reports mark an update
_MONTH = "|".join(MONTHS)
_DAYS = re.compile(
    rf"(?:(\d{{1,2}})(?: ({_MONTH}))?(?: (\d{{4}}))? to )?(\d{{1,2}}) ({_MONTH}) (\d{{4}})"
)  # as `words.day_range` writes them
_BRACKETS = re.compile(r" \((?P<about>(?:[^()]|\([^()]*\))*)\)$")


def news_text(news: Sequence[str]) -> str:
    """Return what became known on a day, the first few of it."""
    events = listed_events(ordered_news(news))
    rest = len(events) - MOST_NEWS
    return "; ".join(events[:MOST_NEWS]) + (f"; and {rest} more" if rest > 0 else "")


def listed_events(news: Sequence[str]) -> list[str]:
    """Return what became known on a day, in its order; what several rows say in the same words stands once, with their number."""
    return [
        event.replace("_", " ") + (f", in {words.SMALL[times] if times < len(words.SMALL) else times} rows" if times > 1 else "")
        for event, times in Counter(news).items()
    ]


def ordered_news(news: Sequence[str]) -> list[str]:
    """Return what became known on a day, what is new before what is an update."""
    return sorted(news, key=is_update)


def is_update(event: str) -> bool:
    """Whether an event takes the place of what was known before."""
    about = _BRACKETS.search(event)
    return event.endswith(OLD_CORRECTION) or (about is not None and UPDATED in about["about"].split(", "))


def first_event(news: Sequence[str]) -> str:
    """Return the event that a text on a day's news begins with, without what stands in brackets behind it."""
    return _BRACKETS.sub("", ordered_news(news)[0].removesuffix(OLD_CORRECTION)).replace("_", " ")


def event_label(news: Sequence[str], known: str) -> str:
    """Return the event that became known on a day as a picture has it: ``Sep 2026, two captives reach South Korea``.

    Where it was in another month, or in more than that one, its own days stand behind it: ``Known Sep 2026: 63 North Koreans arrive
    (Jan to Jun 2026)``.
    """
    month, event, when = words.month(known, short=True), first_event(news), _other_days(news, known)
    return f"Known {month}: {event} ({_in_short(when)})" if when else f"{month}, {event}"


def event_in_words(news: Sequence[str], known: str) -> str:
    """Return what ``event_label`` does, with whole days, as it stands in a sentence."""
    when = _other_days(news, known)
    return f"{words.day(known)}, {first_event(news)}{f' ({when})' if when else ''}"


def _other_days(news: Sequence[str], known: str) -> str:
    """The days of the event that a text on a day's news begins with, where they are not all in the month in which it became known."""
    brackets = _BRACKETS.search(ordered_news(news)[0].removesuffix(OLD_CORRECTION))
    when = "" if brackets is None else brackets["about"].partition(", ")[0]
    days = _days_of(when.removeprefix("from ").removesuffix(" on"))
    return "" if days is not None and {its.isoformat()[:7] for its in days} == {known[:7]} else when


def _days_of(when: str) -> tuple[date, date] | None:
    """The first and the last day of days in words; None where they are no such days."""
    found = _DAYS.fullmatch(when)
    if found is None:
        return None
    from_day, from_month, from_year, day, month, year = found.groups()
    try:
        last = date(int(year), month_number(month), int(day))
        return (
            date(int(from_year or year), month_number(from_month or month), int(from_day)) if from_day else last,
            last,
        )
    except ValueError:
        return None


def _in_short(when: str) -> str:
    """Days in words as a label has them: whole years and months by their names, and no month in full."""
    days = _days_of(when)
    if days is not None and days[0].day == 1 and days[1].day == monthrange(days[1].year, days[1].month)[1]:
        first, last = days
        if (first.month, last.month) == (1, 12):
            return f"{first.year}" if first.year == last.year else f"{first.year} to {last.year}"
        if (first.year, first.month) == (last.year, last.month):
            return words.month(last, short=True)
        return f"{words.month(first, short=True).removesuffix(f' {last.year}')} to {words.month(last, short=True)}"
    return re.sub(rf"\b({_MONTH})\b", lambda found: found[0][:3], when)
