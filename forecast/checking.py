"""Reading a book with all its problems, and what its priors say: what every command does first.

It stands apart from the story of an update, so that checking a book does not pay
for what only reports need.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from forecast.beliefs import Believed, echoed
from forecast.book.problems import Problem, has_errors, in_order
from forecast.book.reading import read_book
from forecast.book.topic import Book, Topic
from forecast.model.model import model_as_of
from forecast.model.own import refusal
from forecast.model.unsound import Unsound
from forecast.remembering import edited_rows


@dataclass(frozen=True, slots=True)
class Checked:
    """A book as read, its problems, and every prior with its points (none where there are errors)."""

    book: Book
    problems: tuple[Problem, ...]
    priors: Mapping[str, tuple[Believed, ...]]


def check(root: Path, topics: Sequence[str] | None, *, as_of: date) -> Checked:
    """Read a book and check it whole, its priors echoed as 5, 50 and 95 % points."""
    book, problems = read_checked(root, topics)
    if has_errors(problems):
        return Checked(book, problems, {})
    priors: dict[str, tuple[Believed, ...]] = {}
    found: list[Problem] = [_noted(topic) for topic in book.topics.values() if topic.own is not None]
    for topic in book.topics.values():
        try:
            model_as_of(topic, as_of)  # finds series without values
            priors[topic.name] = echoed(topic, as_of)
        except Unsound as unsound:
            found += unsound.problems
    return Checked(book, in_order((*problems, *found)), {} if has_errors(tuple(found)) else priors)


def _noted(topic: Topic) -> Problem:
    """That answering a topic would run its code, which checking does not."""
    return replace(refusal(topic), level="warning")


def read_checked(root: Path, topics: Sequence[str] | None) -> tuple[Book, tuple[Problem, ...]]:
    """Read a book with all problems: of its files, and of rows edited after their use in a published answer."""
    book, problems = read_book(root, topics)
    edited = [problem for topic in book.topics.values() for problem in edited_rows(root, topic)]
    return book, in_order((*problems, *edited))
