"""One's own trades from venues' files: each once, of the right side, at its own price, and never more sold than was held."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from forecast.actions.market_import_trades import TradeFormat, TradeImport, import_trades
from forecast.actions.market_positions import TradeRequest, market_positions, record_trade
from forecast.book.files.folder import Folder
from forecast.markets.files.positions_file import read_positions
from forecast.markets.positions import OwnTrade, positions_of
from tests.actions.test_market_import import CONTRACTS
from tests.support.market_payloads import Json, manifold_bet

D = Decimal
NOW = datetime(2026, 10, 3, 12, tzinfo=UTC)
FEES = '\n[[rain-poly.fees]]\nholds_from = 2026-01-01\nsource = "invented"\ncategory = "politics"\nrate = "0.04"\nexponent = 1\n'


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book with a contract of each venue; the fees of Polymarket's are known."""
    (tmp_path / "seeds/weather").mkdir(parents=True)
    (tmp_path / "seeds/weather/topic.toml").write_text('title = "Weather"\nopens = 2026-01-01\nstep = "month"\n')
    (tmp_path / "seeds/weather/contracts.toml").write_text(CONTRACTS + FEES)
    return tmp_path


def kalshi_fill(**changes: object) -> Json:
    """A fill of 2026, in dollars."""
    return {
        "fill_id": "f1",
        "trade_id": "f1",
        "order_id": "o1",
        "ticker": "KXRAIN-26",
        "side": "no",
        "action": "buy",
        "count_fp": "10.50",
        "yes_price_dollars": "0.6200",
        "no_price_dollars": "0.3800",
        "fee_cost": "0.17",
        "is_taker": True,
        "created_time": "2026-09-20T10:00:00Z",
        **changes,
    }


def polymarket_trade(**changes: object) -> Json:
    """A trade of a wallet."""
    return {
        "proxyWallet": "0x1",
        "conditionId": "0xrain",
        "side": "BUY",
        "outcome": "No",
        "outcomeIndex": 1,
        "size": 100,
        "price": 0.5,
        "timestamp": 1_790_000_000,
        "transactionHash": "0xa",
        **changes,
    }


def own_bet(**changes: object) -> Json:
    """A bet of one's own on Manifold: 10 mana for 20 shares."""
    return {**manifold_bet(contractId="abc", userId="u1", amount=10, shares=20), **changes}


def imported(book: Path, its: TradeFormat, payload: object, *, contract: str = "") -> TradeImport:
    """Import one file."""
    file = book / ("trades.csv" if its == "csv" else "trades.json")
    file.write_text(payload if isinstance(payload, str) else json.dumps(payload))
    return import_trades(book, its, [file], contract=contract, read_input=lambda _: b"", clock=lambda: NOW)


def on_record(book: Path) -> Sequence[OwnTrade]:
    """All trades on record."""
    trades, problems = read_positions(Folder(book), "weather")
    assert problems == ()
    return trades


def said(trade: OwnTrade) -> tuple[object, ...]:
    """What a trade says."""
    return trade.contract, trade.action, trade.side, trade.count, trade.price, trade.fee


def test_fills_of_kalshi(book: Path):
    """Each at the price of its own side, with its fee; those that say only which outcome they gain are purchases of it."""
    new = kalshi_fill(fill_id="f2", side=None, action=None, outcome_side="yes", fee_cost="0", created_time="2026-09-21T10:00:00Z")
    odd = kalshi_fill(fill_id="f3", side=None, action=None)
    done = imported(book, "kalshi", {"fills": [new, kalshi_fill(), odd], "cursor": ""})
    assert (done.problems, dict(done.added), len(done.skipped)) == ((), {"rain": 2}, 1)
    assert [said(trade) for trade in on_record(book)] == [
        ("rain", "buy", "no", D("10.50"), D("0.38"), D("0.17")),
        ("rain", "buy", "yes", D("10.50"), D("0.62"), D(0)),
    ]


@pytest.mark.parametrize(
    ("is_taker", "fee_type", "fee"), [(True, "quadratic", "0.25"), (False, "quadratic", "0"), (False, "quadratic_with_maker_fees", "0.07")]
)
def test_a_maker_of_kalshi_pays_by_the_schedule_as_a_maker(book: Path, *, is_taker: bool, fee_type: str, fee: str):
    """15 at .37 cost .07 · 15 · .37 · .63 = .244755 as taker; as maker nothing, or a quarter of it where the series has makers' fees."""
    fees = (
        f'\n[[rain.fees]]\nholds_from = 2026-01-01\nsource = "invented"\ntype = "{fee_type}"\ntaker_multiplier = 1\nmaker_multiplier = 1\n'
    )
    file = book / "seeds/weather/contracts.toml"
    file.write_text(file.read_text() + fees)
    fill = kalshi_fill(
        side="yes", count_fp="15.00", yes_price_dollars="0.3700", no_price_dollars="0.6300", fee_cost=None, is_taker=is_taker
    )
    done = imported(book, "kalshi", {"fills": [fill]})
    assert (done.problems, done.estimated) == ((), 1)
    assert [trade.fee for trade in on_record(book)] == [D(fee)]


def test_fills_of_kalshi_in_cents(book: Path):
    """Older exports have whole cents, and the price of one side is that of the other."""
    old = {"trade_id": "t", "market_ticker": "KXRAIN-26", "side": "no", "action": "buy", "count": 3, "yes_price": 62, "fee_cost": "0.05"}
    imported(book, "kalshi", [{**old, "created_time": "2026-01-02T03:04:05Z"}])
    assert [said(trade) for trade in on_record(book)] == [("rain", "buy", "no", D(3), D("0.38"), D("0.05"))]


def test_trades_of_polymarket(book: Path):
    """A transaction that says the same twice holds two trades; fees are the taker's of the day: 100 @ .50 politics cost 1.00."""
    trades = [polymarket_trade(), polymarket_trade(), polymarket_trade(type="REDEEM"), polymarket_trade(conditionId="0xsnow")]
    done = imported(book, "polymarket", trades)
    assert (dict(done.added), dict(done.others), done.estimated) == ({"rain-poly": 2}, {"0xsnow": 1}, 2)
    assert "REDEEM is no trade" in done.skipped[0].reason
    assert [said(trade) for trade in on_record(book)] == [("rain-poly", "buy", "no", D(100), D("0.5"), D("1.00"))] * 2


def test_bets_on_manifold(book: Path):
    """Shares at amount for each, sales by their sign; a redemption sells both sides at prices that add up to 1: in all the cash is right."""
    bets = [
        own_bet(id="b5", createdTime=5, amount=0, shares=0, outcome="YES"),
        own_bet(id="b4", createdTime=4, amount=-6, shares=-10, outcome="NO", isRedemption=True),
        own_bet(id="b3", createdTime=4, amount=-4, shares=-10, outcome="YES", isRedemption=True),
        own_bet(id="b2", createdTime=4, amount=5, shares=10, outcome="NO"),
        own_bet(id="b1", createdTime=1),
    ]
    done = imported(book, "manifold", bets)
    assert (dict(done.added), [its.is_price for its in done.skipped]) == ({"rain-mana": 4}, [False])
    position = positions_of(on_record(book))["rain-mana"]
    assert (position.yes.count, position.no.count) == (10, 0)
    assert position.realised - position.cost == -10 - 5 + 4 + 6


def test_a_csv_file_has_the_columns_of_positions(book: Path):
    """Rows that say the same are two trades; in a second import they are on record."""
    row = "rain,2026-09-20T10:00:00Z,buy,yes,10,0.30\n"
    text = "contract,at,action,side,count,price\n" + row + row + row.replace("rain", "hail")
    done = imported(book, "csv", text)
    assert (done.problems, dict(done.added), dict(done.others)) == ((), {"rain": 2}, {"hail": 1})
    again = imported(book, "csv", text)
    assert (dict(again.added), again.known, len(on_record(book))) == ({}, 2, 2)


def test_fees_that_a_csv_file_lacks_are_by_the_schedule(book: Path):
    """Of purchases and sales, where one is known; a fee of 0 in the file is a fee, and a second import adds nothing."""
    text = "contract,at,action,side,count,price,fee\n"
    rows = ("rain-poly,{at}:00Z,buy,no,100,0.50,", "rain-poly,{at}:01Z,buy,no,100,0.50,0", "rain,{at}:02Z,buy,yes,10,0.30,")
    settled = "rain-poly,{at}:03Z,settle,no,,1,"
    text += "\n".join(row.format(at="2026-09-20T10:00") for row in (*rows, settled))
    done = imported(book, "csv", text)
    assert (done.problems, done.estimated, done.without_fee) == ((), 1, 1)
    assert [(trade.contract, trade.action, trade.fee) for trade in on_record(book)] == [
        ("rain-poly", "buy", D("1.00")),
        ("rain-poly", "buy", D(0)),
        ("rain", "buy", D(0)),
        ("rain-poly", "settle", D(0)),
    ]
    again = imported(book, "csv", text)
    assert (dict(again.added), again.known) == ({}, 4)


@pytest.mark.parametrize(
    ("its", "payload"),
    [("kalshi", {"fills": [kalshi_fill()]}), ("polymarket", [polymarket_trade(), polymarket_trade()]), ("manifold", [own_bet()])],
)
def test_a_second_import_adds_nothing(book: Path, its: TradeFormat, payload: object):
    """Trades are known by their ids."""
    first = imported(book, its, payload)
    before = (book / "seeds/weather/positions.csv").read_bytes()
    second = imported(book, its, payload)
    assert (dict(second.added), second.known) == ({}, sum(first.added.values()))
    assert (book / "seeds/weather/positions.csv").read_bytes() == before


def test_a_trade_put_on_record_by_hand_is_not_doubled(book: Path):
    """It is left out with what to do about it; the row with the id is known."""
    record_trade(book, TradeRequest("rain", "buy", "no", D("10.5"), D("0.38"), D("0.17"), datetime(2026, 9, 20, tzinfo=UTC)), now=NOW)
    done = imported(book, "kalshi", {"fills": [kalshi_fill()]})
    assert dict(done.added) == {}
    assert "line 2 of seeds/weather/positions.csv is the same trade or one like it: write f1 there" in done.skipped[0].reason
    file = book / "seeds/weather/positions.csv"
    file.write_text(file.read_text().replace(",0.17,,", ",0.17,f1,"))
    again = imported(book, "kalshi", {"fills": [kalshi_fill()]})
    assert (again.skipped, again.known) == ((), 1)


@pytest.mark.parametrize(
    ("its", "payload", "message"),
    [
        ("kalshi", {"fills": [kalshi_fill(action="sell")]}, "10.50 contracts of `rain` no are sold, and 0 were held"),
        ("kalshi", {"fills": [kalshi_fill(no_price_dollars="0.3900")]}, "do not add up to 1"),
        ("kalshi", {"fills": [kalshi_fill(count_fp=None)]}, "does not say how many contracts were traded"),
        ("kalshi", {"markets": []}, "has no `fills`"),
        ("polymarket", [polymarket_trade(), polymarket_trade(proxyWallet="0x2")], "trades of 2 wallets"),
        ("polymarket", [polymarket_trade(price=1.5)], "a price lies between 0 and 1"),
        ("polymarket", [polymarket_trade(size=0)], "a number of contracts is above 0"),
        ("polymarket", [polymarket_trade(outcomeIndex=2)], "0 or 1 is expected"),
        ("manifold", [own_bet(), own_bet(userId="u2")], "trades of 2 users"),
        ("csv", "contract,at,action\n", "column `side` is missing"),
        ("csv", "contract,at,action,side,count,price\nrain,2026-09-20,buy,yes,1,0.3\n", "`2026-09-20` is no time"),
    ],
)
def test_what_cannot_be_is_refused(book: Path, its: TradeFormat, payload: object, message: str):
    """Nothing is written."""
    done = imported(book, its, payload)
    assert message in done.problems[0].message
    assert not (book / "seeds/weather/positions.csv").exists()


def test_a_trade_in_a_contract_that_cannot_be_read_is_refused_with_what_is_wrong(book: Path):
    """Not as in one that the book has not: that is said where its contracts are sound."""
    request = TradeRequest("rain", "buy", "no", D("10.5"), D("0.38"), D("0.17"), datetime(2026, 9, 20, tzinfo=UTC))
    contracts = book / "seeds/weather/contracts.toml"
    sound = contracts.read_text()
    contracts.write_text(sound.replace("[rain]", "[rain]\nrefund = 2", 1))
    problems = record_trade(book, request, now=NOW)
    assert any("`refund`" in problem.message or "refund is" in problem.message for problem in problems), problems
    assert not any("has no contract" in problem.message for problem in problems)
    contracts.write_text(sound)
    assert record_trade(book, request, now=NOW) == ()


def test_imported_trades_are_positions(book: Path):
    """A purchase and a sale at a gain, less both fees."""
    sold = kalshi_fill(fill_id="f2", action="sell", no_price_dollars="0.48", yes_price_dollars="0.52", created_time="2026-09-21T10:00:00Z")
    imported(book, "kalshi", {"fills": [sold, kalshi_fill()]})
    (total,) = market_positions(book, now=NOW, most_age=timedelta(days=2)).totals
    assert (total.invested, total.realised) == (0, D("10.5") * D("0.1") - D("0.34"))
