"""How much of which contracts to buy: joint Kelly stakes over the simulated paths of their questions.  Advice alone: nothing is ordered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from forecast.book.files.problems import Place, Problem, Result, has_errors
from forecast.book.topic import BASE, Topic
from forecast.content.priced_contracts import chance_of_answer
from forecast.content.topic import answer_content
from forecast.insight.carried_posteriors import with_carried_posteriors
from forecast.insight.published import PublishedResult, published_answers
from forecast.language.faults import did_you_mean
from forecast.markets.comparison.price_comparison import OurChance
from forecast.markets.contract import Contract
from forecast.markets.faults import MarketFault
from forecast.markets.files.contract_checks import question_problems
from forecast.markets.files.contracts import BookContracts, read_contracts
from forecast.markets.files.positions_file import read_positions
from forecast.markets.positions import OwnTrade, positions_of
from forecast.markets.stakes.advice import DEFAULT_FRACTION
from forecast.markets.stakes.model_weight import MODEL_ALONE, ModelWeight
from forecast.markets.stakes.stake_problem import Limits
from forecast.model.errors import Unsound
from forecast.model.settings import Settings
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


@dataclass(frozen=True, slots=True)
class _StakeInputs:
    """What a book says of the contracts that were chosen: their topics, what is on record of their markets by topic, and what is held."""

    contracts: tuple[Contract, ...]
    topics: Mapping[str, Topic]
    records: Mapping[str, MarketRecord]
    held: Mapping[str, tuple[HeldContract, ...]]
    weight: ModelWeight


def stake_book(root: Path, choice: StakeChoice, *, now: datetime, settings: Settings) -> StakeResult:
    """Return advice on contracts of a book as of a moment, with the draws that ``forecast update`` would make on that day."""
    try:
        given, warnings = _read_inputs(root, choice, now)
        if given is None:
            return StakeResult(problems=warnings)
        markets, left_out = _markets(given, now=now, most_age=timedelta(days=choice.most_age))
        published = {
            name: published_answers(with_carried_posteriors(given.topics[name], now.date(), settings), now.date(), settings)
            for name in sorted({its.contract.topic for its in markets})
        }
        results = {name: its.results[BASE] for name, its in published.items()}
        request = StakeRequest(choice.bankroll, choice.fraction, given.weight, choice.limits)
        chances = _published_chances(markets, given.topics, published)
        found = stake_contracts(markets, results, given.held, request, at=now, seed=settings.seed, chances=chances)
    except Unsound as unsound:
        return StakeResult(problems=unsound.problems)
    except MarketFault as fault:
        return StakeResult(problems=(Problem(Place(SEEDS), fault.message, fault.hint),))
    uncounted = sorted(set(given.held) - {its.name for its in found.contracts})
    of_others = [f"You hold {words.join_words(uncounted)} too, which is not counted here."] if uncounted else []
    notes = (*of_others, *_notes_on_variants(published))
    return replace(found, left_out={**left_out, **found.left_out}, as_of=now.date(), notes=(*found.notes, *notes), problems=warnings)


def _published_chances(
    markets: Sequence[ContractMarket], topics: Mapping[str, Topic], published: Mapping[str, PublishedResult]
) -> dict[str, OurChance]:
    """The chances of the published answers to contracts' questions, with their intervals, by contract; of those that have one."""
    chances = {}
    for contract in (its.contract for its in markets):
        answer = published[contract.topic].answers.get(contract.question)
        if answer is None:
            continue
        chance = chance_of_answer(answer_content(topics[contract.topic], answer), contract.label)
        if chance is not None:
            chances[contract.name] = chance
    return chances


def _notes_on_variants(published: Mapping[str, PublishedResult]) -> Iterator[str]:
    """That chances of a topic with variants are those of all of them, and whether the draws of one of them are not vouched for."""
    for topic, its in published.items():
        if its.weights is None:
            continue
        yield f"Chances of topic {topic} are those of all its variants together; how its contracts depend on each other is as its base has it."
        if not its.sound and its.results[BASE].posterior.diagnostics.sound:
            yield f"The engine does not vouch for the draws of a variant of topic {topic}; `forecast update` says why."


def _read_inputs(root: Path, choice: StakeChoice, now: datetime) -> Result[_StakeInputs]:
    """Return what a stake rests on, with warnings; or what is wrong with it.  Raises ``MarketFault`` for sales of more than is held."""
    if (missing := root_problem(root)) is not None:
        return Result(None, (missing,))
    folder = Folder(root)
    read = read_contracts(folder)
    contracts, unknown = _choose_contracts(read, choice.named)
    if unknown or has_errors(read.problems):
        return Result(None, (*read.problems, *unknown))
    names = sorted({its.topic for its in contracts})
    book, problems = read_checked_book(root, names)
    if has_errors(problems):
        return Result(None, problems)
    record_of = cache(lambda topic: read_market_record(folder, topic))
    trades = [read_positions(folder, topic) for topic in sorted({its.topic for its in read.contracts.values()})]
    problems = (
        *(problem for topic in names for problem in question_problems(book.topics[topic], read.of_topic(topic), ())),
        *(problem for topic in names for problem in record_of(topic)[1]),
        *(problem for _, wrong in trades for problem in wrong),
    )
    if has_errors(problems):
        return Result(None, problems)
    market_at = first_quotes(read, lambda topic: record_of(topic)[0].quotes)
    weight, faults = (MODEL_ALONE, ()) if choice.model_only else weigh_model(root, as_of=now.date(), market_at=market_at)
    held = _held_contracts(read, [trade for own, _ in trades for trade in own], now)
    given = _StakeInputs(contracts, book.topics, {topic: record_of(topic)[0] for topic in names}, held, weight)
    return Result(given, (*problems, *(replace(problem, level="warning") for problem in faults)))


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
    return (
        contract.name,
        contract.question,
        contract.question_name,
        f"{contract.topic}.{contract.question}",
        f"{contract.topic}.{contract.question_name}",
    )


def _markets(given: _StakeInputs, *, now: datetime, most_age: timedelta) -> tuple[list[ContractMarket], dict[str, str]]:
    """What may be traded, and of what may not the reasons by name."""
    markets, left_out = [], {}
    for its in given.contracts:
        if its.question not in given.topics[its.topic].questions:
            left_out[its.name] = "no model answers its question"
            continue
        try:
            markets.append(market_of_contract(its, given.records[its.topic], now=now, most_age=most_age))
        except MarketFault as fault:
            left_out[its.name] = fault.reason
    return markets, left_out
