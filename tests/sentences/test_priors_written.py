"""How much later than a replayed day its priors were written, in words."""

from __future__ import annotations

from datetime import date
from typing import cast

import pytest

from forecast.schema.topic import TopicContent
from forecast.sentences.priors_written import hindcast_sentence, replay_sentence, time_between, written_later


def report(as_of: str, **more: str) -> TopicContent:
    """What matters of a report."""
    return cast("TopicContent", {"as_of": as_of, **more})


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ("2024-11-16", "1 day"),
        ("2024-11-29", "14 days"),
        ("2024-12-14", "1 month"),
        ("2026-11-15", "24 months"),
        ("2029-11-15", "60 months"),
        ("2029-12-15", "5 years"),
        ("2124-11-15", "100 years"),
    ],
)
def test_time_is_said_in_months_below_half_a_month_in_days_and_beyond_five_years_in_years(last: str, said: str) -> None:
    """A month counts as it is on average, and one of a thing is singular."""
    assert time_between(date(2024, 11, 15), date.fromisoformat(last)) == said


def test_a_replay_says_how_much_later_its_priors_were_written() -> None:
    """Of the report's day, or of another; nothing of a day by which they stood, or where nobody knows."""
    content = report("2024-11-15", priors_written="2026-11-23")
    assert written_later(content) == "priors written 24 months later"
    assert hindcast_sentence(content) == "Priors written 24 months later: they have been in the ledger since 23 November 2026."
    assert written_later(content, "2026-11-20") == "priors written 3 days later"
    assert not written_later(content, "2026-11-23")
    assert not hindcast_sentence(report("2026-11-23", priors_written="2026-11-23"))
    assert not hindcast_sentence(report("2024-11-15"))


def test_several_days_are_told_from_the_first() -> None:
    """A history names the first of its days."""
    said = "Priors written 2 months after 1 January 2025, the first of these days: they have been in the ledger since 1 March 2025."
    assert replay_sentence(date(2025, 1, 1), date(2025, 3, 1)) == said
    assert not replay_sentence(date(2025, 3, 1), date(2025, 3, 1))
