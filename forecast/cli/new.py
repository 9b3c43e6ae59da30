"""``forecast new``: a new topic, made from a template."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from forecast.actions.new.kinds import TEMPLATE_KINDS
from forecast.cli.lines import echo, print_json, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, day, root_of, texts_by_name, today

if TYPE_CHECKING:
    from forecast.book.topic import Stream, Topic


def _kind(text: str) -> str:
    """Return a kind of question, refusing one there is no template for."""
    from forecast.language.faults import did_you_mean

    if text not in TEMPLATE_KINDS:
        hint = did_you_mean(text, TEMPLATE_KINDS) or f"kinds: {', '.join(TEMPLATE_KINDS)}"
        raise typer.BadParameter(f"there is no template `{text}`; {hint}")
    return text


Name = Annotated[str, typer.Argument(metavar="TOPIC", help="The new topic's name, in snake_case.", show_default=False)]
Like = Annotated[
    str,
    typer.Option("--like", metavar="KIND", parser=_kind, help="What kind of question.", show_default=False),
]
Asks = Annotated[
    str,
    typer.Option("--asks", metavar="QUESTION", help="Your question; the invented example and its rows are left out.", show_default=False),
]
Answer = Annotated[
    str,
    typer.Option(
        "--answer", metavar="EXPRESSION", help="What answers it, as in total(events) > 20 (default: the template's).", show_default=False
    ),
]
By = Annotated[
    date | None,
    typer.Option(
        "--by",
        metavar="DATE",
        parser=day,
        help="The last day that counts (default: the end of this year or of the next).",
        show_default=False,
    ),
]
Opens = Annotated[
    date | None,
    typer.Option(
        "--opens",
        metavar="DATE",
        parser=day,
        help="The day the record begins (default: today; a year ago for the example).",
        show_default=False,
    ),
]
Prior = Annotated[
    list[str] | None,
    typer.Option("--prior", metavar='NAME="..."', help="A prior of the template in your numbers; may be repeated.", show_default=False),
]
Why = Annotated[
    list[str] | None,
    typer.Option("--why", metavar='NAME="..."', help="The reason for a prior, in a sentence; may be repeated.", show_default=False),
]


HELP = """Begin a topic from a template: a commented topic.toml, a prior file and records, checked before they are written.

\b
Kinds:
{kinds}

\b
Examples:
  forecast new owls --like count
  forecast new bridge --like hazard --asks "Will the bridge be closed by June?" --by 2027-06-30 \\
      --prior 'rate=Gamma(p5=0.02, p95=0.5)' --why 'rate=It was closed once in four years, or once in two months.'
""".format(kinds="\n".join(f"  {kind:<{max(map(len, TEMPLATE_KINDS))}}  {about}" for kind, about in TEMPLATE_KINDS.items()))


def new(
    topic: Name,
    *,
    like: Like,
    asks: Asks = "",
    answer: Answer = "",
    by: By = None,
    opens: Opens = None,
    priors: Prior = None,
    reasons: Why = None,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Begin a topic from a template, and say what is next; ``HELP`` is what ``--help`` says."""
    from forecast.actions.new.templates import TemplateInput
    from forecast.actions.new.topics import new_topic
    from forecast.book.files.layout import prior_path

    own = TemplateInput(asks, answer, texts_by_name(priors or [], option="--prior"), texts_by_name(reasons or [], option="--why"))
    done = new_topic(root_of(book, allow_links=allow_links), topic, kind=like, own=own, opens=opens, by=by, today=today())
    stop_at(done.problems, as_json=as_json)
    assert done.topic is not None
    if as_json:
        print_json({"topic": topic, "paths": list(done.paths)})
        return
    for path in done.paths:
        echo(path)
    for judged in list(done.topic.judged.values())[:1]:
        echo(f"It asks: {judged.asks}")
    for question in list(done.topic.questions.values())[:1]:
        echo(f"It asks: {question.asks}")
        echo(f"It answers: {question.answer_text}")
    if own.asks_own and (left := _placeholders(done.topic)):
        echo(f"Its priors are placeholders as yet: {', '.join(left)}. Put yours in {prior_path(topic)}, each with its reason.")
    echo("Next:" if own.asks_own else "The example in these files is invented: put your own in its place. Next:")
    for command in _next_commands(done.topic, with_rows=own.asks_own):
        echo(f"  {command}")


def _placeholders(topic: Topic) -> list[str]:
    """The priors whose reasons are still the template's own."""
    reasons = {name: (parameter.why, *parameter.why_by_label.values()) for name, parameter in topic.parameters.items()}
    return [name for name, whys in reasons.items() if any(why.startswith("A placeholder") for why in whys)]


def _next_commands(topic: Topic, *, with_rows: bool) -> list[str]:
    if topic.judged:
        return [f'forecast say {topic.name}.{next(iter(topic.judged))} VALUE --why "..."']
    rows = [_observe_command(topic.name, stream, topic.texts) for stream in topic.streams.values()] if with_rows else []
    return [*rows, f"forecast check {topic.name}", f"forecast update {topic.name}"]


def _observe_command(topic: str, stream: Stream, texts: Mapping[str, str]) -> str:
    """The command that adds a row to a stream's record, with what a person must fill in."""
    from forecast.book.files.layout import record_path
    from forecast.book.records import ROW_COLUMNS

    if stream.watched:
        return f'forecast observe {topic}.{stream.name} --through DATE --source "..."      (or --on DATE --value 1, when it happens)'
    header = texts[record_path(topic, stream.name)].splitlines()[0].split(",")
    own = "".join(f" --set {column}=..." for column in header if column not in ROW_COLUMNS)
    days = "--on DATE" if "on" in header else "--from DATE --to DATE"
    return f'forecast observe {topic}.{stream.name} {days} --value ...{own} --source "..."'
