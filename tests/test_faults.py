"""Disks that are full, clocks that are set back, editors that save meanwhile, locks that fail: nothing is lost, and the reason is given."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forecast.actions import observe as observing
from forecast.actions import set_prior as revising
from forecast.actions.ledger import latest_day
from forecast.actions.new.templates import TemplateInput
from forecast.actions.observe import Observation, ObservationResult, observe
from forecast.actions.publish import clock_problems
from forecast.actions.set_prior import revise
from forecast.actions.update import UpdateResult, update
from forecast.book.files import locking, writing
from forecast.book.files.folder import Folder
from forecast.book.files.prior_text import Revision
from forecast.book.ledger import append_entries, canonical_json, read_ledger
from forecast.model.settings import Settings
from tests.support.new_topics import new_topic
from tests.support.paths import ROOT, TINY_BOOK

pytestmark = pytest.mark.medium

TODAY = date(2025, 3, 1)
MEANWHILE = "this file was changed by another program meanwhile; nothing was written"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A copy of the tiny book."""
    root = tmp_path / "book"
    shutil.copytree(TINY_BOOK, root)
    return root


def files_of(root: Path) -> dict[str, bytes]:
    """Every file but the lock, with its bytes."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file() and path.name != ".lock"}


def answer(**fields: object) -> dict[str, Any]:
    """A line of the ledger, with some fields in place of the usual ones."""
    usual: dict[str, Any] = {"topic": "t", "question": "q", "kind": "probability", "value": {"value": 0.25}, "as_of": "2025-01-01"}
    usual |= {"made": "2025-01-01", "hindcast": False, "engine": "importance", "verdict": "agreed", "inputs": "0", "program": "0.3.0"}
    return usual | {"seed": 1, "draws": 256} | fields


def observed(book: Path) -> ObservationResult:
    """Observe one row of the tiny book."""
    row = Observation(date(2025, 2, 2), date(2025, 2, 2), "3", "harbour log", columns={"counted": "50", "weather": "calm"})
    return observe(book, "ferry.late", row, today=TODAY)


def updated(book: Path, day: date = TODAY, today: date | None = None) -> UpdateResult:
    """Update the tiny book quickly."""
    return update(book, as_of=day, today=today or day, settings=Settings(draws=256), referee=False, insight=False)


# --- full disks ---------------------------------------------------------------------------------------------------------

FULL = """
import os, resource, signal, sys
from pathlib import Path
from forecast.book.files import writing
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path, room, free_again = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "True"
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
cut = os.ftruncate
def cut_and_free(handle, length):
    cut(handle, length)
    if free_again:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
os.ftruncate = cut_and_free
resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + room, hard))
try:
    writing.append_lines(path, "2025-01-01,4,a source\\n" * 3)
except OSError as error:
    print(error.errno)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="this system has no limit on the size of a file")
@pytest.mark.parametrize("room", [0, 1, 21, 22, 65])
@pytest.mark.parametrize("free_again", [False, True])
def test_a_line_that_does_not_fit_on_the_disk_leaves_no_byte(room, free_again, tmp_path) -> None:
    """However much of the lines fits, and whether or not space comes free, the file is what it was after the error."""
    path = tmp_path / "rows.csv"
    path.write_bytes(b"on,value,source\n")
    done = subprocess.run(
        [sys.executable, "-c", FULL, path, str(room), str(free_again)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (done.stdout, done.stderr) == (f"{errno.EFBIG}\n", "")
    assert path.read_bytes() == b"on,value,source\n"


def test_a_write_that_takes_only_part_at_a_time_is_carried_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that writes three bytes a call still leaves whole lines."""
    path = tmp_path / "rows.csv"
    path.write_bytes(b"a\n")
    write = os.write
    monkeypatch.setattr(writing.os, "write", lambda handle, data: write(handle, bytes(data[:3])))
    writing.append_lines(path, "1,2,3,4,5\n")
    assert path.read_bytes() == b"a\n1,2,3,4,5\n"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES])
def test_an_observation_that_cannot_be_written_changes_nothing(number: int, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is a problem at the record, and the record is as it was."""
    observed_before = files_of(book)
    monkeypatch.setattr(writing.os, "fsync", fails(number))
    (problem,) = observed(book).problems
    assert (problem.place.path, problem.message) == ("seeds/ferry/late.csv", f"this cannot be written: {os.strerror(number)}")
    assert files_of(book) == observed_before


def test_an_update_whose_reports_cannot_be_written_says_that_the_ledger_has_the_answers(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next update writes the reports, and adds no line for what the ledger has."""
    whole = writing.write_whole
    monkeypatch.setattr("forecast.book.files.folder.write_whole", fails(errno.ENOSPC))
    done = updated(book)
    assert [problem.message for problem in done.problems if problem.level == "error"] == [
        "this cannot be written: No space left on device",
        "the ledger has the new answers, but their reports could not be written",
    ]
    assert (done.exit_code, len(read_ledger(Folder(book))[0])) == (1, 3)
    monkeypatch.setattr("forecast.book.files.folder.write_whole", whole)
    again = updated(book)
    assert (again.exit_code, again.recorded, "reports/ferry.json" in again.written) == (0, 0, True)


# --- clocks ---------------------------------------------------------------------------------------------------------------


def test_a_clock_that_was_set_back_publishes_nothing(book: Path) -> None:
    """The newest report and the ledger stay, whatever earlier day the clock shows."""
    assert updated(book).exit_code == 0
    before = files_of(book)
    for day in (date(2025, 2, 28), date(2024, 6, 1), date(1970, 1, 1)):
        done = updated(book, day)
        assert f"today is {day}, but the book has answers of 2025-03-01: is the clock right?" in [each.message for each in done.problems]
        assert (done.exit_code, files_of(book)) == (1, before)


def test_the_day_of_the_newest_answer_and_those_after_it_are_no_setback() -> None:
    """Only a day before the newest answer is refused; hindcasts do not count."""
    entries = [answer(as_of="2025-03-01"), answer(as_of="2025-02-01"), answer(as_of="2025-04-01", hindcast=True)]
    found = [len(clock_problems(entries, day)) for day in (date(2025, 2, 28), date(2025, 3, 1), date(2025, 3, 2))]
    assert (found, clock_problems([], date(1970, 1, 1))) == ([1, 0, 0], ())


def test_a_day_that_is_named_is_replayed_as_a_hindcast_even_if_the_clock_stands_on_it(book: Path) -> None:
    """With --as-of the newest published day stands for today, so that no newer report is replaced."""
    updated(book)
    newest = (book / "reports" / "ferry.json").read_bytes()
    day = date(2025, 1, 1)
    assert latest_day(book, day) == TODAY
    done = updated(book, day, latest_day(book, day))
    assert done.exit_code == 0
    assert (book / "reports" / "ferry.json").read_bytes() == newest
    assert json.loads((book / "reports" / "as-of" / "2025-01-01" / "ferry.json").read_bytes())["run"]["hindcast"] is True


# --- two programs at once ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edit", ["row", "column", "gone", "new", "inside"])
def test_an_editor_that_saves_a_record_meanwhile_loses_nothing(edit: str, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an editor saves between the reading and the writing of a record stands, and the row is not written."""
    record = book / "seeds" / "ferry" / "late.csv"
    if edit == "new":
        record.unlink()
    refusals = observing._refusals

    def edited(*arguments: Any) -> Any:
        found = refusals(*arguments)
        text = record.read_text() if edit != "new" else "from,to,value,counted,weather,source\n"
        if edit == "gone":
            record.unlink()
        elif edit == "column":
            header, _, rest = text.partition("\n")
            record.write_text(f"grade,{header}\n" + "".join(f"A,{line}\n" for line in rest.splitlines()))
        elif edit == "inside":
            record.write_text(text.replace("harbour", "Harbour", 1).replace("calm", "storm", 1))
        else:
            record.write_text(text + ("2025-02-01,2025-02-01,1,40,calm,the editor\n" if edit == "row" else ""))
        return found

    monkeypatch.setattr(observing, "_refusals", edited)
    (problem,) = observed(book).problems
    assert problem.place.path == "seeds/ferry/late.csv"
    assert "harbour log" not in (record.read_text() if record.exists() else "")
    assert [path.name for path in record.parent.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_a_row_is_appended_with_the_line_ends_that_the_record_has(ends, last, book) -> None:
    """A record with Windows line ends keeps them, and one without a last line end gets it first."""
    record = book / "seeds" / "ferry" / "late.csv"
    text = record.read_text().rstrip("\n").replace("\n", ends)
    record.write_bytes((text + (ends if last else "")).encode())
    assert observed(book).problems == ()
    raw = record.read_bytes().decode()
    assert raw.startswith(text + ends)
    assert (raw.count("\n"), raw.count("\r\n")) == (text.count("\n") + 2, 0 if ends == "\n" else text.count("\n") + 2)


def test_an_editor_that_saves_a_prior_meanwhile_loses_nothing(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`prior set` refuses to write over a change that it has not read."""
    path = book / "priors" / "ferry.toml"
    drafted = revising.draft_revision

    def edited(*arguments: Any, **options: Any) -> Any:
        done = drafted(*arguments, **options)
        path.write_text(path.read_text() + "# the editor was here\n")
        return done

    monkeypatch.setattr(revising, "draft_revision", edited)
    (problem,) = revise(
        book, "ferry", Revision("breakdown_rate", "Gamma(p5=0.1, p95=2)", "", "As the log says.", TODAY), today=TODAY
    ).problems
    assert (problem.place.path, problem.message) == ("priors/ferry.toml", MEANWHILE)
    assert path.read_text().endswith("# the editor was here\n")


def test_a_file_replaced_while_lines_are_written_to_it_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor that renames its file into place during the write leaves its own text, and the writer learns of it."""
    path = tmp_path / "rows.csv"
    path.write_bytes(b"a\n")
    fsync = os.fsync

    def replaced(handle: int) -> None:
        fsync(handle)
        (tmp_path / "new").write_bytes(b"a\nthe editor\n")
        (tmp_path / "new").replace(path)

    monkeypatch.setattr(writing.os, "fsync", replaced)
    with pytest.raises(writing.FileReplacedError):
        writing.append_lines(path, "b\n", after=b"a\n")
    assert path.read_bytes() == b"a\nthe editor\n"


# --- locks and leftovers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK, errno.EPERM, errno.EIO])
def test_a_lock_that_fails_is_a_problem_and_nothing_is_written(number: int, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command that writes says why the lock cannot be had, and leaves the book as it was."""
    fcntl = pytest.importorskip("fcntl")
    before = files_of(book)
    monkeypatch.setattr(fcntl, "flock", fails(number))
    revision = Revision("breakdown_rate", "Gamma(p5=0.1, p95=2)", "", "As the log says.", TODAY)
    own = TemplateInput()
    runs: list[Callable[[], Any]] = [
        lambda: observed(book),
        lambda: updated(book),
        lambda: revise(book, "ferry", revision, today=TODAY),
        lambda: new_topic(book, "mine", kind="hazard", own=own, opens=None, by=None, today=TODAY),
    ]
    for run in runs:
        (problem,) = (each for each in run().problems if each.level == "error")
        assert (problem.place.path, problem.message) == ("reports/.lock", f"this cannot be locked: {os.strerror(number)}")
    assert files_of(book) == before


def test_temporary_files_of_killed_runs_are_removed_by_the_next_writer(book: Path) -> None:
    """What `write_whole` leaves when it is killed goes, wherever it lies; files that only look alike stay."""
    left = [
        book / "seeds/ferry/.late.csv.a1b2c3_4.tmp",
        book / "priors/.ferry.toml.abcdefgh.tmp",
        book / "reports/ferry/.x.svg.abcdefgh.tmp",
    ]
    kept = [book / "seeds/ferry/.late.csv.tmp", book / "seeds/ferry/notes.tmp", book / ".x.abcdefgh.tmp"]
    for path in (*left, *kept):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("half")
    with locking.hold_lock(book):
        pass
    assert ([path.exists() for path in left], [path.exists() for path in kept]) == ([False] * 3, [True] * 3)


# --- a damaged ledger -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"topic": None}, "this line is not an answer: its `topic` is not text"),
        ({"as_of": "2025-13-01"}, "this line is not an answer: its `as_of` is not a date"),
        ({"as_of": "20250101"}, "this line is not an answer: its `as_of` is not a date"),
        ({"hindcast": 0}, "this line is not an answer: its `hindcast` is not true or false"),
        ({"seed": True}, "this line is not an answer: its `seed` is not a whole number"),
        ({"draws": 256.5}, "this line is not an answer: its `draws` is not a whole number"),
        ({"value": []}, "this line is not an answer: its `value` is not a table"),
        ({"value": {"mean": 1}}, "this line is not an answer: its `value` is not of its `kind`"),
        ({"value": {"value": "1"}}, "this line is not an answer: its `value` is not of its `kind`"),
        ({"kind": "guess"}, "this line is not an answer: its `value` is not of its `kind`"),
        ({"kind": "shares", "value": {"shares": [{"label": "a"}]}}, "this line is not an answer: its `value` is not of its `kind`"),
    ],
)
def test_a_ledger_line_with_a_wrong_field_is_named_by_every_command(fields: dict[str, object], message: str, book: Path) -> None:
    """Its chain may be sound: the line is no answer all the same, and nothing is computed from it or written."""
    from forecast.actions.check import check

    append_entries(Folder(book), [answer(), answer(**fields)])
    before = files_of(book)
    (problem,) = check(book, None, as_of=TODAY).problems
    assert (problem.place.path, problem.place.line, problem.message) == ("reports/ledger.jsonl", 2, message)
    assert [each.message for each in updated(book).problems if each.level == "error"] == [message]
    assert files_of(book) == before


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("[]", "this line is not an entry of the ledger"),
        ("NaN", "this line is not an entry of the ledger"),
        ("", "this line is not an entry of the ledger"),
        ("[" * 100_000, "this line is not an entry of the ledger"),
        (canonical_json({"previous": ""}), "this line is not an answer: it has no `topic`, `question`, `kind` and 10 more fields"),
        (
            canonical_json({key: value for key, value in answer(previous="").items() if key != "made"}),
            "this line is not an answer: it has no `made`",
        ),
        (canonical_json(answer(previous="", value={"value": 1})).replace(":1}", ":Infinity}"), "this line is not an entry of the ledger"),
        ("\udcff", "this line is not an entry of the ledger"),
    ],
)
def test_a_ledger_line_that_is_no_answer_is_a_problem_at_its_line(line: str, message: str, tmp_path: Path) -> None:
    """Whatever stands there, reading ends in a problem."""
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "ledger.jsonl").write_bytes(line.encode("utf-8", "surrogateescape") + b"\n")
    entries, problems = read_ledger(Folder(tmp_path))
    assert (entries, [(each.place.line, each.message) for each in problems]) == ((), [(1, message)])


def fails(number: int) -> Callable[..., None]:
    """Return a function that fails as the operating system does."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail
