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

from forecast.book.classes import count_column, is_counted
from forecast.book.reading import read_book
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


GONE = "(total(ends, sold) + total(ends, lost) == 0)"
CLASSES = {
    "shares": {
        "priors": {"share": "Dirichlet(left=2, right=3, other=0.7)"},
        "streams": {"votes": "Multinomial(n=asked, p=share)", "doors": "Categorical(p=share)"},
        "rows": {
            "votes": [{"value_left": asked, "value_right": 0, "value_other": 0, "asked": asked} for asked in (5, 12)],
            "doors": ["left"] * 3,
        },
    },
    "ordered": {
        "priors": {"liking": "Normal(mu=0, sigma=1)", "low": "Normal(mu=-1, sigma=1)", "gap": "LogNormal(p5=0.5, p95=4)"},
        "streams": {"moods": {"value": "OrderedLogistic(eta=liking * x, c1=low, c2=low + gap)", "classes": ("bad", "fair", "good")}},
        "rows": {"moods": [{"value": "bad", "x": x} for x in (-1, -0.5, 0, 0.5, 1, 2, 3)]},
    },
    "competing": {
        "priors": {"ageing": "Gamma(mean=1.5, sd=0.5)", "life": "LogNormal(p5=1, p95=8)", "early": "Gamma(mean=0.2, sd=0.1)"},
        "quantities": {
            "h_sold": f"weibull_hazard(ageing, life) * {GONE}",
            "h_lost": f"piecewise_hazard(early, 1, early * 2) * {GONE}",
            "h": "h_sold + h_lost",
            "per_hazard": "(1 - exp(-h)) / (h if h > 0 else 1)",
        },
        "streams": {"ends": "Categorical(none=exp(-h), sold=h_sold * per_hazard, lost=h_lost * per_hazard)"},
        "rows": {
            "ends": [
                {
                    "from": date(2022 + half // 2, 1 + 6 * (half % 2), 1),
                    "to": date(2022 + half // 2, 6 + 6 * (half % 2), 30),
                    "value": "none",
                }
                for half in range(8)
            ]
        },
        "opens": date(2022, 1, 1),
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CLASSES)
def test_ranks_are_uniform_for_classes_and_hazards_that_change(name):
    """The same of small topics with shares and counts, with ordered outcomes, and with competing events whose hazards change."""
    from scipy import stats

    ranks = _ranks(model_as_of(make_topic(**CLASSES[name]), AS_OF), np.random.default_rng(20261126))
    p_values = {value: stats.kstest(found, "uniform").pvalue for value, found in ranks.items()}
    worst = min(p_values, key=p_values.get)
    assert p_values[worst] > 0.01 / len(p_values), (worst, p_values[worst])


def _ranks(model, rng):
    """Ranks in (0, 1) of the true value of each parameter and label, one for each replication; ties are broken at random."""
    truths = prior_draws(model, rng=rng).resample(REPLICATIONS, rng)
    found = {}
    for index in range(REPLICATIONS):
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
                _row_of(stream, replace(row, id="", replaces="", known=row.end), value)
                for row, value in zip(model.records[name].rows, drawn[name][0], strict=True)
            ),
        )
        for name, stream in model.topic.streams.items()
    }
    return model_as_of(replace(model.topic, streams=streams), model.as_of)


def _row_of(stream, row, value):
    """A row with the value drawn for it: a number, a class's number, or counts of each class."""
    if not is_counted(stream):
        return replace(row, value=float(value))
    counts = {count_column(label): float(count) for label, count in zip(stream.classes, value, strict=True)}
    return replace(row, value=float(value.sum()), columns={**row.columns, **counts})
