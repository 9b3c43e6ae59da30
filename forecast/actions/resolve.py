"""Putting on record how a question ended; a correction replaces what was said before, and both stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

from forecast.actions.question_record import QuestionRecord, forecasts_of, read_question_record
from forecast.actions.record_rows import NewRow, RecordedRow, add_row, day_typed, wording_problem
from forecast.book.files.numerals import parse_day
from forecast.book.files.problems import Problem, Result
from forecast.forecasts.checks import missing_row_problem, resolution_problems
from forecast.forecasts.option_names import option_named
from forecast.forecasts.reading import resolution_of_row
from forecast.forecasts.record import standing_resolutions
from forecast.forecasts.resolution import Resolution, resolution_id
from forecast.forecasts.tables import RESOLUTIONS, RowCells
from forecast.forecasts.times import days_of_moment, days_of_text, moment_hint, moment_text, parse_moment, text_of_days


@dataclass(frozen=True, slots=True)
class SaidResolution:
    """How a question ended, as texts of the record's cells; ``asked`` is the hash of the wording, where it is not the one asked now."""

    outcome: str
    on: str
    source: str
    value: str = ""
    known: date | None = None
    why: str = ""
    replaces: str = ""
    asked: str = ""


def resolve(root: Path, question: str, said: SaidResolution, *, now: datetime) -> RecordedRow[Resolution]:
    """Append a resolution to the record of the question that a text names.

    Refuses, with problems and without writing, an outcome that the question cannot have, a day to come, and a second
    resolution that does not replace the first.
    """
    said = replace(said, on=day_typed(said.on, now=now))
    new = NewRow(RESOLUTIONS, partial(_cells, said, now), resolution_of_row, partial(_refusals, root))
    return add_row(root, question, new, now=now, asked=said.asked)


def outcome_of_word(root: Path, question: str, word: str) -> tuple[str, str] | None:
    """Return the outcome and the value of a word that is no outcome and names an option of a question; None where it names none."""
    found = read_question_record(root, question).value
    options = [] if found is None else [option.option for option in found.question.options]
    named = option_named(word, options)
    return ("label", named) if named in options else None


def _cells(said: SaidResolution, now: datetime, found: QuestionRecord) -> Result[RowCells]:
    asked = found.question.question
    if parse_day(said.on) is None and parse_moment(said.on) is None:
        hint = f"write a day, as in 2026-10-02; or {moment_hint(said.on)}"
        return Result(None, (wording_problem(found, f"`{said.on}` is neither a day nor a time", hint),))
    if said.outcome == "not_by" and (days_of_text(said.value) is not None) is not (asked.type == "date"):
        what = "a date, as in 2026-10-02" if asked.type == "date" else "a number"
        return Result(None, (wording_problem(found, f"`not_by` needs {what}, and not `{said.value}`", "what comes later is not known"),))
    options = [option.option for option in found.question.options]
    cells = {
        "question": asked.id,
        "asked": asked.asked,
        "outcome": said.outcome,
        "value": option_named(said.value, options) if said.outcome == "label" else said.value,
        "on": said.on,
        "known": "" if said.known is None else said.known.isoformat(),
        "recorded": moment_text(now),
        "source": said.source,
        "replaces": said.replaces,
        "note": said.why,
    }
    return Result({"id": resolution_id(cells), **cells})


def _refusals(root: Path, found: QuestionRecord, row: Resolution) -> tuple[Problem, ...]:
    """What is wrong with the row beside the others of its record."""
    record = found.record
    problems = [replace(problem, level="error") for problem in resolution_problems(record, found.terms, row)]
    if row.known > max(row.recorded.date(), row.on.date()):
        problems.append(Problem(row.place, f"this would be known on {row.known}, after today ({row.recorded.date()})"))
    if (missing := missing_row_problem(record.resolutions, row)) is not None:
        problems.append(missing)
    standing = standing_resolutions(record).get((row.question, row.asked))
    if standing is not None and standing.id != row.replaces:
        where = f"{standing.place.path}:{standing.place.line}"
        hint = f"a correction replaces it: add --replaces {standing.id}"
        problems.append(Problem(row.place, f"`{found.address}` is resolved in {where} already: {standing.outcome}", hint))
    return (*problems, *_doubts(root, found, row))


def _doubts(root: Path, found: QuestionRecord, row: Resolution) -> Iterator[Problem]:
    """Yield warnings of what is likely to be a slip of the day on which a question was decided."""
    decided = min(row.on, row.recorded)
    forecasts = forecasts_of(root, found).forecasts
    corrected = {its.replaces for its in forecasts}
    of_question = (its for its in forecasts if (its.question, its.asked) == (row.question, row.asked) and its.id not in corrected)
    if after := sum(not its.is_withdrawal and its.at > decided for its in of_question):
        what = "forecast was" if after == 1 else "forecasts were"
        message = f"{after} {what} made after the question was decided, on {moment_text(decided)}, and {'is' if after == 1 else 'are'} left out of scores"
        yield Problem(row.place, message, "a correction replaces this row, where --on is wrong", level="warning")
    if row.outcome == "date" and isinstance(row.value, float) and row.value > days_of_moment(decided):
        message = f"{text_of_days(row.value)} is after the day on which the question was decided ({decided.date()})"
        yield Problem(row.place, message, "a date that has not come is none, unless it is one that was announced", level="warning")
