"""Discrete priors whose arguments name other parameters: Bayesian networks, summed out by both engines."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a test's truth comes from elsewhere than the project

from forecast.book.topic import Topic
from forecast.elicitation.parameter_summary import summarise_priors
from forecast.inference.importance.fit import condition
from forecast.inference.posterior import Posterior
from forecast.inference.pymc.nuts import sample_nuts
from forecast.inference.pymc.program import pymc_source
from forecast.language.evaluate import evaluate_constant
from forecast.language.pooling import pool
from forecast.language.statements import parse_statement
from forecast.model.model import model_as_of
from tests.support.building import make_topic
from tests.support.programs import printed_by

AS_OF = date(2025, 6, 1)
SEEN = (3, 4)  # wet mornings of five, twice


def lawn() -> Topic:
    """Clouds make rain likelier and the sprinkler rarer; wet mornings are counted, of five, twice."""
    return make_topic(
        priors={
            "clouds": "Bernoulli(p=0.5)",
            "sprinkler": "Bernoulli(p=0.1 if clouds == 1 else 0.5)",
            "rain": "Bernoulli(logit_p=1.4 if clouds == 1 else -1.4)",
        },
        quantities={"wetting": "0.02 + 0.5 * sprinkler + 0.4 * rain"},
        streams={"wet": "Binomial(n=5, p=wetting)"},
        rows={"wet": list(SEEN)},
        questions={"rained": "rain == 1", "ran": "sprinkler == 1"},
    )


def lawn_by_enumeration() -> dict[str, float]:
    """The chance of 1 for each of the three, over their eight combinations."""
    weight, total = dict.fromkeys(("clouds", "sprinkler", "rain"), 0.0), 0.0
    for clouds, sprinkler, rain in itertools.product((0, 1), repeat=3):
        on, falls = (0.1 if clouds else 0.5), 1 / (1 + np.exp(-1.4 if clouds else 1.4))
        joint = 0.5 * (on if sprinkler else 1 - on) * (falls if rain else 1 - falls)
        joint *= float(np.prod(stats.binom.pmf(SEEN, 5, 0.02 + 0.5 * sprinkler + 0.4 * rain)))
        total += joint
        for name, value in (("clouds", clouds), ("sprinkler", sprinkler), ("rain", rain)):
            weight[name] += joint * value
    return {name: each / total for name, each in weight.items()}


def shares(posterior: Posterior, name: str) -> dict[int, float]:
    """The probability of each value of a discrete parameter."""
    column = posterior.column(name)
    return {int(value): float(posterior.weights[column == value].sum()) for value in np.unique(column)}


def test_a_network_of_chances_is_summed_out_exactly():
    """Of parameters without a continuous one beside them every combination is weighed, so the answer is exact."""
    posterior = condition(model_as_of(lawn(), AS_OF), rng=np.random.default_rng(1))
    exact = lawn_by_enumeration()
    assert {name: shares(posterior, name)[1] for name in exact} == pytest.approx(exact, abs=1e-12)
    assert posterior.diagnostics.sound


@pytest.mark.slow
def test_nuts_and_the_exported_program_give_the_same_network():
    """The second engine and the program sum out the same combinations."""
    topic = make_topic_with_a_rate()
    model = model_as_of(topic, AS_OF)
    fast = condition(model, rng=np.random.default_rng(1))
    nuts = sample_nuts(model, seed=1)
    printed = printed_by(pymc_source(model))
    for name in ("open", "staff"):
        for value, share in shares(fast, name).items():
            assert shares(nuts, name).get(value, 0.0) == pytest.approx(share, abs=0.02)
            assert printed[f"{name} = {value}"][0] == pytest.approx(share, abs=0.02)


def make_topic_with_a_rate() -> Topic:
    """A discrete prior that depends on a continuous and on a discrete parameter."""
    return make_topic(
        priors={
            "keen": "Beta(alpha=2, beta=3)",
            "open": "Bernoulli(p=keen)",
            "staff": "Binomial(n=3, p=0.8 if open == 1 else 0.2)",
        },
        streams={"sold": "Poisson(mu=0.5 + 2 * staff)"},
        rows={"sold": [3, 5]},
        questions={"staff": "staff"},
    )


def test_a_discrete_prior_that_depends_on_a_continuous_one_is_weighed_with_it():
    """A Bernoulli of a Beta's chance has the Beta's mean as its prior, and rows weigh both."""
    posterior = condition(model_as_of(make_topic_with_a_rate(), AS_OF), rng=np.random.default_rng(1))
    joint = np.zeros((2, 4))
    for is_open in (0, 1):
        for staff in range(4):
            chance = 0.4 if is_open else 0.6
            chance *= float(stats.binom.pmf(staff, 3, 0.8 if is_open else 0.2))
            joint[is_open, staff] = chance * float(np.prod(stats.poisson.pmf([3, 5], 0.5 + 2 * staff)))
    joint /= joint.sum()
    assert shares(posterior, "open")[1] == pytest.approx(float(joint[1].sum()), abs=0.002)
    assert [shares(posterior, "staff").get(value, 0.0) for value in range(4)] == pytest.approx(joint.sum(axis=0).tolist(), abs=0.002)
    keen = (3 / 6) * joint[1].sum() + (2 / 6) * joint[0].sum()
    assert posterior.mean("keen") == pytest.approx(float(keen), abs=0.002)


DEPENDING: Mapping[str, tuple[Any, Mapping[int, float]]] = {
    "Bernoulli(p=0.9 if first == 1 else 0.2)": (None, {0: 0.75 * 0.8 + 0.25 * 0.1, 1: 0.75 * 0.2 + 0.25 * 0.9}),
    "Bernoulli(mean=0.9 if first == 1 else 0.2)": (None, {0: 0.75 * 0.8 + 0.25 * 0.1, 1: 0.75 * 0.2 + 0.25 * 0.9}),
    "Binomial(n=2, p=0.5 * first)": (None, {0: 0.75 + 0.25 / 4, 1: 0.25 / 2, 2: 0.25 / 4}),
    "Binomial(n=1 + 1, mean=first)": (None, {0: 0.75 + 0.25 / 4, 1: 0.25 / 2, 2: 0.25 / 4}),
    "BetaBinomial(n=1, alpha=1 + first, beta=1)": (None, {0: 0.75 / 2 + 0.25 / 3, 1: 0.75 / 2 + 0.25 * 2 / 3}),
}


@pytest.mark.parametrize("statement", DEPENDING)
def test_what_depends_has_the_values_its_form_says(statement):
    """Whatever the arguments that draws alone give, the values of a discrete prior are known, and each is weighed."""
    topic = make_topic(priors={"first": "Bernoulli(p=0.25)", "second": statement}, questions={"q": "second"})
    posterior = condition(model_as_of(topic, AS_OF), rng=np.random.default_rng(1))
    assert shares(posterior, "second") == pytest.approx(DEPENDING[statement][1], abs=1e-12)
    assert [each.points is not None for each in summarise_priors(topic, AS_OF)] == [True, True]


def test_a_discrete_prior_by_label_may_depend_on_a_value_of_each_label():
    """Values by label are enumerated one by one."""
    topic = make_topic(
        priors={
            "chance": {"prior": {"left": "Beta(alpha=1, beta=1)", "right": "Beta(alpha=8, beta=2)"}, "per": "side"},
            "up": {"prior": "Bernoulli(p=chance[side])", "per": "side"},
        },
        streams={"seen": "Normal(mu=up[side], sigma=1)"},
        rows={"seen": [{"value": 1.0, "side": "left"}, {"value": 0.0, "side": "right"}]},
        questions={"q": "up[left] == 1"},
    )
    posterior = condition(model_as_of(topic, AS_OF), rng=np.random.default_rng(1))
    near, far = float(stats.norm.pdf(0)), float(stats.norm.pdf(1))
    left = 0.5 * near / (0.5 * near + 0.5 * far)
    right = 0.8 * far / (0.8 * far + 0.2 * near)
    assert posterior.mean("up", "left") == pytest.approx(left, abs=0.003)
    assert posterior.mean("up", "right") == pytest.approx(right, abs=0.003)


def test_a_number_may_be_written_with_a_function():
    """How many values there are, and what their shares are, may be written as any expression without names."""
    topic = make_topic(priors={"count": "Binomial(n=max(1, 2), p=exp(log(0.5)))"}, questions={"q": "count"})
    posterior = condition(model_as_of(topic, AS_OF), rng=np.random.default_rng(1))
    assert shares(posterior, "count") == pytest.approx({0: 0.25, 1: 0.5, 2: 0.25}, abs=1e-12)
    assert [each.exact for each in summarise_priors(topic, AS_OF)] == [True]


def test_shares_of_a_pool_may_be_written_with_a_function():
    """A pool of Categorical priors has the shares that its parts say, however they are written."""
    parts = [
        (0.5, parse_statement("Categorical(yes=max(0.2, 0.1), no=0.8)")),
        (0.5, parse_statement("Categorical(yes=0.6, no=min(0.4, 1))")),
    ]
    arguments = pool("linear", parts).arguments
    assert {label: evaluate_constant(share) for label, share in arguments.items()} == pytest.approx({"yes": 0.4, "no": 0.6})
