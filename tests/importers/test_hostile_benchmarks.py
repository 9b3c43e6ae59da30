"""Files of benchmarks and hubs in which anything may stand: an import gives problems or a collection that can be read, and nothing else."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from forecast.actions.export_record import write_hub_output
from forecast.actions.import_record import import_files
from forecast.book.files.folder import Folder
from forecast.book.files.problems import FileFault, has_errors
from forecast.forecasts.reading import read_collection
from forecast.forecasts.record import ForecastRecord, standing_forecasts
from forecast.importers import json_file, plain_file
from forecast.importers.choices import ImportChoices
from forecast.importers.formats import FORMATS
from forecast.importers.json_file import read_json_rows
from tests.importers.test_forecastbench import DATA, MARKET, resolution
from tests.importers.test_hub import HEAD, LEVEL, TASKS, rows_of

pytestmark = pytest.mark.medium

NOW = datetime(2026, 9, 1, tzinfo=UTC)
PIECES = [
    *("", "\0", "\udcff", "\n", '"', "'", ",", "[", "{", "}", "]", ":", ";", "\\", "\r\n", "/", ": "),
    *("null", "true", "NaN", "Infinity", "-1", "1e999", "0.5", "2", "1" * 400, "a" * 300, "[" * 300, "٣", "\u202e", "\u2028", "\ufeff"),
    *("cdf", "pmf", "sample", "quantile", "median", "mean", "NA", "cases", "level", "2026-01-10", "0001-01-01", "9999-12-31", "fred"),
    *("manifold", "DGS10", "N/A", "{resolution_date}", "me", "../x", "#", "US"),
]
BENCH = {
    "set.json": json.dumps({"forecast_due_date": "2026-01-04", "questions": [DATA, MARKET]}).encode(),
    "res.json": json.dumps(
        {
            "forecast_due_date": "2026-01-04",
            "resolutions": [
                resolution("fred", "DGS10", "2026-01-11", 1.0),
                resolution("manifold", "abc", "2026-08-11", 0.1, resolved=False),
            ],
        }
    ).encode(),
    "said.json": json.dumps(
        {
            "forecast_due_date": "2026-01-04",
            "model": "Fast 1",
            "forecasts": [{"id": "DGS10", "source": "fred", "forecast": 0.6, "resolution_date": "2026-01-11"}],
        }
    ).encode(),
}
HUB = {
    "2026-01-03-a-b.csv": (
        HEAD
        + rows_of("quantile", [(0.1, 10), (0.9, 30)])
        + rows_of("median", [("NA", 20)])
        + rows_of("mean", [("NA", 21.5)])
        + rows_of("sample", [(7, 12), (8, 25)])
        + rows_of("cdf", [(at, at / 40) for at in (10, 20, 30)], horizon=2)
        + rows_of("pmf", [(0, 0.25), (1, 0.75)], horizon=3)
        + rows_of("pmf", [("high", 0.25), ("low", 0.75)], target=LEVEL)
    ).encode(),
    "series.csv": b"as_of,target_end_date,target,location,observation\n2026-02-01,2026-01-10,cases,US,18\n2026-02-01,2026-01-17,cases,US,19\n",
    "tasks.json": json.dumps(TASKS).encode(),
}
EDITS = st.lists(
    st.tuples(st.integers(0, 2), st.floats(0, 1), st.integers(0, 30), st.sampled_from(PIECES) | st.text(max_size=8)), min_size=1, max_size=6
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EDITS)
@example([(0, 0.99, 0, "[" * 300)])
def test_a_tampered_benchmark_leaves_a_book_that_can_be_read(edits: list[tuple[int, float, int, str]]):
    """Nothing fails otherwise than with problems."""
    _check_import("forecastbench", _edit(BENCH, edits))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EDITS)
@example([(2, 0.578125, 0, "\u202e")])
def test_tampered_model_output_leaves_a_book_that_can_be_read(edits: list[tuple[int, float, int, str]]):
    """And what is imported can be exported, and imported again with the same values."""
    _check_import("hub", _edit(HUB, edits))


@pytest.mark.parametrize("word", ["high", "ordinal", "people", "level"])
@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\ufeff", "\x07"])
def test_no_word_of_the_tasks_hides_a_character(word: str, hidden: str):
    """Categories, types, units and targets with a character that nobody sees leave a book that can be read."""
    tasks = HUB["tasks.json"].replace(word.encode(), json.dumps(f"{word[:2]}{hidden}{word[2:]}").strip('"').encode())
    assert tasks != HUB["tasks.json"]
    _check_import("hub", {**HUB, "tasks.json": tasks})


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 7), st.sampled_from(PIECES)), min_size=1, max_size=4))
@example([(10, 6, "\r\n")])
@example([(10, 6, "\0")])
def test_whatever_stands_in_a_cell_of_model_output(edits: list[tuple[int, int, str]]):
    """A cell, or a heading, is replaced as a whole."""
    rows = [line.split(",") for line in HUB["2026-01-03-a-b.csv"].decode().splitlines()]
    for at, column, piece in edits:
        rows[at % len(rows)][column] = '"' + piece.replace('"', '""') + '"'
    text = "\n".join(",".join(row) for row in rows)
    _check_import("hub", {**HUB, "2026-01-03-a-b.csv": text.encode("utf-8", "surrogateescape")})


def _edit(files: Mapping[str, bytes], edits: list[tuple[int, float, int, str]]) -> Mapping[str, bytes]:
    edited = dict(files)
    for which, where, length, piece in edits:
        name = list(files)[which]
        raw = edited[name]
        at = round(where * len(raw))
        edited[name] = raw[:at] + piece.encode("utf-8", "surrogateescape") + raw[at + length :]
    return edited


def _check_import(name: str, files: Mapping[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "seeds").mkdir()
        paths = [root / file for file in files]
        for path, raw in zip(paths, files.values(), strict=True):
            path.write_bytes(raw)
        result = import_files(root, FORMATS[name], paths, ImportChoices(), clock=lambda: NOW)
        if not result.path:
            assert [problem.level for problem in result.problems] == ["error"]
            assert not (root / "seeds" / "records").exists()
            return
        record, problems = read_collection(Folder(root), name)
        assert not has_errors(problems)
        again = import_files(root, FORMATS[name], paths, ImportChoices(), clock=lambda: NOW)
        assert sum(again.added.values()) == 0
        if name == "hub" and record.forecasts:
            _check_round_trip(root, record)


def _check_round_trip(root: Path, record: ForecastRecord) -> None:
    path = root / "2026-01-03-a-b.csv"
    done = write_hub_output(root, "hub", path)
    assert done.written is not None
    if done.problems:
        return
    assert import_files(root, FORMATS["hub"], [path, root / "tasks.json"], ImportChoices("again"), clock=lambda: NOW).left_out == {}
    again, _ = read_collection(Folder(root), "again")
    assert _values(again) == _values(record)


def _values(record: ForecastRecord) -> list[tuple[object, ...]]:
    return [(its.question, its.who, its.form, its.value) for its in standing_forecasts(record)]


def test_work_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A file that is too large is not read."""
    monkeypatch.setattr(json_file, "MOST_JSON_BYTES", 100)
    monkeypatch.setattr(plain_file, "MOST_PLAIN_BYTES", 100)
    (tmp_path / "seeds").mkdir()
    for name in ("forecastbench", "hub"):
        path = tmp_path / ("x.json" if name == "forecastbench" else "x.csv")
        path.write_bytes(b" " * 101)
        (problem,) = import_files(tmp_path, FORMATS[name], [path], ImportChoices(), clock=lambda: NOW).problems
        assert problem.message == "this file has 101 bytes; at most 100 can be read"


@given(st.lists(st.recursive(st.none() | st.text() | st.floats(-9, 9), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))))
def test_items_of_a_list_know_their_lines(items: list[object]):
    """Whatever they hold, and wherever else the name of the list stands."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.json"
        path.write_text(json.dumps({"a": '"rows": [', "rows": items}, indent=1), encoding="utf-8")
        try:
            _, rows = read_json_rows(path, "rows")
        except FileFault as fault:
            assert "NUL" in fault.problem.message  # noqa: PT017 - only where a text holds one
            return
        lines = path.read_text(encoding="utf-8").split("\n")
        assert [item for _, item in rows] == items
        for line, item in rows:
            assert lines[line - 1].strip().startswith(json.dumps(item, indent=1).split("\n", maxsplit=1)[0][:1])
