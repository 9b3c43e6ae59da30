"""Which questions imply which by their form: later deadlines, lower thresholds, and parts of a condition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from forecast.book.hashes import tree_as_data
from forecast.book.topic import Topic
from forecast.language.expressions import Compare, Expression, Logic, Number
from forecast.predict.settlement import failing_condition, is_lasting


@dataclass(frozen=True, slots=True)
class Claim:
    """What a contract is about: a question of yes or no, or a class of one of several; ``label`` is empty for the former."""

    topic: str
    question: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A condition that compares a value with a number; ``value`` is the value's tree as plain data."""

    value: Any
    operator: str
    number: float


def condition_of(claim: Claim, topic: Topic) -> Expression | None:
    """Return the condition under which a claim holds; None where it has none, or holds only given another or unless annulled."""
    question = topic.questions.get(claim.question)
    if question is None or question.given is not None or question.annulled is not None:
        return None
    if claim.label:
        return question.choices.get(claim.label)
    return question.answer if question.kind == "probability" else None


def claim_implies(first: Claim, second: Claim, topic: Topic) -> bool:
    """Whether, by the form of both, the first claim cannot hold without the second; both are of this topic.

    Where deadlines differ, a condition must last: once it holds, or once it fails, by ``is_lasting``.
    """
    if first == second:
        return True
    one, other = condition_of(first, topic), condition_of(second, topic)
    if one is None or other is None:
        return False
    asked, beside = topic.questions[first.question], topic.questions[second.question]
    if asked.since != beside.since or not condition_implies(one, other):
        return False
    if asked.by == beside.by:
        return True
    if asked.by is None or beside.by is None:
        return False
    if asked.by < beside.by:
        return is_lasting(one, topic) or is_lasting(other, topic)
    return fails_for_good(one, topic) or fails_for_good(other, topic)


def condition_implies(one: Expression, other: Expression) -> bool:
    """Whether, by their form, one condition cannot hold without another at the same time.  False where that does not follow from it."""
    if tree_as_data(one) == tree_as_data(other):
        return True
    if isinstance(other, Logic) and other.operator == "and":
        return all(condition_implies(one, part) for part in other.operands)
    if isinstance(one, Logic) and one.operator == "or":
        return all(condition_implies(part, other) for part in one.operands)
    if isinstance(one, Logic) and any(condition_implies(part, other) for part in one.operands):
        return True
    if isinstance(other, Logic):
        return any(condition_implies(one, part) for part in other.operands)
    return _threshold_implies(threshold_of(one), threshold_of(other))


def threshold_of(condition: Expression) -> Threshold | None:
    """Return a condition as a comparison with a number; None where it is none."""
    match condition:
        case Compare(operators=(operator,), operands=(left, Number(value=number))):
            return Threshold(tree_as_data(left), operator, number)
        case _:
            return None


def fails_for_good(condition: Expression, topic: Topic) -> bool:
    """Whether a single comparison that does not hold cannot come to hold again."""
    return isinstance(condition, Compare) and condition.operators != ("==",) and failing_condition(condition, topic) is not None


def days_between(start: date, end: date) -> int:
    """Days from one day to another."""
    return (end - start).days


def _threshold_implies(one: Threshold | None, other: Threshold | None) -> bool:
    if one is None or other is None or one.value != other.value:
        return False
    strict = other.operator in {">", "<"} and one.operator in {">=", "<=", "=="}
    if other.operator in {">", ">="}:
        return one.operator in {">", ">=", "=="} and (one.number > other.number or (one.number == other.number and not strict))
    if other.operator in {"<", "<="}:
        return one.operator in {"<", "<=", "=="} and (one.number < other.number or (one.number == other.number and not strict))
    return False
