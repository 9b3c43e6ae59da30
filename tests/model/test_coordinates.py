"""Coordinates: what is worked out at a point, and what happens far from every draw of the prior."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forecast.book.linked_topics import linked_names
from forecast.book.reading import read_book
from forecast.model.coordinates import own_coordinates, prior_coordinates
from forecast.model.model import model_as_of
from forecast.model.priors import blocks, hypotheses
from tests.support.building import make_topic
from tests.support.paths import ROOT


def hierarchy():
    """A model of readings around a group's level, with a parameter that no row needs."""
    topic = make_topic(
        priors={
            "spread": "HalfNormal(sigma=2)",
            "level": "Normal(mu=1, sigma=spread)",
            "share": "Beta(alpha=2, beta=3)",
            "likeness": "Beta(mean=share, strength=4)",
        },
        streams={"seen": "Normal(mu=level, sigma=1)"},
        rows={"seen": [0.5, 1.5]},
    )
    model = model_as_of(topic, date(2026, 1, 1))
    prior = blocks(model)
    return model, prior, hypotheses(model, prior)[0]


def test_rows_are_weighed_with_the_parameters_they_need():
    """The log-likelihood is the model's own with all parameters, though only those that rows depend on are worked out."""
    model, prior, hypothesis = hierarchy()
    x = np.random.default_rng(1).standard_normal((50, 4))
    for make in (prior_coordinates, own_coordinates):
        coordinates = make(model, prior, hypothesis)
        whole = coordinates.parameters(x)
        assert list(whole) == ["spread", "level", "share", "likeness"]
        assert list(coordinates.parameters(x, {"spread", "level"})) == ["spread", "level"]
        assert np.array_equal(coordinates.log_likelihood(x)[:, :2], model.log_likelihood(whole))


def test_start_gives_draws_of_the_prior_in_either_coordinates():
    """Draws made of the same uniforms are the same parameters, whichever coordinates they pass through."""
    model, prior, hypothesis = hierarchy()
    uniforms = np.random.default_rng(2).random((50, 4))
    one, other = (
        made.parameters(made.start(uniforms))
        for made in (prior_coordinates(model, prior, hypothesis), own_coordinates(model, prior, hypothesis))
    )
    for name, values in one.items():
        assert np.allclose(values, other[name], rtol=1e-8)


def test_own_coordinates_that_wander_too_far_are_impossible():
    """Where a spread has underflowed to 0 the prior of what it spreads is none, and the point has no density."""
    model, prior, hypothesis = hierarchy()
    x = np.zeros((2, 4))
    x[1, 0] = -800.0
    found = own_coordinates(model, prior, hypothesis).log_prior(x)
    assert np.isfinite(found[0])
    assert found[1] == -np.inf


def test_prior_coordinates_are_standard_normal_and_a_parameters_own_are_not():
    """A target says of which coordinates the engine knows the prior."""
    model, prior, hypothesis = hierarchy()
    assert prior_coordinates(model, prior, hypothesis).normal.tolist() == [True, True, True, False]
    assert own_coordinates(model, prior, hypothesis).normal.tolist() == [False] * 4


def test_a_point_beyond_the_end_of_floats_has_no_prior_density():
    """A parameter's own coordinate so large that its value overflows is impossible, without a warning."""
    model, prior, hypothesis = hierarchy()
    x = np.zeros((2, 4))
    x[1, 0] = 800.0
    density = own_coordinates(model, prior, hypothesis).log_prior(x)
    assert np.isfinite(density).tolist() == [True, False]
    assert density[1] == -np.inf


@pytest.mark.parametrize("make", [prior_coordinates, own_coordinates])
def test_parameters_lead_back_to_their_coordinates(make):
    """The inverse gives the point that the parameters came from, in either coordinates, for every variant of the topics of the book without links and shares."""
    found = 0
    alone = [topic for topic in read_book(ROOT)[0].topics.values() if not linked_names(topic)]
    for topic in (variant for each in alone for variant in each.rivals.values()):
        model = model_as_of(topic, date(2026, 1, 1))
        prior = blocks(model)
        coordinates = make(model, prior, hypotheses(model, prior)[0])
        x = coordinates.start(np.random.default_rng(6).uniform(0.001, 0.999, (40, coordinates.dimension)))
        back = coordinates.coordinates_of(coordinates.parameters(x))
        if back is not None:
            found += 1
            assert np.allclose(back, x, atol=1e-6), topic.name
    assert found >= 3


def test_shares_do_not_lead_back_to_their_coordinates():
    """A Dirichlet's coordinates are one more than its shares say, and a value on the edge has none."""
    model = model_as_of(
        make_topic(priors={"share": "Dirichlet(yes=2, no=3)"}, streams={}, questions={"even": "share[yes] > 0.5"}), date(2026, 1, 1)
    )
    prior = blocks(model)
    coordinates = own_coordinates(model, prior, hypotheses(model, prior)[0])
    assert coordinates.coordinates_of(coordinates.parameters(np.zeros((3, coordinates.dimension)))) is None
    model, prior, hypothesis = hierarchy()
    values = {"spread": np.array([[0.0]]), "level": np.array([[1.0]]), "share": np.array([[0.5]]), "likeness": np.array([[0.5]])}
    assert not np.isfinite(own_coordinates(model, prior, hypothesis).coordinates_of(values)).all()


def test_rows_and_their_total_agree_in_every_coordinates():
    """Of a hierarchy with a discrete parameter: chosen rows are columns of all, and the total is their sum."""
    topic = make_topic(
        priors={
            "kind": "Categorical(calm=0.3, busy=0.7)",
            "middle": "Normal(mu=0, sigma=1)",
            "level": {"prior": "Normal(mu=middle, sigma=1)", "per": "place"},
        },
        streams={"seen": 'Poisson(mu=exp(level[place]) * (2 if kind == "busy" else 1))'},
        rows={"seen": [{"value": value, "place": place} for value, place in ((3, "a"), (3, "a"), (1, "b"), (0, "b"), (3, "a"), (0, "b"))]},
    )
    model = model_as_of(topic, date(2026, 1, 1))
    prior = blocks(model)
    for hypothesis in hypotheses(model, prior):
        for make in (prior_coordinates, own_coordinates):
            coordinates = make(model, prior, hypothesis)
            x = coordinates.start(np.random.default_rng(1).random((20, coordinates.dimension)))
            rows = coordinates.log_likelihood(x)
            np.testing.assert_allclose(coordinates.total_log_likelihood(x), rows.sum(axis=1), rtol=1e-12)
            chosen = np.array([6, 1, 4])
            np.testing.assert_array_equal(coordinates.log_likelihood_at(x, chosen), rows[:, chosen])
