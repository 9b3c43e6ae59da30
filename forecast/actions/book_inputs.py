"""Hashes of files, by which it is seen that what was computed from them is out of date: of all that models rest on, and of all that the page of scores does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date

from forecast.book.files.folder import Folder
from forecast.book.files.layout import LEDGER, SEEDS, prior_path, topic_names
from forecast.book.reading import READ_SUFFIXES
from forecast.forecasts.reading import collection_names
from forecast.forecasts.record import COLLECTIONS
from forecast.forecasts.tables import FORECASTS, PEOPLE, QUESTIONS, RESOLUTIONS

RECORD_FILES = tuple(f"{table.file}.csv" for table in (QUESTIONS, FORECASTS, RESOLUTIONS))
MARKET_FILES = ("contracts.toml", "quotes.csv", "books.csv", "pools.csv", "positions.csv")


def book_inputs(folder: Folder) -> str:
    """Return the SHA-256 of the files of every topic and its priors, by their paths.

    Forecasts and resolutions on record and files about markets are not among them, since no model reads them, nor is the ledger.  Raises ``FileFault``.
    """
    return _files_hash(folder, _model_files(folder))


def score_page_inputs(folder: Folder, *, as_of: date) -> str:
    """Return a hash of all that the page of scores rests on: the day, every forecast and resolution on record, the ledger, and ``book_inputs``.

    Raises ``FileFault``.
    """
    parts = [as_of.isoformat(), book_inputs(folder), _files_hash(folder, _record_files(folder))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def has_forecasts_on_record(folder: Folder) -> bool:
    """Return whether a book has any record of forecasts or resolutions, or a collection.  Raises ``FileFault``."""
    return bool(collection_names(folder)) or any(
        folder.kind(f"{SEEDS}/{topic}/{table.file}.csv") is not None for topic in topic_names(folder) for table in (FORECASTS, RESOLUTIONS)
    )


def _model_files(folder: Folder) -> Iterator[str]:
    for topic in topic_names(folder):
        inside = f"{SEEDS}/{topic}"
        left_out = (*RECORD_FILES, *MARKET_FILES)
        yield from (f"{inside}/{name}" for name in folder.names(inside) if name.endswith(READ_SUFFIXES) and name not in left_out)
        yield prior_path(topic)


def _record_files(folder: Folder) -> Iterator[str]:
    yield f"{SEEDS}/{PEOPLE.file}.csv"
    yield LEDGER
    yield from (f"{SEEDS}/{topic}/{name}" for topic in topic_names(folder) for name in RECORD_FILES)
    for collection in collection_names(folder):
        inside = f"{COLLECTIONS}/{collection}"
        yield from (f"{inside}/{name}" for name in folder.names(inside))


def _files_hash(folder: Folder, paths: Iterable[str]) -> str:
    """The SHA-256 of those files that are there, by their paths."""
    hashed = hashlib.sha256()
    for path in paths:
        if folder.kind(path) == "file":
            hashed.update(f"{path}\0".encode())
            hashed.update(hashlib.sha256(folder.read(path, most=None)).digest())
    return hashed.hexdigest()
