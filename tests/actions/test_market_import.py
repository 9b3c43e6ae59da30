"""What venues' files say of a book's contracts: added once, to the right contract, and nothing guessed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from forecast.actions.market_import import QuoteImport, QuoteRequest, import_quotes
from forecast.book.files.folder import Folder
from forecast.markets.files.depth_files import newest_book, newest_pool, read_books, read_pools
from forecast.markets.files.quotes_file import read_quotes
from forecast.markets.quote_table import last_offer
from forecast.markets.quotes import Venue
from tests.support.fixtures import fixture_file

D = Decimal
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
CONTRACTS = """
[rain]
question = "rain"
venue    = "kalshi"
id       = "KXRAIN-26"
side     = "yes"

[rain-mana]
question = "rain"
venue    = "manifold"
id       = "abc"
side     = "yes"

[rain-poly]
question = "rain"
venue    = "polymarket"
id       = "0xrain"
side     = "no"
"""
MARKET = {
    "ticker": "KXRAIN-26",
    "title": "Rain?",
    "market_type": "binary",
    "status": "active",
    "yes_bid_dollars": "0.1200",
    "yes_ask_dollars": "0.1500",
    "last_price_dollars": "0.0000",
    "volume_fp": "12.61",
}
BOOK = {"orderbook_fp": {"yes_dollars": [["0.1100", "20.00"], ["0.1200", "5.00"]], "no_dollars": [["0.8500", "7.00"]]}}
POOL = {"YES": 150.0, "NO": 50.0}
MANA = {
    "id": "abc",
    "question": "Rain?",
    "outcomeType": "BINARY",
    "mechanism": "cpmm-1",
    "probability": 0.25,
    "p": 0.5,
    "pool": POOL,
    "volume": 10,
    "isResolved": False,
    "closeTime": 1800000000000,
}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book with three contracts of one topic."""
    (tmp_path / "seeds/weather").mkdir(parents=True)
    (tmp_path / "seeds/weather/topic.toml").write_text('title = "Weather"\nopens = 2026-01-01\nstep = "month"\n')
    (tmp_path / "seeds/weather/contracts.toml").write_text(CONTRACTS)
    return tmp_path


def imported(
    book: Path,
    venue: Venue,
    payload: object,
    *,
    retrieved: datetime | None = NOW,
    read_input: Callable[[int], bytes] | None = None,
    **asked: str,
) -> QuoteImport:
    """Import one file, or standard input."""
    file = Path("-")
    if read_input is None:
        file = book / "payload.json"
        file.write_text(json.dumps(payload))
    request = QuoteRequest(retrieved=retrieved, **asked)  # type: ignore[arg-type]
    return import_quotes(book, venue, [file], request, read_input=read_input or (lambda _: b""), clock=lambda: NOW)


def test_a_market_is_a_quote_of_its_contract(book: Path):
    """Prices keep their digits, a last price of 0 is none, and other contracts are counted."""
    done = imported(book, "kalshi", {"markets": [MARKET, {**MARKET, "ticker": "KXSNOW-26"}]})
    assert (done.problems, dict(done.added), dict(done.others)) == ((), {"rain/quotes": 1}, {"KXSNOW-26": 1})
    table, problems = read_quotes(Folder(book), "weather")
    assert problems == ()
    offer = last_offer(table, "rain", "kalshi", NOW)
    assert (offer.bid, offer.ask, offer.last, offer.volume, offer.at) == (D("0.12"), D("0.15"), None, D("12.61"), NOW)


def test_a_second_import_adds_nothing(book: Path):
    """Whenever it is read again; a market that has moved adds one row."""
    first = imported(book, "kalshi", {"markets": [MARKET]})
    before = (book / "seeds/weather/quotes.csv").read_bytes()
    again = imported(book, "kalshi", {"markets": [MARKET]})
    assert (dict(first.added), dict(again.added), again.known) == ({"rain/quotes": 1}, {}, 1)
    assert (book / "seeds/weather/quotes.csv").read_bytes() == before
    moved = imported(book, "kalshi", {"markets": [{**MARKET, "yes_bid_dollars": "0.1300"}]})
    assert dict(moved.added) == {"rain/quotes": 1}


def test_a_book_is_kept_level_by_level(book: Path):
    """Both sides, the best first; a file that does not say of which contract it is needs a name."""
    unnamed = imported(book, "kalshi", BOOK)
    assert [its.message for its in unnamed.problems] == ["this payload does not say which contract it is of"]
    done = imported(book, "kalshi", BOOK, contract="rain")
    assert dict(done.added) == {"rain/quotes": 1, "rain/books": 3}
    books, problems = read_books(Folder(book), "weather")
    found = newest_book(books, "rain", NOW, most_age=NOW - datetime(2026, 8, 1, tzinfo=UTC))
    assert problems == ()
    assert found is not None
    assert [(level.price, level.count) for level in found.book.bids] == [(D("0.12"), D(5)), (D("0.11"), D(20))]
    assert [(level.price, level.count) for level in found.book.asks] == [(D("0.15"), D(7))]
    assert dict(imported(book, "kalshi", BOOK, contract="rain").added) == {}


def test_a_maker_keeps_its_pool(book: Path):
    """What it holds is on record beside its price."""
    done = imported(book, "manifold", [MANA])
    assert dict(done.added) == {"rain-mana/quotes": 1, "rain-mana/pools": 1}
    pools, problems = read_pools(Folder(book), "weather")
    found = newest_pool(pools, "rain-mana", NOW, most_age=NOW - datetime(2026, 8, 1, tzinfo=UTC))
    assert problems == ()
    assert found is not None
    assert (found.pool.yes, found.pool.no, found.pool.probability) == (150, 50, 0.25)


def test_a_price_without_a_time_needs_one(book: Path):
    """Nothing is written, and the hint says what to give."""
    done = imported(book, "kalshi", {"markets": [MARKET]}, retrieved=None)
    assert [(its.message, its.hint) for its in done.problems] == [
        ("nobody says when this price stood", "give the time at which it was fetched with --retrieved")
    ]
    assert not (book / "seeds/weather/quotes.csv").exists()


def test_a_history_is_of_the_token_that_is_named(book: Path):
    """A price history of the second outcome's token is turned round; its midpoints are never offers."""
    history = {"history": [{"t": 1789340418, "p": 0.63}]}
    done = imported(book, "polymarket", history, contract="rain-poly", side="no")
    assert dict(done.added) == {"rain-poly/quotes": 1}
    table, _ = read_quotes(Folder(book), "weather")
    quote = table.quote(0, "polymarket")
    assert (quote.kind, quote.price) == ("midpoint", D("0.37"))


def test_standard_input_is_read(book: Path):
    """What is piped in is a file like others."""
    done = imported(book, "kalshi", None, read_input=lambda _: json.dumps({"markets": [MARKET]}).encode())
    assert dict(done.added) == {"rain/quotes": 1}
    assert ",-\n" in (book / "seeds/weather/quotes.csv").read_text()


@pytest.mark.parametrize(
    ("venue", "payload", "asked", "message"),
    [
        ("kalshi", BOOK, {"contract": "rian"}, "this book has no contract `rian`"),
        ("kalshi", BOOK, {"contract": "rain-mana"}, "`rain-mana` is a contract of manifold, not of kalshi"),
        ("kalshi", {"odds": []}, {}, "this is no payload of Kalshi that is read"),
        ("manifold", {"odds": []}, {}, "this is no payload of Manifold that is read"),
        ("polymarket", {"error": "No orderbook exists"}, {}, "the venue answered with an error: No orderbook exists"),
    ],
)
def test_what_cannot_be_read_is_said(book: Path, venue: Venue, payload: object, asked: dict[str, str], message: str):
    """Each with the file's name, and nothing is written."""
    done = imported(book, venue, payload, **asked)
    assert message in done.problems[0].message
    assert done.problems[0].place.path.endswith("payload.json")
    assert not (book / "seeds/weather/quotes.csv").exists()


def test_a_file_that_is_not_there_is_a_problem(book: Path):
    """With its name."""
    request = QuoteRequest(retrieved=NOW)
    done = import_quotes(book, "kalshi", [book / "none.json"], request, read_input=lambda _: b"", clock=lambda: NOW)
    assert "none.json" in done.problems[0].place.path


def test_recorded_bets_become_a_history(book: Path):
    """The recorded page of bets names no market; with the contract's name its fills are trades of it, oldest first."""
    file = fixture_file("manifold", "bets_trimmed.json")
    request = QuoteRequest(contract="rain-mana")
    done = import_quotes(book, "manifold", [file], request, read_input=lambda _: b"", clock=lambda: NOW)
    assert done.problems == ()
    table, problems = read_quotes(Folder(book), "weather")
    assert (problems, len(table)) == ((), done.added["rain-mana/quotes"])
    assert (table.at[1:] >= table.at[:-1]).all()


def test_a_faulty_row_of_a_book_spoils_that_book_alone(book: Path):
    """Depth is not taken from half a book."""
    head = "contract,at,side,price,count,retrieved,file\n"
    rows = ("rain,2026-08-01T00:00:00Z,bid,0.1,5,,\n", "rain,2026-08-01T00:00:00Z,ask,1.5,5,,\n", "rain,2026-08-02T00:00:00Z,bid,0.2,5,,\n")
    (book / "seeds/weather/books.csv").write_text(head + "".join(rows))
    books, problems = read_books(Folder(book), "weather")
    assert [its.at.day for its in books] == [2]
    assert [(its.place.line, its.message) for its in problems] == [(3, "the price 1.5 is above 1")]
