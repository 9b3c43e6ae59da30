"""Reading on in a ledger from where it was read to before, and checking all of it with what was checked before.

A ledger only grows, and each line holds the hash of the one before.  So whoever knows how far it was read, and the hash of the last
line then, need only read what came after; of what came before, a few entries are still asked for.  A change of an earlier line is not
seen that way: ``verify_ledger`` looks at every byte.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forecast.book.files.folder import Folder
from forecast.book.files.layout import LEDGER
from forecast.book.files.problems import FileFault, Problem
from forecast.book.ledger import line_hash, read_entries, read_entry, torn_line_problem

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

DAYS_KEPT = 2  # last days with answers of a topic, whose answers are kept: today's, and those before

type Entries = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class LedgerCheckpoint:
    """How far a ledger was read: its whole lines up to ``offset`` bytes, the last of which begins at ``last_start`` and has the hash ``last``.

    ``entries`` are those of its entries that are still asked for, as ``needed_entries`` says.
    """

    offset: int
    lines: int
    last_start: int
    last: str
    entries: Entries

    def to_bytes(self) -> bytes:
        """Return it as bytes."""
        return json.dumps([self.offset, self.lines, self.last_start, self.last, list(self.entries)]).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> LedgerCheckpoint:
        """Return what ``to_bytes`` has made bytes of."""
        return cls(*json.loads(data))


@dataclass(frozen=True, slots=True)
class VerifiedLedger:
    """How far every line of a ledger was checked: ``offset`` bytes with a SHA-256, so many lines, and the hash of the last."""

    offset: int
    lines: int
    last: str
    sha256: str

    def to_bytes(self) -> bytes:
        """Return it as bytes."""
        return json.dumps([self.offset, self.lines, self.last, self.sha256]).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> VerifiedLedger:
        """Return what ``to_bytes`` has made bytes of."""
        return cls(*json.loads(data))


def read_ledger_since(folder: Folder, checkpoint: LedgerCheckpoint | None) -> tuple[Entries, tuple[Problem, ...], LedgerCheckpoint | None]:
    """Return the entries of a ledger that are still asked for, what is wrong with the lines read now, and how far it has been read.

    Where the ledger is not what it was up to the checkpoint, or there is none, all of it is read.  None instead of a new checkpoint
    where a line is wrong.
    """
    try:
        if checkpoint is not None and (read_on := _read_on(folder, checkpoint)) is not None:
            return read_on
        raw = b"".join(folder.blocks(LEDGER))
    except FileFault as fault:
        return (), (fault.problem,), None
    entries, problems = read_entries(raw)
    return entries, problems, _checkpoint(raw, entries, problems, start=0, lines=0)


def needed_entries(entries: Entries) -> Entries:
    """Return those of a ledger's entries that anything but a history of publications asks for, in their order.

    Of each topic: the first of each question; the last of each question on the last two days with answers; of hindcasts the last
    of each question and day; the last that has hashes of rows; and the last of all.
    """
    kept: dict[Any, int] = {}
    days: dict[str, set[str]] = {}
    for entry in entries:
        if not entry["hindcast"]:
            days.setdefault(entry["topic"], set()).add(entry["as_of"])
    recent = {topic: sorted(found)[-DAYS_KEPT:] for topic, found in days.items()}
    for at, entry in enumerate(entries):
        topic, question = entry["topic"], (entry["question"], entry.get("variant", ""))
        hindcast = entry["as_of"] if entry["hindcast"] else ""
        kept["last", topic] = at
        kept["newest", topic, question, hindcast] = at
        if not hindcast:
            kept.setdefault(("first", topic, question), at)
            if entry["as_of"] in recent[topic]:
                kept["day", topic, question, entry["as_of"]] = at
        if "rows" in entry:
            kept["rows", topic, hindcast, bool(entry["rows"])] = at
    return tuple(entries[at] for at in sorted(set(kept.values())))


def verify_ledger(folder: Folder, verified: VerifiedLedger | None) -> tuple[tuple[Problem, ...], VerifiedLedger | None]:
    """Return what is wrong with a ledger, looking at every byte of it, and how far it is right from its beginning.

    Lines that were checked before are not parsed again: it is enough that their bytes have the same SHA-256.  What has another one
    is checked line by line.  Memory does not grow with the ledger.
    """
    try:
        hashed = hashlib.sha256()
        if verified is not None:
            for block in _prefix(folder, verified.offset):
                hashed.update(block)
            if hashed.hexdigest() == verified.sha256:
                return _verify_from(folder, verified, hashed)
        return _verify_from(folder, VerifiedLedger(0, 0, "", ""), hashlib.sha256())
    except FileFault as fault:
        return (fault.problem,), None


def _read_on(folder: Folder, checkpoint: LedgerCheckpoint) -> tuple[Entries, tuple[Problem, ...], LedgerCheckpoint | None] | None:
    """What came after a checkpoint; None where the line before is not the one it was."""
    if folder.size(LEDGER) < checkpoint.offset:
        return None
    raw = b"".join(folder.blocks(LEDGER, begin=checkpoint.last_start))
    length = checkpoint.offset - checkpoint.last_start
    last = raw[:length]
    if not last.endswith(b"\n") or line_hash(last[:-1]) != checkpoint.last:
        return None
    fresh = raw[length:]
    added, problems = read_entries(fresh, number=checkpoint.lines + 1, previous=checkpoint.last)
    entries = (*checkpoint.entries, *added)
    if not fresh:
        return entries, problems, checkpoint
    return entries, problems, _checkpoint(fresh, entries, problems, start=checkpoint.offset, lines=checkpoint.lines, before=checkpoint)


def _checkpoint(
    raw: bytes, entries: Entries, problems: Iterable[Problem], *, start: int, lines: int, before: LedgerCheckpoint | None = None
) -> LedgerCheckpoint | None:
    """How far a ledger has been read whose bytes from ``start`` on are ``raw``, after so many lines."""
    if any(problem.level == "error" for problem in problems):
        return None
    whole = raw[: raw.rfind(b"\n") + 1]
    if not whole:
        return before
    last_start = whole[:-1].rfind(b"\n") + 1
    last = line_hash(whole[last_start:-1])
    return LedgerCheckpoint(start + len(whole), lines + whole.count(b"\n"), start + last_start, last, needed_entries(entries))


def _verify_from(folder: Folder, verified: VerifiedLedger, hashed: Hash) -> tuple[tuple[Problem, ...], VerifiedLedger | None]:
    """The lines after those that were verified, of which ``hashed`` has all bytes."""
    problems: list[Problem] = []
    offset, number, previous = verified.offset, verified.lines, verified.last
    for line in _lines(folder, verified.offset):
        number += 1
        if not line.endswith(b"\n"):
            problems.append(torn_line_problem(number))
            break
        _, wrong = read_entry(line[:-1], number=number, previous=previous)
        if wrong is not None:
            problems.append(wrong)
        previous = line_hash(line[:-1])
        hashed.update(line)
        offset += len(line)
    if any(problem.level == "error" for problem in problems):
        return tuple(problems), None
    lines = number - (1 if problems else 0)
    return tuple(problems), VerifiedLedger(offset, lines, previous, hashed.hexdigest())


def _prefix(folder: Folder, length: int) -> Iterator[bytes]:
    """The first bytes of the ledger, so many of them."""
    for block in folder.blocks(LEDGER):
        yield block[:length]
        length -= len(block)
        if length <= 0:
            return


def _lines(folder: Folder, begin: int) -> Iterator[bytes]:
    """The lines of the ledger from a place on, each with its end."""
    left = b""
    for block in folder.blocks(LEDGER, begin=begin):
        *lines, left = (left + block).split(b"\n")
        yield from (line + b"\n" for line in lines)
    if left:
        yield left
