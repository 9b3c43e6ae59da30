"""``forecast diff``: how the answers moved between two runs, and what each change did."""

from __future__ import annotations

from typing import Annotated

import typer

from forecast.cli.lines import echo, print_json, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, Draws, Seed, root_of, today
from forecast.cli.why import difference_as_data, print_difference

Run = Annotated[
    str, typer.Argument(metavar="RUN", help="A day, a report's JSON, the hash of a ledger's line (six digits at least), or a commit.")
]
Only = Annotated[list[str] | None, typer.Option("--topic", metavar="TOPIC", help="Only this topic (may be repeated).", show_default=False)]


def diff(
    first: Run,
    second: Run,
    *,
    topics: Only = None,
    seed: Seed = 1,
    draws: Draws = 16_384,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Compare two runs: split each answer's change over time, rows, priors and the model.

    A day is a replay by today's book. The parts of a change sum to it exactly.

    \b
    Examples:
      forecast diff 2025-03-01 2025-12-31 --topic route
      forecast diff HEAD~1 2026-11-23
      forecast diff 3fa9c2d1 reports/route.json
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.diff import difference
    from forecast.cli.progress import Bar
    from forecast.model.settings import Settings

    with Bar() as bar:
        settings = Settings(seed=seed, draws=draws)
        compared = difference(
            root_of(book, allow_links=allow_links), first, second, topics=topics or None, today=today(), settings=settings, progress=bar
        )
    stop_at(compared.problems, as_json=as_json)
    if as_json:
        print_json(
            {
                "earlier": compared.earlier,
                "later": compared.later,
                "topics": [difference_as_data(moved) for moved in compared.moved],
                "same": list(compared.same),
            }
        )
        return
    echo(f"From {compared.earlier}")
    echo(f"to {compared.later}")
    for moved in compared.moved:
        print_difference(moved)
    if compared.same:
        echo(f"The same in both: {', '.join(compared.same)}")
