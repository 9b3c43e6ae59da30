"""``forecast watch`` as a process: it tells its address, drafts at a save, and stops when asked to."""

from __future__ import annotations

import json
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.cli.conftest import Run, files_of
from tests.support.process_groups import is_gone

SECONDS = 60  # long enough for a machine that does much else


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
@pytest.mark.slow
def test_a_save_is_drafted_and_told_and_a_signal_stops_it_cleanly(published: Path, stop: signal.Signals):
    """A changed prior reaches an open page as an event and a draft; a signal then ends the process and all it started with 0, saying how to publish."""
    with watching(published) as (process, port):
        page = get(port, "/ferry.html")
        assert "Draft, not published" not in page
        stream = urlopen(f"http://127.0.0.1:{port}/.events?page=ferry", timeout=SECONDS)
        told = stream.readline()
        before = files_of(published)
        prior = published / "priors/ferry.toml"
        prior.write_text(prior.read_text().replace("p95=0.6", "p95=0.7"))
        while (line := stream.readline()) in {b"\n", told} or line.startswith(b":"):
            pass
        page = get(port, "/ferry.html")
        assert "Draft, not published" in page
        assert f'data-version="{line.decode().removeprefix("data: ").strip()}"' in page
        changed = {path for path, data in files_of(published).items() if before.get(path) != data}
        process.send_signal(stop)
        out, err = process.communicate(timeout=SECONDS)
        stream.close()
        wait_for(lambda: is_gone(process.pid))
    assert (process.returncode, err, changed) == (0, "", {"priors/ferry.toml"})
    assert out.splitlines()[-1] == f"Not published. To publish: forecast update ferry --book {shlex.quote(str(published))}"


@pytest.mark.slow
def test_a_topic_that_is_named_is_shown_first(published: Path):
    """The address is that of its page."""
    with watching(published, "ferry") as (_, port):
        assert "<h1>" in get(port, "/ferry.html")


def test_a_topic_that_is_not_there_is_an_error(run: Run):
    """With what may have been meant."""
    stopped = run("watch", "fery")
    assert stopped.code == 1
    assert "no topic `fery` in this book" in stopped.err
    assert "did you mean `ferry`?" in stopped.err


@pytest.mark.slow
def test_answers_come_before_their_reasons(published: Path):
    """A draft stands without saying why, and says so, until the whole draft takes its place with the same answers."""
    prior = published / "priors/ferry.toml"
    with watching(published) as (_, port):
        prior.write_text(prior.read_text().replace("p95=0.6", "p95=0.7"))
        wait_for(lambda: "Draft, not published" in get(port, "/ferry.html"))
        first = json.loads(get(port, "/ferry.json"))
        assert (first["insight"], "is being computed" in get(port, "/ferry.html")) == (None, True)
        wait_for(lambda: "is being computed" not in get(port, "/ferry.html"))
        whole = json.loads(get(port, "/ferry.json"))
    assert whole["insight"] is not None
    assert [told(each) for each in whole["answers"]] == [told(each) for each in first["answers"]]


def told(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without the interval of the chance itself, which comes with the reasons."""
    value = {name: each for name, each in answer["value"].items() if not name.startswith("chance")}
    return {**answer, "value": value, "sentence": ""}


@pytest.mark.slow
def test_a_broken_file_shows_its_problem_until_it_is_mended(published: Path):
    """A prior that is not TOML is reported in the terminal and on the page with its line; once it is fixed, the page is the published one again."""
    prior = published / "priors/ferry.toml"
    sound = prior.read_text()
    with watching(published) as (process, port):
        prior.write_text(sound.replace("[burstiness]", "[burstiness"))
        wait_for(lambda: "priors/ferry.toml:11:" in get(port, "/ferry.html"))
        assert "Will the ferry break down three times" in get(port, "/ferry.html")
        prior.write_text(sound)
        wait_for(lambda: "priors/ferry.toml:11:" not in get(port, "/ferry.html"))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=SECONDS)
    assert err.splitlines()[:2] == [
        "ferry:",
        "priors/ferry.toml:11:12: error: `]` is missing at the end of this heading",
    ]


def test_a_port_that_is_taken_is_a_wrong_command_line(run: Run, book: Path):
    """Where another program has the port, the exit code is 2 and the message names a way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = run("watch", "--port", str(taken.getsockname()[1]))
    assert (ran.code, "--port 0 takes a free one" in ran.err) == (2, True)


def test_without_its_extra_the_command_names_it(run: Run, monkeypatch: pytest.MonkeyPatch):
    """Where the server's libraries are missing, one line says what to install, and the exit code is 2."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    ran = run("watch")
    assert (ran.code, ran.err) == (2, "forecast watch needs starlette, uvicorn, watchfiles: pip install 'forecast-book[watch]'\n")


def test_a_directory_that_is_no_book_is_not_watched(run: Run, tmp_path: Path):
    """Without `seeds` there is nothing to watch: the problem is reported and the exit code is 1."""
    ran = run("watch", on=tmp_path)
    assert (ran.code, ran.err.splitlines()[0]) == (1, "seeds:1:1: error: this directory is not a book: it has no `seeds` directory")


@contextmanager
def watching(book: Path, *topic: str) -> Generator[tuple[subprocess.Popen[str], int]]:
    """A running `forecast watch` and its port."""
    command = [sys.executable, "-u", "-m", "forecast", "watch", *topic, "--port", "0", "--book", str(book)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        line = process.stdout.readline()
        yield process, int(re.search(rf"http://127\.0\.0\.1:(\d+)/{''.join(f'{name}.html' for name in topic)} shows ", line)[1])
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def get(port: int, path: str) -> str:
    """A page as the server gives it."""
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=SECONDS) as answer:
        return answer.read().decode()


def wait_for(condition: Callable[[], bool]) -> None:
    """Return when a condition holds, fail when it has not for long."""
    until = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)
