"""Holding a TOML document to its shape: unknown keys, missing keys, wrong types, characters that no text may hold, each with its place.

What is wrong is left out of what is handed on, so that the rest can still be
checked; a text with a character that it may not hold is handed on.
"""

from __future__ import annotations

import dataclasses
import sys
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from forecast.book.files.days import day_fault, is_book_day
from forecast.book.files.layout import TOPIC_FILE
from forecast.book.files.positions import Keys
from forecast.book.files.problems import Problem, Result
from forecast.book.files.sources import Document
from forecast.language.characters import TextKind, refused_character
from forecast.language.faults import did_you_mean

_LARGEST = int(sys.float_info.max)
_OTHER_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("opens", "opening", "start", "starts", "begins"), "since"),
        **dict.fromkeys(("deadline", "closes", "close", "due", "end", "ends", "until"), "by"),
        **dict.fromkeys(("reason", "reasons", "because"), "why"),
    }
)  # what other tools, and people, call a key
_ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ("labels", "levels", "columns", "covariates", "coords", "dims"),
            "columns and labels need no key: a statement names a column of its stream's CSV file, and its texts are the labels",
        ),
        **dict.fromkeys(("priors", "parameters", "params"), "priors stand in the topic's file in priors/, a table for each parameter"),
    }
)  # what a topic file need not say, and where it is said


@dataclasses.dataclass(frozen=True, slots=True)
class _Key:
    name: str
    kind: Any
    required: bool


def conform(document: Document, shape: Any, content: Any = None, keys: Keys = ()) -> Result[Any]:
    """Return a document, or the part of it at ``keys``, as a value of a shape.

    A shape is a dataclass of ``forecast.book.files.shapes`` or a type such as
    ``dict[str, PriorTable]``.  There is no value where something required is missing or
    wrong; in tables by name only the sound entries are kept.
    """
    problems: list[Problem] = []
    value = _value(document, shape, document.content if content is None else content, keys, problems)
    return Result(None if value is _WRONG else value, tuple(problems))


_WRONG = object()


def _value(document: Document, kind: Any, content: Any, keys: Keys, problems: list[Problem]) -> Any:
    options = _union_members(kind)
    for option in options:
        if _is_of_kind(content, option):
            return _conform_to_kind(document, option, content, keys, problems)
    problems.append(_wrong_type_problem(document, options, content, keys))
    return _WRONG


def _is_of_kind(content: Any, kind: Any) -> bool:
    """Whether a value is of a kind, whatever else may be wrong with it or in it."""
    origin = typing.get_origin(kind)
    if dataclasses.is_dataclass(kind) or origin is dict:
        return isinstance(content, dict)
    if origin is typing.Literal:
        return content in typing.get_args(kind)
    if origin is typing.Annotated:
        return isinstance(content, str)
    if origin is list:
        return isinstance(content, list)
    if kind is datetime:
        return isinstance(content, datetime)
    if kind is date:
        return isinstance(content, date) and not isinstance(content, datetime)
    if kind is float:
        return isinstance(content, int | float) and not isinstance(content, bool)
    return kind is bool and isinstance(content, bool)


def _conform_to_kind(document: Document, kind: Any, content: Any, keys: Keys, problems: list[Problem]) -> Any:
    """A value that is of a kind, as a value of the shape."""
    if dataclasses.is_dataclass(kind):
        return _table(document, kind, content, keys, problems)
    if typing.get_origin(kind) is dict:
        names, inner = typing.get_args(kind)
        return _named_values(document, names, inner, content, keys, problems)
    if typing.get_origin(kind) is list:
        values = [_value(document, typing.get_args(kind)[0], inner, (*keys, at), problems) for at, inner in enumerate(content)]
        return _WRONG if any(value is _WRONG for value in values) else values
    if typing.get_origin(kind) is typing.Annotated:
        problems += _character_problems(document, kind_of_text(kind), content, keys)
    elif kind in {date, datetime} and not is_book_day(day := content.date() if isinstance(content, datetime) else content):
        problems.append(document.at_value(keys, *_day_fault(keys, day)))
        return _WRONG
    elif kind is float and isinstance(content, int) and abs(content) > _LARGEST:
        problems.append(document.at_value(keys, f"`{keys[-1]}` is not a finite number", "numbers end at 1.8e308"))
        return _WRONG
    return content


def _table(document: Document, shape: Any, content: dict[str, Any], keys: Keys, problems: list[Problem]) -> Any:
    known = {key.name: key for key in _table_keys(shape)}
    for name in content:
        if name not in known:
            meant = _OTHER_WORDS.get(name)
            hint = f"did you mean `{meant}`?" if meant in known else did_you_mean(name, known) or f"keys here: {', '.join(known)}"
            if document.source.path.endswith(f"/{TOPIC_FILE}"):
                hint = _ELSEWHERE.get(name, hint)
            problems.append(document.at_key((*keys, name), f"unknown key `{name}`", hint))
    given: dict[str, Any] = {}
    sound = True
    for name, key in known.items():
        if name not in content:
            if key.required:
                sound = False
                problems.append(document.at_key(keys, f"`{name}` is missing{_in_table_text(keys)}", _missing_key_hint(name, keys)))
            continue
        value = _value(document, key.kind, content[name], (*keys, name), problems)
        if isinstance(value, str) and not value.strip():
            problems.append(
                document.at_value(
                    (*keys, name),
                    f"`{name}` is empty",
                    "write it, or leave the key out" if not key.required else _missing_key_hint(name, keys),
                )
            )
            value = _WRONG
        if value is _WRONG:
            sound = sound and not key.required
        else:
            given[name] = value
    return shape(**given) if sound else _WRONG


def _named_values(
    document: Document, names: Any, kind: Any, content: dict[str, Any], keys: Keys, problems: list[Problem]
) -> dict[str, Any]:
    values = {}
    for name, inner in content.items():
        value = _value(document, kind, inner, (*keys, name), problems)
        refused = refused_character(name, kind_of_text(names))
        if refused is not None:
            problems.append(document.at_key((*keys, name), refused.message, refused.hint, offset=refused.offset))
        if value is not _WRONG:
            values[name] = value
    return values


def _character_problems(document: Document, kind: TextKind, text: str, keys: Keys) -> Iterator[Problem]:
    """The first character that a text may not hold; of a statement the parser says it."""
    refused = refused_character(text, kind)
    if refused is not None and kind != "statement":
        yield document.at_value(keys, refused.message, refused.hint, offset=refused.offset)


def kind_of_text(shape: Any) -> TextKind:
    """Return the kind of a text that a shape declares as ``Annotated[str, kind]``."""
    kind: TextKind = typing.get_args(shape)[1]
    return kind


@cache
def _table_keys(shape: Any) -> tuple[_Key, ...]:
    kinds = typing.get_type_hints(shape, include_extras=True)
    return tuple(
        _Key(entry.name, kinds[entry.name], entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING)
        for entry in dataclasses.fields(shape)
    )


@cache
def _union_members(kind: Any) -> tuple[Any, ...]:
    if typing.get_origin(kind) in {types.UnionType, typing.Union}:
        return tuple(option for option in typing.get_args(kind) if option is not type(None))
    return (kind,)


def _day_fault(keys: Keys, day: date) -> tuple[str, str]:
    message, hint = day_fault(day)
    return f"`{keys[-1]}`: {message}", hint


def _wrong_type_problem(document: Document, options: Iterable[Any], content: Any, keys: Keys) -> Problem:
    wanted = " or ".join(_kind_text(option) for option in options)
    hint = ""
    if datetime in tuple(options):
        hint = "write it with its zone and without quotes, as in 2026-12-31T23:59:00-05:00"
    elif date in tuple(options) and isinstance(content, str):
        hint = "write it without quotes, as in 2025-12-31"
    elif float in tuple(options):
        if any(_is_text(option) for option in options):
            is_statement = any(_is_text(option) and kind_of_text(option) == "statement" for option in options)
            hint = "write a number, or an expression in quotes" if is_statement else "write a number"
        else:
            hint = "write it without quotes" if isinstance(content, str) else ""
    elif any(_is_text(option) for option in options) and not isinstance(content, dict | list):
        hint = 'write a distribution in quotes, as in "Gamma(p5=0.05, p95=2)"' if "prior" in keys[-2:] else "put it in quotes"
    elif bool in tuple(options):
        hint = "write true or false, without quotes"
    literal = next((option for option in options if typing.get_origin(option) is typing.Literal), None)
    if literal is not None and isinstance(content, str):
        hint = did_you_mean(content, typing.get_args(literal))
    name = keys[-1] if keys else document.source.path
    return document.at_value(keys, f"`{name}` must be {wanted}", hint)


def _kind_text(kind: Any) -> str:
    if typing.get_origin(kind) is typing.Literal:
        return "one of " + ", ".join(f'"{option}"' for option in typing.get_args(kind))
    if typing.get_origin(kind) is dict or dataclasses.is_dataclass(kind):
        return "a table"
    if _is_text(kind):
        return "a text"
    if typing.get_origin(kind) is list:
        return "a list"
    return {float: "a number", bool: "true or false", date: "a date", datetime: "a time"}[kind]


def _is_text(kind: Any) -> bool:
    return typing.get_origin(kind) is typing.Annotated


def _in_table_text(keys: Keys) -> str:
    return f" in [{'.'.join(str(key) for key in keys)}]" if keys else ""


def _missing_key_hint(name: str, keys: Keys) -> str:
    if name == "value" and keys[:1] == ("quantities",):
        return 'as in value = "rate * months"'
    if name == "title" and keys[:1] == ("scenarios",):
        return "say in a few words what happens in it"
    purposes = {
        "why": "say in a sentence why these numbers",
        "prior": 'as in prior = "Normal(mu=0, sigma=1)"',
        "value": 'as in value = "Poisson(mu=rate * months)"',
        "opens": "the day the record begins, as in opens = 2024-10-18",
        "title": "the title reports show",
        "about": "say in a phrase what it is",
        "unit": "say what its values are measured in",
        "asks": "ask it in words",
        "when": 'as in when = "total(stream) >= 1"',
    }
    return purposes.get(name, "")
