"""Putting a forecast of one's own on record, or withdrawing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from forecast.actions.question_record import QuestionRecord, forecasts_of, mentions
from forecast.actions.record_rows import (
    NewRow,
    OtherRow,
    RecordedRow,
    add_row,
    day_typed,
    last_second_of,
    moment_of_text,
    wording_problem,
)
from forecast.book.files.numerals import parse_day
from forecast.book.files.problems import Problem, Result, option_place
from forecast.book.sentences import is_placeholder
from forecast.forecasts.checks import forecast_problems, missing_row_problem
from forecast.forecasts.forecast import Forecast, forecast_id
from forecast.forecasts.people import ME, PersonKind
from forecast.forecasts.reading import forecast_of_row, people_path
from forecast.forecasts.record import ForecastRecord, standing_forecasts, standing_resolutions
from forecast.forecasts.tables import FORECASTS, PEOPLE, RowCells
from forecast.forecasts.timelines import span_at, timelines
from forecast.forecasts.times import moment_text
from forecast.forecasts.typed_values import parse_typed_forecast
from forecast.forecasts.values import ForecastValue, Form, ValueFault, forecast_value_text

type ValueOf = Callable[[QuestionRecord, datetime, str], tuple[Form, ForecastValue]]
"""The form and value of a forecast of a question, at a moment, by somebody; raises ``ValueFault``."""


@dataclass(frozen=True, slots=True)
class SaidForecast:
    """What somebody says, as typed: ``value`` as ``forecast.forecasts.typed_values`` reads it, ``on`` and ``until`` as days or times.

    ``who`` is oneself where it is empty.  ``kind`` puts a forecaster who is new on record.
    """

    value: str
    why: str
    who: str = ""
    on: str = ""
    until: str = ""
    median: str = ""
    source: str = ""
    replaces: str = ""
    kind: PersonKind | None = None


def say(root: Path, question: str, said: SaidForecast, *, now: datetime) -> RecordedRow[Forecast]:
    """Append a forecast to the record of the question that a text names.

    Refuses, with problems and without writing, a value that the question does not take, a forecast without a reason, a time
    to come, and a time after the question's resolution.  The wording of the question goes on record with its first forecast.
    """
    return _add(root, question, said, now, partial(_said_value, said))


def withdraw(root: Path, question: str, *, who: str = "", why: str = "", now: datetime) -> RecordedRow[Forecast]:
    """Append that a forecaster's forecast no longer holds; refused where none is in force."""
    return _add(root, question, SaidForecast("", why, who), now, partial(_withdrawn_value, root))


def forecast_replaced(root: Path, done: RecordedRow[Forecast]) -> Forecast | None:
    """Return the same person's forecast that held until one of a topic's question that has just been written; None where none did."""
    row, found = done.row, done.of
    if row is None or found is None or found.topic is None:
        return None
    earlier = [
        its
        for its in standing_forecasts(forecasts_of(root, found))
        if (its.question, its.asked, its.who) == (row.question, row.asked, row.who)
        and its.at <= row.at
        and its.id not in {row.id, row.replaces}
    ]
    last = max(earlier, key=lambda its: (its.at, its.recorded), default=None)
    if last is None or last.is_withdrawal or (last.until is not None and last.until <= row.at):
        return None
    return last


def _add(root: Path, question: str, said: SaidForecast, now: datetime, value_of: ValueOf) -> RecordedRow[Forecast]:
    new = NewRow(FORECASTS, partial(_cells, said, now, value_of), forecast_of_row, partial(_refusals, root), partial(_person_row, said))
    return add_row(root, question, new, now=now)


def _cells(said: SaidForecast, now: datetime, value_of: ValueOf, found: QuestionRecord) -> Result[RowCells]:
    """The cells of the row, or why the words make none."""
    asked = found.question.question
    who = said.who or own_name(found.record)
    if not found.question.is_asked:
        return Result(None, (wording_problem(found, f"`{found.address}` is not asked any more", "only what is asked is forecast"),))
    unreasoned = _missing_reason(said) if said.value else ()
    option, typed = "--on", said.on
    try:
        at = _moment_said(said.on, now)
        option, typed = "VALUE", said.value
        form, value = value_of(found, at, who)
        option, typed = "--until", said.until
        until = _end(said.until, now) if said.until else ""
    except ValueFault as fault:
        fault_problem = (
            Problem(option_place(option), fault.message, fault.hint, typed) if typed else wording_problem(found, fault.message, fault.hint)
        )
        return Result(None, (fault_problem, *unreasoned))
    if unreasoned:
        return Result(None, unreasoned)
    if (wrong := _person_problem(found, who, said.kind)) is not None:
        return Result(None, (wrong,))
    cells = {
        "question": asked.id,
        "asked": asked.asked,
        "who": who,
        "at": moment_text(at),
        "until": until,
        "form": form,
        "value": forecast_value_text(form, value, of_dates=asked.type == "date"),
        "recorded": moment_text(now),
        "replaces": said.replaces,
        "source": said.source,
        "note": said.why,
    }
    return Result({"id": forecast_id(cells), **cells})


def _missing_reason(said: SaidForecast) -> tuple[Problem, ...]:
    """A problem where a forecast has no reason, or one that only keeps its place."""
    if not said.why.strip():
        return (Problem(option_place("--why"), "a forecast needs its reason", 'add --why "..."', said.why),)
    if is_placeholder(said.why):
        return (
            Problem(
                option_place("--why"),
                f"`{said.why}` is no reason",
                "say in a few words why, as in “Two of six such plans were carried out.”",
                said.why,
            ),
        )
    return ()


def _moment_said(text: str, now: datetime) -> datetime:
    """When a forecast was made: now, or on the day or at the time given; raises ``ValueFault`` for one to come."""
    at = moment_of_text(text, now=now) if text else now
    if at > now:
        raise ValueFault(f"this forecast would be made on {text}, after now ({moment_text(now)})", "a forecast is made when it is said")
    return at


def own_name(record: ForecastRecord) -> str:
    """Return how a record knows oneself: the one name that a collection has for "me", or else ``me``."""
    names = record.source.me if record.source is not None else ()
    return names[0] if len(names) == 1 else ME


def _end(text: str, now: datetime) -> str:
    """Until when a forecast holds: a day until its end."""
    day = parse_day(day_typed(text, now=now))
    return moment_text(moment_of_text(text, now=now) if day is None else last_second_of(day))


def _person_problem(found: QuestionRecord, who: str, kind: PersonKind | None) -> Problem | None:
    known = found.record.people.get(who)
    if kind is None or known is None or known.kind == kind:
        return None
    place = f"{known.place.path}:{known.place.line}"
    return wording_problem(found, f"`{who}` is on record as `{known.kind}`, not as `{kind}`", f"the row is in {place}")


def _person_row(said: SaidForecast, found: QuestionRecord) -> Sequence[OtherRow]:
    """The row of a forecaster whose kind is said and who is not on record yet."""
    who = said.who or own_name(found.record)
    if said.kind is None or who in found.record.people:
        return ()
    return (OtherRow(people_path(found.record), PEOPLE, {"who": who, "kind": said.kind}),)


def _refusals(root: Path, found: QuestionRecord, row: Forecast) -> tuple[Problem, ...]:
    """What is wrong with the row beside the others of its record, and a warning where the question has closed."""
    record = found.record
    problems = list(forecast_problems(record, found.terms, standing_resolutions(record), row))
    problems = [replace(problem, level="error") for problem in problems]  # of a row of one's own nothing is merely odd
    problems += _other_row_problems(forecasts_of(root, found).forecasts if mentions(root, found, row.id, row.replaces) else (), row)
    if (changed := _new_wording_warning(found)) is not None:
        problems.append(changed)
    closes = found.question.question.actual_close or found.question.question.scheduled_close
    if closes is not None and row.at > closes:
        warning = wording_problem(found, f"this question closed on {closes.date()}", "resolve it with `forecast resolve`")
        problems.append(replace(warning, level="warning"))
    return tuple(problems)


def _new_wording_warning(found: QuestionRecord) -> Problem | None:
    """That a question has other words than when it was forecast last, so that this is the first forecast of a new one."""
    asked = found.question.question
    before = found.record.questions.get(asked.id, ())
    if found.topic is None or not before or any(wording.asked == asked.asked for wording in before):
        return None
    message = f"`{found.address}` is asked otherwise than before: earlier forecasts stay with `{before[-1].asked}`"
    hint = f"its words were: {before[-1].text}" if before[-1].text != asked.text else "its day, its rule or its options changed"
    return replace(wording_problem(found, message, hint), level="warning")


def _other_row_problems(rows: Sequence[Forecast], row: Forecast) -> Iterator[Problem]:
    same = next((its for its in rows if its.id == row.id), None)
    if same is not None:
        where = f"{same.place.path}:{same.place.line}"
        yield Problem(row.place, f"this forecast stands in {where} already", "a correction names the row that it `replaces`")
    if (missing := missing_row_problem(rows, row)) is not None:
        yield missing


def _said_value(said: SaidForecast, found: QuestionRecord, at: datetime, _: str) -> tuple[Form, ForecastValue]:
    asked = found.question
    return parse_typed_forecast(said.value, asked.question.type, options=asked.options_at(at), median=said.median)


def _withdrawn_value(root: Path, found: QuestionRecord, at: datetime, who: str) -> tuple[Form, ForecastValue]:
    key = found.question.question
    mine = [
        its for its in timelines(forecasts_of(root, found)) if (its.question, its.who) == (key.id, who) and its.asked in {key.asked, ""}
    ]
    if not any(span_at(its, at) for its in mine):
        raise ValueFault(f"`{who}` has no forecast of `{found.address}` in force", "only a forecast that holds can be withdrawn")
    return "withdrawn", None
