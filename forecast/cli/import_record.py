"""``forecast import``: another platform's file of one's forecasts becomes a collection of the book."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecast.book.files.problems import gather_alike
from forecast.cli.lines import echo, print_output, print_problems, problems_as_data, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, path_value, root_of
from forecast.importers.choices import ImportChoices
from forecast.importers.formats import FORMATS, ImportFormat
from forecast.language.count_words import count_text

if TYPE_CHECKING:
    from forecast.actions.import_record import ImportResult

LEFT_OUT = 3  # the exit code where rows did not fit
_SINGULAR = {"people": "person", "options of questions": "option of a question"}
_CHANGED = {
    "questions revised": "question",
    "forecasts replaced": "forecast",
    "resolutions corrected": "resolution",
    "scores changed": "score",
}

Collection = Annotated[
    str,
    typer.Option(
        "--collection", metavar="NAME", help="The folder in seeds/records to add to, or to make (default: named after the format)."
    ),
]
Me = Annotated[
    list[str] | None,
    typer.Option("--me", metavar="NAME", help="Your user name or id there; not needed where the file has one person.", show_default=False),
]
Others = Annotated[bool, typer.Option("--others", help="Bring in the forecasts of other persons too, under pseudonyms.")]
CrowdComplete = Annotated[
    bool, typer.Option("--crowd-complete", help="The file has the forecasts of everybody there, so peer scores can be computed.")
]
Private = Annotated[bool, typer.Option("--private", help="Bring in questions too that are not public.")]
Zone = Annotated[str, typer.Option("--zone", metavar="ZONE", help="The time zone of times that name none, as in UTC or Europe/Berlin.")]
Mapping_ = Annotated[
    Path | None,
    typer.Option("--mapping", metavar="FILE.toml", callback=path_value, help="Which column of the file is what.", show_default=False),
]
Market = Annotated[str, typer.Option("--market", metavar="ID", help="The market of bets that do not name theirs.")]

_OPTIONS: Mapping[str, tuple[object, object]] = {  # the type and the default of each
    "collection": (Collection, ""),
    "me": (Me, None),
    "others": (Others, False),
    "crowd_complete": (CrowdComplete, False),
    "private": (Private, False),
    "zone": (Zone, ""),
    "mapping": (Mapping_, None),
    "market": (Market, ""),
    "book": (Book, None),
    "allow_links": (AllowLinks, False),
    "as_json": (AsJson, False),
}


def import_record() -> typer.Typer:
    """Return the group of commands that import, one for each format."""
    group = typer.Typer(no_args_is_help=True, help="Import a record of forecasts from elsewhere.", rich_markup_mode=None)
    group.callback()(_group)
    for its in FORMATS.values():
        group.command(its.name, short_help=its.summary)(_command(its))
    return group


def _group() -> None:
    """Import a record of forecasts from elsewhere into a collection of the book, seeds/records/NAME, without the network."""


def _command(its: ImportFormat) -> Callable[..., None]:
    """The command of a format, with the options that it declares."""

    def command(
        files: Path | list[Path],
        *,
        collection: str,
        book: Path | None,
        allow_links: bool,
        as_json: bool,
        me: list[str] | None = None,
        **given: object,
    ) -> None:
        choices = ImportChoices(collection=collection, me=tuple(me or ()), **given)  # type: ignore[arg-type]  # Typer has checked each by its type
        _import(its, root_of(book, allow_links=allow_links), [files] if isinstance(files, Path) else files, choices, as_json=as_json)

    one = typer.Argument(metavar=its.metavar, help="The file as it was downloaded.", show_default=False)
    file = Annotated[Path, one] if its.most_files == 1 else Annotated[list[Path], one]
    names = ("collection", *its.options, "book", "allow_links", "as_json")
    types = {"files": file, **{name: _OPTIONS[name][0] for name in names}}
    of_files = inspect.Parameter("files", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=file)
    others = (inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=types[name], default=_OPTIONS[name][1]) for name in names)
    examples = "\n".join(f"  forecast import {its.name} {example}" for example in its.examples)
    command.__name__ = its.name
    command.__doc__ = f"{its.explanation}\n\n\b\nExamples:\n{examples}\n\nRows that do not fit are left out, and listed with line and reason; the exit code is 3 then."
    command.__annotations__ = types
    vars(command)["__signature__"] = inspect.Signature([of_files, *others])
    return command


def _import(its: ImportFormat, root: Path, files: list[Path], choices: ImportChoices, *, as_json: bool) -> None:
    from forecast.actions.import_record import import_files
    from forecast.system import utc_now

    if len(files) > its.most_files:
        raise typer.BadParameter(f"{len(files)} files; at most {its.most_files} can be read together", param_hint=its.metavar)
    done = import_files(root, its, files, choices, clock=utc_now)
    if not done.path:
        stop_at(done.problems, as_json=as_json)
    if as_json:
        print_output("import", _data(done))
    else:
        print_problems(gather_alike(done.problems), err=True)
        _print(done)
    if done.left_out:
        raise typer.Exit(LEFT_OUT)


def _data(done: ImportResult) -> dict[str, object]:
    return {
        "collection": done.collection,
        "path": done.path,
        "me": list(done.me),
        "added": dict(done.added),
        "left_out": dict(done.left_out),
        "forecasts_of_others": done.others,
        "notes": list(done.notes),
        "problems": problems_as_data(done.problems),
    }


def _print(done: ImportResult) -> None:
    added = [
        count_text(count, _SINGULAR.get(what, what.removesuffix("s")), what)
        for what, count in done.added.items()
        if count and what not in _CHANGED
    ]
    changed = [f"{what.split()[1]} {count_text(count, _CHANGED[what])}" for what, count in done.added.items() if count and what in _CHANGED]
    parts = [*(("added " + ", ".join(added),) if added else ()), *changed]
    echo(f"{done.path}: {', '.join(parts) or 'nothing new in this file'}.")
    if done.me:
        echo(f"You are {' and '.join(done.me)} there.")
    for path, count in done.left_out.items():
        echo(f"Left out {count_text(count, 'row')} of {path}: {'it does' if count == 1 else 'they do'} not fit.")
    if done.others:
        echo(
            f"Left out {count_text(done.others, 'forecast')} of other persons; --others brings {'it' if done.others == 1 else 'them'} in, under pseudonyms."
        )
    for note in done.notes:
        echo(note)
    if parts:
        echo("Next: forecast score, and forecast calibration.")
