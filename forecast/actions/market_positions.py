"""One's positions: what is held, what it cost, what it would bring now, and how the prices paid compare with the closing ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

from forecast.book.files.folder import Folder
from forecast.book.files.layout import root_problem
from forecast.book.files.locking import hold_lock
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.forecasts.times import moment_text
from forecast.forecasts.writing import append_rows
from forecast.language.faults import did_you_mean
from forecast.markets.comparison.quote_history import quote_history
from forecast.markets.contract import Contract
from forecast.markets.faults import MarketFault
from forecast.markets.files.contracts import read_contracts
from forecast.markets.files.positions_file import POSITIONS, fill_cells, positions_path, read_positions
from forecast.markets.files.quotes_file import read_quotes
from forecast.markets.positions import ContractPosition, OwnTrade, PositionAction, SideHolding, positions_of, price_of_side
from forecast.markets.price_guards import WIDEST_SPREAD
from forecast.markets.quote_table import MARKET_STATUSES, QuoteTable, age_text, last_offer, microseconds_of, moment_of, offer_in_force
from forecast.markets.sides import ContractSide


@dataclass(frozen=True, slots=True)
class HeldSide:
    """One side of a contract that was traded: what is held and what that would bring at the newest price, None with the reason where there is none.

    ``quoted_at`` is when that was quoted, None without a price.  ``closing`` is the midpoint of the last offer before the market closed, seen from this side, and None while it is open; ``no_closing`` says why a
    closed one has none.
    """

    contract: Contract
    holding: SideHolding
    price: Decimal | None
    reason: str
    closing: Decimal | None
    quoted_at: datetime | None = None
    no_closing: str = ""

    @property
    def has_closed(self) -> bool:
        """Whether the market was seen closed, or its deadline has passed."""
        return self.closing is not None or bool(self.no_closing)

    @property
    def better_by(self) -> Decimal | None:
        """How much lower the mean price paid was than the closing price: above 0 the market came to agree."""
        paid = self.holding.average_price
        return None if paid is None or self.closing is None else self.closing - paid


@dataclass(frozen=True, slots=True)
class CurrencyTotal:
    """All positions in one currency: invested, the most that can be lost with contracts taken one by one, realised, unrealised where all prices are known."""

    currency: str
    invested: Decimal
    most_loss: Decimal
    realised: Decimal
    unrealised: Decimal | None
    cash: Decimal
    fees: Decimal


@dataclass(frozen=True, slots=True)
class PositionsResult:
    """Positions as of a moment, or problems."""

    sides: tuple[HeldSide, ...] = ()
    totals: tuple[CurrencyTotal, ...] = ()
    problems: tuple[Problem, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TradeRequest:
    """A trade to put on record."""

    contract: str
    action: PositionAction
    side: ContractSide
    count: Decimal | None
    price: Decimal
    fee: Decimal
    at: datetime
    note: str = ""


def market_positions(root: Path, *, now: datetime, most_age: timedelta) -> PositionsResult:
    """Return one's positions in the contracts of a book at a moment; a price older than ``most_age`` is not taken."""
    if (problem := root_problem(root)) is not None:
        return PositionsResult(problems=(problem,))
    folder = Folder(root)
    book = read_contracts(folder)
    problems: list[Problem] = []  # what is wrong with contracts `check` says
    sides: list[HeldSide] = []
    positions: dict[str, ContractPosition] = {}
    for topic in dict.fromkeys(its.topic for its in book.contracts.values()):
        fills, wrong = read_positions(folder, topic)
        problems += wrong
        problems += _unknown_contracts(fills, book.contracts)
        known = [fill for fill in fills if fill.contract in book.contracts]
        if not known:
            continue
        try:
            found = positions_of(known, until=now)
        except MarketFault as fault:
            return PositionsResult(problems=(*problems, Problem(Place(positions_path(topic)), fault.message, fault.hint)))
        table, wrong = read_quotes(folder, topic)
        problems += wrong
        positions |= found
        for name, position in found.items():
            sides += _sides(book.contracts[name], position, table, now, most_age)
    return PositionsResult(tuple(sides), tuple(_totals(sides, positions)), tuple(problems), now)


def record_trade(root: Path, asked: TradeRequest, *, now: datetime) -> tuple[Problem, ...]:
    """Append a trade to `positions.csv` of the contract's topic; return the problems that forbid it."""
    if (problem := root_problem(root)) is not None:
        return (problem,)
    folder = Folder(root)
    book = read_contracts(folder)
    contract = book.contracts.get(asked.contract)
    if contract is None:
        wrong = tuple(problem for problem in book.problems if problem.level == "error")
        if any(_declares(folder, path, asked.contract) for path in {problem.place.path for problem in wrong}):
            return wrong  # which is why it is not there
        hint = did_you_mean(asked.contract, list(book.contracts)) or "`forecast market list` shows the contracts of the book"
        return (Problem(Place("contracts.toml"), f"this book has no contract `{asked.contract}`", hint),)
    place = Place(positions_path(contract.topic))
    try:
        with hold_lock(root):
            fills, wrong = read_positions(folder, contract.topic)
            if wrong:
                return wrong
            place = Place(place.path, max((its.place.line for its in fills), default=1) + 1)
            fill = OwnTrade(place, contract.name, asked.at, asked.action, asked.side, asked.count, asked.price, asked.fee)
            if (nothing := _nothing_to_end(fills, fill)) is not None:
                return (nothing,)
            positions_of((*fills, fill))
            append_rows(folder, positions_path(contract.topic), POSITIONS, [fill_cells(fill, recorded=moment_text(now), note=asked.note)])
    except MarketFault as fault:
        return (Problem(place, fault.message.removeprefix(f"{place.path}:{place.line}: "), fault.hint),)  # of this row, or of another
    except FileFault as fault:
        return (fault.problem,)
    return ()


def _nothing_to_end(fills: Sequence[OwnTrade], fill: OwnTrade) -> Problem | None:
    """Why a contract cannot be settled or void: nothing of that side was held at the time."""
    if fill.action not in {"settle", "void"}:
        return None
    positions = positions_of(fills, until=fill.at)
    held = positions.get(fill.contract)
    sides = {} if held is None else {side.side: side.count for side in (held.yes, held.no)}
    if sides.get(fill.side):
        return None
    other: ContractSide = "no" if fill.side == "yes" else "yes"
    hint = (
        f"{sides[other]:f} of {other} were: that side pays {1 - fill.price:f}"
        if sides.get(other) and fill.action == "settle"
        else "is a purchase missing before it, or is --at too early?"
    )
    at = fill.at.isoformat(timespec="minutes")
    return Problem(fill.place, f"no {fill.side} of `{fill.contract}` was held at {at}, so there is nothing to settle", hint)


def _declares(folder: Folder, path: str, contract: str) -> bool:
    """Whether a file that could not be read as it should has a table of this name."""
    try:
        return f"[{contract}]".encode() in folder.read(path)
    except FileFault:
        return False


def _unknown_contracts(fills: Sequence[OwnTrade], contracts: Mapping[str, Contract]) -> Iterator[Problem]:
    for fill in fills:
        if fill.contract not in contracts:
            hint = (
                did_you_mean(fill.contract, list(contracts))
                or "`forecast check` says what is wrong with contracts; `forecast market add` makes one"
            )
            yield Problem(fill.place, f"this book has no contract `{fill.contract}`", hint)


def _sides(contract: Contract, position: ContractPosition, table: QuoteTable, now: datetime, most_age: timedelta) -> Iterator[HeldSide]:
    closing, no_closing = _closing_price(table, contract, now, most_age)
    for holding in (position.yes, position.no):
        if not (holding.count or holding.bought):
            continue
        price, reason, quoted_at = None, "", None
        if holding.count:
            try:
                price = price_of_side(offer_in_force(table, contract.name, contract.venue, now, most_age=most_age), holding.side)
                quoted_at = last_offer(table, contract.name, contract.venue, now).at
            except MarketFault as fault:
                reason = fault.message
        seen = None if closing is None else closing if holding.side == "yes" else 1 - closing
        yield HeldSide(contract, holding, price, reason, seen, quoted_at, no_closing)


def _closing_price(table: QuoteTable, contract: Contract, now: datetime, most_age: timedelta) -> tuple[Decimal | None, str]:
    """The midpoint of the last offer before a market closed, or before its deadline; None while it is open, and with the reason where there was none.

    An offer that was older than ``most_age`` by then says nothing of the close.  Midpoints that the venue carries forward, defaults that nobody traded, books with one side and spreads of .90 or more are none.
    """
    rows = table.rows_of(contract.name)
    rows = rows[table.at[rows] <= microseconds_of(now)]
    closed = table.at[rows][table.status[rows] != MARKET_STATUSES.index("open")]
    ends = [int(closed[0])] if len(closed) else []
    ends += [microseconds_of(contract.deadline)] if contract.deadline is not None and contract.deadline <= now else []
    if not ends:
        return None, ""
    offers = quote_history(table, contract.name, contract.venue).until(min(ends)).offers
    known = np.flatnonzero(offers.ask - offers.bid < float(WIDEST_SPREAD))  # one side alone is NaN
    if not len(known):
        return None, "no offer from before it closed is on record"
    age = moment_of(min(ends)) - moment_of(int(offers.at[known[-1]]))
    if age > most_age:
        return None, f"its last offer is of {age_text(age)} before it closed, and at most {age_text(most_age)} are taken"
    bid, ask = (Decimal(repr(float(side[known[-1]]))) for side in (offers.bid, offers.ask))
    return (bid + ask) / 2, ""


def _totals(sides: Sequence[HeldSide], positions: Mapping[str, ContractPosition]) -> Iterator[CurrencyTotal]:
    for currency in sorted({its.contract.currency for its in sides}):
        found = [its for its in sides if its.contract.currency == currency]
        names = dict.fromkeys(its.contract.name for its in found)
        held = [its for its in found if its.holding.count]
        prices = [its.price for its in held]
        unrealised = [its.holding.unrealised_gain(price) for its, price in zip(held, prices, strict=True) if price is not None]
        invested = sum((its.holding.cost for its in found), Decimal(0))
        realised = sum((its.holding.realised for its in found), Decimal(0))
        yield CurrencyTotal(
            currency,
            invested,
            sum((positions[name].most_loss for name in names), Decimal(0)),
            realised,
            sum(unrealised, Decimal(0)) if len(unrealised) == len(held) else None,
            realised - invested,
            sum((its.holding.fees for its in found), Decimal(0)),
        )
