"""``forecast diff``: how the answers moved between two runs, and what each change did."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forecast.cli.lines import echo, print_columns, print_data, print_output, problems_as_data, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, Draws, Seed, root_of, today
from forecast.cli.why import difference_as_data, print_difference

MOST_RUNS_NAMED = 3  # of the ledger, where a run is missing
Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A day, a report's JSON, the hash of a ledger's line (six digits at least), or a commit.",
        show_default=False,
    ),
]
Second = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN", help="The other run; with --published the reports as they stand, where none is named.", show_default=False
    ),
]
Published = Annotated[bool, typer.Option("--published", help="Compare what the reports of commits, or files, say; compute nothing.")]
Markdown = Annotated[bool, typer.Option("--markdown", help="Print a table in Markdown, as for a pull request.")]
Only = Annotated[list[str] | None, typer.Option("--topic", metavar="TOPIC", help="Only this topic (may be repeated).", show_default=False)]


def diff(
    first: Run = "",
    second: Second = None,
    *,
    topics: Only = None,
    published: Published = False,
    markdown: Markdown = False,
    seed: Seed = 1,
    draws: Draws = 16_384,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Compare two runs: split each answer's change over time, rows, priors and the model.

    A day is a replay by today's book. The parts of a change sum to it exactly.
    With --published, the reports of a commit are set beside those that stand in the book.

    \b
    Examples:
      forecast diff 2025-03-01 2025-12-31 --topic route
      forecast diff HEAD~1 2026-11-23
      forecast diff 3fa9c2d1 reports/route.json
      forecast diff HEAD~1 --published --markdown
    """  # noqa: D301 - \b keeps lines as they are in the help
    root = root_of(book, allow_links=allow_links)
    if markdown and as_json:
        raise typer.BadParameter("either JSON or Markdown is printed", param_hint="--markdown")
    if not first:
        raise typer.BadParameter(f"name two runs, as in `forecast diff 2026-11-01 2026-11-30`. {_what_runs_are(root)}", param_hint="RUN")
    if published:
        _compare_published(root, first, second, topics=topics or None, markdown=markdown, as_json=as_json)
        return
    if second is None:
        message = f"name the other run, today's day for instance, or add --published for the reports as they stand. {_what_runs_are(root)}"
        raise typer.BadParameter(message, param_hint="RUN")
    from forecast.actions.diff import difference
    from forecast.actions.published_diff import difference_markdown
    from forecast.cli.progress import Bar
    from forecast.model.settings import Settings

    with Bar() as bar:
        settings = Settings(seed=seed, draws=draws)
        compared = difference(root, first, second, topics=topics or None, today=today(), settings=settings, progress=bar)
    stop_at(compared.problems, as_json=as_json)
    if markdown:
        print_data(difference_markdown(compared))
        return
    if as_json:
        print_output(
            "diff",
            {
                "earlier": compared.earlier,
                "later": compared.later,
                "topics": [difference_as_data(moved) for moved in compared.moved],
                "same": list(compared.same),
            },
        )
        return
    echo(f"From {compared.earlier}")
    echo(f"to {compared.later}")
    for moved in compared.moved:
        print_difference(moved)
    if compared.same:
        echo(f"The same in both: {', '.join(compared.same)}")


def _what_runs_are(root: Path) -> str:
    """What a run may be, with the newest lines of the book's ledger that name one."""
    from forecast.actions.snapshots import newest_runs

    known = ", ".join(f"{run.line} ({run.topic}, as of {run.as_of})" for run in newest_runs(root, most=MOST_RUNS_NAMED))
    lines = f"; the newest here: {known}" if known else "; this one is empty"
    return f"A run is a day, which is replayed, a report's JSON (reports/TOPIC.json), a commit (HEAD~1) or the hash of a line of the ledger{lines}."


def _compare_published(root: Path, first: str, second: str | None, *, topics: list[str] | None, markdown: bool, as_json: bool) -> None:
    from dataclasses import asdict

    from forecast.actions.published_diff import published_difference, published_markdown
    from forecast.report.answer_changes import NOT_ASKED

    compared = published_difference(root, first, second, topics=topics)
    stop_at(compared.problems, as_json=as_json)
    if markdown:
        print_data(published_markdown(compared))
        return
    if as_json:
        print_output(
            "diff-published",
            {
                "earlier": compared.earlier,
                "later": compared.later,
                "changes": [asdict(change) for change in compared.found.changes],
                "unchanged": compared.found.same,
                "notes": list(compared.found.notes),
                "problems": problems_as_data(compared.problems),
            },
        )
        return
    echo(f"From {compared.earlier}")
    echo(f"to {compared.later}")
    if compared.found.changes:
        print_columns(
            [(its.name, its.before or NOT_ASKED, its.after or NOT_ASKED, its.change) for its in compared.found.changes], indent="  "
        )
    echo(f"Answers that are printed alike in both: {compared.found.same}")
    for note in compared.found.notes:
        echo(f"Note: {note}")
