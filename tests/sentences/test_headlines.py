"""The headline of an answer: the figure, what it counts, and of a number its 90 % interval, with the numbers of its sentence."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.report.pages import render_index, render_topic
from forecast.schema.topic import digest_of
from forecast.sentences import answer_sentences
from forecast.sentences.headlines import Headline, headline_of, range_note
from tests.support.sample_insight import with_insight
from tests.support.sample_report import sample_content


def number(quantiles: list[float], *, errors: float = 0.0, unit: str = "boats", status: str = "open", **more: Any) -> dict[str, Any]:
    """An answer that is a number, as the JSON of a report has it."""
    value = {"quantiles": quantiles, "errors": [errors] * 5, **more}
    shown = answer_sentences.headline("distribution", value, unit=unit, status=status)
    return {"kind": "distribution", "unit": unit, "status": status, "headline": shown, "value": value}


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (number([12, 20, 31, 44, 80]), Headline("31", "boats", "12 to 80")),
        (number([0, 0, 0, 1, 3], unit=""), Headline("0", "", "0 to 3")),
        (number([-7.25, -2, 1.5, 4, 8], unit="degrees"), Headline("1.5", "degrees", "−7.25 to 8")),
        (number([0.184, 0.3, 0.41, 0.52, 0.66], errors=0.004, unit="share"), Headline("41 %", "", "18 to 66 %")),
        (number([0.00001, 0.001, 0.02, 0.04, 0.12], unit="share"), Headline("2 %", "", "below 0.1 % to 12 %")),
        (number([1.0012, 1.0013, 1.0014, 1.0015, 1.0016]), Headline("1.0014", "boats", "1.0012 to 1.0016")),
        (number([1803, 2100, 2497, 2803, 3311], errors=12.0), Headline("2,500", "boats", "1,800 to 3,310")),
        (number([0.01, 0.02, 0.03, 0.04, 0.09], unit="boats lost for each boat sent out"), Headline("0.03", "", "0.01 to 0.09")),
        (number([1066.31, 1066.4, 1066.42, 1066.45, 1066.53], errors=0.001), Headline("1,066.42", "boats", "1,066.31 to 1,066.53")),
        (number([3e9 - 2.6, 3e9 - 1, 3e9 + 0.1, 3e9 + 1, 3e9 + 2.6], errors=0.002), Headline("3,000,000,000.1", "boats", "2,999,999,997.4 to 3,000,000,002.6")),
        (number([4, 4, 4, 4, 4], sd=0.0), Headline("4", "boats, almost certainly")),
        (number([4, 4, 4, 4, 4], unit="", pmf={"x": [3.0, 4.0], "y": [0.005, 0.995]}), Headline("4", "almost certainly")),
        (number([4, 4, 4, 4, 4], pmf={"x": [3.0, 4.0], "y": [0.03, 0.97]}), Headline("4", "boats, very probably")),
        (number([0, 1, 1, 2, 4]), Headline("1", "boat", "0 to 4")),
        (number([4, 4, 4, 4, 4], status="settled"), Headline("4", "boats")),
        (number([4, 4, 4, 4, 4], status="settled", unit=""), Headline("4")),
        (number([1, 2, 3, 4, 5], status="annulled"), Headline("annulled")),
        (
            number([0, 0, 0, 10, 10], modes=[{"share": 0.6, "quantiles": [0, 0, 0]}, {"share": 0.4, "quantiles": [9, 10, 11]}]),
            Headline("0 or 10", "boats"),
        ),
        ({"kind": "distribution", "unit": "boats", "status": "void", "headline": "void", "value": None}, Headline("void")),
        ({"kind": "probability", "unit": "", "status": "open", "headline": "12 %", "value": {"value": 0.12, "error": 0.001}}, Headline("12 %")),
    ],
)  # fmt: skip
def test_a_number_has_its_median_and_interval_and_what_has_none_has_not(answer, shown):
    """Open numbers have the interval; settled, annulled and void ones and those of several ranges have not."""
    assert headline_of(answer) == shown


def test_a_choice_has_its_label_and_a_date_how_it_is_meant():
    """What stood beside the headlines of choices and dates still does."""
    shares = [{"label": "low_tide", "value": 0.2, "error": 0.01}, {"label": "high_tide", "value": 0.8, "error": 0.01}]
    choice = {"kind": "shares", "unit": "", "status": "open", "headline": "80 %", "value": {"shares": shares}}
    soon = {
        "kind": "date",
        "unit": "",
        "status": "open",
        "headline": "May 2027",
        "by": "2027-12-31",
        "value": {"quantiles": ["2027-05-02"] * 5},
    }
    late = soon | {"headline": "later", "value": {"quantiles": ["2027-05-02", None, None, None, None], "not_by_then": 0.82, "error": 0.001}}
    assert [headline_of(each) for each in (choice, soon, late, soon | {"status": "happened"})] == [
        Headline("80 %", "high tide", is_choice=True),
        Headline("May 2027", "as likely as not by then"),
        Headline("after 2027", "82 % likely"),
        Headline("May 2027"),
    ]


def test_a_headline_in_one_line_has_the_interval_in_brackets():
    """On the terminal a number is short; with a note it is said what the interval is."""
    assert (Headline("31", "boats", "12 to 80").short, Headline("4", "boats").short) == ("31 (12 to 80)", "4")
    assert Headline("80 %", "high tide", is_choice=True).short == "high tide 80 %"
    notes = [
        each.note
        for each in (Headline("31", "boats", "12 to 80"), Headline("31", "", "12 to 80"), Headline("4", "boats"), Headline("void"))
    ]
    assert notes == ["boats; 90 % range 12 to 80", "90 % range 12 to 80", "boats", ""]


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=5).map(sorted),
    st.floats(0, 1e3),
    st.sampled_from(("", "boats", "share", "boats lost for each boat sent out")),
)
def test_headline_and_sentence_print_the_same_numbers(quantiles, error, unit):
    """The median and both ends stand in the sentence as they stand in the headline, whatever the rounding."""
    answer = number(quantiles, errors=error, unit=unit)
    shown = headline_of(answer)
    said = answer_sentences.distribution_sentence(quantiles=quantiles, errors=[error] * 5, unit=unit, status="open")
    for each in (shown.figure, *shown.interval.split(" to ")) if shown.interval else (shown.figure,):
        assert each.removesuffix(" %") in said or (each, "none" in said) == ("0", True)


def test_page_index_and_markdown_show_the_median_with_its_90_percent_interval():
    """The same on every page; the words "in the middle" stand on none."""
    content = with_insight(sample_content())
    files = render_topic(content) | render_index([content])
    (captives,) = [answer for answer in content["answers"] if answer["name"] == "captives"]
    shown = headline_of(captives)
    assert (captives["status"], shown.figure, bool(shown.interval)) == ("open", captives["headline"], True)
    page, index = (plain(files[name].decode()) for name in ("route.html", "index.html"))
    note = f"soldiers; 90 % range {shown.interval}"
    assert shown.note == note
    assert page.count(f"{shown.figure}{note}") == 1
    assert page.count(f"{captives['asks']}{shown.figure}soldiers{shown.interval}") == 1  # in the list of open questions
    assert index.count(f"{shown.figure}{note}") == 1
    for name in ("route.md", "index.md"):
        assert f"| **{shown.figure}** {note} |" in files[name].decode()
    for name in files:
        if name.endswith((".html", ".md")):
            assert "in the middle" not in files[name].decode()


def test_a_settled_number_has_no_interval_on_any_page():
    """What the record has settled is known: its headline is the number and its unit."""
    content = copy.deepcopy(with_insight(sample_content()))
    (captives,) = [answer for answer in content["answers"] if answer["name"] == "captives"]
    captives |= {"status": "settled", "headline": "5", "sentence": "Settled by the record: 5 soldiers."}
    captives["value"] |= {"quantiles": [5.0] * 5, "errors": [0.0] * 5}
    content["digest"] = digest_of(content)
    files = render_topic(content) | render_index([content])
    page, index = (plain(files[name].decode()) for name in ("route.html", "index.html"))
    assert ("5soldiers" in page, "5soldiers" in index, "5soldiers;" in page + index) == (True, True, False)
    for name in ("route.md", "index.md"):
        assert "| **5** soldiers |" in files[name].decode()


def plain(html: str) -> str:
    """The words of a page."""
    return re.sub(r"<[^>]*>", "", html.split("</style>")[1]).replace("\u00a0", " ")


def chance(ends: tuple[float, float] | None, *, low: float = 0.2, high: float = 0.4, status: str = "open") -> dict[str, Any]:
    """An answer that is a chance, with the range of that and its range over variants."""
    value = {"value": 0.3, "error": 0.001, "chance": ends, "chance_errors": None}
    variants = {"ranges": [{"label": "", "low": low, "high": high}], "said": ""}
    return {"kind": "probability", "unit": "", "status": status, "headline": "30 %", "value": value, "variants": variants}


def choice() -> dict[str, Any]:
    """An answer that is a choice of two, with a range over variants for each."""
    shares = [{"label": "high_tide", "value": 0.7, "error": 0.001}, {"label": "low_tide", "value": 0.3, "error": 0.001}]
    variants = {"ranges": [{"label": "low_tide", "low": 0.1, "high": 0.2}, {"label": "high_tide", "low": 0.6, "high": 0.8}], "said": ""}
    return {"kind": "shares", "unit": "", "status": "open", "headline": "high tide", "value": {"shares": shares}, "variants": variants}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (number([12, 20, 31, 44, 80]), "90 % range 12 to 80"),
        (number([4, 4, 4, 4, 4], sd=0.0), ""),
        (number([12, 20, 31, 44, 80], status="settled"), ""),
        (chance((0.02, 0.6)), "90 % range 2 to 60 %"),
        (chance(None), "20 to 40 % over versions of the model"),
        (chance(None, low=0.301, high=0.302), ""),
        (chance(None, status="happened"), ""),
        (choice(), "60 to 80 % over versions of the model"),
    ],
)
def test_an_answer_in_a_list_has_its_range_beside_it(answer, said):
    """The 90 % range; where there is none, the range over rival versions of the model, of a choice that of its likeliest option."""
    assert range_note(answer) == said
