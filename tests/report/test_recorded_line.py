"""The line of what is recorded: a row of one day is a step, a longer one a slope over its days."""

from __future__ import annotations

import copy

import pytest

from forecast.report.charts_record import fan_chart, recorded_line
from forecast.report.drawing import day_number
from tests.support.sample_report import sample_content

LAST = day_number("2026-01-31")
FIRST = day_number("2006-12-01")


def row(start: str, end: str) -> dict[str, str]:
    """The days of a row."""
    return {"start": start, "end": end}


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([row("2026-01-31", "2026-01-31")], [(FIRST, 0.0), (LAST, 0.0), (LAST, 3.0)]),
        ([row("2006-12-01", "2026-01-31")], [(FIRST, 0.0), (FIRST, 0.0), (LAST, 3.0)]),
        ([row("2026-01-01", "2026-01-31")], [(FIRST, 0.0), (LAST - 30, 0.0), (LAST, 3.0)]),
        ([row("2026-01-01", "2026-01-31"), row("2026-01-30", "2026-01-31")], [(FIRST, 0.0), (LAST - 1, 0.0), (LAST, 3.0)]),
        ([row("2001-01-01", "2026-01-31")], [(FIRST, 0.0), (FIRST, 0.0), (LAST, 3.0)]),
        ([], [(FIRST, 0.0), (LAST, 0.0), (LAST, 3.0)]),
    ],
)
def test_a_row_rises_evenly_over_its_days(rows, line):
    """Three events of twenty years are a slope, those of one day a step; without rows it is a step as well."""
    assert recorded_line([("2006-12-01", 0.0), ("2026-01-31", 3.0)], rows) == line


def test_a_picture_that_begins_within_a_long_row_begins_at_its_height():
    """Where twenty years are more than the picture shows, its line begins at what had come by then if it came evenly."""
    stream = copy.deepcopy(next(its for its in sample_content()["streams"] if its["fan"]))
    first, last = stream["fan"]["days"][0], stream["fan"]["days"][-1]
    stream["past"] = [{"day": "1926-10-11", "total": 0.0}, {"day": first, "total": 100.0}]
    stream["rows"] = [{**stream["rows"][0], **row("1926-10-11", first)}]
    chart = fan_chart(stream, as_of="2026-10-12")
    assert chart is not None
    line = chart.spec["layer"][-1]["data"]["values"]
    shown = 3 * (day_number(last) - day_number(first))
    begun = 100 * (1 - shown / (day_number(first) - day_number("1926-10-11")))
    assert (line[0]["day"], line[-1]["total"]) == (day_number(first) - shown, 100.0)
    assert line[0]["total"] == pytest.approx(begun)


def test_a_future_of_nine_centuries_has_a_picture():
    """Three times as much past would begin before the first year, of which there is no date."""
    stream = copy.deepcopy(next(its for its in sample_content()["streams"] if its["fan"]))
    stream["fan"]["days"][-1] = "2930-12-31"
    chart = fan_chart(stream, as_of="2026-10-12")
    assert chart is not None
    line = chart.spec["layer"][-1]["data"]["values"]
    assert line[0]["day"] == day_number(stream["past"][0]["day"])
