"""Whether what happened before a question was asked already answers it, where the question does not say from when it counts.

Nobody can be asked today whether something will happen that has happened.  Such a question counts from the day its
topic opens, and the base rate of the years before it answers it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from forecast.book.calendar import ONE_DAY
from forecast.book.record_columns import record_columns
from forecast.book.rows import are_gradual, current_rows, rows_as_of
from forecast.book.topic import Question, Topic
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from forecast.predict.questions import streams_asked

if TYPE_CHECKING:
    from forecast.model.model import Model

CONDITION_DRAWS = 64  # of the prior, for conditions that depend on parameters


def questions_answered_before(topic: Topic, asked: Mapping[str, date], as_of: date) -> Iterator[tuple[Question, str]]:
    """Yield each question that rows up to the day it was asked, and of that day, answer, with the answer in words.

    ``asked`` is that day for each question.  Rows count that are known as of a day, even if they became known only after
    the question was asked.  Questions that have a ``since``, or whose date had passed when they were asked, say what they mean.
    """
    for day in sorted(set(asked.values())):
        questions = [question for question in topic.questions.values() if asked.get(question.name) == day and _leaves_open(question, day)]
        before = _topic_before(topic, day, as_of)
        questions = [question for question in questions if any(_has_events(before, stream) for stream in streams_asked(topic, question))]
        if not questions:
            continue
        try:
            yield from _find_answered(model_as_of(before.as_it_stands, day), questions)
        except (Unsound, LookupError):  # nothing can be computed as of that day, so nothing is answered on it
            continue


def settled_scenarios(topic: Topic, as_of: date) -> Iterator[tuple[Question, bool]]:
    """Yield each scenario that rows up to a day settle, and whether it has come about."""
    before = _topic_before(topic, as_of, as_of)
    scenarios = [its for its in topic.scenarios.values() if its.by is not None]
    try:
        found = [*_find_answered(model_as_of(before.as_it_stands, as_of), scenarios)] if scenarios else []
    except (Unsound, LookupError):  # nothing can be computed as of that day, so nothing is settled on it
        return
    yield from ((scenario, answer == "yes") for scenario, answer in found)


def _leaves_open(question: Question, day: date) -> bool:
    return question.since is None and question.by is not None and question.by >= day


def _topic_before(topic: Topic, day: date, as_of: date) -> Topic:
    """The topic with the rows that speak of days up to a day alone, as if each had been known at once; quiet time as far as that day."""
    streams = {}
    for name, stream in topic.streams.items():
        rows = current_rows(rows_as_of(stream, as_of))
        spoken = (rows.end <= day.toordinal()) | (are_gradual(rows, stream) & (rows.start <= day.toordinal()))
        streams[name] = replace(stream, rows=rows.where(spoken).known_at_end())
    return replace(topic, streams=streams)


def _has_events(topic: Topic, stream: str) -> bool:
    return not record_columns(topic.streams[stream].rows).is_nothing.all()


def _find_answered(model: Model, questions: list[Question]) -> Iterator[tuple[Question, str]]:
    from forecast.inference.importance.prior_sampling import prior_draws
    from forecast.model.forward_streams import has_future
    from forecast.model.settings import Purpose, generator
    from forecast.predict.paths import Paths
    from forecast.predict.settlement import status_of
    from forecast.predict.void import find_condition_failure

    topic = model.topic
    drawn = prior_draws(
        model, rng=generator(1, topic.name, Purpose.ANSWERED_BEFORE), draws=CONDITION_DRAWS, at_once=CONDITION_DRAWS
    ).parameters
    starts = {name: model.records[name].through + ONE_DAY for name, stream in topic.streams.items() if has_future(stream)}
    paths = Paths(model, drawn, (), {}, starts)
    for question in questions:
        if find_condition_failure(question, model, paths) is not None:
            yield question, "it is void"
            continue
        for asked, answers in _settleable_conditions(question):
            status = status_of(asked, model, paths)
            if status in answers:
                yield question, answers[status]
                break


def _settleable_conditions(question: Question) -> Iterator[tuple[Question, Mapping[str, str]]]:
    """The conditions that can be settled for good before a question's date, each as a question, with what each status of it answers."""
    annulled = {"annulled": "it is annulled"}
    if question.kind == "probability":
        yield question, annulled | {"happened": "yes", "can no longer happen": "no"}
    elif question.kind == "date":
        yield question, annulled | {"happened": "it has happened"}
    for label, condition in question.choices.items():
        yield replace(question, kind="probability", answer=condition, choices={}), annulled | {"happened": f"`{label}`"}
