"""Scores of a book's settled questions: by replay, and from its ledger, with what must be said with them."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from forecast.actions.hindcast_scores import HindcastScores, hindcast_scores
from forecast.actions.hindcast_words import score_sentences, scores_as_data
from forecast.actions.update import update
from forecast.book.files.folder import Folder
from forecast.book.ledger import append_entries, read_ledger
from forecast.cli.hindcast_scores import print_hindcast_scores
from forecast.model.settings import Settings
from forecast.schema.score_page import read_score_page
from tests.support.paths import ROOT, TINY_BOOK

pytestmark = pytest.mark.medium

FAST = Settings(draws=1_024)
TODAY = date(2024, 12, 1)
QUESTIONS = """
[questions.one_by_autumn]
asks    = "Will the ferry break down by the end of September 2024?"
by      = 2024-09-30
answer  = "total(breakdowns) >= 1"
settled = "By the harbour log."

[questions.one_by_winter]
asks    = "Will the ferry break down by the end of 2024?"
by      = 2024-12-31
answer  = "total(breakdowns) >= 1"
settled = "By the harbour log."

[questions.five_by_autumn]
asks    = "Will the ferry break down five times by the end of September 2024?"
by      = 2024-09-30
answer  = "total(breakdowns) >= 5"
settled = "By the harbour log."

[questions.count_by_autumn]
asks    = "How often will the ferry have broken down by the end of September 2024?"
by      = 2024-09-30
answer  = "total(breakdowns)"
settled = "By the harbour log."
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny book with questions that its record has settled, published on 1 March 2024 and replayed later as of 1 February."""
    root = tmp_path_factory.mktemp("settled") / "book"
    shutil.copytree(TINY_BOOK, root)
    file = root / "seeds/ferry/topic.toml"
    file.write_text(file.read_text() + QUESTIONS)
    for as_of, today in ((date(2024, 3, 1), date(2024, 3, 1)), (date(2024, 2, 1), TODAY)):
        done = update(
            root,
            as_of=as_of,
            today=today,
            settings=FAST,
            referee=False,
            insight=False,
            clock=lambda today=today: datetime(today.year, today.month, today.day, 12, tzinfo=UTC),
        )
        assert done.exit_code == 0
    return root


@pytest.fixture(scope="module")
def scores(book: Path) -> HindcastScores:
    """The scores of that book."""
    return hindcast_scores(book, until=TODAY, settings=FAST, every="month")


def test_every_settled_question_is_scored_from_each_origin_apart(scores: HindcastScores):
    """By replay from the day it opened, from the ledger from when its line was written, as a hindcast from its day; numbers are named."""
    assert scores.problems == ()
    ended = {its.settled.question.name: (its.settled.outcome, its.settled.settled, its.is_due) for its in scores.scores_from("replay")}
    assert ended == {
        "one_by_autumn": (1, date(2024, 4, 2), True),
        "one_by_winter": (1, date(2024, 4, 2), False),
        "five_by_autumn": (0, date(2024, 10, 1), True),
    }
    days = {(its.settled.question.name, its.origin): its.days for its in scores.scores if its.settled.question.name != "one_by_winter"}
    assert days == {
        ("one_by_autumn", "replay"): 92,
        ("one_by_autumn", "ledger"): 31.5,
        ("one_by_autumn", "ledger hindcasts"): 61,
        ("five_by_autumn", "replay"): 274,
        ("five_by_autumn", "ledger"): 213.5,
        ("five_by_autumn", "ledger hindcasts"): 243,
    }
    assert "ferry.count_by_autumn" in scores.others


def test_the_ledger_is_scored_by_what_it_said(book: Path, scores: HindcastScores):
    """One line stood, so the score is that of its probability."""
    entries, _ = read_ledger(Folder(book))
    for origin, hindcast in (("ledger", False), ("ledger hindcasts", True)):
        said = {entry["question"]: entry["value"] for entry in entries if entry["hindcast"] is hindcast}
        for its in scores.scores_from(origin):  # type: ignore[arg-type]
            value = said[its.settled.question.name]["value"]
            given = value if its.settled.outcome else 1 - value
            assert (its.forecasts, its.score.brier) == (1, pytest.approx((value - its.settled.outcome) ** 2, rel=1e-12))
            assert its.score.log_bits == pytest.approx(-math.log2(given), rel=1e-12)


def test_the_base_rate_is_that_of_the_questions_with_which_one_stands(scores: HindcastScores):
    """One in two of those that are due ended with yes, and the only one that ended early."""
    assert {its.settled.question.name: its.references["base rate"][0] for its in scores.scores} == {
        "one_by_autumn": 0.5,
        "five_by_autumn": 0.5,
        "one_by_winter": 1.0,
    }


def test_a_question_that_was_worded_otherwise_is_another(book: Path, tmp_path: Path):
    """What the ledger said of an earlier wording is not scored; a line that does not say what was asked is taken for this one."""
    root = tmp_path / "book"
    shutil.copytree(book, root)
    file = root / "seeds/ferry/topic.toml"
    file.write_text(
        file.read_text().replace("Will the ferry break down by the end of September", "Will it break down by the end of September")
    )
    again = hindcast_scores(root, until=TODAY, settings=FAST, every="quarter")
    assert {its.settled.question.name for its in again.scores_from("ledger")} == {"one_by_winter", "five_by_autumn"}
    entries, _ = read_ledger(Folder(root))
    (root / "reports/ledger.jsonl").unlink()
    append_entries(Folder(root), [{name: each for name, each in entry.items() if name not in {"asked", "previous"}} for entry in entries])
    again = hindcast_scores(root, until=TODAY, settings=FAST, every="quarter")
    assert {its.settled.question.name for its in again.scores_from("ledger")} == {"one_by_winter", "one_by_autumn", "five_by_autumn"}


def test_what_must_be_known_is_said_in_words(scores: HindcastScores):
    """How few there are, which are hardly two, which ended early, when the priors were written, and what the ledger said."""
    said = score_sentences(scores)
    assert said[0] == "3 yes-or-no questions are settled in 1 topic as of 1 December 2024; 2 ended with yes."
    assert said[1] == "They are too few to tell skill from luck: one question more can turn every comparison."
    assert said[2].startswith("one_by_autumn and one_by_winter of `ferry` were settled by the news of one day, 2 April 2024")
    assert said[3].startswith("ferry.one_by_winter ended before its date.")
    assert (
        "Priors of `ferry` written 2 months later: they have been in the ledger since 1 March 2024, and the first of these questions opened on 1 January 2024."
        in said
    )
    assert "The ledger has forecasts of 3 of these 3 that were made while they were open." in said
    late = replace(scores, priors_since={"ferry": date(2024, 10, 1)})
    assert any(sentence.endswith("when all of these questions had been settled.") for sentence in score_sentences(late))
    assert any("as they are now" in sentence for sentence in score_sentences(replace(scores, priors_since={"ferry": None})))
    assert score_sentences(HindcastScores(TODAY)) == ("The record settles no yes-or-no question as of 1 December 2024.",)


def test_scores_are_data_and_lines(scores: HindcastScores, capsys: pytest.CaptureFixture[str]):
    """Each row with its origin and references, and means of those that are due and of the others; an infinite score is said, and is JSON."""
    data = scores_as_data(scores)
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert [(each["origin"], each["due"], each["questions"]) for each in data["means"]] == [
        (origin, due, count) for origin in ("replay", "ledger", "ledger hindcasts") for due, count in ((True, 2), (False, 1))
    ]
    assert {row["question"] for row in data["rows"]} == {f"ferry.{name}" for name in ("one_by_autumn", "one_by_winter", "five_by_autumn")}
    (early,) = [row for row in data["rows"] if row["origin"] == "replay" and not row["due"]]
    assert early["references"]["half"] == {"probability": 0.5, "brier": 0.25, "log_bits": 1.0}
    rows = [replace(its, score=replace(its.score, log_bits=math.inf)) for its in scores.scores]
    assert {row["log_bits"] for row in scores_as_data(replace(scores, scores=tuple(rows)))["rows"]} == {"inf"}
    print_hindcast_scores(scores_as_data(scores))
    printed = capsys.readouterr().out
    assert "mean of 2" in printed
    assert "What the ledger published at the time, questions that ended before their dates." in printed


def test_a_broken_ledger_stops_it(book: Path, tmp_path: Path):
    """Its problem is returned, and nothing is scored."""
    root = tmp_path / "book"
    shutil.copytree(book, root)
    ledger = root / "reports/ledger.jsonl"
    ledger.write_text(ledger.read_text().replace('"status":"open"', '"status":"shut"', 1))
    found = hindcast_scores(root, until=TODAY, settings=FAST)
    assert (found.scores, [problem.place.path for problem in found.problems]) == ((), ["reports/ledger.jsonl"])


SETTLED = [
    ("route.captive_2024", 1, True),
    ("route.transfer_2025", 0, True),
    ("route.transfer_2026", 1, False),
    ("route.transfer_2027", 1, False),
]


def test_the_essays_settled_questions():
    """The committed scores have four of one topic, of which two ended before their dates; no forecast of theirs was published while they were open."""
    hindcasts = read_score_page((ROOT / "reports" / "score.json").read_bytes())["hindcasts"]
    assert hindcasts is not None
    rows = hindcasts["scores"]["rows"]
    assert [(row["question"], row["outcome"], row["due"]) for row in rows if row["origin"] == "replay"] == SETTLED
    assert [row for row in rows if row["origin"] == "ledger"] == []


@pytest.mark.study
def test_the_essays_settled_questions_are_replayed():
    """Replayed again, they are these four; none was in the ledger before it was settled, and the priors were written after."""
    found = hindcast_scores(ROOT, until=date(2026, 11, 28), settings=Settings(), every="month")
    replayed = found.scores_from("replay")
    assert [(its.address, its.settled.outcome, its.is_due) for its in replayed] == SETTLED
    assert found.scores_from("ledger") == ()
    assert set(found.others) == {"arrivals.arrivals_2025", "route.first_transfer"}
    since = found.priors_since["route"]
    assert since is not None
    assert since > max(its.settled.settled for its in replayed)
