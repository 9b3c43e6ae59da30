"""The day that a question names as its last: "by 31 March 2027", "before April 2027", "by the end of the year"."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from forecast.book.calendar import ONE_DAY
from forecast.book.files.months import MONTH_PATTERN, month_number

_NAMES = MONTH_PATTERN
_ORDINAL = r"(?:st|nd|rd|th)?"
_LEAD = r"(?P<lead>by|on\s+or\s+before|before|until|till|through|up\s+to|(?:no|not)\s+later\s+than)\s+"
_END = r"(?P<end>(?:the\s+)?(?:very\s+)?(?:end|close)\s+of\s+)?(?:the\s+)?"
_ISO = r"(?P<iso>\d{4}-\d{1,2}-\d{1,2})"
_DAY_FIRST = rf"(?P<day>\d{{1,2}}){_ORDINAL}\s+(?:of\s+)?(?P<day_month>{_NAMES})\b(?:,?\s+(?P<day_year>\d{{4}}))?"
_MONTH_FIRST = rf"(?P<month_day>{_NAMES})\s+(?P<on>\d{{1,2}}){_ORDINAL}\b(?:,?\s+(?P<on_year>\d{{4}}))?"
_MONTH = rf"(?P<month>{_NAMES})\b(?:,?\s+(?P<month_year>\d{{4}}))?"
_QUARTER = r"Q(?P<quarter>[1-4])\s+(?P<quarter_year>\d{4})"
_CLAUSE_END = r"(?=\s*(?:[?,.:;)]|$))"
_YEAR_END_OF_CLAUSE = r"(?=\s*(?:[?,.:;)]|$)|\s+(?:at|in|on|or|and|if|as|under|with|without|according|anywhere|worldwide|globally)\b)"
_YEAR = rf"(?:year\s+)?(?P<year>(?:19|2\d)\d\d){_YEAR_END_OF_CLAUSE}"
_THIS = rf"(?P<this>(?:this\s+|next\s+)?(?:year|month)){_CLAUSE_END}"
_YEAR_END = r"(?P<year_end>year(?:[\N{RIGHT SINGLE QUOTATION MARK}']s|[ -])\s*end)"
_VAGUE = (
    r"(?P<vague>(?:start|beginning|middle|spring|summer|autumn|fall|winter|early|late|mid)\b[ -]*(?:of\s+)?(?:the\s+)?"
    rf"(?:(?:{_NAMES})\b\s*|year\b\s*)?(?:\d{{4}}|{_CLAUSE_END}))"
)
_TIME = f"{_ISO}|{_DAY_FIRST}|{_MONTH_FIRST}|{_MONTH}|{_QUARTER}|{_YEAR}|{_THIS}|{_YEAR_END}|{_VAGUE}"
_DEADLINE = re.compile(rf"\b{_LEAD}{_END}(?:{_TIME})", re.IGNORECASE)
_AT_THE_END = re.compile(rf",?\s+{_DEADLINE.pattern}(?=\s*[?.]*\s*$)", re.IGNORECASE)
_IN_FRONT = re.compile(rf"^\s*{_DEADLINE.pattern}\s*[,:](?!\s*\d{{4}})\s*", re.IGNORECASE)
_ON = re.compile(rf"\bon\s+(?:the\s+)?(?:{_ISO}|{_DAY_FIRST}|{_MONTH_FIRST})", re.IGNORECASE)
INCLUSIVE_YEAR = {"through"}  # "by 2027" may end as it begins or as it ends; "through 2027" may not


@dataclass(frozen=True, slots=True)
class Deadline:
    """What a question says of its last day: the words, and the day; None where they could be one of several."""

    said: str
    day: date | None


def named_deadline(asks: str, today: date) -> Deadline | None:
    """Return the deadline that a question names; None where it names none.

    A day or a month without a year is the next to come.  A month and a quarter end with their last day; with "before" in
    front the deadline is the eve of their first.
    """
    found = [Deadline(" ".join(match[0].split()), _last_day(match, today)) for match in _DEADLINE.finditer(asks)]
    if len({deadline.day for deadline in found}) <= 1:
        return found[0] if found else None
    return Deadline(" and ".join(deadline.said for deadline in found), None)


def named_day(asks: str, today: date) -> date | None:
    """Return the one day that a question asks about, as in "on 5 May 2027"; None where it names none, or several."""
    try:
        days = {_single_day(match, today) for match in _ON.finditer(asks)}
    except ValueError:  # such as 31 June
        return None
    return days.pop() if len(days) == 1 else None


def without_deadline(asks: str) -> str:
    """Return a question without the deadline at its end or in front, as in "by the end of 2027"."""
    return _IN_FRONT.sub("", _AT_THE_END.sub("", asks))


def _last_day(match: re.Match[str], today: date) -> date | None:
    """The last day that counts; None where the words leave it open, or are no day."""
    lead = " ".join(match["lead"].lower().split())
    try:
        first, last = _span(match, today)
    except ValueError:  # such as 31 June
        return None
    if lead == "before" and not match["end"]:
        return first - ONE_DAY
    is_open = match["year"] is not None and not match["end"] and lead not in INCLUSIVE_YEAR
    return None if is_open else last


def _span(match: re.Match[str], today: date) -> tuple[date, date]:
    """The first and the last day of the time that is named; raises ``ValueError`` where that is none."""
    if (single := _single_day(match, today)) is not None:
        return single, single
    if match["month"]:
        return _month(month_number(match["month"]), match["month_year"], today)
    if match["quarter"]:
        year, last = int(match["quarter_year"]), 3 * int(match["quarter"])
        return date(year, last - 2, 1), _month_end(year, last)
    if match["year"]:
        year = int(match["year"])
        return date(year, 1, 1), date(year, 12, 31)
    this = "year" if match["year_end"] else " ".join((match["this"] or "").lower().split())
    year = today.year + 1 if this == "next year" else today.year
    if this.endswith("year") and (match["end"] or match["year_end"] or this == "year"):
        return date(year, 1, 1), date(year, 12, 31)
    if this.endswith("month") and match["end"]:
        first = _month_end(today.year, today.month) + ONE_DAY if this == "next month" else today.replace(day=1)
        return first, _month_end(first.year, first.month)
    raise ValueError(match[0])


def _single_day(match: re.Match[str], today: date) -> date | None:
    """The day that is named; None where a longer time is."""
    if match["iso"]:
        year, month, day = (int(part) for part in match["iso"].split("-"))
        return date(year, month, day)
    if not (match["day"] or match["on"]):
        return None
    day, month = int(match["day"] or match["on"]), month_number(match["day_month"] or match["month_day"])
    if said := match["day_year"] or match["on_year"]:
        return date(int(said), month, day)
    there = date(today.year, month, day)
    return there if there > today else date(today.year + 1, month, day)


def _month(month: int, year: str | None, today: date) -> tuple[date, date]:
    at = int(year) if year is not None else today.year + (_month_end(today.year, month) <= today)
    return date(at, month, 1), _month_end(at, month)


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
