"""Every file, day, version and setting is changed in turn: what it moves is computed anew, and nothing else is.

Each time the book is updated with results kept from before and, as a copy, without: both must write the same bytes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from forecast.actions import update as workflow
from forecast.actions.update import UpdateResult, plan_update, update
from forecast.cache.fingerprint import Environment, environment
from forecast.model.settings import Settings
from tests.cli.conftest import files_of
from tests.support.paths import TINY_BOOK
from tests.support.variant_books import write_variant_book

pytestmark = pytest.mark.medium

TODAY = date(2025, 1, 1)
OTHER = "level"  # a topic of which nothing is changed
ALL = ("condition", "simulate")
FUTURE = ("simulate",)
NOTHING: tuple[str, ...] = ()
TOPIC, PRIORS = "seeds/ferry/topic.toml", "priors/ferry.toml"
SCENARIO = '\n[scenarios.bad]\ntitle = "A bad year"\nwhen = "total(breakdowns) > 4"\nby = 2025-12-31\n'
HERE = environment()


def replaced(path: str, old: str, new: str) -> Callable[[Path], None]:
    """A change of a file: one text for another, once."""

    def change(root: Path) -> None:
        text = (root / path).read_text(encoding="utf-8")
        assert old in text
        (root / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def removed(path: str) -> Callable[[Path], None]:
    """A change of a file: it is gone."""
    return lambda root: (root / path).unlink()


def appended(path: str, text: str) -> Callable[[Path], None]:
    """A change of a file: something after its end."""

    def change(root: Path) -> None:
        with (root / path).open("a", encoding="utf-8") as file:
            file.write(text)

    return change


CHANGES: Mapping[str, tuple[Callable[[Path], None], tuple[str, ...], bool]] = {  # what is changed, the steps it takes, whether it renders
    "a prior": (replaced(PRIORS, "p95=0.6", "p95=0.7"), ALL, True),
    "the reason of a prior": (replaced(PRIORS, "older than most", "the oldest"), NOTHING, True),
    "the source of a prior": (replaced(PRIORS, "example.org/ferries", "example.org/boats"), NOTHING, True),
    "the day of a prior": (replaced(PRIORS, "2024-01-15", "2024-01-16"), NOTHING, True),
    "the unit of a prior": (replaced(PRIORS, "breakdowns per 100 crossings", "breakdowns in 100 crossings"), FUTURE, True),
    "a comment on the priors": (replaced(PRIORS, "# What we believed", "# What we thought"), NOTHING, False),
    "the title": (replaced(TOPIC, "The ferry across Lake Elna", "The old ferry across Lake Elna"), NOTHING, True),
    "the origin": (replaced(TOPIC, "spring meeting", "autumn meeting"), NOTHING, True),
    "what a series is": (replaced(TOPIC, "crossings in the timetable", "crossings that are planned"), NOTHING, True),
    "what a stream is": (replaced(TOPIC, "more than ten minutes late", "ten minutes late or more"), NOTHING, True),
    "the unit of a stream": (replaced(TOPIC, 'unit    = "breakdowns"', 'unit    = "stops"'), FUTURE, True),
    "the wording of a question": (replaced(TOPIC, "Is it the hull or the engine?", "Is it the engine or the hull?"), NOTHING, True),
    "how a question is settled": (replaced(TOPIC, "tenth entry", "entry that is the tenth"), NOTHING, True),
    "the deadline of a question": (replaced(TOPIC, "2025-12-31\nanswer", "2025-11-30\nanswer"), FUTURE, True),
    "what a question asks": (replaced(TOPIC, "total(breakdowns) >= 3", "total(breakdowns) >= 4"), FUTURE, True),
    "the name of a question": (replaced(TOPIC, "[questions.what_is_broken]", "[questions.which_is_broken]"), FUTURE, True),
    "the title of a scenario": (replaced(TOPIC, "A bad year", "A year of breakdowns"), NOTHING, True),
    "the condition of a scenario": (replaced(TOPIC, "total(breakdowns) > 4", "total(breakdowns) > 5"), FUTURE, True),
    "the spacing of that condition": (replaced(TOPIC, "total(breakdowns) > 4", "total(breakdowns)  > 4"), FUTURE, True),
    "the day of a scenario": (replaced(TOPIC, 'breakdowns) > 4"\nby = 2025-12-31', 'breakdowns) > 4"\nby = 2025-11-30'), FUTURE, True),
    "the name of a scenario": (replaced(TOPIC, "[scenarios.bad]", "[scenarios.worse]"), FUTURE, True),
    "a scenario that is gone": (replaced(TOPIC, SCENARIO, ""), FUTURE, True),
    "a statement": (replaced(TOPIC, "(2 if fault", "(3 if fault"), ALL, True),
    "the spacing of a statement": (replaced(TOPIC, "(2 if fault", "( 2 if fault"), FUTURE, True),
    "the step": (replaced(TOPIC, 'step   = "month"', 'step   = "quarter"'), ALL, True),
    "a row": (appended("seeds/ferry/late.csv", "{late}\n"), ALL, True),
    "the source of a row": (replaced("seeds/ferry/breakdowns.csv", "Harbour log, quarter 2", "Harbour book, quarter 2"), FUTURE, True),
    "a point of a series": (appended("seeds/ferry/crossings.csv", "{crossings}\n"), ALL, True),
    "a file that is not read": (lambda root: (root / "seeds/ferry/notes.md").write_text("Notes."), NOTHING, False),
    "a page that is gone": (removed("reports/ferry.html"), NOTHING, True),
    "a page that was edited": (appended("reports/ferry.md", "More.\n"), NOTHING, True),
    "a report that is gone": (removed("reports/ferry.json"), NOTHING, True),
    "nothing": (lambda _: None, NOTHING, False),
}


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A book of two topics that was updated once, and the cache that has its results."""
    root, cache = tmp_path_factory.mktemp("reuse") / "book", tmp_path_factory.mktemp("cache")
    shutil.copytree(TINY_BOOK, root, ignore=shutil.ignore_patterns("reports"))
    appended(TOPIC, SCENARIO)(root)
    (root / "seeds" / OTHER).mkdir()
    (root / "seeds" / OTHER / "topic.toml").write_text(
        'title = "A level"\nopens = 2024-01-01\n\n[questions.high]\nasks = "Is it high?"\nanswer = "height > 3"\n', encoding="utf-8"
    )
    (root / "priors" / f"{OTHER}.toml").write_text(
        '[height]\nprior = "Gamma(alpha=4, beta=2)"\nunit = "metres"\nwhy = "As it was before."\n', encoding="utf-8"
    )
    assert made(root, cache).exit_code == 0
    return root, cache


def made(root: Path, cache: Path | None, **named: Any) -> UpdateResult:
    """Update a book without the referee, at one time of day."""
    settings, day = named.pop("settings", Settings(draws=512)), named.pop("as_of", TODAY)
    named = {"referee": False, "insight": False, "today": day, **named}
    return update(root, as_of=day, settings=settings, cache=cache, clock=lambda: datetime(2025, 1, 3, 8, 30, tzinfo=UTC), **named)


def copies(start: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path, Path]:
    """Two copies of the book, with their files' times, and one of the cache; of the first copy the cache has the files' state."""
    root, cache = start
    for name in ("kept", "fresh"):
        shutil.copytree(root, tmp_path / name)
    shutil.copytree(cache, tmp_path / "cache")
    assert made(tmp_path / "kept", tmp_path / "cache").written == ()
    return tmp_path / "kept", tmp_path / "fresh", tmp_path / "cache"


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_of_a_file_computes_what_it_moves_and_nothing_else(what: str, start: tuple[Path, Path], tmp_path: Path) -> None:
    """The steps are those in the table, and the reports and the ledger are the same bytes as without kept results."""
    kept, fresh, cache = copies(start, tmp_path)
    change, steps, renders = CHANGES[what]
    for root in (kept, fresh):
        change(root)
        complete_rows(root)
    with_results, without = made(kept, cache), made(fresh, None)
    assert (with_results.plans["ferry"].steps, with_results.plans["ferry"].renders) == (steps, renders)
    assert (with_results.plans[OTHER].steps, with_results.plans[OTHER].renders) == (NOTHING, False)
    assert (with_results.exit_code, with_results.problems) == (without.exit_code, without.problems)
    assert files_of(kept) == files_of(fresh)
    again = made(kept, cache)
    assert [(plan.steps, plan.renders) for plan in again.plans.values()] == [(NOTHING, False)] * 2
    lasting = tuple(its for its in with_results.problems if "are as before" not in its.message)  # of a prior in the report before
    assert (again.written, again.recorded, again.problems) == ((), 0, lasting)


def complete_rows(root: Path) -> None:
    """Put rows in the place of what stands for them: a copy of the last, a later one."""
    for name in ("late", "crossings"):
        path = root / f"seeds/ferry/{name}.csv"
        *lines, last = path.read_text(encoding="utf-8").splitlines()
        if last.startswith("{"):
            row = lines[-1].replace("2024-", "2023-") if name == "crossings" else lines[-1]
            path.write_text("\n".join([*lines, row]) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("named", "steps"),
    [
        ({"settings": Settings(draws=512, seed=2)}, ALL),
        ({"settings": Settings(draws=1024)}, ALL),
        ({"settings": Settings(draws=512, engine="importance")}, ALL),
        ({"settings": Settings(draws=512, trust=True)}, ALL),
        ({"settings": Settings(draws=512, chances=False)}, FUTURE),
        ({"as_of": date(2025, 1, 2)}, FUTURE),  # no row of the record ends after the day before
        ({"as_of": TODAY, "today": date(2025, 1, 2)}, FUTURE),  # a hindcast
        ({"pages": False}, NOTHING),
        ({}, NOTHING),
    ],
    ids=str,
)
def test_a_change_of_a_setting_computes_what_it_moves(
    named: dict[str, Any], steps: tuple[str, ...], start: tuple[Path, Path], tmp_path: Path
) -> None:
    """Seed, draws, engine, trust, intervals of chances and the day: the same bytes as without kept results."""
    kept, fresh, cache = copies(start, tmp_path)
    with_results, without = made(kept, cache, **named), made(fresh, None, **named)
    assert with_results.plans["ferry"].steps == steps
    assert with_results.exit_code == without.exit_code
    assert files_of(kept) == files_of(fresh)


def test_a_day_without_news_moves_the_future_alone(start: tuple[Path, Path], tmp_path: Path) -> None:
    """A topic whose record does not depend on the day keeps its posterior."""
    kept, _, cache = copies(start, tmp_path)
    assert made(kept, cache, as_of=date(2025, 1, 2)).plans[OTHER].steps == FUTURE


@pytest.mark.parametrize(
    "other",
    [
        replace(HERE, code="0"),
        replace(HERE, versions={**HERE.versions, "numpy": "0"}),
        replace(HERE, versions={**HERE.versions, "forecast": "0"}),
        replace(HERE, others={**HERE.others, "python": "0"}),
        replace(HERE, others={**HERE.others, "machine": "0"}),
    ],
    ids=["code", "numpy", "forecast", "python", "machine"],
)
def test_another_program_or_machine_computes_everything(
    other: Environment, start: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that another version, or another kind of machine, has computed is reused."""
    kept, _, cache = copies(start, tmp_path)
    monkeypatch.setattr(workflow, "environment", lambda: other)
    assert [plan.steps for plan in made(kept, cache).plans.values()] == [ALL, ALL]


def test_a_plan_computes_and_writes_nothing(start: tuple[Path, Path], tmp_path: Path) -> None:
    """It has the steps and the reason of each topic, and leaves every file as it was."""
    kept, _, cache = copies(start, tmp_path)
    CHANGES["a prior"][0](kept)
    before = files_of(kept)
    settings = Settings(draws=512)
    planned = plan_update(kept, as_of=TODAY, today=TODAY, settings=settings, referee=False, insight=False, cache=cache)
    assert {name: (plan.steps, plan.reason) for name, plan in planned.plans.items()} == {
        "ferry": (ALL, "changed: prior `breakdown_rate`"),
        OTHER: (NOTHING, "nothing changed"),
    }
    assert files_of(kept) == before
    replaced(PRIORS, "LogNormal(p5", "LagNormal(p5")(kept)
    wrong = plan_update(kept, as_of=TODAY, today=TODAY, settings=settings, referee=False, cache=cache)
    assert (wrong.exit_code, wrong.plans) == (1, {})


def test_a_book_that_comes_with_reports_supplies_no_numbers(start: tuple[Path, Path], tmp_path: Path) -> None:
    """What somebody else's reports say is computed by whoever updates the book, and written over."""
    root, _ = start
    shutil.copytree(root, tmp_path / "book")
    report = tmp_path / "book/reports/ferry.json"
    true = report.read_bytes()
    report.write_bytes(true.replace(b'"value": 0.', b'"value": 0.1', 1))
    assert report.read_bytes() != true
    done = made(tmp_path / "book", tmp_path / "empty")
    assert done.plans["ferry"].steps == ALL
    assert report.read_bytes() == true


@pytest.mark.slow
def test_what_a_report_says_of_why_is_reused_too(start: tuple[Path, Path], tmp_path: Path) -> None:
    """With a reason changed nothing is explained anew; with a row's source changed all is; both as without kept results."""
    kept, fresh, cache = copies(start, tmp_path)
    assert made(kept, cache, insight=True).plans["ferry"].steps == ("simulate", "explain")
    CHANGES["the reason of a prior"][0](kept)
    assert made(kept, cache, insight=True).plans["ferry"].steps == NOTHING
    CHANGES["the source of a row"][0](kept)
    assert made(kept, cache, insight=True).plans["ferry"].steps == ("simulate", "explain")
    CHANGES["the reason of a prior"][0](fresh)
    CHANGES["the source of a row"][0](fresh)
    assert made(fresh, None, insight=True).exit_code == 0
    assert (kept / "reports/ferry.json").read_bytes() == (fresh / "reports/ferry.json").read_bytes()


def test_a_quick_update_keeps_what_a_full_one_found(start: tuple[Path, Path], tmp_path: Path) -> None:
    """Without why being asked for, an answer that is there and still holds stays, whatever else is written; one that no longer holds goes."""
    kept, _, cache = copies(start, tmp_path)
    shutil.rmtree(kept / "seeds/ferry")
    (kept / PRIORS).unlink()
    assert made(kept, cache, insight=True).contents[OTHER]["insight"] is not None
    whole = files_of(kept)
    quick = made(kept, cache)
    assert (quick.written, quick.recorded, files_of(kept)) == ((), 0, whole)
    replaced(f"priors/{OTHER}.toml", "As it was before.", "As it was in spring.")(kept)
    assert made(kept, cache).plans[OTHER].steps == NOTHING
    renewed = files_of(kept)
    assert (made(kept, cache, insight=True).written, files_of(kept)) == ((), renewed)
    replaced(f"seeds/{OTHER}/topic.toml", "height > 3", "height > 4")(kept)
    assert made(kept, cache).contents[OTHER]["insight"] is None


def test_a_quick_update_keeps_what_a_full_one_found_of_variants(tmp_path: Path) -> None:
    """What was found of why where a topic has variants is kept, too, when its report is made anew for a verdict or without why."""
    write_variant_book(tmp_path / "book")
    root, cache = tmp_path / "book", tmp_path / "cache"
    full = made(root, cache, insight=True, as_of=date(2025, 10, 1), today=date(2025, 10, 1)).contents["made"]["insight"]
    assert full is not None
    quick = made(root, cache, as_of=date(2025, 10, 1), today=date(2025, 10, 1))
    assert (quick.written, quick.plans["made"].steps) == ((), NOTHING)
    (root / "reports/made.json").unlink()
    compared = made(root, cache, insight=True, referee=True, as_of=date(2025, 10, 1), today=date(2025, 10, 1))
    assert "explain" not in compared.plans["made"].steps
    assert compared.contents["made"]["insight"] == full


@pytest.mark.slow
def test_a_comparison_made_with_other_versions_holds_until_the_referee_is_called(
    start: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report says with which versions the engines were compared, page and JSON alike, in this update and the next; `--referee` compares anew."""
    kept, _, cache = copies(start, tmp_path)
    (kept / "seeds/ferry/topic.toml").unlink()
    shutil.rmtree(kept / "seeds/ferry")
    (kept / PRIORS).unlink()
    assert made(kept, cache, referee=None).contents[OTHER]["verdict"]["verdict"] == "agreed"
    old = {**HERE.versions, "pymc": "6.0.0", "nutpie": "0.1"}
    monkeypatch.setattr(workflow, "environment", lambda: replace(HERE, versions=old))
    for _ in range(2):
        done = made(kept, cache, referee=None)
        assert "referee" not in done.plans[OTHER].steps
        assert done.contents[OTHER]["verdict"]["versions"] == HERE.versions
        sentence = f"The engines were compared with pymc {HERE.versions['pymc']} and nutpie {HERE.versions['nutpie']}"
        assert all(sentence in (kept / f"reports/{OTHER}.{kind}").read_text(encoding="utf-8") for kind in ("html", "md"))
    monkeypatch.undo()
    assert "versions" not in made(kept, cache, referee=None).contents[OTHER]["verdict"]
    monkeypatch.setattr(workflow, "environment", lambda: replace(HERE, versions=old))
    again = made(kept, cache, referee=True)
    assert again.plans[OTHER].steps == ("condition", "referee", "simulate")
    assert "versions" not in again.contents[OTHER]["verdict"]
