"""Whether a reason is a sentence: it should say something; and a typed one with the full stop that it lacks."""

from __future__ import annotations

SENTENCE_HINT = "at least three words, and a full stop, question or exclamation mark at the end"


def is_sentence(text: str) -> bool:
    """Whether a text has three words and ends as a sentence does (a closing quote or bracket may follow)."""
    return len(text.split()) >= 3 and text.rstrip().rstrip("\"')\N{RIGHT DOUBLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}»").endswith(
        (".", "!", "?", "…")
    )


def with_full_stop(text: str) -> str:
    """Return a reason as somebody typed it in a line, with a full stop where its last character is a letter, a digit or a closing mark.

    One of fewer than three words stays as it is: it says too little, and ``is_sentence`` refuses it.
    """
    stripped = text.strip()
    ends = stripped[-1:].isalnum() or stripped[-1:] in {")", "%", '"', "\N{RIGHT DOUBLE QUOTATION MARK}"}
    return f"{stripped}." if len(stripped.split()) >= 3 and ends and not is_sentence(stripped) else text
