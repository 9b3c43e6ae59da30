"""``forecast prior predictive``: what a topic's priors alone say of its questions."""

from __future__ import annotations

from itertools import starmap
from typing import TYPE_CHECKING, Annotated

import typer

from forecast.cli.completion import complete_topic
from forecast.cli.lines import echo, print_columns, print_output, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, Draws, Seed, Trust, Variant, root_of

if TYPE_CHECKING:
    from forecast.schema.answers import AnswerContent

Topic = Annotated[str, typer.Argument(metavar="TOPIC", autocompletion=complete_topic, show_default=False)]


def predictive(
    topic: Topic,
    *,
    variant: Variant = "",
    seed: Seed = 1,
    draws: Draws = 16_384,
    trust: Trust = False,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Show what the priors of a topic alone say of each question: a prior predictive check.

    Nothing that was recorded is used. All is simulated from the day on which the topic opens.

    \b
    Examples:
      forecast prior predictive route
      forecast prior predictive route --variant peace_near
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.prior_predictive import prior_predictive_answers
    from forecast.model.settings import Settings

    found = prior_predictive_answers(
        root_of(book, allow_links=allow_links), topic, settings=Settings(seed=seed, draws=draws, trust=trust), variant=variant
    )
    stop_at(found.problems, as_json=as_json)
    if as_json:
        print_output("prior-predictive", {"topic": topic, "as_of": str(found.as_of), "answers": found.answers})
        return
    echo(f"{topic}, from its priors alone, as of {found.as_of}")
    print_columns(list(starmap(_line, found.answers.items())), indent="  ")
    if not found.answers:
        echo("  The topic asks nothing yet.")


def _line(name: str, answer: AnswerContent) -> tuple[str, str, str]:
    from forecast.sentences.answer_text import answer_text
    from forecast.sentences.headlines import headline_of

    said = answer_text(answer) if answer["value"] is None else headline_of(answer).short
    return name, said, answer["asks"]
