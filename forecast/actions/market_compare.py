"""Contracts of a book compared with the answers of their topics, as computed now; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from forecast.actions.topic_contracts import TopicMarkets, compare_contracts, entries_of_topic
from forecast.book.files.folder import Folder
from forecast.book.files.layout import SEEDS, root_problem
from forecast.book.files.problems import Place, Problem, has_errors
from forecast.book.ledger import read_ledger
from forecast.book.reading import read_book
from forecast.book.topic import BASE, Topic
from forecast.content.topic import answer_content
from forecast.inference.posterior import Posterior
from forecast.insight.carried_posteriors import with_carried_posteriors
from forecast.insight.published import published_answers
from forecast.language.faults import did_you_mean
from forecast.markets.contract import Contract
from forecast.markets.files.contract_checks import question_fault
from forecast.markets.files.contracts import contracts_path, read_contracts
from forecast.markets.files.quotes_file import read_quotes
from forecast.model.custom_model import trust_problems
from forecast.model.errors import Unsound
from forecast.model.settings import Settings
from forecast.predict.answers import Answer
from forecast.schema.market import ContractContent


@dataclass(frozen=True, slots=True)
class MarketComparison:
    """Contracts by topic, in the order of the book, and the topics whose draws the engine does not vouch for; or why there are none."""

    problems: tuple[Problem, ...] = ()
    contracts: Mapping[str, list[ContractContent]] = field(default_factory=dict)
    as_of: date | None = None
    distrusted: tuple[str, ...] = ()


def compare_markets(root: Path, name: str, *, as_of: date, settings: Settings, beliefs: bool = True) -> MarketComparison:
    """Compare contracts with the answers of their topics as of a day.

    ``name`` is a contract, ``topic.question``, a question, or a topic; all contracts of the book where it is empty.  Of a topic that cannot
    be read, or a contract in which something is wrong, the problems are returned alone.
    """
    if (missing := root_problem(root)) is not None:
        return MarketComparison((missing,))
    folder = Folder(root)
    found = read_contracts(folder)
    if has_errors(found.problems):
        return MarketComparison(found.problems)
    chosen = [its for its in found.contracts.values() if not name or name in _names_of(its)]
    if not chosen:
        return MarketComparison((_unknown(name, list(found.contracts.values())),))
    names = list(dict.fromkeys(its.topic for its in chosen))
    book, problems = read_book(root, names)
    if has_errors(problems):
        return MarketComparison(problems)
    if refused := trust_problems([book.topics[topic] for topic in names], trust=settings.trust):
        return MarketComparison(refused)
    entries, _ = read_ledger(folder)
    contracts: dict[str, list[ContractContent]] = {}
    wrong: list[Problem] = []
    distrusted = []
    for topic in names:
        of_topic = tuple(its for its in chosen if its.topic == topic)
        wrong += _question_problems(of_topic, book.topics[topic])
        quotes, faults = read_quotes(folder, topic)
        wrong += faults
        if has_errors(tuple(wrong)):
            continue
        try:
            answered, posterior, sound = _answers_of(book.topics[topic], as_of, replace(settings, chances=True))
        except Unsound as unsound:
            wrong += unsound.problems
            continue
        answers = {question: answer_content(book.topics[topic], answer) for question, answer in answered.items()}
        markets = TopicMarkets(of_topic, quotes, entries_of_topic(entries, topic))
        contracts[topic] = compare_contracts(
            markets, book.topics[topic], posterior, answers, as_of=as_of, seed=settings.seed, beliefs=beliefs
        )
        if not sound:
            distrusted.append(topic)
    return MarketComparison(tuple(wrong), contracts, as_of, tuple(distrusted))


def _answers_of(topic: Topic, as_of: date, settings: Settings) -> tuple[Mapping[str, Answer], Posterior | None, bool]:
    """A topic's answers, its posterior where it has one alone, and whether the engine vouches for all draws behind them."""
    published = published_answers(with_carried_posteriors(topic, as_of, settings), as_of, settings)
    return published.answers, None if topic.variants else published.results[BASE].posterior, published.sound


def _names_of(contract: Contract) -> set[str]:
    """What a contract may be named by: itself, its question with or without the topic and the class, or its topic."""
    asked = {contract.question, contract.question_name}
    return {contract.name, contract.topic, *asked, *(f"{contract.topic}.{name}" for name in asked)}


def _question_problems(contracts: tuple[Contract, ...], topic: Topic) -> list[Problem]:
    faults = [(its, question_fault(topic, its.question, its.label)) for its in contracts]
    return [Problem(its.place, *fault) for its, fault in faults if fault is not None]


def _unknown(name: str, contracts: list[Contract]) -> Problem:
    if not contracts:
        return Problem(Place(SEEDS), "this book has no contracts", "`forecast market add QUESTION` adds one")
    known = sorted({known for its in contracts for known in (its.name, f"{its.topic}.{its.question}")})
    hint = did_you_mean(name, known) or f"known are {', '.join(known)}"
    return Problem(Place(contracts_path(contracts[0].topic)), f"no contract, question or topic with contracts is called `{name}`", hint)
