"""Where topics are computed: each is a task of bytes that comes back as bytes, from a process of this machine or a worker of a Dask cluster.

A process or worker that dies is replaced, and its topic is tried once more; what has died twice comes back as lost, and the other
tasks are finished.  Only the caller writes: whoever computes has neither the book nor the cache.

Dask sends functions and results as pickles, and whoever can reach its scheduler can run code on its workers and on the machine of
whoever reads their results: use only a cluster that you trust (Dask's documentation, "Security").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from forecast.processes import process_pool
from forecast.system import process_start_method

if TYPE_CHECKING:
    from distributed import Client

SCHEME = "dask://"
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

    def compute(self, function: Task, tasks: Mapping[str, bytes]) -> Iterator[tuple[str, bytes | Lost]]:
        """Yield the name of each task with what the function made of it, in the order in which they are done.

        ``function`` is at the top of a module of this package.  Tasks are begun in their order.  Raises ``ExecutorFault``
        where none can be computed, and whatever the function raises.
        """


@dataclass(frozen=True, slots=True)
class LocalProcesses:
    """Processes of this machine; ``warm_up`` is called once before they are started as copies of this one."""

    processes: int
    warm_up: Callable[[], None]

    def compute(self, function: Task, tasks: Mapping[str, bytes]) -> Iterator[tuple[str, bytes | Lost]]:
        """Compute as ``Executor`` says; tasks that were begun when a process died are tried again, each in a process of its own."""
        from concurrent.futures import as_completed
        from concurrent.futures.process import BrokenProcessPool

        start = process_start_method()
        if start == "fork":
            self.warm_up()
        left = dict(tasks)
        with process_pool(min(self.processes, len(tasks)), start=start) as pool:
            waiting = {pool.submit(function, task): name for name, task in tasks.items()}
            for future in as_completed(waiting):
                if not isinstance(future.exception(), BrokenProcessPool):  # one process takes all others with it
                    name = waiting[future]
                    del left[name]
                    yield name, future.result()
        for name, task in left.items():
            try:
                with process_pool(1, start=start) as pool:
                    result: bytes | Lost = pool.submit(function, task).result()
            except BrokenProcessPool:
                result = Lost("the process that computed this topic ended suddenly, perhaps for want of memory")
            yield name, result


@dataclass(frozen=True, slots=True)
class DaskCluster:
    """The workers of a Dask scheduler, at an address such as ``tcp://host:8786``, that are like this machine.

    ``fingerprint`` is called here and on each worker, with one result on machines that compute the same to the last digit.
    """

    address: str
    fingerprint: Callable[[], str]

    def compute(self, function: Task, tasks: Mapping[str, bytes]) -> Iterator[tuple[str, bytes | Lost]]:
        """Compute as ``Executor`` says; the scheduler says how often a task may outlive its worker (``allowed-failures``)."""
        try:
            from distributed import Client
        except ImportError:
            raise ExecutorFault("a Dask cluster needs the package distributed: install forecast[cluster]") from None
        try:
            client = Client(self.address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ExecutorFault(f"no Dask scheduler answers at {self.address}: {error}") from None
        with client:
            machines = self._equal_machines(client)
            killed: list[str] = []
            for name, result in _compute_on(client, function, tasks, machines):
                if result is None:
                    killed.append(name)
                else:
                    yield name, result
            for name in killed:  # alone: tasks that only waited on the worker that died have done nothing wrong
                for _, result in _compute_on(client, function, {name: tasks[name]}, machines):
                    yield (
                        name,
                        Lost(f"a worker of {self.address} ended suddenly each time it computed this topic") if result is None else result,
                    )

    def _equal_machines(self, client: Client) -> list[str]:
        """The machines of which every worker is like this one and has one thread.

        Machines, not workers: one that is replaced has another address.  Raises ``ExecutorFault`` where there are none.
        """
        here = self.fingerprint()
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


def _compute_on(client: Client, function: Task, tasks: Mapping[str, bytes], machines: list[str]) -> Iterator[tuple[str, bytes | None]]:
    """Yield each task's name and result as they are done; None where the scheduler gave it up since workers died of it."""
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    waiting = {
        client.submit(function, task, workers=machines, pure=False, priority=-at): name for at, (name, task) in enumerate(tasks.items())
    }
    for future in as_completed(waiting, loop=client.loop):
        if future.status == "error" and isinstance(future.exception(), KilledWorker):
            yield waiting[future], None
        else:
            yield waiting[future], future.result()


def _machine(address: str) -> str:
    """The machine of a worker's address: ``tcp://10.0.0.1:4711`` is at ``10.0.0.1``."""
    return address.rpartition("/")[2].rpartition(":")[0].strip("[]")
