"""``forecast market``: contracts of prediction markets beside the book's questions."""

from __future__ import annotations

import typer

from forecast.cli.market_add import add
from forecast.cli.market_coherence import coherence
from forecast.cli.market_compare import market_compare
from forecast.cli.market_import import import_quotes
from forecast.cli.market_import_trades import import_trades
from forecast.cli.market_list import list_
from forecast.cli.market_positions import positions, trade
from forecast.cli.market_stake import stake


def market() -> typer.Typer:
    """Return the group of commands about prediction markets."""
    group = typer.Typer(no_args_is_help=True, help="Compare questions with prediction markets.", rich_markup_mode=None)
    group.callback()(_group)
    group.command("add", short_help="Add a contract beside a question.")(add)
    group.command("import", short_help="Add what a venue's files say of the book's contracts.")(import_quotes)
    group.command("compare", short_help="Compare answers with what contracts are offered at.")(market_compare)
    group.command("import-trades", short_help="Add your own trades from a venue's files.")(import_trades)
    group.command("coherence", short_help="Say what prices of contracts that hang together lock in.")(coherence)
    group.command("positions", short_help="Show what you hold.")(positions)
    group.command("trade", short_help="Put a trade of yours on record.")(trade)
    group.command("list", short_help="List the contracts of the book.")(list_)
    group.command("stake", short_help="Say how much of which contracts to buy.")(stake)
    return group


def _group() -> None:
    """Compare the book's questions with contracts of prediction markets: from files, without the network and without orders."""
