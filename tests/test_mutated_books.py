"""Mutated books, ledgers and reports end in answers or in problems: never in a traceback, a long check, or a file elsewhere.

``FORECAST_MUTANTS=2000`` tries more of them than the 60 of every day and the 200 of the study, more of them
through the command line, and updates topics that are linked to others, too;
``FORECAST_MUTANT=17`` tries one again.
"""

from __future__ import annotations

import os
import shutil
import signal
import string
import subprocess
import sys
import time
import traceback
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import FrameType

import pytest

from forecast.actions.check import check
from forecast.actions.update import update
from forecast.book.files.problems import format_problems, has_errors
from forecast.book.ledger import line_hash
from forecast.model.settings import Settings
from tests.support.command_line import CliRunner, commands
from tests.support.mutating import TODAY, Mutant, Original, make_mutant, originals
from tests.support.paths import TINY_BOOK

DAILY = 60  # of those of a study
COUNT = int(os.environ.get("FORECAST_MUTANTS", "200"))
ONLY = os.environ.get("FORECAST_MUTANT")
SEEDS = [int(ONLY)] if ONLY else list(range(COUNT))
NUMBERS = [pytest.param(DAILY), pytest.param(COUNT, marks=pytest.mark.study)] if "FORECAST_MUTANTS" not in os.environ else [COUNT]
LONG_RUN = 1_000  # mutants, from which on linked topics are updated, too
LONGEST_CHECK = 10.0  # seconds of the processor
LONGEST_MUTANT = 120  # seconds
WORDS = (  # commands that read what was published
    ("show",),
    ("why", "{question}"),
    ("report",),
    ("evidence", "{topic}", "--as-of", "2025-01-01"),
    ("diff", "2024-06-01", "2025-01-01", "--topic", "{topic}", "--draws", "256"),
    ("diff", "reports/{topic}.json", "2025-01-01", "--draws", "256"),
    ("diff", "{line}", "2025-01-01", "--draws", "256"),
)
REPLAYED = ("ferry",)  # small topics, whose runs are compared too: with a large one that takes a minute
USUAL_EXITS = {0, 1, 2, 3}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[Original, ...]:
    """Sound books, the tiny one with a report and a ledger."""
    root = tmp_path_factory.mktemp("sound") / "book"
    shutil.copytree(TINY_BOOK, root, ignore=shutil.ignore_patterns("reports"))
    day = date(2025, 1, 1)
    assert update(root, as_of=day, today=day, settings=Settings(), referee=False).exit_code == 0
    return originals(root)


@pytest.mark.slow
def test_every_original_is_sound(sources: tuple[Original, ...], tmp_path: Path):
    """What is mutated has no errors before."""
    for number, original in enumerate(sources):
        root = tmp_path / str(number)
        for path, data in original.files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        checked = check(root, None, as_of=TODAY)
        assert (original.topic, [each for each in checked.problems if each.level == "error"]) == (original.topic, [])


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("count", NUMBERS)
def test_no_mutant_ends_in_a_traceback(sources: tuple[Original, ...], count: int, tmp_path: Path):
    """Each is checked, updated where it is sound, and read by the commands that read reports; the faults of all are listed together.

    The daily ones notice an exception that one mutant in twenty meets; rarer ones are the study's.
    """
    faults = [fault for seed in SEEDS[:count] for fault in faults_of_mutant(sources, seed, tmp_path)]
    assert not faults, "\n\n".join(faults)


@pytest.mark.slow
@pytest.mark.parametrize("count", NUMBERS)
def test_no_mutant_ends_in_a_traceback_on_the_command_line(sources: tuple[Original, ...], count: int, tmp_path: Path):
    """The same through the program itself: its exits are the usual ones, and no traceback is printed."""
    faults = []
    for seed in SEEDS[: max(1, min(count // 20, 50))]:  # 3 of 60, 10 of 200, 50 of a thousand and more
        mutant = make_mutant(sources, seed, tmp_path / str(seed) / "book")
        quick = ("update", "--no-referee", "--no-insight", "--draws", "256")
        for words in (("check",), ("show",)) if _is_long(mutant) else (("check",), quick, ("show",)):
            ran = subprocess.run(
                [sys.executable, "-m", "forecast", *words, "--book", str(mutant.root)],
                capture_output=True,
                text=True,
                check=False,
                timeout=LONGEST_MUTANT,
            )
            if ran.returncode not in USUAL_EXITS or "Traceback" in ran.stderr:
                faults.append(f"{mutant}: forecast {' '.join(words)}: exit {ran.returncode}\n{ran.stderr[-2000:]}")
    assert not faults, "\n\n".join(faults)


def faults_of_mutant(sources: tuple[Original, ...], seed: int, where: Path) -> Iterator[str]:
    """Yield what one mutant did that no book may do."""
    around = where / str(seed)
    mutant = make_mutant(sources, seed, around / "book")
    (around / "beside").mkdir()
    (around / "beside" / "ledger.jsonl").write_text("not of this book\n")
    before = _outside(around)
    fault = ""
    try:
        with _no_longer_than(LONGEST_MUTANT):
            fault = _checked(mutant)
    except Exception:  # noqa: BLE001 - any exception is what is looked for
        fault = traceback.format_exc(limit=-4)
    if fault:
        yield f"{mutant}\n{fault}"
    if _outside(around) != before:
        yield f"{mutant}\na file outside of the book was touched"
    shutil.rmtree(around)


def _is_long(mutant: Mutant) -> bool:
    """Whether its update is left out: with those it is linked to a topic takes half a minute, which is for the long run."""
    return mutant.linked and COUNT < LONG_RUN and ONLY is None


def _checked(mutant: Mutant) -> str:
    """Check a mutant, update it where nothing is wrong, and run the commands that read; return what was wrong with that."""
    began = time.process_time()
    checked = check(mutant.root, None, as_of=TODAY)
    if (spent := time.process_time() - began) > LONGEST_CHECK:
        return f"check took {spent:.1f} s"
    format_problems(checked.problems)
    if not has_errors(checked.problems) and not _is_long(mutant):
        update(mutant.root, as_of=TODAY, today=TODAY, settings=Settings(draws=256), referee=False, insight=False)
    question = next(iter(next(iter(checked.book.topics.values())).questions), "q") if checked.book.topics else "q"
    ledger = mutant.root / "reports/ledger.jsonl"
    line = line_hash(ledger.read_bytes().partition(b"\n")[0]) if ledger.is_file() else string.digits
    for words in WORDS if mutant.topic in REPLAYED else WORDS[:3]:
        filled = [word.format(topic=mutant.topic, question=question, line=line) for word in words]
        filled = [str(mutant.root / word) if word.startswith("reports/") else word for word in filled]
        ran = CliRunner().invoke(commands(), [*filled, "--book", str(mutant.root)])
        if ran.exception is not None and not isinstance(ran.exception, SystemExit):
            lines = traceback.format_exception(ran.exception, limit=-4)
            return f"forecast {' '.join(filled)}\n{''.join(lines)}"
        if ran.exit_code not in USUAL_EXITS:
            return f"forecast {' '.join(filled)}: exit {ran.exit_code}"
    return ""


def _outside(around: Path) -> dict[str, tuple[bytes, int]]:
    """Every file beside the book, with its bytes and when it was written."""
    book = around / "book"
    files = [path for path in around.rglob("*") if path.is_file() and not path.is_relative_to(book)]
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@contextmanager
def _no_longer_than(seconds: int) -> Generator[None]:
    """Raise ``TimeoutError`` in what takes longer, where the system has alarms."""

    def ring(_: int, __: FrameType | None) -> None:
        raise TimeoutError(f"more than {seconds} s")

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    old = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, old)
