"""``forecast market list``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.markets.files.test_contracts import CONTRACT, PRIORS


@pytest.fixture
def listed(book: Path) -> Path:
    """The tiny book with a contract."""
    (book / "seeds/ferry/contracts.toml").write_text(CONTRACT)
    with (book / "priors/ferry.toml").open("a") as priors:
        priors.write(PRIORS)
    return book


def test_each_contract_has_a_line(listed: Path, run: Run):
    """With its question, its side, its deadline, and the terms that differ or are unknown."""
    ran = run("market", "list", on=listed)
    assert (ran.code, ran.err) == (0, "")
    head, line = ran.out.splitlines()
    assert head.split() == ["contract", "question", "side", "deadline", "different", "unknown"]
    assert line.split()[:5] == ["kalshi-ferry", "ferry.three_more", "no", "2025-12-31", "23:59"]
    assert "early_close" in line
    assert "settlement_step, shape, source" in line


def test_json_has_terms_and_priors(listed: Path, run: Run):
    """Each term with its status, and each prior with its reason."""
    (contract,) = json.loads(run("market", "list", "ferry", "--json", on=listed).out)["contracts"]
    assert contract["terms"]["comparator"] == {"status": "same", "note": ""}
    assert contract["priors"]["yes_if_no"] == {"prior": "0.02", "mean": 0.02, "why": "The log has no false entries."}
    assert contract["deadline"] == "2025-12-31T23:59:00-05:00"


def test_a_book_without_contracts_says_so(run: Run):
    """And names the command that adds one."""
    ran = run("market", "list")
    assert (ran.code, ran.out) == (0, "There are no contracts here; add one with `forecast market add`.\n")


def test_what_is_wrong_is_said_beside_the_sound_ones(listed: Path, run: Run):
    """The exit code is 1, and the problem has its place."""
    with (listed / "seeds/ferry/contracts.toml").open("a") as file:
        file.write('\n[other]\nquestion = "three_more"\nvenue = "kalshi"\nid = "X"\nside = "both"\n')
    ran = run("market", "list", on=listed)
    assert ran.code == 1
    assert "kalshi-ferry" in ran.out
    assert '`side` must be one of "yes", "no"' in ran.err
    ran = run("market", "list", "ferri", on=listed)
    assert (ran.code, ran.out) == (1, "")
    assert "did you mean `ferry`?" in ran.err


def test_nothing_that_a_terminal_acts_on_is_printed(listed: Path, run: Run):
    """A label with an escape sequence is refused where it stands, and shown by its code."""
    text = CONTRACT.replace('"three_more"', '"three_more[\\u001b[31m]"')
    (listed / "seeds/ferry/contracts.toml").write_text(text)
    ran = run("market", "list", on=listed)
    assert ran.code == 1
    assert "\x1b" not in ran.out + ran.err
