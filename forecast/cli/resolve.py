"""``forecast resolve``: put on record how a question ended."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from forecast.cli.options import AllowLinks, AsJson, Book, day, line_text, root_of
from forecast.cli.record_row import print_row, resolved_line
from forecast.cli.say import Question
from forecast.forecasts.resolution import OUTCOMES
from forecast.system import utc_now

Outcome = Annotated[
    str,
    typer.Argument(
        metavar="OUTCOME", parser=line_text, help=f"How it ended: {', '.join(OUTCOMES)}; or the option itself.", show_default=False
    ),
]
Value = Annotated[
    str,
    typer.Argument(
        metavar="VALUE", parser=line_text, help="The option, number, date or share, where the outcome has one.", show_default=False
    ),
]
On = Annotated[str, typer.Option("--on", metavar="DATE|TIME", help="When it was decided.", show_default=False)]
Source = Annotated[
    str,
    typer.Option(
        "--source", metavar="TEXT", parser=line_text, help="An address or a citation: where a reader can check it.", show_default=False
    ),
]
Known = Annotated[
    date | None,
    typer.Option(
        "--known",
        metavar="DATE",
        parser=day,
        help="The first day on which the world could know it (default: the day of --on).",
        show_default=False,
    ),
]
Why = Annotated[
    str,
    typer.Option(
        "--why", metavar="TEXT", parser=line_text, help="How the rule of the question was applied, in a sentence.", show_default=False
    ),
]
Replaces = Annotated[
    str,
    typer.Option(
        "--replaces", metavar="ID", parser=line_text, help="The resolution that this one corrects, by its id.", show_default=False
    ),
]
Asked = Annotated[
    str,
    typer.Option(
        "--asked",
        metavar="HASH",
        parser=line_text,
        help="The wording that is meant, where it is not the one asked now.",
        show_default=False,
    ),
]


def resolve(
    question: Question,
    outcome: Outcome,
    value: Value = "",
    *,
    on: On,
    source: Source,
    known: Known = None,
    why: Why = "",
    replaces: Replaces = "",
    asked: Asked = "",
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Put on record how a question ended; a correction replaces the resolution before, and both stay.

    \b
    Examples:
      forecast resolve another_transfer yes --on 2026-10-12 --source https://example.org/news
      forecast resolve winner blue --on 2026-11-03 --known 2026-11-05 --source "the commission"
      forecast resolve first_transfer not_by 2027-06-30 --on 2027-06-30 --source "daily reports"
      forecast resolve another_transfer no --on 2026-10-12 --source "a retraction" --replaces 1f0c52ab93d1
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.resolve import SaidResolution, outcome_of_word
    from forecast.actions.resolve import resolve as put_on_record
    from forecast.book.files.numerals import is_number, parse_day, with_hyphens
    from forecast.language.faults import did_you_mean

    outcome, value = with_hyphens(outcome), with_hyphens(value)
    root = root_of(book, allow_links=allow_links)
    if outcome not in OUTCOMES:
        named = None if value else outcome_of_word(root, question, outcome)
        if named is None:
            kind = "number" if is_number(outcome) else "date" if parse_day(outcome) is not None else ""
            typed = f"as in {kind} {outcome}" if kind else ""
            hint = typed or did_you_mean(outcome, OUTCOMES) or f"outcomes: {', '.join(OUTCOMES)}"
            raise typer.BadParameter(f"`{outcome}` is no outcome; {hint}", param_hint="OUTCOME")
        outcome, value = named
    said = SaidResolution(outcome, on, source, value, known, why, replaces, asked)
    done = put_on_record(root, question, said, now=utc_now())
    print_row(root, done, resolved_line(done), as_json=as_json)
