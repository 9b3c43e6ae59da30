"""What an import leaves out: every row with its reason, of which the first of each file are kept whole and the others are counted."""

from __future__ import annotations

from dataclasses import dataclass, field

from forecast.book.files.problems import MOST_FOUND, Place, Problem

MOST_MESSAGE = 200  # characters


@dataclass(slots=True)
class LeftOut:
    """Rows that are left out because they do not fit, gathered while a file is read; and what else is worth a warning."""

    problems: list[Problem] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)

    def add(self, path: str, line: int, reason: str, hint: str = "") -> None:
        """Leave a row out."""
        count = self.counts[path] = self.counts.get(path, 0) + 1
        if count <= MOST_FOUND:
            self.problems.append(Problem(Place(path, line), f"left out: {_shorten(reason)}", _shorten(hint), level="warning"))

    def warn(self, path: str, line: int, message: str, hint: str = "") -> None:
        """Add a warning about something that is imported all the same."""
        if len(self.warnings) < MOST_FOUND:
            self.warnings.append(Problem(Place(path, line), _shorten(message), _shorten(hint), level="warning"))

    def all_problems(self) -> tuple[Problem, ...]:
        """Return all problems, with one for each file that says how many of its rows are not listed."""
        more = [
            Problem(Place(path), f"left out: {count - MOST_FOUND:,} more rows of this file, for reasons such as these", level="warning")
            for path, count in self.counts.items()
            if count > MOST_FOUND
        ]
        return (*self.warnings, *self.problems, *more)


def _shorten(text: str) -> str:
    """The beginning of a text that may quote a whole cell."""
    return text if len(text) <= MOST_MESSAGE else f"{text[:MOST_MESSAGE]}…"
