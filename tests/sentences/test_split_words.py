"""How much of an answer's doubt is ignorance is said with its Monte Carlo error: in the table, in the picture and in a sentence."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.report.charts_fit import split_chart
from forecast.report.tables_why import split_table
from forecast.sentences.split_words import doubt_sentence, share_with_error, split_texts, structure_sentence

SPLIT = {
    "question": "late_ferry",
    "label": "",
    "ignorance": 0.5427,
    "error": 0.0114,
    "parts": [
        {"parameter": "wind", "label": "north", "share": 0.2531, "error": 0.0213},
        {"parameter": "tide", "label": "", "share": 0.0181, "error": 0.0093},
    ],
}


@pytest.mark.parametrize(
    ("share", "error", "said"),
    [
        (0.5427, 0.0114, "54 % ± 1"),
        (0.1389, 0.0204, "14 % ± 2"),
        (0.5427, 0.00141, "54.3 % ± 0.1"),
        (0.5427, 0.00096, "54.3 % ± 0.1"),
        (0.2731, 0.096, "27 % ± 10"),
        (0.2731, 0.124, "27 % ± 12"),
        (0.54273, 0.00049, "54.3 %"),
        (0.54273, 0.0, "54.3 %"),
        (0.54, 0.0, "54 %"),
        (0.0, 0.00012, "below 0.1 %"),
        (0.0, 0.02, "below 5 %"),
        (0.004, 0.006, "below 2 %"),
        (0.012, 0.009, "below 5 %"),
        (0.04, 0.15, "4 % ± 15"),
        (1.0, 0.02, "above 95 %"),
        (0.0, 0.0, "0 %"),
        (1.0, 0.0, "100 %"),
        (0.994617, 0.000069, "99.5 %"),
        (0.98, 0.0087, "98.0 % ± 0.9"),
        (0.5427, 0.0097, "54 % ± 1"),
        (0.0316, 0.0087, "3.2 % ± 0.9"),
        (1.0000003, 0.0, "100 %"),
        (-0.002, 0.003, "below 1 %"),
    ],
)  # fmt: skip
def test_a_share_is_printed_to_the_digit_of_its_error(share, error, said):
    """Whole percents, tenths where the error is below one; within two errors of an end a bound that allows for them."""
    assert share_with_error(share, error=error) == said


@given(st.floats(0, 1), st.floats(0, 0.3))
def test_ignorance_and_luck_add_up_as_printed(share, error):
    """The two printed numbers make 100, have the same error, and are within one of its last digit of what they round."""
    ignorance, luck = split_texts(share, error=error)
    plain = re.compile(r"([\d.]+) %(?: ± ([\d.]+))?")
    first, second = plain.fullmatch(ignorance), plain.fullmatch(luck)
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert float(first[1]) + float(second[1]) == pytest.approx(100, abs=1e-9)
        assert first[2] == second[2]
        assert abs(float(first[1]) - 100 * share) <= max(1.05 * 100 * error, 0.0501)
        if first[2]:
            assert 0.6 * 100 * error <= float(first[2]) <= 1.6 * 100 * error + 0.05


@pytest.mark.parametrize(
    ("share", "error", "said"),
    [
        (0.5427, 0.0114, "54 % ± 1 is ignorance of the parameters and the rest is luck"),
        (0.0, 0.0001, "less than 0.1 % is ignorance of the parameters and the rest is luck"),
        (0.9996, 0.0001, "more than 99.9 % is ignorance of the parameters and the rest is luck"),
        (1.0, 0.0, "all is ignorance of the parameters and none is luck"),
        (0.0, 0.0, "none is ignorance of the parameters and all is luck"),
    ],
)
def test_the_sentence_of_a_split_is_plain_at_its_ends(share, error, said):
    """A bound is said as a bound, and no rest is spoken of where there is none."""
    assert doubt_sentence(share, error=error) == f"Of the doubt, {said}"


def test_the_doubt_of_variants_names_structure():
    """Of variants the sentence, the table and the picture's description say that which of them is right is part of the ignorance."""
    assert doubt_sentence(0.5427, error=0.0114, structure=True) == (
        "Of the doubt, 54 % ± 1 is ignorance of the parameters and of which version of the model is right and the rest is luck"
    )
    assert structure_sentence(0.0004, error=0.0001) == "less than 0.1 % of the doubt is over which version of the model is right"
    insight: dict[str, Any] = {"split": [{**SPLIT, "structure": 0.2, "structure_error": 0.004}]}
    table, chart = split_table(insight), split_chart(insight)
    assert table.rows[0][:4] == ("late ferry", "54 % ± 1", "20.0 % ± 0.4", "46 % ± 1")
    assert "ignorance of the parameters and of which version of the model is right" in table.caption
    assert chart is not None
    assert "ignorance of the parameters and of which version of the model is right" in chart.alt


def test_table_and_picture_say_the_same_share_with_its_error():
    """Cells, the words in the picture and its description; the table says what the sign means, and leaves out what may be noise."""
    insight: dict[str, Any] = {"split": [SPLIT]}
    table, chart = split_table(insight), split_chart(insight)
    assert table.rows == (("late ferry", "54 % ± 1", "46 % ± 1", "wind, north 25 % ± 2"),)
    assert table.caption.endswith("; ± is one Monte Carlo error, in percentage points")
    assert chart is not None
    assert "late ferry 54 % ± 1" in chart.alt
    assert "late ferry: 54 % ± 1" in [text.text for text in chart.texts]
