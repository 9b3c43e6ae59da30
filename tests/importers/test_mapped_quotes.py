"""Quotes from a table of any platform, by a mapping of its columns."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from forecast.actions.market_import import QuoteImport, QuoteRequest, import_quotes
from forecast.book.files.folder import Folder
from forecast.markets.files.quotes_file import quotes_path
from tests.support.repositories import write_files

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
BOOK = {
    "seeds/rain/topic.toml": 'title = "Rain"\nopens = 2026-01-01\n\n[questions.rain]\nasks = "Will it?"\nanswer = "wet > 1"\n',
    "priors/rain.toml": '[wet]\nprior = "Gamma(alpha=1, beta=1)"\nunit = "mm"\nwhy = "As it was before."\n',
    "seeds/rain/contracts.toml": '[rain-us]\nquestion = "rain"\nvenue = "polymarket-us"\nid = "rain-26"\nside = "yes"\n',
    "reports/README.md": "",
}
OFFERS = 'zone = "UTC"\nscale = "percent"\n[columns]\nat = "Time"\nbid = "Best bid"\nask = "Best ask"\nbid_depth = "Size"\n'
HEADINGS = "Time,Best bid,Best ask,Size,Note\n"


def imported(root: Path, rows: str, mapping: str = OFFERS, *, contract: str = "rain-us", is_mapped: bool = True) -> QuoteImport:
    """What is imported of a table into the book at a place, made where it is not there."""
    if not (root / "seeds").exists():
        write_files(root, BOOK)
    write_files(root.parent, {"prices.csv": rows, "prices.toml": mapping})
    asked = QuoteRequest(contract=contract, mapping=root.parent / "prices.toml" if is_mapped else None)
    return import_quotes(root, "csv", [root.parent / "prices.csv"], asked, read_input=lambda _: b"", clock=lambda: NOW)


def quotes(root: Path) -> list[list[str]]:
    """The rows on record, without when and whence they came."""
    return [line.split(",")[:-2] for line in Folder(root).read(quotes_path("rain")).decode().splitlines()[1:]]


def test_a_table_of_offers_is_added_once_in_the_scale_of_prices(tmp_path: Path) -> None:
    """Cents become parts of 1, times go to UTC, an empty cell stays empty, a column that is not named is not read."""
    rows = HEADINGS + "2026-08-01 10:00:00,38.5,41,20,x\n2026-08-02T10:00:00+02:00,,40,,\n"
    root = tmp_path / "book"
    done = imported(root, rows)
    assert (done.problems, done.added, done.skipped) == ((), {"rain-us/quotes": 2}, ())
    assert quotes(root) == [
        ["rain-us", "2026-08-01T10:00:00Z", "bid-ask", "0.385", "0.41", "", "", "20", "", "", "open"],
        ["rain-us", "2026-08-02T08:00:00Z", "bid-ask", "", "0.4", "", "", "", "", "", "open"],
    ]
    again = imported(root, rows)
    assert (again.added, again.known) == ({}, 2)


@pytest.mark.parametrize(
    ("mapping", "cells"),
    [
        ('[columns]\nat = "Time"\nlast = "Best bid"\n', ["last", "", "", "0.3", ""]),
        ('price = "midpoint"\n[columns]\nat = "Time"\nprice = "Best bid"\n', ["midpoint", "", "", "", "0.3"]),
        ('price = "maker"\n[columns]\nat = "Time"\nprice = "Best bid"\n', ["maker", "", "", "", "0.3"]),
        ('[columns]\nat = "Time"\nbid = "Best bid"\nlast = "Best ask"\n', ["bid-ask", "0.3", "", "0.4", ""]),
    ],
)
def test_the_mapping_says_of_which_kind_a_price_is(tmp_path: Path, mapping: str, cells: list[str]) -> None:
    """A trade, a midpoint, a maker's price, or an offer, with the last trade beside it."""
    assert imported(tmp_path / "book", HEADINGS + "2026-08-01T10:00:00Z,0.3,0.4,1,\n", mapping).problems == ()
    assert quotes(tmp_path / "book")[0][2:7] == cells


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2026-08-01 10:00:00,41,38,1,", "the bid 0.41 is above the ask 0.38"),
        ("2026-08-01 10:00:00,101,,1,", "a price lies between 0 and 1, not at 1.01"),
        (
            '2026-08-01 10:00:00,"38,5",,1,',
            "`38,5` under `bid` is no number from 0 on; write it with a point, as in 0.385, and without a sign",
        ),
        ("2026-08-01 10:00:00,-1,,1,", "`-1` under `bid` is no number from 0 on; write it with a point, as in 0.385, and without a sign"),
        ("2026-08-01 10:00:00,nan,,1,", "`nan` under `bid` is no number from 0 on; write it with a point, as in 0.385, and without a sign"),
        (
            "2026-08-01 10:00:00,38,,1e5,",
            "`1e5` under `bid_depth` is no number from 0 on; write it with a point, as in 0.385, and without a sign",
        ),
        ("2026-08-01 10:00:00,,,1,", "this row has no bid and no ask"),
        ("yesterday,38,,1,", "`yesterday` is no time; a time is written as in 2026-10-02 09:30:00"),
        ("2026-08-01 10:00:00,38", "this row has 2 cells, and the file has 5 headings"),
    ],
)
def test_a_row_that_cannot_be_read_is_left_out_with_its_reason(tmp_path: Path, row: str, reason: str) -> None:
    """The others are added, and it is said that a price may have been in this one."""
    done = imported(tmp_path / "book", f"{HEADINGS}2026-08-01T09:00:00Z,1,2,3,\n{row}\n")
    assert (done.problems, done.added) == ((), {"rain-us/quotes": 1})
    assert [(its.path, its.reason, its.is_price) for its in done.skipped] == [("prices.csv: line 3", reason, True)]


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ('[columns]\nbid = "Best bid"\n', "no column is named for `at`, when the price stood"),
        ('[columns]\nat = "Time"\n', "no column is named for a price"),
        ('[columns]\nat = "Time"\nbidd = "Best bid"\n', "a mapping has no column `bidd`"),
        ('venue = "x"\n[columns]\nat = "Time"\n', "a mapping has no key `venue`"),
        ('scale = "cents"\n[columns]\nat = "Time"\nbid = "Best bid"\n', "`cents` is no scale"),
        ('[columns]\nat = "Time"\nprice = "Best bid"\n', "the mapping does not say what `price` is"),
        ('price = "maker"\n[columns]\nat = "Time"\nbid = "Best bid"\n', "the mapping says what `price` is, and names no column for it"),
        (
            'price = "maker"\n[columns]\nat = "Time"\nbid = "Size"\nprice = "Best bid"\n',
            "a quote is an offer or another price, and not both",
        ),
        ('[columns]\nat = "Time"\nbid = 3\n', "`bid` is no text"),
        ('zone = "Mars"\n[columns]\nat = "Time"\nbid = "Best bid"\n', "`Mars` is no time zone"),
        ('[columns]\nat = "When"\nbid = "Best bid"\n', "this file has no column `When`"),
        ("[columns", "this is no TOML: Expected ']' at the end of a table declaration (at end of document)"),
    ],
)
def test_a_mapping_with_a_fault_is_refused_and_nothing_written(tmp_path: Path, mapping: str, message: str) -> None:
    """The message says what is wrong with it."""
    done = imported(tmp_path / "book", HEADINGS + "2026-08-01T10:00:00Z,0.3,0.4,1,\n", mapping)
    assert [problem.message for problem in done.problems] == [message]
    assert not (tmp_path / "book" / quotes_path("rain")).exists()


def test_times_without_a_zone_need_one_in_the_mapping(tmp_path: Path) -> None:
    """The file is refused with what to write in its mapping, where the zone of quotes stands; with it the rows are added."""
    root, mapping = tmp_path / "book", '[columns]\nat = "Time"\nbid = "Best bid"\nask = "Best ask"\n'
    rows = HEADINGS + "2026-08-01 10:00,0.3,0.4,1,\n2026-08-02 10:00,0.3,0.4,1,\n"
    (problem,) = imported(root, rows, mapping).problems
    assert (problem.place.path, problem.message, problem.hint) == (
        "prices.toml",
        "prices.csv, line 2: `2026-08-01 10:00` names no time zone",
        'write zone = "UTC" above [columns]',
    )
    assert imported(root, rows, f'zone = "UTC"\n{mapping}').added == {"rain-us/quotes": 2}


def test_a_table_needs_its_contract_and_its_mapping(tmp_path: Path) -> None:
    """Neither is guessed; a file that is not there is refused."""
    rows = HEADINGS + "2026-08-01T10:00:00Z,0.3,0.4,1,\n"
    root = tmp_path / "book"
    assert imported(root, rows, contract="").problems[0].message == "a CSV file does not say which contract it is of"
    assert imported(root, rows, contract="snow").problems[0].message == "this book has no contract `snow`"
    assert imported(root, rows, is_mapped=False).problems[0].message == "a CSV file needs a mapping of its columns"
    asked = QuoteRequest(contract="rain-us", mapping=tmp_path / "prices.toml")
    gone = import_quotes(root, "csv", [tmp_path / "gone.csv"], asked, read_input=lambda _: b"", clock=lambda: NOW)
    assert gone.problems[0].message == "there is no such file"
