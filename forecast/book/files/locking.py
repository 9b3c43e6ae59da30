"""The book's lock: one writer at a time, and what killed writers left is cleared away first."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from forecast.book.files.folder import Folder, access_problem
from forecast.book.files.layout import PRIORS, REPORTS, SEEDS
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.book.files.writing import remove_leftovers

LOCK_PATH = f"{REPORTS}/.lock"
LOCK_SECONDS = 60.0  # how long to wait for another writer


@contextmanager
def hold_lock(root: Path) -> Generator[None]:
    """Hold the book's lock in ``reports/.lock``; it is released when the process ends, however it ends.

    Temporary files of killed runs are removed once it is held: nobody else is
    writing then.  Raises ``FileFault`` where another program holds it for more than
    a minute, or where it cannot be taken.
    """
    from filelock import FileLock, Timeout  # 0.06 s, which reading need not pay

    folder = Folder(root)
    path = folder.place(LOCK_PATH)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = FileLock(path, fallback_to_soft=False).acquire(timeout=LOCK_SECONDS)
    except Timeout:
        message = "another program is writing to this book"
        raise FileFault(Problem(Place(LOCK_PATH), message, "try again when it has finished")) from None
    except (OSError, NotImplementedError) as error:
        hint = "a book is written under a lock: it must lie where you may write and where files can be locked"
        raise FileFault(access_problem(LOCK_PATH, "be locked", error, hint)) from None
    with held:
        for place in (SEEDS, PRIORS, REPORTS):
            if folder.kind(place) == "folder":
                remove_leftovers(folder.place(place, kind="folder"))
        yield
