"""A topic's question as one that was asked: the row of ``questions.csv`` that keeps its wording, and the hash by which forecasts know it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time

from forecast.book.topic import JudgedQuestion, Question, Topic
from forecast.book.units import unit_of_question
from forecast.forecasts.question import AskedQuestion, Option, QuestionType, asked_hash
from forecast.forecasts.terms import QuestionTerms
from forecast.forecasts.times import moment_text
from forecast.language.expressions import Name

TYPES: Mapping[str, QuestionType] = {"probability": "binary", "shares": "options", "distribution": "number", "date": "date"}

JUDGED_TYPES: Mapping[str, QuestionType] = {"probability": "binary", "options": "options", "number": "number", "date": "date"}


def hash_as_asked(question: Question) -> str:
    """Return the hash of what a question asks: its text, days and conditions, and the rule that settles it.

    Spacing of statements counts, comments do not.
    """
    return asked_hash(
        {
            "asks": question.asks,
            "by": _day(question.by),
            "since": _day(question.since),
            **({"probability": question.answer_text} if question.is_fraction else {"answer": question.answer_text}),
            "choices": dict(question.choice_texts),
            "given": question.given_text,
            "annulled": question.annulled_text,
            "settled": question.settled,
        }
    )


def hash_of_judged(question: JudgedQuestion) -> str:
    """Return the hash of what a question asks that people answer: its text, day, type and options, and the rule that settles it."""
    return asked_hash(
        {
            "asks": question.asks,
            "by": _day(question.by),
            "type": question.type,
            "options": list(question.options),
            "unit": question.unit,
            "settled": question.settled,
        }
    )


def cells_of_asked(question: AskedQuestion, *, recorded: str) -> Mapping[str, str]:
    """Return the cells of a topic's question in ``questions.csv``, recorded at a time."""
    moments = {"opens": question.opens, "scheduled_close": question.scheduled_close}
    return {
        "id": question.id,
        "asked": question.asked,
        "text": " ".join(question.text.split()),
        "type": question.type,
        "unit": question.unit,
        **{name: moment_text(moment) for name, moment in moments.items() if moment is not None},
        "recorded": recorded,
    }


def own_terms(topic: Topic) -> tuple[QuestionTerms, ...]:
    """Return the terms of all questions that a topic asks now; the place of each is that in its topic file."""
    return (
        *(_terms(topic, question) for question in topic.questions.values()),
        *(_judged_terms(topic, question) for question in topic.judged.values()),
    )


def _terms(topic: Topic, question: Question) -> QuestionTerms:
    labels: tuple[str, ...] = tuple(question.choices)
    if question.kind == "shares" and isinstance(question.answer, Name):
        labels = topic.parameters[question.answer.name].categories
    asked = AskedQuestion(
        place=question.place,
        id=question.name,
        asked=hash_as_asked(question),
        text=question.asks,
        type=TYPES[question.kind],
        unit=unit_of_question(topic, question),
        opens=datetime.combine(topic.opens, time.min, UTC),
        scheduled_close=None if question.by is None else datetime.combine(question.by, time(23, 59, 59), UTC),
    )
    return QuestionTerms(asked, _options(question, labels))


def _judged_terms(topic: Topic, question: JudgedQuestion) -> QuestionTerms:
    asked = AskedQuestion(
        place=question.place,
        id=question.name,
        asked=hash_of_judged(question),
        text=question.asks,
        type=JUDGED_TYPES[question.type],
        unit=question.unit,
        opens=datetime.combine(topic.opens, time.min, UTC),
        scheduled_close=None if question.by is None else datetime.combine(question.by, time(23, 59, 59), UTC),
    )
    return QuestionTerms(asked, _options(question, question.options))


def _options(question: Question | JudgedQuestion, labels: Iterable[str]) -> tuple[Option, ...]:
    return tuple(Option(question.place, question.name, label, None, None, order) for order, label in enumerate(labels, 1))


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
