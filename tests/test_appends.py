"""Forecasts appended by several processes that are killed at random instants: none is lost, none is there twice, and the chain holds.

A server process imports everything once and forks; each child puts numbered
forecasts on record one after another, and says through a pipe which it begins and which
it has been told are on record.  The server kills one of them at random instants, and
another goes on in its place.
"""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.paths import ROOT, TINY_BOOK

WRITERS = 8
QUESTIONS = ("ferry.three_more", "ferry.next_fault", "ferry.what_is_broken")
VALUES = ("30%", "2025-02-01 to 2026-02-01", "hull=20% engine=80%")
NOW = datetime(2025, 1, 2, tzinfo=UTC)


@pytest.mark.slow
def test_forecasts_of_eight_writers_killed_at_random_are_there_once(tmp_path: Path):
    """300 appends, 15 kills: every confirmed row is there once, and `check` finds nothing wrong."""
    assert_nothing_lost(tmp_path, appends=300, kills=15)


@pytest.mark.study
def test_ten_thousand_forecasts_of_eight_writers_killed_at_random_are_there_once(tmp_path: Path):
    """10,000 appends, 500 kills: every confirmed row is there once, and `check` finds nothing wrong."""
    assert_nothing_lost(tmp_path, appends=10_000, kills=500)


def assert_nothing_lost(tmp_path: Path, *, appends: int, kills: int) -> None:
    """Run the server on a copy of the tiny book, and read what it came to."""
    book = tmp_path / "book"
    shutil.copytree(TINY_BOOK, book)
    command = [sys.executable, __file__, str(book), str(appends), str(kills)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=7200)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["killed"] == kills
    assert told["confirmed"] >= appends
    assert told["confirmed"] <= told["written"] <= told["confirmed"] + kills + WRITERS


@dataclass(slots=True)
class Writer:
    """A child that appends, what it has begun, and what it knows to be on record."""

    number: int
    process: int
    pipe: int
    begun: int
    rest: bytes = b""
    confirmed: list[int] = field(default_factory=list)


def serve(book: Path, appends: int, kills: int) -> dict[str, int]:
    """Fork, kill and go on until enough is on record; verify; return the counts."""
    import forecast.actions.check  # noqa: F401 - imported once, for all children
    import forecast.actions.say  # noqa: F401
    import forecast.cli.options  # noqa: F401

    rng = random.Random(20261128)
    writers = [start(book, number, 0) for number in range(WRITERS)]
    confirmed: set[tuple[int, int]] = set()
    killed, following = 0, appends / kills
    while len(confirmed) < appends or killed < kills:
        listen(writers, confirmed)
        if killed < kills and len(confirmed) >= following:
            time.sleep(rng.uniform(0, 0.05))
            at = rng.randrange(WRITERS)
            writers[at] = replaced(book, writers[at], confirmed)
            killed += 1
            following += rng.uniform(0, 2) * appends / kills if len(confirmed) < 0.9 * appends else 0
    for writer in writers:
        os.kill(writer.process, signal.SIGKILL)  # the last kills count as well: what they had confirmed is read
        drain(writer, confirmed)
    return {"killed": killed, **verified(book, confirmed, killed)}


def start(book: Path, number: int, first: int) -> Writer:
    """Fork a child that appends from a number on, until it is killed."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(read)
            append_from(book, number, first, write)
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(write)
    return Writer(number, child, read, first)


def append_from(book: Path, number: int, first: int, pipe: int) -> None:
    """Put forecast after forecast on record: `b` before each begins, `c` when it is confirmed."""
    from forecast.actions.say import SaidForecast, say

    at = first
    while True:
        os.write(pipe, b"b%d\n" % at)
        which = at % len(QUESTIONS)
        said = SaidForecast(VALUES[which], f"{number}-{at}", f"writer {number}")
        done = say(book, QUESTIONS[which], said, now=NOW + timedelta(seconds=at, microseconds=number))
        assert done.problems == (), done.problems
        os.write(pipe, b"c%d\n" % at)
        at += 1


def listen(writers: list[Writer], confirmed: set[tuple[int, int]]) -> None:
    """Take in what the children say, for at most a tenth of a second."""
    ready, _, _ = select.select([writer.pipe for writer in writers], [], [], 0.1)
    for writer in writers:
        if writer.pipe in ready:
            raw = os.read(writer.pipe, 2**16)
            assert raw, "a child failed by itself"
            take_in(writer, raw, confirmed)


def take_in(writer: Writer, raw: bytes, confirmed: set[tuple[int, int]]) -> None:
    """Note what a child said."""
    *lines, writer.rest = (writer.rest + raw).split(b"\n")
    for line in lines:
        if line[:1] == b"b":
            writer.begun = int(line[1:])
        else:
            confirmed.add((writer.number, int(line[1:])))


def drain(writer: Writer, confirmed: set[tuple[int, int]]) -> None:
    """Wait for the end of a child that was killed, and read what it had said before."""
    status = os.waitpid(writer.process, 0)[1]
    assert os.WIFSIGNALED(status), "a child failed by itself"
    with os.fdopen(writer.pipe, "rb") as pipe:
        take_in(writer, pipe.read(), confirmed)


def replaced(book: Path, writer: Writer, confirmed: set[tuple[int, int]]) -> Writer:
    """Kill a child, and start another that goes on after what it had begun."""
    os.kill(writer.process, signal.SIGKILL)
    drain(writer, confirmed)
    return start(book, writer.number, writer.begun + 1)


def verified(book: Path, confirmed: set[tuple[int, int]], killed: int) -> dict[str, int]:
    """Compare the record with what was confirmed."""
    from forecast.book.files.folder import Folder
    from forecast.forecasts.reading import read_topic_record

    record, problems = read_topic_record(Folder(book), "ferry")
    assert problems == (), problems
    written = [tuple(map(int, its.note.split("-"))) for its in record.forecasts]
    assert len(written) == len(set(written)), "a row is there twice"
    assert confirmed <= set(written), "a confirmed row is lost"
    assert len(written) <= len(confirmed) + killed + WRITERS
    assert {name: len(wordings) for name, wordings in record.questions.items()} == dict.fromkeys(
        (question.partition(".")[2] for question in QUESTIONS), 1
    )
    assert not list(book.rglob("*.tmp"))
    return {"confirmed": len(confirmed), "written": len(written)}


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    print(json.dumps(serve(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))  # noqa: T201 - read by the test that runs this
