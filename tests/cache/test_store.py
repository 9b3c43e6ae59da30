"""Results kept from run to run: what is kept is found, by its key alone; the oldest are removed; a broken file stops nothing."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from forecast.cache.folder import CACHE_VARIABLE, cache_folder
from forecast.cache.store import CachedResult, Store, removal_order, taken_bytes
from tests.support.paths import ROOT

MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)


def test_what_is_kept_is_found_by_its_key(tmp_path: Path) -> None:
    """The bytes are the same, whichever object keeps or finds them; other keys find nothing; a key has the newest bytes."""
    Store(tmp_path, MONDAY).keep([CachedResult("content", "a", b"first"), CachedResult("draws", "b", bytes(range(256)))])
    Store(tmp_path, MONDAY).keep([CachedResult("content", "a", b"second")])
    assert Store(tmp_path, TUESDAY).find(["a", "b", "c"]) == {"a": b"second", "b": bytes(range(256))}


def test_without_a_folder_nothing_is_kept() -> None:
    """A store without a folder finds nothing and says nothing."""
    store = Store(None, MONDAY)
    store.keep([CachedResult("content", "a", b"first")])
    assert (store.find(["a"]), store.fault) == ({}, "")


def test_the_file_is_the_users_alone(tmp_path: Path) -> None:
    """Nobody else can read the folder or the file."""
    Store(folder := tmp_path / "cache", MONDAY).keep([CachedResult("content", "a", b"first")])
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


def test_the_oldest_are_removed_and_draws_first() -> None:
    """Above the limit draws go before all else, then what was used longest ago, until nine tenths of the limit are taken; below it nothing."""
    sizes = {"old": ("content", 1, 40), "new": ("content", 9, 40), "old draws": ("draws", 2, 30), "new draws": ("draws", 8, 30)}
    assert removal_order(sizes, 140) == []
    assert removal_order(sizes, 139) == ["old draws"]
    assert removal_order(sizes, 100) == ["old draws", "new draws"]
    assert removal_order(sizes, 80) == ["old draws", "new draws", "old"]


def test_what_is_found_counts_as_used(tmp_path: Path) -> None:
    """Of two results of one day the one that was found later stays."""
    Store(tmp_path, MONDAY).keep([CachedResult("content", name, name.encode() * 1000) for name in ("a", "b")])
    assert Store(tmp_path, TUESDAY).find(["a"]).keys() == {"a"}
    Store(tmp_path, TUESDAY, most=45).keep([CachedResult("insight", "c", b"c")])  # compressed, each takes about 20 bytes
    assert Store(tmp_path, TUESDAY).find(["a", "b", "c"]).keys() == {"a", "c"}


def test_all_sizes_are_summed_once_until_the_limit_may_be_passed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that keeps one result after another looks at all of them once; beyond the limit it looks again, and the limit holds."""
    sums: list[int] = []

    def bytes_taken(connection: sqlite3.Connection) -> int:
        sums.append(taken_bytes(connection))
        return sums[-1]

    monkeypatch.setattr("forecast.cache.store.taken_bytes", bytes_taken)
    store = Store(tmp_path, MONDAY, most=20_000)
    for number in range(50):
        store.keep([CachedResult("draws", f"{number:02}", bytes(100))])  # draws are not compressed: 111 bytes
    assert sums == [111]
    for number in range(50, 400):
        store.keep([CachedResult("draws", f"{number:03}", bytes(100))])
    assert len(sums) < 30
    with closing(sqlite3.connect(tmp_path / "results-1.sqlite")) as connection:
        assert 0.8 * store.most < taken_bytes(connection) == store.taken <= store.most
    before = len(sums)
    for _ in range(10):
        store.keep([CachedResult("draws", "399", bytes(1000))])  # replaced, and so counted too often
    assert len(sums) - before <= 2 * (10 * 1011 // 2000 + 1)
    assert store.find(["399"]) == {"399": bytes(1000)}


@pytest.mark.parametrize("broken", [b"no database", b""], ids=["other bytes", "no folder"])
def test_a_file_that_cannot_be_used_stops_nothing(tmp_path: Path, broken: bytes) -> None:
    """Nothing is found or kept, and the store says why."""
    folder = tmp_path / "cache"
    if broken:
        folder.mkdir()
        (folder / "results-1.sqlite").write_bytes(broken * 1000)
    else:
        folder.write_text("a file")
    store = Store(folder, MONDAY)
    store.keep([CachedResult("content", "a", b"first")])
    assert store.find(["a"]) == {}
    assert str(folder) in store.fault


def test_two_processes_keep_results_at_once(tmp_path: Path) -> None:
    """Each waits for the other, and all results are there."""
    code = (
        "import sys; from datetime import date; from pathlib import Path; from forecast.cache.store import *\n"
        "for number in range(40): Store(Path(sys.argv[1]), date(2026, 1, 5)).keep([CachedResult('content', f'{sys.argv[2]}{number}', b'x')])"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name], cwd=ROOT) for name in "ab"]
    assert [process.wait() for process in running] == [0, 0]
    assert len(Store(tmp_path, MONDAY).find(f"{name}{number}" for name in "ab" for number in range(40))) == 80


def test_bytes_that_were_changed_in_the_file_are_not_returned(tmp_path: Path) -> None:
    """Compressed bytes that do not fit their checksum are a fault, not a result."""
    Store(tmp_path, MONDAY).keep([CachedResult("content", "a", b"first" * 100)])
    with sqlite3.connect(tmp_path / "results-1.sqlite") as connection:
        connection.execute("UPDATE results SET data = x'789c0000'")
    connection.close()
    store = Store(tmp_path, MONDAY)
    assert store.find(["a"]) == {}
    assert store.fault


def test_the_folder_is_never_in_a_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is named must be absolute and in no book; the user's own is passed over where it is in one."""
    (tmp_path / "book" / "seeds").mkdir(parents=True)
    for named in (str(tmp_path / "book" / "cache"), "cache"):
        monkeypatch.setenv(CACHE_VARIABLE, named)
        with pytest.raises(ValueError, match="not in a book"):
            cache_folder()
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    assert cache_folder() == tmp_path / "cache"
    monkeypatch.delenv(CACHE_VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "book"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "book"))
    assert cache_folder() != tmp_path / "book" / "forecast"


def test_keys_are_looked_up_without_reading_or_using_what_they_stand_for(tmp_path: Path) -> None:
    """The keys of what is kept are returned, and no result counts as used by that."""
    Store(tmp_path, MONDAY).keep([CachedResult("draws", "a", b"first"), CachedResult("draws", "b", b"other")])
    assert Store(tmp_path, TUESDAY).keys_kept(["a", "b", "c"]) == {"a", "b"}
    with sqlite3.connect(tmp_path / "results-1.sqlite") as connection:
        assert {used for (used,) in connection.execute("SELECT used FROM results")} == {MONDAY.toordinal()}
    connection.close()
    assert Store(None, MONDAY).keys_kept(["a"]) == set()
