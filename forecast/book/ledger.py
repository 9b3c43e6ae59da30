"""The ledger: one line for each answer published, each carrying the hash of the line before.

JSON Lines in ``reports/ledger.jsonl``, append-only.  A line changed, removed or
put in afterwards breaks the chain, and reading says at which line; it also says
which line lacks a field, so that whoever uses an entry finds all it has to have.

A line says its ``format``.  Lines without one are of format 1, which versions before 0.4 wrote; both are read, and a
line of a later format is refused.  ``reports/README.md`` describes the fields.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from forecast.book.files.folder import Folder
from forecast.book.files.layout import LEDGER
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.book.files.writing import TornLine
from forecast.book.ledger_values import is_day, value_fault
from forecast.book.used_rows import used_rows_fault

LEDGER_FORMAT = 2
TAIL_BYTES = 2**16  # of the file's end, read to find the last line
PREVIOUS = "previous"
RESTORE = "restore the file from git or from a copy"
FIELDS: Mapping[str, type] = {  # that every line has, whichever version wrote it
    "topic": str,
    "question": str,
    "kind": str,
    "value": dict,
    "as_of": date,
    "made": date,
    "hindcast": bool,
    "engine": str,
    "verdict": str,
    "inputs": str,
    "seed": int,
    "draws": int,
    "program": str,
    PREVIOUS: str,
}
MORE_FIELDS: Mapping[str, type] = {"at": datetime, "status": str}  # that every line of format 2 has besides
OPTIONAL_FIELDS: Mapping[str, type] = {"rows": dict, "variant": str, "asked": str, "priors": str}  # that a line of format 2 may have
TYPE_NAMES: Mapping[type, str] = {
    str: "text",
    dict: "a table",
    date: "a date",
    datetime: "a time in UTC, as in 2027-01-31T09:30:00Z",
    bool: "true or false",
    int: "a whole number",
}


def read_ledger(folder: Folder) -> tuple[tuple[dict[str, Any], ...], tuple[Problem, ...]]:
    """Return the ledger's entries, oldest first, and what is wrong with it: where its chain is broken, which fields are missing.

    A line that cannot be read, or lacks a field, gives no entry but a problem.  A ledger that does
    not exist yet is empty.
    """
    try:
        raw = b"".join(folder.blocks(LEDGER))  # it may outgrow what other files may have, since nothing is ever taken out of it
    except FileFault as fault:
        return (), (fault.problem,)
    return read_entries(raw)


def read_entries(raw: bytes, *, number: int = 1, previous: str = "") -> tuple[tuple[dict[str, Any], ...], tuple[Problem, ...]]:
    """Return the entries of some of the ledger's lines, and what is wrong with them.

    ``number`` is that of the first line, and ``previous`` the hash of the one before.
    """
    lines = raw.split(b"\n")
    entries: list[dict[str, Any]] = []
    problems: list[Problem] = []
    if lines[-1]:
        problems.append(torn_line_problem(number + len(lines) - 1))
    for at, line in enumerate(lines[:-1], start=number):
        entry, wrong = read_entry(line, number=at, previous=previous)
        if wrong is not None:
            problems.append(wrong)
        if entry is not None:
            entries.append(entry)
        previous = line_hash(line)
    return tuple(entries), tuple(problems)


def read_entry(line: bytes, *, number: int, previous: str) -> tuple[dict[str, Any] | None, Problem | None]:
    """Return the entry of one line, None where it is none, and what is wrong with it; ``previous`` is the hash of the line before."""
    entry, wrong, hint = _parse_entry(line)
    if wrong:
        return None, _line_problem(number, wrong, hint)
    if entry[PREVIOUS] != previous:
        message = "this line does not follow the one before: the ledger was changed" if number > 1 else "the ledger's beginning is missing"
        return entry, _line_problem(number, message, RESTORE)
    return entry, None


def torn_line_problem(number: int) -> Problem:
    """Return the warning of a last line without its end."""
    message, hint = "the last line is torn: it has no line end", "the next update sets it aside in ledger.jsonl.torn"
    return Problem(Place(LEDGER, number), message, hint, level="warning")


def append_entries(folder: Folder, entries: Sequence[Mapping[str, Any]]) -> TornLine | None:
    """Append entries as one group, all or none; call it under ``forecast.book.files.locking.hold_lock``.

    Each gets ``previous``, the hash of the line before it.  Returns the torn line
    set aside, where there was one.  Raises ``ValueError`` for numbers that are
    not finite and for entries that say ``previous`` themselves, and ``FileFault``
    where the file cannot be written.
    """
    lines = []
    previous = _last_hash(folder)
    for entry in entries:
        if PREVIOUS in entry:
            raise ValueError("the ledger itself says what was previous")
        line = canonical_json({**entry, PREVIOUS: previous})
        previous = line_hash(line.encode())
        lines.append(line + "\n")
    return folder.append(LEDGER, "".join(lines)) if lines else None


def format_time(moment: datetime) -> str:
    """Return a moment as the ledger holds it: in UTC, to the second, as in ``2027-01-31T09:30:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def canonical_json(value: Any) -> str:
    """Return JSON in one form: keys sorted, no blanks, text as it is; raise ``ValueError`` for numbers that are not finite."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def line_hash(line: bytes) -> str:
    """Return the SHA-256 of a line without its end, in hexadecimal."""
    return hashlib.sha256(line).hexdigest()


def _last_hash(folder: Folder) -> str:
    """The hash of the last line that has its end; only the end of the file is read."""
    size, length = folder.size(LEDGER), TAIL_BYTES
    while size:
        tail = b"".join(folder.blocks(LEDGER, begin=max(0, size - length)))
        whole = tail[: tail.rfind(b"\n") + 1]
        begin = whole[:-1].rfind(b"\n") + 1
        if whole and (begin or length >= size):
            return line_hash(whole[begin:-1])
        if length >= size:
            break
        length *= 8
    return ""


def _parse_entry(line: bytes) -> tuple[dict[str, Any], str, str]:
    """A line as an entry; or what is wrong with it, and what to do."""
    try:
        entry = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        entry = None
    if not isinstance(entry, dict):
        return {}, "this line is not an entry of the ledger", RESTORE
    written_in = entry.get("format", 1)
    if type(written_in) is not int or written_in < 1:
        return {}, "this line is not an answer: its `format` is not a whole number from 1 on", RESTORE
    if written_in > LEDGER_FORMAT:
        message = f"this line is of format {written_in}, and this version of forecast reads formats 1 to {LEDGER_FORMAT}"
        return {}, message, "a later version wrote it: use that one"
    wrong = _entry_fault(entry, written_in)
    return ({}, f"this line is not an answer: {wrong}", RESTORE) if wrong else (entry, "", "")


def _entry_fault(entry: Mapping[str, Any], written_in: int) -> str:
    """What is wrong with the fields of a line of a format; an empty text where nothing is."""
    fields = FIELDS if written_in == 1 else {**FIELDS, **MORE_FIELDS}
    missing = [name for name in fields if name not in entry]
    if missing:
        more = f" and {len(missing) - 3} more fields" if len(missing) > 4 else ""
        return f"it has no {', '.join(f'`{name}`' for name in missing[: 3 if more else 4])}{more}"
    unanswered = written_in > 1 and entry["value"] is None and entry["status"] != "open"  # void, or not answerable
    given = {**fields, **({name: kind for name, kind in OPTIONAL_FIELDS.items() if name in entry} if written_in > 1 else {})}
    for name, kind in given.items():
        if not _has_type(kind, entry[name]) and not (name == "value" and unanswered):
            return f"its `{name}` is not {TYPE_NAMES[kind]}"
    if written_in > 1 and "rows" in entry and (fault := used_rows_fault(entry["rows"])):
        return f"its `rows` {fault}"
    wrong = "" if unanswered else value_fault(entry["kind"], entry["value"], written_in)
    return f"its `value` {wrong}" if wrong else ""


def _has_type(kind: type, value: object) -> bool:
    if kind is date:
        return is_day(value)
    if kind is datetime:
        try:
            return isinstance(value, str) and format_time(datetime.fromisoformat(value)) == value
        except (ValueError, OverflowError):
            return False
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _refuse_constant(constant: str) -> float:
    raise ValueError(f"{constant} is not a finite number")


def _line_problem(line: int, message: str, hint: str) -> Problem:
    return Problem(Place(LEDGER, line), message, hint)
