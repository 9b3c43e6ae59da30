"""How rows enter the likelihood: ranges, weights, reports that may be wrong, copies."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forecast.model.model import model_as_of
from forecast.model.unsound import Unsound
from tests.building import make_topic

AS_OF = date(2025, 12, 31)
RATES = np.array([[0.5], [3.0], [40.0]])


def likelihood(stream, rows, **parameters):
    """The log-likelihood ``(draws, rows)`` of a stream's rows at given parameters, whose priors do not matter."""
    topic = make_topic(priors=dict.fromkeys(parameters, "Normal(mu=0, sigma=1)"), streams={"seen": stream}, rows={"seen": rows})
    return model_as_of(topic, AS_OF).log_likelihood(parameters)


def test_a_range_of_counts_has_both_ends():
    """P(low <= X <= high) of counts includes both ends, and either may be missing."""
    rows = [{"low": 2, "high": 4}, {"low": 60}, {"high": 1}, 3]
    from scipy import stats

    masses = stats.poisson(RATES).pmf(np.arange(400))
    expected = [masses[:, 2:5].sum(axis=1), masses[:, 60:].sum(axis=1), masses[:, :2].sum(axis=1), masses[:, 3]]
    np.testing.assert_allclose(likelihood("Poisson(mu=rate)", rows, rate=RATES), np.log(np.stack(expected, axis=1)), rtol=1e-9)


def test_a_time_that_has_not_come_is_a_survival():
    """A waiting time known only to exceed 3 has the log survival, exp(-3 rate) of an exponential, however far out."""
    found = likelihood("Exponential(lam=rate)", [{"low": 3}, {"low": 1, "high": 2}], rate=RATES)
    expected = np.concatenate([-3 * RATES, np.log(np.exp(-RATES) - np.exp(-2 * RATES))], axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_a_total_that_a_range_leaves_open_is_refused_in_a_likelihood():
    """A row whose statement needs the total of a stream with a range before it is refused, and says which range."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=1, beta=1)"},
        streams={"taken": "Poisson(mu=rate)", "sent": "Poisson(mu=rate * (total(taken) > 0))"},
        rows={"taken": [{"low": 100, "on": date(2025, 1, 1)}], "sent": [{"value": 1, "on": date(2025, 2, 1)}]},
    )
    with pytest.raises(Unsound) as refused:
        model_as_of(topic, AS_OF)
    message = refused.value.problems[0].message
    assert message == "the statement needs `total(taken)` before this row, and line 2 of taken.csv is a range"
