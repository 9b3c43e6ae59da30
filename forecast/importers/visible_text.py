"""Texts of another platform as a book can hold them: without the characters that nobody sees, or that end a line or turn the writing."""

from __future__ import annotations

from forecast.book.files.decoding import BYTE_ORDER_MARK
from forecast.forecasts.values import ValueFault
from forecast.language.characters import TextKind, refused_character

LONGEST_TEXT = 20_000  # characters of a title, an option or a tag


def visible_line(text: str) -> str:
    """Return a text on one line: each character that an id may not hold becomes a blank, and blanks at the ends are left out.

    Raises ``ValueFault`` for a text of more than 20,000 characters.
    """
    return _visible(text.strip(), "id").strip()


def visible_prose(text: str) -> tuple[str, bool]:
    """Return a text with blanks for the characters that prose may not hold, and whether there were any; raise ``ValueFault`` for a very long one."""
    plain = text.replace("\r\n", "\n").strip()
    shown = _visible(plain, "prose").strip()
    return shown, shown != plain


def _visible(text: str, kind: TextKind) -> str:
    if len(text) > LONGEST_TEXT:
        raise ValueFault(f"a text of {len(text):,} characters; at most {LONGEST_TEXT:,} can be read")
    if not _is_refused(text, kind):
        return text
    return "".join(" " if _is_refused(character, kind) else character for character in text)


def _is_refused(text: str, kind: TextKind) -> bool:
    return refused_character(text, kind) is not None or BYTE_ORDER_MARK in text
