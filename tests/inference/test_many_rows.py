"""Long records: the draws are as many and as good as those of short ones, and take no more memory."""

from __future__ import annotations

import tracemalloc
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest

from forecast.inference.importance.fit import condition
from forecast.inference.posterior import Posterior
from forecast.inference.pymc.nuts import sample_nuts
from forecast.model.coordinates import own_coordinates
from forecast.model.model import Model, model_as_of
from forecast.model.priors import blocks, hypotheses
from tests.support.building import make_topic

pytestmark = pytest.mark.medium

OPENS, AS_OF, DAYS = date(2000, 1, 1), date(2026, 1, 1), 9_000
PRIORS = {"middle": "Normal(mu=0, sigma=10)", "width": "HalfNormal(sigma=5)"}
MEBIBYTE = 2**20


def model_of(rows: list[dict[str, object]], statement: str = "Normal(mu=middle, sigma=width)", **priors: str) -> Model:
    """A model of one stream, seen on one day after another."""
    dated = [{"on": OPENS + timedelta(days=place % DAYS), **row} for place, row in enumerate(rows)]
    return model_as_of(make_topic(priors=PRIORS | priors, streams={"seen": statement}, rows={"seen": dated}, opens=OPENS), AS_OF)


def normal_rows(count: int) -> list[dict[str, object]]:
    """Rows of a Normal with mean 3 and width 2."""
    return [{"value": value} for value in np.random.default_rng(5).normal(3, 2, count).tolist()]


@cache
def conditioned(count: int) -> Posterior:
    """The fast engine's draws."""
    return condition(model_of(normal_rows(count)), rng=np.random.default_rng(1))


def exact_moments(values: np.ndarray) -> dict[str, tuple[float, float]]:
    """The mean and the sd of both parameters, over a grid."""
    n, mean, sd = len(values), values.mean(), values.std()
    middles = mean + sd / np.sqrt(n) * np.linspace(-7, 7, 401)[:, None]
    widths = sd * np.exp(np.linspace(-7, 7, 401) / np.sqrt(2 * n))
    squares = ((values - mean) ** 2).sum() + n * (middles - mean) ** 2
    height = (
        -n * np.log(widths) - squares / (2 * widths**2) - middles**2 / 200 - widths**2 / 50 + np.log(widths)
    )  # the grid is one of its log
    weight = np.exp(height - height.max())
    weight /= weight.sum()
    moments = {}
    for name, grid in (("middle", middles), ("width", widths)):
        centre = float((weight * grid).sum())
        moments[name] = centre, float(np.sqrt((weight * (grid - centre) ** 2).sum()))
    return moments


@pytest.mark.parametrize("count", [2_000, 10_000])
def test_posterior_of_a_long_record_is_the_exact_one(count: int) -> None:
    """Sound, with 10,000 effective draws, and means and sds within four errors of those over a grid."""
    posterior = conditioned(count)
    assert posterior.diagnostics.sound
    assert posterior.diagnostics.effective_size >= 10_000
    values = np.array([row["value"] for row in normal_rows(count)], dtype=float)
    for name, (mean, sd) in exact_moments(values).items():
        error = sd / np.sqrt(posterior.diagnostics.effective_size)
        assert posterior.mean(name) == pytest.approx(mean, abs=4 * error)
        assert posterior.sd(name) == pytest.approx(sd, abs=4 * error)


def test_number_of_effective_draws_does_not_depend_on_the_number_of_rows() -> None:
    """Ten and a hundred times as many rows give as many draws, within a tenth."""
    few, *many = (conditioned(count).diagnostics.effective_size for count in (1_000, 10_000, 100_000))
    assert many == pytest.approx([few, few], rel=0.1)


@pytest.mark.slow
def test_both_engines_agree_on_two_thousand_rows() -> None:
    """Means within four errors of each other, sds within a tenth."""
    fast, slow = conditioned(2_000), sample_nuts(model_of(normal_rows(2_000)), seed=1)
    assert slow.diagnostics.sound
    for name in PRIORS:
        error = fast.sd(name) / np.sqrt(min(fast.diagnostics.effective_size, slow.diagnostics.effective_size))
        assert slow.mean(name) == pytest.approx(fast.mean(name), abs=4 * error)
        assert slow.sd(name) == pytest.approx(fast.sd(name), rel=0.1)


def peak_of(work: object) -> float:
    """The most memory that a call takes beside what there was, in MiB."""
    tracemalloc.start()
    work()  # type: ignore[operator]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / MEBIBYTE


@pytest.mark.slow
def test_memory_of_conditioning_does_not_hold_draws_times_rows() -> None:
    """Of 200,000 rows one column takes 1.5 MiB, and draws by rows would take 15 GiB."""
    model = model_of(normal_rows(200_000))
    assert peak_of(lambda: condition(model, rng=np.random.default_rng(1))) < 60


def test_memory_of_rows_that_cannot_be_grouped_is_that_of_a_block() -> None:
    """Each with a covariate of its own, of which draws by rows would take 300 MiB."""
    x = np.random.default_rng(6).normal(size=20_000).tolist()
    regression = model_of(
        [{"value": value, "x": value} for value in x], "Normal(mu=middle + slope * x, sigma=width)", slope="Normal(mu=0, sigma=1)"
    )
    coordinates = own_coordinates(regression, blocks(regression), hypotheses(regression, blocks(regression))[0])
    points = np.random.default_rng(7).normal(size=(2_000, 3))
    assert len(regression.row_parts["seen"]) == 20
    assert peak_of(lambda: coordinates.total_log_likelihood(points)) < 30


def test_memory_of_blocks_of_the_log_likelihood_is_that_of_a_block() -> None:
    """Where the whole would take 900 MiB."""
    posterior = conditioned(10_000)
    assert peak_of(lambda: next(iter(posterior.log_likelihood_blocks()))) < 60
