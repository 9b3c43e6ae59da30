"""Questions that a topic's own rows have decided: how they must be resolved, and resolutions that say otherwise."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from shlex import quote
from typing import Any

from forecast.book.files.problems import Problem
from forecast.book.topic import Question, Topic
from forecast.forecasts.own_questions import hash_as_asked
from forecast.forecasts.record import ForecastRecord, standing_resolutions
from forecast.forecasts.resolution import OutcomeWord, Resolution
from forecast.forecasts.times import days_of_text
from forecast.model.errors import topic_problem

REPORT_TOLERANCE = 1e-5  # a report has six significant digits
MEDIAN_POINT = 2  # of the five points of a number or a date


@dataclass(frozen=True, slots=True)
class SettledAnswer:
    """A question that a report calls settled, with what it asked then, and the outcome; ``value`` is None where the report does not have it."""

    name: str
    asked: tuple[str, ...]
    outcome: OutcomeWord
    value: str | float | None = None

    @property
    def words(self) -> str:
        """The outcome as `forecast resolve` takes it."""
        return f"{self.outcome} {self.value_text}".rstrip()

    @property
    def value_text(self) -> str:
        """The value as `forecast resolve` takes it; empty where there is none."""
        return "" if self.value is None else f"{self.value:.6g}" if isinstance(self.value, float) else self.value


def settled_answers(answers: Iterable[Mapping[str, Any]]) -> tuple[SettledAnswer, ...]:
    """Return which of a report's answers say that the record alone has decided the question, each with its outcome."""
    return tuple(settled for answer in answers if (settled := _settled_answer(answer)) is not None)


def settlement_problems(topic: Topic, record: ForecastRecord, settled: Iterable[SettledAnswer]) -> Iterator[Problem]:
    """Yield a warning for each question that rows have decided and nobody has resolved, and an error for each resolution that they contradict.

    Answers to what the topic does not ask any more count for nothing.
    """
    resolved = standing_resolutions(record)
    for answer in settled:
        if not is_asked_still(topic, answer):
            continue
        question = topic.questions[answer.name]
        resolution = resolved.get((question.name, hash_as_asked(question)))
        if resolution is None:
            yield _unresolved_warning(topic, question, answer)
        elif not _agrees(resolution, answer):
            message = (
                f"the record decides `{topic.name}.{question.name}`: {answer.words}; this resolution says {_resolution_text(resolution)}"
            )
            hint = f"correct the rows, or the resolution: `{resolve_command(topic, answer, question)} --replaces {resolution.id}`"
            yield Problem(resolution.place, message, hint)


def _unresolved_warning(topic: Topic, question: Question, answer: SettledAnswer) -> Problem:
    message = f"the rows on record already answer this question ({answer.words}), but it has no resolution yet"
    problem = topic_problem(topic, ("questions", question.name), message, f"run `{resolve_command(topic, answer, question)}`")
    return replace(problem, level="warning")


def is_asked_still(topic: Topic, answer: SettledAnswer) -> bool:
    """Whether a topic asks what an answer of its report answers."""
    question = topic.questions.get(answer.name)
    return question is not None and answer.asked == _asked_of(question)


def resolve_command(topic: Topic, answer: SettledAnswer, question: Question) -> str:
    """Return the command that resolves a question as its rows have decided it, with what is still to be filled in."""
    day = answer.value_text if answer.outcome == "date" else ""
    if answer.outcome in {"no", "number", "label", "not_by"} and question.by is not None:
        day = question.by.isoformat()
    value = quote(answer.value_text) if answer.value is not None else answer.outcome.upper() if answer.outcome in {"date", "number"} else ""
    return f'forecast resolve {topic.name}.{answer.name} {f"{answer.outcome} {value}".rstrip()} --on {day or "DATE"} --source "..."'


def _settled_answer(answer: Mapping[str, Any]) -> SettledAnswer | None:
    asked = tuple(answer[key] or "" for key in ("kind", "answer", "by", "since", "given"))
    made = (answer["name"], asked)
    match answer["status"]:
        case "void" | "annulled":
            return SettledAnswer(*made, answer["status"])
        case "happened" | "can no longer happen" | "settled":
            pass
        case _:
            return None
    value = answer["value"]
    match answer["kind"]:
        case "probability":
            return SettledAnswer(*made, "yes" if answer["status"] == "happened" else "no")
        case "date" if answer["status"] == "can no longer happen":
            return SettledAnswer(*made, "not_by", answer["by"])
        case "date":
            days = set(value["quantiles"])
            return SettledAnswer(*made, "date", value["quantiles"][MEDIAN_POINT] if len(days) == 1 else None)
        case "shares":
            labels = [share["label"] for share in value["shares"] if share["value"] == 1]
            return SettledAnswer(*made, "label", labels[0]) if labels else None
        case _:
            numbers = set(value["quantiles"])
            return SettledAnswer(*made, "number", float(value["quantiles"][MEDIAN_POINT]) if len(numbers) == 1 else None)


def _agrees(resolution: Resolution, answer: SettledAnswer) -> bool:
    """Whether a resolution says what the record does; one that could not be decided contradicts nothing."""
    if resolution.outcome == "ambiguous":
        return True
    if resolution.outcome != answer.outcome:
        return False
    match answer.value, resolution.value:
        case float(), float():
            return math.isclose(answer.value, resolution.value, rel_tol=REPORT_TOLERANCE)
        case str(), float():
            return days_of_text(answer.value) == math.floor(resolution.value)
        case str(), str():
            return answer.value == resolution.value
        case _:
            return True


def _resolution_text(resolution: Resolution) -> str:
    from forecast.forecasts.value_words import resolution_words

    return resolution_words(resolution)


def _asked_of(question: Question) -> tuple[str, ...]:
    return question.kind, question.answer_text, _iso(question.by), _iso(question.since), question.given_text


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()
