"""Where a contract's quotes can be fetched: the public addresses of its venue, for a person or a program to open; nothing is opened here.

Sources: docs.kalshi.com, docs.polymarket.com and manifold's `docs/docs/api.md`, as read in 2026.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from forecast.markets.quotes import Venue

KALSHI, GAMMA, CLOB, MANIFOLD = (
    "https://external-api.kalshi.com/trade-api/v2",
    "https://gamma-api.polymarket.com",
    "https://clob.polymarket.com",
    "https://api.manifold.markets/v0",
)


def quote_addresses(venue: Venue, contract: str, tokens: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the addresses of a contract's market, and of its book and prices where the venue has them apart.

    ``tokens`` are those of a Polymarket contract, of which the first is YES: without them book and prices have no address.  None are known of
    Polymarket US.
    """
    name = quote(contract, safe="")
    match venue:
        case "kalshi":
            return f"{KALSHI}/markets/{name}", f"{KALSHI}/markets/{name}/orderbook"
        case "polymarket":
            market = f"{GAMMA}/markets/keyset?condition_ids={name}"
            yes = [quote(token, safe="") for token in tokens[:1]]
            return market, *(
                address for token in yes for address in (f"{CLOB}/book?token_id={token}", f"{CLOB}/prices-history?market={token}")
            )
        case "manifold":
            of_market = quote(contract.partition("/")[0], safe="")
            return f"{MANIFOLD}/market/{of_market}", f"{MANIFOLD}/bets?contractId={of_market}&limit=1000"
        case _:
            return ()
