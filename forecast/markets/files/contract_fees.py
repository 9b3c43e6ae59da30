"""The fees of a contract at a moment and, where they are not known, how ``contracts.toml`` says that there are none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from forecast.markets.contract import Contract
from forecast.markets.faults import MarketFault
from forecast.markets.fee_schedules import FeeSchedule, schedule_in_force
from forecast.markets.files.contracts import contracts_path

_FREE: Mapping[str, str] = {  # what a schedule says that charges nothing
    "kalshi": "taker_multiplier = 0",
    "polymarket": "rate = 0",
    "polymarket-us": "taker = 0",
    "manifold": "",
}


def fees_in_force(contract: Contract, at: datetime) -> FeeSchedule:
    """Return the fees that a contract has at a moment.  Raises ``MarketFault`` where they are not known, which says how to state that it has none."""
    try:
        schedule = schedule_in_force(contract.fees, at)
        schedule.fee_of_contract(0.5)
    except MarketFault as fault:
        hint = no_fees_hint(contract.topic, contract.name, contract.venue, at.astimezone(UTC).date())
        raise MarketFault(fault.message, hint) from None
    return schedule


def no_fees_hint(topic: str, name: str, venue: str, day: date) -> str:
    """Return how to state the fees of a contract from a day on and, key by key, that it has none."""
    keys = [f"holds_from = {day.isoformat()}", 'source = "Where it says so."', *([_FREE[venue]] if _FREE[venue] else [])]
    written = " and ".join((", ".join(f"`{key}`" for key in keys[:-1]), f"`{keys[-1]}`"))
    usual = ", which is 1 for its usual fees" if venue == "kalshi" else ""
    return f"state the fees in {contracts_path(topic)}; where it has none, write `[[{name}.fees]]` with {written}{usual}"
