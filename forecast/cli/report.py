"""``forecast report``: the pages made again from their JSON."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from forecast.cli.lines import echo, stop_at
from forecast.cli.options import AllowLinks, AsOf, Book, Topics, as_of_day, root_of, today

Open = Annotated[bool, typer.Option("--open", help="Open the page (of the one topic named, or the index) in the browser.")]
Words = Annotated[
    Literal["plain", "icd203"],
    typer.Option("--words", help="How probabilities are worded: in odds, or in the words of Intelligence Community Directive 203."),
]


def report(
    *,
    topics: Topics = None,
    open_page: Open = False,
    words: Words = "plain",
    as_of: AsOf = None,
    book: Book = None,
    allow_links: AllowLinks = False,
) -> None:
    """Make the pages again from the JSON of the reports alone; nothing is computed.

    A day before today makes the pages of that day's hindcast again.

    \b
    Examples:
      forecast report --open
      forecast report route --words icd203 --open
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.cache import report_directory
    from forecast.report.rerender import rerender_reports

    root, now = root_of(book, allow_links=allow_links), today()
    made = rerender_reports(root, report_directory(as_of=as_of_day(as_of, now=now), today=now), topics or None, style=words)
    stop_at(made.problems, as_json=False)
    echo(f"{len(made.written)} files written; see {made.page}")
    if open_page and made.page is not None:
        typer.launch(made.page.resolve().as_uri())
