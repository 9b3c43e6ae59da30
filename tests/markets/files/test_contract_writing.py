"""Contracts as they are written are read as they were, and defaults of their priors widen with the checklist."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.book.files.problems import Place
from forecast.language.distributions.families import component
from forecast.language.statements import parse_statement
from forecast.markets.contract import TERMS, Term, TermComparison, TermStatus
from forecast.markets.files.contract_writing import append_table, contract_text, deviations_text, long_text, plain_rules
from forecast.markets.files.default_deviations import WrittenPrior, default_deviations
from tests.markets.files.test_contracts import CONTRACT, PRIORS, read

TABLES = {
    "kalshi": CONTRACT,
    "polymarket": '[x]\nquestion="three_more"\nvenue="polymarket"\nid="0x1"\nside="yes"\n[[x.fees]]\nholds_from=2026-07-01\nsource="here"\n'
    'rate="0.04"\ncategory="politics"\n',
    "polymarket-us": '[x]\nquestion="three_more"\nvenue="polymarket-us"\nid="1"\nside="no"\n[[x.fees]]\nholds_from=2026-07-01T01:30:00+02:00\n'
    'source="here"\ntaker="0.0695"\n',
    "manifold": '[x]\nquestion="what_is_broken[hull]"\nvenue="manifold"\nid="a/b"\nside="yes"\n[[x.fees]]\nholds_from=2026-07-01\nsource="here"\n',
}


@pytest.mark.parametrize("venue", TABLES)
def test_a_contract_that_is_written_is_read_as_it_was(venue: str):
    """Every field survives, decimals, zones and fees among them."""
    name = "kalshi-ferry" if venue == "kalshi" else "x"
    priors = PRIORS.replace("kalshi-ferry", name)
    (contract,) = read(TABLES[venue], priors).contracts.values()
    found = read(contract_text(contract, deadline_note="a note"), priors)
    assert found.problems == ()
    (again,) = found.contracts.values()
    nowhere = Place("")
    terms = {term: contract.term(term) for term in TERMS}  # those that were left out are written as unknown
    assert replace(again, place=nowhere) == replace(contract, place=nowhere, terms=terms)


@given(st.text(max_size=60))
def test_rules_of_any_text_are_read_as_they_were_written(text: str):
    """Quotes, backslashes and line ends survive; what nobody sees is written by its code before."""
    plain = plain_rules(text)
    assert tomllib.loads(f"rules = {long_text(plain)}")["rules"] == plain


@pytest.mark.parametrize("text", ['one\n"two"', 'one\n""two', 'one\ntwo"', "one\n\\ntwo\\", 'a\n\\"b', "one\r\ntwo\u202e"])
def test_quotes_and_backslashes_in_rules_survive(text: str):
    """The text that was written is the text that is read."""
    plain = plain_rules(text)
    assert tomllib.loads(f"rules = {long_text(plain)}")["rules"] == plain
    assert plain == text.replace("\r\n", "\n").replace("\u202e", "[U+202E]")


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_table_is_put_behind_what_is_there(ending: str):
    """What stood there stays to the byte, and line ends are those of the file."""
    before = f"# mine{ending}[a]{ending}b = 1"
    after = append_table(before, "[c]\nd = 2\n")
    assert after == f"{before}{ending}{ending}[c]{ending}d = 2{ending}"
    assert append_table("", "[c]\n") == "[c]\n"
    assert append_table(f"x = 1{ending}", "[c]\n") == f"x = 1{ending}{ending}[c]{ending}"


def test_priors_are_numbers_or_texts():
    """A number is written as one, and a statement in quotes."""
    text = deviations_text(
        "x", {"void": WrittenPrior("0.02", "Seldom, I think."), "yes_if_no": WrittenPrior("Beta(mean=0.1, strength=5)", "So.")}
    )
    assert tomllib.loads(text)["contracts"]["x"] == {
        "void": {"prior": 0.02, "why": "Seldom, I think."},
        "yes_if_no": {"prior": "Beta(mean=0.1, strength=5)", "why": "So."},
    }


@pytest.mark.parametrize("status", ["unknown", "different"])
def test_each_unknown_term_and_each_difference_widens_all_three(status: TermStatus):
    """The chance of another end grows, and so does the standard deviation of each prior; differences count for more."""

    def defaults(count: int, what: TermStatus) -> dict[str, tuple[float, float]]:
        terms: dict[Term, TermComparison] = {term: TermComparison(what if at < count else "same") for at, term in enumerate(TERMS)}
        priors = default_deviations(terms)
        parts = {key: component(1.0, parse_statement(its.prior)) for key, its in priors.items()}
        return {key: (float(its.family.mean(**its.arguments)), float(its.family.sd(**its.arguments))) for key, its in parts.items()}

    for fewer, more in pairwise(defaults(count, status) for count in range(len(TERMS) + 1)):
        assert more["yes_if_yes"][0] < fewer["yes_if_yes"][0]
        assert more["yes_if_no"][0] > fewer["yes_if_no"][0]
        assert more["void"][0] > fewer["void"][0]
        assert all(more[key][1] > fewer[key][1] for key in more)
    assert defaults(3, "different")["yes_if_yes"][0] < defaults(3, "unknown")["yes_if_yes"][0]
    assert defaults(10, "different")["yes_if_yes"][0] > 0.5


def test_a_default_says_that_it_is_one():
    """Its reason names the checklist and counts what differs and what is unknown."""
    terms: dict[Term, TermComparison] = {"comparator": TermComparison("different"), "source": TermComparison("same")}
    assert {its.why for its in default_deviations(terms).values()} == {
        "A default from the checklist, not an estimate: 1 term is different, 8 terms are unknown. Edit it."
    }
