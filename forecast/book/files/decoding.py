"""The bytes of a file as text: UTF-8, with lines that end in LF or CRLF; anything else is a problem that says what it seems to be."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE

from forecast.book.files.problems import Place, Problem, Result

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # the byte order mark, which belongs at the start of a file or nowhere
_HIGH = re.compile(rb"[\x80-\xff]+")
_MISPLACED = f"\0\r{BYTE_ORDER_MARK}"
_SAVE = "save it in the encoding UTF-8"


def decode_text(path: str, raw: bytes) -> Result[str]:
    """Return a file's text with its lines ending in LF, without the mark at its start; None with a problem where it is no such text."""
    if encoding := _wide_encoding(raw):
        return Result(None, (Problem(Place(path), "this file is not UTF-8 text", f"it seems to be {encoding}; {_SAVE}"),))
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8", errors="replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        seems = _narrow_encoding(raw)
        return Result(
            None,
            (Problem(Place(path, line, column), "this file is not UTF-8 text", f"it seems to be {seems}; {_SAVE}" if seems else _SAVE),),
        )
    problem = _misplaced_character(path, text)
    return Result(None, (problem,)) if problem else Result(text)


def _wide_encoding(raw: bytes) -> str:
    """The encoding with two or four bytes a character that a file seems to have; empty for none."""
    if raw.startswith((BOM_UTF32_LE, BOM_UTF32_BE)):
        return "UTF-32"
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "UTF-16"
    start = raw[:1000]
    return "UTF-16" if len(start) > 1 and 2 * max(start[0::2].count(0), start[1::2].count(0)) > 0.9 * len(start) else ""


def _narrow_encoding(raw: bytes) -> str:
    """The encoding with one byte a character that a file seems to have; empty where several are as likely."""
    runs = _HIGH.findall(raw)
    if any(len(run) > 1 and _is_utf8(run) for run in runs):
        return ""  # UTF-8 elsewhere: here a byte is damaged
    if max(map(len, runs)) > 2:
        return ""  # whole words beyond ASCII: one of the many encodings of another script
    try:
        raw.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    return "Windows-1252 (Latin-1)"


def _is_utf8(run: bytes) -> bool:
    try:
        run.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _misplaced_character(path: str, text: str) -> Problem | None:
    """The first character that no text file of a book may hold: NUL, a carriage return that ends no line, a mark inside the file."""
    if not any(character in text for character in _MISPLACED):
        return None
    misplaced = re.search(f"[{_MISPLACED}]", text)
    assert misplaced is not None
    line = text.count("\n", 0, misplaced.start()) + 1
    start = text.rfind("\n", 0, misplaced.start()) + 1
    end = text.find("\n", start)
    shown = text[start : end if end >= 0 else len(text)]
    place = Place(path, line, misplaced.start() - start + 1)
    if misplaced.group() == "\0":
        return Problem(place, "a NUL character stands here", "the file is damaged, or is not a text file", shown)
    if misplaced.group() == BYTE_ORDER_MARK:
        return Problem(
            place, "a byte order mark (U+FEFF) stands inside the file", "delete it; it cannot be seen, so write the line anew", shown
        )
    shown = shown.split("\r")[0]
    if "\n" not in text:
        return Problem(place, "the lines end in the old Mac way (CR alone); save the file with LF or CRLF", "", shown)
    return Problem(place, "a carriage return (CR) stands here alone", "lines end in LF or CRLF: save the file with one of them", shown)
