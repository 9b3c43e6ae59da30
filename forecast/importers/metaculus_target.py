"""The question on Metaculus that a forecast is for: its id, its type, and the scale or the options that a forecast of it must have.

It is read from a question's JSON as Metaculus gives it (of a post, a group, a list of them, or a page of results), or from a collection.
Source of the format: Metaculus/metaculus, ``docs/openapi.yml``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from forecast.forecasts.question import CDF_STEPS, AskedQuestion, QuestionScale, QuestionType
from forecast.forecasts.terms import QuestionTerms
from forecast.forecasts.times import SECONDS_A_DAY
from forecast.forecasts.values import MOST_NUMBERS, ValueFault
from forecast.importers.json_file import is_list, is_number_value, is_table, read_json
from forecast.importers.metaculus_questions import METACULUS_TYPES
from forecast.scoring.metaculus_scale import MetaculusScale

_WRAPPERS = ("question", "questions", "results", "posts", "group_of_questions", "conditional", "question_yes", "question_no")
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class MetaculusTarget:
    """A question on Metaculus: the id of the question (not of its post), None where it is not known; dates of its scale are in days from 1970."""

    type: QuestionType
    id: int | None = None
    scale: QuestionScale | None = None
    options: tuple[str, ...] = ()


def server_scale(scale: QuestionScale) -> MetaculusScale:
    """Return the scale of a question as scores see it; raise ``ValueFault`` where it is none."""
    if not 1 <= scale.steps < MOST_NUMBERS:
        raise ValueFault(f"a scale with {scale.steps:,} steps", f"one has from 1 to {MOST_NUMBERS - 1:,}, and 200 where nothing is said")
    try:
        return MetaculusScale(
            range_min=scale.low,
            range_max=scale.high,
            zero_point=scale.zero_point,
            buckets=scale.steps,
            open_lower=scale.low_open,
            open_upper=scale.high_open,
        )
    except ValueError as error:
        raise ValueFault(str(error)) from None


def target_of_terms(terms: QuestionTerms, at: datetime) -> MetaculusTarget:
    """Return a question of a collection as a target, with the options that it has at a moment."""
    asked: AskedQuestion = terms.question
    number = int(asked.id) if asked.id.isascii() and asked.id.isdigit() else None
    return MetaculusTarget(asked.type, number, asked.scale, terms.options_at(at))


def read_target(path: Path, question: int | None = None) -> MetaculusTarget:
    """Return the question that a JSON file of Metaculus has, or of several that with the id ``question``.

    Raises ``FileFault`` where the file is no JSON, and ``ValueFault`` where it has no such question, several, or one that lacks something.
    """
    found = list({its["id"]: its for its in _questions(read_json(path), _DEEPEST)}.values())
    if not found:
        raise ValueFault("this file has no question of Metaculus", "name the JSON of a question, as /api/posts/ID/ gives it")
    if question is not None:
        chosen = [its for its in found if its["id"] == question]
        if not chosen:
            known = ", ".join(str(its["id"]) for its in found[:10])
            raise ValueFault(f"this file has no question {question}", f"it has {known}; the id is that of the question, not of its post")
        found = chosen
    if len(found) > 1:
        known = ", ".join(str(its["id"]) for its in found[:10])
        raise ValueFault(f"this file has {len(found)} questions", f"say which with --question-id: {known}")
    return _target(found[0])


def _questions(value: object, depth: int) -> Iterator[Mapping[str, object]]:
    """What in a JSON file is a question: it has a type that is known, and an id."""
    if depth == 0:
        return
    if is_list(value):
        for item in value:
            yield from _questions(item, depth - 1)
    elif is_table(value):
        if value.get("type") in METACULUS_TYPES and isinstance(value.get("id"), int):
            yield value
        else:
            for wrapper in _WRAPPERS:
                yield from _questions(value.get(wrapper), depth - 1)


def _target(read: Mapping[str, object]) -> MetaculusTarget:
    kind = METACULUS_TYPES[str(read["type"])]
    number = read["id"]
    assert isinstance(number, int)
    if kind == "binary":
        return MetaculusTarget(kind, number)
    if kind == "options":
        return MetaculusTarget(kind, number, options=_options(read.get("options")))
    return MetaculusTarget(kind, number, scale=_scale(read, kind))


def _options(listed: object) -> tuple[str, ...]:
    if not is_list(listed) or not listed or not all(isinstance(option, str) for option in listed):
        raise ValueFault("this question lists no `options`")
    return tuple(str(option) for option in listed)


def _scale(read: Mapping[str, object], kind: QuestionType) -> QuestionScale:
    scaling = read.get("scaling")
    places = scaling if is_table(scaling) else read
    low, high, zero_point = (places.get(name) for name in ("range_min", "range_max", "zero_point"))
    if not is_number_value(low) or not is_number_value(high):
        raise ValueFault("this question does not say its range, `scaling` with `range_min` and `range_max`")
    if zero_point is not None and not is_number_value(zero_point):
        raise ValueFault("the `zero_point` of this question is no number")
    open_low, open_high = read.get("open_lower_bound"), read.get("open_upper_bound")
    if not isinstance(open_low, bool) or not isinstance(open_high, bool):
        raise ValueFault("this question does not say which of its bounds are open, `open_lower_bound` and `open_upper_bound`")
    steps = read.get("inbound_outcome_count")
    if steps is not None and not (isinstance(steps, int) and not isinstance(steps, bool)):
        raise ValueFault("the `inbound_outcome_count` of this question is no number")
    unit = SECONDS_A_DAY if kind == "date" else 1.0
    zero = None if zero_point is None else float(zero_point) / unit
    return QuestionScale(float(low) / unit, float(high) / unit, open_low, open_high, zero, steps or CDF_STEPS)
