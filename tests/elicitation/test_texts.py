"""What people type, and what is said to them where it cannot be understood."""

from __future__ import annotations

import pytest

from forecast.elicitation.judgements import POSITIVE_SUPPORT, REAL_SUPPORT, SHARE_SUPPORT, QuantilePoint, QuantilePoints, Support
from forecast.elicitation.texts import parse_chips, parse_labelled_chips, parse_number, parse_points
from forecast.language.faults import Fault


@pytest.mark.parametrize(
    ("text", "support", "value"),
    [("0.5", POSITIVE_SUPPORT, 0.5), (" 12 ", REAL_SUPPORT, 12), ("-3", REAL_SUPPORT, -3), ("\N{MINUS SIGN}3", REAL_SUPPORT, -3), ("3e-4", POSITIVE_SUPPORT, 3e-4), ("5 %", SHARE_SUPPORT, 0.05), ("5%", SHARE_SUPPORT, 0.05)],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(text: str, support: Support, value: float):
    """Spaces, a true minus sign, powers of ten and, of a share, percents."""
    assert parse_number(text, support) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [("1,5", "`1,5` is not a number"), ("few", "`few` is not a number"), ("nan", "`nan` is not a finite number"), ("5 %", "`5 %` is in percent, and this unknown is not a share")],
)  # fmt: skip
def test_what_is_no_number_is_said_so(text: str, message: str):
    """Commas, words, and percents of what is no share are refused."""
    with pytest.raises(Fault) as refused:
        parse_number(text, POSITIVE_SUPPORT)
    assert refused.value.message == message


def test_chips_points_and_labels():
    """Bins with chips, points in any order, and chips on labels."""
    expected = QuantilePoints((QuantilePoint(0, -1), QuantilePoint(0.3, 1), QuantilePoint(0.8, 2), QuantilePoint(1, 5)))
    assert parse_chips("-1-1:3, 1-2:5,2 to 5: 2") == expected
    assert parse_points("p90=20; 10: 3, p50 = 8", POSITIVE_SUPPORT) == QuantilePoints(
        (QuantilePoint(0.1, 3), QuantilePoint(0.5, 8), QuantilePoint(0.9, 20))
    )
    assert parse_points("p2_5=1 %, 97.5=30 %", SHARE_SUPPORT) == QuantilePoints((QuantilePoint(0.025, 0.01), QuantilePoint(0.975, 0.3)))
    assert parse_labelled_chips("hull:3, old engine = 7") == {"hull": 3, "old engine": 7}


@pytest.mark.parametrize(
    ("parse", "text", "message"),
    [
        (parse_chips, "0-1:3, 1-2", "`1-2` is no bin with chips"),
        (parse_chips, " ", "nothing was said"),
        (parse_labelled_chips, "hull", "`hull` is no label with chips"),
        (parse_labelled_chips, "hull:1, hull:2", "`hull` is given twice"),
        (lambda text: parse_points(text, POSITIVE_SUPPORT), "q10=3", "`q10=3` is no point"),
        (lambda text: parse_points(text, POSITIVE_SUPPORT), "p10=3, p10=4", "the 10 % point is given twice"),
        (lambda text: parse_points(text, POSITIVE_SUPPORT), "p0=3, p10=4", "there is no 0 % point"),
    ],
)
def test_what_cannot_be_understood_is_said_so(parse, text: str, message: str):
    """Each mistake has a message of its own."""
    with pytest.raises(Fault) as refused:
        parse(text)
    assert refused.value.message == message


@pytest.mark.parametrize("text", ["1_000", "٥", "１２", "0x1F", "1e5_0", "५ %"])
def test_only_the_digits_0_to_9_make_a_number(text: str):
    """Neither digits of other scripts nor underscores, which Python's own reader takes."""
    with pytest.raises(Fault) as refused:
        parse_number(text, SHARE_SUPPORT)
    assert refused.value.message == f"`{text}` is not a number"
    with pytest.raises(Fault):
        parse_points(f"p10={text}, p90=2_000", POSITIVE_SUPPORT)
    with pytest.raises(Fault):
        parse_chips(f"0-{text}:3")
