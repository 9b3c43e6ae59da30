"""Adding a row to the record of a question: refused for what a check of the book would say of it, appended under the book's lock.

The row is read as the file's own rows are, before a byte is written.  Only what
is wrong with the row itself stops it: an older row that is odd, or was edited, keeps nobody from forecasting.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from forecast.actions.question_record import QuestionRecord, read_question_record
from forecast.book.files.folder import Folder
from forecast.book.files.layout import root_problem
from forecast.book.files.locking import hold_lock
from forecast.book.files.numerals import parse_day
from forecast.book.files.problems import FileFault, Place, Problem, Result, has_errors
from forecast.book.records import header_line, record_line
from forecast.forecasts.forecast import Forecast
from forecast.forecasts.own_questions import cells_of_asked
from forecast.forecasts.resolution import Resolution
from forecast.forecasts.tables import QUESTIONS, CellReader, RowCells, Table, read_rows_as, read_table
from forecast.forecasts.times import moment_hint, moment_text, parse_moment
from forecast.forecasts.values import ValueFault
from forecast.forecasts.writing import append_rows
from forecast.language.characters import character_text


@dataclass(frozen=True, slots=True)
class OtherRow:
    """A row of another file that goes on record first, with the path of that file."""

    path: str
    table: Table
    cells: RowCells


def _no_other_rows(_: QuestionRecord) -> Sequence[OtherRow]:
    return ()


@dataclass(frozen=True, slots=True)
class RecordedRow[Row: Forecast | Resolution]:
    """The row as written, and the question that it is of; or problems, and nothing written.  There may be warnings beside a row."""

    problems: tuple[Problem, ...] = ()
    row: Row | None = None
    line: str = ""
    of: QuestionRecord | None = None


@dataclass(frozen=True, slots=True)
class NewRow[Row: Forecast | Resolution]:
    """How a row of a table is made: its cells for a question, the value that they say, what is wrong with it beside the others, and ``also``."""

    table: Table
    cells: Callable[[QuestionRecord], Result[RowCells]]
    read: Callable[[CellReader], Row | None]
    check: Callable[[QuestionRecord, Row], tuple[Problem, ...]]
    also: Callable[[QuestionRecord], Sequence[OtherRow]] = _no_other_rows


def add_row[Row: Forecast | Resolution](root: Path, question: str, new: NewRow[Row], *, now: datetime, asked: str = "") -> RecordedRow[Row]:
    """Append a row to the record of the question that a text names, with its wording where that is not on record yet."""
    if (missing := root_problem(root)) is not None:
        return RecordedRow((missing,))
    try:
        with hold_lock(root):
            found, problems = read_question_record(root, question, asked=asked)
            if found is None:
                return RecordedRow(problems)
            return _append(Folder(root), found, new, now)
    except FileFault as fault:
        return RecordedRow((fault.problem,))


def moment_of_text(text: str, *, now: datetime) -> datetime:
    """Return the moment that a day or a time on the command line means: of ``today`` it is now, and of another day its end, in UTC.

    Raises ``ValueFault`` for any other text.
    """
    if (day := parse_day(day_typed(text, now=now))) is not None:
        return now if day == now.date() else last_second_of(day)
    moment = parse_moment(text)
    if moment is None:
        raise ValueFault(f"`{text}` is neither a day nor a time", f"write a day, as in 2026-10-02; or {moment_hint(text)}")
    return moment


def day_typed(text: str, *, now: datetime) -> str:
    """Return the day that ``today`` is, in UTC; any other text as it is."""
    return now.date().isoformat() if text.strip().lower() == "today" else text


def last_second_of(day: date) -> datetime:
    """Return the last second of a day in UTC."""
    return datetime.combine(day, time(23, 59, 59), UTC)


def wording_problem(found: QuestionRecord, message: str, hint: str = "") -> Problem:
    """Return a problem at the place where a question is asked, with that line of its file where the topic has it."""
    place = found.question.question.place
    text = "" if found.topic is None else found.topic.texts.get(place.path, "")
    lines = text.split("\n")
    return Problem(place, message, hint, lines[place.line - 1] if text and place.line <= len(lines) else "")


def _append[Row: Forecast | Resolution](folder: Folder, found: QuestionRecord, new: NewRow[Row], now: datetime) -> RecordedRow[Row]:
    made = new.cells(found)
    if made.value is None:
        return RecordedRow(made.problems)
    path = f"{found.record.path}/{new.table.file}.csv"
    read = _read_row(folder, path, new, made.value)
    if read.value is None:
        return RecordedRow(read.problems)
    gathered = (*made.problems, *read.problems, *new.check(found, read.value))
    if has_errors(gathered):
        return RecordedRow(tuple(problem for problem in gathered if problem.level == "error"))
    asked = found.question.question
    if not any(wording.asked == asked.asked for wording in found.record.questions.get(asked.id, ())):
        append_rows(folder, f"{found.record.path}/{QUESTIONS.file}.csv", QUESTIONS, [cells_of_asked(asked, recorded=moment_text(now))])
    for other in new.also(found):
        append_rows(folder, other.path, other.table, [other.cells])
    append_rows(folder, path, new.table, [made.value])
    return RecordedRow(gathered, read.value, _last_line(folder, path), found)


def _read_row[Row: Forecast | Resolution](folder: Folder, path: str, new: NewRow[Row], cells: RowCells) -> Result[Row]:
    """A row that is about to be written as its file would be read, placed in the line where it is going to stand."""
    for text in cells.values():
        if half := next((character for character in text if "\ud800" <= character <= "\udfff"), ""):
            raise FileFault(Problem(Place(path), f"{character_text(half)} cannot stand in a file", "write the text in UTF-8"))
    text = header_line(new.table.columns) + record_line(new.table.columns, cells)
    rows, problems = read_table(Folder(folder.root, {path: text}), path, new.table)
    values, wrong = read_rows_as(rows, new.read)
    line = max(1, sum(block.count(b"\n") for block in folder.blocks(path))) + 1
    moved = tuple(replace(its, place=replace(its.place, line=line)) for its in (*problems, *wrong))
    if not values or has_errors(moved):
        return Result(None, moved)
    return Result(replace(values[0], place=replace(values[0].place, line=line)), moved)


def _last_line(folder: Folder, path: str) -> str:
    """The last line of a file, without its end."""
    length, size = 2**13, folder.size(path)
    while True:
        tail = b"".join(folder.blocks(path, begin=max(0, size - length))).rstrip(b"\r\n")
        if b"\n" in tail or length >= size:
            return tail.rpartition(b"\n")[2].decode("utf-8", "replace")
        length *= 8
