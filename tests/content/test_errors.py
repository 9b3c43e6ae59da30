"""What a report's JSON says of Monte Carlo errors: intervals, errors of dates and conditions, and bounds where no path hit."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from forecast.content.parameters import parameter_contents
from forecast.content.topic import answer_content
from forecast.model.settings import Settings
from forecast.predict.analysis import Analysis, analyse
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

END = OPENS + timedelta(days=364)
TOPIC = make_topic(
    priors={"rate": "Gamma(alpha=2, beta=1)", "kind": "Categorical(one=0.3, other=0.7)"},
    streams={"seen": "Poisson(mu=rate * months)"},
    rows={"seen": [{"from": OPENS, "to": OPENS + timedelta(days=89), "value": 3}]},
    questions={
        "never": {"answer": "total(seen) >= 900", "by": END},
        "always": {"answer": "total(seen) >= 3", "by": END},
        "likely": {"answer": "total(seen) >= 9", "given": "total(seen) >= 6", "by": END},
        "total": {"answer": "total(seen)", "by": END},
        "when": {"answer": "first(total(seen) >= 9)", "by": END},
        "begun": {"answer": "first(total(seen) >= 2)", "by": END},
        "which": {"choices": {"none": "total(seen) >= 900", "all": "total(seen) >= 0"}, "by": END},
    },
)


@pytest.fixture(scope="module")
def concluded() -> Analysis:
    """The topic, with a quarter of the usual draws."""
    return analyse(TOPIC, OPENS + timedelta(days=89), Settings(draws=4_096), referee=False)


def content(concluded: Analysis, name: str) -> dict[str, object]:
    """The JSON of one answer."""
    return answer_content(TOPIC, concluded.result.answers[name])


def test_what_no_path_shows_has_a_bound(concluded: Analysis) -> None:
    """Where no path hit the chance is below a bound of about three in the number of cases, and its error is not 0; a choice likewise."""
    never = content(concluded, "never")["value"]
    cases = min(4_096, concluded.result.posterior.diagnostics.effective_size)
    assert (never["value"], "at_least" in never) == (0.0, False)  # type: ignore[index,operator]
    assert never["at_most"] == pytest.approx(3 / cases, rel=0.01)  # type: ignore[index]
    assert 0 < never["error"] < never["at_most"]  # type: ignore[index]
    none, every = content(concluded, "which")["value"]["shares"]  # type: ignore[index]
    assert (none["at_most"], every["at_least"]) == (never["at_most"], pytest.approx(1 - never["at_most"], abs=1e-5))  # type: ignore[index]
    assert none["error"] > 0


def test_what_is_settled_has_no_bound(concluded: Analysis) -> None:
    """An answer that the record settles is 0 or 1 without error."""
    assert content(concluded, "always")["status"] == "happened"
    assert content(concluded, "always")["value"] == {"value": 1.0, "error": 0.0, "chance": None, "chance_errors": None}
    begun = content(concluded, "begun")
    assert (begun["status"], begun["value"]["not_by_then"], begun["value"]["error"]) == ("happened", 0.0, 0.0)  # type: ignore[index]
    assert "at_most" not in begun["value"]  # type: ignore[operator]


def test_a_quantile_of_a_count_has_the_interval_of_its_ranks(concluded: Analysis) -> None:
    """Each interval is of whole numbers, holds its quantile and is no wider than a few."""
    value = content(concluded, "total")["value"]
    for point, (low, high) in zip(value["quantiles"], value["intervals"], strict=True):  # type: ignore[index]
        assert low <= point <= high <= low + 3
        assert (low % 1, high % 1) == (0, 0)


def test_a_date_and_a_condition_have_errors(concluded: Analysis) -> None:
    """The points of a date have errors in days and intervals of days, null where later than the deadline; a condition's probability has its error."""
    value = content(concluded, "when")["value"]
    for point, error, (low, high) in zip(value["quantiles"], value["errors"], value["intervals"], strict=True):  # type: ignore[index]
        if point is None:
            assert (error, high) == (None, None)
        else:
            assert 0 <= error < 30
            assert date.fromisoformat(low) <= date.fromisoformat(point)
    assert value["errors"][1] > 0  # type: ignore[index]
    assert 0.001 < content(concluded, "likely")["given_error"] < 0.02  # type: ignore[operator]
    assert "given_error" not in content(concluded, "total")


def test_parameters_have_errors_after_the_record(concluded: Analysis) -> None:
    """The mean, each point and each category of a posterior have a Monte Carlo error; a prior has none."""
    rate, kind = parameter_contents(concluded.prior, concluded.result.posterior)
    assert 0 < rate["posterior"]["mean_error"] < 0.01
    assert [0 < error < 0.05 for error in rate["posterior"]["errors"]] == [True] * 5
    assert "errors" not in rate["prior"]
    assert [0 <= category["error"] < 0.01 for category in kind["categories"]] == [True] * 2


def test_errors_fall_as_more_is_drawn() -> None:
    """Sixteen times the draws make the errors of paths, of parameters and of a chance's interval much smaller."""
    errors = np.zeros((2, 3))
    for seed in (1, 2):  # an error from 16 replicates is itself known to a fifth
        for row, draws in enumerate((4_096, 65_536)):
            run = analyse(TOPIC, OPENS + timedelta(days=89), Settings(draws=draws, seed=seed), referee=False)
            chance = run.result.answers["likely"].value
            mean = parameter_contents(run.prior, run.result.posterior)[0]["posterior"]["mean_error"]
            errors[row] += chance.error, max(chance.chance_errors), mean  # type: ignore[union-attr,type-var,arg-type]
    assert (errors[1] < errors[0] / (2.5, 1.5, 2.5)).all()
