"""What a joint stake is chosen for: outcomes, what may be bought, wealth in each outcome, cash, limits, and shared collateral."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from forecast.language.arrays import Array
from forecast.markets.faults import MarketFault
from forecast.markets.sides import ContractSide
from forecast.markets.stakes.joint_outcomes import VOID, JointOutcomes, OutcomeRows, paying_outcome
from forecast.markets.stakes.legs import Leg, Trade


@dataclass(frozen=True, slots=True)
class Holding:
    """Contracts of one side that are held already, and what was paid for them without fees, which decides what a void contract gives back."""

    contract: int
    side: ContractSide
    count: float
    paid: float


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that may be spent, fees included, in currency units: on one contract, and on all together."""

    each: float = inf
    total: float = inf

    def __post_init__(self) -> None:
        if not (self.each >= 0 and self.total >= 0):
            raise MarketFault(f"a limit is no less than 0, not {self.each} and {self.total}")


@dataclass(frozen=True, slots=True)
class StakeProblem:
    """What is needed to choose trades.

    ``wealth`` is what may be lost if nothing is bought, on each of the states of ``outcomes`` ``(states,)``, and ``cash`` what may be spent.
    ``refunds`` ``(contracts,)`` are the shares of the price that void contracts give back; fees never come back.

    ``unseen`` is the probability of an outcome that no draw has, and ``unseen_wealth`` the wealth there before anything is bought; in it
    all that is locked as collateral is lost.  Without it a bet that wins on every draw would take everything.

    ``groups`` are contracts of which the venue lets at most one pay yes, and which share collateral: holding NO of several locks what they
    cost less what they are certain to pay (Kalshi's collateral return, Polymarket's conversion of negative risk).  Others lock their cost in full.
    """

    outcomes: JointOutcomes
    legs: tuple[Leg, ...]
    wealth: Array
    cash: float
    refunds: Array
    unseen: float
    unseen_wealth: float
    limits: Limits = Limits()
    groups: tuple[tuple[int, ...], ...] = ()
    held: tuple[Holding, ...] = ()

    def __post_init__(self) -> None:
        contracts = self.outcomes.contracts
        if self.wealth.shape != self.outcomes.weights.shape or self.refunds.shape != (contracts,):
            raise MarketFault("there is one wealth for each state, and one refund for each contract")
        if not ((self.refunds >= 0) & (self.refunds <= 1)).all() or not 0 <= self.unseen < 1 or not 0 <= self.cash < inf:
            raise MarketFault("refunds lie between 0 and 1, the chance of the unseen below 1, and cash is no less than 0")
        if not (self.wealth > 0).all() or (self.unseen and not self.unseen_wealth > 0):
            raise MarketFault(
                "what is held already may lose all that this fraction of the bankroll puts at risk",
                "sell some of it, or choose a larger --fraction",
            )
        if any(not 0 <= leg.contract < contracts for leg in self.legs):
            raise MarketFault(f"a leg is of one of {contracts} contracts, counted from 0")
        members = [contract for group in self.groups for contract in group]
        if len(members) != len(set(members)) or any(not 0 <= each < contracts for each in members):
            raise MarketFault("a contract is in one group at most")

    @property
    def unit(self) -> float:
        """What may be lost where that is least, or the cash if it is less: spends are numbers of about this size."""
        least = float(self.wealth.min())
        return min(self.cash, least, self.unseen_wealth) if self.unseen else min(self.cash, least)


def payoffs(rows: OutcomeRows, leg: Leg) -> Array:
    """What one contract of a leg pays on each state, a void one nothing, ``(states,)``."""
    paid: Array = (rows[:, leg.contract] == paying_outcome(leg.side)).astype(float)
    return paid


def gains(problem: StakeProblem, trades: Sequence[Trade]) -> Array:
    """What trades bring on each state, less cost and fees, ``(states,)``; where a contract is void, its refund of the cost."""
    rows = problem.outcomes.rows
    total = np.zeros(len(rows))
    for leg, trade in zip(problem.legs, trades, strict=True):
        back = problem.refunds[leg.contract] * trade.cost * (rows[:, leg.contract] == VOID)
        total += trade.count * payoffs(rows, leg) + back - trade.spent
    return total


def value_of_holdings(rows: OutcomeRows, held: Sequence[Holding], refunds: Array) -> Array:
    """What is held pays on each state, ``(states,)``."""
    total = np.zeros(len(rows))
    for its in held:
        outcome = rows[:, its.contract]
        total += its.count * (outcome == paying_outcome(its.side)) + refunds[its.contract] * its.paid * (outcome == VOID)
    return total


def locked_capital(problem: StakeProblem, trades: Sequence[Trade]) -> float:
    """What trades lock as collateral: cost and fees, less what exclusive NO are certain to pay, beyond what those held pay already."""
    spent = sum(trade.spent for trade in trades)
    return spent - sum(
        certain_payout(no_counts(problem, group, trades)) - certain_payout(no_counts(problem, group, None)) for group in problem.groups
    )


def no_counts(problem: StakeProblem, group: Sequence[int], trades: Sequence[Trade] | None) -> Array:
    """How many NO of each contract of a group are held, and bought where there are ``trades``, ``(members,)``."""
    counts = dict.fromkeys(group, 0.0)
    for its in problem.held:
        if its.contract in counts and its.side == "no":
            counts[its.contract] += its.count
    for leg, trade in zip(problem.legs, trades or (), strict=trades is not None):
        if leg.contract in counts and leg.side == "no":
            counts[leg.contract] += trade.count
    return np.array(list(counts.values()))


def certain_payout(counts: Array) -> float:
    """What NO of exclusive contracts pay whichever of them ends in yes: all but the largest holding."""
    return float(counts.sum() - counts.max(initial=0.0))
