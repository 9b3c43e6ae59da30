"""Scenarios whose probabilities and answers have closed forms: the branches of a Poisson process whose rate has a Gamma prior."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - closed forms to hold against

from forecast.book.topic import Topic, Variant
from forecast.inference.monte_carlo import REPLICATES
from forecast.model.settings import EngineChoice, Settings
from forecast.predict.analysis import published_result
from forecast.predict.answers import Dates, Probability, Shares
from forecast.predict.distribution import Distribution
from forecast.predict.mixture import RivalResult, mix_answers
from forecast.predict.rival_weights import RivalWeights, rival_weights
from forecast.predict.scenarios import LEAST_PATHS, Branch, Branches, scenario_branches
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

COUNTS = (0, 0, 1)  # on three days
ALPHA, BETA = 3.0, 30.0
SHAPE, RATE = ALPHA + sum(COUNTS), BETA + len(COUNTS)  # of the posterior
AS_OF = OPENS + timedelta(days=len(COUNTS) - 1)
SOON, LATE = 17, 57  # days from the record's end
ERRORS = 4.0
MOST = 400  # events, beyond which nothing counts
QUESTIONS = {
    "three": {"answer": "total(seen) >= 4", "by": AS_OF + timedelta(days=LATE)},
    "rate_asked": {"answer": "rate"},
    "high": {"answer": "rate > 0.15"},
    "when": {"answer": "first(total(seen) >= 4)", "by": AS_OF + timedelta(days=LATE)},
    "how_many": {
        "choices": {"few": "total(seen) <= 3", "many": "total(seen) >= 4"},
        "by": AS_OF + timedelta(days=LATE),
    },
}
SCENARIOS = {"two_soon": {"when": "total(seen) >= 3", "by": AS_OF + timedelta(days=SOON)}}


def topic_of(
    scenarios: Mapping[str, Mapping[str, Any]], questions: Mapping[str, Any] | None = None, *, prior: tuple[float, float] = (ALPHA, BETA)
) -> Topic:
    """A topic of events by day."""
    return make_topic(
        priors={"rate": f"Gamma(alpha={prior[0]}, beta={prior[1]})"},
        streams={"seen": "Poisson(mu=rate * days)"},
        rows={"seen": list(COUNTS)},
        questions=QUESTIONS if questions is None else questions,
        scenarios=scenarios,
    )


def branches_of(topic: Topic, seed: int = 1, draws: int = 16_384, *, chances: bool = False, engine: EngineChoice = "auto") -> Branches:
    """The branches of a topic without variants."""
    result = published_result(topic, AS_OF, Settings(seed=seed, draws=draws, chances=chances, engine=engine))
    rivals = {"base": RivalResult(result.posterior, result.paths, result.answers, result.scenario_chances)}
    return scenario_branches(topic, rivals, None, result.answers, np.random.default_rng(seed))


@cache
def usual_branches() -> Branches:
    """The branches of the usual topic."""
    return branches_of(topic_of(SCENARIOS))


def probability_of(branch: Branch | None) -> Probability:
    """The probability of a branch that has one."""
    assert branch is not None
    assert branch.probability is not None
    return branch.probability


def answer_in(branch: Branch | None, name: str) -> Any:
    """The value of an answer in a branch."""
    assert branch is not None
    return branch.answers[name].value


def event_chances(shape: float, rate: float, days: float) -> np.ndarray:
    """The probability of each number of events in some days, where the rate has a Gamma distribution: a negative binomial's."""
    return stats.nbinom.pmf(np.arange(MOST), shape, rate / (rate + days))


def three_and_two_soon(shape: float = SHAPE, rate: float = RATE) -> tuple[float, float, float]:
    """The chance of two more events soon, of three more by the later day, and of both."""
    soon = event_chances(shape, rate, SOON)
    after = np.array([stats.nbinom.sf(2 - n, shape + n, (rate + SOON) / (rate + LATE)) for n in range(MOST)])  # three or more by then
    return float(soon[2:].sum()), float(soon @ after), float(soon[2:] @ after[2:])


def test_the_probability_of_a_scenario_and_an_answer_in_it_are_those_of_the_closed_form() -> None:
    """Of a Poisson process: the chance of two events soon, of three given them, and of three if they do not come."""
    branches = usual_branches()
    two, three, both = three_and_two_soon()
    (scenario,) = branches.scenarios
    assert scenario.status == "open"
    for chance, exact in (
        (probability_of(scenario), two),
        (answer_in(scenario, "three"), both / two),
        (probability_of(branches.none), 1 - two),
        (answer_in(branches.none, "three"), (three - both) / (1 - two)),
    ):
        assert 0 < chance.error < 0.02
        assert abs(chance.value - exact) < ERRORS * chance.error
    assert both / two - three > 0.1  # so that an answer in all futures would not do


def test_an_answer_about_a_parameter_is_that_of_the_futures_in_the_branch() -> None:
    """The rate given two events soon: a mixture of Gammas by the number of events, its mean and a chance of it."""
    soon = event_chances(SHAPE, RATE, SOON)[2:]
    shapes = SHAPE + np.arange(2, MOST)
    mean = float(soon @ (shapes / (RATE + SOON)) / soon.sum())
    high = float(soon @ stats.gamma.sf(0.15, shapes, scale=1 / (RATE + SOON)) / soon.sum())
    (scenario,) = usual_branches().scenarios
    rate, above = answer_in(scenario, "rate_asked"), answer_in(scenario, "high")
    assert isinstance(rate, Distribution)
    assert rate.mean is not None
    assert rate.mean_error is not None
    assert abs(rate.mean - mean) < ERRORS * rate.mean_error < 0.05 * mean
    assert abs(above.value - high) < ERRORS * above.error < 0.1


def test_dates_and_choices_have_answers_in_a_branch() -> None:
    """That three more come by the later day is the same chance, asked as a date and as a choice."""
    two, three, both = three_and_two_soon()
    branches = usual_branches()
    for branch, exact in ((branches.scenarios[0], both / two), (branches.none, (three - both) / (1 - two))):
        when, many = answer_in(branch, "when"), answer_in(branch, "how_many")
        assert isinstance(when, Dates)
        assert isinstance(many, Shares)
        assert 1 - when.not_by_then == pytest.approx(many.values["many"], abs=1e-12)
        assert abs(many.values["many"] - exact) < ERRORS * many.errors["many"]
    assert usual_branches().scenarios[0].answers["when"].value.quantiles[0] >= AS_OF  # type: ignore[union-attr]


def test_errors_are_neither_too_small_nor_too_large_over_seeds() -> None:
    """Over seeds, deviations from the closed form are about as large as the errors say: their root mean square is neither below a half nor above two."""
    two, _, both = three_and_two_soon()
    topic = topic_of(SCENARIOS, {"three": QUESTIONS["three"]})
    scores = []
    for seed in range(1, 25):
        (scenario,) = branches_of(topic, seed, draws=2_048).scenarios
        for chance, exact in ((probability_of(scenario), two), (answer_in(scenario, "three"), both / two)):
            scores.append((chance.value - exact) / chance.error)
    size = math.sqrt(np.mean(np.square(scores)))
    assert 0.5 < size < 1.6
    assert abs(np.mean(scores)) < 0.75


def test_scenarios_that_partition_the_future_leave_nothing_and_give_the_answer_back() -> None:
    """Two scenarios of which always one holds: none is left, no two hold, and the answers weighed by them are the answer."""
    by = AS_OF + timedelta(days=SOON)
    topic = topic_of({"few": {"when": "total(seen) < 3", "by": by}, "many": {"when": "total(seen) >= 3", "by": by}})
    result = published_result(topic, AS_OF, Settings(chances=False))
    branches = branches_of(topic)
    few, many = branches.scenarios
    assert branches.several is not None
    assert (branches.several.value, probability_of(branches.none).value) == (0, 0)
    assert branches.several.greatest_unseen is not None
    assert probability_of(few).value + probability_of(many).value == pytest.approx(1, abs=1e-12)
    parts = sum(probability_of(each).value * answer_in(each, "three").value for each in (few, many))
    whole = result.answers["three"].value
    assert isinstance(whole, Probability)
    assert parts == pytest.approx(whole.value, abs=1e-12)
    assert {name: (its.value, its.paths) for name, its in branches.none.answers.items()} == dict.fromkeys(QUESTIONS, (None, 0.0))  # type: ignore[union-attr]


def test_scenarios_that_overlap_say_how_often() -> None:
    """The chance of two at once is that of the rarer where one contains the other."""
    by = AS_OF + timedelta(days=SOON)
    branches = branches_of(topic_of({"some": {"when": "total(seen) >= 2", "by": by}, "more": {"when": "total(seen) >= 3", "by": by}}))
    assert branches.several is not None
    assert branches.several.value == probability_of(branches.scenarios[1]).value
    assert probability_of(branches.none).value == pytest.approx(1 - probability_of(branches.scenarios[0]).value)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_an_answer_on_too_few_futures_is_not_given(monkeypatch: pytest.MonkeyPatch, more: int) -> None:
    """An answer rests on as many paths as it must at the least, and with one fewer there is none."""
    whole = usual_branches().scenarios[0].answers["three"]
    monkeypatch.setattr("forecast.predict.scenarios.LEAST_PATHS", whole.paths + more)
    answer = branches_of(topic_of(SCENARIOS)).scenarios[0].answers["three"]
    assert answer.paths == whole.paths
    assert (answer.value is None) == (more > 0)


def test_a_scenario_on_a_few_paths_or_on_none_has_a_chance_and_no_answers() -> None:
    """What holds on fewer than 100 paths has a probability with an error, and what no path has is below a bound."""
    by = AS_OF + timedelta(days=SOON)
    found = branches_of(topic_of({"rare": {"when": "total(seen) >= 15", "by": by}, "never": {"when": "total(seen) >= 399", "by": by}}))
    rare, never = found.scenarios
    exact = float(event_chances(SHAPE, RATE, SOON)[14:].sum())
    assert 0 < 16_384 * probability_of(rare).value < LEAST_PATHS
    assert abs(probability_of(rare).value - exact) < ERRORS * probability_of(rare).error
    assert probability_of(never).value == 0
    assert 0 < (probability_of(never).greatest_unseen or 0) < 0.001
    assert {its.value for branch in (rare, never) for its in branch.answers.values()} == {None}
    assert all(its.value is not None for its in found.none.answers.values())  # type: ignore[union-attr]


def test_what_the_record_has_settled_is_no_branch() -> None:
    """A scenario that has come about, or can no longer, has a status and no answers; the others say what is left without it."""
    by = AS_OF + timedelta(days=SOON)
    scenarios = {
        "done": {"when": "total(seen) >= 1", "by": by},
        "gone": {"when": "total(seen) == 0", "by": by},
        **SCENARIOS,
        "next": {"when": "total(seen) >= 1", "by": by, "since": AS_OF + timedelta(days=1)},
    }
    found = branches_of(topic_of(scenarios))
    by_name = {branch.scenario.name: branch for branch in found.scenarios if branch.scenario is not None}
    statuses = {name: (branch.status, bool(branch.answers)) for name, branch in by_name.items()}
    assert statuses == {
        "done": ("happened", False),
        "gone": ("can no longer happen", False),
        "two_soon": ("open", True),
        "next": ("open", True),
    }
    assert probability_of(found.none).value == pytest.approx(1 - probability_of(by_name["next"]).value)
    all_settled = branches_of(topic_of({"done": scenarios["done"]}))
    assert (all_settled.none, all_settled.several) == (None, None)


def test_a_question_with_a_condition_counts_the_futures_that_have_both() -> None:
    """Under its own condition and in the branch: of five events given two, those with three; where the two exclude each other nothing is known."""
    by = AS_OF + timedelta(days=LATE)
    questions = {
        "both": {"answer": "total(seen) >= 6", "given": "total(seen) >= 4", "by": by},
        "against": {"answer": "rate > 0.1", "given": "total(seen) <= 2", "by": by},
        "annulled": {"answer": "total(seen) >= 4", "annulled": "total(seen) >= 6", "by": by},
    }
    (scenario,) = branches_of(topic_of({"three": {"when": "total(seen) >= 5", "by": by}}, questions)).scenarios
    chances = event_chances(SHAPE, RATE, LATE)  # of further events: the record has one
    both = answer_in(scenario, "both")
    assert abs(both.value - chances[5:].sum() / chances[4:].sum()) < ERRORS * both.error
    assert (scenario.answers["against"].value, scenario.answers["against"].paths) == (None, 0)
    assert answer_in(scenario, "annulled").value == pytest.approx(1)  # five events, where it is not annulled
    assert scenario.answers["annulled"].paths < scenario.answers["both"].paths


def test_a_condition_that_is_no_number_somewhere_is_not_answerable() -> None:
    """A scenario that compares what cannot be worked out says so, and the others go on without it."""
    by = AS_OF + timedelta(days=SOON)
    found = branches_of(topic_of({**SCENARIOS, "broken": {"when": "1 / (total(seen) - 1) > 2", "by": by}}))
    usual, broken = found.scenarios
    assert (broken.status, broken.probability, dict(broken.answers)) == (None, None, {})
    assert "cannot be worked out" in broken.reasons[0].message
    assert probability_of(found.none).value == pytest.approx(1 - probability_of(usual).value)


def test_scenarios_leave_answers_as_they_are() -> None:
    """A scenario by a day that a question asks about moves no answer."""
    by = AS_OF + timedelta(days=LATE)
    alone, beside = (
        published_result(topic_of(scenarios), AS_OF, Settings(draws=2_048)).answers
        for scenarios in ({}, {"many": {"when": "total(seen) >= 5", "by": by}})
    )
    assert alone == beside


# ---- the 90 % range of a scenario's probability


def chance_of_two(rate: Any) -> Any:
    """The chance of two or more events soon, given the rate."""
    return 1 - np.exp(-rate * SOON) * (1 + rate * SOON)


def check_ends(branch: Branch | None, exact: Any) -> None:
    """The ends of a branch's range are exact ones within their errors, which are no larger than they need be."""
    chance = probability_of(branch)
    assert chance.chance is not None
    assert chance.chance_errors is not None
    for end, error, right in zip(chance.chance, chance.chance_errors, exact, strict=True):
        assert abs(end - right) < ERRORS * error
        assert error < 0.02


def test_the_range_of_a_scenario_is_that_of_its_chance_given_the_parameters() -> None:
    """The chance of two events soon grows with the rate, so its points are those of the rate; that of none of them falls with it."""
    branches = branches_of(topic_of(SCENARIOS), chances=True)
    low, high = chance_of_two(stats.gamma.ppf([0.05, 0.95], SHAPE, scale=1 / RATE))
    check_ends(branches.scenarios[0], (low, high))
    check_opposite(branches.none, branches.scenarios[0])
    assert high - low > 0.3


def check_opposite(none: Branch | None, only: Branch) -> None:
    """The range of none of one scenario is what the scenario's leaves, with its errors."""
    one, other = probability_of(only), probability_of(none)
    assert one.chance is not None
    assert one.chance_errors is not None
    assert other.chance == pytest.approx([1 - end for end in reversed(one.chance)], abs=1e-9)
    assert other.chance_errors == pytest.approx([*reversed(one.chance_errors)], abs=1e-9)


def test_the_range_of_none_of_one_scenario_is_what_its_own_leaves_where_that_is_counted() -> None:
    """Of a scenario without a closed form, in a topic without variants and in one with them."""
    counted = {"two": {"when": "total(seen) >= 3 and total(seen) <= 3", "by": AS_OF + timedelta(days=SOON)}}
    alone = branches_of(topic_of(counted), chances=True)
    check_opposite(alone.none, alone.scenarios[0])
    both, _ = mix(topic_of(counted), topic_of(counted, prior=(30.0, 100.0)), 0.4, chances=True)
    check_opposite(both.none, both.scenarios[0])


def test_the_range_of_none_of_one_that_hardly_varies_is_what_its_own_leaves() -> None:
    """Of one chance for all draws the errors are those of a spread that could be there unseen, at both ends of both."""
    known = branches_of(topic_of({"two": {"when": "total(seen) == 3", "by": AS_OF + timedelta(days=SOON)}}, prior=(1e7, 1e8)), chances=True)
    one = probability_of(known.scenarios[0])
    assert one.chance is not None
    assert one.chance[0] == one.chance[1]
    check_opposite(known.none, known.scenarios[0])


def test_the_range_of_a_scenario_without_a_closed_form_is_counted_on_paths() -> None:
    """Two and not three events soon, and two scenarios together: none of them is fewer than two or more than three."""
    scenarios = {
        str(name): {"when": f"total(seen) >= {n} and total(seen) <= {n}", "by": AS_OF + timedelta(days=SOON)}
        for name, n in (("two", 3), ("three", 4))
    }
    branches = branches_of(topic_of(scenarios), chances=True)
    rates = stats.gamma.ppf((np.arange(20_000) + 0.5) / 20_000, SHAPE, scale=1 / RATE)
    two, three = (stats.poisson.pmf(n, rates * SOON) for n in (2, 3))
    for branch, chances in ((branches.scenarios[0], two), (branches.scenarios[1], three), (branches.none, 1 - two - three)):
        check_ends(branch, np.quantile(chances, [0.05, 0.95]))


@pytest.mark.slow
def test_both_engines_give_the_range_of_a_scenario() -> None:
    """The ends by NUTS are those of the closed form, too."""
    branches = branches_of(topic_of(SCENARIOS), chances=True, engine="nuts")
    check_ends(branches.scenarios[0], chance_of_two(stats.gamma.ppf([0.05, 0.95], SHAPE, scale=1 / RATE)))


def test_a_scenario_has_no_range_where_its_chance_is_not_in_doubt_or_not_asked_for() -> None:
    """Without chances, of what the record has settled, and of a scenario about a parameter, which is so or not on each draw."""
    assert probability_of(usual_branches().scenarios[0]).chance is None
    scenarios = {**SCENARIOS, "fast": {"when": "rate > 0.15"}, "one": {"when": "total(seen) >= 1", "by": AS_OF + timedelta(days=SOON)}}
    branches = branches_of(topic_of(scenarios), chances=True)
    two, fast, one = branches.scenarios
    assert probability_of(two).chance is not None
    assert (one.status, probability_of(one).chance, probability_of(fast).chance) == ("happened", None, None)
    assert probability_of(branches.none).chance is None


def test_the_range_of_a_scenario_under_variants_is_over_both() -> None:
    """Its points are those of the mixture of what the chance is under each variant, by their weights."""
    prior = (30.0, 100.0)
    branches, weights = mixed_branches(0.4, prior, chances=True)
    posteriors = [(SHAPE, RATE), (prior[0] + sum(COUNTS), prior[1] + len(COUNTS))]
    shares = [1 - weights.weight("rival"), weights.weight("rival")]
    rates = np.linspace(1e-4, 1.5, 200_000)
    below = sum(share * stats.gamma.cdf(rates, shape, scale=1 / rate) for share, (shape, rate) in zip(shares, posteriors, strict=True))
    ends = chance_of_two(np.interp([0.05, 0.95], below, rates))
    check_ends(branches.scenarios[0], ends)
    check_opposite(branches.none, branches.scenarios[0])


@pytest.mark.parametrize(
    ("needed", "rival"),
    [("2", "1"), ("2", "0.5 + 0 * log(total(seen) - 2)")],
    ids=["settled under one", "no number under one"],
)
def test_none_of_them_has_no_range_where_variants_differ_in_which_scenarios_are_open(needed: str, rival: str) -> None:
    """Under one variant the record has settled a scenario, or it cannot be worked out: none of the others alone is another thing."""
    scenarios = {**SCENARIOS, "enough": {"when": f"total(seen) >= {needed}", "by": AS_OF + timedelta(days=SOON)}}
    other = {**SCENARIOS, "enough": {**scenarios["enough"], "when": f"total(seen) >= {rival}"}}
    branches, _ = mix(topic_of(scenarios), topic_of(other), 0.4, chances=True)
    two, enough = branches.scenarios
    assert probability_of(two).chance is not None
    assert enough.probability is None or enough.probability.chance is None
    assert probability_of(branches.none).value < 1 - probability_of(two).value + 1e-12
    assert probability_of(branches.none).chance is None


def test_a_scenario_that_is_no_number_on_a_path_leaves_the_range_of_the_others_and_warns_of_nothing() -> None:
    """None of the others has the range it has without that scenario; minus infinity is a number."""
    by = AS_OF + timedelta(days=SOON)
    scenarios = {**SCENARIOS, "infinite": {"when": "log(total(seen) - 1) > 1", "by": by}}
    broken = {"when": "1 / (total(seen) - 1) > 2", "by": by}
    without, beside = (branches_of(topic_of(its), chances=True) for its in (scenarios, {**scenarios, "broken": broken}))
    assert beside.scenarios[2].reasons
    assert probability_of(without.scenarios[1]).chance is not None
    assert probability_of(without.none).chance is not None
    assert beside.none is not None
    assert beside.none.probability == probability_of(without.none)


# ---- variants


def mixed_branches(
    weight: float, rival_prior: tuple[float, float], seed: int = 1, *, chances: bool = False
) -> tuple[Branches, RivalWeights]:
    """The branches of two variants that differ in their priors together, and their weights."""
    return mix(topic_of(SCENARIOS), topic_of(SCENARIOS, prior=rival_prior), weight, seed, chances=chances)


def mix(base: Topic, rival: Topic, weight: float, seed: int = 1, *, chances: bool = False) -> tuple[Branches, RivalWeights]:
    """The branches of two variants together, and their weights."""
    topic = replace(base, variants={"rival": Variant("rival", weight, "It may be so.", {}, rival)})
    settings = Settings(seed=seed, chances=chances)
    results = {name: published_result(its, AS_OF, settings) for name, its in topic.rivals.items()}
    rivals = {name: RivalResult(its.posterior, its.paths, its.answers, its.scenario_chances) for name, its in results.items()}
    weights = rival_weights(topic, {name: its.posterior for name, its in rivals.items()}, settings)
    answers = mix_answers(rivals, weights, np.random.default_rng(3))
    return scenario_branches(topic, rivals, weights, answers, np.random.default_rng(seed)), weights


def test_variants_are_mixed_by_their_weights_in_each_branch() -> None:
    """The chance of a scenario is that of both variants, and in it the variant counts for more under which it is likelier."""
    weight, prior = 0.4, (30.0, 100.0)
    branches, weights = mixed_branches(weight, prior)
    parts = [three_and_two_soon(), three_and_two_soon(prior[0] + sum(COUNTS), prior[1] + len(COUNTS))]
    logs = [
        a * math.log(b) - math.lgamma(a) + math.lgamma(a + sum(COUNTS)) - (a + sum(COUNTS)) * math.log(b + len(COUNTS))
        for a, b in ((ALPHA, BETA), prior)
    ]
    amounts = np.array([1 - weight, weight]) * np.exp(np.array(logs) - max(logs))
    share = amounts / amounts.sum()
    assert abs(weights.weight("rival") - share[1]) < 0.01
    two, three, both = share @ np.array(parts)
    (scenario,) = branches.scenarios
    for chance, exact in (
        (probability_of(scenario), two),
        (answer_in(scenario, "three"), both / two),
        (answer_in(branches.none, "three"), (three - both) / (1 - two)),
    ):
        assert abs(chance.value - exact) < ERRORS * chance.error < 0.1
    naive = share @ np.array([its[2] / its[0] for its in parts])  # as if both counted in the branch as they do outside
    assert abs(answer_in(scenario, "three").value - naive) > 5 * answer_in(scenario, "three").error


def test_a_variant_that_never_has_the_scenario_adds_nothing_to_it() -> None:
    """A variant with hardly any events leaves the answer in the branch to the other."""
    branches, weights = mixed_branches(0.5, (1.0, 100_000.0))
    two, _, both = three_and_two_soon()
    (scenario,) = branches.scenarios
    assert abs(probability_of(scenario).value - weights.weight("base") * two) < 0.02
    assert abs(answer_in(scenario, "three").value - both / two) < ERRORS * answer_in(scenario, "three").error
    assert 0 < weights.by_replicate["base"].sum() <= 1
    assert len(weights.by_replicate["base"]) == REPLICATES


def test_a_scenario_about_parameters_needs_no_date() -> None:
    """A scenario about parameters alone has no date, and is read on the same paths."""
    topic = topic_of({"fast": {"when": "rate > 0.15"}})
    (scenario,) = branches_of(topic).scenarios
    assert topic.scenarios["fast"].by is None
    exact = stats.gamma.sf(0.15, SHAPE, scale=1 / RATE)
    assert abs(probability_of(scenario).value - exact) < ERRORS * probability_of(scenario).error
    assert answer_in(scenario, "high").value == pytest.approx(1)
