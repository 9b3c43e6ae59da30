"""The model's weight beside the market, from the book's own questions that have settled: what the ledger said, and what the market did."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from forecast.actions.score import end_of_day, read_records
from forecast.book.files.folder import Folder
from forecast.book.files.layout import SEEDS, topic_names
from forecast.book.files.problems import Problem, has_errors
from forecast.calibration.settled_forecasts import SettledForecasts, settled_forecasts
from forecast.forecasts.ledger_forecasts import MODEL
from forecast.forecasts.record import ForecastRecord
from forecast.forecasts.tables import RESOLUTIONS
from forecast.language.arrays import Truth
from forecast.markets.comparison.deviation import chance_at_price, known_deviation
from forecast.markets.contract import Contract
from forecast.markets.faults import MarketFault
from forecast.markets.files.contracts import BookContracts
from forecast.markets.price_guards import read_midpoint
from forecast.markets.quote_table import QuoteTable, microseconds_of
from forecast.markets.quotes import Quote
from forecast.markets.stakes.model_weight import STATED, ModelWeight, estimate_model_weight

type MarketAt = Callable[[str, str, datetime], tuple[datetime, float] | None]
"""The market's chance of a topic's question by its first quote at or after a moment, and the moment of that quote; None where there is none."""


@dataclass(frozen=True, slots=True)
class SettledPair:
    """What model and market said of a settled question at one moment, and whether it happened."""

    model: float
    market: float
    happened: bool


def weigh_model(root: Path, *, as_of: date, market_at: MarketAt = lambda *_: None) -> tuple[ModelWeight, tuple[Problem, ...]]:
    """Return the model's weight as of a day, and what is wrong with the record; the stated weight where that is broken.

    The market is a forecaster of that kind on record, or else what ``market_at`` says.  Both count as they stood at the first moment at
    which there were both, which does not depend on the outcome.
    """
    folder = Folder(root)
    names = [name for name in topic_names(folder) if folder.kind(f"{SEEDS}/{name}/{RESOLUTIONS.file}.csv") is not None]
    if not names:
        return STATED, ()
    records, problems = read_records(folder, names)
    if has_errors(problems):
        return STATED, problems
    now = end_of_day(as_of)
    pairs = [
        pair
        for record in records
        for pair in settled_pairs(record.name, settled_forecasts([record], now=now), markets=_markets(record), market_at=market_at)
    ]
    model, market = (np.array(chances, dtype=float) for chances in ([its.model for its in pairs], [its.market for its in pairs]))
    return estimate_model_weight(model, market, np.array([its.happened for its in pairs], dtype=bool)), problems


def first_quotes(contracts: BookContracts, quotes_of: Callable[[str], QuoteTable]) -> MarketAt:
    """Return what the contracts of a book say of questions; ``quotes_of`` gives the quotes of a topic.

    A price is turned into the chance of the question at which it is fair, through what makes the contract deviate from it.
    """

    def market_at(topic: str, question: str, moment: datetime) -> tuple[datetime, float] | None:
        for its in contracts.of_topic(topic):
            if its.question == question and not its.label:
                found = _first_chance(its, quotes_of(topic), moment)
                if found is not None:
                    return found
        return None

    return market_at


def _first_chance(contract: Contract, quotes: QuoteTable, moment: datetime) -> tuple[datetime, float] | None:
    """The first quote at or after a moment from which a probability may be read, as the chance of the contract's question."""
    rows = quotes.rows_of(contract.name)
    for row in rows[quotes.at[rows] >= microseconds_of(moment)]:
        quote = quotes.quote(int(row), contract.venue)
        if not may_be_read(quote):
            continue
        price = float(read_midpoint(quote))
        its = contract.deviations
        deviation = known_deviation() if its is None else known_deviation(its.yes_if_yes.mean, its.yes_if_no.mean, its.void.mean)
        ours = price if contract.side == "yes" else 1 - price
        assert quote.at is not None  # those of a table have a time
        return quote.at, chance_at_price(ours, deviation, refund=float(contract.refund))
    return None


def may_be_read(quote: Quote) -> bool:
    """Whether the rules of ``price_guards`` let a midpoint be read into a quote."""
    try:
        read_midpoint(quote)
    except MarketFault:
        return False
    return True


def settled_pairs(topic: str, settled: SettledForecasts, *, markets: Collection[str], market_at: MarketAt) -> Iterator[SettledPair]:
    """Yield a pair for each settled question of a topic of which both had a chance other than 0 and 1; ``markets`` are forecasters' names."""
    is_model = np.array([settled.people[who] == MODEL for who in settled.who], dtype=bool)
    is_market = np.array([settled.people[who] in markets for who in settled.who], dtype=bool)
    for question in np.unique(settled.question):
        asked = settled.question == question
        pair = _first_pair(topic, settled, asked & is_model, asked & is_market, market_at)
        if pair is not None and 0 < pair.model < 1 and 0 < pair.market < 1:
            yield pair


def _markets(record: ForecastRecord) -> frozenset[str]:
    return frozenset(name for name, person in record.people.items() if person.kind == "market")


def _first_pair(topic: str, settled: SettledForecasts, ours: Truth, theirs: Truth, market_at: MarketAt) -> SettledPair | None:
    """Both at the first moment at which there were both."""
    if not ours.any():
        return None
    begin = settled.at[ours].min()
    row = int(np.flatnonzero(ours)[0])
    if theirs.any():
        moment = max(begin, settled.at[theirs].min())
        market = _probability_at(settled, theirs, moment)
    else:
        name = settled.questions[int(settled.question[row])].question.id
        quoted = market_at(topic, name, begin.item().replace(tzinfo=UTC))
        if quoted is None:
            return None
        close = settled.questions[int(settled.question[row])].question.close
        if close is not None and quoted[0] >= close:
            return None
        moment, market = np.datetime64(quoted[0].astimezone(UTC).replace(tzinfo=None), "us"), quoted[1]
    return SettledPair(_probability_at(settled, ours, moment), market, bool(settled.outcome[row]))


def _probability_at(settled: SettledForecasts, rows: Truth, moment: np.datetime64) -> float:
    """The last of some forecasts made up to a moment."""
    chosen = np.flatnonzero(rows & (settled.at <= moment))
    return float(settled.probability[chosen[np.argmax(settled.at[chosen])]])
