"""Topics computed by other processes and by workers of a Dask cluster: the same bytes, and nothing is lost when one of them dies."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from forecast.actions import executors
from forecast.actions.executors import DaskCluster, ExecutorFault, LocalProcesses, Lost
from forecast.actions.update import UpdateResult, update
from forecast.cache import fingerprint
from forecast.cache.fingerprint import machine_fingerprint
from forecast.model.settings import Settings
from tests.benchmarks.books import write_small_topics
from tests.cli.conftest import files_of
from tests.support.dying_tasks import die_of, die_once, echo

distributed = pytest.importorskip("distributed", reason="the package distributed is not installed")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:.*distributed.*"),
]

DAY = date(2026, 1, 1)
TOPICS = 6


@contextmanager
def two_workers() -> Generator[Any]:
    """Two workers of this machine, each with one thread, behind a scheduler that gives a task up when two have died of it."""
    import dask

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1, "distributed.worker.daemon": False}),
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as made,
    ):
        yield made


def has_both(cluster: Any) -> bool:
    """Whether both workers of a cluster are registered, after a minute at most."""
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        try:
            client.wait_for_workers(2, timeout=60)
        except TimeoutError:
            return False
    return True


@pytest.fixture(scope="module")
def scheduler() -> Iterator[Any]:
    """A cluster for the tests of this file."""
    with two_workers() as made:
        yield made


@pytest.fixture
def cluster(scheduler: Any) -> Iterator[Any]:
    """The cluster with both of its workers; a new one where a worker that a test has killed was not replaced, as happens on a busy machine."""
    if has_both(scheduler):
        yield scheduler
        return
    with two_workers() as fresh:
        yield fresh


def made(root: Path, **named: Any) -> UpdateResult:
    """Update a book, its answers alone, at one time of day."""
    now = datetime(2026, 1, 1, 8, 30, tzinfo=UTC)
    return update(root, as_of=DAY, today=DAY, settings=Settings(draws=512), referee=False, insight=False, clock=lambda: now, **named)


def test_workers_of_a_cluster_write_the_same_bytes(cluster: Any, tmp_path: Path) -> None:
    """Reports and ledger are those of a run in this process, and of one in processes of this machine."""
    write_small_topics(tmp_path / "here", TOPICS)
    shutil.copytree(tmp_path / "here", tmp_path / "processes")
    shutil.copytree(tmp_path / "here", tmp_path / "cluster")
    assert made(tmp_path / "here").exit_code == 0
    assert made(tmp_path / "processes", processes=2).exit_code == 0
    assert made(tmp_path / "cluster", cluster=cluster.scheduler_address).exit_code == 0
    assert files_of(tmp_path / "cluster") == files_of(tmp_path / "processes") == files_of(tmp_path / "here")


def test_a_worker_that_dies_in_the_middle_loses_nothing(cluster: Any, tmp_path: Path) -> None:
    """Its task is done by the worker that replaces it, or by another."""
    tasks = {"one": str(tmp_path / "mark").encode(), "two": b"", "three": b""}
    done = dict(DaskCluster(cluster.scheduler_address, machine_fingerprint).compute(die_once, tasks.items()))
    assert done == tasks
    assert (tmp_path / "mark").exists()


def test_a_task_that_kills_its_worker_again_and_again_is_reported_and_the_rest_finishes(cluster: Any) -> None:
    """The one is lost, the others come back; so do those that waited on the worker that died."""
    tasks = {"bad": b"die", **{f"good {number}": b"live" for number in range(30)}}
    done = dict(DaskCluster(cluster.scheduler_address, machine_fingerprint).compute(die_of, tasks.items()))
    assert isinstance(done.pop("bad"), Lost)
    assert done == {name: task for name, task in tasks.items() if name != "bad"}


def test_a_process_of_this_machine_that_dies_is_replaced_and_its_task_tried_once_more(tmp_path: Path) -> None:
    """What dies once is computed, what dies twice is lost, and the rest is done."""
    tasks = {"once": str(tmp_path / "mark").encode(), "plain": b""}
    assert dict(LocalProcesses(2, lambda: None).compute(die_once, tasks.items())) == tasks
    done = dict(
        LocalProcesses(2, lambda: None).compute(die_of, {"bad": b"die", **{f"good {number}": b"live" for number in range(30)}}.items())
    )
    assert isinstance(done.pop("bad"), Lost)
    assert done == {f"good {number}": b"live" for number in range(30)}


class FingerprintOfElsewhere:
    """A fingerprint that is another one here than where it is sent."""

    def __call__(self) -> str:
        """Return the one of this process."""
        return "another"

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Arrive as the function itself."""
        return (getattr, (fingerprint, "machine_fingerprint"))


def test_workers_that_are_not_like_this_machine_are_refused(cluster: Any) -> None:
    """Where no worker has the same fingerprint nothing is computed, and the message says what is wanted."""
    with pytest.raises(ExecutorFault, match=r"none of the 2 workers .* the same code and versions"):
        dict(DaskCluster(cluster.scheduler_address, FingerprintOfElsewhere()).compute(echo, [("one", b"")]))


def test_a_scheduler_without_workers_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """After some time in which workers may still register, the message says that there are none."""
    monkeypatch.setattr(executors, "CONNECT_SECONDS", 0.5)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0") as empty,
        pytest.raises(ExecutorFault, match="has no workers that are like this machine"),
    ):
        dict(DaskCluster(empty.scheduler_address, machine_fingerprint).compute(echo, [("one", b"")]))


def test_workers_that_start_late_are_waited_for() -> None:
    """A scheduler that has no worker yet is no fault: the first task is computed when one registers."""
    with distributed.LocalCluster(n_workers=0, threads_per_worker=1, dashboard_address=":0") as late:
        timer = threading.Timer(1.0, late.scale, args=(1,))
        timer.start()
        assert dict(DaskCluster(late.scheduler_address, machine_fingerprint).compute(echo, [("one", b"task")])) == {"one": b"task"}
        timer.join()


def test_no_scheduler_is_a_problem_with_its_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is computed or written, and the exit code is 1."""
    monkeypatch.setattr(executors, "CONNECT_SECONDS", 0.5)
    write_small_topics(tmp_path, 2)
    done = made(tmp_path, cluster="tcp://127.0.0.1:1")
    assert (done.exit_code, done.written) == (1, ())
    assert "no Dask scheduler answers at tcp://127.0.0.1:1" in done.problems[0].message
