"""Fatebook's files as rows of a record: its CSV export, one row a forecast in fractions, and the layout that it imports, in percent.

Times have no zone and unpadded seconds.  Source of the format: Fatebook, ``lib/web/export.ts``.  There is no id of a question: its title
and the time at which it was made identify it, with the option of a question with several, each of which is a question of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from pathlib import Path

from forecast.book.files.problems import FileFault, Place, Problem
from forecast.forecasts.record import ForecastRecord
from forecast.forecasts.tables import RowCells
from forecast.forecasts.times import moment_text
from forecast.forecasts.values import ValueFault, forecast_value_text, parse_probability
from forecast.importers.choices import ImportChoices
from forecast.importers.csv_rows import CsvRow, plain_csv_rows
from forecast.importers.forecasters import Forecaster
from forecast.importers.gathering import Gathered, GatheredForecast, gathered_record, id_of_texts, question_with, resolution_with
from forecast.importers.imported import ImportedRecord
from forecast.importers.visible_text import visible_line
from forecast.importers.zoned_times import UnknownZone, zone_of, zoned_moment

EXPORT_HEADINGS = (
    "Question title",
    "Multiple choice option",
    "Forecast created by",
    "Forecast (scale = 0-1)",
    "Forecast created at",
    "Question created by",
    "Question created at",
    "Question resolve by",
    "Resolution",
    "Resolved at",
    "Your Brier score for this question",
    "Your relative Brier score for this question",
    "Question notes",
    "Question shared with",
    "Question shared publicly",
    "Question comments",
    "Question tags",
)
IMPORT_HEADINGS = ("questionTitle", "forecast", "qCreatedAt", "resolution", "resolvedAt", "resolveBy", "fCreatedAt", "tags", "notes")
_EXPORT_OF = dict(
    zip(
        IMPORT_HEADINGS,
        (
            "Question title",
            "Forecast (scale = 0-1)",
            "Question created at",
            "Resolution",
            "Resolved at",
            "Question resolve by",
            "Forecast created at",
            "Question tags",
            "Question notes",
        ),
        strict=True,
    )
)
_MAY_LACK = {"Question resolve by": "scheduled_close", "Resolved at": "actual_close", "Question tags": "tags"}
_NEEDED = EXPORT_HEADINGS[:9]
_OUTCOMES = {"YES": "yes", "NO": "no", "AMBIGUOUS": "ambiguous"}
_NOT_PUBLIC = {"false", ""}
OWNER_OF_FILE = "the owner of the file"


def read_fatebook(files: Sequence[Path], record: ForecastRecord, choices: ImportChoices) -> ImportedRecord:
    """Return what an export of Fatebook holds for a record; raise ``FileFault``.

    The layout for its import holds one's own forecasts alone, and does not say which questions are public.
    """
    path = files[0]
    gathered = Gathered(path.name)
    zone = zone_of(choices.zone, path.name)
    is_export = True
    silent: frozenset[str] = frozenset()
    for row in plain_csv_rows(path, (_NEEDED, IMPORT_HEADINGS[:3]), gathered.left_out):
        is_export = "Question title" in row.cells
        its = row if is_export else _as_export(row)
        silent = frozenset(column for heading, column in _MAY_LACK.items() if heading not in its.cells)
        try:
            _add_row(gathered, its, zone, choices, is_export=is_export)
        except UnknownZone as fault:
            raise FileFault(Problem(Place(path.name, row.line), fault.message, f"{fault.hint}; Fatebook's server writes UTC")) from None
        except ValueFault as fault:
            gathered.left_out.add(path.name, row.line, fault.message, fault.hint)
    mine = ImportChoices(others=choices.others) if not is_export else choices
    return replace(gathered_record(gathered, record, mine), silent_columns=silent)


def _as_export(row: CsvRow) -> CsvRow:
    """A row of the layout for import, in percent, as one of an export, in fractions."""
    cells = {_EXPORT_OF[name]: cell for name, cell in row.cells.items() if name in _EXPORT_OF}
    percent = cells["Forecast (scale = 0-1)"]
    try:
        share = str(Decimal(percent.removesuffix("%")) / 100) if re.fullmatch(r"[0-9.eE+-]{1,40}%?", percent) else ""
    except (InvalidOperation, ArithmeticError):
        share = ""
    said = {"Forecast (scale = 0-1)": share, "Forecast created by": OWNER_OF_FILE, "Question shared publicly": "true"}
    made = {"Forecast created at": cells.get("Forecast created at") or cells.get("Question created at", "")}
    return CsvRow(row.line, {**cells, **said, **made})


def _add_row(gathered: Gathered, row: CsvRow, zone: tzinfo | None, choices: ImportChoices, *, is_export: bool) -> None:
    title, option = visible_line(row["Question title"]), visible_line(row["Multiple choice option"])
    if not title:
        raise ValueFault("it has no title")
    made = zoned_moment(row["Question created at"], zone)
    name = id_of_texts((title, moment_text(made), option))
    if not choices.private and row["Question shared publicly"].strip().lower() in _NOT_PUBLIC:
        gathered.pass_private(name)
        return
    said = row["Forecast created by"].strip()
    if not said:
        raise ValueFault("it does not say who made the forecast")
    value = row["Forecast (scale = 0-1)"]
    try:
        probability = forecast_value_text("probability", parse_probability(value.strip()))
    except ValueFault as fault:
        scale = "this column is a fraction from 0 to 1" if is_export else "this column is in percent"
        raise ValueFault(f"the forecast {fault.message}" if value else "it has no forecast", scale) from None
    at = zoned_moment(row["Forecast created at"], zone)
    if name not in gathered.questions:
        _add_question(gathered, row, name, f"{title} ({option})" if option else title, (made, zone))
    forecaster = Forecaster(said, "person", frozenset({said}), is_owner=not is_export)
    gathered.add(GatheredForecast(row.line, name, forecaster, at, "probability", probability))


def _add_question(gathered: Gathered, row: CsvRow, name: str, text: str, times: tuple[datetime, tzinfo | None]) -> None:
    made, zone = times
    by, resolved = (zoned_moment(row[column], zone) if row[column].strip() else None for column in ("Question resolve by", "Resolved at"))
    tags = "; ".join(filter(None, (visible_line(tag) for tag in row["Question tags"].split(";"))))
    moments = {"opens": made, "scheduled_close": by, "actual_close": None if resolved is None or resolved < made else resolved}
    resolution: RowCells | None = None
    written = row["Resolution"].strip()
    if written in _OUTCOMES and resolved is not None:
        resolution = resolution_with(name, _OUTCOMES[written], "", resolved)
    elif written:
        why = "no time says when it was resolved" if written in _OUTCOMES else f"`{written}` is no outcome that Fatebook writes"
        gathered.left_out.warn(gathered.path, row.line, f"the question is imported without its resolution: {why}")
    gathered.questions[name] = question_with(row.line, "binary", {"id": name, "text": text, "tags": tags}, moments, resolution)
