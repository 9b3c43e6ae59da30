"""The names of a book that somebody may type, for completion in a shell: read from the files as they are, without checking them.

A file that cannot be read has no names here; the command that is then run says what is wrong with it.  A name that
is none in the language, which a shell might act on, is left out.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from forecast.book.files.folder import Folder
from forecast.book.files.layout import prior_path, topic_names, topic_path
from forecast.book.files.problems import FileFault

MOST_READ = 2_000  # topics whose files are read, a second's work


def names_of_topics(root: Path) -> list[str]:
    """Return the names of a book's topics."""
    return [name for name in topic_names(Folder(root)) if _is_plain(name)]


def names_of_questions(root: Path) -> list[str]:
    """Return topics that ask one question, questions that one topic asks, and all questions as ``topic.question``."""
    asked = {topic: list(_keys(root, topic_path(topic), "questions")) for topic in names_of_topics(root)[:MOST_READ]}
    lone = [topic for topic, names in asked.items() if len(names) == 1]
    return [*lone, *_bare_and_full(asked)]


def names_of_streams(root: Path) -> list[str]:
    """Return streams that one topic has, and all streams as ``topic.stream``."""
    return _bare_and_full({topic: list(_keys(root, topic_path(topic), "streams")) for topic in names_of_topics(root)[:MOST_READ]})


def names_of_priors(root: Path) -> list[str]:
    """Return parameters that one topic has, and all parameters as ``topic.name``."""
    return _bare_and_full({topic: list(_keys(root, prior_path(topic), "")) for topic in names_of_topics(root)[:MOST_READ]})


def _bare_and_full(by_topic: Mapping[str, list[str]]) -> list[str]:
    times = Counter(name for names in by_topic.values() for name in names)
    bare = [name for name, count in times.items() if count == 1]
    return [*bare, *(f"{topic}.{name}" for topic, names in by_topic.items() for name in names)]


def _keys(root: Path, path: str, table: str) -> Iterator[str]:
    """The keys of a table of a topic's file, or of the file itself."""
    content: object = {}
    with suppress(FileFault, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        content = tomllib.loads(Folder(root).read(path).decode("utf-8-sig"))
    if table and isinstance(content, dict):
        content = content.get(table, {})
    yield from (key for key in content if _is_plain(key)) if isinstance(content, dict) else ()


def _is_plain(name: str) -> bool:
    return name.isascii() and name.isidentifier()
