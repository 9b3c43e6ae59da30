"""Contracts of a book: what is read, and what is wrong, each with its place."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import get_args, get_type_hints

import numpy as np
import pytest

from forecast.book.files.contract_shapes import ContractTable, TermsTable
from forecast.book.files.folder import Folder
from forecast.book.files.problems import format_problems
from forecast.book.reading import read_book, read_topic
from forecast.markets.contract import TERMS, rules_hash
from forecast.markets.files.contract_checks import question_problems
from forecast.markets.files.contracts import BookContracts, read_contracts
from forecast.markets.files.fee_tables import FEE_KEYS
from forecast.markets.quotes import Venue
from forecast.markets.venues.kalshi_fees import KalshiFees
from forecast.markets.venues.manifold_fees import NoFees
from forecast.markets.venues.polymarket_fees import PolymarketFees, PolymarketUSFees
from tests.support.paths import TINY_BOOK

RULES = "Resolves Yes if the ferry breaks down\nthree times by the end of 2025."
CONTRACT = f'''
[kalshi-ferry]
question = "three_more"
venue = "kalshi"
id = "KXFERRY-25DEC31"
side = "no"
address = "https://kalshi.example/markets/kxferry"
deadline = 2025-12-31T23:59:00-05:00
rules = """
{RULES}"""
rules_hash = "{rules_hash(RULES)}"
minimum_order = "1"
settlement_source = "harbour log"
group = "KXFERRY"
refund = 0.5
ticks = [{{start = "0", end = "0.10", step = "0.001"}}, {{start = "0.10", end = "1", step = 0.01}}]

[[kalshi-ferry.fees]]
holds_from = 2025-01-01
source = "series payload"
taker_multiplier = "0.5"

[[kalshi-ferry.fees]]
holds_from = 2025-06-01T12:00:00Z
source = "fee changes"
type = "quadratic_with_maker_fees"
maker_multiplier = 1

[kalshi-ferry.terms]
comparator = {{status = "same"}}
early_close = {{status = "different", note = "It closes with the third breakdown."}}
'''
PRIORS = """

[contracts.kalshi-ferry.yes_if_yes]
prior = "Beta(mean=0.95, strength=20)"
why = "The log may miss one."

[contracts.kalshi-ferry.yes_if_no]
prior = 0.02
why = "The log has no false entries."

[contracts.kalshi-ferry.void]
prior = "Uniform(lower=0, upper=0.1)"
why = "Such contracts are seldom void."
"""


def book_with(contracts: str = CONTRACT, priors: str = PRIORS) -> Folder:
    """The tiny book with contracts and their priors."""
    text = (TINY_BOOK / "priors/ferry.toml").read_text()
    return Folder(TINY_BOOK, {"seeds/ferry/contracts.toml": contracts, "priors/ferry.toml": text + priors})


def read(contracts: str = CONTRACT, priors: str = PRIORS) -> BookContracts:
    """What is read of such a book."""
    return read_contracts(book_with(contracts, priors))


def test_a_contract_is_read_with_all_that_its_table_says():
    """Decimals are exact, the deadline keeps its zone, and schedules of fees begin when they say."""
    found = read()
    assert found.problems == ()
    contract = found.contracts["kalshi-ferry"]
    assert found.of_topic("ferry") == (contract,)
    assert (contract.topic, contract.question, contract.label, contract.question_name) == ("ferry", "three_more", "", "three_more")
    assert (contract.venue, contract.id, contract.side) == ("kalshi", "KXFERRY-25DEC31", "no")
    assert contract.deadline == datetime(2025, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-5)))
    assert contract.rules == RULES
    assert contract.currency == "USD"
    assert contract.minimum_order == 1
    assert contract.refund == Decimal("0.5")
    assert [(str(tick.start), str(tick.end), str(tick.step)) for tick in contract.ticks] == [("0", "0.10", "0.001"), ("0.10", "1", "0.01")]
    half, whole = contract.fees
    assert isinstance(half, KalshiFees)
    assert isinstance(whole, KalshiFees)
    assert half.trade_fee(Decimal("0.5"), Decimal(100)) == Decimal("0.88")
    assert whole.trade_fee(Decimal("0.5"), Decimal(100), "maker") == Decimal("0.44")
    assert whole.holds_from.isoformat() == "2025-06-01T12:00:00+00:00"
    assert contract.term("comparator").status == "same"
    assert contract.term("early_close").note == "It closes with the third breakdown."
    assert contract.term("source").status == "unknown"


def test_priors_of_a_contract_are_numbers_or_distributions():
    """Quantiles are those of the distribution, and of a number the number itself."""
    deviations = read().contracts["kalshi-ferry"].deviations
    assert deviations is not None
    assert deviations.yes_if_yes.mean == pytest.approx(0.95)
    assert deviations.yes_if_no.quantiles([0.1, 0.9]) == pytest.approx([0.02, 0.02])
    assert deviations.yes_if_no.mean == pytest.approx(0.02)
    assert deviations.void.quantiles([0.5]) == pytest.approx([0.05])
    assert deviations.void.why == "Such contracts are seldom void."


def test_the_mean_of_a_distribution_without_a_formula_is_that_of_its_quantiles():
    """A truncated normal has the mean that its quantiles give."""
    priors = PRIORS.replace('"Uniform(lower=0, upper=0.1)"', '"Truncated(Normal(mu=0, sigma=0.1), lower=0, upper=1)"')
    deviations = read(priors=priors).contracts["kalshi-ferry"].deviations
    assert deviations is not None
    assert deviations.void.mean == pytest.approx(0.1 * np.sqrt(2 / np.pi), rel=1e-3)


def test_the_model_sees_nothing_of_contracts():
    """A topic whose prior file has priors of contracts is the topic that it was, but for the text of that file."""
    plain, _ = read_topic(Folder(TINY_BOOK), "ferry")
    topic, problems = read_topic(book_with(), "ferry")
    assert problems == read_topic(Folder(TINY_BOOK), "ferry").problems
    assert plain is not None
    assert topic is not None
    assert topic.parameters == plain.parameters
    assert topic.streams == plain.streams


FAULTS = {  # what is written instead, and the message and place that say what is wrong with it
    "no zone": ("23:59:00-05:00", "23:59:00", "8:12: error: this deadline has no zone"),
    "a day alone": ("2025-12-31T23:59:00-05:00", "2025-12-31", "8:12: error: `deadline` must be a time"),
    "a time of no book": ("2025-12-31T23", "0025-12-31T23", "8:12: error: `deadline`: 0025-12-31 is before 1000-01-01"),
    "no address": ("https://kalshi.example", "javascript://kalshi.example", "7:12: error: this is no address of the web"),
    "no host": ("https://kalshi.example/markets/kxferry", "https:///x", "7:12: error: this is no address of the web"),
    "a bad side": ('side = "no"', 'side = "maybe"', '6:9: error: `side` must be one of "yes", "no"'),
    "a bad venue": ('venue = "kalshi"', 'venue = "kalschi"', "4:10: error: `venue` must be one of"),
    "a tick of 0": ("step = 0.01", "step = 0", ": error: prices come in steps above 0, not of 0"),
    "a tick that is no number": ('step = "0.001"', 'step = "a cent"', ": error: `step` is no number"),
    "a tick of nothing": ('end = "0.10"', 'end = "0"', ": error: prices lie between 0 and 1, the lower first, not from 0 to 0"),
    "an infinite order": ('minimum_order = "1"', "minimum_order = inf", "13:17: error: `minimum_order` is no number"),
    "a negative order": ('minimum_order = "1"', "minimum_order = -1", "13:17: error: an order has no fewer than 0 contracts, not -1"),
    "too much back": ("refund = 0.5", "refund = 1.5", "16:10: error: `refund` is a share of the price, from 0 to 1, not 1.5"),
    "an unknown key": ("refund = 0.5", "refnd = 0.5", "16:1: error: unknown key `refnd`"),
    "an unknown term": ('comparator = {status = "same"}', 'comparer = {status = "same"}', ": error: unknown key `comparer`"),
    "an unknown status": ('{status = "same"}', '{status = "alike"}', ': error: `status` must be one of "same", "different", "unknown"'),
    "no question": ('question = "three_more"\n', "", "2:2: error: `question` is missing in [kalshi-ferry]"),
    "a question of brackets": ('"three_more"', '"[red]"', "3:13: error: `[red]` names no question"),
    "fees of another venue": ('taker_multiplier = "0.5"', 'rate = "0.5"', ": error: fees of kalshi have no `rate`"),
    "fees of no type": ('"quadratic_with_maker_fees"', '"cubic"', ": error: the fees of type `cubic` are not known"),
    "fees without a zone": ("12:00:00Z", "12:00:00", ": error: this time has no zone"),
    "negative fees": ('taker_multiplier = "0.5"', 'taker_multiplier = "-0.5"', ": error: `taker_multiplier` is below 0: -0.5"),
    "a rate for a multiplier": (
        'taker_multiplier = "0.5"',
        "taker_multiplier = 0.07",
        ": error: 0.07 is a rate, and `taker_multiplier` multiplies one",
    ),
    "fees twice": ("2025-06-01T12:00:00Z", "2025-01-01T00:00:00Z", ": error: two schedules hold from 2025-01-01"),
    "fees without a source": ('source = "fee changes"\n', "", ": error: `source` is missing"),
    "a hidden character": ('"KXFERRY-25DEC31"', '"KX\\u202eFERRY"', "5:9: error: U+202E"),
    "a name with capitals": ("[kalshi-ferry]", "[Kalshi]", "2:2: error: this cannot be a contract's name"),
    "no TOML": ('side = "no"', "side = no", "6:8: error: "),
}


@pytest.mark.parametrize(("old", "new", "message"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_with_a_contract_has_its_place(old: str, new: str, message: str):
    """Each mistake gives its own message at its line and column, and a contract with a mistake is left out."""
    assert old in CONTRACT
    found = read(CONTRACT.replace(old, new))
    assert f"seeds/ferry/contracts.toml:{message}" in format_problems(found.problems) or (
        message.startswith(":") and message in format_problems(found.problems)
    )
    assert not found.contracts


def test_rules_that_were_changed_are_a_warning():
    """The contract is read all the same, and the hint has the hash of the text that stands there."""
    found = read(CONTRACT.replace("three times", "four times"))
    (problem,) = found.problems
    assert (problem.level, problem.place.line) == ("warning", 12)
    assert problem.hint.endswith(f'rules_hash = "{rules_hash(RULES.replace("three", "four"))}"')
    assert list(found.contracts) == ["kalshi-ferry"]


def test_a_hash_without_rules_is_a_warning():
    """Nothing is compared with it."""
    found = read(CONTRACT.replace(f'rules = """\n{RULES}"""\n', ""))
    assert [problem.level for problem in found.problems] == ["warning"]
    assert "there are no `rules`" in found.problems[0].message


PRIOR_FAULTS = {
    "no probability": ("prior = 0.02", "prior = 1.02", "1.02 is no probability"),
    "no number": ("prior = 0.02", "prior = nan", "nan is no probability"),
    "true": ("prior = 0.02", "prior = true", "`prior` must be a text or a number"),
    "outside 0 to 1": ("upper=0.1", "upper=1.1", "this is no distribution of a probability"),
    "discrete": ("Uniform(lower=0, upper=0.1)", "Bernoulli(p=0.1)", "this is no distribution of a probability"),
    "another parameter": ("upper=0.1", "upper=rate", "`rate` is used here, and a contract's priors have numbers alone"),
    "no family": ("Uniform(", "Unifrom(", "unknown distribution `Unifrom`"),
    "a mixed family": ("Uniform(lower=0, upper=0.1)", "Censored(Normal(mu=0, sigma=1), lower=0, upper=1)", "Censored cannot be a prior"),
    "no statement": ("Uniform(lower=0, upper=0.1)", "Uniform(lower=0", "Uniform"),
    "no sentence": ("The log may miss one.", "dunno", "`why` is not a sentence"),
    "no reason": ('why = "The log may miss one."', "", "`why` is missing in [contracts.kalshi-ferry.yes_if_yes]"),
    "no void": ("kalshi-ferry.void", "kalshi-ferry.nought", "`void` is missing in [contracts.kalshi-ferry]"),
    "another name": ("kalshi-ferry", "kalshi-fery", "there is no contract `kalshi-fery` beside this topic"),
    "a number": (PRIORS, "\n\n[contracts]\nkalshi-ferry = 1", "`kalshi-ferry` must be a table"),
}


@pytest.mark.parametrize(("old", "new", "message"), PRIOR_FAULTS.values(), ids=PRIOR_FAULTS)
def test_what_is_wrong_with_the_priors_of_a_contract_is_said(old: str, new: str, message: str):
    """Each mistake is a problem in the prior file, and the topic itself is sound."""
    assert old in PRIORS
    priors = PRIORS.replace(old, new)
    found = read(priors=priors)
    assert message in format_problems(tuple(problem for problem in found.problems if problem.place.path == "priors/ferry.toml"))
    assert list(found.contracts) == ["kalshi-ferry"]
    assert read_topic(book_with(priors=priors), "ferry").value is not None


def test_a_contract_without_priors_is_a_problem():
    """The message names the file and the tables that are missing."""
    found = read(priors="")
    (problem,) = found.problems
    assert problem.message == "priors/ferry.toml does not say how `kalshi-ferry` may end otherwise than its question"
    assert found.contracts["kalshi-ferry"].deviations is None


def test_contracts_of_two_topics_have_different_names_and_ids(tmp_path: Path):
    """A name belongs to one contract of the book, and a venue's contract to one name."""
    topic = (TINY_BOOK / "seeds/ferry/topic.toml").read_text()
    texts = {f"seeds/{name}/topic.toml": topic for name in ("one", "two")}
    texts |= {f"priors/{name}.toml": PRIORS for name in ("one", "two")}
    texts |= {"seeds/one/contracts.toml": CONTRACT, "seeds/two/contracts.toml": CONTRACT.replace("25DEC31", "26DEC31")}
    found = read_contracts(Folder(tmp_path, texts))
    assert [problem.message for problem in found.problems] == ["`kalshi-ferry` is a contract of seeds/one/contracts.toml already"]
    assert [contract.topic for contract in found.contracts.values()] == ["one"]
    texts |= {
        "seeds/two/contracts.toml": CONTRACT.replace("kalshi-ferry", "again"),
        "priors/two.toml": PRIORS.replace("kalshi-ferry", "again"),
    }
    (problem,) = read_contracts(Folder(tmp_path, texts)).problems
    assert "kalshi has one contract `KXFERRY-25DEC31`, and it is `kalshi-ferry` already" in problem.message
    assert (problem.place.path, problem.place.line) == ("seeds/two/contracts.toml", 5)


def test_a_book_without_contracts_has_none():
    """Nothing is wrong with that."""
    assert read_contracts(Folder(TINY_BOOK)) == BookContracts(read_contracts(Folder(TINY_BOOK)).contracts)
    assert not read_contracts(Folder(TINY_BOOK)).contracts


@pytest.mark.parametrize(
    ("venue", "fees", "kind"),
    [
        ("polymarket", 'rate = "0.04"\ncategory = "politics"', PolymarketFees),
        ("polymarket-us", 'taker = "0.0695"', PolymarketUSFees),
        ("manifold", "", NoFees),
    ],
)
def test_fees_are_those_of_the_venue(venue: Venue, fees: str, kind: type[object]):
    """Each venue has keys of its own, and its own currency where none is written."""
    table = f'[x]\nquestion="three_more"\nvenue="{venue}"\nid="1"\nside="yes"\n[[x.fees]]\nholds_from=2026-07-01\nsource="here"\n{fees}\n'
    found = read(table, PRIORS.replace("kalshi-ferry", "x"))
    assert found.problems == ()
    (schedule,) = found.contracts["x"].fees
    assert isinstance(schedule, kind)
    assert schedule.source == "here"
    assert found.contracts["x"].currency == {"polymarket": "USDC", "polymarket-us": "USD", "manifold": "mana"}[venue]


def test_every_venue_has_its_fees():
    """The venues that a contract may name are those whose fees can be written down."""
    venue = get_type_hints(ContractTable)["venue"]
    assert set(get_args(venue)) == set(FEE_KEYS) == set(get_args(Venue.__value__))


def test_the_terms_of_the_file_are_those_of_the_checklist():
    """A term that can be compared can be written down."""
    assert tuple(TermsTable.__dataclass_fields__) == TERMS


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("three_mor", "topic `ferry` does not ask `three_mor`"),
        ("three_more[red]", "`three_more` is a question of yes or no, and has no class `red`"),
        ("three_more", ""),
        ("what_is_broken[hull]", ""),
        ("what_is_broken", "`what_is_broken` has several classes, and a contract is about one of them"),
        ("what_is_broken[hul]", "`what_is_broken` has no class `hul`"),
        ("next_fault", "`next_fault` asks for a date, and a contract pays or does not"),
    ],
)
def test_the_question_of_a_contract_is_asked_by_its_topic(asked: str, message: str):
    """What is not asked, and a class of a question that has none, is a problem at the contract."""
    found = read(CONTRACT.replace('"three_more"', f'"{asked}"'))
    topic = read_book(TINY_BOOK)[0].topics["ferry"]
    problems = tuple(question_problems(topic, found.contracts.values(), CONTRACT.split("\n")))
    assert [problem.message for problem in problems] == ([message] if message else [])
    assert all(problem.source == "[kalshi-ferry]" for problem in problems)


def test_what_a_contract_implies_is_another_contract_of_the_book(tmp_path: Path):
    """`implies` and `exhaustive` are read; a name that is no other contract is a problem with a hint."""
    book = shutil.copytree(TINY_BOOK, tmp_path / "book")
    later = CONTRACT.replace("kalshi-ferry", "later-ferry").replace("KXFERRY-25DEC31", "KXFERRY-26DEC31")
    path = book / "seeds/ferry/contracts.toml"
    said = 'implies = ["{}"]\nexhaustive = true\ngroup ='
    for implied, faulty in (("later-ferry", False), ("latr-ferry", True), ("kalshi-ferry", True)):
        path.write_text(CONTRACT.replace("group =", said.format(implied), 1) + later, encoding="utf-8")
        found = read_contracts(Folder(book))
        assert found.contracts["kalshi-ferry"].implies == (implied,)
        assert (found.contracts["kalshi-ferry"].exhaustive, found.contracts["later-ferry"].exhaustive) == (True, False)
        assert any("which is no other contract" in problem.message for problem in found.problems) == faulty
