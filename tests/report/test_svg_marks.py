"""Marks drawn here and marks drawn by Vega: the same bytes, and Vega wherever a mark is not known here."""

from __future__ import annotations

import re
from operator import itemgetter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.report.charts import topic_charts
from forecast.report.charts_beliefs import parameter_chart
from forecast.report.drawing import ACCENT, SECOND, Scale, Sketch, line_mark, vega_mark
from forecast.report.pictures import render_svg, render_with_vega
from forecast.report.svg_marks import render_marks
from forecast.report.svg_paths import compact_marks
from forecast.schema.topic import read_content
from tests.support.paths import ROOT, topic_reports
from tests.support.sample_contracts import with_contracts
from tests.support.sample_forecasts import with_forecasts
from tests.support.sample_insight import with_insight
from tests.support.sample_report import sample_content

pytestmark = pytest.mark.medium

NUMBER = r"-?\d+(?:\.\d+)?(?:e[-+]\d+)?"
REPORTS = ROOT / "reports"
MARKS = {
    "a rule": (vega_mark("rule", color=ACCENT, opacity=0.35, strokeWidth=6, strokeCap="round"), ("x2",)),
    "a dashed rule": (vega_mark("rule", color=SECOND, strokeDash=[5, 3]), ("x2",)),
    "a filled rectangle": (vega_mark("rect", color=ACCENT, opacity=0.85), ("x2", "y2")),
    "an outlined rectangle": (vega_mark("rect", filled=False, stroke=SECOND, strokeDash=[4, 3], strokeWidth=2), ("x2", "y2")),
    "a rectangle of two colours": (vega_mark("rect", fill=SECOND, fillOpacity=0.45, stroke=SECOND, strokeWidth=1.5), ("x2", "y2")),
    "a line": (line_mark(ACCENT), ()),
    "a dashed line in steps": (line_mark(SECOND, dash=(5, 3), interpolate="step-after"), ()),
    "an area with an edge": (vega_mark("area", color=ACCENT, opacity=0.3, line={"color": ACCENT}), ()),
    "an area between two lines": (vega_mark("area", color=ACCENT), ("y2",)),
    "a point": (vega_mark("point", color=SECOND), ()),
    "a filled point": (vega_mark("point", filled=True, size=45, opacity=1, color=ACCENT, strokeWidth=1.8), ()),
    "a turned stroke": (vega_mark("point", shape="stroke", angle=90, size=60, color=ACCENT, opacity=1), ()),
    **{
        f"a {shape}": (vega_mark("point", shape=shape, filled=True, color=ACCENT), ())
        for shape in ("circle", "square", "diamond", "triangle-left", "triangle-right")
    },
}
values = st.floats(1e-9, 1e9) | st.integers(1, 10**6)


@pytest.mark.parametrize("mark", MARKS)
@settings(max_examples=10, deadline=None)  # Vega starts in the first
@given(
    rows=st.lists(st.tuples(values, values, values, values), min_size=1, max_size=5, unique_by=itemgetter(0)),
    ends=st.lists(st.floats(1e-6, 1e6), min_size=2, max_size=2, unique=True),
    logarithmic=st.booleans(),
)
def test_a_mark_is_drawn_as_vega_draws_it(mark, rows, ends, logarithmic):
    """Whatever the values, the two have the same bytes; over logarithms, of which Vega has its own, the same to a hundred-millionth."""
    drawing, seconds = MARKS[mark]
    x, y = Scale(*sorted(ends), 8, 350, logarithmic), Scale(0, max(ends), 146.5, 20)
    sketch = Sketch(160)
    sketch.add(
        [{"a": a, "b": b, "c": c, "d": d} for a, b, c, d in rows],
        drawing,
        x=x.of("a"),
        y=y.of("b"),
        **{name: {"field": {"x2": "c", "y2": "d"}[name]} for name in seconds},
    )
    chart = sketch.make_chart("mark", "A mark.")
    ours, vegas = render_marks(chart.spec["layer"]), render_with_vega(chart)
    if logarithmic:
        (ours, numbers), (vegas, others) = _apart(ours), _apart(vegas)
        assert numbers == pytest.approx(others, rel=1e-8, abs=0.0011)  # a path has three digits
    assert ours == vegas


@pytest.mark.parametrize(
    "content", ["the sample", "forecasts", "contracts", *sorted(path.stem for path in topic_reports(REPORTS) if "as-of" not in path.parts)]
)
def test_every_picture_of_a_report_is_drawn_as_vega_draws_it(content):
    """No chart of a topic needs Vega, and each has the marks that Vega would give it, to the last of a path's three digits."""
    samples = {
        "the sample": lambda: with_insight(sample_content()),
        "forecasts": lambda: with_forecasts(sample_content()),
        "contracts": lambda: with_contracts(sample_content()),
    }
    whole = samples[content]() if content in samples else read_content((REPORTS / f"{content}.json").read_bytes())
    charts = {name: chart for name, chart in topic_charts(whole).items() if chart.spec["layer"]}
    assert charts
    for name, chart in charts.items():
        (ours, numbers), (vegas, others) = _apart(render_marks(chart.spec["layer"])), _apart(render_with_vega(chart))
        assert (name, ours) == (name, vegas)
        assert numbers == pytest.approx(others, rel=1e-8, abs=0.0011), name


@pytest.mark.parametrize(
    "mark",
    [
        vega_mark("tick", color=ACCENT),
        vega_mark("line", color=ACCENT, interpolate="monotone"),
        vega_mark("point", color=ACCENT, shape="cross"),
        vega_mark("point", filled=True),
        line_mark(ACCENT, point=True),
    ],
    ids=str,
)
def test_a_mark_that_is_not_known_here_is_drawn_by_vega(mark):
    """A kind, an option or a shape beyond those drawn here is not drawn otherwise than asked."""
    sketch = Sketch(100)
    sketch.add([{"x": 1.0, "y": 2.0}], mark, x=Scale(0, 4, 0, 100).of("x"), y=Scale(0, 4, 100, 0).of("y"))
    chart = sketch.make_chart("other", "Another.")
    assert render_marks(chart.spec["layer"]) is None
    assert compact_marks(render_with_vega(chart)) in render_svg(chart)


def test_two_charts_of_one_structure_have_their_own_values():
    """A second chart with other values, scales and height is not drawn like the first."""
    first, second = _diagonal(100, 1.0), _diagonal(140, 2.0)
    assert 'd="M0,100l100,-100"' in first
    assert 'd="M0,140l50,-70"' in second
    assert 'height="140"' in second


def test_the_points_of_whole_numbers_have_the_colours_of_their_lines():
    """A count's prior is dotted in the prior's colour, its posterior in the posterior's."""
    shape = {"discrete": True, "x": [0.0, 1.0], "y": [0.6, 0.4]}
    belief = {"mean": 0.4, "quantiles": [0.0, 0.0, 0.0, 1.0, 1.0], "shape": shape}
    value = {"name": "cars", "label": "", "unit": "cars", "scale": "linear", "categories": [], "prior": belief, "posterior": belief}
    picture = render_svg(parameter_chart([value]))
    dots = [re.search(rf'd="([^"]*)" fill="{colour}" stroke-width="2" opacity="1"', picture)[1] for colour in (SECOND, ACCENT)]
    assert [each.count("M") for each in dots] == [2, 2]


def _apart(marks):
    """Marks without their numbers, and the numbers."""
    return re.sub(NUMBER, "0", marks), [float(number) for number in re.findall(NUMBER, marks)]


def _diagonal(height, high):
    sketch = Sketch(height)
    x, y = Scale(0, high, 0, 100), Scale(0, high, height, 0)
    sketch.add([{"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 1.0}], line_mark("#0072b2"), x=x.of("x"), y=y.of("y"))
    return render_svg(sketch.make_chart("diagonal", "A diagonal."))
