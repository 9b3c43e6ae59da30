"""Commands that take their words as typed, without the tenth of a second that pydantic's import costs.

typer converts every value through pydantic, even a text into a text, and even a
value that nobody gave.  A command that is given texts, paths and flags needs
none of that: ``forecast check`` runs at every save of a file.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption


class PlainCommand(TyperCommand):
    """A command whose texts and paths are taken as typed; every other kind of value is left to typer."""

    def get_params(self, ctx: typer.Context) -> list[Any]:  # type: ignore[override]  # typer's own class for it is private
        """Return the parameters, the help option among them, each taking its value plainly."""
        return [_plain(each) for each in super().get_params(ctx)]


class PlainGroup(TyperGroup):
    """A group of commands that takes its own options plainly."""

    def get_params(self, ctx: typer.Context) -> list[Any]:  # type: ignore[override]  # typer's own class for it is private
        """Return the parameters, the help option among them, each taking its value plainly."""
        return [_plain(each) for each in super().get_params(ctx)]


class _PlainOption(TyperOption):
    def process_value(self, ctx: typer.Context, value: Any) -> Any:  # type: ignore[override]  # typer's own class for it is private
        return _taken(self, ctx, value) if _is_plain(self, value) else super().process_value(ctx, value)


class _PlainArgument(TyperArgument):
    def process_value(self, ctx: typer.Context, value: Any) -> Any:  # type: ignore[override]  # typer's own class for it is private
        return _taken(self, ctx, value) if _is_plain(self, value) else super().process_value(ctx, value)


def _plain(parameter: Any) -> Any:
    """Return the same parameter with another way to take its value."""
    kinds: dict[type, type] = {TyperOption: _PlainOption, TyperArgument: _PlainArgument}
    found = copy.copy(parameter)
    found.__class__ = kinds.get(type(parameter), type(parameter))
    return found


def _is_plain(parameter: TyperOption | TyperArgument, value: Any) -> bool:
    """Whether a value needs neither conversion nor check: none where none is required, a text, a path, a flag, a default."""
    if value is None:
        return not parameter.required
    kind = _annotation(parameter)
    return kind in {str, Path, list[str]} or type(value) in {kind, bool} or value == parameter.default


def _taken(parameter: TyperOption | TyperArgument, ctx: typer.Context, value: Any) -> Any:
    if value is None and (parameter.nargs == -1 or parameter.multiple):
        value = ()
    elif value is not None and _annotation(parameter) is Path:
        value = Path(value)
    return value if parameter.callback is None else parameter.callback(ctx, parameter, value)


def _annotation(parameter: TyperOption | TyperArgument) -> Any:
    return parameter.type_descriptor.annotation
