"""Importing another platform's file into a collection of the book, ``seeds/records/NAME``: what is new is added, under the book's lock."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import batched
from pathlib import Path
from types import MappingProxyType

from forecast.book.files.folder import MOST_RECORD_BYTES, Folder
from forecast.book.files.layout import root_problem, topic_names
from forecast.book.files.locking import hold_lock
from forecast.book.files.names import name_fault
from forecast.book.files.problems import FileFault, Place, Problem, has_errors
from forecast.book.files.reserved import DEVICES
from forecast.forecasts.reading import collection_names, read_collection
from forecast.forecasts.record import COLLECTIONS, CrowdKind, ForecastRecord, RecordSource
from forecast.forecasts.source_file import source_text
from forecast.forecasts.tables import FORECASTS, MOST_FORECASTS, OPTIONS, PEOPLE, QUESTIONS, RESOLUTIONS, SCORES, TABLES, RowCells, Table
from forecast.forecasts.writing import append_rows, whole_file
from forecast.importers.archive import file_hash
from forecast.importers.choices import ImportChoices
from forecast.importers.crowd import incomplete_questions
from forecast.importers.formats import ImportFormat
from forecast.importers.imported import ImportedRecord
from forecast.importers.merging import Additions, additions, reopened_questions
from forecast.track_record.shared_questions import shared_questions, shared_sentence

LARGE_COLLECTION = 5_000_000  # bytes, from which on a collection is left out of git
GITIGNORE = "*\n!.gitignore\n!source.toml\n"
_ROWS_AT_ONCE = 5_000  # appended and brought to the disk together


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import added, by kind of row, and what it left out; or problems, and nothing written.

    ``left_out`` counts rows that do not fit, by file; ``others`` forecasts of other persons, which were not asked for; ``notes`` are
    sentences about the collection.
    """

    problems: tuple[Problem, ...] = ()
    collection: str = ""
    path: str = ""
    me: tuple[str, ...] = ()
    added: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    left_out: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    others: int = 0
    notes: tuple[str, ...] = ()


def import_files(
    root: Path, its: ImportFormat, files: Sequence[Path], choices: ImportChoices, *, clock: Callable[[], datetime]
) -> ImportResult:
    """Import files of one format into a collection, which is made where there is none.

    A second import of one file adds nothing; a newer export adds what is new.  Refuses, with problems and without writing,
    a file that is not of the format, a collection that is not sound, and one that would be too large to be read.
    """
    choices = replace(choices, collection=choices.collection or its.name)
    if (problem := root_problem(root) or _name_problem(choices)) is not None:
        return ImportResult((problem,))
    try:
        with hold_lock(root):
            return _import_under_lock(Folder(root), its, files, choices, clock())
    except FileFault as fault:
        return ImportResult((fault.problem,))


def _import_under_lock(folder: Folder, its: ImportFormat, files: Sequence[Path], choices: ImportChoices, now: datetime) -> ImportResult:
    path = f"{COLLECTIONS}/{choices.collection}"
    before, problems = _collection(folder, choices.collection)
    if has_errors(problems):
        return ImportResult(problems)
    if before.source is None and choices.collection in topic_names(folder):
        message = f"`{choices.collection}` is a topic of this book"
        raise FileFault(Problem(Place(path), message, "name the collection otherwise, with --collection NAME"))
    imported = its.read(files, before, choices)
    if before.source is None and not imported.questions and not imported.problems:
        raise FileFault(Problem(Place(files[0].name), "this file has no questions, so there is nothing to import"))
    platform = imported.platform or its.name
    if before.source is not None and before.source.platform != platform:
        message = f"this collection holds questions of {before.source.platform}"
        raise FileFault(Problem(Place(f"{path}/source.toml"), message, "name another one with --collection NAME"))
    added = additions(imported, before, recorded=now)
    crowd, crowd_note = _crowd(before, choices, imported, added)
    names = ", ".join(file.name for file in files)
    source = RecordSource(platform, names, _hash_of(files), now.date(), "UTC", imported.me, crowd)
    notes = [*imported.notes, *crowd_note, *_reopened_note(reopened_questions(imported, before))]
    _refuse_too_much(folder, path, added, before)
    if before.source is None or not added.is_empty or _is_other(source, before.source):
        folder.write(f"{path}/source.toml", source_text(replace(source, crowd="none")))  # until all of it is there
        _write(folder, path, added)
        if crowd != "none":
            folder.write(f"{path}/source.toml", source_text(source))
        notes += _leave_out_of_git(folder, path)
        notes += _shared_notes(folder, choices.collection)
    return ImportResult(
        problems=imported.problems,
        collection=choices.collection,
        path=path,
        me=imported.me,
        added=added.counts,
        left_out=imported.left_out,
        others=imported.others,
        notes=tuple(notes),
    )


def _hash_of(files: Sequence[Path]) -> str:
    """The SHA-256 of a file; of several that of their hashes, one after another."""
    hashes = [file_hash(file) for file in files]
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()


def _name_problem(choices: ImportChoices) -> Problem | None:
    place = Place(COLLECTIONS)
    if choices.crowd_complete and not choices.others:
        message = "a crowd is complete only with the forecasts of all others in it"
        return Problem(place, message, "add --others")
    if choices.collection in DEVICES:
        return Problem(place, f"`{choices.collection}` is a device of Windows, where no file can have this name", "choose another name")
    fault = name_fault(choices.collection)
    return None if fault is None else Problem(place, *fault)


def _collection(folder: Folder, name: str) -> tuple[ForecastRecord, tuple[Problem, ...]]:
    """What a collection holds; an empty record where there is none yet."""
    path = f"{COLLECTIONS}/{name}"
    if folder.kind(path) is None or not folder.names(path):
        return ForecastRecord(name, path), ()
    return read_collection(folder, name)


def _crowd(before: ForecastRecord, choices: ImportChoices, imported: ImportedRecord, added: Additions) -> tuple[CrowdKind, tuple[str, ...]]:
    """Whether the record holds everybody's forecasts after the import, and what to say where it does not, or no longer does."""
    was: CrowdKind = "none" if before.source is None else before.source.crowd
    if choices.crowd_complete:
        short = incomplete_questions(imported)
        if short:
            note = f"The crowd is not complete: aggregates of {len(short):,} questions ({', '.join(short[:3])}{', …' * (len(short) > 3)}) count more forecasters than the file has."
            return "none", (note,)
        return "persons", ()
    if was == "persons" and not added.is_empty:
        note = "The crowd counts as incomplete from now on: this file was not said to hold everybody's forecasts (--crowd-complete)."
        return "none", (note,)
    return was, ()


def _is_other(source: RecordSource, before: RecordSource) -> bool:
    """Whether a file is not the one that was imported last, or was imported otherwise; the day does not count."""
    return (source.sha256, source.me, source.crowd) != (before.sha256, before.me, before.crowd)


def _shared_notes(folder: Folder, name: str) -> list[str]:
    """Which other collections have questions of this one."""
    mine, _ = read_collection(folder, name, forecasts=False)
    others = [read_collection(folder, other, forecasts=False)[0] for other in collection_names(folder) if other != name]
    return [shared_sentence(shared) for other in others for shared in shared_questions([mine, other])]


def _reopened_note(questions: Sequence[str]) -> list[str]:
    """Say that a file does not resolve questions that are resolved on record, which the file may not be about."""
    if not questions:
        return []
    if len(questions) == 1:
        return [f"Question {questions[0]} is resolved on record, and this file does not say how it ended; the record stays as it is."]
    count = f"{len(questions):,} questions are resolved on record, and this file does not say how they ended"
    return [f"{count}; the record stays as it is. The first is {questions[0]}."]


def _refuse_too_much(folder: Folder, path: str, added: Additions, before: ForecastRecord) -> None:
    """Raise ``FileFault`` where a file would have more bytes or rows than can be read."""
    for table, rows, count in (
        (FORECASTS, added.forecasts, len(before.forecasts)),
        (QUESTIONS, added.questions, sum(map(len, before.questions.values()))),
        (RESOLUTIONS, added.resolutions, len(before.resolutions)),
        (SCORES, added.scores or (), 0),
    ):
        place = f"{path}/{table.file}.csv"
        size = sum(map(_bytes, rows)) + (folder.size(place) if table is not SCORES else 0)
        if size > MOST_RECORD_BYTES or count + len(rows) > MOST_FORECASTS:
            message = f"this file would have {count + len(rows):,} rows and {size:,} bytes"
            hint = (
                f"at most {MOST_FORECASTS:,} rows and {MOST_RECORD_BYTES:,} bytes can be read: use several collections (--collection NAME)"
            )
            raise FileFault(Problem(Place(place), message, hint))


def _bytes(row: RowCells) -> int:
    """How many bytes a row takes in a file, with its commas, quotes and the hash of the row before."""
    return sum(len(cell.encode()) + cell.count('"') + 3 for cell in row.values()) + 40


def _write(folder: Folder, path: str, added: Additions) -> None:
    """Write what is new: people and questions first, so that no forecast stands without them where a run is killed."""

    def append(table: Table, rows: tuple[RowCells, ...]) -> None:
        for some in batched(rows, _ROWS_AT_ONCE):
            append_rows(folder, f"{path}/{table.file}.csv", table, some)

    for table, whole in ((PEOPLE, added.people), (OPTIONS, added.options), (SCORES, added.scores)):
        if whole is not None:
            folder.write(f"{path}/{table.file}.csv", whole_file(table, whole))
    append(QUESTIONS, added.questions)
    append(FORECASTS, added.forecasts)
    append(RESOLUTIONS, added.resolutions)


def _leave_out_of_git(folder: Folder, path: str) -> list[str]:
    """Write a ``.gitignore`` into a large collection that has none, and say so."""
    size = sum(folder.size(f"{path}/{table.file}.csv") for table in TABLES)
    if size <= LARGE_COLLECTION or folder.kind(f"{path}/.gitignore") is not None:
        return []
    folder.write(f"{path}/.gitignore", GITIGNORE)
    note = f"{path} has {size / 1e6:,.0f} MB, so git leaves it out, all but source.toml ({path}/.gitignore); delete that file to commit it."
    return [note]
