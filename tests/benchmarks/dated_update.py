"""``python -m tests.benchmarks.dated_update BOOK DAY``: an update as on that day, without referee, insight and pages, as the command makes it."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from forecast.actions.update import update
from forecast.cache.folder import cache_folder
from forecast.model.settings import Settings
from forecast.system import core_count


def main(book: str, day: str) -> None:
    """Update a book as on a day."""
    today = date.fromisoformat(day)
    done = update(
        Path(book),
        as_of=today,
        today=today,
        settings=Settings(),
        referee=False,
        insight=False,
        pages=False,
        processes=core_count(),
        cache=cache_folder(),
    )
    print(len(done.written), "files written")
    sys.exit(done.exit_code)


if __name__ == "__main__":
    main(*sys.argv[1:])
