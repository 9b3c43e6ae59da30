"""Schedules of fees in ``contracts.toml``: a table of keys for each venue, as a value that can say what a trade costs, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

from forecast.book.files.contract_shapes import FeeTable
from forecast.book.files.positions import Keys
from forecast.book.files.problems import Problem
from forecast.book.files.sources import Document
from forecast.markets.fee_schedules import FeeSchedule
from forecast.markets.money import MOST_PLACES
from forecast.markets.quotes import Venue
from forecast.markets.venues.kalshi_fees import MAKER_RATE, QUADRATIC, TAKER_RATE, KalshiFees
from forecast.markets.venues.manifold_fees import NoFees
from forecast.markets.venues.polymarket_fees import PolymarketFees, PolymarketUSFees

FEE_KEYS: Mapping[Venue, tuple[str, ...]] = {
    "kalshi": ("type", "taker_multiplier", "maker_multiplier"),
    "polymarket": ("category", "rate", "exponent"),
    "polymarket-us": ("taker", "maker"),
    "manifold": (),
}
_REQUIRED: Mapping[Venue, tuple[str, ...]] = {"kalshi": (), "polymarket": ("rate",), "polymarket-us": ("taker",), "manifold": ()}
_COMMON = ("holds_from", "source")
_MOST = 10**15
_RATES = {TAKER_RATE, TAKER_RATE / 2, MAKER_RATE}  # Kalshi's, which a multiplier is easily taken for


def read_decimal(document: Document, keys: Keys, value: str | float, problems: list[Problem]) -> Decimal | None:
    """Return a number that a text or a number of TOML says, exactly as it is written; None, with a problem, for anything else."""
    try:
        number = Decimal(value if isinstance(value, str) else repr(value))
    except InvalidOperation:
        number = Decimal("NaN")
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -MOST_PLACES or abs(number) > _MOST:
        problems.append(document.at_value(keys, f"`{keys[-1]}` is no number", 'write a number, in quotes to keep its digits, as in "0.01"'))
        return None
    return number


def read_fees(document: Document, keys: Keys, venue: Venue, tables: list[FeeTable], problems: list[Problem]) -> tuple[FeeSchedule, ...]:
    """Return the schedules of a contract, in the order of the file; what is wrong with one is a problem, and leaves it out."""
    read: dict[datetime, FeeSchedule] = {}
    for index, table in enumerate(tables):
        at: Keys = (*keys, index)
        schedule = _read_schedule(document, at, venue, table, problems)
        if schedule is None:
            continue
        if schedule.holds_from in read:
            problems.append(document.at_value((*at, "holds_from"), f"two schedules hold from {table.holds_from}", "keep one of them"))
        read.setdefault(schedule.holds_from, schedule)
    return tuple(read.values())


def _read_schedule(document: Document, keys: Keys, venue: Venue, table: FeeTable, problems: list[Problem]) -> FeeSchedule | None:
    wrong: list[Problem] = []
    wrong += _key_problems(document, keys, venue)
    begins = _moment(table.holds_from)
    if begins is None:
        wrong.append(document.at_value((*keys, "holds_from"), "this time has no zone", "write a day, or a time with its zone"))
    numbers = {
        key: read_decimal(document, (*keys, key), value, wrong)
        for key in ("taker_multiplier", "maker_multiplier", "rate", "exponent", "taker", "maker")
        if (value := getattr(table, key)) is not None
    }
    if venue == "kalshi" and table.type and table.type not in {*QUADRATIC, "flat"}:
        hint = f"known are {', '.join(QUADRATIC)}"
        wrong.append(document.at_value((*keys, "type"), f"the fees of type `{table.type}` are not known", hint))
    multiplier = numbers["taker_multiplier"]
    if venue == "kalshi" and multiplier in _RATES:
        hint = f"1 stands for the usual fee, {TAKER_RATE} * P * (1 - P) a contract, and 0.5 for half of it"
        wrong.append(document.at_value((*keys, "taker_multiplier"), f"{multiplier} is a rate, and `taker_multiplier` multiplies one", hint))
    wrong += [
        document.at_value((*keys, key), f"`{key}` is below 0: {number}", "a fee below 0 is a rebate, which only makers have")
        for key, number in numbers.items()
        if number is not None and number < 0 and key != "maker"
    ]
    exponent = numbers["exponent"]
    if exponent is not None and not (exponent == exponent.to_integral_value() and 0 <= exponent <= 10):
        wrong.append(document.at_value((*keys, "exponent"), f"`exponent` is a whole number from 0 to 10, not {exponent}"))
    problems += wrong
    if wrong or begins is None:
        return None
    return _make_schedule(venue, begins, table, {key: number for key, number in numbers.items() if number is not None})


def _make_schedule(venue: Venue, begins: datetime, table: FeeTable, numbers: Mapping[str, Decimal]) -> FeeSchedule:
    match venue:
        case "kalshi":
            multipliers = numbers["taker_multiplier"], numbers.get("maker_multiplier")
            return KalshiFees(begins, table.source, table.type or "quadratic", *multipliers)
        case "polymarket":
            return PolymarketFees(begins, table.source, table.category, numbers["rate"], int(numbers["exponent"]))
        case "polymarket-us":
            maker = {"maker": numbers["maker"]} if "maker" in numbers else {}
            return PolymarketUSFees(begins, table.source, numbers["taker"], **maker)
        case _:
            return NoFees(begins, table.source)


def _key_problems(document: Document, keys: Keys, venue: Venue) -> list[Problem]:
    """Keys that say what another venue charges, and the lack of those that say what this one does."""
    content: object = document.content
    for key in keys:
        content = content[key]  # type: ignore[index]
    assert isinstance(content, Mapping)
    own = FEE_KEYS[venue]
    hint = f"its fees have {', '.join(own)}" if own else "it charges nothing"
    strange = [key for key in content if key not in {*_COMMON, *own}]
    missing = [key for key in _REQUIRED[venue] if key not in content]
    return [
        *(document.at_key((*keys, key), f"fees of {venue} have no `{key}`", hint) for key in strange),
        *(document.at_key(keys, f"`{key}` is missing in the fees of {venue}", hint) for key in missing),
    ]


def _moment(begins: date | datetime) -> datetime | None:
    """When a schedule begins: a day with its beginning in UTC; None for a time without a zone."""
    if not isinstance(begins, datetime):
        return datetime.combine(begins, time(), UTC)
    return begins.astimezone(UTC) if begins.tzinfo is not None else None
