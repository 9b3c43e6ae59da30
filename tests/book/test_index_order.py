"""``seeds/book.toml``: read, and all that can be wrong with it said at its place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from forecast.book.files.folder import Folder
from forecast.book.files.problems import format_problems
from forecast.book.index_order import index_order
from forecast.book.reading import read_book
from tests.support.paths import TINY_BOOK


def ordered_book(root: Path, text: str) -> Path:
    """The tiny book with an order."""
    book = root / "book"
    shutil.copytree(TINY_BOOK, book)
    (book / "seeds/book.toml").write_text(text, encoding="utf-8")
    return book


def test_the_order_is_read(tmp_path: Path) -> None:
    """Questions and topics stand as they are written; a book without the file has no order."""
    book = ordered_book(tmp_path, 'order = ["ferry.three_more", "ferry"]\n')
    assert index_order(Folder(book)) == ("ferry.three_more", "ferry")
    assert read_book(book)[1] == ()
    assert index_order(Folder(TINY_BOOK)) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('order = ["ferry.three_moar"]', "seeds/book.toml:1:11: error: `ferry` has no question `three_moar`\n"),
        ('order = ["ferri"]', "seeds/book.toml:1:11: error: there is no topic `ferri`\n"),
        ('order = ["ferry", "ferry"]', "seeds/book.toml:1:20: error: `ferry` is listed twice\n"),
        ('order = ["ferry three_more"]', "seeds/book.toml:1:11: error: `ferry three_more` names no question\n"),
        ('order = "ferry"', "seeds/book.toml:1:10: error: `order` must be a list"),
        ("order = [1]", "seeds/book.toml:1:10: error: "),
        ('ordre = ["ferry"]', "seeds/book.toml:1:1: error: unknown key `ordre`"),
    ],
)
def test_what_is_wrong_with_the_order_is_said_at_its_place(text: str, message: str, tmp_path: Path) -> None:
    """Each mistake has its line and its column, and a broken file gives no order."""
    book = ordered_book(tmp_path, f"{text}\n")
    read, problems = read_book(book)
    assert format_problems(problems).startswith(message)
    assert len(problems) == 1
    assert "ferry" in read.topics  # no topic suffers from it


def test_one_topic_alone_is_read_without_the_order(tmp_path: Path) -> None:
    """What is wrong with the order is no problem of a topic that was asked for by name."""
    assert read_book(ordered_book(tmp_path, 'order = ["nothing"]\n'), ["ferry"])[1] == ()
