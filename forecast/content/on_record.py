"""Forecasts on record as a report shows them, beside the answers: they are never an input to a model, and are filled in at each update."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

from forecast.book.files.folder import Folder
from forecast.book.topic import Topic
from forecast.forecasts.forecast import Forecast
from forecast.forecasts.own_questions import own_terms
from forecast.forecasts.reading import read_topic_record
from forecast.forecasts.record import ForecastRecord, standing_forecasts, standing_resolutions
from forecast.forecasts.terms import QuestionTerms
from forecast.forecasts.timelines import span_at, timelines
from forecast.forecasts.value_words import outcome_words, value_words
from forecast.schema.on_record import MOST_FORECASTS_LISTED, ForecastContent, RecordedQuestion
from forecast.schema.topic import TopicContent, digest_of


def questions_on_record(root: Path, topic: Topic, as_of: date) -> list[RecordedQuestion]:
    """Return a topic's questions of which something is on record as of a day, and those that people alone answer.

    What is wrong with the record is left out here, and said by the checks.
    """
    record, _ = read_topic_record(Folder(root), topic.name)
    if not (record.forecasts or record.resolutions or topic.judged):
        return []
    shown = [_recorded_question(topic, record, its, as_of) for its in own_terms(topic)]
    return [its for its in shown if its["forecasts"] or its["judged"] or its["earlier_wordings"] or "resolution" in its]


def with_questions_on_record(content: TopicContent, on_record: Sequence[RecordedQuestion]) -> TopicContent:
    """Return a report's content with what is on record now, and nothing else changed; the content itself where it has just that."""
    if list(content.get("on_record", ())) == list(on_record):
        return content
    renewed = content.copy()
    renewed.pop("on_record", None)
    if on_record:
        renewed["on_record"] = list(on_record)
    return {**renewed, "digest": digest_of(renewed)}


def _recorded_question(topic: Topic, record: ForecastRecord, terms: QuestionTerms, as_of: date) -> RecordedQuestion:
    asked = terms.question
    end = datetime.combine(as_of, time.max, UTC)
    of_question = [its for its in standing_forecasts(record) if its.question == asked.id and its.at <= end]
    rows = [its for its in of_question if its.asked == asked.asked]
    lines = [its for its in timelines(record) if (its.question, its.asked) == (asked.id, asked.asked)]
    holding = {span.forecast.id for line in lines if (span := span_at(line, end)) is not None}
    said = sorted(rows, key=lambda its: (its.at, its.recorded), reverse=True)
    question = topic.judged.get(asked.id)
    recorded: RecordedQuestion = {
        "name": asked.id,
        "asks": asked.text,
        "type": asked.type,
        "by": None if asked.scheduled_close is None else asked.scheduled_close.date().isoformat(),
        "rule": topic.questions[asked.id].settled if question is None else question.settled,
        "judged": question is not None,
        "forecasts": [_forecast(record, its, terms, holds=its.id in holding) for its in said[:MOST_FORECASTS_LISTED]],
        "more": max(0, len(said) - MOST_FORECASTS_LISTED),
        "earlier_wordings": len(of_question) - len(rows),
    }
    resolution = standing_resolutions(record).get((asked.id, asked.asked))
    if resolution is not None and resolution.known <= as_of:
        recorded["resolution"] = (
            f"{outcome_words(resolution, of_dates=asked.type == 'date')}, decided on {resolution.on.date().isoformat()}"
        )
    return recorded


def _forecast(record: ForecastRecord, forecast: Forecast, terms: QuestionTerms, *, holds: bool) -> ForecastContent:
    asked = terms.question
    person = record.people.get(forecast.who)
    content: ForecastContent = {
        "who": forecast.who,
        "kind": "" if person is None else person.kind,
        "day": forecast.at.date().isoformat(),
        "says": value_words(forecast.form, forecast.value, unit=asked.unit, of_dates=asked.type == "date"),
        "holds": holds,
        "entered_later": forecast.is_entered_later,
        "why": forecast.note,
        "source": forecast.source,
    }
    if forecast.form == "probability" and isinstance(forecast.value, float):
        content["probability"] = forecast.value
    return content
