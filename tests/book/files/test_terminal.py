"""Text for the terminal: whatever is hidden is shown, everything else stays, and JSON keeps its meaning."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest

from forecast.book.files.terminal import terminal_json, terminal_line

pytestmark = pytest.mark.medium

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
KEPT = "\t\u200c\u200d"


def test_every_hidden_character_is_shown_and_no_other_is_changed():
    """All code points, one by one: those of the hidden categories come out printable, the others as they went in."""
    characters = [(chr(number), unicodedata.category(chr(number))) for number in range(sys.maxunicode + 1)]
    hidden = [character for character, category in characters if category in HIDDEN and character not in KEPT]
    codes = [terminal_line(character) for character in hidden]
    assert "".join(codes).isascii()
    assert "".join(codes).isprintable()
    assert eval(f"'{''.join(codes)}'") == "".join(hidden)
    others = "".join(character for character, category in characters if category not in HIDDEN | {"Cn"} or character in KEPT)
    assert terminal_line(others) == others  # which of those in Cn mean nothing yet depends on the version of Unicode


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b2J", "\\x9b2J"),
        ("all well\n1 topic checked", "all well\\x0a1 topic checked"),
        ("wrong\rright", "wrong\\x0dright"),
        ("a\u202eb\u2066c", "a\\u202eb\\u2066c"),
        ("a\u2028b", "a\\u2028b"),
        ("\ud83d", "\\ud83d"),
        ("\U000e0041", "\\U000e0041"),
        ("Ürümqi 🙂 \u0646\u200c\u0627, 50\u00a0%", "Ürümqi 🙂 \u0646\u200c\u0627, 50\u00a0%"),
        ("a\\x1bb", "a\\x1bb"),
    ],
)
def test_a_line_for_the_terminal(text: str, shown: str):
    """Escape sequences, line ends, overwriting, turned directions and halves of pairs are written by their codes."""
    assert terminal_line(text) == shown
    assert terminal_line(shown) == shown


@pytest.mark.parametrize("indent", [None, 2])
def test_json_keeps_its_meaning(indent: int | None):
    """Hidden characters in JSON are escaped in JSON's own way, so that what is read back is the same."""
    value = {"a\x9b\u202e": ["\x1b[2J", "\u2028\x7f\U000e0041", "\ud800", "plain ü", "\n"], "b": [1, None]}
    text = terminal_json(json.dumps(value, ensure_ascii=False, indent=indent))
    assert json.loads(text) == value
    assert all(terminal_line(line) == line for line in text.split("\n"))
