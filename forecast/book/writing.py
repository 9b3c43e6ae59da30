"""Writing files so that a run killed at any instant leaves the old or the new, never half.

Whole files are written beside their place and renamed; lines are appended under
a lock, in one write, and reach the disk before the function returns.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

LOCK_SECONDS = 60.0  # how long to wait for another writer


class Busy(Exception):
    """Another program has been writing to the book for longer than we wait."""


@dataclass(frozen=True, slots=True)
class Torn:
    """A last line without its end, found before appending and set aside: its text is kept in ``kept_in``."""

    path: Path
    kept_in: Path
    text: bytes


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole: a temporary file in the same directory, fsync, rename, fsync of the directory.

    On any failure the temporary file is removed and the old file stands.
    """
    raw = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):  # the rename was done before the interruption
            Path(name).unlink()
        raise
    _sync_directory(path.parent)


@contextmanager
def locked(root: Path) -> Generator[None]:
    """Hold the book's lock: one writer at a time, in ``reports/.lock`` (released when the process ends, however it ends).

    Raises ``Busy`` where another program holds it for more than a minute.
    """
    from filelock import FileLock, Timeout  # 0.06 s, which reading need not pay

    lock = root / "reports" / ".lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        held = FileLock(lock).acquire(timeout=LOCK_SECONDS)
    except Timeout:
        raise Busy(f"another program is writing to this book (it holds {lock})") from None
    with held:
        yield


def append_lines(path: Path, lines: str) -> Torn | None:
    """Append whole lines to a file in one write and fsync it; call it under ``locked``.

    A torn last line found there is first moved to ``<name>.torn`` and returned.
    Where the write fails midway the file is cut back to what it was.
    """
    if not lines.endswith("\n"):
        raise ValueError("lines end with a line end")
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    torn = None if is_new else set_torn_line_aside(path)
    with path.open("ab") as file:
        length = file.tell()
        try:
            file.write(lines.encode())
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            os.ftruncate(file.fileno(), length)
            raise
    if is_new:
        _sync_directory(path.parent)
    return torn


def set_torn_line_aside(path: Path) -> Torn | None:
    """Move a last line without its end from a file to ``<name>.torn`` beside it; None where the file ends well."""
    raw = path.read_bytes()
    if not raw or raw.endswith(b"\n"):
        return None
    keep = raw.rfind(b"\n") + 1
    tail = raw[keep:]
    kept_in = path.with_name(path.name + ".torn")
    with kept_in.open("ab") as file:
        file.write(tail + b"\n")
        file.flush()
        os.fsync(file.fileno())
    _sync_directory(path.parent)
    with path.open("r+b") as file:
        file.truncate(keep)
        os.fsync(file.fileno())
    return Torn(path, kept_in, tail)


def end_last_line(path: Path) -> None:
    """Give a file that people edit its last line end where an editor left it out; its text is unchanged."""
    raw = path.read_bytes() if path.exists() else b""
    if raw and not raw.endswith(b"\n"):
        write_whole(path, raw + b"\n")


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
