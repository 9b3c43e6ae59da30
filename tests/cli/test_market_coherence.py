"""``forecast market coherence``."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from forecast.actions.question_relations import Claim, claim_implies
from forecast.book.files.folder import Folder
from forecast.book.reading import read_topic
from forecast.markets.contract import TERMS
from tests.cli.conftest import Run

pytestmark = pytest.mark.medium

YEAR = datetime.now(UTC).year
QUESTION = """
[questions.{name}]
asks    = "Will the ferry break down as often as that by then?"
since   = 2025-01-01
by      = {by}
answer  = "{answer}"
settled = "By the harbour log."
"""
CONTRACT = """
[{name}]
question = "{question}"
venue = "{venue}"
id = "{name}-id"
side = "{side}"
settlement_source = "harbour log"
{more}

[[{name}.fees]]
holds_from = 2025-01-01
source = "the tests"
{fees}
{terms}
"""
PRIOR = """
[contracts.{name}.{key}]
prior = {value}
why = "It settles by the same log."
"""
SAME = "\n".join(f'[{{name}}.terms.{term}]\nstatus = "same"' for term in TERMS)
FEES = {"kalshi": "", "polymarket": 'category = "politics"\nrate = "0.04"'}
QUOTES = "contract,at,kind,bid,ask,last,price,bid_depth,ask_depth,volume,status,retrieved,file"


def ask(book: Path, **answers: tuple[int, str]) -> None:
    """Add questions by the end of a year so many years from now."""
    with (book / "seeds/ferry/topic.toml").open("a") as file:
        for name, (years, answer) in answers.items():
            file.write(QUESTION.format(name=name, by=f"{YEAR + years}-12-31", answer=answer))


def add(
    book: Path,
    name: str,
    question: str,
    *,
    bid: str,
    ask: str,
    side: str = "yes",
    venue: str = "kalshi",
    same: bool = True,
    more: str = "",
    depth: str = "100",
    deviates: float = 0.0,
) -> None:
    """Add a contract with a quote of now."""
    folder = book / "seeds/ferry"
    terms = SAME.format(name=name) if same else ""
    with (folder / "contracts.toml").open("a") as file:
        file.write(CONTRACT.format(name=name, question=question, venue=venue, side=side, more=more, fees=FEES[venue], terms=terms))
    with (book / "priors/ferry.toml").open("a") as file:
        for key, value in (("yes_if_yes", 1 - deviates), ("yes_if_no", deviates), ("void", 0.0)):
            file.write(PRIOR.format(name=name, key=key, value=value))
    quotes = folder / "quotes.csv"
    before = quotes.read_text() if quotes.exists() else QUOTES + "\n"
    at = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    quotes.write_text(f"{before}{name},{at},bid-ask,{bid},{ask},,,{depth},{depth},900,open,,\n")


@pytest.fixture
def ladder(book: Path) -> Path:
    """Three deadlines of one event, and a higher threshold."""
    ask(
        book,
        early=(1, "total(breakdowns) >= 30"),
        middle=(2, "total(breakdowns) >= 30"),
        last=(3, "total(breakdowns) >= 30"),
        more=(1, "total(breakdowns) > 50"),
    )
    return book


def found(book: Path, run: Run) -> dict[str, object]:
    """What the command finds, as JSON."""
    ran = run("market", "coherence", "ferry", "--json", on=book)
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


def test_questions_imply_each_other_by_deadline_threshold_and_parts(ladder: Path):
    """A count that is reached stays so, a higher one implies a lower one, a part follows from the whole, and nothing else does."""
    ask(
        ladder,
        both=(1, "total(breakdowns) >= 30 and total(late) >= 4"),
        few=(1, "total(breakdowns) < 9"),
        few_late=(2, "total(breakdowns) < 9"),
        exact=(1, "total(breakdowns) == 60"),
    )
    topic = read_topic(Folder(ladder), "ferry").value
    assert topic is not None
    names = ("early", "middle", "last", "more", "both", "few", "few_late", "exact")
    implied = {
        (one, other)
        for one in names
        for other in names
        if one != other and claim_implies(Claim("ferry", one), Claim("ferry", other), topic)
    }
    later = {("early", "middle"), ("early", "last"), ("middle", "last")}
    from_early = {(one, name) for one in ("more", "both", "exact") for name in ("early", "middle", "last")}
    assert implied == later | from_early | {("exact", "more"), ("few_late", "few")}


def test_arbitrage_has_trades_fees_and_depth(ladder: Path, run: Run):
    """An earlier deadline bid at .50 above a later one asked at .40 locks in .10 a contract, less fees of .0343 (rounded up for both legs)."""
    add(ladder, "by-early", "early", bid="0.50", ask="0.52")
    add(ladder, "by-late", "last", bid="0.38", ask="0.40", depth="30")
    data = found(ladder, run)
    (its,) = data["arbitrage"]
    assert its["gain"] == pytest.approx(3 - 0.53 - 0.51)
    assert {(trade["contract"], trade["side"], trade["count"], trade["limit"]) for trade in its["trades"]} == {
        ("by-early", "no", "30", "0.5"),
        ("by-late", "yes", "30", "0.4"),
    }
    assert (its["if_void"], its["fees"], data["expected_value"]) == (None, "1.04", [])
    out = run("market", "coherence", on=ladder).out
    assert out.startswith("Arbitrage: 1.96 USD whatever happens, after fees of 1.04.\n")
    assert "by-early  buy no" in out


def test_a_side_that_is_no_is_turned(ladder: Path, run: Run):
    """The same prices seen from a contract whose NO is our question lock in the same."""
    add(ladder, "by-early", "early", bid="0.48", ask="0.50", side="no")
    add(ladder, "by-late", "last", bid="0.38", ask="0.40", depth="30")
    (its,) = found(ladder, run)["arbitrage"]
    assert its["gain"] == pytest.approx(1.96)
    assert {(trade["contract"], trade["side"]) for trade in its["trades"]} == {("by-early", "yes"), ("by-late", "yes")}


@pytest.mark.parametrize("why", ["unknown terms", "other currency"])
def test_where_contracts_differ_it_is_expected_value(ladder: Path, run: Run, why: str):
    """With terms that nobody has compared, or in two currencies, the same prices are no arbitrage; the value counts how they may deviate."""
    other = {"venue": "polymarket"} if why == "other currency" else {"same": False}
    add(ladder, "by-early", "early", bid="0.50", ask="0.52", deviates=0.01)
    add(ladder, "by-late", "last", bid="0.38", ask="0.40", depth="30", **other)
    data = found(ladder, run)
    assert data["arbitrage"] == []
    (its,) = data["expected_value"]
    counts = {trade["contract"]: float(trade["count"]) for trade in its["trades"]}
    if why == "other currency":  # .99 of 30 where the event never happens; .01 of 30 and 29.4 where it happens early
        assert counts == {"by-early": 30, "by-late": 29.4}
        assert its["gain"] == pytest.approx(0.99 * 30 - 15 - 11.76 - 0.53 - 0.28224)
    else:
        assert counts == {"by-early": 31, "by-late": 30}
        assert its["gain"] == pytest.approx(0.01 * 31 + 30 - 15.5 - 12 - 0.55 - 0.51)
    assert "Expected value, no arbitrage: at least" in run("market", "coherence", on=ladder).out


def test_void_contracts_may_lose_and_it_says_so(ladder: Path, run: Run):
    """Where a contract may be void, the least result with that is stated beside the gain."""
    add(ladder, "by-early", "early", bid="0.50", ask="0.52")
    add(ladder, "by-late", "last", bid="0.38", ask="0.40", depth="30")
    priors = ladder / "priors/ferry.toml"
    priors.write_text(priors.read_text().replace("[contracts.by-late.void]\nprior = 0.0", "[contracts.by-late.void]\nprior = 0.01"))
    (its,) = found(ladder, run)["arbitrage"]
    assert its["if_void"] == pytest.approx(-15 - 1.04)  # the earlier one happens, the later one is void
    assert "If any of these contracts is void, the result may be as low as -16.04 USD." in run("market", "coherence", on=ladder).out


def test_coherent_prices_are_said_to_be_so_with_fair_values(ladder: Path, run: Run):
    """A ladder that rises has no trades, and each rung a fair value near its prices; one threshold alone makes no ladder."""
    for name, bid, ask_ in (("early", "0.20", "0.24"), ("middle", "0.36", "0.40"), ("last", "0.49", "0.53")):
        add(ladder, f"by-{name}", name, bid=bid, ask=ask_)
    add(ladder, "many", "more", bid="0.05", ask="0.08")
    data = found(ladder, run)
    assert (data["arbitrage"], data["expected_value"], len(data["compared"])) == ([], [], 4)
    assert [(its["kind"], [rung["contract"] for rung in its["rungs"]]) for its in data["ladders"]] == [
        ("deadlines", ["by-early", "by-middle", "by-last"]),
    ]
    for rung in data["ladders"][0]["rungs"]:
        assert rung["bid"] - 0.02 < rung["fair"] < rung["ask"] + 0.02
    assert "are coherent: no trades bring a profit after fees." in run("market", "coherence", on=ladder).out


def test_declared_relations_and_exclusive_events_count(ladder: Path, run: Run):
    """Outcomes that a venue marks as exclusive cost less than 1 only where one must happen; `implies` holds without any terms."""
    for name, ask_ in (("early", "0.30"), ("middle", "0.30"), ("last", "0.30")):
        add(ladder, f"{name}-wins", name, bid="0.05", ask=ask_, same=False, more='group = "RACE"\nexhaustive = true')
    (its,) = found(ladder, run)["arbitrage"]
    assert its["gain"] == pytest.approx(100 - 90 - 3 * 1.47)
    contracts = ladder / "seeds/ferry/contracts.toml"
    contracts.write_text(contracts.read_text().replace("exhaustive = true", ""))
    assert found(ladder, run)["arbitrage"] == []


def test_what_cannot_be_traded_is_left_out_with_a_reason(ladder: Path, run: Run):
    """A contract without a quote is named, and one alone hangs together with nothing."""
    add(ladder, "by-early", "early", bid="0.50", ask="0.52")
    add(ladder, "by-late", "last", bid="0.38", ask="")
    out = run("market", "coherence", on=ladder).out
    assert "No two contracts that can be traded are related." in out
    assert "by-late was left out: one side of the book is empty" in out


def test_an_unknown_topic_is_an_error(ladder: Path, run: Run):
    """A topic that is not there stops the command."""
    assert run("market", "coherence", "fery", on=ladder).code == 1
