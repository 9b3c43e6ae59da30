"""What became known on a day is told as people say it: what is new first, and one event in the same words in text and picture."""

from __future__ import annotations

import pytest

from forecast.sentences.named import quoted_name
from forecast.sentences.news import event_in_words, event_label, first_event, is_update, listed_events, news_text, ordered_news

NEW = "two captives reach South Korea (11 to 20 September 2026)"
UPDATE = "two prisoners refuse to go home (28 October 2025, updated)"
ELSEWHERE = "two prisoners refuse to go home (28 October 2025, updated, from “Would he (a prisoner) go home?”)"
OLD = "two prisoners refuse to go home (28 October 2025), a correction"


def test_what_is_new_stands_before_updates():
    """The text and the picture begin with the same event, whichever stands first in the JSON, also of an older report."""
    assert [is_update(event) for event in (NEW, UPDATE, ELSEWHERE, OLD)] == [False, True, True, True]
    for update in (UPDATE, ELSEWHERE, OLD):
        assert ordered_news([update, NEW]) == [NEW, update]
        assert news_text([update, NEW]).startswith(first_event([update, NEW]))
        assert first_event([update]) == "two prisoners refuse to go home"


def test_the_first_two_events_are_told_and_the_others_counted():
    """No day's news fills a paragraph."""
    assert news_text([NEW, UPDATE, OLD]) == f"{NEW}; {UPDATE}; and 1 more"


def test_what_several_rows_say_in_the_same_words_is_said_once():
    """With the number of the rows; another day, or an update of the same, is another event."""
    other = NEW.replace("20 September", "21 September")
    assert news_text([NEW, NEW, NEW]) == f"{NEW}, in three rows"
    assert news_text([NEW, other, UPDATE, NEW]) == f"{NEW}, in two rows; {other}; and 1 more"
    assert listed_events([UPDATE, NEW, UPDATE]) == [f"{UPDATE}, in two rows", NEW]
    assert listed_events([NEW] * 13) == [f"{NEW}, in 13 rows"]
    assert (news_text([]), listed_events([])) == ("", [])


def test_a_name_is_quoted_as_words():
    """It has its label behind it, and no underscore."""
    assert (quoted_name("names_south"), quoted_name("wants_home", "as_stalin")) == ("“names south”", "“wants home, as stalin”")


@pytest.mark.parametrize(
    ("days", "known", "label"),
    [
        ("1 to 20 September 2026", "2026-09-23", "Sep 2026, they arrive"),
        ("23 September 2026, updated", "2026-09-23", "Sep 2026, they arrive"),
        ("1 to 31 August 2026", "2026-09-01", "Known Sep 2026: they arrive (Aug 2026)"),
        ("30 August to 20 September 2026", "2026-09-23", "Known Sep 2026: they arrive (30 Aug to 20 Sep 2026)"),
        ("1 January to 30 June 2026", "2026-09-30", "Known Sep 2026: they arrive (Jan to Jun 2026)"),
        ("1 January to 29 June 2026", "2026-09-30", "Known Sep 2026: they arrive (1 Jan to 29 Jun 2026)"),
        ("1 November 2025 to 28 February 2026", "2026-09-30", "Known Sep 2026: they arrive (Nov 2025 to Feb 2026)"),
        ("1 January to 31 December 2025", "2026-01-20", "Known Jan 2026: they arrive (2025)"),
        ("1 January 2013 to 31 December 2014", "2015-01-20", "Known Jan 2015: they arrive (2013 to 2014)"),
        ("20 September 2025, from “Who (ever) arrives?”", "2026-09-23", "Known Sep 2026: they arrive (20 Sep 2025)"),
        ("from 1 May 2025 on", "2026-09-23", "Known Sep 2026: they arrive (from 1 May 2025 on)"),
        ("from 1 September 2026 on", "2026-09-23", "Sep 2026, they arrive"),
        ("31 February 2026", "2026-09-23", "Known Sep 2026: they arrive (31 Feb 2026)"),
    ],
)
def test_a_label_has_the_days_of_what_happened_in_another_month(days: str, known: str, label: str) -> None:
    """Nobody is to read that all of a half-year's arrivals were in the month in which their number was told."""
    news = [f"they arrive ({days})"]
    assert event_label(news, known) == label
    has_days = label.startswith("Known")
    assert event_in_words(news, known).endswith(f", they arrive{f' ({days.partition(", ")[0]})' if has_days else ''}")


def test_an_event_without_days_has_its_month_alone() -> None:
    """A report of an older version may have none."""
    assert event_label(["they arrive"], "2026-09-23") == "Sep 2026, they arrive"
    assert event_in_words(["they arrive"], "2026-09-23") == "23 September 2026, they arrive"
