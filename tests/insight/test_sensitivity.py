"""Sensitivity to priors, against closed forms and refits, and power-scaling against ArviZ."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from scipy import special

from forecast.insight.baseline import baseline_of, refit_measures
from forecast.insight.power import power_scaling, power_sensitivity
from forecast.insight.sensitivity import ChangedPrior, changed_statement, sensitivity, with_changed_prior
from forecast.language.statements import parse_statement
from forecast.model.model import model_as_of
from forecast.model.priors import blocks
from forecast.model.settings import Settings
from forecast.predict.analysis import Analysis, analyse
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium


def concluded() -> Analysis:
    """A normal mean that the record knows well, a rate it says nothing about, and a question on what the rate brings."""
    topic = make_topic(
        priors={"level": "Normal(mu=0, sigma=2)", "rate": "LogNormal(p5=0.2, p95=5)", "share": "Beta(p5=0.2, p95=0.6)"},
        streams={"read": "Normal(mu=level, sigma=1)", "seen": {"value": "Poisson(mu=rate * months * share)"}},
        rows={"read": [1.0, 2.0, 0.5, 1.5]},
        questions={"level_now": "level", "any": {"answer": "total(seen) >= 3", "by": OPENS + timedelta(days=100)}},
    )
    return analyse(topic, OPENS + timedelta(days=4), Settings(), referee=False)


def statements(text: str) -> dict[str, str | None]:
    """What each change makes of one prior."""
    model = model_as_of(make_topic(priors={"x": text}, questions={"q": "x"}), OPENS)
    (block,) = blocks(model)
    found = {}
    for name, width, shift in (("half", 0.5, 0), ("twice", 2, 0), ("lower", 1, -1), ("higher", 1, 1)):
        statement = changed_statement(block, width, shift)
        found[name] = None if statement is None else statement.text
    return found


def test_a_normal_is_changed_by_its_own_sd() -> None:
    """Half and twice the standard deviation, and the mean moved by one."""
    assert statements("Normal(mu=1, sigma=2)") == {
        "half": "Normal(p5=-0.644854, p95=2.64485)",
        "twice": "Normal(p5=-5.57941, p95=7.57941)",
        "lower": "Normal(p5=-4.28971, p95=2.28971)",
        "higher": "Normal(p5=-0.289707, p95=6.28971)",
    }


def test_a_positive_prior_is_changed_on_the_log_scale() -> None:
    """A LogNormal's ends move by factors and never below zero."""
    assert statements("LogNormal(p5=0.1, p95=10)") == {
        "half": "LogNormal(p5=0.316228, p95=3.16228)",
        "twice": "LogNormal(p5=0.01, p95=100)",
        "lower": "LogNormal(p5=0.0246628, p95=2.46628)",
        "higher": "LogNormal(p5=0.405468, p95=40.5468)",
    }


def test_a_prior_of_one_argument_is_only_made_narrower_and_wider() -> None:
    """Where width and place are one argument, there is no shift beside the width."""
    assert statements("HalfNormal(sigma=1)") == {
        "half": "HalfNormal(p50=0.337245)",
        "twice": "HalfNormal(p50=1.34898)",
        "lower": None,
        "higher": None,
    }


def test_each_changed_prior_gives_what_a_refit_gives() -> None:
    """Weighing or moving the draws agrees with conditioning afresh on every changed prior, within four errors, and none needs a refit."""
    basis = baseline_of(concluded())
    found, notes = sensitivity(basis)
    assert notes == []
    assert len(found) == 12
    by_name = {block.name: block for block in blocks(basis.model)}
    for each in found:
        changed = ChangedPrior(by_name[each["parameter"]], "", each["change"], parse_statement(each["statement"]))
        again = refit_measures(basis, with_changed_prior(basis.model, changed))
        assert not each["refitted"]
        for estimate, change, error in zip(each["values"], again.changes, again.errors, strict=True):
            assert estimate["change"] == pytest.approx(change, abs=4 * np.hypot(estimate["error"], error)), each


def test_a_conjugate_mean_moves_as_its_closed_form() -> None:
    """A Normal prior's four changes give the Normal-Normal means, within four errors."""
    basis = baseline_of(concluded())
    found, _ = sensitivity(basis)
    data, count = 5.0, 4
    for change, mu, sigma in (("half as wide", 0, 1), ("twice as wide", 0, 4), ("one sd lower", -2, 2), ("one sd higher", 2, 2)):
        (each,) = [each for each in found if each["parameter"] == "level" and each["change"] == change]
        exact = (mu / sigma**2 + data) / (1 / sigma**2 + count)
        assert each["values"][0]["value"] == pytest.approx(exact, abs=4 * max(each["values"][0]["error"], 0.004))


def test_the_prior_of_several_labels_is_changed_for_all_of_them() -> None:
    """A default that two labels share moves both as its closed form, and the label with a prior of its own not at all."""
    rows = [{"value": value, "site": site} for site in ("north", "south", "west") for value in (1.0, 2.0)]
    topic = make_topic(
        priors={"level": {"per": "site", "prior": {"north": "Normal(mu=0, sigma=2)", "default": "Normal(mu=0, sigma=1)"}}},
        streams={"read": "Normal(mu=level[site], sigma=1)"},
        rows={"read": rows},
        questions={site: f'level["{site}"]' for site in ("north", "south", "west")},
    )
    basis = baseline_of(analyse(topic, OPENS + timedelta(days=7), Settings(), referee=False))
    found, notes = sensitivity(basis)
    assert notes == []
    assert {each["label"] for each in found} == {"north", "default"}
    (wider,) = [each for each in found if each["label"] == "default" and each["change"] == "twice as wide"]
    means = [estimate for measure, estimate in zip(basis.measures, wider["values"], strict=True) if measure.kind == "mean"]
    assert len(means) == 3
    for estimate in means:  # twice 1 where the default holds, and the 2 of its own elsewhere
        assert estimate["value"] == pytest.approx(3.0 / (1 / 2**2 + 2), abs=4 * max(estimate["error"], 0.008))
    assert means[0]["change"] == pytest.approx(0, abs=4 * means[0]["error"] + 1e-9)
    assert all(estimate["change"] > 0.1 for estimate in means[1:])


def test_a_hierarchys_children_are_left_to_their_parents() -> None:
    """A prior that depends on another parameter is not changed by itself; its parent is, and children follow it."""
    topic = make_topic(
        priors={"usual": "Beta(p5=0.2, p95=0.8)", "here": "Beta(mean=usual, strength=10)"},
        streams={"yes": "Binomial(n=10, p=here)"},
        rows={"yes": [3.0]},
        questions={"high": "here > 0.5"},
    )
    basis = baseline_of(analyse(topic, OPENS + timedelta(days=1), Settings(), referee=False))
    found, notes = sensitivity(basis)
    assert notes == []
    assert {each["parameter"] for each in found} == {"usual"}
    (block,) = [block for block in blocks(basis.model) if block.name == "usual"]
    for each in found:
        again = refit_measures(
            basis, with_changed_prior(basis.model, ChangedPrior(block, "", each["change"], parse_statement(each["statement"])))
        )
        estimate = each["values"][0]
        assert estimate["change"] == pytest.approx(again.changes[0], abs=4 * np.hypot(estimate["error"], again.errors[0]))


def test_the_sensitivity_to_a_power_is_its_closed_form() -> None:
    """Of N(0, 1) the part exp(-x²/2) to a power p leaves N(0, 1/p): the distance of the two curves on a fine grid, to each side, by the power's binary logarithm."""
    count = 40_001
    values = special.ndtri((np.arange(count) + 0.5) / count)
    grid = np.linspace(values[0], values[-1], 400_001)
    slopes = [distance(grid, special.ndtr(grid), special.ndtr(grid * np.sqrt(power))) / abs(np.log2(power)) for power in (0.99, 1.01)]
    assert power_sensitivity(values, -(values**2) / 2) == pytest.approx(np.mean(slopes), rel=0.01)
    assert slopes[0] == pytest.approx(slopes[1], rel=0.01)


def distance(x: np.ndarray, one: np.ndarray, other: np.ndarray) -> float:
    """The cumulative Jensen-Shannon distance of two distribution functions on a grid, symmetric about 0 as these are."""
    middle = (one + other) / 2
    divergence = np.trapezoid(one * np.log2(one / middle) + other * np.log2(other / middle), x)
    return float(np.sqrt(divergence / np.trapezoid(one + other, x)))


def test_power_scaling_tells_a_prior_that_speaks_from_a_record_that_does() -> None:
    """The rate that no row knows rests on its prior; the mean that four readings know rests on the record more."""
    found = {each["parameter"]: each for each in power_scaling(baseline_of(concluded()))}
    assert found["rate"]["diagnosis"] == "rests on the prior"
    assert found["rate"]["likelihood"] < 0.05 < found["rate"]["prior"]
    assert found["level"]["likelihood"] > found["level"]["prior"]


@pytest.mark.slow
def test_power_scaling_is_that_of_arviz() -> None:
    """Both sensitivities of each parameter equal ArviZ's psense on the same draws, to a thousandth."""
    import arviz_base
    import arviz_stats

    rng = np.random.default_rng(3)
    draws = {"a": rng.normal(1, 0.5, 4_000), "b": rng.gamma(2, 1, 4_000)}
    log_prior = -0.5 * draws["a"] ** 2 - draws["b"]
    log_likelihood = -3 * (draws["a"] - 1.2) ** 2
    tree = arviz_base.from_dict(
        {
            "posterior": {name: values.reshape(4, 1_000) for name, values in draws.items()},
            "log_prior": {"p": log_prior.reshape(4, 1_000)},
            "log_likelihood": {"y": log_likelihood.reshape(4, 1_000)},
        }
    )
    for group, part in (("prior", log_prior), ("likelihood", log_likelihood)):
        theirs = arviz_stats.psense(tree, group=group)
        for name, values in draws.items():
            assert power_sensitivity(values, part) == pytest.approx(float(theirs[name]), abs=1e-3)


def test_a_prior_moved_beyond_its_bounds_is_not_weighed() -> None:
    """A uniform moved by a standard deviation has values that no draw has: the answer is that of a model conditioned with it."""
    topic = make_topic(
        priors={"high": "Uniform(lower=0, upper=1)"},
        streams={"read": "Normal(mu=high, sigma=0.5)"},
        rows={"read": [0.9, 1.3, 1.2]},
        questions={"q": "high"},
    )
    basis = baseline_of(analyse(topic, OPENS + timedelta(days=4), Settings(), referee=False))
    found, notes = sensitivity(basis)
    assert notes == []
    for each in found:
        changed = ChangedPrior(blocks(basis.model)[0], each["label"], each["change"], parse_statement(each["statement"]))
        again = refit_measures(basis, with_changed_prior(basis.model, changed))
        for estimate, change, error in zip(each["values"], again.changes, again.errors, strict=True):
            assert abs(estimate["change"] - change) <= 4 * np.hypot(estimate["error"], error) + 1e-6, each
    higher = next(each for each in found if each["change"] == "one sd higher")
    assert higher["values"][0]["change"] > 0.1
