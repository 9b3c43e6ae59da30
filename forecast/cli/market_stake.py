"""``forecast market stake``: how much of which contracts to buy."""

from __future__ import annotations

from typing import Annotated

import typer

from forecast.cli.lines import print_output, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, Draws, Seed, Trust, root_of

Named = Annotated[
    list[str] | None,
    typer.Argument(metavar="[QUESTION|CONTRACT]...", help="Only these (default: all contracts of the book).", show_default=False),
]
Bankroll = Annotated[
    float,
    typer.Option("--bankroll", metavar="N", min=0.01, help="Cash at hand, in the contracts' currency; what is held is counted beside it."),
]
Fraction = Annotated[
    float, typer.Option("--fraction", metavar="F", min=0.001, max=1, help="The share of wealth that is put at risk by Kelly.")
]
ModelOnly = Annotated[bool, typer.Option("--model-only", help="Use the model's chances alone, not their pool with the market's.")]
Each = Annotated[
    float | None,
    typer.Option("--max-per-contract", metavar="N", min=0, help="The most to spend on one contract, fees included.", show_default=False),
]
Total = Annotated[
    float | None,
    typer.Option("--max-total", metavar="N", min=0, help="The most to lock in all contracts, fees included.", show_default=False),
]
MostAge = Annotated[float, typer.Option("--most-age", metavar="DAYS", min=0, help="Quotes older than this are refused.")]


def stake(
    named: Named = None,
    *,
    bankroll: Bankroll = 1_000.0,
    fraction: Fraction = 0.25,
    model_only: ModelOnly = False,
    each: Each = None,
    total: Total = None,
    most_age: MostAge = 1.0,
    seed: Seed = 1,
    draws: Draws = 16_384,
    trust: Trust = False,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Say how much of which contracts to buy: the trades that maximise expected log growth over the joint outcomes of all of them.

    Costs are those of walking the order book, or the maker's curve, with fees. What is held counts, and so do void contracts and shared
    collateral. An edge under two errors gets no stake. Nothing is ordered, and nothing written.

    \b
    Examples:
      forecast market stake --bankroll 500
      forecast market stake another_transfer --fraction 0.5 --max-per-contract 50
      forecast market stake kalshi-transfer --model-only --json
    """  # noqa: D301 - \b keeps lines as they are in the help
    from math import inf

    from forecast.actions.market_stake import StakeChoice, stake_book
    from forecast.cli.market_stake_lines import print_stakes, stake_data
    from forecast.markets.stakes.stake_problem import Limits
    from forecast.model.settings import Settings
    from forecast.system import utc_now

    limits = Limits(inf if each is None else each, inf if total is None else total)
    choice = StakeChoice(tuple(named or ()), bankroll, fraction, limits, most_age, model_only)
    settings = Settings(seed=seed, draws=draws, trust=trust)
    found = stake_book(root_of(book, allow_links=allow_links), choice, now=utc_now(), settings=settings)
    stop_at(found.problems, as_json=as_json)
    if as_json:
        print_output("market-stake", stake_data(found))
    else:
        print_stakes(found)
