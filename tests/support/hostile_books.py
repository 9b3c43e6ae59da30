"""A book with a text in every field, and the book with one of them changed.

The fields come from the shapes of the two TOML files and from the columns of
records, so that one which is new is tried without anybody thinking of it.
"""

from __future__ import annotations

import copy
import csv
import dataclasses
import io
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from forecast.book.files.shapes import VARIANTS, PriorFile, TopicFile, VariantPriorsTable

type Path_ = tuple[str, ...]

TOPIC: dict[str, Any] = {
    "title": "The ferry",
    "origin": "notes.md#ferry",
    "opens": date(2024, 1, 1),
    "step": "month",
    "lead": "many",
    "note": "The log was kept by one person.",
    "engine": "auto",
    "combine": "stated",
    "series": {"traffic": {"about": "crossings", "unit": "crossings a month", "later": "usual_traffic"}},
    "streams": {
        "broken": {
            "about": "days with a broken engine", "unit": "day", "units": "days", "watched": True,
            "event": "it breaks down", "events": "it breaks down on {n} days", "no_event": "it runs",
            "value": "Poisson(mu=double * traffic / 1000 * months * (1 + total(mood, bad)))",
        },
        "late": {
            "about": "crossings that were late", "value": "Binomial(n=counted, p=lateness[weather])", "next": {"counted": "100", "weather": "calm"},
            "weight": "0.5 ** (age / 20)", "reliability": "right[source]", "wrong": "Binomial(n=counted, p=0.5)",
        },
        "mood": {"about": "what passengers say", "value": "OrderedLogistic(eta=liking, c1=low, c2=low + gap)", "classes": "bad < fair < good"},
        "polls": {"about": "answers by party", "value": "Multinomial(n=asked, p=share)", "next": {"asked": "50"}},
        "fog": {"about": "days of fog", "value": "Poisson(mu=fogginess[haze] * months)"},
        "jams": {"about": "queues", "value": "Poisson(mu=crowding[holiday] * months)"},
    },
    "regimes": {
        "haze": {"step": "month", "states": ["clear", "foggy"], "stay": "lasting"},
        "holiday": {
            "step": "year", "states": ["work", "leisure"], "start": "first_year",
            "transition": {"work": "after_work", "leisure": "after_leisure"},
        },
    },
    "quantities": {"wear": "rate * (2 if fault == hull else 1)", "double": {"value": "2 * wear", "unit": "days a month"}},
    "scenarios": {"bad_year": {"title": "A bad year", "when": "total(broken) >= 5", "since": date(2025, 1, 1), "by": date(2025, 12, 31)}},
    "questions": {
        "many": {
            "asks": "Will it break down often?", "since": date(2025, 1, 1), "by": date(2025, 12, 31), "answer": "total(broken) >= 3",
            "given": "total(late) >= 1", "annulled": "total(broken) >= 1000", "settled": "By the log.",
        },
        "which": {"asks": "Which?", "by": date(2025, 12, 31), "choices": {"few": "total(broken) < 3", "lots": "total(broken) >= 3"}},
        "chance": {"asks": "Will the next one be noticed?", "probability": "exp(-exp(liking))", "settled": "By the log."},
        "colour": {"asks": "Which colour next?", "by": date(2025, 12, 31), "type": "options", "options": "red, blue", "settled": "By looking."},
        "length": {"asks": "How long will the next one be?", "by": date(2025, 12, 31), "type": "number", "unit": "metres"},
    },
    "variants": {
        "bursts": {
            "weight": 0.2, "why": "Breakdowns may come in bursts.",
            "streams": {
                "broken": {"value": "NegativeBinomial(mu=double * traffic / 1000 * months, alpha=2)"},
                "late": {"next": {"counted": "90", "weather": "calm"}, "reliability": "right[source] ** 2", "wrong": "Binomial(n=counted, p=0.4)"},
            },
            "quantities": {"wear": "rate * 2", "double": {"value": "3 * wear", "unit": "days a month"}},
            "series": {"traffic": {"later": "usual_traffic * 2"}},
        },
    },
}  # fmt: skip
PRIORS: dict[str, Any] = {
    "rate": {
        "unit": "days a month", "why": "Two captains were asked.", "pool": "linear", "source": "letters", "reviewed": date(2024, 1, 1), "by": "Ann",
        "experts": {
            "anna": {"prior": "Gamma(alpha=2, beta=2)", "why": "She counted them.", "weight": 2.0, "use": True, "source": "a letter"},
            "ben": {"prior": "Gamma(alpha=3, beta=2)", "why": "He guessed at them."},
        },
    },
    "usual_traffic": {
        "unit": "crossings a month", "prior": {"quiet": "Normal(mu=200, sigma=20)", "busy": "Normal(mu=300, sigma=20)"},
        "weight": {"quiet": 0.5, "busy": 0.5}, "why": {"quiet": "Few people travel.", "busy": "Many people travel."},
    },
    "fault": {"prior": "Categorical(hull=0.3, engine=0.7)", "why": "Engines fail more often."},
    "right": {"per": "source", "prior": "Beta(alpha=9, beta=1)", "why": "Most reports are right."},
    "lateness": {
        "per": "weather", "prior": {"calm": "Beta(alpha=1, beta=9)", "default": "Beta(alpha=3, beta=9)"},
        "why": {"calm": "Calm days are easy.", "default": "Other days are not."},
    },
    "liking": {"unit": "log odds", "prior": "Normal(mu=0, sigma=1)", "why": "Some like it and some do not."},
    "low": {"unit": "log odds", "prior": "Normal(mu=spread - 2, sigma=1)", "why": "Below this a word is a bad one."},
    "spread": {"unit": "log odds", "prior": "Normal(mu=0, sigma=1)", "why": "Words differ from year to year."},
    "gap": {"unit": "log odds", "prior": "LogNormal(mu=0, sigma=0.5)", "why": "Most words lie between."},
    "fogginess": {
        "per": "haze", "unit": "days a month", "prior": {"clear": "Gamma(p5=0.1, p95=1)", "foggy": "Gamma(p5=3, p95=20)"},
        "why": "Fog stays or is gone.",
    },
    "lasting": {"prior": "Beta(alpha=8, beta=2)", "why": "Fog lasts for weeks."},
    "crowding": {
        "per": "holiday", "unit": "queues a month", "prior": {"work": "Gamma(p5=0.1, p95=1)", "leisure": "Gamma(p5=3, p95=20)"},
        "why": "Holidays bring queues.",
    },
    "first_year": {"prior": "Dirichlet(work=3, leisure=1)", "why": "It was a year of work."},
    "after_work": {"prior": "Dirichlet(work=4, leisure=1)", "why": "Most years are alike."},
    "after_leisure": {"prior": "Dirichlet(work=1, leisure=3)", "why": "Most years are alike."},
    "share": {"prior": "Dirichlet(left=4, right=5)", "why": "The last vote was like this."},
    "variants": {"bursts": {"priors": {"gap": {"unit": "log odds", "prior": "LogNormal(mu=1, sigma=0.5)", "why": "Words are far apart."}}}},
}  # fmt: skip
RECORDS: dict[str, list[list[str]]] = {
    "traffic": [["date", "value", "known", "source", "grade", "note"], ["2024-01-01", "240", "2023-11-20", "Timetable", "A", "winter"]],
    "broken": [
        ["from", "to", "value", "value_low", "value_high", "known", "source", "grade", "note", "origin", "id", "replaces"],
        ["2024-01-01", "2024-03-31", "1", "", "", "2024-04-02", "Log", "A", "loud", "a", "q1", ""],
        ["2024-04-01", "2024-06-30", "", "0", "2", "2024-07-02", "Log", "B", "dark", "b", "q2", ""],
        ["2024-01-01", "2024-03-31", "2", "", "", "2024-08-02", "Log, again", "A", "late", "c", "", "q1"],
    ],
    "late": [
        ["from", "to", "counted", "weather", "value", "source"],
        ["2024-02-05", "2024-02-11", "60", "calm", "4", "Ann"],
        ["2024-02-12", "2024-02-18", "58", "rough", "17", "Ben"],
    ],
    "mood": [["on", "value", "source"], ["2024-02-01", "bad", "Ann"], ["2024-02-02", "fair", "Ann"], ["2024-02-03", "good", "Ann"]],
    "fog": [["from", "to", "value", "source"], ["2024-01-01", "2024-01-31", "0", "Log"], ["2024-02-01", "2024-02-29", "6", "Log"]],
    "jams": [["from", "to", "value", "source"], ["2024-01-01", "2024-01-31", "1", "Log"]],
    "polls": [["on", "asked", "value_left", "value_right", "source"], ["2024-02-01", "90", "38", "52", "Ann"]],
}


@dataclass(frozen=True, slots=True)
class Field:
    """A text of a book: the file, where in it, and whether it is a key; ``shape`` is what declares it."""

    file: str
    path: Path_
    shape: str
    is_key: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{'.'.join(self.path)}{' (key)' if self.is_key else ''}"


@dataclass(frozen=True, slots=True)
class Book:
    """The texts of a book of one topic, `ferry`."""

    topic: dict[str, Any]
    priors: dict[str, Any]
    records: dict[str, list[list[str]]]

    def written(self, root: Path) -> Path:
        """Write the book."""
        seeds = root / "seeds" / "ferry"
        seeds.mkdir(parents=True, exist_ok=True)
        (root / "priors").mkdir(exist_ok=True)
        (seeds / "topic.toml").write_text(toml(self.topic), encoding="utf-8")
        (root / "priors" / "ferry.toml").write_text(toml(self.priors), encoding="utf-8")
        for name, rows in self.records.items():
            buffer = io.StringIO()
            csv.writer(buffer, lineterminator="\n").writerows(rows)
            (seeds / f"{name}.csv").write_bytes(buffer.getvalue().encode("utf-8", errors="surrogatepass"))
        return root


def harmless() -> Book:
    """The book as it is."""
    return Book(copy.deepcopy(TOPIC), copy.deepcopy(PRIORS), copy.deepcopy(RECORDS))


def fields() -> list[Field]:
    """Every text of the book: values and keys of both TOML files, names and cells of the records."""
    own = {name: prior for name, prior in PRIORS.items() if name != VARIANTS}
    found = [
        *_of_shape("topic", TopicFile, TOPIC, (), "TopicFile"),
        *_of_shape("priors", PriorFile, own, (), "PriorFile"),
        *_of_shape("priors", VariantPriorsTable, PRIORS[VARIANTS], (VARIANTS,), "VariantPriorsTable"),
    ]
    for name, (header, *rows) in RECORDS.items():
        found += [Field(name, ("0", str(column)), f"header.{text}", is_key=True) for column, text in enumerate(header)]
        found += [
            Field(name, (str(row), str(column)), f"cell.{header[column]}")
            for row, cells in enumerate(rows, start=1)
            for column, cell in enumerate(cells)
            if cell or row == 1
        ]
    return found


def text_fields_of_the_shapes() -> set[str]:
    """Every text that the shapes declare, by shape and field; ``.key`` is the names of a table."""
    shapes: list[Any] = [TopicFile]
    found = _declared("PriorFile", PriorFile, shapes) | _declared("VariantPriorsTable", VariantPriorsTable, shapes)
    seen: set[Any] = set()
    while shapes:
        shape = shapes.pop()
        if shape in seen:
            continue
        seen.add(shape)
        for name, kind in typing.get_type_hints(shape, include_extras=True).items():
            found |= _declared(f"{shape.__name__}.{name}", kind, shapes)
    return found


def changed(book: Book, field: Field, text: str) -> Book:
    """The book with another text in one field."""
    new = Book(copy.deepcopy(book.topic), copy.deepcopy(book.priors), copy.deepcopy(book.records))
    if field.file in new.records:
        row, column = map(int, field.path)
        new.records[field.file][row][column] = text
        return new
    table = new.topic if field.file == "topic" else new.priors
    for key in field.path[:-1]:
        table = table[key]
    last: Any = int(field.path[-1]) if isinstance(table, list) else field.path[-1]
    if field.is_key:
        renamed = {text if key == last else key: value for key, value in table.items()}
        table.clear()
        table.update(renamed)
    else:
        table[last] = text
    return new


def text_of(book: Book, field: Field) -> str:
    """What stands in a field."""
    if field.file in book.records:
        row, column = map(int, field.path)
        return book.records[field.file][row][column]
    if field.is_key:
        return field.path[-1]
    table: Any = book.topic if field.file == "topic" else book.priors
    for key in field.path:
        table = table[int(key) if isinstance(table, list) else key]
    return str(table)


def everywhere(book: Book, old: str, new: str) -> Book:
    """The book with a label replaced wherever it stands alone: as a key, as a value, as a cell, among classes."""
    return Book(_replaced(book.topic, old, new), _replaced(book.priors, old, new), _replaced(book.records, old, new))


def toml(table: dict[str, Any]) -> str:
    """A table as TOML, every key and text in quotes with escapes."""
    return "".join(f"{quoted(key)} = {_toml_value(value)}\n" for key, value in table.items())


def quoted(text: str) -> str:
    """A text as a basic string of TOML; what is not plain ASCII is escaped."""
    return '"' + "".join(c if " " <= c <= "~" and c not in '"\\' else f"\\U{ord(c):08X}" for c in text) + '"'


def _toml_value(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return quoted(value)
        case list():
            return "[" + ", ".join(_toml_value(inner) for inner in value) + "]"
        case dict():
            return "{ " + ", ".join(f"{quoted(key)} = {_toml_value(inner)}" for key, inner in value.items()) + " }"
        case _:
            return str(value)


def _replaced(value: Any, old: str, new: str) -> Any:
    match value:
        case dict():
            return {new if key == old else key: _replaced(inner, old, new) for key, inner in value.items()}
        case list():
            return [_replaced(inner, old, new) for inner in value]
        case str() if " < " in value:
            return " < ".join(new if part == old else part for part in value.split(" < "))
        case _:
            return new if value == old else value


def _of_shape(file: str, kind: Any, content: Any, path: Path_, declared: str) -> Iterator[Field]:
    """The texts of some content, with the shape that declares each."""
    for option in _options(kind):
        if dataclasses.is_dataclass(option) and isinstance(content, dict):
            kinds = typing.get_type_hints(option, include_extras=True)
            for name, inner in content.items():
                yield from _of_shape(file, kinds[name], inner, (*path, name), f"{option.__name__}.{name}")
        elif typing.get_origin(option) is dict and isinstance(content, dict):
            for name, inner in content.items():
                yield Field(file, (*path, name), f"{declared}.key", is_key=True)
                yield from _of_shape(file, typing.get_args(option)[1], inner, (*path, name), declared)
        elif typing.get_origin(option) is list and isinstance(content, list):
            for index, inner in enumerate(content):
                yield from _of_shape(file, typing.get_args(option)[0], inner, (*path, str(index)), declared)
        elif typing.get_origin(option) in {typing.Annotated, typing.Literal} and isinstance(content, str):
            yield Field(file, path, declared)


def _declared(name: str, kind: Any, shapes: list[Any]) -> set[str]:
    found: set[str] = set()
    for option in _options(kind):
        if dataclasses.is_dataclass(option):
            shapes.append(option)
        elif typing.get_origin(option) is dict:
            found |= {f"{name}.key"} | _declared(name, typing.get_args(option)[1], shapes)
        elif typing.get_origin(option) is list:
            found |= _declared(name, typing.get_args(option)[0], shapes)
        elif typing.get_origin(option) in {typing.Annotated, typing.Literal}:
            found.add(name)
    return found


def _options(kind: Any) -> tuple[Any, ...]:
    return typing.get_args(kind) if typing.get_origin(kind) in {types.UnionType, typing.Union} else (kind,)
