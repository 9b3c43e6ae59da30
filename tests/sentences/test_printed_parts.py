"""The printed parts of a change add up to what is printed at its ends."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from forecast.schema import words
from forecast.sentences.insight_text import value_text
from forecast.sentences.printed_parts import printed_parts

CHANCE = {"kind": "probability", "unit": "", "value": 0.5, "settled": False}
NUMBER = {"kind": "mean", "unit": "km", "value": 5.0, "settled": False}


@given(st.floats(0.01, 0.99), st.lists(st.floats(-0.3, 0.3), min_size=1, max_size=8))
def test_parts_of_a_chance_add_up_to_the_printed_percentages(before, points):
    """Whatever the parts, before and what is added to it make after, in whole points or in tenths."""
    after = min(max(before + sum(points), 0.01), 0.99)
    points = [*points, after - before - sum(points)]
    printed = printed_parts(CHANCE, before, after, points)
    ends = [float(value_text(CHANCE, value).removesuffix(" %")) for value in (before, after)]
    assert round(ends[0] + sum(_size(printed.text(at)) for at in range(len(points))), 6) == ends[1]
    assert all(abs(_size(printed.text(at)) - 100 * each) <= 1.0 + 1e-9 for at, each in enumerate(points))


@given(st.floats(0.1, 5000), st.lists(st.floats(-100, 100), min_size=1, max_size=8))
def test_parts_of_a_number_add_up_to_the_printed_numbers(before, points):
    """In the decimals of the ends."""
    after = max(before + sum(points), 0.1)
    points = [*points, after - before - sum(points)]
    printed = printed_parts(NUMBER, before, after, points)
    ends = [float(value_text(NUMBER, value).replace(",", "")) for value in (before, after)]
    assert abs(ends[0] + sum(_size(printed.text(at)) for at in range(len(points))) - ends[1]) < 1e-6 * max(ends)


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


def _size(said):
    return 0.0 if said == "no change" else float(said.split(" ")[0].replace(",", "").replace(words.MINUS, "-"))
