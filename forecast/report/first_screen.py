"""What a page begins with: one question with its answer, then the other open questions in a line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from forecast.report.charts_lead import lead_points
from forecast.report.charts_why import chart_name
from forecast.report.summary import QuestionSummary
from forecast.schema import words
from forecast.schema.answers import AnswerContent, RangeContent
from forecast.schema.history_points import points_of
from forecast.schema.insight import InsightContent
from forecast.schema.on_record import ForecastContent
from forecast.schema.topic import TopicContent
from forecast.sentences.forecasts import BASE_RATE
from forecast.sentences.headlines import Headline, headline_of, ninety_percent_range, range_note
from forecast.sentences.insight_text import figures_note
from forecast.sentences.lead import history_finding, lead_answer, lead_paragraph, main_measure, reference_forecast
from forecast.sentences.never_settled import never_settled_sentence
from forecast.sentences.same_event import open_events
from forecast.sentences.variants import LEAST_WEIGHT, range_sentence

NINETY_PERCENT = "90 % range"
RANGES = {"probability": f"{NINETY_PERCENT} of the chance", "distribution": f"Median; {NINETY_PERCENT}"}


@dataclass(frozen=True, slots=True)
class SameEvent:
    """Another question of an event, and its answer in short."""

    name: str
    asks: str
    said: str


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """An open question in a line: its answer, the 90 % range, or where it has none the range over versions, when it last moved, its history as a sparkline, others of the same event, and that it may never be settled, where its rule says so."""

    name: str
    asks: str
    headline: Headline
    range: str
    moved: str
    spark: str
    same: tuple[SameEvent, ...]
    settling: str


@dataclass(frozen=True, slots=True)
class LeadingAnswer:
    """The answer that a page begins with; ``facts`` stand beside it, ``picture`` is the name of a picture, empty where there is none."""

    name: str
    asks: str
    headline: Headline
    facts: tuple[str, ...]
    paragraph: str
    title: str
    caption: str
    picture: str
    same: tuple[SameEvent, ...]


@dataclass(frozen=True, slots=True)
class FirstScreen:
    """The leading answer, None where every question is settled, the others, and what is to be known of their figures, which may be nothing."""

    lead: LeadingAnswer | None
    others: tuple[QuestionLine, ...]
    note: str = ""
    range_name: str = NINETY_PERCENT  # what the ranges of the others are; empty where each says so itself, since they are of two kinds


def first_screen(content: TopicContent, summaries: Mapping[str, QuestionSummary], charts: Mapping[str, object]) -> FirstScreen:
    """Return what a topic's page begins with, given its questions at a glance and its pictures."""
    lead = lead_answer(content)
    if lead is None:
        return FirstScreen(None, ())
    first, *rest = open_events(content, lead=lead["name"])
    lines = tuple(_line(event, summaries[event[0]["name"]]) for event in rest)
    leading, note = _leading_answer(content, first, summaries[lead["name"]], charts), figures_note(line.moved for line in lines)
    if any(line.range and not line.range.startswith(NINETY_PERCENT) for line in lines):
        return FirstScreen(leading, lines, note, range_name="")
    bare = tuple(replace(line, range=line.range.removeprefix(f"{NINETY_PERCENT} ")) for line in lines)
    return FirstScreen(leading, bare, note)


def _leading_answer(
    content: TopicContent, event: Sequence[AnswerContent], summary: QuestionSummary, charts: Mapping[str, object]
) -> LeadingAnswer:
    answer, *others = event
    insight = content["insight"]
    index = None if insight is None else main_measure(insight, answer["name"])
    picture = "" if insight is None or index is None else chart_name("lead", insight["measures"][index])
    is_drawn = picture in charts and insight is not None and index is not None
    return LeadingAnswer(
        answer["name"],
        answer["asks"],
        headline_of(answer),
        tuple(_facts(content, answer)),
        lead_paragraph(content, answer, summary.said),
        history_finding(insight, index) if is_drawn and insight is not None and index is not None else "",
        _caption(insight, index, content["as_of"]) if insight is not None and index is not None else "",
        picture if is_drawn else "",
        _same(others),
    )


def _caption(insight: InsightContent, index: int, as_of: str) -> str:
    """What the picture follows, which of a number may be another figure than the large one."""
    said = ["What today's model would have said on each day, knowing what was known by then"]
    points = lead_points(insight, index, as_of)
    if len(points) < len(points_of(insight, index)):
        said.append(f"the time before {words.month(points[0]['day'])} is in the data file")
    if any(point["news"] for point in points):
        said.append("news stands where it became known, which may be long after it happened")
    if insight["measures"][index]["kind"] == "mean":
        said.append("the line is the mean (the expected value), the large figure the median")
    if any(point["ranges"][index] is not None for point in points if "ranges" in point):
        said.append("the band is the 90 % range, worked out for a few days and drawn straight between them")
    return f"{'; '.join(said)}."


def _facts(content: TopicContent, answer: AnswerContent) -> list[str]:
    """What stands beside the figure: its range, the range over variants, and what it is compared with."""
    ends = ninety_percent_range(answer)
    said = [f"{RANGES.get(answer['kind'], NINETY_PERCENT)}: {ends}"] if ends else []
    if "variants" in answer:
        said.append(_range_over_versions(content, answer, answer["variants"]["ranges"]))
    if settling := never_settled_sentence(answer):
        said.append(settling)
    reference = reference_forecast(content, answer["name"])
    return [*said, _reference(reference)] if reference is not None else said


def _range_over_versions(content: TopicContent, answer: AnswerContent, ranges: Sequence[RangeContent]) -> str:
    """The range of an answer over the versions of the model, and how many these are, for a reader who meets them here first."""
    said = range_sentence(answer["kind"], answer["unit"], ranges).rstrip(".")
    count = sum(rival["after"] >= LEAST_WEIGHT for rival in content["variants"]["rivals"]) if "variants" in content else 0
    return f"{said} ({count} versions of different weight)" if count > 1 else said


def _reference(reference: ForecastContent) -> str:
    if reference["kind"] == BASE_RATE:
        return f"Base rate: {reference['says']}"
    by = "Price at" if reference["kind"] == "market" else "Forecast by"
    return f"{by} {reference['who']}, {words.day(reference['day'])}: {reference['says']}"


def _line(event: Sequence[AnswerContent], summary: QuestionSummary) -> QuestionLine:
    answer, *others = event
    return QuestionLine(
        answer["name"],
        answer["asks"],
        headline_of(answer),
        range_note(answer),
        summary.last,
        summary.spark,
        _same(others),
        never_settled_sentence(answer),
    )


def _same(others: Sequence[AnswerContent]) -> tuple[SameEvent, ...]:
    return tuple(SameEvent(answer["name"], answer["asks"], _in_short(headline_of(answer))) for answer in others)


def _in_short(shown: Headline) -> str:
    return f"{shown.figure} {shown.about}".rstrip()
