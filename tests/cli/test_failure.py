"""How a command ends that fails in a way nobody foresaw: with one line, a report, and exit code 1."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from forecast.book.files.git_folder import GitFault
from forecast.book.files.problems import Place, Problem
from forecast.language.faults import Fault
from forecast.model.errors import Unsound
from tests.cli.conftest import TINY_BOOK
from tests.support.process_groups import is_gone

pytestmark = pytest.mark.medium

HOSTILE = "\\x1b[2J\\nall well\\u202e"


def failing(
    cause: str, *words: str, cache: Path, before: str = "", encoding: str = "utf-8", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run ``forecast show`` where reading the answers ends with an exception, in a process of its own."""
    code = (
        "import sys, forecast.actions.show as showing\n"
        f"def fail(*_, **__):\n    {cause}\n"
        "showing.newest_answers = fail\n"
        f"{before}\n"
        "from forecast.cli.commands import main\n"
        f"sys.argv = {['forecast', *words]!r}\n"
        "main()\n"
    )
    inherited = {name: value for name, value in os.environ.items() if name not in {"FORECAST_DEBUG", "XDG_CACHE_HOME"}}
    given = {"XDG_CACHE_HOME": str(cache), "A_SECRET": "sesame"} | environment
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=inherited | given, timeout=60, encoding=encoding
    )


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ("{}['day']", "KeyError: 'day'"),
        ("assert False", "AssertionError"),
        (f"raise ValueError('{HOSTILE}')", "ValueError: \\x1b[2J all well\\u202e"),
        ("raise TypeError('x' * 5000)", f"TypeError: {'x' * 300}…"),
        ("raise MemoryError", "there was not enough memory for it"),
        ("deeper = lambda number: deeper(number + 1); deeper(1)", "something in the book is nested too deep"),
        ("open('/nowhere/\\x1bfile')", "No such file or directory: /nowhere/\\x1bfile"),
        ("raise OSError(28, 'No space left on device', b'/full')", "No space left on device: /full"),
        ("raise OSError('odd')", "OSError: odd"),
        ("from concurrent.futures.process import BrokenProcessPool; raise BrokenProcessPool('x')", "a process that it had started ended suddenly, perhaps for want of memory"),
        ("raise Exception('\\ud800')", "Exception: \\ud800"),
    ],
)  # fmt: skip
def test_a_failure_is_one_line_and_a_report(tmp_path: Path, cause: str, said: str):
    """What failed is said in one line; the report has the traceback, the versions and the command line, and none of the environment."""
    done = failing(cause, "show", "a question", "--book", str(TINY_BOOK), cache=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    (report,) = (tmp_path / "forecast").iterdir()
    assert done.stderr == f"forecast show failed: {said} (a report is in {report}; `forecast --debug` shows the traceback)\n"
    text = report.read_text(encoding="utf-8")
    assert text.startswith(f"forecast show 'a question' --book {TINY_BOOK}\n\nforecast ")
    assert "Traceback (most recent call last):\n" in text
    assert "numpy " in text
    assert "sesame" not in text
    assert report.stat().st_mode & 0o777 == 0o600
    assert report.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("words", "environment"), [(("--debug", "show"), {}), (("show",), {"FORECAST_DEBUG": "1"})])
def test_a_traceback_is_shown_where_it_is_asked_for(tmp_path: Path, words: tuple[str, ...], environment: dict[str, str]):
    """With --debug before the command, or FORECAST_DEBUG=1, the exception is shown as Python shows it and no report is saved."""
    done = failing("{}['day']", *words, cache=tmp_path, **environment)
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback")
    assert done.stderr.endswith("KeyError: 'day'\n")
    assert list(tmp_path.iterdir()) == []


def test_where_no_report_can_be_saved_the_line_says_so(tmp_path: Path):
    """A cache that cannot be written and no folder for temporary files: still one line."""
    cache = tmp_path / "file"
    cache.write_text("")
    before = "import tempfile\ndef refuse(**_):\n    raise OSError(30, 'Read-only file system')\ntempfile.mkstemp = refuse"
    done = failing("{}['day']", "show", cache=cache, before=before)
    assert (done.returncode, done.stdout) == (1, "")
    line = (
        "forecast show failed: KeyError: 'day' (no report could be saved: Read-only file system; `forecast --debug` shows the traceback)\n"
    )
    assert done.stderr == line


def test_no_report_is_saved_in_a_book(tmp_path: Path):
    """Where the cache or the folder for temporary files lies in a book, another place is taken."""
    (tmp_path / "book" / "seeds").mkdir(parents=True)
    (tmp_path / "temporary").mkdir()
    done = failing("{}['day']", "show", cache=tmp_path / "book" / "cache", TMPDIR=str(tmp_path / "temporary"), HOME=str(tmp_path / "book"))
    assert done.returncode == 1
    assert [path.suffix for path in (tmp_path / "temporary").iterdir()] == [".txt"]
    assert list((tmp_path / "book").iterdir()) == [tmp_path / "book" / "seeds"]


def test_a_failure_in_another_process_arrives(tmp_path: Path):
    """Topics computed side by side that fail unforeseen: a line for each, and each report has the traceback of the other process."""
    book = tmp_path / "book"
    for name in ("one", "two"):
        (book / "seeds" / name).mkdir(parents=True)
        (book / "priors").mkdir(exist_ok=True)
        (book / "seeds" / name / "topic.toml").write_text(
            'title = "T"\nopens = 2025-01-01\n[questions.many]\nasks = "Is it large?"\nanswer = "rate > 1"\n'
        )
        (book / "priors" / f"{name}.toml").write_text('[rate]\nprior = "Gamma(alpha=4, beta=2)"\nwhy = "As it was before."\nunit = "a"\n')
    code = (
        "import sys, os\nos.cpu_count = lambda: 2\nimport forecast.actions.compute as compute\n"
        "def analyse_with_referee(*_, **__):\n    raise LookupError('nothing there')\n"
        "compute.analyse_with_referee = analyse_with_referee\n"
        "from forecast.cli.commands import main\n"
        f"sys.argv = ['forecast', 'update', '--book', {str(book)!r}]\nmain()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache"), "OPENBLAS_NUM_THREADS": "1"}, timeout=60
    )  # fmt: skip
    reports = {report for report in (tmp_path / "cache" / "forecast").iterdir() if "in analyse_with_referee" in report.read_text()}
    assert (done.returncode, len(reports)) == (3, 2)
    assert done.stderr == "".join(
        f"seeds/{name}/topic.toml:1:1: error: computing this topic failed: LookupError: nothing there\n" for name in ("one", "two")
    )
    assert {line.partition(":")[0] for line in done.stdout.splitlines()} >= {"one", "two"}
    assert all(f"(a report is in {report})" in done.stdout for report in reports)
    assert sorted(path.name for path in (book / "reports").iterdir() if path.name != ".lock") == [
        "index.html",
        "index.md",
        "one.failed.json",
        "two.failed.json",
    ]


PROBLEM = Problem(Place("a", 1, 2), "b", "c")


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (Unsound(PROBLEM, PROBLEM), {"problems": (PROBLEM, PROBLEM)}),
        (GitFault("a", "b"), {"hint": "b"}),
        (Fault("a", offset=1, hint="b", argument="c"), {"message": "a", "offset": 1, "hint": "b", "argument": "c"}),
    ],
)
def test_exceptions_travel_between_processes_whole(error: Exception, kept: dict[str, object]):
    """An exception raised in one process arrives in another with all it carries."""
    there = pickle.loads(pickle.dumps(error))
    assert (type(there), str(there)) == (type(error), str(error))
    assert {name: getattr(there, name) for name in kept} == kept


@pytest.mark.parametrize(
    ("stop", "send", "message"),
    [(signal.SIGINT, os.killpg, "\nInterrupted.\n"), (signal.SIGTERM, os.kill, "")],
    ids=["SIGINT", "SIGTERM"],
)
def test_a_stop_ends_every_process(tmp_path: Path, stop: signal.Signals, send: Callable[[int, int], None], message: str):
    """Ctrl-C, or SIGTERM to the first process alone, while others work: a line at most, the exit code of shells, and no process is left."""
    code = (
        "import os, sys, time\nfrom forecast.processes import process_pool\nimport forecast.actions.show as showing\n"
        "def work_on(*_):\n    os.write(1, b'working\\n')\n    time.sleep(60)\n"
        "def work(*_, **__):\n    with process_pool(2, start='fork') as pool:\n        found = [pool.submit(work_on) for _ in range(4)]\n"
        "        [each.result() for each in found]\n"
        "showing.newest_answers = work\n"
        "from forecast.cli.commands import main\nsys.argv = ['forecast', 'show']\nmain()\n"
    )
    code = f"import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n{code}"  # which a shell's background jobs ignore
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "start_new_session": True, "cwd": tmp_path}
    with subprocess.Popen([sys.executable, "-c", code], **pipes) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert [process.stdout.readline() for _ in range(2)] == ["working\n"] * 2
        began = time.perf_counter()
        send(process.pid, stop)
        assert process.stderr.read() == message  # which no process holds open any more
        assert process.wait() == 128 + stop
        assert time.perf_counter() - began < 5
    assert is_gone(process.pid)


def test_a_pipe_that_is_closed_ends_quietly(tmp_path: Path):
    """Where nobody reads any more, nothing is said of it."""
    code = (
        "import sys, forecast.actions.show as showing\n"
        "answer = {'topic': 't', 'name': 'q', 'headline': 'x' * 1000, 'sentence': 's', 'value': None, 'status': 'void', 'on_record': None}\n"
        "showing.newest_answers = lambda *_, **__: showing.PublishedAnswers(tuple([answer] * 2000))\n"
        "from forecast.cli.commands import main\nsys.argv = ['forecast', 'show']\nmain()\n"
    )
    done = subprocess.run(
        ["sh", "-c", '"$0" -c "$1" | head -1 >/dev/null', sys.executable, code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["lines", "json"])
def test_a_terminal_of_any_encoding_gets_all_there_is(tmp_path: Path, encoding: str, form: tuple[str, ...]):
    """What an encoding has no letters for is shown by its code, and JSON stays JSON."""
    before = "answer = {'topic': 't', 'name': 'q', 'headline': '≤ 5 – ü 値', 'sentence': '', 'value': None, 'status': 'not answerable', 'reasons': ['so'], 'on_record': None}"
    done = failing(
        "return showing.PublishedAnswers((answer,))",
        "show",
        *form,
        cache=tmp_path,
        before=before,
        encoding=encoding,
        PYTHONIOENCODING=encoding,
    )
    assert (done.returncode, done.stderr) == (0, "")
    if form:
        assert json.loads(done.stdout)[0]["headline"] == "≤ 5 – ü 値"
    else:
        assert done.stdout == "t.q  " + "≤ 5 – ü 値".encode(encoding, "backslashreplace").decode(encoding) + "  Not answerable: so.\n"
