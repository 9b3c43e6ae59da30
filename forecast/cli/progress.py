"""A progress bar on standard error, for work that takes longer than a second."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self

from forecast.book.files.terminal import terminal_line

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE_SECONDS = 1.0


class Bar:
    """Shows how far the work is, once it has taken a second and where somebody is looking.

    Called as a ``Progress``.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: tuple[int, int, str] = (0, 1, "")
        self._over = False
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._timer = threading.Timer(PATIENCE_SECONDS, self._begin)
        self._timer.daemon = True

    def __call__(self, doing: str, done: int = 0, of: int = 1, /) -> None:
        """Tell how far the work is."""
        if self._timer.ident is None and sys.stderr.isatty():
            self._timer.start()  # not before the first word: until then the process has one thread, and may be copied
        with self._lock:
            self._last = (done, of, terminal_line(doing))
            self._show()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._timer.cancel()
        with self._lock:
            self._over = True
            if self._progress is not None:
                self._progress.stop()
                self._progress = None

    def _begin(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        with self._lock:
            if self._over:
                return
            columns = (
                BarColumn(),
                TextColumn("{task.completed}/{task.total}"),
                TextColumn("{task.description}", markup=False),
                TimeElapsedColumn(),
            )
            self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._progress.add_task("", total=None)
            self._progress.start()
            self._show()

    def _show(self) -> None:
        if self._progress is not None and self._task is not None:
            done, of, doing = self._last
            self._progress.update(self._task, completed=done, total=of, description=doing)
