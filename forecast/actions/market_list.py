"""The contracts of a book, each with its question and what of the checklist is not known to be the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from forecast.book.files.folder import Folder
from forecast.book.files.layout import choose_topics, prior_path, root_problem
from forecast.book.files.problems import Problem
from forecast.markets.contract import Contract
from forecast.markets.files.contracts import contracts_path, read_contracts


@dataclass(frozen=True, slots=True)
class ContractList:
    """The sound contracts in the order of the book, and what is wrong with the others; an error where a topic is not there."""

    contracts: tuple[Contract, ...] = ()
    problems: tuple[Problem, ...] = ()


def list_contracts(root: Path, topics: Sequence[str] | None) -> ContractList:
    """Return the contracts of some topics, or of all."""
    if (missing := root_problem(root)) is not None:
        return ContractList(problems=(missing,))
    folder = Folder(root)
    names, problems = choose_topics(folder, topics)
    if topics is not None and problems:
        return ContractList(problems=problems)
    found = read_contracts(folder)
    paths = {path for name in names for path in (contracts_path(name), prior_path(name))}
    return ContractList(
        tuple(contract for contract in found.contracts.values() if contract.topic in names),
        tuple(problem for problem in found.problems if problem.place.path in paths),
    )
