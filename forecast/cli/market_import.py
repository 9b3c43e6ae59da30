"""``forecast market import``: what a venue's files say of the book's contracts."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from forecast.cli.lines import echo, print_output, problems_as_data, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, past_moment, path_value, root_of
from forecast.language.count_words import count_text

if TYPE_CHECKING:
    from forecast.actions.market_import import QuoteImport

MOST_LISTED = 10
LEFT_OUT = 3  # the exit code where something that may hold a price was not read

VenueName = Annotated[
    Literal["kalshi", "polymarket", "polymarket-us", "manifold", "csv"],
    typer.Argument(metavar="VENUE", help="Whose files they are; `csv` for a table of any layout, with --mapping."),
]
Files = Annotated[list[Path], typer.Argument(metavar="FILE", help="What the venue answered, as it is; `-` reads standard input.")]
ContractName = Annotated[
    str, typer.Option("--contract", metavar="NAME", help="The contract that a file is of, where it does not say so.", show_default=False)
]
Retrieved = Annotated[
    str,
    typer.Option(
        "--retrieved", metavar="TIME", help="When a file without times was fetched, as 2026-10-02T09:30:00Z, or `now`.", show_default=False
    ),
]
Mapping = Annotated[
    Path | None,
    typer.Option("--mapping", metavar="FILE.toml", callback=path_value, help="Of csv: which column is what.", show_default=False),
]
Token = Annotated[
    Literal["yes", "no"], typer.Option("--token", help="Of Polymarket: the outcome whose token a price history or a book is of.")
]


def import_quotes(
    venue: VenueName,
    files: Files,
    *,
    contract: ContractName = "",
    retrieved: Retrieved = "",
    mapping: Mapping = None,
    token: Token = "yes",  # noqa: S107 - a side, and no secret
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Add what a venue's files say of the book's contracts: markets, order books, candles, price histories, trades and bets.

    Nothing is fetched: save what the venue answers, or pipe it in. Prices go to quotes.csv of the topic, order books to books.csv and what
    a market maker holds to pools.csv. What is on record already is not added again. What may hold a price and cannot be read is listed with
    its reason; the exit code is 3 then.

    Of a CSV file of any layout, with prices of YES of the contract that --contract names, a mapping says which column is what: `[columns]`
    with `at = "Time"`, and `bid`, `ask`, `last`, `price`, `bid_depth`, `ask_depth` or `volume` by their headings; above it, where needed,
    `zone = "UTC"`, `scale = "percent"` (cents too), and `price = "midpoint"` or `"maker"` where there is a column `price`.

    \b
    Examples:
      forecast market import kalshi market.json --retrieved now
      forecast market import polymarket history.json --contract rain-poly
      forecast market import csv prices.csv --contract rain-us --mapping prices.toml
      curl -s https://api.manifold.markets/v0/market/ID | forecast market import manifold - --retrieved now
    """  # noqa: D301 - \b keeps lines as they are in the help
    import sys

    from forecast.actions.market_import import QuoteRequest
    from forecast.actions.market_import import import_quotes as add_quotes
    from forecast.system import utc_now

    if venue == "polymarket-us":
        raise typer.BadParameter(
            "no recorded file of Polymarket US is known here, so none is read; `forecast market import csv` reads a table of its prices",
            param_hint="VENUE",
        )
    if venue != "csv" and mapping is not None:
        raise typer.BadParameter("only a CSV file has a mapping", param_hint="--mapping")
    at = past_moment(retrieved, now=utc_now(), option="--retrieved") if retrieved else None
    asked = QuoteRequest(contract, mapping, at, token)
    root = root_of(book, allow_links=allow_links)
    done = add_quotes(root, venue, files, asked, read_input=sys.stdin.buffer.read, clock=utc_now)
    stop_at(done.problems, as_json=as_json)
    if as_json:
        print_output(
            "market-import",
            {
                "added": dict(done.added),
                "known": done.known,
                "others": dict(done.others),
                "skipped": [{"place": its.path, "reason": its.reason, "is_price": its.is_price} for its in done.skipped],
                "problems": problems_as_data(done.problems),
            },
        )
    else:
        _print(done, venue)
    if any(its.is_price for its in done.skipped):
        raise typer.Exit(LEFT_OUT)


_WORDS = {"quotes": "quote", "books": "level of order books", "pools": "pool"}


def _print(done: QuoteImport, venue: str) -> None:
    for key, count in done.added.items():
        contract, _, table = key.rpartition("/")
        what = _WORDS[table]
        plural = "levels of order books" if table == "books" else f"{what}s"
        echo(f"{contract}: added {count_text(count, what, plural)}.")
    if not done.added:
        echo("Nothing new in these files.")
    if done.known:
        echo(f"{count_text(done.known, 'row')} {'was' if done.known == 1 else 'were'} on record already.")
    for name, count in sorted(done.others.items(), key=lambda pair: -pair[1])[:MOST_LISTED]:
        echo(f"Left out {count_text(count, 'price')} of {name}, which is no contract of this book; add it with:")
        echo(f"  forecast market add QUESTION --venue {venue} --id {shlex.quote(name)} --side yes")
    if len(done.others) > MOST_LISTED:
        echo(f"So are {len(done.others) - MOST_LISTED:,} more contracts.")
    for its in done.skipped[:MOST_LISTED]:
        echo(f"Not read: {its.path}: {its.reason}")
    if len(done.skipped) > MOST_LISTED:
        echo(f"Not read: {len(done.skipped) - MOST_LISTED:,} more items.")
