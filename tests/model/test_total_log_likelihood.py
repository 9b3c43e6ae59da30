"""The log-likelihood of all rows together: from groups of equal arguments and in blocks, it is the plain sum over rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from forecast.book.topic import Topic
from forecast.language.arrays import Array
from forecast.model.errors import Unsound
from forecast.model.left_out import draws_beyond_floats
from forecast.model.model import Model, model_as_of
from forecast.model.overflow import StatementOverflow
from forecast.model.total_log_likelihood import total_log_likelihood
from tests.support.building import make_topic

AS_OF = date(2026, 1, 1)
RNG = np.random.default_rng(3)
A, B, C = (RNG.normal(size=(40, 1)) for _ in range(3))
DRAWS = {"a": A, "b": np.exp(B), "c": C, "p": 1 / (1 + np.exp(C))}
PRIORS = {"a": "Normal(mu=0, sigma=1)", "b": "LogNormal(mu=0, sigma=1)", "c": "Normal(mu=0, sigma=1)", "p": "Beta(alpha=1, beta=1)"}
PLACES = ["north", "south", "east"]
MEASURED = [float(x) for x in RNG.normal(5, 2, 60)]
COUNTED = [float(x) for x in RNG.poisson(3, 60)]
CLASSES = [["yes", "no", "never"][k] for k in RNG.integers(3, size=60)]


def topic_of(stream: Any, rows: list[Any], priors: Mapping[str, Any] = PRIORS, **more: Any) -> Topic:
    """A topic with one stream."""
    return make_topic(priors=priors, streams={"seen": stream}, rows={"seen": rows}, **more)


def with_columns(**columns: list[Any]) -> list[dict[str, Any]]:
    """Rows of columns, each as long as ``value``."""
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


WEATHER = [float(k % 4) for k in range(60)]
WHERE = [PLACES[k % 3] for k in range(60)]
PER_PLACE = {**PRIORS, "level": {"prior": "Normal(mu=a, sigma=1)", "per": "place"}}
LEVELS = RNG.normal(size=(40, 3))
LATER = {"price": {"points": [(date(2024, 12, 1), 2.0), (date(2025, 1, 20), 3.0)], "later": "b"}}
TOPICS: Mapping[str, tuple[Topic, int]] = {  # with the rows, or groups, that are worked out at each draw
    "equal arguments": (topic_of("Normal(mu=a, sigma=b)", MEASURED), 1),
    "without statistics, distinct values": (topic_of("NegativeBinomial(mu=b, alpha=2)", COUNTED), len(set(COUNTED))),
    "without statistics, all values different": (topic_of("StudentT(nu=4, mu=a, sigma=b)", MEASURED), 60),
    "a covariate of four values": (
        topic_of("Normal(mu=a + c * weather, sigma=b)", with_columns(value=MEASURED, weather=WEATHER)),
        4,
    ),
    "a covariate that is not used": (topic_of("Normal(mu=a, sigma=b)", with_columns(value=MEASURED, weather=MEASURED)), 1),
    "a covariate that is never twice the same": (
        topic_of("Normal(mu=a + c * weather, sigma=b)", with_columns(value=MEASURED, weather=MEASURED)),
        60,
    ),
    "labels": (topic_of("Normal(mu=level[place], sigma=b)", with_columns(value=MEASURED, place=WHERE), PER_PLACE), 3),
    "a label that is compared": (
        topic_of('Normal(mu=a if place == "north" else c, sigma=b)', with_columns(value=MEASURED, place=WHERE)),
        3,
    ),
    "a quantity of a covariate": (
        topic_of("Normal(mu=middle, sigma=b)", with_columns(value=MEASURED, weather=WEATHER), quantities={"middle": "a + c * weather"}),
        4,
    ),
    "a clock": (topic_of("Normal(mu=a + c * t, sigma=b)", MEASURED), 60),
    "totals": (topic_of("Poisson(mu=b + 0.1 * total(seen))", COUNTED), 60),
    "a series with what is later": (topic_of("Normal(mu=a + 0.01 * price, sigma=b)", MEASURED, series=LATER), 3),
    "classes": (topic_of("Categorical(yes=p, no=0.5 * (1 - p), never=0.5 * (1 - p))", CLASSES), 3),
    "counts of classes": (
        topic_of(
            "Multinomial(n=3, left=p, right=1 - p)",
            with_columns(value_left=[float(k % 4) for k in range(60)], value_right=[3.0 - k % 4 for k in range(60)]),
        ),
        4,
    ),
    "a log-odds chance": (topic_of("Bernoulli(p=expit(a))", [float(k % 2) for k in range(60)]), 2),
}


@pytest.fixture(params=["whole", "blocks"])
def _sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "blocks":
        monkeypatch.setattr("forecast.model.draw_blocks.CELLS_IN_CACHE", 50)
        monkeypatch.setattr("forecast.model.sufficient_statistics.ROWS_IN_PART", 7)


def plain_sum(model: Model, draws: Mapping[str, Array], near: Any = None) -> Array:
    """The sum over the rows of the matrix."""
    return np.broadcast_to(model.log_likelihood(draws, near=near), (40, model.row_count)).sum(axis=1)


def cells(model: Model) -> int:
    """How many densities, or sums of them, are worked out at each draw."""
    return sum(len(part.rows) for parts in model.row_parts.values() for _, part in parts)


@pytest.mark.usefixtures("_sizes")
@pytest.mark.parametrize("name", TOPICS)
def test_total_is_the_sum_over_rows(name: str) -> None:
    """To nine digits, however the rows are grouped; and rows are grouped where their arguments are equal."""
    topic, expected = TOPICS[name]
    model = model_as_of(topic, AS_OF)
    draws = {**DRAWS, "level": LEVELS} if "level" in topic.parameters else DRAWS
    np.testing.assert_allclose(total_log_likelihood(model, draws), plain_sum(model, draws), rtol=1e-9)
    assert cells(model) == expected


ENTERING: Mapping[str, tuple[Any, dict[str, Any]]] = {
    "weight": ({"weight": "0.5"}, {}),
    "reliability": ({"reliability": "p", "wrong": "Normal(mu=0, sigma=9)"}, {}),
    "origin": ({"reliability": "p", "wrong": "Normal(mu=0, sigma=9)"}, {"origin": "an agency"}),
    "range": ({}, {"value": None, "low": 1.0, "high": 3.0}),
}


@pytest.mark.usefixtures("_sizes")
@pytest.mark.parametrize("name", ENTERING)
def test_rows_that_enter_otherwise_than_by_their_densities_are_never_grouped(name: str) -> None:
    """One such row is enough; the sum is that of the rows one by one."""
    stream, row = ENTERING[name]
    given = [
        {k: v for k, v in ({"value": 2.0} | row).items() if v is not None},
        *[{"value": 2.0, **({"origin": "an agency"} if "origin" in row else {})}] * 9,
    ]
    model = model_as_of(topic_of({"value": "Normal(mu=a, sigma=b)", **stream}, given), AS_OF)
    assert model.row_parts == {"seen": ()}
    np.testing.assert_allclose(total_log_likelihood(model, DRAWS), plain_sum(model, DRAWS), rtol=1e-12)


def test_a_topic_without_rows_adds_nothing() -> None:
    """Zero at each draw."""
    model = model_as_of(topic_of("Normal(mu=a, sigma=b)", []), AS_OF)
    np.testing.assert_array_equal(total_log_likelihood(model, DRAWS), np.zeros(40))


INVALID: Mapping[str, tuple[str, list[float]]] = {
    "a width that is negative at some draws": ("Normal(mu=a, sigma=a)", MEASURED),
    "a chance above 1": ("Bernoulli(p=2 * p)", [1.0, 0.0] * 30),
    "an undefined argument": ("Normal(mu=log(a), sigma=b)", MEASURED),
    "a rate beyond floats": ("Poisson(mu=exp(1000 * a))", COUNTED),
    "at rows of some days": ("Normal(mu=a, sigma=0.1 - t)", MEASURED),
}


@pytest.mark.usefixtures("_sizes")
@pytest.mark.parametrize("name", INVALID)
def test_problems_are_those_of_the_plain_sum(name: str) -> None:
    """The same kind of error, with the same words, place and row."""
    model = model_as_of(topic_of(*INVALID[name]), AS_OF)
    with pytest.raises(Unsound) as plain:
        model.log_likelihood(DRAWS)
    with pytest.raises(Unsound) as total:
        total_log_likelihood(model, DRAWS)
    assert total.value.problems == plain.value.problems
    assert isinstance(total.value, StatementOverflow) == isinstance(plain.value, StatementOverflow)


@pytest.mark.usefixtures("_sizes")
@pytest.mark.parametrize("name", INVALID)
def test_far_from_the_prior_an_invalid_statement_is_impossible(name: str) -> None:
    """As in the plain sum, and possible draws have theirs."""
    model = model_as_of(topic_of(*INVALID[name]), AS_OF)
    near = np.zeros(40, dtype=bool)
    expected = plain_sum(model, DRAWS, near)
    assert np.isneginf(expected).any()
    np.testing.assert_allclose(total_log_likelihood(model, DRAWS, near=near), expected, rtol=1e-9)


@pytest.mark.usefixtures("_sizes")
def test_draws_beyond_floats_are_left_out_where_the_model_says_so() -> None:
    """They are impossible, and the others have their sums."""
    model = replace(model_as_of(topic_of(*INVALID["a rate beyond floats"]), AS_OF), beyond=0.01)
    np.testing.assert_allclose(total_log_likelihood(model, DRAWS), plain_sum(model, DRAWS), rtol=1e-9)


@pytest.mark.usefixtures("_sizes")
@pytest.mark.parametrize("name", INVALID)
def test_draws_beyond_floats_are_those_found_by_looking_at_every_row(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a statement that leaves the range of floats, and of those that are wrong for other reasons."""
    model = model_as_of(topic_of(*INVALID[name]), AS_OF)
    found = draws_beyond_floats(model, DRAWS)
    monkeypatch.setattr("forecast.model.left_out.draws_to_look_at", lambda *_: np.ones(40, dtype=bool))
    np.testing.assert_array_equal(found, draws_beyond_floats(model, DRAWS))
    assert found.any() == ("beyond floats" in name)


IMPOSSIBLE: Mapping[str, tuple[str, list[float]]] = {
    "a value that no argument allows": ("Gamma(alpha=b, beta=1)", [1.0, 1.0, -1.0, 2.0, 2.0, 2.0]),
    "half an event": ("Poisson(mu=b)", [1.0, 1.0, 0.5, 2.0]),
    "events where none can be at some draws": ("Poisson(mu=max(a, 0))", COUNTED),
    "a value out of bounds at some draws": ("Uniform(lower=0, upper=10 * b)", MEASURED),
    "squares beyond floats": ("Normal(mu=0, sigma=exp(-500 * p))", MEASURED),
}


def test_groups_that_are_impossible_by_their_ends_are_not_worked_out_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """As values beyond a bound at most draws of the prior."""
    model = model_as_of(topic_of(*IMPOSSIBLE["a value out of bounds at some draws"]), AS_OF)
    expected = plain_sum(model, DRAWS)

    def refuse(*_: object, **__: object) -> Array:
        raise AssertionError

    monkeypatch.setattr(Model, "log_likelihood", refuse)
    np.testing.assert_allclose(total_log_likelihood(model, DRAWS), expected, rtol=1e-9)


@pytest.mark.usefixtures("_sizes")
@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_impossible_rows_make_the_total_impossible(name: str) -> None:
    """At the same draws as in the plain sum."""
    model = model_as_of(topic_of(*IMPOSSIBLE[name]), AS_OF)
    expected = plain_sum(model, DRAWS)
    assert np.isneginf(expected).any()
    np.testing.assert_allclose(total_log_likelihood(model, DRAWS), expected, rtol=1e-9)
