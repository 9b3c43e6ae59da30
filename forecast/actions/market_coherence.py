"""Whether the prices of a book's contracts hang together: what locks in a profit, what does so as expected, and fair values of ladders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from forecast.actions.check import read_checked_book
from forecast.actions.contract_ladders import ContractLadder, find_ladders
from forecast.actions.contract_offers import DOLLARS, ORDER_STEPS, ContractMarket, market_of_contract, read_market_record
from forecast.actions.contract_relations import certain_relations, claim_of, question_relations
from forecast.book.files.folder import Folder
from forecast.book.files.layout import SEEDS, choose_topics, root_problem
from forecast.book.files.problems import Place, Problem, has_errors
from forecast.book.topic import Topic
from forecast.markets.coherence.arbitrage import LockedGain, best_gain
from forecast.markets.coherence.offers import ContractOffers, levels_of_book, levels_of_interval
from forecast.markets.coherence.payouts import Payouts, certain_payouts, least_result_if_void
from forecast.markets.coherence.states import list_states, relations_among, separate_parts
from forecast.markets.contract import Contract
from forecast.markets.faults import MarketFault
from forecast.markets.files.contract_checks import question_problems
from forecast.markets.files.contract_fees import fees_in_force
from forecast.markets.files.contracts import read_contracts


@dataclass(frozen=True, slots=True)
class ArbitrageFinding:
    """Trades that bring a profit however their contracts end, and the least that they bring if contracts are void; None where none can be."""

    currency: str
    found: LockedGain
    if_void: Fraction | None
    assumed_depth: tuple[str, ...]  # contracts whose depth is not known: one order of the least size was assumed


@dataclass(frozen=True, slots=True)
class ExpectedFinding:
    """Trades with an expected value above 0 however our questions resolve; ``found.gain`` is the least of it.

    That rests on the priors of ``yes_if_yes``, ``yes_if_no`` and ``void``: contracts differ from our questions, or nobody has compared all terms.
    """

    currencies: tuple[str, ...]
    found: LockedGain
    assumed_depth: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CoherenceResult:
    """What was found as of a moment.  ``compared`` are contracts that hang together with another and can be traded; ``left_out`` has reasons."""

    at: datetime
    arbitrage: tuple[ArbitrageFinding, ...] = ()
    expected: tuple[ExpectedFinding, ...] = ()
    ladders: tuple[ContractLadder, ...] = ()
    compared: tuple[str, ...] = ()
    left_out: Mapping[str, str] | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Traded:
    contract: Contract
    offers: ContractOffers


def check_coherence(root: Path, topics: Sequence[str] | None, *, now: datetime, most_age: timedelta) -> CoherenceResult:
    """Return what the newest prices of the contracts of some topics, or of all, come to; quotes older than ``most_age`` are left out."""
    if (missing := root_problem(root)) is not None:
        return CoherenceResult(now, problems=(missing,))
    folder = Folder(root)
    names, problems = choose_topics(folder, topics)
    read = read_contracts(folder)
    if has_errors(problems) or has_errors(read.problems):
        return CoherenceResult(now, problems=(*problems, *read.problems))
    contracts = [its for its in read.contracts.values() if its.topic in names]
    used = sorted({its.topic for its in contracts})
    book, problems = read_checked_book(root, used)
    problems += tuple(
        problem for name in used if name in book.topics for problem in question_problems(book.topics[name], read.of_topic(name), ())
    )
    records = {name: read_market_record(folder, name) for name in used}
    problems += tuple(problem for _, wrong in records.values() for problem in wrong)
    if has_errors(problems):
        return CoherenceResult(now, problems=problems)
    markets, left_out = [], {}
    for its in contracts:
        try:
            markets.append(market_of_contract(its, records[its.topic][0], now=now, most_age=most_age))
        except MarketFault as fault:
            left_out[its.name] = fault.reason
    traded, untradable = _list_tradable(markets, now)
    try:
        arbitrage, compared = _find_arbitrage(traded, book.topics)
        expected, related = _find_expected(traded, book.topics, arbitrage)
        ladders = find_ladders(markets, book.topics, now=now)
    except MarketFault as fault:
        return CoherenceResult(now, problems=(*problems, Problem(Place(SEEDS), fault.message, fault.hint)))
    together = tuple(its.contract.name for its in traded if its.contract.name in compared | related)
    return CoherenceResult(now, arbitrage, expected, ladders, together, {**left_out, **untradable}, problems)


def _list_tradable(markets: Sequence[ContractMarket], now: datetime) -> tuple[list[_Traded], dict[str, str]]:
    """What can be bought at offers by level, and of what cannot the reasons by name."""
    traded, left_out = [], {}
    for market in markets:
        try:
            traded.append(_Traded(market.contract, _offers_of(market, now)))
        except MarketFault as fault:
            left_out[market.contract.name] = fault.reason
    return traded, left_out


def _offers_of(market: ContractMarket, now: datetime) -> ContractOffers:
    its = market.contract
    if market.pool is not None:
        raise MarketFault("a market maker's price changes with each trade: it is used for fair values, and not for trades")
    step = ORDER_STEPS.get(its.venue, Decimal(1))
    least = its.minimum_order or step
    yes, no = levels_of_interval(market.interval, assumed=max(least, step)) if market.book is None else levels_of_book(market.book)
    refund = None if its.deviations is not None and not its.deviations.void.mean else its.refund
    fees = fees_in_force(its, now)
    return ContractOffers(its.name, yes, no, fees, step, least, refund, market.depth_is_known)


def _find_arbitrage(traded: Sequence[_Traded], topics: Mapping[str, Topic]) -> tuple[tuple[ArbitrageFinding, ...], frozenset[str]]:
    """The arbitrages, and the contracts that hang together with another for certain, in one currency."""
    findings, compared = [], set()
    for currency in sorted({its.contract.currency for its in traded}):
        of_currency = [its for its in traded if its.contract.currency == currency]
        relations = certain_relations([its.contract for its in of_currency], topics)
        for part in separate_parts(relations, len(of_currency)):
            if len(part) < 2:
                continue
            states = list_states(relations_among(relations, part), len(part))
            offers = [of_currency[at].offers for at in part]
            compared |= {its.name for its in offers}
            found = best_gain(offers, certain_payouts(states))
            if found is not None:
                names = {trade.contract for trade in found.trades}
                voidable = any(its.refund is not None for its in offers if its.name in names)
                if_void = least_result_if_void(found.trades, offers, states) if voidable else None
                findings.append(ArbitrageFinding(currency, found, if_void, _unknown_depths(offers, names)))
    return tuple(findings), frozenset(compared)


def _find_expected(
    traded: Sequence[_Traded], topics: Mapping[str, Topic], arbitrage: Sequence[ArbitrageFinding]
) -> tuple[tuple[ExpectedFinding, ...], frozenset[str]]:
    """Trades with an expected value in every state of our questions that are no arbitrage, and the contracts that hang together by these."""
    findings, compared = [], set()
    locked = [{(trade.contract, trade.side) for trade in its.found.trades} for its in arbitrage]
    for dollars in (True, False):
        believed = [its for its in traded if its.contract.deviations is not None and (its.contract.currency in DOLLARS) == dollars]
        claims = list(dict.fromkeys(claim_of(its.contract) for its in believed))
        relations = question_relations([its.contract for its in believed], claims, topics)
        for part in separate_parts(relations, len(claims)):
            members = [its for its in believed if claims.index(claim_of(its.contract)) in part]
            if len(members) < 2:
                continue
            states = list_states(relations_among(relations, part), len(part))
            offers = [its.offers for its in members]
            compared |= {its.name for its in offers}
            columns = [part.index(claims.index(claim_of(its.contract))) for its in members]
            found = best_gain(offers, _expected_payouts(members, states[:, columns]))
            if found is not None and {(trade.contract, trade.side) for trade in found.trades} not in locked:
                names = {trade.contract for trade in found.trades}
                currencies = tuple(sorted({its.contract.currency for its in members if its.contract.name in names}))
                findings.append(ExpectedFinding(currencies, found, _unknown_depths(offers, names)))
    return tuple(findings), frozenset(compared)


def _expected_payouts(members: Sequence[_Traded], happens: NDArray[np.bool_]) -> Payouts:
    """The chances that the YES of each contract pays where our questions resolve as in ``happens``, ``(states, contracts)``."""
    columns, void = [], []
    for its, resolved in zip(members, happens.T, strict=True):
        priors = its.contract.deviations
        assert priors is not None  # only such contracts are taken
        ours = np.where(resolved, priors.yes_if_yes.mean, priors.yes_if_no.mean)
        columns.append(ours if its.contract.side == "yes" else 1 - ours)
        void.append(priors.void.mean)
    return Payouts(np.column_stack(columns), np.array(void))


def _unknown_depths(offers: Sequence[ContractOffers], names: set[str]) -> tuple[str, ...]:
    return tuple(its.name for its in offers if its.name in names and not its.depth_known)
