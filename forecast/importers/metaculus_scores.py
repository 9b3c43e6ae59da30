"""``score_data.csv`` of a Metaculus export: the scores that the platform itself computed."""

from __future__ import annotations

import math
from collections.abc import Mapping

from forecast.book.files.numerals import is_number
from forecast.forecasts.tables import RowCells
from forecast.forecasts.values import ValueFault
from forecast.importers.archive import Archive
from forecast.importers.csv_rows import CsvRow, csv_rows
from forecast.importers.imported import ImportedQuestion
from forecast.importers.leaving_out import LeftOut
from forecast.importers.metaculus_forecasters import SCORE_FILE, forecaster_of, kind_of_score


def read_scores(
    archive: Archive, questions: Mapping[str, ImportedQuestion], names: Mapping[str, str], left_out: LeftOut
) -> tuple[RowCells, ...]:
    """Return the rows of the scores of those who have a name.  Of two scores of one kind for one question and person the first counts."""
    path = archive.path(SCORE_FILE)
    rows: dict[tuple[str, str, str], RowCells] = {}
    if not archive.has(SCORE_FILE):
        return ()
    for row in csv_rows(archive, SCORE_FILE, ("Question ID", "Score Type", "Score"), left_out):
        try:
            key = forecaster_of(row, "User").key
            if key not in names:
                continue
            cells = _score(row, questions, names[key])
        except ValueFault as fault:
            left_out.add(path, row.line, fault.message, fault.hint)
            continue
        before = rows.setdefault((cells["question"], cells["who"], cells["rule"]), cells)
        if before != cells:
            left_out.add(path, row.line, f"another score of this kind for question {cells['question']} and the same person stands above")
    return tuple(rows.values())


def _score(row: CsvRow, questions: Mapping[str, ImportedQuestion], who: str) -> RowCells:
    if row["Question ID"] not in questions:
        raise ValueFault(f"question {row['Question ID']} is not among the questions that are imported")
    rule = kind_of_score(row)
    if not rule.isidentifier():
        raise ValueFault(f"`{row['Score Type']}` is no kind of score")
    for heading in ("Score", "Coverage"):
        text = row[heading]
        if (text or heading == "Score") and not (is_number(text) and math.isfinite(float(text))):
            raise ValueFault(f"{heading}: `{text}` is no number")
    cells = {"question": row["Question ID"], "who": who, "rule": rule, "score": row["Score"], "coverage": row["Coverage"]}
    return {column: cell for column, cell in cells.items() if cell}
