"""``forecast market add``: what it writes, what it says is left to do, and what it refuses."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from forecast.actions.check import check
from forecast.actions.market_add import name_of
from forecast.book.files.folder import Folder
from forecast.markets.contract import rules_hash
from forecast.markets.files.contracts import read_contracts
from tests.cli.conftest import Ran, Run, files_of
from tests.support.fixtures import fixture_file

pytestmark = pytest.mark.medium

KALSHI = ("--venue", "kalshi", "--id", "KXFERRY-25DEC31", "--side", "yes")
GAME = "KXMLBGAME-26AUG092020HOUSD-SD"
HORMUZ = "0x60c2c085ee8c16bc8f2419739a94971d4c9d00f637ead10fc0f540afa1be64e8"


@pytest.fixture
def add(run: Run):
    """Add a contract to the tiny book."""

    def added(*words: str) -> Ran:
        return run("market", "add", *words)

    return added


def test_a_contract_alone_has_wide_defaults_that_say_so(add: Run, book: Path):
    """Priors stand in the prior file with their reason, every term of the checklist is unknown, and the book is sound."""
    ran = add("three_more", *KALSHI)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(
        "Added kalshi-kxferry-25dec31 (seeds/ferry/contracts.toml:3): its Yes pays where ferry.three_more resolves Yes."
    )
    assert "These priors are wide defaults from the checklist, not estimates; edit them in priors/ferry.toml:" in ran.out
    assert "Nobody has compared these terms yet: comparator, settlement_step, shape" in ran.out
    assert "https://external-api.kalshi.com/trade-api/v2/markets/KXFERRY-25DEC31\n" in ran.out
    found = read_contracts(Folder(book))
    assert found.problems == ()
    contract = found.contracts["kalshi-kxferry-25dec31"]
    assert contract.deviations is not None
    assert contract.deviations.yes_if_yes.text == "Beta(mean=0.89, strength=10)"
    assert contract.deviations.void.why.startswith("A default from the checklist, not an estimate")
    assert [its for its in check(book, None, as_of=date(2025, 10, 12)).problems if its.level == "error"] == []


def test_given_priors_are_written_as_they_are_given(add: Run, book: Path):
    """A prior with its reason takes the place of a default."""
    ran = add("ferry.three_more", *KALSHI, "--name", "mine", "--yes-if-yes", "0.98", "--why", "yes_if_yes=Nine of nine so far agreed.")
    assert ran.code == 0
    assert "  yes_if_no " in ran.out
    assert "  yes_if_yes " not in ran.out
    deviations = read_contracts(Folder(book)).contracts["mine"].deviations
    assert deviations is not None
    assert (deviations.yes_if_yes.text, deviations.yes_if_yes.why) == ("0.98", "Nine of nine so far agreed.")


def test_a_second_contract_leaves_the_files_as_they_were(add: Run, book: Path):
    """What was written by hand stays to the byte, and new tables stand behind it."""
    assert add("three_more", *KALSHI).code == 0
    path, priors = book / "seeds/ferry/contracts.toml", book / "priors/ferry.toml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n") + b"# by hand\r\n")
    before, priors_before = path.read_bytes(), priors.read_bytes()
    assert add("what_is_broken[hull]", "--venue", "manifold", "--id", "m/a", "--side", "no", "--same", "polarity").code == 0
    assert path.read_bytes().startswith(before)
    assert priors.read_bytes().startswith(priors_before)
    assert b"\n" not in path.read_bytes().replace(b"\r\n", b"")
    contract = read_contracts(Folder(book)).contracts["manifold-m-a"]
    assert (contract.question, contract.label, contract.side) == ("what_is_broken", "hull", "no")
    assert contract.term("polarity").status == "same"


def test_priors_that_stand_already_are_left_as_they_are(add: Run, book: Path):
    """Nothing is said of defaults then."""
    assert add("three_more", *KALSHI).code == 0
    (book / "seeds/ferry/contracts.toml").unlink()
    before = (book / "priors/ferry.toml").read_bytes()
    ran = add("three_more", *KALSHI)
    assert ran.code == 0
    assert "wide defaults" not in ran.out
    assert (book / "priors/ferry.toml").read_bytes() == before


def test_kalshis_own_answer_fills_the_table(add: Run, book: Path, tmp_path: Path):
    """Rules with their hash, ticks, the close of trading, and fees of the series from the day on which it was retrieved."""
    series = tmp_path / "series.json"
    series.write_text(
        '{"series": {"ticker": "KXMLBGAME", "fee_type": "quadratic", "fee_multiplier": 0.5, "settlement_sources": [{"name": "MLB"}, {"name": "ESPN"}]}}'
    )
    files = ("--from", str(fixture_file("kalshi/kalshi-market.json")), "--from", str(series), "--retrieved", "2026-08-09T12:00:00Z")
    ran = add("three_more", "--venue", "kalshi", "--id", GAME, "--side", "yes", *files, "--different", "comparator=It counts four.")
    assert ran.code == 0, ran.err
    contract = next(iter(read_contracts(Folder(book)).contracts.values()))
    assert contract.rules.startswith("If San Diego wins the Houston vs San Diego professional baseball game")
    assert contract.rules_hash == rules_hash(contract.rules)
    assert [str(tick.step) for tick in contract.ticks] == ["0.01"]
    assert contract.settlement_source == "MLB, ESPN"
    assert "It can close before its deadline (This market will close and expire after a winner is declared): compare that" in ran.out
    (fees,) = contract.fees
    assert (fees.holds_from.isoformat(), fees.source) == ("2026-08-09T12:00:00+00:00", "payload of series KXMLBGAME, retrieved 2026-08-09")
    assert fees.fee_of_contract(0.5) == pytest.approx(0.07 * 0.25 / 2)
    assert (
        "deadline = 2026-08-13T00:20:00Z  # when trading closes; compare it with the rules"
        in (book / "seeds/ferry/contracts.toml").read_text()
    )
    assert "The venue's comparison is `structured`; compare it with `total(breakdowns) >= 3`." in ran.out
    assert (
        "since its last day is 2026-08-12, and that of `three_more` is 2025-12-31; `comparator` differs (It counts four).\n"
        f"Add it to seeds/ferry/topic.toml, and make it the `question` of {contract.name}:\n"
        f"  [questions.three_more_{contract.name.replace('-', '_')}]\n"
    ) in ran.out


def test_polymarkets_own_answer_fills_the_table(add: Run, book: Path):
    """The smallest order and the fees too, and the token of YES is in the addresses of its quotes."""
    words = ("--venue", "polymarket", "--id", HORMUZ, "--side", "no", "--from", str(fixture_file("polymarket/polymarket-market.json")))
    ran = add("three_more", *words)
    assert ran.code == 0, ran.err
    contract = read_contracts(Folder(book)).contracts["polymarket-0x60c2c085ee"]
    assert (contract.currency, contract.minimum_order, len(contract.fees)) == ("USDC", 5, 1)
    assert "https://clob.polymarket.com/book?token_id=1054263738263699355956" in ran.out


def test_json_has_what_is_left_to_do(add: Run):
    """Terms, defaults, addresses and the place, for scripts."""
    found = json.loads(add("three_more", *KALSHI, "--json").out)
    assert (found["contract"], found["question"], found["line"]) == ("kalshi-kxferry-25dec31", "ferry.three_more", 3)
    assert len(found["unknown"]) == 10
    assert found["default_priors"]["void"] == "Beta(mean=0.04, strength=10)"


REFUSED = {
    "no such question": (("three_mor", *KALSHI), "no topic asks `three_mor`", 1),
    "no such topic": (("fery.three_more", *KALSHI), "did you mean `ferry`?", 1),
    "a date": (("next_fault", *KALSHI), "`next_fault` asks for a date, and a contract pays or does not", 1),
    "classes": (("what_is_broken", *KALSHI), "say which, as in what_is_broken[hull]", 1),
    "another class": (("what_is_broken[hul]", *KALSHI), "`what_is_broken` has no class `hul`", 1),
    "a class of yes or no": (("three_more[hull]", *KALSHI), "`three_more` is a question of yes or no", 1),
    "a bad side": (("three_more", *KALSHI[:-1], "maybe"), "Invalid value for '--side': 'maybe' is not one of", 2),
    "a bad venue": (("three_more", "--venue", "kalschi", *KALSHI[2:]), "'kalschi' is not one of", 2),
    "an address of no web": (
        ("three_more", *KALSHI, "--address", "ftp://x.org"),
        "contracts.toml:8:12: error: this is no address of the web",
        1,
    ),
    "another hash": (
        ("three_more", *KALSHI, "--rules", "RULES", "--rules-hash", "abc"),
        "the rules are not those of the hash that is given",
        1,
    ),
    "no zone": (("three_more", *KALSHI, "--deadline", "2025-12-31T23:59"), "contracts.toml:8:12: error: this deadline has no zone", 1),
    "a day alone": (("three_more", *KALSHI, "--deadline", "2025-12-31"), "this deadline has no zone", 1),
    "no time": (("three_more", *KALSHI, "--deadline", "soon"), "the deadline `soon` is no time", 1),
    "a tick of 0": (("three_more", *KALSHI, "--tick", "0"), "prices come in steps above 0, not of 0", 1),
    "a tick of no number": (("three_more", *KALSHI, "--tick", "nan"), "`nan` is no number", 2),
    "too much back": (("three_more", *KALSHI, "--refund", "1.5"), "`refund` is a share of the price, from 0 to 1, not 1.5", 1),
    "a bad name": (("three_more", *KALSHI, "--name", "A b"), "`A b`: this cannot be a contract's name", 1),
    "no term": (("three_more", *KALSHI, "--same", "comparer"), "`comparer` is no term; did you mean `comparator`?", 2),
    "both": (("three_more", *KALSHI, "--same", "source", "--different", "source=x"), "`source` is either the same or different", 2),
    "no note": (("three_more", *KALSHI, "--different", "source"), '`source` is not NAME="..."', 2),
    "no reason": (("three_more", *KALSHI, "--void", "0.1"), "0.1 needs its reason", 2),
    "a reason of nothing": (("three_more", *KALSHI, "--why", "void=It may be."), "`void` is no prior that is given", 2),
    "no sentence": (("three_more", *KALSHI, "--void", "0.1", "--why", "void=eh"), "`why` is not a sentence", 1),
    "no probability": (("three_more", *KALSHI, "--void", "7", "--why", "void=It may well be."), "7 is no probability", 1),
    "no distribution": (("three_more", *KALSHI, "--void", "Beta(", "--why", "void=It may well be."), "priors/ferry.toml", 1),
    "no file": (("three_more", *KALSHI, "--from", "nowhere.json"), "nowhere.json:1:1: error: this cannot be read", 1),
    "another file": (("three_more", *KALSHI, "--from", "MARKET"), "there is nothing of `KXFERRY-25DEC31` in this payload", 1),
    "another series": (("three_more", *KALSHI, "--from", "SERIES"), "this is the series KXBTCD, and `KXFERRY-25DEC31` is not of it", 1),
    "no time of retrieval": (("three_more", *KALSHI, "--retrieved", "today"), "`today` is no time", 2),
    "a retrieval that is to come": (
        ("three_more", *KALSHI, "--retrieved", "2999-01-01T00:00:00Z"),
        "2999-01-01T00:00:00Z has not come yet",
        2,
    ),
    "a hidden character": (("three_more", "--venue", "kalshi", "--id", "KX\u202e", "--side", "yes"), "U+202E", 2),
}


@pytest.mark.parametrize(("words", "message", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_says_why_and_writes_nothing(add: Run, book: Path, tmp_path: Path, words: tuple[str, ...], message: str, code: int):
    """Each has its own message, with a place where it is of a file."""
    rules = tmp_path / "rules.txt"
    rules.write_text("Resolves Yes if it breaks.")
    files = {"MARKET": "kalshi/kalshi-market.json", "SERIES": "kalshi/kalshi_series.json"}
    before = files_of(book)
    ran = add(*(str(rules) if word == "RULES" else str(fixture_file(files[word])) if word in files else word for word in words))
    assert ran.code == code
    assert message in " ".join(ran.err.split())
    assert not ran.out
    assert files_of(book) == before


def test_an_id_or_a_name_that_stands_already_is_refused_at_its_place(add: Run, book: Path):
    """The message names the contract that has it, and the place is its line."""
    assert add("three_more", *KALSHI).code == 0
    before = files_of(book)
    ran = add("what_is_broken[hull]", *KALSHI, "--name", "again")
    assert ran.code == 1
    assert ran.err.startswith(
        "seeds/ferry/contracts.toml:3:2: error: kalshi has one contract `KXFERRY-25DEC31`, and it stands here already as "
        "`kalshi-kxferry-25dec31`, beside ferry.three_more"
    )
    ran = add("three_more", "--venue", "kalshi", "--id", "KXB", "--side", "yes", "--name", "kalshi-kxferry-25dec31")
    assert ran.code == 1
    assert ran.err.startswith("seeds/ferry/contracts.toml:3:2: error: the book has a contract `kalshi-kxferry-25dec31` already")
    assert files_of(book) == before


def test_a_contract_beside_a_broken_one_can_be_added(add: Run, book: Path):
    """What is wrong with another table keeps nobody from adding one; a file that is no TOML does."""
    path = book / "seeds/ferry/contracts.toml"
    path.write_text('[old]\nquestion = "three_more"\n')
    assert add("three_more", *KALSHI).code == 0
    ran = add("three_more", *KALSHI[:3], "KXB", *KALSHI[4:], "--name", "old")
    assert (ran.code, ran.err.splitlines()[0]) == (1, "seeds/ferry/contracts.toml:1:2: error: `old` stands here already")
    path.write_text("[old\n")
    assert add("three_more", *KALSHI[:3], "KXC", *KALSHI[4:]).code == 1
    assert path.read_text() == "[old\n"


def test_hidden_characters_of_a_venue_are_written_by_their_codes(add: Run, book: Path, tmp_path: Path):
    """Nothing that turns the direction of writing, or that a terminal acts on, reaches a file or the terminal."""
    market = json.loads(fixture_file("kalshi/kalshi-market.json").read_text())
    market["market"] |= {"rules_primary": "Yes if \u202eit\x1b[31m breaks.", "title": "Will \x1b[2Jit?", "strike_type": "gre\x1b]ater"}
    path = tmp_path / "market.json"
    path.write_text(json.dumps(market))
    ran = add("three_more", "--venue", "kalshi", "--id", GAME, "--side", "yes", "--from", str(path))
    assert ran.code == 0, ran.err
    written = (book / "seeds/ferry/contracts.toml").read_text()
    assert "Yes if [U+202E]it[U+001B][31m breaks." in written
    assert not {"\u202e", "\x1b"} & set(written + ran.out + ran.err)


def test_a_name_is_made_of_venue_and_id():
    """Of a long id only the beginning, and never a character that a name cannot have."""
    assert name_of("kalshi", "KXA.B-1") == "kalshi-kxa-b-1"
    assert name_of("polymarket", HORMUZ) == "polymarket-0x60c2c085ee"


def manifold_market(url: str) -> str:
    """A market of Manifold as its API answers it."""
    market = {"id": "m1", "question": "Will it?", "outcomeType": "BINARY", "mechanism": "cpmm-1", "probability": 0.5, "p": 0.5, "url": url}
    return json.dumps({**market, "pool": {"YES": 100, "NO": 100}, "isResolved": False, "closeTime": 1798761540000})


def test_manifolds_own_answer_has_its_page(add: Run, book: Path, tmp_path: Path):
    """An address that is none of the web is refused where it would stand."""
    path = tmp_path / "market.json"
    words = ("three_more", "--venue", "manifold", "--id", "m1", "--side", "yes", "--from", str(path))
    path.write_text(manifold_market("javascript:alert(1)"))
    ran = add(*words)
    assert (ran.code, ran.err.splitlines()[0]) == (1, "seeds/ferry/contracts.toml:8:12: error: this is no address of the web")
    path.write_text(manifold_market("https://manifold.markets/user1/will-it"))
    assert add(*words).code == 0
    contract = read_contracts(Folder(book)).contracts["manifold-m1"]
    assert (contract.address, contract.currency) == ("https://manifold.markets/user1/will-it", "mana")
    assert [schedule.fee_of_contract(0.5) for schedule in contract.fees] == [0]
