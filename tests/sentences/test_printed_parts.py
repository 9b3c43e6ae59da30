"""The printed parts of a change add up to what is printed at its ends."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.schema import words
from forecast.sentences.printed_parts import PrintedChange, printed_change, printed_parts

CHANCE = {"kind": "probability", "unit": "", "value": 0.5, "settled": False}
NUMBER = {"kind": "mean", "unit": "km", "value": 5.0, "settled": False}


@given(st.floats(0.01, 0.99), st.lists(st.floats(-0.3, 0.3), min_size=1, max_size=8))
def test_parts_of_a_chance_add_up_to_the_printed_percentages(before, points):
    """Whatever the parts, before and what is added to it make after, in whole points or in tenths."""
    after = min(max(before + sum(points), 0.01), 0.99)
    points = [*points, after - before - sum(points)]
    printed = printed_parts(CHANCE, before, after, points)
    ends = [float(text.removesuffix(" %")) for text in (printed.before, printed.after)]
    assert abs(ends[1] - ends[0] - 100 * (after - before)) <= 10.0**-printed.decimals
    assert all(abs(end - 100 * value) <= 0.5 for end, value in zip(ends, (before, after), strict=True))
    assert round(ends[0] + sum(_size(printed.text(at)) for at in range(len(points))), 6) == ends[1]
    assert all(abs(_size(printed.text(at)) - 100 * each) <= 1.0 + 1e-9 for at, each in enumerate(points))


@given(st.floats(0.1, 5000), st.lists(st.floats(-100, 100), min_size=1, max_size=8))
def test_parts_of_a_number_add_up_to_the_printed_numbers(before, points):
    """In the digits of the larger end; what is too small for these is left out of the sum."""
    after = max(before + sum(points), 0.1)
    points = [*points, after - before - sum(points)]
    printed = printed_parts(NUMBER, before, after, points)
    ends = [float(text.replace(",", "")) for text in (printed.before, printed.after)]
    left_out = min(ends) if min(ends) < 0.51 * 10.0**-printed.decimals else 0.0
    assert abs(ends[0] + sum(_size(printed.text(at)) for at in range(len(points))) - ends[1]) < left_out + 1e-6 * max(ends)


def test_thirds_of_a_point_make_one_point():
    """Three parts of 0.4 points from 30.2 to 31.4 %: one of them is printed, and with all of them one point."""
    printed = printed_parts(CHANCE, 0.302, 0.314, [0.004, 0.004, 0.004])
    assert sorted(printed.text(at) for at in range(3)) == ["+1 point", "no change", "no change"]
    assert printed.text(0, 1, 2) == "+1 point"


def test_between_bounds_parts_are_printed_in_tenths():
    """From below 0.1 % to 12 % there is no printed sum, so each part is as fine as it can be."""
    printed = printed_parts(CHANCE, 0.0002, 0.1203, [0.0701, 0.05])
    assert [printed.text(at) for at in range(2)] == ["+7 points", "+5 points"]
    assert printed_parts(CHANCE, 0.0002, 0.1203, [0.1222, -0.0021]).text(1) == f"{words.MINUS}0.2 points"


def test_parts_of_a_very_large_number_are_printed_in_its_own_power_of_ten():
    """From 4.1e+12 to 4.5e+12."""
    printed = printed_parts(NUMBER, 4.1e12, 4.5e12, [3e11, 1e11])
    assert [printed.text(at) for at in range(2)] == ["+3e+11", "+1e+11"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (0.0149, 0.028, ("1.5 %", "2.8 %", "+1.3 points")),  # 1 and 3 % would make 2 points
        (0.304, 0.316, ("30.4 %", "31.6 %", "+1.2 points")),
        (0.302, 0.314, ("30 %", "31 %", "+1 point")),
        (0.0046, 0.0263, ("0.5 %", "2.6 %", "+2.1 points")),  # the change in tenths, and so both ends
        (0.0146, 0.0154, ("1.5 %", "1.5 %", "no change")),  # 1 and 2 % would make a point
        (0.5, 0.62, ("50 %", "62 %", "+12 points")),
        (0.004, 0.9996, ("0.4 %", "above 99.9 %", "+99.6 points")),
        (0.9851, 0.9995, ("99 %", "above 99.9 %", "+1 point")),
        (0.985, 1.0, ("98 %", "100 %", "+2 points")),
    ],
)
def test_the_ends_of_a_change_have_the_digits_that_it_needs(before, after, said):
    """What is printed at both ends makes the printed change, and that is the change, rounded."""
    printed = printed_parts(CHANCE | {"settled": after in {0.0, 1.0}}, before, after, [after - before])
    assert (printed.before, printed.after, printed.text(0)) == said


@given(st.floats(0.012, 0.985), st.floats(0.012, 0.985), st.floats(0.0, 0.03))
def test_a_change_and_its_ends_add_up(before, after, error):
    """Also where its ends are known to no more than their errors."""
    printed = printed_change(CHANCE, before, after, errors=(error, 0.0))
    ends = [printed.before, printed.after]
    if not any(end.startswith(("above", "below")) for end in ends):
        first, last = (float(end.removesuffix(" %")) for end in ends)
        assert round(first + _size(printed.change), 6) == last
        assert abs(_size(printed.change) - 100 * (after - before)) <= 1.0 + 1e-9 or error > 0.0099


@given(st.floats(1e-3, 1e6), st.floats(1e-3, 1e6), st.floats(-10, 10))
def test_nothing_of_a_change_of_a_number_is_finer_than_three_digits_of_its_larger_end(before, after, part):
    """However far apart both ends are; only an end that this would make 0 is."""
    part *= max(before, after)
    printed = printed_parts(NUMBER, before, after, [part, after - before - part])
    finest = 10.0 ** (math.floor(math.log10(max(before, after))) - 2)
    for text in (printed.before, printed.after, *(printed.text(at) for at in range(2))):
        value = abs(_size(text))
        assert value == pytest.approx(round(value / finest) * finest, rel=1e-9) or value < finest, text


def test_both_ends_of_a_number_have_the_digits_of_the_larger():
    """From 0.895 to 2.05 is up 1.15, and not 1.155; what is too small for that keeps its own digits."""
    printed = printed_parts(NUMBER, 0.8952, 2.0489, [1.178, 2.0489 - 0.8952 - 1.178])
    assert (printed.before, printed.after) == ("0.90", "2.05")
    assert [printed.text(at) for at in range(2)] == ["+1.18", f"{words.MINUS}0.03"]
    assert printed_parts(NUMBER, 0.0004, 2.05, [2.0496]).before == "0.0004"
    assert printed_parts(NUMBER, 0.0, 0.895, [0.895]).after == "0.895"


def test_a_change_is_printed_no_finer_than_its_error():
    """With an error of 0.8 points there are no tenths; a bound has no sum, and beside it the change is printed as it is."""
    assert printed_change(CHANCE, 0.304, 0.316, errors=(0.004, 0.004)) == PrintedChange("30 %", "32 %", "+2 points")
    assert printed_change(CHANCE, 0.304, 0.316, errors=(0.001, 0.001)) == PrintedChange("30.4 %", "31.6 %", "+1.2 points")
    assert printed_change(CHANCE, 0.0002, 0.12) == PrintedChange("below 0.1 %", "12 %", "+12 points")
    assert printed_change(NUMBER, 5.959, 6.804) == PrintedChange("5.96", "6.80", "+0.84")
    assert printed_change(NUMBER, 139.4, 158.6) == PrintedChange("139", "159", "+20")
    assert printed_change(NUMBER, 139.4, 158.6, errors=(0.1, 3.0)) == PrintedChange("139", "159", "+20")
    assert printed_change(NUMBER, 123_440.0, 135_560.0) == PrintedChange("123,000", "136,000", "+13,000")
    assert printed_change(NUMBER, 123_440.0, 135_440.0) == PrintedChange("123,000", "135,000", "+12,000")


def _size(said):
    return 0.0 if said == "no change" else float(said.split(" ")[0].replace(",", "").replace(words.MINUS, "-"))
