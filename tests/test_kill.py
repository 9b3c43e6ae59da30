"""Runs killed at random instants lose no row and no line, and leave no half file.

Killing a whole `forecast update` two hundred times would spend its time on
starting Python.  A server process imports everything once and forks; each child
does the real work (an update whole, the writing of an update, or observing rows),
and the server kills it at an instant drawn uniformly from the time such a run takes.
"""

from __future__ import annotations

import json
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support.paths import ROOT, TINY_BOOK

DAY = date(2025, 1, 1)
SEEDS = (1, 2)  # of runs that write other answers
ALL = 125, 75, 10  # runs of each kind killed before their end
FEW = 40, 25, 4


@pytest.mark.slow
@pytest.mark.parametrize("kills", [FEW, pytest.param(ALL, marks=pytest.mark.study)], ids=sum)
def test_runs_killed_at_random_instants_leave_the_old_or_the_new(kills: tuple[int, int, int], tmp_path: Path):
    """Some kills, or two hundred and more: every confirmed row is there once, the ledger only grows and is sound, each file is whole.

    Few notice a report that is written in place, half of which some kill then leaves.
    """
    books = [tmp_path / name for name in ("publishing", "observing", "updating")]
    for book in books:
        shutil.copytree(TINY_BOOK, book)
    done = subprocess.run(
        [sys.executable, __file__, *map(str, (*books, *kills))], capture_output=True, text=True, check=False, cwd=ROOT, timeout=600
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["killed"] == sum(kills)
    assert told["rows"] > 0
    assert told["entries"] > 0


def serve(books: tuple[Path, Path, Path], kills: tuple[int, int, int]) -> dict[str, int]:
    """Fork and kill, so often while publishing, observing and updating; verify after each; return how often, and what was written."""
    publishing, observing, updating = books
    rng = random.Random(20261012)
    made = [in_child(lambda seed=seed: make(publishing, seed)) for seed in SEEDS]
    counts = [
        killed_publishing(publishing, made, rng, most=kills[0]),
        killed_observing(observing, rng, most=kills[1]),
        killed_updating(updating, made, rng, most=kills[2]),
    ]
    return {name: sum(count.get(name, 0) for count in counts) for name in ("killed", "rows", "entries")}


def make(book: Path, seed: int) -> tuple[Any, dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The book, the contents of an update, the pages rendered from them, and the bytes of every report it writes."""
    from forecast.actions.update import update
    from forecast.model.settings import Settings
    from forecast.report.pages import render_index, report_files

    copy = book.with_name(f"made-{seed}")
    shutil.copytree(TINY_BOOK, copy)
    contents = update(copy, as_of=DAY, today=DAY, settings=Settings(seed=seed), referee=False, insight=False).contents
    reports = {
        path.relative_to(copy): path.read_bytes()
        for path in (copy / "reports").rglob("*")
        if path.suffix in {".json", ".html", ".md", ".svg"}
    }
    return contents, report_files(contents["ferry"]), render_index(list(contents.values())), reports


def killed_publishing(root: Path, made: list[Any], rng: random.Random, *, most: int) -> dict[str, int]:
    """Kill the writing of an update; the pages are rendered before, so that every instant falls into writing."""
    from forecast.actions import publish as publishing
    from forecast.book.reading import read_book

    book, _ = read_book(root)
    indexes = {contents["ferry"]["digest"]: index for contents, _, index, _ in made}
    publishing.render_index = lambda contents, **_: indexes[contents[0]["digest"]]

    def write(which: int, _: Callable[[int], None] | None = None) -> None:
        publishing.publish(book, made[which][0], {"ferry": made[which][1]}, as_of=DAY, today=DAY)

    seconds = sorted(timed(partial(in_child, partial(write, which))) for which in (0, 1, 0, 1, 0))[2]
    killed, instant, lines = 0, 0, ledger(root)
    while killed < most:
        instant += 1
        killed += in_killed_child(partial(write, instant % 2), rng.uniform(0, seconds))[0]
        lines = verified(root, made, lines)
    in_child(lambda: write(0))
    in_child(lambda: write(1))
    lines = verified(root, made, lines)
    assert json.loads(lines[-1])["seed"] == SEEDS[1]
    assert whole(root) == made[1][3], "an update after the kills did not heal the reports"
    assert leftovers(root) == []
    return {"killed": killed, "entries": len(lines)}


def killed_observing(root: Path, rng: random.Random, *, most: int) -> dict[str, int]:
    """Kill processes that observe rows in one stream; a row whose number came through the pipe was confirmed."""
    from forecast.actions.observe import Observation, observe
    from forecast.book.reading import read_book

    record = root / "seeds/ferry/late.csv"
    begun = record.read_text()

    def append(number: int) -> None:
        day = date(2024, 9, 1) + timedelta(days=number)
        row = Observation(day, day, "3", f"count {number}", columns={"counted": "50", "weather": "calm"})
        done = observe(root, "ferry.late", row, today=date(2026, 10, 12))
        assert done.problems == (), done.problems

    in_child(lambda: append(0))
    seconds = timed(lambda: in_child(lambda: append(1)))
    confirmed, killed, following = [0, 1], 0, 2
    while killed < most:

        def several(tell: Callable[[int], None], first: int = following) -> None:
            for number in range(first, first + 3):
                append(number)
                tell(number)

        was_killed, told = in_killed_child(several, rng.uniform(0, 3 * seconds))
        killed += was_killed
        confirmed += told
        written = [int(line.split("count ")[1]) for line in record.read_text().removeprefix(begun).splitlines()]
        assert record.read_text().startswith(begun)
        assert record.read_text().endswith("\n")
        assert len(written) == len(set(written)), "a row is there twice"
        assert set(confirmed) <= set(written), "a confirmed row is lost"
        following = max(written) + 1
    _, problems = read_book(root)
    assert problems == ()
    assert leftovers(root) == []
    return {"killed": killed, "rows": len(confirmed)}


def killed_updating(root: Path, made: list[Any], rng: random.Random, *, most: int) -> dict[str, int]:
    """Kill whole updates, from reading to writing, each in a process of its own."""

    def command(seed: int) -> list[str]:
        code = (
            "import sys; from datetime import date; from pathlib import Path; from forecast.model.settings import Settings; from forecast.actions.update import update; "
            f"day = date.fromisoformat('{DAY}'); sys.exit(update(Path({str(root)!r}), as_of=day, today=day, settings=Settings(seed={seed}), referee=False, insight=False).exit_code)"
        )
        return [sys.executable, "-c", code]

    seconds = timed(lambda: subprocess.run(command(SEEDS[0]), check=True))
    killed, instant, lines = 0, 0, verified(root, made, ledger(root))
    while killed < most:
        instant += 1
        process = subprocess.Popen(command(SEEDS[instant % 2]))
        time.sleep(rng.uniform(0.4 * seconds, seconds))
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        lines = verified(root, made, lines)
    for seed in SEEDS:
        subprocess.run(command(seed), check=True)
    lines = verified(root, made, lines)
    assert whole(root) == made[1][3]
    assert leftovers(root) == []
    return {"killed": killed, "entries": len(lines)}


def verified(root: Path, made: list[Any], before: list[str]) -> list[str]:
    """Check the ledger and every report against what whole runs write; return the ledger's lines."""
    from forecast.book.files.folder import Folder
    from forecast.book.ledger import read_ledger

    lines = [
        line for line in ledger(root) if line.endswith("\n")
    ]  # a kill in the middle of a write leaves a torn one, which the next run sets aside
    entries, problems = read_ledger(Folder(root))
    assert [problem for problem in problems if "the last line is torn" not in problem.message] == [], problems
    assert len(entries) == len(lines)
    assert lines[: len(before)] == before, "a ledger line was lost or changed"
    for path, data in whole(root).items():
        assert data in [each[3].get(path) for each in made], f"{path} is neither the old nor the new"
    return lines


def ledger(root: Path) -> list[str]:
    """The ledger's lines."""
    path = root / "reports/ledger.jsonl"
    return path.read_text().splitlines(keepends=True) if path.exists() else []


def whole(root: Path) -> Mapping[Path, bytes]:
    """Every report with its bytes."""
    reports = [path for path in (root / "reports").rglob("*") if path.suffix in {".json", ".html", ".md", ".svg"} and path.is_file()]
    return {path.relative_to(root): path.read_bytes() for path in reports}


def leftovers(root: Path) -> list[Path]:
    """Temporary files that a killed run left and no later run removed."""
    return list(root.rglob("*.tmp"))


def timed(action: Callable[[], Any]) -> float:
    """How many seconds an action takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def in_child(action: Callable[[], Any]) -> Any:
    """Run to the end in a forked child and return what it returns."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(read)
            with os.fdopen(write, "wb") as pipe:
                pickle.dump(action(), pipe)
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        raw = pipe.read()
    assert os.waitpid(child, 0)[1] == 0
    return pickle.loads(raw)


def in_killed_child(action: Callable[..., Any], after_seconds: float) -> tuple[bool, list[int]]:
    """Run in a forked child that is killed after a time; return whether it was, and the numbers it had reported."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(read)
            action(lambda number: os.write(write, b"%d\n" % number))
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    time.sleep(after_seconds)
    os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    with os.fdopen(read, "rb") as pipe:
        told = [int(line) for line in pipe.read().splitlines()]
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0, "a child failed by itself"
    return os.WIFSIGNALED(status), told


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    print(json.dumps(serve(tuple(map(Path, sys.argv[1:4])), tuple(map(int, sys.argv[4:])))))  # noqa: T201 - read by the test that runs this
