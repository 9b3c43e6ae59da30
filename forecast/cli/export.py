"""``forecast export``: a topic as a PyMC program, or its draws as an ArviZ DataTree; a collection as its platform's file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forecast.cli.lines import echo, print_data, stop_at
from forecast.cli.options import AllowLinks, AsOf, Book, Draws, Seed, Trust, as_of_day, root_of, today

LEFT_OUT = 3  # the exit code where something has no place in the file

Topic = Annotated[
    str, typer.Argument(metavar="TOPIC", help="A topic; with --metaculus-zip a collection in seeds/records.", show_default=False)
]
AsPymc = Annotated[bool, typer.Option("--pymc", help="Print the topic as a PyMC program.")]
Netcdf = Annotated[
    Path | None,
    typer.Option("--netcdf", metavar="FILE", help="Write prior, posterior and predictive draws to a netCDF file.", show_default=False),
]
MetaculusZip = Annotated[
    Path | None,
    typer.Option("--metaculus-zip", metavar="FILE", help="Write a collection in the layout of a Metaculus export.", show_default=False),
]


def export(
    topic: Topic,
    *,
    pymc: AsPymc = False,
    netcdf: Netcdf = None,
    metaculus_zip: MetaculusZip = None,
    as_of: AsOf = None,
    seed: Seed = 1,
    draws: Draws = 16_384,
    trust: Trust = False,
    book: Book = None,
    allow_links: AllowLinks = False,
) -> None:
    """Take a topic away, its model as an ordinary PyMC program or its draws for ArviZ; or an imported record.

    \b
    Examples:
      forecast export route --pymc > route.py
      forecast export route --netcdf route.nc --as-of 2025-12-31
      forecast export metaculus --metaculus-zip record.zip
    """  # noqa: D301 - \b keeps lines as they are in the help
    if pymc + (netcdf is not None) + (metaculus_zip is not None) != 1:
        raise typer.BadParameter("give one of them", param_hint="--pymc / --netcdf FILE / --metaculus-zip FILE")
    if metaculus_zip is not None:
        _export_record(root_of(book, allow_links=allow_links), topic, metaculus_zip)
        return
    from forecast.actions.export import pymc_program, write_netcdf

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


def _export_record(root: Path, collection: str, path: Path) -> None:
    from forecast.actions.export_record import write_metaculus_zip

    done = write_metaculus_zip(root, collection, path)
    stop_at(done.problems, as_json=False)
    assert done.written is not None  # it is where no problem is an error
    its = done.written
    echo(f"{path} written: {its.questions:,} questions, {its.forecasts:,} forecasts, {its.scores:,} scores.")
    if its.problems:
        raise typer.Exit(LEFT_OUT)
