"""Questions whose answer is about their last day itself, as of a level on that day, while their words may mean any day until then."""

from __future__ import annotations

import re
from datetime import date

from forecast.actions.new.deadlines import named_deadline
from forecast.actions.new.named_times import time_asked_about
from forecast.actions.new.question_answers import LEVEL_KINDS
from forecast.book.topic import Question, Topic
from forecast.language.expressions import Call, First, is_condition, walk
from forecast.model.clock import years_between
from forecast.model.used_names import names_used, totals_used
from forecast.schema import words

_SOME_DAY = re.compile(
    r"\b(?:at any (?:time|point)|at some (?:time|point)|on (?:any|some) day|ever|reach(?:es)?|hits?|touch(?:es)?|cross(?:es)?)\b",
    re.IGNORECASE,
)
_STRAIGHT = re.compile(r"start \+ trend \* t (?P<operator>[<>]=?) (?P<threshold>\S+)")


def is_about_one_day(topic: Topic, question: Question) -> bool:
    """Whether an answer is about the question's last day alone: it uses the clock, and adds up, waits for or takes the extreme of nothing."""
    if question.by is None or question.answer is None:
        return False
    if any(isinstance(node, First) or (isinstance(node, Call) and node.function in {"max", "min"}) for node in walk(question.answer)):
        return False
    return "t" in names_used(topic, question.answer) and not totals_used(topic, question.answer)


def single_day_note(topic: Topic, question: Question, kind: str, today: date) -> str:
    """Return what a person should know of a question that may mean some day until its last; empty where its words do not.

    Where the template's level is a straight line it also has the answer for some day, since the extreme lies on the first or the last.
    """
    if not is_about_one_day(topic, question) or question.by is None or question.answer is None or not is_condition(question.answer):
        return ""
    said = _words_for_some_day(question.asks, today)
    if not said:
        return ""
    note = f"“{said}” may mean some day until then, and what is answered is {words.day(question.by)} itself"
    match = _STRAIGHT.fullmatch(question.answer_text) if kind in LEVEL_KINDS else None
    if match is None:
        return note
    window = time_asked_about(question.asks, today)
    first = max(today, window.first) if window is not None else today
    extreme = "max" if ">" in match["operator"] else "min"
    ends = f"{extreme}(start + trend * {years_between(topic.opens, first):.4g}, start + trend * t)"
    answer = f"--answer '{ends} {match['operator']} {match['threshold']}'"
    return f"{note}; {answer} is for some day from {words.day(first)} on, of a level without ups and downs between"


def _words_for_some_day(asks: str, today: date) -> str:
    """The words that let a question mean some day before its last; empty where there are none."""
    if (match := _SOME_DAY.search(asks)) is not None:
        return match[0]
    if (deadline := named_deadline(asks, today)) is not None:
        return deadline.said
    window = time_asked_about(asks, today)
    return window.said if window is not None and window.is_meant else ""
