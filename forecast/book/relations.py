"""``seeds/relations.toml``: what must hold between answers of several topics, as their authors say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from forecast.book.files.conform import conform
from forecast.book.files.folder import Folder
from forecast.book.files.layout import RELATIONS
from forecast.book.files.problems import Place, Problem, Result
from forecast.book.files.shapes import RelationFile, RelationTable
from forecast.book.files.sources import Document, read_document_if_any
from forecast.book.relation_text import AnswerReference, parse_relation
from forecast.book.sentences import SENTENCE_HINT, is_sentence
from forecast.language.expressions import Expression
from forecast.language.faults import Fault, did_you_mean


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
    tree, references = parse_relation(table.relation)
    left, right = tree.operands
    return Relation(name, document.place((name,)), table.relation, table.why, tree.operators[0], left, right, references)
