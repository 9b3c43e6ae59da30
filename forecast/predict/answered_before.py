"""Whether what happened before a question was asked already answers it, where the question does not say from when it counts.

Nobody can be asked today whether something will happen that has happened.  Such a question counts from the day its
topic opens, and the base rate of the years before it answers it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from forecast.asking import streams_asked
from forecast.book.rows import existing, is_gradual, standing
from forecast.book.topic import Question, Topic
from forecast.language.expressions import Compare, Expression, Logic, Unary
from forecast.model.clock import ONE_DAY
from forecast.model.model import model_as_of
from forecast.model.unsound import Unsound

if TYPE_CHECKING:
    from forecast.model.model import Model

DRAWS = 64  # of the prior, for conditions that depend on parameters
OPPOSITE: Mapping[str, str] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def answered_before(topic: Topic, asked: Mapping[str, date], as_of: date) -> Iterator[tuple[Question, str]]:
    """Yield each question that rows from before the day it was asked answer, with the answer in words.

    ``asked`` is that day for each question.  Rows count that are known as of a day, even if they became known only after
    the question was asked.  Questions that have a ``since``, or whose date had passed when they were asked, say what they mean.
    """
    for day in sorted(set(asked.values())):
        questions = [each for each in topic.questions.values() if asked.get(each.name) == day and _leaves_open(each, day)]
        before = _before(topic, day, as_of)
        questions = [each for each in questions if any(_tells(before, stream) for stream in streams_asked(topic, each))]
        if not questions:
            continue
        try:
            yield from _answered(model_as_of(before, day - ONE_DAY), questions)
        except (Unsound, LookupError):  # nothing can be computed as of that day, so nothing is answered on it
            continue


def _leaves_open(question: Question, day: date) -> bool:
    return question.since is None and question.by is not None and question.by >= day


def _before(topic: Topic, day: date, as_of: date) -> Topic:
    """The topic with the rows that speak of days before a day alone, as if each had been known at once; quiet time as far as that day."""
    streams = {}
    for name, stream in topic.streams.items():
        rows = [row for row in standing(existing(stream, as_of)) if row.end < day or (is_gradual(row, stream) and row.start < day)]
        streams[name] = replace(stream, rows=tuple(replace(row, known=row.end) for row in rows))
    return replace(topic, streams=streams)


def _tells(topic: Topic, stream: str) -> bool:
    return any(not row.is_nothing for row in topic.streams[stream].rows)


def _answered(model: Model, questions: list[Question]) -> Iterator[tuple[Question, str]]:
    from forecast.future import Paths, has_future
    from forecast.inference.conditioning import prior_draws
    from forecast.settings import generator
    from forecast.settlement import status_of

    topic = model.topic
    drawn = prior_draws(model, rng=generator(1, topic.name, "answered before"), draws=DRAWS, at_once=DRAWS).parameters
    starts = {name: model.records[name].through + ONE_DAY for name, stream in topic.streams.items() if has_future(stream)}
    paths = Paths(model, drawn, (), {}, starts)
    for question in questions:
        for asked, words in _readings(question):
            status = status_of(asked, model, paths)
            if status != "open":
                yield question, "it is annulled" if status == "annulled" else words
                break


def _readings(question: Question) -> Iterator[tuple[Question, str]]:
    """The conditions by which a question can be answered for good before its date, each as a question, with the answer that it gives."""
    if question.kind == "probability":
        assert question.answer is not None
        yield question, "yes"
        yield replace(question, answer=_opposite(question.answer)), "no"
    elif question.kind == "date":
        yield question, "it has happened"
    for label, condition in question.choices.items():
        yield replace(question, kind="probability", answer=condition, choices={}), f"`{label}`"


def _opposite(condition: Expression) -> Expression:
    """A condition that holds where another does not, in a form of which it can be seen whether it lasts."""
    match condition:
        case Compare(operators=(operator,), operands=operands):
            return Compare((OPPOSITE[operator],), operands)
        case Logic(operator=operator, operands=operands):
            return Logic("or" if operator == "and" else "and", tuple(_opposite(each) for each in operands))
        case Unary(operator="not", operand=operand):
            return operand
        case _:
            return Unary("not", condition)
