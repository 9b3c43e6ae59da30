"""Days, months, years and the steps of the future."""

from __future__ import annotations

from datetime import date

import pytest

from forecast.model.clock import cut_into_steps, days_covered, years_between


def test_an_interval_has_both_its_ends():
    """The first and the last day both count."""
    assert (days_covered(date(2026, 1, 1), date(2026, 1, 1)), days_covered(date(2024, 2, 28), date(2024, 3, 1))) == (1, 3)


def test_years_between_are_signed():
    """An earlier day second gives a negative number of years of 365.25 days."""
    assert years_between(date(2026, 1, 1), date(2022, 1, 1)) == pytest.approx(-1461 / 365.25)


@pytest.mark.parametrize(
    ("step", "starts"),
    [
        ("day", [date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2)]),
        ("week", [date(2026, 12, 30), date(2027, 1, 2)]),
        ("month", [date(2026, 12, 30), date(2027, 1, 1), date(2027, 1, 2)]),
        ("quarter", [date(2026, 12, 30), date(2027, 1, 1), date(2027, 1, 2)]),
        ("year", [date(2026, 12, 30), date(2027, 1, 1), date(2027, 1, 2)]),
    ],
)
def test_steps_begin_at_calendar_boundaries(step, starts):
    """The first step may be short; the last boundary is the day after the end."""
    assert cut_into_steps(step, date(2026, 12, 30), date(2027, 1, 1), []) == tuple(starts)


def test_weeks_begin_on_mondays_and_quarters_with_their_months():
    """A long interval is cut at every Monday, or at January, April, July and October."""
    weeks = cut_into_steps("week", date(2026, 11, 25), date(2026, 12, 9), [])
    quarters = cut_into_steps("quarter", date(2026, 2, 10), date(2026, 12, 31), [])
    assert (weeks, quarters) == (
        (date(2026, 11, 25), date(2026, 11, 30), date(2026, 12, 7), date(2026, 12, 10)),
        (date(2026, 2, 10), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1), date(2027, 1, 1)),
    )


def test_other_cuts_are_kept_only_inside():
    """A deadline's morrow inside the interval is a boundary, one outside is not."""
    assert cut_into_steps("year", date(2026, 1, 1), date(2026, 12, 31), [date(2026, 6, 1), date(2025, 6, 1)]) == (
        date(2026, 1, 1),
        date(2026, 6, 1),
        date(2027, 1, 1),
    )
