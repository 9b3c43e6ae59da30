"""An exception that nobody foresaw, in a few words: on a terminal, on a page, in a report's mark."""

from __future__ import annotations

import os

MOST_CHARACTERS = 300  # of an exception's own words


def exception_text(error: Exception) -> str:
    """Return an exception in a few words."""
    match error:
        case MemoryError():
            return "there was not enough memory for it"
        case RecursionError():
            return "something in the book is nested too deep"
        case OSError(strerror=str(reason), filename=name) if name is not None:
            return f"{reason}: {os.fsdecode(name) if isinstance(name, str | bytes) else name}"
    if type(error).__name__ == "BrokenProcessPool":
        return "a process that it had started ended suddenly, perhaps for want of memory"
    message = " ".join(str(error).split())
    message = message if len(message) <= MOST_CHARACTERS else f"{message[:MOST_CHARACTERS]}…"
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
