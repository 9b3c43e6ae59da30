"""Model output of a hub: each row has its place in a forecast or is listed, target data says how tasks ended, and an export gives it back."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forecast.actions.export_record import write_hub_output
from forecast.actions.import_record import ImportResult, import_files
from forecast.forecasts.record import ForecastRecord, standing_forecasts, standing_resolutions
from forecast.forecasts.values import PointMasses, Quantiles
from forecast.importers.choices import ImportChoices
from forecast.importers.formats import FORMATS
from tests.importers.conftest import Collected, complaints
from tests.support.fixtures import fixture_file

NOW = datetime(2026, 9, 1, tzinfo=UTC)
HEAD = "location,reference_date,horizon,target_end_date,target,output_type,output_type_id,value\n"
TASK = "US,2026-01-03,{0},2026-01-{1},{2},"
CASES, LEVEL = "cases", "level"
FIRST = f"{CASES}/US/2026-01-03/1/2026-01-10"
TASKS = {
    "rounds": [
        {
            "model_tasks": [
                {
                    "output_type": {"quantile": {}},
                    "target_metadata": [
                        {
                            "target_keys": {"target": CASES},
                            "target_type": "continuous",
                            "target_units": "people",
                            "description": "Cases in the week",
                        }
                    ],
                },
                {
                    "output_type": {"pmf": {"output_type_id": {"required": ["low", "high"]}}},
                    "target_metadata": [{"target_keys": {"target": LEVEL}, "target_type": "ordinal", "target_units": "people"}],
                },
            ],
            "submissions_due": {"relative_to": "reference_date", "start": -6, "end": -3},
        }
    ]
}


def rows_of(kind: str, pairs: list[tuple[object, object]], horizon: int = 1, target: str = CASES) -> str:
    """Rows of one task."""
    task = TASK.format(horizon, 3 + 7 * horizon if horizon else "03", target)
    return "".join(f"{task}{kind},{name},{value}\n" for name, value in pairs)


def bring(root: Path, *files: Path, **choices: object) -> ImportResult:
    """Import files."""
    return import_files(root, FORMATS["hub"], files, ImportChoices(**choices), clock=lambda: NOW)


@pytest.fixture
def output(tmp_path: Path):
    """Write a file of model output."""

    def write(text: str, name: str = "2026-01-03-team-model.csv", head: str = HEAD) -> Path:
        path = tmp_path / name
        path.write_text(head + text)
        return path

    return write


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    """The tasks of a hub."""
    path = tmp_path / "tasks.json"
    path.write_text(json.dumps(TASKS))
    return path


def test_every_output_type_becomes_a_forecast(root: Path, output, tasks: Path, collected: Collected):
    """Quantiles with the median, samples, a mean, a distribution function and categories; a round is dated when it was due."""
    text = (
        rows_of("quantile", [("0.9", 30), (0.1, 10)])
        + rows_of("median", [("NA", 20)])
        + rows_of("mean", [("", 21.5)])
        + rows_of("sample", [(7, 12), (8, 25)])
        + rows_of("cdf", [(at, at / 40) for at in (10, 20, 30)], horizon=2)
        + rows_of("pmf", [(0, 0.25), (1, 0.75)], horizon=3)
        + rows_of("pmf", [("high", 0.25), ("low", 0.75)], target=LEVEL)
    )
    result = bring(root, output(text), tasks)
    assert (result.problems, result.left_out) == ((), {})
    record = collected("hub")
    said = {(its.question, its.who, its.form): its.value for its in record.forecasts}
    assert said[FIRST, "team-model", "quantiles"] == Quantiles((0.1, 0.5, 0.9), (10, 20, 30))
    assert said[FIRST, "team-model (mean)", "number"] == pytest.approx(21.5)
    assert said[FIRST, "team-model (samples)", "samples"] == (12, 25)
    assert said[f"{CASES}/US/2026-01-03/2/2026-01-17", "team-model", "cdf"] == (0.25, 0.5, 0.75)
    assert said[f"{CASES}/US/2026-01-03/3/2026-01-24", "team-model", "pmf"] == PointMasses((0, 1), (0.25, 0.75))
    assert said[f"{LEVEL}/US/2026-01-03/1/2026-01-10", "team-model", "options"] == {"low": 0.75, "high": 0.25}
    assert len(said) == 6
    assert {its.at for its in record.forecasts} == {datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)}
    asked = record.questions[FIRST][0]
    assert (asked.unit, asked.opens, asked.text[:18]) == ("people", datetime(2025, 12, 28, tzinfo=UTC), "Cases in the week ")
    assert [its.option for its in record.options] == ["low", "high"]
    assert record.people["team-model"].kind == "model"


def test_target_data_says_how_tasks_ended(root: Path, output, tasks: Path, collected: Collected, tmp_path: Path):
    """Of several versions the last one counts; categories come from oracle output; rows of other tasks are counted."""
    model = output(rows_of("median", [("NA", 20)]) + rows_of("pmf", [("low", 0.5), ("high", 0.5)], target=LEVEL))
    series = tmp_path / "time-series.csv"
    series.write_text(
        "as_of,target_end_date,target,location,observation\n"
        "2026-02-01,2026-01-10,cases,US,18\n2026-03-01,2026-01-10,cases,US,19\n2026-02-15,2026-01-10,cases,US,17\n"
        "2026-02-01,2026-01-17,cases,US,NA\n2026-02-01,2026-01-17,cases,DE,4\n2026-02-01,2026-01-17,cases,DE,5\nlater,2026-01-17,cases,DE,x\n"
    )
    oracle = tmp_path / "oracle-output.csv"
    oracle.write_text(
        "target_end_date,target,location,output_type,output_type_id,oracle_value\n"
        "2026-01-10,level,US,pmf,low,0\n2026-01-10,level,US,pmf,high,1\n2026-01-10,cases,US,cdf,10,0\n"
    )
    result = bring(root, model, series, oracle, tasks)
    ended = {name: (its.outcome, its.value, its.known.isoformat()) for (name, _), its in standing_resolutions(collected("hub")).items()}
    assert ended == {FIRST: ("number", 19, "2026-03-01"), f"{LEVEL}/US/2026-01-03/1/2026-01-10": ("label", "high", "2026-01-10")}
    assert complaints(result) == [
        ("time-series.csv", 7, "left out: line 6 has another value of this"),
        ("time-series.csv", 8, "left out: `x` is no number"),
    ]
    assert result.notes == (
        "time-series.csv: 7 rows, of which 1 say how a question ended; the others are of none here.",
        "oracle-output.csv: 3 rows, of which 2 say how a question ended; the others are of none here.",
    )


def test_an_observation_that_was_withdrawn_or_is_not_over_is_no_outcome(
    root: Path, output, tasks: Path, collected: Collected, tmp_path: Path
):
    """A later version without a value takes an earlier one back; a version from before the end of its day is left out with the reason."""
    series = tmp_path / "time-series.csv"
    heading = "as_of,target_end_date,target,location,observation\n"
    model = output(rows_of("median", [("NA", 20)]))
    series.write_text(f"{heading}2026-01-11,2026-01-10,cases,US,18\n2026-01-17,2026-01-10,cases,US,NA\n")
    assert complaints(bring(root, model, series, tasks)) == []
    assert standing_resolutions(collected("hub")) == {}
    series.write_text(f"{heading}2026-01-07,2026-01-10,cases,US,5\n")
    message = "left out: this was observed as of 2026-01-07, before the day that it is about had ended"
    assert complaints(bring(root, model, series, tasks)) == [("time-series.csv", 2, message)]
    assert standing_resolutions(collected("hub")) == {}


def test_rows_without_a_place_are_listed_with_line_and_reason(root: Path, output, tasks: Path):
    """The rest is imported."""
    text = (
        rows_of("quantile", [(0.5, 20), ("0.50", 21), (1, 5), ("x", 5), (0.9, "nan"), (0.95, "many")])
        + rows_of("median", [("NA", 22)])
        + rows_of("cmf", [(1, 0.5)])
        + rows_of("median", [(0.5, 22)])
        + rows_of("quantile", [(0.1, 9), (0.9, 8)], horizon=2)
        + rows_of("quantile", [(0.1, 9)], target="deaths")
        + rows_of("pmf", [("low", 0.5), ("middle", 0.5)], target=LEVEL)
        + rows_of("mean", [("NA", 1)], target=LEVEL)
        + "US,2026-01-03\n"
        + rows_of("cdf", [(1, 0.0), (2, 0.5), (4, 1.0)], horizon=3)
        + "US\0,2026-01-03,1,2026-01-10,cases,mean,NA,3\n"
    )
    result = bring(root, output(text), tasks)
    assert sum(result.left_out.values()) == len(result.problems) == 19
    said = [(line, message.removeprefix("left out: ")) for _, line, message in complaints(result)]
    assert sorted(said) == [
        (3, "another row has the same task and output_type_id `0.5`"),
        (4, "`1` is no level of a quantile"),
        (5, "`x` is no output_type_id of a quantile"),
        (6, "`nan` is no number"),
        (7, "`many` is no number"),
        (8, "the median is 22, and the quantile at 0.5 is 20"),
        (9, "output type `cmf` is not read"),
        (10, "a median has no output_type_id, or NA, and not `0.5`"),
        (11, "the values of quantiles fall"),
        (12, "the values of quantiles fall"),
        (13, "tasks.json has no target `deaths`"),
        (14, "`middle` is no category of the target, which has low, high"),
        (15, "`middle` is no category of the target, which has low, high"),
        (16, "the target has categories, and `mean` is of a number"),
        (17, "this row has 2 cells, and the file has 8 headings"),
        *(
            (line, "the places of this distribution function are not evenly spaced, and it is 0 or 1 at some of them")
            for line in (18, 19, 20)
        ),
        (21, "this row holds a NUL character, or bytes that are not UTF-8"),
    ]


def test_a_collection_is_not_mixed_from_imports_with_and_without_tasks(root: Path, output, tasks: Path, collected: Collected):
    """Units, wordings and times would be lost, and each forecast would stand there twice; nothing is written."""
    file = output(rows_of("quantile", [(0.5, 3)]))
    bring(root, file, tasks)
    before = {path.name: path.read_bytes() for path in (root / "seeds" / "records" / "hub").iterdir()}
    message = "the collection hub was imported with the hub's tasks.json, and this import is without it"
    assert complaints(bring(root, file)) == [(file.name, 1, message)]
    assert {path.name: path.read_bytes() for path in (root / "seeds" / "records" / "hub").iterdir()} == before
    assert not any(bring(root, file, tasks).added.values())
    bring(root, file, collection="bare")
    message = "the collection bare was imported without tasks.json, so its forecasts have other times"
    assert complaints(bring(root, file, tasks, collection="bare")) == [(file.name, 1, message)]
    assert len(collected("bare").forecasts) == 1


def test_an_export_gives_every_value_back(root: Path, output, tasks: Path, collected: Collected, tmp_path: Path):
    """A record that is written and imported again is the same; the samples of two tasks stay in step."""
    text = (
        rows_of("quantile", [(0.1, 1e-7), (0.5, 10.25), (0.9, 12345678.5)])
        + rows_of("mean", [("NA", 21.5)])
        + rows_of("sample", [(7, 12), (8, 25)])
        + rows_of("sample", [(7, 13), (8, 26)], horizon=2)
        + rows_of("cdf", [(at / 4, (at / 8) ** 2) for at in range(1, 8)], horizon=2)
        + rows_of("pmf", [("high", 0.1), ("low", 0.9)], target=LEVEL)
    )
    assert bring(root, output(text), tasks).left_out == {}
    again = tmp_path / "again" / "2026-01-03-team-model.csv"
    again.parent.mkdir()
    done = write_hub_output(root, "hub", again)
    assert (done.problems, done.written.forecasts, done.who) == ((), 6, "team-model")
    assert bring(root, again, tasks, collection="again").left_out == {}
    assert _said(collected("again")) == _said(collected("hub"))


def test_files_without_target_data_say_nothing_of_outcomes(root: Path, output, tasks: Path, tmp_path: Path):
    """A question that is resolved on record is not said to be open again by a file that does not speak of it."""
    model = output(rows_of("median", [("NA", 20)]))
    series = tmp_path / "time-series.csv"
    series.write_text("as_of,target_end_date,target,location,observation\n2026-02-01,2026-01-10,cases,US,18\n")
    bring(root, model, tasks, series)
    assert bring(root, model, tasks).notes == ()


def test_one_s_own_model_is_me(root: Path, output, tasks: Path, collected: Collected):
    """By the name that the file has; a second import adds nothing, and a later round what is new."""
    first = output(rows_of("median", [("NA", 20)]) + rows_of("mean", [("NA", 21)]))
    assert bring(root, first, tasks, me=("team-model",)).me == ("me", "me (mean)")
    assert sum(bring(root, first, tasks, me=("team-model",)).added.values()) == 0
    later = output("US,2026-01-10,1,2026-01-17,cases,median,NA,22\n", "2026-01-10-team-model.csv")
    added = bring(root, first, later, tasks, me=("team-model",)).added
    assert {what: count for what, count in added.items() if count} == {"questions": 1, "forecasts": 1}
    assert {its.who for its in collected("hub").forecasts} == {"me", "me (mean)"}


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("x.csv", b"", "this file is empty"),
        ("x.csv", b"\x00\x00", "this is no file of a hub"),
        ("x.csv", b"output_type,output_type_id,value,value\n", "this file has two columns `value`"),
        ("x.csv", b"target,observation\n", "none of these files is model output, with columns output_type, output_type_id and value"),
        ("x.csv", b"output_type,output_type_id,value" + b"," * 3_000_000, "this line has more than 2,000,000 characters"),
        ("tasks.json", b"{}", "this is no tasks.json of a hub: it has no `rounds`"),
        ("x.parquet", b"PAR1", "a Parquet file is not read"),
    ],
)
def test_a_file_that_is_none_is_refused(root: Path, tmp_path: Path, name: str, raw: bytes, message: str):
    """With its reason, and nothing is written."""
    path = tmp_path / name
    path.write_bytes(raw)
    result = bring(root, path)
    assert [its.message for its in result.problems] == [message]
    assert not (root / "seeds" / "records").exists()


def test_good_judgment_open_has_no_format_to_read(root: Path, tmp_path: Path):
    """Columns are not guessed: the reason is given, and what to do instead."""
    path = tmp_path / "gjo.csv"
    path.write_text("a,b\n1,2\n")
    (problem,) = import_files(root, FORMATS["goodjudgment"], [path], ImportChoices(), clock=lambda: NOW).problems
    assert problem.message == "Good Judgment Open has no export whose format is known"
    assert "--mapping" in problem.hint


def test_a_recorded_file_is_imported_whole_and_given_back(root: Path, collected: Collected, tmp_path: Path):
    """916 rows as 20 forecasts of 12 tasks, of which eight have ended; every value is in the record and in an export."""
    files = [fixture_file("hub", name) for name in ("2022-10-22-MOBS-GLEAM_FLUH.csv", "time-series.csv", "tasks.json")]
    result = bring(root, *files)
    assert (result.problems, result.left_out) == ((), {})
    record = collected("hub")
    assert (len(record.questions), len(record.forecasts), len(record.resolutions)) == (12, 20, 8)
    assert {its.at for its in record.forecasts} == {datetime(2022, 10, 19, 23, 59, 59, tzinfo=UTC)}
    again = tmp_path / "2022-10-22-MOBS-GLEAM_FLUH.csv"
    assert write_hub_output(root, "hub", again).problems == ()
    before, after = _values(files[0]), _values(again)
    medians = {key for key in before if key[5] == "median"}
    assert len(before) == 916
    assert {key: value for key, value in before.items() if key not in medians} == after
    assert all(before[key] == after[*key[:5], "quantile", 0.5] for key in medians)
    observed = {
        (row["target"], row["target_end_date"]): float(row["observation"])
        for row in csv.DictReader(files[1].read_text(encoding="utf-8").splitlines())
        if row["location"] == "US"
    }
    for (name, _), its in standing_resolutions(record).items():
        target, _, _, _, end = name.split("/")
        assert its.value == observed[target, end]
    assert sum(bring(root, *files).added.values()) == 0


def _said(record: ForecastRecord) -> list[tuple[object, ...]]:
    return [(its.question, its.who, its.at, its.form, its.value) for its in standing_forecasts(record)]


def _values(path: Path) -> dict[tuple[object, ...], float]:
    """The values of model output by task, type and id; samples by their order in the task."""
    values: dict[tuple[object, ...], float] = {}
    counts: dict[tuple[object, ...], int] = {}
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
        task = tuple(row[column] for column in ("location", "reference_date", "horizon", "target_end_date", "target"))
        name: object = row["output_type_id"]
        if row["output_type"] == "sample":
            name = counts[task] = counts.get(task, 0) + 1
        elif row["output_type"] in {"quantile", "cdf"}:
            name = float(row["output_type_id"])
        values[*task, row["output_type"], name] = float(row["value"])
    return values
