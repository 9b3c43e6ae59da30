"""Joint stakes on contracts whose markets and topics' results are at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial

import numpy as np

from forecast.actions.contract_draws import chance_of_yes, draw_contracts
from forecast.actions.contract_offers import ContractMarket, collateral_groups, currency_of, offered_contract
from forecast.actions.stake_notes import stake_notes
from forecast.book.files.problems import Problem
from forecast.inference.monte_carlo import greatest_unseen
from forecast.language.arrays import Array
from forecast.markets.comparison.price_comparison import OurChance
from forecast.markets.contract import Contract
from forecast.markets.faults import MarketFault
from forecast.markets.sides import ContractSide
from forecast.markets.stakes.advice import DEFAULT_FRACTION, StakeAdvice, StakeTerms, advise_stakes
from forecast.markets.stakes.model_weight import STATED, ModelWeight
from forecast.markets.stakes.outcome_tilting import ContradictoryChances
from forecast.markets.stakes.stake_problem import Holding, Limits
from forecast.model.settings import Purpose, generator
from forecast.predict.analysis import EngineResult

DEFAULT_BANKROLL = 1_000.0
NEAR_CERTAIN = 1e-4  # the chance at which a stake is worked out where the end of an interval is 0


@dataclass(frozen=True, slots=True)
class StakeRequest:
    """What to stake: cash in the contracts' currency, the fraction of Kelly, the model's weight, and limits in that currency."""

    bankroll: float = DEFAULT_BANKROLL
    fraction: float = DEFAULT_FRACTION
    weight: ModelWeight = STATED
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class HeldContract:
    """Contracts of one side that are held, and what was paid for them without fees."""

    side: ContractSide
    count: float
    paid: float


@dataclass(frozen=True, slots=True)
class StakeAtChance:
    """What would be bought of one contract if the model's chance of its YES were another, and the others' as they are: the side, how many, and for how much."""

    chance: float
    side: ContractSide | None
    count: float
    spent: float


@dataclass(frozen=True, slots=True)
class StakeResult:
    """Advice on contracts, those that were left out with the reasons, and what is assumed; or why there is none.

    ``quote_ages`` are those of the prices that the advice rests on, by contract, and ``ranges`` what would be bought at both ends of the
    90 % interval of our chance.
    """

    advice: StakeAdvice | None = None
    contracts: tuple[Contract, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    currency: str = "USD"
    request: StakeRequest = field(default_factory=StakeRequest)
    as_of: date | None = None
    quote_ages: Mapping[str, timedelta] = field(default_factory=dict)
    ranges: Mapping[str, tuple[StakeAtChance, StakeAtChance]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def stake_contracts(
    markets: Sequence[ContractMarket],
    results: Mapping[str, EngineResult],
    held: Mapping[str, Sequence[HeldContract]],
    request: StakeRequest,
    *,
    at: datetime,
    seed: int,
    chances: Mapping[str, OurChance] | None = None,
) -> StakeResult:
    """Return advice on contracts whose topics' results are at hand; raise ``MarketFault`` or ``Unsound`` where there is none.

    ``chances`` are those of the published answers to the contracts' questions, by contract: the draws are weighed so that they have them.
    """
    left_out: dict[str, str] = {}
    kept: list[ContractMarket] = []
    for market in markets:
        try:
            offered_contract(market, doubt=0.0, at=at)
            kept.append(market)
        except MarketFault as fault:
            left_out[market.contract.name] = fault.reason
    currency = currency_of([market.contract for market in kept])
    while kept:
        try:
            advised = _stake_on(kept, results, held, request, at=at, seed=seed, published=chances or {})
            return replace(advised, left_out=left_out, currency=currency)
        except ContradictoryChances as fault:
            left_out[kept.pop(fault.contract).contract.name] = fault.reason
    return StakeResult(None, (), left_out, currency, request)


def _stake_on(
    kept: Sequence[ContractMarket],
    results: Mapping[str, EngineResult],
    held: Mapping[str, Sequence[HeldContract]],
    request: StakeRequest,
    *,
    at: datetime,
    seed: int,
    published: Mapping[str, OurChance],
) -> StakeResult:
    """Advice on contracts that can all be traded; raise ``ContradictoryChances`` where their pooled chances cannot stand together."""
    contracts = tuple(market.contract for market in kept)
    rng = generator(seed, *sorted(its.name for its in contracts), Purpose.STAKES)
    used = {topic: results[topic] for topic in sorted({its.topic for its in contracts})}
    draws = draw_contracts(contracts, used, rng)
    offered = [offered_contract(market, doubt=float(doubt), at=at) for market, doubt in zip(kept, draws.doubts, strict=True)]
    holdings = tuple(
        Holding(index, each.side, each.count, each.paid) for index, its in enumerate(contracts) for each in held.get(its.name, ())
    )
    terms = StakeTerms(request.bankroll, request.fraction, request.weight, request.limits, holdings, collateral_groups(contracts))
    model = np.full((len(contracts), 3), np.nan)  # of each contract, at our chance, and at both ends of its interval
    for index, (its, deviation) in enumerate(zip(contracts, draws.deviations, strict=True)):
        ours = published.get(its.name)
        if ours is not None and 0 < ours.value < 1:
            model[index] = [chance_of_yes(its, chance, deviation) for chance in (ours.value, *ours.interval)]

    def advise(chances: Array, terms: StakeTerms) -> StakeAdvice:
        return advise_stakes(
            offered,
            chosen_on=draws.chosen_on,
            reported_on=draws.reported_on,
            terms=terms,
            greatest_unseen=greatest_unseen,
            rng=rng,
            model=chances,
        )

    advice = advise(model[:, 0], terms)
    ranges = {}
    for index, its in enumerate(contracts):
        ours = published.get(its.name)
        if ours is not None and ours.has_range and np.isfinite(model[index]).all() and model[index, 1] != model[index, 2]:
            ends = [_at_chance(index, float(end), model[:, 0], partial(advise, terms=replace(terms, bets=1))) for end in model[index, 1:]]
            ranges[its.name] = (min(ends, key=lambda end: end.chance), max(ends, key=lambda end: end.chance))
    notes = stake_notes(kept, advice, used)
    ages = {market.contract.name: at - market.at for market in kept}
    return StakeResult(advice, contracts, request=request, quote_ages=ages, ranges=ranges, notes=notes)


def _at_chance(index: int, chance: float, model: Array, advise: Callable[[Array], StakeAdvice]) -> StakeAtChance:
    """What would be bought of a contract at another chance of the model; of one that is certain, at the nearest that draws leave open."""
    moved = model.copy()
    moved[index] = min(max(chance, NEAR_CERTAIN), 1 - NEAR_CERTAIN)
    advised = advise(moved).contracts[index]
    side = advised.edge.side if advised.edge is not None and advised.order.count else None
    return StakeAtChance(chance, side, advised.order.count, advised.order.spent)
