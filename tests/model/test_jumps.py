"""Walks with jumps in a topic: against integration over a grid, both engines, exported programs, futures and calibration."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from forecast.book.hashes import numbers_hash
from forecast.book.topic import Topic
from forecast.inference.importance.fit import condition
from forecast.inference.importance.prior_sampling import prior_draws
from forecast.inference.pymc.program import pymc_source
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from tests.support.building import make_topic
from tests.support.calibrating import least_uniform
from tests.support.programs import printed_by

pytestmark = pytest.mark.medium

OPENS, TODAY = date(2010, 1, 1), date(2018, 6, 30)
SIGMA, JUMP, JUMP_SIGMA = 0.3, 0.15, 2.0
KNOWN_WALK = f"GaussianRandomWalk(sigma={SIGMA}, jump={JUMP}, jump_sigma={JUMP_SIGMA}, init_dist=Normal(mu=1, sigma=1.5))"
READINGS = (1.2, 0.9, 2.6)
ERROR = 0.5


def yearly(values: Any) -> list[dict[str, Any]]:
    """Rows of whole years from 2010 on."""
    return [{"from": date(2010 + k, 1, 1), "to": date(2010 + k, 12, 31), "value": value} for k, value in enumerate(values)]


def level_topic(**more: Any) -> Topic:
    """A level that may jump, read in each of three years with a known error."""
    given: dict[str, Any] = {
        "priors": {"level": {"prior": KNOWN_WALK, "per": "year"}},
        "streams": {"reading": f"Normal(mu=level[year], sigma={ERROR})"},
        "rows": {"reading": yearly(READINGS)},
        "questions": {
            "in_2016": {"answer": "level[year]", "by": date(2016, 12, 31)},
            "high": {"answer": "level[year] > 3", "by": date(2016, 12, 31)},
        },
        "opens": OPENS,
        "step": "year",
    }
    return make_topic(**{**given, **more})


def counts_topic(rows: tuple[int, ...] = (6, 9, 5, 7, 46, 51, 40, 44)) -> Topic:
    """Counts of eight years whose level drifts by little and jumps by an unknown amount, how often is unknown too."""
    walk = "GaussianRandomWalk(sigma=drift, jump=often, jump_sigma=far, init_dist=Normal(mu=2, sigma=0.5))"
    return make_topic(
        priors={
            "drift": "HalfNormal(sigma=0.2)",
            "often": "Beta(alpha=1, beta=9)",
            "far": "Gamma(mean=1.5, sd=0.5)",
            "level": {"prior": walk, "per": "year"},
        },
        streams={"events": "Poisson(mu=exp(level[year]) * years)"},
        rows={"events": yearly(rows)},
        questions={
            "many": {"answer": "total(events) >= 240", "by": date(2018, 12, 31)},
            "rate": {"answer": "exp(level[year])", "by": date(2019, 12, 31)},
        },
        opens=OPENS,
        step="year",
    )


def by_grid(readings: tuple[float, ...] = READINGS) -> tuple[Any, Any, Any, float]:
    """The grid, the density of each level given the readings, ``(levels, points)``, and the log evidence: SciPy's densities summed over a grid."""
    from scipy import stats

    x = np.linspace(-12, 15, 2_701)
    width = x[1] - x[0]
    apart = x[None, :] - x[:, None]
    step = ((1 - JUMP) * stats.norm.pdf(apart, 0, SIGMA) + JUMP * stats.norm.pdf(apart, 0, np.hypot(SIGMA, JUMP_SIGMA))) * width
    likelihood = [stats.norm.pdf(reading, x, ERROR) for reading in readings]
    forward = [stats.norm.pdf(x, 1, 1.5) * likelihood[0]]
    for each in likelihood[1:]:
        forward.append((forward[-1] @ step) * each)
    backward = [np.ones_like(x)]
    for each in likelihood[:0:-1]:
        backward.insert(0, step @ (each * backward[0]))
    densities = np.array([before * after for before, after in zip(forward, backward, strict=True)])
    evidence = densities[0].sum() * width
    return x, densities / (densities.sum(axis=1, keepdims=True) * width), step, float(np.log(evidence))


def test_evidence_and_posterior_of_three_steps_are_those_of_a_grid() -> None:
    """Log evidence, means, sds and the 5 and 95 % points of three levels are those of integration over a grid, within four errors."""
    x, densities, _, evidence = by_grid()
    posterior = condition(model_as_of(level_topic(), date(2012, 12, 31)), rng=np.random.default_rng(2))
    diagnostics = posterior.diagnostics
    assert diagnostics.sound, diagnostics.reason
    assert diagnostics.log_evidence_error < 0.01
    assert abs(diagnostics.log_evidence - evidence) <= 4 * diagnostics.log_evidence_error + 1e-9
    for index, density in enumerate(densities):
        share = density * (x[1] - x[0])
        mean, below = float(x @ share), np.cumsum(share)
        sd = float(np.sqrt((x - mean) ** 2 @ share))
        assert abs(posterior.mean("level", str(2010 + index)) - mean) < 4 * sd / np.sqrt(diagnostics.effective_size)
        assert posterior.sd("level", str(2010 + index)) == pytest.approx(sd, rel=0.04)
        for level in (0.05, 0.5, 0.95):
            (point,) = posterior.quantiles("level", (level,), str(2010 + index))
            error = np.sqrt(level * (1 - level) / diagnostics.effective_size)
            assert abs(np.interp(point, x, below - share / 2) - level) < 4 * error + 1e-3


def test_evidence_by_draws_of_the_prior_is_that_of_a_grid() -> None:
    """The mean likelihood of draws of the prior, which come from uniforms by quantiles of steps, is the evidence within four errors."""
    model = model_as_of(level_topic(), date(2012, 12, 31))
    likelihood = np.exp(model.log_likelihood(prior_draws(model, rng=np.random.default_rng(1), draws=200_000).parameters).sum(axis=1))
    ratio = likelihood / np.exp(by_grid()[3])
    error = ratio.std() / np.sqrt(len(ratio))
    assert error < 0.01
    assert abs(ratio.mean() - 1) < 4 * error


@pytest.mark.parametrize("readings", [READINGS, (1.2, 7.0, 6.5), (-3.0, 3.0, -3.0)])
def test_a_walk_read_with_normal_errors_is_placed_exactly(readings: tuple[float, ...]) -> None:
    """Where readings are normal and steps few, the fast engine's proposal is the posterior: all weights are equal."""
    topic = level_topic(rows={"reading": yearly(readings)})
    posterior = condition(model_as_of(topic, date(2012, 12, 31)), rng=np.random.default_rng(2))
    assert np.ptp(posterior.log_weight) < 1e-6
    assert posterior.diagnostics.log_evidence == pytest.approx(by_grid(readings)[3], abs=1e-6)


@pytest.mark.parametrize("engine", ["importance", pytest.param("nuts", marks=pytest.mark.slow)])
def test_future_steps_jump_too(engine: Any) -> None:
    """Four steps on, the level has the variance and the chances of the mixture's steps, which those of a single normal are not."""
    from scipy import stats

    x, densities, step, _ = by_grid()
    width = x[1] - x[0]
    density = densities[-1]
    for _ in range(4):
        density = density @ step
    mean = float(x @ density * width)
    variance = float((x - mean) ** 2 @ density * width)
    answers = analyse(level_topic(), date(2012, 12, 31), Settings(engine=engine), referee=False).result.answers
    level, high = answers["in_2016"].value, answers["high"].value
    assert abs(level.mean - mean) < 4 * level.mean_error
    assert level.sd**2 == pytest.approx(variance, rel=0.1)
    assert variance > 2.0
    chance = float(density[x > 3].sum() * width)
    assert abs(high.value - chance) < 4 * high.error
    assert abs(stats.norm.sf(3, mean, np.sqrt(variance)) - chance) > 4 * high.error


@pytest.mark.slow
def test_engines_agree_on_a_level_that_has_jumped() -> None:
    """The referee finds the engines agreed where drift, frequency and size of jumps are unknown, forecasts included."""
    analysis = analyse(counts_topic(), TODAY, Settings(), referee=True)
    assert analysis.result.posterior.engine == "importance"
    assert analysis.verdict is not None
    assert analysis.verdict.verdict == "agreed", analysis.verdict.sentence


@pytest.mark.slow
def test_the_exported_program_has_the_same_posterior() -> None:
    """The program of a topic with a jumping walk runs, and prints the means that the fast engine has."""
    model = model_as_of(counts_topic(), TODAY)
    program = pymc_source(model)
    assert "jumping_steps" in program
    printed = printed_by(program)
    posterior = condition(model, rng=np.random.default_rng(3))
    for name, label in (("drift", ""), ("often", ""), ("far", ""), ("level", "2013"), ("level", "2014"), ("level", "2017")):
        mean, sd = printed[f"{name}[{label}]" if label else name]
        assert abs(mean - posterior.mean(name, label)) < 4 * sd / np.sqrt(1000), name


@pytest.mark.slow
@pytest.mark.parametrize(
    "walk", ["GaussianRandomWalk(sigma={}, init_dist=Normal(mu=1, sigma=1.5))", KNOWN_WALK.replace("jump_sigma=2.0", "jump_sigma={}")]
)
def test_the_exported_program_of_a_walk_that_a_hypothesis_moves_runs(walk: str) -> None:
    """Where a width depends on a discrete parameter the program weighs the walk under each, and prints the fast engine's means and shares."""
    topic = level_topic(
        priors={
            "mode": "Categorical(quiet=0.5, wild=0.5)",
            "level": {"prior": walk.format("0.3 if mode == 'quiet' else 2"), "per": "year"},
        },
        questions={},
    )
    model = model_as_of(topic, date(2012, 12, 31))
    printed = printed_by(pymc_source(model))
    posterior = condition(model, rng=np.random.default_rng(3))
    mean, sd = printed["level[2012]"]
    assert abs(mean - posterior.mean("level", "2012")) < 4 * sd / np.sqrt(1000)
    quiet = float(posterior.weights @ (posterior.column("mode") == 0))
    assert printed["mode = quiet"][0] == pytest.approx(quiet, abs=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("centred", [False, True])
def test_the_density_in_pymc_is_the_prior(centred: bool) -> None:  # noqa: FBT001 - a test's case
    """The log density of the PyMC model differs from that of prior and rows by the Jacobian of its coordinates alone."""
    from forecast.inference.pymc.model import render_pymc_model
    from forecast.inference.pymc.nuts import _constrain_draws
    from forecast.model.priors import blocks

    model = model_as_of(level_topic(), date(2012, 12, 31))
    rendered = render_pymc_model(model, centred=centred)
    logp = rendered.pymc.compile_logp()
    (name,) = [variable.name for variable in rendered.pymc.value_vars]
    (block,) = blocks(model)
    for z in np.random.default_rng(1).normal(scale=2.5, size=(40, 3)):
        ours = _log_density(model, block, _constrain_draws(model, rendered, z[None]))
        jacobian = 0.0
        for index in range(3):
            wing = np.zeros(3)
            wing[index] = 1e-6
            up, down = (_constrain_draws(model, rendered, (z + side * wing)[None])["level"][0, index] for side in (1, -1))
            jacobian += np.log((up - down) / 2e-6)
        assert float(logp({name: z})) == pytest.approx(ours + jacobian, abs=1e-6)


def _log_density(model: Any, block: Any, parameters: Any) -> float:
    prior = block.log_density(model, parameters["level"], parameters)[0]
    return float(prior + model.log_likelihood(parameters).sum())


def test_another_share_of_jumps_is_another_model() -> None:
    """A change of `jump` or `jump_sigma`, or its absence, changes the hash of what moves numbers."""
    texts = (
        KNOWN_WALK,
        KNOWN_WALK.replace("jump=0.15", "jump=0.1"),
        KNOWN_WALK.replace("jump_sigma=2.0", "jump_sigma=3"),
        KNOWN_WALK.split(" jump=", maxsplit=1)[0] + " init_dist=Normal(mu=1, sigma=1.5))",
    )
    hashes = {numbers_hash(level_topic(priors={"level": {"prior": text, "per": "year"}}), as_of=TODAY) for text in texts}
    assert len(hashes) == len(texts)


def test_a_share_of_jumps_that_its_prior_takes_beyond_one_is_reported() -> None:
    """A parameter for `jump` whose prior goes below 0 stops the topic, and says how often."""
    topic = level_topic(
        priors={"often": "Normal(mu=0.1, sigma=0.1)", "level": {"prior": KNOWN_WALK.replace("jump=0.15", "jump=often"), "per": "year"}}
    )
    with pytest.raises(Unsound, match=r"is not a distribution at .* `jump` is -0\..* and must be between 0 and 1"):
        condition(model_as_of(topic, date(2012, 12, 31)), rng=np.random.default_rng(1))


def test_a_long_walk_with_jumps_is_sound() -> None:
    """Thirty years of counts with two jumps are enough for the fast engine, in steps from where the rows put the walk."""
    rng = np.random.default_rng(7)
    level = 2 + np.cumsum(0.1 * rng.standard_normal(30)) + np.repeat([0, 1.5, -0.5], 10)
    posterior = condition(model_as_of(counts_topic(tuple(rng.poisson(np.exp(level)))), date(2040, 6, 30)), rng=rng)
    assert posterior.diagnostics.sound, posterior.diagnostics.reason
    assert "by steps from where the rows put them" in posterior.diagnostics.coordinates
    assert np.diff([posterior.mean("level", str(year)) for year in (2019, 2020, 2029, 2030)])[[0, 2]] == pytest.approx([1.5, -2], abs=0.7)


ARRIVALS = (
    1142,
    1285,
    1898,
    1384,
    2028,
    2554,
    2803,
    2914,
    2402,
    2706,
    1502,
    1514,
    1397,
    1275,
    1418,
    1127,
    1137,
    1047,
    229,
    63,
    67,
    196,
    236,
    223,
)


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [1, pytest.param(3, marks=pytest.mark.study)])
def test_a_run_whose_weights_alone_are_heavy_is_kept(seeds: int) -> None:
    """Of a walk with jumps, whose other coordinates carry nothing, a run that lacks no draws is kept for the comparison with NUTS."""
    walk = "GaussianRandomWalk(sigma=drift, jump=often, jump_sigma=far, init_dist=Normal(p5=5.7, p95=7.2))"
    topic = make_topic(
        priors={
            "drift": "HalfNormal(sigma=0.5)",
            "often": "Beta(alpha=1, beta=12)",
            "far": "HalfNormal(sigma=1.5)",
            "steadiness": "LogNormal(median=30, factor=5)",
            "level": {"prior": walk, "per": "year"},
        },
        streams={"arrivals": "NegativeBinomial(mu=exp(level[year]) * years, alpha=steadiness * years)"},
        rows={"arrivals": yearly(ARRIVALS)},
        questions={},
        opens=OPENS,
        step="year",
    )
    for seed in range(seeds):
        diagnostics = condition(model_as_of(topic, date(2034, 6, 30)), rng=np.random.default_rng(seed)).diagnostics
        assert diagnostics.sound or diagnostics.heavy, diagnostics.reason
        assert diagnostics.effective_size > 5_000
        assert "by steps from where the rows put them" in diagnostics.coordinates


@pytest.mark.slow
@pytest.mark.parametrize("replications", [40, pytest.param(240, marks=pytest.mark.study)])
def test_walks_with_jumps_are_calibrated(replications: int) -> None:
    """Ranks of true values among posterior draws are uniform for a walk's levels, its drift, and how often and how far it jumps."""
    worst = least_uniform(model_as_of(counts_topic(), TODAY), replications=replications, rng=np.random.default_rng(20261129))
    assert worst.is_calibrated, worst
