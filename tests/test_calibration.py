"""Simulation-based calibration: the fast engine's posteriors mean what they say, on every topic of the book.

Draw parameters from the prior, draw the record's rows from them, condition on
those rows: the rank of the true value among the posterior's draws is uniform
(Talts, Betancourt, Simpson, Vehtari and Gelman 2018, arXiv:1804.06788).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from forecast.book.reading import read_book
from forecast.book.topic import Between
from forecast.inference.conditioning import condition, prior_draws
from forecast.inference.importance import Budget
from forecast.model.model import model_as_of
from forecast.predictive import predict_rows
from tests.building import make_topic

ROOT = Path(__file__).resolve().parent.parent
AS_OF = date(2026, 10, 12)
REPLICATIONS = 120
RANKS = 99  # posterior draws a true value is ranked among
TOPICS = ("arrivals", "loyalty", "punishment", "return", "route")


@pytest.mark.slow
@pytest.mark.parametrize("name", TOPICS)
def test_ranks_of_true_values_are_uniform(name):
    """For every parameter of a topic the ranks pass a Kolmogorov-Smirnov test at 1 % over all its parameters together."""
    from scipy import stats

    book, problems = read_book(ROOT, [name])
    assert problems == ()
    ranks = _ranks(model_as_of(book.topics[name], AS_OF), np.random.default_rng(20261123))
    p_values = {value: stats.kstest(found, "uniform").pvalue for value, found in ranks.items()}
    worst = min(p_values, key=p_values.get)
    assert p_values[worst] > 0.01 / len(p_values), (worst, p_values[worst])


@pytest.mark.slow
def test_ranks_are_uniform_where_rows_are_ranges_and_reports_that_may_be_wrong():
    """Ranges, and reports of shared origins of which some are wrong and some copies, leave posteriors calibrated."""
    from scipy import stats

    reports = [*[(1, "wire")] * 8, (2, "wire"), *((day, "radio") for day in range(3, 9)), (9, "")]
    topic = make_topic(
        priors={"rate": "Gamma(alpha=3, beta=0.3)", "right": "Beta(alpha=2, beta=2)"},
        streams={
            "told": {"value": "Poisson(mu=rate)", "reliability": "right", "wrong": "NegativeBinomial(mu=20, alpha=1)"},
            "seen": "Poisson(mu=2 * rate)",
        },
        rows={
            "told": [{"value": 1, "on": date(2025, 1, day), "origin": origin} for day, origin in reports],
            "seen": [{"low": 0, "high": 4, "on": date(2025, 2, day)} for day in (1, 2)],
        },
    )
    ranks = _ranks(model_as_of(topic, AS_OF), np.random.default_rng(20261126), replications=4 * REPLICATIONS)
    assert min(stats.kstest(found, "uniform").pvalue for found in ranks.values()) > 0.01 / len(ranks)


def _bin(value):
    """The five whole numbers among which a value is told to be."""
    return Between(5 * (value // 5), 5 * (value // 5) + 4)


def _ranks(model, rng, replications=REPLICATIONS):
    """Ranks in (0, 1) of the true value of each parameter and label, one for each replication; ties are broken at random."""
    truths = prior_draws(model, rng=rng).resample(replications, rng)
    found = {}
    for index in range(replications):
        truth = {name: values[index : index + 1] for name, values in truths.items()}
        posterior = condition(_imagined(model, truth, rng), rng=rng, budget=Budget(enough=500))
        draws = posterior.resample(RANKS, rng)
        for name, values in truth.items():
            for position in range(values.shape[1]):
                below = (draws[name][:, position] < values[0, position]).sum()
                ties = (draws[name][:, position] == values[0, position]).sum()
                rank = below + rng.integers(ties + 1)
                found.setdefault((name, position), []).append((rank + rng.random()) / (RANKS + 1))
    return found


def _imagined(model, truth, rng):
    """The model with the rows it has, their values drawn from the truth."""
    drawn = predict_rows(model, truth, rng)
    streams = {
        name: replace(
            stream,
            rows=tuple(
                replace(row, value=float(value), id="", replaces="", known=row.end, between=_bin(value) if row.between else None)
                for row, value in zip(model.records[name].rows, drawn[name][0], strict=True)
            ),
        )
        for name, stream in model.topic.streams.items()
    }
    return model_as_of(replace(model.topic, streams=streams), model.as_of)
