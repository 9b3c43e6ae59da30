"""What is wrong with a piece of text, and where in it.

A fault knows its offset in the statement; the book, which knows where the
statement stands in a file, turns it into a problem with a place.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LONGEST_COMPARED_NAME = 100  # characters of a name that is compared with others
MOST_NAMES_IN_HINT = 30  # names that a hint lists
MOST_COMPARED = 500  # names it is compared with


class Fault(Exception):
    """A mistake in an expression or a statement.

    ``offset`` counts characters from the start of the text (from 0), ``hint``
    is one sentence on how to fix it, or empty. ``argument`` names the argument
    of the statement that is at fault where the text itself is not at hand, or is
    empty: whoever has the statement looks its offset up.
    """

    def __init__(self, message: str, *, offset: int = 0, hint: str = "", argument: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.hint = hint
        self.argument = argument


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``did you mean `x`?`` for the nearest known name, or an empty string."""
    if len(name) > LONGEST_COMPARED_NAME:
        return ""
    names = [other for other in known if len(other) <= LONGEST_COMPARED_NAME]
    if len(names) > MOST_COMPARED:  # only those that begin alike
        names = [other for other in names if other[:1] == name[:1] and abs(len(other) - len(name)) <= 2][:MOST_COMPARED]
    near = difflib.get_close_matches(name, sorted(names), n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else ""


def percentage_hint(value: float) -> str:
    """Return how a percentage is written where a number from 0 to 1 is wanted; an empty string where the value can be none."""
    return f"write a percentage as a number: {value:g} % is {value / 100:g}" if 2 <= value < 100 else ""


def known_names_text(what: str, known: Iterable[str]) -> str:
    """Return ``WHAT here: a, b``, of many the first and how many there are more; an empty string where there is none."""
    names = list(known)
    more = f" and {len(names) - MOST_NAMES_IN_HINT:,} more" if len(names) > MOST_NAMES_IN_HINT else ""
    return f"{what} here: {', '.join(names[:MOST_NAMES_IN_HINT])}{more}" if names else ""
