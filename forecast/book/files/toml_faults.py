"""What is wrong with a TOML file, in our own words: the parser's are for programmers, and differ between versions of Python.

The parser says where it stopped.  What stands there says what was meant; its own
words only tell which kind of mistake it is, and an unknown kind is a neutral
sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from forecast.book.files.positions import Position, offset_of, position_of, toml_statements
from forecast.book.files.toml_lines import (
    PAIR,
    STRING,
    FaultExplanation,
    explain_heading,
    explain_missing_equals,
    explain_missing_key,
    explain_missing_statement,
    explain_missing_value,
    explain_text_after_value,
    line_start,
)

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_OPENERS = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|' + STRING + r"|#[^\n]*|[\[\]{}]", re.DOTALL)
_CURLY = "\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u00ab\u00bb"
_KINDS = {  # words of the parser, in any of its versions, and the kind of mistake they tell
    r"twice|overwrite|immutable|redefine|duplicate": "given twice",
    r"'='|\"=\"": "no equals",
    r"newline or end": "after value",
    r"\]\]?' at the end of|declaration": "heading",
    r"unclosed array": "array",
    r"unclosed inline table": "inline table",
    r"escaped|hex value|scalar value|escape": "escape",
    r"unterminated|illegal character|invalid character|expected ['\"]+": "string",
    r"key part|initial character": "key",
    r"invalid value": "value",
    r"invalid statement": "statement",
    r"date or datetime|date|time": "date",
    r"digits": "digits",
}
_KINDS_OF_CURLY_QUOTES = {"value", "after value", "key", "statement", "heading", "array", "inline table"}
_CLOSE = 'a text ends in its line with the quote it began with; one of several lines stands in """'


@dataclass(frozen=True, slots=True)
class TomlFault:
    """One mistake in a TOML text: what, what to do, and where."""

    message: str
    hint: str
    position: Position


def toml_fault(error: ValueError, text: str) -> TomlFault:
    """Return what the TOML parser refused in a text, in our own words and where the mistake is."""
    kind, at = _kind_and_offset(error, text)
    message, hint, offset = _explain_fault(kind, text, at)
    return TomlFault(message, hint, position_of(text, offset))


def _kind_and_offset(error: ValueError, text: str) -> tuple[str, int]:
    whole = str(error)
    match = _PLACE.search(whole)
    words = (whole[: match.start()] if match else whole).lower()
    kind = next((kind for pattern, kind in _KINDS.items() if re.search(pattern, words)), "")
    if kind == "string" and re.search(r"expected ['\"]+", words) and not re.search(r"expected (?:\"'+\"|'\"+')", words):
        kind = ""
    if match and match[1]:
        return kind, min(offset_of(text, (int(match[1]), int(match[2]))), len(text))
    return kind, len(text) if kind in {"string", "escape", "array", "inline table"} else len(text.rstrip())


def _explain_fault(kind: str, text: str, at: int) -> FaultExplanation:
    """Message, hint and offset of a mistake of a kind at which the parser stopped."""
    begins = max(at - 1, line_start(text, at))
    curly = re.search(rf"[{_CURLY}]", text[begins:].split("\n", 1)[0])
    if curly is not None and kind in _KINDS_OF_CURLY_QUOTES:
        return _curly_quote_fault(curly.group(), begins + curly.start())
    if kind == "digits":
        return _long_number_fault(text)
    return _EXPLANATIONS[kind](text, at) if kind in _EXPLANATIONS else ("this is not TOML", PAIR, at)


def _impossible_day_fault(text: str, at: int) -> FaultExplanation:
    is_day = re.match(r"[0-9-]{10}(?![Tt ][0-9])", text[at:])
    return f"this {'date' if is_day else 'date or time'} does not exist", "", at


def _long_number_fault(text: str) -> FaultExplanation:
    """Digits that Python refuses to make a number of, without saying where."""
    long = re.search(r"[0-9_]{1000,}", text)
    return "this number has too many digits", "", long.start() if long else 0


def _curly_quote_fault(quote: str, at: int) -> FaultExplanation:
    return f"this quote is not straight: {quote}", 'quotes are straight, as in "text"', at


def _duplicate_key_fault(text: str, at: int) -> FaultExplanation:
    """A key or table that stands already, or is in one that is complete."""
    statements = toml_statements(text, at)
    if not statements:
        return "this name is given twice", "keep one of them", at
    last, before = statements[-1], statements[:-1]
    for end in range(len(last.keys), 0, -1):
        keys = last.keys[:end]
        same = [statement for statement in before if statement.keys == keys and statement.offset != last.offset]
        if not same:
            continue
        first, shown = same[0], _key_text(last.keys[:end])
        line = position_of(text, first.offset)[0]
        if end < len(last.keys):
            if first.is_header:
                return f"[{shown}] has a heading of its own, in line {line}", "write this key below that heading", last.offset
            return f"`{shown}` was given whole in line {line}, and takes no more keys", "write all its keys in one place", last.offset
        if first.is_header and last.is_header:
            return (
                f"the table [{shown}] is given twice, first in line {line}",
                "give one of them another name, or write its keys below one heading",
                last.offset,
            )
        if first.is_header != last.is_header:
            return f"`{shown}` is given twice, as a table and as a value, first in line {line}", "keep one of them", last.offset
        return f"`{_key_text(keys[-1:])}` is given twice, first in line {line}", "keep one of them", last.offset
    inner = next((statement for statement in before if statement.keys[: len(last.keys)] == last.keys), None)
    if inner is not None:
        line = position_of(text, inner.offset)[0]
        return f"`{_key_text(last.keys)}` is given twice, first in line {line}", "write all its keys in one place", last.offset
    return f"`{_key_text(last.keys[-1:])}` is given twice", "keep one of them", last.offset


def _key_text(keys: tuple[str | int, ...]) -> str:
    return ".".join(str(key) for key in keys if isinstance(key, str))


def _escape_fault(text: str, at: int) -> FaultExplanation:
    start = text.rfind("\\", 0, at + 1)
    start = start if start >= 0 else at
    shown = text[start : start + 2].rstrip()
    return (
        f"the backslash of `{shown}` begins no known sign",
        r"in double quotes a backslash is written twice, \\; or put the text in single quotes",
        start,
    )


def _string_fault(text: str, at: int) -> FaultExplanation:
    character = text[at : at + 1]
    if character != "\n" and unicodedata.category(character or "x") == "Cc":
        code = f"U+{ord(character):04X}"
        return f"a control character ({code}) stands here", f"delete it, or write it as \\u{ord(character):04x} in double quotes", at
    start = _open_string_start(text, at)
    if (curly := re.search(rf"[{_CURLY}]", text[start:].split("\n", 1)[0])) is not None:
        return _curly_quote_fault(curly.group(), start + curly.start())
    if text.startswith(('"""', "'''"), start):
        return f"the quotes {text[start : start + 3]} are never closed", f"a text in {text[start : start + 3]} ends with them", start
    return "this quote is not closed in its line", _CLOSE, start


def _open_string_start(text: str, at: int) -> int:
    """Where the string begins in which the parser stopped."""
    start = _statement_start(text, at)
    while start < at:
        match = _OPENERS.match(text, start)
        is_long = text.startswith(('"""', "'''"), start)
        if match is not None and match.end() <= at and len(match.group()) >= (6 if is_long else 1):
            start = match.end()
        elif text[start] in "\"'":
            return start
        else:
            start += 1
    return at


def _open_bracket_fault(text: str, at: int, kind: str) -> FaultExplanation:
    opened = [0] if not text else []
    start = _statement_start(text, at)
    for match in _OPENERS.finditer(text, start, at):
        if match.group() in {"[", "{"}:
            opened.append(match.start())
        elif match.group() in {"]", "}"} and opened:
            opened.pop()
    begins = opened[-1] if opened else start
    what, sign = ("list", "]") if kind == "array" else ("table in braces", "}")
    rest = text[at:]
    if not rest.strip():
        return f"this {what} is never closed", f"write `{sign}` at its end", begins
    if kind == "inline table" and rest[0] in "\n#":
        return "a table in braces stands in one line", "close it in the line where it opens, or write it below a heading of its own", at
    line = position_of(text, begins)[0]
    return f"a comma or `{sign}` is missing here", f"the {what} begins in line {line}; between two values stands a comma", at


def _statement_start(text: str, at: int) -> int:
    """Where the statement begins in which the parser stopped."""
    starts = [statement.start for statement in toml_statements(text, at) if statement.start <= at]
    return starts[-1] if starts else 0


_EXPLANATIONS: Mapping[str, Callable[[str, int], FaultExplanation]] = MappingProxyType(  # of a text and where the parser stopped, by kind
    {
        "given twice": _duplicate_key_fault,
        "escape": _escape_fault,
        "string": _string_fault,
        "array": partial(_open_bracket_fault, kind="array"),
        "inline table": partial(_open_bracket_fault, kind="inline table"),
        "no equals": explain_missing_equals,
        "heading": explain_heading,
        "key": explain_missing_key,
        "value": explain_missing_value,
        "statement": explain_missing_statement,
        "after value": explain_text_after_value,
        "date": _impossible_day_fault,
    }
)
