"""Sentences of answers are made from the numbers in a report's JSON, whatever its stored sentence says."""

from __future__ import annotations

from typing import Any

import pytest

from forecast.report.icd203 import answer_sentence
from forecast.sentences.answer_text import answer_text
from forecast.sentences.resolved import ending_text
from forecast.sentences.variants import range_sentence
from tests.support.sample_report import sample_content


def test_the_sentence_is_made_from_the_numbers():
    """What the sample's JSON has as sentences is what its numbers come to, and another stored sentence changes nothing."""
    for answer in sample_content()["answers"]:
        assert answer_text(answer) == answer["sentence"]
        assert answer_sentence({**answer, "sentence": "Something else."}) == answer["sentence"]


@pytest.mark.parametrize(
    ("kind", "unit", "ends", "said"),
    [
        ("probability", "", (0.0123, 0.131), "Rival versions of the model give 1 to 13 %."),
        ("probability", "", (0.286, 0.2862), "All versions of the model give 29 %."),
        ("probability", "", (0.0002, 0.02), "Rival versions of the model give below 0.1 % to 2 %."),
        ("date", "", (0.1, 0.2), "Rival versions of the model give chances of 10 to 20 % that it happens by then."),
        ("distribution", "share", (0.2612, 0.2614), "All versions of the model give a median of 26 %."),
        ("distribution", "", (0.35315, 0.35341), "All versions of the model give a median of 0.353."),
        ("distribution", "people", (139.2, 143.4), "Rival versions of the model give medians of 139 to 143."),
        ("distribution", "odds of rain, against snow", (0.0755, 0.145), "Rival versions of the model give medians of 0.0755 to 0.145 (odds of rain, against snow)."),
    ],
)  # fmt: skip
def test_the_range_over_versions_of_the_model_has_at_most_three_digits(kind: Any, unit: str, ends: tuple[float, float], said: str):
    """What is printed alike at both ends is one number."""
    assert range_sentence(kind, unit, [{"label": "", "low": ends[0], "high": ends[1]}]) == said


def test_the_range_of_choices_names_each():
    """A choice whose ends are printed alike has one number."""
    ranges: list[Any] = [{"label": "no_chance", "low": 0.11, "high": 0.17}, {"label": "several", "low": 0.2, "high": 0.2}]
    assert range_sentence("shares", "", ranges) == "Rival versions of the model give no chance 11 to 17 % and several 20 %."


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        ("date 2026-09-15, decided on 23 September 2026", "15 September 2026, decided on 23 September 2026"),
        ("not by 2026-12-31, decided on 1 January 2027", "not by 31 December 2026, decided on 1 January 2027"),
        ("number 223, decided on 31 December 2025", "223, decided on 31 December 2025"),
        ("number -1.5, decided on 31 December 2025", "-1.5, decided on 31 December 2025"),
        ("yes (it happened), decided on 3 May 2026", "yes (it happened), decided on 3 May 2026"),
        ("number one, decided on 3 May 2026", "number one, decided on 3 May 2026"),  # a label
    ],
)
def test_a_resolution_is_said_without_the_word_for_its_kind(recorded: str, said: str):
    """A day is written out; labels stay as they are."""
    assert ending_text(recorded) == said
