"""A question about an event that asks for a number of them: "Will there be more than 3 attacks?" is answered by ``total(events) > 3``.

The template of an event that may happen again counts its rows, so that its answers can be about any number of them; that of an event
which happens once cannot. Words that do not say which number they mean are refused, since "at least once" would be another question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import tomlkit

from forecast.actions.new.comparisons import NamedComparison, comparisons_of, is_negated
from forecast.actions.new.question_words import form_of
from forecast.book.files.layout import topic_path
from forecast.book.files.months import MONTHS

COUNTED_EVENTS = frozenset({"hazard"})  # whose record counts how often it happened
EVENT_KINDS = COUNTED_EVENTS | {"ladder"}  # whose first answer is that it happens at all
HAPPENS = "total(events) >= 1"  # how their templates say that
_AT_ALL = {(">=", "1"), (">", "0")}
_IN_WORDS = {">": "more than", ">=": "at least", "<": "fewer than", "<=": "at most", "==": "exactly"}
_FALLING = {"<", "<=", "=="}  # what holds at once, or may cease to hold
_NUMBER = r"(?:[2-9]|\d{2,}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_BARE = re.compile(
    rf"\b(?P<said>twice|thrice|{_NUMBER}\s+times|(?<=there\sbe\s)(?:another\s+|only\s+|just\s+)?{_NUMBER}(?=\s+[a-z]))\b"
    r"(?!\s+(?:as|higher|more|larger|bigger|days?|weeks?|months?|years?)\b)",
    re.IGNORECASE,
)
_NO_NOUN = r"(?!(?:as|higher|more\s+than|larger|bigger|of|or|and|to|in|on|at|per|percent|points?|times|thirds|quarters|fifths|days?|weeks?|months?|years?|decades?|hours?|minutes?|seconds?)\b)"
_NOUN = r"(?:[a-z]+\s+)?[A-Za-z][a-z]+s\b(?!\s+or\s+(?:more|fewer|less)\b|['\N{RIGHT SINGLE QUOTATION MARK}])"
_SUBJECT = re.compile(
    rf"\b(?:[Ww]ill|[Ww]ould|[Cc]an|[Cc]ould|[Dd]o|[Aa]re|[Hh]ave)\s+(?P<said>(?:(?:another|only|just)\s+)?{_NUMBER}\s+{_NO_NOUN}{_NOUN})"
)  # "will two storms hit …"
_BEFORE_NO_OBJECT = (
    "the|these|those|all|both|of|its|their|his|her|our|first|last|next|top|more|less|fewer|than|least|most|exactly|precisely|between|and|or|in|on"
    "|at|for|within|over|after|before|until|till|from|to|category|level|phase|article|chapter|section|stage|type|about|above|below|under|reach|hit"
)
_OBJECT = re.compile(
    rf"\b(?!(?:{_BEFORE_NO_OBJECT}|will|would|can|could|do|are|have)\b)[a-z]+\s+(?P<said>{_NUMBER}\s+{_NO_NOUN}{_NOUN})"
)  # "will it be hit by two storms"
_BETWEEN = re.compile(
    rf"\b(?P<said>between\s+(?:{_NUMBER}|one|1)\s+and\s+{_NUMBER})\b(?!\s*(?:%|per\s?cent|{'|'.join(MONTHS)}))", re.IGNORECASE
)
_NONE = re.compile(r"(?<=there\sbe\s)(?P<said>no|zero)(?=\s+[a-z])(?!\s+(?:more|fewer|less|later|longer)\b)", re.IGNORECASE)
_COUNTING_WORDS = re.compile(
    r"\b(?:(?:more|fewer|less)\s+(?:\w+\s+){0,3}?than|at\s+least|at\s+most|or\s+more|several|many|dozens|hundreds|thousands)\b(?!\s+(?:one|once)\b)",
    re.IGNORECASE,
)
_LASTING_UNTIL = re.compile(
    r"\b(?P<verb>hold|last|survive|persist|endure|remain|stay|keep|retain|continue|stand|still\s+be)\b[^?]*?\b(?P<until>until|till|through|throughout|beyond|past)\b",
    re.IGNORECASE,
)  # what is so as long as nothing happens
_FOR_A_TIME = r"(?=\s*(?:[?,.:;)]|$|(?:in|during|over|for|on|at|as|this|next|another|more|(?:at\s+)?least|all|(?:an?|\w+)\s+(?:day|week|month|year)s?)\b))"
_NOT_BEHIND = "".join(rf"(?<!\b{word}\s)" for word in ("at", "the", "long", "be", "come", "finish", "place", "rank"))  # "at last"
_ACTIVE = "hold|have|own|lead|control|run|rule|serve|govern|occupy|work|exist|live|lie|stand|use|belong|apply|last|count"
_LASTING = re.compile(
    rf"\b(?P<verb>still\s+(?:be|{_ACTIVE})|(?:remain|continue)\b|persist\b|retain\b"
    rf"|stay\b(?!\s+(?:the|a|an|his|her|its|their)\b)|keep\b(?!\s+(?:a|an|the|his|her|its|their)\s+(?:promises?|words?|appointments?)\b)"
    rf"|(?:hold|{_NOT_BEHIND}last|endure|survive|stand(?!\s+for\b)){_FOR_A_TIME})",
    re.IGNORECASE,
)  # the same without its end in words
_NEGATION = re.compile(r"\b(?:not|never|no)\b(?!\s+(?:later|more|fewer|less)\b)|n[\N{RIGHT SINGLE QUOTATION MARK}']t\b", re.IGNORECASE)


def number_fault(kind: str, asks: str) -> tuple[str, str] | None:
    """Return the message and the hint on a question that asks for a number of events which a kind cannot answer, or does not say plainly."""
    if kind not in EVENT_KINDS:
        return None
    counts = _counts(asks)
    between, bare, none = _BETWEEN.search(asks), _BARE.search(asks) or _SUBJECT.search(asks), _NONE.search(asks)
    said = [its.said for its in counts if (its.operator, its.number) not in _AT_ALL] + [match["said"] for match in (between, bare) if match]
    if lasting := _lasting_words(asks):
        message = f"the question says “{lasting}”, and the answer of a topic like {kind} is yes when something happens"
        return (
            message,
            "ask for what would end it, as in: Will it end by …?; or give --answer 'total(events) == 0', with rows of what ends it",
        )
    if kind not in COUNTED_EVENTS and said:
        hint = "take --like hazard, which counts them, or --like count"
        return f"the question says “{said[0]}”, and a topic like {kind} is about an event that happens once", hint
    if len(counts) > 1 or (counts and is_negated(asks, counts[0])):
        named = " and ".join(f"“{its.said}”" for its in counts)
        what = f"compares twice, {named}" if len(counts) > 1 else f"says {named} beside a “not”"
        return f"the question {what}, and a template's answer compares once", "give --answer, as in --answer '3 <= total(events) <= 9'"
    if counts and form_of(asks) == "date" and counts[0].operator in _FALLING:
        return f"“{counts[0].said}” has no day on which it comes true: it holds at first", "ask for yes or no, as in: Will there be …?"
    if counts:
        return None
    if between is not None:
        message = f"the question says “{between['said']}”, and a template's answer compares once"
        return message, "give --answer, as in --answer '3 <= total(events) <= 9'"
    if bare is not None:
        return f"the question says “{bare['said']}”, which may mean so many at least, or exactly", "write “at least …” or “exactly …”"
    if none is not None:
        message = f"the question says “{none['said']}”, and the answer of a topic like {kind} is yes when it happens"
        return message, "ask it the other way round, or give --answer 'total(events) == 0'"
    return None


def event_note(asks: str, answer: str) -> str:
    """Return what a person should know where a question's words and the answer about an event may differ; empty where they seem to agree."""
    if (counted := counted_events(asks)) is not None and answer != HAPPENS:
        return f"the rows must add up to {_number_words(counted)}; if one row that says it happened is a yes, give --answer '{HAPPENS}'"
    if counted is None and (match := _COUNTING_WORDS.search(asks)) is not None and not comparisons_of(asks):
        said = " ".join(match[0].split())
        return f"the question says “{said}”, and the answer is yes as soon as it happened once; --answer gives another, as in --answer 'total(events) > 3'"
    if not comparisons_of(asks) and (match := _OBJECT.search(asks)) is not None:
        return f"the question says “{match['said']}”, and the answer is yes as soon as it happened once; “at least …” or “exactly …” counts what the rows have"
    if (match := _NEGATION.search(asks)) is not None:
        return (
            f"the question says “{match[0]}”, and the answer is yes when it happens; --answer 'total(events) == 0' is yes when it does not"
        )
    return ""


def counted_events(asks: str) -> NamedComparison | None:
    """Return the number of events that a question compares with; None where it asks whether it happens at all, or names none."""
    counts = _counts(asks)
    return counts[0] if len(counts) == 1 and (counts[0].operator, counts[0].number) not in _AT_ALL else None


def with_counted_events(texts: Mapping[str, str], kind: str, name: str, asks: str) -> dict[str, str]:
    """Return a template's files with the number of events that a question asks for in its answers and in the rules that settle them."""
    counted = counted_events(asks) if kind in COUNTED_EVENTS else None
    if counted is None:
        return dict(texts)
    document: Any = tomlkit.parse(texts[topic_path(name)])
    for question in document["questions"].values():
        by_date = str(question["answer"]).startswith("first(")
        question["answer"] = str(question["answer"]).replace(HAPPENS, f"total(events) {counted.operator} {counted.number}")
        rule = "The day on which the rows of those days come" if by_date else "Yes when the rows of those days add up"
        question["settled"] = f"{rule} to {_number_words(counted)}."
    return {**texts, topic_path(name): tomlkit.dumps(document)}


def _lasting_words(asks: str) -> str:
    """The words of a question about what lasts, "hold … until" or "remain"; empty where it is about what happens."""
    if (match := _LASTING_UNTIL.search(asks)) is not None:
        return f"{' '.join(match['verb'].split())} … {match['until']}"
    match = _LASTING.search(asks)
    return "" if match is None else " ".join(match["verb"].split())


def _counts(asks: str) -> tuple[NamedComparison, ...]:
    return tuple(its for its in comparisons_of(asks) if its.is_count and not its.is_percent)


def _number_words(counted: NamedComparison) -> str:
    return f"{_IN_WORDS[counted.operator]} {float(counted.number):,.12g}"
