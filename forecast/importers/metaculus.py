"""A Metaculus export, the ZIP of ``/api/data/download/``, as rows of a record.

Read are ``question_data.csv``, ``forecast_data.csv`` and ``score_data.csv``, and of ``README.md`` how many rows these should have; comments,
key factors and links are not.  Source of the format: Metaculus, ``utils/csv_utils.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from forecast.book.files.problems import FileFault
from forecast.forecasts.record import ForecastRecord
from forecast.forecasts.tables import RowCells
from forecast.importers.archive import Archive, open_archive
from forecast.importers.forecasters import Naming, Survey, name_forecasters, rows_on_record
from forecast.importers.imported import ImportedForecast, ImportedRecord
from forecast.importers.leaving_out import LeftOut
from forecast.importers.metaculus_forecasters import FORECAST_FILE, SCORE_FILE
from forecast.importers.metaculus_forecasts import put_on_scales, read_forecasts
from forecast.importers.metaculus_questions import QUESTION_FILE, read_questions
from forecast.importers.metaculus_scores import read_scores
from forecast.importers.metaculus_survey import survey_forecasters

README_FILE = "README.md"
_COUNT = re.compile(r"Contains the data for ([0-9]{1,12}) (questions|user forecasts|aggregate forecasts|scores)\s*")
_LINES_OF_COUNTS = 40


def read_metaculus(path: Path, record: ForecastRecord | None, *, me: Sequence[str] = (), others: bool = False) -> ImportedRecord:
    """Return what an export holds for a record: all questions, the aggregates, one's own forecasts and scores, and with ``others`` everybody's.

    ``record`` is what the collection holds already, from which persons are recognised.  Rows that do not fit are left out, and listed in ``problems``
    with file, line and reason.  Raises ``FileFault`` where nothing can be read, or where it is not known who "me" is.
    """
    left_out = LeftOut()
    with open_archive(path, (QUESTION_FILE, FORECAST_FILE, SCORE_FILE, README_FILE)) as archive:
        questions = read_questions(archive, left_out)
        survey, counts = survey_forecasters(archive, questions, rows_on_record(record))
        read = {**counts, "questions": len(questions) + left_out.counts.get(archive.path(QUESTION_FILE), 0)}
        _compare_counts(archive, read, left_out)
        if me and all(its.kind == "aggregate" for its in survey.forecasters.values()):
            left_out.warn(archive.name, 1, "this file has no forecasts and no scores of persons, and so none of yours")
        naming = name_forecasters(survey, record, me=me, others=others, path=path.name)
        forecasts: list[ImportedForecast] = []
        passed = 0
        if archive.has(FORECAST_FILE):
            forecasts, passed = read_forecasts(archive, questions, naming.names, left_out)
            forecasts, questions = put_on_scales(forecasts, questions, archive.path(FORECAST_FILE), left_out)
        else:
            left_out.warn(archive.name, 1, f"this ZIP has no {FORECAST_FILE}, so there are no forecasts in it")
        scores = read_scores(archive, questions, naming.names, left_out)
    people = tuple(_people(survey, naming, {*(its.who for its in forecasts), *(its["who"] for its in scores)}))
    return ImportedRecord(
        questions=questions,
        forecasts=tuple(forecasts),
        people=people,
        scores=scores,
        me=naming.me,
        problems=left_out.all_problems(),
        left_out=left_out.counts,
        others=passed,
    )


def _people(survey: Survey, naming: Naming, used: set[str]) -> Iterator[RowCells]:
    """The rows of those who have forecasts or scores.  A bot belongs to the crowd of questions that include bots, and of no others."""
    for key, who in naming.names.items():
        if who in used:
            kind = survey.forecasters[key].kind
            yield {"who": who, "kind": kind, "in_crowd": "no" if kind == "aggregate" else "yes"}


def _compare_counts(archive: Archive, read: Mapping[str, int], left_out: LeftOut) -> None:
    """Warn where a file holds fewer rows than the README counts."""
    if not archive.has(README_FILE):
        return
    try:
        for number, line in enumerate(archive.lines(README_FILE), start=1):
            if number > _LINES_OF_COUNTS:
                return
            match = _COUNT.fullmatch(line)
            if match is not None and int(match[1]) > read[match[2]]:
                message = f"{int(match[1]):,} {match[2]} are announced, and {read[match[2]]:,} are in the file"
                left_out.warn(archive.path(README_FILE), number, message, "was this ZIP made or cut by hand? what is there is imported")
    except FileFault as fault:
        left_out.warn(archive.path(README_FILE), fault.problem.place.line, fault.problem.message)
