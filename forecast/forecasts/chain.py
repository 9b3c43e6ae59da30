"""The chain of a file that only grows: each row carries the hash of the row before, so that an edit of a past row is seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from forecast.book.files.cells import Cells
from forecast.book.files.problems import Problem
from forecast.forecasts.tables import CHAIN_COLUMN

_HASH_DIGITS = 16
_RESTORE = "restore the line from git or from a copy; a correction is a new row that `replaces` it"


def cells_hash(values: Mapping[str, str]) -> str:
    """Return the hash of a row: the beginning of the SHA-256 of its cells that are not empty, by column name.

    Quotes, line ends and the order of columns do not count, nor does a column that was added since.
    """
    text = "\x1f".join(f"{name}\x1e{value}" for name, value in sorted(values.items()) if value)
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_DIGITS]


def chain_problems(rows: Sequence[Cells]) -> Iterator[Problem]:
    """Yield where a row is not the one that the next row was written after, and warn of rows without a hash after rows that have one."""
    chained = False
    for before, row in zip((None, *rows), rows, strict=False):
        if not row[CHAIN_COLUMN]:
            if chained:
                message = "this row carries no hash of the row before: it was typed in, so no one can see if that row was changed"
                problem = row.problem("", message, "add rows with `forecast say` and `forecast resolve`")
                yield Problem(problem.place, problem.message, problem.hint, problem.source, "warning")
            continue
        chained = True
        expected = "" if before is None else cells_hash(before.values)
        if row[CHAIN_COLUMN] == expected:
            continue
        if before is None:
            yield row.problem(CHAIN_COLUMN, "the first row follows none: rows before it were removed", _RESTORE)
        else:
            message = f"this row was changed, or rows after it were removed, since line {row.line} was written"
            yield before.problem("", message, _RESTORE)
