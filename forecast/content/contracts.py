"""A topic's contracts as a report shows them: each beside its question, with its quotes and our answers through time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from forecast.book.rows import rows_as_of
from forecast.book.topic import Topic
from forecast.content.priced_contracts import CERTAINLY_VOID, PricedContract, days_to_resolution
from forecast.insight.event_clauses import row_clause
from forecast.markets.comparison.price_comparison import fair_price
from forecast.markets.comparison.price_history import compare_through_time, last_move
from forecast.markets.comparison.quote_history import QuoteHistory
from forecast.markets.contract import TERMS, Contract, Term
from forecast.markets.deviation_priors import DeviationPrior
from forecast.markets.quote_table import moment_of
from forecast.schema import words
from forecast.schema.market import (
    MOST_QUOTES_DRAWN,
    MOST_ROWS_SINCE,
    AnswerPoint,
    BeliefContent,
    BetweenContent,
    ContractContent,
    DeviationContent,
    DeviationName,
    QuoteHistoryContent,
    QuotePoint,
    RowSinceContent,
    TermContent,
)
from forecast.schema.topic import TopicContent, digest_of

MARKET_WORDS = ("kalshi", "polymarket", "manifold", "predictit", "betfair", "prediction market")  # in the source of a point or a row


def contract_content(
    its: PricedContract, topic: Topic, *, as_of: date, belief: BeliefContent | None, no_belief: str = ""
) -> ContractContent:
    """Return a contract as plain data."""
    contract, compared = its.contract, its.comparison
    offers = its.quotes.offers
    moved = last_move(offers.at, offers.bid, offers.ask)
    rows = [] if moved is None else _rows_since(topic, _day_of(moved), as_of)
    fair = None if compared is None else compared.fair
    content: ContractContent = {
        "name": contract.name,
        "question": contract.question_name,
        "venue": contract.venue,
        "id": contract.id,
        "address": contract.address,
        "side": contract.side,
        "currency": contract.currency,
        "deadline": None if contract.deadline is None else contract.deadline.isoformat(),
        "days": days_to_resolution(contract, as_of),
        "settlement_source": contract.settlement_source,
        "deviations": _deviations(contract),
        "terms": [_term(contract, name) for name in TERMS if contract.term(name).status != "same"],
        "answer": None if its.chance is None else _between(its.chance.value, its.chance.interval),
        "fair": None if fair is None else _between(fair.value, fair.interval),
        "offer": None,
        "no_comparison": its.why_not,
        "no_fees": its.no_fees,
        "verdict": None,
        "purchase": None,
        "moved": None if moved is None else _time_text(moved),
        "rows_since": rows[:MOST_ROWS_SINCE],
        "more_rows": max(0, len(rows) - MOST_ROWS_SINCE),
        "history": _history(its),
        "own_sources": own_sources(topic),
    }
    if compared is not None and its.offered_at is not None:
        best = compared.purchase
        content["offer"] = {
            "at": _time_text(its.offered_at),
            "bid": compared.bid,
            "ask": compared.ask,
            "days_old": (as_of - _day_of(its.offered_at)).days,
        }
        content["verdict"] = compared.verdict
        content["purchase"] = None if best is None else {
            "side": best.side,
            "price": best.price,
            "fee": best.fee,
            "gain": best.gain,
            "gain_at_end": best.gain_at_end,
            "gain_a_year": best.gain_a_year,
        }  # fmt: skip
    if its.question_void:
        content["question_void"] = its.question_void
    if belief is not None:
        content["belief"] = belief
    if no_belief:
        content["no_belief"] = no_belief
    return content


def with_contracts(content: TopicContent, contracts: Sequence[ContractContent]) -> TopicContent:
    """Return a report's content with a topic's contracts, and nothing else changed; the content itself where there are none."""
    if not contracts:
        return content
    renewed: TopicContent = {**content, "contracts": list(contracts)}
    return {**renewed, "digest": digest_of(renewed)}


def own_sources(topic: Topic) -> list[str]:
    """Return the series and streams of a topic of which a point or a row names a prediction market as its source: a price may be in them."""
    series = [f"series {name}" for name, its in topic.series.items() if any(_names_market(point.source) for point in its.points)]
    return [*series, *(f"stream {name}" for name, its in topic.streams.items() if any(_names_market(row.source) for row in its.rows))]


def _names_market(source: str) -> bool:
    return any(word in source.lower() for word in MARKET_WORDS)


def _rows_since(topic: Topic, moved: date, as_of: date) -> list[RowSinceContent]:
    """The rows that became known after a day, the newest first."""
    found = [
        (row.known, stream.name, row)
        for stream in topic.streams.values()
        for row in rows_as_of(stream, as_of)
        if moved < row.known <= as_of
    ]
    found.sort(key=lambda its: (its[0], its[1], its[2].end), reverse=True)
    return [
        {
            "stream": name,
            "known": known.isoformat(),
            "says": f"{row_clause(topic.streams[name], row)}, {words.day_range(row.start, row.end)}",
            "source": row.source,
        }
        for known, name, row in found
    ]


def _history(its: PricedContract) -> QuoteHistoryContent:
    quotes = its.quotes
    fair = [fair_price(one.chance, its.terms) for one in its.spoken] if its.why_not != CERTAINLY_VOID else []
    compared = compare_through_time(
        quotes.at,
        quotes.bid,
        quotes.ask,
        comparable=quotes.comparable,
        answered=np.array([one.at for one in its.spoken[: len(fair)]], dtype=np.int64),
        fair=np.array([one.value for one in fair], dtype=float),
    )
    shown = _evenly(quotes.at, MOST_QUOTES_DRAWN)
    points: list[AnswerPoint] = [
        {"day": one.day, **_between(price.value, price.interval)} for one, price in zip(its.spoken, fair, strict=False)
    ]
    return {
        "quotes": [_quote_point(quotes, place) for place in shown],
        "more": len(quotes) - len(shown),
        "answers": points,
        "compared": compared.compared,
        "below": int(compared.below.sum()),
        "within": int(compared.within.sum()),
        "above": int(compared.above.sum()),
    }


def _evenly(at: NDArray[np.int64], most: int) -> list[int]:
    """Places of at most so many moments, evenly apart in time, always with the last; all where there are no more."""
    if len(at) <= most:
        return list(range(len(at)))
    marks = np.linspace(at[0], at[-1], most)
    places: list[int] = np.unique(np.searchsorted(at, marks, side="right") - 1).tolist()
    return places


def _quote_point(quotes: QuoteHistory, place: int) -> QuotePoint:
    bid, ask, drawn = (None if np.isnan(its[place]) else float(its[place]) for its in (quotes.bid, quotes.ask, quotes.drawn))
    return {"at": _time_text(int(quotes.at[place])), "bid": bid, "ask": ask, "drawn": drawn}


def _between(value: float, interval: tuple[float, float]) -> BetweenContent:
    return {"value": value, "low": interval[0], "high": interval[1]}


def _deviations(contract: Contract) -> list[DeviationContent]:
    its = contract.deviations
    if its is None:
        return []
    return [_deviation("yes_if_yes", its.yes_if_yes), _deviation("yes_if_no", its.yes_if_no), _deviation("void", its.void)]


def _deviation(name: DeviationName, prior: DeviationPrior) -> DeviationContent:
    low, high = prior.quantiles(np.array([0.05, 0.95])).tolist()
    return {"name": name, "mean": prior.mean, "low": low, "high": high, "statement": prior.text, "why": prior.why}


def _term(contract: Contract, name: Term) -> TermContent:
    its = contract.term(name)
    return {"term": name, "status": "different" if its.status == "different" else "unknown", "note": its.note}


def _day_of(moment: int) -> date:
    return moment_of(moment).date()


def _time_text(moment: int) -> str:
    return moment_of(moment).strftime("%Y-%m-%dT%H:%M:%SZ")
