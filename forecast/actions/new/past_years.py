"""How many there were in each of the years before, given in one line as a new topic begins: ``12 9 15``, or ``2016: 12 9 15``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from forecast.actions.new.kinds import SEASONAL_KINDS
from forecast.actions.new.option_places import option_problem
from forecast.actions.new.templates import TemplateInput
from forecast.book.files.problems import Problem, Result
from forecast.book.records import record_line

PAST_EXAMPLE = 'as in --past "12 9 15", the last whole year last, or --past "2016: 12 9 15"'
NEEDED_COLUMNS = ("from", "to", "value", "source", "note")
PAST_TYPED = "as in 12 9 15 with the last year last, or 2016: 12 9 15"  # where no option can be typed
_FIRST_YEAR = re.compile(r"\s*(\d{4})\s*:\s*")


@dataclass(frozen=True, slots=True)
class PastYears:
    """The counts of successive whole years, as texts of cells, and the first of the years."""

    first: int
    counts: tuple[str, ...]
    is_said: bool  # whether the first year was given; else the last of them is the last whole year

    @property
    def opens(self) -> date:
        """The first day of the first year."""
        return date(self.first, 1, 1)

    def lines(self, columns: tuple[str, ...], source: str) -> str:
        """The rows as lines of a record with these columns."""
        rows = []
        for year, count in enumerate(self.counts, start=self.first):
            note = "" if self.is_said else f"given without a year, and taken for {year}"
            cells = {"from": date(year, 1, 1), "to": date(year, 12, 31), "value": count, "source": source, "note": note}
            rows.append(record_line(columns, cells))
        return "".join(rows)

    def sentence(self) -> str:
        """Which years the counts are of, where that was not said; empty where it was."""
        if self.is_said:
            return ""
        years = list(enumerate(self.counts, start=self.first))
        return f"The counts were given without years, and are taken for {', '.join(f'{year}: {count}' for year, count in years)}."


def past_years(kind: str, own: TemplateInput, columns: tuple[str, ...] | None, today: date) -> Result[PastYears]:
    """Return the years before of a new topic; ``columns`` are those of its only record, None where it has none or several.

    Numbers are told apart by blanks or commas.  Without a first year the last of them is that of the last whole year before ``today``.
    """
    if not own.asks_own:
        return Result(None, (_problem(own, "the example has rows of its own", "ask a question of your own: --asks"),))
    if columns is None or not {*NEEDED_COLUMNS} <= {*columns}:
        return Result(None, (_problem(own, f"a topic like {kind} takes no counts of years", "take --like count or --like hazard"),))
    if kind in SEASONAL_KINDS:
        hint = "take --like count; or leave them out, and add a row for each month: forecast observe --rows"
        return Result(
            None, (_problem(own, f"the count of a whole year says nothing of the seasons that a topic like {kind} is about", hint),)
        )
    if not own.source:
        return Result(None, (_problem(own, "the years before need a source", "say where they stand: --source"),))
    match = _FIRST_YEAR.match(own.past)
    counts = tuple(part for part in re.split(r"[\s,;]+", own.past[match.end() if match else 0 :]) if part)
    wrong = next((part for part in counts if not re.fullmatch(r"\d+", part)), None)
    if wrong is not None or not counts:
        message = "no year is given" if wrong is None else f"`{wrong}` is no count of a year"
        at = 0 if wrong is None else own.past.index(wrong, match.end() if match else 0)
        return Result(None, (_problem(own, message, PAST_EXAMPLE, offset=at),))
    first = int(match[1]) if match else today.year - len(counts)
    if first + len(counts) > today.year:
        message = f"the counts reach to {first + len(counts) - 1}, which is not over yet"
        return Result(None, (_problem(own, message, "leave it out: what is seen of it is a row, with `forecast observe`"),))
    if first < 1:
        return Result(None, (_problem(own, f"{len(counts)} years are more than there were", PAST_EXAMPLE),))
    return Result(PastYears(first, counts, is_said=match is not None))


def _problem(own: TemplateInput, message: str, hint: str, *, offset: int = 0) -> Problem:
    return option_problem("--past", message, hint, typed=own.past, offset=offset)


def with_past_years(texts: Mapping[str, str], path: str, years: PastYears, source: str) -> dict[str, str]:
    """Return a topic's files with the years in its record."""
    header = texts[path].partition("\n")[0]
    return {**texts, path: f"{header}\n{years.lines(tuple(header.split(',')), source)}"}
