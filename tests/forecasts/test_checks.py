"""What is wrong with a record as a whole: each fault has its place, and what is only odd of a platform is a warning."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from forecast.book.files.folder import Folder
from forecast.book.files.problems import Problem
from forecast.forecasts.checks import record_problems
from forecast.forecasts.reading import read_collection
from forecast.forecasts.record import RecordSource
from forecast.forecasts.source_file import source_text
from forecast.forecasts.tables import FORECASTS, RESOLUTIONS
from forecast.forecasts.terms import terms_of_record
from forecast.forecasts.writing import whole_file

QUESTIONS = """id,text,type,low,high,low_open,high_open,steps
rain,Will it rain?,binary,,,,,
sort,What will fall?,options,,,,,
depth,How deep?,number,0,10,no,yes,4
first,When?,date,,,,,
"""
OPTIONS = """question,option,from,until,order
sort,snow,,,1
sort,sleet,2026-02-01T00:00:00Z,,2
"""
SAID = {
    "question": "rain",
    "who": "me",
    "at": "2026-01-05T12:00:00Z",
    "form": "probability",
    "value": "0.3",
    "recorded": "2026-01-05T12:00:00Z",
}
ENDED = {"question": "rain", "outcome": "yes", "on": "2026-01-10", "recorded": "2026-01-11T00:00:00Z"}


def problems_of(tmp_path: Path, forecasts: Sequence[dict[str, str]] = (), resolutions: Sequence[dict[str, str]] = ()) -> list[Problem]:
    """What is wrong with a collection of these rows, each beside a usual one."""
    folder = tmp_path / "seeds/records/weather"
    folder.mkdir(parents=True)
    (folder / "source.toml").write_text(source_text(RecordSource("a platform", "file", "0" * 64, date(2026, 1, 1))))
    (folder / "questions.csv").write_text(QUESTIONS)
    (folder / "options.csv").write_text(OPTIONS)
    (folder / "forecasts.csv").write_text(whole_file(FORECASTS, [{**SAID, **row} for row in forecasts]))
    (folder / "resolutions.csv").write_text(whole_file(RESOLUTIONS, [{**ENDED, **row} for row in resolutions]))
    record, problems = read_collection(Folder(tmp_path), "weather")
    assert problems == ()
    return list(record_problems(Folder(tmp_path), record, terms_of_record(record)))


def cdf(*points: float) -> dict[str, str]:
    """The cells of a distribution function of the depth."""
    return {"question": "depth", "form": "cdf", "value": json.dumps(points)}


@pytest.mark.parametrize(
    ("row", "level", "message", "hint"),
    [
        ({"question": "hail"}, "error", "no question `hail` is on record", "its wording belongs in seeds/records/weather/questions.csv"),
        ({"form": "number", "value": "3"}, "error", "the question is of type `binary`, and this forecast of form `number`", "forms that fit: probability"),
        ({"recorded": "2026-01-05T11:59:59Z"}, "warning", "this forecast claims 2026-01-05T12:00:00Z, after it was recorded (2026-01-05T11:59:59Z)", "`at` is when the forecast was made"),
        ({"replaces": "0123"}, "error", "no row has the id `0123`, which this one replaces", ""),
        (cdf(0, 0.5, 1), "error", "this distribution function has 3 points", "the range has 4 steps: 5 points"),
        (cdf(0.1, 0.2, 0.5, 0.6, 0.9), "warning", "the lower bound is closed, and this distribution function is 0.1 there", "it must be 0"),
        ({"question": "first", **cdf(0, 1), "value": "[0, 1]"} | {"question": "first"}, "error", "a distribution function needs the question's range", "give seeds/records/weather/questions.csv its bounds"),
        ({"question": "sort", "form": "options", "value": '{"snow": 0.5, "hail": 0.5}'}, "warning", "this question has no option `hail`", "its options are snow, sleet"),
        ({"question": "sort", "form": "options", "value": '{"snow": 0.5, "sleet": 0.5}'}, "warning", "`sleet` was no option on 2026-01-05T12:00:00Z", "then they were snow"),
    ],
)  # fmt: skip
def test_a_forecast_that_does_not_fit_is_named_with_its_line(row: dict[str, str], level: str, message: str, hint: str, tmp_path: Path):
    """Its question, form, time, length, bounds and options."""
    (problem,) = problems_of(tmp_path, [{"who": "somebody"}, row])
    assert (problem.place.path, problem.place.line) == ("seeds/records/weather/forecasts.csv", 3)
    assert (problem.level, problem.message, problem.hint) == (level, message, hint)
    assert problem.source == (tmp_path / problem.place.path).read_text().splitlines()[2]


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"value": "0"},
        {"form": "withdrawn", "value": ""},
        cdf(0, 0.2, 0.5, 0.6, 0.9),
        cdf(0.0000009, 0.2, 0.5, 0.6, 1),
        {"question": "sort", "form": "options", "value": '{"snow": 1, "sleet": 0}'},
        {"question": "sort", "form": "options", "value": '{"snow": 0.5, "sleet": 0.5}', "at": "2026-02-01T00:00:00Z", "recorded": ""},
        {"question": "first", "form": "date", "value": "2026-03-01"},
        {"who": "nobody whom people.csv has"},
    ],
)
def test_a_forecast_that_fits_is_no_problem(row: dict[str, str], tmp_path: Path):
    """Probabilities of 0 are kept, an open bound need not be reached, and a person needs no row."""
    assert problems_of(tmp_path, [row]) == []


def test_rows_of_one_id_are_errors(tmp_path: Path):
    """The second is named with the place of the first, and so is a second row that replaces one."""
    rows = [{"id": "a"}, {"id": "a", "value": "0.4"}, {"id": "b", "replaces": "a"}, {"id": "c", "replaces": "a"}]
    path = "seeds/records/weather/forecasts.csv"
    assert [(its.place.line, its.level, its.message) for its in problems_of(tmp_path, rows)] == [
        (3, "error", f"the id `a` stands in {path}:2 already"),
        (5, "error", f"the row `a` is replaced in {path}:4 already"),
    ]


def test_a_forecast_after_the_resolution_is_named_with_the_place_of_that(tmp_path: Path):
    """A day's resolution is of its end, and of when it was recorded where that was before."""
    rows = [{"at": "2026-01-10T23:00:00Z", "recorded": ""}, {"at": "2026-01-11T00:00:01Z", "recorded": ""}]
    (problem,) = problems_of(tmp_path, rows, [{}])
    assert (problem.place.line, problem.level) == (3, "warning")
    assert problem.message.endswith("(seeds/records/weather/resolutions.csv:2)")


def test_two_resolutions_of_one_question_are_an_error(tmp_path: Path):
    """Unless one replaces the other."""
    (problem,) = problems_of(tmp_path, [], [{"id": "r1"}, {"id": "r2", "outcome": "no"}])
    message = "`rain` is resolved in seeds/records/weather/resolutions.csv:2 already: yes"
    assert (problem.place.line, problem.level, problem.message) == (3, "error", message)


def test_a_correction_is_no_second_resolution(tmp_path: Path):
    """The last one stands."""
    assert problems_of(tmp_path, [], [{"id": "r1"}, {"id": "r2", "outcome": "no", "replaces": "r1"}]) == []


@pytest.mark.parametrize(
    ("row", "level", "message"),
    [
        ({"question": "hail"}, "error", "no question `hail` is on record"),
        ({"outcome": "number", "value": "3"}, "error", "a question of type `binary` cannot end with `number`"),
        ({"question": "depth", "outcome": "number", "value": "-1"}, "error", "this lies below the closed bound of the question, 0"),
        ({"question": "sort", "outcome": "label", "value": "hail"}, "error", "this question has no option `hail`"),
        ({"known": "2026-01-09"}, "warning", "this was known on 2026-01-09, before the question was decided (2026-01-10)"),
        ({"recorded": "2026-01-09T00:00:00Z"}, "warning", "this question was decided on 2026-01-10, after that was recorded (2026-01-09)"),
    ],
)
def test_a_resolution_that_does_not_fit_is_named_with_its_line(row: dict[str, str], level: str, message: str, tmp_path: Path):
    """Its question, outcome, value and days."""
    (problem,) = problems_of(tmp_path, [], [row])
    assert (problem.place.path, problem.place.line) == ("seeds/records/weather/resolutions.csv", 2)
    assert (problem.level, problem.message) == (level, message)
