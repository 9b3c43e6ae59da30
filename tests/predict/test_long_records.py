"""Paths of a long record: what is kept of its past."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from forecast.book.topic import Topic
from forecast.model.model import model_as_of
from forecast.predict.answers import paths_for
from tests.support.building import OPENS, make_topic

DAYS = 40
UNTIL = OPENS + timedelta(days=DAYS - 1)


def topic_of_counts(question: dict[str, object]) -> Topic:
    """A count on each of forty days."""
    return make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": "Poisson(mu=rate * days)"},
        rows={"seen": [float(at % 3) for at in range(DAYS)]},
        questions={"asked": question},
    )


def test_of_a_long_past_the_days_that_are_asked_for_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the past the paths are the same on every day that is left: the first, those of questions, and all that are simulated."""
    question = {"answer": "total(seen) >= 9", "since": OPENS + timedelta(days=12), "by": UNTIL + timedelta(days=70)}
    model, draws = model_as_of(topic_of_counts(question), UNTIL), {"rate": np.full((50, 1), 1.0)}
    whole = paths_for(model, draws, np.random.default_rng(1))
    monkeypatch.setattr("forecast.predict.paths.MOST_PAST_DAYS", 10)
    less = paths_for(model, draws, np.random.default_rng(1))
    assert (len(whole.days) - len(less.days), less.is_whole) == (DAYS - 2, True)
    assert {OPENS, OPENS + timedelta(days=12)} <= set(less.days)
    places = [whole.days.index(day) for day in less.days]
    np.testing.assert_array_equal(whole.totals["seen"][:, places], less.totals["seen"])


def test_a_question_for_a_date_keeps_the_past(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a date is asked for, every day of the record stays."""
    question: dict[str, object] = {"answer": "first(total(seen) >= 30)", "by": UNTIL + timedelta(days=70)}
    model, draws = model_as_of(topic_of_counts(question), UNTIL), {"rate": np.full((50, 1), 1.0)}
    whole = paths_for(model, draws, np.random.default_rng(1))
    monkeypatch.setattr("forecast.predict.paths.MOST_PAST_DAYS", 10)
    assert paths_for(model, draws, np.random.default_rng(1)).days == whole.days
