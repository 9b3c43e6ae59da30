"""Whether cells made from somebody else's file are a row that the book will read."""

from __future__ import annotations

from forecast.forecasts.reading import option_of_row, question_of_row, resolution_of_row
from forecast.forecasts.tables import CellReader, RowCells, reader_of_cells
from forecast.forecasts.values import ValueFault


def check_question(cells: RowCells) -> None:
    """Raise ``ValueFault`` where cells are no question."""
    _refuse_faults(reader := reader_of_cells(cells), question_of_row(reader))


def check_option(cells: RowCells) -> None:
    """Raise ``ValueFault`` where cells are no option."""
    _refuse_faults(reader := reader_of_cells(cells), option_of_row(reader))


def check_resolution(cells: RowCells) -> None:
    """Raise ``ValueFault`` where cells are no resolution."""
    _refuse_faults(reader := reader_of_cells(cells), resolution_of_row(reader))


def _refuse_faults(reader: CellReader, value: object) -> None:
    if reader.problems or value is None:
        problem = reader.problems[0]
        raise ValueFault(problem.message, problem.hint)
