"""The report before, as it enters the hash under which insight is remembered."""

from __future__ import annotations

from datetime import date

from forecast.insight.change_report import EarlierReport
from forecast.insight.estimands import StatedValue


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
