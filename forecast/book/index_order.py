"""``seeds/book.toml``: in which order the index lists questions, those that people care about first."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from forecast.book.files.conform import conform
from forecast.book.files.folder import Folder
from forecast.book.files.layout import BOOK_SETTINGS, SNAKE_CASE
from forecast.book.files.problems import Problem, Result
from forecast.book.files.shapes import BookFile
from forecast.book.files.sources import Document, read_document_if_any
from forecast.book.topic import Topic
from forecast.language.faults import did_you_mean

ORDER_ENTRY = re.compile(rf"({SNAKE_CASE.pattern})(?:\.({SNAKE_CASE.pattern}))?")


def index_order(folder: Folder) -> tuple[str, ...]:
    """Return the questions, as ``topic.question``, and topics with which a book's index begins; none where it names none, or its file is broken."""
    document, order, problems = _read_order(folder)
    return () if document is None or problems else order


def index_order_problems(folder: Folder, names: Collection[str], topics: Mapping[str, Topic]) -> Iterator[Problem]:
    """Yield what is wrong with ``seeds/book.toml``, given the names of all topics, and those that could be read."""
    document, order, problems = _read_order(folder)
    yield from problems
    for place, entry in enumerate(order if document is not None else ()):
        assert document is not None
        if (fault := _fault_of_entry(entry, order[:place], names, topics)) is not None:
            yield document.at_value(("order", place), *fault)


def _read_order(folder: Folder) -> tuple[Document | None, tuple[str, ...], tuple[Problem, ...]]:
    document, problems = read_document_if_any(folder, BOOK_SETTINGS)
    if document is None:
        return None, (), problems
    read: Result[BookFile] = conform(document, BookFile)
    return document, () if read.value is None else tuple(read.value.order), (*problems, *read.problems)


def _fault_of_entry(entry: str, before: Collection[str], names: Collection[str], topics: Mapping[str, Topic]) -> tuple[str, str] | None:
    """What is wrong with an entry, and a hint."""
    found = ORDER_ENTRY.fullmatch(entry)
    if found is None:
        return f"`{entry}` names no question", "write `topic.question`, or a topic for the question that leads it"
    topic, question = found[1], found[2]
    if entry in before:
        return f"`{entry}` is listed twice", "leave one out"
    if topic not in names:
        return f"there is no topic `{topic}`", did_you_mean(topic, names) or f"topics here: {', '.join(names)}"
    if question and topic in topics:
        questions = [*topics[topic].questions, *topics[topic].judged]
        if question not in questions:
            return f"`{topic}` has no question `{question}`", did_you_mean(question, questions) or f"its questions: {', '.join(questions)}"
    return None
