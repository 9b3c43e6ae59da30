"""``positions.csv`` of a topic: one's own trades of its contracts, and how these ended."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from forecast.book.files.folder import Folder
from forecast.book.files.layout import SEEDS
from forecast.book.files.problems import Problem
from forecast.forecasts.tables import CellReader, Table, read_rows_as, read_table
from forecast.forecasts.times import moment_text
from forecast.language.characters import TextKind
from forecast.markets.positions import POSITION_ACTIONS, OwnTrade
from forecast.markets.sides import ContractSide

_KINDS: Mapping[str, TextKind] = {
    **dict.fromkeys(("contract", "at", "action", "side", "count", "price", "fee", "id", "recorded"), "id"),
    **dict.fromkeys(("source", "note"), "line"),
}
POSITIONS = Table(
    "positions",
    ("contract", "at", "action", "side", "count", "price", "fee", "id", "recorded", "source", "note"),
    ("contract", "at", "action", "side", "price"),
    _KINDS,
)
_SIDES: tuple[ContractSide, ...] = ("yes", "no")


def positions_path(topic: str) -> str:
    """Where one's trades of a topic's contracts stand, relative to the book."""
    return f"{SEEDS}/{topic}/{POSITIONS.file}.csv"


def read_positions(folder: Folder, topic: str) -> tuple[tuple[OwnTrade, ...], tuple[Problem, ...]]:
    """Return one's trades of a topic's contracts, and what is wrong with the file; rows with a fault are left out."""
    return read_trades_file(folder, positions_path(topic))


def read_trades_file(folder: Folder, path: str) -> tuple[tuple[OwnTrade, ...], tuple[Problem, ...]]:
    """Return the trades of any file with the columns of ``positions.csv``, and what is wrong with it; rows with a fault are left out."""
    rows, problems = read_table(folder, path, POSITIONS)
    fills, wrong = read_rows_as(rows, _fill_of_row)
    return fills, (*problems, *wrong)


def fill_cells(fill: OwnTrade, *, recorded: str, source: str = "", note: str = "") -> Mapping[str, str]:
    """Return a trade as the cells of a row."""
    return {
        "contract": fill.contract,
        "at": moment_text(fill.at),
        "action": fill.action,
        "side": fill.side,
        "count": "" if fill.count is None else f"{fill.count:f}",
        "price": f"{fill.price:f}",
        "fee": f"{fill.fee:f}" if fill.fee else "",
        "id": fill.id,
        "recorded": recorded,
        "source": source,
        "note": note,
    }


def _fill_of_row(row: CellReader) -> OwnTrade | None:
    contract, at = row.text("contract", required=True), row.moment("at")
    action, side = row.word("action", POSITION_ACTIONS), row.word("side", _SIDES)
    count, price, fee = row.decimal("count"), row.decimal("price"), row.decimal("fee", signed=True)
    if not row.cells["at"]:
        row.fault("at", "`at` is empty", "write when the trade was made")
    if action in {"buy", "sell"} and not row.cells["count"]:
        row.fault("count", "`count` is empty", "write how many contracts changed hands")
    if count is not None and not count:
        row.fault("count", "0 contracts are no trade")
    if not row.cells["price"]:
        row.fault("price", "`price` is empty", "write the price of one contract of this side, from 0 to 1, or what it paid")
    elif price is not None and price > 1:
        row.fault("price", f"the price {price} is above 1", "prices are those of one contract that pays 1")
    if at is None or action is None or side is None or price is None or row.problems:
        return None
    return OwnTrade(row.place, contract, at, action, side, count, price, fee or Decimal(0), row.text("id"), has_fee=fee is not None)
