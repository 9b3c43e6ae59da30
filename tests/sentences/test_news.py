"""What became known on a day is told as people say it: what is new first, and one event in the same words in text and picture."""

from __future__ import annotations

from forecast.sentences.named import quoted_name
from forecast.sentences.news import first_event, is_update, news_text, ordered_news

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


def test_a_name_is_quoted_as_words():
    """It has its label behind it, and no underscore."""
    assert (quoted_name("names_south"), quoted_name("wants_home", "as_stalin")) == ("“names south”", "“wants home, as stalin”")
