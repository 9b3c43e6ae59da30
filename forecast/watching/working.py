"""What a run of ``forecast watch`` does beside serving: one thread sees the saves, one makes drafts.

Drafts are made in this process, which has everything imported, so that what is
saved is on the page within a second; only why an answer is what it is, is asked
in another, which is ended when something is saved again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from queue import Empty, SimpleQueue

from forecast.actions.check import read_checked_book
from forecast.actions.run import TopicResult
from forecast.actions.update import draft_report, warm_up
from forecast.book.files.folder import Folder
from forecast.book.files.layout import PRIORS, REPORTS, SEEDS, topic_names, topic_path
from forecast.book.files.problems import FileFault, Place, Problem, has_errors
from forecast.model.settings import Settings
from forecast.watching.apart import DraftProcess, start_draft_process
from forecast.watching.drafts import draft_index, draft_topic, touched_topics
from forecast.watching.shown import Board

QUIET_MILLISECONDS = 20  # a save is over when nothing has happened for so long
LONGEST_MILLISECONDS = 60  # or when it has lasted so long
LOOK_MILLISECONDS = 1_000  # how often to look whether reports/ has come or gone
LOOK_SECONDS = 0.05  # how often to look whether a draft made apart is there


@dataclass(frozen=True, slots=True)
class WatchCallbacks:
    """What a run tells as it goes: its address, each draft with the seconds it took, and problems by topic.

    ``failed`` receives an exception that nobody foresaw, with what failed, and
    returns a sentence on it for the page.
    """

    started: Callable[[str], None]
    drafted: Callable[[str, float], None]
    found: Callable[[str, tuple[Problem, ...]], None]
    failed: Callable[[str, Exception], str]


@dataclass(frozen=True, slots=True)
class Work:
    """What the threads of a run share, and what is saved for them."""

    root: Path
    settings: Settings
    today: Callable[[], date]
    telling: WatchCallbacks
    board: Board = field(default_factory=Board)
    saved: SimpleQueue[tuple[str, ...]] = field(default_factory=SimpleQueue)
    over: threading.Event = field(default_factory=threading.Event)


def watch_saves(work: Work) -> None:
    """Pass on which topics each save touches."""
    from watchfiles import watch as changes

    there = _directories(work.root)
    while not work.over.is_set():
        seen = changes(
            *there,
            stop_event=work.over,
            step=QUIET_MILLISECONDS,
            debounce=LONGEST_MILLISECONDS,
            rust_timeout=LOOK_MILLISECONDS,
            yield_on_timeout=True,
            raise_interrupt=False,
        )
        for change in seen:
            if touched := touched_topics(work.root, (Path(path) for _, path in change)):
                work.saved.put(touched)
            if _directories(work.root) != there:
                there = _directories(work.root)
                work.saved.put(topic_names(Folder(work.root)))
                break


def make_drafts(work: Work) -> None:
    """Make drafts of what was saved, the newest saves first, and of what was not published when the run began.

    The answers come first; the whole draft, which says why, is made apart when
    no answer is wanted.
    """
    warm_up()
    waiting = list(topic_names(Folder(work.root)))
    _warm_up_drafting(work, waiting[:1])
    unexplained: list[str] = []
    apart: DraftProcess | None = None
    indexed: Mapping[str, TopicResult] = {}
    while not work.over.is_set():
        at_once = waiting or indexed is not work.board.state.drafts
        for touched in _saved_topics(work.saved, seconds=0.0 if at_once else LOOK_SECONDS if unexplained or apart else None):
            waiting = [*touched, *(name for name in waiting if name not in touched)]
        if waiting and apart is not None:  # both cores are for the answer; why is asked again from the start
            apart.stop()
            unexplained, apart = [apart.topic, *unexplained], None
        unexplained = [name for name in unexplained if name not in waiting]
        if waiting:
            topic = waiting.pop(0)
            unexplained += [topic] if _show_answers(work, topic) else []
        elif indexed is not work.board.state.drafts:
            indexed = work.board.state.drafts
            _show_index(work, indexed)
        elif apart is not None and apart.is_ready():
            _explain(work, apart)
            apart = None
        elif apart is None and unexplained:
            apart = start_draft_process(work.root, unexplained.pop(0), as_of=work.today(), settings=work.settings)


def _warm_up_drafting(work: Work, topics: list[str]) -> None:
    """Make a draft for nothing but the imports and the compiled templates, so that the first save does not wait for them."""
    with suppress(Exception):  # what is wrong is reported when the topic is drafted for the page
        book, problems = read_checked_book(work.root, topics)
        for topic in () if has_errors(problems) else topics:
            draft_report(book, topic, as_of=work.today(), settings=work.settings, insight=False)


def _saved_topics(saved: SimpleQueue[tuple[str, ...]], *, seconds: float | None) -> Iterator[tuple[str, ...]]:
    """What was saved since the last time; wait for it for some seconds, or for as long as it takes (None)."""
    with suppress(Empty):  # the way to learn that there is no more
        yield saved.get(timeout=seconds) if seconds != 0 else saved.get_nowait()
        while True:
            yield saved.get_nowait()


def _show_answers(work: Work, topic: str) -> bool:
    """Show a topic's answers as its files have them now, and tell; whether they are a draft of which it can be asked why."""
    began = time.perf_counter()
    try:
        made = draft_topic(work.root, topic, as_of=work.today(), settings=work.settings, insight=False)
    except Exception as error:  # noqa: BLE001 - the next save may be better, and the server must be there to show it
        _show(work, topic, _failure_result(work, topic, error))
        return False
    _show(work, topic, made)
    if made is None:
        return False
    if made.problems:
        work.telling.found(topic, made.problems)
    if has_errors(made.problems):
        return False
    work.telling.drafted(topic, time.perf_counter() - began)
    return True


def _explain(work: Work, apart: DraftProcess) -> None:
    """Show the draft that was made apart; where it failed, what went wrong stands above the answers."""
    try:
        made = apart.receive_result()
    except Exception as error:  # noqa: BLE001 - as above
        made = _failure_result(work, apart.topic, error)
    _show(work, apart.topic, made)


def _failure_result(work: Work, topic: str, error: Exception) -> TopicResult:
    """What a topic has come to where its draft ended with an exception."""
    message = work.telling.failed(topic, error)
    return TopicResult(problems=(Problem(Place(topic_path(topic)), f"the draft failed: {message}"),))


def _show(work: Work, topic: str, made: TopicResult | None) -> None:
    work.board.pin(lambda shown: shown.with_topic(topic, made))


def _show_index(work: Work, drafts: Mapping[str, TopicResult]) -> None:
    try:
        index = draft_index(work.root, drafts)
    except Exception as error:  # noqa: BLE001 - as above; the index before stands
        work.telling.failed("index", error)
        return
    work.board.pin(lambda shown: shown.with_index(index))


def _directories(root: Path) -> list[Path]:
    folder = Folder(root)
    return [folder.place(name, kind="folder") for name in (SEEDS, PRIORS, REPORTS) if _is_folder(folder, name)]


def _is_folder(folder: Folder, name: str) -> bool:
    try:
        return folder.kind(name) == "folder"
    except FileFault:  # a link, which the checks report
        return False
