"""The scenarios of a topic stand under its leading answer: each with its probability and the answers in it, and what they mean."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from forecast.report.pages import render_topic
from forecast.report.tables import statements_table
from forecast.report.tables_scenarios import ScenarioView, scenario_view
from forecast.schema.topic import digest_of
from forecast.sentences.scenarios import SELECTION
from tests.support.sample_report import sample_content
from tests.support.sample_scenarios import with_scenarios

pytestmark = pytest.mark.medium

DAYS = "1 November 2026 to 31 December 2027"


def view_of(content: Any) -> ScenarioView:
    """What a page shows of a content that has scenarios."""
    view = scenario_view(content)
    assert view is not None
    return view


def with_open_scenarios(**changes: Any) -> Any:
    """The sample with its two open scenarios alone, and other keys of what it says of them."""
    content = with_scenarios(sample_content())
    content["scenarios"] |= {"scenarios": content["scenarios"]["scenarios"][:2], **changes}
    return content


def test_each_branch_has_its_probability_and_the_leading_answer_in_it() -> None:
    """Open scenarios have both, a settled one what became of it, and last come what is left and the answer in all futures."""
    content = with_scenarios(sample_content())
    lead = next(answer for answer in content["answers"] if answer["status"] == "open")
    assert [column.name for column in view_of(content).table.columns] == [
        "scenario",
        "probability (90 % range)",
        lead["name"].replace("_", " "),
    ]
    assert view_of(content).table.rows == (
        (f"They attack again ({DAYS})", "31 % (1 to 89 %)", "99 %"),
        (f"All for all ({DAYS})", "below 0.1 %", "not known"),
        (f"It began ({DAYS})", "has come about", ""),
        (f"It never begins ({DAYS})", "can no longer come about", ""),
        ("A ratio", "not answerable", ""),
        ("None of those open", "65 %", lead["headline"]),
        ("All futures", "", lead["headline"]),
    )


def test_a_question_with_the_condition_of_a_scenario_and_other_days_is_named() -> None:
    """Else a reader sees two numbers for the same words; of the same days, or of another condition, nothing is said."""
    content = with_open_scenarios()
    lead = next(answer for answer in content["answers"] if answer["kind"] == "probability" and answer["status"] == "open")
    lead |= {"answer": "total( captures )>=4", "since": "2026-12-01", "by": "2027-12-31", "given": ""}
    for its in content["scenarios"]["scenarios"][1:]:
        its["when"] = "total(captures) >= 5"
    said = f"The scenario “They attack again” (31 %) and the question “{lead['asks']}” ({lead['headline']}) have the same condition, but count different days: {DAYS}, and 1 December 2026 to 31 December 2027."
    assert [note for note in view_of(content).notes if "different days" in note] == [said]
    for change in ({"since": "2026-11-01"}, {"answer": "total(captures) >= 3"}, {"given": "total(captures) >= 1"}, {"status": "happened"}):
        before = {key: lead[key] for key in change}
        lead |= change
        assert [note for note in view_of(content).notes if "different days" in note] == [], change
        lead |= before
    lead["since"] = None
    assert f"{DAYS}, and up to 31 December 2027." in " ".join(view_of(content).notes)


def test_every_open_answer_is_in_a_table_of_its_own_where_they_are_many() -> None:
    """It has a line for each question, the leading one first, and a column for each branch that is open."""
    content = with_scenarios(sample_content())
    content["lead"] = "captives"
    answers = view_of(content).answers
    assert answers is not None
    assert [column.name for column in answers.columns] == ["question", "All futures", "battle", "exchange", "None of those open"]
    asked = [answer["asks"] for answer in content["answers"] if answer["status"] == "open"]
    captives = next(answer["asks"] for answer in content["answers"] if answer["name"] == "captives")
    assert [row[0] for row in answers.rows] == [captives, *(asks for asks in asked if asks != captives)]
    assert answers.rows[0][3] == "not known"
    assert " to " in answers.rows[0][2]  # a number has its 90 % range
    when = next(row for row in answers.rows if row[0] == "When will the next soldier be taken alive?")
    assert "likely" in when[2]


def test_three_answers_stand_beside_the_probability_and_four_do_not() -> None:
    """With three open answers one table has all of them; with four there is a second."""
    content = with_open_scenarios()
    names = [answer["question"] for answer in content["scenarios"]["none"]["answers"]]
    for count, apart in ((1, False), (3, False), (4, True)):
        fewer = copy.deepcopy(content)
        for branch in (*fewer["scenarios"]["scenarios"], fewer["scenarios"]["none"]):
            branch["answers"] = [answer for answer in branch["answers"] if answer["question"] in names[:count]]
        view = view_of(fewer)
        assert (view.answers is not None) == apart
        assert len(view.table.columns) == 2 + (1 if apart else count)


@pytest.mark.parametrize(
    ("several", "said"),
    [
        ({"value": 0.0, "error": 0.0001, "at_most": 0.0002}, "They exclude each other: no simulated future has two of them. "),
        ({"value": 0.0001, "error": 0.00005}, "They can come about together: the chance of two or more is below 0.1 %. "),
        ({"value": 0.04, "error": 0.001}, "They can come about together: the chance of two or more is 4 %. "),
    ],
)
def test_a_page_says_whether_scenarios_exclude_each_other_and_what_is_left(several: dict[str, float], said: str) -> None:
    """One simulated future with two of them is enough for that they do not."""
    assert view_of(with_open_scenarios(several=several)).notes[0] == f"{said}The chance that none comes about is 65 %."


def test_what_is_left_is_that_of_the_open_ones_where_some_are_settled() -> None:
    """With scenarios that the record has settled the sentence and the table speak of the others."""
    note = view_of(with_scenarios(sample_content())).notes[0]
    assert note.startswith("Those that are open can come about together: ")
    assert note.endswith("The chance that none of these comes about is 65 %.")
    assert view_of(with_open_scenarios()).table.rows[-2][0] == "None of these"


def test_scenarios_that_cover_every_future_leave_nothing() -> None:
    """A sentence says so, and neither table has a branch that no simulated future is in; with one future left both have it."""
    answers = with_open_scenarios()["scenarios"]["none"]["answers"]
    for chance, is_left in ((0.0, False), (0.00001, True)):
        view = view_of(with_open_scenarios(none={"probability": {"value": chance, "error": 0.00005}, "answers": answers}))
        assert view.answers is not None
        assert view.notes[0].endswith("Every simulated future has at least one of them.") != is_left
        assert ("None of these" in [row[0] for row in view.table.rows]) == is_left
        assert ("None of these" in [column.name for column in view.answers.columns]) == is_left
        assert view.table.rows[-1][0] == "All futures"
    unknown = [{**answer, "headline": "no answer", "value": None, "paths": 0.0} for answer in answers]
    content = with_open_scenarios(none={"probability": {"value": 0.0, "error": 0.00005}, "answers": unknown})
    content["scenarios"]["scenarios"].pop()
    assert not any("not known" in note for note in view_of(content).notes)


def test_a_single_scenario_excludes_nothing() -> None:
    """Of one scenario the table says what is left, and no sentence."""
    content = with_open_scenarios(several=None)
    content["scenarios"]["scenarios"].pop()
    assert not any("exclude" in note for note in view_of(content).notes)


def test_selection_is_said_where_an_answer_differs_and_nowhere_else() -> None:
    """With the same answers in all branches there is no difference to explain."""
    content = with_open_scenarios()
    assert SELECTION in view_of(content).notes
    first = content["scenarios"]["scenarios"][0]
    first["answers"][0] = copy.deepcopy(content["scenarios"]["none"]["answers"][0])
    assert SELECTION not in view_of(content).notes


def test_what_is_not_known_says_why() -> None:
    """Too few futures, an answer that cannot be worked out there, and a scenario that cannot."""
    notes = view_of(with_scenarios(sample_content())).notes
    assert "Where “not known” stands, fewer than 100 simulated futures are left to count." in notes
    assert "Not known in a scenario: It divides by nothing." in notes
    assert "“A ratio” is not answerable: It cannot be worked out in 3 % of the cases." in notes
    content = with_open_scenarios()
    content["scenarios"]["scenarios"].pop()
    assert not any("not known" in note.lower() for note in view_of(content).notes)


def test_a_record_that_has_settled_every_scenario_leaves_the_status_of_each() -> None:
    """Then there is no branch, and no answer in one."""
    content = with_scenarios(sample_content())
    content["scenarios"] |= {"scenarios": content["scenarios"]["scenarios"][2:4], "none": None, "several": None}
    view = view_of(content)
    assert view.table.rows == ((f"It began ({DAYS})", "has come about"), (f"It never begins ({DAYS})", "can no longer come about"))
    assert (view.answers, view.notes) == (None, ("The record has settled all of them.",))


def test_page_and_markdown_have_the_scenarios_between_the_lead_and_the_other_questions() -> None:
    """Both show the same cells and notes, under one heading."""
    content = with_scenarios(sample_content())
    files = render_topic({**content, "digest": digest_of(content)})
    page, text = files["route.html"].decode(), files["route.md"].decode()
    for shown, heading, others in (
        (page, "<h3>Scenarios</h3>", 'class="questions compact"'),
        (text, "### Scenarios", "### The other open"),
    ):
        assert shown.count(heading) == 1
        assert shown.index(heading) < shown.index("They attack again") < shown.index(SELECTION) < shown.index(others)
    assert f"| They attack again ({DAYS}) | 31 % (1 to 89 %) | 99 % |" in text
    plain = render_topic(sample_content())
    assert "Scenarios" not in plain["route.html"].decode() + plain["route.md"].decode()


def test_the_conditions_stand_among_the_statements() -> None:
    """Each with the days that count."""
    rows = statements_table(with_scenarios(sample_content())).rows
    assert ("scenario", "battle", "total(captures) >= 4", "from 1 November 2026, by 31 December 2027") in rows
    assert ("scenario", "broken", "total(captures) >= 4", "") in rows
