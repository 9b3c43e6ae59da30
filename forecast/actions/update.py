"""The story of an update: read, check, condition, referee, simulate, answer, record, write.

Everything is read and checked before anything is computed, and everything is
computed before anything is written: a problem that a check finds leaves the reports as
they are.  A topic that fails only when it is computed keeps its last report, and the others
are published.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from forecast.actions.cache import (
    cached_insight,
    cached_verdict,
    calculation_key,
    insight_key,
    reusable_reports,
    verdict_as_data,
    versions,
    warnings_of,
)
from forecast.actions.check import future_date_warnings, read_checked_book, topic_problems
from forecast.actions.publish import clock_problems, publish
from forecast.book.files.exceptions import exception_text
from forecast.book.files.folder import Folder
from forecast.book.files.layout import topic_path
from forecast.book.files.problems import FileFault, Place, Problem, has_errors, sort_problems
from forecast.book.hashes import numbers_hash, words_hash
from forecast.book.ledger import read_ledger
from forecast.book.reading import read_book
from forecast.book.topic import Book, Topic
from forecast.content.parameters import parameter_contents
from forecast.content.topic import topic_content
from forecast.elicitation.prior_checks import prior_data_conflicts, prior_warnings
from forecast.inference.posterior import rows_not_kept_message
from forecast.model.custom_model import trust_problems
from forecast.model.errors import Unsound
from forecast.model.progress import PartialProgress, Progress, ignore_progress
from forecast.model.settings import Settings
from forecast.predict.analysis import Analysis, analyse, settings_for
from forecast.processes import process_pool
from forecast.report.failures import failure_of_topic
from forecast.report.pages import page_and_data, render_index, report_files
from forecast.schema.insight import ImpliedContent, InsightContent
from forecast.schema.topic import ParameterContent, TopicContent, VerdictContent
from forecast.system import process_start_method, utc_now

if TYPE_CHECKING:
    from forecast.insight.change_report import EarlierReport

NO_OTHER_ENGINE = "This topic brings its own model, {}: NUTS alone can sample it, and no other engine has checked it."


@dataclass(frozen=True, slots=True)
class TopicResult:
    """What one topic came to: the content of its report and its files, or nothing where its problems forbid it.

    ``failed`` says that the problems were found only when it was computed; ``trace`` is the traceback of an exception that nobody foresaw.
    """

    content: TopicContent | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    failed: bool = False
    trace: str = ""


@dataclass(frozen=True, slots=True)
class UpdateResult:
    """What an update did: problems and nothing else, or the reports' contents by topic and what was written.

    ``recorded`` counts the lines added to the ledger, ``written`` names the
    files whose bytes changed.  ``failed`` has the topics that could not be
    computed, which keep their last report.
    """

    problems: tuple[Problem, ...] = ()
    contents: Mapping[str, TopicContent] = field(default_factory=dict)
    written: tuple[str, ...] = ()
    recorded: int = 0
    failed: Mapping[str, TopicResult] = field(default_factory=dict)

    @property
    def unanswerable(self) -> tuple[str, ...]:
        """The questions that the model leaves no answer to, as ``topic.question``; void and annulled ones are not among them."""
        return tuple(
            f"{name}.{answer['name']}"
            for name, content in self.contents.items()
            for answer in content["answers"]
            if answer["status"] == "not answerable"
        )

    @property
    def distrusted(self) -> tuple[str, ...]:
        """The topics whose numbers are not to be trusted: disputed, or by an engine that does not vouch for its draws."""
        return tuple(name for name, content in self.contents.items() if content["warnings"])

    @property
    def exit_code(self) -> int:
        """0 fine, 1 a file has problems, 3 computed but not to be trusted, or not all of it computed."""
        if has_errors(self.problems):
            return 1
        return 3 if self.distrusted or self.failed or self.unanswerable else 0


def update(
    root: Path,
    *,
    topics: Sequence[str] | None = None,
    as_of: date,
    today: date,
    settings: Settings,
    referee: bool | None = None,
    processes: int = 1,
    insight: bool = True,
    progress: Progress = ignore_progress,
    clock: Callable[[], datetime] = utc_now,
) -> UpdateResult:
    """Bring the reports of a book up to a day.

    With several ``processes`` topics are computed side by side, each in a
    process of its own; the numbers are the same.  A script that asks for
    that must guard its own start (``if __name__ == "__main__"``).

    ``referee`` True compares the engines anew, False never, None where no
    verdict on the same calculation is remembered.  A day before ``today`` is a
    hindcast.  Without ``insight`` the reports do not say why.  ``clock`` gives the time that new lines of the
    ledger say they were written at.  Raises ``ValueError`` for a day after ``today``.
    """
    if as_of > today:
        raise ValueError(f"{as_of} is after today, {today}")
    book, problems = read_checked_book(root, topics)
    entries, broken = read_ledger(Folder(root))
    broken = (*(problem for problem in broken if problem.level == "error"), *(clock_problems(entries, today) if as_of == today else ()))
    if has_errors((*problems, *broken)):
        return UpdateResult(sort_problems((*problems, *broken)))
    if refused := trust_problems(book.topics.values(), trust=settings.trust):
        return UpdateResult(sort_problems((*problems, *refused)))
    run = _Run(root, as_of, today, settings, referee, versions(), insight=insight)
    made = (
        _make_reports_in_parallel(run, book, processes, progress)
        if min(processes, len(book.topics)) > 1
        else _make_reports_in_turn(run, book, progress)
    )
    results = dict(zip(book.topics, made, strict=True))
    failed = {name: result for name, result in results.items() if result.failed}
    wrong = [problem for result in made if not result.failed for problem in result.problems]
    wrong += [problem for name in failed for problem in topic_problems(book.topics[name], as_of)]
    if wrong:
        return UpdateResult(sort_problems((*problems, *wrong)))
    contents = {name: result.content for name, result in results.items() if not result.failed and result.content is not None}
    files = {name: result.files for name, result in results.items() if not result.failed}
    failures = [failure_of_topic(name, book.topics[name].title, as_of, result.problems) for name, result in failed.items()]
    warned = [problem for name, content in contents.items() for problem in warnings_of(book.topics[name], content.get("implied", ()))]
    problems = sort_problems((*problems, *warned, *(future_date_warnings(book, today) if as_of == today else ())))
    progress("writing reports", len(contents), len(contents))
    published = publish(book, contents, files, failures=failures, as_of=as_of, today=today, clock=clock)
    problems = sort_problems((*problems, *published.problems))
    return (
        UpdateResult(problems) if has_errors(problems) else UpdateResult(problems, contents, published.written, published.recorded, failed)
    )


def latest_day(root: Path, today: date) -> date:
    """Return the later of today and the newest day on which the ledger has answers, hindcasts aside.

    It stands for today where somebody names the day to replay: then a clock that was set back makes hindcasts, and
    replaces no newer report.
    """
    entries, _ = read_ledger(Folder(root))
    return max([today, *(date.fromisoformat(entry["as_of"]) for entry in entries if not entry["hindcast"])])


def draft_report(book: Book, topic: str, *, as_of: date, settings: Settings, insight: bool = True) -> TopicResult:
    """Return the report that an update would make of one topic, by the fast engine alone; nothing is recorded or written.

    A verdict that is remembered for the same calculation stands in it.  Draws
    that the fast engine does not vouch for are shown with its warning.  Without
    ``insight``, which takes longer than all else, there are only the page and the
    JSON, and in them no intervals of chances.
    """
    run = _Run(book.root, as_of, as_of, settings, False, versions(), fast=True, insight=insight)
    return _make_report(run, book.topics[topic], ignore_progress)


@dataclass(frozen=True, slots=True)
class _Run:
    """What is the same for all topics of one update."""

    root: Path
    as_of: date
    today: date
    settings: Settings
    referee: bool | None
    computing: Mapping[str, str]
    fast: bool = False  # whether NUTS is left out even where the fast engine is not trusted
    insight: bool = True  # whether to ask why


def warm_up() -> None:
    """Import and compile what every topic's report needs, so that the next one does not wait for it."""
    render_index(())


def _make_reports_in_turn(run: _Run, book: Book, progress: Progress) -> list[TopicResult]:
    return [
        _make_report_or_failure(run, topic, PartialProgress(progress, done, len(book.topics), f"{topic.name}: "))
        for done, topic in enumerate(book.topics.values())
    ]


def _make_reports_in_parallel(run: _Run, book: Book, processes: int, progress: Progress) -> list[TopicResult]:
    from concurrent.futures import as_completed
    from concurrent.futures.process import BrokenProcessPool

    start = process_start_method()
    if start == "fork":
        warm_up()  # once for all processes, and for the index that this one writes
        if run.insight:
            import forecast.insight.explaining  # noqa: F401 - once for all processes
    with process_pool(min(processes, len(book.topics)), start=start) as pool:
        longest_first = sorted(
            book.topics, key=lambda name: -sum(map(len, book.topics[name].texts.values()))
        )  # so that none is left for last
        waiting = {pool.submit(_make_report_in_process, run, name): name for name in longest_first}
        results: dict[str, TopicResult] = {}
        progress("weighing and sampling", 0, len(waiting))  # not before: a bar is a thread, and the processes are started alone
        for future in as_completed(waiting):
            with suppress(BrokenProcessPool):  # one process has taken all others with it: see below
                results[waiting[future]] = future.result()
                progress(f"{waiting[future]} done", len(results), len(waiting))
    for name in (name for name in longest_first if name not in results):
        results[name] = _make_report_alone(run, name, start)
        progress(f"{name} done", len(results), len(waiting))
    return [results[name] for name in book.topics]


def _make_report_alone(run: _Run, name: str, start: Literal["fork", "spawn"]) -> TopicResult:
    """One topic in the only process there is beside this one, which may end suddenly without harm to others."""
    from concurrent.futures.process import BrokenProcessPool

    try:
        with process_pool(1, start=start) as pool:
            return pool.submit(_make_report_in_process, run, name).result()
    except BrokenProcessPool:
        message = "the process that computed this topic ended suddenly, perhaps for want of memory"
        return TopicResult(problems=(Problem(Place(topic_path(name)), message),), failed=True)


def _make_report_in_process(run: _Run, name: str) -> TopicResult:
    """One topic in a process of its own, read again from its files: ``publish`` sees to it that they have not changed."""
    book, problems = read_book(run.root, [name])
    return TopicResult(problems=problems) if has_errors(problems) else _make_report_or_failure(run, book.topics[name], ignore_progress)


def _make_report_or_failure(run: _Run, topic: Topic, progress: Progress) -> TopicResult:
    """What a topic came to, or that it failed, whatever the reason: no topic stops another."""
    try:
        made = _make_report(run, topic, progress)
    except FileFault:
        raise
    except Exception as error:  # noqa: BLE001 - the other topics are published; the traceback is kept for a report
        message = f"computing this topic failed: {exception_text(error)}"
        trace = "" if isinstance(error, MemoryError) else "".join(traceback.format_exception(error))
        return TopicResult(problems=(Problem(Place(topic_path(topic.name)), message),), failed=True, trace=trace)
    return replace(made, failed=bool(made.problems))


def _make_report(run: _Run, topic: Topic, progress: Progress) -> TopicResult:
    from threadpoolctl import threadpool_limits

    try:
        with threadpool_limits(limits=1, user_api="blas"):  # sums in one order: the same bytes however many cores there are
            content = _report_content(run, topic, progress)
    except Unsound as unsound:
        return TopicResult(problems=unsound.problems)
    return TopicResult(content, page_and_data(content) if run.fast and not run.insight else report_files(content))


def _report_content(run: _Run, topic: Topic, progress: Progress) -> TopicContent:
    """Conclude one topic, with the verdict remembered or made, as the content of its report."""
    as_of, settings = run.as_of, run.settings
    key = calculation_key(topic, as_of=as_of, settings=settings, computing=run.computing)
    before = reusable_reports(run.root, topic.name, as_of=as_of, today=run.today)
    remembered = None if run.referee else cached_verdict(before, key)
    if remembered is not None and remembered["verdict"] == "unconfirmed" and settings_for(topic, settings).engine == "nuts":
        remembered = None  # what is unsure of NUTS where nothing confirms it, only a run of the fast engine says
    how = replace(settings, engine="importance", chances=run.insight) if run.fast else settings
    analysis, verdict = analyse_with_referee(
        topic,
        as_of,
        how,
        referee=run.referee is not False and remembered is None,
        confirmed=remembered is not None and remembered["verdict"] == "agreed",
        progress=progress,
    )
    verdict = verdict or remembered
    hashes = {"numbers": numbers_hash(topic, as_of=as_of), "words": words_hash(topic)}
    if verdict is not None:
        hashes["refereed"] = key
    insight: InsightContent | None = None
    explained = run.insight and topic.own is None and analysis.result.posterior.keeps_rows
    if explained:  # insight weighs draws by the statements, which its own model may not follow
        from forecast.insight.explaining import explain

        earlier = _earlier_report(run, topic)
        before_text = "" if earlier is None else earlier.tagged_text()
        hashes["insight"] = insight_key(topic, f"{key} {analysis.result.posterior.engine}", as_of=as_of, earlier=before_text)
        insight = cached_insight(before, hashes["insight"]) or explain(analysis, earlier=earlier, progress=progress)
    parameters = parameter_contents(analysis.prior, analysis.result.posterior)
    unexplained = [_no_insight_warning(analysis)] if run.insight and topic.own is None and not explained else []
    return topic_content(
        topic=topic,
        parameters=parameters,
        implied=unexplained if run.fast else [*_prior_implications(analysis, parameters), *unexplained],
        posterior=analysis.result.posterior,
        prior=analysis.prior,
        paths=analysis.result.paths,
        answers=analysis.result.answers,
        verdict=verdict,
        run={
            "command": _command(topic, as_of, settings),
            "seed": settings.seed,
            "draws": settings.draws,
            "hindcast": as_of < run.today,
            "versions": dict(run.computing),
            "hashes": hashes,
        },
        insight=insight,
    )


def _prior_implications(analysis: Analysis, parameters: Sequence[ParameterContent]) -> list[ImpliedContent]:
    """What the topic's priors imply that nobody can have meant, and which of them the record contradicts."""
    model, prior = analysis.model, analysis.prior
    return [*prior_warnings(model.topic, model.as_of, prior), *prior_data_conflicts(parameters, prior, analysis.result.posterior)]


def _no_insight_warning(analysis: Analysis) -> ImpliedContent:
    """That the report does not say why, since the densities of so many rows are not kept."""
    message = f"{rows_not_kept_message(analysis.result.posterior)}: this report does not say why"
    return {
        "file": "topic",
        "keys": ["streams"],
        "message": message,
        "hint": "add rows up, as a week's or a month's, to see what moved an answer",
    }


def _earlier_report(run: _Run, topic: Topic) -> EarlierReport | None:
    """What the ledger says was published of a topic as of an earlier day; hindcasts are compared with nothing."""
    from forecast.insight.change_report import earlier_report

    if run.as_of < run.today:
        return None
    return earlier_report(read_ledger(Folder(run.root))[0], topic, before=run.as_of)


def analyse_with_referee(
    topic: Topic, as_of: date, settings: Settings, *, referee: bool, confirmed: bool = False, progress: Progress
) -> tuple[Analysis, VerdictContent | None]:
    """Conclude a topic, and return the verdict as a report keeps it; None where no second engine was tried.

    Raises ``Unsound`` as ``analyse`` does.
    """
    analysis = analyse(topic, as_of, settings, referee=referee, confirmed=confirmed, progress=progress)
    if topic.own is not None:
        return analysis, {"verdict": "not refereed", "sentence": NO_OTHER_ENGINE.format(topic.own.path), "checks": []}
    return analysis, None if analysis.verdict is None else verdict_as_data(analysis.verdict)


def _command(topic: Topic, as_of: date, settings: Settings) -> str:
    """The command that makes the report again."""
    words = ["forecast update", topic.name, f"--as-of {as_of}"]
    plain = Settings()
    changed = [name for name in ("engine", "seed", "draws") if getattr(settings, name) != getattr(plain, name)]
    words += ["--trust"] if topic.own is not None else []
    return " ".join([*words, *(f"--{name} {getattr(settings, name)}" for name in changed)])
