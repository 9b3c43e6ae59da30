"""A command that fails in a way nobody foresaw: one line on the terminal, a report for whoever fixes it, exit code 1.

The report is written where only its owner can read it, never into a book, and
says nothing of the environment.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from forecast.book.files.exceptions import exception_text
from forecast.book.files.problems import FileFault
from forecast.cache.folder import is_safe_folder, user_folders
from forecast.cli.lines import echo, print_problems

LIBRARIES = ("numpy", "scipy", "pymc", "pytensor", "nutpie", "arviz", "typer", "pydantic", "jinja2")


def exit_with_failure(error: Exception, words: Sequence[str]) -> NoReturn:
    """Say what failed and where the report of it lies, and exit with 1; ``words`` are the command line."""
    if isinstance(error, FileFault):
        print_problems((error.problem,), err=True)
        sys.exit(1)
    command = " ".join(["forecast", *(word for word in words[1:2] if not word.startswith("-"))])
    with suppress(OSError):  # nobody reads any more
        echo(f"{command} failed: {exception_text(error)} ({save_report(error, words)}; `forecast --debug` shows the traceback)", err=True)
    sys.exit(1)


def save_report(error: Exception | str, words: Sequence[str]) -> str:
    """Save the report of a failure, an exception or its traceback; return in words where it is, or why there is none."""
    trace = error if isinstance(error, str) else "".join(traceback.format_exception(error))
    try:
        return f"a report is in {_save_text(_report(trace, words))}"
    except OSError as fault:
        return f"no report could be saved: {fault.strerror or fault}"


def _report(trace: str, words: Sequence[str]) -> str:
    """The traceback, with what is needed to see it again: versions and the command line."""
    import platform
    import shlex
    from importlib.metadata import PackageNotFoundError, version

    from forecast import __version__

    versions = [f"forecast {__version__}", f"Python {sys.version}", platform.platform()]
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            versions.append(f"{name} {version(name)}")
    return "\n".join([shlex.join(["forecast", *words[1:]]), "", *versions, "", trace])


def _save_text(text: str) -> Path:
    """Write a report into the first folder that takes it; raise ``OSError`` where none does."""
    failure = OSError("there is no folder for it outside of the book")
    for folder in _folders():
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix="failure-", suffix=".txt", dir=folder)  # readable by its owner alone
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode("utf-8", "backslashreplace"))
        except OSError as error:
            failure = error
        else:
            return Path(name)
    raise failure


def _folders() -> Iterator[Path]:
    """Where reports can be kept: the user's cache, then the place for temporary files; never the book we are in."""
    yield from user_folders()
    with suppress(OSError):  # no folder for temporary files can be written to
        folder = Path(tempfile.gettempdir())
        if is_safe_folder(folder):
            yield folder
