"""The sections of a page on forecasts on record: one for each question that has some, or that people alone answer, and one for all that were settled without any."""

from __future__ import annotations

from collections.abc import Container, Sequence

from forecast.report.charts_answers import name_as_words
from forecast.report.charts_forecasts import chart_of_forecasts
from forecast.report.sections import Picture, Section
from forecast.report.tables import Column, ReportTable
from forecast.schema import words
from forecast.schema.answers import AnswerContent
from forecast.schema.on_record import RecordedQuestion
from forecast.schema.topic import TopicContent
from forecast.sentences.forecasts import difference_text, record_sentences
from forecast.sentences.resolved import ending_text

SETTLED_ANCHOR = "settled-before"  # no question's name has a hyphen
FORECAST_COLUMNS = (
    Column("when", "headday"),
    Column("who"),
    Column("forecast"),
    Column("beside the model"),
    Column("held until", "day"),
    Column("why", "note"),
    Column("source", "source"),
)


def forecast_sections(content: TopicContent, charts: Container[str]) -> list[Section]:
    """Return a section for each question that was forecast, or may be, and at the end one for those settled before that; none for most topics."""
    answers = {answer["name"]: answer for answer in content["answers"]}
    recorded = content.get("on_record", [])
    settled = [question for question in recorded if _is_settled_unforecast(question)]
    sections = [_section(question, answers.get(question["name"]), charts) for question in recorded if question not in settled]
    return [*sections, _settled_section(settled)] if settled else sections


def has_model(content: TopicContent) -> bool:
    """Whether a topic computes anything, and does not only ask what people think."""
    asks_people = any(question["judged"] for question in content.get("on_record", ()))
    return not asks_people or bool(content["answers"] or content["parameters"] or content["streams"] or content["quantities"])


def anchor_of_forecasts(question: str) -> str:
    """Return where on the page the forecasts of a question stand."""
    return f"forecasts-{question}"


def _is_settled_unforecast(question: RecordedQuestion) -> bool:
    """Whether a question that a model answers has an end on record, and no forecast."""
    is_forecast = question["judged"] or question["forecasts"] or question["earlier_wordings"]
    return not is_forecast and "resolution" in question


def _settled_section(questions: Sequence[RecordedQuestion]) -> Section:
    """The questions that were settled before anybody forecast them, in a line each, to which a link to its forecasts leads."""
    lines = tuple(f"{its['asks']} {words.capitalise(ending_text(its.get('resolution', '')))}." for its in questions)
    anchors = tuple(anchor_of_forecasts(its["name"]) for its in questions)
    return Section("Settled before the first forecast", SETTLED_ANCHOR, points=lines, point_anchors=anchors)


def _section(question: RecordedQuestion, answer: AnswerContent | None, charts: Container[str]) -> Section:
    heading = f"Forecasts: {name_as_words(question['name'])}"
    paragraphs = [question["asks"]]
    if answer is not None:
        paragraphs.append(f"The model says: {answer['sentence']} What others say is no input to it.")
    if question["judged"]:
        closes = "" if question["by"] is None else f" It closes on {words.day(question['by'])}."
        paragraphs.append(f"People answer it, and no model.{closes}")
        paragraphs += [f"How it is settled: {question['rule']}"] if question["rule"] else []
    name = chart_of_forecasts(question)
    pictures = (Picture(name, "What was said, over time"),) if name in charts else ()
    points = tuple(f"{sentence}." for sentence in record_sentences(question, answer))
    folded = (_table(question, answer),) if question["forecasts"] else ()
    return Section(heading, anchor_of_forecasts(question["name"]), tuple(paragraphs), points, pictures, folded=folded)


def _table(question: RecordedQuestion, answer: AnswerContent | None) -> ReportTable:
    rows = tuple(
        (
            words.day(its["day"]) + (", entered later" if its["entered_later"] else ""),
            its["who"] + (f" ({its['kind']})" if its["kind"] else ""),
            its["says"],
            difference_text(its, answer),
            "now" if its["holds"] else words.day(its["ended"]) if "ended" in its else "",
            its["why"],
            its["source"],
        )
        for its in question["forecasts"]
    )
    more = f", and {question['more']:,} earlier ones" if question["more"] else ""
    return ReportTable(f"Forecasts on record, the newest first{more}", FORECAST_COLUMNS, rows)
