"""Whatever stands in a text of a report's JSON, its pages have the tags, its Markdown the blocks and its pictures the shapes of a harmless report."""

from __future__ import annotations

import ast
import copy
import csv
import re
import types
import typing
from functools import cache
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from forecast.report.escape import escape_hidden_except_whitespace
from forecast.report.pages import render_index, render_topic
from forecast.schema.topic import ReportFault, TopicContent, content_bytes, digest_of, read_content
from tests.support.payloads import PAYLOADS
from tests.support.sample_contracts import with_contracts
from tests.support.sample_forecasts import with_forecasts
from tests.support.sample_insight import with_insight
from tests.support.sample_report import sample_content
from tests.support.sample_scenarios import with_scenarios

pytestmark = pytest.mark.medium

WORDS = "so many words stand here and none of them does a thing but say what can be said of a ferry on a lake "
SHORT, LONG = len(WORDS), 10_000
HASHED = re.compile(r"(what_keeps_them-(?:fear|indoctrination|opportunity))[-_][a-zA-Z0-9_-]+")
KEYS = object()  # stands in a path for the names of a free mapping
FIXED = {  # texts that are not free: days, and what the reader of the JSON holds against its own lists
    "StreamContent.statement",  # it is parsed, and refused where it is no statement
    *("TopicContent.digest", "TopicContent.as_of", "TopicContent.opens", "AnswerContent.by", "AnswerContent.since"),
    *("DatePoint.day", "DateValue.quantiles", "PastPoint.day", "Fan.days", "StreamContent.through", "ParameterContent.reviewed"),
    "TopicContent.priors_written",
    *(
        "RowContent.start",
        "RowContent.end",
        "RowContent.known",
        "RecordSpan.start",
        "RecordSpan.end",
        "PointContent.day",
        "PointContent.known",
    ),
    *("MovePart.known", "Move.since", "Move.until", "SurpriseContent.known", "HistoryPoint.day", "HistoryContent.settled"),
    *("InformationContent.until", "SignpostContent.until", "ScorePoint.day", "InsightContent.as_of"),
    *("ContractContent.name", "ContractContent.deadline", "ContractContent.moved", "OfferContent.at", "RowSinceContent.known"),
    *("QuotePoint.at", "AnswerPoint.day"),
    *("ScenarioContent.by", "ScenarioContent.since", "CumulativeContent.through", "CumulativeContent.days"),
    *("RecordedQuestion.by", "ForecastContent.day", "ForecastContent.ended"),
    *(
        "AnswerContent.resolution",
        "AnswerContent.model_headline",
    ),  # a report that has them is refused: what is shown takes them from its record
    *("CrossingContent.start", "CrossingContent.end", "CrossingContent.day", "FailedContent.first", "FailedContent.last"),
}
NAMES = {  # names, by which parts of the JSON know one another: changed everywhere at once
    "LinkContent.parameter",
    *("BranchAnswer.question", "ScenarioContent.name", "CumulativeContent.streams"),
    *("RecordedQuestion.name", "VariantAnswer.question", "VariantContent.name", "VariantContent.draws_of", "RangeContent.label"),
    *(
        "TopicContent.name",
        "TopicContent.lead",
        "AnswerContent.name",
        "MeasureContent.question",
        "MeasureContent.label",
        "ParameterContent.name",
    ),
    *("ParameterContent.label", "ParameterContent.per", "StreamContent.name", "SeriesContent.name", "QuantityContent.name"),
    *(
        "CrossingContent.stream",
        "ShareValue.label",
        "Choice.label",
        "Category.label",
        "MovePart.name",
        "LeverageContent.name",
        "LeverageContent.stream",
    ),
    *(
        "SensitivityContent.parameter",
        "SensitivityContent.variant",
        "SensitivityContent.label",
        "PowerContent.parameter",
        "PowerContent.label",
        "SurpriseContent.stream",
    ),
    *(
        "PredictiveCheckContent.stream",
        "PredictiveCheckContent.statistic",
        "InformationContent.stream",
        "SignpostContent.stream",
        "SplitPart.parameter",
    ),
    *("SplitPart.label", "SplitContent.question", "SplitContent.label", "ClassTotal.label", "PartContent.name", "PartContent.categories"),
    *("RegimeContent.stream", "RegimeContent.streams", "RegimeContent.parameters"),
}


@cache
def full_content():
    """The sample with everything that only some reports have."""
    made = copy.deepcopy(with_forecasts(with_insight(sample_content())))
    made["warnings"] = ["Disputed."]
    made["unrecorded"] = "Days are missing."
    made["code"] = {"path": "seeds/route/model.py", "sha256": "00"}
    made["verdict"] = {
        "verdict": "disputed",
        "sentence": "They differ.",
        "checks": [{"kind": "answer", "name": "captives", "label": "", "what": "mean", "fast": 1.0, "nuts": 1.0, "error": 0.1, "z": 0.0}],
        "versions": {"pymc": "6.0.0"},
    }
    made["implied"] = [{"file": "priors", "keys": ["capture_rate"], "message": "It is odd.", "hint": "Say it otherwise."}]
    made["run"] |= {"hindcast": True}
    part = {
        "name": "anna",
        "weight": 1.0,
        "share": 1.0,
        "used": True,
        "statement": "Beta()",
        "why": "So.",
        "source": "She.",
        "points": [0.1, 0.2, 0.3],
        "categories": {},
    }
    pooled = next(each for each in made["parameters"] if not each["categories"])
    pooled |= {"pooling": "linear", "parts": [part, part | {"name": "ben", "used": False}]}
    chosen = next(each for each in made["parameters"] if each["categories"])
    labels = {each["label"]: 0.3 for each in chosen["categories"]}
    chosen |= {"pooling": "linear", "parts": [part | {"points": None, "categories": labels}]}
    stream = made["streams"][0]
    stream |= {"seen": "one or two", "texts": {"weight": "0.5", "reliability": "0.9", "wrong": "Poisson(mu=1)"}, "entering": "In part."}
    stream["rows"] = [row | {"weight": 0.5, "origin": "a wire"} for row in stream["rows"]]
    stream["next"] = {"asked": "100"}
    made["note"] = "Rates were lowered."
    made["quantities"] = [{"name": "wear", "text": "2 * capture_rate", "unit": "captures"}]
    made["insight"]["surprise"][0] |= {"seen": "one", "predicted": "two"}
    stream["rows"][0] |= {
        "said": "left",
        "origin": "a wire",
        "copy": True,
        "weight": 0.5,
        "low": 1.0,
        "high": None,
        "note": "A note.",
        "id": "a",
        "replaces": "b",
    }
    number = next(each for each in made["answers"] if each["kind"] == "distribution")
    number["value"] |= {"mean": None, "mean_error": None, "sd": None, "no_mean": "The tail is heavy."}
    pooled["posterior"] |= {"mean": None, "mean_error": None, "no_mean": "The tail is heavy."}
    made["answers"][5]["choices"] = [{"label": "indoctrination", "condition": "total(captures) > 1"}]
    across = {"stream": stream["name"], "start": "2025-12-20", "end": "2026-01-10", "edge": "since", "day": "2026-01-01"}
    across |= {
        "value": 1.0,
        "before": 0.6,
        "error": 0.01,
        "even": False,
        "adds_up": True,
        "sentence": "One lies in a row that crosses the day.",
    }
    made["answers"][0] |= {
        "annulled": "total(x) > 1",
        "annulment": {"probability": 0.1, "error": 0.01},
        "since": "2026-01-01",
        "crossings": [across],
    }
    sides = {"left": 0.6, "right": 0.5, "error": 0.01, "answers": [{"address": "route.captives", "value": 0.6, "error": 0.01}]}
    broken = {"name": "fits", "relation": "route.captives <= other.men", "why": "It must.", "verdict": "fails", **sides, "reason": ""}
    unchecked = {**broken, "verdict": "not checked", "left": None, "right": None, "error": None, "answers": [], "reason": "It has none."}
    made["relations"] = [broken, unchecked]
    fit = {"kolmogorov": 0.01, "gap": 0.02, "log": False, "size": 900.0, "sound": True, "notes": ["It loses much."]}
    linked = {
        "parameter": "capture_rate",
        "label": "of men",
        "link": "posterior(other.men)",
        "parts": [{"share": 1.0, "statement": "Beta()"}],
    }
    made["links"] = [{**linked, **fit, "variant": "bursts"}]
    made["run"] |= {"sources": {"other": "00"}}
    phases = {"states": ["quiet", "loud"], "labels": ["2025", "2026"], "probabilities": [[0.9, 0.1], [0.2, 0.8]], "observed": 1}
    moved = {"name": "phase", "stream": stream["name"], "streams": [stream["name"]], "step": "year", "parameters": [pooled["name"]]}
    made["regimes"] = [{**moved, **phases}]
    made["contracts"] = with_contracts(made)["contracts"]
    made["verdict"]["variants"] = {name: {"verdict": "disputed", "sentence": "They differ."} for name in ("base", "bursts")}
    made["variants"] = variants_of(made)
    made["answers"][0]["variants"] = {"ranges": [{"label": "", "low": 0.2, "high": 0.6}], "said": "20 to 60 %"}
    failed = {"status": "void", "value": None, "failed": {"first": "2026-01-01", "last": "2026-01-10"}}
    without = {"status": "not answerable", "value": None, "reasons": ["Nothing meets the condition."]}
    made = with_scenarios(made)
    made["answers"] += [{**made["answers"][1], "name": "voided", **failed}, {**made["answers"][1], "name": "unanswered", **without}]
    return made


def variants_of(made):
    """Two variants that answer the first question, one of which replaces a statement."""
    asked = made["answers"][0]
    answer = {"question": asked["name"], "status": asked["status"], "headline": asked["headline"], "value": asked["value"]}
    weights = {"before": 0.5, "after": 0.5, "error": 0.01, "log_evidence": -2.0, "log_evidence_error": 0.01}
    judged = {"engine": "importance", "sound": True, "verdict": "disputed", "sentence": "They differ."}
    base = {"name": "base", "why": "", "changes": [], **weights, **judged, "answers": [answer]}
    change = {"place": "streams.captures.value", "text": "Poisson(mu=1)", "why": "One each."}
    bursts = {**base, "name": "bursts", "why": "They may come in bursts.", "changes": [change], "answers": [dict(answer)]}
    wider = [{"change": "half as wide", "weights": [0.5, 0.5]}, {"change": "twice as wide", "weights": None, "note": "One has no width."}]
    return {"combine": "stated", "reason": "One has no evidence.", "rivals": [base, bursts], "wider": wider}


def leaves(content, kind=TopicContent, path=(), declared="TopicContent"):
    """Every text of a content: its path, and the shape and field that declare it; a key of a free mapping counts too."""
    for option in typing.get_args(kind) if typing.get_origin(kind) in {types.UnionType, typing.Union} else (kind,):
        origin, inner = typing.get_origin(option), typing.get_args(option)
        if typing.is_typeddict(option) and isinstance(content, dict) and content.keys() <= typing.get_type_hints(option).keys():
            hints = typing.get_type_hints(option)
            for key, value in content.items():
                yield from leaves(value, hints[key], (*path, key), f"{option.__name__}.{key}")
        elif origin is list and isinstance(content, list):
            for index, value in enumerate(content):
                yield from leaves(value, inner[0], (*path, index), declared)
        elif origin is dict and isinstance(content, dict):
            yield (*path, KEYS), f"{declared} (keys)"
            for key, value in content.items():
                yield from leaves(value, inner[1], (*path, key), declared)
        elif option is str and isinstance(content, str):
            yield path, declared


FREE = tuple(
    (path, declared) for path, declared in leaves(full_content()) if declared not in {*FIXED, *NAMES, "PartContent.categories (keys)"}
)
FIELDS = tuple(dict.fromkeys(declared for _, declared in FREE))


LABELS = (
    "MeasureContent.label",
    "ParameterContent.label",
    "ShareValue.label",
    "Choice.label",
    "Category.label",
    "SensitivityContent.label",
    "PowerContent.label",
    "SplitPart.label",
    "SplitContent.label",
    "PartContent.name",
    "PredictiveCheckContent.statistic",
)


def part_at(content, path):
    """The table or list at a path of keys."""
    for key in path:
        content = content[key]
    return content


def filled(text):
    """The content with a text in every free field, and one of its own behind each label, the same wherever the label stands."""
    made = copy.deepcopy(full_content())
    for path, declared in leaves(full_content()):
        part = part_at(made, path[:-1])
        if declared in LABELS and part[path[-1]]:
            part[path[-1]] += f" {text}"
        elif declared == "PartContent.categories (keys)":
            for label in list(part):
                part[f"{label} {text}"] = part.pop(label)
    for path, _ in FREE:
        if path[-1] is not KEYS:
            part_at(made, path[:-1])[path[-1]] = text
    for path in (path for path, _ in FREE if path[-1] is KEYS):
        part = part_at(made, path[:-1])
        renamed = [(f"{text} {index}", value) for index, value in enumerate(part.values())]
        part.clear()
        part.update(renamed)
    return with_digest(made)


def with_digest(content):
    """The content as a stranger would hand it over, read back: whole, with a digest that fits."""
    content["digest"] = digest_of(content)
    return read_content(content_bytes(content))


def padded(payload):
    """A payload as long as the harmless text it is held against: folds and cuts depend on how long a text is."""
    return (payload + " " + WORDS)[:SHORT] if len(payload) < SHORT else payload.ljust(LONG)[:LONG]


def plain(length, *, is_one_word=False):
    """A harmless text of a length; in one word where asked, since lines of a picture are broken between words."""
    return "n" * length if is_one_word else (WORDS * (length // len(WORDS) + 1))[:length]


class Tags(HTMLParser):
    """The tags of a page with the names of their attributes, and the values of those that lead or do something.

    Code, which any text may have, is left out: it has no attributes, and nothing in it but text.
    """

    def __init__(self, page):
        super().__init__(convert_charrefs=False)
        self.found, self.led = [], []
        self.is_in_code = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        """Note a tag."""
        assert not self.is_in_code
        if tag == "code" and not attributes:
            self.is_in_code = True
            return
        self.found.append((tag, tuple(name for name, _ in attributes)))
        self.led += [
            (tag, name, value) for name, value in attributes if name in {"href", "src", "style", "class", "id"} or name.startswith("on")
        ]

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag):
        """Note that a tag ends."""
        assert self.is_in_code is (tag == "code")
        self.is_in_code = False
        if tag != "code":
            self.found.append(("/", tag))

    def handle_comment(self, data):
        """Note a comment."""
        self.found.append(("comment", ()))

    handle_pi = unknown_decl = handle_comment


MARKDOWN = MarkdownIt("commonmark").enable("table").enable("strikethrough")


def blocks(text):
    """The blocks of a Markdown text and what stands in them besides words, with the addresses of links and pictures."""
    return [
        (
            token.type,
            token.tag,
            tuple(
                (child.type, child.attrGet("href"), child.attrGet("src"))
                for child in token.children or ()
                if child.type not in {"text", "softbreak", "code_inline"}
            ),
        )
        for token in MARKDOWN.parse(text)
    ]


def shapes(text):
    """The elements of a picture with the names of their attributes."""
    return [(element.tag, tuple(element.attrib)) for element in ET.fromstring(text).iter()]


def structure(content):
    """What every file of a report is made of, words aside; in names of pictures a label is followed by a hash of its text, which is left out."""
    files = render_topic(content) | render_index([content])
    found = {}
    for name, data in files.items():
        text = data.decode()
        assert escape_hidden_except_whitespace(text) == text, name
        if name.endswith(".html"):
            tags = Tags(text)
            made = (tags.found, tags.led)
        elif name.endswith(".csv"):
            made = [[cell[:1] in "=+-@" for cell in row] for row in csv.reader(text.splitlines())][1:]
        else:
            made = blocks(text) if name.endswith(".md") else shapes(text)
        found[HASHED.sub(r"\1", name)] = ast.literal_eval(HASHED.sub(r"\1", repr(made)))
    return found


@cache
def harmless(length, *, is_one_word):
    """The structure of a report with harmless texts of a length."""
    return structure(filled(plain(length, is_one_word=is_one_word)))


def compare(names):
    """Hold the report with each payload in every field against the harmless one; return how many fields and payloads were tried."""
    for name in names:
        text = padded(PAYLOADS.get(name, name))
        found = structure(filled(text))
        wanted = harmless(len(text), is_one_word=" " not in text)
        assert set(found) == set(wanted), name
        for file in wanted:
            assert found[file] == wanted[file], (name, file)
    return len(FIELDS) * len(names)


def test_every_text_of_the_shape_is_tried_or_said_to_be_fixed():
    """A text that somebody adds to the JSON must be in the sample, or be listed with those that are no free text."""
    declared = set()
    todo, seen = [TopicContent], set()
    while todo:
        kind = todo.pop()
        if kind in seen:
            continue
        seen.add(kind)
        for key, inner in typing.get_type_hints(kind).items():
            for part in parts_of(inner):
                if part is str:
                    declared.add(f"{kind.__name__}.{key}")
                elif typing.is_typeddict(part):
                    todo.append(part)
    assert declared - {field.removesuffix(" (keys)") for field in FIELDS} - FIXED - NAMES == set()
    assert (FIXED | NAMES) - declared == set()


def parts_of(kind):
    """The types that a type is made of."""
    if typing.get_origin(kind) is typing.Literal:
        return []
    return [kind, *(part for inner in typing.get_args(kind) for part in parts_of(inner))]


MIXED = "'></a></title></svg><b> | \\| [x](javascript:x) ![x](y) `\n===\n- <!-- \x1b\u202e\ud800 \"x {{ 7 }} &lt;"

CODE = "`<b>` `x\" onload='y'> </code><i>z</i>` <code>`{{ 7 }}` `a`b `\\|`"


def test_a_hostile_text_in_every_field_of_a_report_stays_text():
    """Markup, cells and code in all texts at once make no tag, block or shape that is not there without them."""
    assert len(FIELDS) == 156
    assert compare([MIXED]) == 156


def test_hostile_code_in_every_field_of_a_report_is_escaped():
    """What stands between backticks in all texts at once makes code on the pages, with nothing but text in it, and no other tag."""
    assert compare([CODE]) == 156
    files = render_topic(filled(padded(CODE)))
    assert b"<code>&lt;b&gt;</code>" in files["route.html"]


@pytest.mark.study
@pytest.mark.slow
def test_hostile_texts_in_every_field_of_a_report_stay_text():
    """Every text in all fields at once."""
    assert compare(list(PAYLOADS)) == 66 * 156


@pytest.mark.parametrize("name", ["javascript:alert(1)", "a.b", 'a"b', "a b", "../a", "a\n", "", "a)x", "é"])
@pytest.mark.parametrize("group", ["", "answers", "parameters", "streams", "series", "quantities"])
def test_a_name_that_no_topic_can_give_is_no_report(group, name):
    """Names become files, anchors and links: one that is not plain is refused with a reason before anything is made of it."""
    made = copy.deepcopy(full_content())
    (made[group][0] if group else made)["name"] = name
    with pytest.raises(ReportFault, match=r"which no topic can give; run `forecast update` to make it again$"):
        with_digest(made)
