"""The contracts of a book: every ``seeds/<topic>/contracts.toml``, with what prior files say of them, and all that is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from forecast.book.files.contract_shapes import CONTRACTS
from forecast.book.files.folder import Folder
from forecast.book.files.layout import SEEDS, prior_path, topic_names
from forecast.book.files.problems import Problem
from forecast.book.files.sources import Document, read_document_if_any
from forecast.language.faults import did_you_mean
from forecast.markets.contract import Contract
from forecast.markets.files.contract_tables import read_contract
from forecast.markets.files.deviations import read_deviations


@dataclass(frozen=True, slots=True)
class BookContracts:
    """The sound contracts of a book by name, in the order of topics and files, and what is wrong with the others or with their priors."""

    contracts: Mapping[str, Contract]
    problems: tuple[Problem, ...] = ()

    def of_topic(self, topic: str) -> tuple[Contract, ...]:
        """Those beside the questions of a topic."""
        return tuple(contract for contract in self.contracts.values() if contract.topic == topic)


def contracts_path(topic: str) -> str:
    """Return the path of a topic's contracts, relative to the book."""
    return f"{SEEDS}/{topic}/{CONTRACTS}.toml"


def read_contracts(folder: Folder, topics: Iterable[str] | None = None) -> BookContracts:
    """Read the contracts of some topics of a book, or of all.  Whether their questions can have contracts, ``contract_checks`` says.

    That names and ids are each of one contract alone is seen among the topics that are read.
    """
    read: dict[str, Contract] = {}
    problems: list[Problem] = []
    traded: dict[tuple[str, str], Contract] = {}
    for topic in topic_names(folder) if topics is None else topics:
        contracts, document, wrong = _read_topic(folder, topic)
        problems += wrong
        for contract in contracts:
            assert document is not None  # else it had no contracts
            same = traded.get((contract.venue, contract.id))
            if (other := read.get(contract.name)) is not None:
                message = f"`{contract.name}` is a contract of {other.place.path} already"
                problems.append(document.at_key((contract.name,), message, "give it another name: names are those of the whole book"))
            elif same is not None:
                message = f"{contract.venue} has one contract `{contract.id}`, and it is `{same.name}` already ({same.place.path}:{same.place.line})"
                problems.append(document.at_value((contract.name, "id"), message, "keep one of them"))
            else:
                read[contract.name] = traded[contract.venue, contract.id] = contract
    return BookContracts(MappingProxyType(read), (*problems, *_implied_problems(read)))


def _implied_problems(read: Mapping[str, Contract]) -> Iterator[Problem]:
    """What contracts are said to imply that is no other contract."""
    for contract in read.values():
        for implied in contract.implies:
            if implied not in read or implied == contract.name:
                message = f"`{contract.name}` implies `{implied}`, which is no other contract of this book"
                yield Problem(contract.place, message, did_you_mean(implied, [name for name in read if name != contract.name]))


def _read_topic(folder: Folder, topic: str) -> tuple[tuple[Contract, ...], Document | None, tuple[Problem, ...]]:
    document, problems = read_document_if_any(folder, contracts_path(topic))
    priors, deviations, wrong = read_deviations(folder, topic)
    gathered = [*problems, *wrong]
    tables: Iterable[str] = document.content if document is not None else ()
    if priors is not None and (document is not None or not problems):  # nothing is said of a file that cannot be read
        gathered += _priors_without_contract(priors, tables)
    contracts: list[Contract] = []
    for name in tables:
        assert document is not None
        contract, wrong = read_contract(document, topic, name)
        gathered += wrong
        if contract is not None:
            contracts.append(replace(contract, deviations=deviations.get(name)))
        if priors is None or name not in _contract_names(priors):
            message = f"{prior_path(topic)} does not say how `{name}` may end otherwise than its question"
            gathered.append(document.at_key((name,), message, f"write [{CONTRACTS}.{name}.yes_if_yes], .yes_if_no and .void there"))
    return tuple(contracts), document, tuple(gathered)


def _contract_names(priors: Document) -> Iterable[str]:
    named = priors.content.get(CONTRACTS, {})
    return named if isinstance(named, Mapping) else ()


def _priors_without_contract(priors: Document, tables: Iterable[str]) -> list[Problem]:
    known = tuple(tables)
    return [
        priors.at_key((CONTRACTS, name), f"there is no contract `{name}` beside this topic", did_you_mean(name, known))
        for name in _contract_names(priors)
        if name not in known
    ]
