"""Whether a reason is a sentence: it should say something."""

from __future__ import annotations

SENTENCE_HINT = "at least three words, and a full stop, question or exclamation mark at the end"


def is_sentence(text: str) -> bool:
    """Whether a text has three words and ends as a sentence does (a closing quote or bracket may follow)."""
    return len(text.split()) >= 3 and text.rstrip().rstrip("\"')\N{RIGHT DOUBLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}»").endswith(
        (".", "!", "?", "…")
    )
