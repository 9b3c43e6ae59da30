"""``forecast docs``: the documentation that comes with the program."""

from __future__ import annotations

from typing import Annotated

import typer

from forecast.cli.completion import complete_page
from forecast.cli.lines import echo, print_columns, print_data
from forecast.language.faults import did_you_mean

Page = Annotated[
    str,
    typer.Argument(metavar="PAGE", autocompletion=complete_page, help="The page to print (default: a list of them).", show_default=False),
]


def docs(page: Page = "") -> None:
    """Print a page of the documentation; without one, say where it lies and list its pages.

    \b
    Examples:
      forecast docs
      forecast docs priors
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.documentation import DOCS_DIRECTORY, DOCS_PARTS, find_page, list_pages

    if page:
        found = find_page(page)
        if found is None:
            names = [each.name for each in list_pages()]
            raise typer.BadParameter(f"no page `{page}`; {did_you_mean(page, names) or f'there are {", ".join(names)}'}")
        print_data(found.path.read_text(encoding="utf-8"))
        return
    echo(f"The documentation lies in {DOCS_DIRECTORY}, as Markdown.")
    echo("forecast docs PAGE prints a page.")
    pages = list_pages()
    for part, heading in DOCS_PARTS.items():
        echo()
        echo(heading)
        print_columns([(each.name, each.heading) for each in pages if each.part == part], indent="  ")
