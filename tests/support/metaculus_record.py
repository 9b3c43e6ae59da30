"""Metaculus's questions, forecasts and scores of ten professionals (`../shared/fixtures`) as the files of a collection."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from forecast.forecasts.record import RecordSource
from forecast.forecasts.source_file import source_text
from forecast.forecasts.tables import FORECASTS, OPTIONS, PEOPLE, QUESTIONS, RESOLUTIONS, SCORES, Table
from forecast.forecasts.writing import whole_file
from tests.support.paths import ROOT

FIXTURES = ROOT.parent / "shared" / "fixtures" / "metaculus"
KINDS = ("binary", "choice", "numeric")
TYPES = {"binary": "binary", "multiple_choice": "options", "numeric": "number"}


def write_professionals(root: Path, fixtures: Path) -> None:
    """Write the collection `pros` into a book: 34 questions, ten forecasters, the platform's own scores."""
    folder = root / "seeds" / "records" / "pros"
    folder.mkdir(parents=True)
    source = RecordSource("metaculus", "pros.zip", "0" * 64, date(2026, 1, 1), crowd="persons")
    (folder / "source.toml").write_text(source_text(source))
    rows = [row for kind in KINDS for row in _rows(fixtures / f"pros_{kind}_forecasts.csv")]
    scores = [row for kind in KINDS for row in _rows(fixtures / f"pros_{kind}_scores.csv")]
    questions = {row["question_id"]: row for row in rows}
    people = [{"who": who, "kind": "person", "in_crowd": "yes"} for who in sorted({row["forecaster"] for row in rows})]
    tables: list[tuple[Table, list[Mapping[str, str]]]] = [
        (QUESTIONS, [_question(row) for row in questions.values()]),
        (OPTIONS, [option for row in questions.values() for option in _options(row)]),
        (PEOPLE, people),
        (RESOLUTIONS, [_resolution(row) for row in questions.values()]),
        (FORECASTS, [_forecast(row) for row in rows]),
        (SCORES, [_score(row) for row in scores]),
    ]
    for table, cells in tables:
        (folder / f"{table.file}.csv").write_text(whole_file(table, cells))


def _rows(path: Path) -> list[dict[str, str]]:
    csv.field_size_limit(10**7)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _moment(text: str) -> str:
    return text.replace(" ", "T").replace("+00", "Z")


def _question(row: Mapping[str, str]) -> Mapping[str, str]:
    scale = {}
    if row["type"] == "numeric":
        flags = {"true": "yes", "false": "no"}
        scale = {
            "low": row["range_min"],
            "high": row["range_max"],
            "low_open": flags[row["open_lower_bound"]],
            "high_open": flags[row["open_upper_bound"]],
            "zero_point": row["zero_point"],
            "steps": "200",
        }
    times = {
        "opens": "open_time",
        "scheduled_close": "scheduled_close_time",
        "actual_close": "actual_close_time",
        "spot": "spot_scoring_time",
    }
    moments = {name: _moment(row[column]) for name, column in times.items()}
    return {"id": row["question_id"], "text": f"Question {row['question_id']}", "type": TYPES[row["type"]], **moments, **scale}


def _options(row: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    for order, option in enumerate(json.loads(row["options"] or "[]"), start=1):
        yield {"question": row["question_id"], "option": option, "order": str(order)}


def _resolution(row: Mapping[str, str]) -> Mapping[str, str]:
    text = row["resolution"]
    outcome, value = "number", text
    if text in {"yes", "no"}:
        outcome, value = text, ""
    elif text in {"below_lower_bound", "above_upper_bound"}:
        outcome, value = text.partition("_")[0], ""
    elif row["type"] == "multiple_choice":
        outcome = "label"
    return {"question": row["question_id"], "outcome": outcome, "value": value, "on": _moment(row["actual_close_time"])}


def _forecast(row: Mapping[str, str]) -> Mapping[str, str]:
    if row["type"] == "binary":
        form, value = "probability", row["probability_yes"]
    elif row["type"] == "numeric":
        form, value = "cdf", row["continuous_cdf"]
    else:
        shares = zip(json.loads(row["options"]), json.loads(row["probability_yes_per_category"]), strict=True)
        form, value = "options", json.dumps(dict(shares))
    return {"question": row["question_id"], "who": row["forecaster"], "at": _moment(row["start_time"]), "form": form, "value": value}


def _score(row: Mapping[str, str]) -> Mapping[str, str]:
    return {"question": row["question_id"], "who": row["forecaster"], "rule": row["score_type"], "score": row["score"]}
