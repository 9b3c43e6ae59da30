"""How a contract may end otherwise than our question, and what that makes of a chance, a price and a payout.

With probability ``void`` a contract is void: a share of the price paid comes back, and fees do not.  Else it pays with probability
``yes_if_yes`` where our question resolves Yes, and with ``yes_if_no`` where it resolves No.  The formulas are those of total probability
and of the expected value of a contract; "our side" is the side that pays where our question resolves Yes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from forecast.markets.faults import MarketFault
from forecast.markets.sides import ContractSide

type QuantileFunction = Callable[[Array], Array]
"""The value of a prior at levels from 0 to 1, ``(draws,)``; a number known for certain is the same at all."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """The three probabilities of one contract, single numbers or draws ``(draws,)``.  Raises ``MarketFault`` for what is no probability."""

    yes_if_yes: Array
    yes_if_no: Array
    void: Array

    def __post_init__(self) -> None:
        for name, values in (("yes_if_yes", self.yes_if_yes), ("yes_if_no", self.yes_if_no), ("void", self.void)):
            if not ((np.asarray(values) >= 0) & (np.asarray(values) <= 1)).all():
                raise MarketFault(f"`{name}` is a probability, from 0 to 1")

    def with_void_question(self, chance: float) -> Deviation:
        """Return the deviation of a contract that is void, too, where its question is void or annulled, which has this ``chance``."""
        return Deviation(self.yes_if_yes, self.yes_if_no, 1 - (1 - self.void) * (1 - chance)) if chance else self

    @property
    def means(self) -> Deviation:
        """The three as single numbers: their expected values."""
        return known_deviation(*(float(np.mean(values)) for values in (self.yes_if_yes, self.yes_if_no, self.void)))


@dataclass(frozen=True, slots=True)
class DeviationQuantiles:
    """The priors of the three probabilities of a contract, as quantile functions, and the text of what settles it."""

    yes_if_yes: QuantileFunction
    yes_if_no: QuantileFunction
    void: QuantileFunction
    settlement_source: str = ""


@dataclass(frozen=True, slots=True)
class SidePrices:
    """Prices of a contract's YES and NO, single numbers or draws ``(draws,)``, in units of what it pays."""

    yes: Array
    no: Array


def known_deviation(yes_if_yes: float = 1.0, yes_if_no: float = 0.0, void: float = 0.0) -> Deviation:
    """Return a deviation of single numbers; without any, of a contract that resolves as our question does."""
    return Deviation(np.asarray(yes_if_yes, dtype=float), np.asarray(yes_if_no, dtype=float), np.asarray(void, dtype=float))


def draw_deviations(priors: Mapping[str, DeviationQuantiles], rng: np.random.Generator, *, draws: int) -> dict[str, Deviation]:
    """Return draws of the deviations of some contracts, by their names.

    Contracts with the same text of a settlement source have on each draw the same three levels of their own priors: they deviate
    together, in the order of their priors.  A contract without a source has levels of its own.  Strata of equal probability make the
    means of few draws exact to about one part in the number of draws.
    """
    levels: dict[str, tuple[Array, Array, Array]] = {}
    drawn = {}
    for name in sorted(priors):
        its = priors[name]
        source = f"source {its.settlement_source}" if its.settlement_source else f"contract {name}"
        if source not in levels:
            levels[source] = (_stratified_levels(rng, draws), _stratified_levels(rng, draws), _stratified_levels(rng, draws))
        yes_level, no_level, void_level = levels[source]
        drawn[name] = Deviation(its.yes_if_yes(yes_level), its.yes_if_no(no_level), its.void(void_level))
    return drawn


def chance_if_not_void(chance: Array | float, deviation: Deviation) -> Array:
    """Return the chance that our side pays, given that the contract is not void: p · yes_if_yes + (1 - p) · yes_if_no."""
    return np.asarray(chance * deviation.yes_if_yes + (1 - chance) * deviation.yes_if_no)


def chance_of_payment(chance: Array | float, deviation: Deviation) -> Array:
    """Return the chance that our side pays: (1 - void) · (p · yes_if_yes + (1 - p) · yes_if_no)."""
    return np.asarray((1 - deviation.void) * chance_if_not_void(chance, deviation))


def fair_prices(chance: Array | float, deviation: Deviation, *, side: ContractSide, refund: float = 1.0) -> SidePrices:
    """Return the prices of YES and NO at which buying has an expected value of 0 before fees.

    A contract bought at c has the expected value (1 - void) · q + void · refund · c - c, q being the chance that it pays unless void: so c
    is (1 - void) · q / (1 - void · refund).  With a full refund that is q, and the two prices add up to 1.  Raises ``MarketFault`` where
    the contract is certainly void and gives all back: then every price is fair.
    """
    _check_refund(refund)
    kept = 1 - deviation.void * refund
    if (np.asarray(kept) <= 0).any():
        raise MarketFault("a contract that is certainly void, and gives back what was paid, has no fair price")
    scale = (1 - deviation.void) / kept
    ours = chance_if_not_void(chance, deviation)
    theirs = 1 - ours
    return SidePrices(scale * ours, scale * theirs) if side == "yes" else SidePrices(scale * theirs, scale * ours)


def expected_value(pays: float, price: float, *, void: float, refund: float, fee: float) -> float:
    """Return what buying one contract is expected to gain: ``pays`` is its chance of paying unless void, ``fee`` that of one contract."""
    _check_refund(refund)
    return (1 - void) * pays + void * refund * price - price - fee


def chance_at_price(price: float, deviation: Deviation, *, refund: float = 1.0) -> float:
    """Return the chance of our question at which a price of our side is fair; it lies outside 0 to 1 where no chance makes it so.

    Raises ``MarketFault`` where the contract says nothing about our question: it pays as often whichever way that resolves, or is void.
    """
    _check_refund(refund)
    its = deviation.means
    difference = float(its.yes_if_yes - its.yes_if_no)
    void = float(its.void)
    if difference == 0 or void == 1:
        raise MarketFault("this contract pays as often whichever way our question resolves, so that its price says nothing about it")
    return (price * (1 - void * refund) / (1 - void) - float(its.yes_if_no)) / difference


def draw_outcomes(happened: NDArray[np.bool_], deviation: Deviation, uniforms: Array) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return in which worlds our side pays, and in which the contract is void, each ``(worlds,)``.

    ``uniforms`` is ``(2, worlds)``, from 0 to 1: the first decides whether a contract is void, the second whether it deviates.  Contracts of
    one settlement source are given the same, so that those likelier to be void or to deviate are so wherever the others are.
    """
    void = uniforms[0] < deviation.void
    follows = uniforms[1] < deviation.yes_if_yes
    deviates = uniforms[1] >= 1 - deviation.yes_if_no
    return np.where(happened, follows, deviates) & ~void, np.broadcast_to(void, happened.shape)


def combine_in_quadrature(middle: float, intervals: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the interval of a value that independent doubts make together, each given as the interval that it makes alone.

    The distances from ``middle`` to each side's ends are added as the roots of sums of squares, as standard errors are; so that a single
    doubt keeps its interval.
    """
    low = float(np.sqrt(sum(max(middle - lower, 0.0) ** 2 for lower, _ in intervals)))
    high = float(np.sqrt(sum(max(upper - middle, 0.0) ** 2 for _, upper in intervals)))
    return middle - low, middle + high


def _stratified_levels(rng: np.random.Generator, draws: int) -> Array:
    """Levels from 0 to 1, one in each of as many cells of equal width, in random order."""
    levels: Array = rng.permutation((np.arange(draws) + rng.random(draws)) / draws)
    return levels


def _check_refund(refund: float) -> None:
    if not 0 <= refund <= 1:
        raise MarketFault(f"a refund is a share of the price, from 0 to 1, not {refund}")
