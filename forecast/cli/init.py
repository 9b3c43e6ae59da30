"""``forecast init``: a new book."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forecast.cli.lines import echo, print_output, stop_at
from forecast.cli.options import AsJson, today

Directory = Annotated[Path, typer.Argument(metavar="DIR", help="The directory; it is made where there is none.", show_default=False)]
Github = Annotated[
    bool,
    typer.Option(
        "--github",
        help="Write a workflow that checks, updates and publishes on GitHub, and a pre-commit hook; also into a book that is there.",
    ),
]
Source = Annotated[
    str | None,
    typer.Option(
        "--source",
        metavar="SOURCE",
        help="What pip installs forecast from on GitHub (default: the commit that it was installed from here).",
        show_default=False,
    ),
]


def init(directory: Directory, *, github: Github = False, source: Source = None, as_json: AsJson = False) -> None:
    """Begin a book: folders for seeds and priors, each with a word on what to edit, and an example to look at.

    What stands in the directory stays, but for a line more in .gitignore; one that holds a book is refused, unless only the
    files for GitHub are asked for, with --github. None of these is overwritten.

    \b
    Examples:
      forecast init questions
      forecast init .
      forecast init . --github --source git+https://github.com/OWNER/forecast@v0.4.0
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.new.books import FIRST_TOPIC, NewBookResult, holds_book, new_book
    from forecast.actions.new.github import github_texts, write_github

    if source is not None and not github:
        raise typer.BadParameter("this is for --github", param_hint="--source")
    is_new = not (github and holds_book(directory))
    made = github_texts(directory, source=source) if github else None
    stop_at(() if made is None else made.problems, as_json=as_json)
    done = new_book(directory, today=today()) if is_new else NewBookResult()
    stop_at(done.problems, as_json=as_json)
    texts = {} if made is None or made.value is None else made.value
    stop_at(write_github(directory, texts), as_json=as_json)
    if as_json:
        print_output("init", {"paths": [*done.paths, *texts]})
        return
    for path in texts:
        echo(path)
    if not is_new:
        return
    where = directory.resolve()
    echo(f"{where.name} is a book now, with one topic, `{FIRST_TOPIC}`, whose question is invented.")
    echo("Next:")
    if where != Path.cwd():
        echo(f"  cd {directory}")
    echo('  forecast new TOPIC --like hazard --asks "Will ...?" --by DATE      a question of your own')
    echo("  forecast update                                                    answer what is asked")
    echo("  forecast docs                                                      a tutorial, and all the rest")
