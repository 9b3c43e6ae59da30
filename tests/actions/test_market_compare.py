"""Contracts of a book beside its answers: what is compared, what is only drawn, what a price would ask us to believe, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from forecast.actions.market_compare import MarketComparison, compare_markets
from forecast.model.settings import Settings
from forecast.schema.market import ContractContent
from forecast.sentences.market import NO_RANGE, contract_headline, contract_sentences, price_belief_sentence
from tests.support.market_books import write_market_book

pytestmark = pytest.mark.medium

AS_OF = date(2026, 6, 30)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book whose contract is offered well above what it is worth."""
    root = tmp_path_factory.mktemp("storms")
    write_market_book(root)
    return root


@pytest.fixture(scope="module")
def compared(book: Path) -> MarketComparison:
    """All its contracts."""
    return _compare(book, "")


def _compare(root: Path, name: str, **more: bool) -> MarketComparison:
    return compare_markets(root, name, as_of=AS_OF, settings=Settings(), **more)


def _contract(compared: MarketComparison, name: str) -> ContractContent:
    return next(its for contents in compared.contracts.values() for its in contents if its["name"] == name)


def test_the_chance_that_a_contract_is_void_with_its_question_is_said(compared: MarketComparison) -> None:
    """Where there is one, since what is expected to be gained counts it."""
    its = _contract(compared, "three-storms")
    sentence = "It is taken to be void, too, where our question is: its condition fails, or it is annulled, with a chance of 70 %."
    assert "question_void" not in its
    assert sentence not in contract_sentences(its)
    assert sentence in contract_sentences({**its, "question_void": 0.7})


def test_a_contract_is_compared_through_its_deviations(compared: MarketComparison) -> None:
    """The fair price is p · yes_if_yes + (1 - p) · yes_if_no at the means, since a void contract gives all back."""
    its = _contract(compared, "three-storms")
    assert compared.problems == ()
    assert its["answer"] is not None
    assert its["fair"] is not None
    chance = its["answer"]["value"]
    assert its["fair"]["value"] == pytest.approx(0.95 * chance + 0.02 * (1 - chance), abs=1e-4)
    assert its["fair"]["low"] < its["fair"]["value"] < its["fair"]["high"]
    assert its["offer"] == {"at": "2026-06-30T12:00:00Z", "bid": 0.6, "ask": 0.62, "days_old": 0}
    assert its["days"] == 184
    assert its["verdict"] in {"within our doubt", "beyond our doubt"}
    assert its["purchase"] is not None
    assert its["purchase"]["side"] == "no"
    gain = 0.99 * (its["purchase"]["price"] * -1 + 1 - its["fair"]["value"]) - its["purchase"]["fee"]
    assert its["purchase"]["gain"] == pytest.approx(gain, abs=1e-4)


def test_what_the_price_would_ask_us_to_believe(compared: MarketComparison) -> None:
    """For the bid, the nearer of both, the tilted rate is higher than ours, and one prior alone would have to be higher too."""
    its = _contract(compared, "three-storms")
    belief = its["belief"]
    assert belief["price"] == pytest.approx(0.6)
    assert belief["chance"] == pytest.approx((0.6 - 0.02) / 0.93, abs=1e-4)
    assert belief["status"] == "found"
    assert belief["divergence"] > 0.05
    (moved,) = belief["moved"]
    assert moved["name"] == "rate"
    assert moved["after"][1] > moved["before"][1]
    (shift,) = belief["priors"]
    assert (shift["status"], shift["name"]) == ("found", "rate")
    assert shift["new_median"] is not None
    assert shift["new_median"] > shift["median"]
    assert price_belief_sentence(belief, its).startswith("For YES at 0.60 our chance would have to be 62 % and not ")
    for divergence, said in ((1.02, "is 1 bit, on"), (2.04, "is 2 bits, on"), (0.4, "is 0.4 bits, on")):
        assert said in price_belief_sentence({**belief, "divergence": divergence, "divergence_error": 0.3}, its)


def test_a_midpoint_is_drawn_and_not_compared(compared: MarketComparison) -> None:
    """A contract of which only midpoints are on record has no comparison, and its midpoints stand in the history."""
    its = _contract(compared, "no-storm")
    assert its["offer"] is None
    assert its["verdict"] is None
    assert "no offer" in its["no_comparison"]
    assert its["history"]["compared"] == 0
    assert its["history"]["quotes"][-1]["drawn"] == pytest.approx(0.939)
    assert its["history"]["quotes"][-1]["bid"] is None
    assert contract_headline(its).startswith("It is not compared")


def test_what_a_stake_rests_on_is_said_where_there_is_an_edge(compared: MarketComparison) -> None:
    """Only the mean of the chance for one bet, and dependence for several; nothing where the difference is within our doubt."""
    its = _contract(compared, "three-storms")
    for verdict, said in (("beyond our doubt", True), ("within our doubt", False)):
        sentences = contract_sentences({**its, "verdict": verdict})
        assert any("only the mean of our chance matters" in sentence for sentence in sentences) is said


@pytest.mark.parametrize(
    ("answer", "is_ranged"),
    [((0.45, 0.0, 1.0), False), ((0.96, 1.0, 1.0), False), ((0.04, 0.0, 0.0), False), ((0.45, 0.0, 0.99), True), ((1.0, 1.0, 1.0), True)],
)
def test_a_chance_without_a_range_is_not_set_against_our_doubt(compared: MarketComparison, answer, is_ranged) -> None:
    """Of options, and of what parameters alone decide, an interval from no to yes would call each difference one within our doubt."""
    value, low, high = answer
    its = _contract(compared, "three-storms") | {"answer": {"value": value, "low": low, "high": high}}
    for verdict in ("within our doubt", "beyond our doubt"):
        said = contract_sentences({**its, "verdict": verdict})
        assert ("at the end of our interval" in said[0]) is is_ranged
        assert (said[0].endswith(f"a contract. {NO_RANGE}")) is not is_ranged
        assert any("more than fees and our own doubt" in each for each in said) is (is_ranged and verdict == "beyond our doubt")
    headline = contract_headline(its)
    assert (f" ({its['fair']['low']:.2f} to " in headline) is is_ranged
    assert f"its YES is worth {its['fair']['value']:.2f}" in headline


@pytest.mark.parametrize(("side", "worth"), [("yes", "0.065"), ("no", "0.935")])
def test_beside_defaults_it_is_said_what_a_contract_would_be_worth_without_them(compared: MarketComparison, side: str, worth: str) -> None:
    """Wide defaults draw a small chance far up, so that a price above our answer may seem low."""
    its = _contract(compared, "three-storms")
    deviations = [
        {**each, "why": "A default from the checklist, not an estimate: 10 terms are unknown. Edit it."} for each in its["deviations"]
    ]
    shown = its | {"side": side, "answer": {"value": 0.065, "low": 0.003, "high": 0.18}, "deviations": deviations}
    (said,) = [sentence for sentence in contract_sentences(shown) if sentence.startswith("Nobody has estimated this")]
    assert said.endswith(f"If it always ended as our question does, its YES would be worth {worth}.")
    assert not any("would be worth" in sentence for sentence in contract_sentences(its))


def test_rows_since_the_price_moved_are_listed(tmp_path: Path) -> None:
    """Rows that became known after the last change of bid or ask are listed; those before are not."""
    write_market_book(tmp_path)
    path = tmp_path / "seeds/storms/storms.csv"
    path.write_text(path.read_text("utf-8") + "2026-04-01,2026-06-29,2,2026-06-30,invented\n", "utf-8")
    its = _contract(_compare(tmp_path, "three-storms", beliefs=False), "three-storms")
    assert its["moved"] == "2026-06-29T12:00:00Z"
    assert [(row["stream"], row["known"]) for row in its["rows_since"]] == [("storms", "2026-06-30")]
    assert "belief" not in its
    assert any("one row has arrived since" in sentence for sentence in contract_sentences(its))


@pytest.mark.parametrize("name", ["three-storms", "three_more", "storms.three_more"])
def test_a_contract_is_named_by_itself_or_its_question(book: Path, name: str) -> None:
    """Its own name, its question, and topic and question name one contract."""
    found = _compare(book, name, beliefs=False)
    assert [its["name"] for contents in found.contracts.values() for its in contents] == ["three-storms"]


def test_an_unknown_name_is_refused_with_a_hint(book: Path, tmp_path: Path) -> None:
    """A name that nothing has, and a book without contracts, are problems that say what to do."""
    (problem,) = _compare(book, "three-storm").problems
    assert "three-storms" in problem.hint
    write_market_book(tmp_path)
    (tmp_path / "seeds/storms/contracts.toml").unlink()
    priors = tmp_path / "priors/storms.toml"
    priors.write_text(priors.read_text("utf-8").split("[contracts.")[0], "utf-8")
    (problem,) = _compare(tmp_path, "").problems
    assert "no contracts" in problem.message


def test_fees_that_are_not_known_are_said(tmp_path: Path) -> None:
    """Without a schedule of fees the comparison is made without them, and says so."""
    write_market_book(tmp_path)
    path = tmp_path / "seeds/storms/contracts.toml"
    path.write_text(path.read_text("utf-8").replace("holds_from = 2026-01-01", "holds_from = 2026-12-01"), "utf-8")
    its = _contract(_compare(tmp_path, "three-storms", beliefs=False), "three-storms")
    assert "not known" in its["no_fees"]
    assert its["purchase"] is not None
    assert not its["purchase"]["fee"]
    assert any(sentence.startswith("No fees are counted") for sentence in contract_sentences(its))


def test_a_price_that_no_chance_explains_is_impossible(tmp_path: Path) -> None:
    """A bid above what the contract pays where our question is certain is impossible, and said to be so."""
    write_market_book(tmp_path, last=(0.96, 0.97))
    its = _contract(_compare(tmp_path, "three-storms"), "three-storms")
    assert its["belief"]["status"] == "impossible"
    assert "No values of the parameters give this price" in price_belief_sentence(its["belief"], its)


def test_an_extreme_price_is_not_called_impossible(tmp_path: Path) -> None:
    """A price that parameters far out could give, and the draws do not reach, is said to be beyond these draws."""
    write_market_book(tmp_path, last=(0.945, 0.9495))
    its = _contract(_compare(tmp_path, "three-storms"), "three-storms")
    assert its["belief"]["status"] == "not resolved"
    assert "Other values of the parameters may give it" in price_belief_sentence(its["belief"], its)


def test_a_source_that_is_a_market_is_named(tmp_path: Path) -> None:
    """Where a row's source names a prediction market, the sentence that the answer has not seen the price gives way to a caution."""
    write_market_book(tmp_path)
    path = tmp_path / "seeds/storms/storms.csv"
    path.write_text(path.read_text("utf-8").replace("2026-04-02,invented", "2026-04-02,Polymarket's settled markets"), "utf-8")
    its = _contract(_compare(tmp_path, "three-storms", beliefs=False), "three-storms")
    assert its["own_sources"] == ["stream storms"]
    assert any("a price may be in our answer" in sentence for sentence in contract_sentences(its))
