"""``forecast withdraw``: a forecast holds no longer."""

from __future__ import annotations

from typing import Annotated

import typer

from forecast.cli.options import AllowLinks, AsJson, Book, line_text, root_of
from forecast.cli.record_row import print_row, said_line
from forecast.cli.say import Question
from forecast.system import utc_now

Who = Annotated[
    str, typer.Option("--who", metavar="NAME", parser=line_text, help="Whose forecast it is (default: me).", show_default=False)
]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", parser=line_text, help="The reason, in a sentence.", show_default=False)]


def withdraw(
    question: Question, *, who: Who = "", why: Why = "", book: Book = None, allow_links: AllowLinks = False, as_json: AsJson = False
) -> None:
    """Withdraw a forecast: it held until now, stays on record, and no other takes its place.

    \b
    Examples:
      forecast withdraw another_transfer --why "I know too little of it."
      forecast withdraw route.another_transfer --who Ana
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.say import withdraw as put_on_record

    root = root_of(book, allow_links=allow_links)
    done = put_on_record(root, question, who=who, why=why, now=utc_now())
    print_row(root, done, said_line(done), as_json=as_json)
