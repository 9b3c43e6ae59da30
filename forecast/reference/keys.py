"""The pages of keys: every key of the TOML files with its type, its default, what it means, and a line of the example book."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from forecast.book.files.schemas import CLAUSE, COUNTED_CLAUSE, PRIOR, SENTENCE, STATEMENT, schema_texts
from forecast.reference.markdown import markdown_table, page_text
from forecast.reference.toml_text import FILE_TABLE, Schema, table_schema, toml_value, used_keys

EXAMPLE_BOOK = Path(__file__).resolve().parents[1] / "docs" / "examples"
LONGEST_EXAMPLE = 110  # characters of a value that is shown whole
KEY_PAGES: Mapping[str, tuple[str, str, str, str]] = {  # page: schema, heading, the example's files, what the page says first
    "topics": (
        "topic.json",
        "Keys of a topic file",
        "seeds/*/topic.toml",
        "`seeds/TOPIC/topic.toml` says what is asked and how observations arise.",
    ),
    "priors": (
        "priors.json",
        "Keys of a prior file",
        "priors/*.toml",
        "`priors/TOPIC.toml` says what was believed before the record began. It has one table for each parameter, `[rate]`, and two more that no parameter can have the name of: `contracts` and `variants`.",
    ),
    "contracts": (
        "contracts.json",
        "Keys of a file of contracts",
        "seeds/*/contracts.toml",
        "`seeds/TOPIC/contracts.toml` names contracts of prediction markets beside the topic's questions. `forecast market add` writes it.",
    ),
    "book": ("book.json", "Keys of seeds/book.toml", "seeds/book.toml", "`seeds/book.toml` says what holds for the book as a whole."),
}
FORMAT_WORDS = {"date": "a day", "date-time": "a time"}
PATTERN_WORDS = {
    STATEMENT: "a distribution",
    PRIOR: "a distribution",
    SENTENCE: "a sentence",
    CLAUSE: "a clause",
    COUNTED_CLAUSE: "a clause",
}
TABLE_PLACES: Mapping[str, str] = {
    "SeriesTable": "[series.NAME]",
    "StreamTable": "[streams.NAME]",
    "RegimeTable": "[regimes.NAME]",
    "QuantityTable": "[quantities]: NAME = { … }",
    "QuestionTable": "[questions.NAME]",
    "ScenarioTable": "[scenarios.NAME]",
    "VariantTable": "[variants.NAME]",
    "StreamChanges": "[variants.NAME.streams.STREAM]",
    "SeriesChanges": "[variants.NAME.series.SERIES]",
    "PriorTable": "[PARAMETER]",
    "ExpertTable": "[PARAMETER.experts.PERSON]",
    "VariantPriors": "[variants.NAME]",
    "DeviationsTable": "[contracts.NAME]",
    "DeviationTable": "[contracts.NAME.CASE]",
    "ContractTable": "[NAME]",
    "TickTable": "ticks = [{ … }]",
    "FeeTable": "[[NAME.fees]]",
    "TermsTable": "[NAME.terms]",
    "TermTable": "[NAME.terms]: TERM = { … }",
}


def key_page(page: str) -> str:
    """Return the text of a page of keys; raise ``KeyError`` where a table of its schema has no place in ``TABLE_PLACES``."""
    name, heading, files, first = KEY_PAGES[page]
    schema = json.loads(schema_texts()[name])
    examples = _examples(schema, files)
    parts = [first, *_whole_file(schema, examples)]
    for table in _tables_in_order(schema):
        described = schema["$defs"][table]
        parts += [f"## `{TABLE_PLACES[table]}`", described["description"], _keys(table, described, schema, examples)]
    return page_text(heading, parts)


def keys_without_example(page: str) -> list[tuple[str, str]]:
    """Return the keys of a page that no file of the example book uses, each with its table."""
    name, _, files, _ = KEY_PAGES[page]
    schema = json.loads(schema_texts()[name])
    examples = _examples(schema, files)
    tables = {FILE_TABLE: schema, **{table: schema["$defs"][table] for table in _tables_in_order(schema)}}
    return [(table, key) for table, part in tables.items() for key in part.get("properties", {}) if (table, key) not in examples]


def _examples(schema: Schema, files: str) -> Mapping[tuple[str, str], str]:
    """The first line that the example book has for each key, by table and key."""
    found: dict[tuple[str, str], str] = {}
    for path in sorted(EXAMPLE_BOOK.glob(files)):
        for table, key, place, value in used_keys(tomllib.loads(path.read_text(encoding="utf-8")), schema):
            found.setdefault((table, key), _example(place, value))
    return found


def _example(place: tuple[str, ...], value: object) -> str:
    """A key with its value, or the head of the table that it is."""
    text = f"{place[-1]} = {toml_value(value)}"
    if isinstance(value, Mapping) and isinstance(first := next(iter(value.values())), Mapping | list):
        return f"[{'.'.join((*place, next(iter(value))))}]" if isinstance(first, Mapping) else f"[[{'.'.join(place)}]]"
    if len(text) > LONGEST_EXAMPLE:
        return f"[{'.'.join(place)}]" if isinstance(value, Mapping) else f"[[{'.'.join(place)}]]"
    return text


def _whole_file(schema: Schema, examples: Mapping[tuple[str, str], str]) -> Iterator[str]:
    """What stands at the top of a file: keys, where it has any of its own."""
    if schema.get("properties"):
        yield "## Beside the parameters" if schema.get("additionalProperties") else "## At the top of the file"
        yield _keys(FILE_TABLE, schema, schema, examples)


def _keys(table: str, described: Schema, whole: Schema, examples: Mapping[tuple[str, str], str]) -> str:
    required = described.get("required", [])
    rows = [
        (
            f"`{key}`",
            _type_text(part, whole),
            "required" if key in required else f"`{toml_value(part['default'])}`" if _has_shown_default(part) else "",
            part.get("description", ""),
            f"`{examples[table, key]}`" if (table, key) in examples else "",
        )
        for key, part in described["properties"].items()
    ]
    return markdown_table(("key", "type", "default", "what it means", "example"), rows)


def _has_shown_default(part: Schema) -> bool:
    return part.get("default") not in (None, {}, [], "")


def _type_text(part: Schema, whole: Schema) -> str:
    """The type of a value in words."""
    if "anyOf" in part:
        return " or ".join(dict.fromkeys(_type_text(option, whole) for option in part["anyOf"]))
    if "$ref" in part:
        name = part["$ref"].rsplit("/", maxsplit=1)[-1]
        return f"a table, {_link_to_table(name)}"
    if "enum" in part:
        return ", ".join(f"`{option}`" for option in part["enum"])
    match part.get("type"):
        case "object":
            inner = part.get("additionalProperties")
            found = table_schema(inner, whole) if isinstance(inner, Mapping) else None
            if found is not None and found[0]:
                kinds = " or ".join(dict.fromkeys(_type_text(option, whole) for option in inner.get("anyOf", [inner])))  # type: ignore[union-attr]
                return f"by name: {kinds}"
            return f"by name: {_type_text(inner, whole)}" if isinstance(inner, Mapping) else "a table"
        case "array":
            return f"a list: {_type_text(part['items'], whole)}"
        case "string":
            return FORMAT_WORDS.get(part.get("format", ""), PATTERN_WORDS.get(part.get("pattern", ""), "text"))
        case "boolean":
            return "`true` or `false`"
        case "number" | "integer":
            return "a number"
        case _:
            return "a table"


def _link_to_table(name: str) -> str:
    kept = "".join(character for character in TABLE_PLACES[name].lower() if character.isalnum() or character in " -_")
    return f"[`{TABLE_PLACES[name]}`](#{kept.replace(' ', '-')})"


def _tables_in_order(schema: Schema) -> Sequence[str]:
    """The tables of a schema, each after those that mention it, as a reader meets them."""
    order: dict[str, None] = {}
    waiting: list[Any] = [schema.get("additionalProperties"), schema.get("properties")]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, Mapping):
            name = str(part.get("$ref", "")).rsplit("/", maxsplit=1)[-1]
            if name in TABLE_PLACES and name not in order:
                order[name] = None
                waiting.append(schema["$defs"][name].get("properties"))
            waiting += [value for key, value in part.items() if key not in {"$ref", "propertyNames"}]
    return tuple(order)
