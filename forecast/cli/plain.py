"""Commands that take their words as typed, without the tenth of a second that pydantic's import costs.

typer converts every value through pydantic, even a text into a text, and even a
value that nobody gave.  A command that is given texts, paths and flags needs
none of that: ``forecast check`` runs at every save of a file.
"""

from __future__ import annotations

import copy
import sys
from functools import partial
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from forecast.book.files.terminal import terminal_line
from forecast.cli.lines import echo, narrow_help

INTERRUPTED = 130  # the exit code of a program that Ctrl-C ended, as shells have it


class PlainCommand(TyperCommand):
    """A command whose texts and paths are taken as typed; every other kind of value is left to typer."""

    def get_params(self, ctx: typer.Context) -> list[Any]:  # type: ignore[override]  # typer's own class for it is private
        """Return the parameters, the help option among them, each taking its value plainly."""
        return [_plain_parameter(parameter) for parameter in super().get_params(ctx)]


class NarrowCommand(TyperCommand):
    """A command whose help fits a narrow terminal."""

    def get_help(self, ctx: typer.Context) -> str:  # type: ignore[override]  # typer's own class for it is private
        """Return the help text."""
        return narrow_help(super().get_help(ctx))


class NumberCommand(TyperCommand):
    """A command whose words may be numbers below zero: ``-5`` is one, and not an option; the command gets it with a minus sign, ``\u22125``."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer's own class for it is private
        """Read the words after the command."""
        from forecast.book.files.numerals import with_minus_sign

        return super().parse_args(ctx, [with_minus_sign(word) for word in args])


class PlainGroup(TyperGroup):
    """A group of commands that takes its own options plainly, and says in plain lines why it ends early."""

    def get_help(self, ctx: typer.Context) -> str:  # type: ignore[override]  # typer's own class for it is private
        """Return the help text, which fits a narrow terminal."""
        return narrow_help(super().get_help(ctx))

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run a command and exit; what is wrong with the command line is escaped for the terminal, and Ctrl-C ends with a line."""
        run = partial(super().main, *args, **extra)
        if not standalone_mode:
            return run(standalone_mode=False)
        try:
            code = run(standalone_mode=False)
        except typer.Abort:
            echo("Aborted.", err=True)
            sys.exit(1)
        except Exception as error:
            if not isinstance(error, _wrong_command_line()):
                raise
            error.message = terminal_line(str(error.message).removeprefix("Value error, "))  # pydantic's words before the reason
            error.show()
            sys.exit(error.exit_code)
        if code == INTERRUPTED:
            echo(err=True)
            echo("Interrupted.", err=True)
        sys.exit(code if isinstance(code, int) else 0)

    def get_params(self, ctx: typer.Context) -> list[Any]:  # type: ignore[override]  # typer's own class for it is private
        """Return the parameters, the help option among them, each taking its value plainly."""
        return [_plain_parameter(parameter) for parameter in super().get_params(ctx)]


class _PlainOption(TyperOption):
    def process_value(self, ctx: typer.Context, value: Any) -> Any:  # type: ignore[override]  # typer's own class for it is private
        return _convert_value(self, ctx, value) if _is_plain(self, value) else super().process_value(ctx, value)


class _PlainArgument(TyperArgument):
    def process_value(self, ctx: typer.Context, value: Any) -> Any:  # type: ignore[override]  # typer's own class for it is private
        return _convert_value(self, ctx, value) if _is_plain(self, value) else super().process_value(ctx, value)


def _wrong_command_line() -> Any:
    """The class of all that is wrong with a command line; typer has it from click, and does not name it in public."""
    return next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")


def _plain_parameter(parameter: Any) -> Any:
    """Return the same parameter with another way to take its value."""
    kinds: dict[type, type] = {TyperOption: _PlainOption, TyperArgument: _PlainArgument}
    plain = copy.copy(parameter)
    plain.__class__ = kinds.get(type(parameter), type(parameter))
    return plain


def _is_plain(parameter: TyperOption | TyperArgument, value: Any) -> bool:
    """Whether a value needs neither conversion nor check: none where none is required, a text, a path, a flag, a default."""
    if value is None:
        return not parameter.required
    kind = _annotation(parameter)
    return kind in {str, Path, list[str]} or type(value) in {kind, bool} or value == parameter.default


def _convert_value(parameter: TyperOption | TyperArgument, ctx: typer.Context, value: Any) -> Any:
    if value is None and (parameter.nargs == -1 or parameter.multiple):
        value = ()
    elif value is not None and _annotation(parameter) is Path:
        value = Path(value)
    return value if parameter.callback is None else parameter.callback(ctx, parameter, value)


def _annotation(parameter: TyperOption | TyperArgument) -> Any:
    return parameter.type_descriptor.annotation
