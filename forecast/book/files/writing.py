"""Writing files so that a run killed at any instant leaves the old or the new, never half.

Whole files are written beside their place and renamed; lines are appended under
a lock, unbuffered, and reach the disk before the function returns.  Paths are
taken as they are: ``forecast.book.files.folder`` sees to it that they lie in the book.
"""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from forecast.system import mode_of_new_files, open_to_append, open_to_read, sync_directory

LEFTOVER = re.compile(r"\..+\.[a-z0-9_]{8}\.tmp")  # the names that `write_whole` gives to its temporary files


class FileReplacedError(OSError):
    """A file was put in the place of the one that lines were being appended to."""


@dataclass(frozen=True, slots=True)
class TornLine:
    """A last line without its end, found before appending and set aside: its text is kept in ``kept_in``."""

    path: Path
    kept_in: Path
    text: bytes


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole: a temporary file in the same directory, fsync, rename, fsync of the directory.

    On any failure the temporary file is removed and the old file stands.  A
    link that stands at ``path`` is replaced, not followed.
    """
    raw = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.lstat().st_mode & 0o777 if path.is_file() and not path.is_symlink() else mode_of_new_files()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):  # the rename was done before the interruption
            Path(name).unlink()
        raise
    sync_directory(path.parent)


def append_lines(path: Path, lines: str, *, after: bytes | None = None) -> TornLine | None:
    """Append whole lines to a file and fsync it; call it under the book's lock.

    A torn last line found there is first moved to ``<name>.torn`` and returned.
    Where a write fails midway the file is cut back to what it was.  A file with a
    second name (a hard link) is written anew, so that the other name keeps its
    text.

    With ``after``, the bytes that the file must have: raises ``FileReplacedError`` and
    writes nothing where it has others, and where it was replaced while the lines
    were written, since then they are in a file that nobody sees.
    """
    if not lines.endswith("\n"):
        raise ValueError("lines end with a line end")
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    torn = None if is_new or after is not None else set_torn_line_aside(path)
    if not is_new and path.stat().st_nlink > 1:
        old = _read(path)
        if after is not None and old != after:
            raise FileReplacedError(f"{path} was changed meanwhile")
        write_whole(path, old + lines.encode())
        return torn
    handle = open_to_append(path)
    try:
        if after is not None and _read_from(handle) != after:
            raise FileReplacedError(f"{path} was changed meanwhile")
        _append(handle, lines.encode())
        if not os.path.samestat(os.fstat(handle), path.lstat()):
            raise FileReplacedError(f"{path} was replaced meanwhile")
    finally:
        os.close(handle)
    if is_new:
        sync_directory(path.parent)
    return torn


def set_torn_line_aside(path: Path) -> TornLine | None:
    """Move a last line without its end from a file to ``<name>.torn`` beside it; None where the file ends well."""
    if _ends_with_line_end(path):
        return None
    raw = _read(path)
    keep = raw.rfind(b"\n") + 1
    tail = raw[keep:]
    kept_in = path.with_name(path.name + ".torn")
    handle = open_to_append(kept_in)
    try:
        _append(handle, tail + b"\n")
    finally:
        os.close(handle)
    sync_directory(path.parent)
    if path.stat().st_nlink > 1:
        write_whole(path, raw[:keep])
        return TornLine(path, kept_in, tail)
    with path.open("r+b") as file:
        file.truncate(keep)
        os.fsync(file.fileno())
    return TornLine(path, kept_in, tail)


def remove_leftovers(directory: Path) -> None:
    """Remove the temporary files that killed runs left in a directory and below it; links are not followed."""
    for folder, _, files in os.walk(directory):
        for name in files:
            if LEFTOVER.fullmatch(name):
                with suppress(OSError):  # another run removed it, or it cannot be removed: it does no harm
                    Path(folder, name).unlink()


def _append(handle: int, raw: bytes) -> None:
    """Write bytes at a file's end and have them reach the disk; on any failure cut the file back to its length before."""
    length = os.fstat(handle).st_size
    try:
        left = memoryview(raw)
        while left:
            left = left[os.write(handle, left) :]
        os.fsync(handle)
    except BaseException:
        os.ftruncate(handle, length)
        raise


def _ends_with_line_end(path: Path) -> bool:
    """Whether a file is empty or its last byte is a line end; no more of it is read."""
    with os.fdopen(open_to_read(path), "rb") as file:
        if not file.seek(0, os.SEEK_END):
            return True
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"


def _read(path: Path) -> bytes:
    handle = open_to_read(path)
    try:
        return _read_from(handle)
    finally:
        os.close(handle)


def _read_from(handle: int) -> bytes:
    with os.fdopen(os.dup(handle), "rb") as file:
        file.seek(0)
        return file.read()
