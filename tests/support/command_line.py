"""The command line as tests run it: put together once for all of them, which takes longer than most commands do."""

from __future__ import annotations

from functools import cache
from typing import Any
from unittest.mock import patch

from typer import Typer, testing
from typer.main import get_command

from forecast.cli import commands as command_line


@cache
def commands() -> Typer:
    """The command line as a typer application, the same one each time."""
    return command_line.commands()


_built = cache(get_command)


class CliRunner(testing.CliRunner):
    """As typer's own, which puts an application together anew each time that it runs it."""

    def invoke(self, app: Typer, *words: Any, **named: Any) -> testing.Result:
        """Run a command; the arguments are those of typer's."""
        with patch.object(testing, "_get_command", _built):
            return super().invoke(app, *words, **named)
