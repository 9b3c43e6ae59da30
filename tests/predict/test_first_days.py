"""The first day of a condition, where it is on no total or holds from the start, against closed forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from forecast.predict.answers import Dates, paths_for
from forecast.predict.first_days import days_within_rows
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

TODAY = date(2025, 3, 10)
BY = date(2025, 12, 31)
SEEN = {"value": "Poisson(mu=rate * years)", "watched": True}
QUIET = {"from": OPENS, "to": TODAY, "value": 0}


def dates(question: Mapping[str, Any], *, streams: Mapping[str, Any] | None = None, rows: Any = (QUIET,), **more: Any) -> Dates:
    """The dates that a question for a first day is answered with, at an Exponential(1) rate of what may be seen, which then is Exponential(1.19)."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=1, beta=1)"},
        streams={"seen": SEEN} if streams is None else streams,
        rows={"seen": rows} if streams is None else {},
        questions={"asked": {"by": BY, **question}},
        **more,
    )
    found = analyse(topic, TODAY, Settings(draws=4_096), referee=False).result.answers["asked"]
    assert isinstance(found.value, Dates), found.reasons
    return found.value


def assert_share(found: float, truth: float) -> None:
    """A share of 4,096 paths lies within four standard errors of the truth."""
    assert abs(found - truth) < 4 * (truth * (1 - truth) / 4_096) ** 0.5


def test_a_condition_on_a_rate_alone_holds_from_the_first_day_or_never() -> None:
    """A rate does not change: it is large enough on the day that the topic opens, or on none."""
    found = dates({"answer": "first(rate > 0.5)"})
    assert_share(found.not_by_then, 1 - np.exp(-0.5 * (1 + 69 / 365.25)))
    assert found.quantiles[:3] == (OPENS, OPENS, OPENS)
    assert found.quantiles[4] is None


@pytest.mark.parametrize("streams", [None, {}])
def test_a_condition_on_time_alone_holds_from_its_day_on(streams: Mapping[str, Any] | None) -> None:
    """Half a year after 1 January 2025 is 182.6 days on: the first day beyond it is 3 July, in the middle of a step, with streams or without."""
    found = dates({"answer": "first(t > 0.5)"}, streams=streams)
    assert (found.quantiles, found.not_by_then) == ((date(2025, 7, 3),) * 5, 0.0)


def test_a_condition_that_holds_on_a_few_days_alone_is_found_on_the_first_of_them() -> None:
    """Days between the ends of steps are read too, and the order of the days is kept where they are read in pieces."""
    found = dates({"answer": "first(0.54 < t and t < 0.545)"})
    assert found.quantiles == (date(2025, 7, 18),) * 5


def test_a_condition_on_a_rate_and_time_follows_the_rates_distribution() -> None:
    """``rate * t > 0.25`` comes true at 0.25 over the rate, whose distribution is known."""
    found = dates({"answer": "first(rate * t > 0.25)"}, streams={})
    assert_share(found.not_by_then, 1 - np.exp(-0.25 / (364 / 365.25)))
    in_time = dict(found.monthly)[date(2025, 6, 30)]
    assert_share(in_time, float(np.exp(-0.25 / (180 / 365.25))))


def test_a_condition_of_constants_is_answered() -> None:
    """What always holds, holds on the first day that counts; what never does, never."""
    assert dates({"answer": "first(1 > 0)"}).quantiles == (OPENS,) * 5
    assert dates({"answer": "first(1 > 2)"}).quantiles == (None,) * 5


def test_a_condition_on_no_total_may_be_asked_given_one_on_totals() -> None:
    """The paths on which a date is asked are those on which the condition of the question holds."""
    found = dates({"answer": "first(rate * t > 0.25)", "given": "total(seen) == 0"})
    scale = 1 + 1.0  # nothing was seen for a year
    assert abs(found.not_by_then - (1 - np.exp(-scale * 0.25 / (364 / 365.25)))) < 0.04


@pytest.mark.parametrize("since", [None, date(2025, 5, 20), date(2025, 6, 1)])
@pytest.mark.parametrize("condition", ["total(seen) < 5", "total(seen) >= 0", "rate > 0", "total(seen) < 5 and t < 0.9"])
def test_what_holds_from_the_start_holds_on_the_first_day_that_counts(condition: str, since: date | None) -> None:
    """No day before the topic opens, or before the question counts, can be its date."""
    asked: dict[str, Any] = {"answer": f"first({condition})"} | ({} if since is None else {"since": since})
    assert dates(asked).quantiles == (since or OPENS,) * 5


def test_a_row_across_the_first_day_that_counts_says_nothing_of_what_holds_from_it_on() -> None:
    """A row that lies across ``since`` does not put the first day before it."""
    row: dict[str, Any] = {"from": date(2025, 1, 11), "to": date(2025, 2, 9), "value": 3}
    asked: dict[str, Any] = {"answer": "first(total(seen) <= 3)", "since": date(2025, 1, 21)}
    found = dates(asked, rows=({"from": OPENS, "to": row["from"] - timedelta(days=1), "value": 0}, row))
    assert found.quantiles == (date(2025, 1, 21),) * 5


def test_time_before_the_first_day_that_counts_does_not_count() -> None:
    """A condition on time that has passed by the first day that counts holds on no day."""
    assert dates({"answer": "first(t < 0)"}).quantiles == (None,) * 5
    assert dates({"answer": "first(total(seen) >= 0 and t < 0.3)", "since": date(2025, 6, 1)}).quantiles == (None,) * 5


@pytest.mark.parametrize("share", range(1, 92))
def test_an_amount_reaches_a_level_on_its_day_whatever_the_rounding(share: int) -> None:
    """Of 9.2 over 92 days a tenth comes on each, and the level of so many tenths is reached on that day."""
    row = {"from": OPENS, "to": date(2025, 4, 2), "value": 9.2}
    topic = make_topic(
        priors={"rate": "Gamma(alpha=1, beta=1)"},
        streams={"seen": "Gamma(mu=rate * months, sigma=1)"},
        rows={"seen": [row]},
        questions={"asked": {"answer": f"first(total(seen) >= {share / 10})", "by": date(2025, 4, 2)}},
    )
    model = model_as_of(topic, date(2025, 5, 1))
    paths = paths_for(model, {"rate": np.ones((4, 1))}, np.random.default_rng(1))
    ends = np.full(4, date(2025, 4, 2).toordinal())
    found = days_within_rows(topic.questions["asked"], paths, np.arange(4), ends, np.ones(4, dtype=bool))
    assert set(found) == {OPENS.toordinal() + share - 1}


def test_an_amount_is_compared_beside_a_label() -> None:
    """A label is no number that could be off by rounding."""
    topic = make_topic(
        priors={"kind": "Categorical(good=0.999999999, bad=0.000000001)"},
        streams={"seen": "Gamma(mu=months, sigma=1)"},
        rows={"seen": [{"from": OPENS, "to": date(2025, 4, 2), "value": 9.2}]},
        quantities={"sum": "total(seen)"},
        questions={"asked": {"answer": 'first(kind == "good" and not sum < 4.6)', "by": date(2025, 4, 2)}},
    )
    found = analyse(topic, date(2025, 5, 1), Settings(draws=1_024), referee=False).result.answers["asked"]
    assert isinstance(found.value, Dates)
    assert found.value.quantiles[1:4] == (date(2025, 2, 15),) * 3
