"""A template's answer as the words of a question need it: "Will more than 9 come?" is answered by ``total(events) > 9``, "What share?" by a number.

Words that leave open which comparison they mean change nothing; a note says then how question and answer differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from forecast.actions.new.comparisons import named_comparison
from forecast.actions.new.event_counts import EVENT_KINDS, event_note
from forecast.actions.new.question_words import form_of, is_yes_or_no
from forecast.book.topic import Question, Topic
from forecast.language.expressions import is_condition
from forecast.language.faults import Fault
from forecast.language.parsing import parse_expression
from forecast.schema import words

COUNT_KINDS = frozenset({"count", "seasonal"})  # whose first answer is a number of events: a comparison makes it a chance
NUMBER_KINDS = COUNT_KINDS | {"decomposition"}  # the same, of any number
SHARE_KINDS = frozenset({"share"})  # the same, of a number between 0 and 1
LEVEL_KINDS = frozenset({"level", "poll"})  # whose first answer compares a level with a threshold
INVENTED_UNIT, UNNAMED_UNIT = "cm", "units"  # of `level`
INVENTED_THRESHOLDS = frozenset({"level"})  # the threshold of `poll`, a majority, is seldom another


def answer_for_words(kind: str, asks: str, answer: str) -> str:
    """Return the first answer of a kind's template as a question's words need it; as it is where they need no other, or do not say which."""
    compared = named_comparison(asks) if is_yes_or_no(asks) else None
    if kind in LEVEL_KINDS:
        level = answer.rpartition(" > ")[0]
        if form_of(asks) == "number":
            return level
        return answer if compared is None else f"{level} {compared.operator} {compared.number}"
    if compared is None:
        return answer
    if kind in NUMBER_KINDS and not compared.is_percent and (compared.is_count or kind not in COUNT_KINDS):
        return f"{answer} {compared.operator} {compared.number}"
    if kind in SHARE_KINDS and compared.is_percent:
        return f"{answer} {compared.operator} {float(compared.number) / 100:.12g}"
    return answer


def level_unit(kind: str, asks: str) -> str | None:
    """Return the unit of the threshold that a question names, of a kind whose template has an invented one; empty where it names none, None for other kinds."""
    if kind not in INVENTED_THRESHOLDS or not asks:
        return None
    compared = named_comparison(asks)
    return "" if compared is None else compared.unit


def with_level_unit(texts: Mapping[str, str], kind: str, asks: str, *, unit: str = "") -> dict[str, str]:
    """Return a template's files with the unit of a question's threshold in place of its invented one; where the words name none, with ``unit`` or ``units``."""
    named = level_unit(kind, asks)
    if named is None:
        return dict(texts)
    return {path: re.sub(rf"\b{INVENTED_UNIT}\b", lambda _: named or unit or UNNAMED_UNIT, text) for path, text in texts.items()}


def opening_note(topic: Topic, kind: str) -> str:
    """Return of which day a level's start is, which is easily taken for today; empty for other kinds."""
    if kind not in INVENTED_THRESHOLDS or "start" not in topic.parameters:
        return ""
    return f"`start` is the level on {words.day(topic.opens)}, the day the record opens; --opens gives another"


def own_answer_note(question: Question) -> str:
    """Return that a question of yes or no has a number for its answer, where a person's own is one; empty otherwise."""
    if question.kind != "distribution" or not is_yes_or_no(question.asks):
        return ""
    return f"the question asks for yes or no, and the answer is a number; a comparison gives a chance, as in --answer '{question.answer_text} > 20'"


def answer_note(kind: str, asks: str, answer: str) -> str:
    """Return what a person should know where a question's words and an answer of the template's differ; empty where they seem to agree."""
    try:
        expression = parse_expression(answer)
    except Fault:  # the checks say what is wrong with it
        return ""
    if not is_yes_or_no(asks):
        return ""
    if kind in NUMBER_KINDS | SHARE_KINDS and not is_condition(expression):
        return f"the question asks for yes or no, and the answer is a number; --answer gives a chance, as in --answer '{answer} > {0.5 if kind in SHARE_KINDS else 20}'"
    if kind in EVENT_KINDS:
        return event_note(asks, answer)
    return ""
