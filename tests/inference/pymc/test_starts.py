"""Points for NUTS to start from where it finds none of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pytest

from forecast.book.reading import read_book
from forecast.inference.importance.prior_sampling import prior_draws
from forecast.inference.pymc.model import render_pymc_model
from forecast.inference.pymc.nuts import _constrain_draws, sample_nuts
from forecast.inference.pymc.plan import CannotSample
from forecast.inference.pymc.starts import STRETCHES, overdispersed_starts, unconstrain_draws, with_starting_points
from forecast.model.errors import Unsound, topic_problem
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse, condition_fast, condition_nuts
from tests.support.building import OPENS, make_topic
from tests.support.known import KNOWN
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium

AS_OF = date(2025, 12, 31)
WITH_HYPOTHESES = {
    "cause": "Categorical(one=0.4, two=0.6)",
    "rate": {"per": "cause", "prior": {"one": "Gamma(alpha=2, beta=4)", "two": "Exponential(lam=1)"}},
    "share": 'Beta(mean=0.3 if cause == "one" else 0.6, strength=5)',
}
FORMS = {
    "real": ({"level": "Normal(mu=3, sigma=2)", "far": "StudentT(nu=3, mu=0, sigma=5)"}, ("own", "own")),
    "positive": ({"rate": "Gamma(alpha=2, beta=3)", "wide": "HalfNormal(sigma=2)"}, ("own", "own")),
    "shares": ({"share": "Beta(alpha=2, beta=5)", "whole": "Dirichlet(a=1, b=2, c=3)"}, ("own", "own")),
    "bounded": ({"level": "Uniform(lower=-2, upper=7)", "cut": "Triangular(lower=1, c=2, upper=4)"}, ("own", "own")),
    "hierarchies": (
        {
            "mu": "Normal(mu=1, sigma=1)",
            "tau": "HalfNormal(sigma=1)",
            "level": {"per": "group", "prior": "Normal(mu=mu, sigma=tau)"},
            "rate": {"per": "group", "prior": "LogNormal(mu=mu, sigma=tau)"},
            "chance": {"per": "group", "prior": "LogitNormal(mu=mu, sigma=tau)"},
            "heavy": {"per": "group", "prior": "StudentT(nu=4, mu=mu, sigma=tau)"},
        },
        ("own", "own", "standard", "standard", "standard", "standard"),
    ),
    "hypotheses": (WITH_HYPOTHESES, ("own", "own", "flat")),
}


def made(priors, **more):
    """A model whose only rows name two groups."""
    topic = make_topic(
        priors=priors,
        streams={"seen": "Normal(mu=0, sigma=1)"},
        rows={"seen": [{"value": 0.1, "group": "A"}, {"value": 0.2, "group": "B"}]},
        **more,
    )
    return model_as_of(topic, AS_OF)


@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize("name", FORMS)
def test_draws_come_back_from_the_coordinates_of_the_sampler(name, centred):
    """Every transform of every form of a prior is undone exactly."""
    priors, forms = FORMS[name]
    check_round_trip(made(priors), forms=forms, centred=centred)


@pytest.mark.parametrize("name", KNOWN)
def test_draws_of_the_known_models_come_back(name):
    """So is that of each known model."""
    check_round_trip(KNOWN[name]().model)


@pytest.mark.parametrize(
    "walk",
    [
        "GaussianRandomWalk(sigma=wide, init_dist=Normal(mu=0, sigma=1))",
        "GaussianRandomWalk(sigma=wide, jump=0.1, jump_sigma=3, init_dist=Normal(mu=0, sigma=1))",
        "AR(rho=0.5, sigma=wide, init_dist=Normal(mu=0, sigma=1))",
    ],
)
@pytest.mark.parametrize("centred", [False, True])
def test_walks_come_back(walk, centred):
    """A walk's values follow from standard steps, or are coordinates themselves."""
    topic = make_topic(
        priors={"wide": "HalfNormal(sigma=1)", "level": {"per": "year", "prior": walk}},
        streams={"seen": "Normal(mu=level[year], sigma=1)"},
        rows={"seen": [{"value": 0.1, "from": OPENS + timedelta(days=400 * n), "to": OPENS + timedelta(days=400 * n)} for n in range(3)]},
    )
    check_round_trip(model_as_of(topic, date(2028, 1, 1)), centred=centred)


def test_pooled_priors_come_back():
    """A mixture comes back from its normal scores nearly, a log-odds pool from its values exactly."""
    book, problems = read_book(ROOT / "tests" / "books" / "pooled")
    assert problems == ()
    model = model_as_of(book.topics["war"], date(2026, 3, 1))
    assert {"scores", "flat"} <= {each.form for each in render_pymc_model(model).free}
    check_round_trip(model, within=0.01)


def check_round_trip(model, *, forms=None, centred=False, within=1e-6):
    """Take prior draws to the sampler's coordinates and back."""
    rendered = render_pymc_model(model, centred=centred)
    if forms is not None and not centred:
        assert tuple(each.form for each in rendered.free) == forms
    draws = prior_draws(model, rng=np.random.default_rng(1), draws=1_000)
    x = unconstrain_draws(model, rendered, draws.parameters)
    assert x.shape == (len(draws), rendered.size)
    finite = np.isfinite(x).all(axis=1)
    assert finite.mean() > 0.99
    back = _constrain_draws(model, rendered, x[finite])
    for free in rendered.free:
        columns = list(free.block.positions)
        want = np.asarray(draws.parameters[free.block.name])[finite][:, columns]
        assert back[free.block.name][:, columns] == pytest.approx(want, rel=within, abs=1e-9)


def beyond_a_threshold():
    """A model whose rows are possible only where its level is above 30, twice the prior's sd from its middle."""
    topic = make_topic(
        priors={"level": "Normal(mu=0, sigma=15)"},
        streams={"seen": "Poisson(mu=max(level - 30, 0))"},
        rows={"seen": [4, 6, 5]},
        questions={"high": "level > 35"},
    )
    return model_as_of(topic, AS_OF)


def level_density(point):
    """A density of one value that ends at 30, with its gradient."""
    with np.errstate(all="ignore"):
        return 15 * np.log(point[0] - 30) - 3 * point[0], np.array([15 / (point[0] - 30) - 3])


def test_points_are_farther_apart_than_the_draws_and_all_possible():
    """Twice as far from the mean where the density allows it, and never where it is zero."""
    model = beyond_a_threshold()
    posterior = condition_fast(model, Settings())
    points = overdispersed_starts(posterior, render_pymc_model(model), level_density, seed=1)
    assert points.shape == (512, 1)
    assert points.min() > 30
    spread = points.std() / posterior.sd("level")
    assert 1.5 < spread < 3
    assert len(np.unique(points)) > 500


def test_points_are_the_draws_themselves_where_nothing_farther_is_possible():
    """A density that ends at the outermost draws leaves these, and those inside move out."""
    model = beyond_a_threshold()
    posterior = condition_fast(model, Settings())
    middle = posterior.mean("level")

    def narrow(point):
        return (0.0 if abs(point[0] - middle) < 0.01 else -np.inf), np.zeros(1)

    points = overdispersed_starts(posterior, render_pymc_model(model), narrow, seed=1)
    assert 0 < len(points) < 512
    assert (np.abs(points - middle) < 0.01).all()


def test_there_are_no_points_where_no_draw_is_possible():
    """Then the chains have nowhere to start."""
    model = beyond_a_threshold()
    found = overdispersed_starts(condition_fast(model, Settings()), render_pymc_model(model), lambda _: (-np.inf, np.zeros(1)), seed=1)
    assert len(found) == 0
    assert STRETCHES[-1] == 1


def test_each_chain_has_a_start_of_its_own_and_the_same_again():
    """A chain's seed chooses its point."""

    @dataclass(frozen=True)
    class Compiled:
        initial_point_func: object = None

    points = np.arange(512.0)[:, None]
    start = with_starting_points(Compiled(), points).initial_point_func
    assert [start(seed)[0] for seed in range(4)] == [start(seed)[0] for seed in range(4)]
    assert len({start(seed)[0] for seed in range(40)}) > 35
    assert start(1).flags["C_CONTIGUOUS"]


@pytest.mark.slow
def test_nuts_starts_from_the_fast_engines_draws_where_it_finds_no_point():
    """Its own points are all impossible; with the fast engine's draws it finds the posterior, says where it started, and both agree."""
    model = beyond_a_threshold()
    with pytest.raises(CannotSample, match=r"^it found no point to start from or to go on from \(All initialization points failed\)$"):
        sample_nuts(model, seed=1)
    found = analyse(model.topic, AS_OF, Settings(draws=4_096), referee=True)
    assert (found.verdict.verdict, found.result.posterior.engine) == ("agreed", "importance")
    assert found.verdict.sentence.endswith("started from the fast engine's draws, so it may have missed what that missed.")
    one, other = (condition_nuts(model, Settings()) for _ in range(2))
    assert one.diagnostics.started_from == "importance"
    assert one.column("level").tobytes() == other.column("level").tobytes()


@pytest.mark.slow
def test_nuts_with_points_of_its_own_does_not_ask_the_fast_engine():
    """An ordinary model starts as ever."""

    def never():
        raise AssertionError("the fast engine was asked")

    found = sample_nuts(KNOWN["beta_binomial"]().model, seed=1, fast=never)
    assert (found.diagnostics.sound, found.diagnostics.started_from) == (True, "")


@pytest.mark.slow
def test_where_the_fast_engine_finds_nothing_either_the_failure_is_plain():
    """The message is NUTS's own."""
    model = beyond_a_threshold()

    def fails():
        raise Unsound(topic_problem(model.topic, (), "no draw has a density"))

    with pytest.raises(CannotSample, match="All initialization points failed"):
        sample_nuts(model, seed=1, fast=fails)
