"""Evidence that exists once: learnt from as the statement says, by both engines, and never added up or projected."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecast.book.hashes import numbers_hash
from forecast.book.topic import Topic
from forecast.inference.pymc.program import pymc_source
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from tests.support.building import make_topic
from tests.support.calibrating import least_uniform
from tests.support.programs import printed_by
from tests.support.small_books import book_of

pytestmark = pytest.mark.medium

SHAPE, RATE = 2.0, 4.0  # of the prior: events a year
TODAY = date(2026, 12, 31)  # two years of evidence
YEARS = 730 / 365.25
AHEAD = 365 / 365.25


def found_topic(value: float) -> Topic:
    """A rate of which it is known only whether anything has happened in two years, and a stream of the events to come."""
    return make_topic(
        priors={"rate": f"Gamma(alpha={SHAPE}, beta={RATE})"},
        streams={
            "found": {"value": "Bernoulli(p=1 - exp(-rate * years))", "once": True},
            "events": "Poisson(mu=rate * years)",
        },
        rows={"found": [{"from": date(2025, 1, 1), "to": TODAY, "value": value}]},
        questions={
            "rate_now": "rate",
            "any": {"answer": "total(events) >= 1", "since": date(2027, 1, 1), "by": date(2027, 12, 31)},
        },
        opens=date(2025, 1, 1),
    )


def laplace(time: float) -> float:
    """The prior mean of exp(-rate * time)."""
    return float((RATE / (RATE + time)) ** SHAPE)


def exact(value: float) -> tuple[float, float]:
    """The posterior mean of the rate, and the probability of an event in the next year."""
    mean, tilted = SHAPE / RATE, SHAPE / (RATE + YEARS) * laplace(YEARS)
    if value:
        evidence = 1 - laplace(YEARS)
        return (mean - tilted) / evidence, 1 - (laplace(AHEAD) - laplace(YEARS + AHEAD)) / evidence
    return tilted / laplace(YEARS), 1 - laplace(YEARS + AHEAD) / laplace(YEARS)


@pytest.mark.parametrize("engine", ["importance", pytest.param("nuts", marks=pytest.mark.slow)])
@pytest.mark.parametrize("value", [0.0, 1.0], ids=["nothing seen", "at least one"])
def test_the_posterior_is_the_exact_one(value: float, engine: Any):
    """Mean and prediction equal the closed form within four Monte Carlo errors: the stated ones or, for chains, those that the effective draws allow.

    A chain's stated error comes from 16 replicates and is known to a fifth; of 160 seeds of NUTS, differences divided by it had a root mean square of
    1.13, and one in 170 was 4.4.
    """
    result = analyse(found_topic(value), TODAY, Settings(engine=engine), referee=False).result
    answers, diagnostics = result.answers, result.posterior.diagnostics
    mean, chance = exact(value)
    rate, any_event = answers["rate_now"].value, answers["any"].value
    error = rate.mean_error
    if engine == "nuts":
        error = rate.sd / diagnostics.ess_bulk**0.5
        assert 0.3 < rate.mean_error / error < 3
    assert 1e-5 < error < 0.02
    assert abs(rate.mean - mean) < 4 * error
    assert 1e-4 < any_event.error < 0.03
    assert abs(any_event.value - chance) < 4 * any_event.error


def test_it_is_neither_added_up_nor_projected():
    """The stream has no simulated total and no future; the others have."""
    paths = analyse(found_topic(1.0), TODAY, Settings(engine="importance"), referee=False).result.paths
    assert "found" not in paths.starts
    assert "events" in paths.starts


def test_the_key_is_part_of_the_numbers():
    """Two topics that differ in `once` alone have other hashes; without it the hash is that of a topic that has no such key."""
    topic = found_topic(1.0)
    plain = replace(topic, streams={name: replace(stream, once=False) for name, stream in topic.streams.items()})
    assert numbers_hash(topic, as_of=TODAY) != numbers_hash(plain, as_of=TODAY)


@pytest.mark.slow
def test_the_exported_program_has_the_same_evidence():
    """The program that `forecast export --pymc` prints gives the exact posterior mean, to within a tenth of a standard deviation."""
    mean, sd = printed_by(pymc_source(model_as_of(found_topic(1.0), TODAY)))["rate"][:2]
    assert abs(mean - exact(1.0)[0]) < 0.1 * sd


@pytest.mark.slow
@pytest.mark.parametrize("replications", [60, pytest.param(240, marks=pytest.mark.study)])
def test_ranks_of_true_values_are_uniform(replications: int):
    """Posteriors mean what they say where a row is evidence that exists once, beside counted rows."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=2)", "seen": "Beta(alpha=2, beta=2)"},
        streams={
            "events": "Poisson(mu=rate * seen * years)",
            "found": {"value": "Bernoulli(p=1 - exp(-rate * years))", "once": True},
            "estimate": {"value": "LogNormal(mu=log(rate * years), sigma=0.4)", "once": True},
        },
        rows={
            "events": [{"from": date(2025 + at, 1, 1), "to": date(2025 + at, 12, 31), "value": 1} for at in range(3)],
            "found": [{"from": date(2025, 1, 1), "to": date(2027, 12, 31), "value": 1}],
            "estimate": [{"from": date(2025, 1, 1), "to": date(2027, 12, 31), "value": 2.0}],
        },
        questions={"now": "rate"},
    )
    worst = least_uniform(model_as_of(topic, date(2027, 12, 31)), replications=replications, rng=np.random.default_rng(20261128))
    assert worst.is_calibrated, worst


def messages(root: Path, *, keys: str, answer: str = "total(events) >= 1") -> list[str]:
    """What is wrong with a book whose second stream has these keys."""
    more = f'[streams.found]\nabout = "a paper"\nvalue = "Bernoulli(p=1 - exp(-rate * years))"\n{keys}\n'
    return [problem.message for problem in book_of(root, answer=answer, more=more)[1] if problem.level == "error"]


def test_a_book_says_so_with_one_key(tmp_path: Path):
    """`once = true` is read."""
    more = '[streams.found]\nabout = "a paper"\nvalue = "Bernoulli(p=1 - exp(-rate * years))"\nonce = true\n'
    book, problems = book_of(tmp_path, more=more)
    assert [problem for problem in problems if problem.level == "error"] == []
    assert {name: stream.once for name, stream in book.topics["made"].streams.items()} == {"events": False, "found": True}


@pytest.mark.parametrize(
    ("keys", "answer", "message"),
    [
        ("once = true\nwatched = true", "total(events) >= 1", "evidence that exists once is not watched for: quiet days say nothing of it"),
        ('once = true\nnext = {kind = "1"}', "total(events) >= 1", "evidence that exists once has no next row"),
        ("once = true", "total(found) >= 1", "the rows of `found` are evidence that exists once, which is not added up"),
        ('once = "yes"', "total(events) >= 1", "`once`"),
    ],
)
def test_what_does_not_go_with_it_is_an_error(keys: str, answer: str, message: str, tmp_path: Path):
    """Each mistake has its own message."""
    assert any(message in found for found in messages(tmp_path, keys=keys, answer=answer))
