"""A record in Metaculus's layout: what becomes of rows that such a file cannot say as they stand."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from forecast.book.files.folder import Folder
from forecast.forecasts.reading import read_collection
from forecast.forecasts.record import RecordSource
from forecast.forecasts.source_file import source_text
from forecast.forecasts.tables import FORECASTS, PEOPLE, QUESTIONS, RESOLUTIONS
from forecast.forecasts.writing import whole_file
from forecast.importers.metaculus_rows import QUESTION_HEADINGS
from forecast.importers.metaculus_zip import FORECAST_HEADINGS, SCORE_HEADINGS, MetaculusZip, metaculus_zip
from tests.importers.conftest import Collected, Import
from tests.support import metaculus_zips
from tests.support.metaculus_zips import aggregate, forecast, question, score

type Cells = Mapping[str, str]

SAID = {"question": "1", "who": "me", "at": "2026-01-02T12:00:00Z", "form": "probability", "value": "0.3"}
ASKED = {"id": "1", "text": "Will it?", "type": "binary", "opens": "2026-01-01T12:00:00Z"}


def exported(root: Path, forecasts: Sequence[Cells], people: Sequence[Cells] = (), resolutions: Sequence[Cells] = ()) -> MetaculusZip:
    """A collection with one question, written in Metaculus's layout."""
    folder = root / "seeds" / "records" / "small"
    folder.mkdir(parents=True)
    (folder / "source.toml").write_text(source_text(RecordSource("metaculus", "x.zip", "0" * 64, date(2026, 3, 1))), encoding="utf-8")
    for table, rows in ((QUESTIONS, [ASKED]), (FORECASTS, forecasts), (PEOPLE, people), (RESOLUTIONS, resolutions)):
        (folder / f"{table.file}.csv").write_text(whole_file(table, rows), encoding="utf-8")
    record, problems = read_collection(Folder(root), "small")
    assert problems == ()
    return metaculus_zip(record)


def rows_in(made: MetaculusZip, name: str) -> list[dict[str, str]]:
    """The rows of a file in a ZIP."""
    with zipfile.ZipFile(io.BytesIO(made.content)) as file:
        return list(csv.DictReader(io.StringIO(file.read(name).decode())))


def test_the_headings_are_metaculus_own():
    """28, 19 and 6, in its order."""
    assert (QUESTION_HEADINGS, FORECAST_HEADINGS, SCORE_HEADINGS) == (
        metaculus_zips.QUESTION_HEADINGS,
        metaculus_zips.FORECAST_HEADINGS,
        metaculus_zips.SCORE_HEADINGS,
    )
    assert tuple(map(len, (QUESTION_HEADINGS, FORECAST_HEADINGS, SCORE_HEADINGS))) == (28, 19, 6)


def test_a_withdrawal_is_the_end_of_the_forecast_before(root: Path):
    """It has no row of its own, and a forecast that another superseded ends where that begins."""
    withdrawn = {**SAID, "at": "2026-01-09T12:00:00Z", "form": "withdrawn", "value": ""}
    made = exported(root, forecasts=[SAID, {**SAID, "at": "2026-01-05T12:00:00Z", "value": "0.4"}, withdrawn])
    assert [(row["Start Time"], row["End Time"]) for row in rows_in(made, "forecast_data.csv")] == [
        ("2026-01-02 12:00:00+00:00", "2026-01-05 12:00:00+00:00"),
        ("2026-01-05 12:00:00+00:00", "2026-01-09 12:00:00+00:00"),
    ]
    assert made.problems == ()


def test_rows_of_open_questions_lack_their_last_cell(root: Path):
    """As in Metaculus's own files."""
    made = exported(root, forecasts=[SAID])
    with zipfile.ZipFile(io.BytesIO(made.content)) as file:
        header, row = csv.reader(io.StringIO(file.read("forecast_data.csv").decode()))
    assert (len(header), len(row)) == (19, 18)


def test_what_has_no_place_in_such_a_file_is_left_out_and_named(root: Path):
    """A form that the type does not have there, a model's forecast, an outcome without a word."""
    forecasts = [SAID, {**SAID, "at": "2026-01-03T12:00:00Z", "form": "number", "value": "3"}, {**SAID, "who": "engine"}]
    people = [{"who": "engine", "kind": "model"}]
    made = exported(root, forecasts=forecasts, people=people, resolutions=[{"question": "1", "outcome": "void", "on": "2026-02-01"}])
    assert [(its.place.path.rpartition("/")[2], its.place.line, its.message) for its in made.problems] == [
        ("resolutions.csv", 2, "the outcome `void` has no word in an export of Metaculus; the question is written without it"),
        ("forecasts.csv", 4, "left out: a forecast of a model has no place in an export of Metaculus"),
        ("forecasts.csv", 3, "left out: a forecast as `number` of a question of type `binary` has no place in an export of Metaculus"),
    ]
    assert (made.forecasts, rows_in(made, "question_data.csv")[0]["Resolution"]) == (1, "")


def test_one_record_makes_the_same_bytes(bring: Import, collected: Collected):
    """Whenever it is written."""
    bring([question()], [forecast(Probability_Yes=0.5), aggregate(Probability_Yes=0.25)], [score()])
    assert metaculus_zip(collected()).content == metaculus_zip(collected()).content
