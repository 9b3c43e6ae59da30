"""NUTS against posteriors known exactly, and the forms a model takes on its way to PyMC."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy import special

from forecast.inference.importance.fit import condition
from forecast.inference.pymc.model import render_pymc_model
from forecast.inference.pymc.nuts import sample_nuts
from forecast.inference.pymc.plan import CannotSample
from forecast.inference.pymc.program import pymc_source
from forecast.model.model import model_as_of
from forecast.model.priors import blocks
from tests.support.building import make_topic
from tests.support.known import KNOWN

ERRORS = 4  # Monte Carlo standard errors a figure may lie from the truth
AS_OF = date(2025, 12, 31)


@pytest.mark.slow
@pytest.mark.parametrize("name", KNOWN)
def test_nuts_gives_the_known_posterior(name):
    """On each known model the chains are sound, and every mean and sd is within four Monte Carlo errors of the truth."""
    from arviz_stats.base import array_stats

    known = KNOWN[name]()
    posterior = sample_nuts(known.model, seed=5)
    assert (posterior.diagnostics.sound, posterior.diagnostics.reason) == (True, "")
    for truth in known.truths:
        values = posterior.column(truth.name, truth.label)
        if truth.share_of:
            values = (values == known.topic.labels[truth.name].index(truth.share_of)).astype(float)
        shaped = values.reshape(posterior.chains, -1)
        mean_error, sd_error = (float(array_stats.mcse(shaped, method=method)) for method in ("mean", "sd"))
        assert abs(values.mean() - truth.mean) <= ERRORS * mean_error, truth
        if not truth.share_of:
            assert abs(values.std() - truth.sd) <= ERRORS * sd_error, truth


PRIORS = {
    "normal": "Normal(mu=1, sigma=2)",
    "student": "StudentT(nu=8, mu=1, sigma=2)",
    "log_normal": "LogNormal(mu=0, sigma=0.5)",
    "half_normal": "HalfNormal(sigma=2)",
    "half_student": "HalfStudentT(nu=8, sigma=2)",
    "exponential": "Exponential(lam=2)",
    "gamma": "Gamma(alpha=3, beta=2)",
    "inverse_gamma": "InverseGamma(alpha=6, beta=2)",
    "weibull": "Weibull(alpha=2, beta=3)",
    "beta": "Beta(alpha=2, beta=5)",
    "logit_normal": "LogitNormal(mu=-1, sigma=0.7)",
    "uniform": "Uniform(lower=-2, upper=5)",
    "triangular": "Triangular(lower=1, c=2, upper=6)",
    "cauchy": "Cauchy(alpha=1, beta=2)",
    "half_cauchy": "HalfCauchy(beta=2)",
    "own_edge": "Uniform(lower=0, upper=beta)",
}


@pytest.mark.slow
def test_without_rows_the_draws_are_those_of_every_prior():
    """Whatever its support, each family's chains have the prior's own quartiles, so that no transform is misread."""
    from arviz_stats.base import array_stats

    model = model_as_of(make_topic(priors=PRIORS), AS_OF)
    posterior = sample_nuts(model, seed=4)
    for block in blocks(model):
        draws = {name: values.astype(float) for name, values in posterior.parameters.items()}
        shares = block.family.distribution(draws[block.name], **block.arguments(model, draws))[:, 0]
        for level in (0.05, 0.25, 0.5, 0.75, 0.95):
            below = (shares <= level).astype(float)
            size = float(array_stats.ess(below.reshape(posterior.chains, -1), method="mean"))
            assert abs(below.mean() - level) <= ERRORS * np.sqrt(level * (1 - level) / size), (block.name, level)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_draws():
    """Two runs with one seed give identical draws; another seed gives others."""
    model = KNOWN["normal_normal"]().model
    one, same, other = (sample_nuts(model, seed=seed, draws=200, tune=300, chains=2).column("level") for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.slow
def test_hypotheses_change_priors_and_leave_rows_unmoved():
    """A prior that depends on a hypothesis, and rows whose rate is exactly zero under one, give the enumerated posterior."""
    topic = make_topic(
        priors={
            "cause": "Categorical(quiet=0.5, loud=0.5)",
            "rate": 'Gamma(alpha=3 if cause == "loud" else 1, beta=2)',
        },
        streams={"noises": 'Poisson(mu=rate * (cause == "loud"))', "others": "Poisson(mu=rate)"},
        rows={"noises": [0, 0], "others": [1]},
    )
    posterior = sample_nuts(model_as_of(topic, AS_OF), seed=2)
    # evidence: quiet Exp(2) with one event; loud Gamma(3, 2) with counts 0, 0, 1
    quiet = 2 / 3**2
    loud = 2**3 / 2 * 6 / 5**4
    share = loud / (quiet + loud)
    size = posterior.diagnostics.effective_size
    assert abs(posterior.mean("cause") - share) <= ERRORS * np.sqrt(share * (1 - share) / size)
    mean = share * 4 / 5 + (1 - share) * 2 / 3
    assert abs(posterior.mean("rate") - mean) <= ERRORS * posterior.sd("rate") / np.sqrt(size)


@pytest.mark.slow
def test_a_dirichlet_may_depend_on_a_hypothesis():
    """Shares whose weights hang on a hypothesis have the enumerated posterior, by either engine and in the exported program's form."""
    topic = make_topic(
        priors={
            "land": "Categorical(even=0.5, torn=0.5)",
            "share": 'Dirichlet(left=6 if land == "even" else 1, right=6 if land == "even" else 1, other=1)',
        },
        streams={"left_of": 'Binomial(n=10, p=share["left"])'},
        rows={"left_of": [9]},
    )
    model = model_as_of(topic, AS_OF)
    evidence = {name: special.betaln(a + 9, b + 1) - special.betaln(a, b) for name, (a, b) in {"even": (6, 7), "torn": (1, 2)}.items()}
    torn = 1 / (1 + np.exp(evidence["even"] - evidence["torn"]))
    mean = torn * 10 / 13 + (1 - torn) * 15 / 23
    for posterior in (sample_nuts(model, seed=2), condition(model, rng=np.random.default_rng(2))):
        size = posterior.diagnostics.effective_size
        assert abs(posterior.mean("land") - torn) <= ERRORS * np.sqrt(torn * (1 - torn) / size)
        assert abs(posterior.mean("share", "left") - mean) <= ERRORS * posterior.sd("share", "left") / np.sqrt(size)
    assert 'share = pm.Dirichlet("share", a=np.ones(3), dims="share__label")' in pymc_source(model)


def test_hypotheses_alone_are_drawn_by_their_exact_probabilities():
    """Without a continuous parameter no chain is run, and shares are off by what independent draws are, no more and no less over seeds."""
    topic = make_topic(
        priors={"coin": "Categorical(fair=0.25, double=0.75)"},
        streams={"heads": 'Binomial(n=3, p=0.5 if coin == "fair" else 1)'},
        rows={"heads": [3]},
    )
    share = 0.25 / 8 / (0.25 / 8 + 0.75)
    posteriors = [sample_nuts(model_as_of(topic, AS_OF), seed=seed) for seed in (1, 2, 3)]
    error = np.sqrt(share * (1 - share) / len(posteriors[0]))
    off = [(float((posterior.column("coin") == 0).mean()) - share) / error for posterior in posteriors]
    assert max(map(abs, off)) < 4
    assert max(map(abs, off)) > 0.05
    posterior = posteriors[0]
    assert posterior.diagnostics.reason == "nothing is continuous: the hypotheses are enumerated exactly"


def test_impossible_rows_are_refused():
    """A row that no draw makes possible gives a sentence instead of chains."""
    topic = make_topic(priors={"rate": "Gamma(alpha=2, beta=1)"}, streams={"seen": "Poisson(mu=rate * 0)"}, rows={"seen": [2]})
    with pytest.raises(CannotSample, match="some row is impossible under every draw of the priors"):
        render_pymc_model(model_as_of(topic, AS_OF))


def test_hierarchies_are_not_centred_unless_asked():
    """A normal hierarchy is declared through standard normals, and as its own distribution when centred."""
    model = KNOWN["eight_schools"]().model
    assert [(each.block.name, each.form) for each in render_pymc_model(model).free] == [
        ("mu", "own"),
        ("tau", "own"),
        ("effect", "standard"),
    ]
    assert [(each.block.name, each.form) for each in render_pymc_model(model, centred=True).free] == [
        ("mu", "own"),
        ("tau", "own"),
        ("effect", "own"),
    ]


@pytest.mark.slow
def test_hypotheses_that_no_row_tells_apart_are_no_fault_of_the_chains():
    """Where the record says nothing of a hypothesis its probability stays its prior's, and the draws are sound."""
    topic = make_topic(
        priors={"cause": "Categorical(one=0.45, two=0.35, three=0.2)", "rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": "Poisson(mu=rate)"},
        rows={"seen": [3, 1]},
    )
    posterior = sample_nuts(model_as_of(topic, date(2026, 1, 1)), seed=1)
    assert (posterior.diagnostics.sound, posterior.diagnostics.reason) == (True, "")
    assert abs(np.mean(posterior.column("cause") == 0) - 0.45) < 0.03
