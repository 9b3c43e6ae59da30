"""Values as lines on the terminal: problems, columns, JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from forecast.beliefs import BelievedPart
    from forecast.book.problems import Problem


FIRST, LAST = 3, 9  # of many values of one parameter: how a walk begins, and where it stands


def stop_at(problems: Sequence[Problem], *, as_json: bool) -> None:
    """Print problems, and stop with exit code 1 where one of them is an error.

    JSON goes to standard output, as every command's JSON does; text to standard error.
    """
    from forecast.book.problems import has_errors

    wrong = has_errors(tuple(problems))
    if as_json and wrong:
        print_json({"problems": problems_as_data(problems)})
    elif problems and not as_json:
        print_problems(problems, err=True)
    if wrong:
        raise typer.Exit(1)


def print_problems(problems: Sequence[Problem], *, err: bool) -> None:
    """Print problems as people read them."""
    from forecast.book.problems import format_problems

    typer.echo(format_problems(tuple(problems)), err=err)


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
    """Print a value as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_columns(rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), indent: str = "") -> None:
    """Print rows with their cells under one another; columns numbered in ``right`` end together."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.rjust(width) if at in right else cell.ljust(width) for at, (cell, width) in enumerate(zip(row, widths, strict=True))]
        typer.echo((indent + "  ".join(cells)).rstrip())


def shortened[T](values: Sequence[T], *, of: Callable[[T], str]) -> list[T | int]:
    """Return values with the middle of long runs that are ``of`` one parameter left out: a number says how many."""
    found: list[T | int] = []
    for _, run in groupby(values, key=of):
        together = list(run)
        between = len(together) - FIRST - LAST
        found += [*together[:FIRST], between, *together[-LAST:]] if between > 1 else together
    return found


def part_name(name: str, part: BelievedPart) -> str:
    """A part of a pooled prior as a line of its own begins: whose it is, and what it counts."""
    return f"  {name}, {part.name} {f'{100 * part.share:.3g} %' if part.share else 'not used'}"
