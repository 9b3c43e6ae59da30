"""Quotes of one contract as arrays: each row is read as the rules of prices read one quote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product

import numpy as np
import pytest

from forecast.markets.comparison.quote_history import quote_history
from forecast.markets.faults import MarketFault
from forecast.markets.price_guards import read_interval
from forecast.markets.quote_table import COLUMN_TYPES, MARKET_STATUSES, PRICE_KINDS, QuoteTable, table_of_parts
from forecast.markets.quotes import MarketStatus, PriceKind, Quote, Venue

BEGIN = datetime(2026, 5, 1, tzinfo=UTC)
PRICES = (None, Decimal("0.30"), Decimal("0.495"), Decimal("0.505"))


def _table(quotes: list[Quote]) -> QuoteTable:
    def number(value: Decimal | None) -> float:
        return np.nan if value is None else float(value)

    columns = {
        "contract": [0] * len(quotes),
        "at": [(its.at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) for its in quotes if its.at is not None],
        "kind": [PRICE_KINDS.index(its.kind) for its in quotes],
        "status": [MARKET_STATUSES.index(its.status) for its in quotes],
        "line": list(range(len(quotes))),
        **{
            name: [number(getattr(its, name)) for its in quotes]
            for name in ("bid", "ask", "last", "price", "bid_depth", "ask_depth", "volume")
        },
    }
    return table_of_parts(["made"], {name: [np.array(columns[name], dtype=kind)] for name, kind in COLUMN_TYPES.items()})


def _quotes(venue: Venue) -> list[Quote]:
    """Every combination of kind, status, prices and volume that a quote can have, a minute apart."""
    kinds: tuple[tuple[PriceKind, tuple[str, ...]], ...] = (
        ("bid-ask", ("bid", "ask")),
        ("last", ("last",)),
        ("midpoint", ("price",)),
        ("maker", ("price",)),
    )
    statuses: tuple[MarketStatus, ...] = ("open", "closed", "settled")
    quotes = []
    for (kind, names), status, volume in product(kinds, statuses, (None, Decimal(0), Decimal(9))):
        for prices in product(PRICES, repeat=len(names)):
            given = dict(zip(names, prices, strict=True))
            bid, ask = given.get("bid"), given.get("ask")
            if (bid is not None and ask is not None and bid > ask) or (kind != "bid-ask" and None in prices):
                continue
            at = BEGIN + timedelta(minutes=len(quotes))
            quotes.append(Quote(venue, "made", at, kind, volume=volume, status=status, **given))
    return quotes


@pytest.mark.parametrize("venue", ["kalshi", "polymarket", "manifold"])
def test_each_row_is_read_as_one_quote_is(venue: Venue) -> None:
    """What has an interval by the rules is comparable with that bid and ask; of what has none, only an open side of a traded book is."""
    quotes = _quotes(venue)
    history = quote_history(_table(quotes), "made", venue)
    assert len(history) == len(quotes)
    for place, quote in enumerate(quotes):
        found = (history.bid[place], history.ask[place])
        try:
            interval = read_interval(quote)
        except MarketFault as fault:
            one_sided = "one side" in fault.message and (quote.bid is not None or quote.ask is not None)
            assert bool(history.comparable[place]) == one_sided
            expected = (quote.bid, quote.ask) if one_sided else (None, None)
        else:
            assert history.comparable[place]
            expected = (interval.bid, interval.ask)
        assert found == pytest.approx(tuple(np.nan if its is None else float(its) for its in expected), nan_ok=True)


def test_midpoints_and_trades_are_drawn_alone() -> None:
    """A midpoint that is carried forward and a trade are prices that are drawn, in an open market alone, and never compared."""
    quotes = [its for its in _quotes("polymarket") if its.kind in {"last", "midpoint"}]
    history = quote_history(_table(quotes), "made", "polymarket")
    assert not history.comparable.any()
    for place, quote in enumerate(quotes):
        price = quote.last if quote.kind == "last" else quote.price
        default = price != Decimal("0.30") and not quote.volume and quote.kind == "midpoint"
        expected = np.nan if quote.status != "open" or default or price is None else float(price)
        assert history.drawn[place] == pytest.approx(expected, nan_ok=True)


def test_quotes_stand_in_the_order_of_time_up_to_a_moment() -> None:
    """Rows of a file in any order are quotes in order of time, and those after a moment are left out; another contract has none."""
    quotes = _quotes("kalshi")[::-1]
    history = quote_history(_table(quotes), "made", "kalshi")
    assert (np.diff(history.at) > 0).all()
    assert len(history.until(int(history.at[10]))) == 11
    assert len(history.until(int(history.at[0]) - 1)) == 0
    assert len(quote_history(_table(quotes), "other", "kalshi")) == 0
