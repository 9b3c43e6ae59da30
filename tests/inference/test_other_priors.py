"""Draws of NUTS weighed anew for a model that differs in its priors alone: against conjugate posteriors and their evidence."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from forecast.inference.importance.evidence import evidence_of
from forecast.inference.other_priors import weigh_under_other_priors
from forecast.inference.posterior import Diagnostics, Posterior
from forecast.model.model import Model, model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from tests.support.building import OPENS, make_topic

COUNTS = (3, 0, 5, 1, 7, 2, 9)
AS_OF = OPENS + timedelta(days=len(COUNTS) - 1)
TOTAL, DAYS, DRAWS = sum(COUNTS), len(COUNTS), 4_000


def model_of(alpha: float, beta: float) -> Model:
    """Counts by day under a Poisson whose rate has a Gamma prior."""
    topic = make_topic(
        priors={"rate": f"Gamma(alpha={alpha:g}, beta={beta:g})"},
        streams={"seen": "Poisson(mu=rate * days)"},
        rows={"seen": list(COUNTS)},
        questions={"high": "rate > 3"},
    )
    return model_as_of(topic, AS_OF)


def draws_of(alpha: float, beta: float, **diagnostics: object) -> Posterior:
    """Independent draws of the posterior, as four chains of NUTS would be."""
    rates = np.random.default_rng(2).gamma(alpha + TOTAL, 1 / (beta + DAYS), (DRAWS, 1))
    whole = Diagnostics("nuts", DRAWS, 3_000.0, sound=True, r_hat=1.0, ess_bulk=3_000.0, ess_tail=2_500.0, divergences=0)
    return Posterior(
        model_of(alpha, beta),
        "nuts",
        {"rate": rates},
        np.full(DRAWS, -np.log(DRAWS)),
        replace(whole, **diagnostics),
        4,  # type: ignore[arg-type]
    )


def log_evidence(alpha: float, beta: float) -> float:
    """The log evidence of the counts in closed form."""
    constant = -sum(math.lgamma(count + 1) for count in COUNTS)
    return constant + alpha * math.log(beta) - math.lgamma(alpha) + math.lgamma(alpha + TOTAL) - (alpha + TOTAL) * math.log(beta + DAYS)


def test_they_are_draws_of_the_other_posterior():
    """Mean, standard deviation and log evidence are those of the closed form within four errors; the effective draws are fewer, as the ratios say."""
    found = weigh_under_other_priors(draws_of(2, 1), model_of(9, 2))
    assert found is not None
    mean, size = (9 + TOTAL) / (2 + DAYS), found.diagnostics.effective_size
    sd = math.sqrt(9 + TOTAL) / (2 + DAYS)
    assert abs(found.mean("rate") - mean) < 4 * sd / math.sqrt(size)
    assert abs(found.sd("rate") - sd) < 4 * sd / math.sqrt(2 * size)
    left = 1 / float((found.weights**2).sum()) / DRAWS
    assert size == pytest.approx(left * 3_000)
    assert found.diagnostics.ess_tail == pytest.approx(left * 2_500)
    assert left < 0.95
    evidence = evidence_of(found, np.random.default_rng(1))
    assert abs(evidence.log - log_evidence(9, 2)) < 4 * evidence.error
    assert evidence.error < 0.02


def test_the_same_priors_change_nothing():
    """For a model with the same priors the weights stay even."""
    found = weigh_under_other_priors(draws_of(2, 1), model_of(2, 1))
    assert found is not None
    assert found.log_weight == pytest.approx(np.full(DRAWS, -np.log(DRAWS)))


@pytest.mark.parametrize(
    ("posterior", "other"),
    [
        (draws_of(2, 1), (900, 60)),  # where the draws hardly reach
        (draws_of(2, 1, ess_bulk=420.0, effective_size=420.0), (9, 2)),  # too few are left
        (draws_of(2, 1, sound=False), (9, 2)),
    ],
)
def test_draws_that_do_not_carry_are_refused(posterior: Posterior, other: tuple[float, float]):
    """Far priors, too few effective draws and chains that are not sound give nothing."""
    assert weigh_under_other_priors(posterior, model_of(*other)) is None


@pytest.mark.slow
def test_the_engines_are_compared_on_lent_draws():
    """A variant's referee uses draws of NUTS under the topic, and agrees; its published answer is the fast engine's own; a far prior makes NUTS run."""
    base, near, far = (model_of(*prior).topic for prior in ((2, 1), (9, 2), (900, 60)))
    lent = analyse(base, AS_OF, Settings(), referee=True, lends=True).lent
    assert lent.slow is not None
    for topic, borrowed in ((near, True), (far, False)):
        found = analyse(topic, AS_OF, Settings(), referee=True, weighs=True, lent=lent)
        assert (found.borrowed_draws, found.borrowed_nuts) == (borrowed, borrowed)
        assert found.verdict is not None
        assert found.verdict.verdict == "agreed"
        assert found.result.posterior.engine == "importance"
