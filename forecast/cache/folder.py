"""The user's own folder for what programs keep: never in a book, since a book may come from anybody."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from forecast.book.files.layout import find_root

CACHE_VARIABLE = "FORECAST_CACHE_DIR"


def cache_folder() -> Path | None:
    """Return the folder in which results are kept: the one that ``FORECAST_CACHE_DIR`` names, or the user's own; None where there is none.

    Raises ``ValueError`` where the variable names a folder that is not absolute, or lies in a book.
    """
    named = os.environ.get(CACHE_VARIABLE, "")
    if not named:
        return next(user_folders(), None)
    if not is_safe_folder(Path(named)):
        raise ValueError(f"{CACHE_VARIABLE} is {named}: it must name an absolute path that is not in a book")
    return Path(named)


def user_folders() -> Iterator[Path]:
    """Yield the folders in which this program may keep something for its user, the best first; the system's place for caches."""
    variable, default = {"win32": ("LOCALAPPDATA", ""), "darwin": ("", "~/Library/Caches")}.get(
        sys.platform, ("XDG_CACHE_HOME", "~/.cache")
    )
    named = os.environ.get(variable, "")
    caches = [Path(named)] if Path(named).is_absolute() else []
    with suppress(RuntimeError):  # nobody knows whose home it would be
        caches += [Path(default).expanduser()] if default else []
    yield from (folder for cache in caches if is_safe_folder(folder := cache / "forecast"))


def is_safe_folder(folder: Path) -> bool:
    """Whether a folder lies where no book is."""
    try:
        return folder.is_absolute() and find_root(folder) is None
    except OSError:
        return False
