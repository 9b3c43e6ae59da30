"""``forecast due``: what waits for a resolution or a new forecast."""

from __future__ import annotations

from typing import Annotated

import typer

from forecast.cli.lines import echo, print_columns, print_output, problems_as_data, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, root_of
from forecast.system import utc_now

Who = Annotated[str, typer.Option("--who", metavar="NAME", help="Whose forecasts are looked at (default: mine).", show_default=False)]
Waits = Annotated[
    int, typer.Option("--waits", min=0, help="Days after its close that a question waits for its source; then it is overdue.")
]
Stale = Annotated[int, typer.Option("--stale", min=1, help="Days after which a forecast is stale.")]
Past = Annotated[float, typer.Option("--past", min=0, max=100, help="Percent of a date's forecast that may lie in the past.")]
Soon = Annotated[int, typer.Option("--soon", min=0, help="Days before its close from which on a question closes soon.")]


def due(
    *,
    who: Who = "",
    waits: Waits = 7,
    stale: Stale = 30,
    past: Past = 5.0,
    soon: Soon = 7,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Show what is due: questions to resolve, forecasts that expired or grew old, questions that close soon.

    \b
    Overdue: no resolution yet, although its rows already answer it or it closed some days ago.
    Waits for its source: it closed within the last days.
    Forecast expired: its --until has passed.  Partly past: of a date, some of it lies before now.  Stale: it is old.

    \b
    Examples:
      forecast due
      forecast due --stale 14 --soon 30
      forecast due --who Ana --json
    """  # noqa: D301 - \b keeps lines as they are in the help
    from dataclasses import asdict

    from forecast.actions.due import DueLimits, due_questions
    from forecast.forecasts.times import moment_text

    done = due_questions(root_of(book, allow_links=allow_links), now=utc_now(), who=who, limits=DueLimits(waits, stale, past / 100, soon))
    stop_at(done.problems, as_json=as_json)
    if as_json:
        print_output(
            "due", {"due": [{**asdict(its), "day": moment_text(its.day)} for its in done.due], "problems": problems_as_data(done.problems)}
        )
    elif not done.due:
        echo("Nothing is due.")
    else:
        print_columns([(its.state, its.question, its.sentence, its.command) for its in done.due])
