"""The contract in the READMEs of seeds and priors is sound, and the numbers of defaults are those of the program."""

from __future__ import annotations

import re

from forecast.markets.contract import TERMS
from forecast.markets.files import default_deviations
from tests.markets.files.test_contracts import read
from tests.support.paths import ROOT

HEADING = "## Contracts of markets\n"


def section(path: str) -> str:
    """The section on contracts of a README."""
    return (ROOT / path).read_text(encoding="utf-8").partition(HEADING)[2].partition("\n## ")[0]


def toml_of(path: str) -> str:
    """The TOML in it."""
    (block,) = re.findall(r"```toml\n(.*?)```", section(path), re.DOTALL)
    return block


def test_the_documented_contract_is_read():
    """With its priors, and without a problem."""
    found = read(toml_of("seeds/README.md"), f"\n{toml_of('priors/README.md')}")
    assert found.problems == ()
    (contract,) = found.contracts.values()
    assert contract.deviations is not None
    assert contract.deviations.yes_if_no.text == "0.01"
    assert all(f"`{term}`" in section("seeds/README.md") for term in TERMS)


def test_the_documented_defaults_are_those_of_the_program():
    """Base, unknown and different, of the chance of another end and of the chance of being void."""
    doubts = (1 - default_deviations.DOUBT, default_deviations.DOUBT_OF_UNKNOWN, default_deviations.DOUBT_OF_DIFFERENCE)
    void = (default_deviations.VOID_DOUBT, default_deviations.VOID_OF_UNKNOWN, default_deviations.VOID_OF_DIFFERENCE)
    said = section("priors/README.md")
    assert "`yes_if_yes` is {:g} less {:g} for each unknown term and {:g} for each that differs".format(*doubts) in said
    assert "`void` {:g} more {:g} and {:g}".format(*void) in said
    assert f"each is a Beta of strength {default_deviations.STRENGTH}." in said
