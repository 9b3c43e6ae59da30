"""What a venue's own files say of one contract: its rules, ticks, smallest order, fees and event, to be written beside a question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from forecast.actions.payload_files import payload_bytes, shown_name
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.markets.faults import MarketFault
from forecast.markets.fee_schedules import FeeSchedule
from forecast.markets.quotes import Venue
from forecast.markets.venues.kalshi_fees import KalshiFees
from forecast.markets.venues.kalshi_payloads import read_kalshi_payload
from forecast.markets.venues.listed_details import ListedDetails, listed_details
from forecast.markets.venues.listings import Listing, VenueReading
from forecast.markets.venues.manifold_fees import MANIFOLD_FEES
from forecast.markets.venues.manifold_payloads import read_manifold_payload
from forecast.markets.venues.payload_nodes import PayloadNode, load_payload
from forecast.markets.venues.polymarket_fees import POLYMARKET_US_FEES
from forecast.markets.venues.polymarket_payloads import read_polymarket_payload


@dataclass(frozen=True, slots=True)
class ListedContract:
    """A contract as its venue lists it, None where no file does; its fees, none where they are not known; and what else files say of it."""

    listing: Listing | None = None
    fees: tuple[FeeSchedule, ...] = ()
    details: ListedDetails = field(default_factory=ListedDetails)


def listed_contract(
    venue: Venue, contract: str, files: Sequence[Path], *, retrieved: datetime, read_input: Callable[[int], bytes]
) -> ListedContract:
    """Return what files say of a contract by its id; a file named `-` is standard input.

    Fees that a file states are those of the day on which it was retrieved.  Raises ``FileFault`` for a file that cannot be read, or that does
    not have the contract.
    """
    listing: Listing | None = None
    stated: list[FeeSchedule] = []
    details = ListedDetails()
    for file in files:
        try:
            payload = load_payload(payload_bytes(file, read_input))
            if venue == "kalshi":
                _check_series(payload, contract)
            reading = _read(venue, payload, contract, retrieved)
            details = details.completed_by(listed_details(venue, payload, contract))
        except MarketFault as fault:
            raise FileFault(Problem(Place(shown_name(file)), fault.message, fault.hint)) from None
        stated += reading.fees
        found = next((its for its in reading.listings if its.contract == contract), None)
        if found is None and not reading.fees:
            raise FileFault(_missing_problem(file, contract, reading))
        listing = listing or found
    return ListedContract(listing, _fees(venue, listing, stated, retrieved), details)


def _read(venue: Venue, payload: PayloadNode, contract: str, retrieved: datetime) -> VenueReading:
    match venue:
        case "kalshi":
            return read_kalshi_payload(payload, contract=contract, retrieved=retrieved)
        case "manifold":
            return read_manifold_payload(payload, contract=contract, retrieved=retrieved)
        case _:
            return read_polymarket_payload(payload, contract=contract, retrieved=retrieved)


def _check_series(payload: PayloadNode, contract: str) -> None:
    """Refuse a payload of another series than that of a contract, whose ticker begins with it."""
    series = payload.get("series") if isinstance(payload.value, dict) else None
    if series is not None and (ticker := series.need("ticker").text()) != contract.partition("-")[0]:
        raise MarketFault(f"this is the series {ticker}, and `{contract}` is not of it", f"save the series {contract.partition('-')[0]}")


def _missing_problem(file: Path, contract: str, reading: VenueReading) -> Problem:
    """Why a file does not describe a contract."""
    if reading.skipped:
        return Problem(Place(shown_name(file)), f"`{contract}` is not read: {reading.skipped[0].reason}")
    listed = ", ".join(its.contract for its in reading.listings[:10])
    hint = f"it lists {listed}" if listed else "save the market itself as the venue answered it"
    return Problem(Place(shown_name(file)), f"this file does not describe `{contract}`", hint)


def _fees(venue: Venue, listing: Listing | None, stated: Sequence[FeeSchedule], retrieved: datetime) -> tuple[FeeSchedule, ...]:
    """The schedules of a contract: those that files state, or else those that are known of the whole venue."""
    if venue == "polymarket-us":
        return tuple(POLYMARKET_US_FEES)
    if venue == "manifold":
        return tuple(MANIFOLD_FEES)
    if venue == "polymarket":
        return () if listing is None or listing.fees is None else (listing.fees,)
    fees = [schedule for schedule in stated if isinstance(schedule, KalshiFees)]
    until = None if listing is None else listing.fees_waived_until
    if until is None or until <= retrieved or not fees:
        return tuple(fees)
    waived = KalshiFees(retrieved, f"waived until {until:%Y-%m-%d %H:%M} UTC", "quadratic", Decimal(0))
    return (waived, *(replace(schedule, holds_from=until) for schedule in fees))
