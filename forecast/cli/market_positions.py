"""``forecast market positions`` and ``forecast market trade``: what one holds, and putting a trade on record."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from forecast.cli.lines import echo, print_columns, print_output, print_problems, problems_as_data, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, line_text, past_moment, root_of

if TYPE_CHECKING:
    from forecast.actions.market_positions import CurrencyTotal, HeldSide, PositionsResult

MostAge = Annotated[float, typer.Option("--most-age", metavar="DAYS", min=0, help="The oldest quote that is taken, in days.")]
ContractName = Annotated[str, typer.Argument(metavar="CONTRACT", help="Its name in the book.", show_default=False)]
Action = Annotated[
    Literal["buy", "sell", "settle", "void"], typer.Argument(metavar="ACTION", help="buy, sell, settle or void.", show_default=False)
]
Side = Annotated[Literal["yes", "no"], typer.Argument(metavar="SIDE", help="yes or no.", show_default=False)]


def amount(text: str) -> Decimal:
    """Return a number as the command line writes it, exactly."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise typer.BadParameter(f"`{text}` is no number: write it as in 0.385") from None
    if not value.is_finite():
        raise typer.BadParameter(f"`{text}` is no number: write it as in 0.385")
    return value


Count = Annotated[
    Decimal | None,
    typer.Argument(
        metavar="[COUNT]", parser=amount, help="How many contracts; all that are held where it is left out.", show_default=False
    ),
]
Price = Annotated[
    Decimal,
    typer.Option(
        "--price",
        metavar="P",
        parser=amount,
        help="Of one contract of this side, 0 to 1; what it paid; of a void the share of the cost that came back, fees included.",
        show_default=False,
    ),
]
Fee = Annotated[Decimal, typer.Option("--fee", metavar="AMOUNT", parser=amount, help="Of the whole trade; below 0 a rebate.")]
At = Annotated[str, typer.Option("--at", metavar="TIME", help="When, as in 2026-10-02T09:30:00Z (default: now).", show_default=False)]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="Why, for the record.", show_default=False)]


def positions(*, most_age: MostAge = 2.0, book: Book = None, allow_links: AllowLinks = False, as_json: AsJson = False) -> None:
    """Show what you hold: contracts, their cost, what they would bring now, and how the prices you paid compare with the closing ones.

    Trades stand in positions.csv of each topic; `forecast market trade` adds one.

    \b
    Examples:
      forecast market positions
      forecast market positions --json
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.market_positions import market_positions
    from forecast.system import utc_now

    found = market_positions(root_of(book, allow_links=allow_links), now=utc_now(), most_age=timedelta(days=most_age))
    if not (found.sides or found.totals):
        stop_at(found.problems, as_json=as_json)
    if as_json:
        print_output(
            "market-positions",
            {
                "positions": [_side_as_data(its) for its in found.sides],
                "totals": [_total_as_data(its) for its in found.totals],
                "problems": problems_as_data(found.problems),
            },
        )
        return
    print_problems(found.problems, err=True)
    _print(found)


def trade(
    contract: ContractName,
    action: Action,
    side: Side,
    count: Count = None,
    *,
    price: Price,
    fee: Fee = Decimal(0),
    at: At = "",
    note: Note = "",
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Put a trade of yours on record, or how a contract ended. Nothing is ordered.

    \b
    Examples:
      forecast market trade rain buy yes 50 --price 0.31 --fee 0.75
      forecast market trade rain sell yes 20 --price 0.44 --at 2026-10-02T09:30:00Z
      forecast market trade rain settle yes --price 1
      forecast market trade rain void no --price 1 --note "Cancelled; all stakes returned."
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.market_positions import TradeRequest, record_trade
    from forecast.system import utc_now

    now = utc_now()
    for name, value, most in (("--price", price, Decimal(1)), ("COUNT", count, None)):
        if value is not None and (value < 0 or (most is not None and value > most)):
            cents = f"; {value:f} cents are {value / 100:f}" if 1 < value < 100 else ""
            reason = f"{value} is below 0" if most is None else f"{value} is not between 0 and 1{cents}"
            raise typer.BadParameter(reason, param_hint=name)
    if count == 0 or (count is None and action in {"buy", "sell"}):
        raise typer.BadParameter("say how many contracts, more than 0", param_hint="COUNT")
    asked = TradeRequest(contract, action, side, count, price, fee, past_moment(at or "now", now=now, option="--at"), line_text(note))
    problems = record_trade(root_of(book, allow_links=allow_links), asked, now=now)
    stop_at(problems, as_json=as_json)
    if as_json:
        print_output("market-trade", {"contract": contract, "problems": []})
    else:
        echo(f"{contract}: on record. `forecast market positions` shows what you hold.")


def _print(found: PositionsResult) -> None:
    from forecast.markets.quote_table import age_text

    sides, totals = found.sides, found.totals
    if not sides or found.at is None:
        echo("No trades are on record; `forecast market trade` adds one.")
        return
    heading = ("contract", "side", "held", "cost each", "price", "quoted", "unrealised", "realised", "paid", "closing", "better by")
    rows = [
        (
            its.contract.name,
            its.holding.side,
            _number(its.holding.count),
            _number(its.holding.average_cost),
            _number(its.price),
            "" if its.quoted_at is None else f"{age_text(found.at - its.quoted_at)} ago",
            _number(None if its.price is None else its.holding.unrealised_gain(its.price)),
            _number(its.holding.realised),
            _number(its.holding.average_price),
            _number(its.closing),
            _number(its.better_by),
        )
        for its in sides
    ]
    print_columns([heading, *rows], right=range(2, len(heading)))
    for its in sides:
        if its.reason:
            echo(f"{its.contract.name}, {its.holding.side}: no price now: {its.reason}.")
        if its.reason and its.has_closed:
            echo(f"  How it ended goes on record with: forecast market trade {its.contract.name} settle {its.holding.side} --price P")
    for name, reason in {its.contract.name: its.no_closing for its in sides if its.no_closing}.items():
        echo(f"{name}: no closing price: {reason}.")
    echo()
    for total in totals:
        unrealised = (
            "not known, since a price is missing" if total.unrealised is None else f"{_number(total.unrealised)} at the bid, before fees"
        )
        echo(
            f"{total.currency}: invested {_number(total.invested)}; at most {_number(total.most_loss)} can be lost, contract by contract; "
            f"realised {_number(total.realised)}; unrealised {unrealised}; cash flow {_number(total.cash)}; fees paid {_number(total.fees)}."
        )
    if any(its.better_by is not None for its in sides):
        echo("“Better by” is the closing price less the mean price paid: above 0 the market came to agree with you.")


def _number(value: Decimal | None) -> str:
    if value is None:
        return ""
    rounded = round(value, 4).normalize()
    return f"{rounded + 0:f}".replace("-", "\u2212")


def _side_as_data(its: HeldSide) -> dict[str, object]:
    return {
        "contract": its.contract.name,
        "side": its.holding.side,
        "count": float(its.holding.count),
        "cost": float(its.holding.cost),
        "average_price": _float(its.holding.average_price),
        "price": _float(its.price),
        "quoted_at": None if its.quoted_at is None else its.quoted_at.isoformat(),
        "reason": its.reason,
        "unrealised": None if its.price is None else float(its.holding.unrealised_gain(its.price)),
        "realised": float(its.holding.realised),
        "fees": float(its.holding.fees),
        "closing": _float(its.closing),
        "better_by": _float(its.better_by),
        "no_closing": its.no_closing,
    }


def _total_as_data(its: CurrencyTotal) -> dict[str, object]:
    return {
        "currency": its.currency,
        "invested": float(its.invested),
        "most_loss": float(its.most_loss),
        "realised": float(its.realised),
        "unrealised": _float(its.unrealised),
        "cash_flow": float(its.cash),
        "fees": float(its.fees),
    }


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
