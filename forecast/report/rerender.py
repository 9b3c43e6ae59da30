"""Pages made from the JSON of reports, and from nothing else: nothing is computed, read or recorded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from forecast.book.files.folder import Folder
from forecast.book.files.layout import BOOK_SETTINGS, report_path, root_problem, topic_names
from forecast.book.files.locking import hold_lock
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.book.index_order import index_order
from forecast.language.faults import did_you_mean
from forecast.report.calibration_page import render_calibration_page
from forecast.report.failures import failure_path, failures_in, readable_failures
from forecast.report.files import read_report, remove_pictures, write_files
from forecast.report.icd203 import Style
from forecast.report.pages import render_index, render_page, render_topic
from forecast.report.score_page import render_score_page
from forecast.schema.calibration import CALIBRATION_REPORT, read_calibration
from forecast.schema.score_page import SCORE_REPORT, read_score_page
from forecast.schema.topic import ReportFault, TopicContent, remake_hint

INDEX_PAGE = "index.html"
RECORD_REPORTS = (SCORE_REPORT, CALIBRATION_REPORT)
DIGEST = re.compile(rb'"digest": "([0-9a-f]{64})"')


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
    """Make the HTML pages that are missing beside the JSON of reports, or are of an earlier JSON; return their paths, and a warning for each that cannot be made.

    A repository need not hold pages, since all that is on them stands in the JSON.  Other files are not touched.
    Call it under the book's lock.
    """
    written: list[str] = []
    problems: list[Problem] = []
    for directory in directories:
        try:
            made, wrong = _due_pages(folder, directory)
        except FileFault as fault:
            made, wrong = {}, [fault.problem]
        for name, page in made.items():
            try:
                written += write_files(folder, directory, {name: page})
            except FileFault as fault:
                wrong.append(fault.problem)
        problems += (replace(problem, level="warning") for problem in wrong)
    return tuple(written), tuple(problems)


def render_index_again(folder: Folder, directory: str) -> dict[str, bytes]:
    """Return the index over the reports of a directory that can be read, in HTML and Markdown; nothing where there are none."""
    contents = [content for name in topic_names(folder) if (content := _readable(folder, directory, name)) is not None]
    return _index_files(folder, directory, contents) if contents else {}


def record_reports(folder: Folder, directory: str) -> tuple[str, ...]:
    """Return which pages of the record a directory of reports has, or their JSON, from which they are made: scores, calibration."""
    return tuple(name for name in RECORD_REPORTS if folder.kind(f"{directory}/{name}.json") is not None)


def render_absent_page(folder: Folder, directory: str, name: str) -> bytes | None:
    """Return a page that a directory of reports lacks, made from JSON and not written: a topic's, one of the record, or the index where the name is ``index``.

    None where no JSON for it can be read.  The index leaves reports out that cannot be read.
    """
    topics = topic_names(folder)
    if name in topics:
        content = _readable(folder, directory, name)
        return None if content is None else render_page(content)
    if name in RECORD_REPORTS:
        return _page_of_record(folder, directory, name)[0].get(f"{name}.html")
    return render_index_again(folder, directory).get(INDEX_PAGE) if f"{name}.html" == INDEX_PAGE else None


def _readable(folder: Folder, directory: str, name: str) -> TopicContent | None:
    """The content of a topic's report; None where there is none, or none that can be read."""
    try:
        path = report_path(name, directory)
        return None if folder.kind(path) is None else _read(folder.root, path, name)
    except (FileFault, ReportFault):
        return None


def _due_pages(folder: Folder, directory: str) -> tuple[dict[str, bytes], list[Problem]]:
    """The pages that one directory of reports lacks or has of an earlier JSON, by their names, the index last; and why others cannot be made.

    There is no index where a report cannot be read, for it would leave a topic out until the next one.
    """
    reported = [name for name in topic_names(folder) if folder.kind(report_path(name, directory)) is not None]
    due = {name for name in reported if not _page_fits(folder, directory, name)}
    pages: dict[str, bytes] = {}
    unmade: list[Problem] = []
    for name in RECORD_REPORTS:
        page, wrong = _due_record_page(folder, directory, name)
        pages |= page
        unmade += wrong
    index_due = bool(reported) and (bool(due) or _index_is_older(folder, directory, reported))
    files: dict[str, bytes] = {}
    contents: list[TopicContent] = []
    problems: list[Problem] = []
    for name in reported if index_due else ():
        try:
            content = _read(folder.root, path := report_path(name, directory), name)
            files |= {f"{name}.html": render_page(content)} if name in due else {}
        except ReportFault as fault:
            problems.append(Problem(Place(path), f"no page can be made of this report: {fault}"))
        else:
            contents.append(content)
    if index_due and not problems:
        files[INDEX_PAGE] = _index_files(folder, directory, contents)[INDEX_PAGE]
    return pages | files, [*unmade, *problems]


def _due_record_page(folder: Folder, directory: str, name: str) -> tuple[dict[str, bytes], list[Problem]]:
    """A page of the record where it is missing beside its JSON or is of an earlier one, and why it cannot be made."""
    return ({}, []) if _page_fits(folder, directory, name) else _page_of_record(folder, directory, name)


def _page_of_record(folder: Folder, directory: str, name: str) -> tuple[dict[str, bytes], list[Problem]]:
    """A page of the record, and why it cannot be made; neither without its JSON."""
    path = f"{directory}/{name}.json"
    if name not in record_reports(folder, directory):
        return {}, []
    try:
        files = _record_page(folder, path, name)
    except ReportFault as fault:
        return {}, [Problem(Place(path), f"no page can be made of these figures: {fault}")]
    return {f"{name}.html": files[f"{name}.html"]}, []


def _record_page(folder: Folder, path: str, name: str) -> dict[str, bytes]:
    """The page, the Markdown and the pictures of what a JSON file says of the record; raise ``ReportFault`` where it is not whole."""
    data = folder.read(path, most=None)
    if name == CALIBRATION_REPORT:
        return render_calibration_page(read_calibration(data, name=path))
    return render_score_page(read_score_page(data, name=path))


def _page_fits(folder: Folder, directory: str, name: str) -> bool:
    """Whether a report has a page, and the page the digest that the JSON says it has."""
    page = f"{directory}/{name}.html"
    try:
        digest = DIGEST.search(folder.read(report_path(name, directory), most=None))
        return digest is not None and folder.kind(page) is not None and digest[1] in folder.read(page, most=None)
    except FileFault:  # whoever reads the JSON or writes the page next says so
        return False


def _index_is_older(folder: Folder, directory: str, reported: Sequence[str]) -> bool:
    """Whether there is no index page, or one written before a report, a mark of a failure beside it, or the file that orders it."""
    if folder.kind(index := f"{directory}/{INDEX_PAGE}") is None:
        return True
    marks = (path for name in topic_names(folder) if folder.kind(path := failure_path(name, directory)) is not None)
    settings = (BOOK_SETTINGS,) if folder.kind(BOOK_SETTINGS) is not None else ()
    sources = [*(report_path(name, directory) for name in reported), *marks, *settings]
    return folder.place(index).stat().st_mtime_ns < max(folder.place(path).stat().st_mtime_ns for path in sources)


def _index_files(folder: Folder, directory: str, contents: Sequence[TopicContent]) -> dict[str, bytes]:
    """The index over some reports and the failures in their directory."""
    failures = readable_failures(folder.root, topic_names(folder), directory)
    return render_index(contents, failures=failures, records=record_reports(folder, directory), order=index_order(folder))


def _rerender(root: Path, directory: str, topics: Sequence[str] | None, style: Style) -> RerenderResult:
    folder = Folder(root)
    paths = {name: path for name in topic_names(folder) if folder.kind(path := report_path(name, directory)) is not None}
    problems = [_unknown_topic_problem(directory, name, tuple(paths)) for name in dict.fromkeys(topics or ()) if name not in paths]
    if not paths and not problems and not record_reports(folder, directory):
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
    files = render_index(
        [contents[name] for name in sorted(contents)],
        failures=failures,
        style=style,
        records=record_reports(folder, directory),
        order=index_order(folder),
    )
    for name in chosen:
        files |= render_topic(contents[name], style=style)
    for name in () if topics is not None else record_reports(folder, directory):
        path = f"{directory}/{name}.json"
        try:
            files |= _record_page(folder, path, name)
        except ReportFault as fault:
            return RerenderResult(problems=(Problem(Place(path), str(fault)),))
    written = write_files(folder, directory, files)
    remove_pictures(folder, directory, chosen, but=files)  # of questions that are settled since, or of names that are no more
    return RerenderResult(written, root / directory / (f"{chosen[0]}.html" if len(chosen) == 1 and topics else INDEX_PAGE))


def _read(root: Path, path: str, name: str) -> TopicContent:
    """Return the content of a topic's report; raise ``ReportFault`` where it is not whole, or another topic's."""
    content = read_report(root, path)
    if content is None:
        raise ReportFault("it was removed by another program meanwhile")
    if content["name"] != name:
        raise ReportFault(f"this is the report of `{content['name'][:80]}`; {remake_hint(path)}")
    return content


def _unknown_topic_problem(where: str, name: str, known: Sequence[str]) -> Problem:
    hint = did_you_mean(name, known) or (f"reports here: {', '.join(known)}" if known else "run `forecast update`")
    return Problem(Place(f"{where}/{name}.json"), f"there is no report of a topic `{name}`", hint)
