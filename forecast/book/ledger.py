"""The ledger: one line for each answer published, each carrying the hash of the line before.

JSON Lines in ``reports/ledger.jsonl``, append-only.  A line changed, removed or
put in afterwards breaks the chain, and reading says at which line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forecast.book.layout import REPORTS
from forecast.book.problems import Place, Problem
from forecast.book.writing import Torn, append_lines, set_torn_line_aside

LEDGER = f"{REPORTS}/ledger.jsonl"
PREVIOUS = "previous"


def read_ledger(path: Path) -> tuple[tuple[dict[str, Any], ...], tuple[Problem, ...]]:
    """Return the ledger's entries, oldest first, and where its chain is broken.

    A line that cannot be read gives no entry but a problem.  A ledger that does
    not exist yet is empty.
    """
    raw = path.read_bytes() if path.exists() else b""
    lines = raw.split(b"\n")
    entries: list[dict[str, Any]] = []
    problems: list[Problem] = []
    if lines[-1]:
        problems.append(
            _problem(len(lines), "the last line is torn: it has no line end", "the next update sets it aside in ledger.jsonl.torn")
        )
    previous = ""
    for number, line in enumerate(lines[:-1], start=1):
        entry = _entry(line)
        if entry is None:
            problems.append(_problem(number, "this line is not an entry of the ledger", "restore the file from git"))
        elif entry[PREVIOUS] != previous:
            message = (
                "this line does not follow the one before: the ledger was changed" if number > 1 else "the ledger's beginning is missing"
            )
            problems.append(_problem(number, message, "restore the file from git"))
        if entry is not None:
            entries.append(entry)
        previous = line_hash(line)
    return tuple(entries), tuple(problems)


def append(path: Path, entries: Sequence[Mapping[str, Any]]) -> Torn | None:
    """Append entries as one group, in one write; call it under ``forecast.book.writing.locked``.

    Each gets ``previous``, the hash of the line before it.  Returns the torn line
    set aside, where there was one.  Raises ``ValueError`` for numbers that are
    not finite and for entries that say ``previous`` themselves.
    """
    torn = set_torn_line_aside(path) if path.exists() else None
    lines = []
    previous = _last_hash(path)
    for entry in entries:
        if PREVIOUS in entry:
            raise ValueError("the ledger itself says what was previous")
        line = canonical({**entry, PREVIOUS: previous})
        previous = line_hash(line.encode())
        lines.append(line + "\n")
    if lines:
        append_lines(path, "".join(lines))
    return torn


def canonical(value: Any) -> str:
    """Return JSON in one form: keys sorted, no blanks, text as it is; raise ``ValueError`` for numbers that are not finite."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def line_hash(line: bytes) -> str:
    """Return the SHA-256 of a line without its end, in hexadecimal."""
    return hashlib.sha256(line).hexdigest()


def _last_hash(path: Path) -> str:
    raw = path.read_bytes() if path.exists() else b""
    return line_hash(raw[:-1].rsplit(b"\n", 1)[-1]) if raw else ""


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and isinstance(entry.get(PREVIOUS), str) else None


def _problem(line: int, message: str, hint: str) -> Problem:
    return Problem(Place(LEDGER, line), message, hint)
