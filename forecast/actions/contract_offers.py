"""What a contract may be bought at now, by its newest quote, order book or maker's pool, and how it is ordered at its venue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from forecast.book.files.folder import Folder
from forecast.book.files.problems import Problem
from forecast.markets.contract import Contract
from forecast.markets.faults import MarketFault
from forecast.markets.files.contract_fees import fees_in_force
from forecast.markets.files.depth_files import RecordedBook, RecordedPool, newest_book, newest_pool, read_books, read_pools
from forecast.markets.files.quotes_file import read_quotes
from forecast.markets.makers.cpmm import CpmmPool
from forecast.markets.money import MOST_CONTRACTS
from forecast.markets.order_book import Level, OrderBook, make_book
from forecast.markets.price_guards import WIDEST_SPREAD
from forecast.markets.quote_table import QuoteTable, last_offer, offer_in_force
from forecast.markets.quotes import PriceInterval
from forecast.markets.stakes.advice import OfferedContract

SHARED_COLLATERAL = frozenset({"kalshi", "polymarket"})  # collateral return of exclusive events, conversion of negative risk
ORDER_STEPS = {"polymarket": Decimal("0.01")}  # elsewhere whole contracts
DOLLARS = frozenset({"USD", "USDC"})


@dataclass(frozen=True, slots=True)
class MarketRecord:
    """What is on record of the markets of a topic's contracts."""

    quotes: QuoteTable
    books: tuple[RecordedBook, ...] = ()
    pools: tuple[RecordedPool, ...] = ()


@dataclass(frozen=True, slots=True)
class ContractMarket:
    """A contract's prices at a moment: its interval, and its order book by levels or a maker's pool where they are known."""

    contract: Contract
    interval: PriceInterval
    at: datetime
    book: OrderBook | None = None
    pool: CpmmPool | None = None

    @property
    def depth_is_known(self) -> bool:
        """Whether it is known how many contracts are offered, so that slippage can be counted."""
        return self.book is not None or self.pool is not None or None not in {self.interval.bid_depth, self.interval.ask_depth}


def market_of_contract(contract: Contract, record: MarketRecord, *, now: datetime, most_age: timedelta) -> ContractMarket:
    """Return what a contract's newest quote offers, with the order book or the pool that stood at its time or later.

    Raises ``MarketFault`` where it offers nothing, is older than ``most_age``, or is a maker's price without such a pool, so that nobody
    knows what a trade costs.
    """
    interval = offer_in_force(record.quotes, contract.name, contract.venue, now, most_age=most_age)
    quote = last_offer(record.quotes, contract.name, contract.venue, now)
    assert quote.at is not None  # those of a table have a time
    if quote.kind == "maker":
        pool = newest_pool(record.pools, contract.name, now, most_age=most_age)
        if pool is None or pool.at < quote.at:
            message = "no pool of its maker is on record from the time of its newest price, so that nobody knows what a trade costs"
            raise MarketFault(message, "import the market with its pool")
        return ContractMarket(contract, interval, pool.at, pool=pool.pool)
    book = newest_book(record.books, contract.name, now, most_age=most_age)
    if book is None or book.at < quote.at:
        return ContractMarket(contract, interval, quote.at)
    bid, ask = book.book.best_bid, book.book.best_ask
    if bid is None or ask is None:
        raise MarketFault("one side of its order book is empty, so that it has no interval")
    return ContractMarket(contract, PriceInterval(bid.price, ask.price, bid.count, ask.count), book.at, book.book)


def read_market_record(folder: Folder, topic: str) -> tuple[MarketRecord, tuple[Problem, ...]]:
    """Return the quotes, order books and pools on record of a topic's contracts, and what is wrong with them."""
    quotes, problems = read_quotes(folder, topic)
    books, wrong = read_books(folder, topic)
    pools, faults = read_pools(folder, topic)
    return MarketRecord(quotes, books, pools), (*problems, *wrong, *faults)


def offered_contract(market: ContractMarket, *, doubt: float, at: datetime) -> OfferedContract:
    """Return what may be bought of a contract, with the fees that hold at a moment.

    Without a book by levels the best bid and ask are one level each, as deep as the quote says, and without end where it does not.  Raises
    ``MarketFault`` where fees are not known, and where bid and ask are too far apart to have a midpoint.
    """
    its, interval = market.contract, market.interval
    if interval.spread >= WIDEST_SPREAD:
        raise MarketFault(f"bid and ask are {interval.spread} apart, which has no midpoint to pool with")
    terms = {"refund": float(its.refund), "doubt": doubt, "minimum": its.minimum_order or Decimal(0)}
    if market.pool is not None:
        return OfferedContract(its.name, market.pool.probability, pool=market.pool, **terms)  # type: ignore[arg-type]
    book = market.book
    if book is None:
        sides = ((interval.bid, interval.bid_depth), (interval.ask, interval.ask_depth))
        bids, asks = ([Level(price, Decimal(MOST_CONTRACTS) if depth is None else depth)] for price, depth in sides)
        book = make_book(bids, asks)
    fees = fees_in_force(its, at)
    return OfferedContract(
        its.name,
        float(interval.midpoint),
        book,
        fees,
        step=ORDER_STEPS.get(its.venue, Decimal(1)),
        **terms,  # type: ignore[arg-type]
    )


def collateral_groups(contracts: Sequence[Contract]) -> tuple[tuple[int, ...], ...]:
    """The numbers of contracts that share collateral: of one event that its venue marks as exclusive, where the venue's rule is known."""
    groups: dict[tuple[str, str], list[int]] = {}
    for index, its in enumerate(contracts):
        if its.group and its.venue in SHARED_COLLATERAL:
            groups.setdefault((its.venue, its.group), []).append(index)
    return tuple(tuple(members) for members in groups.values() if len(members) > 1)


def currency_of(contracts: Sequence[Contract]) -> str:
    """The one currency of contracts; dollars and USDC count as one.  Raises ``MarketFault`` where money of several kinds would be mixed."""
    found = {"USD" if its.currency in DOLLARS else its.currency for its in contracts}
    if len(found) > 1:
        raise MarketFault(
            f"a bankroll is in one currency, and these contracts are in {' and '.join(sorted(found))}", "name contracts of one"
        )
    return next(iter(found), "USD")
