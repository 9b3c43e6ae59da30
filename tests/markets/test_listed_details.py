"""What payloads say of a contract besides its listing."""

from __future__ import annotations

from typing import Any

import pytest

from forecast.markets.faults import MarketFault
from forecast.markets.quotes import Venue
from forecast.markets.venues.listed_details import ListedDetails, listed_details
from forecast.markets.venues.payload_nodes import PayloadNode, load_payload
from tests.support.fixtures import fixture_file

SOURCES = {"settlement_sources": [{"name": "MLB", "url": "https://mlb.com"}, {"name": "ESPN"}]}
MARKET = {"ticker": "KXA-1", "can_close_early": True, "early_close_condition": "When it is decided."}
CASES: dict[str, tuple[Venue, Any, ListedDetails]] = {
    "a series": ("kalshi", {"series": {"ticker": "KXA", **SOURCES}}, ListedDetails("MLB, ESPN")),
    "a market": ("kalshi", {"market": MARKET}, ListedDetails(early_close="When it is decided.")),
    "a market alone": ("kalshi", MARKET, ListedDetails(early_close="When it is decided.")),
    "several markets": ("kalshi", {"markets": [{"ticker": "KXA-2"}, MARKET]}, ListedDetails(early_close="When it is decided.")),
    "an event": ("kalshi", {"event": {**SOURCES, "markets": [MARKET]}}, ListedDetails("MLB, ESPN", early_close="When it is decided.")),
    "events": (
        "kalshi",
        {"events": [{"markets": []}, {**SOURCES, "markets": [MARKET]}]},
        ListedDetails("MLB, ESPN", "", "When it is decided."),
    ),
    "no early close": ("kalshi", {"market": {"ticker": "KXA-1", "can_close_early": False}}, ListedDetails()),
    "no condition": ("kalshi", {"market": {"ticker": "KXA-1", "can_close_early": True}}, ListedDetails(early_close="it says no condition")),
    "another market": ("kalshi", {"market": {**MARKET, "ticker": "KXA-2"}}, ListedDetails()),
    "polymarket": ("polymarket", [{"conditionId": "KXA-1", "resolutionSource": "IMF"}], ListedDetails("IMF")),
    "polymarket's page": ("polymarket", {"markets": [{"conditionId": "KXA-1", "resolutionSource": ""}]}, ListedDetails()),
    "manifold": ("manifold", {"id": "KXA-1", "url": "https://manifold.markets/x"}, ListedDetails(address="https://manifold.markets/x")),
    "numbers": ("manifold", [1, 2], ListedDetails()),
}


@pytest.mark.parametrize(("venue", "payload", "details"), CASES.values(), ids=CASES)
def test_details_are_those_of_the_contract(venue: Venue, payload: Any, details: ListedDetails):
    """Whatever the shape of the payload, and of no other contract in it."""
    assert listed_details(venue, PayloadNode(payload), "KXA-1") == details


def test_a_text_that_is_none_is_refused_with_its_place():
    """As everywhere in payloads."""
    with pytest.raises(MarketFault, match=r"event\.settlement_sources\[0\]\.name"):
        listed_details("kalshi", PayloadNode({"event": {"settlement_sources": [{"name": 3}], "markets": [MARKET]}}), "KXA-1")


def test_recorded_payloads_have_their_sources():
    """The series of Kalshi's fixture is settled by one index."""
    payload = load_payload(fixture_file("kalshi", "kalshi_series.json").read_bytes())
    assert listed_details("kalshi", payload, "KXBTCD-1").settlement_source == "CF Benchmarks"


def test_payloads_complete_each_other():
    """The first that says something counts."""
    assert ListedDetails("a").completed_by(ListedDetails("b", "c", "d")) == ListedDetails("a", "c", "d")
