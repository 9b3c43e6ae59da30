"""What the page of calibration prints: the parts of a Brier score add up as they stand there."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forecast.sentences.calibration_words import parts_texts
from forecast.sentences.score_words import score_text

pytestmark = pytest.mark.small
SHARE = st.floats(0, 1)


@given(SHARE, SHARE, SHARE)
@example(0.0005, 0.0, 1.0)
def test_the_printed_parts_of_a_score_add_up(less: float, telling: float, unknown: float) -> None:
    """The printed miscalibration less discrimination plus uncertainty is the printed score, and no part is off by a thousandth or more."""
    its = {"brier": less - telling + unknown, "miscalibration": less, "discrimination": telling, "uncertainty": unknown}
    printed = parts_texts(its)  # type: ignore[arg-type]
    less_text, score = (score_text(its[key]).replace("\u2212", "-") for key in ("miscalibration", "brier"))
    assert float(less_text) - float(printed[0]) + float(printed[1]) == pytest.approx(float(score), abs=1e-9)
    assert abs(float(printed[0]) - telling) < 0.001 + 1e-9
    assert abs(float(printed[1]) - unknown) < 0.001 + 1e-9


def test_a_thousandth_that_rounding_leaves_is_put_where_rounding_took_most() -> None:
    """0.0434 - 0.1096 + 0.2321 is 0.1659: beside 0.166 and 0.043 stand 0.109 and 0.232."""
    its = {"brier": 0.1659, "miscalibration": 0.0434, "discrimination": 0.1096, "uncertainty": 0.2321}
    assert parts_texts(its) == ("0.109", "0.232")  # type: ignore[arg-type]
