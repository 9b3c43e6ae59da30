"""Texts of a book as cells of a CSV file that somebody opens in a spreadsheet."""

from __future__ import annotations

from forecast.book.files.terminal import terminal_line

FORMULA_SIGNS = ("=", "+", "-", "@", "\t")  # with which a spreadsheet takes a cell for a formula


def spreadsheet_cell(text: str) -> str:
    """Return a text of the book as a cell: nothing hidden in it, and nothing that a spreadsheet would take for a formula."""
    shown = terminal_line(text)
    return f"'{shown}" if shown.startswith(FORMULA_SIGNS) else shown
