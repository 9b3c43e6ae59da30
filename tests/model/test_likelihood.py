"""How rows enter the likelihood: ranges, weights, reports that may be wrong, copies."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from tests.support.building import make_topic

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


def test_a_weight_is_the_power_of_a_row_s_likelihood():
    """A row's log-likelihood is multiplied by its weight, which halves with two years of age; at weight 0 it is left out, impossible or not."""
    stream = {"value": "Poisson(mu=rate)", "weight": "keep * 0.5 ** (age / 2)"}
    rows = [{"value": 3, "keep": 1, "on": AS_OF}, {"value": 3, "keep": 1, "on": date(2023, 12, 31)}, {"value": 3, "keep": 0, "on": AS_OF}]
    rates = np.array([[3.0], [0.0]])
    found = likelihood(stream, rows, rate=rates)
    one = np.log(3**3 * np.exp(-3) / 6)
    np.testing.assert_allclose(found[0], [one * 0.5 ** (731 / 365.25 / 2), one, 0.0], rtol=1e-12)  # rows stand in the order of their days
    np.testing.assert_array_equal(found[1], [-np.inf, -np.inf, 0.0])


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ("1 - age", "the weight of this row is -1.00137, which is negative"),
        ("2 ** age", "the weight of this row is 4.0038, above 1"),
        ("log(1 - age)", "the weight of this row is not a number"),
    ],
)
def test_a_weight_that_no_row_can_have_is_refused_at_its_row(weight, message):
    """Negative weights, weights above 1 and what is no number are refused, at the row that has them."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=1, beta=1)"},
        streams={"seen": {"value": "Poisson(mu=rate)", "weight": weight}},
        rows={"seen": [{"value": 1, "on": date(2023, 12, 31)}]},
    )
    with pytest.raises(Unsound) as refused:
        model_as_of(topic, AS_OF)
    (problem,) = refused.value.problems
    assert (problem.message, problem.place.line) == (message, 2)


REPORTS = {"value": "Poisson(mu=rate)", "reliability": "right", "wrong": "Poisson(mu=9)"}


def test_reports_of_one_origin_are_right_or_wrong_together():
    """The rows of one origin sum to log(r Π f + (1 - r) Π g), by the chain rule; those of others to log(r f + (1 - r) g) each."""
    from scipy import stats

    rows = [{"value": 2, "origin": "wire"}, {"value": 7, "origin": "other"}, {"value": 4, "origin": "wire"}, 1]
    rates, right = np.array([[2.0], [5.0]]), np.array([[0.8], [0.3]])
    found = likelihood(REPORTS, rows, rate=rates, right=right)

    def joint(*values):
        return np.log(
            right * np.prod(stats.poisson(rates).pmf(values), axis=1, keepdims=True) + (1 - right) * np.prod(stats.poisson(9).pmf(values))
        )[:, 0]

    expected = [joint(2), joint(7), joint(2, 4) - joint(2), joint(1)]
    np.testing.assert_allclose(found, np.stack(expected, axis=1), rtol=1e-12)


def test_copies_count_once():
    """Reports of one origin about the same days add nothing to the first, with and without a reliability; about other days they do."""
    wire = {"value": 2, "origin": "wire", "on": date(2025, 3, 1)}
    for stream in (REPORTS, "Poisson(mu=rate)"):
        found = likelihood(stream, [wire, wire, wire], rate=np.array([[3.0]]), right=np.array([[0.7]]))
        alone = likelihood(stream, [wire], rate=np.array([[3.0]]), right=np.array([[0.7]]))
        np.testing.assert_array_equal(found, [[alone[0, 0], 0.0, 0.0]])
    apart = likelihood("Poisson(mu=rate)", [wire, {**wire, "on": date(2025, 4, 1)}], rate=np.array([[3.0]]))
    assert apart[0, 0] == apart[0, 1]


def test_reports_of_one_origin_that_are_not_as_reliable_as_each_other_are_refused():
    """Where the reliability tells reports of one origin apart, the second is refused and names the first."""
    with pytest.raises(Unsound) as refused:
        likelihood(
            {**REPORTS, "reliability": "1 - age / 100"}, [{"value": 1, "origin": "wire"}, {"value": 1, "origin": "wire"}], rate=RATES
        )
    assert refused.value.problems[0].message == (
        "this report and line 2 have the origin `wire`, and the reliability makes one likelier right than the other"
    )


def test_a_reliability_beyond_1_is_refused():
    """A reliability that is no probability at some draws is refused with its text."""
    with pytest.raises(Unsound) as refused:
        likelihood({**REPORTS, "reliability": "right * 2"}, [1], rate=RATES, right=np.full((3, 1), 0.7))
    assert refused.value.problems[0].message == "`right * 2` is 1.4, which is no probability, at some draws (row of 2025-01-01)"


def test_the_reliability_may_go_by_the_grade():
    """`right[grade]` takes the value of the row's grade."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=1, beta=1)", "right": {"prior": "Beta(alpha=8, beta=2)", "per": "grade"}},
        streams={"seen": {**REPORTS, "reliability": "right[grade]"}},
        rows={"seen": [{"value": 1, "grade": "A"}, {"value": 1, "grade": "C"}]},
    )
    found = model_as_of(topic, AS_OF).log_likelihood({"rate": np.array([[2.0]]), "right": np.array([[1.0, 0.0]])})
    np.testing.assert_allclose(found, [[np.log(2) - 2, np.log(9) - 9]], rtol=1e-12)
