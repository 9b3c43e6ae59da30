"""A history on whose days a mean is not known: its picture and data leave these days out, and those of other measures do not."""

from __future__ import annotations

import copy

import pytest

from forecast.report.chart_data import chart_data
from forecast.report.charts import topic_charts
from forecast.report.pages import render_topic
from forecast.schema.topic import content_bytes, digest_of, read_content
from forecast.sentences.last_moved import NO_EARLIER_DAY, last_move_sentence
from tests.support.sample_insight import with_insight
from tests.support.sample_report import sample_content

pytestmark = pytest.mark.medium


def content_without(measure: int, *days: int):
    """The sample, written and read, without a measure on some days of its history."""
    content = copy.deepcopy(with_insight(sample_content()))
    for day in days:
        point = content["insight"]["history"]["points"][day]
        point["values"][measure] = point["errors"][measure] = None
    content["digest"] = digest_of(content)
    return read_content(content_bytes(content))


def rows_of(content, name: str):
    """The days of a history's data."""
    (data,) = [its for key, its in chart_data(content, topic_charts(content)).items() if key == name]
    return [row[0] for row in data.rows]


def line_layers(content, name: str):
    """The parts of a picture's line, days that are known alone included."""
    layers = topic_charts(content)[name].spec["layer"]
    return [its for its in layers if its["mark"]["type"] == "line" or its["mark"].get("size") == 12]


@pytest.mark.parametrize(
    ("unknown", "parts"), [((), ["line"]), ((0,), ["line"]), ((-1,), ["line"]), ((2,), ["line", "line"]), ((1,), ["point", "line"])]
)
def test_no_line_is_drawn_across_days_on_which_nothing_is_known(unknown, parts):
    """It is broken there, and a day that is known alone is a dot; the picture that the page begins with as well."""
    content = content_without(0, *unknown)
    assert len(content["insight"]["history"]["points"]) >= 5
    for name in ("history-transfer_soon", "lead-transfer_soon"):
        layers = line_layers(content, name)
        assert [its["mark"]["type"] for its in layers] == parts
        assert sum(len(its["data"]["values"]) for its in layers) == len(content["insight"]["history"]["points"]) - len(unknown)


def test_of_a_settled_number_nothing_is_said_that_is_not_shown():
    """Neither picture nor table has it, so its days are not counted."""
    content = content_without(1, 1)
    assert " is not known on 1 of the " in render_topic(content)["route.md"].decode()
    content["insight"]["measures"][1]["settled"] = True
    content["digest"] = digest_of(content)
    assert " is not known on 1 of the " not in render_topic(content)["route.md"].decode()


@pytest.mark.parametrize("day", [0, 1, -1])
def test_a_day_without_a_measure_is_left_out_of_its_picture_alone(day: int):
    """Also where it is the first or the last; the table of all measures says that it is not known."""
    content = content_without(1, day)
    points = content["insight"]["history"]["points"]
    names = [f"history-{measure['question']}" for measure in content["insight"]["measures"]]
    days = [point["day"] for point in points]
    assert points[day]["values"][1] is None
    assert names[1] != names[2]
    assert rows_of(content, names[1]) == [its for its in days if its != points[day]["day"]]
    assert rows_of(content, names[2]) == days
    drawn = [layer["data"]["values"] for layer in line_layers(content, names[1])]
    assert sum(map(len, drawn)) == len(days) - 1
    pages = render_topic(content)
    text = pages["route.md"].decode()
    assert ("| not known |" in text) is (day != 1 or bool(points[1]["news"]))
    assert f" is not known on 1 of the {len(days)} days: there are too few draws to estimate its mean." in text


def test_a_measure_that_is_known_on_no_day_has_no_picture():
    """Of the leading answer too; the page stands, and says that there is nothing to compare it with."""
    content = with_insight(sample_content())
    count = len(content["insight"]["history"]["points"])
    without = content_without(0, *range(count))
    assert "history-transfer_soon" in topic_charts(content)
    assert not [name for name in topic_charts(without) if name in {"history-transfer_soon", "lead-transfer_soon"}]
    assert "“Transfer soon” is known on none of these days:" in render_topic(without)["route.md"].decode()
    assert last_move_sentence({**without["insight"], "moves": []}, "transfer_soon") == NO_EARLIER_DAY
