"""Relations between answers of several topics, checked by what their reports say; filled in at each update, since no model knows of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from forecast.book.relation_text import AnswerReference
from forecast.book.relations import Relation
from forecast.content.renewed_parts import with_part
from forecast.language.evaluate import Scope, evaluate
from forecast.language.expressions import Expression
from forecast.language.ops import NUMPY
from forecast.schema.answers import AnswerContent, is_distribution, is_probability, is_shares
from forecast.schema.relations import RelatedAnswer, RelationContent
from forecast.schema.topic import TopicContent

MOST_ERRORS = 3.0  # Monte Carlo errors by which a relation may be missed: 1 in 370 that hold exactly is
_ROUNDING = 1e-9


def checked_relation(relation: Relation, contents: Mapping[str, TopicContent], missing: Mapping[str, str]) -> RelationContent:
    """Return whether a relation holds, by the reports of the topics that it names.

    An answer is compared by its headline: a probability, a share, the median of a number. The error of a side is that of its answers,
    carried on to first order as if they were independent. ``missing`` says of topics without a report why they have none.
    """
    absent = [f"`{name}` {missing[name]}" for name in sorted(relation.topics) if name not in contents]
    days = sorted({contents[name]["as_of"] for name in relation.topics if name in contents})
    if not absent and len(days) > 1:
        absent = [f"its reports are as of different days: {', '.join(days)}"]
    if absent:
        return unchecked_relation(relation, "; ".join(absent))
    answers: dict[str, RelatedAnswer] = {}
    for name, reference in relation.references.items():
        found = _related_answer(reference, contents[reference.topic])
        if found is None:
            return unchecked_relation(relation, f"`{reference.address}` has no answer on {days[0]}")
        answers[name] = found
    values = {name: its["value"] for name, its in answers.items()}
    left, right = (_value(side, values) for side in (relation.left, relation.right))
    if not math.isfinite(left - right):
        return unchecked_relation(relation, "a side is no number")
    error = _error_of_difference(relation, answers)
    holds = _holds(relation.operator, left - right, MOST_ERRORS * error + _ROUNDING)
    shown = list({its["address"]: its for its in answers.values()}.values())
    return _content(relation, "holds" if holds else "fails", (left, right, error), shown, "")


def with_relations(content: TopicContent, relations: Sequence[RelationContent]) -> TopicContent:
    """Return a report's content with these relations, and nothing else changed; the content itself where it has just these."""
    return with_part(content, "relations", list(relations))


def _related_answer(reference: AnswerReference, content: TopicContent) -> RelatedAnswer | None:
    answer = next((its for its in content["answers"] if its["name"] == reference.question), None)
    found = None if answer is None else _headline(answer, reference.label)
    return None if found is None else {"address": reference.address, "value": found[0], "error": found[1]}


def _headline(answer: AnswerContent, label: str) -> tuple[float, float] | None:
    """The value of an answer that is compared, and its Monte Carlo error; None where there is none."""
    value = answer["value"]
    if value is None:
        return None
    if is_probability(value, answer["kind"]):
        return value["value"], value["error"]
    if is_distribution(value, answer["kind"]):
        return value["quantiles"][2], value["errors"][2]
    if is_shares(value, answer["kind"]):
        return next(((its["value"], its["error"]) for its in value["shares"] if its["label"] == label), None)
    return None


def _error_of_difference(relation: Relation, answers: Mapping[str, RelatedAnswer]) -> float:
    """The Monte Carlo error of left less right, to first order; an answer that stands on both sides counts by what is left of it."""
    values = {name: its["value"] for name, its in answers.items()}
    by_address: dict[str, float] = {}
    errors = {its["address"]: its["error"] for its in answers.values()}
    for name, its in answers.items():
        step = its["error"] or 0.0
        if step:
            sides = [_value(relation.left, moved) - _value(relation.right, moved) for moved in _step_both_ways(values, name, step)]
            by_address[its["address"]] = by_address.get(its["address"], 0.0) + (sides[1] - sides[0]) / (2 * step)
    return math.sqrt(sum((slope * errors[address]) ** 2 for address, slope in by_address.items()))


def _step_both_ways(values: Mapping[str, float], name: str, step: float) -> tuple[dict[str, float], dict[str, float]]:
    return {**values, name: values[name] - step}, {**values, name: values[name] + step}


def _value(side: Expression, values: Mapping[str, float]) -> float:
    """One side; NaN or infinite where it has no value."""
    try:
        with np.errstate(all="ignore"):
            return float(evaluate(side, Scope({name: np.float64(value) for name, value in values.items()}), NUMPY))
    except (ZeroDivisionError, OverflowError):  # of numbers that stand in the text
        return math.nan


def _holds(operator: str, difference: float, slack: float) -> bool:
    match operator:
        case "<=":
            return difference <= slack
        case ">=":
            return difference >= -slack
        case _:
            return abs(difference) <= slack


def unchecked_relation(relation: Relation, reason: str) -> RelationContent:
    """Return a relation that is not checked, for a reason."""
    return {**_content(relation, "not checked", (0.0, 0.0, 0.0), [], reason), "left": None, "right": None, "error": None}


def _content(
    relation: Relation, verdict: str, figures: tuple[float, float, float], answers: list[RelatedAnswer], reason: str
) -> RelationContent:
    left, right, error = figures
    assert verdict in {"holds", "fails", "not checked"}
    return {
        "name": relation.name,
        "relation": relation.text,
        "why": relation.why,
        "verdict": verdict,  # type: ignore[typeddict-item]
        "left": left,
        "right": right,
        "error": error,
        "answers": answers,
        "reason": reason,
    }
