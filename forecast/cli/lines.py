"""Values as lines on the terminal: problems, columns, JSON.

Every command prints through this module, so that nothing a book says reaches the
terminal unescaped.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Sequence
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, Any

import typer

from forecast.book.files.terminal import terminal_json, terminal_line
from forecast.cli.outputs.formats import OUTPUT_FORMATS, WITHOUT_FORMAT

if TYPE_CHECKING:
    from forecast.book.files.problems import Problem
    from forecast.elicitation.parameter_summary import PartSummary


GAP = "  "  # between columns
_DESCRIBED = re.compile(r"(\s+)(\S.*?)\s{2,}(\S.*)")  # a line of help: an example or a name, and what it is for
LEAST_WIDTH = 16  # of a column on a narrow terminal
FIRST, LAST = 3, 9  # of many values of one parameter: how a walk begins, and where it stands


def echo(line: str = "", *, err: bool = False) -> None:
    """Print one line; a line end within it is shown as any other character that a terminal would act on."""
    typer.echo(terminal_line(line), file=sys.stderr if err else sys.stdout)  # named, since typer takes ASCII for a mistake and sends UTF-8


def print_next_update(path: str, *, named: str) -> None:
    """Say what is to be typed next: a report stands as it is until its topic, one of whose files was changed, is updated.

    ``named`` are the options that name the book.
    """
    from forecast.book.files.layout import topic_of_path

    echo(f"Next: forecast update {topic_of_path(path)}{named}")


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
        print_output("problems", {"problems": problems_as_data(problems)})
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


def output_text(name: str, value: Any, *, ascii_only: bool = False) -> str:
    """Return an output as JSON whose texts hide nothing, with its version (see ``forecast.cli.outputs.formats``)."""
    whole = value if name in WITHOUT_FORMAT else {"format": OUTPUT_FORMATS[name], **value}
    return json.dumps(whole, indent=2) if ascii_only else terminal_json(json.dumps(whole, ensure_ascii=False, indent=2))


def print_output(name: str, value: Any) -> None:
    """Print what a command says as JSON; in ASCII alone where the terminal cannot show more."""
    text = output_text(name, value)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = output_text(name, value, ascii_only=True)
    typer.echo(text, file=sys.stdout)


def print_columns(rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), indent: str = "") -> None:
    """Print rows with their cells under one another; columns numbered in ``right`` end together.

    On a terminal that is too narrow for a row the widest cells take several lines, broken between words.
    """
    shown = [[terminal_line(cell) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*shown, strict=True)]
    if (width := terminal_width()) is not None:
        words = [max(len(word) for cell in column for word in (cell.split() or [""])) for column in zip(*shown, strict=True)]
        widths = _narrow_widths(widths, words, width - len(indent) - len(GAP) * (len(widths) - 1))
    for row in shown:
        broken = [[cell] if len(cell) <= width else _lines_of_cell(cell, width) for cell, width in zip(row, widths, strict=True)]
        for line in zip_longest(*broken, fillvalue=""):
            cells = [
                cell.rjust(width) if at in right else cell.ljust(width) for at, (cell, width) in enumerate(zip(line, widths, strict=True))
            ]
            echo((indent + GAP.join(cells)).rstrip())


def is_terminal() -> bool:
    """Whether somebody sits at a terminal, who can be asked and can read what is asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def terminal_width() -> int | None:
    """Return how many characters a line of the terminal has; None where the output goes to no terminal, and lines stay whole."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def narrow_help(text: str) -> str:
    """Return a help text in which an example, or a name, and what it is for stand under one another where the terminal is too narrow for both."""
    width = terminal_width()
    if width is None:
        return text
    return "\n".join(_DESCRIBED.sub(r"\1\2\n\1    \3", line) if len(line) > width else line for line in text.split("\n"))


def _narrow_widths(widths: Sequence[int], words: Sequence[int], whole: int) -> list[int]:
    """The widths of columns that together are no wider than ``whole``, as far as that goes: the widest give, down to their longest words."""
    narrow, least = list(widths), [max(word, min(width, LEAST_WIDTH)) for width, word in zip(widths, words, strict=True)]
    while sum(narrow) > whole and (giving := [at for at, width in enumerate(narrow) if width > least[at]]):
        narrow[max(giving, key=lambda at: narrow[at])] -= 1
    return narrow


def _lines_of_cell(cell: str, width: int) -> list[str]:
    return textwrap.wrap(cell, width, break_long_words=False, break_on_hyphens=False)


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
