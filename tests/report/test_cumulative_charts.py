"""The picture of what a question counts: the record, the fan up to its last day, and a title that says what came of it."""

from __future__ import annotations

import copy
import csv
import io
import itertools

import pytest

from forecast.report.charts import topic_charts
from forecast.report.drawing import day_number
from forecast.report.pages import render_topic
from forecast.schema.topic import digest_of
from forecast.sentences.cumulative import cumulative_finding
from tests.support.sample_report import sample_content

pytestmark = pytest.mark.medium


def counted():
    """The answer of the sample that counts a total."""
    return next(answer for answer in sample_content()["answers"] if answer["name"] == "captives")


def test_the_record_is_a_line_and_the_future_a_fan():
    """The line ends where the record does, and there the fan begins; it ends on the last day with the points of the answer."""
    answer = counted()
    total = answer["cumulative"]
    layers = topic_charts(sample_content())["total-captives"].spec["layer"]
    bands = [layer["data"]["values"] for layer in layers if layer["mark"]["type"] == "area"]
    median, line = [layer["data"]["values"] for layer in layers if layer["mark"]["type"] == "line"]
    assert len(bands) == 2
    assert line[-1]["day"] == bands[0][0]["day"] == day_number(total["through"])
    assert [bands[0][-1][name] for name in ("day", "q05", "q25", "q50", "q75", "q95")] == [
        day_number(total["days"][-1]), *answer["value"]["quantiles"],
    ]  # fmt: skip
    assert median == bands[0]
    assert [row["total"] for row in line] == sorted(row["total"] for row in line)


def test_page_markdown_and_data_have_it():
    """Its finding is its title on both, and the file beneath has each day with what is recorded and the five points."""
    answer, files = counted(), render_topic(sample_content())
    finding = cumulative_finding(answer, answer["cumulative"])
    assert f'<figcaption class="title">{finding}</figcaption>' in files["route.html"].decode()
    assert f"**{finding}**" in files["route.md"].decode()
    rows = list(csv.DictReader(io.StringIO(files["route/total-captives.csv"].decode())))
    assert [row["day"] for row in rows] == answer["cumulative"]["days"]
    assert [[float(row[f"p{level}"]) for level in (5, 25, 50, 75, 95)] for row in rows] == answer["cumulative"]["quantiles"]
    assert [row["day"] for row in rows if row["recorded"]] == [day for day in answer["cumulative"]["days"] if day <= "2026-08-31"]


FUTURE = {
    "streams": ["captures"],
    "through": "2026-06-30",
    "days": ["2026-12-31", "2027-12-31"],
    "quantiles": [[0.0] * 5, [54.0, 103.0, 159.0, 242.0, 458.0]],
}
PARTLY = {
    **FUTURE,
    "days": ["2025-12-31", "2026-06-30", "2026-12-31"],
    "quantiles": [[0.0] * 5, [63.0] * 5, [95.0, 118.0, 139.0, 169.0, 234.0]],
}
SURE = {**PARTLY, "quantiles": [[0.0] * 5, [0.0] * 5, [1.0] * 5]}
RANGED = {**PARTLY, "quantiles": [[0.0] * 5, [1.0, 1.0, 1.0, 2.0, 3.0], [3.0, 3.0, 3.0, 4.0, 9.0]]}


@pytest.mark.parametrize(
    ("total", "finding"),
    [
        (FUTURE, "54 to 458 soldiers by 31 December 2027, nine times in ten (median 159)"),
        (PARTLY, "63 soldiers by 30 June 2026; 95 to 234 by 31 December 2026, nine times in ten (median 139)"),
        (SURE, "0 by 30 June 2026; almost certainly 1 soldier by 31 December 2026"),
        (RANGED, "1 to 3 soldiers by 30 June 2026; 3 to 9 by 31 December 2026, nine times in ten (median 3)"),
    ],
)
def test_the_title_says_how_many_so_far_and_how_many_by_the_last_day(total, finding):
    """Of days that lie ahead it says nothing of so far, and of what hardly can be otherwise no range."""
    assert cumulative_finding(counted(), total) == finding


@pytest.mark.parametrize("total", [FUTURE, PARTLY, SURE, RANGED])
def test_every_form_of_it_is_drawn(total):
    """No form has words outside the picture, or two words on one another at its right end."""
    content = copy.deepcopy(sample_content())
    next(answer for answer in content["answers"] if answer["name"] == "captives")["cumulative"] = total
    content["digest"] = digest_of(content)
    chart = topic_charts(content)["total-captives"]
    beside = [text.y for text in chart.texts if text.x > chart.width - 60 and text.anchor == "start"]
    assert beside
    assert all(later - earlier >= 12 for earlier, later in itertools.pairwise(beside))
    said = [text.text for text in chart.texts if text.x > chart.width - 60 and text.anchor == "start"]
    assert len(set(said)) == len(said)
    assert all(8 <= text.y <= chart.height for text in chart.texts)
    assert len(render_topic(content)["route/total-captives.svg"]) > 500


def test_a_question_that_is_settled_has_none():
    """What came of it is known, and its picture is that of the record."""
    content = copy.deepcopy(sample_content())
    next(answer for answer in content["answers"] if answer["name"] == "captives")["status"] = "settled"
    assert "total-captives" not in topic_charts(content)
