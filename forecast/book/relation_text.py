"""The text of a relation between answers of several topics, as its two sides and the answers that they name; reports are read by it too."""

from __future__ import annotations

import re
from dataclasses import dataclass

from forecast.book.files.layout import SNAKE_CASE
from forecast.language.expressions import Binary, Compare, Name, Number, Unary, walk
from forecast.language.faults import Fault
from forecast.language.parsing import parse_expression

OPERATORS = ("<=", ">=", "==")
MOST_REFERENCES = 90  # of one relation
_REFERENCE = re.compile(rf"(?<![\w.])({SNAKE_CASE.pattern})\.({SNAKE_CASE.pattern})(?:\[([^\[\]\n]*)\])?")
_ARITHMETIC = (Binary, Unary, Number, Name)
_HINT = "write it as in `loyalty.next_wish <= return.next_captive`: answers as topic.question, numbers, + - * / and one of <=, >=, =="


@dataclass(frozen=True, slots=True)
class AnswerReference:
    """An answer that a relation names; ``label`` is one choice of a question with choices, empty for other questions."""

    topic: str
    question: str
    label: str = ""

    @property
    def address(self) -> str:
        """The answer as it is written: ``topic.question``, or ``topic.question[label]``."""
        return f"{self.topic}.{self.question}{f'[{self.label}]' if self.label else ''}"


def parse_relation(text: str) -> tuple[Compare, dict[str, AnswerReference]]:
    """Return a relation as a comparison, and the answers that it names by the names that stand for them there; raise ``Fault`` with the offset."""
    references: dict[str, AnswerReference] = {}

    def stand_in(found: re.Match[str]) -> str:
        """A name of the same length, so that offsets of faults stay right."""
        called = f"r{len(references)}".ljust(len(found[0]), "_")
        references[called] = AnswerReference(found[1], found[2], (found[3] or "").strip().strip("\"'"))
        return called

    replaced = _REFERENCE.sub(stand_in, text)
    if len(references) > MOST_REFERENCES:
        raise Fault(f"it names {len(references)} answers; at most {MOST_REFERENCES} are compared")
    tree = parse_expression(replaced)
    if not isinstance(tree, Compare) or len(tree.operators) != 1 or tree.operators[0] not in OPERATORS:
        raise Fault("a relation compares two sides, once, by <=, >= or ==", hint=_HINT)
    for side in tree.operands:
        for node in walk(side):
            if not isinstance(node, _ARITHMETIC):
                raise Fault("a relation knows answers, numbers and + - * / alone", offset=getattr(node, "offset", 0), hint=_HINT)
            if isinstance(node, Name) and node.name not in references:
                raise Fault(f"`{node.name}` is no answer", offset=node.offset, hint="write an answer as topic.question")
    if len(set(references.values())) < 2:
        raise Fault("it names fewer than two answers", hint=_HINT)
    return tree, references
