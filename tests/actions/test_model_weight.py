"""The model's weight from settled questions: pairs at the first common moment, whatever the outcome, and the stated weight where there are few."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from forecast.actions.model_weight import MarketAt, SettledPair, first_quotes, settled_pairs, weigh_model
from forecast.book.files.folder import Folder
from forecast.book.files.problems import Place
from forecast.calibration.settled_forecasts import SettledForecasts
from forecast.markets.contract import Contract
from forecast.markets.deviation_priors import DeviationPrior, DeviationPriors
from forecast.markets.files.contracts import BookContracts
from forecast.markets.files.quotes_file import read_quotes
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


def read_market(root: Path, *rows: str, side: str = "yes", deviations: DeviationPriors | None = None) -> MarketAt:
    """What a contract of the topic `made` says by its quotes."""
    (root / "seeds/made").mkdir(parents=True, exist_ok=True)
    head = "contract,at,kind,bid,ask,last,price,bid_depth,ask_depth,volume,status,retrieved,file"
    (root / "seeds/made/quotes.csv").write_text("\n".join((head, *rows, "")))
    its = Contract("fair", Place("contracts.toml"), "made", "many", "kalshi", "id", side, deviations=deviations)
    return first_quotes(BookContracts({"fair": its}), lambda topic: read_quotes(Folder(root), topic)[0])


def test_the_first_quote_that_may_be_read_counts(tmp_path: Path):
    """Trades, midpoints carried forward, one-sided books and what came before do not; a contract whose NO is our Yes is turned around."""
    rows = (
        "fair,2026-01-01T00:00:00Z,bid-ask,0.10,0.12,,,5,5,9,open,,",
        "fair,2026-01-02T00:00:00Z,last,,,0.5,,,,9,open,,",
        "fair,2026-01-02T01:00:00Z,midpoint,,,,0.5,,,9,open,,",
        "fair,2026-01-02T02:00:00Z,bid-ask,0.10,,,,5,,9,open,,",
        "fair,2026-01-02T03:00:00Z,bid-ask,0.30,0.34,,,5,5,9,open,,",
    )
    moment = datetime(2026, 1, 1, 12, tzinfo=UTC)
    at, chance = read_market(tmp_path, *rows)("made", "many", moment)
    assert at == datetime(2026, 1, 2, 3, tzinfo=UTC)
    assert chance == pytest.approx(0.32)
    assert read_market(tmp_path, *rows, side="no")("made", "many", moment)[1] == pytest.approx(0.68)
    assert read_market(tmp_path, *rows)("made", "other", moment) is None
    assert read_market(tmp_path, *rows)("made", "many", datetime(2026, 2, 1, tzinfo=UTC)) is None


def test_a_price_is_read_as_the_chance_of_the_question(tmp_path: Path):
    """At .32 a contract that pays with .9 and .1 says (.32 - .1) / .8 of its question."""
    priors = DeviationPriors(*(DeviationPrior(str(value), "So it is here.", Place("priors.toml"), value) for value in (0.9, 0.1, 0.0)))
    market_at = read_market(tmp_path, "fair,2026-01-02T03:00:00Z,bid-ask,0.30,0.34,,,5,5,9,open,,", deviations=priors)
    assert market_at("made", "many", datetime(2026, 1, 1, tzinfo=UTC))[1] == pytest.approx(0.275)


@pytest.mark.medium
def test_a_book_without_settled_questions_has_the_stated_weight(tmp_path: Path):
    """And nothing is read."""
    write_book(tmp_path)
    assert weigh_model(tmp_path, as_of=date(2026, 1, 1)) == (STATED, ())
