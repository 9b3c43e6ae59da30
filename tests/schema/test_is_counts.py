"""Readings of something measured are summarised by the last, counts by their total."""

from __future__ import annotations

import pytest

from forecast.report.charts_record import fan_sentence
from forecast.report.tables import rows_table

ROW = {"known": "2026-03-01", "source": "A gauge", "grade": "A", "note": "", "replaces": "", "columns": {}}
ROWS = [
    {**ROW, "start": day, "end": day, "value": value}
    for day, value in (("2026-01-05", 140.0), ("2026-03-01", 146.0), ("2026-02-01", 131.0))
]
STREAM = {"name": "levels", "unit": "cm", "watched": False, "fan": None, "through": "2026-03-01", "total": 417.0, "rows": ROWS, "next": {}}
FAN = {"days": ["2026-12-31"], "quantiles": [[417.0, 417.0, 417.0, 417.0, 417.0]]}


@pytest.mark.parametrize(
    ("change", "sentence", "caption"),
    [
        ({"statement": "Normal(mu=level, sigma=noise)"}, "Last recorded on 1 March 2026: 146 cm. No future is simulated.", "3 rows"),
        (
            {"statement": "Binomial(n=asked, p=share)"},
            "Recorded up to 1 March 2026: 417 cm. No future is simulated.",
            "3 rows; total 417",
        ),
        (
            {"statement": "Normal(mu=level, sigma=noise)", "fan": FAN},
            "Recorded up to 1 March 2026: 417 cm. By 31 December 2026: almost certainly 417.",
            "3 rows; total 417",
        ),
    ],
)
def test_readings_are_not_added_up(change, sentence, caption):
    """A measured value that has no simulated total is summarised by the newest row; counts, and what is simulated, by the total."""
    assert (fan_sentence(STREAM | change), rows_table(STREAM | change, None).caption) == (sentence, caption)
