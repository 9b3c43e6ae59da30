"""Variants that share draws and paths, explained as one model under the mixture of their priors: against closed forms."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - closed forms to hold against

from forecast.book.topic import Topic, Variant
from forecast.insight import explaining_variants, wider_priors
from forecast.insight.baseline import baseline_of
from forecast.insight.estimands import Measure, measures_of, published_values
from forecast.insight.explaining_variants import _variant_bases, explain_variants
from forecast.insight.history import History
from forecast.insight.leave_one_out import RowGroup, row_groups
from forecast.insight.mixed_history import mixed_history
from forecast.insight.mixed_leverage import VariantBasis, mixed_leverage
from forecast.insight.mixed_sensitivity import mixed_sensitivity
from forecast.insight.published import mixed_answers
from forecast.insight.published_cases import cases_of_variants
from forecast.insight.variant_pools import variant_pools
from forecast.insight.variant_units import VariantUnits, variant_units, with_paths_of_its_own
from forecast.insight.wider_priors import weights_with_wider_priors
from forecast.language.statements import parse_statement
from forecast.model.model import model_as_of
from forecast.model.priors import blocks
from forecast.model.settings import Settings
from forecast.predict.analysis import Analysis, Simulations, analyse
from forecast.predict.rival_weights import RivalWeights
from tests.support.building import OPENS, make_topic

pytestmark = [pytest.mark.medium, pytest.mark.slow]

COUNTS = (3, 0, 5, 1, 7, 2, 9)
OTHER = (1, 0, 2, 0, 1, 1, 0)
AS_OF, BY = date(2025, 1, 12), date(2025, 2, 1)
AHEAD = (BY - OPENS).days + 1 - len(COUNTS)  # days after the record
PRIORS = {"base": (2.0, 1.0), "fast": (12.0, 3.0)}  # alpha and beta of the rate
PACE = (2.0, 3.0)
QUESTIONS = {
    "high": {"answer": "rate > 3"},
    "rate_asked": {"answer": "rate"},
    "many": {"answer": "total(seen) >= 120", "by": BY},
    "paced": {"answer": "pace > 0.7"},
}


def topic_under(prior: tuple[float, float]) -> Topic:
    """Two streams of counts by day, the rate of one of which has a Gamma prior."""
    return make_topic(
        priors={"rate": f"Gamma(alpha={prior[0]:g}, beta={prior[1]:g})", "pace": f"Gamma(alpha={PACE[0]:g}, beta={PACE[1]:g})"},
        streams={"seen": "Poisson(mu=rate * days)", "heard": "Poisson(mu=pace * days)"},
        rows={"seen": list(COUNTS), "heard": list(OTHER)},
        questions=QUESTIONS,
    )


TOPIC = replace(
    topic_under(PRIORS["base"]),
    variants={"fast": Variant("fast", 0.4, "They may be fast.", {}, topic_under(PRIORS["fast"]))},
    combine="evidence",
)


def log_evidence(prior: tuple[float, float], counts: tuple[int, ...]) -> float:
    """The log probability of counts of one day each under a Poisson whose rate has a Gamma prior."""
    (alpha, beta), total = prior, sum(counts)
    constant = alpha * math.log(beta) - math.lgamma(alpha) - sum(math.lgamma(count + 1) for count in counts)
    return constant + math.lgamma(alpha + total) - (alpha + total) * math.log(beta + len(counts))


def figures_under(
    prior: tuple[float, float], counts: tuple[int, ...], pace: tuple[float, float], other: tuple[int, ...]
) -> tuple[float, np.ndarray]:
    """The log evidence and the four measures under one prior of each rate."""
    shape, rate = prior[0] + sum(counts), prior[1] + len(counts)
    posterior = stats.gamma(shape, scale=1 / rate)
    ahead = stats.nbinom.sf(119 - sum(COUNTS), shape, rate / (rate + AHEAD))
    paced = stats.gamma(pace[0] + sum(other), scale=1 / (pace[1] + len(other))).sf(0.7)
    return log_evidence(prior, counts) + log_evidence(pace, other), np.array([posterior.sf(3), posterior.mean(), ahead, paced])


def mixed_truth(
    priors: dict[str, tuple[float, float]],
    counts: tuple[int, ...] = COUNTS,
    *,
    pace: tuple[float, float] = PACE,
    other: tuple[int, ...] = OTHER,
) -> np.ndarray:
    """The four measures of both variants by prior weight and evidence."""
    found = {name: figures_under(prior, counts, pace, other) for name, prior in priors.items()}
    amounts = {name: TOPIC.prior_weights[name] * math.exp(log - max(log for log, _ in found.values())) for name, (log, _) in found.items()}
    return sum(amounts[name] * values for name, (_, values) in found.items()) / sum(amounts.values())


def analyses_of(settings: Settings, *, topic: Topic = TOPIC) -> tuple[dict[str, Analysis], RivalWeights, np.ndarray]:
    """Both variants, the second on the first's draws, their weights, and the mixed measures as published."""
    lent = Simulations()
    analyses: dict[str, Analysis] = {}
    for name, rival in topic.rivals.items():
        analyses[name] = analyse(rival, AS_OF, settings, referee=False, lent=lent, lends=True)
        lent = analyses["base"].lent
    assert analyses["fast"].borrowed_draws
    weights, answers = mixed_answers(topic, {name: its.result for name, its in analyses.items()}, settings)
    return analyses, weights, published_values(answers, measures_of(topic))[0]


@cache
def units_of(seed: int) -> tuple[VariantUnits, dict[str, VariantBasis], np.ndarray]:
    """Both variants as one unit."""
    settings = Settings(engine="importance", seed=seed, chances=False)
    analyses, weights, published = analyses_of(settings)
    bases = {name: baseline_of(with_paths_of_its_own(its)) for name, its in analyses.items()}
    pools = variant_pools(TOPIC, AS_OF, settings, published={name: its.result.posterior for name, its in analyses.items()})
    units = variant_units(TOPIC, analyses, bases, pools, weights)
    return units, _variant_bases(units, measures_of(TOPIC)), published


def without(group: RowGroup) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The counts of both streams without the rows of a group, whose columns are first those of `seen`."""
    both = (*COUNTS, *OTHER)
    kept = [at for at in range(len(both)) if at not in group.columns]
    return tuple(both[at] for at in kept if at < len(COUNTS)), tuple(both[at] for at in kept if at >= len(COUNTS))


def test_variants_that_share_draws_are_one_unit():
    """Of two variants on the same draws one unit is left, with the weight of both, whose measures are those of the mixture by closed form."""
    units, variants, published = units_of(1)
    assert list(units.bases) == list(units.topic.rivals) == ["base"]
    assert units.topic.prior_weights == {"base": pytest.approx(1.0)}
    basis = units.bases["base"]
    assert (np.abs(basis.published[:4] - mixed_truth(PRIORS)) < 4 * basis.errors[:4] + 1e-3).all()
    assert basis.published[:4] == pytest.approx(published, abs=1e-9)
    whole = np.logaddexp(*(math.log(TOPIC.prior_weights[name]) + figures_under(PRIORS[name], COUNTS, PACE, OTHER)[0] for name in PRIORS))
    assert variants["base"].evidence.log == pytest.approx(whole, abs=4 * variants["base"].evidence.error)


def test_stated_weights_leave_every_variant_by_itself():
    """Where evidence does not weigh variants they are no mixture of priors, and each has paths of its own that are all as likely."""
    stated = replace(TOPIC, combine="stated")
    settings = Settings(engine="importance", draws=4_096, chances=False)
    analyses, weights, _ = analyses_of(settings, topic=stated)
    own = {name: with_paths_of_its_own(its) for name, its in analyses.items()}
    assert own["base"] is analyses["base"]
    assert own["fast"].result.paths.weights is None
    bases = {name: baseline_of(its) for name, its in own.items()}
    pools = variant_pools(stated, AS_OF, settings)
    assert list(variant_units(stated, analyses, bases, pools, weights).bases) == ["base", "fast"]
    truth = figures_under(PRIORS["fast"], COUNTS, PACE, OTHER)[1]
    assert bases["fast"].values[:4] == pytest.approx(truth, abs=0.03)


def test_leverage_of_a_unit_is_that_of_the_closed_form():
    """Without each row, source, grade and stream the mixed measures change as the closed form does, within four errors."""
    units, variants, published = units_of(1)
    contents, notes = mixed_leverage(units.topic, variants, published)
    assert notes == []
    groups = list(row_groups(variants["base"].basis.model))
    assert len(contents) == len(groups) > 14
    for group, content in zip(groups, contents, strict=True):
        counts, other = without(group)
        changes, errors = (np.array([its[key] for its in content["values"]]) for key in ("change", "error"))
        truth = mixed_truth(PRIORS, counts, other=other) - mixed_truth(PRIORS)
        assert (np.abs(changes - truth) < 4 * errors + 1e-6).all(), group.name


def changed_numbers(statement: str) -> tuple[float, float]:
    """Alpha and beta of a Gamma prior as it is written."""
    topic = topic_under(PRIORS["base"])
    parameter = replace(topic.parameters["rate"], prior=parse_statement(statement))
    block = next(
        its for its in blocks(model_as_of(replace(topic, parameters={**topic.parameters, "rate": parameter}), AS_OF)) if its.name == "rate"
    )
    assert block.fixed is not None
    return float(np.ravel(block.fixed["alpha"])[0]), float(np.ravel(block.fixed["beta"])[0])


def test_sensitivity_of_a_unit_is_that_of_the_closed_form():
    """With a prior changed that one variant has, or both, the mixed measures change as the closed form does, within four errors."""
    units, variants, published = units_of(1)
    contents, notes = mixed_sensitivity(units.topic, variants, published, rivals=TOPIC.rivals)
    assert notes == []
    assert len(contents) == 12  # four changes of each of the priors of the rate, and of that of the pace
    stated = [content for content in contents if content["parameter"] == "rate"]
    for content in contents:
        numbers = changed_numbers(content["statement"])
        if content["parameter"] == "pace":
            truth = mixed_truth(PRIORS, pace=numbers)
        else:
            whose = "base" if content in stated[:4] else "fast"
            assert content.get("variant", "base") == whose
            truth = mixed_truth({**PRIORS, whose: numbers})
        changes, errors = (np.array([its[key] for its in content["values"]]) for key in ("change", "error"))
        assert (np.abs(changes - (truth - mixed_truth(PRIORS))) < 4 * errors + 1e-6).all(), content["statement"]


def apart_from_each_other(seed: int) -> dict[str, VariantBasis]:
    """Both variants on draws of their own, one by one."""
    settings = Settings(engine="importance", seed=seed, chances=False)
    analyses = {name: analyse(rival, AS_OF, settings, referee=False) for name, rival in TOPIC.rivals.items()}
    bases = {name: baseline_of(its) for name, its in analyses.items()}
    pools = variant_pools(TOPIC, AS_OF, settings, published={name: its.result.posterior for name, its in analyses.items()})
    return _variant_bases(VariantUnits(TOPIC, bases, pools), measures_of(TOPIC))


def changes_of(topic: Topic, variants: dict[str, VariantBasis], published: np.ndarray) -> dict[str, np.ndarray]:
    """Changes without a row, and with a prior of one variant or of both, with their errors, ``(measures, 2)``."""
    found = {"row": mixed_leverage(topic, variants, published)[0][4]}
    priors = mixed_sensitivity(topic, variants, published, rivals=TOPIC.rivals)[0]
    found |= {f"{its['parameter']} {its['statement']}": its for its in priors if its["change"] == "one sd higher"}
    return {name: np.array([[its["change"], its["error"]] for its in content["values"]]) for name, content in found.items()}


def test_errors_of_a_unit_hold_over_seeds_and_are_no_larger_than_two_variants_have():
    """Over 12 seeds changes vary by no more than twice their stated errors, and these are at most 2.5 times those of variants one by one.

    Two variants on paths of their own have twice as many paths, and lattices do better than either states, who counts draws as independent.
    """
    found: dict[str, list[np.ndarray]] = {}
    for seed in range(12):
        units, variants, published = units_of(seed)
        for name, changes in changes_of(units.topic, variants, published).items():
            found.setdefault(name, []).append(changes)
    apart = changes_of(TOPIC, apart_from_each_other(1), units_of(1)[2])
    assert found.keys() == apart.keys()
    assert len(found) == 4
    for name, changes in found.items():
        spread = np.std([its[:, 0] for its in changes], axis=0, ddof=1)
        stated = np.sqrt(np.mean([its[:, 1] ** 2 for its in changes], axis=0))
        assert (spread < 2 * stated).all(), name
        assert (stated < 2.5 * apart[name][:, 1]).all(), name


def test_cases_of_variants_on_the_same_paths_are_counted_once():
    """Two variants on the same paths are one group of as many cases, and together come to what the answers say."""
    analyses, weights, published = analyses_of(Settings(engine="importance", draws=4_096, chances=False))
    measures: tuple[Measure, ...] = measures_of(TOPIC)
    paths = {name: its.result.paths for name, its in analyses.items()}
    made = cases_of_variants(measures, published, paths, weights.of_all(), weights.errors())
    assert len(made.groups) == 1
    assert len(made.weights) == 4_096
    assert made.weights.mean() == pytest.approx(1.0)
    assert made.values[2] == pytest.approx(published[2], rel=1e-3)  # a question of paths; those of parameters are read at other draws


def test_wider_priors_of_variants_on_the_same_draws_are_weighed(monkeypatch: pytest.MonkeyPatch):
    """One run under the wider priors of the first serves the other, and the weights are those of the closed form."""
    analyses, _, _ = analyses_of(Settings(engine="importance", draws=4_096, chances=False))
    runs = []
    condition = wider_priors.condition
    monkeypatch.setattr(wider_priors, "condition", lambda *given, **named: runs.append(1) or condition(*given, **named))
    found = weights_with_wider_priors(TOPIC, {name: its.result.posterior for name, its in analyses.items()}, Settings())
    assert len(runs) == 2
    monkeypatch.setattr(wider_priors, "weigh_under_other_priors", lambda *_: None)
    alone = weights_with_wider_priors(TOPIC, {name: its.result.posterior for name, its in analyses.items()}, Settings())
    assert len(runs) == 6
    for one, other in zip(found, alone, strict=True):
        assert one["weights"] == pytest.approx(other["weights"], abs=0.02)


def test_the_whole_explanation_counts_variants_by_themselves_where_that_is_asked():
    """What a report says of why has the part of structure: that of two variants which differ in their priors alone is not lost."""
    analyses, weights, _ = analyses_of(Settings(engine="importance", draws=4_096, chances=False))
    answers = mixed_answers(TOPIC, {name: its.result for name, its in analyses.items()}, Settings(draws=4_096))[1]
    insight = explain_variants(TOPIC, analyses, answers, weights)
    split = next(its for its in insight["split"] if its["question"] == "many")
    assert split["structure"] > 0
    assert len(insight["sensitivity"]) == 12
    assert insight["leverage"]
    eves = {point["day"]: point["values"] for point in insight["history"]["points"]}
    assert [eves[move["since"]] for move in insight["moves"]] == [move["before"] for move in insight["moves"]]


def test_a_day_on_which_one_mean_is_not_known_keeps_the_other_measures(monkeypatch: pytest.MonkeyPatch):
    """It stands in the history with a null, and with its news; a day on which nothing is known does not."""

    def partly_known(*given: object, **named: object) -> History:
        found = mixed_history(*given, **named)
        points = list(found.points)
        points[1] = replace(points[1], values=np.where(np.arange(len(found.measures)) == 0, np.nan, points[1].values))
        points[2] = replace(points[2], values=np.full(len(found.measures), np.nan))
        return replace(found, points=tuple(points))

    analyses, weights, _ = analyses_of(Settings(engine="importance", draws=4_096, chances=False))
    answers = mixed_answers(TOPIC, {name: its.result for name, its in analyses.items()}, Settings(draws=4_096))[1]
    whole = explain_variants(TOPIC, analyses, answers, weights)["history"]["points"]
    monkeypatch.setattr(explaining_variants, "mixed_history", partly_known)
    found = explain_variants(TOPIC, analyses, answers, weights)["history"]["points"]
    assert [point["day"] for point in found] == [point["day"] for at, point in enumerate(whole) if at != 2]
    assert found[1]["news"] == whole[1]["news"]
    assert (
        [value is None for value in found[1]["values"]]
        == [value is None for value in found[1]["errors"]]
        == [True] + [False] * (len(found[1]["values"]) - 1)
    )
    assert not [point for point in found[2:] if None in point["values"]]
