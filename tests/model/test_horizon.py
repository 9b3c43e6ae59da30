"""How far into the future a topic may ask."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from forecast.model.errors import Unsound
from forecast.model.horizon import MOST_FUTURE_STEPS, check_horizon
from forecast.model.model import model_as_of
from tests.support.building import make_topic

OPENS = date(2026, 1, 1)


def topic_by(by: date, step: str):
    """A topic that asks by a day."""
    return make_topic(
        priors={"rate": "Gamma(alpha=1, beta=1)"},
        streams={"events": "Poisson(mu=rate * years)"},
        questions={"many": {"answer": "total(events)", "by": by}},
        opens=OPENS,
        step=step,
    )


@pytest.mark.parametrize(("step", "days"), [("day", 1), ("week", 7)])
def test_as_many_steps_as_the_limit_says_can_be_simulated_and_no_more(step: str, days: int) -> None:
    """On the last day allowed nothing is said; on the morrow of its step the problem names that day."""
    last = OPENS - timedelta(days=OPENS.weekday() if step == "week" else 0) + timedelta(days=days * MOST_FUTURE_STEPS - 1)
    check_horizon(model_as_of(topic_by(last, step), OPENS))
    beyond = last + timedelta(days=1)
    with pytest.raises(Unsound) as found:
        check_horizon(model_as_of(topic_by(beyond, step), OPENS))
    (problem,) = found.value.problems
    assert problem.message == (
        f"from 2026-01-01, where the record ends, to `by` ({beyond}) are 11,001 steps of a {step}; at most 11,000 can be simulated"
    )
    assert problem.hint == f"take a coarser `step`, or ask by {last} at the latest"


@pytest.mark.parametrize("step", ["month", "quarter", "year"])
def test_coarse_steps_reach_the_end_of_the_calendar(step: str) -> None:
    """A book's last day is a thousand years off, which is 11,700 months and fewer of the others."""
    by = date(3000, 12, 31) if step != "month" else date(2900, 12, 31)
    check_horizon(model_as_of(topic_by(by, step), OPENS))
