"""The command line as a whole: its commands and what ``forecast --help`` says.

A command's module imports only what its options need; the work is imported when
it runs, so that help and checks stay quick.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Sequence
from itertools import takewhile
from typing import Annotated

import typer

from forecast import __version__
from forecast.cli.calibration import calibration
from forecast.cli.check import check
from forecast.cli.diff import diff
from forecast.cli.docs import docs
from forecast.cli.due import due
from forecast.cli.evidence import evidence
from forecast.cli.export import export
from forecast.cli.history import history
from forecast.cli.import_record import import_record
from forecast.cli.init import init
from forecast.cli.lines import echo
from forecast.cli.market import market
from forecast.cli.mcp import mcp
from forecast.cli.new import HELP as NEW_HELP
from forecast.cli.new import new
from forecast.cli.observe import observe
from forecast.cli.plain import INTERRUPTED, NarrowCommand, NumberCommand, PlainCommand, PlainGroup
from forecast.cli.prior import prior
from forecast.cli.report import report
from forecast.cli.resolve import resolve
from forecast.cli.say import say
from forecast.cli.schemas import schemas
from forecast.cli.score import score
from forecast.cli.show import show
from forecast.cli.update import update
from forecast.cli.watch import watch
from forecast.cli.whatif import whatif
from forecast.cli.why import why
from forecast.cli.withdraw import withdraw


def main() -> None:
    """Run the command line; a failure that nobody foresaw ends with one line and a saved report, or with a traceback after --debug."""
    for library in ("OPENBLAS", "MKL", "OMP"):  # the sums here are short: threads that wait for each other cost six times what they save
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what a terminal's encoding has not is shown by its code
    signal.signal(signal.SIGTERM, _exit_on_signal)
    try:
        commands()()
    except KeyboardInterrupt:  # outside of any command
        sys.exit(INTERRUPTED)
    except Exception as error:
        if _is_debugging(sys.argv[1:]):
            raise
        from forecast.cli.failure import exit_with_failure

        exit_with_failure(error, sys.argv)


def _exit_on_signal(number: int, _: object) -> None:
    """Exit as after an exception, so that processes that compute end too and locks are given back."""
    sys.exit(128 + number)


def commands() -> typer.Typer:
    """Return the command line as a typer application."""
    app = typer.Typer(
        name="forecast",
        cls=PlainGroup,
        no_args_is_help=True,
        add_completion=True,
        rich_markup_mode=None,  # plain help: rich's costs a fifth of a second
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    app.callback()(forecast)
    app.command(short_help="Begin a book.")(init)
    app.command(cls=NarrowCommand, short_help="Begin a topic from a template.", help=NEW_HELP)(new)
    app.command(cls=PlainCommand, short_help="Check every file, and echo each prior as its 5, 50 and 95 % points.")(check)
    app.command(cls=PlainCommand, short_help="Answer the questions; write the reports and the ledger.")(update)
    app.command(short_help="Show the newest answers.")(show)
    app.command(short_help="Show how an answer went over the days of its record.")(history)
    app.command(short_help="Make the pages again from their JSON.")(report)
    app.command(short_help="Say what moved an answer, what it rests on, and what would change it.")(why)
    app.command(short_help="Show what each row says for and against each hypothesis, in bits.")(evidence)
    app.command(short_help="Score the forecasts on record.")(score)
    app.command(short_help="Compare what forecasts said with what happened.")(calibration)
    app.command(short_help="Split the change between two runs over what changed.")(diff)
    app.command(short_help="Append a row to a stream's record.")(observe)
    app.command(cls=NumberCommand, short_help="Put a forecast on record: a probability, a range, options or a date.")(say)
    app.command(short_help="Withdraw a forecast.")(withdraw)
    app.command(cls=NumberCommand, short_help="Put on record how a question ended.")(resolve)
    app.command(short_help="Show what waits for a resolution or a new forecast.")(due)
    app.add_typer(prior(), name="prior", short_help="Show priors beside posteriors; write one, or answer questions that lead to one.")
    app.add_typer(import_record(), name="import", short_help="Import a record of forecasts from elsewhere.")
    app.add_typer(market(), name="market", short_help="Hold questions against prediction markets.")
    app.command(cls=PlainCommand, short_help="Show answers before and after something supposed.")(whatif)
    app.command(short_help="Show drafts of the reports in a browser, at each save.")(watch)
    app.command(short_help="Serve answers to programs that speak the Model Context Protocol.")(mcp)
    app.command(short_help="Take a topic away: a PyMC program, or draws for ArviZ.")(export)
    app.command(short_help="Print the JSON Schemas for editors.")(schemas)
    app.command(cls=PlainCommand, short_help="Show the documentation.")(docs)
    return app


def forecast(
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=lambda asked: _show_version(asked=asked), help="Show the version and stop.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of a failure that nobody foresaw.")] = False,
) -> None:
    """Bayesian forecasts from plain files: questions, priors with reasons, dated records, answers.

    \b
    A day with a book:
      forecast check                              is every file sound?
      forecast observe captures --on 2026-10-02 --value 1 --source https://...
      forecast update                             condition, simulate, answer, write the reports
      forecast show                               the newest answers

    Every command works on the book that the current directory belongs to, or on --book DIR.
    Exit codes: 0 fine; 1 a file has problems; 2 wrong command line; 3 computed, but not all of it, or not to be trusted.
    """  # noqa: D301 - \b is the help's sign for lines kept as they are


def _is_debugging(words: Sequence[str]) -> bool:
    """Whether a traceback is wanted: after ``forecast --debug``, or where FORECAST_DEBUG is 1."""
    return "--debug" in takewhile(lambda word: word.startswith("-"), words) or os.environ.get("FORECAST_DEBUG") == "1"


def _show_version(*, asked: bool) -> None:
    if asked:
        echo(f"forecast {__version__}")
        raise typer.Exit
