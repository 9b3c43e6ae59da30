"""``seeds/relations.toml``: what must hold between answers of several topics, as their authors say."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from forecast.book.files.conform import conform
from forecast.book.files.folder import Folder
from forecast.book.files.layout import RELATIONS, SNAKE_CASE
from forecast.book.files.problems import Place, Problem, Result
from forecast.book.files.shapes import RelationFile, RelationTable
from forecast.book.files.sources import Document, read_document_if_any
from forecast.book.sentences import SENTENCE_HINT, is_sentence
from forecast.language.expressions import Binary, Compare, Expression, Name, Number, Unary, walk
from forecast.language.faults import Fault, did_you_mean
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


@dataclass(frozen=True, slots=True)
class Relation:
    """Two sides, expressions of answers, and what must hold between them; ``references`` are the answers by the names in both."""

    name: str
    place: Place
    text: str
    why: str
    operator: str
    left: Expression
    right: Expression
    references: Mapping[str, AnswerReference]

    @property
    def topics(self) -> frozenset[str]:
        """The topics whose answers it names."""
        return frozenset(its.topic for its in self.references.values())


def read_relations(folder: Folder) -> Result[tuple[Relation, ...]]:
    """Return the relations of a book, none where it has no file of them, and what is wrong with the others."""
    document, problems = read_document_if_any(folder, RELATIONS)
    if document is None:
        return Result((), problems)
    tables, wrong = conform(document, RelationFile)
    gathered = [*problems, *wrong]
    relations: list[Relation] = []
    for name, table in (tables or {}).items():
        if not is_sentence(table.why):
            gathered.append(document.at_value((name, "why"), "`why` is not a sentence", SENTENCE_HINT))
        try:
            relations.append(_relation(document, name, table))
        except Fault as fault:
            gathered.append(document.of_fault((name, "relation"), fault))
    return Result(tuple(relations), tuple(gathered))


def reference_problems(
    relations: Collection[Relation], kinds: Mapping[str, Mapping[str, Collection[str] | None]], topics: Collection[str]
) -> Iterator[Problem]:
    """Yield a problem for each answer named that no topic gives.

    ``kinds`` has the questions of topics that have been read, with the labels of their choices: empty where it has none, None where
    its answer is a date. Of topics that exist, but have not been read, only the name is looked at.
    """
    for relation in relations:
        for reference in relation.references.values():
            message, hint = _fault_of_reference(reference, kinds, topics)
            if message:
                yield Problem(relation.place, f"`{reference.address}`: {message}", hint)


def _fault_of_reference(
    reference: AnswerReference, kinds: Mapping[str, Mapping[str, Collection[str] | None]], topics: Collection[str]
) -> tuple[str, str]:
    if reference.topic not in topics:
        return "there is no such topic", did_you_mean(reference.topic, topics) or ""
    if reference.topic not in kinds:
        return "", ""
    questions = kinds[reference.topic]
    if reference.question not in questions:
        return f"`{reference.topic}` has no such question", did_you_mean(reference.question, questions) or ""
    labels = questions[reference.question]
    if labels is None:
        return "its answer is a date, which no relation compares", "ask for the probability by a day instead"
    if labels and reference.label not in labels:
        return "this question has choices: name one of them", f"as in {reference.topic}.{reference.question}[{next(iter(labels))}]"
    if not labels and reference.label:
        return "this question has no choices", "leave out the brackets"
    return "", ""


def _relation(document: Document, name: str, table: RelationTable) -> Relation:
    """One relation; raises ``Fault`` with the offset in its text."""
    references: dict[str, AnswerReference] = {}

    def stand_in(found: re.Match[str]) -> str:
        """A name of the same length, so that offsets of faults stay right."""
        called = f"r{len(references)}".ljust(len(found[0]), "_")
        references[called] = AnswerReference(found[1], found[2], (found[3] or "").strip().strip("\"'"))
        return called

    text = _REFERENCE.sub(stand_in, table.relation)
    if len(references) > MOST_REFERENCES:
        raise Fault(f"it names {len(references)} answers; at most {MOST_REFERENCES} are compared")
    tree = parse_expression(text)
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
    left, right = tree.operands
    return Relation(name, document.place((name,)), table.relation, table.why, tree.operators[0], left, right, references)
