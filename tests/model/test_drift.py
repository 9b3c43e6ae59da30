"""Parameters that walk from step to step: against Kalman's closed form, PyMC, and calibration."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy import special

from forecast.book.calendar import step_index, step_labels
from forecast.book.topic import Topic
from forecast.inference.importance.fit import condition
from forecast.language.distributions.families import family_for
from forecast.language.statements import parse_statement
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from forecast.predict.answers import answers, paths_for
from forecast.predict.paths import simulate
from tests.support.building import make_topic
from tests.support.calibrating import least_uniform
from tests.support.programs import printed_by

pytestmark = pytest.mark.medium

OPENS = date(2010, 1, 1)
READINGS = (1.2, 0.7, 1.9, 2.4, 2.2, 3.5, 3.1, 2.0)
YEARS = tuple(range(2010, 2010 + len(READINGS)))


def yearly(values: Any) -> list[dict[str, Any]]:
    """Rows of whole years from 2010 on."""
    return [{"from": date(2010 + k, 1, 1), "to": date(2010 + k, 12, 31), "value": value} for k, value in enumerate(values)]


def level_topic(prior: str, **more: Any) -> Topic:
    """A level that is read once a year, with a known error of 0.5."""
    given: dict[str, Any] = {
        "priors": {"level": {"prior": prior, "per": "year"}},
        "streams": {"reading": "Normal(mu=level[year], sigma=0.5)"},
        "rows": {"reading": yearly(READINGS)},
        "questions": {"in_2020": {"answer": "level[year]", "by": date(2020, 12, 31)}},
        "opens": OPENS,
        "step": "year",
    }
    return make_topic(**{**given, **more})


def smoothed(factor: float, added: float, sigma: float, first: tuple[float, float]) -> tuple[Any, Any, float]:
    """Mean and covariance of the level given the readings, and the log evidence, by the joint normal distribution."""
    count = len(READINGS)
    mean, loads = np.zeros(count), np.zeros((count, count))
    mean[0], loads[0, 0] = first
    for index in range(1, count):
        mean[index] = factor * mean[index - 1] + added
        loads[index] = factor * loads[index - 1]
        loads[index, index] = sigma
    prior = loads @ loads.T
    seen = prior + 0.25 * np.eye(count)
    gain = prior @ np.linalg.inv(seen)
    apart = np.array(READINGS) - mean
    evidence = -0.5 * (apart @ np.linalg.solve(seen, apart) + np.linalg.slogdet(seen)[1] + count * np.log(2 * np.pi))
    return mean + gain @ apart, prior - gain @ prior, float(evidence)


WALKS = {
    "GaussianRandomWalk(mu=0.1, sigma=0.6, init_dist=Normal(mu=1, sigma=1.5))": (1.0, 0.1, 0.6, (1.0, 1.5)),
    "AR(rho=0.7, sigma=0.8, init_dist=Normal(mu=1, sigma=1.5))": (0.7, 0.0, 0.8, (1.0, 1.5)),
}


@pytest.mark.parametrize("prior", WALKS)
def test_a_level_read_with_known_errors_is_kalmans(prior: str) -> None:
    """Means, sds and log evidence of a walk are those of the joint normal distribution, within four errors."""
    mean, covariance, evidence = smoothed(*WALKS[prior])
    posterior = condition(model_as_of(level_topic(prior), date(2018, 6, 30)), rng=np.random.default_rng(2))
    assert posterior.diagnostics.sound
    assert abs(posterior.diagnostics.log_evidence - evidence) <= 4 * posterior.diagnostics.log_evidence_error + 1e-6
    sds = np.sqrt(np.diag(covariance))
    for index, year in enumerate(YEARS):
        found = posterior.mean("level", str(year)), posterior.sd("level", str(year))
        error = sds[index] / np.sqrt(posterior.diagnostics.effective_size)
        np.testing.assert_allclose(found, (mean[index], sds[index]), atol=4 * error)


@pytest.mark.parametrize("prior", WALKS)
def test_a_level_is_carried_on_beyond_the_record(prior: str) -> None:
    """The level three years after the last reading has the mean and sd of the walk carried on from there."""
    factor, added, sigma, _ = WALKS[prior]
    mean, covariance, _ = smoothed(*WALKS[prior])
    middle, variance = mean[-1], covariance[-1, -1]
    for _ in range(3):
        middle, variance = factor * middle + added, factor**2 * variance + sigma**2
    answer = analyse(level_topic(prior), date(2018, 6, 30), Settings(), referee=False).result.answers["in_2020"].value
    assert abs(answer.mean - middle) < 4 * answer.mean_error
    assert answer.sd == pytest.approx(np.sqrt(variance), rel=0.05)


def test_what_is_no_walk_gives_each_new_step_a_value_of_its_own() -> None:
    """A prior without a walk, per year, is drawn anew for years beyond the record, whatever the last one was."""
    topic = level_topic("Normal(mu=5, sigma=2)")
    model = model_as_of(topic, date(2018, 6, 30))
    posterior = condition(model, rng=np.random.default_rng(1))
    paths = paths_for(model, posterior.resample(20_000, np.random.default_rng(2)), np.random.default_rng(3))
    level = paths.parameters["level"]
    assert level.shape == (20_000, 11)
    assert abs(level[:, 10].mean() - 5) < 4 * 2 / np.sqrt(20_000)
    assert level[:, 10].std() == pytest.approx(2, rel=0.02)
    assert abs(np.corrcoef(level[:, 9], level[:, 10])[0, 1]) < 0.03


def test_a_walk_may_go_over_labels_in_their_order() -> None:
    """Over a text column a walk has the posterior that it has over years."""
    prior = next(iter(WALKS))
    rows = [{**row, "wave": f"wave_{index}"} for index, row in enumerate(yearly(READINGS))]
    topic = level_topic(
        prior,
        priors={"level": {"prior": prior, "per": "wave"}},
        streams={"reading": "Normal(mu=level[wave], sigma=0.5)"},
        rows={"reading": rows},
        questions={},
    )
    mean, covariance, _ = smoothed(*WALKS[prior])
    posterior = condition(model_as_of(topic, date(2018, 6, 30)), rng=np.random.default_rng(2))
    error = np.sqrt(covariance[3, 3] / posterior.diagnostics.effective_size)
    assert abs(posterior.mean("level", "wave_3") - mean[3]) < 4 * error


def test_a_future_in_finer_steps_reads_the_level_of_its_own_year() -> None:
    """With the future cut into months, counts of a year arise from that year's rate."""
    topic = make_topic(
        priors={"level": {"prior": "GaussianRandomWalk(sigma=0.4, init_dist=Normal(mu=3, sigma=0.1))", "per": "year"}},
        streams={"events": "Poisson(mu=exp(level[year]) * years)"},
        rows={"events": yearly([20])},
        opens=OPENS,
        step="month",
    )
    model = model_as_of(topic, date(2011, 1, 1))
    posterior = condition(model, rng=np.random.default_rng(1))
    paths = simulate(model, posterior.resample(40_000, np.random.default_rng(2)), np.random.default_rng(3), until=date(2012, 12, 31))
    by_year = [paths.through("events", date(year, 12, 31))[:, 0] for year in (2010, 2011, 2012)]
    for index in (1, 2):
        counts, rates = by_year[index] - by_year[index - 1], np.exp(paths.parameters["level"][:, index])
        days = 365 if index == 1 else 366
        ratio = (counts - rates * days / 365.25) / np.sqrt(rates)
        assert abs(ratio.mean()) < 4 / np.sqrt(len(ratio))
        assert ratio.std() == pytest.approx(1, rel=0.02)


def test_first_knows_when_a_level_passes_a_threshold() -> None:
    """The chance that a driftless walk is above its last value's neighbourhood by a year grows with the years, and `first` has it."""
    topic = level_topic(
        "GaussianRandomWalk(sigma=0.6, init_dist=Normal(mu=1, sigma=1.5))",
        questions={
            "when": {"answer": "first(level[year] > 4)", "by": date(2025, 12, 31), "since": date(2019, 1, 1)},
            "by_then": {"answer": "level[year] > 4", "by": date(2019, 12, 31)},
        },
    )
    model = model_as_of(topic, date(2018, 6, 30))
    posterior = condition(model, rng=np.random.default_rng(4))
    draws = posterior.resample(20_000, np.random.default_rng(5))
    found = answers(posterior, paths_for(model, draws, np.random.default_rng(6)), np.random.default_rng(7))
    at_first = dict(found["when"].value.monthly)[date(2019, 12, 31)]
    assert abs(at_first - found["by_then"].value.value) < 4 * np.sqrt(2) * found["by_then"].value.error
    assert found["when"].value.not_by_then < 1 - at_first
    assert found["by_then"].status == "open"


def test_calendar_steps_have_the_labels_people_use() -> None:
    """Years, quarters, months, weeks and days are named as in ISO dates, and counted from the topic's first day."""
    first, last = date(2025, 11, 20), date(2026, 2, 3)
    assert step_labels("year", first, last) == ("2025", "2026")
    assert step_labels("quarter", first, last) == ("2025-Q4", "2026-Q1")
    assert step_labels("month", first, last) == ("2025-11", "2025-12", "2026-01", "2026-02")
    assert step_labels("week", first, date(2025, 12, 1)) == ("2025-11-17", "2025-11-24", "2025-12-01")
    assert step_labels("day", first, date(2025, 11, 21)) == ("2025-11-20", "2025-11-21")
    assert [step_index(step, first, last) for step in ("year", "quarter", "month", "week", "day")] == [1, 1, 3, 11, 75]


COUNTS = {
    "priors": {
        "drift": "HalfNormal(sigma=0.4)",
        "hold": "Beta(mean=0.7, strength=10)",
        "level": {"prior": "GaussianRandomWalk(sigma=drift, init_dist=Normal(mu=2, sigma=0.5))", "per": "year"},
        "mood": {"prior": "AR(rho=hold, sigma=0.3, init_dist=Normal(mu=0, sigma=0.5))", "per": "year"},
    },
    "streams": {"events": "Poisson(mu=exp(level[year]) * years)", "tone": "Normal(mu=mood[year], sigma=0.2)"},
    "rows": {"events": yearly([6, 9, 5, 12, 16, 11, 20, 24]), "tone": yearly([0.3, 0.1, -0.4, -0.3, 0.2, 0.4, 0.5, 0.1])},
    "questions": {
        "many": {"answer": "total(events) >= 130", "by": date(2018, 12, 31)},
        "rate": {"answer": "exp(level[year])", "by": date(2019, 12, 31)},
    },
    "opens": OPENS,
    "step": "year",
}


@pytest.mark.slow
def test_engines_agree_on_walks_with_unknown_steps() -> None:
    """The referee finds the engines agreed on a random walk and an autoregression whose sd and factor are unknown, forecasts included."""
    analysis = analyse(make_topic(**COUNTS), date(2018, 6, 30), Settings(), referee=True)
    assert analysis.result.posterior.engine == "importance"
    assert analysis.verdict is not None
    assert analysis.verdict.verdict == "agreed", analysis.verdict.sentence


@pytest.mark.slow
def test_the_exported_program_has_the_same_posterior() -> None:
    """The program of a topic with both kinds of walk runs, and prints the means that the fast engine has."""
    from forecast.inference.pymc.program import pymc_source

    model = model_as_of(make_topic(**COUNTS), date(2018, 6, 30))
    printed = printed_by(pymc_source(model))
    posterior = condition(model, rng=np.random.default_rng(3))
    for name, label in (("drift", ""), ("hold", ""), ("level", "2013"), ("mood", "2017")):
        mean, sd = printed[f"{name}[{label}]" if label else name]
        assert abs(mean - posterior.mean(name, label)) < 4 * sd / np.sqrt(1000), name


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["GaussianRandomWalk", "AR"])
def test_log_density_is_pymcs(kind: str) -> None:
    """A walk's log density at random values and arguments is PyMC's to 1e-9."""
    import pymc as pm

    rng = np.random.default_rng(1)
    for _ in range(20):
        own = (
            {"mu": rng.normal(), "sigma": rng.exponential()}
            if kind == "GaussianRandomWalk"
            else {"rho": rng.normal(), "sigma": rng.exponential()}
        )
        mean, sd = rng.normal(), rng.exponential()
        values = rng.normal(size=6).cumsum()
        statement = parse_statement(f"{kind}({', '.join(f'{name}=0' for name in own)}, init_dist=Normal(mu=0, sigma=1))")
        ours = family_for(statement).log_density(values[None], **own, **{"init_dist.mu": mean, "init_dist.sigma": sd}).sum()
        if kind == "AR":
            theirs = pm.AR.dist(rho=[own["rho"]], sigma=own["sigma"], init_dist=pm.Normal.dist(mean, sd, shape=1), ar_order=1, steps=5)
        else:
            theirs = pm.GaussianRandomWalk.dist(**own, init_dist=pm.Normal.dist(mean, sd), steps=5)
        np.testing.assert_allclose(ours, pm.logp(theirs, values).eval().sum(), rtol=1e-9, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("replications", [50, pytest.param(200, marks=pytest.mark.study)])
def test_walks_are_calibrated(replications: int) -> None:
    """Ranks of true values among posterior draws are uniform for walks, their unknown steps, and the forecast of their future."""
    model = model_as_of(make_topic(**COUNTS), date(2018, 6, 30))
    worst = least_uniform(model, replications=replications, rng=np.random.default_rng(20261126))
    assert worst.is_calibrated, worst


def test_quantiles_of_a_walk_follow_one_another() -> None:
    """A walk's values from uniforms are the running sums of its steps, and its distribution function takes them back."""
    kind = family_for(parse_statement("GaussianRandomWalk(mu=0, sigma=1, init_dist=Normal(mu=0, sigma=1))"))
    arguments: Mapping[str, Any] = {"mu": 0.5, "sigma": np.array([[1.0], [2.0]]), "init_dist.mu": 3.0, "init_dist.sigma": 0.1}
    uniforms = np.array([[0.5, 0.9, 0.2], [0.1, 0.5, 0.7]])
    values = kind.quantile(uniforms, **arguments)
    steps = 0.5 + np.array([[1.0], [2.0]]) * special.ndtri(uniforms[:, 1:])
    np.testing.assert_allclose(np.diff(values, axis=1), steps)
    np.testing.assert_allclose(values[:, 0], 3 + 0.1 * special.ndtri(uniforms[:, 0]))
    np.testing.assert_allclose(kind.distribution(values, **arguments), uniforms)
