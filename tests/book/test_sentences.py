"""Reasons are sentences; one that is typed in a line may lack its full stop."""

from __future__ import annotations

import pytest

from forecast.book.sentences import is_sentence, with_full_stop

pytestmark = pytest.mark.small


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Three coups since 2006", "Three coups since 2006."),
        ("About 3 in 20 %", "About 3 in 20 %."),
        ("It said “no more”", "It said “no more”."),
        ("It fell (by half)", "It fell (by half)."),
        ("  Three coups since 2006 ", "Three coups since 2006."),
        ("Three coups since 2006.", "Three coups since 2006."),
        ("Is it so?", "Is it so?"),
        ("My guess", "My guess."),
        ("Guess", "Guess"),
        ("to do", "to do"),
        ("n/a", "n/a"),
        ("N / A", "N / A"),
        ("Tbd …", "Tbd …"),
        ("a placeholder", "a placeholder"),
        ("No reason yet", "No reason yet"),
        ("Three coups since,", "Three coups since,"),
        ("", ""),
    ],
)
def test_a_full_stop_is_added_to_what_is_a_sentence_but_for_it(typed: str, written: str):
    """Of two words and more that say something and end with a word, a number or a closing mark; anything else stays as it is."""
    assert with_full_stop(typed) == written
    assert is_sentence(written) == written.endswith((".", "?", "”.", ")."))
