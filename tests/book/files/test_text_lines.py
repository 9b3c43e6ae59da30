"""Lines of long texts: the same as those of short ones, whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecast.book.files import text_lines
from forecast.book.files.text_lines import LongTextLines, lines_of_text


@given(st.text(st.sampled_from("ab\n\r é€😀\u2028"), max_size=40))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_lines_of_a_long_text_are_those_of_a_short_one(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """By number, in slices, one after the other, and in length."""
    monkeypatch.setattr(text_lines, "LARGE_TEXT", 0)
    monkeypatch.setattr(text_lines, "_AT_ONCE", 3)
    lines, expected = lines_of_text(text), tuple(text.split("\n"))
    assert isinstance(lines, LongTextLines)
    assert (tuple(lines), len(lines)) == (expected, len(expected))
    assert lines.lengths.tolist() == [len(line) for line in expected]
    assert [lines[at] for at in range(-len(expected), len(expected))] == [*expected, *expected]
    assert all(lines[first:last] == expected[first:last] for first in range(4) for last in range(6))
    with pytest.raises(IndexError):
        lines[len(expected)]
