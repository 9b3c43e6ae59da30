"""Values as lines on the terminal: problems, columns, JSON.

Every command prints through this module, so that nothing a book says reaches the
terminal unescaped.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import typer

from forecast.book.files.terminal import terminal_json, terminal_line

if TYPE_CHECKING:
    from forecast.book.files.problems import Problem
    from forecast.elicitation.parameter_summary import PartSummary


FIRST, LAST = 3, 9  # of many values of one parameter: how a walk begins, and where it stands


def echo(line: str = "", *, err: bool = False) -> None:
    """Print one line; a line end within it is shown as any other character that a terminal would act on."""
    typer.echo(terminal_line(line), file=sys.stderr if err else sys.stdout)  # named, since typer takes ASCII for a mistake and sends UTF-8


def prompt(question: str) -> str:
    """Ask a question in one line, and return what was typed."""
    encoding = sys.stdout.encoding or "utf-8"
    shown = terminal_line(question).encode(encoding, "backslashreplace").decode(encoding)  # for the reason that `echo` names its stream
    return str(typer.prompt(shown, default="", show_default=False, prompt_suffix=" "))


def print_data(text: str) -> None:
    """Print a file's text: as it is, in UTF-8, where it goes to a file or a program; as lines where it goes to a terminal."""
    if sys.stdout.isatty():
        for line in text.removesuffix("\n").split("\n"):
            echo(line)
    else:
        typer.echo(text.encode("utf-8", "backslashreplace"), nl=False)


def stop_at(problems: Sequence[Problem], *, as_json: bool) -> None:
    """Print problems, and stop with exit code 1 where one of them is an error.

    JSON goes to standard output, as every command's JSON does; text to standard error.
    """
    from forecast.book.files.problems import has_errors

    wrong = has_errors(tuple(problems))
    if as_json and wrong:
        print_json({"problems": problems_as_data(problems)})
    elif problems and not as_json:
        print_problems(problems, err=True)
    if wrong:
        raise typer.Exit(1)


def print_problems(problems: Sequence[Problem], *, err: bool) -> None:
    """Print problems as people read them."""
    from forecast.book.files.problems import lines_of_problems

    for line in lines_of_problems(problems):
        echo(line, err=err)


def problems_as_data(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Return problems as data for scripts."""
    return [
        {
            "path": problem.place.path,
            "line": problem.place.line,
            "column": problem.place.column,
            "level": problem.level,
            "message": problem.message,
            "hint": problem.hint,
            "source": problem.source,
        }
        for problem in problems
    ]


def print_json(value: Any) -> None:
    """Print a value as JSON, whose texts hide nothing; in ASCII alone where the terminal cannot show more."""
    text = terminal_json(json.dumps(value, ensure_ascii=False, indent=2))
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=2)
    typer.echo(text, file=sys.stdout)


def print_columns(rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), indent: str = "") -> None:
    """Print rows with their cells under one another; columns numbered in ``right`` end together."""
    shown = [[terminal_line(cell) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*shown, strict=True)]
    for row in shown:
        cells = [cell.rjust(width) if at in right else cell.ljust(width) for at, (cell, width) in enumerate(zip(row, widths, strict=True))]
        echo((indent + "  ".join(cells)).rstrip())


def shorten_runs[T](values: Sequence[T], *, of: Callable[[T], str]) -> list[T | int]:
    """Return values with the middle of long runs that are ``of`` one parameter left out: a number says how many."""
    shortened: list[T | int] = []
    for _, run in groupby(values, key=of):
        together = list(run)
        between = len(together) - FIRST - LAST
        shortened += [*together[:FIRST], between, *together[-LAST:]] if between > 1 else together
    return shortened


def part_name(name: str, part: PartSummary) -> str:
    """A part of a pooled prior as a line of its own begins: whose it is, and what it counts."""
    return f"  {name}, {part.name} {f'{100 * part.share:.3g} %' if part.share else 'not used'}"
