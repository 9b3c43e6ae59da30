"""Advice on several contracts at once: pool, edges, the joint Kelly stake of part of the bankroll, orders, and what these come to on other draws.

Fractional Kelly: a fraction F of wealth is put at risk and the rest kept, so that log growth is that of F of the wealth.  Where prices do not
move with the stake, that is F times the Kelly stake; and who has bought it and asks again is told to buy no more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from forecast.language.arrays import Array
from forecast.markets.faults import MarketFault
from forecast.markets.fee_schedules import FeeSchedule
from forecast.markets.makers.cpmm import CpmmPool
from forecast.markets.order_book import OrderBook, offers_to_buyer
from forecast.markets.sides import ContractSide
from forecast.markets.stakes.drawdown import BETS, Drawdown, simulate_drawdown
from forecast.markets.stakes.edges import Edge, edge_of
from forecast.markets.stakes.joint_kelly import joint_kelly_stake, log_growth
from forecast.markets.stakes.joint_outcomes import PAYS_NO, PAYS_YES, VOID, JointOutcomes
from forecast.markets.stakes.kelly import BinaryChances
from forecast.markets.stakes.legs import Leg, Trade, leg_on_levels, leg_on_pool
from forecast.markets.stakes.model_weight import STATED, ModelWeight
from forecast.markets.stakes.order_sizes import OrderRules, orders_below
from forecast.markets.stakes.pooled_outcomes import PooledOutcomes, pool_outcomes
from forecast.markets.stakes.stake_problem import Holding, Limits, StakeProblem, gains, locked_capital, value_of_holdings

DEFAULT_FRACTION = 0.25
LEAST_STAKE = 1e-4  # of cash, below which the optimum is nothing but for rounding


@dataclass(frozen=True, slots=True)
class OfferedContract:
    """A contract as it may be traded now: its book with fees, or a maker's pool; ``market`` is the price of YES that is pooled.

    ``doubt`` is the standard deviation that is stated for the model's chance that YES pays; ``refund`` the share of a price that a void contract gives
    back; orders are multiples of ``step``, from ``minimum`` on.
    """

    name: str
    market: float
    book: OrderBook | None = None
    fees: FeeSchedule | None = None
    pool: CpmmPool | None = None
    refund: float = 1.0
    doubt: float = 0.0
    step: Decimal = Decimal(1)
    minimum: Decimal = Decimal(0)

    def leg(self, contract: int, side: ContractSide) -> Leg | None:
        """What may be bought of one side; None where nobody sells it."""
        if self.pool is not None:
            return leg_on_pool(contract, side, self.pool)
        if self.book is None or self.fees is None:
            raise MarketFault(f"`{self.name}` has neither a book with fees nor a pool")
        return leg_on_levels(contract, side, offers_to_buyer(self.book, side), self.fees.fee_of_contract)

    def order_rules(self, side: ContractSide) -> OrderRules:
        """How one side is ordered."""
        levels = () if self.book is None else offers_to_buyer(self.book, side)
        return OrderRules(levels, self.fees, self.step, self.minimum)


@dataclass(frozen=True, slots=True)
class StakeTerms:
    """How much to risk: cash, the fraction of Kelly, the model's weight in the pool, limits, what is held, and groups with shared collateral."""

    cash: float
    fraction: float = DEFAULT_FRACTION
    weight: ModelWeight = STATED
    limits: Limits = field(default_factory=Limits)
    held: tuple[Holding, ...] = ()
    groups: tuple[tuple[int, ...], ...] = ()
    bets: int = BETS

    def __post_init__(self) -> None:
        if not (0 < self.fraction <= 1 and self.cash > 0):
            raise MarketFault("cash is above 0, and a fraction of Kelly lies above 0 and up to 1")


@dataclass(frozen=True, slots=True)
class ContractAdvice:
    """What to do with one contract.  Chances are those that YES pays where it is not void; ``void`` is the chance that it is.

    ``edge`` is that of the better side, None where nobody sells either; ``refusal`` says why nothing is bought.  ``is_bounded`` where no draw has
    one of its sides paying, so that the model's chance is a bound.
    """

    name: str
    model: float
    market: float
    pooled: float
    void: float
    edge: Edge | None
    order: Trade
    expected_gain: float
    refusal: str = ""
    is_bounded: bool = False


@dataclass(frozen=True, slots=True)
class Overheld:
    """What is held, by its expected value all of which may be lost, where that leaves nothing of the part of wealth that is ``at_risk``."""

    worth: float
    at_risk: float
    wealth: float

    @property
    def least_fraction(self) -> float:
        """The fraction of wealth above which there is room for more."""
        return self.worth / self.wealth


@dataclass(frozen=True, slots=True)
class StakeAdvice:
    """All contracts; ``growth`` is the expected log growth of all wealth on the draws that did not choose, ``chosen_growth`` on those that did.

    ``locked`` is what is spent, less what exclusive NO are certain to pay.  ``missed`` is how far a price is from those that
    are compatible with the other prices, where chances had to be pooled together (``is_joint``), and ``gap`` how much the optimum may exceed the stake, in log growth.
    """

    contracts: tuple[ContractAdvice, ...]
    growth: float
    chosen_growth: float
    expected_gain: float
    locked: float
    drawdown: Drawdown
    unseen: float
    is_joint: bool
    missed: float
    gap: float
    overheld: Overheld | None = None


def advise_stakes(
    contracts: Sequence[OfferedContract],
    *,
    chosen_on: JointOutcomes,
    reported_on: JointOutcomes,
    terms: StakeTerms,
    greatest_unseen: Callable[[float], float],
    rng: np.random.Generator,
    model: Array | None = None,
) -> StakeAdvice:
    """Return what to buy of each contract, chosen on one set of joint outcomes and reported on another.

    ``greatest_unseen`` gives the greatest chance that so many independent draws leave to what none of them has; ``model`` are the model's
    chances as ``pool_outcomes`` takes them.  Where what is held is worth more than the fraction of wealth that is put at risk, nothing more
    is bought.  Raises ``MarketFault`` where the pooled chances contradict the draws, or no optimum is found.
    """
    prices, refunds = np.array([each.market for each in contracts]), np.array([each.refund for each in contracts])
    choice = pool_outcomes(chosen_on, prices, refunds, weight=terms.weight.value, greatest_unseen=greatest_unseen, model=model)
    edges = [_better_edge(index, each, choice) for index, each in enumerate(contracts)]
    overheld = _overheld_position(choice.outcomes, refunds, terms)
    wanted = [(index, edge) for index, edge in enumerate(edges) if edge is not None and edge.suffices and overheld is None]
    legs = tuple(leg for index, edge in wanted if (leg := contracts[index].leg(index, edge.side)) is not None)
    fraction = terms.fraction if overheld is None else 1.0  # then there are no legs, and nothing to choose
    problem = _problem(contracts, choice.outcomes, legs, terms, greatest_unseen, fraction=fraction)
    stake = joint_kelly_stake(problem)
    orders = orders_below(problem, stake.trades, [contracts[leg.contract].order_rules(leg.side) for leg in legs])
    report = pool_outcomes(reported_on, prices, refunds, weight=terms.weight.value, greatest_unseen=greatest_unseen, model=model)
    whole, other = (_problem(contracts, its.outcomes, legs, terms, greatest_unseen, fraction=1.0) for its in (choice, report))
    made = []
    for index, each in enumerate(contracts):
        at = next((place for place, leg in enumerate(legs) if leg.contract == index), None)
        order, trade = (Trade(), Trade()) if at is None else (orders[at], stake.trades[at])
        alone = [order if place == at else Trade() for place in range(len(legs))]
        made.append(
            ContractAdvice(
                each.name,
                model=float(choice.model[index]),
                market=each.market,
                pooled=float(choice.pooled[index]),
                void=float(choice.outcomes.chances(VOID)[index]),
                edge=edges[index],
                order=order,
                expected_gain=float(other.outcomes.weights @ gains(other, alone)),
                refusal="" if order.count else _refusal(edges[index], trade, overheld, least=LEAST_STAKE * terms.cash),
                is_bounded=not (chosen_on.chances(PAYS_YES)[index] and chosen_on.chances(PAYS_NO)[index]),
            )
        )
    ratios, weights = _wealth_ratios(other, orders)
    return StakeAdvice(
        tuple(made),
        growth=log_growth(other, orders),
        chosen_growth=log_growth(whole, orders),
        expected_gain=float(other.outcomes.weights @ gains(other, orders)),
        locked=locked_capital(problem, orders),
        drawdown=simulate_drawdown(ratios, weights, rng, bets=terms.bets),
        unseen=other.unseen,
        is_joint=choice.is_joint,
        missed=max(choice.missed, report.missed),
        gap=stake.gap,
        overheld=overheld,
    )


def _overheld_position(outcomes: JointOutcomes, refunds: Array, terms: StakeTerms) -> Overheld | None:
    """What is held, where losing it would take all that the fraction puts at risk; None where that is more."""
    held = value_of_holdings(outcomes.rows, terms.held, refunds)
    worth = float(outcomes.weights @ held)
    wealth = terms.cash + worth
    return None if worth < terms.fraction * wealth else Overheld(worth, terms.fraction * wealth, wealth)


def _better_edge(index: int, contract: OfferedContract, choice: PooledOutcomes) -> Edge | None:
    """The edge of the side with the larger one; None where nobody sells either."""
    outcomes = choice.outcomes
    chances = {"yes": outcomes.chances(PAYS_YES)[index], "no": outcomes.chances(PAYS_NO)[index]}
    void = float(outcomes.chances(VOID)[index])
    sides: tuple[ContractSide, ...] = ("yes", "no")
    edges = [
        edge_of(
            side,
            BinaryChances(float(chances[side]), void, contract.refund),
            leg.first_offer,
            error=float(choice.errors[index]) * (1 - void),
            doubt=contract.doubt * float(choice.slopes[index]) + choice.missed,
        )
        for side in sides
        if (leg := contract.leg(index, side)) is not None
    ]
    return max(edges, key=lambda edge: edge.value, default=None)


def _problem(
    contracts: Sequence[OfferedContract],
    outcomes: JointOutcomes,
    legs: tuple[Leg, ...],
    terms: StakeTerms,
    greatest_unseen: Callable[[float], float],
    *,
    fraction: float,
) -> StakeProblem:
    """The problem in which a fraction of wealth is at risk: cash, and what is held at its expected value."""
    refunds = np.array([each.refund for each in contracts])
    held = value_of_holdings(outcomes.rows, terms.held, refunds)
    worth = float(outcomes.weights @ held)
    kept = (1 - fraction) * (terms.cash + worth)
    return StakeProblem(
        outcomes,
        legs,
        terms.cash + held - kept,
        terms.cash,
        refunds,
        greatest_unseen(outcomes.effective),
        terms.cash - kept,
        terms.limits,
        terms.groups,
        terms.held,
    )


def _wealth_ratios(problem: StakeProblem, orders: Sequence[Trade]) -> tuple[Array, Array]:
    """Wealth after orders over wealth before on each state and, last, where all that is locked is lost, with their probabilities."""
    ratios = 1 + gains(problem, orders) / problem.wealth
    worst = 1 - locked_capital(problem, orders) / problem.unseen_wealth
    return np.append(ratios, worst), np.append((1 - problem.unseen) * problem.outcomes.weights, problem.unseen)


def _refusal(edge: Edge | None, wanted: Trade, overheld: Overheld | None, *, least: float) -> str:
    if edge is None:
        return "nobody sells either side"
    if edge.refusal:
        return edge.refusal
    if overheld is not None:
        return "what is held already takes up all that is put at risk"
    if wanted.spent > least:
        return "the stake is less than the smallest order"
    return "beside the other contracts and within the limits nothing is left for it"
