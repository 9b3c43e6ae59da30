"""Contracts on a topic's page: what is said and drawn, in page and Markdown, with hostile text and with faults."""

from __future__ import annotations

import copy
import re
from datetime import date
from pathlib import Path

import pytest

from forecast.actions.update import update
from forecast.model.settings import Settings
from forecast.report.charts import topic_charts
from forecast.report.pages import render_topic
from forecast.schema.topic import ReportFault, TopicContent, digest_of, read_content, validate_content
from tests.support.market_books import write_market_book
from tests.support.sample_contracts import with_contracts

pytestmark = pytest.mark.medium

AS_OF = date(2026, 6, 30)
HOSTILE = "<script>alert(1)</script> | **bold** `code` [link](javascript:x) \u202etxt\x1b[31m"


def _update(root: Path) -> TopicContent:
    done = update(root, as_of=AS_OF, today=AS_OF, settings=Settings(draws=4_096), referee=False, insight=False)
    assert done.problems == () or all(problem.level == "warning" for problem in done.problems)
    return read_content((root / "reports/storms.json").read_bytes())


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with two contracts."""
    made = tmp_path_factory.mktemp("storms")
    write_market_book(made)
    return made


@pytest.fixture(scope="module")
def content(root: Path) -> TopicContent:
    """Its report."""
    return _update(root)


def test_a_contract_has_a_section_and_a_picture(content: TopicContent) -> None:
    """Page and Markdown say what is offered, what it is worth and what would have to be believed; the picture has the same in words."""
    files = render_topic(content)
    page, text = files["storms.html"].decode(), files["storms.md"].decode()
    for shown in (page.replace("\N{NO-BREAK SPACE}", " "), text.replace("\\", "")):
        assert "Market: three-storms" in shown
        assert "bid 0.60, ask 0.62 on 30 June 2026" in shown
        assert "The least change of the parameters" in shown
        assert "How it may resolve differently from our question" in shown
        assert "It is not compared: no offer that stands is on record for it" in shown
    assert "storms/market-three-storms.svg" in files
    assert topic_charts(content)["market-three-storms"].alt.startswith("Prices of YES of three-storms over time: bid 0.60, ask 0.62")


def test_midpoints_are_drawn_and_said_to_be_no_offer(content: TopicContent) -> None:
    """The picture of a contract with midpoints alone has them as a dashed line with a label, and no band."""
    chart = topic_charts(content)["market-no-storm"]
    marks = [layer["mark"] for layer in chart.spec["layer"]]
    assert any("strokeDash" in mark for mark in marks)
    assert any("no offer" in text.text for text in chart.texts)


def test_a_topic_without_contracts_has_no_section(content: TopicContent) -> None:
    """Nothing of markets stands on the page of a topic without contracts."""
    without = {key: value for key, value in content.items() if key != "contracts"}
    without["digest"] = digest_of(without)
    page = render_topic(validate_content(without))["storms.html"].decode()
    assert "Market" not in page


def test_an_update_says_the_new_price_and_then_stands(root: Path, content: TopicContent) -> None:
    """Where nothing changed the report is the same; a new quote alone makes it anew, with the new price and the same answers."""
    assert _update(root) == content
    path = root / "seeds/storms/quotes.csv"
    before = path.read_text("utf-8")
    path.write_text(before + "three-storms,2026-06-30T18:00:00Z,bid-ask,0.70,0.72,,,1,1,5000,open,,invented\n", "utf-8")
    renewed = _update(root)
    path.write_text(before, "utf-8")
    offer = renewed["contracts"][0]["offer"]
    assert offer is not None
    assert offer["bid"] == pytest.approx(0.7)
    assert renewed["answers"] == content["answers"]
    assert renewed["parameters"] == content["parameters"]


def test_the_answers_of_days_before_stand_in_the_history(root: Path, content: TopicContent) -> None:
    """The ledger's line of an earlier day is a fair price of that day, and quotes from then on are compared with it."""
    later = date(2026, 7, 2)
    update(root, as_of=later, today=later, settings=Settings(draws=4_096), referee=False, insight=False)
    report = read_content((root / "reports/storms.json").read_bytes())
    history = report["contracts"][0]["history"]
    assert [its["day"] for its in history["answers"]] == ["2026-06-30", "2026-07-02"]
    assert content["contracts"][0]["fair"] is not None
    assert history["answers"][0]["value"] == pytest.approx(content["contracts"][0]["fair"]["value"], abs=1e-4)


def test_hostile_text_stays_text(content: TopicContent) -> None:
    """Markup in any text of a contract is shown as text, in page and Markdown."""
    made = with_contracts(content, text=HOSTILE)
    files = render_topic(validate_content(made))
    page, text = files["storms.html"].decode(), re.sub(r"``.*?``", "", files["storms.md"].decode())  # a span of code is text
    assert "<script>alert" not in page
    assert "<script>alert" not in text
    assert "\u202e" not in page + text
    assert "\x1b" not in page + text
    assert "**bold**" not in text


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("name",), "../up"),
        (("offer", "at"), "yesterday"),
        (("offer", "bid"), 1.5),
        (("moved",), "2026-06-30"),
        (("purchase",), None),
        (("belief", "moved", 0, "before"), [1.0]),
        (("history", "quotes", 0, "at"), ""),
        (("history", "answers", 0, "day"), "soon"),
        (("verdict",), "buy"),
    ],
)
def test_what_no_page_can_show_is_refused(content: TopicContent, keys: tuple[str | int, ...], value: object) -> None:
    """A report whose contracts are damaged is refused with the place, and never shown with holes."""
    made: object = copy.deepcopy(content)
    place = made["contracts"][0]  # type: ignore[index]
    for key in keys[:-1]:
        place = place[key]  # type: ignore[literal-required]
    place[keys[-1]] = value  # type: ignore[literal-required]
    made["digest"] = digest_of(made)  # type: ignore[index, arg-type]
    with pytest.raises(ReportFault, match="contracts"):
        validate_content(made)  # type: ignore[arg-type]


def test_two_contracts_of_one_name_are_refused(content: TopicContent) -> None:
    """Pictures are named by contracts, so that two of one name cannot be shown."""
    made = {**content, "contracts": [content["contracts"][0]] * 2}
    made["digest"] = digest_of(made)
    with pytest.raises(ReportFault, match="one name"):
        validate_content(made)
