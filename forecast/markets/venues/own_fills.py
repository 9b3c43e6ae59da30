"""One's own trades as venues answer them: Kalshi's fills, Polymarket's trades of a wallet, Manifold's bets of a user.

Source: docs.kalshi.com (`GET /portfolio/fills`), docs.polymarket.com (data-api, `/trades?user=`, `/activity`), manifold `docs/docs/api.md`.
No such payload was recorded for this project, so what a reader needs it checks, and what it does not know it leaves out with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from forecast.markets.faults import MarketFault
from forecast.markets.fee_schedules import Role
from forecast.markets.money import check_count, check_price
from forecast.markets.sides import ContractSide, complement
from forecast.markets.venues.kalshi_units import KalshiUnit, kalshi_count, kalshi_price, kalshi_unit
from forecast.markets.venues.listings import SkippedItem, contract_named
from forecast.markets.venues.payload_nodes import PayloadNode

type FillVenue = Literal["kalshi", "polymarket", "manifold"]
_SIDES: Mapping[str, ContractSide] = {"yes": "yes", "no": "no", "YES": "yes", "NO": "no"}
_PLACES = Decimal("1e-12")  # of the price of a bet, which is its amount for each share


@dataclass(frozen=True, slots=True)
class OwnFill:
    """One trade: how many contracts of a side were bought or sold at which price of that side; ``fee`` is None where the file has none.

    ``role`` is the taker's where the file does not say it.
    ``contract`` is the venue's id of the contract, ``id`` that of the trade.
    """

    contract: str
    id: str
    at: datetime
    action: Literal["buy", "sell"]
    side: ContractSide
    count: Decimal
    price: Decimal
    fee: Decimal | None
    role: Role = "taker"


@dataclass(slots=True)
class FillReading:
    """The trades of a payload in the order of time, purchases first where several are of one moment, and what was left out and why."""

    fills: list[OwnFill] = field(default_factory=list)
    skipped: list[SkippedItem] = field(default_factory=list)


def read_own_fills(venue: FillVenue, payload: PayloadNode, *, contract: str | None = None) -> FillReading:
    """Return one's trades in a venue's payload; ``contract``, by the venue's id, is that of trades which do not name theirs.

    Raises ``MarketFault`` for what is no such payload, for trades of several people, and for a trade that cannot be.
    """
    reading = FillReading()
    reading.fills.extend(_READERS[venue](payload, contract, reading.skipped))
    reading.fills.sort(key=lambda its: (its.at, its.action == "sell"))
    return reading


def _read_kalshi(payload: PayloadNode, contract: str | None, skipped: list[SkippedItem]) -> Iterator[OwnFill]:
    """A fill that says only which outcome it gains is a purchase of that outcome: both sides together pay 1, as a sale would have brought."""
    unit = kalshi_unit(payload)
    for fill in _items(payload, "fills"):
        ticker = contract_named(fill.text_of("ticker") or fill.text_of("market_ticker"), contract)
        side, action = _SIDES.get(fill.text_of("side") or ""), fill.text_of("action")
        if side is None or action is None:
            side, action = _SIDES.get(fill.text_of("outcome_side") or ""), "buy"
        if side is None or action not in {"buy", "sell"}:
            skipped.append(SkippedItem(fill.path, "it does not say which side was bought or sold"))
            continue
        count = kalshi_count(fill, "count")
        if count is None:
            raise MarketFault(f"{fill.place} does not say how many contracts were traded")
        name = fill.text_of("fill_id") or fill.need("trade_id").text()
        at, price = fill.need("created_time").moment(), _kalshi_side_price(fill, side, unit)
        role: Role = "maker" if fill.truth_of("is_taker") is False else "taker"
        done: Literal["buy", "sell"] = "buy" if action == "buy" else "sell"
        yield _check_fill(fill, OwnFill(ticker, name, at, done, side, count, price, fill.decimal_of("fee_cost"), role))


def _kalshi_side_price(fill: PayloadNode, side: ContractSide, unit: KalshiUnit) -> Decimal:
    yes, no = (kalshi_price(fill, f"{each}_price", unit) for each in ("yes", "no"))
    if yes is not None and no is not None and yes + no != 1:
        raise MarketFault(f"the prices of {fill.place}, {yes} and {no}, do not add up to 1")
    own, other = (yes, no) if side == "yes" else (no, yes)
    if own is None and other is None:
        raise MarketFault(f"{fill.place} has no price")
    return own if own is not None else complement(other or Decimal(0))


def _read_polymarket(payload: PayloadNode, contract: str | None, skipped: list[SkippedItem]) -> Iterator[OwnFill]:
    """Trades have no id of their own: it is made of the transaction and what it says, and numbered where a transaction says it twice."""
    trades = list(_items(payload, "data"))
    _require_one(trades, "proxyWallet", "wallets")
    seen: Counter[str] = Counter()
    for trade in trades:
        kind = trade.text_of("type")
        if kind not in {None, "TRADE"}:
            skipped.append(SkippedItem(trade.path, f"type {kind} is no trade: put a settlement on record with `forecast market trade`"))
            continue
        index, action = trade.need("outcomeIndex"), trade.need("side").text()
        if index.value not in {0, 1}:
            index.refuse("0 or 1")
        if action not in {"BUY", "SELL"}:
            trade.need("side").refuse("BUY or SELL")
        size, price = trade.need("size").decimal(), trade.need("price").decimal()
        name = f"{trade.need('transactionHash').text()}/{index.value}/{action.lower()}/{size:f}@{price:f}"
        seen[name] += 1
        name = name if seen[name] == 1 else f"{name}#{seen[name]}"
        side: ContractSide = "no" if index.value else "yes"
        condition = contract_named(trade.text_of("conditionId"), None if trade.get("conditionId") else contract)
        at = trade.need("timestamp").moment_since_1970()
        yield _check_fill(trade, OwnFill(condition, name, at, "buy" if action == "BUY" else "sell", side, size, price, None))


def _read_manifold(payload: PayloadNode, contract: str | None, skipped: list[SkippedItem]) -> Iterator[OwnFill]:
    """A redemption sells equal numbers of both sides at prices that add up to 1; amounts hold all fees."""
    bets = list(_items(payload, "bets"))
    _require_one(bets, "userId", "users")
    for bet in bets:
        amount, shares = bet.need("amount").decimal(), bet.need("shares").decimal()
        if not shares:
            skipped.append(SkippedItem(bet.path, "an order of which nothing was filled", is_price=False))
            continue
        side = _SIDES.get(bet.need("outcome").text())
        if side is None or amount * shares < 0:
            reason = "it is of neither YES nor NO" if side is None else "its amount and its shares have different signs"
            skipped.append(SkippedItem(bet.path, reason))
            continue
        market, answer = bet.text_of("contractId"), bet.text_of("answerId")
        name = contract_named(market, None if market else contract)
        name = f"{name}/{answer}" if answer is not None and "/" not in name else name
        price = (amount / shares).quantize(_PLACES).normalize()
        at = bet.need("createdTime").moment_since_1970(per_second=1000)
        action: Literal["buy", "sell"] = "buy" if shares > 0 else "sell"
        yield _check_fill(bet, OwnFill(name, bet.need("id").text(), at, action, side, abs(shares), price, Decimal(0)))


def _items(payload: PayloadNode, key: str) -> Iterator[PayloadNode]:
    """The trades of a payload that is a list of them, or an object with such a list."""
    return payload.items() if isinstance(payload.value, list) else payload.need(key).items()


def _require_one(items: Iterable[PayloadNode], key: str, what: str) -> None:
    """Raise ``MarketFault`` where trades are of several people: nobody's positions are those of all."""
    found = {item.text_of(key) for item in items}
    if len(found) > 1:
        raise MarketFault(f"these are trades of {len(found)} {what}, not of yours alone", "fetch your own trades")


def _check_fill(node: PayloadNode, fill: OwnFill) -> OwnFill:
    """Return a fill whose count and price can be; raise ``MarketFault``, with the place, otherwise."""
    try:
        check_count(fill.count)
        check_price(fill.price)
    except MarketFault as fault:
        raise MarketFault(f"{node.place}: {fault.message}") from None
    return fill


_READERS: Mapping[FillVenue, Callable[[PayloadNode, str | None, list[SkippedItem]], Iterator[OwnFill]]] = {
    "kalshi": _read_kalshi,
    "polymarket": _read_polymarket,
    "manifold": _read_manifold,
}
