"""Relations between topics in words: that one does not hold, and by how much.

Chances and shares are printed as percents.  What an answer of another topic is, a report does not say: it is what it is compared
with, or added to.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from forecast.book.relation_text import AnswerReference, parse_relation
from forecast.language.expressions import Binary, Expression, Name, Number, Unary
from forecast.language.faults import Fault
from forecast.schema import words
from forecast.schema.answers import AnswerContent
from forecast.schema.insight import MeasureScale
from forecast.schema.relations import RelationContent
from forecast.schema.topic import TopicContent
from forecast.sentences.printed_parts import printed_change

type SideKind = Literal["chance", "number", ""]  # what an expression is; empty where that is not known


def broken_relation_sentences(content: TopicContent) -> tuple[str, ...]:
    """Return a sentence for each relation of a report that does not hold."""
    return tuple(_broken_sentence(its, content) for its in content.get("relations", ()) if its["verdict"] == "fails")


def equal_questions(contents: Sequence[TopicContent]) -> frozenset[frozenset[str]]:
    """Return the pairs of questions, as ``topic.question``, that have one number by a relation that holds, in every report that has it."""
    checked = [its for content in contents for its in content.get("relations", ())]
    failing = {its["relation"] for its in checked if its["verdict"] != "holds"}
    pairs = (_equal_pair(its["relation"]) for its in checked if its["relation"] not in failing)
    return frozenset(pair for pair in pairs if pair is not None)


def sides_text(its: RelationContent, content: TopicContent) -> str:
    """Return both sides of a relation as they came out; empty where it was not checked."""
    left, right = its["left"], its["right"]
    if left is None or right is None:
        return ""
    if not _is_of_chances(its, content):
        return f"{_number(left, its)} and {_number(right, its)}"
    if not (0 <= left <= 1 and 0 <= right <= 1):  # sums of chances
        return " and ".join(f"{words.number(100 * side, error=100 * (its['error'] or 0.0))} %" for side in (left, right))
    is_known = all(answer["error"] == 0 for answer in its["answers"] if answer["value"] in {0.0, 1.0})
    scale: MeasureScale = {"kind": "probability", "unit": "", "settled": is_known}
    printed = printed_change(scale, right, left, error=its["error"])
    if printed.before == printed.after and its["verdict"] == "fails":
        decimals = max(0, -math.floor(math.log10(100 * its["error"]))) if its["error"] else words.MOST_DECIMALS
        return f"{100 * left:.{decimals}f} % and {100 * right:.{decimals}f} %"
    return f"{printed.after} and {printed.before}"


def difference_of_sides_text(its: RelationContent, content: TopicContent) -> str:
    """Return left less right with its Monte Carlo error; empty where it was not checked."""
    if its["left"] is None or its["right"] is None or its["error"] is None:
        return ""
    difference, error = its["left"] - its["right"], its["error"]
    if _is_of_chances(its, content):
        points = words.number(100 * difference, error=100 * (error or 0.0005 * abs(difference)))
        return f"{points} \u00b1 {words.number(100 * error, error=10 * error)} points"
    return f"{_number(difference, its)} \u00b1 {words.number(error, error=error / 10)}"


def _broken_sentence(its: RelationContent, content: TopicContent) -> str:
    return (
        f"Answers of several topics contradict each other. By the relation “{its['name']}”, {its['relation']}, but the two sides are "
        f"{sides_text(its, content)}; their difference is {difference_of_sides_text(its, content)} (its Monte Carlo error). {its['why']}"
    )


def _equal_pair(text: str) -> frozenset[str] | None:
    """The two questions that a relation sets equal as wholes; None for any other relation."""
    try:
        tree, references = parse_relation(text)
    except Fault:
        return None
    sides = [references[side.name] for side in tree.operands if isinstance(side, Name)]
    if tree.operators != ("==",) or len(sides) != 2 or any(side.label for side in sides):
        return None
    return frozenset(side.address for side in sides)


def _number(value: float, its: RelationContent) -> str:
    return words.number(value, error=its["error"] or 0.0005 * abs(value))


def _is_of_chances(its: RelationContent, content: TopicContent) -> bool:
    """Whether both sides are chances or shares, as far as the report of one topic tells."""
    try:
        tree, references = parse_relation(its["relation"])
    except Fault:
        return False
    answers = {f"{content['name']}.{answer['name']}": answer for answer in content["answers"]}
    sides = {_kind_of(side, references, answers) for side in tree.operands}
    return "chance" in sides and "number" not in sides


def _kind_of(expression: Expression, references: Mapping[str, AnswerReference], answers: Mapping[str, AnswerContent]) -> SideKind:
    """What an expression of answers is: a quotient of two answers is a number, and so is what has one in it."""
    match expression:
        case Name():
            reference = references[expression.name]
            answer = answers.get(f"{reference.topic}.{reference.question}")
            if answer is None:
                return ""
            return "number" if answer["kind"] == "distribution" and answer["unit"] != "share" else "chance"
        case Unary():
            return _kind_of(expression.operand, references, answers)
        case Binary():
            parts = {_kind_of(part, references, answers) for part in (expression.left, expression.right)}
            if "number" in parts or (expression.operator == "/" and not isinstance(expression.right, Number)):
                return "number"
            return "chance" if "chance" in parts else ""
        case _:
            return ""
