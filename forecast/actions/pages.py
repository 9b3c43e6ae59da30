"""Whether the files of a report stand as they were written: then they need not be rendered to find that out.

Of the files that were written last, the cache has sizes and times of change.  Where one differs, or is missing, or the program or the
content is another, the files are rendered again and compared byte by byte.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

from forecast.actions.cache import report_directory
from forecast.actions.run import Run
from forecast.book.files.folder import Folder
from forecast.book.files.problems import FileFault
from forecast.cache.store import CachedResult

INDEX_NAME = "index"  # no topic may be called so


def pages_key(run: Run, name: str) -> str:
    """Return the key under which the state of a topic's files, or of the index, is kept."""
    directory = report_directory(as_of=run.as_of, today=run.today)
    parts = ["pages", run.environment.key, str(run.root.resolve()), directory, name]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def index_digest(digests: Mapping[str, str], *, records: Sequence[str], order: Sequence[str]) -> str:
    """Return what tells whether the index shows the reports with these digests, by topic, in this order, and links to these pages of the record."""
    return hashlib.sha256(json.dumps([sorted(digests.items()), list(records), list(order)]).encode()).hexdigest()


def state_of_files(run: Run, name: str, digest: str, paths: Iterable[str]) -> CachedResult | None:
    """Return the state of the files just written, given by their paths below the directory of reports; None where one cannot be looked at."""
    folder, directory = Folder(run.root), report_directory(as_of=run.as_of, today=run.today)
    try:
        files = {path: _size_and_time(folder, f"{directory}/{path}") for path in paths}
    except (FileFault, OSError):
        return None
    return CachedResult("pages", pages_key(run, name), json.dumps({"digest": digest, "files": files}).encode())


def files_stand(run: Run, kept: bytes | None, digest: str) -> bool:
    """Whether all files of a report, or of the index, are as they were when their state was kept, and of the same content."""
    if kept is None:
        return False
    state = json.loads(kept)
    folder, directory = Folder(run.root), report_directory(as_of=run.as_of, today=run.today)
    if state["digest"] != digest:
        return False
    try:
        return all(_size_and_time(folder, f"{directory}/{path}") == before for path, before in state["files"].items())
    except (FileFault, OSError):
        return False


def _size_and_time(folder: Folder, path: str) -> list[int]:
    seen = folder.place(path).stat()
    return [seen.st_size, seen.st_mtime_ns]
