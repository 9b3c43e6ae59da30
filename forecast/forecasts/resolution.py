"""A resolution: how a question ended, in one set of words for every origin."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from forecast.book.files.problems import Place
from forecast.forecasts.forecast import ID_DIGITS
from forecast.forecasts.values import ValueFault, parse_value

type OutcomeWord = Literal[
    "yes", "no", "label", "number", "date", "below", "above", "not_by", "fraction", "several", "void", "annulled", "ambiguous"
]
OUTCOMES: Mapping[OutcomeWord, str] = {  # what each says; the table of the docs is made from it
    "yes": "it happened",
    "no": "it did not happen",
    "label": "the option named in `value`",
    "number": "the number in `value`",
    "date": "the day or time in `value`",
    "below": "a number or date below the lower bound of the question",
    "above": "a number or date above the upper bound of the question",
    "not_by": "not by the date in `value`, or not up to the number in `value`: what comes later is not known",
    "fraction": "a share between no and yes, in `value`: 0.5 is 50-50",
    "several": "more than one option, in `value` as a list, or with the share of each",
    "void": "the condition of the question was not met",
    "annulled": "the question was cancelled",
    "ambiguous": "it cannot be decided",
}
WITHOUT_SCORE: frozenset[OutcomeWord] = frozenset({"void", "annulled", "ambiguous"})
WITH_VALUE: frozenset[OutcomeWord] = frozenset({"label", "number", "date", "not_by", "fraction", "several"})

type OutcomeValue = float | str | Mapping[str, float] | None


@dataclass(frozen=True, slots=True)
class Resolution:
    """A row of ``resolutions.csv``.

    ``on`` is the moment at which the question was decided, ``known`` the day on which
    the world could know it, ``recorded`` the clock.  A later row ``replaces`` one that was wrong.
    """

    place: Place
    id: str
    question: str
    asked: str
    outcome: OutcomeWord
    value: OutcomeValue
    on: datetime
    known: date
    recorded: datetime
    source: str = ""
    replaces: str = ""
    note: str = ""

    @property
    def is_scored(self) -> bool:
        """Whether forecasts of the question can be scored at all."""
        return self.outcome not in WITHOUT_SCORE


def parse_outcome_value(outcome: OutcomeWord, text: str) -> OutcomeValue:
    """Return the value beside an outcome; raise ``ValueFault``."""
    if outcome not in WITH_VALUE:
        if text:
            raise ValueFault(f"`{outcome}` has no value", "empty the cell")
        return None
    if not text:
        raise ValueFault(f"`{outcome}` needs a value: {OUTCOMES[outcome]}")
    match outcome:
        case "label":
            return text
        case "number":
            value = parse_value("number", text)
        case "date":
            value = parse_value("date", text)
        case "not_by":
            value = _number_or_date(text)
        case "fraction":
            value = parse_value("probability", text)
        case _:
            return _shares(text)
    assert isinstance(value, float)
    return value


def outcome_word(text: str) -> OutcomeWord | None:
    """Return the outcome that a word stands for; None for any other word."""
    return next((word for word in get_args(OutcomeWord.__value__) if word == text), None)


def resolution_id(cells: Mapping[str, str]) -> str:
    """Return the id of a resolution: the beginning of the SHA-256 of what it says, by the texts of its cells."""
    parts = [cells.get(name, "") for name in ("question", "asked", "outcome", "value", "on", "known", "replaces")]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:ID_DIGITS]


def _number_or_date(text: str) -> float:
    try:
        value = parse_value("date", text)
    except ValueFault:
        value = parse_value("number", text)
    assert isinstance(value, float)
    return value


def _shares(text: str) -> Mapping[str, float]:
    """Several options as shares: of a list, equal ones."""
    import json

    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        read = None
    if isinstance(read, list) and read and all(isinstance(label, str) for label in read) and len(set(read)) == len(read):
        return dict.fromkeys(read, 1 / len(read))
    shares = parse_value("options", text) if isinstance(read, dict) else None
    if not isinstance(shares, Mapping):
        raise ValueFault("this names no options", 'write ["first option", "second option"], or the share of each')
    return shares
