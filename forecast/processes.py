"""How to start processes that share the work: copied where that is safe, which saves every import; fresh ones elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Literal


def way_to_start() -> Literal["fork", "spawn"]:
    """Return ``fork`` where this process has one thread, ``spawn`` elsewhere.

    A copy holds the locks of all threads and runs only one.
    """
    threads = Path("/proc/self/task")  # threads of libraries too, which Python does not know of
    return "fork" if threads.is_dir() and len(list(threads.iterdir())) == 1 else "spawn"
