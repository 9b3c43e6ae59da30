"""The cache that tests share which ask for the same of the essay's book: empty when a run of the tests begins, and gone after it."""

from __future__ import annotations

import os
from pathlib import Path

SHARED_CACHE = "FORECAST_TESTS_SHARED_CACHE"  # names the folder to all processes of a run


def shared_cache() -> Path:
    """The folder: what it has stands under a hash of all that determines it, the program included."""
    return Path(os.environ[SHARED_CACHE])
