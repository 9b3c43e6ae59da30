"""Pages made from the JSON of reports, and from nothing else: nothing is computed, read or recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from forecast.book.files.folder import Folder
from forecast.book.files.layout import report_path, root_problem, topic_names
from forecast.book.files.locking import hold_lock
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.language.faults import did_you_mean
from forecast.report.failures import failures_in, readable_failures
from forecast.report.files import read_report, remove_pictures, write_files
from forecast.report.icd203 import Style
from forecast.report.pages import render_index, render_page, render_topic
from forecast.schema.topic import ReportFault, TopicContent

INDEX_PAGE = "index.html"


@dataclass(frozen=True, slots=True)
class RerenderResult:
    """What was made again: the files whose bytes changed, relative to the book; or the problems, and nothing written.

    ``page`` is the page to look at: the one topic's that was asked for, or the index.
    """

    written: tuple[str, ...] = ()
    page: Path | None = None
    problems: tuple[Problem, ...] = ()


def rerender_reports(root: Path, directory: str, topics: Sequence[str] | None, *, style: Style = "plain") -> RerenderResult:
    """Make the pages of some topics (all that have a report where none are named) and the index again, in a directory of reports of the book.

    A JSON file that is not whole, or was changed after it was written, is a
    problem, and then nothing is written.
    """
    missing = root_problem(root)
    if missing is not None:
        return RerenderResult(problems=(missing,))
    try:
        with hold_lock(root):
            return _rerender(root, directory, topics, style)
    except FileFault as fault:
        return RerenderResult(problems=(fault.problem,))


def render_missing_pages(folder: Folder, directories: Sequence[str]) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """Make the HTML pages that are missing beside the JSON of reports; return their paths, and a warning for each that cannot be made.

    A repository need not hold pages, since all that is on them stands in the JSON.  Other files are not touched.
    Call it under the book's lock.
    """
    written: list[str] = []
    problems: list[Problem] = []
    for directory in directories:
        try:
            made, wrong = _missing_pages(folder, directory)
            written += write_files(folder, directory, made)
        except FileFault as fault:
            wrong = (fault.problem,)
        problems += (replace(problem, level="warning") for problem in wrong)
    return tuple(written), tuple(problems)


def _missing_pages(folder: Folder, directory: str) -> tuple[dict[str, bytes], tuple[Problem, ...]]:
    """The pages that are missing in one directory of reports, by their names, the index last; and why others cannot be made."""
    reported = [name for name in topic_names(folder) if folder.kind(report_path(name, directory)) is not None]
    no_index = folder.kind(f"{directory}/{INDEX_PAGE}") is None
    missing = {name for name in reported if folder.kind(f"{directory}/{name}.html") is None}
    files: dict[str, bytes] = {}
    contents: list[TopicContent] = []
    problems: list[Problem] = []
    for name in reported if no_index else sorted(missing):
        try:
            content = _read(folder.root, path := report_path(name, directory), name)
            files |= {f"{name}.html": render_page(content)} if name in missing else {}
        except ReportFault as fault:
            problems.append(Problem(Place(path), f"there is no page of this report: {fault}"))
        else:
            contents.append(content)
    if no_index and contents:
        files[INDEX_PAGE] = render_index(contents, failures=readable_failures(folder.root, topic_names(folder), directory))[INDEX_PAGE]
    return files, tuple(problems)


def _rerender(root: Path, directory: str, topics: Sequence[str] | None, style: Style) -> RerenderResult:
    folder = Folder(root)
    paths = {name: path for name in topic_names(folder) if folder.kind(path := report_path(name, directory)) is not None}
    problems = [_unknown_topic_problem(directory, name, tuple(paths)) for name in dict.fromkeys(topics or ()) if name not in paths]
    if not paths and not problems:
        problems.append(Problem(Place(directory), "there is no report here to make again", "run `forecast update`"))
    contents: dict[str, TopicContent] = {}
    for name, path in paths.items():
        try:
            contents[name] = _read(root, path, name)
        except ReportFault as fault:
            problems.append(Problem(Place(path), str(fault)))
    try:
        failures = failures_in(root, topic_names(folder), directory)
    except ReportFault as fault:
        problems.append(Problem(Place(directory), str(fault)))
    if problems:
        return RerenderResult(problems=tuple(problems))
    chosen = list(dict.fromkeys(topics or contents))
    files = render_index([contents[name] for name in sorted(contents)], failures=failures, style=style)
    for name in chosen:
        files |= render_topic(contents[name], style=style)
    written = write_files(folder, directory, files)
    remove_pictures(folder, directory, chosen, but=files)  # of questions that are settled since, or of names that are no more
    return RerenderResult(written, root / directory / (f"{chosen[0]}.html" if len(chosen) == 1 and topics else INDEX_PAGE))


def _read(root: Path, path: str, name: str) -> TopicContent:
    """Return the content of a topic's report; raise ``ReportFault`` where it is not whole, or another topic's."""
    content = read_report(root, path)
    if content is None:
        raise ReportFault("it was removed by another program meanwhile")
    if content["name"] != name:
        raise ReportFault(f"this is the report of `{content['name'][:80]}`; run `forecast update` to make it again")
    return content


def _unknown_topic_problem(where: str, name: str, known: Sequence[str]) -> Problem:
    hint = did_you_mean(name, known) or (f"reports here: {', '.join(known)}" if known else "run `forecast update`")
    return Problem(Place(f"{where}/{name}.json"), f"there is no report of a topic `{name}`", hint)
