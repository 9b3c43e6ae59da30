"""Pages made again from the JSON of their reports, and from nothing else: nothing is computed, read or recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecast.book.layout import REPORTS, root_problem, topic_names
from forecast.book.problems import Place, Problem
from forecast.book.writing import Busy, locked, write_whole
from forecast.language.faults import did_you_mean
from forecast.report.calibrated import Style
from forecast.report.pages import render_index, render_topic
from forecast.report.shape import ReportFault, read_content


@dataclass(frozen=True, slots=True)
class Remade:
    """What was made again: the files whose bytes changed, relative to the book; or the problems, and nothing written.

    ``page`` is the page to look at: the one topic's that was asked for, or the index.
    """

    written: tuple[str, ...] = ()
    page: Path | None = None
    problems: tuple[Problem, ...] = ()


def remake(root: Path, directory: Path, topics: Sequence[str] | None, *, style: Style = "plain") -> Remade:
    """Make the pages of some topics (all that have a report where none are named) and the index again, in a directory of reports.

    A JSON file that is not whole, or was changed after it was written, is a
    problem, and then nothing is written.
    """
    missing = root_problem(root)
    if missing is not None:
        return Remade(problems=(missing,))
    try:
        with locked(root):
            return _remade(root, directory, topics, style)
    except Busy as busy:
        return Remade(problems=(Problem(Place(f"{REPORTS}/.lock"), str(busy), "try again when it has finished"),))


def _remade(root: Path, directory: Path, topics: Sequence[str] | None, style: Style) -> Remade:
    paths = {name: directory / f"{name}.json" for name in topic_names(root) if (directory / f"{name}.json").is_file()}
    where = directory.relative_to(root)
    problems = [_unknown(where, name, tuple(paths)) for name in dict.fromkeys(topics or ()) if name not in paths]
    if not paths and not problems:
        problems.append(Problem(Place(str(where)), "there is no report here to make again", "run `forecast update`"))
    contents: dict[str, Mapping[str, Any]] = {}
    for name, path in paths.items():
        try:
            contents[name] = _read(path, f"{where}/{path.name}")
        except ReportFault as fault:
            problems.append(Problem(Place(f"{where}/{path.name}"), str(fault)))
    if problems:
        return Remade(problems=tuple(problems))
    chosen = list(dict.fromkeys(topics or contents))
    files = render_index([contents[name] for name in sorted(contents)], style=style)
    for name in chosen:
        files |= render_topic(contents[name], style=style)
    written = []
    for file, data in files.items():
        path = directory / file
        if not path.is_file() or path.read_bytes() != data:
            write_whole(path, data)
            written.append(str(path.relative_to(root)))
    for name in chosen:  # pictures of questions that are settled since, or of names that are no more
        for left in (directory / name).glob("*.svg"):
            if f"{name}/{left.name}" not in files:
                left.unlink()
    page = directory / (f"{chosen[0]}.html" if len(chosen) == 1 and topics else "index.html")
    return Remade(tuple(written), page)


def _read(path: Path, name: str) -> dict[str, Any]:
    """Return the content of a file; raise ``ReportFault`` where it is not whole, or another topic's."""
    content = read_content(path.read_bytes(), name=name)
    if content["name"] != path.stem:
        raise ReportFault(f"this is the report of `{content['name'][:80]}`; run `forecast update` to make it again")
    return content


def _unknown(where: Path, name: str, known: Sequence[str]) -> Problem:
    hint = did_you_mean(name, known) or (f"reports here: {', '.join(known)}" if known else "run `forecast update`")
    return Problem(Place(f"{where}/{name}.json"), f"there is no report of a topic `{name}`", hint)
