"""Files are written whole or not at all, and the ledger shows every change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.book.files import locking, writing
from forecast.book.files.folder import Folder
from forecast.book.files.locking import hold_lock
from forecast.book.files.problems import FileFault
from forecast.book.files.writing import TornLine, append_lines, write_whole
from forecast.book.ledger import append_entries, canonical_json, line_hash, read_ledger


def entry(**fields: object) -> dict[str, Any]:
    """An answer as the ledger holds it, with some fields in place of the usual ones."""
    usual: dict[str, Any] = {"topic": "t", "question": "q", "kind": "probability", "value": {"value": 0.25}, "as_of": "2025-01-01"}
    usual |= {"made": "2025-01-01", "hindcast": False, "engine": "importance", "verdict": "agreed", "inputs": "0", "program": "0.3.0"}
    return usual | {"seed": 1, "draws": 256} | fields


ENTRIES = [entry(question="a"), entry(question="b", value={"value": 1}), entry(question="ü", by=None)]


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_a_write_that_stops_midway_leaves_the_old_file_alone(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever step fails, the old text stands whole and no temporary file stays."""
    path = tmp_path / "report.json"
    write_whole(path, "old")
    monkeypatch.setattr(writing.os if step == "fsync" else Path, step, stop)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, "new")
    assert {entry.name: entry.read_text() for entry in tmp_path.iterdir()} == {"report.json": "old"}


def test_a_file_is_written_whole_with_its_mode_kept(tmp_path: Path) -> None:
    """The new text replaces the old, directories are made, and the file's mode stays."""
    path = tmp_path / "deep" / "report.md"
    write_whole(path, "old")
    path.chmod(0o640)
    write_whole(path, b"new\n")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new\n", 0o640)


def test_an_append_that_fails_leaves_no_part_of_its_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk refuses, the file is cut back to what it was."""
    path = tmp_path / "rows.csv"
    append_lines(path, "a,b\n")
    with monkeypatch.context() as patched:
        patched.setattr(writing.os, "fsync", stop)
        with pytest.raises(KeyboardInterrupt):
            append_lines(path, "1,2\n3,4\n")
    assert path.read_text() == "a,b\n"


def test_a_torn_last_line_is_set_aside_and_told(tmp_path: Path) -> None:
    """A line without its end is moved to a file beside it, and what is appended stands on lines of its own."""
    path = tmp_path / "rows.csv"
    path.write_bytes(b"a,b\n1,")
    torn = append_lines(path, "3,4\n")
    kept = tmp_path / "rows.csv.torn"
    assert (torn, path.read_bytes(), kept.read_bytes()) == (TornLine(path, kept, b"1,"), b"a,b\n3,4\n", b"1,\n")


def test_one_writer_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a book is locked another writer waits, then learns who holds it."""
    monkeypatch.setattr(locking, "LOCK_SECONDS", 0.05)
    with hold_lock(tmp_path), pytest.raises(FileFault, match="another program is writing to this book"), hold_lock(tmp_path):
        pass
    with hold_lock(tmp_path):
        assert (tmp_path / "reports" / ".lock").exists()


def test_each_ledger_line_carries_the_hash_of_the_one_before(tmp_path: Path) -> None:
    """Entries come back as they were given, chained by the hash of the line before, over several appends."""
    folder, path = Folder(tmp_path), tmp_path / "reports" / "ledger.jsonl"
    append_entries(folder, ENTRIES[:2])
    append_entries(folder, ENTRIES[2:])
    lines = path.read_bytes().splitlines()
    hashes = ["", line_hash(lines[0]), line_hash(lines[1])]
    expected = tuple({**each, "previous": before} for each, before in zip(ENTRIES, hashes, strict=True))
    assert read_ledger(folder) == (expected, ())
    assert lines[0].startswith(b'{"as_of":"2025-01-01","draws":256,"engine":"importance","hindcast":false,"inputs":"0","kind":')


@given(line=st.integers(0, 4), how=st.sampled_from(["change", "remove", "double", "swap"]))
@settings(max_examples=30, deadline=None)
def test_any_change_but_to_the_last_line_breaks_the_chain(line: int, how: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A line changed, removed, doubled or moved is reported at the first line that no longer follows."""
    folder = Folder(tmp_path_factory.mktemp("ledger"))
    path = folder.root / "reports" / "ledger.jsonl"
    append_entries(folder, [entry(seed=number) for number in range(6)])
    lines = path.read_bytes().splitlines()
    match how:
        case "change":
            lines[line] = canonical_json({**json.loads(lines[line]), "seed": 99}).encode()
        case "remove":
            del lines[line]
        case "double":
            lines.insert(line, lines[line])
        case _:
            lines[line], lines[line + 1] = lines[line + 1], lines[line]
    path.write_bytes(b"".join(each + b"\n" for each in lines))
    _, problems = read_ledger(folder)
    expected = {"change": line + 2, "remove": line + 1, "double": line + 2, "swap": line + 1}[how]
    assert problems[0].place.line == expected


def test_a_torn_ledger_is_told_on_reading_and_mended_on_appending(tmp_path: Path) -> None:
    """Half a line at the end is a problem with its place; the next append sets it aside and goes on with the chain."""
    folder, path = Folder(tmp_path), tmp_path / "reports" / "ledger.jsonl"
    append_entries(folder, ENTRIES[:1])
    with path.open("ab") as file:
        file.write(b'{"question":')
    entries, problems = read_ledger(folder)
    assert (len(entries), [problem.place.line for problem in problems]) == (1, [2])
    torn = append_entries(folder, ENTRIES[1:])
    assert torn == TornLine(path, tmp_path / "reports" / "ledger.jsonl.torn", b'{"question":')
    entries, problems = read_ledger(folder)
    assert ([each["question"] for each in entries], problems) == (["a", "b", "ü"], ())


@pytest.mark.parametrize("wrong", [{"value": float("nan")}, {"previous": "x"}])
def test_what_cannot_stand_in_a_ledger_is_refused_and_nothing_is_written(wrong: dict[str, Any], tmp_path: Path) -> None:
    """A number that is not finite, or an entry that says itself what was before, writes nothing of its group."""
    folder, path = Folder(tmp_path), tmp_path / "reports" / "ledger.jsonl"
    with pytest.raises(ValueError, match=r"Out of range|itself says"):
        append_entries(folder, [entry(), wrong])
    assert not path.exists()


def stop(*_: object, **__: object) -> None:
    """Stand in for a step at which the program is stopped."""
    raise KeyboardInterrupt


def test_no_file_handle_stays_open(tmp_path: Path) -> None:
    """Writing fifty times opens no more files than it closes."""
    before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    for number in range(50):
        write_whole(tmp_path / "x", str(number))
    after = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    assert after == before
