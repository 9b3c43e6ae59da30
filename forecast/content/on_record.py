"""Forecasts on record as a report shows them, beside the answers: they are never an input to a model, and are filled in at each update."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

from forecast.book.files.folder import Folder
from forecast.book.topic import Topic
from forecast.content.renewed_parts import with_part
from forecast.forecasts.forecast import Forecast
from forecast.forecasts.own_questions import own_terms
from forecast.forecasts.reading import read_topic_record
from forecast.forecasts.record import ForecastRecord, standing_forecasts, standing_resolutions
from forecast.forecasts.terms import QuestionTerms
from forecast.forecasts.timelines import Span, timelines
from forecast.forecasts.value_words import resolution_words, value_words
from forecast.schema.on_record import MOST_FORECASTS_LISTED, ForecastContent, RecordedQuestion
from forecast.schema.topic import TopicContent
from forecast.schema.words import day
from forecast.sentences.resolved import BEFORE_DAY_DECIDED


def questions_on_record(root: Path, topic: Topic, as_of: date) -> list[RecordedQuestion]:
    """Return a topic's questions of which something is on record as of a day, and those that people alone answer.

    What is wrong with the record is left out here, and said by the checks.
    """
    record, _ = read_topic_record(Folder(root), topic.name)
    if not (record.forecasts or record.resolutions or topic.judged):
        return []
    end = datetime.combine(as_of, time.max, UTC)
    said: dict[str, list[Forecast]] = {}
    for forecast in standing_forecasts(record):
        if forecast.at <= end:
            said.setdefault(forecast.question, []).append(forecast)
    spans = {span.forecast.id: span for line in timelines(record) for span in line.spans}
    resolved = {key: its for key, its in standing_resolutions(record).items() if its.known <= as_of}
    shown = []
    for terms in own_terms(topic):
        asked = terms.question
        recorded = _recorded_question(topic, record, terms, said.get(asked.id, []), spans, end)
        if (resolution := resolved.get((asked.id, asked.asked))) is not None:
            words = resolution_words(resolution, of_dates=asked.type == "date")
            recorded["resolution"] = f"{words}{BEFORE_DAY_DECIDED}{day(resolution.on.date())}"
        shown.append(recorded)
    return [its for its in shown if its["forecasts"] or its["judged"] or its["earlier_wordings"] or "resolution" in its]


def with_questions_on_record(content: TopicContent, on_record: Sequence[RecordedQuestion]) -> TopicContent:
    """Return a report's content with what is on record now, and nothing else changed; the content itself where it has just that."""
    return with_part(content, "on_record", list(on_record))


def _recorded_question(
    topic: Topic, record: ForecastRecord, terms: QuestionTerms, of_question: Sequence[Forecast], spans: Mapping[str, Span], end: datetime
) -> RecordedQuestion:
    """A question with its forecasts, in whatever words it was asked; ``spans`` has the time for which each held, by id."""
    asked = terms.question
    rows = [its for its in of_question if its.asked == asked.asked]
    newest = sorted(rows, key=lambda its: (its.at, its.recorded), reverse=True)
    question = topic.judged.get(asked.id)
    return {
        "name": asked.id,
        "asks": asked.text,
        "type": asked.type,
        "by": None if asked.scheduled_close is None else asked.scheduled_close.date().isoformat(),
        "rule": topic.questions[asked.id].settled if question is None else question.settled,
        "judged": question is not None,
        "forecasts": [_forecast(record, its, terms, spans.get(its.id), end) for its in newest[:MOST_FORECASTS_LISTED]],
        "more": max(0, len(newest) - MOST_FORECASTS_LISTED),
        "earlier_wordings": len(of_question) - len(rows),
    }


def _forecast(record: ForecastRecord, forecast: Forecast, terms: QuestionTerms, span: Span | None, end: datetime) -> ForecastContent:
    asked = terms.question
    person = record.people.get(forecast.who)
    content: ForecastContent = {
        "who": forecast.who,
        "kind": "" if person is None else person.kind,
        "day": forecast.at.date().isoformat(),
        "says": value_words(forecast.form, forecast.value, unit=asked.unit, of_dates=asked.type == "date"),
        "holds": span is not None and (span.end is None or span.end > end),
        "entered_later": forecast.is_entered_later,
        "why": forecast.note,
        "source": forecast.source,
    }
    if forecast.form == "probability" and isinstance(forecast.value, float):
        content["probability"] = forecast.value
    if span is not None and span.end is not None and span.end <= end:
        content["ended"] = span.end.date().isoformat()
    return content
