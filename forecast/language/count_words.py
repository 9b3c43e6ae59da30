"""A number of things in words, with the noun in the singular for one of them."""

from __future__ import annotations


def count_text(count: int, noun: str, plural: str = "") -> str:
    """Return a number of things: ``1 question``, ``5,000 questions``; ``plural`` is the noun's, where it is not made with an s."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"
