"""A changed copy of one topic's files, so that what somebody is about to write, or only supposes, is checked as a book is.

The copy lies in a temporary directory, holds only what the topic needs, and
goes when it has been read.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from forecast.book.layout import PRIORS, SEEDS, prior_path
from forecast.book.problems import Problem
from forecast.book.reading import read_book
from forecast.book.topic import Topic


def read_changed(root: Path, topic: str, changes: Mapping[str, str]) -> tuple[Topic | None, tuple[Problem, ...]]:
    """Read one topic of a book as if some of its files had other texts.

    ``changes`` maps a path relative to the book to the whole new text.  Returns
    the topic (None where it has errors) and its problems, with places in the
    changed texts.
    """
    with tempfile.TemporaryDirectory(prefix="forecast-") as directory:
        copy = Path(directory)
        _copy_topic(root, copy, topic)
        for path, text in changes.items():
            target = copy / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="")
        book, problems = read_book(copy, [topic])
    return book.topics.get(topic), problems


def _copy_topic(root: Path, copy: Path, topic: str) -> None:
    """Copy a topic's files, and the loose files of ``seeds`` that its origin may point into."""
    (copy / SEEDS).mkdir()
    (copy / PRIORS).mkdir()
    for entry in (root / SEEDS).iterdir():
        if entry.is_file():
            shutil.copyfile(entry, copy / SEEDS / entry.name)
    if (root / SEEDS / topic).is_dir():  # not where the topic is about to be begun
        shutil.copytree(root / SEEDS / topic, copy / SEEDS / topic)
    if (root / prior_path(topic)).is_file():
        shutil.copyfile(root / prior_path(topic), copy / prior_path(topic))
