"""A ledger read on from where it was read to before, and checked whole with what was checked before."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from forecast.book import ledger_tail
from forecast.book.files.folder import Folder
from forecast.book.files.layout import LEDGER
from forecast.book.ledger import append_entries, read_ledger
from forecast.book.ledger_tail import LedgerCheckpoint, VerifiedLedger, needed_entries, read_ledger_since, verify_ledger


def entry(*, topic: str = "t", question: str = "q", as_of: str = "2025-01-01", hindcast: bool = False, **more: Any) -> dict[str, Any]:
    """An entry of the first format."""
    return {
        "topic": topic,
        "question": question,
        "kind": "probability",
        "value": {"value": 0.5},
        "as_of": as_of,
        "made": as_of,
        "hindcast": hindcast,
        "engine": "importance",
        "verdict": "agreed",
        "inputs": "0",
        "seed": 1,
        "draws": 1,
        "program": "0.1",
        **more,
    }


def grown(root: Path, *entries: dict[str, Any]) -> Folder:
    """A book whose ledger has these entries appended."""
    (root / "reports").mkdir(parents=True, exist_ok=True)
    append_entries(Folder(root), entries)
    return Folder(root)


def test_what_was_appended_is_read_and_nothing_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a checkpoint on only the last line known and those after it are read from the file, and entries are those of a whole reading."""
    folder = grown(tmp_path, *(entry(question=f"q{number}") for number in range(50)))
    _, problems, known = read_ledger_since(folder, None)
    assert problems == ()
    assert known is not None
    known = LedgerCheckpoint.from_bytes(known.to_bytes())
    grown(tmp_path, entry(question="new"), entry(question="q3", as_of="2025-01-02"))
    asked: list[int] = []
    blocks = Folder.blocks
    monkeypatch.setattr(
        Folder, "blocks", lambda self, path, *, begin=0, **more: asked.append(begin) or blocks(self, path, begin=begin, **more)
    )
    entries, problems, now = read_ledger_since(folder, known)
    monkeypatch.undo()
    assert (asked, problems) == ([known.last_start], ())
    assert list(entries) == list(read_ledger(folder)[0])
    assert now is not None
    assert (now.lines, now.offset) == (52, folder.size(LEDGER))
    assert read_ledger_since(folder, now) == (now.entries, (), now)


def test_a_line_that_does_not_follow_is_found_with_its_number(tmp_path: Path) -> None:
    """A wrong line after the checkpoint is a problem, as in a whole reading, and the checkpoint is not moved."""
    folder = grown(tmp_path, entry(), entry(question="r"))
    _, _, known = read_ledger_since(folder, None)
    path = tmp_path / LEDGER
    path.write_bytes(path.read_bytes() + b'{"topic": "t"}\n')
    entries, problems, now = read_ledger_since(folder, known)
    assert (problems, now) == (read_ledger(folder)[1], None)
    assert problems[0].place.line == 3
    assert len(entries) == 2


@pytest.mark.parametrize("change", ["shorter", "last line", "replaced"])
def test_a_ledger_that_is_not_what_it_was_is_read_whole(tmp_path: Path, change: str) -> None:
    """One that was cut, whose last known line was changed, or that is another, is read from its beginning."""
    folder = grown(tmp_path, entry(), entry(question="r"))
    _, _, known = read_ledger_since(folder, None)
    path = tmp_path / LEDGER
    lines = path.read_bytes().splitlines(keepends=True)
    if change == "replaced":
        path.unlink()
        grown(tmp_path, *(entry(question=f"other {number}") for number in range(5)))
    else:
        path.write_bytes(lines[0] if change == "shorter" else lines[0] + lines[1].replace(b"0.5", b"0.6"))
    entries, problems, _ = read_ledger_since(folder, known)
    assert (list(entries), problems) == (list(read_ledger(folder)[0]), read_ledger(folder)[1])


def test_a_torn_line_is_a_warning_and_not_part_of_the_checkpoint(tmp_path: Path) -> None:
    """The checkpoint stands at the end of the last whole line; once the line is whole it is read."""
    folder = grown(tmp_path, entry())
    _, _, known = read_ledger_since(folder, None)
    path = tmp_path / LEDGER
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"half')
    entries, problems, now = read_ledger_since(folder, known)
    assert [(problem.level, problem.place.line) for problem in problems] == [("warning", 2)]
    assert (len(entries), now) == (1, known)


def test_needed_entries_are_few_however_long_the_ledger(tmp_path: Path) -> None:
    """Of a question that is answered every day the first and the last two stay, and what is asked of them gives the same as of all."""
    numbers = random.Random(1)
    days = [(date(2025, 1, 1) + timedelta(days=day)).isoformat() for day in range(400)]
    entries = [
        entry(topic=topic, question=question, as_of=day, **({"rows": {"s": {}}} if numbers.random() < 0.02 else {}))
        for day in days
        for topic in ("t", "u")
        for question in ("q", "r")
        if numbers.random() < 0.9
    ]
    kept = needed_entries(entries)
    assert len(kept) <= 2 * (2 * 4 + 2)
    assert needed_entries(kept) == kept
    for topic in ("t", "u"):
        of_all, of_kept = ([line for line in some if line["topic"] == topic] for some in (entries, kept))
        assert of_all[-1] == of_kept[-1]
        assert [line for line in of_all if "rows" in line][-1] == [line for line in of_kept if "rows" in line][-1]
        newest = {line["as_of"] for line in of_all}
        for day in sorted(newest)[-2:]:
            assert [line for line in of_kept if line["as_of"] == day] == [line for line in of_all if line["as_of"] == day]
        for question in ("q", "r"):
            assert next(line for line in of_all if line["question"] == question) == next(
                line for line in of_kept if line["question"] == question
            )


def test_a_whole_check_parses_what_is_new_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines that were checked are hashed, not parsed; a change among them is found, with its line."""
    folder = grown(tmp_path, *(entry(question=f"q{number}") for number in range(20)))
    problems, verified = verify_ledger(folder, None)
    assert problems == ()
    assert verified is not None
    verified = VerifiedLedger.from_bytes(verified.to_bytes())
    assert (verified.lines, verified.offset) == (20, folder.size(LEDGER))
    grown(tmp_path, entry(question="new"))
    parsed: list[int] = []
    real = ledger_tail.read_entry
    monkeypatch.setattr(
        ledger_tail, "read_entry", lambda line, *, number, previous: parsed.append(number) or real(line, number=number, previous=previous)
    )
    problems, now = verify_ledger(folder, verified)
    assert (problems, parsed) == ((), [21])
    assert now is not None
    assert (now.lines, now.offset) == (21, folder.size(LEDGER))
    path = tmp_path / LEDGER
    path.write_bytes(path.read_bytes().replace(b'"q4"', b'"q5"', 1))
    problems, broken = verify_ledger(folder, now)
    assert [problem.place.line for problem in problems] == [6]
    assert broken is None
    assert read_ledger_since(folder, read_ledger_since(folder, None)[2])[1] == problems


@pytest.mark.parametrize("length", [10, 300, 70_000, 700_000])
def test_the_last_line_is_found_however_long_it_is(tmp_path: Path, length: int) -> None:
    """Lines that are longer than what is read of the file's end at once are followed, too."""
    grown(tmp_path, entry(note="x" * length))
    folder = grown(tmp_path, entry(note="y" * length))
    folder = grown(tmp_path, entry())
    assert read_ledger(folder)[1] == ()
