"""The row of the record behind one of the best or worst calls, in a sentence: what the model would have said on that day without it."""

from __future__ import annotations

from datetime import date

from forecast.book.topic import Book, Topic
from forecast.insight.influential_row import InfluentialRow, row_that_mattered_most
from forecast.model.errors import Unsound
from forecast.model.settings import Settings
from forecast.schema.words import day as day_in_words
from forecast.schema.words import day_range, number, percent, row_text


def row_behind_call(book: Book, address: str, day: date, settings: Settings, *, outcome: int) -> str:
    """Return which row known on a day made the model's forecast of a question score as it did, or why that cannot be said.

    ``address`` is ``topic.question``; ``outcome`` is 1 for yes and 0 for no.  An empty text where the book has no model of the question:
    it was asked elsewhere, has been removed, or is no question of yes or no.
    """
    topic_name, _, name = address.partition(".")
    topic = book.topics.get(topic_name)
    question = None if topic is None else topic.questions.get(name)
    if topic is None or question is None or question.kind not in {"probability", "date"}:
        return ""
    if topic.own is not None:
        return f"`{topic.name}` brings its own model, whose rows are not left out one by one."
    try:
        found = row_that_mattered_most(topic, question, day, settings, outcome=outcome)
    except Unsound as unsound:
        return f"What a row did to it is not known: {unsound.problems[0].message}."
    if found.most is not None:
        return _sentence(found.most, topic, day, outcome)
    if found.notes:
        return f"What a row did to it is not known: {found.notes[0]}."
    return f"No row known on {day_in_words(day)} moves what the model says by more than two Monte Carlo errors."


def _sentence(its: InfluentialRow, topic: Topic, day: date, outcome: int) -> str:
    row, said = its.row, percent(its.without, error=its.error)
    unit = topic.streams[its.stream].unit
    what = row_text(row) if row.said or row.between is not None else f"{row_text(row)} {unit}".strip()
    whole = (its.probability - outcome) ** 2
    return (
        f"Without the row of {its.stream} of {day_range(row.start, row.end)} ({what}) the model would have said {said} on {day_in_words(day)},"
        f" and not {percent(its.probability)}: a Brier score of {number(whole + its.brier, error=0.005)}, and not {number(whole, error=0.005)}."
    )
