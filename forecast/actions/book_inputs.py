"""One hash of all files that a book's models rest on, by which it is seen that what was computed from them is out of date."""

from __future__ import annotations

import hashlib

from forecast.book.files.folder import Folder
from forecast.book.files.layout import SEEDS, prior_path, topic_names
from forecast.book.reading import READ_SUFFIXES
from forecast.forecasts.tables import FORECASTS, QUESTIONS, RESOLUTIONS

RECORD_FILES = frozenset(f"{table.file}.csv" for table in (QUESTIONS, FORECASTS, RESOLUTIONS))


def book_inputs(folder: Folder) -> str:
    """Return the SHA-256 of the files of every topic and its priors, by their paths.

    Forecasts and resolutions on record are not among them, since no model reads them, nor is the ledger.  Raises ``FileFault``.
    """
    hashed = hashlib.sha256()
    for topic in topic_names(folder):
        inside = f"{SEEDS}/{topic}"
        paths = [f"{inside}/{name}" for name in folder.names(inside) if name.endswith(READ_SUFFIXES) and name not in RECORD_FILES]
        for path in (*paths, prior_path(topic)):
            if folder.kind(path) == "file":
                hashed.update(f"{path}\0".encode())
                hashed.update(hashlib.sha256(folder.read(path)).digest())
    return hashed.hexdigest()
