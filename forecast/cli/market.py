"""``forecast market``: contracts of prediction markets beside the book's questions."""

from __future__ import annotations

import typer

from forecast.cli.market_list import list_


def market() -> typer.Typer:
    """Return the group of commands about prediction markets."""
    group = typer.Typer(no_args_is_help=True, help="Hold questions against prediction markets.", rich_markup_mode=None)
    group.callback()(_group)
    group.command("list", short_help="List the contracts of the book.")(list_)
    return group


def _group() -> None:
    """Hold the book's questions against contracts of prediction markets: from files, without the network and without orders."""
