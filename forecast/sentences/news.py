"""What became known on a day, as a history has it: ``two captives reach South Korea (11 to 20 September 2026)``.

In brackets stand the days, whether it updates what was known before, and the title of the topic that it comes from, if that is another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST_NEWS = 2
UPDATED = "updated"
OLD_CORRECTION = ", a correction"  # how older reports mark an update
_BRACKETS = re.compile(r" \((?P<about>(?:[^()]|\([^()]*\))*)\)$")


def news_text(news: Sequence[str]) -> str:
    """Return what became known on a day, the first few of it."""
    rest = len(news) - MOST_NEWS
    return "; ".join(event.replace("_", " ") for event in ordered_news(news)[:MOST_NEWS]) + (f"; and {rest} more" if rest > 0 else "")


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
