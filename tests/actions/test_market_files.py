"""What a check and an update say of files about markets."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from forecast.actions.book_inputs import book_inputs
from forecast.actions.check import check
from forecast.actions.market_files import problems_of_contracts, problems_of_quotes
from forecast.actions.update import update
from forecast.book.files.folder import Folder
from forecast.book.files.problems import Place
from forecast.book.hashes import numbers_hash
from forecast.book.reading import read_book
from forecast.model.settings import Settings
from tests.markets.files.test_contracts import CONTRACT, PRIORS
from tests.support.paths import TINY_BOOK


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The tiny book with a contract."""
    shutil.copytree(TINY_BOOK, tmp_path / "book")
    (tmp_path / "book/seeds/ferry/contracts.toml").write_text(CONTRACT)
    with (tmp_path / "book/priors/ferry.toml").open("a") as priors:
        priors.write(PRIORS)
    return tmp_path / "book"


def test_a_sound_contract_gives_no_problem(root: Path):
    """Neither of the topic nor of its contracts."""
    book, problems = read_book(root)
    assert problems == read_book(TINY_BOOK)[1]
    assert tuple(problems_of_contracts(root, book, topics=None)) == ()


def test_problems_are_those_of_the_topics_asked_for(root: Path):
    """What is wrong with the contracts of another topic is not said."""
    (root / "seeds/ferry/contracts.toml").write_text(CONTRACT.replace('side = "no"', 'side = "maybe"'))
    book, _ = read_book(root)
    assert len(tuple(problems_of_contracts(root, book, topics=None))) == 1
    assert len(tuple(problems_of_contracts(root, book, topics=["ferry"]))) == 1
    assert tuple(problems_of_contracts(root, book, topics=["other"])) == ()


def test_only_the_topics_asked_for_are_read(root: Path):
    """An update of one topic among many reads the contracts of that one."""
    book, _ = read_book(root)
    shutil.copytree(root / "seeds/ferry", root / "seeds/other")
    (root / "priors/other.toml").write_text(PRIORS)
    assert len(tuple(problems_of_contracts(root, book, topics=None))) == 1  # one name of two contracts
    assert tuple(problems_of_contracts(root, book, topics=["ferry"])) == ()


def test_a_question_that_is_not_asked_is_a_problem_at_its_contract(root: Path):
    """The problem names the contract's line, and the topic is in the book."""
    (root / "seeds/ferry/contracts.toml").write_text(CONTRACT.replace('"three_more"', '"four_more"'))
    book, _ = read_book(root)
    (problem,) = problems_of_contracts(root, book, topics=None)
    assert (problem.place.path, problem.place.line, problem.source) == ("seeds/ferry/contracts.toml", 2, "[kalshi-ferry]")
    assert list(book.topics) == ["ferry"]


def test_the_numbers_of_a_topic_have_the_hash_that_they_had(root: Path):
    """Contracts and their priors are no part of what answers rest on."""
    book, _ = read_book(root)
    plain, _ = read_book(TINY_BOOK)
    assert numbers_hash(book.topics["ferry"]) == numbers_hash(plain.topics["ferry"])


def test_contracts_are_no_input_of_the_models(root: Path):
    """The hash of the files that models rest on stays as it is where a contract changes."""
    before = book_inputs(Folder(root))
    (root / "seeds/ferry/contracts.toml").write_text(CONTRACT.replace('side = "no"', 'side = "yes"'))
    (root / "seeds/ferry/quotes.csv").write_text("contract,at\n")
    assert book_inputs(Folder(root)) == before


def test_quotes_are_of_contracts_that_there_are(root: Path):
    """A quote of another contract is a problem, and so is a row that cannot be read."""
    book, _ = read_book(root)
    assert tuple(problems_of_quotes(root, book)) == ()
    rows = [
        "contract,at,kind,bid,ask",
        "kalshi-ferry,2025-03-01T12:00:00Z,bid-ask,0.2,0.3",
        "kalshi-fery,2025-03-01T12:00:00Z,bid-ask,0.2,0.3",
    ]
    (root / "seeds/ferry/quotes.csv").write_text("\n".join([*rows, ""]))
    (problem,) = problems_of_quotes(root, book)
    assert problem.message.startswith("these are quotes of `kalshi-fery`")
    assert problem.hint == "did you mean `kalshi-ferry`?"


@pytest.mark.slow
def test_what_is_wrong_with_contracts_stops_no_update(root: Path):
    """A check has an error; an update publishes, and warns at the same place."""
    (root / "seeds/ferry/contracts.toml").write_text(CONTRACT.replace('side = "no"', 'side = "maybe"'))
    day = date(2025, 10, 12)
    checked = check(root, None, as_of=day)
    place = Place("seeds/ferry/contracts.toml", 6, 9)
    assert [problem.level for problem in checked.problems if problem.place == place] == ["error"]
    done = update(root, as_of=day, today=day, settings=Settings(), referee=False, insight=False, pages=False)
    assert done.exit_code == 0
    assert [problem.level for problem in done.problems if problem.place == place] == ["warning"]
