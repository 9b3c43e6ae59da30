"""``forecast market import``: every recorded file, with its numbers or with the reason why it is not read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from forecast.book.files.folder import Folder
from forecast.markets.files.depth_files import read_books, read_pools
from forecast.markets.files.quotes_file import quotes_path, read_quotes
from forecast.markets.quotes import Venue
from forecast.markets.venues.kalshi_payloads import read_kalshi_payload
from forecast.markets.venues.listings import VenueReading
from forecast.markets.venues.manifold_payloads import read_manifold_payload
from forecast.markets.venues.payload_nodes import load_payload
from forecast.markets.venues.polymarket_payloads import read_polymarket_payload
from tests.cli.conftest import Run
from tests.markets.test_recorded_payloads import READ, WHEN
from tests.support.fixtures import fixture_file
from tests.support.market_payloads import kalshi_market, manifold_bet

pytestmark = pytest.mark.medium

READERS = {"kalshi": read_kalshi_payload, "polymarket": read_polymarket_payload, "manifold": read_manifold_payload}
NAMELESS = {  # files that do not say of which contract they are
    *("2026-03_kalshi_orderbook.json", "kalshi-orderbook.json", "candlesticks_sparse.json"),
    *("prices_history.json", "bets_trimmed.json"),
}
WITHOUT_QUOTES = {"kalshi_series.json", "dataset_sample.csv"}
RECORDED = [(venue, name) for venue, names in READ.items() for name in sorted(names - WITHOUT_QUOTES)]


def with_contracts(book: Path, venue: Venue, ids: Iterable[str]) -> None:
    """Give the tiny book a contract for each id: c0, c1 and so on."""
    tables = [
        f'[c{at}]\nquestion = "three_more"\nvenue = "{venue}"\nid = "{name}"\nside = "yes"\n' for at, name in enumerate(dict.fromkeys(ids))
    ]
    (book / "seeds/ferry/contracts.toml").write_text("\n".join(tables))


@pytest.mark.parametrize(("venue", "name"), RECORDED)
def test_every_recorded_file_is_imported_with_its_numbers(book: Path, run: Run, venue: Venue, name: str):
    """Each quote, level and pool of a contract of the book is on record, exactly; a second import adds nothing."""
    file = fixture_file(venue, name)
    asked = "of-this-file" if name in NAMELESS else None
    reading: VenueReading = READERS[venue](load_payload(file.read_bytes()), contract=asked, retrieved=WHEN)
    with_contracts(book, venue, [quote.contract for quote in reading.quotes])
    options = ["--retrieved", WHEN.isoformat(), *(["--contract", "c0"] if asked else [])]
    ran = run("market", "import", venue, str(file), *options, on=book)
    assert ran.code == (3 if any(its.is_price for its in reading.skipped) else 0), ran.out + ran.err
    table, problems = read_quotes(Folder(book), "ferry")
    assert problems == ()
    names = {contract: f"c{at}" for at, contract in enumerate(dict.fromkeys(quote.contract for quote in reading.quotes))}
    expected = {(names[q.contract], q.at, q.kind, q.bid, q.ask, q.last, q.price, q.bid_depth, q.volume, q.status) for q in reading.quotes}
    kept = [table.quote(row, venue) for row in range(len(table))]
    assert {(q.contract, q.at, q.kind, q.bid, q.ask, q.last, q.price, q.bid_depth, q.volume, q.status) for q in kept} == expected
    books, _ = read_books(Folder(book), "ferry")
    assert [its.book for its in books] == [listed.book for listed in reading.books]
    pools, _ = read_pools(Folder(book), "ferry")
    assert [its.pool for its in pools] == [its.pool for its in reading.listings if its.pool is not None and its.status == "open"]
    before = (book / quotes_path("ferry")).read_bytes()
    assert "Nothing new in these files." in run("market", "import", venue, str(file), *options, on=book).out
    assert (book / quotes_path("ferry")).read_bytes() == before


def test_fees_of_a_series_are_no_prices(book: Path, run: Run):
    """What they are for is said, and nothing is wrong."""
    with_contracts(book, "kalshi", ["X"])
    ran = run("market", "import", "kalshi", str(fixture_file("kalshi", "kalshi_series.json")), "--retrieved", "now", on=book)
    assert ran.code == 0
    assert "the fees of a series, which have no prices; `forecast market add --from` takes them into a contract" in ran.out


def test_a_data_set_is_refused_with_the_reason(book: Path, run: Run):
    """A file that no venue answered is not guessed at."""
    with_contracts(book, "polymarket", ["X"])
    ran = run("market", "import", "polymarket", str(fixture_file("polymarket", "dataset_sample.csv")), on=book)
    assert ran.code == 1
    assert "this is not JSON" in ran.err
    assert "save what the venue answered as it is" in ran.err


def test_what_is_left_out_is_listed(book: Path, run: Run):
    """A contract that the book lacks with the command that adds it; a parlay with the reason, and exit code 3."""
    with_contracts(book, "kalshi", ["KXRAIN-26"])
    mine = kalshi_market(ticker="KXRAIN-26")
    others = kalshi_market(ticker="KX OTHER;-26"), kalshi_market(ticker="KXMVE-1", mve_collection_ticker="KXMVE")
    file = book / "markets.json"
    file.write_text(json.dumps({"markets": [mine, *others]}))
    ran = run("market", "import", "kalshi", str(file), "--retrieved", "now", on=book)
    assert ran.code == 3
    assert "c0: added 1 quote." in ran.out
    assert "--venue kalshi --id 'KX OTHER;-26' --side yes" in ran.out
    assert "Not read: markets.json: markets[2]: " in ran.out
    data = json.loads(run("market", "import", "kalshi", str(file), "--retrieved", "now", "--json", on=book).out)
    assert [its["place"] for its in data["skipped"]] == ["markets.json: markets[2]"]


def test_redemptions_are_left_out_as_no_prices(book: Path, run: Run):
    """They are listed, and the exit code is 0."""
    with_contracts(book, "manifold", ["m1"])
    file = book / "bets.json"
    bets = [manifold_bet(contractId="m1"), manifold_bet(contractId="m1", isRedemption=True)]
    file.write_text(json.dumps(bets))
    ran = run("market", "import", "manifold", str(file), on=book)
    assert (ran.code, ran.err) == (0, "")
    assert "Not read: bets.json: [1]: a redemption" in ran.out


def test_a_table_is_read_by_its_mapping(book: Path, run: Run):
    """What is added and what is left out is printed, with exit code 3 where a row may have held a price; another venue's file has no mapping."""
    with_contracts(book, "kalshi", ["KXRAIN-26"])
    (book / "prices.csv").write_text("Time,Bid\n2026-08-01,12\n2026-08-02,-1\n")
    (book / "prices.toml").write_text('zone = "UTC"\nscale = "percent"\n[columns]\nat = "Time"\nbid = "Bid"\n')
    words = ("prices.csv", "--contract", "c0", "--mapping", "prices.toml")
    words = tuple(str(book / word) if word.startswith("prices") else word for word in words)
    ran = run("market", "import", "csv", *words, on=book)
    assert (ran.code, ran.err) == (3, "")
    assert ran.out.splitlines()[0] == "c0: added 1 quote."
    assert ran.out.splitlines()[1].startswith("Not read: prices.csv: line 3: `-1` under `bid` is no number from 0 on")
    ran = run("market", "import", "kalshi", *words, on=book)
    assert ran.code == 2
    assert "only a CSV file has a mapping" in ran.err
