"""``forecast show``: the newest published answers."""

from __future__ import annotations

from typing import Annotated

import typer

from forecast.cli.lines import echo, print_columns, print_json, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, root_of

Question = Annotated[
    str | None, typer.Argument(metavar="[QUESTION]", help="A question, or topic.question (default: all).", show_default=False)
]


def show(*, question: Question = None, book: Book = None, allow_links: AllowLinks = False, as_json: AsJson = False) -> None:
    """Show the newest answers, from the reports.

    \b
    Examples:
      forecast show
      forecast show second_transfer
      forecast show route.second_transfer --json
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.show import newest_answers
    from forecast.book.files.layout import REPORTS
    from forecast.sentences.cautions import verdict_words
    from forecast.sentences.headlines import headline_of

    shown = newest_answers(root_of(book, allow_links=allow_links), question)
    stop_at(shown.problems, as_json=as_json)
    if as_json:
        print_json(list(shown.answers))
    elif question is None:
        if shown.answers:
            print_columns(
                [(f"{answer['topic']}.{answer['name']}", headline_of(answer).short, answer["sentence"]) for answer in shown.answers]
            )
        for topic in shown.silent:
            echo(f"{topic} asks nothing yet; what its parameters come to is in {REPORTS}/{topic}.md")
        for failure in shown.failures:
            reported = next((answer["as_of"] for answer in shown.answers if answer["topic"] == failure.name), None)
            earlier = "it has no earlier report" if reported is None else f"its answers are those of {reported}"
            echo(f"{failure.name}: {failure.sentence.removesuffix('.')}; {earlier}.")
    else:
        for answer in shown.answers:
            echo(f"{answer['topic']}.{answer['name']}, as of {answer['as_of']}: {verdict_words(answer['verdict'])}")
            for line in (answer["asks"], answer["sentence"], *answer["warnings"]):
                echo(f"  {line}")
            if answer["rule"]:
                echo(f"  Settled: {answer['rule']}")
