"""Scenarios from a topic's file to its report, to `show` and to `check`, with and without variants."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from forecast.actions.check import check
from forecast.actions.update import plan_update, update
from forecast.content.reasons import with_reasons
from forecast.model.settings import Settings
from forecast.schema.topic import TopicContent, read_content
from tests.support.bad_english import bad_english
from tests.support.command_line import CliRunner, commands
from tests.support.generated_sentences import page_prose
from tests.support.small_books import book_of, write_book
from tests.support.variant_books import ROWS, VARIANTS, write_variant_book

pytestmark = pytest.mark.medium

DAY = date(2025, 10, 1)
SCENARIOS = """
[scenarios.many_more]
title = "Five more by the end of 2026"
when = "total(events) >= 11"
by = 2026-12-31

[scenarios.none_soon]
title = "None by the spring"
when = "total(events) == 0"
since = 2025-10-01
by = 2026-03-31

[scenarios.begun]
title = "It has begun"
when = "total(events) >= 1"
by = 2026-12-31
"""


def report_of(root: Path) -> TopicContent:
    """The report of the topic ``made`` after an update without referee and without why."""
    done = update(
        root,
        as_of=DAY,
        today=DAY,
        settings=Settings(draws=2_048),
        cache=None,
        clock=lambda: datetime(2025, 10, 1, 8, 30, tzinfo=UTC),
        referee=False,
        insight=False,
    )
    assert done.exit_code == 0, done.problems
    return read_content((root / "reports/made.json").read_bytes())


def test_a_report_has_each_scenario_with_the_answers_in_it(tmp_path: Path) -> None:
    """The JSON has their conditions as written, chances with errors, values without curves, and statuses; the page has them all."""
    write_book(tmp_path, answer="total(events) >= 12", rows=ROWS, more=SCENARIOS)
    content = report_of(tmp_path)
    many, none_soon, begun = content["scenarios"]["scenarios"]
    assert (many["name"], many["title"], many["when"]) == ("many_more", "Five more by the end of 2026", "total(events) >= 11")
    assert (many["by"], many["since"], many["status"]) == ("2026-12-31", None, "open")
    assert (none_soon["by"], none_soon["since"], none_soon["status"]) == ("2026-03-31", "2025-10-01", "open")
    assert (begun["status"], begun["answers"]) == ("happened", [])
    whole = content["answers"][0]["value"]
    within: Any = many["answers"][0]["value"]
    assert within["value"] > whole["value"] + 0.2  # type: ignore[index,operator]
    assert many["probability"] is not None
    assert within["value"] * many["probability"]["value"] == pytest.approx(whole["value"], abs=1e-4)  # type: ignore[index,typeddict-item]
    page = (tmp_path / "reports/made.md").read_text(encoding="utf-8")
    assert page.index("### Scenarios") < page.index("Five more by the end of 2026") < page.index("None by the spring")
    assert "| It has begun (up to 31 December 2026) | has come about |  |" in page
    assert [*bad_english(page_prose(content))] == []


def test_scenarios_of_a_topic_with_variants_are_mixed(tmp_path: Path) -> None:
    """Whole and part fit: within a scenario that contains the question's event, the answer times its chance is the answer."""
    write_variant_book(tmp_path, more=VARIANTS + SCENARIOS)
    content = report_of(tmp_path)
    many = content["scenarios"]["scenarios"][0]
    whole, within = (its["value"]["value"] for its in (content["answers"][0], many["answers"][0]))  # type: ignore[index,typeddict-item]
    assert many["probability"] is not None
    assert within * many["probability"]["value"] == pytest.approx(whole, abs=1e-4)
    assert "variants" in content


def test_show_prints_the_answer_in_each_open_scenario(tmp_path: Path) -> None:
    """One line names each with its chance; the JSON has the same under `scenarios`."""
    write_book(tmp_path, answer="total(events) >= 12", rows=ROWS, more=SCENARIOS)
    content = report_of(tmp_path)
    shown = CliRunner().invoke(commands(), ["show", "made.many", "--book", str(tmp_path)]).stdout
    (line,) = (line for line in shown.splitlines() if "In scenarios" in line)
    many = content["scenarios"]["scenarios"][0]["answers"][0]["headline"]
    assert re.match(r"  In scenarios: many more \([^()]+ %, 90 % range [^()]+ to [^()]+ %\) ", line)
    assert f") {many}; none soon (" in line
    assert "begun" not in line


def test_check_warns_of_scenarios_that_the_record_has_settled(tmp_path: Path) -> None:
    """One that has come about and one that cannot any more are named with their place; open ones are not."""
    gone = '\n[scenarios.gone]\ntitle = "Never"\nwhen = "total(events) <= 5"\nby = 2026-12-31\n'
    write_book(tmp_path, since="2025-10-02", rows=ROWS, more=SCENARIOS + gone)
    problems = [its for its in check(tmp_path, None, as_of=DAY).problems if "settle this scenario" in its.message]
    assert [(its.message.rpartition(": ")[2], its.level) for its in problems] == [
        ("it has come about", "warning"),
        ("it can no longer come about", "warning"),
    ]
    lines = (tmp_path / "seeds/made/topic.toml").read_text(encoding="utf-8").splitlines()
    assert [lines[its.place.line - 1] for its in problems] == ["[scenarios.begun]", "[scenarios.gone]"]
    assert problems[0].hint == "`since = 2025-10-02` counts from tomorrow"


def test_a_title_is_filled_in_and_no_number_changes(tmp_path: Path) -> None:
    """With another title a report differs in it and in its hash of words alone."""
    write_book(tmp_path, rows=ROWS, more=SCENARIOS)
    content = report_of(tmp_path)
    book, _ = book_of(tmp_path, rows=ROWS, more=SCENARIOS.replace("It has begun", "It began"))
    renewed = with_reasons(content, book.topics["made"])
    assert renewed["scenarios"]["scenarios"][2]["title"] == "It began"
    assert renewed["answers"] == content["answers"]
    assert renewed["scenarios"]["scenarios"][:2] == content["scenarios"]["scenarios"][:2]


def test_a_plan_names_the_scenario_that_changed(tmp_path: Path) -> None:
    """Of a condition that is not the report's the plan says which it is, and of a new or a missing one too."""
    write_book(tmp_path, rows=ROWS, more=SCENARIOS)
    report_of(tmp_path)
    write_book(tmp_path, rows=ROWS, more=SCENARIOS.replace(">= 11", ">= 10").replace("[scenarios.begun]", "[scenarios.begun_now]"))
    plan = plan_update(tmp_path, as_of=DAY, today=DAY, settings=Settings(draws=2_048), cache=None, referee=False, insight=False)
    assert "scenario `many_more`, scenario `begun_now`, scenario `begun`" in plan.plans["made"].reason


def test_too_far_a_scenario_is_refused_at_its_date(tmp_path: Path) -> None:
    """More steps than can be simulated are a problem of the scenario's `by`."""
    far = SCENARIOS.replace('>= 11"\nby = 2026-12-31', '>= 11"\nby = 2999-12-31')
    write_book(tmp_path, rows=ROWS, more=far)
    (problem,) = (its for its in check(tmp_path, None, as_of=DAY).problems if its.level == "error")
    assert "can be simulated" in problem.message
    line = (tmp_path / "seeds/made/topic.toml").read_text(encoding="utf-8").splitlines()[problem.place.line - 1]
    assert line == "by = 2999-12-31"
