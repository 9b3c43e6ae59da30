"""``forecast prior``: what is believed of each parameter, before and after the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from forecast.cli.lines import print_columns, print_json, stop_at
from forecast.cli.options import AsJson, AsOf, Book, Trust, not_later, root_of, today

if TYPE_CHECKING:
    from forecast.beliefs import Believed, BelievedPart, Change

Topic = Annotated[str | None, typer.Argument(metavar="[TOPIC]", help="Only this topic (default: all).", show_default=False)]


def prior() -> typer.Typer:
    """Return the group of commands about priors."""
    group = typer.Typer(no_args_is_help=True, help="Look at priors.", rich_markup_mode=None)
    group.callback()(_group)
    group.command("show")(show)
    return group


def _group() -> None:
    """Look at priors, and at what the record made of them."""


def show(*, topic: Topic = None, as_of: AsOf = None, trust: Trust = False, book: Book = None, as_json: AsJson = False) -> None:
    """Show each parameter's prior and posterior side by side: 5, 50 and 95 % points and a small picture.

    \b
    Examples:
      forecast prior show route
      forecast prior show route --as-of 2025-03-01
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.beliefs import as_data
    from forecast.believing import beliefs

    day = not_later(as_of, now=today())
    found = beliefs(root_of(book), None if topic is None else [topic], as_of=day, trust=trust)
    stop_at(found.problems, as_json=as_json)
    if as_json:
        print_json({name: [as_data(change) for change in changes] for name, changes in found.changes.items()})
        return
    for name, changes in found.changes.items():
        typer.echo(f"{name}, as of {day}")
        rows = [("", "prior 5, 50, 95 %", "", "posterior 5, 50, 95 %", "", "unit")]
        print_columns([*rows, *(row for change in changes for row in (_row(change), *_part_rows(change.before)))], indent="  ")


def _part_rows(value: Believed) -> list[tuple[str, ...]]:
    """What each part of a pooled prior says alone."""
    from forecast.cli.lines import part_name

    return [(part_name(value.name, part), _points(part), "", "", "", "") for part in value.parts]


def _row(change: Change) -> tuple[str, ...]:
    unit = change.before.unit or ("" if change.before.categories else "share")
    return change.before.name, _points(change.before), change.before_picture, _points(change.after), change.after_picture, unit


def _points(value: Believed | BelievedPart) -> str:
    from forecast.report.words import number, percent

    if value.points is None:
        return ", ".join(f"{label} {percent(share)}" for label, share in value.categories.items())
    return "  ".join(number(point) for point in value.points)
