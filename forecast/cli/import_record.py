"""``forecast import``: another platform's file of one's forecasts becomes a collection of the book."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecast.cli.lines import echo, print_json, print_problems, problems_as_data, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, root_of

if TYPE_CHECKING:
    from forecast.actions.import_record import ImportResult

LEFT_OUT = 3  # the exit code where rows did not fit

File = Annotated[Path, typer.Argument(metavar="FILE.zip", help="The ZIP as it was downloaded.", show_default=False)]
Collection = Annotated[str, typer.Option("--collection", metavar="NAME", help="The folder in seeds/records to add to, or to make.")]
Me = Annotated[
    list[str] | None,
    typer.Option("--me", metavar="NAME", help="Your user name or id there; not needed where the file has one person.", show_default=False),
]
Others = Annotated[bool, typer.Option("--others", help="Bring in the forecasts of other persons too, under pseudonyms.")]
CrowdComplete = Annotated[
    bool, typer.Option("--crowd-complete", help="The file has the forecasts of everybody there, so peer scores can be computed.")
]


def import_record() -> typer.Typer:
    """Return the group of commands that import."""
    group = typer.Typer(no_args_is_help=True, help="Import a record of forecasts from elsewhere.", rich_markup_mode=None)
    group.callback()(_group)
    group.command("metaculus", short_help="Import a ZIP from Metaculus.")(metaculus)
    return group


def _group() -> None:
    """Import a record of forecasts from elsewhere into a collection of the book, seeds/records/NAME, without the network."""


def metaculus(
    file: File,
    *,
    collection: Collection = "metaculus",
    me: Me = None,
    others: Others = False,
    crowd_complete: CrowdComplete = False,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Import a ZIP from Metaculus: your own forecasts and scores, and the aggregates; a newer ZIP adds what is new.

    \b
    Examples:
      forecast import metaculus metaculus_data.zip
      forecast import metaculus tournament.zip --collection tournament --me my_name

    Rows that do not fit are left out, and listed with line and reason; the exit code is 3 then.
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.import_record import ImportChoices, import_metaculus
    from forecast.system import utc_now

    choices = ImportChoices(collection, tuple(me or ()), others, crowd_complete)
    done = import_metaculus(root_of(book, allow_links=allow_links), file, choices, clock=utc_now)
    if not done.path:
        stop_at(done.problems, as_json=as_json)
    if as_json:
        print_json(_data(done))
    else:
        print_problems(done.problems, err=True)
        _print(done)
    if done.left_out:
        raise typer.Exit(LEFT_OUT)


def _data(done: ImportResult) -> dict[str, object]:
    return {
        "collection": done.collection,
        "path": done.path,
        "me": list(done.me),
        "added": dict(done.added),
        "left_out": dict(done.left_out),
        "forecasts_of_others": done.others,
        "notes": list(done.notes),
        "problems": problems_as_data(done.problems),
    }


def _print(done: ImportResult) -> None:
    parts = [f"{count:,} {what}" for what, count in done.added.items() if count]
    echo(f"{done.path}: {'added ' + ', '.join(parts) if parts else 'nothing new in this file'}.")
    if done.me:
        echo(f"You are {' and '.join(done.me)} there.")
    for path, count in done.left_out.items():
        echo(f"Left out {count:,} rows of {path} that do not fit.")
    if done.others:
        echo(f"Left out {done.others:,} forecasts of other persons; --others brings them in, under pseudonyms.")
    for note in done.notes:
        echo(note)
