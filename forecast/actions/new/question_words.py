"""What the words of a question ask for, and the words of others that are made from them.

A question that begins with "When will" is answered by a date, and what follows "When" asks for yes or no;
one that names a year or a month, as in "in 2027", asks about that time alone.
Words that fit no pattern are left as they are.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal

from forecast.actions.new.deadlines import without_deadline
from forecast.book.files.months import MONTHS, month_number
from forecast.schema import words

type QuestionForm = Literal["date", "number", ""]

_WHEN = re.compile(r"(?:when|by when|on what (?:day|date)|on which (?:day|date))\b", re.IGNORECASE)
_HOW_MANY = re.compile(
    r"(?:how (?:many|much|often|high|low|large|big|tall|deep|far|fast|heavy|old)|(?:what|which) (?:share|proportion|fraction|percentage|per ?cent|number))\b",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(
    r"(?:will|would|shall|should|can|could|may|might|is|are|was|were|does|do|did|has|have|had)\b(?!\s*\?)", re.IGNORECASE
)
_IF_AT_THE_END = re.compile(r"^(?P<asks>.+?),?\s+(?:if|provided that|assuming(?: that)?)\s+(?P<condition>[^?]+?)\s*\?*\s*$", re.IGNORECASE)
_IF_IN_FRONT = re.compile(r"^(?:if|provided that|assuming(?: that)?)\s+(?P<condition>[^?,:]+?)\s*[,:]\s*(?P<asks>.+)$", re.IGNORECASE)
_MONTH = "|".join(MONTHS)
SHARE_ASKED = re.compile(r"(?:what|which)\s+(?:share|proportion|fraction|percentage|per\s?cent)\b", re.IGNORECASE)
_NAMED = re.compile(rf"(?:(?P<month>{_MONTH})\s+)?(?<![\d.,-])(?P<year>(?:19|2\d)\d\d)(?![\d/\u2013-]|[.,]\d|s\b)")
_PLAINLY_A_YEAR = re.compile(r"(?:19|20|21)\d\d")  # a larger number is one at the end of a clause, behind "in", or behind a month
_CLAUSE_END = re.compile(r"\s*(?:[?,.:;)]|$)")
_WITHIN = re.compile(r"\b(?:in|during|throughout|within)\s+(?:the\s+)?(?:year\s+)?$", re.IGNORECASE)
_ENDS_OR_BEGINS = re.compile(
    r"(?:\b(?:by|before|until|till|through|since|after|from|to|than)|\b(?:end|close|start|beginning|middle|half|quarter) of|\d)\s+(?:the\s+)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Window:
    """The time that a question names: its first day and its last, and the words for it with their preposition, as in "in 2027"."""

    first: date
    last: date
    said: str
    is_meant: bool  # whether "in" or "during" stands before it, so that it can be nothing but a time


def form_of(asks: str) -> QuestionForm:
    """Return what a question asks for: a date, a number, or neither as far as its first words say."""
    asks = asks.strip()
    if _WHEN.match(asks):
        return "date"
    return "number" if _HOW_MANY.match(asks) else ""


def is_yes_or_no(asks: str) -> bool:
    """Whether a question asks for yes or no: it begins with a verb, or with a deadline and a verb."""
    return _YES_OR_NO.match(without_deadline(asks.strip())) is not None


def without_when(asks: str) -> str:
    """Return the question of yes or no in a question for a date, "will it open?" of "When will it open?"; empty where there is none."""
    rest = _WHEN.sub("", asks.strip(), count=1).strip()
    return without_deadline(small_question(rest)) if _YES_OR_NO.match(rest) else ""


def with_when(asks: str) -> str:
    """Return the question for the date on which a question of yes or no becomes true; empty where it does not ask what will be."""
    stem = without_deadline(small_question(asks.strip()))
    return f"When {stem}" if stem.startswith("will ") else ""


def asked_by(asks: str, by: date) -> str:
    """Return a question of yes or no with its deadline in front: "By 30 April 2027: will it open?"."""
    return f"By {words.day(by)}: {small_question(without_deadline(asks.strip()))}"


def asked_until(stem: str, by: date) -> str:
    """Return a question of yes or no with its deadline at the end: "Will it open by 30 April 2027?"."""
    asks = stem.rstrip("? ")
    return f"{asks[:1].upper()}{asks[1:]} by {words.day(by)}?"


def without_condition(asks: str) -> tuple[str, str]:
    """Return a question without the condition in it, and the condition: "Will it run?" and "the county pays" of "Will it run if the county pays?".

    The condition is empty where the question has none at its end or in front.
    """
    match = _IF_IN_FRONT.match(asks.strip()) or _IF_AT_THE_END.match(asks.strip())
    if match is None:
        return asks, ""
    rest = match["asks"].rstrip("? ")
    return f"{rest[:1].upper()}{rest[1:]}?", match["condition"]


def named_window(asks: str) -> Window | None:
    """Return the one month or year that a question is about, as in "in 2027" or "the 2027 season"; None where it names none or several.

    A day, and a year that is only a deadline ("by the end of 2027") or a beginning ("since 2027"), is not the time it is about.
    """
    found = [match for match in _NAMED.finditer(asks) if _is_year(match, asks)]
    if len(found) != 1 or _ENDS_OR_BEGINS.search(asks[: found[0].start()]):
        return None
    meant = _WITHIN.search(asks[: found[0].start()]) is not None
    year, month = int(found[0]["year"]), found[0]["month"]
    if month is None:
        return Window(date(year, 1, 1), date(year, 12, 31), f"in {year}", meant)
    number = month_number(month)
    last = date(year, number, monthrange(year, number)[1])
    return Window(date(year, number, 1), last, f"in {MONTHS[number - 1]} {year}", meant)


def _is_year(match: re.Match[str], asks: str) -> bool:
    if match["month"] or _PLAINLY_A_YEAR.fullmatch(match["year"]):
        return True
    return _WITHIN.search(asks[: match.start()]) is not None and _CLAUSE_END.match(asks, match.end()) is not None


def small_question(asks: str) -> str:
    """Return a question of yes or no as it stands within a sentence; other words are left as they are."""
    return asks[:1].lower() + asks[1:] if _YES_OR_NO.match(asks) else asks
