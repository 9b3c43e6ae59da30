"""Answers of questions that have been resolved: the resolution on record stands in the place of what the model says."""

from __future__ import annotations

import re

from forecast.schema import words
from forecast.schema.answers import AnswerContent
from forecast.schema.topic import TopicContent

KIND_OF_VALUE = re.compile(r"^(?:number|date) (?=[-\d])")  # what the record has before a value, which a reader can see
OUTCOME_DAY = re.compile(r"^((?:not by |below |above )?)(\d{4}-\d{2}-\d{2})\b")
BEFORE_DAY_DECIDED = ", decided on "  # stands between how a question ended and the day


def with_answers_resolved(content: TopicContent) -> TopicContent:
    """Return a report's content with each answer that its own record leaves open, and that has been resolved, as the resolution; the content itself where none is.

    For what is shown alone: the JSON of a report keeps what the model says.
    """
    resolved = {its["name"]: its["resolution"] for its in content.get("on_record", ()) if "resolution" in its}
    answers = [
        _resolved_answer(answer, resolved[answer["name"]]) if answer["name"] in resolved else answer for answer in content["answers"]
    ]
    return {**content, "answers": answers} if resolved else content


def ending_text(resolution: str) -> str:
    """Return a resolution on record as it is said: ``15 September 2026`` for ``date 2026-09-15``, ``223`` for ``number 223``."""
    plain = KIND_OF_VALUE.sub("", resolution)
    return OUTCOME_DAY.sub(lambda found: f"{found[1]}{words.day(found[2])}", plain)


def resolved_text(answer: AnswerContent) -> str:
    """Return how a resolved question ended, and what its model says, whose record does not have that."""
    said = f"Resolved: {ending_text(answer.get('resolution', ''))}."
    before = answer.get("model_headline")
    return f"{said} The model, whose record leaves it open, says {before}." if before else said


def _resolved_answer(answer: AnswerContent, resolution: str) -> AnswerContent:
    if answer["status"] in words.RECORDED:
        return answer
    figure = ending_text(resolution).rpartition(BEFORE_DAY_DECIDED)[0].partition(" (")[0]
    resolved: AnswerContent = {
        **answer,
        "status": "resolved",
        "resolution": resolution,
        "headline": words.capitalise(figure) if figure in {"yes", "no"} else figure,
    }
    if answer["value"] is not None:
        resolved["model_headline"] = answer["headline"]
    return resolved
