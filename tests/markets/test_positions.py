"""Positions: what is held and what trades came to, by hand, and only from what is on record."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from forecast.actions.market_positions import TradeRequest, market_positions, record_trade
from forecast.book.files.folder import Folder
from forecast.book.files.problems import Place
from forecast.markets.faults import MarketFault
from forecast.markets.files.positions_file import read_positions
from forecast.markets.positions import OwnTrade, SideHolding, cash_flow, positions_of
from tests.actions.test_market_import import CONTRACTS

D = Decimal
NOW = datetime(2026, 10, 3, 12, tzinfo=UTC)
HEAD = "contract,at,action,side,count,price,fee,id,recorded,source,note\n"
WEEK = timedelta(days=7)


def fill(action: str, side: str, count: str | None, price: str, fee: str = "0", *, day: int = 1) -> OwnTrade:
    """A trade of one contract on a day of October."""
    at = datetime(2026, 10, day, tzinfo=UTC)
    return OwnTrade(Place("x", day), "rain", at, action, side, None if count is None else D(count), D(price), D(fee))  # type: ignore[arg-type]


def yes_after(*fills: OwnTrade) -> SideHolding:
    """What is held of YES after trades."""
    return positions_of(fills)["rain"].yes


def test_a_sale_realises_what_it_brings_over_the_average_cost():
    """60 at .30 and 40 at .40 with fees of 2 cost 36, .36 each; 50 sold at .50 less a fee of 1 realise 6."""
    held = yes_after(
        fill("buy", "yes", "60", ".30", "1"), fill("buy", "yes", "40", ".40", "1"), fill("sell", "yes", "50", ".50", "1", day=2)
    )
    assert (held.count, held.cost, held.average_cost) == (50, D("18.00"), D("0.36"))
    assert held.realised == 50 * D(".50") - 1 - 50 * D(".36")
    assert (held.fees, held.average_price) == (3, D("0.34"))
    assert held.unrealised_gain(D("0.40")) == D("2.00")


@pytest.mark.parametrize(("price", "realised"), [("1", "7.0"), ("0", "-3.0"), ("0.5", "2.0")])
def test_a_settlement_pays_what_the_side_is_worth(price: str, realised: str):
    """10 bought at .30 bring 10, 0 or, settled at a half, 5."""
    held = yes_after(fill("buy", "yes", "10", ".30"), fill("settle", "yes", None, price, day=2))
    assert (held.count, held.cost, held.realised) == (0, 0, D(realised))


def test_a_void_gives_back_a_share_of_the_cost():
    """Of 3 paid and .10 of fees the whole cost comes back at 1, and half of it at .5."""
    bought = fill("buy", "yes", "10", ".30", ".10")
    assert yes_after(bought, fill("void", "yes", None, "1", day=2)).realised == 0
    assert yes_after(bought, fill("void", "yes", None, ".5", day=2)).realised == D("-1.55")


def test_both_sides_together_lose_less():
    """10 YES at .30 and 6 NO at .60 cost 6.6, and 6 are paid whichever way it ends."""
    position = positions_of([fill("buy", "yes", "10", ".30"), fill("buy", "no", "6", ".60")])["rain"]
    assert (position.cost, position.most_loss, position.is_open()) == (D("6.6"), D("0.6"), True)


def test_cash_is_what_came_in_less_what_was_paid():
    """Money in less money out, whatever is still held."""
    fills = [fill("buy", "yes", "10", ".30", ".10"), fill("sell", "yes", "4", ".50", ".05", day=2)]
    assert cash_flow(fills)["rain"] == 4 * D(".50") - D(".05") - 10 * D(".30") - D(".10")


def test_trades_count_in_the_order_of_time_and_up_to_a_moment():
    """A later row of an earlier trade comes first; what is later than the moment does not count."""
    fills = [fill("sell", "yes", "5", ".50", day=3), fill("buy", "yes", "10", ".30", day=1)]
    assert yes_after(*fills).count == 5
    assert positions_of(fills, until=datetime(2026, 10, 2, tzinfo=UTC))["rain"].yes.count == 10


def test_more_cannot_be_sold_than_is_held():
    """The row is named."""
    with pytest.raises(MarketFault, match="x:2: 5 contracts of `rain` yes are sold, and 4 were held"):
        positions_of([fill("buy", "yes", "4", ".30"), fill("sell", "yes", "5", ".50", day=2)])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [fill("settle", "yes", None, "1", day=2), fill("buy", "no", "4", ".30", day=3)],
            "x:3: `rain` had ended before this trade, by line 2",
        ),
        (
            [fill("settle", "yes", None, "1", day=2), fill("settle", "no", None, "1", day=3)],
            "x:3: no of `rain` pays 1, and by line 2 it pays 0",
        ),
        (
            [fill("settle", "yes", "2", "1", day=2), fill("settle", "yes", None, "0.5", day=3)],
            "x:3: yes of `rain` pays 0.5, and by line 2 it pays 1",
        ),
        ([fill("settle", "yes", None, "1", day=2), fill("void", "no", None, "1", day=3)], "x:3: `rain` is settled by line 2"),
    ],
)
def test_a_contract_ends_once_and_in_one_way(rows: list[OwnTrade], message: str):
    """Nothing is traded after its end, and its two sides pay 1 together; what is of the same moment, or agrees, is right."""
    bought = [fill("buy", "yes", "4", ".30"), fill("buy", "no", "4", ".30")]
    with pytest.raises(MarketFault, match=re.escape(message)):
        positions_of([*bought, *rows])
    agreeing = [fill("settle", "yes", None, "0.5", day=2), fill("settle", "no", None, "0.5", day=3), fill("buy", "yes", "1", ".5", day=2)]
    assert not positions_of([*bought, *agreeing])["rain"].no.count


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book with contracts, without quotes."""
    (tmp_path / "seeds/weather").mkdir(parents=True)
    (tmp_path / "seeds/weather/topic.toml").write_text('title = "Weather"\nopens = 2026-01-01\nstep = "month"\n')
    (tmp_path / "seeds/weather/contracts.toml").write_text(CONTRACTS)
    return tmp_path


def write(book: Path, rows: str, quotes: str = "") -> None:
    """Write trades and quotes."""
    (book / "seeds/weather/positions.csv").write_text(HEAD + rows)
    head = "contract,at,kind,bid,ask,last,price,bid_depth,ask_depth,volume,status,retrieved,file\n"
    (book / "seeds/weather/quotes.csv").write_text(head + quotes)


def test_positions_are_valued_at_what_they_can_be_sold_at(book: Path):
    """YES at the bid, NO at what is left above the ask; a stale price is none, with the reason."""
    rows = "rain,2026-10-01T00:00:00Z,buy,yes,10,0.30,0.1,,,,\nrain,2026-10-01T00:00:00Z,buy,no,4,0.60,,,,,\nrain-mana,2026-10-01T00:00:00Z,buy,yes,5,0.2,,,,,\n"
    quotes = "rain,2026-10-03T09:00:00Z,bid-ask,0.42,0.45,,,9,9,5,open,,\nrain-mana,2026-08-01T00:00:00Z,maker,,,,0.3,,,,open,,\n"
    write(book, rows, quotes)
    found = market_positions(book, now=NOW, most_age=WEEK)
    assert found.problems == ()
    prices = {(its.contract.name, its.holding.side): its.price for its in found.sides}
    assert prices == {("rain", "yes"): D("0.42"), ("rain", "no"): D("0.55"), ("rain-mana", "yes"): None}
    assert "at most 7 days are taken" in found.sides[2].reason
    dollars, mana = found.totals
    assert (dollars.currency, dollars.invested, dollars.most_loss) == ("USD", D("5.5"), D("1.5"))
    assert dollars.unrealised == 10 * D("0.42") - D("3.1") + 4 * D("0.55") - D("2.4")
    assert (mana.currency, mana.unrealised, mana.cash) == ("mana", None, D("-1.0"))


def test_prices_paid_stand_beside_the_closing_price(book: Path):
    """The last offer before the market closed, from the side that was bought; what is no price by the rules is none, nor what it shows when closed."""
    rows = "rain,2026-09-01T00:00:00Z,buy,no,4,0.60,,,,,\nrain,2026-10-02T00:00:00Z,settle,no,,1,,,,,\n"
    quotes = (
        "rain,2026-09-20T09:00:00Z,bid-ask,0.20,0.24,,,9,9,5,open,,\n"
        "rain,2026-09-21T09:00:00Z,midpoint,,,,0.5,,,,open,,\n"
        "rain,2026-09-21T10:00:00Z,bid-ask,0.49,0.51,,,,,,open,,\n"
        "rain,2026-09-21T11:00:00Z,bid-ask,0.01,0.99,,,9,9,5,open,,\n"
        "rain,2026-09-21T12:00:00Z,bid-ask,0.40,,,,9,,5,open,,\n"
        "rain,2026-09-22T09:00:00Z,bid-ask,0.50,0.99,,,9,9,5,closed,,\n"
    )
    write(book, rows, quotes)
    (side,) = market_positions(book, now=NOW, most_age=WEEK).sides
    assert (side.closing, side.better_by, side.holding.realised) == (D("0.78"), D("0.18"), D("1.6"))
    two_days, less = timedelta(days=2), timedelta(days=2, microseconds=-1)
    assert market_positions(book, now=NOW, most_age=two_days).sides[0].closing == D("0.78")
    (side,) = market_positions(book, now=NOW, most_age=less).sides
    assert (side.closing, side.better_by) == (None, None)
    assert side.no_closing == "its last offer is of 2 days before it closed, and at most 48 hours are taken"


def test_a_trade_is_put_on_record(book: Path):
    """And a sale of more than is held, or of an unknown contract, is refused and changes nothing."""
    asked = TradeRequest("rain", "buy", "yes", D(10), D("0.3"), D("0.1"), NOW, "A try.")
    assert record_trade(book, asked, now=NOW) == ()
    ((kept,), problems) = read_positions(Folder(book), "weather")
    assert (problems, kept.count, kept.price, kept.fee, kept.at) == ((), 10, D("0.3"), D("0.1"), NOW)
    before = (book / "seeds/weather/positions.csv").read_bytes()
    (wrong,) = record_trade(book, TradeRequest("rain", "sell", "yes", D(11), D("0.3"), D(0), NOW), now=NOW)
    assert wrong.message == "11 contracts of `rain` yes are sold, and 10 were held"
    (wrong,) = record_trade(book, TradeRequest("rian", "buy", "yes", D(1), D("0.3"), D(0), NOW), now=NOW)
    assert (wrong.message, wrong.hint) == ("this book has no contract `rian`", "did you mean `rain`?")
    assert (book / "seeds/weather/positions.csv").read_bytes() == before


def test_what_is_not_held_does_not_end(book: Path):
    """A settlement of the other side, or dated before the purchase, is refused: it would pass over what is held."""
    write(book, "rain,2026-10-01T00:00:00Z,buy,no,4,0.60,,,,,\n")
    before = (book / "seeds/weather/positions.csv").read_bytes()
    (wrong,) = record_trade(book, TradeRequest("rain", "settle", "yes", None, D(0), D(0), NOW), now=NOW)
    assert (wrong.message, wrong.hint) == (
        "no yes of `rain` was held at 2026-10-03T12:00+00:00, so there is nothing to settle",
        "4 of no were: that side pays 1",
    )
    assert wrong.place.line == 3
    early = datetime(2026, 9, 30, tzinfo=UTC)
    (wrong,) = record_trade(book, TradeRequest("rain", "settle", "no", None, D(1), D(0), early), now=NOW)
    assert (wrong.message, wrong.hint) == (
        "no no of `rain` was held at 2026-09-30T00:00+00:00, so there is nothing to settle",
        "is a purchase missing before it, or is --at too early?",
    )
    assert (book / "seeds/weather/positions.csv").read_bytes() == before
    assert record_trade(book, TradeRequest("rain", "settle", "no", None, D(1), D(0), NOW), now=NOW) == ()


def test_the_row_that_cannot_be_is_named(book: Path):
    """An earlier sale leaves too few for one that is on record, which is the row that is named."""
    write(book, "rain,2026-10-01T00:00:00Z,buy,no,4,0.60,,,,,\nrain,2026-10-03T00:00:00Z,sell,no,4,0.60,,,,,\n")
    early = datetime(2026, 10, 2, tzinfo=UTC)
    (wrong,) = record_trade(book, TradeRequest("rain", "sell", "no", D(1), D(1), D(0), early), now=NOW)
    assert wrong.message == "seeds/weather/positions.csv:3: 4 contracts of `rain` no are sold, and 3 were held"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("rain,,buy,yes,10,0.3,,,,,", "`at` is empty"),
        ("rain,2026-10-01T00:00:00Z,hold,yes,10,0.3,,,,,", "`hold` is no action"),
        ("rain,2026-10-01T00:00:00Z,buy,maybe,10,0.3,,,,,", "`maybe` is no side"),
        ("rain,2026-10-01T00:00:00Z,buy,yes,,0.3,,,,,", "`count` is empty"),
        ("rain,2026-10-01T00:00:00Z,buy,yes,0,0.3,,,,,", "0 contracts are no trade"),
        ("rain,2026-10-01T00:00:00Z,buy,yes,-1,0.3,,,,,", "`-1` is no number from 0 on"),
        ("rain,2026-10-01T00:00:00Z,buy,yes,10,,,,,,", "`price` is empty"),
        ("rain,2026-10-01T00:00:00Z,buy,yes,10,30,,,,,", "the price 30 is above 1"),
        ("rain,2026-10-01T00:00:00Z,buy,yes,10,0.3,1-2,,,,", "`1-2` is no number"),
        ("snow,2026-10-01T00:00:00Z,buy,yes,10,0.3,,,,,", "this book has no contract `snow`"),
    ],
)
def test_each_mistake_has_its_place(book: Path, row: str, message: str):
    """With its line."""
    write(book, f"{row}\n")
    problems = market_positions(book, now=NOW, most_age=WEEK).problems
    assert [(its.message, its.place.line) for its in problems] == [(message, 2)]
