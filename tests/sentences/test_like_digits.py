"""Numbers that are compared have like digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.sentences.insight_text import value_text, value_texts
from forecast.sentences.like_digits import in_like_digits

NUMBER = {"kind": "mean", "unit": "soldiers", "settled": False}
CHANCE = {"kind": "probability", "unit": "", "settled": False}


@pytest.mark.parametrize(
    ("values", "errors", "shown"),
    [
        ((9.0, 3.742), (0.13, 0.011), ["9.0", "3.7"]),
        ((8.97, 3.742), (0.13, 0.011), ["9.0", "3.7"]),
        ((8.97, 3.742), (0.01, 0.011), ["8.97", "3.74"]),
        ((2.894, 2.0), (0.011, 0.011), ["2.89", "2.00"]),
        ((214.2, 107.3), (0.9, 0.4), ["214", "107"]),
        ((214.2, 31.24), (0.9, 0.02), ["214", "31"]),
        ((214.2, 3.124), (0.9, 0.002), ["214", "3.12"]),
        ((1.32, 0.0), (0.01, 0.0), ["1.32", "0"]),
        ((2.0, 3.0), (0.001, 0.001), ["2", "3"]),
        ((-9.0, 3.742), (0.13, 0.011), ["−9.0", "3.7"]),
        ((1756.0, 149.0), (23.0, 0.2), ["1,760", "149"]),
        ((3.2e10, 1.5), (1e8, 0.01), ["3.2e+10", "1.5"]),
        ((5.0,), (0.01,), ["5"]),
        ((0.8524, 0.16524, 1.3249, 0.0), (0.001, 0.001, 0.01, 0.0), ["0.85", "0.17", "1.32", "0"]),
    ],
)
def test_numbers_beside_one_another_have_like_digits(values: tuple[float, ...], errors: tuple[float, ...], shown: list[str]) -> None:
    """As many decimals as each is known to, and no number fewer than two digits for the sake of another."""
    assert value_texts(NUMBER, values, errors=errors) == shown  # type: ignore[arg-type]


def test_chances_are_as_they_are() -> None:
    """Percents have digits of their own."""
    assert value_texts(CHANCE, (0.004, 0.31), errors=(0.0001, 0.002)) == ["0.4 %", "31 %"]  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(1e-9, 1e3)), max_size=6))
def test_no_number_is_changed_by_more_than_its_digits(numbers: list[tuple[float, float]]) -> None:
    """Each stays within a twentieth of itself, or within its error, of what it is by itself; all have as many decimals, or none is changed."""
    values, errors = [value for value, _ in numbers], [error for _, error in numbers]
    alone = [value_text(NUMBER, value, error=error) for value, error in numbers]  # type: ignore[arg-type]
    texts = in_like_digits(alone, values, errors=errors)
    for value, text, own in zip(values, texts, alone, strict=True):
        shown, before = (float(its.replace(",", "").replace("−", "-")) for its in (text, own))
        assert abs(shown - before) <= 0.06 * abs(value)
    if texts != alone:
        assert len({len(text.partition(".")[2]) for text in texts if text != "0"}) == 1
