"""The row behind a call, in words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from forecast.actions.call_rows import row_behind_call
from forecast.book.topic import Book, Topic
from forecast.model.settings import Settings
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

LAST = OPENS + timedelta(days=5)
PLAIN = Settings()


def book(seen: list[float]) -> Book:
    """A book of one topic that counts sightings at one rate on days in turn."""
    topic: Topic = make_topic(
        name="birds",
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": "Poisson(mu=rate * days)"},
        rows={"seen": seen},
        questions={
            "many": {"answer": "total(seen) >= 60", "by": LAST + timedelta(days=15)},
            "count": {"answer": "total(seen)", "by": LAST + timedelta(days=15)},
            "never": {"answer": "total(seen) >= 60", "given": "total(seen) < 0", "by": LAST + timedelta(days=15)},
        },
    )
    return Book(Path(), {"birds": topic})


def test_the_row_is_named_with_what_it_did():
    """The great row of the third day, with the chance and the Brier score without it and with it."""
    said = row_behind_call(book([3.0, 0.0, 19.0, 2.0, 1.0, 4.0]), "birds.many", LAST, PLAIN, outcome=0)
    shape = r"Without the row of seen of 3 January 2025 \(seen: 19\) the model would have said ([\d.]+) % on 6 January 2025, and not ([\d.]+) %: a Brier score of (0\.\d+), and not (0\.\d+)\."
    match = re.fullmatch(shape, said)
    assert match is not None, said
    without, whole = (float(match[at]) / 100 for at in (1, 2))
    assert without < whole
    assert (float(match[3]), float(match[4])) == pytest.approx((without**2, whole**2), abs=0.02)


def test_it_is_said_why_there_is_none():
    """No row known yet, a record too long, a condition that cannot hold."""
    seen = book([3.0, 0.0, 19.0, 2.0, 1.0, 4.0])
    none = "No row known on 31 December 2024 moves what the model says by more than two Monte Carlo errors."
    assert row_behind_call(seen, "birds.many", OPENS - timedelta(days=1), PLAIN, outcome=0) == none
    assert (
        row_behind_call(seen, "birds.never", LAST, PLAIN, outcome=0)
        == "What a row did to it is not known: `never` has no answer as of 2025-01-06."
    )
    own = replace(seen.topics["birds"], own=object())  # type: ignore[arg-type]
    assert "its own model" in row_behind_call(Book(Path(), {"birds": own}), "birds.many", LAST, PLAIN, outcome=0)


@pytest.mark.parametrize("address", ["metaculus:41257", "birds.gone", "trees.many", "birds.count"])
def test_a_question_without_a_model_of_yes_or_no_has_none(address: str):
    """It was asked elsewhere, has been removed, or asks for a number."""
    assert not row_behind_call(book([3.0]), address, date(2025, 1, 6), PLAIN, outcome=1)
