"""``forecast market stake``."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Run

pytestmark = pytest.mark.medium

CONTRACT = """
[{name}]
question = "three_more"
venue = "{venue}"
id = "{name}-id"
side = "yes"
currency = "{currency}"
address = "https://{venue}.example/{name}"

[[{name}.fees]]
holds_from = 2025-01-01
source = "the tests"
"""
FAST = """
[variants.fast]
weight = 0.6
why = "The rate may be far higher."
streams.breakdowns.value = "NegativeBinomial(mu=2 * wear * crossings / 100 * months, alpha=burstiness)"
"""
SAME_LOG = "It settles by the same log."
PRIOR = """
[contracts.{name}.{key}]
prior = {value}
why = "It settles by the same log."
"""


def moment(hours: float) -> str:
    """A time so many hours ago."""
    return (datetime.now(UTC) - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def add(book: Path, name: str, *, venue: str = "kalshi", currency: str = "USD", yes_if_yes: float = 0.98) -> None:
    """Put a contract beside the question, with what makes it deviate."""
    with (book / "seeds/ferry/contracts.toml").open("a") as file:
        file.write(CONTRACT.format(name=name, venue=venue, currency=currency))
    with (book / "priors/ferry.toml").open("a") as file:
        for key, value in (("yes_if_yes", yes_if_yes), ("yes_if_no", 0.02), ("void", 0.01)):
            file.write(PRIOR.format(name=name, key=key, value=value))


def write(book: Path, table: str, *rows: str) -> None:
    """A table of the market's record."""
    heads = {
        "quotes": "contract,at,kind,bid,ask,last,price,bid_depth,ask_depth,volume,status,retrieved,file",
        "books": "contract,at,side,price,count,retrieved,file",
        "pools": "contract,at,yes,no,p,retrieved,file",
        "positions": "contract,at,action,side,count,price,fee",
    }
    (book / f"seeds/ferry/{table}.csv").write_text("\n".join((heads[table], *rows, "")))


@pytest.fixture
def market(book: Path) -> Path:
    """The tiny book with a contract that is offered at .10 to .12: far from what the model says."""
    add(book, "ferry-log")
    write(book, "quotes", f"ferry-log,{moment(2)},bid-ask,0.10,0.12,,,500,500,900,open,,")
    return book


def test_it_says_what_to_buy_and_what_that_comes_to(market: Path, run: Run):
    """Contracts, cost and fees, the three chances, growth on other draws, drawdown; and that nothing is ordered."""
    ran = run("market", "stake", "--bankroll", "200", on=market)
    assert (ran.code, ran.err) == (0, "")
    assert "200.00 USD in cash, 0.25 of the Kelly stake." in ran.out
    assert "the model has weight 0.3 (stated, because too few questions have settled)" in ran.out
    assert "  ferry-log: buy " in ran.out
    assert " YES for " in ran.out
    assert "    Its quote is 2 hours old.\n" in ran.out
    assert ". On draws that were not used to choose the stakes:\n  Expected gain " in ran.out
    assert "; edge of YES +" in ran.out
    assert "for one bet only the mean of its chance matters" in ran.out
    assert ran.out.endswith("This is advice: nothing is ordered, and a price may have moved since its quote.\n")


def test_defaults_that_nobody_has_estimated_are_named(market: Path, run: Run):
    """A stake that rests on a default of `market add` says so; one on given numbers does not."""
    note = "How ferry-log may resolve differently from what we ask is a wide default of `forecast market add`, not an estimate; its chance rests on it."
    assert note not in run("market", "stake", "--bankroll", "200", on=market).out
    priors = market / "priors/ferry.toml"
    text = priors.read_text()
    assert SAME_LOG in text
    priors.write_text(text.replace(SAME_LOG, "A default from the checklist, not an estimate: 10 terms are unknown. Edit it.", 1))
    assert note in run("market", "stake", "--bankroll", "200", on=market).out.splitlines()


def test_json_has_the_same_numbers(market: Path, run: Run):
    """Twice the same for one seed, and more by the model alone, up to the limit."""
    first, again = (json.loads(run("market", "stake", "ferry.three_more", "--json", on=market).out) for _ in range(2))
    again["contracts"][0]["quote_hours_old"] = first["contracts"][0]["quote_hours_old"]
    assert first == again
    (pooled,) = first["contracts"]
    assert pooled.pop("quote_hours_old") == pytest.approx(2, abs=0.1)
    assert 0.11 < pooled["chance"]["pooled"] < pooled["chance"]["model"]
    assert first["together"]["spent"] == pytest.approx(pooled["cost"] + pooled["fees"])
    words = ("market", "stake", "ferry-log", "--model-only", "--fraction", "1", "--max-total", "30", "--json")
    (alone,) = json.loads(run(*words, on=market).out)["contracts"]
    assert alone["chance"]["pooled"] == alone["chance"]["model"]
    assert 29 < alone["cost"] + alone["fees"] <= 30


def test_the_chance_is_the_published_one_of_all_variants(market: Path, run: Run):
    """And not that of the base's draws; over its interval stakes differ."""
    contract = market / "seeds/ferry/topic.toml"
    contract.write_text(contract.read_text() + FAST)
    shown = json.loads(run("market", "compare", "ferry-log", "--no-beliefs", "--json", on=market).out)["topics"]["ferry"][0]
    ran = run("market", "stake", "--model-only", "--json", on=market)
    (found,) = json.loads(ran.out)["contracts"]
    ours = shown["answer"]["value"]
    assert found["chance"]["model"] == pytest.approx(0.98 * ours + 0.02 * (1 - ours), abs=1e-3)
    assert any("all its variants together" in note for note in json.loads(ran.out)["notes"])
    low, high = found["range"]
    assert low["chance"] < found["chance"]["model"] < high["chance"]
    assert low["spent"] < high["spent"]
    text = run("market", "stake", "--model-only", on=market).out
    assert ", the ends of the 90 % interval of the model's chance, it would be " in text


def test_the_order_book_is_walked(market: Path, run: Run):
    """Ten contracts at .12 and the rest at .20, where an order book from the time of the quote is on record."""
    at = moment(1)
    write(market, "books", f"ferry-log,{at},bid,0.10,100,,", f"ferry-log,{at},ask,0.12,10,,", f"ferry-log,{at},ask,0.20,1000,,")
    (found,) = json.loads(run("market", "stake", "--model-only", "--json", on=market).out)["contracts"]
    assert found["count"] > 10
    assert found["cost"] == pytest.approx(1.2 + 0.20 * (found["count"] - 10))


def test_a_makers_pool_is_followed(book: Path, run: Run):
    """And without the pool nobody knows what a trade costs."""
    add(book, "pond", venue="manifold", currency="mana")
    write(book, "quotes", f"pond,{moment(2)},maker,,,,0.2,,,900,open,,")
    without = json.loads(run("market", "stake", "--json", on=book).out)
    assert "no pool of its maker is on record" in without["left_out"]["pond"]
    write(book, "pools", f"pond,{moment(2)},200,50,0.5,,")
    (found,) = json.loads(run("market", "stake", "--json", on=book).out)["contracts"]
    assert found["count"] > 0
    assert found["cost"] / found["count"] > 0.2
    assert found["fees"] == 0


def test_stale_quotes_are_refused(market: Path, run: Run):
    """With the reason, unless older ones are asked for."""
    write(market, "quotes", f"ferry-log,{moment(50)},bid-ask,0.10,0.12,,,500,500,900,open,,")
    refused = run("market", "stake", on=market)
    assert refused.code == 0
    assert "ferry-log: left out, since the newest quote of `ferry-log` is of" in refused.out
    assert "No contract can be staked on." in refused.out
    taken = run("market", "stake", "--most-age", "3", on=market)
    assert "buy" in taken.out
    assert "    Its quote is 2 days old. Warning: the offer may have changed; import a newer one." in taken.out


def test_what_is_held_is_worth_a_quote_whose_age_is_shown(market: Path, run: Run):
    """Among positions, as text and as a moment; without a price there is neither."""
    write(market, "positions", f"ferry-log,{moment(1)},buy,yes,10,0.2,")
    shown = run("market", "positions", on=market).out
    assert "quoted" in shown.splitlines()[0]
    assert "2 hours ago" in shown.splitlines()[1]
    (held,) = json.loads(run("market", "positions", "--json", on=market).out)["positions"]
    age = datetime.now(UTC) - datetime.fromisoformat(held["quoted_at"])
    assert age.total_seconds() / 3600 == pytest.approx(2, abs=0.1)
    (stale,) = json.loads(run("market", "positions", "--most-age", "0.01", "--json", on=market).out)["positions"]
    assert (stale["quoted_at"], stale["price"]) == (None, None)


def test_what_is_held_is_counted(market: Path, run: Run):
    """Who holds the stake is told to buy no more of it; what is held of a contract that is not named is said."""
    (first,) = json.loads(run("market", "stake", "--json", on=market).out)["contracts"]
    write(market, "positions", f"ferry-log,{moment(1)},buy,yes,{first['count']:g},{first['cost'] / first['count']:.6f},{first['fees']:g}")
    left = 1_000 - first["cost"] - first["fees"]
    (again,) = json.loads(run("market", "stake", "--bankroll", f"{left:.2f}", "--json", on=market).out)["contracts"]
    assert again["count"] < 0.2 * first["count"]
    add(market, "other-log")
    write(
        market,
        "quotes",
        f"ferry-log,{moment(2)},bid-ask,0.10,0.12,,,500,500,900,open,,",
        f"other-log,{moment(2)},bid-ask,0.10,0.12,,,500,500,900,open,,",
    )
    assert "You hold ferry-log too, which is not counted here." in run("market", "stake", "other-log", on=market).out


def test_what_cannot_be_done_has_a_reason(market: Path, run: Run):
    """A name that nothing has, no contracts at all, and money of two kinds."""
    unknown = run("market", "stake", "ferry-lok", on=market)
    assert unknown.code == 1
    assert "there is no contract `ferry-lok`" in unknown.err
    assert "ferry-log" in unknown.err
    add(market, "pond", venue="manifold", currency="mana")
    write(
        market,
        "quotes",
        f"ferry-log,{moment(2)},bid-ask,0.10,0.12,,,500,500,900,open,,",
        f"pond,{moment(2)},maker,,,,0.2,,,900,open,,",
    )
    write(market, "pools", f"pond,{moment(2)},200,50,0.5,,")
    mixed = run("market", "stake", on=market)
    assert mixed.code == 1
    assert "a bankroll is in one currency" in mixed.err


def test_a_book_without_contracts_says_so(run: Run):
    """And names the command that adds one."""
    ran = run("market", "stake")
    assert ran.code == 1
    assert "this book has no contracts" in ran.err
    assert "`forecast market add` makes one" in ran.err
