"""Manifold's payloads as listings and quotes: markets, bets and probabilities.

Source: manifold, `docs/docs/api.md`, and payloads of 2026.  A maker's price is both bid and ask of an amount that is small beside its pool.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from operator import itemgetter

from forecast.markets.faults import MarketFault
from forecast.markets.makers.cpmm import CpmmPool
from forecast.markets.quotes import MarketStatus, Quote
from forecast.markets.venues.listings import Listing, SkippedItem, VenueReading, contract_named
from forecast.markets.venues.payload_nodes import PayloadNode

POOL_TOLERANCE = 1e-6  # between a market's probability and that of its pool
_GAP_TOLERANCE = Decimal("1e-9")  # between a bet's probability before it and that after the bet before


def read_manifold_payload(payload: PayloadNode, *, contract: str | None = None, retrieved: datetime | None = None) -> VenueReading:
    """Return what a payload of Manifold holds.

    A contract is a market's id, or of a market of several answers `MARKET/ANSWER`; ``contract`` names that of bets and probabilities which do
    not say it.  Redemptions, cancelled orders and orders that moved nothing are left out of bets, which come newest first and are put in the
    order of time.  Types that are not supported are skipped, with the reason.  Raises ``MarketFault`` for what cannot be read.
    """
    reading = VenueReading()
    items = list(payload.items()) if isinstance(payload.value, list) else [payload]
    keys = items[0].members_by_key().keys() if items else set()
    if "probAfter" in keys:
        _read_bets(items, contract, reading)
    elif keys & {"prob", "answerProbs"} and "id" not in keys:
        _read_probabilities(payload, contract, retrieved, reading)
    elif "outcomeType" in keys or not items:
        for market in items:
            _read_market(market, retrieved, reading)
        if contract is not None:
            reading.listings[:] = [each for each in reading.listings if contract in {each.contract, each.event}]
            reading.quotes[:] = [each for each in reading.quotes if contract in {each.contract, each.contract.partition("/")[0]}]
    else:
        raise MarketFault(
            "this is no payload of Manifold that is read: it has neither `outcomeType`, `probAfter`, `prob`, nor `answerProbs`",
            "save a market, a list of markets or a page of bets as it was answered",
        )
    if contract is not None and not (reading.quotes or reading.skipped):
        raise MarketFault(f"there is nothing of `{contract}` in this payload")
    return reading


def _read_market(market: PayloadNode, retrieved: datetime | None, reading: VenueReading) -> None:
    name = market.need("id").text()
    kind, mechanism = market.need("outcomeType").text(), market.text_of("mechanism") or ""
    if kind == "BINARY" and mechanism == "cpmm-1":
        _read_binary(market, name, retrieved, reading)
    elif kind == "MULTIPLE_CHOICE" and mechanism == "cpmm-multi-1" and market.get("answers") is not None:
        _read_answers(market, name, retrieved, reading)
    elif kind == "MULTIPLE_CHOICE" and mechanism == "cpmm-multi-1":
        reason = "it has several answers, whose probabilities and pools are not in lists: fetch the market by its id"
        reading.skipped.append(SkippedItem(market.path or name, reason))
    else:
        reading.skipped.append(SkippedItem(market.path or name, f"type {kind} with mechanism {mechanism or 'none'} is not supported"))


def _read_binary(market: PayloadNode, name: str, retrieved: datetime | None, reading: VenueReading) -> None:
    probability = market.need("probability")
    sides = market.need("pool")
    exponent = market.decimal_of("p")
    yes, no = (float(sides.need(side).decimal()) for side in ("YES", "NO"))
    pool = CpmmPool(yes, no, 0.5 if exponent is None else float(exponent))
    _check_probability(probability, pool)
    resolution = market.text_of("resolution")
    share = market.decimal_of("resolutionProbability") if resolution == "MKT" else None
    reading.listings.append(
        _listing(market, name, pool, {"YES": Decimal(1), "NO": Decimal(0), "MKT": share}.get(resolution or ""), retrieved)
    )
    reading.quotes.append(_quote(market, name, probability, retrieved))


def _read_answers(market: PayloadNode, name: str, retrieved: datetime | None, reading: VenueReading) -> None:
    exclusive = market.truth_of("shouldAnswersSumToOne")
    resolution = market.text_of("resolution")
    answers = list(market.need("answers").items())
    ids = {answer.need("id").text() for answer in answers}
    for answer in answers:
        own = answer.need("id").text()
        pool = CpmmPool(*(float(answer.need(side).decimal()) for side in ("poolYes", "poolNo")))
        _check_probability(answer.need("prob"), pool)
        paid = Decimal(int(own == resolution)) if exclusive and resolution in ids else None
        listing = _listing(market, f"{name}/{own}", pool, paid, retrieved, answer=answer, event=name)
        reading.listings.append(listing)
        reading.quotes.append(_quote(market, f"{name}/{own}", answer.need("prob"), retrieved))


def _listing(
    market: PayloadNode,
    name: str,
    pool: CpmmPool,
    paid: Decimal | None,
    retrieved: datetime | None,
    *,
    answer: PayloadNode | None = None,
    event: str = "",
) -> Listing:
    title = market.need("question").text()
    closes = market.get("closeTime")
    return Listing(
        "manifold",
        name,
        title if answer is None else f"{title}: {answer.need('text').text()}",
        _status(market, retrieved),
        market.text_of("textDescription") or "",
        None if closes is None else closes.moment_since_1970(per_second=1000),
        paid,
        void=market.text_of("resolution") == "CANCEL",
        event=event,
        exclusive=None if answer is None else market.truth_of("shouldAnswersSumToOne"),
        pool=pool,
    )


def _quote(market: PayloadNode, name: str, probability: PayloadNode, retrieved: datetime | None) -> Quote:
    volume, status = market.decimal_of("volume"), _status(market, retrieved)
    return Quote("manifold", name, retrieved, "maker", price=_probability(probability), volume=volume, status=status)


def _status(market: PayloadNode, retrieved: datetime | None) -> MarketStatus:
    if market.truth_of("isResolved"):
        return "settled"
    closes = market.get("closeTime")
    if closes is not None and retrieved is not None and closes.moment_since_1970(per_second=1000) <= retrieved:
        return "closed"
    return "open"


def _read_probabilities(root: PayloadNode, contract: str | None, retrieved: datetime | None, reading: VenueReading) -> None:
    name = contract_named(None, contract)
    single, several = root.get("prob"), root.get("answerProbs")
    if single is not None:
        reading.quotes.append(Quote("manifold", name, retrieved, "maker", price=_probability(single)))
    elif several is not None:
        for answer in several.members_by_key():
            reading.quotes.append(Quote("manifold", f"{name}/{answer}", retrieved, "maker", price=_probability(several.need(answer))))


def _read_bets(bets: list[PayloadNode], contract: str | None, reading: VenueReading) -> None:
    kept: list[tuple[datetime, Quote, Decimal]] = []
    for bet in bets:
        if bet.truth_of("isRedemption") or bet.truth_of("isCancelled"):
            reading.skipped.append(
                SkippedItem(bet.path, "a redemption" if bet.truth_of("isRedemption") else "a cancelled order", is_price=False)
            )
            continue
        market, answer = bet.text_of("contractId"), bet.text_of("answerId")
        asked = contract.partition("/")[0] if contract is not None else None
        name = contract_named(market, asked)
        name = f"{name}/{answer}" if answer is not None else contract if contract is not None and market is None else name
        amount, before, after = bet.decimal_of("amount"), _probability(bet.need("probBefore")), _probability(bet.need("probAfter"))
        if not amount and before == after:
            reading.skipped.append(SkippedItem(bet.path, "an order that has not been filled", is_price=False))
            continue
        at = bet.need("createdTime").moment_since_1970(per_second=1000)
        volume = None if amount is None else abs(amount)
        kept.append((at, Quote("manifold", name, at, "maker", price=after, volume=volume), before))
    kept.sort(key=itemgetter(0))
    previous: dict[str, Decimal] = {}
    for at, quote, before in kept:
        known = previous.get(quote.contract)
        if known is not None and abs(known - before) > _GAP_TOLERANCE:
            reading.skipped.append(
                SkippedItem("bets", f"before {at.isoformat()} bets are missing: the price went from {known} to {before}")
            )
        if quote.price is not None:
            previous[quote.contract] = quote.price
        reading.quotes.append(quote)


def _probability(node: PayloadNode) -> Decimal:
    found = node.decimal()
    if not 0 <= found <= 1:
        node.refuse("a probability from 0 to 1")
    return found


def _check_probability(node: PayloadNode, pool: CpmmPool) -> None:
    if abs(float(_probability(node)) - pool.probability) > POOL_TOLERANCE:
        raise MarketFault(f"{node.place} is {node.value}, and its pool has the probability {pool.probability:.6g}")
