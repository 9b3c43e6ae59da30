"""What contracts pay in each state, for certain or as expected, and the least that trades bring over all states, in exact arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from forecast.markets.coherence.offers import ContractOffers, FilledOrder
from forecast.markets.faults import MarketFault


@dataclass(frozen=True, slots=True)
class Payouts:
    """What contracts pay, in the order in which they are given.

    ``yes`` is ``(states, contracts)``: the chance that YES pays in a state unless the contract is void, 0 or 1 where that is certain.
    ``void`` is ``(contracts,)``: the chance that it is void; then its refund comes back.
    """

    yes: Array
    void: Array

    def __post_init__(self) -> None:
        if self.yes.ndim != 2 or self.void.shape != self.yes.shape[1:] or not len(self.yes):
            raise MarketFault("payouts have a row for each state and a column for each contract")
        if not ((self.yes >= 0) & (self.yes <= 1)).all() or not ((self.void >= 0) & (self.void <= 1)).all():
            raise MarketFault("the chances that contracts pay or are void lie between 0 and 1")


def certain_payouts(states: NDArray[np.bool_]) -> Payouts:
    """Return the payouts of contracts that end as in ``states``, ``(states, contracts)``, and cannot be void."""
    return Payouts(states.astype(float), np.zeros(states.shape[1]))


def least_result(trades: Sequence[FilledOrder], offered: Sequence[ContractOffers], payouts: Payouts) -> Fraction:
    """Return the least that trades bring over all states: payouts and refunds, less cost and fees."""
    number = {its.name: at for at, its in enumerate(offered)}
    constant, by_state = Fraction(0), [Fraction(0)] * len(payouts.yes)
    for trade in trades:
        at = number[trade.contract]
        void = Fraction(float(payouts.void[at]))
        constant += void * Fraction(offered[at].refund or Decimal(0)) * Fraction(trade.cost) - Fraction(trade.cost) - Fraction(trade.fee)
        for state, chance in enumerate(payouts.yes[:, at]):
            pays = Fraction(float(chance))
            by_state[state] += (1 - void) * Fraction(trade.count) * (pays if trade.side == "yes" else 1 - pays)
    return constant + min(by_state)


def least_result_if_void(trades: Sequence[FilledOrder], offered: Sequence[ContractOffers], states: NDArray[np.bool_]) -> Fraction:
    """Return the least that trades bring where each contract that can be void may be so, whatever happens to the others."""
    refunds: Mapping[str, Decimal | None] = {its.name: its.refund for its in offered}
    number = {its.name: at for at, its in enumerate(offered)}
    spent = sum((Fraction(trade.cost) + Fraction(trade.fee) for trade in trades), Fraction(0))
    return (
        min(
            sum(
                (_worst(trade, happens=bool(state[number[trade.contract]]), refund=refunds[trade.contract]) for trade in trades),
                Fraction(0),
            )
            for state in states
        )
        - spent
    )


def _worst(trade: FilledOrder, *, happens: bool, refund: Decimal | None) -> Fraction:
    paid = Fraction(trade.count) if happens == (trade.side == "yes") else Fraction(0)
    return paid if refund is None else min(paid, Fraction(refund) * Fraction(trade.cost))
