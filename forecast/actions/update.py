"""The story of an update: read, check, plan, compute what has changed, record, write.

Everything is read and checked before anything is computed, and everything is
computed before anything is written: a problem that a check finds leaves the reports as
they are.  A topic that fails only when it is computed keeps its last report, and the others
are published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from forecast.actions.cache import report_directory, store_warnings, warnings_of
from forecast.actions.check import future_date_warnings, read_checked_book, topic_problems
from forecast.actions.compute import compute_task, make_report, report_or_failure, task_of
from forecast.actions.contents import Contents, PackedResult, pack_result
from forecast.actions.early_labels import early_label_warnings
from forecast.actions.executors import DaskCluster, Executor, ExecutorFault, LocalProcesses, Lost
from forecast.actions.ledger import read_known_ledger
from forecast.actions.market_files import problems_of_contracts
from forecast.actions.pages import INDEX_NAME, files_stand, index_digest, pages_key, state_of_files
from forecast.actions.placeholders import placeholder_failures
from forecast.actions.plan import TopicPlan, plan_draft, plan_of_standing, plan_topics, waves_of_links, with_kept
from forecast.actions.publish import clock_problems, publish
from forecast.actions.records import as_warnings, problems_of_topic_record
from forecast.actions.relations import RelatedReports, postpone_files, relate_reports
from forecast.actions.run import ReportMarks, Run, TopicResult
from forecast.actions.score_update import update_score_page
from forecast.actions.standing import StandingTopic, TopicOutcome, outcomes_to_keep, standing_topics
from forecast.actions.unrevised_reasons import unrevised_reasons_of_topics
from forecast.book.files.folder import Folder
from forecast.book.files.layout import SEEDS, choose_topics, root_problem, topic_path
from forecast.book.files.problems import Place, Problem, has_errors, sort_problems
from forecast.book.index_order import index_order, index_order_problems
from forecast.book.topic import Book
from forecast.cache.fingerprint import environment, machine_fingerprint
from forecast.cache.store import Store
from forecast.model.custom_model import trust_problems
from forecast.model.progress import PartialProgress, Progress, ignore_progress
from forecast.model.settings import Settings
from forecast.processes import unpickle_task
from forecast.report.failures import failure_of_topic
from forecast.report.pages import render_index
from forecast.report.rerender import record_reports
from forecast.schema.topic import TopicContent
from forecast.system import utc_now

INDEX_FILES = ("index.html", "index.md")


@dataclass(frozen=True, slots=True)
class UpdateResult:
    """What an update did: problems and nothing else, or the reports' contents by topic and what was written.

    ``recorded`` counts the lines added to the ledger, ``written`` names the
    files whose bytes changed.  ``failed`` has the topics that could not be
    computed, which keep their last report.  ``plans`` say what was done of each topic, and why.  ``marks`` has of each content whether
    it is to be trusted.
    """

    problems: tuple[Problem, ...] = ()
    contents: Mapping[str, TopicContent] = field(default_factory=dict)
    written: tuple[str, ...] = ()
    recorded: int = 0
    failed: Mapping[str, PackedResult] = field(default_factory=dict)
    plans: Mapping[str, TopicPlan] = field(default_factory=dict)
    marks: Mapping[str, ReportMarks] = field(default_factory=dict)

    @property
    def unanswerable(self) -> tuple[str, ...]:
        """The questions that the model leaves no answer to, as ``topic.question``; void and annulled ones are not among them."""
        return tuple(f"{name}.{question}" for name, marks in self.marks.items() for question in marks.unanswerable)

    @property
    def distrusted(self) -> tuple[str, ...]:
        """The topics whose numbers are not to be trusted: disputed, or by an engine that does not vouch for its draws."""
        return tuple(name for name, marks in self.marks.items() if marks.is_distrusted)

    @property
    def broken_relations(self) -> tuple[str, ...]:
        """The relations between topics that do not hold, by their names."""
        return tuple(dict.fromkeys(name for marks in self.marks.values() for name in marks.broken))

    @property
    def exit_code(self) -> int:
        """0 fine, 1 a file has problems, 3 computed but not to be trusted, or not all of it computed."""
        if has_errors(self.problems):
            return 1
        return 3 if self.distrusted or self.failed or self.unanswerable or self.broken_relations else 0


@dataclass(frozen=True, slots=True)
class _Reading:
    """A book as an update reads it, without the topics that stand, the ledger's entries, and what is planned; or the problems that forbid it."""

    book: Book
    problems: tuple[Problem, ...]
    plans: Mapping[str, TopicPlan] = field(default_factory=dict)
    standing: Mapping[str, StandingTopic] = field(default_factory=dict)
    entries: Sequence[Mapping[str, Any]] = ()


def plan_update(
    root: Path,
    *,
    topics: Sequence[str] | None = None,
    as_of: date,
    today: date,
    settings: Settings,
    referee: bool | None = None,
    insight: bool = True,
    cache: Path | None = None,
) -> UpdateResult:
    """Return the plans of an update, or the problems that would stop it; nothing is computed or written.  Arguments as of ``update``."""
    run = Run(root, as_of, today, settings, referee, environment(), insight=insight)
    reading = _read(run, topics, Store(cache, today))
    return UpdateResult(reading.problems, plans=reading.plans)


def update(
    root: Path,
    *,
    topics: Sequence[str] | None = None,
    as_of: date,
    today: date,
    settings: Settings,
    referee: bool | None = None,
    processes: int = 1,
    cluster: str = "",
    insight: bool = True,
    pages: bool = True,
    draft: bool = False,
    cache: Path | None = None,
    progress: Progress = ignore_progress,
    clock: Callable[[], datetime] = utc_now,
) -> UpdateResult:
    """Bring the reports of a book up to a day.

    A topic that still has placeholders of a template is not published, and among those that failed.  With ``draft`` the
    answers of all topics are worked out, placeholders or not, and nothing is recorded or written.

    With several ``processes`` topics are computed side by side, each in a
    process of its own; the numbers are the same.  A script that asks for
    that must guard its own start (``if __name__ == "__main__"``).
    ``cluster`` is the address of a Dask scheduler, whose workers compute instead; see ``forecast.actions.executors``.

    ``referee`` True compares the engines anew, False never, None where no
    verdict on the same calculation is remembered.  A day before ``today`` is a
    hindcast.  Without ``insight`` the reports do not say why, and without ``pages`` there is only their JSON.  ``cache`` is the folder
    in which results are kept from run to run; None for none.  ``clock`` gives the time that new lines of the
    ledger say they were written at.  Raises ``ValueError`` for a day after ``today``.
    """
    store = Store(cache, today)
    run = Run(root, as_of, today, settings, referee, environment(), insight=insight, pages=pages)
    reading = _read(run, topics, store)
    if has_errors(reading.problems):
        return UpdateResult(reading.problems)
    plans, postponed = postpone_files(run, reading.plans)
    try:
        results = _make_reports(
            run, replace(reading, plans=plans), store, draft=draft, processes=processes, cluster=cluster, progress=progress
        )
    except ExecutorFault as fault:
        return UpdateResult(sort_problems((*reading.problems, Problem(Place(SEEDS), str(fault)))))
    wrong = [problem for result in results.values() if not result.failed for problem in result.problems]
    wrong += [problem for name, result in results.items() if result.failed for problem in topic_problems(reading.book.topics[name], as_of)]
    if wrong:
        return UpdateResult(sort_problems((*reading.problems, *wrong)))
    made = {name: its for name, its in results.items() if its.marks is not None}
    related = relate_reports(run, made, reading.standing, without_files=postponed & made.keys())
    reading, broken = _with_changed_relations(reading, related)
    if has_errors(broken):
        return UpdateResult(sort_problems(broken))
    store.keep(related.kept)
    if draft:
        return _draft(reading, {**results, **related.changed}, store)
    return _publish(run, reading, {**results, **related.changed}, store, whole=topics is None, clock=clock)


def _draft(reading: _Reading, results: Mapping[str, PackedResult], store: Store) -> UpdateResult:
    """What topics came to, of which nothing is published."""
    made = {name: result for name, result in results.items() if result.marks is not None}
    failed = {name: result for name, result in results.items() if result.failed}
    warned = [problem for name, result in made.items() for problem in warnings_of(reading.book.topics[name], result.implied)]
    problems, marks = sort_problems((*reading.problems, *warned, *store_warnings(store))), _marks(reading, made)
    return UpdateResult(problems, _contents_of_all(reading, made, marks), failed=failed, plans=reading.plans, marks=marks)


def _contents_of_all(reading: _Reading, made: Mapping[str, PackedResult], marks: Mapping[str, ReportMarks]) -> Contents:
    return Contents({name: made[name].content if name in made else reading.standing[name].content for name in marks})


def _with_changed_relations(reading: _Reading, related: RelatedReports) -> tuple[_Reading, tuple[Problem, ...]]:
    """The reading without the topics that no longer stand, since a relation of theirs says something else; they are read after all.

    With the problems that reading them found, which are there only where their files have changed meanwhile.
    """
    again = [name for name in related.changed if name in reading.standing]
    book, wrong = read_checked_book(reading.book.root, again, reading.entries) if again else (reading.book, ())
    topics = {**reading.book.topics, **book.topics}
    standing = {name: topic for name, topic in reading.standing.items() if name not in again}
    problems = sort_problems((*reading.problems, *wrong, *related.problems))
    return replace(reading, book=replace(reading.book, topics=topics), problems=problems, standing=standing), wrong


def _publish(
    run: Run, reading: _Reading, results: Mapping[str, PackedResult], store: Store, *, whole: bool, clock: Callable[[], datetime]
) -> UpdateResult:
    """Publish what topics came to, and keep what tells the next update that nothing has changed; ``whole`` says that these are all topics."""
    book = reading.book
    made = {name: result for name, result in results.items() if result.marks is not None}
    failed = {name: result for name, result in results.items() if result.failed}
    failures = [failure_of_topic(name, book.topics[name].title, run.as_of, result.problems) for name, result in failed.items()]
    warned = [problem for name, result in made.items() for problem in warnings_of(book.topics[name], result.implied)]
    warned += early_label_warnings(book, run.as_of) if run.is_hindcast else future_date_warnings(book, run.today)
    for name, result in made.items() if not run.is_hindcast else ():
        warned += as_warnings(problems_of_topic_record(run.root, book.topics[name], result.settled))
    warned += [] if run.is_hindcast or not made else as_warnings(problems_of_contracts(run.root, book, topics=made))
    unrevised = () if run.is_hindcast else unrevised_reasons_of_topics(book, made)  # said once, of the report before
    marks = _marks(reading, made)
    digests = {name: of_report.digest for name, of_report in marks.items()}
    files = {name: result.files for name, result in made.items()}
    index = bool(failures) or any(files.values()) or not _index_stands(run, store, digests)
    published = publish(
        book,
        Contents({name: result.content for name, result in made.items()}),
        files,
        standing=Contents({name: topic.content for name, topic in reading.standing.items()}),
        failures=failures,
        as_of=run.as_of,
        today=run.today,
        pages=run.pages,
        index=index,
        read=partial(read_known_ledger, store=store),
        clock=clock,
    )
    scored: tuple[tuple[str, ...], tuple[Problem, ...]] = (), ()
    if not has_errors(published.problems):
        scored = scored if run.is_hindcast else update_score_page(run.root, as_of=run.as_of, pages=run.pages)
        written = {name: of_topic for name, of_topic in files.items() if of_topic}
        _keep_states(run, store, digests, written | ({INDEX_NAME: INDEX_FILES} if whole and index and run.pages and not failures else {}))
        entries = read_known_ledger(Folder(run.root), store)[0] if published.recorded else reading.entries
        store.keep(outcomes_to_keep(run, entries, _new_outcomes(made), (*reading.problems, *warned)))
    remembered = [problem for topic in reading.standing.values() for problem in topic.warnings]
    problems = sort_problems((*reading.problems, *warned, *unrevised, *remembered, *published.problems, *scored[1], *store_warnings(store)))
    if has_errors(problems):
        return UpdateResult(problems)
    return UpdateResult(
        problems, _contents_of_all(reading, made, marks), (*published.written, *scored[0]), published.recorded, failed, reading.plans, marks
    )


def _marks(reading: _Reading, made: Mapping[str, PackedResult]) -> dict[str, ReportMarks]:
    """The marks of all reports, in the order of the topics."""
    marks = {name: topic.marks for name, topic in reading.standing.items()}
    marks |= {name: result.marks for name, result in made.items() if result.marks is not None}
    return {name: marks[name] for name in reading.plans if name in marks}


def _new_outcomes(made: Mapping[str, PackedResult]) -> dict[str, TopicOutcome]:
    return {name: TopicOutcome(result.content_key, result.marks) for name, result in made.items() if result.marks is not None}


def _index_stands(run: Run, store: Store, digests: Mapping[str, str]) -> bool:
    """Whether the index is as it was written for just these reports."""
    key = pages_key(run, INDEX_NAME)
    return files_stand(
        run, store.find([key]).get(key), index_digest(digests, records=_record_reports(run), order=index_order(Folder(run.root)))
    )


def _record_reports(run: Run) -> tuple[str, ...]:
    return record_reports(Folder(run.root), report_directory(as_of=run.as_of, today=run.today))


def _keep_states(run: Run, store: Store, digests: Mapping[str, str], written: Mapping[str, Iterable[str]]) -> None:
    """Keep how the files stand that were written now, by topic and of the index."""
    whole = {**digests, INDEX_NAME: index_digest(digests, records=_record_reports(run), order=index_order(Folder(run.root)))}
    states = [state_of_files(run, name, whole[name], files) for name, files in written.items() if files]
    store.keep([state for state in states if state is not None])


def _read(run: Run, topics: Sequence[str] | None, store: Store) -> _Reading:
    """Read a book and its ledger, check what has changed, and plan what to do; the problems have all that is wrong with either."""
    if run.as_of > run.today:
        raise ValueError(f"{run.as_of} is after today, {run.today}")
    if (missing := root_problem(run.root)) is not None:
        return _Reading(Book(run.root, {}), (missing,))
    folder = Folder(run.root)
    entries, broken = read_known_ledger(folder, store)
    names, problems = choose_topics(folder, topics)
    standing = standing_topics(run, names, entries, store) if not has_errors((*problems, *broken)) else {}
    changed = [name for name in names if name not in standing]
    book, wrong = read_checked_book(run.root, changed, entries) if changed else (Book(run.root, {}), ())
    broken = tuple(problem for problem in broken if problem.level == "error")
    ordered = tuple(index_order_problems(folder, names, book.topics)) if topics is None else ()
    problems = sort_problems((*problems, *wrong, *ordered, *broken, *(() if run.is_hindcast else clock_problems(entries, run.today))))
    if not has_errors(problems):
        problems = sort_problems((*problems, *trust_problems(book.topics.values(), trust=run.settings.trust)))
    if has_errors(problems):
        return _Reading(book, problems)
    plans = plan_topics(run, book, entries, store) | {name: plan_of_standing(name) for name in standing}
    return _Reading(book, problems, {name: plans[name] for name in names}, standing, entries)


def _make_reports(
    run: Run, reading: _Reading, store: Store, *, draft: bool, processes: int, cluster: str, progress: Progress
) -> dict[str, PackedResult]:
    """What each topic comes to that does not stand: those with something to compute first, side by side where there are several.

    Results to be kept are kept as they come, so that they do not pile up in memory.  Topics with placeholders come to nothing, but in a draft.
    """
    changed = {name: plan for name, plan in reading.plans.items() if name not in reading.standing}
    results = {} if draft else placeholder_failures(reading.book)
    plans = {name: plan for name, plan in changed.items() if name not in results}
    busy = {name: plan for name, plan in plans.items() if plan.steps}
    waves = (
        _make_wave(run, reading.book, wave, store, processes=processes, cluster=cluster, progress=progress)
        for wave in waves_of_links(reading.book, busy)
    )
    idle = ((name, report_or_failure(run, reading.book.topics[name], plans[name], progress)) for name in plans if name not in busy)
    for name, result in chain(chain.from_iterable(waves), idle):
        store.keep(result.kept)
        results[name] = pack_result(result)
    progress("writing reports", len(plans), len(plans))
    return {name: results[name] for name in changed}


def _make_wave(
    run: Run, book: Book, plans: Mapping[str, TopicPlan], store: Store, *, processes: int, cluster: str, progress: Progress
) -> Iterator[tuple[str, TopicResult]]:
    """What topics come to, none of which has a link to another of them."""
    executor: Executor | None = None
    if cluster:
        executor = DaskCluster(cluster, machine_fingerprint)
    elif min(processes, len(plans)) > 1:
        executor = LocalProcesses(processes, partial(_warm_up_copies, run))
    if executor is None:
        return _make_reports_in_turn(run, book, plans, store, progress)
    return _make_reports_elsewhere(run, book, plans, store, executor, progress)


def draft_report(book: Book, topic: str, *, as_of: date, settings: Settings, insight: bool = True) -> TopicResult:
    """Return the report that an update would make of one topic, by the fast engine alone; nothing is recorded or written.

    A verdict that is remembered for the same calculation stands in it.  Draws
    that the fast engine does not vouch for are shown with its warning.  Without
    ``insight``, which takes longer than all else, there are only the page and the
    JSON, and in them no intervals of chances.
    """
    run = Run(book.root, as_of, as_of, settings, False, environment(), fast=True, insight=insight)
    return make_report(run, book.topics[topic], plan_draft(run, book.topics[topic]), ignore_progress)


def warm_up() -> None:
    """Import and compile what every topic's report needs, so that the next one does not wait for it."""
    render_index(())


def _make_reports_in_turn(
    run: Run, book: Book, plans: Mapping[str, TopicPlan], store: Store, progress: Progress
) -> Iterator[tuple[str, TopicResult]]:
    for done, (name, plan) in enumerate(plans.items()):
        of_topic = PartialProgress(progress, done, len(plans), f"{name}: ")
        yield name, report_or_failure(run, book.topics[name], with_kept(plan, store), of_topic)


def _make_reports_elsewhere(
    run: Run, book: Book, plans: Mapping[str, TopicPlan], store: Store, executor: Executor, progress: Progress
) -> Iterator[tuple[str, TopicResult]]:
    """What topics come to that are computed by other processes; ``publish`` sees to it that their files have not changed meanwhile."""
    longest_first = sorted(plans, key=lambda name: -sum(map(len, book.topics[name].texts.values())))  # so that none is left for last
    tasks = ((name, task_of(run, book.topics[name], with_kept(plans[name], store))) for name in longest_first)
    for done, (name, computed) in enumerate(executor.compute(compute_task, tasks), start=1):
        progress(f"{name} done", done, len(plans))
        yield name, _lost_result(name, computed) if isinstance(computed, Lost) else unpickle_task(computed)


def _lost_result(name: str, lost: Lost) -> TopicResult:
    return TopicResult(problems=(Problem(Place(topic_path(name)), lost.why),), failed=True)


def _warm_up_copies(run: Run) -> None:
    """Import once what every process needs that is started as a copy of this one."""
    warm_up()
    if run.insight:
        import forecast.insight.explaining  # noqa: F401 - for the processes
