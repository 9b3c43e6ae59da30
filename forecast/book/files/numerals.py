"""How numbers and days are spelled in cells and on the command line, and what somebody may have meant who spelled them otherwise.

Only the digits 0 to 9 make numbers: Python's own readers take those of every
script, underscores, and days without hyphens, which other programs read otherwise.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal

NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
MINUS_SIGN = "\u2212"  # as reports print it
DAY = "as in 2025-12-31"
PERCENTS, _SHARE = ("per cent", "percent", "%"), "share"  # units
_NUMBER = re.compile(NUMBER)
_MINUS = re.compile(rf"{MINUS_SIGN}(?=\.?[0-9])")
_BELOW_ZERO = re.compile(r"^-(?=\.?[0-9])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:([,. _'\u2019])[0-9]{3})(?:\1[0-9]{3})*((?!\1)[.,][0-9]+)?")
_UNKNOWN = {
    "n/a",
    "na",
    "n.a.",
    "nan",
    "none",
    "null",
    "nil",
    "unknown",
    "tbd",
    "missing",
    "-",
    "--",
    "?",
    "??",
    ".",
    "..",
    "...",
    "x",
    "/",
}
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000  # days of a spreadsheet from 1954 to 2119
_SPREADSHEET_ZERO = date(1899, 12, 30)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def is_number(text: str) -> bool:
    """Whether a text spells a number."""
    return _NUMBER.fullmatch(text) is not None


def with_minus_sign(word: str) -> str:
    """Return a word that is a number below zero with the sign that reports print, ``\u22125`` for ``-5``; any other as it is."""
    return _BELOW_ZERO.sub(MINUS_SIGN, word)


def with_hyphens(text: str) -> str:
    """Return a text whose numbers have the sign that a keyboard has, ``-5`` for ``\u22125``."""
    return _MINUS.sub("-", text)


def parse_day(text: str) -> date | None:
    """Return the day that a text spells as in 2025-12-31; None for any other text, and for days that do not exist."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def is_unknown(text: str) -> bool:
    """Whether a text says that nothing is known, as ``n/a`` and ``?`` do."""
    plain = _ascii_text(text)
    return plain.lower() in _UNKNOWN or re.fullmatch(r"-+", plain) is not None


def number_hint(text: str, *, may_be_range: bool = False, unit: str = "") -> str:
    """Return what to write instead of a text that spells no number; empty where nobody knows what was meant.

    ``may_be_range`` is true of cells beside which the ends of a range have columns of their own; ``unit`` is that of the numbers, where it is known.
    """
    plain = _ascii_text(text)
    if hint := _characters_hint(text, plain):
        return hint
    if is_unknown(plain):
        return "leave the line out where the number is not known"
    if plain.lower() in {"true", "false", "yes", "no", "on", "off"}:
        return "write 1 for yes and 0 for no"
    if plain.startswith("#"):
        return "it is the error of a spreadsheet's formula"
    if plain.startswith("="):
        return "write the result, not the formula"
    if hint := _one_number_hint(plain, unit):
        return hint
    if re.fullmatch(rf"(?:[<>≤≥~≈±]=?|about |ca\.? ?|over |under ).*[0-9].*|{NUMBER}\s*(?:-|\.\.|to|±|\+)\s*(?:{NUMBER})?", plain):
        return "where only a range is known, write its ends in the columns value_low and value_high" if may_be_range else ""
    if match := re.fullmatch(rf"[^0-9]{{0,4}}?({NUMBER})(?![eE][^a-z]*$)[^0-9]*", plain):
        return f"write the number alone, as in {match[1]}"
    return ""


def day_hint(text: str) -> str:
    """Return how to write a text that spells no day."""
    plain = _ascii_text(text)
    wanted = f"write it {DAY}"
    if _DAY.fullmatch(plain) and plain != text:
        return _characters_hint(text, plain) or f"write it as {plain}"
    if is_unknown(plain):
        return "leave the line out where the day is not known"
    if match := re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9].*", plain):
        return f"write the day alone, without a time: {match[1]}"
    if re.fullmatch(r"[0-9]{5}(?:\.[0-9]+)?", plain) and _FIRST_SERIAL <= float(plain) <= _LAST_SERIAL:
        day = _SPREADSHEET_ZERO + timedelta(days=int(float(plain)))
        return f"it seems to be a spreadsheet's number for {day}: give its column the format of a date"
    if match := re.fullmatch(r"([0-9]{4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,2})|([0-9]{4})([0-9]{2})([0-9]{2})", plain):
        return _day_text_hint(*(part for part in match.groups() if part)) or wanted
    if match := re.fullmatch(r"([0-9]{1,2})\.? ([A-Za-z]{3,9})\.?,? ([0-9]{4})", plain):
        return _day_text_hint(match[3], _month_digits(match[2]), match[1]) or wanted
    if match := re.fullmatch(r"([A-Za-z]{3,9})\.? ([0-9]{1,2}),? ([0-9]{4})", plain):
        return _day_text_hint(match[3], _month_digits(match[1]), match[2]) or wanted
    if re.fullmatch(r"[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}", plain):
        return f"write the year, the month and the day, {DAY}"
    if re.fullmatch(r"[0-9]{4}(?:[-/. ](?:[0-9]{1,2}|Q[1-4]|W[0-9]{1,2}))?|(?:Q[1-4]|[A-Za-z]{3,9}\.?) [0-9]{4}", plain):
        return f"write one whole day, {DAY}"
    return wanted


def _ascii_text(text: str) -> str:
    """A text with its look-alikes made ASCII: digits of other scripts, full-width letters, dashes, spaces."""
    made = []
    for character in text:
        digit = unicodedata.decimal(character, None)
        category = unicodedata.category(character)
        if digit is not None:
            made.append(str(digit))
        elif category == "Pd" or character == "\N{MINUS SIGN}":
            made.append("-")
        elif category == "Zs":
            made.append(" ")
        elif category != "Cf":
            made.append(unicodedata.normalize("NFKC", character) if unicodedata.east_asian_width(character) == "F" else character)
    return "".join(made).strip()


def _characters_hint(text: str, plain: str) -> str:
    """What to write where the text is a number or a day but for characters that look like those wanted, or cannot be seen."""
    for character in text:
        if character.isascii():
            continue
        code = f"(U+{ord(character):04X})"
        category = unicodedata.category(character)
        if category in {"Zs", "Cf"} and plain:
            called = unicodedata.name(character, "this character").lower().replace("no-break space", "non-breaking space")
            without = re.sub(r"\s", "", plain)
            rest = f": {without}" if is_number(without) or _DAY.fullmatch(without) else ""
            return f"delete the {called} {code} in it{rest}"
        if unicodedata.decimal(character, None) is not None and any(other.isdigit() for other in plain):
            return "write its digits as 0 to 9" + (f": {plain}" if is_number(plain) or _DAY.fullmatch(plain) else "")
        if (category == "Pd" or character == "\N{MINUS SIGN}") and (is_number(plain) or _DAY.fullmatch(plain)):
            called = "minus sign" if is_number(plain) else "hyphen"
            return f"write the {called} of the keyboard instead of {character} {code}: {plain}"
    return ""


def _percent_hint(number: str, unit: str) -> str:
    """How to write a number that has a percent sign: in the unit of the numbers, or of both kinds where none says which."""
    share = Decimal(number) / 100
    if abs(share.adjusted()) >= 30:  # too long to be written out
        return ""
    if unit in PERCENTS:
        return f"write it without the sign: {number}"
    if unit == _SHARE:
        return f"write it as a share: {share.normalize():f}"
    return f"write it without the sign: {share.normalize():f} as a share, or {number} in percent"


def _one_number_hint(plain: str, unit: str) -> str:
    """How to write one number that has a comma, separators, a percent sign or the like in it."""
    if match := re.fullmatch(rf"({NUMBER}|[+-]?[0-9]+,[0-9]+) ?%", plain):
        return _percent_hint(match[1].replace(",", "."), unit)
    if match := _GROUPED.fullmatch(plain):
        if re.fullmatch(r"[+-]?[0-9]{1,3},[0-9]{3}", plain):
            return "write no separator of thousands, as in 12000, and decimals with a point, as in 0.5"
        whole = plain.removesuffix(match[2] or "").replace(match[1], "")
        return f"write it without separators: {whole}{(match[2] or '').replace(',', '.')}"
    if re.fullmatch(r"[+-]?[0-9]*,[0-9]+", plain):
        return f"decimals have a point: {plain.replace(',', '.')}"
    if re.fullmatch(r"\(([0-9.,]+)\)", plain):
        return f"write a negative number with a minus sign: -{plain[1:-1]}"
    if re.fullmatch(rf"'{NUMBER}", plain):
        return f"delete the apostrophe: {plain[1:]}"
    if re.fullmatch(rf"[+-] +{NUMBER}|[0-9_ ]+(?:\.[0-9_]*)?", plain) and is_number(without := re.sub(r"[ _]", "", plain)):
        return f"write it without blanks and underscores: {without}"
    if re.fullmatch(r"[0-9]+ ?[/⁄:] ?[0-9]+|[0-9]* ?[¼-¾⅐-⅞]", plain):  # noqa: RUF001 - what people type
        return "write a fraction as a decimal number, as in 0.5"
    return ""


def _month_digits(name: str) -> str:
    return str(_MONTHS.index(name[:3].lower()) + 1) if name[:3].lower() in _MONTHS else ""


def _day_text_hint(year: str, month: str, day: str) -> str:
    """How to write a day of which the parts are known; empty where there is no such day."""
    written = parse_day(f"{year}-{month:0>2}-{day:0>2}")
    return f"write it as {written}" if written else ""
