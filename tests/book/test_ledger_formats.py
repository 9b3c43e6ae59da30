"""The ledger's formats: lines of formats 1 and 2 are read, each with all it has to have, and a later one is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from forecast.book.files.folder import Folder
from forecast.book.ledger import append_entries, format_time, read_ledger

FIRST: dict[str, Any] = {
    "topic": "ferry",
    "question": "late",
    "kind": "probability",
    "value": {"value": 0.25},
    "as_of": "2025-01-01",
    "made": "2025-01-01",
    "hindcast": False,
    "engine": "importance",
    "verdict": "agreed",
    "inputs": "0",
    "seed": 1,
    "draws": 256,
    "program": "0.3.0",
}
SECOND = {**FIRST, "format": 2, "at": "2025-01-01T09:30:00Z", "status": "open"}
HUB = [float(value) for value in range(23)]
NUMBER: dict[str, Any] = {"mean": 9.0, "quantiles": [1.0, 5.0, 11.0, 17.0, 21.0]}
DATE: dict[str, Any] = {"not_by_then": 0.25, "quantiles": [None] * 5}
ROWS = {"trips": {"count": 1, "each": 1, "hashes": "8badf00d"}}


def read(root: Path, *entries: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Write lines and read them: the entries without their chain, and the problems in words."""
    append_entries(Folder(root), entries)
    found, problems = read_ledger(Folder(root))
    return [{name: each for name, each in entry.items() if name != "previous"} for entry in found], [
        f"{problem.message}: {problem.hint}" for problem in problems
    ]


def test_lines_of_both_formats_stand_in_one_ledger(tmp_path: Path):
    """A line without a format is of format 1; rows and a variant may be there; what else a line has is kept."""
    more = {"rows": ROWS, "variant": "calm", "asked": "8badf00d1234", "priors": "0123456789ab"}
    lines = [FIRST, {**FIRST, "format": 1}, SECOND, {**SECOND, **more}, {**SECOND, "later": [1]}]
    assert read(tmp_path, *lines) == (lines, [])


@pytest.mark.parametrize("status", ["open", "happened", "can no longer happen", "settled", "annulled", "void", "not answerable"])
def test_each_status_of_a_question_is_read(status: str, tmp_path: Path):
    """A question that is not open may have no value."""
    lines = [{**SECOND, "status": status}, *([{**SECOND, "status": status, "value": None}] if status != "open" else [])]
    assert read(tmp_path, *lines) == (lines, [])


def test_a_number_may_have_no_mean(tmp_path: Path):
    """In format 2 a mean that cannot be estimated is left out, or null, where there are quantiles."""
    number = {"kind": "distribution", "value": {"quantiles": [1.0, 2.0, 3.0, 4.0, 5.0]}}
    lines = [{**SECOND, **number}, {**SECOND, **number, "value": {**number["value"], "mean": None}}]
    assert read(tmp_path, *lines) == (lines, [])


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("distribution", {**NUMBER, "hub_quantiles": HUB}),
        ("distribution", {**NUMBER, "pmf": {"x": [0.0, 2.0], "y": [0.25, 0.75]}}),
        ("date", {**DATE, "hub_quantiles": [f"2025-01-{day:02}" for day in range(1, 20)] + [None] * 4}),
        ("date", {**DATE, "hub_quantiles": [None] * 23}),
    ],
)
def test_a_line_may_have_all_that_any_rule_scores(kind: str, value: dict[str, Any], tmp_path: Path):
    """A number has 23 quantiles or its mass function, a date 23 days of which those after the deadline are null."""
    lines = [{**SECOND, "kind": kind, "value": value}, {**FIRST, "kind": kind, "value": {**value, "hub_quantiles": "unread"}}]
    assert read(tmp_path, *lines) == (lines, [])


def test_a_later_format_is_refused(tmp_path: Path):
    """What a later version wrote is not guessed at."""
    problem = "this line is of format 3, and this version of forecast reads formats 1 to 2: a later version wrote it: use that one"
    assert read(tmp_path, SECOND, {"format": 3, "what": "ever"}) == ([SECOND], [problem])


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"format": "2"}, "its `format` is not a whole number from 1 on"),
        ({"format": 0}, "its `format` is not a whole number from 1 on"),
        ({"format": True}, "its `format` is not a whole number from 1 on"),
        ({"format": None}, "its `format` is not a whole number from 1 on"),
        ({"at": "2025-01-01"}, "its `at` is not a time in UTC, as in 2027-01-31T09:30:00Z"),
        ({"at": "2025-01-01T09:30:00"}, "its `at` is not a time in UTC, as in 2027-01-31T09:30:00Z"),
        ({"at": "2025-01-01T09:30:00+01:00"}, "its `at` is not a time in UTC, as in 2027-01-31T09:30:00Z"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "its `at` is not a time in UTC, as in 2027-01-31T09:30:00Z"),
        ({"at": 3}, "its `at` is not a time in UTC, as in 2027-01-31T09:30:00Z"),
        ({"status": 3}, "its `status` is not text"),
        ({"variant": 3}, "its `variant` is not text"),
        ({"value": None}, "its `value` is not a table"),
        ({"value": {}}, "its `value` is not of its `kind`"),
        ({"kind": "distribution", "value": {"quantiles": []}}, "its `value` is not of its `kind`"),
        ({"kind": "distribution", "value": {"quantiles": ["a"]}}, "its `value` is not of its `kind`"),
        *(
            (
                {"kind": "distribution", "value": {**NUMBER, "hub_quantiles": points}},
                "its `value` has no 23 ascending numbers as `hub_quantiles`",
            )
            for points in (HUB[:5], HUB[::-1], [*HUB[:22], None], None)
        ),
        *(
            (
                {"kind": "date", "value": {**DATE, "hub_quantiles": points}},
                "its `value` has no 23 ascending days, null after the last one that is known as `hub_quantiles`",
            )
            for points in (HUB, [None, *["2025-01-01"] * 22], ["2025-01-02", "2025-01-01", *[None] * 21])
        ),
        *(
            ({"kind": "distribution", "value": {**NUMBER, "pmf": mass}}, "its `value` has a `pmf` that is no mass function")
            for mass in (
                [],
                {"x": [1]},
                {"x": [], "y": []},
                {"x": [2, 1], "y": [0.5, 0.5]},
                {"x": [1], "y": [0.9]},
                {"x": [1, 2], "y": [1.5, -0.5]},
            )
        ),
        ({"asked": 3}, "its `asked` is not text"),
        ({"priors": None}, "its `priors` is not text"),
        ({"rows": []}, "its `rows` is not a table"),
        ({"rows": {"trips": {}}}, "its `rows` has no `count`, `each` and `hashes` of the stream `trips`"),
    ],
)
def test_a_field_that_is_not_what_it_has_to_be_is_named(changed: dict[str, Any], fault: str, tmp_path: Path):
    """A line of format 2 is held to its fields as one of format 1 is."""
    assert read(tmp_path, {**SECOND, **changed}) == ([], [f"this line is not an answer: {fault}: restore the file from git or from a copy"])


@pytest.mark.parametrize(("missing", "entry"), [("at", SECOND), ("status", SECOND), ("topic", SECOND), ("value", FIRST)])
def test_a_field_that_is_missing_is_named(missing: str, entry: dict[str, Any], tmp_path: Path):
    """Format 2 asks for the time and the status besides."""
    line = {name: each for name, each in entry.items() if name != missing}
    assert read(tmp_path, line)[1] == [f"this line is not an answer: it has no `{missing}`: restore the file from git or from a copy"]


def test_a_time_is_written_in_utc():
    """Whatever zone the clock is in."""
    there = timezone(timedelta(hours=2))
    assert format_time(datetime(2027, 1, 31, 9, 30, 5, 999, tzinfo=UTC)) == format_time(datetime(2027, 1, 31, 11, 30, 5, tzinfo=there))
    assert format_time(datetime(2027, 1, 31, 9, 30, 5, tzinfo=UTC)) == "2027-01-31T09:30:05Z"
