r"""Where the keys and values of a TOML document stand, for messages with a place.

``tomllib`` says what a file means but not where; the scanner here says where
but not what.  Run it only on text that ``tomllib`` has accepted, with line ends
already ``\n``.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

type Keys = tuple[str | int, ...]
type Position = tuple[int, int]  # line and column, both from 1

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BASIC = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL = re.compile(r"'[^'\n]*'")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_LONG = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}', re.DOTALL)
_SCALAR = re.compile(r"[^,\]}\n#]*")
_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[^\n \t])")
_LINE_END_ESCAPE = re.compile(r"\\[ \t]*\n[ \t\n]*")


@dataclass(frozen=True, slots=True)
class TomlStatement:
    """A heading or a key with its value: the whole path, where its last part stands, and where the statement begins."""

    keys: Keys
    offset: int
    start: int
    is_header: bool = False


@dataclass(frozen=True, slots=True)
class Positions:
    """Offsets in a document: of each key, and the span of each value, by their paths."""

    text: str
    keys: Mapping[Keys, int]
    values: Mapping[Keys, tuple[int, int]]
    line_starts: tuple[int, ...]

    def key(self, keys: Keys, offset: int = 0) -> Position:
        """Return where the character ``offset`` of a key stands; where the key does not exist, the start of the nearest enclosing one."""
        while keys and keys not in self.keys:
            keys, offset = keys[:-1], 0
        if not keys:
            return 1, 1
        start = self.keys[keys]
        written = _BASIC.match(self.text, start) or _LITERAL.match(self.text, start)
        return self._position(start + (_offset_in_string(written.group(), offset) if offset and written else offset))

    def value(self, keys: Keys, offset: int = 0) -> Position:
        """Return where the character ``offset`` of a string value stands (the value's start for other values).

        Exact also where the string is written with escapes or over several lines.
        """
        if keys not in self.values:
            return self.key(keys)
        start, end = self.values[keys]
        raw = self.text[start:end]
        return self._position(start + (_offset_in_string(raw, offset) if raw[:1] in {'"', "'"} else 0))

    def _position(self, offset: int) -> Position:
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1


def positions(text: str) -> Positions:
    """Return where every key, list item and value of a TOML document stands."""
    scanner = _Scanner(text)
    scanner.scan()
    starts = (0, *(line_end.end() for line_end in re.finditer(r"\n", text)))
    return Positions(text, scanner.keys, scanner.values, starts)


@lru_cache(maxsize=8)  # many problems may point into one text
def key_positions(text: str) -> Mapping[Keys, Position]:
    """Return the line and column of every key and list item, by its path."""
    whole = positions(text)
    return MappingProxyType({keys: whole.key(keys) for keys in whole.keys})


def toml_statements(text: str, until: int) -> tuple[TomlStatement, ...]:
    """Return the headings and the pairs of key and value that begin before an offset, of a text that need only be TOML up to there."""
    scanner = _Scanner(text)
    with suppress(ValueError, IndexError, RecursionError):
        scanner.scan()
    return tuple(statement for statement in scanner.statements if statement.offset <= until)


def position_of(text: str, offset: int) -> Position:
    """Return the line and column of an offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def offset_of(text: str, position: Position) -> int:
    """Return the offset of a line and column."""
    start = 0
    for _ in range(position[0] - 1):
        start = text.index("\n", start) + 1
    return start + position[1] - 1


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.start = text, 0, 0
        self.statements: list[TomlStatement] = []
        self.keys: dict[Keys, int] = {}
        self.values: dict[Keys, tuple[int, int]] = {}
        self.tables_in: dict[Keys, int] = {}  # number of the latest [[…]] at a path

    def scan(self) -> None:
        table: Keys = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            self.start = self.at
            if self.text.startswith("[", self.at):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self) -> Keys:
        start, is_list = self.at, self.text.startswith("[[", self.at)
        self.at += 2 if is_list else 1
        keys: Keys = ()
        parts = self._dotted_key()
        for number, (part, offset) in enumerate(parts):
            keys += (part,)
            if is_list and number == len(parts) - 1:
                self.tables_in[keys] = self.tables_in.get(keys, -1) + 1
            self._mark(keys, offset)
            if keys in self.tables_in:  # inside a list of tables: its latest item
                keys += (self.tables_in[keys],)
                self._mark(keys, start)
        self.statements.append(TomlStatement(keys, parts[-1][1], self.start, is_header=True))
        self._skip(_SPACE)
        self.at += 2 if is_list else 1
        return keys

    def _pair(self, table: Keys) -> None:
        keys = table
        for part, offset in self._dotted_key():
            keys += (part,)
            self._mark(keys, offset)
        self.statements.append(TomlStatement(keys, offset, self.start))
        self.at += 1  # the sign `=`
        self._skip(_SPACE)
        self._value(keys)

    def _dotted_key(self) -> list[tuple[str, int]]:
        parts = []
        while True:
            self._skip(_SPACE)
            start = self.at
            parts.append((self._key(), start))
            self._skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def _key(self) -> str:
        for pattern in (_BARE, _BASIC, _LITERAL):
            if match := pattern.match(self.text, self.at):
                self.at = match.end()
                raw = match.group()
                if pattern is _BARE:
                    return raw
                return raw[1:-1] if "\\" not in raw or pattern is _LITERAL else str(tomllib.loads(f"k = {raw}")["k"])
        raise ValueError(f"no key at offset {self.at}")

    def _value(self, keys: Keys) -> None:
        start = self.at
        first = self.text[start]
        if self.text.startswith(('"""', "'''"), start):
            self._skip(_LONG)
        elif first == '"':
            self._skip(_BASIC)
        elif first == "'":
            self._skip(_LITERAL)
        elif first in "[{":
            self._collection(keys, closing="]" if first == "[" else "}")
        else:
            self._skip(_SCALAR)
        self.values[keys] = (start, self.at)

    def _collection(self, keys: Keys, *, closing: str) -> None:
        self.at += 1
        item = 0
        before = -1
        while True:
            self._skip(_BLANK)
            if self.at == before:
                raise ValueError(f"unexpected text at offset {self.at}")
            before = self.at
            if self.text.startswith(closing, self.at):
                self.at += 1
                return
            if closing == "]":
                self._mark((*keys, item), self.at)
                self._value((*keys, item))
                item += 1
            else:
                self._pair(keys)
            self._skip(_BLANK)
            if self.text.startswith(",", self.at):
                self.at += 1

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise ValueError(f"unexpected text at offset {self.at}")
        self.at = match.end()

    def _mark(self, keys: Keys, offset: int) -> None:
        self.keys.setdefault(keys, offset)


def _offset_in_string(raw: str, offset: int) -> int:
    """The offset in a string as written of the character ``offset`` of the string as meant."""
    quotes = 3 if raw[:3] in {'"""', "'''"} else 1
    at = quotes + (1 if quotes == 3 and raw[3:4] == "\n" else 0)
    if raw[0] == "'":
        return at + offset
    while True:
        trimmed = _LINE_END_ESCAPE.match(raw, at) if quotes == 3 else None
        if trimmed:
            at = trimmed.end()
        elif offset == 0 or at >= len(raw) - quotes:
            return at
        else:
            escape = _ESCAPE.match(raw, at)
            at = escape.end() if escape else at + 1
            offset -= 1
