"""Text for the terminal: what a terminal would act on, and what cannot be seen, is shown by its code.

Titles, questions, labels and reports come from anybody.  A terminal obeys escape
sequences, and a line end in a title would make a line of its own that looks like
ours: so every line that is printed passes through here, once, as one line.
"""

from __future__ import annotations

from forecast.language.characters import is_hidden


def terminal_line(text: str) -> str:
    """Return a text as a part of one line for the terminal; safe to apply twice.  Tabs stay."""
    if text.isprintable():  # nothing that is hidden is printable
        return text
    return "".join(_python_escape(ord(character)) if character != "\t" and is_hidden(character) else character for character in text)


def terminal_json(text: str) -> str:
    """Return JSON that means the same and has nothing hidden in its texts; its own line ends stay."""
    lines = text.split("\n")  # most of which hide nothing
    return "\n".join(
        line if line.isprintable() else "".join(_json_escape(character) if is_hidden(character) else character for character in line)
        for line in lines
    )


def _python_escape(number: int) -> str:
    """A character as it is written in Python."""
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _json_escape(character: str) -> str:
    """A character as it is written in JSON: by one code unit, or by two."""
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))
