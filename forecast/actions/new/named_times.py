"""The time that a question is about without a deadline or a year alone: "in the next six months", "this year", "in Q1 2027", "from May to July".

Words for a time that could be several, or that only a calendar of feasts, seasons or weeks would say, are known too, so that they
can be refused: the last day that counts would otherwise be another than the question's.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from forecast.actions.new.deadlines import named_deadline
from forecast.actions.new.question_words import Window, named_window
from forecast.book.calendar import ONE_DAY
from forecast.book.files.months import MONTH_PATTERN, MONTHS, month_number
from forecast.elicitation.phrases import COUNT_WORDS

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_ORDINAL = "|".join(_ORDINALS)
_IN = r"\b(?:in|during|throughout|within|over)\s+(?:the\s+)?"
_COUNT = rf"\d{{1,3}}|{'|'.join(word for word, count in COUNT_WORDS.items() if count >= 1 and word not in {'once', 'twice', 'thrice'})}"
_UNIT = r"(?P<unit>day|week|month|year|decade)s?\b"
_CLAUSE_END = r"(?=\s*(?:[?,.:;)]|from\s+(?:now|today)\b|$))"
_NEXT = re.compile(
    rf"{_IN}(?:next|coming|following)\s+(?:(?P<count>{_COUNT})\s+)?{_UNIT}|\bwithin\s+(?P<within>{_COUNT})\s+{_UNIT.replace('unit', 'within_unit')}{_CLAUSE_END}",
    re.IGNORECASE,
)
_PARTS = re.compile(
    rf"{_IN}(?:(?P<part>[QH])\s?(?P<number>[1-4])|(?P<ordinal>{_ORDINAL})\s+(?P<of>quarter|half))\s+(?:of\s+)?(?P<year>(?:19|2\d)\d\d)\b",
    re.IGNORECASE,
)
_NOT_BEHIND = "".join(
    rf"(?<!\b{word}\s)" for word in ("of", "than", "since", "from", "by", "before", "until", "till", "after", "as", "like")
)
_THIS = re.compile(rf"{_NOT_BEHIND}\b(?P<this>this|next)\s+(?:calendar\s+)?(?P<long>year|month)\b{_CLAUSE_END}", re.IGNORECASE)
_MONTH_ALONE = re.compile(
    rf"\b[Ii]n\s+(?P<month>{'|'.join(MONTHS)})\b(?!,?\s+\d)|\b[Dd]uring\s+(?P<during>{'|'.join(MONTHS)})\b(?!,?\s+\d)"
)
_DAY = rf"\d{{4}}-\d{{2}}-\d{{2}}|(?:\d{{1,2}}(?:st|nd|rd|th)?\s+)?(?:{MONTH_PATTERN})\b(?:\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?!\d))?(?:,?\s+(?:19|2\d)\d\d)?"
_SPAN = re.compile(rf"\b(?:from|between)\s+(?P<first>{_DAY})\s+(?:to|and|until|till|through)\s+(?P<last>{_DAY})(?![\w-])", re.IGNORECASE)
_HAS_YEAR = re.compile(r"(?:19|2\d)\d\d")
_SEASON = r"(?:spring|summer|autumn|fall|winter)"
_FAR = re.compile(
    r"\b(?:by|in|before|until|till|after|from|since|of|for|during|through|year|the)\s+(?P<year>(?:19|2\d)\d\d)\b(?!\s*(?:%|per\s?cent))"
    r"(?=\s*(?:[?,.:;)]|$)|\s+[A-Z]|\s+(?:season|election|elections|census|budget|games|vote)\b)"
)
_UNREAD = re.compile(
    rf"\b(?:this|next|coming)\s+(?:week(?:end)?|quarter|decade|{_SEASON}|season)\b|\b(?:tomorrow|tonight)\b"
    r"|\b(?:by|before|until|till|through|at|over)\s+(?:Christmas|Easter|Thanksgiving|New\s+Year|Ramadan|Hallowe?en|midsummer|summer|autumn|winter|spring)\b"
    rf"|\b(?:in|during)\s+(?:early|late|mid)\b[\s-]*(?:{'|'.join(MONTHS)}|(?:19|2\d)\d\d)\b|\b(?:in|during)\s+(?:the\s+)?{_SEASON}\s+(?:of\s+)?(?:19|2\d)\d\d\b"
    r"|\b(?:(?:19|20|21)\d\d)\s?[/\N{EN DASH}-]\s?\d{2,4}\b(?!-)|\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b|\b(?:by|before|until|in|during)\s+Q[1-4]\b(?!\s+\d)"
    rf"|\b(?:between|from)\s+(?:\d{{1,2}}\s+)?(?:{'|'.join(MONTHS)})\b.*?\b(?:and|to|until|through)\s+(?:\d{{1,2}}\s+)?(?:{'|'.join(MONTHS)})(?:\s+\d{{4}})?"
    rf"|\b(?:within|next|coming|following)\s+\w+(?:[\s-]\w+)?\s+(?:days|weeks|months|years){_CLAUSE_END}|\bin\s+\w+\s+(?:days|weeks|months|years)\W?\s+time\b"
    r"|\b(?:(?:by|before|until|in|during)\s+)?(?:the\s+)?(?:(?:very\s+)?(?:end|close|middle|rest)\s+of\s+)?(?:the|this|next)\s+(?:decade|century|millennium)\b|\bmid-century\b"
    r"|\b(?:(?:by|before|until|in|during)\s+)?(?:the\s+)?(?:(?:end|close|middle)\s+of\s+)?(?:the\s+)?(?:early\s+|mid-?\s*|late\s+)?(?:19|2\d)\d0s\b"
    r"|\b(?:the\s+)?(?:first|last)\s+(?:day|week|month)s?\s+of\b",
    re.IGNORECASE,
)


def time_asked_about(asks: str, today: date) -> Window | None:
    """Return the time that a question is about, from its first day to its last; None where it names none or several.

    The next months and years begin today; a month without a year is the next to come.
    """
    if (span := named_span(asks, today)) is not None:
        return span
    windows = [window for find in (_next_times, _parts_of_years, _present_times, _months) for window in find(asks, today)]
    if not windows:
        return named_window(asks)
    return windows[0] if len(windows) == 1 else None


def named_span(asks: str, today: date) -> Window | None:
    """Return the one time in a question that goes from a day or a month to another; None where it names none, or several.

    The last day without a year is the next to come, and the first without one the last such before it.
    """
    found = list(_SPAN.finditer(asks))
    last = _last_day(found[0]["last"], today) if len(found) == 1 else None
    if last is None:
        return None
    said = found[0]["first"]
    years = (None,) if _HAS_YEAR.search(said) else (last.year, last.year - 1)
    firsts = (_first_day(said if year is None else f"{said} {year}", today) for year in years)
    first = next((day for day in firsts if day is not None and day <= last), None)
    return None if first is None else Window(first, last, _words_within_sentence(found[0]), is_meant=True)


def unread_time(asks: str) -> str:
    """Return the words of a question for a time whose days they do not say plainly; empty where there are none."""
    match = _UNREAD.search(asks)
    return "" if match is None else " ".join(match[0].split())


def far_year(asks: str, after: int) -> str:
    """Return the words of a question for a year later than another, from which no day is read; empty where there are none."""
    later = (match for match in _FAR.finditer(asks) if int(match["year"]) > after)
    return next((" ".join(match[0].split()).removeprefix("the ") for match in later), "")


def _last_day(said: str, today: date) -> date | None:
    deadline = named_deadline(f"by {said}", today)
    return None if deadline is None else deadline.day


def _first_day(said: str, today: date) -> date | None:
    eve = named_deadline(f"before {said}", today)
    return None if eve is None or eve.day is None else eve.day + ONE_DAY


def _next_times(asks: str, today: date) -> list[Window]:
    found = []
    for match in _NEXT.finditer(asks):
        said = match["count"] or match["within"] or "one"
        count = int(said) if said.isdigit() else int(COUNT_WORDS[said.lower()])
        last = _later(today, count, (match["unit"] or match["within_unit"]).lower())
        found.append(Window(today, last, _words_within_sentence(match), is_meant=True))
    return found


def _parts_of_years(asks: str, _: date) -> list[Window]:
    found = []
    for match in _PARTS.finditer(asks):
        is_half = (match["part"] or "").upper() == "H" or (match["of"] or "").lower() == "half"
        number = int(match["number"]) if match["number"] else _ORDINALS[match["ordinal"].lower()]
        months, year = (6 if is_half else 3), int(match["year"])
        if number * months <= 12:
            last = number * months
            found.append(Window(date(year, last - months + 1, 1), _month_end(year, last), _words_within_sentence(match), is_meant=True))
    return found


def _present_times(asks: str, today: date) -> list[Window]:
    found = []
    for match in _THIS.finditer(asks):
        later = match["this"].lower() == "next"
        if match["long"].lower() == "year":
            first, last = date(today.year + later, 1, 1), date(today.year + later, 12, 31)
        else:
            first = (today.replace(day=1) + timedelta(days=31 * later)).replace(day=1)
            last = _month_end(first.year, first.month)
        found.append(Window(first, last, _words_within_sentence(match), is_meant=True))
    return found


def _months(asks: str, today: date) -> list[Window]:
    found = []
    for match in _MONTH_ALONE.finditer(asks):
        number = month_number(match["month"] or match["during"])
        year = today.year + (_month_end(today.year, number) <= today)
        found.append(Window(date(year, number, 1), _month_end(year, number), _words_within_sentence(match), is_meant=True))
    return found


def _later(day: date, count: int, unit: str) -> date:
    if unit in {"day", "week"}:
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    months = day.month - 1 + count * {"month": 1, "year": 12, "decade": 120}[unit]
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _words_within_sentence(match: re.Match[str]) -> str:
    """The words for a time as they stand within a sentence."""
    words = " ".join(match[0].split())
    return words[:1].lower() + words[1:]
