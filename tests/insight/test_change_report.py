"""The report before, as it enters the hash under which insight is remembered."""

from __future__ import annotations

from datetime import date

import numpy as np

from forecast.insight.change_report import EarlierReport
from forecast.insight.estimands import StatedValue, certain_but_for_rounding


def test_the_text_of_the_report_before_is_what_it_was_in_version_0_4_0() -> None:
    """A class that is renamed changes no hash: the words are tags."""
    earlier = EarlierReport(date(2026, 11, 1), {("another_transfer", "", "probability"): StatedValue(0.101, 0.002)}, edited=True)
    assert earlier.tagged_text() == (
        "Earlier(as_of=datetime.date(2026, 11, 1), values={('another_transfer', '', 'probability'): Stated(value=0.101, error=0.002)}, edited=True)"
    )


def test_the_text_of_the_report_before_does_not_depend_on_the_order_of_its_lines() -> None:
    """A ledger of which only what is still asked for was read has its questions in another order than the whole of it."""
    values = {("b", "", "probability"): StatedValue(0.2, 0.01), ("a", "", "mean"): StatedValue(3.0, 0.1)}
    texts = {
        EarlierReport(date(2025, 1, 2), dict(items), edited=False).tagged_text()  # type: ignore[arg-type]
        for items in (values.items(), reversed(values.items()))
    }
    assert len(texts) == 1


def test_what_every_path_agrees_on_is_certain_whatever_its_weights_add_up_to() -> None:
    """Weights of variants add up to 1 but for rounding: beside 100 % on its page a report said "above 99.9 %" of a question that was settled."""
    weights = np.full(10, 0.1)
    assert weights.cumsum()[-1] != 1
    given = np.array([weights.cumsum()[-1], 1.0, 0.0, 0.99999, 1.0001, np.nan])
    assert np.array_equal(certain_but_for_rounding(given), [1.0, 1.0, 0.0, 0.99999, 1.0001, np.nan], equal_nan=True)
