"""Dirichlet: shares that add up to 1, against PyMC and against SciPy's Beta."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - the truth comes from elsewhere than the project

from forecast.inference.importance.fit import condition
from forecast.insight.reweighting import MixtureComponent, pool_of
from forecast.language.distributions.families import family
from forecast.model.coordinates import own_coordinates, prior_coordinates
from forecast.model.model import model_as_of
from forecast.model.priors import blocks, hypotheses
from tests.support.building import make_topic
from tests.support.known import three_parties

pytestmark = pytest.mark.medium

A = np.array([4.0, 5.0, 0.3])


def test_shares_of_uniforms_are_draws():
    """Uniform numbers become shares that add up to 1, each with its Beta distribution; so do draws."""
    rng = np.random.default_rng(1)
    for shares in (family("Dirichlet").quantile(rng.random((20_000, 3)), a=A), family("Dirichlet").draw(rng, (20_000, 3), a=A)):
        np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-12)
        for column, weight in enumerate(A):
            assert stats.kstest(shares[:, column], stats.beta(weight, A.sum() - weight).cdf).pvalue > 0.001
    np.testing.assert_allclose(family("Dirichlet").mean(a=A), A / A.sum())
    beta = [stats.beta(weight, A.sum() - weight) for weight in A]
    np.testing.assert_allclose(family("Dirichlet").sd(a=A), [each.std() for each in beta])
    np.testing.assert_allclose(family("Dirichlet").points_at({"a": A}, 2), beta[2].ppf([0.05, 0.5, 0.95]), rtol=1e-9)


def test_tiny_weights_keep_their_shares():
    """Weights so small that their Gammas underflow still make shares that add up to 1."""
    shares = family("Dirichlet").quantile(np.random.default_rng(1).random((1_000, 3)), a=np.array([0.001, 0.002, 0.001]))
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-12)


def test_arguments_that_make_no_distribution_give_nan():
    """A weight that is not above 0 gives NaN for all shares together."""
    assert np.isnan(family("Dirichlet").log_density(np.array([[0.5, 0.5]]), a=np.array([[[1.0, 0.0]]]))).tolist() == [True]


@pytest.mark.parametrize("coordinates", [prior_coordinates, own_coordinates])
def test_both_coordinates_have_the_priors_density(coordinates):
    """Weighed by the density of its coordinates over that of normal numbers, a grid of latents has the Beta means of the prior."""
    model = model_as_of(make_topic(priors={"share": "Dirichlet(left=4, right=5, other=1)"}), three_parties().as_of)
    prior = blocks(model)
    system = coordinates(model, prior, hypotheses(model, prior)[0])
    rng = np.random.default_rng(2)
    x = rng.standard_t(5, (400_000, 3)) * 1.5 + (1.0 if coordinates is own_coordinates else 0.0)
    proposal = stats.t(5, loc=1.0 if coordinates is own_coordinates else 0.0, scale=1.5).logpdf(x).sum(axis=1)
    weights = np.exp(system.log_prior(x) - proposal)
    assert weights.mean() == pytest.approx(1, abs=5 * weights.std() / np.sqrt(len(weights)))
    shares = system.parameters(x)["share"]
    np.testing.assert_allclose(weights @ shares / weights.sum(), [0.4, 0.5, 0.1], atol=0.01)


def test_weights_may_come_from_other_parameters():
    """A Dirichlet whose weights depend on a parameter is conditioned, and its shares add up to 1."""
    topic = make_topic(
        priors={"strength": "Gamma(alpha=4, beta=0.5)", "share": "Dirichlet(left=strength, right=strength * 2)"},
        streams={"left_of": "Binomial(n=40, p=share[left])"},
        rows={"left_of": [12, 15]},
    )
    posterior = condition(model_as_of(topic, three_parties().as_of), rng=np.random.default_rng(3))
    assert posterior.diagnostics.sound, posterior.diagnostics.reason
    np.testing.assert_allclose(posterior.parameters["share"].sum(axis=1), 1, rtol=1e-12)
    strength = np.linspace(0.02, 60, 6_000)
    log_density = stats.gamma(4, scale=2).logpdf(strength)
    a, b = strength, 2 * strength
    from scipy.special import betaln

    weight = np.exp(log_density + betaln(a + 27, b + 53) - betaln(a, b))
    exact = float((weight * (a + 27) / (a + b + 80)).sum() / weight.sum())
    assert posterior.mean("share", "left") == pytest.approx(exact, abs=4 * posterior.sd("share", "left") / 90)


def test_a_pool_is_weighed_for_other_weights():
    """The ratio of two Dirichlet priors at a pool's draws is that of SciPy's densities."""
    one, other = (
        model_as_of(make_topic(priors={"share": f"Dirichlet(left={left}, right=5, other=1)"}), three_parties().as_of) for left in (4, 2)
    )
    draws = {"share": np.random.default_rng(5).dirichlet([4, 5, 1], 200)}
    ratio = pool_of([MixtureComponent(one, draws, 0.0)]).prior_ratio(other)
    exact = stats.dirichlet([2, 5, 1]).logpdf(draws["share"].T) - stats.dirichlet([4, 5, 1]).logpdf(draws["share"].T)
    np.testing.assert_allclose(ratio, exact, rtol=1e-9, atol=1e-9)


@pytest.mark.slow
def test_log_density_is_pymcs():
    """Inside, at the edges and outside, the log density is PyMC's to 1e-9."""
    import pymc as pm
    import pytensor.tensor as pt

    rng = np.random.default_rng(4)
    inside = rng.dirichlet([1.0, 1.0, 1.0], 50)
    edges = np.array([[0.0, 0.4, 0.6], [1.0, 0.0, 0.0], [-0.1, 0.5, 0.6]])
    values = np.concatenate([inside, edges])
    for a in (A, np.array([1.0, 2.0, 1.0]), np.array([200.0, 0.05, 3.0])):
        theirs = pm.logp(pm.Dirichlet.dist(a=a), pt.as_tensor_variable(values)).eval(mode="FAST_COMPILE")
        np.testing.assert_allclose(family("Dirichlet").log_density(values, a=a), theirs, rtol=1e-9, atol=1e-9)
