"""What goes wrong in the engine's own arithmetic makes a run not sound, with a reason; it is never blamed on the priors or on a row."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy import special

from forecast.inference.importance import adaptation as learning
from forecast.inference.importance import engine as importance
from forecast.inference.importance import fit as conditioning
from forecast.inference.importance.engine import Budget, continue_sampling, start_sampling
from forecast.inference.importance.fit import condition
from forecast.inference.importance.prior_sampling import prior_draws
from forecast.inference.target import ArithmeticFailure, NotFinite
from forecast.model.coordinates import own_coordinates, prior_coordinates
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from forecast.model.priors import blocks, hypotheses
from tests.support.building import make_topic
from tests.support.targets import by_normal

pytestmark = pytest.mark.medium

AS_OF = date(2026, 1, 1)
BUDGET = Budget(enough=2_000, points=30_000)
FAILED = "the engine's arithmetic failed: "


def _narrow(z: np.ndarray) -> np.ndarray:
    return -0.5 * ((z - 2.5) / 0.02) ** 2


ERRORS = [
    (np.linalg.LinAlgError("Singular matrix"), "a covariance that it fitted cannot be inverted"),
    (ArithmeticFailure("no density can be asked for at [inf]"), "it came to points beyond the range of a computer's numbers"),
    (NotFinite((0,), np.zeros(1)), "it came to points, far from all draws of the prior, at which a density is infinite or not a number"),
]


def _raising(error: Exception):
    def raises(*_arguments: object, **_more: object) -> None:
        raise error

    return raises


@pytest.mark.parametrize(
    ("error", "words"),
    ERRORS,
)
def test_a_fit_that_fails_leaves_the_prior_to_measure_with_and_is_reported_where_that_does_not_suffice(
    monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    """Where the prior suffices the weights are exact, and the run is sound."""
    monkeypatch.setattr(learning, "_fit_tempered", _raising(error))
    short = start_sampling(by_normal(1, _narrow), rng=np.random.default_rng(1), budget=BUDGET).weighted
    assert not short.converged
    assert short.reason.endswith(f"; nothing could be learnt: {words}")
    enough = start_sampling(by_normal(1, lambda z: -0.5 * (z - 0.5) ** 2), rng=np.random.default_rng(1), budget=BUDGET).weighted
    assert (enough.converged, enough.reason) == (True, "")


@pytest.mark.parametrize(
    ("error", "words"),
    ERRORS,
)
def test_a_second_opinion_that_fails_makes_the_run_not_sound(monkeypatch: pytest.MonkeyPatch, error: Exception, words: str) -> None:
    """It confirms nothing, and the reason says why; nothing is raised."""
    topic = make_topic(priors={"level": "Normal(mu=0, sigma=1)"}, streams={"seen": "Normal(mu=level, sigma=1)"}, rows={"seen": [0.5]})
    monkeypatch.setattr(conditioning, "find_missed_mass", _raising(error))
    found = condition(model_as_of(topic, AS_OF), rng=np.random.default_rng(1), budget=BUDGET).diagnostics
    assert (found.sound, found.short, found.reason) == (False, False, f"the second search, which checks the draws, failed: {words}")


def test_a_density_that_is_infinite_where_no_draw_of_the_prior_lies_makes_the_run_not_sound() -> None:
    """The points learnt from are what is left; asking for more changes nothing."""
    drawn = start_sampling(by_normal(1, _narrow), rng=np.random.default_rng(1), budget=BUDGET)
    assert drawn.weighted.converged

    def rows(z: np.ndarray) -> np.ndarray:
        return np.where(np.abs(z) > 4.9, np.inf, 100 * (z - 1) - np.log1p(np.exp(100 * (z - 4.5))) * 2)

    found = start_sampling(by_normal(1, rows), rng=np.random.default_rng(1), budget=BUDGET)
    assert not found.weighted.converged
    assert np.isfinite(found.weighted.log_evidence)
    again = continue_sampling(found, rng=np.random.default_rng(1), budget=BUDGET)
    assert not again.weighted.converged


def test_points_that_measure_and_are_all_impossible_make_the_run_not_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows are possible at draws of the prior, so they are not to blame."""

    def rows(z: np.ndarray) -> np.ndarray:
        return np.where(np.abs(z[:, :1] - 3.1) < 0.0004, 0.0, -np.inf)

    monkeypatch.setattr(learning, "_fit_tempered", _raising(np.linalg.LinAlgError("Singular matrix")))
    monkeypatch.setattr(
        importance,
        "_next_replicates",
        lambda *arguments: None if arguments[2].drawn else importance.ShiftedCopies(importance.lattice(5, 3), 16),
    )
    found = start_sampling(by_normal(1, rows), rng=np.random.default_rng(1), budget=Budget(enough=2_000, points=300_000)).weighted
    assert not found.converged
    assert found.reason == f"{FAILED}none of the 80 points it measured with is possible"
    assert np.isfinite(found.log_evidence)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_density_that_is_no_number_at_a_draw_of_the_prior_is_still_the_rows(bad: float) -> None:
    """It is raised with the row."""
    with pytest.raises(NotFinite) as raised:
        start_sampling(by_normal(1, lambda z: np.where(z > 2, bad, 0.0)), rng=np.random.default_rng(1), budget=BUDGET)
    assert raised.value.rows == (0,)


def test_a_prior_that_cannot_be_drawn_from_at_some_draws_is_named_whichever_coordinates_come_first() -> None:
    """An infinite value of a hierarchy is its prior's, with the prior's place."""
    topic = make_topic(
        priors={"size": "Normal(mu=0, sigma=1)", "part": {"prior": "LogNormal(mu=500 * size, sigma=1)", "per": "who"}},
        streams={"seen": "Normal(mu=part[who], sigma=1)"},
        rows={"seen": [{"value": 1.0, "who": "a"}, {"value": 2.0, "who": "b"}]},
    )
    with pytest.raises(Unsound, match=r"`LogNormal\(mu=500 \* size, sigma=1\)` reaches values of"):
        prior_draws(model_as_of(topic, AS_OF), rng=np.random.default_rng(1))


def test_a_precision_most_of_whose_prior_is_below_the_smallest_float_is_answered() -> None:
    """The posterior of a precision with the prior Gamma(0.001, 0.001) is that by quadrature over its logarithm."""
    seen = np.array([1.3, -0.4, 2.2, 0.7, -1.9])
    topic = make_topic(
        priors={"precision": "Gamma(alpha=0.001, beta=0.001)"},
        streams={"seen": "Normal(mu=0, sigma=1 / sqrt(precision))"},
        rows={"seen": seen.tolist()},
        questions={"high": "precision > 0.5"},
    )
    posterior = condition(model_as_of(topic, AS_OF), rng=np.random.default_rng(1))
    shape, rate = 0.001 + len(seen) / 2, 0.001 + (seen**2).sum() / 2
    exact = special.gammaincc(shape, rate * 0.5)
    assert posterior.diagnostics.sound
    assert posterior.diagnostics.overflow is None
    found = float(posterior.weights @ (posterior.column("precision") > 0.5))
    assert abs(found - exact) < 4 * np.sqrt(exact * (1 - exact) / posterior.diagnostics.effective_size)


@pytest.mark.parametrize("prior", ["Gamma(alpha=0.0005, beta=0.0005)", "Weibull(alpha=0.01, beta=1)", "Beta(alpha=0.001, beta=0.001)"])
def test_the_density_of_coordinates_that_go_on_where_floats_end_is_that_of_the_prior(prior: str) -> None:
    """It adds up to 1 over the parameter's own coordinate, all draws have a density, and all values are proper numbers."""
    topic = make_topic(priors={"x": prior}, streams={"seen": "Normal(mu=0, sigma=1 + 0 * x)"}, rows={"seen": [0.0]})
    model = model_as_of(topic, AS_OF)
    (hypothesis,) = hypotheses(model, blocks(model))
    uniforms = (np.arange(2_000) + 0.5)[:, None] / 2_000
    for make in (prior_coordinates, own_coordinates):
        coordinates = make(model, blocks(model), hypothesis)
        start = coordinates.start(uniforms)
        assert np.isfinite(coordinates.log_prior(start)).all()
        assert (coordinates.parameters(start)["x"] > 0).all()
    assert start.min() < -700
    points = np.linspace(-60_000, 60_000, 1_200_001)[:, None]
    density = np.exp(own_coordinates(model, blocks(model), hypothesis).log_prior(points))
    assert density.sum() * 0.1 == pytest.approx(1, abs=1e-4)
