"""``books.csv`` of a topic: what is wrong with a level is said at its cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecast.book.files.folder import Folder
from forecast.markets.files.depth_files import BOOKS, read_books

HEAD = ",".join(BOOKS.columns) + "\n"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("rain,2026-10-01T00:00:00Z,bid,,10,,", "`price` is empty"),
        ("rain,2026-10-01T00:00:00Z,bid,0.3,,,", "`count` is empty"),
        ("rain,,bid,0.3,10,,", "`at` is empty"),
        ("rain,2026-10-01T00:00:00Z,bid,-0.3,10,,", "`-0.3` is no number from 0 on"),
        ("rain,2026-10-01T00:00:00Z,bid,0.3,1e1,,", "`1e1` is no number from 0 on"),
        ("rain,2026-10-01T00:00:00Z,bid,.,10,,", "`.` is no number from 0 on"),
        ("rain,2026-10-01T00:00:00Z,bid,1.3,10,,", "the price 1.3 is above 1"),
    ],
)
def test_each_mistake_in_a_level_has_its_place(tmp_path: Path, row: str, message: str):
    """A sound level before it is read; the wrong one is a problem at its line, once."""
    path = tmp_path / "seeds" / "weather" / "books.csv"
    path.parent.mkdir(parents=True)
    path.write_text(f"{HEAD}rain,2026-09-30T00:00:00Z,bid,0.3,10,,\n{row}\n", encoding="utf-8")
    books, problems = read_books(Folder(tmp_path), "weather")
    assert [its.contract for its in books] == ["rain"]
    assert [(its.place.line, its.message) for its in problems] == [(3, message)]
