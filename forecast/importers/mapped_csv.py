"""A CSV file with one row a forecast, whose columns a mapping declares, as rows of a record."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from decimal import Decimal
from pathlib import Path

from forecast.book.files.problems import FileFault, Place, Problem
from forecast.forecasts.people import ME, PERSON_KINDS
from forecast.forecasts.question import QuestionType
from forecast.forecasts.record import ForecastRecord
from forecast.forecasts.resolution import outcome_word
from forecast.forecasts.tables import RowCells
from forecast.forecasts.values import FORMS, Form, ValueFault, forecast_value_text, parse_value
from forecast.importers.choices import ImportChoices
from forecast.importers.csv_mapping import CsvMapping, read_mapping
from forecast.importers.csv_rows import CsvRow, plain_csv_rows
from forecast.importers.forecasters import Forecaster
from forecast.importers.gathering import Gathered, GatheredForecast, gathered_record, question_with, resolution_with
from forecast.importers.imported import ImportedRecord
from forecast.importers.visible_text import visible_line
from forecast.importers.zoned_times import UnknownZone, zone_of, zoned_moment

MAPPED_TYPES: tuple[QuestionType, ...] = ("binary", "options", "number", "date")
_MAPPING_HINT = (
    "or a mapping says which column is what: --mapping FILE.toml, in it [columns], and below it "
    'question = "its heading", at = "...", value = "...", resolution = "...", resolved = "..."'
)
_QUESTION_COLUMNS = {"text": "text", "opens": "opens", "close": "scheduled_close", "tags": "tags", "url": "url"}


def read_mapped_csv(files: Sequence[Path], record: ForecastRecord, choices: ImportChoices) -> ImportedRecord:
    """Return what a CSV holds for a record, as its mapping reads it; raise ``FileFault``.

    Without a mapping the layout is that of ``forecast export --csv``.
    """
    path, mapping = files[0], read_mapping(choices.mapping)
    gathered = Gathered(path.name)
    zone = zone_of(choices.zone or mapping.zone, path.name)
    headings = tuple(mapping.columns.values()) if choices.mapping is not None else ("question", "at", "value")
    given: set[str] = set()
    for row in plain_csv_rows(path, (headings,), gathered.left_out, hint=_MAPPING_HINT if choices.mapping is None else ""):
        given |= row.cells.keys()
        try:
            _add_row(gathered, row, mapping, zone)
        except UnknownZone as fault:
            hint = fault.hint if choices.mapping is None else f'{fault.hint}, or write zone = "UTC" in {choices.mapping.name}'
            raise FileFault(Problem(Place(path.name, row.line), fault.message, hint)) from None
        except ValueFault as fault:
            gathered.leave(row.line, fault.message, fault.hint)
    silent = {column for name, column in _QUESTION_COLUMNS.items() if mapping.columns.get(name) not in given}
    return replace(gathered_record(gathered, record, choices, platform=mapping.platform), silent_columns=frozenset(silent))


def _add_row(gathered: Gathered, row: CsvRow, mapping: CsvMapping, zone: tzinfo | None) -> None:
    def cell(name: str) -> str:
        return row[mapping.columns.get(name, "")].strip()

    def moment(name: str) -> datetime | None:
        return zoned_moment(cell(name), zone) if cell(name) else None

    name, who = visible_line(cell("question")), visible_line(cell("who")) or mapping.me
    if not name or not (cell("value") or cell("form") == "withdrawn"):
        raise ValueFault("it names no question" if not name else "it has no value")
    kind = next((its for its in MAPPED_TYPES if its == (cell("type") or "binary")), None)
    form = next((its for its in FORMS if its == (cell("form") or "probability")), None)
    if kind is None or form is None:
        wrong, known = (cell("type"), MAPPED_TYPES) if kind is None else (cell("form"), FORMS)
        raise ValueFault(f"`{wrong}` cannot be read", f"there are {', '.join(known)}")
    whose = next((its for its in PERSON_KINDS if its == (cell("kind") or "person")), None)
    if whose is None:
        raise ValueFault(f"`{cell('kind')}` is no kind of forecaster", f"there are {', '.join(PERSON_KINDS)}")
    at = moment("at")
    if at is None:
        raise ValueFault("it has no time")
    until = moment("until")
    if until is not None and until < at:
        raise ValueFault("it ends before it begins")
    value = _value_text(form, cell("value"), mapping)
    if name not in gathered.questions:
        cells = {"id": name, "text": cell("text") or name, "tags": visible_line(cell("tags")), "url": visible_line(cell("url"))}
        moments = {"opens": moment("opens"), "scheduled_close": moment("close")}
        resolution = _resolution(name, cell("resolution"), moment("resolved"), kind, mapping)
        question = question_with(row.line, kind, cells, moments, resolution)
        gathered.questions[name] = replace(question, options=_options(name, cell("options"))) if kind == "options" else question
    elif gathered.questions[name].type != kind:
        raise ValueFault(f"the question has another type in line {gathered.questions[name].line}")
    forecaster = Forecaster(who, whose, frozenset({who}), is_owner=who == ME or not cell("who"))
    gathered.add(GatheredForecast(row.line, name, forecaster, at, form, value, until))


def _options(name: str, text: str) -> tuple[RowCells, ...]:
    """The rows of the options that a cell lists in JSON."""
    try:
        labels = json.loads(text)
    except (ValueError, RecursionError):
        labels = None
    if not isinstance(labels, list) or not all(isinstance(label, str) and label for label in labels) or len(set(labels)) < len(labels):
        raise ValueFault("its options cannot be read", 'write them as ["first option", "second option"]')
    return tuple({"question": name, "option": visible_line(label), "order": str(order)} for order, label in enumerate(labels, 1))


def _value_text(form: Form, text: str, mapping: CsvMapping) -> str:
    if form == "probability" and mapping.scale == "percent":
        if not re.fullmatch(r"[0-9.eE+-]{1,40} ?%?", text):
            raise ValueFault(f"`{text}` is no number")
        try:
            text = str(Decimal(text.removesuffix("%").strip()) / 100)
        except ArithmeticError:
            raise ValueFault(f"`{text}` is no number") from None
    return forecast_value_text(form, parse_value(form, text))


def _resolution(name: str, written: str, on: datetime | None, kind: QuestionType, mapping: CsvMapping) -> RowCells | None:
    """How a question ended: a word of the mapping, a number or date, or an outcome and its value as in ``fraction 0.5``."""
    if not written:
        return None
    if on is None:
        raise ValueFault("it has a resolution, and no time of it", "name a column `resolved`")
    if declared := mapping.outcomes.get(written) or mapping.outcomes.get(written.lower()):
        return resolution_with(name, declared, "", on, kind)
    word, _, value = written.partition(" ")
    if (outcome := outcome_word(word.lower())) is not None:
        return resolution_with(name, outcome, value, on, kind)
    if kind in {"number", "date"}:
        return resolution_with(name, kind, written, on, kind)
    raise ValueFault(
        f"`{written}` is no outcome that the mapping names", f'write under [outcomes] what it means, as in yes = ["{written[:40]}"]'
    )
