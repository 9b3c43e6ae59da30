"""The fast engine on whole models: known posteriors, evidences, hypotheses, and its choice of coordinates."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from scipy import special

from forecast.inference.importance.fit import condition
from forecast.inference.importance.prior_sampling import prior_draws
from forecast.model.coordinates import own_coordinates, prior_coordinates
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from forecast.model.priors import blocks, hypotheses
from forecast.model.settings import Settings
from forecast.predict.analysis import answer_questions
from tests.support.building import make_topic
from tests.support.known import KNOWN

pytestmark = pytest.mark.medium

AS_OF = date(2026, 1, 1)


@pytest.mark.parametrize("name", KNOWN)
def test_the_fast_engine_gives_the_known_posterior(name):
    """On each known model every mean and sd is within four Monte Carlo errors of the truth, and so is every answer."""
    known = KNOWN[name]()
    posterior = condition(known.model, rng=np.random.default_rng(1))
    assert posterior.diagnostics.sound, posterior.diagnostics.reason
    size = posterior.diagnostics.effective_size
    for truth in known.truths:
        if truth.share_of:
            code = known.topic.parameters[truth.name].categories.index(truth.share_of)
            values = (posterior.column(truth.name) == code).astype(float)
        else:
            values = posterior.column(truth.name, truth.label)
        mean = float(posterior.weights @ values)
        centred = values - mean
        variance = float(posterior.weights @ centred**2)
        variance_error = np.sqrt(max(float(posterior.weights @ centred**4) - variance**2, 0.0) / size)
        assert abs(mean - truth.mean) < 4 * truth.sd / np.sqrt(size), (truth, mean)
        assert abs(variance - truth.sd**2) < 4 * variance_error + 1e-12, (truth, variance)
    found = answer_questions(posterior, Settings()).answers
    for question, exact in known.answers.items():
        value = found[question].value
        told, error = (value.value, value.error) if hasattr(value, "value") else (value.mean, value.mean_error)
        assert abs(told - exact) < 4 * error + 1e-12, (question, told, exact)


def test_the_evidence_of_a_beta_binomial_is_its_closed_form():
    """Log C(10, 7) + log B(9, 6) - log B(2, 3), within four times its stated error."""
    topic = make_topic(priors={"share": "Beta(alpha=2, beta=3)"}, streams={"seen": "Binomial(n=10, p=share)"}, rows={"seen": [7]})
    found = condition(model_as_of(topic, AS_OF), rng=np.random.default_rng(1)).diagnostics
    exact = np.log(special.comb(10, 7)) + special.betaln(9, 6) - special.betaln(2, 3)
    assert abs(found.log_evidence - exact) < 4 * found.log_evidence_error < 0.05


def test_a_bayes_factor_is_the_ratio_of_two_closed_forms():
    """Two hypotheses with Gamma rates weigh as their negative binomial evidences times their priors."""
    topic = make_topic(
        priors={
            "cause": "Categorical(slow=0.3, fast=0.7)",
            "rate": {"prior": {"slow": "Gamma(alpha=2, beta=1)", "fast": "Gamma(alpha=5, beta=1)"}, "per": "cause"},
        },
        streams={"seen": "Poisson(mu=rate[cause])"},
        rows={"seen": [1, 2, 0]},
    )
    posterior = condition(model_as_of(topic, AS_OF), rng=np.random.default_rng(1))

    def log_evidence(alpha):
        return special.gammaln(alpha + 3) - special.gammaln(alpha) - (alpha + 3) * np.log(4.0)

    slow = 0.3 * np.exp(log_evidence(2.0))
    fast = 0.7 * np.exp(log_evidence(5.0))
    share = posterior.weights @ (posterior.column("cause") == 0)
    assert abs(share - slow / (slow + fast)) < 0.005


def test_prior_draws_have_the_priors_quantiles():
    """Before any row the draws are those of the prior, hierarchies and hypotheses included."""
    topic = make_topic(
        priors={
            "which": "Categorical(a=0.2, b=0.8)",
            "mean": "Beta(alpha=2, beta=2)",
            "share": {"prior": {"a": "Beta(mean=mean, strength=10)", "b": "Beta(alpha=1, beta=3)"}, "per": "which"},
        }
    )
    draws = prior_draws(model_as_of(topic, AS_OF), rng=np.random.default_rng(1))
    assert abs(draws.mean("share", "a") - 0.5) < 0.005
    assert abs(draws.sd("share", "a") - np.sqrt(0.05 * 10 / 11 + 0.25 / 11)) < 0.005
    assert np.allclose(draws.quantiles("share", label="b"), 1 - np.array([0.95, 0.5, 0.05]) ** (1 / 3), atol=0.005)
    assert abs(draws.weights @ (draws.column("which") == 0) - 0.2) < 1e-9


def test_the_density_of_every_system_of_coordinates_is_the_same_measure():
    """Log prior plus log likelihood, integrated by the engine, gives one evidence whichever coordinates are used."""
    topic = KNOWN["five_groups"]().topic
    model = model_as_of(topic, AS_OF)
    prior = blocks(model)
    (hypothesis,) = hypotheses(model, prior)
    from forecast.inference.importance.engine import sample

    evidences = [sample(make(model, prior, hypothesis), rng=np.random.default_rng(1)) for make in (prior_coordinates, own_coordinates)]
    for one, other in pairwise(evidences):
        error = np.hypot(one.log_evidence_error, other.log_evidence_error)
        assert abs(one.log_evidence - other.log_evidence) < 4 * error


@pytest.mark.parametrize(("error", "coordinates"), [(15.0, "the prior's own"), (0.5, "the parameters' own")])
def test_a_hierarchy_is_run_in_the_coordinates_that_its_rows_call_for(error, coordinates):
    """Vague readings leave a hierarchy in the prior's coordinates, precise ones in the parameters'; the precise ones are then their mean."""
    effects = [28.0, 8, -3, 7, -1, 1, 18, 12]
    topic = make_topic(
        priors={
            "mu": "Normal(mu=0, sigma=10)",
            "tau": "HalfNormal(sigma=10)",
            "effect": {"prior": "Normal(mu=mu, sigma=tau)", "per": "school"},
        },
        streams={"estimates": f"Normal(mu=effect[school], sigma={error})"},
        rows={"estimates": [{"value": y, "school": c} for y, c in zip(effects, "ABCDEFGH", strict=True)]},
    )
    posterior = condition(model_as_of(topic, AS_OF), rng=np.random.default_rng(1))
    assert posterior.diagnostics.sound
    assert posterior.diagnostics.coordinates == coordinates
    if error < 1:
        assert all(abs(posterior.mean("effect", c) - y) < 0.1 for y, c in zip(effects, "ABCDEFGH", strict=True))


def test_unlikely_hypotheses_and_their_parameters_are_whole():
    """Parameters that belong to another hypothesis keep their prior under each, and all draws together are as good as was asked."""
    topic = make_topic(
        priors={
            "cause": "Categorical(a=0.5, b=0.3, c=0.2)",
            "rate": {"prior": {"a": "Beta(alpha=2, beta=5)", "b": "Beta(alpha=5, beta=2)", "c": "Beta(alpha=8, beta=8)"}, "per": "cause"},
        },
        streams={"seen": "Binomial(n=20, p=rate[cause])"},
        rows={"seen": [5]},
    )
    posterior = condition(model_as_of(topic, AS_OF), rng=np.random.default_rng(1))
    evidence = np.array([0.5, 0.3, 0.2]) * np.exp(
        [special.betaln(a + 5, b + 15) - special.betaln(a, b) for a, b in ((2, 5), (5, 2), (8, 8))]
    )
    share = evidence / evidence.sum()
    found = [posterior.weights @ (posterior.column("cause") == code) for code in range(3)]
    assert np.abs(found - share).max() < 0.005
    assert posterior.diagnostics.effective_size > 10_000
    for label, (a, b), mine in zip("abc", ((2, 5), (5, 2), (8, 8)), share, strict=True):
        exact = mine * (a + 5) / (a + b + 20) + (1 - mine) * a / (a + b)
        assert abs(posterior.mean("rate", label) - exact) < 0.01


def test_too_many_hypotheses_are_refused():
    """More than 512 combinations of discrete values are an error of the prior file, also where there are too many to write down."""
    for count, said in ((10, "1,024"), (60, r"1e\+18")):
        topic = make_topic(priors={f"d{index}": "Bernoulli(p=0.5)" for index in range(count)})
        with pytest.raises(Unsound, match=f"{said} combinations of discrete values; at most 512"):
            condition(model_as_of(topic, AS_OF), rng=np.random.default_rng(1))


def test_too_many_values_of_all_hypotheses_are_refused():
    """Each hypothesis has draws of its own of every continuous value, and all of them must fit into memory."""
    discrete = {f"d{index}": "Bernoulli(p=0.5)" for index in range(9)}
    topic = make_topic(priors=discrete | {f"x{index}": "Normal(mu=0, sigma=1)" for index in range(100)})
    with pytest.raises(Unsound, match="512 combinations of discrete values, each with 100 continuous ones, are more than fit into 2 GB"):
        condition(model_as_of(topic, AS_OF), rng=np.random.default_rng(1))


def test_few_resampled_draws_are_as_even_as_chance_allows():
    """A hundred draws out of thousands of lattice points are spread like independent ones, in every parameter."""
    topic = make_topic(priors={f"p{index}": "Uniform(lower=0, upper=1)" for index in range(12)})
    for seed in range(20):
        rng = np.random.default_rng(seed)
        drawn = prior_draws(model_as_of(topic, AS_OF), rng=rng).resample(120, rng)
        means = np.array([values.mean() for values in drawn.values()])
        assert np.abs(means - 0.5).max() < 4.5 * np.sqrt(1 / 12 / 120)
        spreads = np.array([values.var() for values in drawn.values()])
        assert np.abs(spreads - 1 / 12).max() < 4.5 * np.sqrt(1 / 180 / 120)


@pytest.mark.parametrize(("reading", "spread"), [(10.0, 0.5), (30.0, 1.0)])
def test_a_posterior_far_outside_its_prior_is_found_or_not_vouched_for(reading, spread):
    """Eight and more prior sds out, where a prior's own coordinates end, the posterior is the closed form's."""
    topic = make_topic(
        priors={"level": "Normal(mu=0, sigma=1)"}, streams={"reading": f"Normal(mu=level, sigma={spread})"}, rows={"reading": [reading]}
    )
    posterior = condition(model_as_of(topic, date(2025, 12, 31)), rng=np.random.default_rng(1))
    weight = 1 / spread**2
    mean, sd = reading * weight / (1 + weight), 1 / np.sqrt(1 + weight)
    assert posterior.diagnostics.sound
    error = sd / np.sqrt(posterior.diagnostics.effective_size)
    np.testing.assert_allclose((posterior.mean("level"), posterior.sd("level")), (mean, sd), atol=4 * error)
