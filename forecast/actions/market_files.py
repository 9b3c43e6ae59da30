"""What is wrong with a book's files about markets, as checks and updates say it.

Like the record of forecasts, nothing of them is an input to a model: what is wrong is an error of
``forecast check``, and a warning of ``forecast update``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from forecast.book.files.folder import Folder
from forecast.book.files.layout import SNAKE_CASE
from forecast.book.files.problems import Place, Problem
from forecast.book.files.sources import read_source_if_any
from forecast.book.topic import Book
from forecast.language.faults import did_you_mean
from forecast.markets.files.contract_checks import question_problems
from forecast.markets.files.contracts import contracts_path, read_contracts
from forecast.markets.files.depth_files import read_books, read_pools
from forecast.markets.files.positions_file import read_positions
from forecast.markets.files.quotes_file import quotes_path, read_quotes


def problems_of_contracts(root: Path, book: Book, *, topics: Collection[str] | None) -> Iterator[Problem]:
    """Yield what is wrong with the contracts of some topics, or of all; what they ask is known of topics that are sound alone."""
    folder = Folder(root)
    found = read_contracts(folder, None if topics is None else [name for name in topics if SNAKE_CASE.fullmatch(name)])
    yield from found.problems
    for name, topic in book.topics.items():
        contracts = found.of_topic(name)
        if contracts and (topics is None or name in topics):
            source, _ = read_source_if_any(folder, contracts_path(name))
            yield from question_problems(topic, contracts, () if source is None else source.lines)


def problems_of_quotes(root: Path, book: Book) -> Iterator[Problem]:
    """Yield what is wrong with the quotes, order books, pools and trades of a book's topics; a million quotes take some seconds."""
    folder = Folder(root)
    known = read_contracts(folder)
    for name in book.topics:
        table, problems = read_quotes(folder, name)
        yield from problems
        for read in (read_books, read_pools, read_positions):
            yield from read(folder, name)[1]
        contracts = [contract.name for contract in known.of_topic(name)]
        for contract in table.contracts:
            if contract not in contracts:
                message = f"these are quotes of `{contract}`, and {contracts_path(name)} has no such contract, or none that can be read"
                yield Problem(Place(quotes_path(name)), message, did_you_mean(contract, contracts) or "add it with `forecast market add`")
