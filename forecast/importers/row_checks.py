"""Whether cells made from somebody else's file are a row that the book will read."""

from __future__ import annotations

from collections.abc import Callable

from forecast.book.files.cells import refused_cell_character
from forecast.book.files.decoding import BYTE_ORDER_MARK
from forecast.forecasts.reading import option_of_row, question_of_row, resolution_of_row
from forecast.forecasts.tables import OPTIONS, QUESTIONS, RESOLUTIONS, CellReader, RowCells, Table, reader_of_cells
from forecast.forecasts.values import ValueFault


def check_question(cells: RowCells) -> None:
    """Raise ``ValueFault`` where cells are no question."""
    _check_row(cells, QUESTIONS, question_of_row)


def check_option(cells: RowCells) -> None:
    """Raise ``ValueFault`` where cells are no option."""
    _check_row(cells, OPTIONS, option_of_row)


def check_resolution(cells: RowCells) -> None:
    """Raise ``ValueFault`` where cells are no resolution."""
    _check_row(cells, RESOLUTIONS, resolution_of_row)


def _check_row(cells: RowCells, table: Table, value_of_row: Callable[[CellReader], object]) -> None:
    for column, text in cells.items():
        if (refused := refused_cell_character(text, table.kinds.get(column, "prose"))) is not None:
            raise ValueFault(f"{refused.message}: `{column}`", refused.hint)
        if BYTE_ORDER_MARK in text:
            raise ValueFault(f"a byte order mark (U+FEFF) stands in `{column}`", "delete it")
    reader = reader_of_cells(cells)
    if value_of_row(reader) is None or reader.problems:
        problem = reader.problems[0]
        raise ValueFault(problem.message, problem.hint)
