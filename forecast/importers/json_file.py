"""A JSON file that somebody else made, read with bounded work: its size, its depth, its encoding, and no number that is none."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeGuard

from forecast.book.files.problems import FileFault, Place, Problem
from forecast.importers.known_formats import hint_of_format

MOST_JSON_BYTES = 100_000_000
_NEXT_ITEM = re.compile(r"[\s,]*(?=[^\s,\]])")


def read_json(path: Path) -> object:
    """Return what a JSON file holds.

    Raises ``FileFault``, with a message that says why: no file, more than 100 MB, bytes that are not UTF-8, NUL characters, no JSON, or
    lists within lists without end.
    """
    raw = _read_bytes(path)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _fault(path, "this file holds bytes that are not UTF-8", "save it as UTF-8", line) from None
    if "\0" in text:
        raise _fault(path, "this file holds a NUL character", "download it again", text.count("\n", 0, text.index("\0")) + 1)
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        hint = "" if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")) else hint_of_format(path)
        raise _fault(path, f"this file is not JSON: {error.msg}", hint or "download it again", error.lineno) from None
    except RecursionError:
        raise _fault(path, "this file holds lists within lists without end") from None
    except ValueError as error:
        raise _fault(path, f"this file is not JSON: {error}") from None


def _read_bytes(path: Path) -> bytes:
    """The bytes of a file that may be JSON."""
    try:
        if not path.is_file():
            raise _fault(path, "there is no such file" if not path.exists() else "this is no file", "name the file that you downloaded")
        if (size := path.stat().st_size) > MOST_JSON_BYTES:
            raise _fault(path, f"this file has {size:,} bytes; at most {MOST_JSON_BYTES:,} can be read")
        if not size:
            raise _fault(path, "this file is empty", "download it again")
        raw = path.read_bytes()
    except OSError as error:
        raise _fault(path, f"this file cannot be read: {error.strerror or error}") from None
    if raw.startswith(b"PK"):
        raise _fault(path, "this file is not JSON", hint_of_format(path))
    return raw


def read_json_rows(path: Path, key: str) -> tuple[Mapping[str, object], Sequence[tuple[int, object]]]:
    """Return the object that a JSON file holds, and the items of the list at its top that ``key`` names, each with the line in which it begins.

    Raises ``FileFault`` as ``read_json`` does, and where there is no such list.
    """
    read = read_json(path)
    listed = read.get(key) if is_table(read) else None
    if not is_table(read) or not is_list(listed):
        raise _fault(path, f"this file has no list `{key}`")
    lines = _lines_of_items(path.read_text(encoding="utf-8-sig"), key, len(listed))
    return read, list(zip(lines, listed, strict=True))


def _lines_of_items(text: str, key: str, count: int) -> list[int]:
    """The lines in which the items of a list begin; 1 for all where that cannot be told."""
    decoder = json.JSONDecoder()
    for match in re.finditer(rf'"{re.escape(key)}"\s*:\s*\[', text):
        lines: list[int] = []
        at, line = match.end(), text.count("\n", 0, match.end()) + 1
        while (begins := _NEXT_ITEM.match(text, at)) is not None:
            line += text.count("\n", at, begins.end())
            lines.append(line)
            end = decoder.raw_decode(text, begins.end())[1]
            line += text.count("\n", begins.end(), end)
            at = end
        if len(lines) == count:
            return lines
    return [1] * count


def is_table(value: object) -> TypeGuard[Mapping[str, object]]:
    """Whether a value of a JSON file is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    """Whether a value of a JSON file is a list."""
    return isinstance(value, list)


def objects_of(read: object) -> list[Mapping[str, object]] | None:
    """Return a list of JSON objects; None for anything else."""
    if not isinstance(read, list):
        return None
    objects: list[Mapping[str, object]] = [item for item in read if isinstance(item, dict)]
    return objects if len(objects) == len(read) else None


def is_number_value(value: object) -> TypeGuard[int | float]:
    """Whether a value of a JSON file is a number that a float can hold; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1e300


def _refuse_constant(constant: str) -> float:
    raise ValueError(f"it holds {constant}")


def _fault(path: Path, message: str, hint: str = "", line: int = 1) -> FileFault:
    return FileFault(Problem(Place(path.name, line), message, hint))
