"""What differs between two sets of reports, as the table of a pull request."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from markdown_it import MarkdownIt

from forecast.report.answer_changes import AnswerChange, answer_changes, changes_markdown
from forecast.schema import words
from tests.support.sample_report import sample_content

pytestmark = pytest.mark.medium


def answer_in(content: Any, name: str) -> Any:
    """An answer of a content, to be changed."""
    return next(answer for answer in content["answers"] if answer["name"] == name)


def table(changes: Any, **more: Any) -> str:
    """The Markdown of changes between two runs."""
    return changes_markdown(changes, earlier="commit a", later="commit b", **{"same": 0, **more})


def test_reports_that_say_the_same_have_no_changes() -> None:
    """Nothing changed says so, with how many answers were compared."""
    content = sample_content()
    found = answer_changes({"route": content}, {"route": copy.deepcopy(content)})
    assert (found.changes, found.same, found.notes) == ((), len(content["answers"]), ())
    text = table(found.changes, same=found.same)
    assert text == f"### Change of the answers\n\nFrom commit a to commit b.\n\nNo answer changes: all {found.same} are as before.\n"


def test_each_kind_of_answer_is_compared_by_the_number_it_is_known_for() -> None:
    """A probability by itself, a number by its median, a date by the chance by its deadline, options one by one; and no other answer."""
    before = sample_content()
    after = copy.deepcopy(before)
    chance = answer_in(after, "transfer_soon")
    was = chance["value"]["value"]
    chance["value"]["value"], chance["headline"] = was + 0.25, words.percent(was + 0.25)
    number = answer_in(after, "captives")["value"]
    number["quantiles"] = [point + 40 for point in number["quantiles"]]
    answer_in(after, "captives")["headline"] = words.number(number["quantiles"][2])
    shares = answer_in(after, "what_keeps_them")["value"]["shares"]
    shares[0]["value"] += 0.1
    shares[1]["value"] -= 0.1
    found = answer_changes({"route": before}, {"route": after})
    changed = {(its.question, its.label): its.change for its in found.changes}
    assert changed == {
        ("transfer_soon", ""): "+25 points",
        ("captives", ""): "+40",
        ("what_keeps_them", shares[0]["label"]): "+10 points",
        ("what_keeps_them", shares[1]["label"]): f"{words.MINUS}10 points",
    }
    assert found.same == len(before["answers"]) - 3


def test_a_change_within_its_error_is_named_as_such() -> None:
    """Within twice the Monte Carlo error of the difference a change may be chance; beyond it nothing is added."""
    before = sample_content()
    for step, ending in ((1.9, " (within its error)"), (2.1, "")):
        after, old = copy.deepcopy(before), copy.deepcopy(before)
        for content, value in ((old, 0.3), (after, 0.3 + step * 0.02 * 2**0.5)):
            answer_in(content, "transfer_soon")["value"] |= {"value": value, "error": 0.02}
            answer_in(content, "transfer_soon")["headline"] = words.percent(value)
        (change,) = answer_changes({"route": old}, {"route": after}).changes
        assert change.change.endswith("points" + ending)


def test_questions_and_reports_that_come_and_go_are_named() -> None:
    """A question without its like is new or no longer asked, and so is a whole topic's, with a note."""
    content = sample_content()
    fewer = copy.deepcopy(content)
    del fewer["answers"][0]
    name = content["answers"][0]["name"]
    (gone,) = answer_changes({"route": content}, {"route": fewer}).changes
    (new,) = answer_changes({"route": fewer}, {"route": content}).changes
    assert (gone.question, gone.change, gone.after) == (name, "no longer asked", "")
    assert (new.question, new.change, new.before) == (name, "new", "")
    assert answer_changes({}, {"route": content}).notes == ("route has its first report.",)
    assert answer_changes({"route": content}, {}).notes == ("route has no report any more.",)


def test_a_new_verdict_and_a_new_warning_are_noted() -> None:
    """What says that answers are not to be trusted is not left out where they did not move."""
    before = sample_content()
    after = copy.deepcopy(before)
    after["verdict"]["verdict"] = "disputed"
    after["warnings"] = [*after["warnings"], "The engines disagree."]
    notes = answer_changes({"route": before}, {"route": after}).notes
    assert len(notes) == 2
    assert notes[0].startswith("route: ")
    assert notes[1] == "route: The engines disagree."


def test_what_a_book_says_stays_in_its_cell() -> None:
    """Bars, line ends, markup and mentions of a hostile label make neither a cell nor a row, nor HTML."""
    hostile = "a|b`c`\n| <script>alert(1)</script> | [x](javascript:1)"
    change = AnswerChange("t", "q", hostile, hostile, hostile, "+1 point", hostile)
    html = MarkdownIt("gfm-like", {"linkify": False}).render(table([change]))
    assert html.count("<td") == 5
    assert html.count("<tr>") == 2
    assert "<script" not in html
    assert "<a " not in html


@pytest.mark.parametrize(
    ("was", "now", "shown"),
    [
        (0.0149, 0.028, ("1.5 %", "2.8 %", "+1.3 points")),  # 1 and 3 % would make 2 points
        (0.302, 0.314, ("30.2 %", "31.4 %", "+1.2 points")),
        (0.302, 0.418, ("30 %", "42 %", "+12 points")),
        (0.0004, 0.028, ("below 0.1 %", "3 %", "+2.8 points")),
    ],
)
def test_before_after_and_change_fit(was: float, now: float, shown: tuple[str, str, str]) -> None:
    """Each side has the digits that make the printed change, and its range stays beside it."""
    contents = []
    for value in (was, now):
        content = copy.deepcopy(sample_content())
        answer = answer_in(content, "transfer_soon")
        answer["value"] |= {"value": value, "error": 0.0001}
        answer["headline"] = words.percent(value, error=0.0001)
        contents.append({"route": content})
    (change,) = answer_changes(*contents).changes
    assert (change.before.partition(" (")[0], change.after.partition(" (")[0], change.change) == shown
    assert change.before.partition(" (")[2] == change.after.partition(" (")[2] == "3 to 32 %)"
