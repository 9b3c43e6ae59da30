"""An update of topics with links: in their order, from what was kept, and anew where another topic's rows have changed."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forecast.actions.export import pymc_program
from forecast.actions.linked_reports import reports_left_behind
from forecast.actions.plan import TopicPlan, waves_of_links
from forecast.actions.update import UpdateResult, plan_update, update
from forecast.actions.whatif import suppose
from forecast.book.files.problems import has_errors
from forecast.book.reading import read_book
from forecast.model.settings import Settings
from tests.support.linked_books import DAY, SOURCE_PRIORS, SOURCE_ROWS, linked_priors, write_chained_book, write_linked_book
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium

SETTINGS = Settings(draws=2_048, chances=False)
ROW = "2025-03-01,2025-03-31,4,5,2025-04-01,https://example.org/more\n"


def updated(root: Path, cache: Path | None, *topics: str, day: date = DAY, processes: int = 1) -> UpdateResult:
    """An update without a referee and insight."""
    return update(
        root,
        topics=topics or None,
        as_of=day,
        today=DAY,
        settings=SETTINGS,
        referee=False,
        insight=False,
        pages=False,
        processes=processes,
        cache=cache,
    )


def steps(root: Path, cache: Path | None) -> dict[str, tuple[str, ...]]:
    """What an update would compute of each topic."""
    made = plan_update(root, as_of=DAY, today=DAY, settings=SETTINGS, referee=False, insight=False, cache=cache)
    assert made.problems == ()
    return {name: plan.steps for name, plan in made.plans.items()}


def report(root: Path, topic: str, directory: str = "reports") -> Mapping[str, Any]:
    """A topic's report as it was written."""
    content: Mapping[str, Any] = json.loads((root / directory / f"{topic}.json").read_text(encoding="utf-8"))
    return content


def test_the_report_says_what_carries_the_posterior_and_how_far_it_is(tmp_path: Path):
    """Beside the prior as it is written, and the hash of the topic that it is from."""
    write_linked_book(tmp_path)
    assert updated(tmp_path, None).problems == ()
    content = report(tmp_path, "target")
    (link,) = content["links"]
    assert (link["parameter"], link["link"], link["sound"], link["notes"]) == ("chance", "posterior(source.share)", True, [])
    assert [part["statement"].partition("(")[0] for part in link["parts"]] == ["Beta"]
    assert 0 < link["kolmogorov"] < 0.02
    assert content["parameters"][0]["statement"] == "posterior(source.share)"
    assert list(content["run"]["sources"]) == ["source"]
    assert "links" not in report(tmp_path, "source")


def test_the_same_bytes_whatever_was_kept_and_whoever_computes(tmp_path: Path):
    """Source and target together, with a cache or without, side by side or in turn, and the target alone."""
    bytes_of = {}
    for name, cache, topics, processes in (
        ("bare", None, (), 1),
        ("kept", tmp_path / "cache", (), 1),
        ("processes", tmp_path / "other", (), 2),
        ("alone", tmp_path / "third", ("target",), 1),
    ):
        root = tmp_path / name
        write_linked_book(root)
        assert updated(root, cache, *topics, processes=processes).problems == ()
        bytes_of[name] = (root / "reports/target.json").read_bytes()
        assert (root / "reports/source.json").exists() == (name != "alone")
    assert len(set(bytes_of.values())) == 1


def test_a_row_of_the_source_has_both_computed_anew(tmp_path: Path):
    """Before, nothing is; the target's own row leaves the source as it is."""
    root, cache = tmp_path / "book", tmp_path / "cache"
    write_linked_book(root)
    updated(root, cache)
    assert steps(root, cache) == {"source": (), "target": ()}
    before = report(root, "target")["links"]
    path = root / "seeds/source/cases.csv"
    path.write_text(path.read_text() + ROW)
    assert steps(root, cache) == {"source": ("condition", "simulate"), "target": ("condition", "simulate")}
    assert "the posterior of `source`" in updated(root, cache).plans["target"].reason
    assert report(root, "target")["links"] != before
    path = root / "seeds/target/cases.csv"
    path.write_text(path.read_text() + "2025-04-01,2025-04-30,4,5,2025-05-01,https://example.org/others\n")
    assert steps(root, cache) == {"source": (), "target": ("condition", "simulate")}


def test_a_topic_that_waits_for_its_source_is_named(tmp_path: Path):
    """Of an update of the source alone the topics behind its links are told, also behind two; an update of all of them, of a target or of nothing new tells none."""
    write_linked_book(tmp_path)
    shutil.copytree(tmp_path / "seeds/target", tmp_path / "seeds/further")
    (tmp_path / "priors/further.toml").write_text(linked_priors("posterior(target.chance)", name="chance"))
    plans = plan_update(tmp_path, as_of=DAY, today=DAY, settings=SETTINGS, referee=False, insight=False).plans
    assert reports_left_behind(tmp_path, [plans["source"]]) == ("further", "target")
    assert reports_left_behind(tmp_path, [plans["target"], plans["source"]]) == ("further",)
    assert reports_left_behind(tmp_path, [plans["further"]]) == ()
    assert reports_left_behind(tmp_path, list(plans.values())) == ()
    assert reports_left_behind(tmp_path, [replace(plans["source"], steps=("simulate",))]) == ()


def test_words_of_the_source_leave_the_target_as_it_is(tmp_path: Path):
    """A reason there moves no number here."""
    root, cache = tmp_path / "book", tmp_path / "cache"
    write_linked_book(root)
    updated(root, cache)
    (root / "priors/source.toml").write_text(SOURCE_PRIORS.replace("made up", "invented"))
    assert steps(root, cache) == {"source": (), "target": ()}


def test_a_hindcast_has_the_sources_posterior_of_its_day(tmp_path: Path):
    """Between the two rows of the source, its first alone."""
    write_linked_book(tmp_path)
    updated(tmp_path, None, day=date(2025, 2, 15))
    prior = report(tmp_path, "target", "reports/as-of/2025-02-15")["parameters"][0]["prior"]
    assert prior["mean"] == pytest.approx(5 / 15, abs=0.006)


def test_a_source_that_fails_fails_the_target_with_its_name(tmp_path: Path):
    """And a third topic is published; the message stands at the link."""
    write_linked_book(tmp_path)
    path = tmp_path / "seeds/source/topic.toml"
    path.write_text(path.read_text().replace("Binomial(n=seen, p=share)", "Binomial(n=seen, p=share + share)"))
    made = updated(tmp_path, None)
    assert set(made.failed) <= {"source", "target"}
    assert "target" in made.failed
    (problem,) = made.failed["target"].problems
    assert problem.place.path == "priors/target.toml"
    assert problem.message.startswith("`source`, whose posterior this is, cannot be computed: ")


def test_a_chain_of_links_is_followed(tmp_path: Path):
    """The middle one's posterior, which rests on the first one's, is carried on."""
    write_chained_book(tmp_path)
    made = updated(tmp_path, None)
    assert [problem.message for problem in made.problems] == []
    posterior = report(tmp_path, "last")["parameters"][0]["posterior"]
    assert posterior["mean"] == pytest.approx((9 + 5 + 5) / (27 + 18), abs=0.008)


def test_the_page_shows_the_fit_and_what_counts_twice(tmp_path: Path):
    """Beside the prior: what carries it, how far that is from the draws, and a note on a row that both topics have."""
    row = "2025-02-01,2025-02-28,5,9,2025-04-01,https://example.org/second\n"
    write_linked_book(tmp_path, target_rows=SOURCE_ROWS.splitlines()[0] + "\n" + row)
    made = update(tmp_path, topics=["target"], as_of=DAY, today=DAY, settings=SETTINGS, referee=False, insight=False)
    message = "this row counts twice: `source`, which a link leads to, has one with the same source and days (seeds/source/cases.csv:3)"
    assert [problem.message for problem in made.problems] == [message]
    (link,) = made.contents["target"]["links"]
    assert link["notes"] == [message]
    page = (tmp_path / "reports/target.md").read_text(encoding="utf-8")
    (line,) = [line for line in page.splitlines() if line.startswith("| posterior(source.share) |")]
    cells = [cell.strip() for cell in line.strip("|").split(" | ")]
    assert cells[1].startswith("`Beta(alpha=")
    assert cells[2] == f"{link['kolmogorov']:.2g}"
    assert cells[3] == f"{link['gap']:.2g} sd"
    assert cells[5].startswith("This row counts twice")


def test_an_exported_program_has_the_fit_in_numbers_and_says_where_they_are_from(tmp_path: Path):
    """A comment above the declaration, with the day."""
    write_linked_book(tmp_path)
    made = pymc_program(tmp_path, "target", as_of=DAY, settings=SETTINGS)
    lines = [line.strip() for line in made.text.splitlines()]
    (at,) = [
        at for at, line in enumerate(lines) if line.startswith("# chance: fitted to draws of posterior(source.share) as of 2025-06-01")
    ]
    assert lines[at + 2].startswith('chance = pm.Beta("chance", alpha=')
    assert re.search(r"(?<!_)posterior\(", "".join(line for line in lines if not line.startswith("#"))) is None


def test_another_prior_may_be_tried_in_the_place_of_a_link(tmp_path: Path):
    """`whatif` answers with the link before, and with the statement after."""
    write_linked_book(tmp_path)
    tried = suppose(tmp_path, "target", priors={"chance": "Beta(alpha=1, beta=1)"}, rows=(), as_of=DAY, settings=SETTINGS)
    assert tried.problems == ()
    before, after = (answers["next_one"]["value"]["value"] for answers in (tried.before, tried.after))
    assert (before, after) == (pytest.approx(14 / 36, abs=0.01), pytest.approx(6 / 11, abs=0.01))


def test_a_topic_comes_after_its_sources_and_otherwise_as_late_as_it_may():
    """Of the essay's book: what captives want is from `return`, three topics are from it; `arrivals` has no link, and nothing waits for it."""

    def plans(*names: str) -> dict[str, TopicPlan]:
        return {name: TopicPlan(name, (), "") for name in names}

    book, problems = read_book(ROOT)
    assert not has_errors(problems)
    waves = waves_of_links(book, plans(*book.topics))
    assert [list(wave) for wave in waves] == [["return"], ["captives"], ["arrivals", "loyalty", "punishment", "route"]]
    assert [list(wave) for wave in waves_of_links(book, plans("route", "arrivals", "captives"))] == [["captives"], ["route", "arrivals"]]
    assert waves_of_links(book, {}) == []
