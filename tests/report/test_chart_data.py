"""The CSV files behind pictures: what they hold, which pictures have one, and that spreadsheets may open them."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
from functools import cache

import pytest

from forecast.report.chart_data import ChartData, chart_data, data_links
from forecast.report.charts import topic_charts
from forecast.report.pages import page_and_data, render_topic
from forecast.schema.topic import read_content
from tests.support.paths import ROOT
from tests.support.sample_insight import with_insight
from tests.support.sample_report import sample_content

pytestmark = pytest.mark.medium

IN_A_TABLE = {"checks", "split", "model"}  # pictures that show what a table of the page has, or no numbers


@cache
def published(topic):
    """A committed report with its JSON."""
    path = ROOT / "reports" / f"{topic}.json"
    return read_content(path.read_bytes())


def rows_of(content, name):
    """The lines of the file behind a picture, by the names of its columns."""
    data = chart_data(content, topic_charts(content))[name].to_csv()
    return list(csv.DictReader(io.StringIO(data.decode())))


@pytest.mark.parametrize("topic", ["arrivals", "route", "loyalty"])
def test_every_picture_leads_to_its_data(topic):
    """Each picture but those that a table of the page has links to a file, and each file is linked."""
    content = published(topic)
    charts = topic_charts(content)
    links = data_links(content, chart_data(content, charts), charts)
    assert {name for name in charts if name not in links} <= IN_A_TABLE
    files = render_topic(content)
    data = {name: text for name, text in files.items() if name.endswith(".csv")}
    assert set(links.values()) == set(data)
    for page in (f"{topic}.html", f"{topic}.md"):
        assert set(re.findall(rf'[("]({topic}/[^)"]+\.csv)[)"]', files[page].decode())) == set(data)


def test_the_first_history_shares_the_file_of_the_first_picture():
    """The history of the leading answer shows nothing but what the first picture does."""
    content = published("arrivals")
    charts = topic_charts(content)
    data = chart_data(content, charts)
    assert "history-arrivals_2026" in charts
    assert "history-arrivals_2026" not in data
    assert data_links(content, data, charts)["history-arrivals_2026"] == "arrivals/lead-arrivals_2026.csv"


def test_numbers_have_all_digits_of_the_json_and_days_are_iso():
    """A history has each day of the JSON on which its number is known, with the number that stands there."""
    content = published("arrivals")
    index = next(at for at, measure in enumerate(content["insight"]["measures"]) if measure["question"] == "soldiers_2026")
    rows, every = rows_of(content, "history-soldiers_2026"), content["insight"]["history"]["points"]
    points = [point for point in every if point["values"][index] is not None]
    assert 0 < len(points) < len(every)
    assert [row["day"] for row in rows] == [point["day"] for point in points]
    assert [json.loads(row["value"]) for row in rows] == [point["values"][index] for point in points]
    assert [json.loads(row["error"]) for row in rows] == [point["errors"][index] for point in points]


def test_ranges_stand_on_the_days_that_have_them():
    """A 90 % range stands on its day, that of today is the published one, and other days have none."""
    content = copy.deepcopy(with_insight(sample_content()))
    points, measures = content["insight"]["history"]["points"], content["insight"]["measures"]
    index = next(at for at, measure in enumerate(measures) if measure["kind"] == "mean" and not measure["label"])
    points[1]["ranges"] = [[0.25, 3.5] if at == index else None for at in range(len(measures))]
    question = measures[index]["question"]
    quantiles = next(answer for answer in content["answers"] if answer["name"] == question)["value"]["quantiles"]
    rows = rows_of(content, f"history-{question}")
    assert (rows[0]["low"], rows[1]["low"], rows[1]["high"], rows[2]["low"]) == ("", "0.25", "3.5", "")
    assert [float(rows[-1][end]) for end in ("low", "high")] == [quantiles[0], quantiles[-1]]


def test_a_distribution_is_its_curve():
    """A number has the points of its curve, under a name that says what they are, and its unit."""
    content = published("arrivals")
    answer = next(its for its in content["answers"] if its["name"] == "arrivals_2026")
    rows = rows_of(content, "answer-arrivals_2026")
    height = "probability" if answer["value"]["shape"]["discrete"] else "density"
    assert list(rows[0]) == ["value", height, "unit"]
    assert [float(row["value"]) for row in rows] == answer["value"]["shape"]["x"]
    assert [float(row[height]) for row in rows] == answer["value"]["shape"]["y"]
    assert {row["unit"] for row in rows} == {answer["unit"]}


def test_a_stream_has_its_record_and_its_future():
    """Recorded totals and simulated quantiles stand on their days, in order, and nothing stands where nothing is known."""
    content = published("arrivals")
    stream = next(its for its in content["streams"] if its["name"] == "arrivals")
    rows = rows_of(content, "stream-arrivals")
    assert [row["day"] for row in rows] == sorted({*(point["day"] for point in stream["past"]), *stream["fan"]["days"]})
    assert [(row["day"], float(row["recorded"])) for row in rows if row["recorded"]] == [
        (its["day"], its["total"]) for its in stream["past"]
    ]
    simulated = [[float(row[f"p{level}"]) for level in (5, 25, 50, 75, 95)] for row in rows if row["p50"]]
    assert simulated == stream["fan"]["quantiles"]


def test_parameters_have_prior_and_posterior():
    """A value alone has both curves, categories their probabilities, and a parameter with labels the quantiles of each."""
    content = published("route")
    groups = {}
    for parameter in content["parameters"]:
        groups.setdefault(parameter["name"], []).append(parameter)
    kinds = set()
    for name, values in groups.items():
        rows = rows_of(content, f"parameter-{name}")
        if values[0]["categories"]:
            kinds.add("categories")
            assert [float(row["posterior"]) for row in rows] == [its["posterior"] for value in values for its in value["categories"]]
        elif len(values) > 1 or values[0]["label"]:
            kinds.add("labels")
            assert [row["label"] for row in rows] == [value["label"] for value in values]
            assert [float(row["posterior_p95"]) for row in rows] == [value["posterior"]["quantiles"][4] for value in values]
            assert [float(row["prior_p5"]) for row in rows] == [value["prior"]["quantiles"][0] for value in values]
        else:
            kinds.add("curves")
            for which in ("prior", "posterior"):
                assert [float(row["value"]) for row in rows if row["distribution"] == which] == values[0][which]["shape"]["x"]
    assert {"labels", "curves"} <= kinds


def test_a_change_adds_up():
    """From its first line to its last a change is the sum of its parts, and each line says where the answer stands after it."""
    content = published("arrivals")
    rows = rows_of(content, "moved-soldiers_2026")
    assert (rows[0]["part"], rows[-1]["part"]) == ("before", "after")
    here = float(rows[0]["value"])
    for row in rows[1:-1]:
        here += float(row["change"])
        assert float(row["value"]) == pytest.approx(here)
    assert here == pytest.approx(float(rows[-1]["value"]), abs=1e-3 * abs(here) + 1e-6)


def test_a_tornado_has_every_prior_in_every_way():
    """Each variation of a prior stands there, of those that the picture leaves out too."""
    content = published("arrivals")
    rows = rows_of(content, "tornado-soldiers_2026")
    assert [(row["parameter"], row["label"], row["prior"]) for row in rows] == [
        (its["parameter"], its["label"], its["change"]) for its in content["insight"]["sensitivity"]
    ]


def test_a_page_made_at_a_screen_has_its_data():
    """A draft's page comes with every file that it links to, so that none is of the report published before."""
    content = with_insight(sample_content())
    files = page_and_data(content)
    linked = set(re.findall(r'href="(route/[^"]+\.csv)"', files["route.html"].decode()))
    assert linked
    assert {name for name in files if name.endswith(".csv")} == linked


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_text_is_no_formula_and_a_number_is_one(text):
    """What a spreadsheet would compute is written as text; a negative number is a number."""
    data = ChartData(("text", "number"), ((text, -0.25),)).to_csv()
    ((cell, number),) = list(csv.reader(io.StringIO(data.decode())))[1:]
    assert cell[:1] not in "=+-@\t"
    assert number == "-0.25"


def test_a_cell_without_a_value_is_empty_and_a_whole_number_has_no_point():
    """None is nothing, not the word; 12.0 is 12."""
    assert ChartData(("a", "b", "c"), ((None, 12.0, 0.1),)).to_csv() == b"a,b,c\n,12,0.1\n"
