"""Options that several commands share, and how their texts become values."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from forecast.cli.completion import complete_prior, complete_topic
from forecast.system import utc_now


def today() -> date:
    """The day it is, in UTC."""
    return utc_now().date()


def day(text: str) -> date:
    """Return a date as the command line writes it, 2026-10-12, or the day it is for `today`."""
    from forecast.book.files.days import day_fault, is_book_day
    from forecast.book.files.numerals import parse_day

    if text.strip().lower() == "today":
        return today()
    if (parsed := parse_day(text)) is None:
        raise typer.BadParameter(f"`{text}` is not a date: write it as in 2026-10-12, or today")
    if not is_book_day(parsed):
        raise typer.BadParameter(day_fault(parsed)[0])
    return parsed


def path_value[Value: Path | str | list[Path] | None](value: Value) -> Value:
    """Return what was given for an option that takes a path; refuse another option in its place, as in ``--netcdf --help``."""
    for path in value if isinstance(value, list | tuple) else (value,):
        if path is not None and str(path).startswith("--"):
            raise typer.BadParameter(f"`{path}` stands where a path belongs; a file of that name is ./{path}")
    return value


def as_of_day(as_of: date | None, *, now: date) -> date:
    """Return the as-of day, today where none is given; refuse one after today."""
    if as_of is not None and as_of > now:
        raise typer.BadParameter(f"{as_of} is after today ({now}): nobody knows yet what will be known then", param_hint="--as-of")
    return as_of or now


def past_moment(text: str, *, now: datetime, option: str) -> datetime:
    """Return the moment that an option states, with ``now`` as a word for now; refuse what is no time, and one that has not come."""
    from forecast.forecasts.times import moment_hint, parse_moment

    moment = now if text == "now" else parse_moment(text)
    if moment is None:
        raise typer.BadParameter(f"`{text}` is no time: {moment_hint(text)}", param_hint=option)
    if moment > now:
        raise typer.BadParameter(f"{text} has not come yet", param_hint=option)
    return moment


def review_day(reviewed: date | None, *, now: date) -> date:
    """Return the day whose knowledge a prior's reasoning uses, today where none is given; refuse one after today."""
    if reviewed is not None and reviewed > now:
        raise typer.BadParameter(f"{reviewed} is after today ({now})", param_hint="--reviewed")
    return reviewed or now


def line_text(text: str) -> str:
    """Return a text that becomes a cell of a record, refusing one that is not on one line, or has characters that a screen acts on."""
    from forecast.language.characters import refused_character

    if (refused := refused_character(text, "line")) is not None:
        raise typer.BadParameter(f"{refused.message}: {refused.hint}")
    return text


def texts_by_name(texts: Sequence[str], *, option: str) -> dict[str, str]:
    """Return the texts of an option that is written NAME="..." and may be repeated, by name."""
    by_name = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise typer.BadParameter(f'`{text}` is not NAME="..."', param_hint=option)
        by_name[name.strip()] = value.strip()
    return by_name


def reasons_by_name(texts: Sequence[str]) -> dict[str, str]:
    """Return the reasons of an option ``--why NAME="..."``, by name, each with the full stop that was left out."""
    from forecast.book.sentences import with_full_stop

    return {name: with_full_stop(text) for name, text in texts_by_name(texts, option="--why").items()}


def root_of(book: Path | None, *, allow_links: bool) -> Path:
    """Return the book's directory: the one named, or the nearest from here upwards; with ``allow_links`` one whose links are followed."""
    from forecast.book.files.folder import LinkedRoot
    from forecast.book.files.layout import find_root

    here = Path.cwd()
    root = book if book is not None else find_root(here) or here
    return LinkedRoot(root) if allow_links else root


def book_words(book: Path | None, *, allow_links: bool) -> str:
    """Return the options with which a command that is printed has the book that this one has; empty for the one that is found from here."""
    named = "" if book is None else f" --book {shlex.quote(str(book))}"
    return f"{named} --allow-links" if allow_links else named


def cache_directory() -> Path | None:
    """Return the folder in which results are kept from run to run; None where the system has none."""
    from forecast.cache.folder import cache_folder

    try:
        return cache_folder()
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


Book = Annotated[
    Path | None,
    typer.Option(
        "--book", metavar="DIR", callback=path_value, help="The book's directory (default: from here upwards).", show_default=False
    ),
]
AllowLinks = Annotated[
    bool, typer.Option("--allow-links", help="Follow links below seeds/ and priors/; only for a book whose links you trust.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
AsOf = Annotated[
    date | None,
    typer.Option("--as-of", metavar="DATE", parser=day, help="Use the knowledge of this day (default: today, UTC).", show_default=False),
]
ParameterName = Annotated[
    str, typer.Argument(metavar="TOPIC.NAME", autocompletion=complete_prior, help="The parameter.", show_default=False)
]
PriorLabel = Annotated[str, typer.Option("--label", help="The label whose prior it is, where they differ by label.", show_default=False)]
PriorWhy = Annotated[str | None, typer.Option("--why", help="The reason, in a sentence (default: the present one).", show_default=False)]
Reviewed = Annotated[
    date | None,
    typer.Option(
        "--reviewed", metavar="DATE", parser=day, help="The day whose knowledge the reasoning uses (default: today).", show_default=False
    ),
]
Topics = Annotated[
    list[str] | None,
    typer.Argument(metavar="[TOPIC]...", autocompletion=complete_topic, help="Only these topics (default: all).", show_default=False),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="The seed of all randomness.")]
Trust = Annotated[bool, typer.Option("--trust", help="Run the book's own code, the model.py of topics that bring one.")]
Variant = Annotated[
    str, typer.Option("--variant", metavar="NAME", help="Which variant of the topic; base is the topic as it stands.", show_default=False)
]
Draws = Annotated[
    int,
    typer.Option(
        "--draws",
        min=256,
        max=1_048_576,
        help="How many paths are simulated; above the usual number the draws of the posterior grow with it.",
    ),
]
