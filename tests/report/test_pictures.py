"""Pictures: what Vega draws, where words and ticks stand, the model as a graph, a line as small as a word."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.report.charts import topic_charts
from forecast.report.charts_forecasts import _LINE, _label_places, forecasts_chart
from forecast.report.charts_lead import EVENT_SIZE, MOST_EVENTS, lead_chart
from forecast.report.charts_why import BAR_ROW_HEIGHT, LABEL_LINE, MOST_HISTORY_POINTS, _thin_points, waterfall_charts
from forecast.report.drawing import PICTURE_WIDTH, Chart, Scale, Sketch, fit_text, log_ticks, text_width, ticks, time_ticks, wrap_text
from forecast.report.graph import graph_of
from forecast.report.pictures import embed_svg, render_svg
from forecast.report.sparkline import sparkline
from tests.support.sample_insight import with_insight
from tests.support.sample_report import sample_content


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(2, 6))
def test_ticks_are_few_round_and_inside(low, width, count):
    """At most as many ticks as asked stand inside the span, in steps of 1, 2 or 5."""
    high = low + width
    found = ticks(low, high, count=count)
    assert len(found) <= count
    assert all(low - 1e-9 * abs(low) - 1e-9 * width <= tick <= high + 1e-9 * abs(high) + 1e-9 * width for tick in found)


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]), (0, 0.35, [0, 0.1, 0.2, 0.3]), (0.97, 0.99, [0.97, 0.975, 0.98, 0.985, 0.99]), (3, 3, [3])],
)
def test_ticks_of_known_spans(low, high, found):
    """Round values stand where a reader expects them."""
    assert ticks(low, high, count=6) == pytest.approx(found)


def test_ticks_of_logarithms_and_of_time():
    """Powers of ten, or 1, 2 and 5 times them; month beginnings, years where they do."""
    assert log_ticks(0.003, 20) == [0.01, 0.1, 1.0, 10.0]
    assert log_ticks(1.5, 8) == [2.0, 5.0]
    assert [label for _, label in time_ticks("2024-10-28", "2027-12-31")] == ["2025", "2026", "2027"]
    assert [label for _, label in time_ticks("2026-09-12", "2026-12-12")] == ["Oct 2026", "Nov 2026", "Dec 2026"]


def test_words_on_a_picture_are_cut_to_their_room():
    """A long text is shortened with an ellipsis, a short one is as it was; hidden characters are shown."""
    assert fit_text("short", 100) == "short"
    assert text_width(fit_text("a long line of words " * 9, 100)) <= 100
    assert fit_text("a long line of words " * 9, 100).endswith("…")
    assert fit_text("a\u202eb\nc", 200) == "a[U+202E]b c"


@given(st.lists(st.text("abcdefghij", min_size=1, max_size=9), min_size=1, max_size=30), st.integers(80, 300), st.integers(1, 4))
def test_words_are_wrapped_between_words_and_lose_none_while_there_is_room(written: list[str], room: int, most: int) -> None:
    """No line is wider than its room and there are no more than may be; only the last may be cut, and only where all are used."""
    text = " ".join(written)
    lines = wrap_text(text, room, size=11, most=most)
    assert 1 <= len(lines) <= most
    assert all(text_width(line, size=11) <= room for line in lines)
    if lines[-1].endswith("…"):
        assert len(lines) == most
        assert text.startswith(" ".join(lines).removesuffix("…"))
    else:
        assert " ".join(lines) == text


def inside(chart: Chart) -> bool:
    """Whether no words of a picture reach over its edges."""
    for text in chart.texts:
        width = text_width(text.text, size=text.size)
        first = text.x - {"start": 0.0, "middle": width / 2, "end": width}[text.anchor]
        if not (first >= -0.5 and first + width <= PICTURE_WIDTH + 0.5 and 0 < text.y <= chart.height):
            return False
    return True


NEWS = "the contingent that had been sent to the border is taken out of ground combat for good (30 April 2025)"


def test_news_on_the_first_picture_is_written_out() -> None:
    """A long event takes more lines, none is cut, none lies on another, and all are inside the picture."""
    content = with_insight(sample_content())
    points = content["insight"]["history"]["points"]
    for place, point in enumerate(points):
        point["news"], point["values"][0], point["errors"][0] = [NEWS], 0.1 if place % 2 else 0.6, 0.001
    chart = lead_chart(content)
    assert chart is not None
    assert inside(chart)
    assert not [text for text in chart.texts if text.text.endswith("…")]
    top = min(stroke.y1 for stroke in chart.strokes if not stroke.dash)
    lines = sorted((text for text in chart.texts if text.size == EVENT_SIZE and text.y < top), key=lambda text: text.y)
    assert len({text.y for text in lines}) == len(lines) > MOST_EVENTS
    event = NEWS.partition(" (")[0]
    assert " ".join(text.text for text in lines).count(event) == MOST_EVENTS


@pytest.mark.parametrize("rate", [0.3, 0.38, 0.55, 0.75])
def test_no_line_of_news_crosses_the_name_of_the_base_rate(rate: float) -> None:
    """It stands between the lines, above or below its own: with news soon after the first day the left edge is no place for it."""
    content = with_insight(sample_content())
    said = {"who": "reference class", "kind": "base rate", "day": "2026-01-05", "says": "?", "holds": True, "entered_later": False,
            "why": "One of 25.", "source": "", "probability": rate}  # fmt: skip
    content["on_record"] = [
        {"name": "transfer_soon", "asks": "?", "type": "binary", "by": None, "rule": "", "judged": False, "forecasts": [said], "more": 0,
         "earlier_wordings": 0}
    ]  # fmt: skip
    points = content["insight"]["history"]["points"]
    for place, point in enumerate(points):
        value = 0.05 if place < 12 else 0.1 if place < 16 else 0.2
        point["news"], point["values"][0], point["errors"][0] = [NEWS] if place in {12, 16} else [], value, 0.001
    chart = lead_chart(content)
    assert chart is not None
    assert inside(chart)
    (label,) = [text for text in chart.texts if text.text.startswith("base rate")]
    news = [stroke for stroke in chart.strokes if stroke.x1 == stroke.x2 and stroke.dash == "2 2"]
    assert len(news) == 2
    right = label.x + text_width(label.text, size=EVENT_SIZE)
    assert [stroke for stroke in news if label.x < stroke.x1 < right and stroke.y2 > label.y - 10] == []


def test_a_history_that_is_printed_alike_at_both_ends_says_so_once() -> None:
    """No step from a figure to the same figure is told of, and rival versions that are printed alike give one figure."""
    content = with_insight(sample_content())
    for point in content["insight"]["history"]["points"]:
        point["values"][0] = 0.2
    content["variants"] = {"rivals": []}
    answer = next(its for its in content["answers"] if its["name"] == content["insight"]["measures"][0]["question"])
    for low, said in ((0.2, "all versions of the model 20 %"), (0.1, "rival versions of the model 10 % to 20 %")):
        answer["variants"] = {"ranges": [{"label": "", "low": low, "high": 0.201}], "said": ""}
        alt = next(chart.alt for chart in topic_charts(content).values() if chart.name == f"history-{answer['name']}")
        assert alt.endswith(f", 20 % at both ends; under {said} now.")


def test_a_part_of_a_change_is_written_out() -> None:
    """A long part of a waterfall takes two lines, and what stands below moves down by one for each."""
    content = with_insight(sample_content())
    (plain, *_) = waterfall_charts(content["insight"])
    parts = content["insight"]["moves"][0]["parts"]
    for part in parts:
        part["about"] = "two captives reach South Korea, 11 to 20 September 2026" if part["kind"] == "row" else "time"
    (long, *_) = waterfall_charts(content["insight"])
    wrapped = sum(text.text == "September 2026" or text.text.endswith("September 2026") for text in long.texts)
    assert wrapped >= 1
    assert inside(long)
    assert not [text for text in long.texts if text.text.endswith("…")]
    assert (long.height - plain.height) % LABEL_LINE == 0


def test_a_part_that_changed_nothing_has_no_bar() -> None:
    """A part of a change that is printed as none is not in its waterfall, nor in what is read of it."""
    content = with_insight(sample_content())
    (move, *_) = content["insight"]["moves"]
    parts = [*move["parts"][:3], move["parts"][-1]]
    assert parts[-1]["kind"] == "noise"
    heights = {}
    for points in (0.0, 0.0004, 0.02):
        parts[-1]["points"] = [points] * len(parts[-1]["points"])
        after = [before + sum(changes) for before, *changes in zip(move["before"], *(part["points"] for part in parts), strict=True)]
        content["insight"]["moves"] = [{**move, "after": after, "parts": parts}]
        (chart, *_) = waterfall_charts(content["insight"])
        is_read, is_written = "Monte Carlo noise" in chart.alt, "Monte Carlo noise" in [text.text for text in chart.texts]
        assert (is_read, is_written) == (points > 0.01, points > 0.01)
        assert "no change" not in chart.alt
        heights[points] = chart.height
    assert heights == {0.0: heights[0.0], 0.0004: heights[0.0], 0.02: heights[0.0] + BAR_ROW_HEIGHT}


def test_forecasters_are_named_in_full_beside_their_lines() -> None:
    """Four long names that say much the same stand in two lines each, none over another and none below the picture."""
    names = [f"{who}, an agreement is enough" for who in ("Polymarket", "Metaculus", "GJ Open", "Manifold")]
    said = [
        {"day": f"2026-0{month}-01", "who": who, "probability": 0.02, "says": "2 %"} for who, month in zip(names, (5, 4, 3, 2), strict=True)
    ]
    chart = forecasts_chart({"name": "ceasefire", "forecasts": said}, as_of="2026-11-29")  # type: ignore[arg-type,typeddict-item]
    assert chart is not None
    assert inside(chart)
    shown = [text for text in chart.texts if text.x > 250 and "%" not in text.text.removeprefix("2 %") and text.anchor == "start"]
    assert " ".join(text.text for text in sorted(shown, key=lambda text: text.y)).count("an agreement is enough") == 4
    heights = sorted(text.y for text in shown)
    assert all(after - before >= _LINE for before, after in pairwise(heights))
    assert _label_places([(18.0, 1), (19.0, 2), (90.0, 1)]) == [18.0, 31.0, 90.0]


def test_no_label_of_an_axis_lies_on_another():
    """Ticks whose labels would touch are shown without."""
    sketch = Sketch(50)
    sketch.across(Scale(0, 10, 10, 60), [(value, "1,000,000") for value in range(11)], y=20)
    places = [text.x for text in sketch.texts]
    assert len(places) < 3
    assert all(after - before > text_width("1,000,000", size=11) for before, after in pairwise(places))


def test_a_logarithmic_scale_puts_equal_ratios_at_equal_distances():
    """The pixel of a value is where its logarithm lies between those of the ends."""
    scale = Scale(0.1, 1000, 0, 100, logarithmic=True)
    assert [scale.at(value) for value in (0.1, 1, 10, 100, 1000)] == pytest.approx([0, 25, 50, 75, 100])


def test_the_model_is_drawn_from_its_statements():
    """Every name that a statement uses is a line to it; parameters stand left of streams, questions at the right."""
    graph = graph_of(sample_content())
    assert {source for source, to in graph.edges if to == "captures"} == {"capture_rate", "in_contact", "burstiness"}
    assert {source for source, to in graph.edges if to == "if_many"} == {"transfers", "captures"}
    assert {source for source, to in graph.edges if to == "what_keeps_them"} == {"reason"}
    assert [sorted({node.kind for node in column}) for column in graph.columns] == [["parameter", "series"], ["stream"], ["question"]]


def test_a_picture_in_a_page_has_the_page_s_colours():
    """No colour of the file is left, and no ground, so that light and dark pages both can show it."""
    for chart in topic_charts(with_insight(sample_content())).values():
        shown = embed_svg(render_svg(chart))
        assert re.findall(r'(?:fill|stroke)="#[0-9a-f]{6}"', shown) == []
        assert "xmlns" not in shown


def test_a_long_history_is_drawn_with_its_news():
    """Of a thousand days as many are drawn as the picture is wide, and every day of news with the one before it."""
    points = [
        {"day": str(index), "values": [0.1], "errors": [0.0], "news": ["rain: 1"] if index in {401, 733} else []} for index in range(1000)
    ]
    kept = [int(point["day"]) for point in _thin_points(points)]
    assert len(kept) <= MOST_HISTORY_POINTS + 5
    assert {0, 400, 401, 732, 733, 999} <= set(kept)
    assert _thin_points(points[:150]) == points[:150]


def test_a_sparkline_ends_at_its_last_value():
    """The line goes from foot to top as its values do, has a dot at its end, and is named by a sentence."""
    drawn = sparkline([0.0, 1.0, 0.5], said='from "1 %" to 2 %', low=0.0)
    assert 'd="M3.0,19.0L48.0,3.0L93.0,11.0"' in drawn
    assert '<circle cx="93.0" cy="11.0"' in drawn
    assert 'aria-label="from &quot;1 %&quot; to 2 %"' in drawn
    assert not sparkline([0.5], said="one day")
    assert len(re.findall(r"[ML]", sparkline([float(value) for value in range(1000)], said="many"))) <= 61
