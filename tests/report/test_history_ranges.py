"""What histories have beside their lines: the 90 % ranges of some days as a band, and today's range over variants as a bar."""

from __future__ import annotations

import copy
import re

import pytest

from forecast.report.charts import topic_charts
from forecast.report.charts_why import HistoryRanges, chart_name, history_ranges
from forecast.report.drawing import SECOND, day_number
from forecast.report.sections import why_sections
from forecast.sentences.lead import history_finding
from tests.support.sample_insight import with_insight
from tests.support.sample_report import sample_content

pytestmark = pytest.mark.medium

SPREAD = {"ranges": [{"label": "", "low": 0.2, "high": 0.65}], "said": "Rival versions of the model give 20 to 65 %."}
BAND, BAR = "Band: the 90 % range", "Orange bar at the end"


def content_with(*, ranges: bool, variants: bool):
    """The sample with the 90 % range of one day, or a range over variants, of the chance `transfer_soon`."""
    content = copy.deepcopy(with_insight(sample_content()))
    points, count = content["insight"]["history"]["points"], len(content["insight"]["measures"])
    if ranges:
        points[1]["ranges"] = [[0.01, 0.7], *[None] * (count - 1)]
    if variants:
        content["answers"][0]["variants"] = SPREAD
    assert content["insight"]["measures"][0]["question"] == content["answers"][0]["name"] == "transfer_soon"
    return content


def bands_of(content):
    """The points of the areas of the history of `transfer_soon`."""
    layers = topic_charts(content)["history-transfer_soon"].spec["layer"]
    return [layer["data"]["values"] for layer in layers if layer["mark"]["type"] == "area"]


def bars_of(content):
    """The upright strokes that stand for a range over variants there."""
    strokes = topic_charts(content)["history-transfer_soon"].strokes
    return [stroke for stroke in strokes if stroke.colour == SECOND and stroke.x1 == stroke.x2]


def test_ranges_of_days_are_a_band_up_to_today():
    """The band goes from the first day that has a range to today, whose range is the published one; without any there is none."""
    content = content_with(ranges=True, variants=False)
    points = content["insight"]["history"]["points"]
    ((first, last),) = bands_of(content)
    assert (first["day"], first["low"], first["high"]) == (day_number(points[1]["day"]), 0.01, 0.7)
    assert (last["day"], [last["low"], last["high"]]) == (day_number(points[-1]["day"]), content["answers"][0]["value"]["chance"])
    assert bands_of(content_with(ranges=False, variants=True)) == []


def test_the_range_over_variants_is_a_bar_within_the_picture():
    """Its ends lie between the axis and the top, the greater above; a report without variants has no bar."""
    (bar,) = bars_of(content_with(ranges=False, variants=True))
    assert 14 <= bar.y2 < bar.y1 <= 120
    assert bars_of(content_with(ranges=True, variants=False)) == []
    assert (
        "under rival versions of the model 20 % to 65 % now"
        in topic_charts(content_with(ranges=False, variants=True))["history-transfer_soon"].alt
    )


def test_a_mean_has_no_bar_and_a_choice_its_own():
    """The range over variants of a number is that of medians, which a line of means does not meet; of choices each has its own."""
    answer = {**content_with(ranges=False, variants=True)["answers"][0]}
    points = with_insight(sample_content())["insight"]["history"]["points"]
    measure = {"question": "transfer_soon", "label": "", "kind": "mean", "unit": "", "value": 1.0, "error": 0.0, "settled": False}
    assert history_ranges(answer, measure, 0, points) == HistoryRanges()
    assert history_ranges(answer, measure | {"kind": "median"}, 0, points).rivals == (0.2, 0.65)
    shares = {
        **answer,
        "variants": {**SPREAD, "ranges": [{"label": "fear", "low": 0.1, "high": 0.3}, {"label": "both", "low": 0.5, "high": 0.5}]},
    }
    assert history_ranges(shares, measure | {"kind": "probability", "label": "fear"}, 0, points).rivals == (0.1, 0.3)
    assert history_ranges(shares, measure | {"kind": "probability", "label": "both"}, 0, points).rivals is None


@pytest.mark.parametrize(("ranges", "variants"), [(False, False), (True, False), (False, True), (True, True)])
def test_the_section_says_what_they_are_where_they_are(ranges, variants):
    """Band and bar are explained where there are any, and else not."""
    content = content_with(ranges=ranges, variants=variants)
    said = " ".join(why_sections(content, topic_charts(content))["history"].paragraphs)
    assert (BAND in said, BAR in said) == (ranges, variants)


def test_the_title_of_a_history_says_what_came_of_it():
    """Each picture is titled by its question and by its last notable step or its drift, also of a choice."""
    content = content_with(ranges=False, variants=False)
    titles = {picture.name: picture.caption for picture in why_sections(content, topic_charts(content))["history"].pictures}
    insight = content["insight"]
    for index, measure in enumerate(insight["measures"]):
        name = chart_name("history", measure)
        if measure["settled"] and name in titles:
            assert ": settled on " in titles[name]
        elif name in titles:
            question, _, finding = titles[name].partition(": ")
            assert question.lower() == measure["question"].replace("_", " ")
            assert finding.capitalize() == history_finding(insight, index).capitalize()
    assert re.match(r"Transfer soon: (rose|fell) from .* to .* (on|since) ", titles["history-transfer_soon"])
