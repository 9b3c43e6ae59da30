"""``python -m forecast`` is the command ``forecast``."""

from __future__ import annotations

from forecast.cli.commands import main

if __name__ == "__main__":
    main()
