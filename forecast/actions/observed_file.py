"""A CSV file of rows to be added to a record, read as observations; its columns are those of a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from forecast.actions.observe import Observation
from forecast.book.files.cells import Cells, read_cells
from forecast.book.files.problems import Place, Problem, Result
from forecast.book.files.sources import decode_bytes, make_source_file
from forecast.book.records import ROW_COLUMNS, ROW_KINDS
from forecast.markets.venues.payload_nodes import MOST_PAYLOAD_BYTES

TEXT_FIELDS: Mapping[str, str] = {
    "value": "value",
    "value_low": "low",
    "value_high": "high",
    "source": "source",
    "grade": "grade",
    "note": "note",
    "id": "id",
    "replaces": "replaces",
    "origin": "origin",
}  # columns of a record that are texts of an observation


def observations_of_file(content: bytes, path: str, *, source: str) -> Result[tuple[Observation, ...]]:
    """Return the rows of a CSV file; ``source`` is that of rows which name none.

    Every column that no record has is one of the stream's own.  The checks of the book look at what the rows say.
    """
    if len(content) > MOST_PAYLOAD_BYTES:
        return Result(None, (Problem(Place(path), f"the file is larger than {MOST_PAYLOAD_BYTES:,} bytes", "add it in parts"),))
    try:
        text = decode_bytes(content)
    except UnicodeDecodeError:
        return Result(None, (Problem(Place(path), "the file is not UTF-8", "save it as UTF-8"),))
    read, problems = read_cells(make_source_file(path, text), ROW_KINDS)
    if read is None:
        return Result(None, problems)
    header, records = read
    if not records:
        return Result(None, (header.problem(header.order[0], "no row is in this file", "the first line names the columns"),))
    if missing := _missing_columns(header.order):
        has = f"this file has {', '.join(header.order)}"
        hint = f"a record has on, or from and to, then value, source and the columns of the stream; {has}"
        return Result(None, (header.problem(header.order[0], f"no column is named {' and none '.join(missing)}", hint),))
    found: list[Observation] = []
    wrong = list(problems)
    for cells in records:
        days = {column: _day(cells, column, wrong) for column in ("on", "from", "to", "known")}
        texts = {name: cells[column] for column, name in TEXT_FIELDS.items()}
        own = {name: text for name, text in cells.values.items() if name not in ROW_COLUMNS and text}
        first, last = days["on"] or days["from"], days["on"] or days["to"]
        texts["source"] = texts["source"] or source
        found.append(Observation(first, last, known=days["known"], columns=own, written=cells, **texts))
    return Result(None, tuple(wrong)) if wrong else Result(tuple(found))


def _missing_columns(named: Sequence[str]) -> tuple[str, ...]:
    """Of which columns none is there: for the days of a row, and for what was seen."""
    has_days = "on" in named or {"from", "to"} <= {*named}
    has_value = any(name == "value" or name.startswith("value_") for name in named)
    return (*(() if has_days else ("`on`",)), *(() if has_value else ("`value`",)))


def _day(cells: Cells, column: str, problems: list[Problem]) -> date | None:
    """The day in a cell; None where it is empty, or is none, which is a problem more."""
    if not cells[column]:
        return None
    try:
        return date.fromisoformat(cells[column])
    except ValueError:
        problems.append(cells.problem(column, f"`{cells[column]}` is no day", "as in 2026-10-31"))
        return None
