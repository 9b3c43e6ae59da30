"""Characters: which of them a text of a book may hold, by the kind of text, and how one that nobody sees is shown.

A statement, a label, a name and a unit stand on one line of programs, pages and
terminals.  So nothing in them may end a line, turn the direction of writing, be
invisible, or begin a comment.  Prose may have paragraphs, and the joiners that
Persian, Hindi and emoji are written with; a text of one line, such as the reason of
a forecast, may have these too, but no line ends.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

type TextKind = Literal["statement", "label", "name", "unit", "phrase", "cell", "id", "line", "prose"]

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})  # categories of characters that nobody sees
JOINERS = "\u200c\u200d"  # needed to write Persian, Hindi and emoji; they change no direction
ONE_LINE: frozenset[TextKind] = frozenset({"statement", "label", "name", "unit", "phrase", "cell", "id"})
WITHOUT_COMMENT: frozenset[TextKind] = ONE_LINE - {"id"}

_BROKEN = frozenset({"Cc", "Cs", "Zl", "Zp"})  # categories that no text may hold; line feed and tab are allowed in prose
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # these turn the direction of writing until one turns it back
_NAMES: Mapping[str, str] = MappingProxyType(  # Unicode has no names for controls
    {
        "\0": "null",
        "\a": "bell",
        "\b": "backspace",
        "\t": "tab",
        "\n": "line feed",
        "\v": "vertical tab",
        "\f": "form feed",
        "\r": "carriage return",
        "\x1b": "escape",
        "\x7f": "delete",
        "\x85": "next line",
    }
)
_ARTICLES: Mapping[TextKind, str] = MappingProxyType(
    {
        "statement": "a statement",
        "label": "a label",
        "name": "a name",
        "unit": "a unit",
        "phrase": "a phrase",
        "cell": "this cell",
        "id": "an id",
        "line": "a text of one line",
        "prose": "a text",
    }
)


@dataclass(frozen=True, slots=True)
class RefusedCharacter:
    """A character that a kind of text may not hold: its offset in the text, and what to say of it."""

    offset: int
    character: str
    message: str
    hint: str


def refused_character(text: str, kind: TextKind) -> RefusedCharacter | None:
    """Return the first character that a text of a kind may not hold, or None."""
    if text.isprintable() and ("#" not in text or kind not in WITHOUT_COMMENT):  # nothing that is refused is printable, but `#`
        return None
    for offset, character in enumerate(text):
        if _is_refused(character, kind):
            return RefusedCharacter(
                offset, character, f"{character_text(character)} cannot stand in {_ARTICLES[kind]}", _hint(character, kind)
            )
    return None


def character_text(character: str) -> str:
    """Return a character as a message names it: itself where it can be seen, otherwise its code point and name."""
    if character.isprintable():
        return f"`{character}`"
    name = _NAMES.get(character) or unicodedata.name(character, "").lower()
    return f"U+{ord(character):04X}{f' ({name})' if name else ''}"


def escape_hidden_characters(text: str, *, kept: str = "") -> str:
    """Return a text in which every character that nobody sees, but joiners and those ``kept``, is written as ``[U+202E]``."""
    if text.isprintable():  # nothing that is hidden is printable
        return text
    return "".join(f"[U+{ord(character):04X}]" if character not in kept and is_hidden(character) else character for character in text)


def _is_refused(character: str, kind: TextKind) -> bool:
    if character == "#":
        return kind in WITHOUT_COMMENT
    category = unicodedata.category(character)
    if kind in ONE_LINE:
        return category in _BROKEN or category == "Cf" or _is_noncharacter(character)
    allowed = "\t" if kind == "line" else "\n\t"
    return (category in _BROKEN and character not in allowed) or character in _TURNS or _is_noncharacter(character)


def is_hidden(character: str) -> bool:
    """Whether nobody sees a character, or a screen acts on it; the joiners that Persian, Hindi and emoji are written with do not count."""
    if character in JOINERS:
        return False
    return unicodedata.category(character) in HIDDEN or _is_noncharacter(character)


def _is_noncharacter(character: str) -> bool:
    """Whether Unicode says that a code point is no character; XML has no way to write U+FFFE and U+FFFF."""
    return ord(character) & 0xFFFE == 0xFFFE or "\ufdd0" <= character <= "\ufdef"


def _hint(character: str, kind: TextKind) -> str:
    if kind == "prose":
        return "delete it; line ends and tabs are the only controls that a text may have"
    if character == "#":
        return f"delete it; {'a comment stands outside the quotes' if kind == 'statement' else 'it begins a comment in a program'}"
    if character in "\n\r\u2028\u2029\v\f\x85":
        return "write it on one line" if kind == "line" else f"write {_ARTICLES[kind]} on one line"
    if kind == "line":
        return "delete it; tabs are the only controls that a text of one line may have"
    return f"delete it; {_ARTICLES[kind]} has visible characters only"
