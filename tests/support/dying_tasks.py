"""Tasks for other processes, some of which end these; they stand apart so that a process which is started for one imports nothing else."""

from __future__ import annotations

import os
import signal
from pathlib import Path


def echo(task: bytes) -> bytes:
    """A task that does nothing."""
    return task


def die_of(task: bytes) -> bytes:
    """A task that ends its process, where its bytes say so."""
    if task.startswith(b"die"):
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def die_once(task: bytes) -> bytes:
    """A task that ends its process the first time: its bytes name a file that remembers."""
    if task:
        mark = Path(task.decode())
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return task
