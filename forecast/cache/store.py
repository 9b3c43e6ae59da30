"""Results kept from run to run: one SQLite file in the user's cache folder, each result under a hash of all that determines it.

The file is the user's alone and belongs to no book, so that nobody's book can supply a result.  A result is
found only under the same key, so it is never out of date; what is not used for long is removed when the file would
grow beyond its limit, draws first, since they are the largest and are made again soonest.  A file that cannot be
read or written costs time and nothing else: ``fault`` says why.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

type Kind = Literal["content", "draws", "fit", "insight", "ledger", "outcome", "pages"]

STORE_FORMAT = 1  # of the tables, and of what stands in them
MOST_BYTES = 2**30  # of all results together
KEPT_SHARE = 0.9  # of that, once results have been removed
AT_ONCE = 500  # keys in one query
BUSY_SECONDS = 30.0  # how long to wait for another process that writes
COMPRESSION = 1  # zlib's level: JSON becomes a fifth, at 100 MB a second; draws would lose a thirtieth, and stay as they are

FAULTS = (sqlite3.Error, OSError)  # what may be wrong with the file, or with the folder

RESULT_COLUMNS = "key TEXT PRIMARY KEY, kind TEXT NOT NULL, size INTEGER NOT NULL, used INTEGER NOT NULL, data BLOB NOT NULL"
START = (
    "PRAGMA auto_vacuum = FULL",  # of a file that is new
    "PRAGMA synchronous = NORMAL",  # what a crash loses is computed again
    f"CREATE TABLE IF NOT EXISTS results ({RESULT_COLUMNS})",
    "CREATE INDEX IF NOT EXISTS by_age ON results (kind, used, size)",
)


@dataclass(frozen=True, slots=True)
class CachedResult:
    """A result to keep: its kind, the key it will be found under, and its bytes."""

    kind: Kind
    key: str
    data: bytes


@dataclass(slots=True)
class Store:
    """Results of earlier runs in a folder, as many as fit in ``most`` bytes; without a folder there are none, and none are kept.

    ``today`` is the day on which what is found counts as used.  ``taken`` is how many bytes all results take: summed once, and
    then again only where what this store has added since may have gone beyond the limit.
    """

    folder: Path | None
    today: date = field(default_factory=lambda: date.min)
    most: int = MOST_BYTES
    fault: str = ""
    taken: int | None = None

    def find(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Return those of some results that are kept, by their keys."""
        results: dict[str, bytes] = {}
        for key, data in self.find_packed(keys).items():
            try:
                results[key] = zlib.decompress(data)
            except zlib.error as error:
                self.fault = f"{self._path}: {error}"
        return results

    def find_packed(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Return the same, compressed by ``zlib``."""
        wanted = list(dict.fromkeys(keys))
        if self.folder is None or not wanted:
            return {}
        results: dict[str, bytes] = {}
        try:
            if self._path.exists():
                with closing(self._open()) as connection, connection:
                    for begin in range(0, len(wanted), AT_ONCE):
                        results |= self._find_some(connection, wanted[begin : begin + AT_ONCE])
        except FAULTS as error:
            self.fault = f"{self._path}: {error}"
        return results

    def keys_kept(self, keys: Iterable[str]) -> set[str]:
        """Return the keys of those of some results that are kept, which counts as no use of them."""
        wanted, kept = list(dict.fromkeys(keys)), set[str]()
        if self.folder is None or not wanted:
            return kept
        try:
            if self._path.exists():
                with closing(self._open()) as connection:
                    for begin in range(0, len(wanted), AT_ONCE):
                        some = wanted[begin : begin + AT_ONCE]
                        marks = ", ".join("?" * len(some))
                        kept |= {key for (key,) in connection.execute(f"SELECT key FROM results WHERE key IN ({marks})", some)}  # noqa: S608 - marks alone
        except FAULTS as error:
            self.fault = f"{self._path}: {error}"
        return kept

    def keep(self, results: Sequence[CachedResult]) -> None:
        """Keep some results, each under its key, and remove the oldest where they would take more than the limit."""
        if self.folder is None or not results:
            return
        packed = ((result, zlib.compress(result.data, 0 if result.kind == "draws" else COMPRESSION)) for result in results)
        rows = [(result.key, result.kind, len(data), self._day, data) for result, data in packed]
        try:
            with closing(self._open()) as connection, connection:
                connection.executemany("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?)", rows)
                self._make_room(connection, sum(size for _, _, size, _, _ in rows))
        except FAULTS as error:
            self.fault = f"{self._path}: {error}"

    def _make_room(self, connection: sqlite3.Connection, added: int) -> None:
        """Remove the oldest results where all take more than the limit, once some that take ``added`` bytes are written."""
        self.taken = taken_bytes(connection) if self.taken is None else self.taken + added
        if self.taken > self.most:  # what was replaced has been counted twice, so this may be too much
            _remove_oldest(connection, self.most)
            self.taken = taken_bytes(connection)

    def _find_some(self, connection: sqlite3.Connection, keys: Sequence[str]) -> dict[str, bytes]:
        marks = ", ".join("?" * len(keys))
        rows = connection.execute(f"SELECT key, used, data FROM results WHERE key IN ({marks})", keys).fetchall()  # noqa: S608 - marks alone
        connection.executemany(
            "UPDATE results SET used = ? WHERE key = ?", [(self._day, key) for key, used, _ in rows if used != self._day]
        )
        return {key: data for key, _, data in rows}

    @property
    def _day(self) -> int:
        return self.today.toordinal()

    @property
    def _path(self) -> Path:
        assert self.folder is not None
        return self.folder / f"results-{STORE_FORMAT}.sqlite"

    def _open(self) -> sqlite3.Connection:
        assert self.folder is not None
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS)
        try:
            self._path.chmod(0o600)
            for statement in START:
                connection.execute(statement)
        except BaseException:
            connection.close()
            raise
        return connection


def removal_order(sizes: Mapping[str, tuple[Kind, int, int]], most: int) -> list[str]:
    """Return the keys of the results to remove, of which ``sizes`` gives kind, day of use and size, so that the rest takes 90 % of ``most``.

    None where all together take at most ``most``.  Draws go first, then what was used longest ago.
    """
    left = sum(size for _, _, size in sizes.values())
    removed: list[str] = []
    if left <= most:
        return removed
    for key in sorted(sizes, key=lambda key: (sizes[key][0] != "draws", sizes[key][1], key)):
        if left <= KEPT_SHARE * most:
            break
        left -= sizes[key][2]
        removed.append(key)
    return removed


def taken_bytes(connection: sqlite3.Connection) -> int:
    """Return how many bytes all results take, which looks at each of them."""
    return int(connection.execute("SELECT COALESCE(SUM(size), 0) FROM results").fetchone()[0])


def _remove_oldest(connection: sqlite3.Connection, most: int) -> None:
    sizes = {key: (kind, used, size) for key, kind, used, size in connection.execute("SELECT key, kind, used, size FROM results")}
    connection.executemany("DELETE FROM results WHERE key = ?", [(key,) for key in removal_order(sizes, most)])
