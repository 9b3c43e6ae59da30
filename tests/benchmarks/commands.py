"""The commands on the essay's book, in a copy, with a cache of its own."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

from tests.benchmarks.case import Case, Options, forecast_command, profile_of
from tests.benchmarks.measure import Command, measure, measure_median
from tests.benchmarks.rows import Row, Target, command_row
from tests.support.paths import ROOT

BOOK_FOLDERS = ("seeds", "priors", "reports")
EDITED = "priors/arrivals.toml"
WHATIF = "capture_rate=LogNormal(p5=0.05, p95=5)"
UPDATE = ("update", "--no-referee")


def command_cases() -> tuple[Case, ...]:
    """Return the cases, in the order of the table."""
    return (
        _reading("help", "`forecast --help`", ("--help",), Target(0.15)),
        _reading("show", "`forecast show`", ("show",), Target(0.2)),
        _reading("why", "`forecast why`, one question", ("why", "another_transfer"), Target(0.2)),
        _reading("check", "`forecast check`", ("check",), Target(0.6)),
        _reading("whatif", "`forecast whatif`, one topic", ("whatif", "route", "--prior", WHATIF), Target(1.0)),
        Case("update_unchanged", _update_unchanged, quick=False),
        Case("update_edited", _update_edited, quick=False),
        Case("update_fresh", _update_fresh, quick=False),
    )


def copy_of_essay_book(folder: Path) -> Path:
    """Return a copy of this repository's own book in a folder."""
    for name in BOOK_FOLDERS:
        shutil.copytree(ROOT / name, folder / name)
    return folder


def row_of(title: str, command: Command, *, runs: int, target: Target | None = None, prepare: Callable[[], None] | None = None) -> Row:
    """Measure a command and return its row, with a line of its profile where it costs more than it should."""
    cost = measure_median(command, runs=runs, prepare=prepare)
    row = command_row(title, cost, runs=runs, target=target)
    if row.get("met", True):
        return row
    if prepare is not None:
        prepare()
    return row | {"profile": profile_of(command)}


def _reading(name: str, title: str, words: tuple[str, ...], target: Target) -> Case:
    """A command that writes nothing."""

    def row(options: Options) -> Row:
        folder = options.folder(name)
        command = forecast_command(copy_of_essay_book(folder / "book"), folder / "cache", *words)
        measure(command)  # compiles the bytecode of what it imports, and reads its files into the system's memory
        return row_of(title, command, runs=options.runs(5), target=target)

    return Case(name, row)


def _update_unchanged(options: Options) -> Row:
    command = _updated_book(options, "update_unchanged")
    return row_of("`forecast update --no-referee`, nothing changed", command, runs=options.runs(5), target=Target(1.0))


def _update_edited(options: Options) -> Row:
    command = _updated_book(options, "update_edited")
    prior = command.folder / EDITED
    text, edits = prior.read_text("utf-8"), count(1)

    def edit() -> None:
        edited, changed = re.subn(r"factor=5\b", f"factor=5.{next(edits)}", text, count=1)
        assert changed, f"{EDITED} has another prior now"
        prior.write_text(edited, "utf-8")

    return row_of("`forecast update --no-referee`, one prior of `arrivals` edited", command, runs=options.runs(3), prepare=edit)


def _update_fresh(options: Options) -> Row:
    command = _updated_book(options, "update_fresh")
    cache = Path(command.variables["FORECAST_CACHE_DIR"])
    title = "`forecast update --no-referee`, nothing remembered"
    return row_of(title, command, runs=options.runs(2), target=Target(12.0), prepare=lambda: shutil.rmtree(cache))


def _updated_book(options: Options, name: str) -> Command:
    """Return the update of a book that has been updated; the first of these that is measured computes, and the others copy what it kept."""
    first, folder = options.scratch / "updated", options.folder(name)
    if not (first / "cache").exists():
        command = forecast_command(copy_of_essay_book(options.folder("updated") / "book"), first / "cache", *UPDATE)
        measure(command)
    shutil.copytree(first, folder, dirs_exist_ok=True)
    command = forecast_command(folder / "book", folder / "cache", *UPDATE)
    measure(command)  # the files of a copy are new, and are written once
    return command
