"""Whether a reason is a sentence: it should say something; and a typed one with the full stop that it lacks."""

from __future__ import annotations

import re

LEAST_WORDS_OF_SENTENCE = 2
SENTENCE_HINT = "at least two words that say something, and a full stop, question or exclamation mark at the end"
_PLACEHOLDERS = frozenset(
    {
        "a placeholder", "a reason", "add a reason", "add reason", "because", "fill in", "fill this in", "fix me", "fixme", "lorem ipsum",
        "my reason", "n a", "na", "no reason", "no reason yet", "none", "none so far", "none yet", "not yet", "nothing", "ok", "placeholder", "reason",
        "reason here", "some reason", "tba", "tbc", "tbd", "the reason", "to be added", "to be decided", "to be determined", "to be done",
        "to be written", "to come", "to do", "todo", "unknown", "why", "xxx", "your reason", "your reason here",
    }
)  # fmt: skip


def is_placeholder(text: str) -> bool:
    """Whether a text only keeps the place of a reason: "to do", "n/a", "…"."""
    said = _words(text)
    return not said or said in _PLACEHOLDERS


def is_sentence(text: str) -> bool:
    """Whether a text has two words, says something and ends as a sentence does (a closing quote or bracket may follow)."""
    if len(text.split()) < LEAST_WORDS_OF_SENTENCE or _words(text) in _PLACEHOLDERS:
        return False
    return text.rstrip().rstrip("\"')\N{RIGHT DOUBLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}»").endswith((".", "!", "?", "…"))


def with_full_stop(text: str) -> str:
    """Return a reason as somebody typed it in a line, with a full stop where its last character is a letter, a digit or a closing mark.

    One word, or a placeholder, stays as it is: it says too little, and ``is_sentence`` refuses it.
    """
    stripped = text.strip()
    ends = stripped[-1:].isalnum() or stripped[-1:] in {")", "%", '"', "\N{RIGHT DOUBLE QUOTATION MARK}"}
    return f"{stripped}." if ends and is_sentence(f"{stripped}.") and not is_sentence(stripped) else text


def _words(text: str) -> str:
    """The words of a text alone, in small letters."""
    return " ".join(re.findall(r"\w+", text.lower()))
