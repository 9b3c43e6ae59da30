"""Which characters a text of a book may hold, by the kind of text, and how a hidden one is shown."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from forecast.language.characters import ONE_LINE, TextKind, character_text, escape_hidden_characters, refused_character
from forecast.language.faults import Fault
from forecast.language.parsing import parse_expression
from forecast.language.statements import parse_statement

KINDS: tuple[TextKind, ...] = ("statement", "label", "name", "unit", "cell", "id", "prose")
SAMPLE = [
    *range(0x3000),
    *range(0xD7F0, 0xD810),
    *range(0xDFF0, 0xE010),
    *range(0xFDC0, 0x10010),
    0x1F469,
    0x1FFFE,
    0xE0001,
    0xE0067,
    0x10FFFF,
]


@pytest.mark.parametrize("kind", sorted(ONE_LINE))
def test_a_text_of_one_line_has_no_character_that_ends_it_or_that_nobody_sees(kind):
    """Of every category, what is a control, a format, a separator of lines or half a character is refused, and `#` where it would begin a comment."""
    for code in SAMPLE:
        character = chr(code)
        ends = unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} or (code & 0xFFFE) == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
        wanted = ends or (character == "#" and kind != "id")
        assert (refused_character(f"a{character}b", kind) is not None) == wanted, f"U+{code:04X}"


def test_what_splits_a_line_anywhere_is_refused_in_every_text_of_one_line():
    """Whatever `str.splitlines` or Python's tokenizer takes for a line end is among the refused."""
    splits = [chr(code) for code in range(sys.maxunicode + 1) if len(f"a{chr(code)}b".splitlines()) > 1]
    assert {*splits} >= {"\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"}
    assert [(kind, character) for kind in ONE_LINE for character in splits if refused_character(character, kind) is None] == []


def test_prose_has_paragraphs_and_joiners_but_no_other_control_and_no_turned_writing():
    """A text may have line feeds, tabs, joiners, soft hyphens, direction marks and emoji; nothing that turns the writing or a terminal."""
    for good in (
        "one\n\ttwo # three",
        "می\u200cخواهم",
        "👩\u200d🚀",
        "🏴\U000e0067\U000e007f",
        "e\u0301",
        "co\u00adoperate",
        "\u200eabc\u200f",
        "한국어",
    ):
        assert refused_character(good, "prose") is None
    for bad in "\0\x07\b\v\f\r\x1b\x7f\x85\x9b\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ud800\udfff\ufffe\uffff":
        assert refused_character(f"a{bad}", "prose") is not None


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("Poisson(mu=1) # x", "statement", (14, "`#` cannot stand in a statement", "delete it; a comment stands outside the quotes")),
        ("a\nb", "statement", (1, "U+000A (line feed) cannot stand in a statement", "write a statement on one line")),
        ("left#", "label", (4, "`#` cannot stand in a label", "delete it; it begins a comment in a program")),
        ("le\u200bft", "label", (2, "U+200B (zero width space) cannot stand in a label", "delete it; a label has visible characters only")),
        ("\x1b[31m", "unit", (0, "U+001B (escape) cannot stand in a unit", "delete it; a unit has visible characters only")),
        ("q1\u2029", "id", (2, "U+2029 (paragraph separator) cannot stand in an id", "write an id on one line")),
        ("a\nb", "line", (1, "U+000A (line feed) cannot stand in a text of one line", "write it on one line")),
        (
            "a\x01",
            "line",
            (1, "U+0001 cannot stand in a text of one line", "delete it; tabs are the only controls that a text of one line may have"),
        ),
        (
            "so \u202eon",
            "prose",
            (
                3,
                "U+202E (right-to-left override) cannot stand in a text",
                "delete it; line ends and tabs are the only controls that a text may have",
            ),
        ),
        (
            "a\x01",
            "prose",
            (1, "U+0001 cannot stand in a text", "delete it; line ends and tabs are the only controls that a text may have"),
        ),
    ],
)
def test_the_first_refused_character_is_named_with_what_to_do(text, kind, said):
    """A refusal has the offset, the character by its sign or its code and name, and one thing to do."""
    refused = refused_character(text, kind)
    assert refused is not None
    assert (refused.offset, refused.message, refused.hint) == said


def test_a_hidden_character_is_shown_by_its_code():
    """Joiners and letters stay; what nobody sees is written out, and so is what XML cannot hold."""
    assert escape_hidden_characters("a\u202eb\x00c\nd\ufffee") == "a[U+202E]b[U+0000]c[U+000A]d[U+FFFE]e"
    assert escape_hidden_characters("می\u200cخواهم\t", kept="\t") == "می\u200cخواهم\t"
    assert [character_text(character) for character in "#\né\u2066"] == [
        "`#`",
        "U+000A (line feed)",
        "`é`",
        "U+2066 (left-to-right isolate)",
    ]


@pytest.mark.parametrize("parse", [parse_expression, parse_statement])
@pytest.mark.parametrize("bad", ["\n", "\r", "\t", "\v", "\f", "\x1b", "\0", "\x85", "\u2028", "\u202e", "\u200d", "\ufeff", "#", "\udc80"])
def test_a_statement_holds_no_such_character_wherever_its_text_comes_from(parse, bad):
    """The parser of the language refuses it at its offset, so the command line does as files do."""
    with pytest.raises(Fault) as raised:
        parse(f"Poisson(mu=1{bad} + 2)")
    assert (raised.value.offset, raised.value.message) == (12, f"{character_text(bad)} cannot stand in a statement")


@pytest.mark.parametrize("escape", [r"\n", r"\x1b", r"\u2028", r"\ud800", r"\x23", r"\N{ZERO WIDTH SPACE}"])
@pytest.mark.parametrize("text", ["share[{}]", "total(polls, {}) > 1", "1 if kind == {} else 2"])
def test_an_escape_in_a_quoted_label_hides_nothing(escape, text):
    """What a label may not hold it may not hold by an escape either; the place is the label's."""
    written = text.format(f'"a{escape}"')
    with pytest.raises(Fault, match="cannot stand in a label") as raised:
        parse_expression(written)
    assert raised.value.offset == written.index('"')
