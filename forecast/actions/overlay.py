"""One topic read as if some of its files had other texts: what somebody is about to write, or only supposes, is checked as a book is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from forecast.book.files.problems import Problem, Result
from forecast.book.files.sources import make_source_file
from forecast.book.reading import read_book
from forecast.book.topic import Topic
from forecast.language.characters import character_text


def read_with_changes(root: Path, topic: str, changes: Mapping[str, str]) -> Result[Topic]:
    """Read one topic of a book as if some of its files had other texts; nothing is written.

    ``changes`` maps a path relative to the book to the whole new text.  Returns
    the topic (None where it has errors) and its problems, with places in the
    changed texts.
    """
    broken = tuple(problem for path, text in changes.items() if (problem := _encoding_problem(path, text)) is not None)
    if broken:
        return Result(None, broken)
    book, problems = read_book(root, [topic], texts=changes)
    return Result(book.topics.get(topic), problems)


def _encoding_problem(path: str, text: str) -> Problem | None:
    """The problem of a text that no file can hold, as where the command line was given bytes that are not UTF-8."""
    if text.isascii():
        return None
    offset = next((offset for offset, character in enumerate(text) if "\ud800" <= character <= "\udfff"), None)
    if offset is None:
        return None
    before = text[:offset].split("\n")
    message = f"{character_text(text[offset])} cannot stand in a file: it is half a character"
    return make_source_file(path, text).at(len(before), len(before[-1]) + 1, message, "write the text in UTF-8")
