"""How much of which contracts to buy: joint Kelly stakes over the simulated paths of their questions.  Advice alone: nothing is ordered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from forecast.actions.check import read_checked_book
from forecast.actions.contract_offers import ContractMarket, MarketRecord, market_of_contract, read_market_record
from forecast.actions.contract_stakes import DEFAULT_BANKROLL, HeldContract, StakeRequest, StakeResult, stake_contracts
from forecast.actions.model_weight import first_quotes, weigh_model
from forecast.book.files.folder import Folder
from forecast.book.files.layout import SEEDS, root_problem
from forecast.book.files.problems import Place, Problem, has_errors
from forecast.language.faults import did_you_mean
from forecast.markets.contract import Contract
from forecast.markets.faults import MarketFault
from forecast.markets.files.contract_checks import question_problems
from forecast.markets.files.contracts import BookContracts, read_contracts
from forecast.markets.files.positions_file import read_positions
from forecast.markets.positions import OwnTrade, positions_of
from forecast.markets.stakes.advice import DEFAULT_FRACTION
from forecast.markets.stakes.model_weight import MODEL_ALONE
from forecast.markets.stakes.stake_problem import Limits
from forecast.model.errors import Unsound
from forecast.model.settings import Settings
from forecast.predict.analysis import published_result
from forecast.schema import words


@dataclass(frozen=True, slots=True)
class StakeChoice:
    """What a user chose: contracts or questions by name (all where none is), and what a request says; quotes older than so many days are refused."""

    named: tuple[str, ...] = ()
    bankroll: float = DEFAULT_BANKROLL
    fraction: float = DEFAULT_FRACTION
    limits: Limits = field(default_factory=Limits)
    most_age: float = 1.0
    model_only: bool = False


def stake_book(root: Path, choice: StakeChoice, *, now: datetime, settings: Settings) -> StakeResult:
    """Return advice on contracts of a book as of a moment, with the draws that ``forecast update`` would make on that day."""
    if (missing := root_problem(root)) is not None:
        return StakeResult(problems=(missing,))
    folder = Folder(root)
    read = read_contracts(folder)
    contracts, wrong = _choose_contracts(read, choice.named)
    topics = sorted({its.topic for its in contracts})
    if wrong or has_errors(read.problems):
        return StakeResult(problems=(*read.problems, *wrong))
    book, problems = read_checked_book(root, topics)
    if has_errors(problems):
        return StakeResult(problems=problems)
    record_of = cache(lambda topic: read_market_record(folder, topic))
    problems = tuple(problem for name in topics for problem in question_problems(book.topics[name], read.of_topic(name), ()))
    problems += tuple(problem for name in topics for problem in record_of(name)[1])
    trades = {name: read_positions(folder, name) for name in sorted({its.topic for its in read.contracts.values()})}
    problems += tuple(problem for _, wrong in trades.values() for problem in wrong)
    if has_errors(problems):
        return StakeResult(problems=problems)
    weight, warnings = MODEL_ALONE, problems
    if not choice.model_only:
        weight, wrong = weigh_model(root, as_of=now.date(), market_at=first_quotes(read, lambda topic: record_of(topic)[0].quotes))
        warnings = (*problems, *(replace(problem, level="warning") for problem in wrong))
    request = StakeRequest(choice.bankroll, choice.fraction, weight, choice.limits)
    asked = [its for its in contracts if its.question in book.topics[its.topic].questions]
    markets, left_out = _markets(asked, {name: record_of(name)[0] for name in topics}, now=now, most_age=timedelta(days=choice.most_age))
    left_out |= {its.name: "no model answers its question" for its in contracts if its not in asked}
    try:
        used = {its.contract.topic for its in markets}
        results = {
            name: published_result(book.topics[name], now.date(), replace(settings, chances=False)) for name in topics if name in used
        }
        held = _held_contracts(read, [trade for own, _ in trades.values() for trade in own], now)
        found = stake_contracts(markets, results, held, request, at=now, seed=settings.seed)
    except Unsound as unsound:
        return StakeResult(problems=unsound.problems)
    except MarketFault as fault:
        return StakeResult(problems=(Problem(Place(SEEDS), fault.message, fault.hint),))
    uncounted = sorted(set(held) - {its.name for its in found.contracts})
    notes = (f"You hold {words.join_words(uncounted)} too, which is not counted here.",) if uncounted else ()
    return replace(found, left_out={**left_out, **found.left_out}, as_of=now.date(), notes=(*found.notes, *notes), problems=warnings)


def _held_contracts(read: BookContracts, trades: Sequence[OwnTrade], now: datetime) -> dict[str, tuple[HeldContract, ...]]:
    """What is held of each contract at a moment; raise ``MarketFault`` where a sale is of more than is held."""
    held = {}
    for name, position in positions_of(trades, until=now).items():
        if position.is_open() and name in read.contracts:
            sides = (position.yes, position.no)
            held[name] = tuple(
                HeldContract(its.side, float(its.count), float(its.count * (its.average_price or 0))) for its in sides if its.count
            )
    return held


def _choose_contracts(read: BookContracts, named: Sequence[str]) -> tuple[tuple[Contract, ...], tuple[Problem, ...]]:
    """The contracts that are named, or that are of a question that is; all where nothing is."""
    chosen: dict[str, Contract] = {} if named else dict(read.contracts)
    problems: list[Problem] = []
    known = dict.fromkeys(name for its in read.contracts.values() for name in _names_of(its))
    for text in named:
        fitting = {name: its for name, its in read.contracts.items() if text in _names_of(its)}
        chosen |= fitting
        if not fitting:
            hint = did_you_mean(text, tuple(known)) or "`forecast market add` makes one"
            problems.append(Problem(Place(SEEDS), f"there is no contract `{text}`, and none of a question of that name", hint))
    if not chosen and not problems:
        problems.append(Problem(Place(SEEDS), "this book has no contracts", "`forecast market add` makes one"))
    return tuple(chosen.values()), tuple(problems)


def _names_of(contract: Contract) -> tuple[str, ...]:
    return contract.name, contract.question, contract.asked, f"{contract.topic}.{contract.question}", f"{contract.topic}.{contract.asked}"


def _markets(
    contracts: Sequence[Contract], records: Mapping[str, MarketRecord], *, now: datetime, most_age: timedelta
) -> tuple[list[ContractMarket], dict[str, str]]:
    """What may be traded, and of what may not the reasons by name."""
    markets, left_out = [], {}
    for its in contracts:
        try:
            markets.append(market_of_contract(its, records[its.topic], now=now, most_age=most_age))
        except MarketFault as fault:
            left_out[its.name] = fault.message
    return markets, left_out
