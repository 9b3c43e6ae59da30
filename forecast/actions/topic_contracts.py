"""The contracts of one topic, compared: its answers beside quotes, and what its parameters would have to be for a price."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from forecast.actions.spoken_chances import spoken_chances
from forecast.book.files.folder import Folder
from forecast.book.ledger import canonical_json
from forecast.book.topic import Question, Topic
from forecast.content.contracts import contract_content
from forecast.content.market_belief import belief_content
from forecast.content.priced_contracts import PricedContract, drawn_deviations, price_contract
from forecast.inference.posterior import Posterior
from forecast.insight.market_belief import price_beliefs
from forecast.language.expressions import Compare, Name, Number
from forecast.markets.comparison.quote_history import quote_history
from forecast.markets.contract import Contract
from forecast.markets.faults import MarketFault
from forecast.markets.files.contract_checks import question_fault
from forecast.markets.files.contracts import contracts_path, read_contracts
from forecast.markets.files.quotes_file import quotes_path, read_quotes
from forecast.markets.quote_table import QuoteTable
from forecast.model.errors import Unsound
from forecast.model.settings import Purpose, generator
from forecast.schema.answers import AnswerContent
from forecast.schema.json_data import round_numbers
from forecast.schema.market import BeliefContent, ContractContent

NO_OWN_MODEL = "a topic's own model has no paths on chosen draws"
SEVERAL_MODELS = "the topic has variants, each with parameters of its own"


@dataclass(frozen=True, slots=True)
class TopicMarkets:
    """What is on record of a topic's contracts: the contracts, their quotes, and the ledger's lines of the topic."""

    contracts: tuple[Contract, ...]
    quotes: QuoteTable
    entries: tuple[Mapping[str, Any], ...] = ()
    key: str = ""  # a hash of all that, as it stands in files


def read_markets(root: Path, topics: Iterable[Topic], entries: Sequence[Mapping[str, Any]], *, as_of: date) -> dict[str, TopicMarkets]:
    """Return the contracts of those topics that have some, by topic.  What is wrong with them is left out here, and said by the checks."""
    folder = Folder(root)
    asked = [topic for topic in topics if folder.kind(contracts_path(topic.name)) == "file"]
    if not asked:
        return {}
    found = read_contracts(folder)
    markets = {}
    for topic in asked:
        contracts = tuple(its for its in found.of_topic(topic.name) if question_fault(topic, its.question, its.label) is None)
        modelled = tuple(its for its in contracts if its.question in topic.questions)
        if modelled:
            earlier = tuple(entry for entry in entries_of_topic(entries, topic.name) if entry["as_of"] < as_of.isoformat())
            quotes, _ = read_quotes(folder, topic.name)
            markets[topic.name] = TopicMarkets(modelled, quotes, earlier, _key(folder, topic.name, modelled, earlier))
    return markets


def _key(folder: Folder, topic: str, contracts: Sequence[Contract], entries: Sequence[Mapping[str, Any]]) -> str:
    """The SHA-256 of the files of contracts and quotes, of what is believed of the contracts, and of the ledger's lines."""
    hashed = hashlib.sha256()
    for path in (contracts_path(topic), quotes_path(topic)):
        for block in folder.blocks(path):
            hashed.update(block)
        hashed.update(b"\0")
    believed = [
        (its.name, [(prior.text, prior.why) for prior in (its.deviations.yes_if_yes, its.deviations.yes_if_no, its.deviations.void)])
        for its in contracts
        if its.deviations is not None
    ]
    hashed.update(canonical_json([believed, entries]).encode())
    return hashed.hexdigest()


def compare_contracts(
    markets: TopicMarkets,
    topic: Topic,
    posterior: Posterior | None,
    answers: Mapping[str, AnswerContent],
    *,
    as_of: date,
    seed: int,
    beliefs: bool = True,
) -> list[ContractContent]:
    """Return the contracts of a topic beside its answers as of a day; without ``beliefs``, what a price would ask us to believe is left out.

    A topic with variants has no one ``posterior``: its contracts are compared with the answers of all variants together, without beliefs.
    """
    deviations = drawn_deviations(markets.contracts, generator(seed, topic.name, Purpose.MARKET))
    contents = []
    for contract in markets.contracts:
        its = price_contract(
            contract,
            answers.get(contract.question),
            quote_history(markets.quotes, contract.name, contract.venue),
            deviations[contract.name],
            spoken_chances(markets.entries, contract, before=as_of),
            as_of=as_of,
        )
        belief, why_not = _belief(its, topic, posterior, answers, seed) if beliefs else (None, "")
        contents.append(round_numbers(contract_content(its, topic, as_of=as_of, belief=belief, no_belief=why_not)))
    return contents


def _belief(
    its: PricedContract, topic: Topic, posterior: Posterior | None, answers: Mapping[str, AnswerContent], seed: int
) -> tuple[BeliefContent | None, str]:
    """What would have to be believed for the price that is nearest to the fair one; or nothing, and why."""
    contract, price = its.contract, its.price_to_explain
    if price is None or its.chance is None:
        return None, ""
    if posterior is None:
        return None, SEVERAL_MODELS
    if topic.own is not None:
        return None, NO_OWN_MODEL
    settled = None if answers[contract.question]["status"] in {"open", "annulled"} else its.chance.value
    try:
        chance = its.chance_at(price)
        (belief,) = price_beliefs(
            _question_of(topic, contract), posterior, [chance], generator(seed, topic.name, contract.name, Purpose.MARKET), settled=settled
        )
    except (MarketFault, Unsound) as fault:
        return None, str(fault)
    return belief_content(belief, topic, price=price), ""


def _question_of(topic: Topic, contract: Contract) -> Question:
    """The question of a contract for a probability: as it is, or of the class that the contract is about."""
    question, label = topic.questions[contract.question], contract.label
    if question.kind == "probability":
        return question
    condition = question.choices.get(label)
    if condition is None:  # a class that is a value of a parameter, which is a number there
        assert isinstance(question.answer, Name)
        condition = Compare(("==",), (question.answer, Number(float(topic.parameters[question.answer.name].categories.index(label)))))
    return replace(question, kind="probability", answer=condition, answer_text=contract.question_name, choices={}, choice_texts={})


def entries_of_topic(entries: Sequence[Mapping[str, Any]], topic: str) -> tuple[Mapping[str, Any], ...]:
    """Return the ledger's lines of a topic."""
    return tuple(entry for entry in entries if entry["topic"] == topic)
