"""``forecast observe``: append a row to a record."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecast.cli.completion import complete_stream
from forecast.cli.lines import echo, print_next_update, print_output, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, book_words, day, line_text, path_value, root_of, today
from forecast.language.count_words import count_text

if TYPE_CHECKING:
    from forecast.actions.observe import Observation

Stream = Annotated[
    str, typer.Argument(metavar="STREAM", autocompletion=complete_stream, help="A stream, or topic.stream.", show_default=False)
]
Source = Annotated[
    str,
    typer.Option(
        "--source",
        help="An address or a citation: where a reader can check it. Needed, except with --rows, where it is that of rows without one.",
        show_default=False,
    ),
]
Rows = Annotated[
    Path | None,
    typer.Option(
        "--rows",
        metavar="FILE.csv",
        callback=path_value,
        help="Append every row of a CSV file with the columns of a record; - reads standard input.",
        show_default=False,
    ),
]
Value = Annotated[str | None, typer.Option("--value", metavar="TEXT", parser=line_text, help="What was seen.", show_default=False)]
Low = Annotated[
    str | None,
    typer.Option("--low", metavar="TEXT", parser=line_text, help="At least so many, where the value is not known.", show_default=False),
]
High = Annotated[
    str | None,
    typer.Option("--high", metavar="TEXT", parser=line_text, help="At most so many, where the value is not known.", show_default=False),
]
Origin = Annotated[
    str, typer.Option("--origin", help="Where a report comes from in the end: reports of one origin share one error.", show_default=False)
]
On = Annotated[
    date | None,
    typer.Option("--on", metavar="DATE", parser=day, help="The one day the row covers: a date, or `today`.", show_default=False),
]
From = Annotated[date | None, typer.Option("--from", metavar="DATE", parser=day, help="The first day the row covers.", show_default=False)]
To = Annotated[date | None, typer.Option("--to", metavar="DATE", parser=day, help="The last day the row covers.", show_default=False)]
Through = Annotated[
    date | None,
    typer.Option(
        "--through",
        metavar="DATE",
        parser=day,
        help="Extend quiet time (value 0) in a watched stream through this day.",
        show_default=False,
    ),
]
Known = Annotated[
    date | None,
    typer.Option(
        "--known",
        metavar="DATE",
        parser=day,
        help="The day it became known (default: the last day it covers; of a correction, today).",
        show_default=False,
    ),
]
Grade = Annotated[
    str, typer.Option("--grade", metavar="TEXT", parser=line_text, help="How sure the source is: A, B or C.", show_default=False)
]
Note = Annotated[str, typer.Option("--note", help="Free text.", show_default=False)]
Id = Annotated[
    str,
    typer.Option(
        "--id", metavar="TEXT", parser=line_text, help="A name for the row, so that a later one can replace it.", show_default=False
    ),
]
Replaces = Annotated[
    str,
    typer.Option(
        "--replaces", metavar="ID", parser=line_text, help="The row that this one corrects: its id, or its hash.", show_default=False
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="COLUMN=VALUE", parser=line_text, help="A column of the stream's own; may be repeated.", show_default=False
    ),
]


def observe(
    stream: Stream,
    *,
    source: Source = "",
    value: Value = None,
    low: Low = None,
    high: High = None,
    on: On = None,
    first: From = None,
    last: To = None,
    through: Through = None,
    known: Known = None,
    grade: Grade = "",
    note: Note = "",
    origin: Origin = "",
    id: Id = "",  # noqa: A002 - the column's name
    replaces: Replaces = "",
    columns: Set = None,
    rows: Rows = None,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Append a row to a stream's record, or the rows of a file: checked first, written under a lock, on the disk when this returns.

    That something happened today is `--on today --value 1`; that nothing has happened until a day, in a stream that is watched,
    is `--through`.

    \b
    Examples:
      forecast observe captures --on today --value 1 --source https://example.org/news
      forecast observe captures --on 2026-10-02 --value 1 --source https://example.org/news
      forecast observe wishes --from 2026-10-01 --to 2026-10-05 --value 2 --set asked=3 --source "..."
      forecast observe killed --on 2026-10-02 --low 100 --source "at least 100, the ministry said"
      forecast observe votes --on 2026-10-02 --set value_left=410 --set value_right=590 --set asked=1000 --source "..."
      forecast observe captures --on 2026-10-02 --value 2 --replaces 1f0c52ab --source "a later count"
      forecast observe captures --through 2026-10-12 --source "daily reports"
      forecast observe polls --rows polls.csv --source "the pollsters' pages"
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions import observe as observing

    own, named = _columns(columns or []), book_words(book, allow_links=allow_links)
    of_one_row = any((value, low, high, origin, on, first, last, known, grade, note, id, replaces))
    if rows is not None:
        if of_one_row or own or through is not None:
            raise typer.BadParameter("has whole rows and takes only --source", param_hint="--rows")
        _observe_file(root_of(book, allow_links=allow_links), stream, rows, source, named=named, as_json=as_json)
        return
    root = root_of(book, allow_links=allow_links)
    seen = observing.Observation(on or first, on or last, value or "", source, known, grade, note, id, replaces, own)
    seen = replace(seen, low=low or "", high=high or "", origin=origin)
    in_full = partial(_in_full, root, stream, seen, through, named=named)
    if not source:
        raise typer.BadParameter(f"say where a reader can check it{in_full()}", param_hint="--source")
    if through is not None:
        if of_one_row:
            raise typer.BadParameter("extends quiet time and takes only --source and --set", param_hint="--through")
        done = observing.observe_quiet(root, stream, through=through, source=source, today=today(), columns=own)
    else:
        if not _has_days(on, first, last):
            message = "give the days: --on DATE, or --from DATE and --to DATE; of what happened today --on today"
            raise typer.BadParameter(f"{message}{in_full()}", param_hint="--on / --from / --to")
        if value is None and low is None and high is None and not any(name.startswith("value_") for name in own):
            message = "say what was seen, or its range: --value, --low, --high; of what happened once --value 1"
            raise typer.BadParameter(f"{message}{in_full()}", param_hint="--value")
        if value is not None and (low is not None or high is not None):
            raise typer.BadParameter("a value that is known has no range", param_hint="--value / --low / --high")
        done = observing.observe(root, stream, seen, today=today())
    stop_at(done.problems, as_json=as_json)
    if as_json:
        print_output("observe", {"path": done.path, "line": done.row.place.line if done.row else None, "row": done.line, "hash": done.hash})
    else:
        echo(f"{done.path}:{done.row.place.line if done.row else ''}: {done.line}")
        echo(f"Its hash, by which a later row can replace it: {done.hash}")
        stop_at(done.warnings, as_json=as_json)
        print_next_update(done.path, named=named)


def _observe_file(root: Path, stream: str, file: Path, source: str, *, named: str, as_json: bool) -> None:
    from forecast.actions.observe import observe_rows
    from forecast.actions.observed_file import observations_of_file
    from forecast.actions.payload_files import payload_bytes, shown_name
    from forecast.book.files.problems import FileFault
    from forecast.book.rows import row_hash

    try:
        content = payload_bytes(file, sys.stdin.buffer.read)
    except FileFault as fault:
        stop_at([fault.problem], as_json=as_json)
    observations, problems = observations_of_file(content, shown_name(file), source=source)
    stop_at(problems, as_json=as_json)
    assert observations is not None
    done = observe_rows(root, stream, observations, today=today())
    stop_at(done.problems, as_json=as_json)
    if as_json:
        lines = [row.place.line for row in done.rows]
        print_output(
            "observe-rows", {"path": done.path, "lines": lines, "rows": list(done.lines), "hashes": [row_hash(row) for row in done.rows]}
        )
        return
    first, last = done.rows[0].place.line, done.rows[-1].place.line
    where = f"line {first}" if first == last else f"lines {first} to {last}"
    echo(f"{done.path}: {count_text(len(done.rows), 'row')} added, {where}")
    stop_at(done.warnings, as_json=as_json)
    print_next_update(done.path, named=named)


def _in_full(root: Path, name: str, seen: Observation, through: date | None, *, named: str) -> str:
    """The whole command for a row of a stream, behind what is missing, with what was typed of it; empty where there is no such stream, or its topic cannot be read."""
    from forecast.actions.observe import find_stream
    from forecast.actions.observe_command import command_for_stream

    found, _ = find_stream(root, name)
    options = seen.options if through is None else {"--through": str(through), **({"--source": seen.source} if seen.source else {})}
    command = "" if found is None else command_for_stream(root, *found, options, seen.columns)
    return f". In full: {command}{named}" if command else ""


def _has_days(on: date | None, first: date | None, last: date | None) -> bool:
    """Whether a row has either one day, or a first and a last."""
    return (first is None and last is None) if on is not None else (first is not None and last is not None)


def _columns(texts: list[str]) -> dict[str, str]:
    columns = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise typer.BadParameter(f"`{text}` is not COLUMN=VALUE", param_hint="--set")
        columns[name.strip()] = value.strip()
    return columns
