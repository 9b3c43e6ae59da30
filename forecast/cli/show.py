"""``forecast show``: the newest published answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from forecast.cli.completion import complete_question
from forecast.cli.lines import echo, print_columns, print_output, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, root_of, today

if TYPE_CHECKING:
    from forecast.actions.show import JudgedQuestionOnRecord, PublishedAnswer, PublishedAnswers
    from forecast.schema.on_record import RecordedQuestion

Question = Annotated[
    str | None,
    typer.Argument(
        metavar="[QUESTION]",
        autocompletion=complete_question,
        help="A question, topic.question, or a topic (default: all).",
        show_default=False,
    ),
]


def show(*, question: Question = None, book: Book = None, allow_links: AllowLinks = False, as_json: AsJson = False) -> None:
    """Show the newest answers, from the reports.

    \b
    Examples:
      forecast show
      forecast show route
      forecast show another_transfer
      forecast show route.another_transfer --json
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.show import newest_answers

    shown = newest_answers(root_of(book, allow_links=allow_links), question, today=today())
    stop_at(shown.problems, as_json=as_json)
    if as_json:
        print_output("show", [*shown.answers, *shown.judged])
    elif question is None or len(shown.answers) > 1:
        _print_all(shown)
    else:
        for answer in shown.answers:
            _print_answer(answer)
        for judged in shown.judged:
            _print_judged(judged)


def _print_all(shown: PublishedAnswers) -> None:
    from forecast.book.files.layout import REPORTS
    from forecast.sentences.answer_text import answer_text
    from forecast.sentences.forecasts import leading_forecast, record_sentences
    from forecast.sentences.headlines import headline_of

    rows = [
        (f"{answer['topic']}.{answer['name']}", headline_of(answer).short, _beside(answer["on_record"]), answer_text(answer))
        for answer in shown.answers
    ]
    has_forecasts = any(beside for _, _, beside, _ in rows)
    for judged in shown.judged:
        leading = leading_forecast(judged)
        says = "" if leading is None else leading["says"]
        rows.append((f"{judged['topic']}.{judged['name']}", says, "", record_sentences(judged, None)[0]))
    if rows:
        print_columns(rows if has_forecasts else [(name, said, text) for name, said, _, text in rows])
    for topic in shown.silent:
        echo(f"{topic} asks nothing yet; what its parameters come to is in {REPORTS}/{topic}.md")
    for failure in shown.failures:
        reported = next((answer["as_of"] for answer in shown.answers if answer["topic"] == failure.name), None)
        earlier = "it has no earlier report" if reported is None else f"its answers are those of {reported}"
        echo(f"{failure.name}: {failure.sentence.removesuffix('.')}; {earlier}.")


def _beside(recorded: RecordedQuestion | None) -> str:
    """One's own forecast in force, or the newest, as it stands beside the model's answer; empty where none is."""
    from forecast.sentences.forecasts import leading_forecast

    leading = None if recorded is None else leading_forecast(recorded)
    return "" if leading is None else f"{leading['who']}: {leading['says']}"


def _print_answer(answer: PublishedAnswer) -> None:
    from forecast.sentences.answer_text import answer_text
    from forecast.sentences.cautions import verdict_words
    from forecast.sentences.forecasts import record_sentences

    echo(f"{answer['topic']}.{answer['name']}, as of {answer['as_of']}: {verdict_words(answer['verdict'])}")
    for line in (answer["asks"], answer_text(answer), *answer["warnings"]):
        echo(f"  {line}")
    if scenarios := answer.get("scenarios"):
        said = [
            f"{its['scenario'].replace('_', ' ')} ({its['probability']}{', 90 % range ' if its['range'] else ''}{its['range']}) {its['answer']}"
            for its in scenarios
        ]
        echo(f"  In scenarios: {'; '.join(said)}")
    if answer["on_record"] is not None:
        for line in record_sentences(answer["on_record"], answer):
            echo(f"  On record: {line}")
    if answer["rule"]:
        echo(f"  How it is settled: {answer['rule']}")


def _print_judged(judged: JudgedQuestionOnRecord) -> None:
    from forecast.sentences.forecasts import forecasts_in_force, record_sentences

    echo(f"{judged['topic']}.{judged['name']}, as of {judged['as_of']}: judged by people")
    for line in (judged["asks"], *record_sentences(judged, None)):
        echo(f"  {line}")
    for said in forecasts_in_force(judged):
        if said["why"]:
            echo(f"  Why, says {said['who']}: {said['why']}")
    if judged["rule"]:
        echo(f"  How it is settled: {judged['rule']}")
