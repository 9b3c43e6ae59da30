"""Files as they were read: text with places, so that every problem can point into them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from forecast.book.files.decoding import decode_text
from forecast.book.files.folder import Folder
from forecast.book.files.positions import Keys, Positions, positions
from forecast.book.files.problems import FileFault, Place, Problem, Result
from forecast.book.files.text_lines import lines_of_text
from forecast.book.files.toml_faults import toml_fault
from forecast.language.faults import Fault

_COMMENT = re.compile(r"(?m)^[ \t]*#[^\n]*")
_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = re.compile(rf"(?:^[ \t]*\[{{0,2}}|[{{,])[ \t]*({_PART}(?:[ \t]*\.[ \t]*{_PART}){{100}})")


MOST_TOML = 5_000_000  # characters of a TOML file besides its comments
MOST_MARKS = 500_000  # of its signs that make keys, lists and tables
DEEPEST_TOML = 100  # tables, lists and dotted keys of a TOML file in one another


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a book: its path relative to the book, and its text without carriage returns at line ends."""

    path: str
    text: str
    lines: Sequence[str]

    def at(self, line: int, column: int, message: str, hint: str = "", *, level: Literal["error", "warning"] = "error") -> Problem:
        """Return a problem at a line and column, both from 1."""
        shown = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return Problem(Place(self.path, line, column), message, hint, shown, level)


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML file: what it means, and where everything in it stands."""

    source: SourceFile
    content: Mapping[str, Any]
    positions: Positions

    def at_key(self, keys: Keys, message: str, hint: str = "", *, offset: int = 0, level: Literal["error", "warning"] = "error") -> Problem:
        """Return a problem at a key, ``offset`` characters into it, or at the nearest enclosing one."""
        return self.source.at(*self.positions.key(keys, offset), message, hint, level=level)

    def at_value(self, keys: Keys, message: str, hint: str = "", *, offset: int = 0) -> Problem:
        """Return a problem at a value, ``offset`` characters into it where it is a string."""
        return self.source.at(*self.positions.value(keys, offset), message, hint)

    def of_fault(self, keys: Keys, fault: Fault) -> Problem:
        """Return a fault in a string value as a problem."""
        return self.at_value(keys, fault.message, fault.hint, offset=fault.offset)

    def place(self, keys: Keys) -> Place:
        """Return the place of a key."""
        return Place(self.source.path, *self.positions.key(keys))


def read_source(folder: Folder, path: str) -> Result[SourceFile]:
    """Read one text file of a book; a file that cannot be read gives a problem instead."""
    try:
        raw = folder.read(path)
    except FileFault as fault:
        return Result(None, (fault.problem,))
    text, problems = decode_text(path, raw)
    return Result(None, problems) if text is None else Result(make_source_file(path, text))


def read_source_if_any(folder: Folder, path: str) -> Result[SourceFile]:
    """Read one text file of a book; None, without a problem, where there is none."""
    try:
        if folder.kind(path) is None:
            return Result(None)
    except FileFault as fault:
        return Result(None, (fault.problem,))
    return read_source(folder, path)


def decode_bytes(raw: bytes) -> str:
    """Return a file's text as it is read: without a byte order mark, each line ended by a line feed alone; raise ``UnicodeDecodeError``."""
    return raw.decode("utf-8-sig").replace("\r\n", "\n")


def make_source_file(path: str, text: str) -> SourceFile:
    """Return a text as a source."""
    return SourceFile(path, text, lines_of_text(text))


def read_document(folder: Folder, path: str) -> Result[Document]:
    """Read one TOML file of a book; what is not TOML gives a problem with its place."""
    source, problems = read_source(folder, path)
    return Result(None, problems) if source is None else parse_document(source)


def read_document_if_any(folder: Folder, path: str) -> Result[Document]:
    """Read one TOML file of a book; None, without a problem, where there is none."""
    source, problems = read_source_if_any(folder, path)
    return Result(None, problems) if source is None else parse_document(source)


def parse_document(source: SourceFile) -> Result[Document]:
    """Parse a TOML text; what is not TOML gives a problem with its place."""
    if (refused := _size_problem(source)) is not None:
        return Result(None, (refused,))
    try:
        content = tomllib.loads(source.text)
        places = positions(source.text)
    except RecursionError:
        return Result(None, (_depth_problem(source),))
    except ValueError as error:
        fault = toml_fault(error, source.text)
        return Result(None, (source.at(*fault.position, fault.message, fault.hint),))
    if _is_deep(content):
        return Result(None, (_depth_problem(source),))
    return Result(Document(source, content, places))


def _size_problem(source: SourceFile) -> Problem | None:
    """The problem of a TOML text that would take too long to read; None for others."""
    text = source.text if len(source.text) <= min(MOST_TOML, MOST_MARKS) else _COMMENT.sub("", source.text)
    split = "split the topic; rows belong in CSV files"
    if len(text) > MOST_TOML:
        return source.at(1, 1, f"this file has {len(text):,} characters besides its comments; at most {MOST_TOML:,} can be read", split)
    marks = sum(text.count(mark) for mark in "=,.[{") if len(text) > MOST_MARKS else 0
    if marks > MOST_MARKS:
        return source.at(1, 1, f"this file has {marks:,} signs that make keys, lists and tables; at most {MOST_MARKS:,} can be read", split)
    for number, line in enumerate(source.lines, start=1):
        match = _DOTTED.search(line) if line.count(".") >= DEEPEST_TOML else None
        if match is not None:
            return source.at(number, match.start(1) + 1, f"a key of more than {DEEPEST_TOML} parts", "the keys of a book have four at most")
    return None


def _is_deep(content: object) -> bool:
    """Whether tables and lists stand in one another deeper than the limit."""
    level: list[object] = [content]
    for _ in range(DEEPEST_TOML + 1):
        level = [
            inner
            for container in level
            if isinstance(container, dict | list)
            for inner in (container.values() if isinstance(container, dict) else container)
        ]
        if not level:
            return False
    return True


def _depth_problem(source: SourceFile) -> Problem:
    """The problem of a file that nests too deep, placed at the line that opens most."""
    opened = [line.count("[") + line.count("{") for line in source.lines]
    message = f"this file is nested too deep: at most {DEEPEST_TOML} tables and lists can stand in one another"
    return source.at(opened.index(max(opened)) + 1, 1, message, "the tables of a book are four deep at most")
