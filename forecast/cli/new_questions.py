"""What a new topic asks, as lines: each question, its answer, the days that count, and what its words may mean otherwise."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from forecast.cli.lines import echo

if TYPE_CHECKING:
    from forecast.book.topic import Question, Topic


def print_questions(topic: Topic, *, kind: str, own_answer: bool, asks_own: bool, today: date, were_asked: bool = False) -> None:
    """Print what a topic like ``kind`` asks, of an example the first question alone; its answer may be a person's own.

    Options that give other days are named unless the days ``were_asked`` for.
    """
    from forecast.actions.new.judged_types import answered_with
    from forecast.actions.new.question_days import day_note
    from forecast.actions.new.vote_days import vote_note

    for judged in list(topic.judged.values())[:1]:
        echo(f"It asks: {judged.asks}")
        if asks_own:
            echo(f"People answer it with {answered_with(judged)}.")
    for question in topic.questions.values() if asks_own else list(topic.questions.values())[:1]:
        echo(f"It asks: {question.asks}")
        echo(f"It answers: {question.answer_text}")
        if counted := _counted_days(topic, question):
            echo(f"{counted[0]}." if were_asked else f"{counted[0]}; {counted[1]}.")
        if said := day_note(question.asks, question.since, question.by, today):
            echo(f"NOTE: {said}.")
        if asks_own:
            _print_notes(topic, question, kind, today, own_answer=own_answer)
    if asks_own and (note := vote_note(topic)):
        echo(note)


def _print_notes(topic: Topic, question: Question, kind: str, today: date, *, own_answer: bool) -> None:
    """Print where the words of a question and its answer may differ, and what of it is still the template's."""
    from forecast.actions.new.question_answers import answer_note, opening_note, own_answer_note
    from forecast.actions.new.single_days import single_day_note
    from forecast.book.files.layout import topic_path

    if differs := own_answer_note(question) if own_answer else answer_note(kind, question.asks, question.answer_text):
        echo(f"NOTE: {differs}.")
    if some_day := single_day_note(topic, question, kind, today):
        echo(f"NOTE: {some_day}.")
    if (opening := opening_note(topic, kind)) and question is next(iter(topic.questions.values())):
        echo(f"NOTE: {opening}.")
    if own_answer and question.settled:
        echo(f"NOTE: the rule that settles it is the template's: “{question.settled}” Put yours in {topic_path(topic.name)}.")


def _counted_days(topic: Topic, question: Question) -> tuple[str, str] | None:
    """From which day to which a question counts, or its last day where it counts from none, and the options for others; None where it has neither."""
    from forecast.actions.new.single_days import is_about_one_day
    from forecast.model.clock import DAYS_PER_MONTH
    from forecast.schema import words

    if question.by is None:
        return None
    if is_about_one_day(topic, question):
        return f"It is answered for {words.day(question.by)} itself, not for the days before", "--by gives another day"
    if question.since is None:
        return f"Its last day is {words.day(question.by)}", "--by gives another"
    days = (question.by - question.since).days + 1
    length = words.days(days) if days < 60 else f"{days / DAYS_PER_MONTH:.3g} months"
    return f"It counts from {words.day(question.since)} to {words.day(question.by)} ({length})", "--since and --by give other days"
