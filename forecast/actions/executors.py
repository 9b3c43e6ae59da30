"""Where topics are computed: each is a task of bytes that comes back as bytes, from a process of this machine or a worker of a Dask cluster.

A process or worker that dies is replaced, and its topic is tried once more; what has died twice comes back as lost, and the other
tasks are finished.  Only the caller writes: whoever computes has neither the book nor the cache.

Dask sends functions and results as pickles, and whoever can reach its scheduler can run code on its workers and on the machine of
whoever reads their results: use only a cluster that you trust (Dask's documentation, "Security").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal, Protocol

from forecast.processes import process_pool
from forecast.system import process_start_method

if TYPE_CHECKING:
    from distributed import Client, Future

SCHEME = "dask://"
BEGUN_PER_PROCESS = 4  # tasks that are begun at once: some wait, so that no process does
CONNECT_SECONDS = 20.0

type Task = Callable[[bytes], bytes]


class ExecutorFault(Exception):
    """Tasks cannot be computed where they were to be; its text says why."""


@dataclass(frozen=True, slots=True)
class Lost:
    """What comes back of a task that its process or worker did not survive; ``why`` says what is known of that."""

    why: str


class Executor(Protocol):
    """Something that computes tasks, several at a time."""

    def compute(self, function: Task, tasks: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes | Lost]]:
        """Yield the name of each task with what the function made of it, in the order in which they are done.

        ``function`` is at the top of a module of this package.  Tasks are begun in their order, and asked for as they are begun.
        Raises ``ExecutorFault`` where none can be computed, and whatever the function raises.
        """


@dataclass(frozen=True, slots=True)
class LocalProcesses:
    """Processes of this machine; ``warm_up`` is called once before they are started as copies of this one."""

    processes: int
    warm_up: Callable[[], None]

    def compute(self, function: Task, tasks: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes | Lost]]:
        """Compute as ``Executor`` says; tasks that were begun when a process died are tried again, each in a process of its own."""
        start = process_start_method()
        if start == "fork":
            self.warm_up()
        coming = iter(tasks)
        for first in coming:
            begun = dict([first])
            for name, result in self._compute_while_whole(function, begun, coming, start):
                del begun[name]
                yield name, result
            for name, task in begun.items():  # one process has taken all others with it
                yield name, _compute_alone(function, task, start)

    def _compute_while_whole(
        self, function: Task, begun: dict[str, bytes], coming: Iterator[tuple[str, bytes]], start: Literal["fork", "spawn"]
    ) -> Iterator[tuple[str, bytes]]:
        """The results of tasks as long as no process dies; ``begun`` has those that have no result yet."""
        from concurrent.futures import FIRST_COMPLETED, wait
        from concurrent.futures.process import BrokenProcessPool

        begun.update(islice(coming, BEGUN_PER_PROCESS * self.processes - 1))
        with process_pool(min(self.processes, len(begun)), start=start) as pool:
            waiting = {pool.submit(function, task): name for name, task in begun.items()}
            while waiting:
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                if any(isinstance(future.exception(), BrokenProcessPool) for future in done):
                    return
                for future in done:
                    yield waiting.pop(future), future.result()
                for name, task in islice(coming, len(done)):
                    begun[name] = task
                    waiting[pool.submit(function, task)] = name


def _compute_alone(function: Task, task: bytes, start: Literal["fork", "spawn"]) -> bytes | Lost:
    """One task in the only process there is beside this one, which may end suddenly without harm to others."""
    from concurrent.futures.process import BrokenProcessPool

    try:
        with process_pool(1, start=start) as pool:
            return pool.submit(function, task).result()
    except BrokenProcessPool:
        return Lost("the process that computed this topic ended suddenly, perhaps for want of memory")


@dataclass(frozen=True, slots=True)
class DaskCluster:
    """The workers of a Dask scheduler, at an address such as ``tcp://host:8786``, that are like this machine.

    ``fingerprint`` is called here and on each worker, with one result on machines that compute the same to the last digit.
    """

    address: str
    fingerprint: Callable[[], str]

    def compute(self, function: Task, tasks: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes | Lost]]:
        """Compute as ``Executor`` says; the scheduler says how many workers may die of a task (``allowed-failures``)."""
        try:
            from distributed import Client
        except ImportError:
            raise ExecutorFault("a Dask cluster needs the package distributed: install forecast-book[cluster]") from None
        try:
            client = Client(self.address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ExecutorFault(f"no Dask scheduler answers at {self.address}: {error}") from None
        with client:
            machines = self._equal_machines(client)
            killed: list[tuple[str, bytes]] = []
            for name, task, result in _compute_on(client, function, tasks, machines):
                if result is None:
                    killed.append((name, task))
                else:
                    yield name, result
            for of_killed in killed:  # alone: tasks that only waited on the worker that died have done nothing wrong
                for name, _, result in _compute_on(client, function, [of_killed], machines):
                    why = f"a worker of {self.address} ended suddenly each time it computed this topic, perhaps for want of memory"
                    yield name, Lost(why) if result is None else result

    def _equal_machines(self, client: Client) -> list[str]:
        """The machines of which every worker is like this one and has one thread.

        Machines, not workers: one that is replaced has another address.  A scheduler whose workers are still starting
        has some time to get one.  Raises ``ExecutorFault`` where there are none.
        """
        here = self.fingerprint()
        with suppress(TimeoutError):
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        seen = client.run(self.fingerprint, on_error="return")
        threads = {address: worker["nthreads"] for address, worker in client.scheduler_info(n_workers=-1)["workers"].items()}
        refused = {_machine(address) for address, there in seen.items() if there != here or threads.get(address) != 1}
        machines = {_machine(address) for address in seen} - refused
        if not machines:
            what = (
                f"none of the {len(seen)} workers at {self.address} is"
                if seen
                else f"the scheduler at {self.address} has no workers that are"
            )
            raise ExecutorFault(
                f"{what} like this machine: with the same code and versions, the same numbers to the last digit, and one thread each"
            )
        return sorted(machines)


def _compute_on(
    client: Client, function: Task, tasks: Iterable[tuple[str, bytes]], machines: list[str]
) -> Iterator[tuple[str, bytes, bytes | None]]:
    """Yield each task's name, itself and its result as they are done; None where the scheduler gave it up since workers died of it."""
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    coming = enumerate(tasks)
    waiting: dict[Future, tuple[str, bytes]] = {}

    def begin(count: int) -> list[Future]:
        futures = []
        for at, (name, task) in islice(coming, count):
            future = client.submit(function, task, workers=machines, pure=False, priority=-at)
            waiting[future] = name, task
            futures.append(future)
        return futures

    finished = as_completed(begin(BEGUN_PER_PROCESS * max(1, len(client.nthreads()))), loop=client.loop)
    while waiting:
        future = next(finished)
        name, task = waiting.pop(future)
        is_killed = future.status == "error" and isinstance(future.exception(), KilledWorker)
        yield name, task, None if is_killed else future.result()
        for other in begin(1):
            finished.add(other)


def _machine(address: str) -> str:
    """The machine of a worker's address: ``tcp://10.0.0.1:4711`` is at ``10.0.0.1``."""
    return address.rpartition("/")[2].rpartition(":")[0].strip("[]")
