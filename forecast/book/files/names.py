"""Which names a topic may give, and which stand for something already."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping

from forecast.book.files.layout import SNAKE_CASE
from forecast.book.files.reserved import record_reason, topic_reason
from forecast.language.characters import refused_character
from forecast.language.expressions import FUNCTIONS
from forecast.language.hazards import HAZARD_FUNCTIONS

CLOCKS = ("days", "months", "years", "age", "t", "t_start", "t_end")
REPORT_COLUMNS = ("grade", "source")  # columns every row may have, whose texts are labels in `weight`, `reliability` and `wrong`
DEFAULT = "default"  # the key of the prior for every label that has none of its own
RESERVED: Mapping[str, str] = {
    **dict.fromkeys(CLOCKS, "a clock of the language"),
    **dict.fromkeys((*FUNCTIONS, *HAZARD_FUNCTIONS, "total", "first"), "a function of the language"),
}
CONTRACT_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
LONGEST_CONTRACT_NAME = 60  # characters
LONGEST_NAME = 100  # characters: names become names of files, which no system lets be longer than 255 bytes
NAMED_GROUPS: Mapping[str, str] = {  # the tables of a topic file that give names, and what each of them names
    "series": "series",
    "streams": "stream",
    "quantities": "quantity",
    "regimes": "regime",
    "questions": "question",
    "scenarios": "scenario",
}
ARTICLES: Mapping[str, str] = {
    "parameter": "a parameter",
    "stream": "a stream",
    "series": "a series",
    "quantity": "a quantity",
    "question": "a question",
    "scenario": "a scenario",
    "regime": "a regime",
    "column": "a column",
}


def topic_fault(name: str) -> tuple[str, str] | None:
    """Return the message and hint of a name that no topic can have, or None for a good one."""
    if reason := topic_reason(name):
        return f"`{name}` cannot be a topic's name: {reason}", "choose another name"
    return name_fault(name)


def record_fault(name: str, kind: str) -> tuple[str, str] | None:
    """Return the message and hint of a name that no stream or series can have, or None for a good one."""
    if reason := record_reason(name):
        return f"`{name}` cannot be the name of {ARTICLES[kind]}: {reason}", "choose another name"
    return name_fault(name)


def name_fault(name: str) -> tuple[str, str] | None:
    """Return the message and hint of a name that cannot be given, or None for a good one."""
    if (refused := refused_character(name, "name")) is not None:
        return refused.message, refused.hint
    if len(name) > LONGEST_NAME:
        return f"a name of {len(name):,} characters; the longest allowed has {LONGEST_NAME}", "choose a shorter name"
    if not SNAKE_CASE.fullmatch(name):
        return f"the name `{name}` is not in snake_case", "small letters, digits and _, beginning with a letter"
    if "__" in name:
        return f"the name `{name}` has two underscores in a row", "PyMC makes such names itself: write one"
    if keyword.iskeyword(name):
        return f"`{name}` is a word of Python and cannot be a name", "choose another name"
    if name in RESERVED:
        return f"`{name}` is {RESERVED[name]} and cannot be a name", "choose another name"
    return None
