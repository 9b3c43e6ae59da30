"""Cells that hold a Python value as text, as Django writes lists, booleans and times: read as data, never run."""

from __future__ import annotations

import ast
import json
import re
import warnings
from datetime import UTC, datetime

from forecast.forecasts.times import moment_hint, parse_moment
from forecast.forecasts.values import ValueFault

LONGEST_LITERAL = 131_072  # characters of a cell, as many as Python's csv reads
_PLAIN_NUMBERS = re.compile(r"[\[\]0-9eE+\-., ]*")
_NUMPY_NUMBER = re.compile(r"np\.float64\(([^()]*)\)")
_NOT_A_NUMBER = re.compile(r"\bnan\b")


def python_list(text: str) -> list[object]:
    """Return the list (or tuple) that a cell spells in Python, none for an empty cell; raise ``ValueFault``."""
    if text in {"", "None"}:
        return []
    if len(text) > LONGEST_LITERAL:
        raise ValueFault(f"a cell of {len(text):,} characters; at most {LONGEST_LITERAL:,} can be read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in somebody's text
            value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise ValueFault("this cell is no list as Python writes it") from None
    if not isinstance(value, (list, tuple)):
        raise ValueFault("this cell is no list")
    return list(value)


def python_texts(text: str) -> list[str]:
    """Return the list of texts that a cell spells; raise ``ValueFault``."""
    read = python_list(text)
    texts = [item for item in read if isinstance(item, str)]
    if len(texts) != len(read):
        raise ValueFault("not everything in this list is a text")
    return texts


def numbers_as_json(text: str) -> str:
    """Return a list of numbers as JSON, with null for Python's None and NaN; raise ``ValueFault``.

    NumPy's way of writing a number in a list, ``np.float64(0.3)``, is read too.
    """
    if _PLAIN_NUMBERS.fullmatch(text):
        return text  # most lists are JSON as they stand, and long
    read = python_list(_NOT_A_NUMBER.sub("None", _NUMPY_NUMBER.sub(r"\1", text)))
    if not all(item is None or (isinstance(item, (int, float)) and not isinstance(item, bool)) for item in read):
        raise ValueFault("not everything in this list is a number")
    return json.dumps(read)


def boolean(text: str) -> bool | None:
    """Return a boolean as Python writes it, None for an empty cell; raise ``ValueFault``."""
    words = {"": None, "None": None, "True": True, "False": False, "true": True, "false": False}
    if text not in words:
        raise ValueFault(f"`{text}` is neither True nor False")
    return words[text]


def moment_in_cell(text: str) -> datetime | None:
    """Return a moment with its zone, None for an empty cell; raise ``ValueFault``."""
    if text in {"", "None"}:
        return None
    if (moment := parse_moment(text)) is None:
        raise ValueFault(f"`{text}` is no time", moment_hint(text))
    return moment


def moment_in_utc(text: str) -> datetime | None:
    """Return a moment, or a day's beginning, which is in UTC where it names no zone; None for any other text."""
    if (moment := parse_moment(text) or parse_moment(f"{text}Z")) is not None:
        return moment
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
