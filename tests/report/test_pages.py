"""Pages made from the JSON: everything is there, text stays text, nothing is fetched."""

from __future__ import annotations

import copy
import hashlib
import re
import subprocess
import sys
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from forecast.report.charts import topic_charts
from forecast.report.charts_answers import probability_caption
from forecast.report.drawing import Scale, Sketch
from forecast.report.escape import (
    book_link,
    escape_hidden_except_whitespace,
    first_characters,
    html_with_code,
    link,
    markdown,
    markdown_code,
)
from forecast.report.pages import render_index, render_topic
from forecast.report.pictures import render_svg
from forecast.report.tables import parameters_table, rows_table, statements_table
from forecast.schema.topic import content_bytes, digest_of
from tests.support.paths import ROOT
from tests.support.sample_insight import with_insight
from tests.support.sample_report import sample_content

pytestmark = pytest.mark.medium

HOSTILE = '<script>alert(1)</script> | **bold** `code` [link](javascript:x) \u202etxt\x1b[31m & "quote" {{ 7*7 }} =1+1'
VOID = {"meta", "br", "img", "link", "input", "hr"}


class Outline(HTMLParser):
    """What a page is made of: tags, attributes, headings, words; fails on tags that do not close."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.headings, self.open, self.texts = [], [], [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        """Open a tag."""
        self.tags.append((tag, dict(attributes)))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        """Note a tag that closes itself."""
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, words):
        """Note words and the tags they stand in."""
        self.texts.append((tuple(self.open), words))

    def handle_endtag(self, tag):
        """Close the tag that is open."""
        assert self.open.pop() == tag


def page(content):
    """The HTML page of a content."""
    return render_topic(content)["route.html"].decode()


def index(content):
    """The HTML index of one content."""
    return render_index([content])["index.html"].decode()


def told(*, text=""):
    """The sample with a made-up insight, ``text`` in everything of both that comes from a file."""
    return with_insight(sample_content(text=text), text=text)


@pytest.mark.slow
def test_a_topic_has_a_page_its_markdown_and_a_picture_for_each_chart():
    """The files are the page, the Markdown, the pictures it shows and the data behind them, no more; both link to the data."""
    files = render_topic(told())
    pictures = {f"route/{name}.svg" for name in topic_charts(told())}
    data = {name for name in files if name.endswith(".csv")}
    assert set(files) == {"route.html", "route.md"} | pictures | data
    assert set(re.findall(r"\]\((route/[^)]+\.csv)\)", files["route.md"].decode())) == data
    assert set(re.findall(r'href="(route/[^"]+\.csv)"', files["route.html"].decode())) == data
    assert set(re.findall(r"\]\((route/[^)]+\.svg)\)", files["route.md"].decode())) == pictures


def test_page_and_markdown_say_every_answer():
    """Each headline and each sentence stands on both."""
    files = render_topic(told())
    html = files["route.html"].decode().replace("\u00a0", " ")
    text = files["route.md"].decode()
    for answer in sample_content()["answers"]:
        for said in (answer["headline"], answer["sentence"]):
            assert said in html
            assert said in text


@pytest.mark.parametrize("count", [0, 1, None])
def test_each_link_of_the_index_leads_to_its_question(count):
    """Of an open question as of a settled one, of a topic too whose questions are all settled; no place has the name of another."""
    content = told()
    for answer in content["answers"][:count]:
        answer["status"] = "settled"
    content["digest"] = digest_of(content)
    places = re.findall(r' id="([^"]+)"', page(content))
    linked = re.findall(r'href="route\.html#([^"]+)"', index(content))
    assert linked
    assert set(linked) <= set(places)
    assert len(places) == len(set(places))


@pytest.mark.parametrize("make", [page, index])
def test_a_page_is_well_formed_and_fetches_nothing(make):
    """No script, no frame, no picture, style or font from elsewhere; links are relative or http(s) with noopener."""
    outline = Outline(make(told()))
    assert {tag for tag, _ in outline.tags} & {"script", "iframe", "img", "link", "object", "embed", "form"} == set()
    assert [name for _, attributes in outline.tags for name in attributes if name.startswith("on")] == []
    for tag, attributes in outline.tags:
        assert "src" not in attributes
        if tag == "a" and ":" in attributes["href"]:
            assert attributes["href"].startswith(("http://", "https://"))
            assert "noopener" in attributes["rel"]


@pytest.mark.parametrize("make", [page, index])
def test_headings_step_down_by_one_and_tables_have_scopes(make):
    """One first heading, no level skipped, every header cell says what it heads."""
    outline = Outline(make(told()))
    assert outline.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False))
    assert [attributes for tag, attributes in outline.tags if tag == "th" and attributes.get("scope") not in {"row", "col"}] == []
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert sorted(ids) == sorted(set(ids))


def test_hostile_text_is_shown_as_text_everywhere():
    """Markup, control characters and turned writing from records make no tag, no link and no hidden character."""
    content = told(text=HOSTILE)
    files = render_topic(content) | render_index([content])
    for name, data in files.items():
        text = data.decode()
        assert "\u202e" not in text
        assert "\x1b" not in text
        assert "<script" not in text or name.endswith(".csv")  # where it is a cell as any other
        if name.endswith(".svg"):
            ET.fromstring(text)
        if name.endswith(".html"):
            assert "[U+202E]txt[U+001B]" in text
            assert not any(tag in {"script", "b"} for tag, _ in Outline(text).tags)
        if name.endswith(".md"):
            assert "\\*\\*bold\\*\\*" in text
            assert not re.search(r"(?<!\\)\]\(javascript", text)
            for line in text.splitlines():
                if line.startswith("| ") and "bold" in line:
                    assert re.search(r"(?<!\\)\| \\\*", line) is None


def test_ten_thousand_characters_of_note_are_folded_but_kept():
    """A long note stands whole on the page, inside a fold."""
    long = "word " * 2000
    html = page(told(text=long))
    assert html.count(long.strip()) >= 1
    assert '<details class="long"><summary><span class="closed">word word' in html
    assert [place for place, words in Outline(html).texts if len(words) > 600 and not {"details", "h1", "style"} & set(place)] == []


def test_a_disputed_report_says_so_before_anything_else():
    """The warning stands above the first heading of the answers, in both forms and on the index."""
    content = sample_content() | {"warnings": ["Disputed. The two engines disagree. Do not rely on these numbers."]}
    content["digest"] = digest_of(content)
    files = render_topic(content) | render_index([content])
    for name in ("route.html", "route.md"):
        text = files[name].decode()
        assert -1 < text.find("Do not rely on these numbers") < text.find("transfer soon" if name.endswith("md") else 'id="answers"')
    assert b"Do not rely on these numbers" in files["index.html"]
    assert b"Do not rely on these numbers" in files["index.md"]


def test_another_process_makes_the_same_bytes():
    """Pages and pictures do not depend on the process that renders them, nor on what it rendered before."""
    data = content_bytes(told())
    files = render_topic(told())
    code = (
        "import sys, hashlib\nfrom forecast.report.pages import render_topic\nfrom forecast.schema.topic import read_content\n"
        "files = render_topic(read_content(sys.stdin.buffer.read()))\n"
        "print(hashlib.sha256(b''.join(name.encode() + files[name] for name in sorted(files))).hexdigest())"
    )
    here = hashlib.sha256(b"".join(name.encode() + files[name] for name in sorted(files))).hexdigest()
    there = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True, cwd=ROOT).stdout.decode().strip()
    assert there == here


def test_ids_inside_a_picture_are_numbered_by_the_picture():
    """Two renderings of a chart with a clip have the same bytes, and the clip bears the chart's name."""
    sketch = Sketch(100)
    x, y = Scale(0, 3, 0, 100), Scale(0, 3, 100, 0)
    sketch.add([{"x": 1, "y": 1}, {"x": 2, "y": 2}], {"type": "line", "clip": True}, x=x.of("x"), y=y.of("y"))
    chart = sketch.make_chart("clipped", "A line.")
    first, second = render_svg(chart), render_svg(chart)
    assert first == second
    assert set(re.findall(r'id="([^"]+)"|url\(#([^)]+)\)', first)) == {("clipped-0", ""), ("", "clipped-0")}


def test_pictures_have_words_and_no_colour_alone():
    """Every picture is named by a sentence; prior and posterior differ in dash as well as in colour."""
    files = render_topic(told())
    for name, data in files.items():
        if name.endswith(".svg"):
            root = ET.fromstring(data)
            assert root.get("role") == "img"
            assert root.get("aria-label")
    assert b"stroke-dasharray" in files["route/parameter-capture_rate.svg"]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://example.org/a?b=c", "https://example.org/a?b=c"),
        ("javascript:alert(1)", ""),
        ("javascript://example.org/%0aalert(1)", ""),
        ("ftp://example.org/a", ""),
        ("https://", ""),
        ("https://exa mple.org", ""),
        ("https://[broken", ""),
        ("data:text/html,x", ""),
        ("https://example.org/\u202e", ""),
        ('https://example.org/"><b>', "https://example.org/%22%3E%3Cb%3E"),
    ],
)
def test_only_plain_web_addresses_become_links(address, shown):
    """Addresses of http and https with a host are links, with what could end an attribute encoded; anything else is text."""
    assert link(address) == shown


@pytest.mark.parametrize(
    ("origin", "shown"),
    [
        ("essay.md#a-golden-opportunity", "../seeds/essay.md#a-golden-opportunity"),
        ("notes/one-two.txt", "../seeds/notes/one-two.txt"),
        ("https://example.org/a#b", "https://example.org/a#b"),
        ("harbour notes, spring meeting", ""),
        ("../../etc/passwd.txt", ""),
        ("/etc/passwd.txt", ""),
        ("notes.md\x1b", ""),
        ("javascript:alert(1).md", ""),
        ('a.md" onclick="x', ""),
    ],
)
def test_a_claim_is_linked_where_it_stands_in_the_book_or_on_the_web(origin, shown):
    """A file under seeds, with or without an anchor, and a web address are links; any other origin is text."""
    assert book_link(origin) == shown
    assert book_link(origin, hindcast=True) == (f"../../{shown}" if shown.startswith("../seeds/") else shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("as `captives` has it", "as <code>captives</code> has it"),
        ("`a <b> & 'c'`, `d`", "<code>a &lt;b&gt; &amp; &#39;c&#39;</code>, <code>d</code>"),
        ("one ` alone, and ``two``", "one ` alone, and ``two``"),
        ("a`b`c ` d `e\nf`", "a`b`c ` d `e\nf`"),
    ],
)
def test_what_stands_between_backticks_is_code_on_a_page(text, shown):
    """A pair of backticks around words makes code, escaped as all else; other backticks stand as they are."""
    assert html_with_code(text) == shown


def test_the_reasons_of_a_book_have_their_code_on_the_page():
    """No backtick of a reason is left on a page, and none is made code twice; Markdown has the reason as it was written."""
    content = sample_content()
    content["parameters"][0]["why"] = "As `captives` has it."
    content["title"] = "A `title` of a page"
    content["answers"][0]["rule"] = f"{'So many words, ' * 10}and `{'code ' * 60}` of so many more."
    content["digest"] = digest_of(content)
    files = render_topic(content)
    page = files["route.html"].decode()
    assert "As <code>captives</code> has it." in page
    assert "<title>A `title` of a page – forecast</title>" in page
    assert "<h1>A <code>title</code> of a page</h1>" in page
    assert "<code><code>" not in page
    assert "As \\`captives\\` has it." in files["route.md"].decode()


def test_a_text_that_is_cut_is_not_cut_within_code():
    """The beginning of a text ends before code that would be cut in two, unless the text begins with that."""
    assert [first_characters("As `captives` has it", limit) for limit in (3, 8, 13, 15)] == [
        "As ",
        "As ",
        "As `captives`",
        "As `captives` h",
    ]
    assert first_characters("`captives` has it", 5) == "`capt"


def test_markdown_escapes_what_would_be_markup():
    """Each sign that Markdown reads is escaped, and a bare address does not become a link."""
    assert markdown("# a|b `c` <i> https://x.org") == "\\# a\\|b \\`c\\` &lt;i&gt; https:/&#47;x.org"
    assert [markdown(text) for text in ("6.24", "+3 points", "6. x", "+ x", "- x", "=1+1")] == [
        "6.24",
        "+3 points",
        "6\\. x",
        "\\+ x",
        "\\- x",
        "\\=1+1",
    ]
    assert markdown_code("a`b|c") == "``a`b\\|c``"
    assert markdown_code("a\\|b") == "a\\\\\\|b"  # as words: readers of tables differ on a backslash before a sign of the table in code
    assert escape_hidden_except_whitespace("a\u202eb\x00c\nd") == "a[U+202E]b[U+0000]c\nd"


def test_a_walk_of_many_steps_is_told_by_its_first_and_its_last_and_stated_once():
    """Of twenty steps the table of beliefs has three, how many lie between, and nine; the model's statements have one line; other priors have all."""
    walk = {"name": "level", "statement": "GaussianRandomWalk(sigma=0.2)"}
    other = {"name": "right", "statement": "Beta(mean=0.5, strength=4)"}
    seen = {"unit": "cases", "categories": [], "prior": {"quantiles": [1.0] * 5}, "posterior": {"quantiles": [1.0] * 5}}
    parameters = [
        *({**walk, **seen, "label": str(2001 + step)} for step in range(20)),
        *({**other, **seen, "label": label} for label in "abcdefghijklmno"),
    ]
    content = {"parameters": parameters, "quantities": [], "series": [], "streams": [], "answers": []}
    believed = [row[0] for row in parameters_table(content).rows]
    levels = [f"level, {year}" for year in (2001, 2002, 2003)] + ["… 8 steps between"] + [f"level, {year}" for year in range(2012, 2021)]
    assert believed == levels + [f"right, {label}" for label in "abcdefghijklmno"]
    assert [row[1] for row in statements_table(content).rows] == [
        "level[2001 to 2020]",
        *(f"right[{label}]" for label in "abcdefghijklmno"),
    ]


def test_what_a_latent_stream_counts_is_said_beside_its_statement():
    """It has no record, and so no place of its own on the page; of other streams the statement's line says nothing of it."""
    stream = {
        "name": "never_asks",
        "about": "captives who never ask",
        "statement": "Binomial(n=2, p=0.5)",
        "next": {},
        "entering": "Nobody records it.",
    }
    content = {"parameters": [], "quantities": [], "series": [], "answers": [], "streams": [stream | {"latent": True}, stream]}
    said = [row[-1] for row in statements_table(content).rows]
    assert said == ["Captives who never ask. Nobody records it.", "Nobody records it."]


def test_the_caption_of_the_probabilities_explains_a_bar_only_where_there_is_one():
    """Without an interval of any chance the picture has dots alone."""
    content = copy.deepcopy(sample_content())
    assert "Bar: which probabilities are plausible" in render_topic(content)["route.html"].decode()
    for answer in content["answers"]:
        if answer["kind"] == "probability":
            answer["value"]["chance"] = None
    assert probability_caption(content) == "Dot: the probability."


@pytest.mark.parametrize(
    ("note", "shown"),
    [("A note", "A note. Replaces b."), ("A note.", "A note. Replaces b."), ("", "Replaces b."), ("Why?", "Why? Replaces b.")],
)
def test_a_note_ends_before_what_its_row_replaces(note, shown):
    """The row that is replaced is named in a sentence of its own."""
    stream = copy.deepcopy(next(stream for stream in sample_content()["streams"] if stream["rows"]))
    stream["rows"][0] |= {"note": note, "replaces": "b"}
    assert rows_table(stream, None).rows[0][-1] == shown
