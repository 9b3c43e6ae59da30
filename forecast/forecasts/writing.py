"""Adding rows to the files of a record: whole lines, under the book's lock, on the disk before the function returns."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence

from forecast.book.files.cells import strip_blanks
from forecast.book.files.csv_blocks import record_at
from forecast.book.files.folder import Folder
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.book.files.sources import make_source_file
from forecast.book.records import header_line, record_line
from forecast.forecasts.chain import cells_hash
from forecast.forecasts.tables import CHAIN_COLUMN, Table

_TAIL_BYTES = 2**16  # of a file's end, read to find its last row


def append_rows(folder: Folder, path: str, table: Table, rows: Sequence[Mapping[str, str]]) -> None:
    """Append rows to a file, made with its header where there is none; call it under ``forecast.book.files.locking.hold_lock``.

    In a chained table each row gets the hash of the row before, for which only the
    end of the file is read.  Raises ``FileFault`` where the file cannot be used, and ``ValueError``
    for a cell of a chained table with a line end, since its last line is its last row.
    """
    if not rows:
        return
    columns, previous = (table.columns, "")
    begins = folder.size(path) == 0
    if not begins:
        columns = _columns(folder, path, table)
        previous = _last_hash(folder, path, columns) if table.is_chained else ""
    lines = [header_line(columns)] if begins else []
    for row in rows:
        cells = {name: strip_blanks(text) for name, text in row.items() if strip_blanks(text)}
        if table.is_chained:
            if any("\n" in text or "\r" in text for text in cells.values()):
                raise ValueError("a row of a chained file stands on one line")
            if previous:
                cells[CHAIN_COLUMN] = previous
            previous = cells_hash(cells)
        lines.append(record_line(columns, cells))
    folder.append(path, "".join(lines))


def whole_file(table: Table, rows: Sequence[Mapping[str, str]]) -> str:
    """Return the text of a file with these rows; in a chained table each gets the hash of the row before."""
    lines, previous = [header_line(table.columns)], ""
    for row in rows:
        cells = {name: strip_blanks(text) for name, text in row.items() if strip_blanks(text)}
        if table.is_chained:
            if previous:
                cells[CHAIN_COLUMN] = previous
            previous = cells_hash(cells)
        lines.append(record_line(table.columns, cells))
    return "".join(lines)


def _columns(folder: Folder, path: str, table: Table) -> tuple[str, ...]:
    """The columns that a file has; raises ``FileFault`` where rows of the table do not fit them."""
    head = next(folder.blocks(path), b"").partition(b"\n")[0].decode("utf-8-sig", "replace").rstrip("\r")
    columns = tuple(cell.strip() for cell in next(csv.reader([head]), []))
    missing = [name for name in table.columns if name not in columns]
    if missing or len(set(columns)) != len(columns):
        names = ", ".join(f"`{name}`" for name in missing)
        message = f"this file lacks the columns {names}" if missing else "this file names a column twice"
        raise FileFault(Problem(Place(path), message, f"its first line must name {', '.join(table.columns)}"))
    return columns


def _last_hash(folder: Folder, path: str, columns: Sequence[str]) -> str:
    """The hash of the last row that has its line end; empty where there is none."""
    size, length = folder.size(path), _TAIL_BYTES
    while True:
        tail = b"".join(folder.blocks(path, begin=max(0, size - length)))
        whole = tail[: tail.rfind(b"\n") + 1].rstrip(b"\r\n")  # a torn last line is set aside before the next is written
        begin = whole.rfind(b"\n") + 1
        if begin or length >= size:
            break
        length *= 8
    if not begin:
        return ""  # the header alone
    source = make_source_file(path, whole[begin:].decode("utf-8", "replace").rstrip("\r"))
    texts, _ = record_at(source, 1)
    return cells_hash({name: strip_blanks(text) for name, text in zip(columns, texts, strict=False)})
