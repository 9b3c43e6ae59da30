"""``forecast market coherence``: what the prices of contracts that hang together lock in, and fair values of ladders."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecast.cli.lines import echo, print_columns, print_output, print_problems, problems_as_data
from forecast.cli.options import AllowLinks, AsJson, Book, Topics, root_of

if TYPE_CHECKING:
    from forecast.actions.contract_ladders import ContractLadder
    from forecast.actions.market_coherence import ArbitrageFinding, CoherenceResult, ExpectedFinding
    from forecast.markets.coherence.arbitrage import LockedGain

MostAge = Annotated[float, typer.Option("--most-age", metavar="DAYS", min=0, help="The oldest quote that is taken, in days.")]


def coherence(
    *, topics: Topics = None, most_age: MostAge = 1.0, book: Book = None, allow_links: AllowLinks = False, as_json: AsJson = False
) -> None:
    """Compare prices of contracts that hang together: ladders of deadlines or thresholds, exclusive outcomes, implications.

    A profit that is the same whatever happens is called arbitrage only where all terms of the contracts were compared and fit; elsewhere it is
    an expected value, by the priors of yes_if_yes, yes_if_no and void. Fees and depth are counted. Ladders get a fair value for each rung.

    \b
    Examples:
      forecast market coherence
      forecast market coherence route --most-age 0.1
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.market_coherence import check_coherence
    from forecast.system import utc_now

    found = check_coherence(root_of(book, allow_links=allow_links), topics or None, now=utc_now(), most_age=timedelta(days=most_age))
    wrong = any(problem.level == "error" for problem in found.problems)
    if as_json:
        print_output("market-coherence", _data(found))
    else:
        print_problems(found.problems, err=True)
        if not wrong:
            _print_result(found)
    if wrong:
        raise typer.Exit(1)


def _print_result(found: CoherenceResult) -> None:
    for its in found.arbitrage:
        _print_arbitrage(its)
    for expected in found.expected:
        _print_expected(expected)
    if not found.arbitrage and not found.expected:
        names = ", ".join(found.compared)
        echo(
            f"The prices of {names} are coherent: no trades bring a profit after fees."
            if found.compared
            else "No two contracts that can be traded are related."
        )
    for ladder in found.ladders:
        _print_ladder(ladder)
    for name, reason in (found.left_out or {}).items():
        echo(f"{name} was left out: {reason}.")


def _print_arbitrage(its: ArbitrageFinding) -> None:
    echo(f"Arbitrage: {_money(its.found.gain)} {its.currency} whatever happens, after fees of {its.found.fees:f}.")
    if its.if_void is not None:
        echo(f"If any of these contracts is void, the result may be as low as {_money(its.if_void)} {its.currency}.")
    _print_trades(its.found, its.assumed_depth)


def _print_expected(its: ExpectedFinding) -> None:
    currency = " and ".join(its.currencies)
    echo(
        f"Expected value, no arbitrage: at least {_money(its.found.gain)} {currency} whichever way our questions resolve, after fees of "
        f"{its.found.fees:f}. It rests on the priors of how these contracts deviate from our questions."
    )
    _print_trades(its.found, its.assumed_depth)


def _print_trades(found: LockedGain, assumed: tuple[str, ...]) -> None:
    rows = [
        (f"  {trade.contract}", f"buy {trade.side}", f"{fill.count:f}", f"at {fill.price:f}")
        for trade in found.trades
        for fill in trade.fills
    ]
    print_columns([("  contract", "side", "count", "price"), *rows])
    if assumed:
        echo(f"  The depth of {', '.join(assumed)} is not known: one order of the least size was assumed.")
    if not found.optimal:
        echo(f"  Better sizes may exist: up to {found.bound:.2f}.")


def _print_ladder(ladder: ContractLadder) -> None:
    echo(f"Ladder of {ladder.kind} in `{ladder.topic}`, fair values of YES before fees, by a smoothed monotone curve:")
    rows = [
        (
            f"  {rung.contract}",
            str(rung.at),
            f"{rung.bid:.3f}",
            f"{rung.ask:.3f}",
            f"{rung.fair:.3f}",
            _place(rung.fair, rung.bid, rung.ask),
        )
        for rung in ladder.rungs
    ]
    print_columns([("  contract", "at", "bid", "ask", "fair", ""), *rows])


def _place(fair: float, bid: float, ask: float) -> str:
    return "above the ask" if fair > ask else "below the bid" if fair < bid else ""


def _money(amount: Any) -> str:
    return f"{float(amount):.2f}" if abs(amount) >= 0.01 else f"{float(amount):.5f}"


def _data(found: CoherenceResult) -> dict[str, Any]:
    return {
        "problems": problems_as_data(found.problems),
        "at": found.at.isoformat(),
        "arbitrage": [
            {
                "currency": its.currency,
                "if_void": None if its.if_void is None else float(its.if_void),
                **_gain_data(its.found, its.assumed_depth),
            }
            for its in found.arbitrage
        ],
        "expected_value": [{"currencies": list(its.currencies), **_gain_data(its.found, its.assumed_depth)} for its in found.expected],
        "ladders": [
            {
                "topic": ladder.topic,
                "kind": ladder.kind,
                "smoothness": ladder.smoothness,
                "error": ladder.error,
                "rungs": [
                    {"contract": rung.contract, "at": str(rung.at), "bid": rung.bid, "ask": rung.ask, "fair": rung.fair}
                    for rung in ladder.rungs
                ],
            }
            for ladder in found.ladders
        ],
        "compared": list(found.compared),
        "left_out": dict(found.left_out or {}),
    }


def _gain_data(found: LockedGain, assumed: tuple[str, ...]) -> dict[str, Any]:
    return {
        "gain": float(found.gain),
        "cost": f"{found.cost:f}",
        "fees": f"{found.fees:f}",
        "bound": found.bound,
        "optimal": found.optimal,
        "depth_assumed": list(assumed),
        "trades": [
            {
                "contract": trade.contract,
                "side": trade.side,
                "count": f"{trade.count:f}",
                "limit": f"{trade.limit:f}",
                "cost": f"{trade.cost:f}",
                "fee": f"{trade.fee:f}",
                "fills": [{"price": f"{fill.price:f}", "count": f"{fill.count:f}"} for fill in trade.fills],
            }
            for trade in found.trades
        ],
    }
