"""``forecast market trade`` and ``forecast market positions``: slips of the hand are named, and what is left to do once a market has closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

CONTRACT = '[ferry]\nquestion = "three_more"\nvenue = "kalshi"\nid = "KXRAIN-26"\nside = "yes"\n'
QUOTES = "contract,at,kind,bid,ask,last,price,bid_depth,ask_depth,volume,status,retrieved,file\n"
TRADE = ("market", "trade", "ferry")


@pytest.fixture
def market(book: Path) -> Path:
    """The tiny book with a contract."""
    (book / "seeds/ferry/contracts.toml").write_text(CONTRACT)
    return book


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("buy", "yes", "50", "--price", "7"), "7 is not between 0 and 1; 7 cents are 0.07"),
        (("buy", "yes", "50", "--price", "62.5"), "62.5 is not between 0 and 1; 62.5 cents are 0.625"),
        (("buy", "yes", "50", "--price", "150"), "150 is not between 0 and 1\n"),
        (("buy", "yes", "--price", "0.5"), "say how many contracts, more than 0"),
        (("yes", "buy", "50", "--price", "0.5"), "'ACTION': 'yes' is not one of 'buy', 'sell', 'settle', 'void'"),
    ],
)
def test_what_is_no_trade_is_refused_with_its_reason(run: Run, market: Path, words: tuple[str, ...], message: str):
    """The reason stands there without words of a library, and nothing is written."""
    ran = run(*TRADE, *words, on=market)
    assert (ran.code, message in ran.err) == (2, True), ran.err
    assert not (market / "seeds/ferry/positions.csv").exists()


def test_once_a_market_has_closed_the_command_that_settles_is_shown(run: Run, market: Path):
    """While it is open, and once it is settled, it is not."""
    hint = "  How it ended goes on record with: forecast market trade ferry settle yes --price P\n"
    quotes = market / "seeds/ferry/quotes.csv"
    quotes.write_text(QUOTES + "ferry,2025-03-01T12:00:00Z,bid-ask,0.4,0.42,,,9,9,9,open,,\n")
    bought = run(*TRADE, "buy", "yes", "10", "--price", "0.3", "--at", "2025-03-01T13:00:00Z", on=market)
    assert (bought.code, bought.err) == (0, "")
    assert hint not in run("market", "positions", on=market).out
    with quotes.open("a") as file:
        file.write("ferry,2025-03-02T12:00:00Z,bid-ask,,,,,,,9,settled,,\n")
    shown = run("market", "positions", on=market).out
    assert hint in shown
    assert shown.splitlines()[1].split() == ["ferry", "yes", "10", "0.3", "0", "0.3", "0.41", "0.11"]
    assert run(*TRADE, "settle", "yes", "--price", "1", "--at", "2025-03-02T12:00:00Z", on=market).code == 0
    shown = run("market", "positions", on=market).out
    assert hint not in shown
    assert shown.splitlines()[1].split() == ["ferry", "yes", "0", "7", "0.3", "0.41", "0.11"]
