"""What differs between operating systems and machines, in one place: opening files, reaching the disk, starting processes, counting cores, the clock.

Nothing here imports from the package.  Everything else in the package calls only
what Python offers on Linux, macOS and Windows alike; a test holds that.
"""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

# Flags that only some systems have count as 0 on the others.
_ALWAYS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_REGULAR = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)

type FileKind = Literal["file", "folder", "link", "special"]


def open_to_read(path: Path) -> int:
    """Open an existing file for reading and return its descriptor; a link at ``path`` is not followed, a FIFO not waited for.

    Raises ``OSError``.
    """
    return os.open(path, os.O_RDONLY | _ALWAYS | _REGULAR)


def open_to_append(path: Path) -> int:
    """Open a file for reading and appending, made where there is none, and return its descriptor; a link at ``path`` is not followed.

    Raises ``OSError``.
    """
    return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | _ALWAYS | _REGULAR, 0o666)


def file_kind(path: Path) -> FileKind | None:
    """Return what stands at ``path`` itself, a link not followed; None where there is nothing.

    A Windows junction counts as a link.  Raises ``OSError`` where the folder above cannot be searched.
    """
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(mode) or path.is_junction():
        return "link"
    if stat.S_ISREG(mode):
        return "file"
    return "folder" if stat.S_ISDIR(mode) else "special"


def sync_directory(directory: Path) -> None:
    """Have the names in a directory reach the disk, where the system lets a directory be opened (Windows does not)."""
    if os.name == "nt":
        return
    handle = os.open(directory, os.O_RDONLY | _ALWAYS)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def mode_of_new_files() -> int:
    """Return the permissions that a new file gets from the process's mask."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def core_count() -> int:
    """Return how many cores this process may use: those of its affinity where the system has one (Linux), else all."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def process_start_method() -> Literal["fork", "spawn"]:
    """Return ``fork`` where this process is known to have one thread, ``spawn`` elsewhere.

    A copy holds the locks of all threads and runs only one.  Only Linux shows the
    threads of libraries, which Python does not know of.
    """
    threads = Path("/proc/self/task")
    return "fork" if threads.is_dir() and len(list(threads.iterdir())) == 1 else "spawn"


def utc_now() -> datetime:
    """Return the time it is, in UTC: the one place where the clock is read."""
    return datetime.now(UTC)
