"""Pages in a real browser: no violation that axe finds, no console message, nothing fetched but the file."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from forecast.report.calibration_page import render_calibration_page
from forecast.report.pages import render_index, render_topic
from forecast.report.score_page import render_score_page
from forecast.schema.topic import digest_of, read_content
from tests.support.calibration_records import sample_calibration_page
from tests.support.chromium import Chromium, find_chromium
from tests.support.paths import ROOT
from tests.support.sample_insight import with_insight
from tests.support.sample_report import sample_content
from tests.support.score_pages import sample_score_page

pytestmark = [pytest.mark.slow, pytest.mark.skipif(find_chromium() is None, reason="there is no Chromium on this machine")]
OPEN_ALL = "document.querySelectorAll('details').forEach(each => { each.open = true })"
HEIGHT = "document.documentElement.scrollHeight"
BETWEEN_MARGINS = 680  # 180 mm of A4 paper, at 96 points an inch
MOST_SCREENS = 6  # of a page as it opens
WIDTHS = {"desk": (1280, 800), "telephone": (390, 844)}


@pytest.fixture(scope="module")
def browser():
    """A Chromium for all tests of this module."""
    with Chromium() as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Path:
    """The pages of the sample topic, their index, a page of scores and one of calibration, on disk."""
    directory = tmp_path_factory.mktemp("reports")
    content = with_insight(sample_content())
    scores = render_score_page(sample_score_page(directory / "book"))
    calibration = render_calibration_page(sample_calibration_page(directory / "calibrated"))
    for name, data in (render_topic(content) | render_index([content]) | scores | calibration).items():
        path = directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return directory


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("page", ["route.html", "index.html", "score.html", "calibration.html"])
def test_axe_finds_no_violation(browser, pages, page, dark, width):
    """Every rule that axe knows holds, with every fold open, in light and in dark, wide and narrow."""
    import axe_core_python

    script = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    browser.show(width=WIDTHS[width][0], height=WIDTHS[width][1], dark=dark)
    browser.open((pages / page).as_uri())
    browser.run(OPEN_ALL)
    browser.run(f"{script}; 0")
    found = browser.run("axe.run(document).then(done => done.violations.map(each => [each.id, each.nodes.map(node => node.html)]))")
    assert found == []


@pytest.mark.parametrize("page", ["route.html", "index.html", "score.html", "calibration.html"])
def test_a_page_opens_from_disk_and_asks_for_nothing_else(browser, pages, page):
    """The file is the only request, and the console stays empty."""
    before = {
        kind: len(browser.seen(kind))
        for kind in ("Network.requestWillBeSent", "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
    }
    browser.open((pages / page).as_uri())
    after = {kind: browser.seen(kind)[count:] for kind, count in before.items()}
    assert [each["request"]["url"] for each in after.pop("Network.requestWillBeSent")] == [(pages / page).as_uri()]
    assert after == {kind: [] for kind in after}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("page", ["route.html", "index.html", "score.html", "calibration.html"])
def test_nothing_is_wider_than_the_page(browser, pages, page, width):
    """The page never scrolls sideways; only tables and the model's graph do, inside themselves."""
    browser.show(width=WIDTHS[width][0], height=WIDTHS[width][1])
    browser.open((pages / page).as_uri())
    assert browser.run("document.documentElement.scrollWidth") <= WIDTHS[width][0]


def test_no_words_of_a_picture_leave_it_or_lie_on_one_another(browser, pages):
    """Every text of every picture stands inside it, and no two overlap."""
    browser.show(width=1280, height=800)
    browser.open((pages / "route.html").as_uri())
    browser.run(OPEN_ALL)
    found = browser.run("""[...document.querySelectorAll('figure svg')].flatMap(svg => {
      const outer = svg.getBoundingClientRect()
      const boxes = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()])
      const out = boxes.filter(([, box]) => box.left < outer.left - 2 || box.right > outer.right + 2 || box.top < outer.top - 2 || box.bottom > outer.bottom + 2)
      const on = boxes.flatMap(([one, a], index) => boxes.slice(index + 1).filter(([, b]) =>
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3).map(([other]) => `${one} on ${other}`))
      return [...out.map(([text]) => `${text} leaves ${svg.getAttribute('aria-label').slice(0, 60)}`), ...on]
    })""")
    assert found == []


@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_opens_short_and_its_folds_hold_the_rest(browser, pages, width):
    """As it opens a page is at most six screens; with every fold open it is more than twice as long."""
    browser.show(width=WIDTHS[width][0], height=WIDTHS[width][1])
    browser.open((pages / "route.html").as_uri())
    short = browser.run(HEIGHT)
    assert short <= MOST_SCREENS * WIDTHS[width][1]
    browser.run(OPEN_ALL)
    assert browser.run(HEIGHT) > 2 * short


def test_closed_folds_print_whole(browser, pages):
    """On paper a closed fold is as high as an open one, and all its words are drawn."""
    browser.show(width=1280, height=800, printed=True)
    browser.open((pages / "route.html").as_uri())
    heights = "[...document.querySelectorAll('details')].map(each => Math.round(each.getBoundingClientRect().height))"
    hidden = "[...document.querySelectorAll('details *')].filter(each => !each.checkVisibility({contentVisibilityAuto: true})).length"
    closed, unseen = browser.run(heights), browser.run(hidden)
    browser.run(OPEN_ALL)
    assert len(closed) > 10
    assert (closed, unseen) == (browser.run(heights), browser.run(hidden))
    browser.show(width=1280, height=800)


@pytest.mark.parametrize("page", ["route.html", "punishment.html", "index.html", "score.html"])
def test_a_page_is_no_wider_than_paper(browser, pages, page, tmp_path):
    """Between the margins of A4 nothing is shrunk, and what a row of a table is about has room for words; of the book's largest topics."""
    path = pages / page
    if (ROOT / "reports" / page).with_suffix(".json").is_file() and page != "score.html":
        content = read_content((ROOT / "reports" / page).with_suffix(".json").read_bytes())
        path = tmp_path / page
        path.write_bytes(render_topic(content)[page])
    browser.show(width=BETWEEN_MARGINS, height=1000, printed=True)
    browser.open(path.as_uri())
    browser.run(OPEN_ALL)
    assert browser.run("document.documentElement.scrollWidth") <= BETWEEN_MARGINS
    narrow = "[...document.querySelectorAll('tbody th')].filter(each => each.clientWidth < 4 * parseFloat(getComputedStyle(each).fontSize))"
    assert browser.run(f"{narrow}.map(each => each.textContent.slice(0, 40))") == []
    assert browser.run("[...document.querySelectorAll('details.long > summary')].filter(each => each.checkVisibility()).length") == 0
    browser.show(width=1280, height=800)


def test_a_long_text_stands_once(browser, pages, tmp_path):
    """Its beginning stands while it is folded, and the whole of it alone when it is opened."""
    content = copy.deepcopy(with_insight(sample_content()))
    content["answers"][0]["asks"] = "Will it come to that? " * 30
    content["digest"] = digest_of(content)
    path = tmp_path / "route.html"
    path.write_bytes(render_topic(content)["route.html"])
    browser.show(width=1280, height=800)
    browser.open(path.as_uri())
    shown = "document.querySelector('details.long').innerText"
    assert browser.run(shown).count("Will it") <= 8
    browser.run("document.querySelector('details.long').open = true")
    assert browser.run(shown).count("Will it") == 30


def test_a_link_opens_the_fold_that_it_leads_into(browser, pages):
    """Every link of the page's own table of contents opens its section, without a script."""
    browser.show(width=1280, height=800)
    browser.open((pages / "route.html").as_uri())
    anchors = browser.run("[...document.querySelectorAll('nav a')].map(each => each.getAttribute('href'))")
    assert len(anchors) > 8
    for anchor in anchors:
        browser.run(f"location.hash = '{anchor}'")
        assert browser.run(
            f"new Promise(done => requestAnimationFrame(() => done(document.querySelector('{anchor}').closest('details').open)))"
        ), anchor
