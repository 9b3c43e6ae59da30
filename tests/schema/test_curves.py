"""Curves with as few points as their pictures need: what is left out cannot be seen."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.schema.curves import DRAWN_HEIGHT, DRAWN_WIDTH, compact_curve, needed_points, visible_part

pytestmark = pytest.mark.medium


def distance(point, start, end):
    """How far a point lies from a stretch, by a thousand points of it."""
    steps = [index / 1000 for index in range(1001)]
    return min(math.dist(point, (start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1]))) for part in steps)


@given(st.lists(st.floats(0, 100), min_size=2, max_size=30), st.floats(0.05, 5))
def test_no_point_that_is_left_out_lies_farther_off_than_the_tolerance(heights, tolerance):
    """Both ends stay, and each other point lies near the line between the kept ones on its two sides."""
    points = [(10.0 * index, height) for index, height in enumerate(heights)]
    kept = needed_points(points, tolerance=tolerance)
    assert (kept[0], kept[-1]) == (0, len(points) - 1)
    for index, point in enumerate(points):
        before, after = max(at for at in kept if at <= index), min(at for at in kept if at >= index)
        assert distance(point, points[before], points[after]) <= tolerance + 0.06  # the thousand points are 0.1 apart


def test_a_straight_line_has_two_points_and_a_corner_three():
    """What lies on the line between its neighbours goes; a corner stays."""
    assert needed_points([(float(x), 2.0 * x) for x in range(50)], tolerance=0.1) == [0, 49]
    assert needed_points([(0, 0), (1, 0), (2, 0), (2, 1), (2, 2)], tolerance=0.1) == [0, 2, 4]


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_a_density_keeps_its_picture(scale):
    """A curve of 96 points keeps its visible ends and its peak to half a pixel, in half as many points of few digits."""
    at = [-4 + 8 * index / 95 for index in range(96)]
    xs = [math.exp(each) if scale == "log" else each for each in at]
    whole = {"discrete": False, "x": [float(f"{x:.6g}") for x in xs], "y": [float(f"{math.exp(-0.5 * each * each):.6g}") for each in at]}
    place = math.log if scale == "log" else float
    found, shown = compact_curve(whole, place), visible_part(whole, place)
    assert (found["cut"], visible_part(found, place)) == (True, list(zip(found["x"], found["y"], strict=True)))
    assert (found["x"][0], found["x"][-1]) == (shown[0][0], shown[-1][0])
    assert len(found["x"]) < 48
    assert sum(len(repr(number)) for number in [*found["x"], *found["y"]]) < 0.4 * sum(len(repr(n)) for n in [*whole["x"], *whole["y"]])
    wide, high = (place(shown[-1][0]) - place(shown[0][0])) / DRAWN_WIDTH, max(whole["y"]) / DRAWN_HEIGHT
    drawn = [(place(x) / wide, y / high) for x, y in zip(found["x"], found["y"], strict=True)]
    for x, y in shown:
        point = (place(x) / wide, y / high)
        assert min(distance(point, a, b) for a, b in pairwise(drawn)) < 0.5


def test_bars_stay_as_they_are():
    """A mass function is drawn as bars, each at its place."""
    bars = {"discrete": True, "x": [0.0, 1.0, 2.0], "y": [0.123456, 0.5, 0.376544]}
    assert compact_curve(bars) == bars
