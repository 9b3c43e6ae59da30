"""A collection to take away: in the layout in which its platform exports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from forecast.book.files.folder import Folder, access_problem
from forecast.book.files.layout import root_problem
from forecast.book.files.problems import FileFault, Place, Problem, has_errors
from forecast.book.files.writing import write_whole
from forecast.forecasts.reading import collection_names, read_collection
from forecast.forecasts.record import COLLECTIONS
from forecast.importers.metaculus_zip import MetaculusZip, metaculus_zip
from forecast.language.faults import did_you_mean, known_names_text


@dataclass(frozen=True, slots=True)
class RecordExport:
    """What was written, None where nothing was, and what of the record is not in it or forbids it."""

    written: MetaculusZip | None
    problems: tuple[Problem, ...] = ()


def write_metaculus_zip(root: Path, collection: str, path: Path) -> RecordExport:
    """Write a collection as a ZIP in the layout of a Metaculus export; refuses a collection that is not sound."""
    if (problem := root_problem(root)) is not None:
        return RecordExport(None, (problem,))
    folder = Folder(root)
    names = collection_names(folder)
    if collection not in names:
        hint = did_you_mean(collection, names) or (known_names_text("collections", names) if names else "make one with `forecast import`")
        return RecordExport(None, (Problem(Place(COLLECTIONS), f"no collection `{collection}` in this book", hint),))
    try:
        record, problems = read_collection(folder, collection)
    except FileFault as fault:
        return RecordExport(None, (fault.problem,))
    if has_errors(problems):
        return RecordExport(None, problems)
    made = metaculus_zip(record)
    try:
        write_whole(path, made.content)
    except OSError as error:
        return RecordExport(None, (access_problem(str(path), "be written", error),))
    return RecordExport(made, (*problems, *made.problems))
