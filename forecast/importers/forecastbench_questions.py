"""The questions of a ForecastBench question set, and how a resolution set says that they ended.

A question about a data set is its id with the day on which the set is due and a day of resolution: its text compares these two days.
A question of a market is its id alone, in all sets.  Source of the format: forecastingresearch/forecastbench-datasets, ``datasets/``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from forecast.book.files.numerals import is_number, parse_day
from forecast.forecasts.tables import RowCells
from forecast.forecasts.times import moment_text, parse_moment
from forecast.forecasts.values import ValueFault
from forecast.importers.imported import ImportedForecast, ImportedQuestion
from forecast.importers.json_file import is_list, is_number_value, is_table
from forecast.importers.leaving_out import LeftOut
from forecast.importers.row_checks import check_question, check_resolution
from forecast.importers.visible_text import visible_line, visible_prose

CROWDS: Mapping[str, Literal["market", "aggregate"]] = {
    "manifold": "market",
    "polymarket": "market",
    "metaculus": "aggregate",
    "infer": "aggregate",
}
NOT_GIVEN = {"", "N/A"}
END_OF_DAY = "23:59:59Z"


@dataclass(frozen=True, slots=True)
class SetQuestion:
    """An entry of a question set: its days of resolution, none for a question of a market, and which question of the record each is."""

    source: str
    id: str
    ids: Mapping[str, str]

    def record_id(self, day: str) -> str | None:
        """The question of the record on a day of resolution; that of a market whatever the day."""
        return self.ids.get("") or self.ids.get(day)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A question set: its entries by source and id, the questions that they are, and what the crowds said when it was frozen."""

    due: date
    entries: Mapping[tuple[str, str], SetQuestion]
    questions: Mapping[str, ImportedQuestion]
    quotes: Sequence[ImportedForecast]


def read_question_set(path: str, due: date, rows: Sequence[tuple[int, object]], left_out: LeftOut) -> QuestionSet:
    """Return the questions of a set that is due on a day."""
    entries: dict[tuple[str, str], SetQuestion] = {}
    questions: dict[str, ImportedQuestion] = {}
    quotes: list[ImportedForecast] = []
    for line, row in rows:
        try:
            source, name = _new_key(row, entries)
            assert is_table(row)
            made = list(_questions(source, name, due, row, line))
            quote = _quote_when_frozen(source, made[0].id, row, line)
        except ValueFault as fault:
            left_out.add(path, line, fault.message, fault.hint)
            continue
        days = [] if source in CROWDS else resolution_days(row)
        entries[source, name] = SetQuestion(source, name, dict(zip(days or [""], (its.id for its in made), strict=True)))
        questions |= {its.id: its for its in made}
        quotes += [] if quote is None else [quote]
    return QuestionSet(due, entries, questions, quotes)


def key_of(row: object) -> tuple[str, str]:
    """Return the source and the id of a row; raise ``ValueFault`` where it has none, and for a combination of two questions."""
    if not is_table(row):
        raise ValueFault("this is no object")
    name, source = row.get("id"), row.get("source")
    if is_list(name):
        raise ValueFault("this is a combination of two questions, which are not read")
    if not isinstance(name, str) or not name or not isinstance(source, str) or not source:
        raise ValueFault("it has no `id` and `source`")
    return visible_line(source), visible_line(name)


def _new_key(row: object, entries: Mapping[tuple[str, str], SetQuestion]) -> tuple[str, str]:
    """The source and the id of a row whose question has not been read yet."""
    source, name = key_of(row)
    if (source, name) in entries:
        raise ValueFault(f"the question {name} of {source} stands in this file already")
    return source, name


def resolution_days(row: Mapping[str, object]) -> list[str]:
    """Return the days of resolution of a question about a data set; raise ``ValueFault`` where there is none, or one is no day."""
    listed = row.get("resolution_dates")
    if not is_list(listed) or not listed:
        raise ValueFault("it has no `resolution_dates`")
    days = [day for day in listed if isinstance(day, str) and parse_day(day) is not None]
    if len(days) < len(listed) or len(set(days)) < len(days):
        raise ValueFault("not each of its `resolution_dates` is a day of its own")
    return days


def with_resolutions(
    its: QuestionSet, path: str, rows: Sequence[tuple[int, object]], left_out: LeftOut
) -> tuple[Mapping[str, ImportedQuestion], Sequence[ImportedForecast]]:
    """Return the questions of a set with how they ended, and what markets that are open said; a row that is not resolved is no outcome."""
    questions = dict(its.questions)
    quotes: list[ImportedForecast] = []
    seen: set[tuple[str, str]] = set()
    for line, row in rows:
        try:
            question, day, value, is_resolved = _resolution_row(its, row)
            if (question, day) in seen or (is_resolved and questions[question].resolution is not None):
                left_out.add(path, line, f"the question {question} stands in this file already, on {day} or resolved")
                continue
            if is_resolved:
                questions[question] = replace(questions[question], resolution=_outcome(question, day, value))
            else:
                quotes.append(_quote(question, its.questions[question], day, value, line))
            seen.add((question, day))
        except ValueFault as fault:
            left_out.add(path, line, fault.message, fault.hint)
    return questions, quotes


def share_text(value: object) -> str:
    """Return a probability as a cell has it; raise ``ValueFault`` where a value is none."""
    if not is_number_value(value) or not 0 <= value <= 1:
        raise ValueFault(f"`{value}` is no probability")
    return repr(float(value))


def _questions(source: str, name: str, due: date, row: Mapping[str, object], line: int) -> Iterator[ImportedQuestion]:
    """The questions that an entry is: one for each day of resolution, or the one of a market."""
    url = row.get("url")
    shared = {
        "type": "binary",
        "url": visible_line(url) if isinstance(url, str) and url not in NOT_GIVEN else "",
        "tags": f"source: {source}",
    }
    if source in CROWDS:
        opens, closes = _moment(row, "market_info_open_datetime"), _moment(row, "market_info_close_datetime")
        is_odd = opens is not None and closes is not None and closes < opens
        times = {
            "opens": "" if opens is None or is_odd else moment_text(opens),
            "scheduled_close": "" if closes is None else moment_text(closes),
        }
        yield _question({"id": f"{source}/{name}", "text": _text(row, due, ""), **shared, **times}, line)
        return
    for day in resolution_days(row):
        opens_text, closes_text = f"{due.isoformat()}T00:00:00Z", f"{day}T{END_OF_DAY}"
        cells = {"id": f"{source}/{name}/{due.isoformat()}/{day}", "text": _text(row, due, day), **shared}
        yield _question({**cells, "opens": opens_text, "scheduled_close": closes_text}, line)


def _question(cells: RowCells, line: int) -> ImportedQuestion:
    cells = {column: cell for column, cell in cells.items() if cell}
    check_question(cells)
    return ImportedQuestion(cells["id"], "binary", line, cells)


def _text(row: Mapping[str, object], due: date, day: str) -> str:
    """What is asked, with both days in their places."""
    asked = row.get("question")
    if not isinstance(asked, str) or not asked.strip():
        raise ValueFault("it has no `question`")
    text, _ = visible_prose(asked.replace("{forecast_due_date}", due.isoformat()).replace("{resolution_date}", day or "{resolution_date}"))
    return text


def _moment(row: Mapping[str, object], column: str) -> datetime | None:
    text = row.get(column)
    return parse_moment(text) if isinstance(text, str) and text not in NOT_GIVEN else None


def _quote_when_frozen(source: str, question: str, row: Mapping[str, object], line: int) -> ImportedForecast | None:
    """What a market or a crowd said when the set was frozen; of a data set that value is no probability."""
    text, at = row.get("freeze_datetime_value"), _moment(row, "freeze_datetime")
    if source not in CROWDS or at is None or not isinstance(text, str) or not is_number(text) or not 0 <= float(text) <= 1:
        return None
    return ImportedForecast(line, question, source, at, None, "probability", repr(float(text)))


def _resolution_row(its: QuestionSet, row: object) -> tuple[str, str, object, bool]:
    """The question of a row, its day, its value, and whether that is an outcome."""
    source, name = key_of(row)
    assert is_table(row)
    entry, day, is_resolved = its.entries.get((source, name)), row.get("resolution_date"), row.get("resolved")
    if entry is None:
        raise ValueFault(f"the question {name} of {source} is not in the question set")
    if not isinstance(day, str) or parse_day(day) is None:
        raise ValueFault("its `resolution_date` is no day")
    if not isinstance(is_resolved, bool):
        raise ValueFault("its `resolved` is neither true nor false")
    question = entry.record_id(day)
    if question is None:
        raise ValueFault(f"{day} is no day of resolution of this question")
    if not is_resolved and source not in CROWDS:
        raise ValueFault("it is not resolved, and a data set has no price")
    return question, day, row.get("resolved_to"), is_resolved


def _outcome(question: str, day: str, value: object) -> RowCells:
    share = float(share_text(value))
    words = {0.0: "no", 1.0: "yes"}
    cells = {"question": question, "outcome": words.get(share, "fraction"), "on": f"{day}T{END_OF_DAY}", "known": day}
    if share not in words:
        cells["value"] = repr(share)
    check_resolution(cells)
    return cells


def _quote(question: str, asked: ImportedQuestion, day: str, value: object, line: int) -> ImportedForecast:
    source = asked.id.partition("/")[0]
    at = parse_moment(f"{day}T{END_OF_DAY}")
    assert at is not None
    return ImportedForecast(line, question, source, at, None, "probability", share_text(value))
