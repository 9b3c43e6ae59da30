"""Second opinions: what they find, that they need something to look at, and what becomes of a run where they fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.inference.importance import engine as importance
from forecast.inference.importance import fit as conditioning
from forecast.inference.importance.engine import Budget, refit_and_sample, start_sampling
from forecast.inference.importance.fit import condition
from forecast.inference.importance.proposals import Mixture, MultivariateT
from forecast.inference.importance.second_opinion import MissedMass, find_missed_mass
from forecast.inference.target import ArithmeticFailure, NoSupport, NotFinite
from forecast.model.model import Model, model_as_of
from tests.support.building import make_topic
from tests.support.targets import by_normal

AS_OF = date(2026, 1, 1)
BUDGET = Budget(enough=2_000, points=30_000)
PEAKS = Mixture((MultivariateT(np.zeros(1), np.eye(1), 8.0),), (1.0,))
ERRORS = [
    (np.linalg.LinAlgError("Singular matrix"), "a covariance that it fitted cannot be inverted"),
    (ArithmeticFailure("no density can be asked for at [inf]"), "it came to points beyond the range of a computer's numbers"),
    (NotFinite((0,), np.zeros(1)), "it came to points, far from all draws of the prior, at which a density is infinite or not a number"),
    (NoSupport((0,), 100), "every draw of the prior that it began with is impossible"),
]


def _raising(error: Exception):
    def raises(*_arguments: object, **_more: object) -> None:
        raise error

    return raises


def _model() -> Model:
    topic = make_topic(priors={"mean": "Normal(mu=0, sigma=1)"}, streams={"seen": "Normal(mu=mean, sigma=1)"}, rows={"seen": [0.3, 0.5]})
    return model_as_of(topic, AS_OF)


def _peak(z: np.ndarray, at: float) -> np.ndarray:
    return -0.5 * ((z - at) / 0.3) ** 2


@pytest.mark.parametrize("higher", [0.0, 5.0, 200.0, 400.0, 500.0, 900.0])
def test_a_missed_peak_is_found_however_much_higher_than_the_peak_that_was_seen_it_is(higher: float) -> None:
    """Also where its share, or the square of that, is beyond the range of numbers."""
    seen = start_sampling(by_normal(1, lambda z: _peak(z, 2.0)), rng=np.random.default_rng(1), budget=BUDGET)
    both = by_normal(1, lambda z: np.logaddexp(_peak(z, 2.0), higher + _peak(z, -2.0)))
    missed = find_missed_mass(replace(seen, target=both), steps=24, rng=np.random.default_rng(2))
    assert missed is not None
    if higher < 600:
        assert np.log(missed.found) == pytest.approx(higher, abs=0.1)
    else:
        assert 590 < np.log(missed.found) <= 600


def test_a_run_that_has_missed_nothing_is_not_said_to_have() -> None:
    """The same with the peak that was seen."""
    seen = start_sampling(by_normal(1, lambda z: _peak(z, 2.0)), rng=np.random.default_rng(1), budget=BUDGET)
    assert find_missed_mass(seen, steps=24, rng=np.random.default_rng(2)) is None


@pytest.mark.parametrize(("found", "words"), [(1.0, "50 %"), (1e300, "more than 99 %"), (0.0013, "0.13 %")])
def test_what_was_missed_is_said_as_a_share_of_the_posterior(found: float, words: str) -> None:
    """Everything that the run found is 1."""
    assert str(MissedMass(found, PEAKS)) == (
        f"a second search, from other starting points, found parts of the posterior that the draws leave out, with {words} of its probability"
    )


@pytest.mark.parametrize("streams", [{"seen": "Poisson(mu=0.5)"}, {"seen": "Poisson(mu=1 if kind == a else 2)"}])
def test_a_topic_in_which_nothing_is_continuous_needs_no_second_opinion(streams: dict[str, str]) -> None:
    """Without parameters, and with a hypothesis alone."""
    priors = {"kind": "Categorical(a=0.5, b=0.5)"} if "kind" in streams["seen"] else {}
    posterior = condition(model_as_of(make_topic(priors=priors, streams=streams, rows={"seen": [1]}), AS_OF), rng=np.random.default_rng(1))
    assert posterior.diagnostics.sound
    assert not posterior.diagnostics.reason


@pytest.mark.parametrize(("error", "words"), ERRORS)
def test_a_second_opinion_whose_arithmetic_fails_leaves_the_run_not_sound(
    monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    """It is said, and never raised or blamed on the priors."""
    monkeypatch.setattr(conditioning, "find_missed_mass", _raising(error))
    diagnostics = condition(_model(), rng=np.random.default_rng(1)).diagnostics
    assert (diagnostics.sound, diagnostics.short) == (False, False)
    assert diagnostics.reason == f"the second search, which checks the draws, failed: {words}"


def test_a_run_that_could_not_measure_has_nothing_to_be_learnt_from_again() -> None:
    """It is returned as it is."""
    drawn = start_sampling(by_normal(1, lambda z: _peak(z, 0.5)), rng=np.random.default_rng(1), budget=BUDGET)
    assert drawn.learnt is not None
    failed = importance._failed_sampling(drawn.target, drawn.learnt, "it is stuck", BUDGET)
    assert (drawn.failed, failed.failed) == (False, True)
    assert refit_and_sample(failed, rng=np.random.default_rng(2), budget=BUDGET) is failed


def test_a_fit_that_makes_a_run_worse_does_not_replace_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run short of draws stays where the next, fitted to it, has heavy weights too."""
    real = conditioning.start_sampling

    def short(*arguments: object, **more: object) -> importance.Sampling:
        found = real(*arguments, **more)  # type: ignore[arg-type]
        return replace(found, weighted=replace(found.weighted, converged=False, short=True, reason="it is short", pareto_k=0.5))

    def heavy(sampling: importance.Sampling, **_: object) -> importance.Sampling:
        return replace(sampling, weighted=replace(sampling.weighted, converged=False, short=False, reason="it is heavy", pareto_k=1.0))

    monkeypatch.setattr(conditioning, "start_sampling", short)
    monkeypatch.setattr(conditioning, "refit_and_sample", heavy)
    diagnostics = condition(_model(), rng=np.random.default_rng(1)).diagnostics
    assert (diagnostics.reason, diagnostics.short) == ("it is short", True)
