"""Forecasts of a file with one row each, whatever the format, as a record: who is who, whose are wanted, and what stands twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from forecast.book.files.folder import MOST_RECORD_BYTES
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.forecasts.question import QuestionType
from forecast.forecasts.record import ForecastRecord
from forecast.forecasts.tables import RowCells
from forecast.forecasts.times import moment_text
from forecast.forecasts.values import Form, ValueFault, forecast_value_text
from forecast.importers.choices import ImportChoices
from forecast.importers.forecasters import Forecaster, Survey, name_forecasters, rows_on_record
from forecast.importers.imported import ImportedForecast, ImportedQuestion, ImportedRecord
from forecast.importers.leaving_out import LeftOut
from forecast.importers.row_checks import check_question, check_resolution
from forecast.importers.visible_text import visible_prose
from forecast.language.count_words import count_text

ID_LENGTH = 12


@dataclass(frozen=True, slots=True)
class GatheredForecast:
    """A forecast as a file has it, of somebody who has no name in the record yet."""

    line: int
    question: str
    forecaster: Forecaster
    at: datetime
    form: Form
    value: str
    end: datetime | None = None


@dataclass(slots=True)
class Gathered:
    """What has been read of a file: questions by id, forecasts, what does not fit, and which questions are private and were left out."""

    path: str
    has_lines: bool = True
    questions: dict[str, ImportedQuestion] = field(default_factory=dict)
    said: list[GatheredForecast] = field(default_factory=list)
    left_out: LeftOut = field(default_factory=LeftOut)
    private: dict[str, int] = field(default_factory=dict)
    length: int = 0

    def add(self, forecast: GatheredForecast) -> None:
        """Add a forecast; raise ``FileFault`` where they are more than a file of a book can hold."""
        self.length += len(forecast.value) + len(forecast.question)
        if self.length > MOST_RECORD_BYTES:
            message = f"the forecasts of this file have more than {MOST_RECORD_BYTES:,} characters, as many as a file of a book may have"
            raise FileFault(Problem(Place(self.path), message, "divide it, into several collections"))
        self.said.append(forecast)

    def leave(self, line: int, reason: str, hint: str = "") -> None:
        """Leave a row out; what is read from JSON has no lines."""
        self.left_out.add(self.path, line if self.has_lines else 1, reason, hint)

    def pass_private(self, question: str) -> None:
        """Count a forecast of a question that is not public, and is left out."""
        self.private[question] = self.private.get(question, 0) + 1


def gathered_record(
    gathered: Gathered,
    record: ForecastRecord,
    choices: ImportChoices,
    *,
    platform: str = "",
    notes: Sequence[str] = (),
    only_is_me: bool = True,
) -> ImportedRecord:
    """Return a file's questions, and the forecasts of those who are wanted, under the names that they have in the record.

    A file's only person is taken for "me", unless the file says otherwise (``only_is_me``).  Raises ``FileFault`` where it is not known who that is.
    """
    survey, on_record = Survey(), rows_on_record(record)
    for said in gathered.said:
        survey.add(said.forecaster, said.question)
        there = on_record.forecasts.get((said.question, said.at), ())
        survey.match(
            said.forecaster, [its.who for its in there if (its.form, forecast_value_text(its.form, its.value)) == (said.form, said.value)]
        )
    naming = name_forecasters(survey, record, me=choices.me, others=choices.others, path=gathered.path, only_is_me=only_is_me)
    forecasts: list[ImportedForecast] = []
    seen: dict[tuple[object, ...], int] = {}
    passed = 0
    for said in gathered.said:
        if (who := naming.names.get(said.forecaster.key)) is None:
            passed += 1
            continue
        key = (said.question, who, said.at, said.form, said.value)
        if key in seen:
            where = f"in line {seen[key]}" if gathered.has_lines else "in this file"
            gathered.leave(said.line, f"this forecast of question {said.question} stands {where} already")
            continue
        seen[key] = said.line
        forecasts.append(ImportedForecast(said.line, said.question, who, said.at, said.end, said.form, said.value))
    used = {its.who for its in forecasts}
    kinds = {who: survey.forecasters[key].kind for key, who in naming.names.items() if who in used}
    people = tuple({"who": who, "kind": kind, "in_crowd": "yes" if kind in {"person", "bot"} else "no"} for who, kind in kinds.items())
    return ImportedRecord(
        questions=gathered.questions,
        forecasts=tuple(forecasts),
        people=people,
        me=naming.me,
        problems=gathered.left_out.all_problems(),
        left_out=gathered.left_out.counts,
        others=passed,
        platform=platform,
        notes=(*notes, *_private_note(gathered.private)),
    )


def question_with(
    line: int, kind: QuestionType, cells: Mapping[str, str], moments: Mapping[str, datetime | None], resolution: RowCells | None = None
) -> ImportedQuestion:
    """Return a question of these cells and times, with its resolution; raise ``ValueFault`` where a record could not hold it."""
    text, _ = visible_prose(cells["text"])
    times = {column: moment_text(moment) for column, moment in moments.items() if moment is not None}
    row = {column: cell for column, cell in {**cells, "text": text, "type": kind, **times}.items() if cell}
    check_question(row)
    return ImportedQuestion(cells["id"], kind, line, row, resolution=resolution)


def resolution_with(question: str, outcome: str, value: str, on: datetime, kind: QuestionType = "binary") -> RowCells:
    """Return the row of a resolution; raise ``ValueFault`` where a record could not hold it."""
    cells = {"question": question, "outcome": outcome, "value": value, "on": moment_text(on), "known": on.date().isoformat()}
    row = {column: cell for column, cell in cells.items() if cell}
    check_resolution(row)
    fits = {
        "binary": {"yes", "no", "fraction"},
        "options": {"label", "several"},
        "number": {"number", "below", "above"},
        "date": {"date", "not_by"},
    }
    if outcome not in {*fits.get(kind, ()), "annulled", "ambiguous", "void"}:
        raise ValueFault(f"`{outcome}` is no outcome of a question of type {kind}")
    return row


def id_of_texts(parts: Iterable[str]) -> str:
    """Return an id for a question that has none of its own: the beginning of the SHA-256 of texts that identify it."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:ID_LENGTH]


def _private_note(private: Mapping[str, int]) -> list[str]:
    if not private:
        return []
    return [
        f"Left out {count_text(len(private), 'question')} not public, with {count_text(sum(private.values()), 'forecast')}; --private brings {'it' if len(private) == 1 else 'them'} in."
    ]
