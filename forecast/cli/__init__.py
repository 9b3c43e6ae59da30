"""The command line: words in, one workflow call, lines out."""

from __future__ import annotations

from forecast.cli.commands import main

__all__ = ["main"]
