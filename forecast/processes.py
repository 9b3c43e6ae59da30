"""Work in other processes: pools that end together, one process that sends what it makes, and tasks as bytes."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from forecast.system import core_count, process_start_method

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess


@contextmanager
def process_pool(processes: int, *, start: Literal["fork", "spawn"]) -> Generator[ProcessPoolExecutor]:
    """Processes that share work; where one of them fails, Ctrl-C is pressed or SIGTERM ends this one, all are ended at once and none prints anything."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import active_children, get_context

    others = set(active_children())
    pool = ProcessPoolExecutor(processes, mp_context=get_context(start), initializer=leave_interrupts_to_parent)
    try:
        yield pool
    except BaseException:
        for process in set(active_children()) - others:
            process.terminate()
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


def start_process(start: Literal["fork", "spawn"], send: Callable[..., None], *arguments: object) -> tuple[BaseProcess, Connection]:
    """Start a process that calls ``send`` with a connection and the arguments; return it and the end at which what it sends arrives.

    Where it ends without sending anything, receiving raises ``EOFError``.
    """
    from multiprocessing import get_context

    context = get_context("fork") if start == "fork" else get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=send, args=(sender, *arguments), daemon=True)
    process.start()
    sender.close()  # theirs alone, so that its end is seen here
    return process, receiver


def compute_side_by_side[One, Other](
    one: Callable[[], One], other: Callable[[], Other], *, started: Callable[[], None] = lambda: None
) -> tuple[One, Other]:
    """Compute both at once, the one in a copy of this process, where there are cores for it and a copy is safe; else in turn.

    Where the copy dies, its part is computed here.  ``started`` is called here before anything is computed, once no copy is made any more:
    it may start threads.
    """
    if process_start_method() != "fork" or core_count() < 2:
        started()
        return one(), other()

    def send(sender: Connection) -> None:
        leave_interrupts_to_parent()
        with suppress(Exception):  # it is computed again here, and fails here
            sender.send(one())

    copy, receiver = start_process("fork", send)
    started()
    here = other()
    try:
        there: One = receiver.recv()
    except EOFError:
        there = one()
    copy.join()
    return there, here


def leave_interrupts_to_parent() -> None:
    """Ctrl-C reaches every process of a terminal; the one that waits for the others ends them, with SIGTERM, and they have nothing to end."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def pickle_task(task: Any) -> bytes:
    """Return a task as bytes; read-only mappings, which do not travel by themselves, as what they show."""
    import io
    import pickle  # noqa: S403 - only writes

    class Packer(pickle.Pickler):
        def reducer_override(self, value: Any) -> Any:
            return (_read_only_mapping, (dict(value),)) if isinstance(value, MappingProxyType) else NotImplemented

    packed = io.BytesIO()
    Packer(packed).dump(task)
    return packed.getvalue()


def unpickle_task(task: bytes) -> Any:
    """Return a task that ``pickle_task`` of this very program has made bytes of a moment ago."""
    import pickle  # noqa: S403 - as above

    return pickle.loads(task)  # noqa: S301 - as above


def _read_only_mapping(values: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    """A read-only mapping; its own type has no name by which it could be found again."""
    return MappingProxyType(values)
