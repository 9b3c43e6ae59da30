"""A case of the benchmarks, and what all cases are given."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.measure import Command, CommandFailed, measure
from tests.benchmarks.rows import Row
from tests.support.paths import ROOT


@dataclass(frozen=True, slots=True)
class Options:
    """How to measure: a folder for whatever is written, how often, how large, and where other programs are installed.

    ``numpyro`` is the folder of a virtual environment that has NumPyro, ``squiggle`` one in which npm has installed
    ``@quri/squiggle-lang``; None where they are not to be measured.
    """

    scratch: Path
    quick: bool = False
    large: bool = False
    numpyro: Path | None = None
    squiggle: Path | None = None

    def runs(self, count: int) -> int:
        """How often a command is run: once where all is to be quick."""
        return 1 if self.quick else count

    def folder(self, name: str) -> Path:
        """Return an empty folder of a name."""
        folder = self.scratch / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


@dataclass(frozen=True, slots=True)
class Case:
    """A case: its name, what measures it, and whether ``--quick`` runs it."""

    name: str
    measure: Callable[[Options], Row]
    quick: bool = True


def forecast_command(book: Path, cache: Path, *words: str, status: int = 0) -> Command:
    """Return a command of the project, in a book, with a cache of its own."""
    return python_command(book, "-m", "forecast", *words, cache=cache, status=status)


def python_command(folder: Path, *words: str, cache: Path | None = None, status: int = 0) -> Command:
    """Return a command of this Python with the project on its path."""
    variables = {"PYTHONPATH": str(ROOT)} | ({} if cache is None else {"FORECAST_CACHE_DIR": str(cache)})
    return Command((sys.executable, *words), folder, variables, status)


def profile_of(command: Command) -> str:
    """Return the line of the profile that costs most of a command ``python -m MODULE ...``."""
    python, module_flag, *words = command.words
    profiled = Command((python, module_flag, "tests.benchmarks.profile_line", *words), command.folder, command.variables, command.status)
    try:
        return measure(profiled).output.splitlines()[-1]
    except CommandFailed as error:
        return f"not known: {str(error).splitlines()[-1]}"
