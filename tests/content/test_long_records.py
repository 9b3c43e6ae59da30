"""Records too long to be listed: the report counts their rows by time and lists a few, whose numbers in the record it keeps."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from forecast.actions.cache import edited_rows
from forecast.book.used_rows import used_rows
from forecast.content.long_records import LISTED_ENDS, MOST_LISTED_TOTALS, MOST_SPANS
from forecast.content.records import stream_contents
from forecast.model.model import model_as_of
from forecast.predict.paths import Paths
from forecast.report.pages import render_topic
from forecast.report.tables import rows_table, spans_table
from forecast.schema.columns import columns_to_tables
from forecast.schema.consistency import inconsistency
from forecast.schema.long_records import MOST_LISTED_ROWS, listed_rows, row_count
from forecast.schema.topic import digest_of
from tests.support.building import OPENS, make_topic
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium

PRIORS = {"level": "Normal(mu=0, sigma=1)"}


def stream_of(rows: list[Any], statement: str = "Poisson(mu=exp(level))", **more: Any) -> dict[str, Any]:
    """The one stream of a topic's report, its future left out."""
    topic = make_topic(priors=PRIORS, streams={"seen": {"value": statement, **more}}, rows={"seen": rows})
    model = model_as_of(topic, OPENS + timedelta(days=20_000))
    (content,) = stream_contents(model, Paths(model, {}, (), {}, {}))
    return dict(content)


@pytest.fixture(scope="module")
def long() -> dict[str, Any]:
    """A record of three thousand days, in which the row of the hundredth day lasts to the end."""
    rows: list[Any] = [at % 7 for at in range(3_000)]
    rows[100] = {"from": OPENS + timedelta(days=100), "to": OPENS + timedelta(days=2_999), "value": 50}
    return stream_of(rows)


def test_a_record_at_the_limit_is_listed_whole() -> None:
    """One row more, and a few are."""
    at_limit, beyond = (stream_of([1] * count) for count in (MOST_LISTED_ROWS, MOST_LISTED_ROWS + 1))
    assert (len(at_limit["rows"]), "long" in at_limit, row_count(at_limit)) == (MOST_LISTED_ROWS, False, MOST_LISTED_ROWS)
    assert (len(beyond["rows"]), row_count(beyond)) == (2 * LISTED_ENDS, MOST_LISTED_ROWS + 1)
    assert list(listed_rows(at_limit)) == list(range(MOST_LISTED_ROWS))


def test_a_long_record_lists_its_ends_and_the_row_that_reaches_farthest(long: dict[str, Any]) -> None:
    """Each with its number in the record, from which insight names it."""
    numbers = [*range(LISTED_ENDS), 100, *range(3_000 - LISTED_ENDS, 3_000)]
    rows = listed_rows(long)
    assert list(rows) == numbers
    assert all(row["start"] == str(OPENS + timedelta(days=number)) for number, row in rows.items())
    assert rows_table(long, None).caption == "41 of 3,000 rows: the first, the last, and the one that reaches farthest; total 9,042"


def test_the_rows_of_a_long_record_are_counted_by_time(long: dict[str, Any]) -> None:
    """Every row once, by the year in which it ends, with the mean, the least and the greatest value."""
    spans = long["long"]["spans"]
    values = {OPENS + timedelta(days=at): at % 7 for at in range(3_000) if at != 100}
    assert sum(span["rows"] for span in spans) == 3_000
    for span in spans[:-1]:
        first, last = date.fromisoformat(span["start"]), date.fromisoformat(span["end"])
        here = [value for day, value in values.items() if first <= day <= last]
        assert (span["rows"], span["mean"], span["least"], span["greatest"]) == (len(here), pytest.approx(sum(here) / len(here)), 0, 6)
    assert (spans[-1]["greatest"], spans[-1]["end"]) == (50, str(OPENS + timedelta(days=2_999)))
    table = spans_table(long)
    assert (table.caption, len(table.rows)) == ("3,000 rows by time, with their values", len(spans))
    assert table.rows[0][:2] == (f"{spans[0]['start']} to {spans[0]['end']}", str(spans[0]["rows"]))


@pytest.mark.parametrize("days", [1, 40, 1_200, 10_000])
def test_the_report_of_a_long_record_does_not_grow_with_its_rows(days: int) -> None:
    """Months where they are few enough, else years or several of them together; and so many past days at most."""
    rows = [{"on": OPENS + timedelta(days=at * days // 20_000), "value": 1} for at in range(20_000)]
    found = stream_of(rows)
    assert 1 <= len(found["long"]["spans"]) <= MOST_SPANS
    assert sum(span["rows"] for span in found["long"]["spans"]) == 20_000
    assert len(found["past"]) <= MOST_LISTED_TOTALS
    assert found["past"][-1] == {"day": str(rows[-1]["on"]), "total": 20_000.0}


def test_classes_and_ranges_have_no_mean() -> None:
    """Their spans count rows alone, and the table has no column of values."""
    ranged = stream_of([{"low": 3} for _ in range(1_100)])
    classes = stream_of([{"value": "none"} for _ in range(1_100)], "Categorical(none=0.5, some=0.5)")
    for found in (ranged, classes):
        assert {span["mean"] for span in found["long"]["spans"]} == {None}
        assert [column.name for column in spans_table(found).columns] == ["rows that end in", "rows"]


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """A committed report, its first stream with a record that is not listed whole."""
    content = copy.deepcopy(columns_to_tables(json.loads((ROOT / "reports" / "arrivals.json").read_bytes())))
    stream = content["streams"][0]
    listed = list(range(len(stream["rows"]) - 1))
    span = {"start": "2025-01-01", "end": "2025-12-31", "rows": 4_000, "mean": None, "least": None, "greatest": None}
    stream["long"] = {"count": 4_000, "listed": [*listed, 3_999], "spans": [span]}
    content["digest"] = digest_of(content)
    return content


def test_a_page_links_a_long_record_and_counts_its_rows(report: dict[str, Any]) -> None:
    """In HTML and in Markdown, beside the rows that are listed."""
    name = report["streams"][0]["name"]
    files = {path.rpartition(".")[2]: text.decode() for path, text in render_topic(report).items() if path.startswith("arrivals.")}
    assert f'<a href="../seeds/arrivals/{name}.csv">{name}.csv</a>' in files["html"]
    assert f"[{name}.csv](../seeds/arrivals/{name}.csv)" in files["md"].replace("\\", "")
    for text in files["html"], files["md"]:
        assert "4,000 rows by time" in text
        assert f"{len(report['streams'][0]['rows'])} of 4,000 rows" in text


@pytest.mark.parametrize(
    ("key", "value", "wrong"),
    [
        ("listed", [0], "streams.0.long.listed: 1 rows are listed, and "),
        ("listed", None, "streams.0.long.listed: these are not rows of the record in their order"),
        ("count", 3_999, "streams.0.long.listed: these are not rows of the record in their order"),
        ("spans", [{"start": "2025", "end": "2025-12-31"}], "streams.0.long.spans.0.start: "),
    ],
)
def test_a_long_record_that_does_not_fit_is_refused(report: dict[str, Any], key: str, value: Any, wrong: str) -> None:
    """Rows that are not there, or not in their order, and days that are none."""
    changed = copy.deepcopy(report)
    long = changed["streams"][0]["long"]
    long[key] = long["listed"][::-1] if value is None else value
    assert inconsistency(changed).replace("`", "").startswith(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(("edit", "found"), [(345, 340), (5, 0)])
def test_an_edited_row_of_a_long_record_is_found_by_the_ledger(edit: int, found: int) -> None:
    """The report guards no row of it, the few that it lists neither, so that what is found is told once."""
    topic = make_topic(priors=PRIORS, streams={"seen": "Poisson(mu=exp(level))"}, rows={"seen": [at % 7 for at in range(1_200)]})
    as_of = OPENS + timedelta(days=2_000)
    (content,) = stream_contents(model := model_as_of(topic, as_of), Paths(model, {}, (), {}, {}))
    report: dict[str, Any] = {"as_of": as_of.isoformat(), "streams": [content]}
    report["digest"] = digest_of(report)
    line = {"topic": topic.name, "hindcast": False, "as_of": as_of.isoformat(), "rows": used_rows(topic, as_of)}
    rows = [*topic.streams["seen"].rows]
    rows[edit] = replace(rows[edit], value=9.0)
    edited = replace(topic, streams={"seen": replace(topic.streams["seen"], rows=tuple(rows))})
    assert edited_rows(topic, report, [line]) == ()
    (problem,) = edited_rows(edited, report, [line])
    assert (problem.place.line, problem.message[:30]) == (rows[found].place.line, "of the 10 rows from here on, a")
