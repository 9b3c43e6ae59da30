"""What is wrong with forecasts and resolutions on record, as checks and updates of a book say it.

A record never stops an update: nothing of it is an input to a model, so what is wrong
with it is a warning there, and an error only of ``forecast check``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from forecast.actions.settled import SettledAnswer, settled_answers, settlement_problems
from forecast.book.files.folder import Folder
from forecast.book.files.problems import Problem
from forecast.book.topic import Book, Topic
from forecast.forecasts.checks import record_problems
from forecast.forecasts.own_questions import own_terms
from forecast.forecasts.reading import collection_names, read_collection, read_topic_record
from forecast.forecasts.terms import terms_of_record


def problems_of_topic_record(root: Path, topic: Topic, settled: Iterable[SettledAnswer]) -> tuple[Problem, ...]:
    """Return what is wrong with what is on record of a topic's questions, beside what its own rows have decided."""
    folder = Folder(root)
    record, problems = read_topic_record(folder, topic.name)
    terms = terms_of_record(record, own_terms(topic))
    return (*problems, *record_problems(folder, record, terms), *settlement_problems(topic, record, settled))


def problems_of_records(book: Book, reports: Mapping[str, Mapping[str, Any] | None], *, collections: bool) -> Iterator[Problem]:
    """Yield what is wrong with the records of a book's topics, and with its collections where those are asked for.

    ``reports`` are the newest of each topic, which say what rows have decided.
    """
    for name, topic in book.topics.items():
        yield from problems_of_topic_record(book.root, topic, settled_in(reports.get(name)))
    folder = Folder(book.root)
    for name in collection_names(folder) if collections else ():
        record, problems = read_collection(folder, name)
        yield from problems
        yield from record_problems(folder, record, terms_of_record(record))


def as_warnings(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems that stop nothing."""
    return tuple(replace(problem, level="warning") for problem in problems)


def settled_in(report: Mapping[str, Any] | None) -> tuple[SettledAnswer, ...]:
    """Return which questions a report calls settled; none where it is not whole."""
    try:
        return () if report is None else settled_answers(report["answers"])
    except (KeyError, TypeError, AttributeError, ValueError, IndexError):
        return ()
