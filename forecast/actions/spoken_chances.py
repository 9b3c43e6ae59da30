"""What the ledger said of a contract's question, day by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from forecast.content.priced_contracts import SpokenChance, last_moment_of, make_chance
from forecast.markets.comparison.price_comparison import OurChance
from forecast.markets.contract import Contract
from forecast.markets.quote_table import microseconds_of


def spoken_chances(entries: Sequence[Mapping[str, Any]], contract: Contract, *, before: date) -> tuple[SpokenChance, ...]:
    """Return what the ledger's lines said of a contract's question as of days before one, oldest first; hindcasts are left out."""
    spoken = []
    for entry in entries:
        if entry["topic"] != contract.topic or entry["question"] != contract.question or entry["hindcast"]:
            continue
        if entry["as_of"] >= before.isoformat():
            continue
        chance = _chance_of_entry(entry, contract.label)
        if chance is not None:
            spoken.append(SpokenChance(_moment_of_entry(entry), str(entry["as_of"]), chance))
    return tuple(sorted(spoken, key=lambda its: its.at))


def _chance_of_entry(entry: Mapping[str, Any], label: str) -> OurChance | None:
    value, is_open = entry["value"], entry.get("status", "open") == "open"
    if entry["kind"] == "probability":
        ends = value.get("chance")
        return make_chance(float(value["value"]), None if ends is None else (float(ends[0]), float(ends[1])), is_open=is_open)
    if entry["kind"] == "shares" and label:
        found = next((float(its["value"]) for its in value["shares"] if its["label"] == label), None)
        return None if found is None else make_chance(found, None, is_open=is_open)
    return None


def _moment_of_entry(entry: Mapping[str, Any]) -> int:
    """When a line was written, in microseconds since the beginning of 1970; of one without a time the end of its day."""
    if "at" in entry:
        return microseconds_of(datetime.fromisoformat(str(entry["at"])))
    return last_moment_of(date.fromisoformat(str(entry["made"])))
