"""The rows of the record behind the best and worst calls, each in a sentence: what the model would have said on that day without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from forecast.book.topic import Book, Topic
from forecast.forecasts.own_questions import hash_as_asked
from forecast.insight.event_clauses import row_clause
from forecast.insight.influential_row import InfluentialRow, row_that_mattered_most
from forecast.model.errors import Unsound
from forecast.model.progress import Progress, ignore_progress
from forecast.model.settings import Settings
from forecast.schema.words import day as day_in_words
from forecast.schema.words import day_range, number, percent
from forecast.track_record.calls import longest_forecast
from forecast.track_record.record_questions import RecordQuestion
from forecast.track_record.record_scores import RecordScores
from forecast.track_record.score_table import ScoreRow

OUTCOMES_OF_MODEL = {"yes": 1, "no": 0, "date": 1, "not_by": 0}  # of a date: whether it happened by then


def rows_behind_calls(
    book: Book, records: Sequence[RecordScores], calls: Sequence[ScoreRow], settings: Settings, *, progress: Progress = ignore_progress
) -> Mapping[tuple[str, str], str]:
    """Return a sentence for each call, by its question's address and its forecaster, on the row that mattered most to the model.

    It is as of the day of the forecast that stood longest.  The sentence is empty for a question that the book has no model of as it was asked.
    """
    found: dict[tuple[str, str], str] = {}
    for done, call in enumerate(calls):
        question, step = call.question.question, longest_forecast(records, call)
        progress(f"leaving out the rows behind {question.address}", done, len(calls))
        outcome = None if question.resolution is None else OUTCOMES_OF_MODEL.get(question.resolution.outcome)
        found[question.address, call.who] = (
            ""
            if step is None or outcome is None or not _is_asked(book, question)
            else row_behind_call(book, f"{question.record}.{question.id}", step.start.date(), settings, outcome=outcome)
        )
    return found


def _is_asked(book: Book, question: RecordQuestion) -> bool:
    """Whether a topic of the book asks a question as it was asked then."""
    topic = book.topics.get(question.record)
    now = None if topic is None else topic.questions.get(question.id)
    return now is not None and question.asked in {"", hash_as_asked(now)}


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
    what = row_clause(topic.streams[its.stream], row)
    whole = (its.probability - outcome) ** 2
    return (
        f"Without the row of {its.stream.replace('_', ' ')} of {day_range(row.start, row.end)} ({what}) the model would have said {said} on {day_in_words(day)},"
        f" and not {percent(its.probability)}: a Brier score of {number(whole + its.brier, error=0.005)}, and not {number(whole, error=0.005)}."
    )
