"""Text for the terminal: what a terminal would act on, and what cannot be seen, is shown by its code.

Titles, questions, labels and reports come from anybody.  A terminal obeys escape
sequences, and a line end in a title would make a line of its own that looks like
ours: so every line that is printed passes through here, once, as one line.
"""

from __future__ import annotations

import re

# control characters but tab, and all that is hidden (categories Cc, Cf, Cs, Co, Zl, Zp) but for the joiners of Persian, Hindi and emoji
_HIDDEN = re.compile(
    r"[\x00-\x08\x0a-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b\u200e\u200f"
    r"\u2028-\u202e\u2060-\u206f\ud800-\uf8ff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001-\U000e007f\U000f0000-\U0010ffff]"
)


def terminal_line(text: str) -> str:
    """Return a text as a part of one line for the terminal; safe to apply twice."""
    return text if text.isprintable() else _HIDDEN.sub(lambda found: _code(ord(found[0])), text)


def terminal_json(text: str) -> str:
    """Return JSON that means the same and has nothing hidden in its texts; its own line ends stay."""
    return text if text.isprintable() else _HIDDEN.sub(lambda found: found[0] if found[0] == "\n" else _units(found[0]), text)


def _code(number: int) -> str:
    """A character as it is written in Python."""
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _units(character: str) -> str:
    """A character as it is written in JSON: by one code unit, or by two."""
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))
