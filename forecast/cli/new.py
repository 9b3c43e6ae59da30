"""``forecast new``: a new topic, made from a template."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecast.actions.new.kinds import TEMPLATE_KINDS
from forecast.cli.completion import complete_kind
from forecast.cli.lines import echo, is_terminal, print_output, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, book_words, day, reasons_by_name, root_of, texts_by_name, today

if TYPE_CHECKING:
    from forecast.actions.new.topics import TopicAnswers
    from forecast.book.topic import Stream, Topic


def _kind(text: str) -> str:
    """Return a kind of question, refusing one there is no template for."""
    from forecast.language.faults import did_you_mean

    if text and text not in TEMPLATE_KINDS:
        hint = did_you_mean(text, TEMPLATE_KINDS) or f"kinds: {', '.join(TEMPLATE_KINDS)}"
        raise typer.BadParameter(f"there is no template `{text}`; {hint}")
    return text


Name = Annotated[str, typer.Argument(metavar="TOPIC", help="The new topic's name, in snake_case.", show_default=False)]
Ask = Annotated[
    bool,
    typer.Option("--ask", help="Ask for what is not given, and show what it implies (as in a terminal where TOPIC or --like is missing)."),
]
BaseRate = Annotated[
    str,
    typer.Option("--base-rate", metavar="WORDS", help='How often it happened before, as in "3 in 20 years".', show_default=False),
]
Like = Annotated[
    str,
    typer.Option("--like", metavar="KIND", parser=_kind, autocompletion=complete_kind, help="What kind of question.", show_default=False),
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
        help="The last day that counts (default: that of the question's words, as in “by 31 March 2027” or “in the next 6 months”, or the end of this year or of the next).",
        show_default=False,
    ),
]
Since = Annotated[
    date | None,
    typer.Option(
        "--since",
        metavar="DATE",
        parser=day,
        help="The first day that counts (default: today, or that of a time to come that the question names, as in “in 2027”).",
        show_default=False,
    ),
]
If = Annotated[
    str,
    typer.Option("--if", metavar="CONDITION", help='Of a conditional pair, the condition, as in "the county pays".', show_default=False),
]
Past = Annotated[
    str,
    typer.Option(
        "--past",
        metavar="COUNTS",
        help='How many there were in each whole year before, as in "12 9 15" or "2016: 12 9 15"; goes with --source.',
        show_default=False,
    ),
]
Source = Annotated[str, typer.Option("--source", help="Where the counts of --past stand.", show_default=False)]
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
    typer.Option(
        "--prior",
        metavar='NAME="..."',
        help="A prior of the template in your numbers, or in words, as in 0.02 to 0.5 or below 10 %; may be repeated.",
        show_default=False,
    ),
]
Why = Annotated[
    list[str] | None,
    typer.Option("--why", metavar='NAME="..."', help="The reason for a prior, in a sentence; may be repeated.", show_default=False),
]


REMARK = "      ("  # begins what is said of a command behind it


HELP = """Begin a topic from a template: a commented topic.toml, a prior file and records, checked before they are written.

\b
Kinds:
{kinds}

\b
Examples:
  forecast new owls --like count
  forecast new bridge --like hazard --asks "Will the bridge be closed by June?" --by 2027-06-30 \\
      --prior 'rate=0.02 to 0.5' --why 'rate=It was closed once in four years, or once in two months.'
  forecast new strike --like hazard --asks "Will there be a rail strike in 2027?" --base-rate "3 in 20 years"
  forecast new owls --like count --asks "How many owls will be ringed in 2027?" --past "12 9 15 8 11" \\
      --source "The ringers' yearbooks" --prior 'rate=0.3 to 3'
  forecast new --ask
""".format(kinds="\n".join(f"  {kind:<{max(map(len, TEMPLATE_KINDS))}}  {about}" for kind, about in TEMPLATE_KINDS.items()))


def new(
    topic: Name = "",
    *,
    like: Like = "",
    asks: Asks = "",
    answer: Answer = "",
    by: By = None,
    since: Since = None,
    opens: Opens = None,
    priors: Prior = None,
    reasons: Why = None,
    base_rate: BaseRate = "",
    condition: If = "",
    past: Past = "",
    source: Source = "",
    ask: Ask = False,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Begin a topic from a template, and say what is next; ``HELP`` is what ``--help`` says."""
    from forecast.actions.new.templates import TemplateInput
    from forecast.actions.new.topics import TopicAnswers, new_topic
    from forecast.cli.new_dialogue import given_parameters, implied_output, print_preview
    from forecast.cli.new_questions import print_questions

    root, now = root_of(book, allow_links=allow_links), today()
    own_priors, own_reasons = texts_by_name(priors or [], option="--prior"), reasons_by_name(reasons or [])
    given = TemplateInput(asks, answer, own_priors, own_reasons, base_rate, condition, past, source)
    answers = TopicAnswers(topic, like, given, opens, by, since)
    is_dialogue = ask or (not (topic and like) and not as_json and is_terminal())
    if is_dialogue:
        answers = _ask_for_answers(root, answers, now)
    elif not topic or not like:
        missing = "TOPIC" if not topic else "--like"
        raise typer.BadParameter("it is needed; `forecast new --ask` asks for everything", param_hint=missing)
    done = new_topic(root, answers, today=now)
    stop_at(done.problems, as_json=as_json)
    assert done.topic is not None
    given_priors = given_parameters(answers.own, done.beliefs)
    if as_json:
        implied = implied_output(done.topic, given_priors, now) if answers.own.asks_own else None
        print_output("new", {"topic": answers.name, "paths": list(done.paths), "implied": implied})
        return
    if not is_dialogue and answers.own.asks_own:
        print_preview(done.topic, done.beliefs, given_priors, now, years=done.years)
    for path in done.paths:
        echo(path)
    if not is_dialogue:  # which has said it before it wrote
        own = answers.own
        print_questions(done.topic, kind=answers.kind, own_answer=bool(own.answer), asks_own=own.asks_own, today=now)
    _print_next(done.topic, given_priors, asks_own=answers.own.asks_own, named=book_words(book, allow_links=allow_links))


def _print_next(topic: Topic, given: frozenset[str], *, asks_own: bool, named: str) -> None:
    """Print which priors of a new topic are the template's, and what is next; ``named`` are the options that name the book."""
    from forecast.actions.placeholders import PLACEHOLDER, priors_with
    from forecast.book.files.layout import prior_path

    left = priors_with(topic, PLACEHOLDER)
    if asks_own and left:
        echo(f"Its priors are placeholders as yet: {', '.join(left)}. Put yours in {prior_path(topic.name)}, each with its reason.")
    if asks_own and (others := [name for name in topic.parameters if name not in left and name not in given]):
        echo(f"As the template has it: {', '.join(others)}. Look whether that suits your question.")
    echo("Next:" if asks_own else "The example in these files is invented: put your own in its place. Next:")
    for command in _next_commands(topic, with_rows=asks_own, draft=bool(left)):
        typed, gap, remark = command.partition(REMARK)
        echo(f"  {typed}{named}{gap}{remark}")


def _ask_for_answers(root: Path, given: TopicAnswers, now: date) -> TopicAnswers:
    """What is asked for in a dialogue; stops where nothing is to be written."""
    from forecast.book.files.layout import root_problem
    from forecast.cli.new_dialogue import ask_new_topic

    if (missing := root_problem(root)) is not None:
        stop_at([missing], as_json=False)
    try:
        answers = ask_new_topic(root, given, today=now)
    except typer.Abort:
        echo(err=True)
        answers = None
    if answers is None:
        echo("Nothing was written.", err=True)
        raise typer.Exit(1)
    return answers


def _next_commands(topic: Topic, *, with_rows: bool, draft: bool) -> list[str]:
    if topic.judged:
        return [f'forecast say {topic.name}.{next(iter(topic.judged))} VALUE --why "..."']
    from forecast.actions.observe_command import row_command

    rows = (
        [_observe_command(topic.name, stream, topic.texts) for stream in topic.streams.values() if not stream.latent] if with_rows else []
    )
    rows += [
        f"{row_command(topic, stream.name)}      (when it has happened)"
        for stream in topic.streams.values()
        if with_rows and stream.watched
    ]
    return [*rows, f"forecast check {topic.name}", f"forecast update {topic.name}{' --draft' if draft else ''}"]


def _observe_command(topic: str, stream: Stream, texts: Mapping[str, str]) -> str:
    """The command that adds a row to a stream's record, with what a person must fill in."""
    from forecast.book.files.layout import record_path
    from forecast.book.records import ROW_COLUMNS

    if stream.watched:
        return f'forecast observe {topic}.{stream.name} --through DATE --source "..."      (while nothing happens)'
    header = texts[record_path(topic, stream.name)].splitlines()[0].split(",")
    own = "".join(f" --set {column}=..." for column in header if column not in ROW_COLUMNS)
    days = "--on DATE" if "on" in header else "--from DATE --to DATE"
    return f'forecast observe {topic}.{stream.name} {days} --value ...{own} --source "..."      (or --rows FILE, for many)'
