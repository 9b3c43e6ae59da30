"""Answers as hubs exchange them: 23 quantiles, or the probability of each value where there are few."""

from __future__ import annotations

import math
from datetime import timedelta

import numpy as np
import pytest

from forecast.book.ledger_values import HUB_LEVELS
from forecast.content.topic import answer_content
from forecast.inference.monte_carlo import REPLICATES, ReplicatedCases, rank_cases
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from forecast.predict.answers import Dates
from forecast.predict.distribution import Distribution
from forecast.predict.exchanged import MOST_HUB_VALUES, HubDistribution, hub_distribution
from tests.support.building import OPENS, make_topic


def of(values: list[float], weights: list[float] | None = None) -> HubDistribution:
    """The distribution of weighted values."""
    given = np.array(values, dtype=float)
    shares = np.full(len(given), 1 / len(given)) if weights is None else np.array(weights)
    return hub_distribution(rank_cases(given, ReplicatedCases(shares, np.arange(len(given)) % REPLICATES, float(len(given)))))


def test_the_levels_are_those_of_the_hubs():
    """1, 2.5, 5, 10, ... 90, 95, 97.5 and 99 %."""
    assert [round(1000 * level) for level in HUB_LEVELS] == [10, 25, *range(50, 951, 50), 975, 990]


def test_few_values_have_their_probabilities():
    """In order, by their weights, and adding up to 1; a single one has all."""
    assert of([2, 0, 2, 1.5], [0.25, 0.25, 0.25, 0.25]) == HubDistribution((), ((0.0, 0.25), (1.5, 0.25), (2.0, 0.5)))
    assert of([7.0, 3.0, 7.0], [0.5, 0.0, 0.5]) == HubDistribution((), ((7.0, 1.0),))


def test_more_than_23_values_have_quantiles():
    """A quantile is the first value at which the weights up to it reach the level; at 23 values it is not needed yet."""
    assert len(of([float(value) for value in range(MOST_HUB_VALUES)]).probabilities) == MOST_HUB_VALUES
    found = of([float(value) for value in range(1, 1025)])
    assert found == HubDistribution(tuple(float(math.ceil(1024 * level)) for level in HUB_LEVELS), ())


@pytest.fixture(scope="module")
def contents() -> dict[str, dict]:
    """The values of answers as a report and the ledger have them: a level, a count, a count known already, and a day."""
    topic = make_topic(
        priors={"level": "Normal(mu=0, sigma=2)", "rate": "Gamma(alpha=2, beta=4)"},
        streams={"seen": {"value": "Poisson(mu=rate * months)", "watched": True}},
        rows={"seen": [{"from": OPENS, "to": OPENS + timedelta(days=30), "value": 2}]},
        questions={
            "level_now": "level",
            "more": {"answer": "total(seen)", "by": OPENS + timedelta(days=90), "since": OPENS + timedelta(days=31)},
            "before": {"answer": "total(seen)", "by": OPENS + timedelta(days=30)},
            "when": {"answer": "first(total(seen) >= 4)", "by": OPENS + timedelta(days=90)},
        },
    )
    analysis = analyse(topic, OPENS + timedelta(days=30), Settings(), referee=False)
    assert isinstance(analysis.result.answers["level_now"].value, Distribution)
    assert isinstance(analysis.result.answers["when"].value, Dates)
    return {name: answer_content(topic, answer)["value"] for name, answer in analysis.result.answers.items()}


def test_a_number_has_quantiles_that_are_the_published_points_where_levels_agree(contents):
    """The five points of a report are among the 23, which rise; a Normal's are where the closed form has them."""
    value = contents["level_now"]
    points = dict(zip(HUB_LEVELS, value["hub_quantiles"], strict=True))
    assert [points[level] for level in (0.05, 0.25, 0.5, 0.75, 0.95)] == list(value["quantiles"])
    assert [*points.values()] == sorted(points.values())
    assert points[0.99] == pytest.approx(2 * 2.3263, abs=0.2)
    assert points[0.025] == pytest.approx(-2 * 1.96, abs=0.2)
    assert "pmf" not in value


def test_a_count_of_few_values_has_its_mass_function(contents):
    """The mean of the mass function is the published mean; a settled count has all its mass at one value."""
    value = contents["more"]
    assert sum(value["pmf"]["y"]) == pytest.approx(1, abs=1e-5)
    assert np.dot(value["pmf"]["x"], value["pmf"]["y"]) == pytest.approx(value["mean"], abs=1e-4)
    assert "hub_quantiles" not in value
    assert contents["before"]["pmf"] == {"x": [2.0], "y": [1.0]}


def test_a_date_has_quantiles_and_none_where_later_than_the_deadline(contents):
    """The five points of a report are among the 23; as many are empty as the chance of never has it."""
    value = contents["when"]
    points = dict(zip(HUB_LEVELS, value["hub_quantiles"], strict=True))
    assert [points[level] for level in (0.05, 0.25, 0.5, 0.75, 0.95)] == value["quantiles"]
    assert [level for level in HUB_LEVELS if points[level] is None] == [level for level in HUB_LEVELS if level > 1 - value["not_by_then"]]
    days = [day for day in points.values() if day is not None]
    assert days == sorted(days)
    assert days
