"""A topic to take away: as a PyMC program, or its draws as a netCDF file that ArviZ reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from forecast.book.layout import topic_path
from forecast.book.problems import Place, Problem, has_errors
from forecast.checking import read_checked
from forecast.inference.plan import CannotSample
from forecast.model.unsound import Unsound
from forecast.opened import OpenTopic
from forecast.settings import Settings


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported as text (empty for a file), or the problems that forbid it."""

    text: str = ""
    problems: tuple[Problem, ...] = ()


def pymc_program(root: Path, topic: str, *, as_of: date) -> Exported:
    """Return a topic as a PyMC program."""
    opened, problems = _opened(root, topic, as_of, Settings())
    if opened is None:
        return Exported(problems=problems)
    try:
        return Exported(opened.pymc_source())
    except Unsound as unsound:
        return Exported(problems=unsound.problems)
    except CannotSample as reason:
        return Exported(problems=(Problem(Place(topic_path(topic)), f"this topic cannot be written as a program: {reason}"),))


def netcdf_file(root: Path, topic: str, path: Path, *, as_of: date, settings: Settings) -> Exported:
    """Write a topic's draws as a DataTree to a netCDF file."""
    opened, problems = _opened(root, topic, as_of, settings)
    if opened is None:
        return Exported(problems=problems)
    try:
        opened.data_tree().to_netcdf(path)
    except Unsound as unsound:
        return Exported(problems=unsound.problems)
    return Exported()


def _opened(root: Path, topic: str, as_of: date, settings: Settings) -> tuple[OpenTopic | None, tuple[Problem, ...]]:
    book, problems = read_checked(root, [topic])
    if has_errors(problems):
        return None, problems
    return OpenTopic(root, book.topics[topic], as_of, settings), problems
