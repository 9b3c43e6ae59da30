"""Leverage, against posteriors that never saw the row."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from forecast.insight import leave_one_out
from forecast.insight.baseline import baseline_of, refit_measures
from forecast.insight.leave_one_out import MOST_ROWS_ONE_BY_ONE, gone_with, leverage, model_without, row_groups
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


def test_a_mean_that_is_lost_with_a_row_is_said_to_be_lost() -> None:
    """Where the only row that keeps a heavy tail away is left out, the mean cannot be estimated, and the reason says so."""
    topic = make_topic(
        priors={"rate": "LogNormal(mu=0, sigma=4)"},
        streams={"seen": "Poisson(mu=rate)"},
        rows={"seen": [3]},
        questions={"later": {"answer": "rate"}},
    )
    basis = baseline_of(analyse(topic, OPENS + timedelta(days=2), Settings(), referee=False))
    assert np.isfinite(basis.published).all()
    found, notes = leverage(basis)
    assert found == []
    assert notes
    assert all("the mean of “later” could not be estimated" in note for note in notes)


def test_without_reports_only_those_of_their_origins_are_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the likelihood loses with a report is that of the whole less that of the others, and no row of another origin is worked out for it."""
    reports = [
        {"value": 3, "origin": "wire"},
        {"value": 9, "origin": "wire"},
        {"value": 2, "origin": "wire"},
        {"value": 4, "origin": "post"},
    ]
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)", "right": "Beta(alpha=3, beta=1)"},
        streams={"seen": {"value": "Poisson(mu=rate)", "reliability": "right", "wrong": "Poisson(mu=9)"}, "counted": "Poisson(mu=rate)"},
        rows={"seen": [*reports, {"value": 5, "origin": "post", "source": "another"}, {"value": 1}], "counted": [2.0, 3.0]},
        questions={"rate_now": "rate"},
    )
    basis = baseline_of(analyse(topic, OPENS + timedelta(days=6), Settings(), referee=False))
    model, groups = basis.model, list(row_groups(basis.model))
    both = (basis.pool.parameters, basis.analysis.result.posterior.parameters)
    exact = [
        [model_without(model, group).log_likelihood(draws).sum(axis=1) - model.log_likelihood(draws).sum(axis=1) for draws in both]
        for group in groups
    ]
    asked: list[tuple[int, ...]] = []
    log_likelihood_of = leave_one_out.log_likelihood_of

    def count_and_call(of: Any, draws: Any, columns: Any) -> Any:
        asked.append(tuple(columns))
        return log_likelihood_of(of, draws, columns)

    monkeypatch.setattr(leave_one_out, "log_likelihood_of", count_and_call)
    for gone, anew in zip(gone_with(basis, groups), exact, strict=True):
        for one, other in zip(gone, anew, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)
    assert sum(len(columns) == model.row_count for columns in asked) == 2
    assert {len(columns) for columns in asked} == {1, 2, model.row_count}
