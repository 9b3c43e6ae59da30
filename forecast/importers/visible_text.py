"""Texts of another platform as a book can hold them: without the characters that nobody sees, or that end a line or turn the writing."""

from __future__ import annotations

from forecast.language.characters import TextKind, refused_character


def visible_line(text: str) -> str:
    """Return a text on one line: each character that an id may not hold becomes a blank, and blanks at the ends are left out."""
    return _visible(text.strip(), "id").strip()


def visible_prose(text: str) -> tuple[str, bool]:
    """Return a text with blanks for the characters that prose may not hold, and whether there were any."""
    plain = text.replace("\r\n", "\n").strip()
    shown = _visible(plain, "prose").strip()
    return shown, shown != plain


def _visible(text: str, kind: TextKind) -> str:
    while (refused := refused_character(text, kind)) is not None:
        text = text.replace(refused.character, " ")
    return text
