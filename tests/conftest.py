"""The whole suite runs in two processes, which share it file by file; what names files or tests runs in one.

Each test has a cache of its own, so that none finds what another has computed.  What the essay's book comes to is asked by many;
they share one cache, which begins empty with each run (``tests/support/shared_cache.py``).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from forecast.cache.folder import CACHE_VARIABLE
from tests.support.shared_cache import SHARED_CACHE

if TYPE_CHECKING:
    from forecast.schema.topic import TopicContent

WORKERS = 2
LARGER = ("medium", "slow", "study")  # markers of tests that are not small
ESSAY = "made_reports"  # the fixture of tests that ask what the code makes of the whole essay's book
SHARING = (  # names of tests, as far as they go, that are run by one process, since they need the same
    ("tests/book_answers/", "tests/test_essay_book.py::test_the_committed_reports_are_what_the_code_makes"),  # what that fixture makes
    (  # the posteriors that the book's links name, as of earlier days
        "tests/test_essay_insight.py",
        "tests/test_essay_book.py::test_the_route_tells_a_coherent_story",
        "tests/insight/test_history.py::test_the_history_of_the_route_is_what_concluding_random_days_gives",
    ),
)
APART = ("tests/test_essay_book.py",)  # files whose tests share nothing and take minutes together, so that each may run anywhere


settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # no test depends on how busy a machine is
settings.load_profile("busy")

CACHES = pytest.StashKey[tempfile.TemporaryDirectory]()


def pytest_configure(config: pytest.Config) -> None:
    """Make a folder for the caches of this process's tests; the one that starts the others makes what all share in its own."""
    config.stash[CACHES] = tempfile.TemporaryDirectory(prefix="forecast-caches-")
    if not hasattr(config, "workerinput"):
        os.environ[SHARED_CACHE] = f"{config.stash[CACHES].name}/shared"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove it."""
    config.stash[CACHES].cleanup()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give each test a cache folder that is not there yet."""
    os.environ[CACHE_VARIABLE] = f"{item.config.stash[CACHES].name}/{abs(hash(item.nodeid))}"


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two processes for the whole suite, none of its own for a part that somebody is working on."""
    is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not config.option.keyword
    return WORKERS if is_whole and (os.cpu_count() or 1) >= WORKERS else 0


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests stay together, since they share what it makes; files with slow tests go first, so that none is left for last."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)  # the order is otherwise kept
    for item in items:
        if not any(item.get_closest_marker(size) for size in LARGER):
            item.add_marker(pytest.mark.small)


def group_of(nodeid: str) -> str:
    """The name that a test has in common with those that run in the same process: its file, but of some files."""
    file = nodeid.split("::", maxsplit=1)[0]
    return next((names[0] for names in SHARING if nodeid.startswith(names)), nodeid if file in APART else file)


class FileScheduling(LoadScopeScheduling):  # type: ignore[misc, unused-ignore]
    """Hands out whole files; ``--dist loadgroup``, which marks do for, does not group under pytest 9.2, whose items have no ``_nodeid``."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FileScheduling:
    """Let files stay together."""
    return FileScheduling(config, log)


@pytest.fixture(name=ESSAY, scope="session")
def made_reports_of_the_essay() -> Mapping[str, TopicContent]:
    """What the code makes of each topic of the essay's book as of the day of the committed reports, without asking why."""
    from tests.support.essay_topics import made_reports

    return made_reports()
