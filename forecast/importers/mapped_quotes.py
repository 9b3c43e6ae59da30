"""Quotes of one contract in a CSV file of any layout, whose columns a mapping declares."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Literal

from forecast.forecasts.values import ValueFault
from forecast.importers.csv_mapping import ProbabilityScale, mapping_content, mapping_fault, mapping_table, mapping_texts, refuse_others
from forecast.importers.csv_rows import CsvRow, plain_csv_rows
from forecast.importers.leaving_out import LeftOut
from forecast.importers.zoned_times import UnknownZone, zone_of, zoned_moment
from forecast.markets.contract import Contract
from forecast.markets.faults import MarketFault
from forecast.markets.quotes import PriceKind, Quote
from forecast.markets.venues.listings import SkippedItem, VenueReading

PRICE_COLUMNS = ("bid", "ask", "last", "price")
COUNT_COLUMNS = ("bid_depth", "ask_depth", "volume")
QUOTE_COLUMNS = ("at", *PRICE_COLUMNS, *COUNT_COLUMNS)
PRICE_WORDS: tuple[Literal["midpoint", "maker"], ...] = ("midpoint", "maker")
MOST_PRICE_DIGITS = 40
_KEYS = ("zone", "scale", "price", "columns")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")


@dataclass(frozen=True, slots=True)
class QuoteMapping:
    """Headings by what they hold, the zone of times without one, the scale of prices, and of which kind a quote is."""

    columns: Mapping[str, str]
    kind: PriceKind
    zone: str = ""
    scale: ProbabilityScale = "fraction"


def read_quote_mapping(path: Path) -> QuoteMapping:
    """Return the mapping of a file.  Raises ``FileFault``."""
    content = mapping_content(path)
    refuse_others(path, content, _KEYS, "key")
    columns = mapping_table(path, content, "columns")
    refuse_others(path, columns, QUOTE_COLUMNS, "column")
    texts = mapping_texts(path, {key: content.get(key, "") for key in ("zone", "scale", "price")})
    headings = mapping_texts(path, columns)
    if "at" not in columns:
        raise mapping_fault(path, "no column is named for `at`, when the price stood", 'write at = "its heading" under [columns]')
    if texts["scale"] not in {"", "fraction", "percent"}:
        raise mapping_fault(path, f"`{texts['scale']}` is no scale", 'write "fraction" or, of cents and percentages, "percent"')
    scale: ProbabilityScale = "percent" if texts["scale"] == "percent" else "fraction"
    return QuoteMapping(headings, _kind(path, headings, texts["price"]), texts["zone"], scale)


def read_mapped_quotes(path: Path, mapping_path: Path, contract: Contract) -> VenueReading:
    """Return the quotes of a contract that a CSV file holds, and the rows that are left out with their reasons.  Raises ``FileFault``."""
    mapping = read_quote_mapping(mapping_path)
    zone = zone_of(mapping.zone, mapping_path.name)
    reading, left_out = VenueReading(), LeftOut()
    for row in plain_csv_rows(path, (tuple(mapping.columns.values()),), left_out):
        try:
            reading.quotes.append(_quote(row, mapping, contract, zone))
        except UnknownZone as fault:
            raise mapping_fault(
                mapping_path, f"{path.name}, line {row.line}: {fault.message}", 'write zone = "UTC" above [columns]'
            ) from None
        except (MarketFault, ValueFault) as fault:
            left_out.add(path.name, row.line, fault.message, fault.hint)
    for problem in left_out.all_problems():
        reason = problem.message.removeprefix("left out: ")
        place = f"line {problem.place.line}" if problem.place.line else "the file"
        reading.skipped.append(SkippedItem(place, f"{reason}; {problem.hint}" if problem.hint else reason))
    return reading


def _kind(path: Path, columns: Mapping[str, str], price: str) -> PriceKind:
    """Of which kind a quote is: an offer where there is one, else a price that is no offer, else a trade."""
    kind = next((word for word in PRICE_WORDS if word == price), None)
    if "price" in columns and kind is None:
        hint = 'write price = "midpoint" above [columns], or "maker" for what a market maker trades at; a trade belongs under `last`'
        raise mapping_fault(path, "the mapping does not say what `price` is", hint)
    if "price" not in columns and price:
        raise mapping_fault(
            path, "the mapping says what `price` is, and names no column for it", 'write price = "its heading" under [columns]'
        )
    if "bid" in columns or "ask" in columns:
        if kind is not None:
            raise mapping_fault(path, "a quote is an offer or another price, and not both", "leave out `bid` and `ask`, or `price`")
        return "bid-ask"
    if kind is not None:
        return kind
    if "last" in columns:
        return "last"
    raise mapping_fault(path, "no column is named for a price", f"name one of {', '.join(PRICE_COLUMNS)} under [columns]")


def _quote(row: CsvRow, mapping: QuoteMapping, contract: Contract, zone: tzinfo | None) -> Quote:
    def number(name: str) -> Decimal | None:
        text = row[mapping.columns[name]].strip() if name in mapping.columns else ""
        if not text:
            return None
        if len(text) > MOST_PRICE_DIGITS or not _NUMBER.fullmatch(text):
            raise MarketFault(
                f"`{text[:40]}` under `{name}` is no number from 0 on", "write it with a point, as in 0.385, and without a sign"
            )
        value = Decimal(text)
        return value / 100 if mapping.scale == "percent" and name in PRICE_COLUMNS else value

    numbers = {name: number(name) for name in (*PRICE_COLUMNS, *COUNT_COLUMNS)}
    needed = ("bid", "ask") if mapping.kind == "bid-ask" else ("last",) if mapping.kind == "last" else ("price",)
    if all(numbers[name] is None for name in needed):
        raise MarketFault(f"this row has no {' and no '.join(needed)}")
    return Quote(
        contract.venue,
        contract.id,
        zoned_moment(row[mapping.columns["at"]], zone),
        mapping.kind,
        bid=numbers["bid"],
        ask=numbers["ask"],
        last=numbers["last"],
        price=numbers["price"],
        bid_depth=numbers["bid_depth"],
        ask_depth=numbers["ask_depth"],
        volume=numbers["volume"],
    )
