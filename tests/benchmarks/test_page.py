"""The committed result is whole, and forecast/COSTS.md shows it."""

from __future__ import annotations

import pytest

from tests.benchmarks.cases import all_cases
from tests.benchmarks.comparisons import OURS
from tests.benchmarks.page import PAGE, PARTS, page_with
from tests.benchmarks.refresh import NEEDED, refresh_table
from tests.benchmarks.result import read_result


def test_the_result_has_every_case_and_each_missed_target_a_profile():
    """The committed result has all cases; where a target is missed it says what costs most."""
    cases = read_result()["cases"]
    assert set(cases) == set(all_cases())
    assert [name for name, row in cases.items() if row.get("met") is False and "profile" not in row] == []


def test_all_programs_find_the_same_mean():
    """In the committed result the first unknown's mean is that of the fast engine within five standard errors of chains."""
    cases = read_result()["cases"]
    spread = {"schools": 3.4, "logistic": 0.06, "normal": 0.02}  # standard deviations of the posteriors
    for name, sd in spread.items():
        tools = {tool: row for tool, row in cases[name]["tools"].items() if "mean" in row}
        assert len(tools) >= 3
        for row in tools.values():
            error = 5 * sd * (row["effective_draws"] ** -0.5 + tools[OURS]["effective_draws"] ** -0.5) + 0.005 * abs(row["mean"])
            assert row["mean"] == pytest.approx(tools[OURS]["mean"], abs=error)


def test_the_page_shows_the_last_result():
    """What stands between the marks of forecast/COSTS.md is made from the committed result; another result makes another page."""
    page, result = PAGE.read_text("utf-8"), read_result()
    assert [f"<!-- made by tests/benchmarks: {part} -->" in page for part in PARTS] == [True] * len(PARTS)
    assert page_with(page, result) == page
    result["cases"]["topics"]["marginal_ms"][-1] = 12345.6
    assert "12,346 ms" in page_with(page, result)


def test_a_hundred_thousand_topics_cost_a_hundred_thousand_times_the_slope():
    """36 ms a topic are one CPU hour, 20 kB a topic 2 GB; the smaller of what cache and memory hold says how many books there are."""
    growing = {"marginal_ms": [90.0, 36.0], "sizes": [30, 100, 300], "peak_mb": [50.0, 60.0, 80.0]}
    cases = dict.fromkeys(NEEDED, growing) | {"topics": growing | {"kb_per_topic": {"reports": 20.0, "ledger": 2.0, "cache": 300.0}}}
    shown = refresh_table({"cases": cases})
    assert "| all topics new | 36 ms | 1 CPU hours |" in shown
    assert "| JSON reports | 20 kB | 2 GB |" in shown
    assert "| memory of the largest process | 100 kB | 10 GB |" in shown
    assert (
        "about 3,600 such topics, and 1 GiB of memory suffices for an update of about 10,000. With at most 3,500 topics in a book and a cache folder for each, 100,000 topics are 29 books."
        in shown
    )
    assert not refresh_table({"cases": {}})
