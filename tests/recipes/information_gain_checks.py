"""What the record taught, against the closed form."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from scipy.special import digamma, gammaln

from forecast.insight.baseline import baseline_of
from forecast.insight.information_gain import information_gain
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from tests.support.building import OPENS, make_topic


def test_the_gain_is_the_divergence_of_two_gammas():
    """Counts that add up to 15 in six days turn Gamma(2, 1) into Gamma(17, 7)."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": "Poisson(mu=rate * days)"},
        rows={"seen": [3.0, 0.0, 5.0, 2.0, 1.0, 4.0]},
        questions={"rate_now": "rate"},
    )
    analysis = analyse(topic, OPENS + timedelta(days=5), Settings(), referee=False)
    exact = 15 * digamma(17) - gammaln(17) + gammaln(2) + 2 * math.log(7) + 17 * (1 - 7) / 7
    assert information_gain(baseline_of(analysis)) == pytest.approx(exact / math.log(2), abs=0.05)
