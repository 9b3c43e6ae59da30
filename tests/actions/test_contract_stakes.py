"""Stakes of contracts on a book's questions: sides, deviations, dependence within a topic, independence among topics, and what is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest

from forecast.actions.contract_draws import draw_contracts
from forecast.actions.contract_offers import ContractMarket, collateral_groups
from forecast.actions.contract_stakes import HeldContract, StakeRequest, StakeResult, stake_contracts
from forecast.book.files.problems import Place
from forecast.inference.monte_carlo import greatest_unseen
from forecast.language.distributions.families import component
from forecast.language.statements import parse_statement
from forecast.markets.comparison.price_comparison import OurChance
from forecast.markets.contract import Contract
from forecast.markets.deviation_priors import DeviationPrior, DeviationPriors
from forecast.markets.faults import MarketFault
from forecast.markets.makers.cpmm import CpmmPool
from forecast.markets.quotes import PriceInterval
from forecast.markets.stakes.joint_outcomes import PAYS_NO, PAYS_YES, VOID
from forecast.markets.stakes.kelly import kelly_fraction
from forecast.markets.stakes.model_weight import MODEL_ALONE, STATED
from forecast.markets.venues.kalshi_fees import KalshiFees
from forecast.markets.venues.manifold_fees import NoFees
from forecast.model.settings import Settings
from forecast.predict.analysis import EngineResult, published_result
from tests.support.building import make_topic

pytestmark = pytest.mark.medium

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
END, BEGIN = date(2026, 12, 31), date(2026, 1, 1)
D = Decimal


def compute(name: str) -> EngineResult:
    """A count with a Gamma(2, 4) rate a month, of which 3 were seen in 2025, with a ladder of thresholds."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=4)"},
        streams={"seen": {"value": "Poisson(mu=rate * months)", "watched": True}},
        rows={"seen": [{"from": date(2025, 1, 1), "to": date(2025, 12, 31), "value": 3}]},
        questions={
            **{f"least_{n}": {"by": END, "since": BEGIN, "answer": f"total(seen) >= {n}"} for n in (3, 4, 40)},
            "if_any": {"by": END, "since": BEGIN, "answer": "total(seen) >= 4", "given": "total(seen) >= 1"},
        },
    )
    return published_result(replace(topic, name=name), BEGIN, Settings(draws=8_192, chances=False))


@pytest.fixture(scope="module")
def results() -> Mapping[str, EngineResult]:
    """Two topics of one shape."""
    return {name: compute(name) for name in ("first", "second")}


def contract(question: str, *, topic: str = "first", name: str = "", **changes) -> Contract:
    """A contract without fees."""
    its = Contract(name or f"{topic}-{question}", Place("contracts.toml"), topic, question, "manifold", "id", "yes")
    return replace(its, **({"fees": (NoFees(datetime(2025, 1, 1, tzinfo=UTC), "tests"),)} | changes))


def market(its: Contract, bid: str, ask: str, depth: int | None = 100_000) -> ContractMarket:
    """Its best bid and ask."""
    count = None if depth is None else D(depth)
    return ContractMarket(its, PriceInterval(D(bid), D(ask), count, count), NOW)


def stake(markets, results, held=None, **request) -> StakeResult:
    """By the model alone and with full Kelly, where nobody says otherwise."""
    asked = StakeRequest(**({"fraction": 1.0, "weight": MODEL_ALONE} | request))
    return stake_contracts(markets, results, held or {}, asked, at=NOW, seed=1)


def believed(prior: float | str) -> DeviationPrior:
    """A number, or a distribution."""
    its = prior if isinstance(prior, float) else component(1.0, parse_statement(prior))
    return DeviationPrior(str(prior), "So it is here.", Place("priors.toml"), its)


def deviating(*, yes_if_yes: float | str = 1.0, yes_if_no: float = 0.0, void: float = 0.0) -> DeviationPriors:
    """Three priors."""
    return DeviationPriors(believed(yes_if_yes), believed(yes_if_no), believed(void))


def chance_of(results: Mapping[str, EngineResult], question: str) -> float:
    """What is published."""
    return results["first"].answers[question].value.value


def test_both_sides_of_a_question_are_the_same_bet(results: Mapping[str, EngineResult]):
    """YES at .30, or NO of a contract whose NO pays where our question resolves Yes: as much of either."""
    chance = chance_of(results, "least_3")
    yes = stake([market(contract("least_3"), ".28", ".30")], results)
    no = stake([market(contract("least_3", side="no"), ".70", ".72")], results)
    for found, side in ((yes, "yes"), (no, "no")):
        (only,) = found.advice.contracts
        assert only.edge.side == side
        assert only.order.spent / 1_000 == pytest.approx(kelly_fraction(chance, 0.30), abs=0.02)
    assert yes.advice.contracts[0].model == pytest.approx(chance, abs=0.02)
    assert "only the mean of its chance matters" in yes.notes[0]


def test_the_published_chance_is_staked_on_and_its_range_is_shown(results: Mapping[str, EngineResult]):
    """The draws are weighed so that they have it, and the stake at each end of its interval is the Kelly stake there; NO too, where the side is No."""
    for side, bid, ask in (("yes", ".28", ".30"), ("no", ".70", ".72")):
        its = contract("least_3", side=side)
        asked = StakeRequest(fraction=1.0, weight=MODEL_ALONE)
        chances = {its.name: OurChance(0.5, (0.2, 0.8))}
        found = stake_contracts([market(its, bid, ask)], results, {}, asked, at=NOW, seed=1, chances=chances)
        (only,) = found.advice.contracts
        assert only.model == pytest.approx(0.5, abs=1e-6)
        assert only.order.spent / 1_000 == pytest.approx(kelly_fraction(0.5, 0.30), abs=2e-3)
        low, high = found.ranges[its.name]
        assert (low.chance, high.chance) == pytest.approx((0.2, 0.8))
        less, more = (low, high) if side == "yes" else (high, low)
        assert more.side == side
        assert more.spent / 1_000 == pytest.approx(kelly_fraction(0.8, 0.30), abs=2e-3)
        assert less.side == ("no" if side == "yes" else "yes")  # .2 is below the bid of .28
        drawn = draw_contracts([its], results, np.random.default_rng(1)).chosen_on
        pays = float(drawn.chances(PAYS_YES)[0])
        far, near = (0.2, 0.8) if side == "yes" else (0.8, 0.2)
        effective = drawn.effective / (far**2 / pays + near**2 / (1 - pays))  # of the draws that are weighed: they leave more unseen
        assert less.spent / 1_000 == pytest.approx(kelly_fraction(0.8 * (1 - greatest_unseen(effective)), 0.72), abs=2e-3)


@pytest.mark.parametrize(("chance", "low", "high"), [(0.5, 0.0, 1.0), (0.96, 1.0, 1.0), (0.04, 0.0, 0.0)])
def test_a_chance_without_a_range_has_no_stakes_at_its_ends(results: Mapping[str, EngineResult], chance: float, low: float, high: float):
    """Where parameters alone decide, a chance is no or yes on each draw: as a range of chances that would stake on both sides all there is."""
    its = contract("least_3")
    asked = StakeRequest(fraction=1.0, weight=MODEL_ALONE)
    chances = {its.name: OurChance(chance, (low, high))}
    found = stake_contracts([market(its, ".28", ".30")], results, {}, asked, at=NOW, seed=1, chances=chances)
    assert found.advice is not None
    assert found.advice.contracts[0].model == pytest.approx(chance, abs=1e-6)
    assert found.ranges == {}


def test_published_chances_that_contradict_each_other_are_left_out(results: Mapping[str, EngineResult]):
    """Four implies three, so that it cannot be likelier: the contract that is farther off goes, with the reason."""
    markets = [market(contract("least_3"), ".28", ".30"), market(contract("least_4"), ".28", ".30")]
    chances = {"first-least_3": OurChance(0.2, (0.1, 0.3)), "first-least_4": OurChance(0.6, (0.5, 0.7))}
    found = stake_contracts(markets, results, {}, StakeRequest(fraction=1.0, weight=MODEL_ALONE), at=NOW, seed=1, chances=chances)
    assert len(found.advice.contracts) == 1
    (reason,) = found.left_out.values()
    assert reason.startswith("the chance of its answer contradicts those of other contracts")


def test_who_holds_more_than_the_fraction_puts_at_risk_is_warned(results: Mapping[str, EngineResult]):
    """With the amount, and the fraction from which there is room; a little less held, and more is bought."""
    its = contract("least_3")
    chance = chance_of(results, "least_3")
    for held, warned in ((1_000, True), (300, False)):
        holding = {its.name: [HeldContract("yes", held, 0.2 * held)]}
        found = stake([market(its, ".08", ".10")], results, holding, fraction=0.25)
        (only,) = found.advice.contracts
        worth = held * only.model
        assert (0.25 * (1_000 + worth) <= worth) is warned
        assert any(note.startswith("WARNING: what you hold is worth ") for note in found.notes) is warned
        assert (only.order.count == 0) is warned
        if warned:
            assert only.refusal == "what is held already takes up all that is put at risk"
            assert f"worth {worth:,.2f} by these chances" in " ".join(found.notes)
            assert f"a --fraction above {worth / (1_000 + worth):.2g}." in " ".join(found.notes)
    assert chance > 0.25


def test_contracts_of_one_topic_depend_on_each_other(results: Mapping[str, EngineResult]):
    """Four imply three on every draw; the same two questions of different topics do not."""
    same = draw_contracts([contract("least_3"), contract("least_4")], results, np.random.default_rng(1))
    apart = draw_contracts([contract("least_3"), contract("least_4", topic="second")], results, np.random.default_rng(1))

    def four_without_three(outcomes) -> float:
        return float(outcomes.weights[(outcomes.rows == (PAYS_NO, PAYS_YES)).all(axis=1)].sum())

    for half in (same.chosen_on, same.reported_on):
        assert four_without_three(half) == 0
    three, four = apart.chosen_on.chances(PAYS_YES)
    assert four_without_three(apart.chosen_on) == pytest.approx((1 - three) * four, abs=0.02)
    assert same.chosen_on.effective <= 4_096


def test_topics_without_a_link_are_said_to_be_independent(results: Mapping[str, EngineResult]):
    """In one sentence that names them; dependent bets of one topic are staked less than independent ones."""
    apart = stake([market(contract("least_3"), ".28", ".30"), market(contract("least_3", topic="second"), ".28", ".30")], results)
    assert "The topics first and second have no link, and are treated as independent." in apart.notes
    same = stake([market(contract("least_3"), ".28", ".30"), market(contract("least_3", name="again"), ".28", ".30")], results)
    assert not any("no link" in note for note in same.notes)
    assert sum(each.order.spent for each in same.advice.contracts) < 0.9 * sum(each.order.spent for each in apart.advice.contracts)


def test_a_contract_is_void_where_its_question_is_not_asked(results: Mapping[str, EngineResult]):
    """As often as its condition fails, which is said."""
    found = stake([market(contract("if_any"), ".28", ".30")], results)
    assert found.advice.contracts[0].void == pytest.approx(1 - results["first"].answers["if_any"].given, abs=0.01)
    assert any("taken to be void where the question's condition fails" in note for note in found.notes)


def test_deviations_move_the_chance_as_the_closed_form_says(results: Mapping[str, EngineResult]):
    """(1 - v)(p · yy + (1 - p) · yn), and void with v."""
    its, chance = contract("least_3"), chance_of(results, "least_3")
    other = replace(its, deviations=deviating(yes_if_yes=0.9, yes_if_no=0.05, void=0.1))
    drawn = draw_contracts([other], results, np.random.default_rng(1)).chosen_on
    assert drawn.chances(PAYS_YES)[0] == pytest.approx(0.9 * (0.9 * chance + 0.05 * (1 - chance)), abs=0.03)
    assert drawn.chances(VOID)[0] == pytest.approx(0.1, abs=0.02)
    sure, doubted = stake([market(its, ".28", ".30")], results), stake([market(other, ".28", ".30")], results)
    assert doubted.advice.contracts[0].order.spent < sure.advice.contracts[0].order.spent
    assert any("does not say how first-least_3" in note for note in sure.notes)
    assert not any("does not say how" in note for note in doubted.notes)


def test_contracts_of_one_source_deviate_together(results: Mapping[str, EngineResult]):
    """Two contracts on one question that deviate half the time agree always with one source, and half the time without."""
    half = deviating(yes_if_yes=0.5, yes_if_no=0.5)
    both = [contract("least_3", name=name, settlement_source="a bureau", deviations=half) for name in ("one", "other")]
    alone = [replace(its, settlement_source="") for its in both]
    for contracts, agree in ((both, 1.0), (alone, 0.5)):
        outcomes = draw_contracts(contracts, results, np.random.default_rng(1)).chosen_on
        same = float(outcomes.weights[outcomes.rows[:, 0] == outcomes.rows[:, 1]].sum())
        assert same == pytest.approx(agree, abs=0.03)


def test_a_wide_prior_of_deviation_is_a_doubt(results: Mapping[str, EngineResult]):
    """Where the contract may follow our question always or never, two standard deviations are more than any edge."""
    its = contract("least_3", deviations=deviating(yes_if_yes="Uniform(lower=0, upper=1)"))
    found = stake([market(its, ".08", ".10")], results)
    assert "is under two errors" in found.advice.contracts[0].refusal


def test_what_no_path_has_is_not_staked_in_full(results: Mapping[str, EngineResult]):
    """Forty on no path: NO at .90 is bought, and not with everything."""
    found = stake([market(contract("least_40"), ".10", ".12")], results)
    (only,) = found.advice.contracts
    assert only.edge.side == "no"
    assert 0 < only.model < 0.01
    assert 800 < only.order.spent < 1_000


def test_contracts_that_cannot_be_traded_are_left_out_with_the_reason(results: Mapping[str, EngineResult]):
    """Without fees for the day, and with bid and ask too far apart; the rest is staked."""
    late = (KalshiFees(datetime(2027, 1, 1, tzinfo=UTC), "tests"),)
    found = stake(
        [
            market(contract("least_3", name="unknown", fees=late), ".28", ".30"),
            market(contract("least_3", name="wide"), ".02", ".95"),
            market(contract("least_3", name="good"), ".28", ".30", depth=None),
        ],
        results,
    )
    assert set(found.left_out) == {"unknown", "wide"}
    assert found.left_out["unknown"] == (
        "the fees of 2026-01-01 are not known: the first that is known holds from 2027-01-01; state the fees in seeds/first/contracts.toml; where it "
        'has none, write `[[unknown.fees]]` with `holds_from = 2026-01-01` and `source = "Where it says so."`'
    )
    assert [each.name for each in found.advice.contracts] == ["good"]
    assert any("How many contracts of good are offered is not known" in note for note in found.notes)
    nothing = stake([market(contract("least_3", name="wide"), ".02", ".95")], results)
    assert nothing.advice is None


def test_a_contract_whose_price_contradicts_others_is_left_out(results: Mapping[str, EngineResult]):
    """Four or more cannot be likelier than three or more: one of both is left out, with the reason, and the other staked."""
    ladder = [market(contract("least_3"), ".16", ".18"), market(contract("least_4"), ".60", ".62")]
    found = stake(ladder, results, weight=STATED)
    assert len(found.left_out) == 1
    assert "contradicts those of other contracts" in next(iter(found.left_out.values()))
    assert len(found.advice.contracts) == 1


def test_money_of_two_kinds_is_not_mixed(results: Mapping[str, EngineResult]):
    """Mana and dollars have no common bankroll; dollars and USDC do, which is said."""
    dollars, mana, coins = (
        market(contract("least_3", name=currency, currency=currency), ".28", ".30") for currency in ("USD", "mana", "USDC")
    )
    with pytest.raises(MarketFault, match="a bankroll is in one currency"):
        stake([dollars, mana], results)
    assert "A USDC is counted as a dollar." in stake([dollars, coins], results).notes


def test_exclusive_contracts_of_a_venue_share_collateral():
    """Those of one event of Kalshi or Polymarket; not of a venue whose rule is not known, nor one alone."""
    kalshi = [contract("least_3", name=name, venue="kalshi", group="EVENT") for name in "ab"]
    other = [contract("least_3", name=name, group="EVENT") for name in "cd"]
    assert collateral_groups([*kalshi, *other, contract("least_3", name="e", venue="kalshi", group="ALONE")]) == ((0, 1),)


def test_what_is_held_is_counted(results: Mapping[str, EngineResult]):
    """Who holds the stake already is told to buy little more."""
    its = contract("least_3")
    bought = stake([market(its, ".28", ".30")], results).advice.contracts[0].order
    held = {its.name: [HeldContract("yes", bought.count, bought.cost)]}
    again = stake([market(its, ".28", ".30")], results, held=held, bankroll=1_000 - bought.spent).advice.contracts[0].order
    assert again.count < 0.05 * bought.count


def test_a_maker_is_staked_along_its_curve(results: Mapping[str, EngineResult]):
    """A small pool takes less than a deep book at the same price."""
    its = contract("least_3", currency="mana")
    pool = ContractMarket(its, PriceInterval(D(".3"), D(".3")), NOW, pool=CpmmPool(140, 60))
    deep = market(its, ".29", ".30")
    small, large = (stake([each], results).advice.contracts[0].order.spent for each in (pool, deep))
    assert 0 < small < 0.5 * large
