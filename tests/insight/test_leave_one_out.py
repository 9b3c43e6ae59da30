"""Leverage, against posteriors that never saw the row."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from forecast.insight.baseline import baseline_of, refit_measures
from forecast.insight.leave_one_out import MOST_ROWS_ONE_BY_ONE, leverage, model_without, row_groups
from forecast.model.settings import Settings
from forecast.predict.analysis import Analysis, analyse
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

SEEN = [3.0, 0.0, 5.0, 2.0, 1.0, 4.0]


def concluded() -> Analysis:
    """Counts at one rate, and what the next weeks bring."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": "Poisson(mu=rate * days)"},
        rows={"seen": SEEN},
        questions={"rate_now": "rate", "many": {"answer": "total(seen) >= 50", "by": OPENS + timedelta(days=21)}},
    )
    return analyse(topic, OPENS + timedelta(days=5), Settings(), referee=False)


def test_without_a_row_the_mean_is_the_closed_form_of_the_others() -> None:
    """The posterior mean without each row equals the Gamma posterior of the other five, within four errors."""
    basis = baseline_of(concluded())
    found, notes = leverage(basis)
    rows = [each for each in found if each["kind"] == "row"]
    assert notes == []
    assert [each["row"] for each in rows] == list(range(6))
    for each in rows:
        others = sum(SEEN) - SEEN[each["row"] or 0]
        estimate = each["values"][0]
        exact_change = (2 + others) / (1 + 5) - (2 + sum(SEEN)) / (1 + 6)
        assert estimate["change"] == pytest.approx(exact_change, abs=4 * max(estimate["error"], 0.002))


def test_weights_and_a_refit_say_the_same_of_a_question_about_the_future() -> None:
    """For every group of rows, weighing the paths anew and conditioning afresh agree within four errors."""
    basis = baseline_of(concluded())
    found, _ = leverage(basis)
    for each, group in zip(found, row_groups(basis.model), strict=True):
        again = refit_measures(basis, model_without(basis.model, group))
        for estimate, change, error in zip(each["values"], again.changes, again.errors, strict=True):
            assert estimate["change"] == pytest.approx(change, abs=4 * np.hypot(estimate["error"], error)), group


def test_what_happened_stays_as_it_happened() -> None:
    """Undoing what was learnt from every row leaves the totals, and so a question they settle, as they are."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": "Poisson(mu=rate * days)"},
        rows={"seen": SEEN},
        questions={"reached": {"answer": "total(seen) >= 15", "by": OPENS + timedelta(days=30)}},
    )
    basis = baseline_of(analyse(topic, OPENS + timedelta(days=5), Settings(), referee=False))
    found, _ = leverage(basis)
    assert {each["values"][0]["value"] for each in found} == {1.0}


def test_a_long_record_is_taken_by_source_and_stream() -> None:
    """Rows of a record longer than the limit are not left out one by one."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": "Poisson(mu=rate * days)"},
        rows={"seen": [1.0] * (MOST_ROWS_ONE_BY_ONE + 1)},
        questions={"rate_now": "rate"},
    )
    basis = baseline_of(analyse(topic, OPENS + timedelta(days=MOST_ROWS_ONE_BY_ONE + 1), Settings(), referee=False))
    assert "row" not in {group.kind for group in row_groups(basis.model)}
    assert "stream" in {group.kind for group in row_groups(basis.model)}
