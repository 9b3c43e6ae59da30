"""Paths on wider draws, weighed anew: against closed forms, and how much work they save."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

import numpy as np
import pytest

from forecast.inference.importance.fit import condition
from forecast.insight import leave_one_out, replay_pool, wide_paths
from forecast.insight.baseline import Baseline, baseline_of
from forecast.insight.leave_one_out import leverage, row_groups
from forecast.insight.replay_pool import anchored_pool
from forecast.insight.reweighting import MixtureComponent, extend_pool, number_distinct, part_of_posterior, pool_of, with_rows
from forecast.insight.wide_paths import WidePaths, refit_wide_paths, weigh_wide_paths
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

SEEN = [3.0, 2.0, 1.0, 2.0, 3.0, 2.0, 1.0, 40.0]
LAST = OPENS + timedelta(days=len(SEEN) - 1)


@cache
def outlier() -> Baseline:
    """Counts of which one says more than all others together; each has a source of its own."""
    rows = [{"on": OPENS + timedelta(days=day), "value": value, "source": f"s{day}"} for day, value in enumerate(SEEN)]
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": "Poisson(mu=rate * days)"},
        rows={"seen": rows},
        questions={"rate_now": "rate", "many": {"answer": "total(seen) >= 95", "by": LAST + timedelta(days=8)}},
    )
    return baseline_of(analyse(topic, LAST, Settings(), referee=False))


def narrow(basis: Baseline) -> WidePaths:
    """Paths on draws of the published posterior and of a few of the prior: too few for what differs much."""
    model, rng = basis.model, np.random.default_rng(3)
    posterior = basis.analysis.result.posterior
    part = part_of_posterior(posterior, 4_096, posterior.diagnostics.log_evidence or 0.0, rng)
    prior = MixtureComponent(with_rows(model, {}, others=False), basis.analysis.prior.resample(64, rng), 0.0)
    paths = wide_paths.wide_paths(basis, pool_of([prior, part]))
    assert paths is not None
    return paths


def exact_mean(rows: list[float]) -> float:
    """The posterior mean of the rate."""
    return (2 + sum(rows)) / (1 + len(rows))


def test_without_an_outlier_the_mean_is_the_closed_form() -> None:
    """Whether weighed or refitted, the change of the mean without each row lies within four errors of the closed form, and is no less exact than 2 %."""
    basis = outlier()
    paths = wide_paths.wide_paths(basis, anchored_pool(basis.model.topic, LAST, Settings()))
    assert paths is not None
    found, notes = leverage(basis, paths)
    assert notes == []
    for each in found:
        if each["kind"] == "row":
            row = each["row"] or 0
            estimate = each["values"][0]
            exact = exact_mean(SEEN[:row] + SEEN[row + 1 :]) - exact_mean(SEEN)
            assert estimate["change"] == pytest.approx(exact, abs=4 * max(estimate["error"], 0.002)), row
            assert estimate["error"] < 0.02 * exact_mean(SEEN)


def test_a_model_is_refitted_once_and_its_draws_serve_again() -> None:
    """What does not carry is refitted with one simulation; with its draws the same model, and others near it, carry without another."""
    basis = outlier()
    first = narrow(basis)
    without = with_rows(basis.model, {"seen": range(7)})
    assert weigh_wide_paths(basis, first, without) is None
    varied, wider = refit_wide_paths(basis, first, without)
    assert varied.refitted
    assert len(first.pool) + 4_096 == len(wider.pool)
    again = weigh_wide_paths(basis, wider, without)
    assert again is not None
    assert again.changes == pytest.approx(varied.changes)
    assert weigh_wide_paths(basis, wider, with_rows(basis.model, {"seen": range(1, 7)})) is not None
    assert varied.changes[0] == pytest.approx(exact_mean(SEEN[:7]) - exact_mean(SEEN), abs=4 * varied.errors[0])


def test_leaving_rows_out_simulates_only_for_refits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows, sources, grades and the stream are left out with no simulation but one for each refit; groups of the same rows are one."""
    basis = outlier()
    paths, simulated, worked = narrow(basis), [], []
    paths_for, measures_without = wide_paths.paths_for, leave_one_out.measures_without

    def counted_paths(*arguments: Any, **named: Any) -> Any:
        simulated.append(arguments)
        return paths_for(*arguments, **named)

    def counted_groups(basis: Baseline, group: leave_one_out.RowGroup, *rest: Any) -> Any:
        worked.append(group.columns)
        return measures_without(basis, group, *rest)

    monkeypatch.setattr(wide_paths, "paths_for", counted_paths)
    monkeypatch.setattr(leave_one_out, "measures_without", counted_groups)
    found, _ = leverage(basis, paths)
    refitted = {group.columns for each, group in zip(found, row_groups(basis.model), strict=True) if each["refitted"]}
    assert refitted
    assert len(simulated) == len(refitted)
    assert len(worked) == len(set(worked)) <= len(found)


def test_the_density_of_rows_is_read_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few cells a block has, what the groups add up to is the same, and no block has more."""
    basis = outlier()
    groups = list(row_groups(basis.model))
    whole = [gone[0] for gone in leave_one_out.gone_with(basis, groups)]
    asked: list[int] = []
    log_likelihood_of = leave_one_out.log_likelihood_of

    def count_and_call(model: Any, draws: Any, columns: Any) -> Any:
        asked.append(len(columns) * len(draws["rate"]))
        return log_likelihood_of(model, draws, columns)

    monkeypatch.setattr(leave_one_out, "log_likelihood_of", count_and_call)
    monkeypatch.setattr(leave_one_out, "BLOCK_CELLS", 3 * 16_384)
    for one, other in zip(whole, leave_one_out.gone_with(basis, groups), strict=True):
        np.testing.assert_allclose(one, other[0], rtol=1e-12)
    assert max(asked) <= 3 * 16_384


def test_a_pool_with_one_part_more_is_the_pool_of_all_parts() -> None:
    """Densities of a pool that has grown equal those of one made of all parts at once."""
    model, rng = model_as_of(outlier().model.topic, LAST), np.random.default_rng(4)
    bare, half = with_rows(model, {}, others=False), with_rows(model, {"seen": range(4)})
    parts = [MixtureComponent(bare, outlier().analysis.prior.resample(1_000, rng), 0.0)]
    for each in (model, half):
        posterior = condition(each, rng=rng)
        parts.append(part_of_posterior(posterior, 2_000, posterior.diagnostics.log_evidence or 0.0, rng))
    grown, whole = extend_pool(pool_of(parts[:2]), parts[2]), pool_of(parts)
    np.testing.assert_allclose(grown.log_ratio, whole.log_ratio, rtol=1e-9)
    np.testing.assert_allclose(grown.weigh(half).log_weight, whole.weigh(half).log_weight, rtol=1e-9)


def test_copies_of_a_draw_count_once() -> None:
    """Draws are numbered by what they are copies of, each part for itself, and draws that were not resampled are all distinct."""
    model = outlier().model
    draws = {"rate": np.ones((4, 1))}
    parts = [
        MixtureComponent(model, draws, 0.0, np.array([7, 3, 7, 9])),
        MixtureComponent(model, draws, 0.0),
        MixtureComponent(model, draws, 0.0, np.array([3, 3, 3, 7])),
    ]
    assert number_distinct(parts).tolist() == [0, 1, 0, 2, 3, 4, 5, 6, 7, 7, 7, 8]


def test_a_pool_uses_the_published_draws_and_grows_by_anchors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given the published posterior nothing is conditioned for the newest day, and a pool grows by the anchors of the days asked for alone."""
    basis = outlier()
    topic, settings, days = basis.model.topic, Settings(), [OPENS + timedelta(days=3)]
    conditioned: list[Any] = []
    original = replay_pool.condition

    def count_and_call(model: Any, **named: Any) -> Any:
        conditioned.append(model.as_of)
        return original(model, **named)

    monkeypatch.setattr(replay_pool, "condition", count_and_call)
    pool = anchored_pool(topic, LAST, settings, published=basis.analysis.result.posterior)
    assert LAST not in conditioned
    monkeypatch.setattr(replay_pool, "WANTED", 1e9)
    grown = replay_pool.pool_with_anchors(pool, topic, LAST, settings, days)
    assert [part.model.as_of for part in grown.parts] == [*(part.model.as_of for part in pool.parts), *days]
    assert conditioned[-1:] == days
    np.testing.assert_array_equal(grown.parameters["rate"][: len(pool)], pool.parameters["rate"])
