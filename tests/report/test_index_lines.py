"""The index: what leads, what is due soon, and the rest by topic, each question once."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from forecast.report.index_lines import index_lines
from forecast.report.pages import render_index
from forecast.report.summary import question_summaries
from forecast.schema.topic import digest_of
from tests.support.sample_insight import with_insight
from tests.support.sample_report import sample_content

pytestmark = pytest.mark.medium


def topic(name: str, **changed: Any) -> Any:
    """The sample under a name."""
    content = {**copy.deepcopy(with_insight(sample_content())), "name": name, **changed}
    content["digest"] = digest_of(content)
    return content


def lines_of(*contents: Any, order: tuple[str, ...] = ()) -> Any:
    """What the index lists of some topics."""
    return index_lines(contents, {its["name"]: question_summaries(its, "plain") for its in contents}, order)


@pytest.mark.parametrize(
    ("order", "first", "topics"),
    [
        ((), ["east.transfer_soon", "west.transfer_soon"], ("east", "west")),
        (("west",), ["west.transfer_soon", "east.transfer_soon"], ("west", "east")),
        (("west.captives", "west"), ["west.captives", "west.transfer_soon", "east.transfer_soon"], ("west", "east")),
        (("west.captives", "east.if_many", "west.when_next"), ["west.captives", "east.if_many", "west.when_next"], ("west", "east")),
        (("west.second_transfer",), ["west.transfer_soon", "east.transfer_soon"], ("west", "east")),  # of the same event
        (("west.first_transfer",), ["east.transfer_soon"], ("west", "east")),  # which is settled
        (("north", "east.nothing"), ["west.transfer_soon"], ("east", "west")),  # which the book's check refuses
    ],
)
def test_the_order_of_the_book_leads(order, first, topics):
    """Questions stand in the order of the book, then the leading question of each topic it does not name."""
    found = lines_of(topic("east"), topic("west"), order=order)
    assert [f"{line.topic['name']}.{line.answer['name']}" for line in found.first] == first
    assert found.topics == topics


def test_every_open_question_is_listed_once():
    """A question that leads is not listed again under its topic, and questions of one event have one line."""
    content = topic("east")
    found = lines_of(content, order=("east.captives", "east.if_many"))
    lines = [*found.first, *found.others["east"]]
    names = [answer["name"] for line in lines for answer in (line.answer, *line.same)]
    assert sorted(names) == sorted(answer["name"] for answer in content["answers"] if answer["status"] == "open")


@pytest.mark.parametrize(("by", "is_due"), [("2026-12-11", True), ("2026-12-12", False)])
def test_what_ends_within_two_months_is_due(by, is_due):
    """The sixtieth day from the day of the report counts, the day after does not, and what is settled is never due."""
    content = topic("east")
    assert content["as_of"] == "2026-10-12"
    for answer in content["answers"]:
        answer["by"] = by if answer["name"] in {"captives", "first_transfer"} else "2030-12-31" if answer["by"] else None
    assert [(line.by, line.anchor) for line in lines_of(content).due] == ([(by, "captives")] if is_due else [])


def test_answers_are_worded_by_their_type_and_say_when_they_moved():
    """A choice is named with its chance, and each line has the last news that moved it, or says that none has."""
    content = topic("east")
    found = lines_of(content)
    lines = {line.answer["name"]: line for line in [*found.first, *found.others["east"]]}
    choice = lines["what_keeps_them"].headline
    assert choice.in_words == f"{choice.about}, {choice.figure}"
    assert all(line.last.startswith(("Last moved ", "No news has moved it.")) for line in lines.values())
    page = render_index([content])
    for name in ("index.html", "index.md"):
        text = page[name].decode().replace("\u00a0", " ")
        assert choice.in_words in text
        assert all(line.last.replace(" ", " ") in text for line in lines.values())


def test_every_line_of_the_index_has_the_range_of_its_answer():
    """Both forms show it, of what leads, of what is due and of the others."""
    content = topic("east")
    for answer in content["answers"]:
        answer["by"] = "2026-12-01" if answer["name"] == "captives" else answer["by"]
    found = lines_of(content)
    lines = [*found.first, *found.others["east"]]
    assert [due.range for due in found.due] == [line.range for line in lines if line.answer["name"] == "captives"] != [""]
    ranges = [its.range for its in (*lines, *found.due) if its.range]
    assert len(ranges) > 3
    page = render_index([{**content, "digest": digest_of(content)}])
    for name in ("index.html", "index.md"):
        text = page[name].decode().replace("\u00a0", " ")
        in_sentences = sum(line.summary.said.replace("\u00a0", " ").count(line.range) for line in lines if line.range)
        assert sum(text.count(said) for said in set(ranges)) == len(ranges) + in_sentences


def test_a_leading_answer_under_a_warning_says_so():
    """What leads stands above its topic's warning, and so names it."""
    quiet, warned = topic("east"), topic("west", warnings=["Disputed. The two engines disagree."])
    assert [line.has_warning for line in lines_of(quiet, warned).first] == [False, True]
    assert render_index([quiet])["index.html"].count(b"under a warning") == 0
    leading = render_index([quiet, warned])["index.html"].decode().split('id="due-soon"')[0].split("<section")[1]
    assert leading.count("under a warning") == 1


def related(relation: str, verdict: str = "holds") -> dict[str, Any]:
    """A relation as a report has it."""
    return {
        "name": "one_number",
        "relation": relation,
        "why": "Both ask it.",
        "verdict": verdict,
        "left": 0.2,
        "right": 0.2,
        "error": 0.01,
        "answers": [],
        "reason": "",
    }


EQUAL = "west.transfer_soon == east.transfer_soon"


@pytest.mark.parametrize(
    ("relations", "joined"),
    [
        ((related(EQUAL),), True),
        ((related(EQUAL, "fails"),), False),
        ((related(EQUAL, "not checked"),), False),
        ((related(EQUAL), related(EQUAL, "fails")), False),  # as one of the two reports has it
        ((related("west.transfer_soon <= east.transfer_soon"),), False),
        ((related("west.transfer_soon == 2 * east.transfer_soon"),), False),
        ((related("west.what_keeps_them[fear] == east.what_keeps_them[fear]"),), False),
        ((related("north.transfer_soon == east.transfer_soon"),), False),  # which has no report
    ],
)
def test_a_number_of_two_topics_is_listed_once(relations, joined):
    """Where the book sets two questions equal, the later one stands with the earlier; where that is not known, or fails, each has its line."""
    contents = [topic("east", relations=list(relations)), topic("west", relations=list(relations))]
    found = lines_of(*contents, order=("east.transfer_soon", "west.captives"))
    wests = [line.answer["name"] for line in found.others["west"]]
    assert ("transfer_soon" not in wests) == joined
    assert [(its["name"], answer["name"]) for its, answer in found.first[0].equal][:1] == ([("west", "transfer_soon")] if joined else [])
    page = render_index(contents, order=("east.transfer_soon", "west.captives"))
    assert all((text.decode().count("The same number in ") > 0) == joined for text in page.values())


def test_questions_that_lead_are_never_joined():
    """The book's order stands, even where it has two questions of one number."""
    contents = [topic("east", relations=[related(EQUAL)]), topic("west", relations=[related(EQUAL)])]
    assert [line.topic["name"] for line in lines_of(*contents).first] == ["east", "west"]


def test_topics_with_nothing_left_to_list_stand_in_one_list():
    """A topic whose open questions all lead has a line at the end; under a warning it has its section all the same."""

    def alone(name: str, **changed: Any) -> Any:
        content = topic(name, **changed)
        content["answers"] = [answer for answer in content["answers"] if answer["name"] in {"transfer_soon", "first_transfer"}]
        content |= {"insight": None, "scenarios": [], "variants": [], "lead": "transfer_soon"}
        content["digest"] = digest_of(content)
        return content

    texts = render_index([alone("east"), alone("west", warnings=["Disputed. The two engines disagree."]), topic("north")])
    page, text = texts["index.html"].decode(), texts["index.md"].decode()
    assert 'id="other-topics">Other topics<' in page
    assert '<li id="east">' in page
    assert all(f'<h2 id="{name}">' in page for name in ("west", "north"))
    assert page.count("Its open question stands above.") == text.count("Its open question stands above.") == 2
    assert "\n## Other topics\n" in text
    assert 'id="other-topics">Topics<' in render_index([alone("east")])["index.html"].decode()
    assert "No topic has been reported on yet." in render_index([])["index.html"].decode()
