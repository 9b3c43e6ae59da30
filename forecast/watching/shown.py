"""What the browser is shown: the published reports, with drafts laid over them and problems above them.

A draft is kept in memory only.  The ledger records what was published, and a
number that stood on a page for the time between two saves was not.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from forecast.actions.run import TopicResult
from forecast.book.files.problems import Problem, has_errors

INDEX = "index"


@dataclass(frozen=True, slots=True)
class WatchState:
    """Drafts, problems and the drafted index, with a count of the changes of each page; pages are named without ``.html``.

    ``drafts`` is the same object as long as no draft has changed.
    """

    drafts: Mapping[str, TopicResult] = field(default_factory=dict)
    problems: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    index: Mapping[str, bytes] = field(default_factory=dict)
    changes: Mapping[str, int] = field(default_factory=dict)

    def with_topic(self, topic: str, made: TopicResult | None) -> WatchState:
        """Return this with what a topic came to: a new draft, problems over what was shown before, or nothing left to draft (None)."""
        drafts, problems = self.drafts, {name: problems_of_topic for name, problems_of_topic in self.problems.items() if name != topic}
        if made is None and topic in drafts:
            drafts = {name: draft for name, draft in drafts.items() if name != topic}
        elif made is not None and not has_errors(made.problems):
            drafts = {**drafts, topic: made}
        if made is not None and made.problems:
            problems[topic] = made.problems
        return replace(self, drafts=drafts, problems=problems).with_change(topic).with_change(INDEX)

    def with_index(self, files: Mapping[str, bytes]) -> WatchState:
        """Return this with the index files of the drafts, none where there are no drafts."""
        return replace(self, index=files).with_change(INDEX)

    def with_change(self, page: str) -> WatchState:
        """Return this with one more change of a page."""
        return replace(self, changes={**self.changes, page: self.changes.get(page, 0) + 1})

    def file(self, path: str) -> bytes | None:
        """Return the drafted file at a path relative to ``reports/``, or None where the published one stands."""
        if path in self.index:
            return self.index[path]
        topic = path.partition("/")[0].rpartition(".")[0] or path.partition("/")[0]
        made = self.drafts.get(topic)
        if made is None:
            return None
        return made.files.get(path)


class Board:
    """Where one thread pins what is shown and others wait for it to change."""

    def __init__(self) -> None:
        self._shown = WatchState()
        self._lock = threading.Lock()
        self._listeners: tuple[Callable[[], None], ...] = ()

    @property
    def state(self) -> WatchState:
        """What is shown now."""
        return self._shown

    def pin(self, change: Callable[[WatchState], WatchState]) -> None:
        """Change what is shown, and tell everybody who listens."""
        with self._lock:
            self._shown = change(self._shown)
            listeners = self._listeners
        for tell in listeners:
            tell()

    def listen(self, tell: Callable[[], None]) -> Callable[[], None]:
        """Call ``tell`` after every change, in the thread that changed it; return how to stop that."""
        with self._lock:
            self._listeners = (*self._listeners, tell)
        return lambda: self._leave(tell)

    def _leave(self, tell: Callable[[], None]) -> None:
        with self._lock:
            self._listeners = tuple(other for other in self._listeners if other is not tell)
