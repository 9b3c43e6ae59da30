"""What joint stakes gain over independent ones, and what the default advice loses where the model is wrong and the market is sharper.

``python -m tests.studies.stakes`` writes the table beside this file, in some minutes.  Contracts come in fours that depend on each other through
one normal factor; each is bought at a price with a half-spread of a cent and Kalshi's fees.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import typer

from forecast.inference.monte_carlo import greatest_unseen
from forecast.language.arrays import Array
from forecast.markets.fee_schedules import day_begins
from forecast.markets.order_book import Level, make_book
from forecast.markets.stakes.advice import OfferedContract, StakeAdvice, StakeTerms, advise_stakes
from forecast.markets.stakes.joint_kelly import joint_kelly_stake
from forecast.markets.stakes.joint_outcomes import PAYS_YES, JointOutcomes, joint_outcomes
from forecast.markets.stakes.kelly import kelly_fraction
from forecast.markets.stakes.legs import Leg, OfferLevel, Trade
from forecast.markets.stakes.model_weight import MODEL_ALONE, STATED, ModelWeight
from forecast.markets.stakes.stake_problem import Limits, StakeProblem, gains
from forecast.markets.venues.kalshi_fees import KalshiFees

TABLE = Path(__file__).with_suffix(".md")
KALSHI = KalshiFees(day_begins(2026, 3, 1), "study")
CONTRACTS, DRAWS, TRUE_DRAWS = 4, 4_096, 32_768
BANKROLL, TOTAL = 10_000.0, 0.4
HALF_SPREAD = 0.01
WORLDS, LIBRARY, ROUNDS = 2_000, 500, 50


@dataclass(frozen=True, slots=True)
class World:
    """Contracts that pay yes where loading · factor + noise is below a threshold; ``prices`` are the market's midpoints."""

    loadings: Array
    log_odds: Array
    prices: Array

    def outcomes(self, rng: np.random.Generator, size: int, *, error: Array | float = 0.0) -> JointOutcomes:
        """Draws by a model whose log odds are off by ``error``."""
        from scipy.special import expit, ndtri

        common = rng.normal(size=(size, 1))
        noise = self.loadings * common + np.sqrt(1 - self.loadings**2) * rng.normal(size=(size, len(self.loadings)))
        return joint_outcomes((noise < ndtri(expit(self.log_odds + error))).astype(np.int8))


def make_world(rng: np.random.Generator, *, market_error: float) -> World:
    """Return a world whose prices are off by a normal error in log odds."""
    log_odds = rng.normal(0, 1.0, CONTRACTS)
    priced = log_odds + rng.normal(0, market_error, CONTRACTS)
    return World(rng.uniform(-0.95, 0.95, CONTRACTS), log_odds, np.clip(np.round(1 / (1 + np.exp(-priced)), 2), 0.03, 0.97))


@dataclass(frozen=True, slots=True)
class Growths:
    """Expected log growth, by the truth, of joint and independent stakes in each world."""

    joint: Array
    independent: Array

    @property
    def difference(self) -> tuple[float, float, float]:
        """The mean difference and its 95 % interval, paired by world."""
        each = self.joint - self.independent
        error = 1.96 * each.std(ddof=1) / len(each) ** 0.5
        return float(each.mean()), float(each.mean() - error), float(each.mean() + error)


def compare_joint_with_independent(worlds: int, seed: int = 1) -> Growths:
    """Stake jointly and independently in simulated worlds, with the same draws and the same limit of 40 % of the bankroll on all together."""
    rng = np.random.default_rng(seed)
    found = [_growths(make_world(rng, market_error=0.5), rng) for _ in range(worlds)]
    return Growths(np.array([joint for joint, _ in found]), np.array([alone for _, alone in found]))


def _growths(world: World, rng: np.random.Generator) -> tuple[float, float]:
    drawn, truth = world.outcomes(rng, DRAWS), world.outcomes(rng, TRUE_DRAWS)
    legs, shares = [], []
    for index, (chance, price) in enumerate(zip(drawn.chances(PAYS_YES), world.prices, strict=True)):
        for side, believed, middle in (("yes", chance, price), ("no", 1 - chance, 1 - price)):
            cost = min(middle + HALF_SPREAD, 0.99)
            fee = KALSHI.fee_of_contract(cost)
            legs.append(Leg(index, side, (OfferLevel(cost, fee, 1e9),)))
            shares.append(kelly_fraction(float(believed), cost, fee=fee))
    joint = joint_kelly_stake(_problem(drawn, legs)).trades
    scale = BANKROLL * min(1.0, TOTAL / max(sum(shares), 1e-12))
    offers = [leg.offers[0] for leg in legs]
    alone = [
        Trade(share * scale / offer.cost, share * scale * offer.price / offer.cost, share * scale * offer.fee / offer.cost)
        for share, offer in zip(shares, offers, strict=True)
    ]
    true_problem = _problem(truth, legs)
    return tuple(float(truth.weights @ np.log1p(gains(true_problem, trades) / BANKROLL)) for trades in (joint, alone))  # type: ignore[return-value]


def _problem(outcomes: JointOutcomes, legs: Sequence[Leg]) -> StakeProblem:
    wealth, refunds = np.full(len(outcomes.weights), BANKROLL), np.ones(CONTRACTS)
    limits = Limits(total=TOTAL * BANKROLL)
    return StakeProblem(outcomes, tuple(legs), wealth, BANKROLL, refunds, greatest_unseen(outcomes.effective), BANKROLL, limits)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of wealth in simulated worlds: the share of them in which half was ever lost, and the median of wealth at the end over before."""

    half: float
    median: float


@dataclass(frozen=True, slots=True)
class WrongModel:
    """A model off by ``error`` in log odds, in one direction or in a random one for each contract, beside a market that is off by ``market_error``."""

    error: float = 0.5
    one_direction: bool = True
    market_error: float = 0.1


def simulate_fates(
    case: WrongModel, *, weight: ModelWeight, fraction: float, worlds: int, library: int, rounds: int = ROUNDS, seed: int = 1
) -> Fate:
    """Follow the advice in each of some worlds for some rounds of four contracts, staking the same shares of wealth.

    Rounds are drawn for each world from a library, and outcomes anew by the truth.
    """
    rng = np.random.default_rng(seed)
    ratios = [_round_ratios(case, weight, fraction, rng) for _ in range(library)]
    wealth, lowest = np.zeros(worlds), np.zeros(worlds)
    for _ in range(rounds):
        chosen = rng.integers(library, size=worlds)
        drawn = rng.integers(len(ratios[0]), size=worlds)
        wealth += np.log(np.array([ratios[its][at] for its, at in zip(chosen, drawn, strict=True)]))
        lowest = np.minimum(lowest, wealth)
    return Fate(float((lowest <= np.log(0.5)).mean()), float(np.exp(np.median(wealth))))


def _round_ratios(case: WrongModel, weight: ModelWeight, fraction: float, rng: np.random.Generator) -> Array:
    """Wealth after a round over wealth before, on 4,096 true outcomes."""
    world = make_world(rng, market_error=case.market_error)
    error = case.error * (1.0 if case.one_direction else rng.choice([-1.0, 1.0], CONTRACTS))
    offered = [
        OfferedContract(str(index), float(price), make_book(_levels(price - HALF_SPREAD), _levels(price + HALF_SPREAD)), KALSHI)
        for index, price in enumerate(world.prices)
    ]
    believed = [world.outcomes(rng, DRAWS, error=error) for _ in range(2)]
    advice = advise_stakes(
        offered,
        chosen_on=believed[0],
        reported_on=believed[1],
        terms=StakeTerms(BANKROLL, fraction, weight, bets=1),
        greatest_unseen=greatest_unseen,
        rng=rng,
    )
    truth = world.outcomes(rng, DRAWS)
    states = rng.choice(len(truth.weights), size=DRAWS, p=truth.weights)
    return 1 + _gains(advice, truth)[states] / BANKROLL


def _gains(advice: StakeAdvice, truth: JointOutcomes) -> Array:
    total = np.zeros(len(truth.weights))
    for index, each in enumerate(advice.contracts):
        if each.order.count and each.edge is not None:
            pays = truth.rows[:, index] == (each.edge.side == "yes")
            total += each.order.count * pays - each.order.spent
    return total


def _levels(price: float) -> list[Level]:
    return [Level(Decimal(str(round(price, 2))), Decimal(10**7))]


def growth_lines() -> Iterator[str]:
    """The table of joint and independent stakes."""
    found = compare_joint_with_independent(WORLDS)
    mean, low, high = found.difference
    yield f"| joint | {100 * found.joint.mean():.2f} % |"
    yield f"| independent, scaled to the same limit | {100 * found.independent.mean():.2f} % |"
    yield f"| difference, with its 95 % interval | {100 * mean:.2f} % ({100 * low:.2f} to {100 * high:.2f}) |"
    yield f"| worlds in which joint is ahead | {100 * float((found.joint > found.independent).mean()):.0f} % |"


def fate_lines() -> Iterator[str]:
    """The table of wrong models."""
    for name, case in (
        ("wrong by 0.5, always towards yes", WrongModel()),
        ("wrong by 0.5, in random directions", WrongModel(one_direction=False)),
        ("right, and the market wrong by 0.5", WrongModel(error=0.0, market_error=0.5)),
    ):
        for weight, fraction in ((STATED, 0.25), (STATED, 1.0), (ModelWeight(0.5, 0, 0), 0.25), (MODEL_ALONE, 0.25), (MODEL_ALONE, 1.0)):
            fate = simulate_fates(case, weight=weight, fraction=fraction, worlds=WORLDS, library=LIBRARY)
            label = "the default" if (weight, fraction) == (STATED, 0.25) else ""
            yield f"| {name} | {weight.value:g} | {fraction:g} | {label} | {100 * fate.half:.1f} % | {fate.median:.2f} |"


def write_table() -> None:
    """Write the tables beside this file."""
    growth, fates = "\n".join(growth_lines()), "\n".join(fate_lines())
    TABLE.write_text(
        f"""# Joint stakes, and stakes on a wrong model

`python -m tests.studies.stakes` makes these tables. Contracts come in fours that depend on each other through one normal factor, at a half-spread of a cent and Kalshi's fees.

Expected log growth by the truth, in {WORLDS:,} simulated worlds whose market is off by 0.5 log odds. The model is right, but known by {DRAWS:,} draws; at most {100 * TOTAL:.0f} % of the bankroll is spent.

| stake | growth |
|---|--:|
{growth}

{WORLDS:,} worlds of {ROUNDS} rounds of four contracts, with the market off by 0.1 log odds where nothing else is said. Weight is the model's share of the pool, fraction that of Kelly.

| model | weight | fraction | | half of wealth lost at some time | median wealth at the end |
|---|--:|--:|---|--:|--:|
{fates}
""",
        encoding="utf-8",
    )


if __name__ == "__main__":
    typer.run(write_table)
