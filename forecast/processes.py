"""Processes that share the work, and end together where one of them fails or Ctrl-C is pressed."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor


@contextmanager
def process_pool(processes: int, *, start: Literal["fork", "spawn"]) -> Generator[ProcessPoolExecutor]:
    """Processes that share work; where one of them fails, or Ctrl-C is pressed, all are ended at once and none prints anything."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import active_children, get_context

    others = set(active_children())
    pool = ProcessPoolExecutor(processes, mp_context=get_context(start), initializer=ignore_interrupts)
    try:
        yield pool
    except BaseException:
        for process in set(active_children()) - others:
            process.terminate()
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


def ignore_interrupts() -> None:
    """Ctrl-C reaches every process of a terminal; the one that waits for the others ends them."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
