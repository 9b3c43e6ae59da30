"""Reports as files: read by their path in the book, and their pages written where their bytes change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from forecast.book.files.folder import Folder
from forecast.book.files.problems import FileFault
from forecast.schema.topic import ReportFault, TopicContent, read_content


def read_report(root: Path, path: str) -> TopicContent | None:
    """Return the content of a report's JSON at a path in the book; None where there is none.

    Raises ``ReportFault`` for one that cannot be read or is not whole.
    """
    folder = Folder(root)
    try:
        if folder.kind(path) is None:
            return None
        raw = folder.read(path)
    except FileFault as fault:
        raise ReportFault(fault.problem.message) from None
    return read_content(raw, name=path)


def write_files(folder: Folder, directory: str, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Write files, given by their paths below a directory of the book, where their bytes would change; return the paths of those.

    Raises ``FileFault``.
    """
    return tuple(path for name, data in files.items() if _write(folder, path := f"{directory}/{name}", data))


def remove_pictures(folder: Folder, directory: str, topics: Iterable[str], *, but: Mapping[str, object]) -> None:
    """Remove the pictures of topics, and the data behind them, that are not among the files ``but``: of questions or values that are no longer asked."""
    for topic in topics:
        for name in folder.names(f"{directory}/{topic}"):
            if name.endswith((".svg", ".csv")) and f"{topic}/{name}" not in but:
                folder.remove(f"{directory}/{topic}/{name}")


def _write(folder: Folder, path: str, data: bytes) -> bool:
    """Write a file where its bytes would change; return whether they did."""
    if folder.kind(path) == "file" and folder.read(path, most=None) == data:
        return False
    folder.write(path, data)
    return True
