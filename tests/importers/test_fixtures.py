"""Files that Metaculus made, and its own scores: read whole, where they are at hand."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from forecast.forecasts.timelines import timelines
from tests.importers.conftest import Collected, Import, complaints
from tests.support.metaculus_zips import FIXTURES, PROFESSIONALS, fixture_rows, write_professionals

pytestmark = [
    pytest.mark.medium,
    pytest.mark.skipif(
        not FIXTURES.is_dir(), reason=f"recorded files are not at hand: there is no folder {FIXTURES.parent.name}/{FIXTURES.name}"
    ),
]


def test_a_binary_export_is_read_whole(bring: Import, collected: Collected):
    """48 rows of an aggregate on a question that is not resolved, each of 18 cells under 19 headings."""
    result = bring(file=FIXTURES / "binary_cp.zip")
    assert (result.problems, result.left_out, result.added["questions"], result.added["forecasts"]) == ((), {}, 1, 48)
    record = collected()
    (asked,) = record.questions["41257"]
    assert (asked.type, asked.spot and asked.spot.isoformat()) == ("binary", "2026-01-25T01:45:00+00:00")
    assert [(its.value, its.forecasters) for its in record.forecasts[:3]] == [(0.999, 1), (0.9944999999999999, 2), (0.9744999999999999, 2)]
    (line,) = timelines(record)
    assert (line.who, len(line.spans)) == ("recency_weighted", 48)
    assert all(span.end == after.start for span, after in zip(line.spans, line.spans[1:], strict=False))


def test_a_numeric_export_is_read_whole(bring: Import, collected: Collected):
    """40 of 341 announced rows, which is a warning; CDFs of 201 points on a linear scale with open bounds."""
    result = bring(file=FIXTURES / "numeric_open_both.zip")
    assert complaints(result) == [("numeric_open_both.zip/README.md", 7, "341 aggregate forecasts are announced, and 40 are in the file")]
    assert (result.left_out, result.added["forecasts"]) == ({}, 40)
    record = collected()
    scale = record.questions["41323"][0].scale
    assert scale is not None
    assert (scale.low, scale.high, scale.low_open, scale.high_open, scale.zero_point, scale.steps) == (1350, 1600, True, True, None, 200)
    assert {len(its.value) for its in record.forecasts} == {201}
    assert record.forecasts[0].value[:2] == (0.0080596592, 0.0084943885)


def test_the_professionals_are_imported_with_all_that_scores_need(bring: Import, collected: Collected, tmp_path: Path):
    """34 questions, 877 forecasts of ten persons to the microsecond and last digit, outcomes, closes, and 330 scores of each kind."""
    result = bring(file=write_professionals(tmp_path / "pros.zip"), others=True, crowd_complete=True)
    assert result.problems == ()
    record = collected()
    assert record.source.crowd == "persons"
    assert Counter(its.rule for its in record.platform_scores) == dict.fromkeys(
        ("baseline", "peer", "spot_baseline", "spot_peer", "relative_legacy"), 330
    )
    rows = [row for kind in PROFESSIONALS for row in fixture_rows(f"pros_{kind}_forecasts.csv")]
    who = dict(zip(dict.fromkeys(row["forecaster"] for row in rows), record.people, strict=True))
    said = {(its.question, its.who, its.at): its.value for its in record.forecasts}
    assert len(said) == len(rows) == 877
    for row in rows:
        value = said[row["question_id"], who[row["forecaster"]], datetime.fromisoformat(row["start_time"])]
        assert _is_said(row, value)
    for row in {row["question_id"]: row for row in rows}.values():
        (asked,) = record.questions[row["question_id"]]
        for moment, column in ((asked.opens, "open"), (asked.scheduled_close, "scheduled_close"), (asked.actual_close, "actual_close")):
            assert moment == datetime.fromisoformat(row[f"{column}_time"])
        assert asked.spot == datetime.fromisoformat(row["spot_scoring_time"])
    assert len(record.resolutions) == 34
    official = {
        (row["question_id"], who[row["forecaster"]], row["score_type"]): float(row["score"])
        for kind in PROFESSIONALS
        for row in fixture_rows(f"pros_{kind}_scores.csv")
    }
    assert {(its.question, its.who, its.rule): its.score for its in record.platform_scores} == official


def test_timelines_of_the_professionals_have_no_gaps(bring: Import, collected: Collected, tmp_path: Path):
    """Each forecast ends where the same person's next one begins, and the last has no end."""
    bring(file=write_professionals(tmp_path / "pros.zip"), others=True)
    lines = timelines(collected())
    assert len(lines) == 330
    assert all(span.end == after.start for line in lines for span, after in zip(line.spans, line.spans[1:], strict=False))
    assert all(line.spans[-1].end is None for line in lines)


def _is_said(row: dict[str, str], value: object) -> bool:
    """Whether a value is what a row of the fixture says."""
    if row["probability_yes"]:
        return repr(value) == repr(float(row["probability_yes"]))
    if row["continuous_cdf"]:
        return value == tuple(map(float, json.loads(row["continuous_cdf"])))
    return value == dict(zip(json.loads(row["options"]), map(float, json.loads(row["probability_yes_per_category"])), strict=True))
