"""Ladders among contracts: one event by several deadlines, or one value above several thresholds, with the fair value of each rung."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import numpy as np

from forecast.actions.contract_offers import ContractMarket
from forecast.actions.contract_relations import claim_of
from forecast.actions.question_relations import condition_of, fails_for_good, threshold_of
from forecast.book.hashes import tree_as_data
from forecast.book.topic import Topic
from forecast.markets.coherence.ladder_curve import LadderQuotes, fit_ladder
from forecast.predict.settlement import is_lasting


@dataclass(frozen=True, slots=True)
class Rung:
    """One contract of a ladder: its deadline or threshold, bid and ask of its YES, and the fair value of its YES on the curve, before fees."""

    contract: str
    at: date | float
    bid: float
    ask: float
    fair: float


@dataclass(frozen=True, slots=True)
class ContractLadder:
    """The rungs of a ladder in order; ``smoothness`` and ``error`` are those that the curve chose (`markets/coherence/ladder_curve`)."""

    topic: str
    kind: Literal["deadlines", "thresholds"]
    rungs: tuple[Rung, ...]
    smoothness: float
    error: float


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a contract stands on which ladder; ``rises`` says whether our question's probability rises with the position."""

    key: str
    kind: Literal["deadlines", "thresholds"]
    at: date | float
    rises: bool


def find_ladders(markets: Sequence[ContractMarket], topics: Mapping[str, Topic], *, now: datetime) -> tuple[ContractLadder, ...]:
    """Return the ladders of two rungs or more among contracts, with fair values as of a moment; deadlines that have passed are no rungs.

    A contract whose question has a threshold and a deadline can stand on two ladders.
    """
    ladders: dict[str, list[tuple[ContractMarket, _Place]]] = {}
    for market in markets:
        for place in _places(market, topics[market.contract.topic]):
            if not isinstance(place.at, date) or place.at > now.date():
                ladders.setdefault(place.key, []).append((market, place))
    return tuple(_fit(members, now) for members in ladders.values() if len({place.at for _, place in members}) > 1)


def _places(market: ContractMarket, topic: Topic) -> list[_Place]:
    claim = claim_of(market.contract)
    condition = condition_of(claim, topic)
    if condition is None:
        return []
    question, places = topic.questions[claim.question], []
    lasts = is_lasting(condition, topic)
    if question.by is not None and (lasts or fails_for_good(condition, topic)):
        places.append(_Place(repr((topic.name, question.since, tree_as_data(condition))), "deadlines", question.by, lasts))
    threshold = threshold_of(condition)
    if threshold is not None and threshold.operator in {"<", "<=", ">", ">="}:
        key: tuple[Any, ...] = (topic.name, question.since, question.by, threshold.value, threshold.operator)
        places.append(_Place(repr(key), "thresholds", threshold.number, threshold.operator in {"<", "<="}))
    return places


def _fit(members: Sequence[tuple[ContractMarket, _Place]], now: datetime) -> ContractLadder:
    ordered = sorted(members, key=lambda its: (its[1].at, its[0].contract.name))
    places = [place for _, place in ordered]
    positions = np.array([float((its.at - now.date()).days) if isinstance(its.at, date) else float(its.at) for its in places])
    prices = np.array([(float(market.interval.bid), float(market.interval.ask)) for market, _ in ordered])
    rises = np.array([(market.contract.side == "yes") == place.rises for market, place in ordered])
    upwards = np.where(rises[:, None], prices, 1 - prices[:, ::-1])
    curve = fit_ladder(LadderQuotes(positions, upwards[:, 0], upwards[:, 1], 0.0 if places[0].kind == "deadlines" else None))
    fair = curve.fair[np.searchsorted(curve.positions, positions)]
    values = np.where(rises, fair, 1 - fair)
    rungs = tuple(
        Rung(market.contract.name, place.at, float(bid), float(ask), float(value))
        for (market, place), (bid, ask), value in zip(ordered, prices, values, strict=True)
    )
    return ContractLadder(ordered[0][0].contract.topic, places[0].kind, rungs, curve.smoothness, curve.error)
