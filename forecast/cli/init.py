"""``forecast init``: a new book."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forecast.cli.lines import echo, print_json, stop_at
from forecast.cli.options import AsJson, today

Directory = Annotated[Path, typer.Argument(metavar="DIR", help="The directory; it is made where there is none.", show_default=False)]


def init(directory: Directory, *, as_json: AsJson = False) -> None:
    """Begin a book: folders for seeds and priors, each with a word on what to edit, and an example to look at.

    What stands in the directory stays, but for a line more in .gitignore; one that holds a book is refused.

    \b
    Examples:
      forecast init questions
      forecast init .
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.new.books import FIRST_TOPIC, new_book

    done = new_book(directory, today=today())
    stop_at(done.problems, as_json=as_json)
    if as_json:
        print_json({"paths": list(done.paths)})
        return
    where = directory.resolve()
    echo(f"{where.name} is a book now, with one topic, `{FIRST_TOPIC}`, whose question is invented.")
    echo("Next:")
    if where != Path.cwd():
        echo(f"  cd {directory}")
    echo('  forecast new TOPIC --like hazard --asks "Will ...?" --by DATE      a question of your own')
    echo("  forecast update                                                    answer what is asked")
