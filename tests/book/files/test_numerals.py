"""How numbers and days are spelled, and what is said of other spellings."""

from __future__ import annotations

from datetime import date

import pytest

from forecast.book.files.numerals import day_hint, is_number, is_unknown, number_hint, parse_day

NUMBERS = {
    "many": "",
    "0x10": "",
    "5.5.5": "",
    "1e": "",
    "12\u00a0000": "delete the non-breaking space (U+00A0) in it: 12000",
    "1\u202f000": "delete the narrow non-breaking space (U+202F) in it: 1000",
    "5\u2009": "delete the thin space (U+2009) in it: 5",
    "5\u200b": "delete the zero width space (U+200B) in it: 5",
    "\u22125": "write the minus sign of the keyboard instead of \u2212 (U+2212): -5",
    "\u20130.5": "write the minus sign of the keyboard instead of \u2013 (U+2013): -0.5",
    "１２": "write its digits as 0 to 9: 12",
    "٥": "write its digits as 0 to 9: 5",
    "१२.५": "write its digits as 0 to 9: 12.5",
    "٢٬٠": "write its digits as 0 to 9",
    "0,5": "decimals have a point: 0.5",
    "-12,25": "decimals have a point: -12.25",
    "1,000": "write no separator of thousands, as in 12000, and decimals with a point, as in 0.5",
    "1,000,000": "write it without separators: 1000000",
    "1,000.5": "write it without separators: 1000.5",
    "1.000,5": "write it without separators: 1000.5",
    "12.500.000": "write it without separators: 12500000",
    "1'000": "write it without separators: 1000",
    "1\u2019000": "write it without separators: 1000",
    "1 000": "write it without separators: 1000",
    "1_000": "write it without separators: 1000",
    "1__0": "write it without blanks and underscores: 10",
    "- 5": "write it without blanks and underscores: -5",
    "5%": "write it without the sign: 0.05 as a share, or 5 in percent",
    "2,5 %": "write it without the sign: 0.025 as a share, or 2.5 in percent",
    "5 men": "write the number alone, as in 5",
    "$5": "write the number alone, as in 5",
    "1.5km": "write the number alone, as in 1.5",
    "TRUE": "write 1 for yes and 0 for no",
    "no": "write 1 for yes and 0 for no",
    "n/a": "leave the line out where the number is not known",
    "-": "leave the line out where the number is not known",
    "\u2014": "leave the line out where the number is not known",
    "?": "leave the line out where the number is not known",
    "1/2": "write a fraction as a decimal number, as in 0.5",
    "\u00bd": "write a fraction as a decimal number, as in 0.5",
    "(5)": "write a negative number with a minus sign: -5",
    "'5": "delete the apostrophe: 5",
    "=SUM(A1)": "write the result, not the formula",
    "#REF!": "it is the error of a spreadsheet's formula",
}
RANGES = ("5-7", "5\u20137", "5 to 7", "5..7", ">5", "\u22655", "~5", "about 5", "5+")
DAYS = {
    "12.02.2024": "write the year, the month and the day, as in 2025-12-31",
    "02/12/24": "write the year, the month and the day, as in 2025-12-31",
    "2024/02/12": "write it as 2024-02-12",
    "2024.2.3": "write it as 2024-02-03",
    "2024-2-3": "write it as 2024-02-03",
    "20240212": "write it as 2024-02-12",
    "12 Feb 2024": "write it as 2024-02-12",
    "12. February 2024": "write it as 2024-02-12",
    "Feb 12, 2024": "write it as 2024-02-12",
    "12 Foo 2024": "write it as in 2025-12-31",
    "2024/02/31": "write it as in 2025-12-31",
    "45334": "it seems to be a spreadsheet's number for 2024-02-12: give its column the format of a date",
    "45334.75": "it seems to be a spreadsheet's number for 2024-02-12: give its column the format of a date",
    "99999": "write it as in 2025-12-31",
    "2024-02-12T00:00:00": "write the day alone, without a time: 2024-02-12",
    "2024-02-12 09:30": "write the day alone, without a time: 2024-02-12",
    "2024\u201102\u201112": "write the hyphen of the keyboard instead of \u2011 (U+2011): 2024-02-12",
    "٢٠٢٤-٠٢-١٢": "write its digits as 0 to 9: 2024-02-12",
    "2024-02-12\u00a0": "delete the non-breaking space (U+00A0) in it: 2024-02-12",
    "2024": "write one whole day, as in 2025-12-31",
    "2024-12": "write one whole day, as in 2025-12-31",
    "Q1 2024": "write one whole day, as in 2025-12-31",
    "Feb 2024": "write one whole day, as in 2025-12-31",
    "n/a": "leave the line out where the day is not known",
    "2024-W07-1": "write it as in 2025-12-31",
}


@pytest.mark.parametrize("text", NUMBERS)
def test_what_spells_no_number_is_hinted_at(text: str):
    """Signs and digits that look right, separators, units and words: each says what to write, or nothing where nobody knows."""
    assert (is_number(text), number_hint(text)) == (False, NUMBERS[text])


@pytest.mark.parametrize("text", RANGES)
def test_a_range_has_columns_of_its_own_where_there_are_such(text: str):
    """A range or a bound is hinted at for a stream's value, and for nothing else."""
    hint = "where only a range is known, write its ends in the columns value_low and value_high"
    assert [number_hint(text, may_be_range=may) for may in (True, False)] == [hint, ""]


@pytest.mark.parametrize("text", ["5", "-5", "+5", "0.5", ".5", "5.", "1e3", "1E-3", "007"])
def test_plain_decimals_are_numbers(text: str):
    """Digits with a sign, a point and a power of ten."""
    assert is_number(text)


@pytest.mark.parametrize("text", DAYS)
def test_what_spells_no_day_is_hinted_at(text: str):
    """A day that is known beyond doubt is written out; of others it is said how days are written."""
    assert (parse_day(text), day_hint(text)) == (None, DAYS[text])


@pytest.mark.parametrize(("text", "day"), [("2024-02-29", date(2024, 2, 29)), ("2023-02-29", None), ("0000-01-01", None), ("", None)])
def test_a_day_is_read_where_it_exists(text: str, day: date | None):
    """A leap day of a leap year is one, that of another year is not."""
    assert parse_day(text) == day


def test_what_is_unknown_is_told_from_what_is_not():
    """Words and signs for nothing known are many; a label is none of them."""
    assert [text for text in ("n/a", "N/A", "?", "--", "\u2014", "tbd", "calm", "0") if is_unknown(text)] == [
        "n/a",
        "N/A",
        "?",
        "--",
        "\u2014",
        "tbd",
    ]


@pytest.mark.parametrize(
    ("text", "unit", "hint"),
    [
        ("51%", "per cent", "write it without the sign: 51"),
        ("2,5 %", "percent", "write it without the sign: 2.5"),
        ("51%", "share", "write it as a share: 0.51"),
        ("51%", "", "write it without the sign: 0.51 as a share, or 51 in percent"),
        ("51%", "points", "write it without the sign: 0.51 as a share, or 51 in percent"),
    ],
)
def test_a_percent_sign_is_written_as_the_unit_needs_it(text: str, unit: str, hint: str):
    """Where the unit says which, one number is named; else both are."""
    assert number_hint(text, unit=unit) == hint
