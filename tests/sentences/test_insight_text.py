"""Values of measures as text: what rounding or a Monte Carlo error puts outside a chance's range is never printed as it is."""

from __future__ import annotations

from typing import Any

import pytest

from forecast.sentences.insight_text import value_text

CHANCE: dict[str, Any] = {"kind": "probability", "unit": "", "settled": False}
SHARE: dict[str, Any] = {"kind": "mean", "unit": "share", "settled": False}
NUMBER: dict[str, Any] = {"kind": "mean", "unit": "soldiers", "settled": False}


@pytest.mark.parametrize(
    ("measure", "value", "error", "said"),
    [
        (CHANCE, -7.42e-07, 0.00105, "below 0.5 %"),
        (CHANCE, -7.42e-07, 0.0, "below 0.1 %"),
        (CHANCE, 1.0000007, 0.0, "above 99.9 %"),
        (CHANCE, -0.019, 0.01, "below 5 %"),
        (CHANCE, 1.019, 0.01, "above 95 %"),
        (CHANCE, -0.021, 0.01, "not known"),
        (CHANCE, 1.021, 0.01, "not known"),
        (CHANCE, 0.021, 0.01, "2 %"),
        (SHARE, 1.3, 0.01, "1.3"),
        (SHARE, -0.001, 0.001, "below 0.5 %"),
        (NUMBER, -9.03e-07, 0.0022547, "0"),
        (NUMBER, 0.0045, 0.0022547, "0"),
        (NUMBER, 0.0046, 0.0022547, "0.005"),
        (NUMBER, -0.0046, 0.0022547, "−0.005"),
        (NUMBER, 0.165, 0.0016, "0.165"),
    ],
)
def test_no_chance_is_printed_below_0_or_above_1(measure: dict[str, Any], value: float, error: float, said: str) -> None:
    """Within two errors of an end it is a bound, farther outside it is not known; a number within two errors of 0 is 0."""
    assert value_text(measure, value, error=error) == said  # type: ignore[arg-type]
