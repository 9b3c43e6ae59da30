"""Addresses of quotes are those of the venue, with ids that cannot leave their place in them."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from forecast.markets.quotes import Venue
from forecast.markets.venues.quote_addresses import quote_addresses


def test_each_venue_has_its_addresses():
    """A market and its book, and of Polymarket the prices of the token that is YES."""
    assert quote_addresses("kalshi", "KXA-1") == (
        "https://external-api.kalshi.com/trade-api/v2/markets/KXA-1",
        "https://external-api.kalshi.com/trade-api/v2/markets/KXA-1/orderbook",
    )
    assert quote_addresses("polymarket", "0x1") == ("https://gamma-api.polymarket.com/markets/keyset?condition_ids=0x1",)
    assert quote_addresses("polymarket", "0x1", ("7", "8"))[1:] == (
        "https://clob.polymarket.com/book?token_id=7",
        "https://clob.polymarket.com/prices-history?market=7",
    )
    assert quote_addresses("manifold", "m/a")[0] == "https://api.manifold.markets/v0/market/m"
    assert quote_addresses("polymarket-us", "1") == ()


@pytest.mark.parametrize("venue", ["kalshi", "polymarket", "manifold"])
def test_an_id_stays_in_its_place(venue: Venue):
    """Signs that mean something in an address are written by their codes."""
    for address in quote_addresses(venue, "a?b&c#d@e\u202e", ("x&y#z",)):
        parts = urlsplit(address)
        assert parts.hostname is not None
        assert parts.hostname.endswith((".kalshi.com", ".polymarket.com", ".manifold.markets"))
        assert not parts.fragment
        assert address.isascii()
        assert "&c" not in address
