"""``forecast say``: put a forecast on record."""

from __future__ import annotations

from typing import Annotated

import typer

from forecast.cli.completion import complete_question
from forecast.cli.lines import echo
from forecast.cli.options import AllowLinks, AsJson, Book, line_text, root_of
from forecast.cli.record_row import print_row, read_line, replaced_line, said_line
from forecast.forecasts.people import PERSON_KINDS, PersonKind
from forecast.system import utc_now


def person_kind(text: str) -> PersonKind:
    """Return a kind of forecaster, refusing one that there is not."""
    from forecast.language.faults import did_you_mean

    for kind in PERSON_KINDS:
        if kind == text:
            return kind
    raise typer.BadParameter(f"`{text}` is no kind; {did_you_mean(text, PERSON_KINDS) or f'kinds: {", ".join(PERSON_KINDS)}'}")


Question = Annotated[
    str,
    typer.Argument(
        metavar="QUESTION", autocompletion=complete_question, help="A question, topic.question, or collection:id.", show_default=False
    ),
]
Value = Annotated[
    list[str],
    typer.Argument(
        metavar="VALUE",
        help="30% or 0.3; odds 3:7; a 90 % interval 0.4 to 3; points 5%=0.4 50%=1; options a=20% b=80%; a day, or 2027 to 2031.",
        show_default=False,
    ),
]
Why = Annotated[
    str,
    typer.Option(
        "--why", metavar="TEXT", parser=line_text, help="The reason, in a sentence; every forecast needs one.", show_default=False
    ),
]
Who = Annotated[
    str, typer.Option("--who", metavar="NAME", parser=line_text, help="Whose forecast it is (default: me).", show_default=False)
]
On = Annotated[
    str,
    typer.Option(
        "--on",
        metavar="DATE|TIME",
        help="When it was made (default: now); more than a day ago it is marked as entered later.",
        show_default=False,
    ),
]
Until = Annotated[
    str, typer.Option("--until", metavar="DATE|TIME", help="Until when it holds (default: until the next one).", show_default=False)
]
Median = Annotated[str, typer.Option("--median", metavar="VALUE", help="The middle of a range.", show_default=False)]
Source = Annotated[
    str,
    typer.Option(
        "--source", metavar="TEXT", parser=line_text, help="An address or a citation: where a reader can check it.", show_default=False
    ),
]
Replaces = Annotated[
    str,
    typer.Option("--replaces", metavar="ID", parser=line_text, help="The forecast that this one corrects, by its id.", show_default=False),
]
Kind = Annotated[
    PersonKind | None,
    typer.Option(
        "--kind", metavar="KIND", parser=person_kind, help=f"What a new forecaster is: {', '.join(PERSON_KINDS)}.", show_default=False
    ),
]


def say(
    question: Question,
    value: Value,
    *,
    why: Why = "",
    who: Who = "",
    on: On = "",
    until: Until = "",
    median: Median = "",
    source: Source = "",
    replaces: Replaces = "",
    kind: Kind = None,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Put a forecast on record: what somebody says of a question now, or said before.

    \b
    Examples:
      forecast say another_transfer 30% --why "Two of six such plans were carried out."
      forecast say another_transfer 3:7 --who Ana --why "Odds of three to seven in favour."
      forecast say wishes_next 0.4 to 3 --median 1 --why "A 90 % interval, as last year."
      forecast say wishes_next 5%=0.4 50%=1 95%=3 --why "The same, point by point."
      forecast say first_transfer 2027 to 2031 --why "A 90 % interval, from the first day of 2027 to the last of 2031."
      forecast say winner red=20% blue=80% --why "As the polls have it."
      forecast say metaculus:41257 0.12 --on 2026-10-02 --why "From my notes."
      forecast say another_transfer 8% --who "all transfers" --kind "base rate" --why "Two of 25." --source https://example.org
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.say import SaidForecast, forecast_replaced
    from forecast.actions.say import say as put_on_record

    said = SaidForecast(" ".join(value), why, who, on, until, median, source, replaces, kind)
    root = root_of(book, allow_links=allow_links)
    done = put_on_record(root, question, said, now=utc_now())
    replaced = forecast_replaced(root, done)
    print_row(root, done, said_line(done), as_json=as_json)
    if not as_json and (how := read_line(done, said.value)):
        echo(how)
    if replaced is not None and not as_json:
        echo(replaced_line(done, replaced))
