"""The essay's book: its files are right, its engines agree, its story is coherent, its reports are those the code makes."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from forecast.actions.check import check
from forecast.actions.due import due_questions
from forecast.actions.update import update
from forecast.book.files.folder import Folder
from forecast.book.reading import read_book
from forecast.forecasts.reading import read_topic_record
from forecast.forecasts.times import days_of_text
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from forecast.schema.topic import read_content
from tests.support.paths import ROOT

TOPICS = ("arrivals", "loyalty", "punishment", "return", "route")
DAYS = (date(2024, 11, 15), date(2025, 3, 1), date(2025, 12, 31), date(2026, 8, 31), date(2026, 10, 12))


def test_the_book_has_no_problems():
    """Every file of the book is read without an error or a warning, and all five topics are there."""
    book, problems = read_book(ROOT)
    assert (tuple(sorted(book.topics)), problems) == (TOPICS, ())


def test_every_row_has_an_address_or_a_citation_and_none_is_of_grade_d():
    """A grade D fact is no observation."""
    book, _ = read_book(ROOT)
    rows = [row for topic in book.topics.values() for stream in topic.streams.values() for row in stream.rows]
    assert rows
    assert [row.place for row in rows if not row.source or row.grade == "D"] == []


def test_every_question_that_the_rows_decide_is_resolved():
    """`check` names no question without a resolution, `due` none at all, and each resolution has a public address."""
    assert [problem for problem in check(ROOT, None, as_of=date(2026, 11, 28)).problems if "resol" in problem.message] == []
    assert due_questions(ROOT, now=datetime(2026, 11, 28, 12, tzinfo=UTC)).due == ()
    records = [read_topic_record(Folder(ROOT), name)[0] for name in TOPICS]
    resolved = {its.question: (its.outcome, its.value, its.known) for record in records for its in record.resolutions}
    assert resolved == {
        "arrivals_2025": ("number", 223, date(2026, 2, 4)),
        "captive_2024": ("yes", None, date(2024, 12, 27)),
        "transfer_2025": ("no", None, date(2025, 12, 31)),
        "transfer_2026": ("yes", None, date(2026, 9, 23)),
        "transfer_2027": ("yes", None, date(2026, 9, 23)),
        "first_transfer": ("date", days_of_text("2026-09-15"), date(2026, 9, 23)),
    }
    assert all(its.source.startswith("http") for record in records for its in record.resolutions)


@pytest.mark.slow
@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("name", TOPICS)
def test_the_two_engines_agree(name, day):
    """On every answer and every parameter the engines differ by no more than their Monte Carlo errors allow."""
    book, _ = read_book(ROOT, [name])
    verdict = analyse(book.topics[name], day, Settings(), referee=True).verdict
    assert verdict.verdict == "agreed", verdict.sentence


@pytest.mark.slow
def test_the_route_tells_a_coherent_story():
    """A transfer by the end of 2026: likelier after the captures and the first wish, less so through the quiet, certain once it has happened."""
    book, _ = read_book(ROOT, ["route"])
    days = [date(2024, 11, 15), date(2025, 1, 13), date(2025, 3, 1), date(2025, 12, 31), date(2026, 8, 31), date(2026, 10, 12)]
    told = [analyse(book.topics["route"], day, Settings(), referee=False).result.answers for day in days]
    november, captured, asked, quiet, quieter, sent = (answers["transfer_2026"].value.value for answers in told)
    assert november < captured < asked > quiet > quieter < sent == 1
    for answers in told:
        ladder = [answers[f"transfer_{year}"].value.value for year in (2025, 2026, 2027)]
        assert all(early <= late for early, late in pairwise(ladder))


@pytest.mark.slow
def test_the_committed_reports_are_what_the_code_makes(tmp_path):
    """Made again as of their own day, every report is the same, byte for byte where the versions are those of the report."""
    for folder in ("seeds", "priors"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    committed = {f"{name}.json": read_content((ROOT / "reports" / f"{name}.json").read_bytes()) for name in TOPICS}
    assert sorted(path.name for path in (ROOT / "reports").glob("*.json")) == sorted([*committed, "score.json"])
    (day,) = {date.fromisoformat(content["as_of"]) for content in committed.values()}
    shutil.copytree(ROOT / "reports", tmp_path / "reports")
    done = update(tmp_path, as_of=day, today=day, settings=Settings(), referee=False)
    made = {f"{name}.json": content for name, content in done.contents.items()}
    assert {name: numbers(content) for name, content in made.items()} == {name: numbers(content) for name, content in committed.items()}
    if all(committed[name]["run"]["versions"] == content["run"]["versions"] for name, content in made.items()):
        assert [path for path in done.written if not path.endswith(".html")] == []
        assert done.recorded == 0


@pytest.mark.slow
def test_the_committed_hindcasts_are_what_the_code_makes(tmp_path):
    """Replayed again, each committed hindcast of the route has the same numbers, and says that it is one."""
    for folder in ("seeds", "priors"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "reports").mkdir()
    shutil.copy(ROOT / "reports" / "ledger.jsonl", tmp_path / "reports")  # which says since when the priors have been public
    committed = {path.parent.name: read_content(path.read_bytes()) for path in sorted((ROOT / "reports").glob("as-of/*/route.json"))}
    assert len(committed) == 4
    for day, content in committed.items():
        done = update(
            tmp_path, topics=["route"], as_of=date.fromisoformat(day), today=date(2026, 11, 23), settings=Settings(), referee=False
        )
        assert numbers(done.contents["route"]) == numbers(content)
        assert content["run"]["hindcast"]


def numbers(content):
    """A report's content without what depends on the versions installed and on the remembered verdict."""
    run = {key: value for key, value in content["run"].items() if key != "versions"}
    run["hashes"] = {key: value for key, value in run["hashes"].items() if key != "refereed"}
    return json.loads(json.dumps({**content, "run": run, "verdict": None, "warnings": None, "digest": ""}))
