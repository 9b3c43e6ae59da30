"""Options that several commands share."""

from __future__ import annotations

from datetime import date

import pytest
import typer

from forecast.cli.options import day


@pytest.mark.parametrize("text", ["20260101", "2026-W01-1", "2026-1-1", "٢٠٢٦-٠١-٠١", "2026-01-01T00:00", "2026-02-30", "01.01.2026", ""])
def test_a_day_has_one_spelling(text: str):
    """Four digits, two and two, each of 0 to 9, with hyphens, as in files: other spellings that Python reads are refused."""
    assert day("2026-01-01") == date(2026, 1, 1)
    with pytest.raises(typer.BadParameter, match="is not a date: write it as in 2026-10-12"):
        day(text)
