"""Problems: mistakes in a book as values with a place, gathered and shown together."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from forecast.book.files.terminal import terminal_line

MOST_LINE_CHARACTERS = 120  # characters of a source line that are shown
MOST_PRINTED_PROBLEMS = 100  # problems of one file that are printed
MOST_ALIKE = 3  # problems of one file that say the same, each in a line of its own
MOST_FOUND = 200  # problems of one kind of check that are looked for in one file


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A point in a file: path relative to the book, line and column from 1; or in an option of the command line (``option_place``)."""

    path: str
    line: int = 1
    column: int = 1


def option_place(option: str, column: int = 1) -> Place:
    """Return a point in what was typed for an option, or an argument, of the command line: its path is the option, and it has no line."""
    return Place(option, 0, column)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where, what, and one hint on how to fix it.

    ``source`` is the line of the file the place is in, or what was typed for the option (empty when there is
    none); ``level`` says whether computing may go on.
    """

    place: Place
    message: str
    hint: str = ""
    source: str = ""
    level: Literal["error", "warning"] = "error"


class Result[Value](NamedTuple):
    """A value or problems: ``value`` is None where errors forbid it, or where there is none; one that is there may have warnings.

    Where something is always there, whatever is wrong with it, a plain pair says so.
    """

    value: Value | None
    problems: tuple[Problem, ...] = ()


class FileFault(Exception):
    """A file or folder of a book that cannot be read or written as it must be; ``problem`` says which and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.place.path}: {problem.message}")
        self.problem = problem

    def __reduce__(self) -> tuple[type[FileFault], tuple[Problem]]:
        """Cross from one process to another whole."""
        return type(self), (self.problem,)


def sort_problems(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Return problems by place, each only once."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: (problem.place, problem.level, problem.message)))


def has_errors(problems: tuple[Problem, ...]) -> bool:
    """Whether any problem forbids computing."""
    return any(problem.level == "error" for problem in problems)


def problem_lines(problem: Problem) -> list[str]:
    """Return a problem as the lines people read: place and message, the source line, a marker, the hint.

    What a terminal would act on is shown by its code, and of a very long line
    only the part around the place is shown.
    """
    place = problem.place
    where = f"{place.path}:{place.line}:{place.column}" if place.line else place.path
    lines = [terminal_line(f"{where}: {problem.level}: {problem.message}")]
    if problem.source.strip():
        shown, before = _window(problem.source, place.column - 1)
        lines += [f"    {terminal_line(shown)}".rstrip(), "    " + "".join(_blank_of_width(character) for character in before) + "^"]
    if problem.hint:
        lines.append(f"    {terminal_line(problem.hint)}")
    return lines


def format_problem(problem: Problem) -> str:
    """Return a problem as one text, line by line."""
    return "\n".join(problem_lines(problem))


def lines_of_problems(problems: Iterable[Problem]) -> list[str]:
    """Return problems as the lines people read, one after another: at most 100 of each file, and how many more it has."""
    counts: dict[str, int] = {}
    lines: list[str] = []
    for problem in problems:
        path = problem.place.path
        counts[path] = counts.get(path, 0) + 1
        if counts[path] <= MOST_PRINTED_PROBLEMS:
            lines += problem_lines(problem)
    more = {path: count - MOST_PRINTED_PROBLEMS for path, count in counts.items() if count > MOST_PRINTED_PROBLEMS}
    return [*lines, *(terminal_line(f"{path}: … and {count:,} more") for path, count in more.items())]


def gather_alike(problems: Iterable[Problem], *, most: int = MOST_ALIKE) -> list[Problem]:
    """Return problems with those of one file that say the same put together where they are more than ``most``: one at the first place, with their number."""
    alike: dict[tuple[str, ...], list[Problem]] = {}
    for problem in problems:
        alike.setdefault((problem.place.path, problem.message, problem.hint, problem.level), []).append(problem)
    return [
        its
        for group in alike.values()
        for its in (
            [replace(group[0], message=f"{group[0].message} ({len(group):,} rows, of which this is the first)")]
            if len(group) > most
            else group
        )
    ]


def format_problems(problems: tuple[Problem, ...]) -> str:
    """Return problems as one text, as ``lines_of_problems`` has them."""
    return "\n".join(lines_of_problems(problems))


def limit_problems(problems: Iterable[Problem], most: int = MOST_FOUND) -> Iterator[Problem]:
    """Yield the first problems and, where there are more than ``most``, one that says so: the rest is not looked for."""
    for number, problem in enumerate(problems):
        if number == most:
            message = f"there are more than {most:,} such problems from here on; the others are not looked for"
            yield replace(problem, message=message, hint="correct these first")
            return
        yield problem


def _window(source: str, offset: int) -> tuple[str, str]:
    """The part of a line to show, and what of it stands before the marker."""
    if len(source) <= MOST_LINE_CHARACTERS:
        return source, source[:offset].ljust(offset)
    start = max(0, min(offset - MOST_LINE_CHARACTERS // 2, len(source) - MOST_LINE_CHARACTERS))
    head = "…" if start else ""
    tail = "…" if start + MOST_LINE_CHARACTERS < len(source) else ""
    return head + source[start : start + MOST_LINE_CHARACTERS] + tail, head + source[start:offset]


def _blank_of_width(character: str) -> str:
    if character == "\t":
        return "\t"
    return "  " if unicodedata.east_asian_width(character) in "WF" else " " * len(terminal_line(character))
