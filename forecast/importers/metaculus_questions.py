"""``question_data.csv`` of a Metaculus export: questions with their options and how they ended."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime

from forecast.book.files.numerals import is_number
from forecast.forecasts.question import QuestionType
from forecast.forecasts.tables import RowCells
from forecast.forecasts.times import days_of_moment, moment_text, text_of_days
from forecast.forecasts.values import ValueFault
from forecast.importers.archive import Archive
from forecast.importers.continuous_range import zero_point_of_range
from forecast.importers.csv_rows import CsvRow, csv_rows
from forecast.importers.imported import ImportedQuestion
from forecast.importers.leaving_out import LeftOut
from forecast.importers.metaculus_options import labels_of, option_rows
from forecast.importers.python_text import boolean, moment_in_cell, moment_in_utc, python_list, python_texts
from forecast.importers.row_checks import check_option, check_question, check_resolution
from forecast.importers.visible_text import visible_line, visible_prose
from forecast.track_record.tournaments import TOURNAMENT_TAG

QUESTION_FILE = "question_data.csv"
METACULUS_TYPES: Mapping[str, QuestionType] = {
    "binary": "binary",
    "multiple_choice": "options",
    "numeric": "number",
    "discrete": "discrete",
    "date": "date",
}
LEADERBOARD = "leaderboard: "  # how tags begin that are no categories; those of tournaments begin with TOURNAMENT_TAG
_PUBLISHED = {"", "approved"}
_WORDS = {"yes": "yes", "no": "no", "annulled": "annulled", "ambiguous": "ambiguous"}
_BEYOND = {"below_lower_bound": "below", "above_upper_bound": "above"}


def read_questions(archive: Archive, left_out: LeftOut) -> Mapping[str, ImportedQuestion]:
    """Return the questions of an export by id; what does not fit is left out with its reason.

    Raises ``FileFault`` where the file is not that of an export.
    """
    path = archive.path(QUESTION_FILE)
    questions: dict[str, ImportedQuestion] = {}
    for row in csv_rows(archive, QUESTION_FILE, ("Question ID", "Question Title", "Question Type"), left_out):
        name = row["Question ID"]
        if name in questions:
            left_out.add(path, row.line, f"question {name} stands in line {questions[name].line} already")
            continue
        try:
            questions[name] = _question(row, path, left_out)
        except ValueFault as fault:
            left_out.add(path, row.line, f"question {name}: {fault.message}", fault.hint)
    return questions


def _question(row: CsvRow, path: str, left_out: LeftOut) -> ImportedQuestion:
    name, written_type = row["Question ID"], row["Question Type"]
    if not (name.isascii() and name.isdigit()):
        raise ValueFault("the id of a question is a number")
    if row["Post Curation Status"] not in _PUBLISHED:
        raise ValueFault(f"it is not published ({row['Post Curation Status']})")
    if written_type not in METACULUS_TYPES:
        raise ValueFault(f"its type `{written_type}` is not known", f"types are {', '.join(METACULUS_TYPES)}")
    kind = METACULUS_TYPES[written_type]
    labels = labels_of(row) if kind == "options" else ()
    options = option_rows(name, row, labels) if kind == "options" else ()
    text, is_changed = visible_prose(_title(row))
    if is_changed:
        left_out.warn(path, row.line, f"question {name}: characters of the title that nobody sees were left out")
    cells = {
        "id": name,
        "text": text,
        "type": kind,
        **_times(row),
        **(_scale(row, kind) if kind in {"number", "discrete", "date"} else {}),
        "weight": row["Question Weight"],
        "tags": "; ".join(_tags(row)),
        "url": visible_line(row["Question URL"]),
        "includes_bots": "yes" if boolean(row["Include Bots in Aggregates"]) else "",
    }
    cells = {column: cell for column, cell in cells.items() if cell}
    check_question(cells)
    for option in options:
        check_option(option)
    try:
        resolution = _resolution(name, row, kind, labels)
    except ValueFault as fault:
        left_out.warn(path, row.line, f"question {name} is imported without its resolution: {fault.message}", fault.hint)
        resolution = None
    return ImportedQuestion(name, kind, row.line, cells, labels, options, resolution)


def _title(row: CsvRow) -> str:
    title, label = row["Question Title"].strip(), row["Label"].strip()
    return f"{title} ({label})" if label and label not in title else title


def _tags(row: CsvRow) -> list[str]:
    """Categories, leaderboards and the project; the sign between tags stands in none of them."""
    tags = [
        *python_texts(row["Categories"]),
        *(LEADERBOARD + tag for tag in python_texts(row["Leaderboard Tags"])),
        *([TOURNAMENT_TAG + row["Default Project"]] if row["Default Project"] else []),
    ]
    return [visible_line(tag).replace(";", ",") for tag in tags]


def _times(row: CsvRow) -> RowCells:
    """When a question opens and closes, and the time at which spot scores look.

    That is the time at which the community's forecast is revealed if it is after the opening, otherwise the close, and
    never after the actual close (Metaculus, ``questions/models.py``).
    """
    opens, scheduled, actual, revealed, spot = (
        _moment(row, column) for column in ("Open Time", "Scheduled Close Time", "Actual Close Time", "CP Reveal Time", "Spot Scoring Time")
    )
    if spot is None:
        spot = revealed if revealed is not None and (opens is None or revealed > opens) else actual or scheduled
    if spot is not None and actual is not None:
        spot = min(spot, actual)
    moments = {"opens": opens, "scheduled_close": scheduled, "actual_close": actual, "spot": spot}
    return {column: moment_text(moment) for column, moment in moments.items() if moment is not None}


def _moment(row: CsvRow, column: str) -> datetime | None:
    try:
        return moment_in_cell(row[column])
    except ValueFault as fault:
        raise ValueFault(f"{column}: {fault.message}", fault.hint) from None


def _scale(row: CsvRow, kind: QuestionType) -> RowCells:
    low, high = (_place(row[column], kind, column) for column in ("Lower Bound", "Upper Bound"))
    listed = python_list(row["Continuous Range"])
    if not listed:
        raise ValueFault("it has no Continuous Range, without which its scale is not known")
    points = [_place(str(item), kind, "Continuous Range") for item in listed]
    zero_point = zero_point_of_range(points, slack=1.0 if kind == "date" else 0.0)
    return {
        "low": _place_text(low, kind),
        "high": _place_text(high, kind),
        "low_open": "yes" if boolean(row["Open Lower Bound"]) else "no",
        "high_open": "yes" if boolean(row["Open Upper Bound"]) else "no",
        "zero_point": "" if zero_point is None else _place_text(zero_point, kind),
    }


def _place(text: str, kind: QuestionType, column: str) -> float:
    """A place on a scale: a number, or days from the beginning of 1970."""
    if kind == "date":
        if (moment := moment_in_utc(text)) is None:
            raise ValueFault(f"{column}: `{text}` is no date")
        return days_of_moment(moment)
    if not is_number(text) or not math.isfinite(value := float(text)):
        raise ValueFault(f"{column}: `{text}` is no number")
    return value


def _place_text(value: float, kind: QuestionType) -> str:
    """A place on a scale as a cell; a zero point of dates that no calendar has stands as a number of days."""
    try:
        return text_of_days(value) if kind == "date" else repr(value)
    except (ValueError, OverflowError, OSError):
        return repr(value)


def _resolution(name: str, row: CsvRow, kind: QuestionType, labels: tuple[str, ...]) -> RowCells | None:
    """The row of a resolution, None where there is none; raises ``ValueFault``."""
    written = row["Resolution"].strip()
    if not written:
        return None
    outcome, value = _outcome(written, kind, labels)
    on = _moment(row, "Resolution Known Time") or _moment(row, "Actual Close Time") or _moment(row, "Scheduled Close Time")
    if on is None:
        raise ValueFault("no time says when it was resolved")
    cells = {"question": name, "outcome": outcome, "value": value, "on": moment_text(on), "known": on.date().isoformat()}
    cells = {column: cell for column, cell in cells.items() if cell}
    check_resolution(cells)
    return cells


def _outcome(written: str, kind: QuestionType, labels: tuple[str, ...]) -> tuple[str, str]:
    """Our word for an outcome and the value beside it."""
    if written in {"annulled", "ambiguous"} or (kind == "binary" and written in _WORDS):
        return _WORDS[written], ""
    if kind == "options" and visible_line(written) in labels:
        return "label", visible_line(written)
    if kind in {"number", "discrete", "date"}:
        if written in _BEYOND:
            return _BEYOND[written], ""
        return ("date" if kind == "date" else "number"), _place_text(_place(written, kind, "Resolution"), kind)
    raise ValueFault(f"`{written}` is no outcome of such a question")
