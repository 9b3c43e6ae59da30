"""Forecasts on record on a topic's page: beside the answer, with how the odds compare, and as all there is where people alone answer."""

from __future__ import annotations

import html
import math
import re

import pytest

from forecast.report.charts import topic_charts
from forecast.report.pages import render_index, render_topic
from forecast.report.sections_forecasts import forecast_sections
from forecast.schema.on_record import RecordedQuestion, log_odds_difference
from forecast.schema.topic import digest_of, validate_content
from forecast.sentences.forecasts import difference_text, difference_words, judged_headline
from tests.support.sample_forecasts import with_forecasts
from tests.support.sample_report import sample_content

pytestmark = pytest.mark.medium

HOSTILE = "<script>alert(1)</script> | **bold** `code` [link](javascript:x) \u202etxt\x1b[31m"


@pytest.mark.parametrize(
    ("probability", "answer", "difference"),
    [(0.5, 0.5, 0.0), (0.75, 0.5, math.log(3)), (0.2, 0.5, -math.log(4)), (1.0, 0.5, math.inf), (0.0, 0.5, -math.inf), (0.0, 0.0, 0.0), (0.5, 1.0, -math.inf)],
)  # fmt: skip
def test_the_difference_in_log_odds(probability: float, answer: float, difference: float):
    """ln(p / (1 - p)) less that of the answer; infinite where one of them is certain and the other is not."""
    assert log_odds_difference(probability, answer) == pytest.approx(difference, rel=1e-12)


def test_forecasts_stand_beside_the_answer():
    """Each with how its odds compare with the model's; page and Markdown have the same words and the picture."""
    content = with_forecasts(sample_content())
    recorded = content["on_record"][0]
    answer = next(its for its in content["answers"] if its["name"] == recorded["name"])
    files = render_topic(content)
    page, text = files[f"{content['name']}.html"].decode(), files[f"{content['name']}.md"].decode()
    model = answer["value"]["value"]
    ratio = (0.3 / 0.7) / (model / (1 - model))
    assert ratio > 1.1
    said = f"30 % by me since 12 October 2026; odds {ratio:.2g} times the model's."
    for shown in (html.unescape(page), text.replace("\\", "")):
        assert said in shown.replace("\N{NO-BREAK SPACE}", " ")
        assert "62 % by Ana since 3 September 2026; entered later;" in shown.replace("\N{NO-BREAK SPACE}", " ")
        assert f"(log odds +{math.log(ratio):.2g}" in shown.replace("\N{NO-BREAK SPACE}", " ")
        assert "0 % by the base rate (all of them) since 1 August 2026; one of the two is certain, and the other is not" in shown.replace(
            "\N{NO-BREAK SPACE}", " "
        )
        assert "What others say is no input to it." in shown
        assert "2 forecasts of the question as it was asked before" in shown
        assert "Resolved: yes (it happened), decided on 2026-10-12" in shown
    assert f"{content['name']}/forecasts-{recorded['name']}.svg" in files
    assert "the last: me 30 %; Ana 62 %; all of them 0 %." in topic_charts(content)[f"forecasts-{recorded['name']}"].alt


def test_a_topic_that_people_alone_answer_says_nothing_of_engines():
    """Its page has the question, the forecasts and how it is settled; the index has the forecast."""
    content = with_forecasts(sample_content())
    empty = {key: [] for key in ("answers", "parameters", "streams", "series", "quantities")}
    alone = {**content, **empty, "insight": None, "on_record": content["on_record"][1:]}
    alone["digest"] = digest_of(alone)
    files = render_topic(alone)
    for ending in ("html", "md"):
        shown = files[f"{content['name']}.{ending}"].decode()
        assert "What do people think?" in shown
        assert "People answer it, and no model. It closes on" in shown
        assert not [word for word in ("engine", "How far the computation", "The model", "not computed for this report") if word in shown]
    index = render_index([alone])
    assert "| What do people think? | 30 % | me | 12 October 2026 |" in index["index.md"].decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "judged by people" in index["index.html"].decode()
    assert "Every question of this topic is settled" not in index["index.md"].decode()


def test_a_judged_question_stands_at_the_top_of_its_page():
    """One's own forecast is large, and the question and all in force follow before anything else; the section below does not repeat them."""
    content = with_forecasts(sample_content())
    content["on_record"][1].pop("resolution", None)
    content["digest"] = digest_of(content)
    page = render_topic(content)[f"{content['name']}.html"].decode().replace("\N{NO-BREAK SPACE}", " ")
    top, _, below = page.partition("<nav aria-label")
    item = top[top.index('<ol class="answers judged">') :]
    assert '<div class="headline">30 %<small>by me</small></div>' in item
    assert "What do people think?" in item
    assert "<li>30 % by me since 12 October 2026.</li>" in item
    assert "<li>30 % by me since 12 October 2026.</li>" not in below


def judged(count: int, **more: object) -> RecordedQuestion:
    """A question that people answer, with forecasts in force, the newest first; one's own is the oldest."""
    question = with_forecasts(sample_content())["on_record"][1]
    whose = [*(f"P{place}" for place in range(count - 1)), "me"][-count:] if count else []
    forecasts = [{**question["forecasts"][0], "who": who, "holds": True} for who in whose]
    question.pop("resolution", None)
    return {**question, "forecasts": forecasts, "earlier_wordings": 0, **more}


def test_the_headline_of_a_judged_question():
    """It lists no more than six forecasts, one's own first, and says how many others there are, or that there is none, or how it ended."""
    assert judged_headline(judged(0)).figure == "no forecast"
    assert judged_headline(judged(0)).lines == ("No forecast is on record.",)
    said = [line.split(" by ")[1].split(" since")[0] for line in judged_headline(judged(6)).lines]
    assert said == ["me", "P0", "P1", "P2", "P3", "P4"]
    lines = judged_headline(judged(9)).lines
    assert (len(lines), lines[0], lines[-1]) == (7, "30 % by me since 12 October 2026.", "3 more in force, listed below.")
    ended = judged_headline(judged(2, resolution="no (it did not happen), decided on 1 May 2027"))
    assert (ended.figure, ended.closes) == ("resolved", "")
    assert ended.lines[0] == "Resolved: no (it did not happen), decided on 1 May 2027."


def test_what_people_write_is_text_on_the_page():
    """No markup of a name, a reason or a question reaches page or Markdown; in a file of data it is a cell as any other, with nothing hidden."""
    files = render_topic(with_forecasts(sample_content(), text=HOSTILE))
    for name, data in files.items():
        shown = data.decode()
        assert "<script>alert" not in shown or name.endswith(".csv"), name
        assert "\u202e" not in shown, name
        assert "\x1b" not in shown, name


def test_a_report_without_forecasts_is_as_before():
    """Nothing of a page changes where nothing is on record."""
    content = sample_content()
    assert "Forecasts:" not in render_topic(content)[f"{content['name']}.md"].decode()
    assert validate_content(with_forecasts(content))["on_record"]


def test_no_difference_is_said_where_one_of_the_two_is_no_probability():
    """Of a number, a date and a question that is not answerable."""
    content = with_forecasts(sample_content())
    number = next(its for its in content["answers"] if its["kind"] == "distribution")
    assert not difference_words(content["on_record"][0]["forecasts"][0], number)
    assert not difference_words(content["on_record"][0]["forecasts"][0], None)


@pytest.mark.parametrize(
    ("probability", "model", "said", "exact"),
    [
        (0.55, 0.03444, "odds 34 times the model's", "odds 34 times the model's (log odds +3.53)"),
        (0.62, 0.7168, "the model's odds are 1.6 times as high", "the model's odds are 1.6 times as high (log odds −0.44)"),
        (0.5, 0.5, "as the model", "as the model (log odds 0)"),
        (0.51, 0.5, "as the model", "as the model (log odds +0.04)"),
        (0.9, 1e-9, "odds 9,000,000,000 times the model's", "odds 9,000,000,000 times the model's (log odds +22.9)"),
        (0.0, 0.5, "one of the two is certain, and the other is not", "one of the two is certain, and the other is not"),
        (1.0, 1.0, "as the model", "as the model (log odds 0)"),
    ],
)
def test_odds_are_compared_as_people_say_it(probability: float, model: float, said: str, exact: str):
    """0.55 to 0.45 are 34 times 0.03444 to 0.96556; two digits, and the difference in log odds beside it in tables."""
    content = with_forecasts(sample_content())
    forecast = content["on_record"][0]["forecasts"][0] | {"probability": probability}
    answer = next(its for its in content["answers"] if its["name"] == content["on_record"][0]["name"])
    answer = answer | {"value": answer["value"] | {"value": model}}
    assert difference_words(forecast, answer) == said
    assert difference_text(forecast, answer) == exact


def test_a_time_without_a_forecast_is_a_gap_in_the_picture():
    """A forecast that was withdrawn or ran out is drawn to its end, and the next begins a line of its own."""
    content = with_forecasts(sample_content())
    chart = topic_charts(content)[f"forecasts-{content['on_record'][0]['name']}"]
    lines = [[row["value"] for row in layer["data"]["values"]] for layer in chart.spec["layer"] if layer["mark"]["type"] == "line"]
    assert lines == [[0.45, 0.45], [0.55, 0.55, 0.3, 0.3], [0.62, 0.62], [0.0, 0.0]]


def test_questions_settled_before_any_forecast_are_one_list():
    """Each is a line with its answer and day, at the place that a link to its forecasts leads to; one that has a forecast keeps its section."""
    content = with_forecasts(sample_content())
    first, judged = content["on_record"]
    bare = {key: value for key, value in first.items() if key != "resolution"} | {"forecasts": [], "earlier_wordings": 0}
    ends = {"sooner": "no (it did not happen), decided on 31 December 2025", "later": "date 2026-09-15, decided on 23 September 2026"}
    settled = [{**bare, "name": name, "asks": f"Will it be {name}?", "resolution": end} for name, end in ends.items()]
    unsettled = {**bare, "name": "open_one"}
    earlier = {**settled[0], "name": "reworded", "earlier_wordings": 1}
    content["on_record"] = [settled[0], first, unsettled, settled[1], judged, earlier]
    content["digest"] = digest_of(content)
    headings = [section.heading for section in forecast_sections(content, {})]
    assert headings == [
        *(f"Forecasts: {name.replace('_', ' ')}" for name in (first["name"], "open_one", "people_only", "reworded")),
        "Settled before the first forecast",
    ]
    files = render_topic(content)
    page, text = files["route.html"].decode(), files["route.md"].decode()
    said = {
        "sooner": "Will it be sooner? No (it did not happen), decided on 31 December 2025.",
        "later": "Will it be later? 15 September 2026, decided on 23 September 2026.",
    }
    for name, line in said.items():
        assert re.findall(f"<li id=.forecasts-{name}.>(.*)</li>", page) == [line]
        assert f"\n- {line}\n" in text
    assert page.count('href="#settled-before"') == 1
    assert len(re.findall(r'\bid="([^"]+)"', page)) == len(set(re.findall(r'\bid="([^"]+)"', page)))
