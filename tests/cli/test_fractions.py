"""A question with `probability` on the command line: published, supposed, exported, resolved and scored as one of yes or no."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Run

pytestmark = pytest.mark.medium

ASKED = """
[questions.next_late]
asks        = "Will the next crossing in calm weather be late?"
probability = "lateness[calm]"
settled     = "By the harbour log."
"""


@pytest.fixture
def asking(run: Run, book: Path) -> Run:
    """The tiny book with one question more."""
    topic = book / "seeds" / "ferry" / "topic.toml"
    topic.write_text(topic.read_text(encoding="utf-8") + ASKED, encoding="utf-8")
    return run


@pytest.mark.slow
def test_it_is_published_with_the_interval_of_the_fraction(asking: Run, book: Path) -> None:
    """Terminal, Markdown, JSON and ledger have the expected value, and beside it the interval; the ledger's kind is a probability."""
    ran = asking("update", "--as-of", "2025-06-30", "--no-referee", "--no-insight")
    assert re.search(r"next_late +\d+ % \(\d+ to \d+ %\)", ran.out)
    reports = book / "reports" / "as-of" / "2025-06-30"
    answers = json.loads((reports / "ferry.json").read_text(encoding="utf-8"))["answers"]
    (answer,) = [answer for answer in answers if answer["name"] == "next_late"]
    low, high = answer["value"]["chance"]
    assert low < answer["value"]["value"] < high
    assert answer["fraction"]
    assert re.search(r"late\? \| \*\*\d+ %\*\*; 90 % range \d+ to \d+ %", (reports / "ferry.md").read_text(encoding="utf-8"))
    lines = [json.loads(line) for line in (book / "reports" / "ledger.jsonl").read_text(encoding="utf-8").splitlines()]
    (line,) = [line for line in lines if line["question"] == "next_late"]
    assert (line["kind"], line["value"]["chance"], line["status"]) == ("probability", [low, high], "open")


def test_what_is_supposed_says_what_stands_in_brackets(asking: Run) -> None:
    """`whatif` prints both intervals, and says that they are those of the fraction."""
    ran = asking("whatif", "ferry", "--as-of", "2025-06-30", "--prior", "usual_lateness=Beta(mean=0.3, strength=10)")
    assert re.search(r"next_late +\d+ % \(\d+ to \d+ %\) +→ +\d+ % \(\d+ to \d+ %\)", ran.out)
    assert "Of the probability of one event: its expected value, and in brackets the 90 % interval of the fraction." in ran.out


def test_it_is_exported_resolved_and_scored_as_a_question_of_yes_or_no(asking: Run) -> None:
    """Metaculus gets a probability of yes, people say percentages, and a resolution is yes or no, by which they are scored."""
    today = datetime.now(UTC).date().isoformat()
    (payload,) = json.loads(asking("export", "ferry.next_late", "--metaculus", "-", "--question-id", "7").out)
    assert 0.001 <= payload["probability_yes"] <= 0.999
    assert asking("say", "ferry.next_late", "20%", "--why", "A guess.").code == 0
    assert asking("resolve", "ferry.next_late", "0.4", "--on", today, "--source", "https://example.org/log").code != 0
    assert asking("resolve", "ferry.next_late", "no", "--on", today, "--source", "https://example.org/log").code == 0
    assert "Brier (0 to 1)" in asking("score").out
