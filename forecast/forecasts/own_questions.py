"""A topic's question as one that was asked: the row of ``questions.csv`` that keeps its wording, and the hash by which forecasts know it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from forecast.book.topic import Question
from forecast.forecasts.question import QuestionType, asked_hash

TYPES: Mapping[str, QuestionType] = {"probability": "binary", "shares": "options", "distribution": "number", "date": "date"}


def hash_as_asked(question: Question) -> str:
    """Return the hash of what a question asks: its text, days and conditions, and the rule that settles it.

    Spacing of statements counts, comments do not.
    """
    return asked_hash(
        {
            "asks": question.asks,
            "by": _day(question.by),
            "since": _day(question.since),
            "answer": question.answer_text,
            "choices": dict(question.choice_texts),
            "given": question.given_text,
            "annulled": question.annulled_text,
            "settled": question.settled,
        }
    )


def question_cells(question: Question, *, opens: date, unit: str, recorded: str) -> Mapping[str, str]:
    """Return the cells of a question's row in ``questions.csv``: it opens on a day, and closes at the end of ``by`` where it has one."""
    closes = "" if question.by is None else f"{question.by.isoformat()}T23:59:59Z"
    return {
        "id": question.name,
        "asked": hash_as_asked(question),
        "text": question.asks,
        "type": TYPES[question.kind],
        "unit": unit,
        "opens": f"{opens.isoformat()}T00:00:00Z",
        "scheduled_close": closes,
        "recorded": recorded,
    }


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
