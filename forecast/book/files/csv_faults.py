"""What is wrong with the form of a CSV file: quotes, separators and lengths, each where it stands and in our own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from forecast.book.files.problems import Problem
from forecast.book.files.sources import SourceFile

LONGEST_CELL = 131_072  # characters of one cell: as many as the csv module reads
_CELL = r'(?:"(?:[^"]++|"")*+"|[^",]*+)'
_SOUND = re.compile(rf"{_CELL}(?:,{_CELL})*+")
_LINE_CELL = r'(?:"(?:[^"]++|"")*+"|[^",\n]*+)'
_SOUND_LINES = re.compile(rf"{_LINE_CELL}(?:[,\n]{_LINE_CELL})*+")
_END = re.compile(r'[",\n]')
_QUOTED = re.compile(r'"(?:[^"]++|"")*+("?)')
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_IN_QUOTES = "a cell with commas or quotes in it stands in quotes, and its own quotes are doubled"


def has_sound_quotes(text: str) -> bool:
    """Whether every quote of a record opens a cell, closes it, or is doubled within it."""
    return '"' not in text or _SOUND.fullmatch(text) is not None


def are_sound_quotes(text: str) -> bool:
    """Whether every quote of some records opens a cell, closes it or is doubled within it, and each record ends within the text."""
    return '"' not in text or _SOUND_LINES.fullmatch(text) is not None


def quote_problem(source: SourceFile, first: int, start: int) -> tuple[Problem, int]:
    """Return what is wrong with the quotes or the length of the record that begins in a line, and the line where it ends.

    ``start`` is where that line begins in the text.  Call it only for a record
    that ``csv`` refused or whose quotes are not sound.
    """
    text, at = source.text, start

    def position(offset: int) -> tuple[int, int]:
        return first + text.count("\n", start, offset), offset - max(text.rfind("\n", start, offset), start - 1)

    while True:
        if text.startswith('"', at):
            cell = _QUOTED.match(text, at)
            assert cell is not None
            if not cell[1]:
                return source.at(*position(at), "this quote is never closed", _IN_QUOTES), len(source.lines)
            end = cell.end()
            if text[end : end + 1] not in {",", "\n", ""}:
                return _after_quote_problem(source, position(at), position(end))
        else:
            end_match = _END.search(text, at)
            end = end_match.start() if end_match else len(text)
            if text.startswith('"', end):
                blank = not text[at:end].strip()
                message = "a blank stands before this quote" if blank else "a quote stands inside a cell that does not begin with one"
                line, column = position(end)
                return source.at(line, column, message, "delete the blank" if blank else _IN_QUOTES), line
        if end - at > LONGEST_CELL:
            message = f"this cell has more than {LONGEST_CELL:,} characters, which is the limit"
            line, column = position(at)
            return source.at(line, column, message, "shorten it, or close a quote that is open"), position(end)[0]
        if end >= len(text) or text[end] == "\n":
            return source.at(first, 1, "this line is not CSV", _IN_QUOTES), position(end)[0]
        at = end + 1


def separator_problem(source: SourceFile, line: int, names: Sequence[str]) -> Problem | None:
    """Return that a header has other separators than commas, or is no header; None for a header with commas."""
    text = source.lines[line - 1]
    if (match := re.match(r"\s*sep\s*=", text, re.IGNORECASE)) is not None:
        hint = "delete this line, and save the file as comma-separated if it is not"
        return source.at(line, match.start() + 1, "this is a spreadsheet's own line, not the names of the columns", hint)
    if text.lstrip().startswith("#"):
        return source.at(line, 1, "this is not the names of the columns", "a CSV file has no comments: delete this line")
    for mark, word in _SEPARATORS.items():
        if sum(name.count(mark) for name in names) > len(names) - 1:
            return source.at(line, 1, f"the columns are separated by {word}, not by commas", "save the file as comma-separated")
    return None


def length_problem(
    source: SourceFile, lines: tuple[int, int], texts: Sequence[str], names: Sequence[str], starts: Sequence[tuple[int, int]]
) -> Problem:
    """Return that a record has more or fewer cells than the header, placed at the first that is too many."""
    line, last_line = lines
    whole = source.lines[line - 1] if last_line == line else ""
    for mark, word in _SEPARATORS.items():
        if whole.count(mark) == len(names) - 1 > 0:
            return source.at(line, 1, f"the cells of this line are separated by {word}, not by commas", "write commas, as in the header")
    message = f"{len(texts)} cell{'s' if len(texts) > 1 else ''}, where the header names {len(names)} column{'s' if len(names) > 1 else ''}"
    down, column = starts[len(names)] if len(texts) > len(names) and len(starts) > len(names) else (0, 1)
    if last_line > line:
        hint = f"its quotes are closed in line {last_line}: is one missing, or one too many?"
    elif whole.lstrip().startswith("#"):
        hint = "a CSV file has no comments: delete this line"
    elif len(texts) < len(names):
        hint = "an empty cell still has its comma"
    elif not any(texts[len(names) :]):
        hint = "delete the commas at the end of the line"
        if not texts[len(names) - 1] and any(left.lstrip("+-").isdigit() and right.isdigit() for left, right in pairwise(texts)):
            hint = f"decimals have a point, as in 0.5, and thousands no comma; if no number has a comma, {hint}"
    elif any(left[-1:].isdigit() and right.isdigit() for left, right in pairwise(texts)):
        hint = "decimals have a point, as in 0.5, and thousands no comma; a text with commas stands in quotes"
    else:
        hint = "a cell with commas in it stands in quotes"
    return source.at(line + down, column, message, hint)


def _after_quote_problem(source: SourceFile, opened: tuple[int, int], after: tuple[int, int]) -> tuple[Problem, int]:
    """Text follows a closing quote: in the line of the opening one it is a fault there, else the opening one was not closed."""
    if after[0] > opened[0]:
        message = f"this quote is not closed: the next one, in line {after[0]}, is followed by text"
        return source.at(*opened, message, _IN_QUOTES), after[0]
    return source.at(*after, "text follows the quote that closes this cell", _IN_QUOTES), after[0]
