"""One topic read as if some of its files had other texts: what somebody is about to write, or only supposes, is checked as a book is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from forecast.book.problems import Problem
from forecast.book.reading import read_book
from forecast.book.topic import Topic


def read_changed(root: Path, topic: str, changes: Mapping[str, str]) -> tuple[Topic | None, tuple[Problem, ...]]:
    """Read one topic of a book as if some of its files had other texts; nothing is written.

    ``changes`` maps a path relative to the book to the whole new text.  Returns
    the topic (None where it has errors) and its problems, with places in the
    changed texts.
    """
    book, problems = read_book(root, [topic], texts=changes)
    return book.topics.get(topic), problems
