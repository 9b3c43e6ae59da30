"""The rows an answer rests on, as short hashes in its line of the ledger; and which of them are no longer as they were.

A report can be deleted and made again, the ledger cannot, so the ledger guards the rows.  A stream of up to 500 rows
has a hash for each of them.  Of a longer one 10, 100 or more rows of its file, in their order, share a hash, so that
a line never has more than 500 hashes of a stream, however many rows there are.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from forecast.book.rows import HASH_DIGITS, row_hashes, rows_as_of
from forecast.book.topic import Row, Stream, Topic

MOST_HASHES = 500  # of one stream in a line of the ledger: 4,000 characters
ROWS_FIELDS: Mapping[str, type] = {"count": int, "each": int, "hashes": str}
_HASHES = re.compile(rf"(?:[0-9a-f]{{{HASH_DIGITS}}})*")


@dataclass(frozen=True, slots=True)
class LostRow:
    """A row that a published answer used, or a run of rows, and that is not in the record as it was.

    ``hash`` is empty where many rows share one.  ``row`` is the row that now stands there; None where none does.
    ``count`` is the number of rows among which it is.
    """

    stream: str
    as_of: date
    hash: str
    row: Row | None
    count: int = 1


def used_rows(topic: Topic, as_of: date) -> dict[str, dict[str, Any]]:
    """Return the hashes of the rows that a topic's record has as of a day, by stream, as a line of the ledger holds them.

    Rows that were corrected by then are among them: they are part of the record, too.  Streams without rows are left out.
    """
    hashes = {name: row_hashes(rows_as_of(stream, as_of)) for name, stream in topic.streams.items()}
    return {name: _compact_hashes(digests, _rows_per_hash(len(digests))) for name, digests in hashes.items() if digests}


def lost_rows(topic: Topic, entries: Sequence[Mapping[str, Any]]) -> Iterator[LostRow]:
    """Yield the rows of the last published answers of a topic that are no longer in its record as they were.

    ``entries`` are those of the ledger.  Each update looks before it publishes, so the last line that has hashes stands
    for all before it; hindcasts are not what was published on a day.  A stream that the topic no longer has is left out.
    """
    lines = [line for line in entries if line["topic"] == topic.name and not line["hindcast"] and line.get("rows")]
    if not lines:
        return
    as_of = date.fromisoformat(lines[-1]["as_of"])
    for name, used in lines[-1]["rows"].items():
        if name in topic.streams:
            lost = _lost_single_rows if used["each"] == 1 else _lost_row_group
            yield from lost(topic.streams[name], as_of, used)


def used_rows_fault(rows: object) -> str:
    """Return what is wrong with the ``rows`` of a ledger's line, whoever wrote it; an empty text where nothing is."""
    if not isinstance(rows, dict):
        return "is not a table"
    for name, used in rows.items():
        if (
            not isinstance(used, dict)
            or used.keys() != ROWS_FIELDS.keys()
            or any(type(used[key]) is not kind for key, kind in ROWS_FIELDS.items())
        ):
            return f"has no `count`, `each` and `hashes` of the stream `{name}`"
        if (
            used["each"] < 1
            or not _HASHES.fullmatch(used["hashes"])
            or len(_split_hashes(used["hashes"])) != -(-used["count"] // used["each"])
        ):
            return f"has no hash for each of the rows of the stream `{name}`"
    return ""


def unmatched_indices[Key: Hashable](before: Sequence[Key], now: Sequence[Key], unnamed: Sequence[Key | None]) -> list[int]:
    """Return the indices of the rows used ``before`` that are not among those ``now``.

    ``unnamed`` has what each row of now would be without its id, None for a row that has none: to give a row an id is no edit.
    """
    left = Counter(now)
    lost = []
    for at, key in enumerate(before):
        if left[key]:
            left[key] -= 1
        else:
            lost.append(at)
    if not lost:
        return lost
    free = Counter(bare for key, bare in zip(now, unnamed, strict=True) if left[key] and bare is not None)
    unmatched = []
    for at in lost:
        if free[before[at]]:
            free[before[at]] -= 1
        else:
            unmatched.append(at)
    return unmatched


def _lost_single_rows(stream: Stream, as_of: date, used: Mapping[str, Any]) -> Iterator[LostRow]:
    rows = rows_as_of(stream, as_of)
    now, before = row_hashes(rows), _split_hashes(used["hashes"])
    known = frozenset(before)
    named = np.flatnonzero(rows.id.filled)
    unnamed: list[str | None] = [None] * len(rows)
    for at, bare in zip(named.tolist(), row_hashes(rows.without_ids().take(named)), strict=True):
        unnamed[at] = bare
    for at in unmatched_indices(before, now, unnamed):
        yield LostRow(stream.name, as_of, before[at], rows[at] if at < len(rows) and now[at] not in known else None)


def _lost_row_group(stream: Stream, as_of: date, used: Mapping[str, Any]) -> Iterator[LostRow]:
    """The first run of rows that is not as it was: where a row was taken out or put in, all later ones differ too."""
    rows, size = rows_as_of(stream, as_of), used["each"]
    now = _split_hashes(_compact_hashes(row_hashes(rows[: used["count"]]), size)["hashes"])
    for at, hashed in enumerate(_split_hashes(used["hashes"])):
        if at >= len(now) or now[at] != hashed:
            first = at * size
            yield LostRow(stream.name, as_of, "", rows[first] if first < len(rows) else None, min(size, used["count"] - first))
            return


def _rows_per_hash(count: int) -> int:
    """How many rows share a hash: 1, 10, 100, ..."""
    size = 1
    while count > MOST_HASHES * size:
        size *= 10
    return size


def _compact_hashes(hashes: Sequence[str], size: int) -> dict[str, Any]:
    shared = hashes if size == 1 else [_group_hash(hashes[at : at + size]) for at in range(0, len(hashes), size)]
    return {"count": len(hashes), "each": size, "hashes": "".join(shared)}


def _group_hash(hashes: Sequence[str]) -> str:
    return hashlib.sha256("".join(hashes).encode()).hexdigest()[:HASH_DIGITS]


def _split_hashes(hashes: str) -> list[str]:
    return [hashes[at : at + HASH_DIGITS] for at in range(0, len(hashes), HASH_DIGITS)]
