"""``forecast market compare``: what is printed, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.support.market_books import write_market_book

pytestmark = pytest.mark.medium


def test_each_contract_is_printed_with_what_its_price_would_ask(tmp_path: Path, run: Run) -> None:
    """The text says what the contract is worth, what is offered, whether the difference is more than our doubt, and the tilted parameter."""
    write_market_book(tmp_path)
    ran = run("market", "compare", "--as-of", "2026-06-30", on=tmp_path)
    text = ran.out
    assert (ran.code, ran.err) == (0, "")
    assert "storms.three_more: three-storms (Kalshi, INVENTED-STORM3)" in text
    assert "bid 0.60, ask 0.62 on 30 June 2026" in text
    assert "The least change of the parameters' distribution" in text
    assert "Deadline zone differs" in text
    assert "storms.none_at_all: no-storm" in text


def test_numbers_that_nobody_has_estimated_are_named(tmp_path: Path, run: Run) -> None:
    """A contract beside the defaults of `market add` says which they are; one whose numbers have reasons does not, and without a quote the command is named."""
    write_market_book(tmp_path)
    added = run("market", "add", "three_more", "--venue", "manifold", "--id", "m", "--side", "yes", "--name", "bare", on=tmp_path)
    assert added.code == 0
    text = run("market", "compare", "bare", "--as-of", "2026-06-30", on=tmp_path).out
    assert "  It is not compared: no quote for it is on record, and `forecast market import` adds one.\n" in text
    left = "`yes_if_yes`, `yes_if_no` and `void` are wide defaults from the checklist"
    assert f"  Nobody has estimated this: {left}, and what the contract is worth rests on them.\n" in text
    more = ("--yes-if-yes", "0.9", "--why", "yes_if_yes=Nine of ten agreed", "--yes-if-no", "0.1", "--why", "yes_if_no=One of ten did not")
    words = ("market", "add", "three_more", "--venue", "manifold", "--id", "n", "--side", "yes", "--name", "given", *more)
    assert run(*words, on=tmp_path).code == 0
    text = run("market", "compare", "given", "--as-of", "2026-06-30", on=tmp_path).out
    assert "Nobody has estimated this: `void` is a wide default from the checklist, and what the contract is worth rests on it.\n" in text
    assert "Nobody has estimated" not in run("market", "compare", "three-storms", "--as-of", "2026-06-30", on=tmp_path).out


def test_how_to_state_that_a_contract_has_no_fees_is_said(tmp_path: Path, run: Run) -> None:
    """Where its fees are not known, and only there; the keys that are named put it right as they are written."""
    write_market_book(tmp_path)
    path = tmp_path / "seeds/storms/contracts.toml"
    path.write_text(path.read_text("utf-8").replace("holds_from = 2026-01-01", "holds_from = 2026-12-01"), "utf-8")
    words = ("market", "compare", "three-storms", "--no-beliefs", "--as-of", "2026-06-30")
    text = run(*words, on=tmp_path).out
    assert "  No fees are counted: the fees of 2026-06-30 are not known: the first that is known holds from 2026-12-01.\n" in text
    keys = ("holds_from = 2026-06-30", 'source = "Where it says so."', "taker_multiplier = 0")
    written = "`[[three-storms.fees]]` with `{}`, `{}` and `{}`".format(*keys)
    assert f"  State the fees in seeds/storms/contracts.toml; where it has none, write {written}, which is 1 for its usual fees.\n" in text
    path.write_text("\n".join([path.read_text("utf-8"), "[[three-storms.fees]]", *keys, ""]), "utf-8")
    ran = run(*words, on=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert "No fees are counted" not in ran.out
    assert "where it has none" not in ran.out


@pytest.mark.parametrize(
    ("day", "age", "warns"), [("2026-07-01", "1 day", False), ("2026-07-02", "2 days", False), ("2026-07-03", "3 days", True)]
)
def test_the_age_of_a_quote_is_said_and_an_old_one_has_a_warning(tmp_path: Path, run: Run, day: str, age: str, *, warns: bool) -> None:
    """Relative to the day compared, from the third day after the quote on."""
    write_market_book(tmp_path)
    ran = run("market", "compare", "three-storms", "--no-beliefs", "--as-of", day, on=tmp_path)
    assert ran.code == 0
    assert f" UTC, {age} before the day compared." in ran.out
    assert ("WARNING: the newest quote of three-storms is 3 days older than 2026-07-03" in ran.err) is warns
    assert bool(ran.err) is warns


def test_json_is_what_a_page_is_made_of(tmp_path: Path, run: Run) -> None:
    """JSON has the same contracts by topic, and without beliefs where they are not asked for."""
    write_market_book(tmp_path)
    ran = run("market", "compare", "three-storms", "--no-beliefs", "--json", "--as-of", "2026-06-30", on=tmp_path)
    (contract,) = json.loads(ran.out)["topics"]["storms"]
    assert ran.code == 0
    assert contract["offer"]["bid"] == pytest.approx(0.6)
    assert "belief" not in contract


def test_a_name_that_nothing_has_is_an_error(tmp_path: Path, run: Run) -> None:
    """An unknown question ends with exit code 1 and a hint."""
    write_market_book(tmp_path)
    ran = run("market", "compare", "thre_more", "--as-of", "2026-06-30", on=tmp_path)
    assert ran.code == 1
    assert "three_more" in ran.err
