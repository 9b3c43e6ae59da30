"""A report's content with the titles, descriptions and reasons that its topic has now; no number of it changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from forecast.book.hashes import words_hash
from forecast.book.topic import Parameter, Question, Series, Topic
from forecast.content.variant_changes import changes_content
from forecast.schema.answers import AnswerContent
from forecast.schema.book import PartContent
from forecast.schema.scenarios import ScenarioContent, ScenariosContent
from forecast.schema.topic import ParameterContent, PointContent, SeriesContent, TopicContent, digest_of
from forecast.schema.variants import VariantContent, VariantsContent


def with_reasons(content: TopicContent, topic: Topic) -> TopicContent:
    """Return the content of a topic's report with what it only repeats from the topic's files, as ``forecast.book.reasons`` lists it.

    The topic must be equal to the one that the content was made of in all else.
    """
    kept = content.copy()
    kept.pop("lead", None)
    kept.pop("note", None)
    renewed: TopicContent = {
        **kept,
        **lead_and_note(topic),
        "title": topic.title,
        "origin": topic.origin,
        "answers": [_with_question(answer, topic.questions[answer["name"]]) for answer in content["answers"]],
        **_with_titles(content, topic),
        **_with_reasons_of_variants(content, topic),
        "parameters": [_with_prior(parameter, topic.parameters[parameter["name"]]) for parameter in content["parameters"]],
        "streams": [{**stream, "about": topic.streams[stream["name"]].about} for stream in content["streams"]],
        "series": [_with_points(series, topic.series[series["name"]]) for series in content["series"]],
        "run": {**content["run"], "hashes": {**content["run"]["hashes"], "words": words_hash(topic)}},
    }
    return {**renewed, "digest": digest_of(renewed)}


class LeadAndNote(TypedDict, total=False):
    """What only a topic has that names its leading question, or begins its page with a note."""

    lead: str
    note: str


def lead_and_note(topic: Topic) -> LeadAndNote:
    """Return the question that leads a topic's page and the note that it begins with, where the topic has them."""
    shown: LeadAndNote = {}
    if topic.lead:
        shown["lead"] = topic.lead
    if topic.note:
        shown["note"] = topic.note
    return shown


class _Scenarios(TypedDict, total=False):
    """What only a topic with scenarios has."""

    scenarios: ScenariosContent


def _with_titles(content: TopicContent, topic: Topic) -> _Scenarios:
    """The scenarios with their titles; nothing where there are none."""
    if "scenarios" not in content:
        return {}
    its = content["scenarios"]
    renewed: list[ScenarioContent] = [{**each, "title": topic.scenarios[each["name"]].asks} for each in its["scenarios"]]
    return {"scenarios": {**its, "scenarios": renewed}}


class _Variants(TypedDict, total=False):
    """What only a topic with variants has."""

    variants: VariantsContent


def _with_reasons_of_variants(content: TopicContent, topic: Topic) -> _Variants:
    """The variants with the reasons of their priors; nothing where there are none."""
    if "variants" not in content:
        return {}
    its = content["variants"]
    renewed: list[VariantContent] = [
        {**rival, "changes": changes_content(topic.variants[rival["name"]])} if rival["name"] in topic.variants else rival
        for rival in its["rivals"]
    ]
    return {"variants": {**its, "rivals": renewed}}


def _with_question(answer: AnswerContent, question: Question) -> AnswerContent:
    return {**answer, "asks": question.asks, "rule": question.settled}


def _with_prior(content: ParameterContent, parameter: Parameter) -> ParameterContent:
    renewed: ParameterContent = {
        **content,
        "why": parameter.why_by_label.get(content["label"], parameter.why),
        "source": parameter.source,
        "reviewed": parameter.reviewed.isoformat() if parameter.reviewed else None,
        "by": parameter.by,
    }
    if "parts" in renewed:
        renewed["parts"] = _with_part_reasons(renewed["parts"], parameter)
    return renewed


def _with_part_reasons(contents: Sequence[PartContent], parameter: Parameter) -> list[PartContent]:
    return [{**content, "why": part.why, "source": part.source} for content, part in zip(contents, parameter.parts, strict=True)]


def _with_points(content: SeriesContent, series: Series) -> SeriesContent:
    by_day = {(point.day.isoformat(), point.known.isoformat()): point for point in series.points}
    points: list[PointContent] = []
    for shown in content["points"]:
        point = by_day[shown["day"], shown["known"]]
        points.append({**shown, "source": point.source, "grade": point.grade or "", "note": point.note})
    return {**content, "about": series.about, "points": points}
