"""A contract with the chance of its question and its quotes: what is offered, what is fair, and which price is to be explained.

Quotes and contracts are no input of a model: what is compared with a price has never seen it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from forecast.book.calendar import ONE_DAY
from forecast.markets.comparison.deviation import (
    Deviation,
    DeviationQuantiles,
    chance_at_price,
    draw_deviations,
    known_deviation,
)
from forecast.markets.comparison.price_comparison import ContractTerms, OurChance, PriceComparison, compare_price
from forecast.markets.comparison.quote_history import QuoteHistory
from forecast.markets.contract import Contract
from forecast.markets.faults import MarketFault
from forecast.markets.files.contract_fees import fees_in_force
from forecast.markets.quote_table import microseconds_of, moment_of
from forecast.schema.answers import AnswerContent, is_probability, is_shares

DEVIATION_DRAWS = 4_096

NO_ANSWER = "our question has no answer"
NO_MODEL = "no model answers our question, and what people say of it is not compared"
NO_QUOTE = "no quote for it is on record, and `forecast market import` adds one"
NO_OFFER = "no offer that stands is on record for it, only trades, midpoints that the venue carries forward, or quotes from a closed market"
MARKET_CLOSED = "its market was closed when it was quoted last"
CERTAINLY_VOID = "it is certainly void"


@dataclass(frozen=True, slots=True)
class SpokenChance:
    """What was said of a question at a moment, in microseconds since the beginning of 1970."""

    at: int
    day: str
    chance: OurChance


@dataclass(frozen=True, slots=True)
class PricedContract:
    """A contract with what is needed of it: the chance of its question, terms with draws of its deviation, quotes, the newest offer, and fees.

    ``why_not`` says why it cannot be compared; ``no_fees`` why the comparison is without fees.  ``question_void`` is the chance that its question
    is void or annulled, and the contract with it.
    """

    contract: Contract
    chance: OurChance | None
    terms: ContractTerms
    quotes: QuoteHistory
    spoken: tuple[SpokenChance, ...]
    comparison: PriceComparison | None
    why_not: str
    no_fees: str
    question_void: float = 0.0

    @property
    def offered_at(self) -> int | None:
        """When the newest offer was quoted, in microseconds since the beginning of 1970."""
        offers = self.quotes.offers
        return int(offers.at[-1]) if len(offers) else None

    @property
    def price_to_explain(self) -> float | None:
        """The offered price of YES that is nearest to the fair price, where this lies outside bid and ask; else None."""
        its = self.comparison
        if its is None or its.verdict == "within the spread":
            return None
        return its.ask if its.ask is not None and its.fair.value > its.ask else its.bid

    def chance_at(self, price: float) -> float:
        """The chance of our question at which a price of YES is fair.  Raises ``MarketFault`` where the contract says nothing of it."""
        ours = price if self.contract.side == "yes" else 1 - price
        return chance_at_price(ours, self.terms.deviation, refund=self.terms.refund)


def drawn_deviations(contracts: Sequence[Contract], rng: np.random.Generator) -> dict[str, Deviation]:
    """Return draws of the deviations of contracts, by their names; one without priors ends as its question does."""
    believed = {
        its.name: DeviationQuantiles(
            its.deviations.yes_if_yes.quantiles, its.deviations.yes_if_no.quantiles, its.deviations.void.quantiles, its.settlement_source
        )
        for its in contracts
        if its.deviations is not None
    }
    drawn = draw_deviations(believed, rng, draws=DEVIATION_DRAWS)
    return {its.name: drawn.get(its.name, known_deviation()) for its in contracts}


def chance_of_answer(answer: AnswerContent, label: str) -> OurChance | None:
    """Return the chance that an answer gives to its question, or to a class; None where it has none.

    Where no path of an open question came to it, or all did, the interval reaches as far as that may be so by chance.
    """
    value = answer["value"]
    if value is None:
        return None
    is_open = answer["status"] in {"open", "annulled"}
    if is_probability(value, answer["kind"]):
        low, high = value["chance"] or (None, None)
        its = make_chance(value["value"], None if low is None or high is None else (low, high), is_open=is_open)
        return OurChance(its.value, (min(its.interval[0], value.get("at_least", 1.0)), max(its.interval[1], value.get("at_most", 0.0))))
    if is_shares(value, answer["kind"]):
        return make_chance(next((its["value"] for its in value["shares"] if its["label"] == label), 0.0), None, is_open=is_open)
    return None


def make_chance(value: float, interval: tuple[float, float] | None, *, is_open: bool) -> OurChance:
    """Return a chance with its 5 to 95 % interval given the parameters, or with what stands for one where none is known.

    Where the record decides there is no doubt.  A question that parameters alone decide has a chance of 0 or 1 on each draw; so its
    interval, and that taken for a class, which has none of its own, goes from 0 to 1 but where one of them has 95 %.
    """
    if interval is not None:
        return OurChance(value, interval)
    return OurChance(value, (0.0 if value < 0.95 else 1.0, 1.0 if value > 0.05 else 0.0) if is_open else (value, value))


def chance_of_void(answer: AnswerContent) -> float:
    """Return the chance that a question is void, because its condition fails, or annulled."""
    given, annulment = answer["given_probability"], answer.get("annulment")
    asked = 1.0 if given is None or not answer["given"] else min(given, 1.0)  # a sum of weights, which may round to above 1
    return 1 - asked * (1.0 if annulment is None else 1 - annulment["probability"])


def price_contract(
    contract: Contract,
    answer: AnswerContent | None,
    quotes: QuoteHistory,
    deviation: Deviation,
    spoken: Sequence[SpokenChance],
    *,
    as_of: date,
) -> PricedContract:
    """Return a contract compared with its newest offer as of a day's end; ``spoken`` are answers of days before."""
    end = last_moment_of(as_of)
    quotes = quotes.until(end)
    chance = None if answer is None else chance_of_answer(answer, contract.label)
    offers = quotes.offers
    at = int(offers.at[-1]) if len(offers) else end
    fee, no_fees = _fee_at(contract, at)
    question_void = 0.0 if answer is None else chance_of_void(answer)
    terms = ContractTerms(contract.side, deviation.with_void_question(question_void), float(contract.refund), fee)
    why_not = _why_not(answer, chance, quotes)
    comparison = None
    if chance is not None and not why_not:
        bid, ask = (None if np.isnan(its[-1]) else float(its[-1]) for its in (offers.bid, offers.ask))
        try:
            comparison = compare_price(chance, terms, bid=bid, ask=ask, days=days_to_resolution(contract, as_of))
        except MarketFault:
            why_not = CERTAINLY_VOID
    spoken = tuple(spoken) if chance is None else (*spoken, SpokenChance(end, as_of.isoformat(), chance))
    return PricedContract(contract, chance, terms, quotes, spoken, comparison, why_not, no_fees, question_void)


def _why_not(answer: AnswerContent | None, chance: OurChance | None, quotes: QuoteHistory) -> str:
    """Why a contract cannot be compared; nothing where it can."""
    if chance is None:
        return NO_MODEL if answer is None else NO_ANSWER
    if not len(quotes):
        return NO_QUOTE
    if quotes.has_closed:
        return MARKET_CLOSED
    return "" if len(quotes.offers) else NO_OFFER


def days_to_resolution(contract: Contract, as_of: date) -> int | None:
    """Return the days from a day to a contract's deadline; None where it has none, and 0 where that has passed."""
    return None if contract.deadline is None else max(0, (contract.deadline.date() - as_of).days)


def _fee_at(contract: Contract, at: int) -> tuple[Callable[[float], float], str]:
    """The taker's fee of one contract at a moment, by its price, and why it is not known."""
    try:
        schedule = fees_in_force(contract, moment_of(at))
    except MarketFault as fault:
        return _no_fee, fault.message
    return schedule.fee_of_contract, ""


def _no_fee(_price: float) -> float:
    return 0.0


def last_moment_of(day: date) -> int:
    """Return the last microsecond of a day in UTC, in microseconds since the beginning of 1970."""
    return microseconds_of(datetime.combine(day + ONE_DAY, time(), UTC) - timedelta(microseconds=1))
