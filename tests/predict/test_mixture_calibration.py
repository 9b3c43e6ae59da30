"""Simulation-based calibration of variants: where the variant, its parameter and the rows are drawn, weights are frequencies and ranks are uniform."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from forecast.book.topic import Topic, Variant
from forecast.inference.importance.engine import Budget
from forecast.inference.importance.fit import condition
from forecast.language import special
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.rival_weights import rival_weights
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.slow

SIMULATIONS, DAYS = 160, 4
WEIGHTS = {"base": 0.4, "bursts": 0.35, "fast": 0.25}
QUICK = Budget(enough=1_500, confirm=False)


def topic_with(rows: list[int]) -> Topic:
    """A topic with counts of some days, and two variants."""

    def made(value: str, prior: str) -> Topic:
        return make_topic(priors={"rate": prior}, streams={"seen": value}, rows={"seen": rows})

    poisson, bursts = "Poisson(mu=rate * days)", "NegativeBinomial(mu=rate * days, alpha=1 * days)"
    variants = {
        "bursts": Variant("bursts", WEIGHTS["bursts"], "So.", {}, made(bursts, "Gamma(alpha=2, beta=1)")),
        "fast": Variant("fast", WEIGHTS["fast"], "So.", {}, made(poisson, "Gamma(alpha=9, beta=1.5)")),
    }
    return replace(made(poisson, "Gamma(alpha=2, beta=1)"), variants=variants)


def simulated(rng: np.random.Generator) -> tuple[str, float, list[int]]:
    """A variant by its weight, a rate from its prior, and rows."""
    variant = str(rng.choice(list(WEIGHTS), p=list(WEIGHTS.values())))
    rate = rng.gamma(9, 1 / 1.5) if variant == "fast" else rng.gamma(2, 1)
    rates = rate * rng.gamma(1, 1, DAYS) if variant == "bursts" else np.full(DAYS, rate)
    return variant, float(rate), rng.poisson(rates).tolist()


def test_weights_are_frequencies_and_ranks_are_uniform():
    """Variants come about as often as their weights say, within each half of the weights too, and the rank of the rate in the mixture is uniform."""
    rng = np.random.default_rng(11)
    weights, truths, ranks = [], [], []
    for number in range(SIMULATIONS):
        variant, rate, rows = simulated(rng)
        topic, until = topic_with(rows), OPENS + timedelta(days=DAYS)
        posteriors = {
            name: condition(model_as_of(rival, until), rng=np.random.default_rng([number, 1]), budget=QUICK)
            for name, rival in topic.rivals.items()
        }
        mixed = rival_weights(topic, posteriors, Settings())
        weights.append([mixed.weight(name) for name in WEIGHTS])
        truths.append([name == variant for name in WEIGHTS])
        ranks.append(sum(mixed.weight(name) * float(its.weights @ (its.column("rate") < rate)) for name, its in posteriors.items()))
    stated, happened = np.array(weights), np.array(truths, dtype=float)
    for chosen in (stated >= 0, stated < np.median(stated, axis=0), stated >= np.median(stated, axis=0)):
        variance = (stated * (1 - stated) * chosen).sum(axis=0)
        assert (np.abs(((happened - stated) * chosen).sum(axis=0)) < 4 * np.sqrt(variance)).all()
    counts = np.histogram(ranks, bins=8, range=(0, 1))[0]
    statistic = ((counts - SIMULATIONS / 8) ** 2).sum() / (SIMULATIONS / 8)
    assert special.chdtrc(7, statistic) > 1e-4
