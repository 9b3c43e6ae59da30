"""One's own trades from a venue's files, or a CSV file, into `positions.csv` of the contracts' topics: what is new is added, under the book's lock."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from forecast.actions.market_import import contract_asked
from forecast.actions.payload_files import STANDARD_INPUT, payload_bytes, shown_name
from forecast.book.files.folder import Folder
from forecast.book.files.layout import root_problem
from forecast.book.files.locking import hold_lock
from forecast.book.files.problems import FileFault, Place, Problem, has_errors
from forecast.forecasts.times import moment_text
from forecast.forecasts.writing import append_rows
from forecast.markets.contract import Contract
from forecast.markets.faults import MarketFault
from forecast.markets.fee_schedules import schedule_in_force
from forecast.markets.files.contracts import BookContracts, read_contracts
from forecast.markets.files.positions_file import POSITIONS, fill_cells, positions_path, read_positions, read_trades_file
from forecast.markets.positions import OwnTrade, positions_of
from forecast.markets.venues.listings import SkippedItem
from forecast.markets.venues.own_fills import FillVenue, OwnFill, read_own_fills
from forecast.markets.venues.payload_nodes import decode_payload, load_payload

type TradeFormat = Literal["kalshi", "polymarket", "manifold", "csv"]


@dataclass(frozen=True, slots=True)
class TradeImport:
    """How many trades were added for each contract; or problems, and nothing written.

    ``others`` counts trades of contracts that the book does not have, by the venue's id; ``estimated`` those whose fee is by the
    contract's schedule, and ``without_fee`` those of which no fee is known, because their file has none.
    """

    problems: tuple[Problem, ...] = ()
    added: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    known: int = 0  # that were on record already
    others: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    skipped: tuple[SkippedItem, ...] = ()
    estimated: int = 0
    without_fee: int = 0


@dataclass(slots=True)
class _Trades:
    """What the files hold: trades of the book's contracts by topic, each with the file it is from, and the rest."""

    by_topic: dict[str, list[tuple[OwnTrade, str]]] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)
    skipped: list[SkippedItem] = field(default_factory=list)
    fees: Counter[str] = field(default_factory=Counter)


def import_trades(
    root: Path,
    its: TradeFormat,
    files: Sequence[Path],
    *,
    contract: str = "",
    read_input: Callable[[int], bytes],
    clock: Callable[[], datetime],
) -> TradeImport:
    """Add one's trades in the files of a venue, or in CSV files with the columns of `positions.csv`, to the positions of their contracts.

    ``contract`` is the name of the contract of files that do not say it.  A trade is known by its id, so that a second import adds nothing;
    one of a CSV file without an id by all that it says.  Nothing is written where a file cannot be read, or where more would be sold than
    was held.
    """
    if (problem := root_problem(root)) is not None:
        return TradeImport((problem,))
    folder = Folder(root)
    book = read_contracts(folder)
    found = _Trades()
    file = files[0] if files else Path(STANDARD_INPUT)
    try:
        asked = contract_asked(book, None if its == "csv" else its, contract)
        for file in files:
            data = payload_bytes(file, read_input)
            if its == "csv":
                _gather_rows(folder, data, shown_name(file), book, found)
            else:
                _gather_fills(its, data, file.name, book, asked, found)
        with hold_lock(root):
            return _append(folder, found, clock())
    except MarketFault as fault:
        return TradeImport((Problem(Place(shown_name(file)), fault.message, fault.hint),))
    except FileFault as fault:
        return TradeImport((fault.problem,))


def _gather_fills(its: FillVenue, data: bytes, file: str, book: BookContracts, asked: Contract | None, found: _Trades) -> None:
    reading = read_own_fills(its, load_payload(data), contract=None if asked is None else asked.id)
    of_id = {each.id: each for each in book.contracts.values() if each.venue == its}
    found.skipped += [replace(each, path=f"{file}: {each.path}") for each in reading.skipped]
    for fill in reading.fills:
        contract = of_id.get(fill.contract)
        if contract is None:
            found.others[fill.contract] += 1
            continue
        fee = _schedule_fee(contract, fill, found.fees) if fill.fee is None else fill.fee
        trade = OwnTrade(Place(file), contract.name, fill.at, fill.action, fill.side, fill.count, fill.price, fee, fill.id)
        found.by_topic.setdefault(contract.topic, []).append((trade, file))


def _schedule_fee(contract: Contract, trade: OwnFill | OwnTrade, counts: Counter[str]) -> Decimal:
    """The fee of a trade whose file has none: by the schedule in force, the taker's where the file names no role, and 0 where no schedule is known."""
    assert trade.count is not None  # of purchases and sales it is
    role = trade.role if isinstance(trade, OwnFill) else "taker"
    try:
        fee = schedule_in_force(contract.fees, trade.at).trade_fee(trade.price, trade.count, role)
    except MarketFault:
        counts["unknown"] += 1
        return Decimal(0)
    counts["estimated"] += 1
    return fee


def _gather_rows(folder: Folder, data: bytes, file: str, book: BookContracts, found: _Trades) -> None:
    """Read a CSV file as if it stood in the book, and count the fees of purchases and sales that it has none of."""
    text = decode_payload(data, too_large="divide it", wrong="save it as UTF-8")
    path = Path(file).name
    trades, problems = read_trades_file(replace(folder, texts={path: text}), path)
    if has_errors(problems):
        raise FileFault(problems[0])
    seen: Counter[str] = Counter()
    for trade in trades:
        contract = book.contracts.get(trade.contract)
        if contract is None:
            found.others[trade.contract] += 1
            continue
        name = trade.id or _id_of(trade)
        seen[name] += not trade.id
        name = name if seen[name] < 2 else f"{name}#{seen[name]}"
        has_none = not trade.has_fee and trade.action in {"buy", "sell"}
        fee = _schedule_fee(contract, trade, found.fees) if has_none else trade.fee
        found.by_topic.setdefault(contract.topic, []).append((replace(trade, id=name, fee=fee), path))


def _id_of(trade: OwnTrade) -> str:
    """An id of what a trade says, for files that have none; rows that say the same are numbered."""
    count = "" if trade.count is None else f"{trade.count.normalize():f}"
    said = (
        trade.contract,
        moment_text(trade.at),
        trade.action,
        trade.side,
        count,
        f"{trade.price.normalize():f}",
        f"{trade.fee.normalize():f}",
    )
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


def _append(folder: Folder, found: _Trades, now: datetime) -> TradeImport:
    """Write the trades of all topics that are not on record, once it is clear that all of them can be."""
    new: dict[str, list[tuple[OwnTrade, str]]] = {}
    known = 0
    for topic, trades in found.by_topic.items():
        before, problems = read_positions(folder, topic)
        if has_errors(problems):
            return TradeImport(problems)
        fresh = _not_on_record(trades, before)
        known += len(trades) - len(fresh)
        fresh = _without_lookalikes(fresh, before, found.skipped)
        positions_of((*before, *(trade for trade, _ in fresh)))
        new[topic] = fresh
    for topic, fresh in new.items():
        rows = [fill_cells(trade, recorded=moment_text(now), source=file) for trade, file in fresh]
        append_rows(folder, positions_path(topic), POSITIONS, rows)
    added = Counter(trade.contract for fresh in new.values() for trade, _ in fresh)
    fees = found.fees
    return TradeImport((), dict(added), known, dict(found.others), tuple(found.skipped), fees["estimated"], fees["unknown"])


def _not_on_record(trades: Iterable[tuple[OwnTrade, str]], before: Iterable[OwnTrade]) -> list[tuple[OwnTrade, str]]:
    """The trades whose ids are not on record yet, each once; a row on record without an id is known by what it says."""
    seen = {(trade.contract, trade.id or _id_of(trade)) for trade in before}
    new: list[tuple[OwnTrade, str]] = []
    for trade, file in trades:
        if (trade.contract, trade.id) not in seen:
            seen.add((trade.contract, trade.id))
            new.append((trade, file))
    return new


def _without_lookalikes(
    trades: Iterable[tuple[OwnTrade, str]], before: Iterable[OwnTrade], skipped: list[SkippedItem]
) -> list[tuple[OwnTrade, str]]:
    """The trades of which no row without an id says the same but for the time: such a row may be the same trade, put on record by hand."""
    by_hand = {_likeness(trade): trade for trade in before if not trade.id}
    kept: list[tuple[OwnTrade, str]] = []
    for trade, file in trades:
        row = by_hand.get(_likeness(trade))
        if row is None:
            kept.append((trade, file))
            continue
        reason = (
            f"line {row.place.line} of {row.place.path} is the same trade or one like it: write {trade.id} there as its id, or any other id"
        )
        skipped.append(SkippedItem(f"{file}: {trade.contract}, {moment_text(trade.at)}", reason))
    return kept


def _likeness(trade: OwnTrade) -> tuple[object, ...]:
    return (trade.contract, trade.action, trade.side, trade.count, trade.price)
