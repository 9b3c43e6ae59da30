"""``forecast export``: a topic as a PyMC program, or its draws as an ArviZ DataTree."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forecast.cli.lines import echo, print_data, stop_at
from forecast.cli.options import AllowLinks, AsOf, Book, Draws, Seed, Trust, as_of_day, root_of, today

Topic = Annotated[str, typer.Argument(metavar="TOPIC", show_default=False)]
AsPymc = Annotated[bool, typer.Option("--pymc", help="Print the topic as a PyMC program.")]
Netcdf = Annotated[
    Path | None,
    typer.Option("--netcdf", metavar="FILE", help="Write prior, posterior and predictive draws to a netCDF file.", show_default=False),
]


def export(
    topic: Topic,
    *,
    pymc: AsPymc = False,
    netcdf: Netcdf = None,
    as_of: AsOf = None,
    seed: Seed = 1,
    draws: Draws = 16_384,
    trust: Trust = False,
    book: Book = None,
    allow_links: AllowLinks = False,
) -> None:
    """Take a topic away: its model as an ordinary PyMC program, or its draws for ArviZ.

    \b
    Examples:
      forecast export route --pymc > route.py
      forecast export route --netcdf route.nc --as-of 2025-12-31
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.export import pymc_program, write_netcdf

    if pymc == (netcdf is not None):
        raise typer.BadParameter("give one of them", param_hint="--pymc / --netcdf FILE")
    day = as_of_day(as_of, now=today())
    if netcdf is None:
        program = pymc_program(root_of(book, allow_links=allow_links), topic, as_of=day)
        stop_at(program.problems, as_json=False)
        print_data(program.text)
    else:
        from forecast.model.settings import Settings

        written = write_netcdf(
            root_of(book, allow_links=allow_links), topic, netcdf, as_of=day, settings=Settings(seed=seed, draws=draws, trust=trust)
        )
        stop_at(written.problems, as_json=False)
        echo(f"{netcdf} written.")
