"""Files as they were read: text with places, so that every problem can point into them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from forecast.book.decoding import decode_text
from forecast.book.folder import Folder
from forecast.book.positions import Keys, Positions, positions
from forecast.book.problems import FileFault, Place, Problem
from forecast.book.toml_faults import toml_fault
from forecast.language.faults import Fault


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a book: its path relative to the book, and its text without carriage returns at line ends."""

    path: str
    text: str
    lines: tuple[str, ...]

    def at(self, line: int, column: int, message: str, hint: str = "", *, level: Literal["error", "warning"] = "error") -> Problem:
        """Return a problem at a line and column, both from 1."""
        shown = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return Problem(Place(self.path, line, column), message, hint, shown, level)


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML file: what it means, and where everything in it stands."""

    source: Source
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


def read_source(folder: Folder, path: str) -> tuple[Source | None, tuple[Problem, ...]]:
    """Read one text file of a book; a file that cannot be read gives a problem instead."""
    try:
        raw = folder.read(path)
    except FileFault as fault:
        return None, (fault.problem,)
    text, problems = decode_text(path, raw)
    return (None, problems) if text is None else (source_of(path, text), ())


def read_source_if_any(folder: Folder, path: str) -> tuple[Source | None, tuple[Problem, ...]]:
    """Read one text file of a book; None, without a problem, where there is none."""
    try:
        if folder.kind(path) is None:
            return None, ()
    except FileFault as fault:
        return None, (fault.problem,)
    return read_source(folder, path)


def decoded(raw: bytes) -> str:
    """Return a file's text as it is read: without a byte order mark, each line ended by a line feed alone; raise ``UnicodeDecodeError``."""
    return raw.decode("utf-8-sig").replace("\r\n", "\n")


def source_of(path: str, text: str) -> Source:
    """Return a text as a source."""
    return Source(path, text, tuple(text.split("\n")))


def read_document(folder: Folder, path: str) -> tuple[Document | None, tuple[Problem, ...]]:
    """Read one TOML file of a book; what is not TOML gives a problem with its place."""
    source, problems = read_source(folder, path)
    return (None, problems) if source is None else parse_document(source)


def read_document_if_any(folder: Folder, path: str) -> tuple[Document | None, tuple[Problem, ...]]:
    """Read one TOML file of a book; None, without a problem, where there is none."""
    source, problems = read_source_if_any(folder, path)
    return (None, problems) if source is None else parse_document(source)


def parse_document(source: Source) -> tuple[Document | None, tuple[Problem, ...]]:
    """Parse a TOML text; what is not TOML gives a problem with its place."""
    try:
        content = tomllib.loads(source.text)
        found = positions(source.text)
    except RecursionError:
        return None, (source.at(1, 1, "this file is nested too deep to be read"),)
    except ValueError as error:
        fault = toml_fault(error, source.text)
        return None, (source.at(*fault.position, fault.message, fault.hint),)
    return Document(source, content, found), ()
