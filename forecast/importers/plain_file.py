"""A text file that somebody else made, not packed: its lines, with bounded work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from forecast.book.files.problems import FileFault, Place, Problem
from forecast.importers.archive import LONGEST_TEXT_LINE, MOST_TEXT_LINES
from forecast.importers.known_formats import hint_of_format

MOST_PLAIN_BYTES = 500_000_000  # of a text that is read line by line


def text_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a text with their ends; bytes that are no UTF-8 become lone surrogates, for the caller to refuse.

    Raises ``FileFault`` where the file cannot be read, is larger than 500 MB, has a line of more than 2,000,000 characters, or more than 5,000,000 lines.
    """
    _check_size(path, MOST_PLAIN_BYTES)
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
            number = 0
            while line := text.readline(LONGEST_TEXT_LINE):
                number += 1
                if number > MOST_TEXT_LINES:
                    raise _fault(path, number, f"this file has more than {MOST_TEXT_LINES:,} lines", "divide it into several")
                if len(line) == LONGEST_TEXT_LINE and not line.endswith("\n"):
                    message = f"this line has more than {LONGEST_TEXT_LINE:,} characters"
                    raise _fault(path, number, message, "is this file what it should be?")
                yield line
    except OSError as error:
        raise _fault(path, 1, f"this file cannot be read: {error.strerror}") from None


def _check_size(path: Path, most: int) -> None:
    if not path.is_file():
        raise _fault(path, 1, "there is no such file" if not path.exists() else "this is no file", "name the file that you downloaded")
    if (size := path.stat().st_size) > most:
        raise _fault(path, 1, f"this file has {size:,} bytes; at most {most:,} can be read", "export fewer questions at a time")
    if not size:
        raise _fault(path, 1, "this file is empty", "download it again")
    with path.open("rb") as raw:
        if raw.read(2) == b"PK":
            raise _fault(path, 1, "this file is no text", hint_of_format(path))


def _fault(path: Path, line: int, message: str, hint: str = "") -> FileFault:
    return FileFault(Problem(Place(path.name, line), message, hint))
