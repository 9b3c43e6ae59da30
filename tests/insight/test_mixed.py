"""History and leverage of mixed answers: equal to every variant conditioned by itself as of a day, or without a row, and mixed by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from forecast.book.topic import Topic, Variant
from forecast.insight import explaining_variants
from forecast.insight.baseline import UnknownVariation, baseline_of, refit_measures, reweight_measures
from forecast.insight.estimands import measures_of, published_values
from forecast.insight.leave_one_out import gone_with, model_without, row_groups
from forecast.insight.mixed_estimates import MixedVariants, varied_evidence
from forecast.insight.mixed_history import mixed_history
from forecast.insight.mixed_leverage import VariantBasis, estimate_changes, mixed_leverage, published_evidence
from forecast.insight.mixed_sensitivity import mixed_sensitivity
from forecast.insight.published import mixed_answers
from forecast.insight.replay_pool import anchored_pool
from forecast.insight.wide_paths import weigh_wide_paths, wide_paths
from forecast.insight.wider_priors import unvaried_note
from forecast.language.statements import parse_statement
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse, answer_questions, condition_fast, published_result
from tests.support.building import OPENS, make_topic

pytestmark = [pytest.mark.medium, pytest.mark.slow]

BY = date(2025, 2, 1)
AS_OF = date(2025, 1, 12)
QUESTIONS = {"high": {"answer": "rate > 3"}, "rate_asked": {"answer": "rate"}, "many": {"answer": "total(seen) >= 90", "by": BY}}
COUNTS = (3, 0, 5, 1, 7, 2, 9)
SETTINGS = Settings(engine="importance")


def rivals_topic(*, combine: str = "evidence", questions: dict[str, Any] | None = None) -> Topic:
    """A topic of counts, with a negative binomial of fixed shape and another prior as variants."""

    def made(value: str, prior: str) -> Topic:
        return make_topic(priors={"rate": prior}, streams={"seen": value}, rows={"seen": list(COUNTS)}, questions=questions or QUESTIONS)

    poisson, binomial = "Poisson(mu=rate * days)", "NegativeBinomial(mu=rate * days, alpha=2 * days)"
    base = made(poisson, "Gamma(alpha=2, beta=1)")
    variants = {
        "bursts": Variant("bursts", 0.3, "They may burst.", {}, made(binomial, "Gamma(alpha=2, beta=1)")),
        "fast": Variant("fast", 0.2, "They may be fast.", {}, made(poisson, "Gamma(alpha=20, beta=3)")),
    }
    return replace(base, variants=variants, combine=combine)


def mixed_by_hand(topic: Topic, logs: dict[str, float], values: dict[str, np.ndarray]) -> np.ndarray:
    """Values of variants mixed by prior weight and evidence."""
    if topic.combine == "stated":
        amounts = dict(topic.prior_weights)
    else:
        amounts = {name: topic.prior_weights[name] * math.exp(log - max(logs.values())) for name, log in logs.items()}
    whole = sum(amounts.values())
    return sum(amounts[name] / whole * values[name] for name in values)


def answers_of(result: Any) -> np.ndarray:
    """The three measures of an engine's result."""
    answers = result.answers
    return np.array([answers["high"].value.value, answers["rate_asked"].value.mean, answers["many"].value.value])


@pytest.mark.parametrize("combine", ["evidence", "stated"])
def test_a_history_of_variants_is_each_of_them_conditioned_on_every_day(combine: str):
    """As of each day the mixed measures are those of all variants conditioned afresh, mixed with the weights of that day, within four errors."""
    topic = rivals_topic(combine=combine)
    days = [date(2025, 1, day) for day in (1, 3, 5, 8, 12)]
    points = {point.day: point for point in mixed_history(topic, days, SETTINGS).points}
    assert list(points) == days
    for day in days:
        logs, values = {}, {}
        for name, rival in topic.rivals.items():
            result = published_result(rival, day, SETTINGS)
            logs[name], values[name] = result.posterior.diagnostics.log_evidence, answers_of(result)
        expected = mixed_by_hand(topic, logs, values)
        assert (np.abs(points[day].values - expected) < 4 * points[day].errors + [0.01, 0.01, 0.01]).all()


def test_weights_of_early_days_are_those_before_the_rows():
    """Before any row the weights are those stated: the mean of the rate is that of the priors."""
    point = mixed_history(rivals_topic(), [date(2024, 12, 31), date(2025, 1, 12)], SETTINGS).points[0]
    assert abs(point.values[1] - (0.5 * 2 + 0.3 * 2 + 0.2 * 20 / 3)) < 4 * point.errors[1]


def test_a_question_under_a_condition_weighs_variants_by_it_as_of_each_day():
    """The answer given something is the ratio of two answers that are not, as of every day."""
    questions = {
        "given_high": {"answer": "rate > 5", "given": "rate > 3"},
        "high": {"answer": "rate > 3"},
        "higher": {"answer": "rate > 5"},
    }
    for point in mixed_history(rivals_topic(questions=questions), [date(2025, 1, 3), date(2025, 1, 12)], SETTINGS).points:
        assert point.values[0] == pytest.approx(point.values[2] / point.values[1], rel=1e-9)


def bases_of(topic: Topic, settings: Settings = SETTINGS) -> tuple[dict[str, VariantBasis], np.ndarray]:
    """What is varied of each variant, and the mixed measures as published."""
    analyses = {name: analyse(rival, AS_OF, settings, referee=False) for name, rival in topic.rivals.items()}
    variants = {}
    for name, analysis in analyses.items():
        basis = baseline_of(analysis)
        pool = anchored_pool(analysis.model.topic, AS_OF, settings, published=analysis.result.posterior)
        places = {measure.key: place for place, measure in enumerate(basis.measures)}
        variants[name] = VariantBasis(
            basis, pool, tuple(places[measure.key] for measure in measures_of(topic)), published_evidence(topic, basis, pool)
        )
    _, answers = mixed_answers(topic, {name: its.result for name, its in analyses.items()}, settings)
    return variants, published_values(answers, measures_of(topic))[0]


def test_leaving_a_row_out_of_variants_changes_answers_and_weights():
    """Without each row the mixed measures are those of variants conditioned without it, by their evidence without it, within four errors."""
    topic = rivals_topic()
    variants, published = bases_of(topic)
    contents, notes = mixed_leverage(topic, variants, published)
    assert notes == []
    groups = [group for group in row_groups(variants["base"].basis.model) if group.kind == "row"]
    assert len(groups) == len(COUNTS)
    for group, content in zip(groups, contents, strict=False):
        logs, values = {}, {}
        for name, rival in topic.rivals.items():
            posterior = condition_fast(model_without(model_as_of(rival, AS_OF), group), SETTINGS)
            result = answer_questions(posterior, SETTINGS)
            logs[name], values[name] = posterior.diagnostics.log_evidence, answers_of(result)
        expected = mixed_by_hand(topic, logs, values)
        given = np.array([estimate["value"] for estimate in content["values"]])
        errors = np.array([estimate["error"] for estimate in content["values"]])
        assert (np.abs(given - expected) < 4 * errors + [0.006, 0.006, 0.006]).all()


def test_a_question_under_a_condition_is_known_without_a_row():
    """The chance of one thing given another, without a row, is the ratio of two mixed chances without it, within four errors."""
    questions = {
        "given_high": {"answer": "rate > 4", "given": "rate > 3.5"},
        "high": {"answer": "rate > 3.5"},
        "higher": {"answer": "rate > 4"},
    }
    topic = rivals_topic(questions=questions)
    contents, notes = mixed_leverage(topic, *bases_of(topic))
    assert notes == []
    for content in contents:
        given, high, higher = (estimate["value"] for estimate in content["values"])
        assert given == pytest.approx(higher / high, abs=4 * content["values"][0]["error"] + 0.004)
    assert max(abs(content["values"][0]["change"]) for content in contents) > 0.02


def test_another_prior_changes_the_variants_that_state_it_alike_with_their_evidence():
    """With each changed prior the mixed measures are those of variants conditioned afresh under it, by the evidence that they then have, within four errors."""
    topic = rivals_topic()
    contents, notes = mixed_sensitivity(topic, *bases_of(topic))
    assert notes == []
    assert len(contents) == 8  # four changes of the prior that two variants share, and four of the third's
    assert [content.get("variant", "") for content in contents] == ["", "", "", "", "fast", "fast", "fast", "fast"]
    for content in contents:
        logs, values = {}, {}
        alike = {"base", "bursts"} if content in contents[:4] else {"fast"}
        for name, rival in topic.rivals.items():
            changed = rival
            if name in alike:
                parameter = replace(rival.parameters["rate"], prior=parse_statement(content["statement"]))
                changed = replace(rival, parameters={**rival.parameters, "rate": parameter})
            posterior = condition_fast(model_as_of(changed, AS_OF), SETTINGS)
            logs[name], values[name] = posterior.diagnostics.log_evidence, answers_of(answer_questions(posterior, SETTINGS))
        expected = mixed_by_hand(topic, logs, values)
        given = np.array([estimate["value"] for estimate in content["values"]])
        errors = np.array([estimate["error"] for estimate in content["values"]])
        assert (np.abs(given - expected) < 4 * errors + [0.006, 0.006, 0.006]).all()


def test_errors_of_mixed_changes_are_as_large_as_the_changes_vary():
    """Over seeds the changes without a row, and with another prior, vary by their stated errors: neither twice as much nor half."""
    topic = rivals_topic()
    found: dict[str, list[np.ndarray]] = {"without": [], "prior": []}
    for seed in range(12):
        variants, published = bases_of(topic, Settings(engine="importance", seed=seed))
        row = mixed_leverage(topic, variants, published)[0][4]
        prior = mixed_sensitivity(topic, variants, published)[0][2]
        for name, content in (("without", row), ("prior", prior)):
            found[name].append(np.array([[estimate["change"], estimate["error"]] for estimate in content["values"]]))
    for changes in found.values():
        spread = np.std([its[:, 0] for its in changes], axis=0, ddof=1)
        stated = np.sqrt(np.mean([its[:, 1] ** 2 for its in changes], axis=0))
        assert (spread < 2 * stated).all()
        assert (spread > stated / 2).all()


def test_each_way_to_leave_a_row_out_gives_the_evidence_of_the_closed_form():
    """Reweighted, on wider paths and conditioned afresh, the log evidence of the other counts is that of the Gamma-Poisson model, within four errors."""
    topic = rivals_topic().as_it_stands
    basis = baseline_of(analyse(topic, AS_OF, SETTINGS, referee=False))
    pool = anchored_pool(topic, AS_OF, SETTINGS, published=basis.analysis.result.posterior)
    groups = [group for group in row_groups(basis.model) if group.kind == "row"]
    wide = wide_paths(basis, pool)
    whole = published_evidence(rivals_topic(), basis, pool)
    assert whole.log == pytest.approx(log_evidence(COUNTS), abs=4 * whole.error)
    for group, gone in zip(groups, gone_with(basis, groups), strict=True):
        (out,) = group.columns
        exact = log_evidence(COUNTS[:out] + COUNTS[out + 1 :])
        model = model_without(basis.model, group)
        ways = [reweight_measures(basis, *gone), weigh_wide_paths(basis, wide, model), refit_measures(basis, model)]
        for varied in ways:
            found = varied_evidence(whole, varied.evidence)
            assert found.log == pytest.approx(exact, abs=4 * found.error)
            assert found.log - whole.log == pytest.approx(exact - log_evidence(COUNTS), abs=4 * found.change_error)
            assert 0 < found.change_error < 0.05


def test_a_pool_that_does_not_carry_leaves_no_row_unsaid():
    """With a pool of the prior alone, the leverage of every row is known, and agrees with that from a good pool within four errors."""
    topic = rivals_topic()
    variants, published = bases_of(topic)
    poor = {
        name: replace(its, pool=anchored_pool(its.basis.model.topic, OPENS - timedelta(days=1), SETTINGS)) for name, its in variants.items()
    }
    (good, _), (found, notes) = mixed_leverage(topic, variants, published), mixed_leverage(topic, poor, published)
    assert notes == []
    assert len(found) == len(good) >= len(COUNTS)
    for one, other in zip(found, good, strict=True):
        for mine, its in zip(one["values"], other["values"], strict=True):
            assert mine["change"] == pytest.approx(its["change"], abs=4 * math.hypot(mine["error"], its["error"]) + 1e-9)


def log_evidence(counts: tuple[int, ...]) -> float:
    """The log probability of counts of one day each under Poisson with a Gamma(2, 1) rate."""
    total, days = sum(counts), len(counts)
    return math.lgamma(2 + total) - math.lgamma(2) - (2 + total) * math.log(1 + days) - sum(math.lgamma(count + 1) for count in counts)


def test_a_mean_that_is_lost_under_some_variant_makes_a_variation_unknown(monkeypatch: pytest.MonkeyPatch):
    """What no estimate is left for is refused with its reason, and never published as a number that is none."""
    monkeypatch.setattr("forecast.insight.mixed_leverage.mix_changes", lambda *_: (np.array([0.1, np.nan]), np.zeros(2)))
    nothing = MixedVariants({}, None)
    with pytest.raises(UnknownVariation, match="a mean could not be estimated"):
        estimate_changes(rivals_topic(), nothing, nothing, np.array([0.5, 3.0]))


def test_a_mean_that_one_variant_does_not_publish_is_no_measure(monkeypatch: pytest.MonkeyPatch):
    """Why it is what it is cannot be said of a mean that some version of the model has none of; of other answers it can."""
    topic = rivals_topic()
    analyses = {name: analyse(rival, AS_OF, Settings(draws=512), referee=False) for name, rival in topic.rivals.items()}
    answers = mixed_answers(topic, {name: its.result for name, its in analyses.items()}, Settings(draws=512))[1]
    known = explaining_variants._published_measures(topic, analyses, answers)
    lost = {id(its.result.answers) for its in list(analyses.values())[1:]}

    def without_first(answers: Any, measures: Any) -> Any:
        values, errors = published_values(answers, measures)
        return (np.where(np.arange(len(values)) == 0, np.nan, values) if id(answers) in lost else values), errors

    monkeypatch.setattr(explaining_variants, "published_values", without_first)
    assert [each[0].key for each in explaining_variants._published_measures(topic, analyses, answers)] == [each[0].key for each in known][
        1:
    ]


def test_priors_that_are_not_varied_are_named_once() -> None:
    """Where a prior stays as it is under every variant none is named; else those under which it does."""
    both = unvaried_note({"pace": ["base", "fast"]}, of=2)
    assert both == "without “pace”, whose prior is not varied"
    some = unvaried_note({"pace": ["base", "fast"], "tide": ["fast"]}, of=2)
    assert some == "without “pace” and “tide” of `fast`, whose priors are not varied"
