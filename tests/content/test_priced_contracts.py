"""The chance of an answer with the doubt that a price is compared with, and the price that is to be explained."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from forecast.book.files.problems import Place
from forecast.content.priced_contracts import chance_of_answer, days_to_resolution, make_chance, price_contract
from forecast.markets.comparison.deviation import Deviation, known_deviation
from forecast.markets.comparison.quote_history import QuoteHistory
from forecast.markets.contract import Contract
from forecast.markets.sides import ContractSide
from forecast.schema.answers import AnswerContent

AS_OF = date(2026, 6, 30)


def _answer(value: dict[str, Any] | None, kind: str = "probability", status: str = "open") -> AnswerContent:
    return {"name": "rain", "kind": kind, "status": status, "value": value, "given": "it rains", "given_probability": 1.0}  # type: ignore[return-value, typeddict-item]


def _probability(value: float, chance: list[float] | None, **more: float) -> dict[str, Any]:
    return {"value": value, "error": 0.0, "chance": chance, "chance_errors": None, **more}


@pytest.mark.parametrize(
    ("answer", "label", "interval"),
    [
        (_answer(_probability(0.3, [0.1, 0.6])), "", (0.1, 0.6)),
        (_answer(_probability(1.0, None), status="happened"), "", (1.0, 1.0)),
        (_answer(_probability(0.4, None)), "", (0.0, 1.0)),
        (_answer(_probability(0.97, None)), "", (1.0, 1.0)),
        (_answer(_probability(0.0, [0.0, 0.0], at_most=0.002)), "", (0.0, 0.002)),
        (_answer(_probability(1.0, [1.0, 1.0], at_least=0.998)), "", (0.998, 1.0)),
        (_answer({"shares": [{"label": "red", "value": 0.4}]}, "shares"), "red", (0.0, 1.0)),
        (_answer({"shares": [{"label": "red", "value": 0.4}]}, "shares", "settled"), "red", (0.4, 0.4)),
    ],
)
def test_an_answer_is_a_chance_with_its_doubt(answer: AnswerContent, label: str, interval: tuple[float, float]) -> None:
    """The interval is that of the chance; what the record decides has none, and what no path came to has the greatest unseen chance."""
    chance = chance_of_answer(answer, label)
    assert chance is not None
    assert chance.interval == pytest.approx(interval)


def test_what_is_no_chance_has_none() -> None:
    """A question without an answer, and one for a number, have no chance."""
    assert chance_of_answer(_answer(None), "") is None
    assert chance_of_answer(_answer({"mean": 3.0}, "distribution"), "") is None


def _priced(bid: float, ask: float, *, side: ContractSide = "yes", deviation: Deviation | None = None, chance: float = 0.3):  # type: ignore[no-untyped-def]
    contract = Contract("made", Place("contracts.toml"), "weather", "rain", "kalshi", "ID", side)
    at = np.array([1_780_000_000_000_000], dtype=np.int64)
    quotes = QuoteHistory(at, np.array([bid]), np.array([ask]), np.array([np.nan]), np.array([True]), np.array([True]))
    answer = _answer(_probability(chance, [0.1, 0.6]))
    return price_contract(contract, answer, quotes, known_deviation() if deviation is None else deviation, (), as_of=AS_OF)


@pytest.mark.parametrize(("side", "chance"), [("yes", 0.3), ("no", 0.7)])
def test_the_nearer_offer_is_to_be_explained(side: ContractSide, chance: float) -> None:
    """Of a fair price of .30 below a bid of .40 it is the bid, above an ask of .20 the ask, and between both nothing."""
    above = _priced(0.4, 0.45, side=side, chance=chance)
    below = _priced(0.1, 0.2, side=side, chance=chance)
    assert above.price_to_explain == pytest.approx(0.4)
    assert below.price_to_explain == pytest.approx(0.2)
    assert _priced(0.29, 0.31, side=side, chance=chance).price_to_explain is None
    assert above.chance_at(0.4) == pytest.approx(0.4 if side == "yes" else 0.6)


def test_a_contract_that_is_certainly_void_is_not_compared() -> None:
    """Where every price is fair there is no comparison, and the reason is said."""
    its = _priced(0.4, 0.45, deviation=known_deviation(void=1.0))
    assert its.comparison is None
    assert its.why_not == "it is certainly void"


@pytest.mark.parametrize(("later", "why_not"), [(0, ""), (1, "its market was closed when it was quoted last")])
def test_an_offer_does_not_stand_once_its_market_was_seen_closed(later: int, why_not: str) -> None:
    """The last offer of a market that has closed since is compared no more; of one that opened again it is."""
    its = _priced(0.4, 0.45)
    offer = its.quotes
    closed = replace(
        offer, at=offer.at + (1 if later else -1), bid=np.array([np.nan]), ask=np.array([np.nan]), comparable=np.array([False])
    )
    closed = replace(closed, is_open=np.array([False]))
    rows = (offer, closed) if later else (closed, offer)
    quotes = QuoteHistory(*(np.concatenate([getattr(row, its.name) for row in rows]) for its in fields(QuoteHistory)))
    found = price_contract(its.contract, _answer(_probability(0.3, [0.1, 0.6])), quotes, known_deviation(), (), as_of=AS_OF)
    assert (found.why_not, found.comparison is None) == (why_not, bool(later))


@pytest.mark.parametrize(
    ("given", "annulled", "void"), [(1.0, None, 0.0), (0.3, None, 0.7), (1.0, 0.7, 0.7), (0.5, 0.4, 0.7), (None, None, 0.0)]
)
def test_a_contract_is_void_where_its_question_is(given: float | None, annulled: float | None, void: float) -> None:
    """What is bought of it gains only where there is something to settle: (1 - void) times the difference from the price, less the fee."""
    its = _priced(0.6, 0.62)
    answer = _answer(_probability(0.8, [0.7, 0.9]))
    answer["given_probability"] = given
    if annulled is not None:
        answer["annulment"] = {"probability": annulled, "error": 0.0}
    for own_void in (0.0, 0.1):
        found = price_contract(its.contract, answer, its.quotes, known_deviation(void=own_void), (), as_of=AS_OF)
        assert found.question_void == pytest.approx(void)
        assert found.comparison is not None
        assert found.comparison.fair.value == pytest.approx(0.8)
        assert found.comparison.purchase is not None
        assert found.comparison.purchase.gain == pytest.approx((1 - void) * (1 - own_void) * (0.8 - 0.62))


def test_a_question_that_people_answer_is_not_compared() -> None:
    """It says that a model is what is missing; one whose model has no answer says that."""
    its = _priced(0.4, 0.45)
    reasons = [
        price_contract(its.contract, answer, its.quotes, known_deviation(), (), as_of=AS_OF).why_not for answer in (None, _answer(None))
    ]
    assert reasons == ["no model answers our question, and what people say of it is not compared", "our question has no answer"]


def test_quotes_after_the_day_are_not_seen() -> None:
    """A quote after the end of the as-of day compares nothing."""
    its = _priced(0.4, 0.45)
    later = price_contract(its.contract, None, its.quotes, known_deviation(), (), as_of=date(2026, 1, 1))
    assert len(later.quotes) == 0
    assert its.comparison is not None
    assert days_to_resolution(its.contract, AS_OF) is None
    assert make_chance(0.3, (0.2, 0.4), is_open=False).interval == (0.2, 0.4)
