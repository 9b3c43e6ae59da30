"""Rows by which two days' knowledge of a stream differs, and whose prior it is that variants state: neither is told by which object it is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from forecast.book.record_columns import MOST_KEPT
from forecast.insight.mixed_sensitivity import variant_of_prior
from forecast.insight.replay import _rows_apart
from forecast.insight.sensitivity import label_of_block
from forecast.model.model import model_as_of
from forecast.model.priors import blocks
from tests.support.building import OPENS, make_topic

PRIOR = {"rate": "Gamma(alpha=2, beta=1)"}


@pytest.mark.parametrize("count", [3, MOST_KEPT + 200])
def test_only_the_quiet_row_that_has_grown_is_apart(count: int) -> None:
    """In a record whose rows are kept, and in one whose rows are made some at a time."""
    last = OPENS + timedelta(days=count - 1)
    rows = [{"on": OPENS + timedelta(days=at), "value": 1} for at in range(count - 1)] + [
        {"from": last, "to": last + timedelta(days=90), "value": 0}
    ]
    streams = {"seen": {"value": "Poisson(mu=rate * days)", "watched": True}}
    topic = make_topic(priors=PRIOR, streams=streams, rows={"seen": rows})
    one, two = (model_as_of(topic, last + timedelta(days=days)).records["seen"].rows for days in (10, 20))
    assert (_rows_apart(one, two), _rows_apart(two, one)) == ([count - 1], [count - 1])
    assert _rows_apart(one, one) == []


def owners(base: object, variant: object) -> dict[str, str | None]:
    """By label, which of two topics states each prior of the second."""
    rows = {"seen": [{"value": at, "town": town} for at, town in enumerate(("a", "b", "c"))]}
    streams = {"seen": "Poisson(mu=2)"}
    topics = {
        name: make_topic(
            priors={"x": {"prior": prior, "per": "town"}} if isinstance(prior, dict) else {"x": prior}, streams=streams, rows=rows
        )
        for name, prior in (("base", base), ("other", variant))
    }
    model = model_as_of(topics["other"], date(2025, 6, 1))
    return {label_of_block(block): variant_of_prior(block, topics) for block in blocks(model)}


def test_a_prior_by_label_is_not_that_of_all() -> None:
    """Nor is a prior of some labels one of others, though the words are the same."""
    low, high = "Normal(mu=0, sigma=1)", "Normal(mu=0, sigma=3)"
    by_label = {"a": low, "b": high, "c": high}
    assert owners(by_label, low) == {"": "other"}
    assert owners(by_label, {**by_label, "b": low}) == {"a": "base", "b": "other", "c": "base"}
    assert owners(by_label, by_label) == {"a": "base", "b": "base", "c": "base"}
