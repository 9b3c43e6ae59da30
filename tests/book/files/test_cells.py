"""A CSV file as cells: what breaks its form is said in our words, each fault where it stands."""

from __future__ import annotations

import csv

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forecast.book.files.cells import read_cells
from forecast.book.files.csv_faults import LONGEST_CELL
from forecast.book.files.sources import make_source_file

WORDS_OF_PYTHON = ("newline=", "unquoted field", "field limit", "line contains NUL", "unexpected end of data", "expected after")


def faults(text: str) -> list[tuple[int, int, str]]:
    """Line, column and message of what is wrong with a file of two columns."""
    _, problems = read_cells(make_source_file("x.csv", "a,b\n" + text), {})
    return [(problem.place.line, problem.place.column, problem.message) for problem in problems]


def test_faults_in_several_lines_are_all_reported_and_the_lines_between_are_read():
    """A line with a fault in its quotes hides neither those before nor those after it."""
    table, problems = read_cells(make_source_file("x.csv", 'a,b\n1,2\n"x"y,2\n3,4\n5,z"\n6,7\n'), {})
    assert table is not None
    assert [dict(cells.values) for cells in table[1]] == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}, {"a": "6", "b": "7"}]
    assert [(problem.place.line, problem.message) for problem in problems] == [
        (3, "text follows the quote that closes this cell"),
        (5, "a quote stands inside a cell that does not begin with one"),
    ]


def test_an_open_quote_is_reported_where_it_opens_however_much_follows():
    """Neither the end of the file nor the limit of a cell is where the mistake is."""
    many = "1,2\n" * LONGEST_CELL
    assert faults('1,"x\n' + many) == [(2, 3, "this quote is never closed")]
    assert faults('1,"x\n1,2\n3,"y"\n') == [(2, 3, "this quote is not closed: the next one, in line 4, is followed by text")]


def test_a_cell_may_be_as_long_as_the_limit_that_the_message_names():
    """One character more than the limit is refused, in quotes or not, and the next line is read."""
    assert faults("1," + LONGEST_CELL * "x" + "\n2,3\n") == []
    message = "this cell has more than 131,072 characters, which is the limit"
    assert faults("1," + (LONGEST_CELL + 1) * "x" + "\n2,3,4\n") == [(2, 3, message), (3, 5, "3 cells, where the header names 2 columns")]
    assert faults('1,"' + (LONGEST_CELL + 1) * "x" + '"\n') == [(2, 3, message)]


def test_spaces_that_are_no_blanks_stay_in_a_cell():
    """Blanks and tabs around a cell are passed over; other spaces make another text, and alone they are none."""
    table, problems = read_cells(make_source_file("x.csv", "a,b,c\n x\t,\u00a0x,\u00a0\u2003\n"), {})
    assert table is not None
    assert (problems, [dict(cells.values) for cells in table[1]]) == ((), [{"a": "x", "b": "\u00a0x", "c": ""}])


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_other_separators_are_named(mark: str):
    """In the header and in a line alone, also beside decimal commas."""
    word = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}[mark]
    _, problems = read_cells(make_source_file("x.csv", f"a{mark}b{mark}c\n1{mark}2,5{mark}3\n"), {})
    assert [problem.message for problem in problems] == [f"the columns are separated by {word}, not by commas"]
    assert faults(f"1{mark}2\n") == [(2, 1, f"the cells of this line are separated by {word}, not by commas")]


@given(st.text(st.sampled_from('ab",;\n\t '), max_size=40))
@example('"\n",;\n;,')
@settings(max_examples=300, deadline=None)
def test_what_has_no_fault_is_read_as_the_csv_module_reads_it(text: str):
    """Any text is read without an exception; one without a fault has the cells that ``csv`` finds, and Python's words never appear."""
    table, problems = read_cells(make_source_file("x.csv", "a,b\n" + text), {})
    assert [problem.message for problem in problems if any(words in problem.message for words in WORDS_OF_PYTHON)] == []
    if not problems:
        assert table is not None
        found = [cells for cells in csv.reader(text.splitlines(keepends=True), strict=True) if cells]
        assert [[cells["a"], cells["b"]] for cells in table[1]] == [
            [cell.strip(" \t") if cell.strip() else "" for cell in cells] for cells in found
        ]
