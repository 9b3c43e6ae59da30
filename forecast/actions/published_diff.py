"""How published answers changed: the reports of a commit, or a report's file, beside those that stand in the book; nothing is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from forecast.actions.diff import Difference, TopicDifference
from forecast.book.files.commits import Commits, open_commits
from forecast.book.files.folder import Folder
from forecast.book.files.git_folder import GitFault
from forecast.book.files.layout import REPORTS, SEEDS, report_path, root_problem, topic_names, topic_path
from forecast.book.files.problems import Place, Problem, Result
from forecast.report.answer_changes import AnswerChange, AnswerChanges, answer_changes, changes_markdown
from forecast.report.failures import readable_failures
from forecast.report.files import read_report
from forecast.schema.insight import MeasureScale, Move
from forecast.schema.topic import ReportFault, TopicContent, read_content
from forecast.sentences.insight_text import statistic_name
from forecast.sentences.printed_parts import PrintedParts, printed_parts

MOST_CAUSES = 3  # that are named beside a change


@dataclass(frozen=True, slots=True)
class PublishedDifference:
    """Two sets of reports in words, and how their answers differ; or problems."""

    earlier: str = ""
    later: str = ""
    found: AnswerChanges = field(default_factory=AnswerChanges)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reports:
    """Reports by topic, and where they come from in words."""

    said: str
    contents: Mapping[str, TopicContent]


def published_difference(root: Path, first: str, second: str | None, *, topics: Sequence[str] | None) -> PublishedDifference:
    """Compare the answers in two sets of reports, each of a commit or in a report's file; ``second`` None for those that stand in the book.

    A report that stands in one set alone is compared only where both are whole sets.
    """
    if (missing := root_problem(root)) is not None:
        return PublishedDifference(problems=(missing,))
    before, wrong = _find_reports(root, first)
    after, also_wrong = _standing_reports(root) if second is None else _find_reports(root, second)
    problems = (*wrong, *also_wrong)
    if before is None or after is None:
        return PublishedDifference(problems=problems)
    compared = {*before.contents, *after.contents}
    for run, text in ((before, first), (after, second)):
        compared &= set(run.contents) if text is not None and text.endswith(".json") else compared
    unknown = [name for name in topics or () if name not in compared]
    if unknown:
        return PublishedDifference(problems=(*problems, Problem(Place(REPORTS), f"no report of `{unknown[0]}` is in either")))
    compared &= compared if topics is None else set(topics)
    old, new = ({name: content for name, content in run.contents.items() if name in compared} for run in (before, after))
    found = answer_changes(old, new)
    if second is None:
        failed = readable_failures(root, sorted(compared))
        found = AnswerChanges(found.changes, found.same, (*found.notes, *(failure.sentence for failure in failed.values())))
    return PublishedDifference(before.said, after.said, found, problems)


def published_markdown(found: PublishedDifference) -> str:
    """Return the changes of published answers as Markdown for a pull request."""
    return changes_markdown(found.found.changes, earlier=found.earlier, later=found.later, same=found.found.same, notes=found.found.notes)


def difference_markdown(compared: Difference) -> str:
    """Return the changes between two runs as Markdown, each with what moved it most; measures whose printed value is the same are counted."""
    lines = [(measure_change, same) for moved in compared.moved for measure_change, same in _measure_changes(moved)]
    notes = [f"{moved.topic}.{name}: {sentence}" for moved in compared.moved for name, sentence in moved.unanswered.items()]
    notes += [f"{name} is the same in both." for name in compared.same]
    changes = [change for change, same in lines if not same]
    return changes_markdown(changes, earlier=compared.earlier, later=compared.later, same=sum(same for _, same in lines), notes=notes)


def _measure_changes(moved: TopicDifference) -> list[tuple[AnswerChange, bool]]:
    """The change of each measure of a topic, and whether its printed value and all of its printed parts are as before."""
    if moved.move is None:
        return []
    lines = []
    for index, measure in enumerate(moved.measures):
        scale: MeasureScale = {"kind": measure.kind, "unit": "", "settled": False}
        ends = moved.move["before"][index], moved.move["after"][index]
        printed = printed_parts(scale, *ends, [part["points"][index] for part in moved.move["parts"]])
        before, after = (f"{statistic_name(scale)} {end}".lstrip() for end in (printed.before, printed.after))
        every = range(len(printed.steps))
        change = AnswerChange(
            moved.topic, measure.question.name, measure.label, before, after, printed.text(*every), _causes(moved.move, printed)
        )
        lines.append((change, before == after and not any(printed.steps)))
    return lines


def _causes(move: Move, printed: PrintedParts) -> str:
    """The parts of a change that are printed with the largest numbers, largest first."""
    places = sorted((place for place, steps in enumerate(printed.steps) if steps), key=lambda place: -abs(printed.steps[place]))
    named = [f"{printed.text(place)}: {move['parts'][place]['about']}" for place in places[:MOST_CAUSES]]
    left = places[MOST_CAUSES:]
    return "; ".join([*named, *([f"{printed.text(*left)}: {len(left)} more"] if left else [])])


def _find_reports(root: Path, text: str) -> Result[_Reports]:
    if text.endswith(".json"):
        return _report_of_file(Path(text))
    try:
        with open_commits(root) as commits:
            commit = None if commits is None else commits.find(text)
            if commits is None or commit is None:
                hint = "with --published a run is a commit (HEAD~1, main) or a report's JSON"
                return Result(None, (Problem(Place(REPORTS), f"no commit `{text}`", hint),))
            return _reports_of_commit(commits, commit)
    except GitFault as fault:
        return Result(None, (Problem(Place(REPORTS), f"no commit `{text}` was found: {fault}", fault.hint),))


def _report_of_file(path: Path) -> Result[_Reports]:
    if path.exists() and not path.is_file():  # a FIFO would be waited for
        return Result(None, (Problem(Place(REPORTS), f"{path} is no file"),))
    try:
        content = read_content(path.read_bytes(), name=str(path))
    except (OSError, ValueError, ReportFault) as fault:
        return Result(None, (Problem(Place(REPORTS), f"{path} cannot be read: {fault}"),))
    return Result(_Reports(str(path), {content["name"]: content}))


def _reports_of_commit(commits: Commits, commit: str) -> Result[_Reports]:
    """The reports that a commit has, with a warning for each that cannot be read."""
    seeds, _ = commits.files(commit, [SEEDS])
    paths = {file.path for file in seeds}
    names = sorted({name for path in paths if path.count("/") == 2 and path == topic_path(name := path.split("/")[1])})
    files, problems = commits.files(commit, [report_path(name) for name in names]) if names else ((), ())
    contents: dict[str, TopicContent] = {}
    for file in files:
        try:
            content = read_content(commits.text(file), name=file.path)
        except ReportFault as fault:
            problems = (*problems, Problem(Place(file.path), f"{fault}; commit {commit[:9]} has it so", level="warning"))
        else:
            contents[Path(file.path).stem] = content
    return Result(_Reports(f"the reports of commit {commit[:9]}", contents), problems)


def _standing_reports(root: Path) -> Result[_Reports]:
    contents: dict[str, TopicContent] = {}
    problems: list[Problem] = []
    for name in topic_names(Folder(root)):
        try:
            content = read_report(root, report_path(name))
        except ReportFault as fault:
            problems.append(Problem(Place(report_path(name)), str(fault), level="warning"))
        else:
            contents |= {} if content is None else {name: content}
    return Result(_Reports("the reports as they stand", contents), tuple(problems))
