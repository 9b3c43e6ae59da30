"""Short runs of the fast engine: nothing wrong but too few effective draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecast.inference.importance import engine as importance
from forecast.inference.importance.engine import FEWEST_MEASURED, Budget, start_sampling
from forecast.inference.importance.fit import condition
from tests.support.known import KNOWN
from tests.support.targets import by_normal, conjugate

pytestmark = pytest.mark.medium

MODEL = conjugate(3, 12, 0.5)


def run(budget: Budget):
    """Weighted draws of a conjugate model within a budget."""
    return start_sampling(MODEL.target, rng=np.random.default_rng(1), budget=budget).weighted


def test_a_run_with_too_few_effective_draws_and_nothing_else_wrong_is_short() -> None:
    """More draws are wanted than the points can be worth: the run is not converged, and short."""
    found = run(Budget(enough=1e6, points=32_768))
    assert (found.converged, found.short) == (False, True)
    assert FEWEST_MEASURED < found.effective_size < 1e6


def test_a_run_with_enough_effective_draws_is_not_short() -> None:
    """What has converged lacks nothing."""
    found = run(Budget())
    assert (found.converged, found.short, found.reason) == (True, False, "")


def test_a_run_of_a_few_hundred_effective_draws_is_not_short_but_useless() -> None:
    """Below 25 effective draws of each replicate the measured errors do not hold, so that nothing may be compared by them."""
    found = run(Budget(enough=1e6, points=512, at_once=256))
    assert found.effective_size < FEWEST_MEASURED
    assert (found.converged, found.short) == (False, False)


def test_a_run_whose_weights_have_a_heavy_tail_is_not_short() -> None:
    """A Pareto k-hat that is too large is another fault than a lack of draws, with it or without."""
    found = run(Budget(enough=1e6, points=32_768, pareto_k=-10))
    assert (found.converged, found.short) == (False, False)
    assert "k-hat" in found.reason


@pytest.mark.parametrize(("shape", "heavy"), [(0.4, False), (0.6, True), (0.71, False)])
def test_a_run_whose_weights_may_have_no_variance_and_that_has_no_other_fault_is_heavy(
    shape: float,
    heavy: bool,  # noqa: FBT001 - a table of cases
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Up to a k-hat of 0.5 it is sound, and above 0.7 it is neither; one that has too few draws too is heavy, and not short."""
    monkeypatch.setattr(importance, "pareto_k", lambda _: shape)
    found = run(Budget(enough=1_000, points=32_768))
    assert (found.converged, found.short, found.heavy) == (shape < 0.5, False, heavy)
    few = run(Budget(enough=1e6, points=32_768))
    assert (few.short, few.heavy) == (shape < 0.5, heavy)


def test_a_posterior_whose_only_fault_are_heavy_weights_is_comparable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not sound, and yet another engine's figures can be held against its own."""
    monkeypatch.setattr(importance, "pareto_k", lambda _: 0.6)
    found = condition(KNOWN["beta_binomial"]().model, rng=np.random.default_rng(1)).diagnostics
    assert (found.sound, found.short, found.heavy, found.is_comparable) == (False, False, True, True)
    assert found.reason == "the Pareto k-hat of their weights is 0.6, above 0.5"


def test_a_run_whose_rows_are_too_unlikely_is_not_short() -> None:
    """Where a computer cannot tell draws apart, their number is not what is missing."""
    target = by_normal(1, lambda x: np.full((len(x), 1), -1e12))
    found = start_sampling(target, rng=np.random.default_rng(1), budget=Budget(enough=1e6, points=32_768)).weighted
    assert (found.converged, found.short) == (False, False)
    assert "so unlikely" in found.reason


@pytest.mark.parametrize(("enough", "sound", "short"), [(10_000, True, False), (1e6, False, True)])
def test_the_diagnostics_of_a_posterior_say_whether_it_is_short(enough, sound, short) -> None:
    """They say so of the whole posterior, beside whether it is sound."""
    found = condition(KNOWN["beta_binomial"]().model, rng=np.random.default_rng(1), budget=Budget(enough=enough, points=32_768))
    assert (found.diagnostics.sound, found.diagnostics.short) == (sound, short)


def test_a_posterior_with_one_hypothesis_that_is_wrong_otherwise_is_not_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several hypotheses that matter all must be sound or short."""
    from forecast.inference.importance import fit as conditioning

    model, real = KNOWN["two_hypotheses"]().model, conditioning.HypothesisRun.short.fget
    budget = Budget(enough=1e6, points=32_768)
    assert condition(model, rng=np.random.default_rng(1), budget=budget).diagnostics.short
    first: list[object] = []

    def short(of: conditioning.HypothesisRun) -> bool:
        first.append(of.coordinates.hypothesis)
        return of.coordinates.hypothesis is not first[0] and real(of)

    monkeypatch.setattr(conditioning.HypothesisRun, "short", property(short))
    assert not condition(model, rng=np.random.default_rng(1), budget=replace(budget)).diagnostics.short


@pytest.mark.parametrize(("effective", "worth"), [(1.2, "one independent draw"), (2.0, "2 independent draws")])
def test_a_run_worth_a_single_draw_is_said_to_be_in_the_singular(effective: float, worth: str) -> None:
    """As of any number, after the points that it came from."""
    said = importance._shortage_message(effective, 1_000, 4_096, importance.Budget())
    assert said == f"after learning from 4,096 points, the next 1,000 are worth {worth}, and 10,000 were wanted"
