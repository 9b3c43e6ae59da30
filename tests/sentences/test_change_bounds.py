"""How far an answer moved at the most, in words."""

from __future__ import annotations

import math
from typing import Any

import pytest

from forecast.schema.insight import MeasureScale
from forecast.sentences.change_bounds import bound_text
from forecast.sentences.change_sentences import change_sentence, move_sentence

CHANCE: MeasureScale = {"kind": "probability", "unit": "", "settled": False}
NUMBER: MeasureScale = {"kind": "mean", "unit": "men", "settled": False}
SHARE: MeasureScale = {"kind": "mean", "unit": "share", "settled": False}


@pytest.mark.parametrize(
    ("measure", "change", "error", "said"),
    [
        (CHANCE, 0.0, 0.0, "not at all"),
        (CHANCE, 0.002, 0.0, "at most 0.2 points"),
        (CHANCE, -0.002, 0.0001, "at most 0.3 points"),  # 0.22, rounded up
        (CHANCE, 0.01, 0.0, "at most 1 point"),
        (CHANCE, 0.0101, 0.0, "at most 1.1 points"),
        (CHANCE, 0.05, 0.03, "at most 11 points"),
        (CHANCE, 0.00001, 0.0, "at most 0.001 points"),
        (SHARE, 0.004, 0.0, "at most 0.4 points"),
        (NUMBER, 0.004, 0.005, "at most 0.014"),
        (NUMBER, -0.021, 0.0, "at most 0.03"),
        (NUMBER, 9.2, 0.0, "at most 10"),
        (NUMBER, 1234.0, 0.0, "at most 1,300"),
        (NUMBER, math.nan, 0.0, ""),
        (NUMBER, 0.1, math.inf, ""),
    ],
)
def test_a_bound_is_the_change_and_two_errors_rounded_up(measure: MeasureScale, change: float, error: float, said: str):
    """It is never below what it bounds, nor more than half as much again."""
    assert bound_text(measure, change, error=error) == said


def test_an_answer_that_stayed_says_how_far_it_can_have_moved():
    """Where nothing was computed anew it did not move at all."""
    assert change_sentence(NUMBER, 4.376, 4.38, [], error=0.005) == "Moved by at most 0.014, now 4.38."
    assert change_sentence(CHANCE, 0.1, 0.1004, [], error=0.0) == "Moved by at most 0.04 points, now 10 %."
    assert change_sentence(CHANCE, 0.1, 0.1, []) == "Not moved, still 10 %."


def test_a_rounding_error_is_no_movement() -> None:
    """What sums in another order leave of a settled number or a probability is not printed."""
    assert change_sentence(NUMBER, 222.999999999993, 223.000000000003, [], error=1.2e-12) == "Not moved, still 223."
    assert change_sentence(NUMBER, 223.0, 223.0, [], error=1e-5) == "Moved by at most 0.00002, now 223."


def test_what_moved_an_answer_is_said_from_the_numbers_of_the_report():
    """Whatever digits its stored sentence has, beside a table and a picture of the same numbers; a mean that is not known has no sentence."""
    part = {
        "kind": "row",
        "name": "walk_ins",
        "about": "walk_ins: 1",
        "known": "",
        "source": "",
        "points": [0.0131],
        "errors": [0.0002],
        "bits": [None],
    }
    move: Any = {
        "before": [0.0149],
        "after": [0.028],
        "errors": [0.0003],
        "parts": [part],
        "sentences": ["Up from 1 % to 3 %: walk_ins: 1 (+2 points)."],
    }
    assert move_sentence(CHANCE, move, 0) == "Up from 1.5 % to 2.8 %: walk ins: 1 (+1.3 points)."
    assert [move_sentence(CHANCE, {**move, "sentences": without}, 0) for without in ([""], [])] == ["", ""]
