"""Rows that differ in what their statement uses, and the checks that look at no others."""

from __future__ import annotations

import tracemalloc
from datetime import date, timedelta

import numpy as np
import pytest

from forecast.elicitation.prior_checks import prior_warnings
from forecast.model.bounds import check_shares
from forecast.model.chosen_rows import distinct_rows
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from tests.support.building import make_topic

AS_OF, OPENS = date(2026, 1, 1), date(2025, 1, 1)
PRIORS = {"a": "Normal(mu=0.5, sigma=1)", "b": "LogNormal(mu=0, sigma=1)"}
MEBIBYTE = 2**20


def rows_of(count: int) -> list[dict[str, object]]:
    """Rows with one of two covariates, the larger one first."""
    return [
        {"value": float(place % 5), "x": float(2 - (place > 1) * (place % 2)), "on": OPENS + timedelta(days=place % 300)}
        for place in range(count)
    ]


def test_one_row_of_each_kind_stands_for_all_in_the_order_of_the_record() -> None:
    """Where few are equal, each stands for itself; also where rows are told by reports that may be wrong."""
    grouped = make_topic(priors=PRIORS, streams={"seen": "Normal(mu=a * x, sigma=b)"}, rows={"seen": rows_of(9)})
    assert distinct_rows(model_as_of(grouped, AS_OF), "seen").columns["x"].tolist() == [[2.0, 1.0]]
    for stream in ("Normal(mu=a * t, sigma=b)", {"value": "Normal(mu=a, sigma=b)", "weight": "0.5"}):
        model = model_as_of(make_topic(priors=PRIORS, streams={"seen": stream}, rows={"seen": rows_of(9)}), AS_OF)
        assert distinct_rows(model, "seen") is model.tables["seen"]


def test_a_share_that_rows_use_is_judged_as_on_all_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the same words."""
    topic = make_topic(
        priors=PRIORS,
        quantities={"part": {"value": "a * x", "unit": "share"}},
        streams={"seen": "Normal(mu=part, sigma=b)"},
        rows={"seen": rows_of(9)},
    )
    model, draws = model_as_of(topic, AS_OF), {"a": np.random.default_rng(1).normal(0.5, 1, (50, 1)), "b": np.ones((50, 1))}
    found = []
    for _ in range(2):
        with pytest.raises(Unsound) as raised:
            check_shares(model, draws, np.full(50, 0.02), of="draws")
        found.append(raised.value.problems)
        monkeypatch.setattr("forecast.model.bounds.distinct_rows", lambda model, name: model.tables[name])
    assert found[0] == found[1]


def test_a_check_of_a_long_record_looks_at_the_rows_that_differ_and_names_the_first() -> None:
    """In little memory, with a row for each of the 20,000 it would be 200 MiB."""
    topic = make_topic(priors=PRIORS, streams={"seen": "Normal(mu=a, sigma=b * (1.5 - x))"}, rows={"seen": rows_of(20_000)})
    tracemalloc.start()
    (warning,) = prior_warnings(topic, AS_OF)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert warning["message"].endswith("(row of 2025-01-01)")
    assert peak < 100 * MEBIBYTE


def test_a_check_of_a_long_record_of_different_rows_takes_them_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row of a later block is named too."""
    monkeypatch.setattr("forecast.elicitation.prior_checks.MOST_CELLS_CHECKED", 64 * 100)
    topic = make_topic(priors=PRIORS, streams={"seen": "Normal(mu=a, sigma=b * (0.5 - t))"}, rows={"seen": [1.0] * 300})
    (warning,) = prior_warnings(topic, AS_OF)
    assert "is not a distribution at 100 % of the prior's draws" in warning["message"]
    assert warning["message"].endswith("(row of 2025-07-19)")
