"""The quotes of one contract through time, as far as they may be read: offers, which are compared, and prices that are only drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array, Truth
from forecast.markets.price_guards import UNTRADED_HIGH, UNTRADED_LOW
from forecast.markets.quote_table import MARKET_STATUSES, PRICE_KINDS, QuoteTable
from forecast.markets.quotes import Venue


@dataclass(frozen=True, slots=True)
class QuoteHistory:
    """Quotes of one contract in ascending order of time, ``(quotes,)`` each; prices of YES, NaN where there is none.

    ``at`` is in microseconds since the beginning of 1970 in UTC.  ``drawn`` is a price that is no offer: a trade, or a midpoint that the
    venue carries forward.  ``comparable`` is what may be compared with a fair price: an offer of an open market that is no default.
    ``is_open`` says whether the market traded then.
    """

    at: NDArray[np.int64]
    bid: Array
    ask: Array
    drawn: Array
    comparable: Truth
    is_open: Truth

    def __len__(self) -> int:
        return len(self.at)

    def until(self, moment: int) -> QuoteHistory:
        """Return the quotes at or before a moment."""
        return self._where(np.arange(len(self)) < np.searchsorted(self.at, moment, side="right"))

    @property
    def offers(self) -> QuoteHistory:
        """Those that are comparable."""
        return self._where(self.comparable)

    @property
    def has_closed(self) -> bool:
        """Whether the market was seen closed after its last offer, so that this stands no more."""
        closed, offered = self.at[~self.is_open], self.at[self.comparable]
        return len(closed) > 0 and (not len(offered) or bool(closed[-1] >= offered[-1]))

    def _where(self, chosen: Truth) -> QuoteHistory:
        return QuoteHistory(
            self.at[chosen], self.bid[chosen], self.ask[chosen], self.drawn[chosen], self.comparable[chosen], self.is_open[chosen]
        )


def quote_history(table: QuoteTable, contract: str, venue: Venue) -> QuoteHistory:
    """Return the quotes of a contract by the rules of ``forecast.markets.price_guards``, none where the table has none.

    A book with one side is an offer of that side.  Of a market that is closed, and of a default that nobody traded, nothing is read.
    """
    rows = table.rows_of(contract)
    kind = table.kind[rows]
    bid, ask, last, price = (values[rows] for values in (table.bid, table.ask, table.last, table.price))
    is_open = table.status[rows] == MARKET_STATUSES.index("open")
    is_book, is_maker = kind == PRICE_KINDS.index("bid-ask"), kind == PRICE_KINDS.index("maker")
    readable = is_open & ~_untraded_defaults(table, rows, venue)
    bid, ask = (np.where(readable & is_book, side, np.where(readable & is_maker, price, np.nan)) for side in (bid, ask))
    is_midpoint, is_trade = kind == PRICE_KINDS.index("midpoint"), kind == PRICE_KINDS.index("last")
    drawn = np.where(readable & is_midpoint, price, np.where(readable & is_trade & (last > 0), last, np.nan))
    return QuoteHistory(table.at[rows], bid, ask, drawn, ~(np.isnan(bid) & np.isnan(ask)), is_open)


def _untraded_defaults(table: QuoteTable, rows: NDArray[np.intp], venue: Venue) -> Truth:
    """Which rows are what a venue shows before anybody has traded, as ``price_guards.is_untraded_default`` says of one."""
    prices = np.stack([table.bid[rows], table.ask[rows], table.price[rows]])
    inside = (np.isnan(prices) | ((prices >= float(UNTRADED_LOW)) & (prices <= float(UNTRADED_HIGH)))).all(axis=0) & ~np.isnan(prices).all(
        axis=0
    )
    counts = np.stack([table.volume[rows], table.bid_depth[rows], table.ask_depth[rows]])
    traded = (np.nan_to_num(counts) > 0).any(axis=0) | ((venue == "kalshi") & ~np.isnan(table.last[rows]))
    defaults: Truth = (table.kind[rows] != PRICE_KINDS.index("maker")) & inside & ~traded
    return defaults
