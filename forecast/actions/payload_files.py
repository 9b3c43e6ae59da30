"""Files of venues as they are named on a command line, standard input among them, with a bound on their size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from forecast.book.files.folder import access_problem
from forecast.book.files.problems import FileFault
from forecast.markets.venues.payload_nodes import MOST_PAYLOAD_BYTES

STANDARD_INPUT = "-"


def payload_bytes(file: Path, read_input: Callable[[int], bytes]) -> bytes:
    """Return what a file holds, and one byte more than a payload may have where it is larger.  Raises ``FileFault``."""
    if str(file) == STANDARD_INPUT:
        return read_input(MOST_PAYLOAD_BYTES + 1)
    try:
        with file.open("rb") as handle:
            return handle.read(MOST_PAYLOAD_BYTES + 1)
    except OSError as error:
        raise FileFault(access_problem(str(file), "be read", error)) from None


def shown_name(file: Path) -> str:
    """Return a file's name as a message says it."""
    return "standard input" if str(file) == STANDARD_INPUT else str(file)
