"""``forecast market import-trades``: one's own trades from a venue's files."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from forecast.cli.lines import echo, print_output, problems_as_data, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, root_of
from forecast.language.count_words import count_text

if TYPE_CHECKING:
    from forecast.actions.market_import_trades import TradeImport

MOST_LISTED = 10
LEFT_OUT = 3  # the exit code where something that may be a trade was not read

Format = Annotated[
    Literal["kalshi", "polymarket", "manifold", "csv"],
    typer.Argument(metavar="FORMAT", help="Whose files they are: kalshi, polymarket, manifold, or csv.", show_default=False),
]
Files = Annotated[
    list[Path], typer.Argument(metavar="FILE", help="What the venue answered, as it is; `-` reads standard input.", show_default=False)
]
ContractName = Annotated[
    str, typer.Option("--contract", metavar="NAME", help="The contract of trades that do not name theirs.", show_default=False)
]


def import_trades(
    its: Format, files: Files, *, contract: ContractName = "", book: Book = None, allow_links: AllowLinks = False, as_json: AsJson = False
) -> None:
    """Add your own trades to positions.csv: Kalshi's fills, Polymarket's trades of your wallet, your bets on Manifold, or a CSV file.

    A CSV file has the columns contract (its name in the book), at, action, side, count, price, and if you like fee, id, note. A trade is
    known by its id, so a second import adds nothing. Where a file has no fees, they are by the contract's schedule: the taker's, or the maker's of a fill that says so.
    What may be a trade and cannot be read is listed with its reason; the exit code is 3 then.

    \b
    Examples:
      forecast market import-trades kalshi fills.json
      forecast market import-trades csv trades.csv
    """  # noqa: D301 - \b keeps lines as they are in the help
    import sys

    from forecast.actions.market_import_trades import import_trades as add_trades
    from forecast.system import utc_now

    if contract and its == "csv":
        raise typer.BadParameter("the rows of a CSV file name their contracts", param_hint="--contract")
    root = root_of(book, allow_links=allow_links)
    done = add_trades(root, its, files, contract=contract, read_input=sys.stdin.buffer.read, clock=utc_now)
    stop_at(done.problems, as_json=as_json)
    if as_json:
        print_output(
            "market-import-trades",
            {
                "added": dict(done.added),
                "known": done.known,
                "others": dict(done.others),
                "skipped": [{"place": its.path, "reason": its.reason} for its in done.skipped],
                "fees_by_schedule": done.estimated,
                "fees_unknown": done.without_fee,
                "problems": problems_as_data(done.problems),
            },
        )
    else:
        _print(done, its)
    if any(each.is_price for each in done.skipped):
        raise typer.Exit(LEFT_OUT)


def _print(done: TradeImport, its: str) -> None:
    for name, count in done.added.items():
        echo(f"{name}: added {count_text(count, 'trade')}.")
    if not done.added:
        echo("Nothing new in these files.")
    if done.known:
        echo(f"{count_text(done.known, 'trade')} {'was' if done.known == 1 else 'were'} on record already.")
    if done.estimated:
        echo(
            f"The files have no fees of {count_text(done.estimated, 'trade')}: these are by the contracts' schedules, and the taker's where no role is named."
        )
    if done.without_fee:
        echo(
            f"The fees of {count_text(done.without_fee, 'trade')} are not known, neither from the files nor by a schedule; they count as 0. "
            "Fees stated in contracts.toml, as `[[NAME.fees]]`, count for trades that are imported later."
        )
    _print_left_out(done, its)


def _print_left_out(done: TradeImport, its: str) -> None:
    for name, count in sorted(done.others.items(), key=lambda pair: -pair[1])[:MOST_LISTED]:
        echo(f"Left out {count_text(count, 'trade')} of {name}, which is no contract of this book.")
        if its != "csv":
            echo(f"  forecast market add QUESTION --venue {its} --id {shlex.quote(name)} --side yes")
    if len(done.others) > MOST_LISTED:
        echo(f"So are {len(done.others) - MOST_LISTED:,} more contracts.")
    for each in done.skipped[:MOST_LISTED]:
        echo(f"Not read: {each.path}: {each.reason}")
    if len(done.skipped) > MOST_LISTED:
        echo(f"Not read: {len(done.skipped) - MOST_LISTED:,} more items.")
