"""How much of which contracts to buy: joint Kelly stakes over the simulated paths of their questions.  Advice alone: nothing is ordered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from forecast.actions.contract_draws import draw_contracts
from forecast.actions.contract_offers import ContractMarket, collateral_groups, currency_of, offered_contract
from forecast.book.files.problems import Problem
from forecast.inference.monte_carlo import greatest_unseen
from forecast.markets.comparison.deviation import DeviationQuantiles
from forecast.markets.contract import Contract
from forecast.markets.faults import MarketFault
from forecast.markets.sides import ContractSide
from forecast.markets.stakes.advice import DEFAULT_FRACTION, StakeAdvice, StakeTerms, advise_stakes
from forecast.markets.stakes.model_weight import STATED, ModelWeight
from forecast.markets.stakes.outcome_tilting import MARGINAL_TOLERANCE
from forecast.markets.stakes.stake_problem import Holding, Limits
from forecast.model.settings import Purpose, generator
from forecast.predict.analysis import EngineResult

DEFAULT_BANKROLL = 1_000.0


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
class StakeResult:
    """Advice on contracts, those that were left out with the reasons, and what is assumed; or why there is none."""

    advice: StakeAdvice | None = None
    contracts: tuple[Contract, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    currency: str = "USD"
    request: StakeRequest = field(default_factory=StakeRequest)
    as_of: date | None = None
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def stake_contracts(
    markets: Sequence[ContractMarket],
    results: Mapping[str, EngineResult],
    deviations: Mapping[str, DeviationQuantiles],
    held: Mapping[str, Sequence[HeldContract]],
    request: StakeRequest,
    *,
    at: datetime,
    seed: int,
) -> StakeResult:
    """Return advice on contracts whose topics' results are at hand; raise ``MarketFault`` or ``Unsound`` where there is none."""
    left_out: dict[str, str] = {}
    kept: list[ContractMarket] = []
    for market in markets:
        try:
            offered_contract(market, doubt=0.0, at=at)
            kept.append(market)
        except MarketFault as fault:
            left_out[market.contract.name] = fault.message
    contracts = tuple(market.contract for market in kept)
    currency = currency_of(contracts)
    if not contracts:
        return StakeResult(None, (), left_out, currency, request)
    names = {its.name for its in contracts}
    rng = generator(seed, *sorted(names), Purpose.STAKES)
    used = {topic: results[topic] for topic in sorted({its.topic for its in contracts})}
    draws = draw_contracts(contracts, used, {name: its for name, its in deviations.items() if name in names}, rng)
    offered = [offered_contract(market, doubt=float(doubt), at=at) for market, doubt in zip(kept, draws.doubts, strict=True)]
    holdings = tuple(
        Holding(index, each.side, each.count, each.paid) for index, its in enumerate(contracts) for each in held.get(its.name, ())
    )
    terms = StakeTerms(request.bankroll, request.fraction, request.weight, request.limits, holdings, collateral_groups(contracts))
    advice = advise_stakes(
        offered, chosen_on=draws.chosen_on, reported_on=draws.reported_on, terms=terms, greatest_unseen=greatest_unseen, rng=rng
    )
    notes = tuple(_notes(kept, advice, used, deviations))
    return StakeResult(advice, contracts, left_out, currency, request, notes=notes)


def _notes(
    markets: Sequence[ContractMarket],
    advice: StakeAdvice,
    results: Mapping[str, EngineResult],
    deviations: Mapping[str, DeviationQuantiles],
) -> Iterator[str]:
    """What is assumed, and what a reader must know to judge the stakes, in sentences."""
    bought = [each for each in advice.contracts if each.order.count]
    if len(bought) == 1:
        yield "There is one bet, and for one bet only the mean of its chance matters, however uncertain that chance is."
    if len(results) > 1:
        yield f"The topics {_and(sorted(results))} have no link, and are treated as independent."
    for topic, result in results.items():
        if not result.posterior.diagnostics.sound:
            yield f"The engine does not vouch for the draws of topic {topic}; `forecast update` says why."
    unsaid = [each.contract.name for each in markets if each.contract.name not in deviations]
    if unsaid:
        yield f"Nothing is said about how {_and(unsaid)} may end otherwise than its question, so it is taken to end as that does."
    deep = [each.contract.name for each in markets if not each.depth_is_known]
    if deep:
        yield f"How many contracts of {_and(deep)} are offered is not known, so that slippage is not counted: import an order book."
    if any(each.contract.currency == "USDC" for each in markets):
        yield "A USDC is counted as a dollar."
    contracts = [each.contract for each in markets]
    for group in collateral_groups(contracts):
        yield f"{_and([contracts[index].name for index in group])} exclude each other and share collateral: NO of several locks what they cost less what they are certain to pay."
    if advice.missed > MARGINAL_TOLERANCE:
        yield f"The pooled chances contradict in part how the contracts depend on each other in the model; those used are up to {100 * advice.missed:.1f} points away."


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
