"""The model's weight from settled questions: pairs at the first common moment, whatever the outcome, and the stated weight where there are few."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from forecast.actions.model_weight import SettledPair, settled_pairs, weigh_model
from forecast.calibration.settled_forecasts import SettledForecasts
from forecast.markets.stakes.model_weight import STATED
from tests.support.simulated_forecasts import BEGIN, DAY, rows_of
from tests.support.small_books import write_book


def nobody(topic: str, question: str, moment: datetime) -> None:
    """No quotes."""


def said(rows: list[tuple[int, int, str, float]], outcomes: list[float]) -> SettledForecasts:
    """Forecasts as question, day, who (`model` or `exchange`) and probability."""
    question, day, who, chance = (np.array(column) for column in zip(*rows, strict=True))
    found = rows_of(chance.astype(float), np.array(outcomes)[question], question=question, who=(who == "exchange").astype(np.intp))
    return replace(found, at=(BEGIN + day * DAY).astype(found.at.dtype), people=("model", "exchange"))


def pairs(settled: SettledForecasts, market_at=nobody) -> list[SettledPair]:
    """Of a topic in which `exchange` is a market."""
    return list(settled_pairs("topic", settled, markets={"exchange"}, market_at=market_at))


def test_a_pair_stands_at_the_first_common_moment():
    """The model's second forecast is in force when the market begins, and its third comes later; a question without a market has none."""
    rows = [
        (0, 0, "model", 0.2),
        (0, 5, "model", 0.3),
        (0, 9, "model", 0.8),
        (0, 6, "exchange", 0.4),
        (0, 10, "exchange", 0.9),
        (1, 0, "model", 0.5),
        (2, 0, "model", 1.0),
        (2, 0, "exchange", 0.9),
    ]
    assert pairs(said(rows, [1.0, 0.0, 1.0])) == [SettledPair(0.3, 0.4, True)]


def test_quotes_stand_in_for_a_market_on_record():
    """The first quote after the model's first forecast, with what the model said by then."""

    def quoted(topic: str, question: str, moment: datetime) -> tuple[datetime, float]:
        assert topic == "topic"
        assert moment == datetime(2026, 1, 2, tzinfo=UTC)
        return datetime(2026, 1, 4, 12, tzinfo=UTC), 0.6

    rows = [(0, 1, "model", 0.2), (0, 3, "model", 0.3), (0, 4, "model", 0.9)]
    assert pairs(said(rows, [0.0]), quoted) == [SettledPair(0.3, 0.6, False)]


@pytest.mark.medium
def test_a_book_without_settled_questions_has_the_stated_weight(tmp_path: Path):
    """And nothing is read."""
    write_book(tmp_path)
    assert weigh_model(tmp_path, as_of=date(2026, 1, 1)) == (STATED, ())
