"""What payloads say of a contract besides its listing: who settles it, its page, and whether it can close early."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forecast.markets.quotes import Venue
from forecast.markets.venues.payload_nodes import PayloadNode


@dataclass(frozen=True, slots=True)
class ListedDetails:
    """What is known of a contract; an empty text is what no payload says."""

    settlement_source: str = ""
    address: str = ""
    early_close: str = ""

    def completed_by(self, other: ListedDetails) -> ListedDetails:
        """These details, and where they are empty those of another payload."""
        return ListedDetails(
            self.settlement_source or other.settlement_source, self.address or other.address, self.early_close or other.early_close
        )


def listed_details(venue: Venue, payload: PayloadNode, contract: str) -> ListedDetails:
    """Return what a payload of a venue says of a contract by its id.  Raises ``MarketFault`` where a value is not of its kind."""
    match venue:
        case "kalshi":
            return _kalshi_details(payload, contract)
        case "manifold":
            pages = (market.text_of("url") for market in _objects(payload) if market.text_of("id") == contract.partition("/")[0])
            return ListedDetails(address=next((page for page in pages if page), ""))
        case _:
            named = (market for market in _objects(payload, "markets", "data") if market.text_of("conditionId") == contract)
            return ListedDetails(next((source for market in named if (source := market.text_of("resolutionSource"))), ""))


def _kalshi_details(payload: PayloadNode, contract: str) -> ListedDetails:
    """Names of sources stand in a series and in an event, and the condition of an early close in the market."""
    details = ListedDetails()
    for series in _objects(payload, "series", itself=False):
        details = details.completed_by(ListedDetails(_source_names(series)))
    for event in _objects(payload, "events", "event", itself=False):
        for market in _objects(event, "markets", itself=False):
            if market.text_of("ticker") == contract:
                details = details.completed_by(ListedDetails(_source_names(event), early_close=_early_close(market)))
    for market in _objects(payload, "markets", "market"):
        if market.text_of("ticker") == contract:
            details = details.completed_by(ListedDetails(early_close=_early_close(market)))
    return details


def _early_close(market: PayloadNode) -> str:
    return (market.text_of("early_close_condition") or "it says no condition") if market.truth_of("can_close_early") else ""


def _source_names(node: PayloadNode) -> str:
    """The names of those who settle a series or an event, in the order of the payload."""
    sources = node.get("settlement_sources")
    names = [] if sources is None else [source.text_of("name") for source in sources.items()]
    return ", ".join(name for name in names if name)


def _objects(node: PayloadNode, *keys: str, itself: bool = True) -> Iterator[PayloadNode]:
    """The objects of a payload: those of a list, those under the first of some keys that it has, or else, if so wanted, the payload itself."""
    if isinstance(node.value, list):
        yield from (each for each in node.items() if isinstance(each.value, dict))
        return
    if not isinstance(node.value, dict):
        return
    found = next((inner for key in keys if (inner := node.get(key)) is not None), None)
    if found is not None:
        yield from _objects(found)
    elif itself:
        yield node
