"""Quotes of a book: read in blocks with the right numbers, each mistake with its place, and used only as the rules allow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from forecast.book.files.folder import Folder
from forecast.book.files.problems import Problem
from forecast.markets.faults import MarketFault
from forecast.markets.files.quotes_file import QUOTES, key_of_cells, quote_cells, quotes_path, read_quotes, row_keys
from forecast.markets.quote_table import QuoteTable, join_tables, last_offer, offer_in_force
from forecast.markets.quotes import Quote

D = Decimal
NOW = datetime(2026, 10, 3, 12, tzinfo=UTC)
HEAD = "contract,at,kind,bid,ask,last,price,bid_depth,ask_depth,volume,status,retrieved,file"


def quotes_of(root: Path, *lines: str, head: str = HEAD) -> tuple[QuoteTable, tuple[Problem, ...]]:
    """Write a file of quotes and read it."""
    path = root / quotes_path("t")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join((head, *lines)) + "\n", encoding="utf-8", newline="")
    return read_quotes(Folder(root), "t")


def table_of(root: Path, *lines: str) -> QuoteTable:
    """The quotes of a file in which nothing is wrong."""
    table, problems = quotes_of(root, *lines)
    assert problems == ()
    return table


def test_a_quote_is_read_with_its_decimals(tmp_path: Path):
    """Missing is None, never 0; digits stay as they are written; a moment has its microseconds."""
    table = table_of(tmp_path, "rain,2026-10-02T09:30:00.250000Z,bid-ask,0.385,0.4,,,120,35.5,,open,2026-10-02T09:31:00Z,a.json")
    quote = table.quote(0, "kalshi")
    at = datetime(2026, 10, 2, 9, 30, 0, 250_000, tzinfo=UTC)
    assert quote == Quote("kalshi", "rain", at, "bid-ask", D("0.385"), D("0.4"), None, None, D("120.0"), D("35.5"), None, "open")
    assert (len(table), table.line.tolist()) == (1, [2])


def test_no_file_has_no_quotes(tmp_path: Path):
    """Nor has an empty one, and nothing is wrong with either."""
    (tmp_path / "seeds/t").mkdir(parents=True)
    for text in (None, ""):
        if text is not None:
            (tmp_path / quotes_path("t")).write_text(text)
        table, problems = read_quotes(Folder(tmp_path), "t")
        assert (len(table), problems, table.contracts) == (0, (), ())


def test_many_rows_are_read_as_one_by_one(tmp_path: Path):
    """Blocks with a faulty row, windows' line ends, a byte order mark and quoted cells give the same rows as plain ones."""
    lines = [
        f"c{at % 3},2026-10-02T{at // 3600 % 24:02}:{at // 60 % 60:02}:{at % 60:02}Z,bid-ask,0.{10 + at % 60},0.9,,,,,,,,"
        for at in range(20_000)
    ]
    plain = table_of(tmp_path, *lines)
    marked = tmp_path / "other" / quotes_path("t")
    marked.parent.mkdir(parents=True)
    quoted = [f'"{line.partition(",")[0]}",{line.partition(",")[2]}' for line in lines]
    broken = [*quoted[:9_000], "c1,2026-10-02T00:00:00Z,bid-ask,1.2,,,,,,,,,", *quoted[9_000:]]
    marked.write_bytes(b"\xef\xbb\xbf" + "\r\n".join((HEAD, *broken)).encode())
    table, problems = read_quotes(Folder(tmp_path / "other"), "t")
    assert [(its.place.line, its.message) for its in problems] == [(9_002, "the price 1.2 is above 1")]
    for name in ("at", "bid", "ask", "kind", "contract"):
        np.testing.assert_array_equal(getattr(plain, name), getattr(table, name))
    assert table.line[-1] == 20_002


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (",2026-10-02T09:30:00Z,bid-ask,0.3,0.4,,,,,,,,", "`contract` is empty"),
        ("rain,,bid-ask,0.3,0.4,,,,,,,,", "`at` is empty"),
        ("rain,2026-10-02,bid-ask,0.3,0.4,,,,,,,,", "`2026-10-02` is no time"),
        ("rain,2026-10-02T09:30:00,bid-ask,0.3,0.4,,,,,,,,", "`2026-10-02T09:30:00` is no time"),
        ("rain,2026-10-02T09:30:00+02:00,bid-ask,0.3,0.4,,,,,,,,", "a quote's time is in UTC, to the second or finer"),
        ("rain,2026-02-30T09:30:00Z,bid-ask,0.3,0.4,,,,,,,,", "`2026-02-30T09:30:00Z` is no time"),
        ("rain,2026-10-02T09:30:00Z,offer,0.3,0.4,,,,,,,,", "`offer` is no kind"),
        ("rain,2026-10-02T09:30:00Z,bid-ask,0.3,0.4,,,,,,shut,,", "`shut` is no status"),
        ("rain,2026-10-02T09:30:00Z,bid-ask,30%,0.4,,,,,,,,", "`30%` is no number from 0 on"),
        ("rain,2026-10-02T09:30:00Z,bid-ask,-0.3,0.4,,,,,,,,", "`-0.3` is no number from 0 on"),
        ("rain,2026-10-02T09:30:00Z,bid-ask,nan,0.4,,,,,,,,", "`nan` is no number from 0 on"),
        ("rain,2026-10-02T09:30:00Z,bid-ask,1e-1,0.4,,,,,,,,", "`1e-1` is no number from 0 on"),
        ("rain,2026-10-02T09:30:00Z,bid-ask,0.3.1,0.4,,,,,,,,", "`0.3.1` is no number from 0 on"),
        ("rain,2026-10-02T09:30:00Z,bid-ask,30,40,,,,,,,,", "the price 30 is above 1"),
        ("rain,2026-10-02T09:30:00Z,bid-ask,0.5,0.4,,,,,,,,", "the bid 0.5 is above the ask 0.4"),
        ("rain,2026-10-02T09:30:00Z,last,,,,,,,,,,", "`last` is empty, and a quote of the kind `last` is that"),
        ("rain,2026-10-02T09:30:00Z,maker,,,,,,,,,,", "`price` is empty, and a quote of the kind `maker` is that"),
        ("rain,0000-01-01T00:00:00Z,bid-ask,0.3,0.4,,,,,,,,", "`0000-01-01T00:00:00Z` is no time"),
        ('rain,2026-10-02T09:30:00Z,bid-ask,0.3,0.4,,,,,,,,"a', "this line is no row of a CSV file"),
        ("rain\rsnow,2026-10-02T09:30:00Z,bid-ask,0.3,0.4,,,,,,,,", "this line is no row of a CSV file"),
        (f"{'x' * 140_000},2026-10-02T09:30:00Z,bid-ask,0.3,0.4,,,,,,,,", "this line is no row of a CSV file"),
        ("rain,2026-10-02T09:30:00Z,bid-ask,0.3", "this row has 4 cells, and the first line names 13"),
    ],
)
def test_each_mistake_has_its_place(row: str, message: str, tmp_path: Path):
    """The row is left out, the others are read."""
    good = "rain,2026-10-01T09:30:00Z,bid-ask,0.3,0.4,,,,,,,,"
    table, problems = quotes_of(tmp_path, good, row, good)
    assert any(its.message == message for its in problems), [its.message for its in problems]
    assert {its.place.line for its in problems} == {3}
    assert table.line.tolist() == [2, 4]


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("contract,at,bid", "column `kind` is missing"),
        ("contract,at,kind,odds", "`quotes.csv` has no column `odds`"),
        ("contract,at,kind,kind", "a column is named twice"),
        ("contract,at,kind\rrain", "this line is no row of a CSV file"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(head: str, message: str, tmp_path: Path):
    """Nothing is read below it."""
    table, problems = quotes_of(tmp_path, "rain,2026-10-01T09:30:00Z,bid-ask,0.3", head=head)
    assert (len(table), [its.message for its in problems]) == (0, [message])


def test_a_written_quote_is_read_again(tmp_path: Path):
    """Cells of a quote give that quote, and its key is that of the row on record."""
    quote = Quote("kalshi", "KX-1", NOW, "bid-ask", D("0.12"), D("0.1234"), D("0.12"), None, D(7), None, D("12.61"))
    cells = quote_cells(quote, contract="rain", retrieved="2026-10-03T12:01:00Z", file="x.json")
    table = table_of(tmp_path, ",".join(cells.get(name, "") for name in QUOTES.columns))
    assert table.quote(0, "kalshi") == Quote(
        "kalshi", "rain", NOW, "bid-ask", D("0.12"), D("0.1234"), D("0.12"), None, D("7.0"), None, D("12.61")
    )
    assert row_keys(Folder(tmp_path), "t", ["rain"]) == {key_of_cells(cells)}
    assert row_keys(Folder(tmp_path), "t", ["snow"]) == set()


def offer(root: Path, *lines: str, most_age: timedelta = timedelta(days=2)) -> object:
    """The interval that the newest offer gives, or why there is none."""
    try:
        found = offer_in_force(table_of(root, *lines), "rain", "polymarket", NOW, most_age=most_age)
    except MarketFault as fault:
        return fault.message
    return (found.bid, found.ask)


FRESH = "rain,2026-10-03T09:30:00Z,bid-ask,0.3,0.4,,,10,10,5,open,,"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((FRESH,), (D("0.3"), D("0.4"))),
        ((FRESH, "rain,2026-10-03T10:30:00Z,midpoint,,,,0.5,,,,open,,"), (D("0.3"), D("0.4"))),
        ((FRESH, "rain,2026-10-03T10:30:00Z,last,,,0.5,,,,,open,,"), (D("0.3"), D("0.4"))),
        ((FRESH, "rain,2026-10-03T13:00:00Z,bid-ask,0.6,0.7,,,1,1,1,open,,"), (D("0.3"), D("0.4"))),  # of the future
        ((FRESH, "rain,2026-10-03T10:00:00Z,bid-ask,0.6,0.7,,,1,1,1,open,,"), (D("0.6"), D("0.7"))),
        (("rain,2026-10-03T10:00:00Z,maker,,,,0.61,,,,open,,",), (D("0.61"), D("0.61"))),
        (
            (FRESH, "rain,2026-10-03T10:00:00Z,bid-ask,0.6,0.7,,,1,1,1,closed,,"),
            "this market is closed: its book and its last trade are no quotes",
        ),
        (("rain,2026-10-03T10:00:00Z,bid-ask,0.6,,,,1,,1,open,,",), "one side of the book is empty, so that it has no interval"),
        (("rain,2026-10-03T10:00:00Z,bid-ask,0.49,0.51,,,,,,open,,",), "nothing has been traded: this is the venue's default, not a price"),
        (("rain,2026-10-03T10:00:00Z,midpoint,,,,0.5,,,,open,,",), "`rain` has trades or midpoints on record, and no bid and ask"),
        (("snow,2026-10-03T10:00:00Z,bid-ask,0.3,0.4,,,,,,open,,",), "no quote of `rain` is on record"),
        (
            ("rain,2026-09-28T12:00:00Z,bid-ask,0.3,0.4,,,10,10,5,open,,",),
            "the newest quote of `rain` is of 2026-09-28 12:00 UTC, 5 days ago, and at most 2 days are taken",
        ),
    ],
    ids=["offer", "midpoint", "trade", "future", "newest", "maker", "closed", "one-sided", "untraded", "midpoints", "none", "stale"],
)
def test_what_may_be_traded_on(rows: tuple[str, ...], expected: object, tmp_path: Path):
    """The newest offer by now, by the rules of reading a price; a stale one is refused."""
    if isinstance(expected, tuple):
        expected = tuple(each if len(str(each)) > 3 else D(str(each)) for each in expected)
    assert offer(tmp_path, *rows) == expected


def test_tables_of_several_topics_are_one(tmp_path: Path):
    """Contracts are counted once, and rows keep theirs."""
    one = table_of(tmp_path / "a", FRESH, FRESH.replace("rain", "snow"))
    two = table_of(tmp_path / "b", FRESH.replace("rain", "snow"), FRESH.replace("rain", "wind"))
    joined = join_tables([one, two])
    assert [joined.contracts[at] for at in joined.contract] == ["rain", "snow", "snow", "wind"]
    assert len(join_tables([])) == 0
    assert last_offer(joined, "wind", "kalshi", NOW).bid == D("0.3")


def test_rows_on_record_are_known_though_one_of_them_is_broken(tmp_path: Path):
    """What is sound in a block with a broken line is recognised all the same."""
    sound = [f"rain,2026-10-02T09:30:{at:02}Z,bid-ask,0.3,0.4,,,,,,,," for at in range(30)]
    quotes_of(tmp_path, *sound, 'rain,"', "snow,2026-10-02T09:30:00Z,bid-ask,0.3,0.4,,,,,,,,")
    assert len(row_keys(Folder(tmp_path), "t", ["rain"])) == len(sound)
