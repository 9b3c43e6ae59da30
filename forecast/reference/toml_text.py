"""A value as TOML writes it in one line, and which schema an example's value belongs to: what the reference shows of keys."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

type Schema = Mapping[str, Any]

FILE_TABLE = ""  # the name of the table that a file is as a whole


def toml_value(value: object) -> str:
    """Return a value as TOML has it on one line; raise ``TypeError`` for what no example has."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {toml_value(part)}' for key, part in value.items())} }}"
    raise TypeError(f"{type(value).__name__} has no text in TOML")


def used_keys(document: Mapping[str, Any], schema: Schema) -> Iterator[tuple[str, str, tuple[str, ...], Any]]:
    """Yield each key of a document: the table of the schema that it belongs to, the key, where it stands, and its value.

    A name that the book gives (of a stream, a parameter) is no key: its table's keys are.  ``document`` must be sound.
    """
    yield from _walk_keys(document, schema, schema, FILE_TABLE, ())


def _walk_keys(
    value: Mapping[str, Any], part: Schema, whole: Schema, table: str, place: tuple[str, ...]
) -> Iterator[tuple[str, str, tuple[str, ...], Any]]:
    properties, others = part.get("properties", {}), part.get("additionalProperties", False)
    for key, inner in value.items():
        if key in properties:
            yield table, key, (*place, key), inner
            kept = properties[key]
        else:
            kept = others
        for each in inner if isinstance(inner, list) else [inner]:
            found = table_schema(kept, whole) if isinstance(kept, Mapping) else None
            if isinstance(each, Mapping) and found is not None:
                name, described = found
                yield from _walk_keys(each, described, whole, name or table, (*place, key))


def table_schema(part: Schema, whole: Schema) -> tuple[str, Schema] | None:
    """Return the table that a part of a schema stands for, with its name where it has one; None where it is no table."""
    if "$ref" in part:
        name = part["$ref"].rsplit("/", maxsplit=1)[-1]
        return name, whole["$defs"][name]
    if "anyOf" in part:
        return next((found for option in part["anyOf"] if (found := table_schema(option, whole)) is not None), None)
    if part.get("type") == "array":
        return table_schema(part["items"], whole)
    return ("", part) if part.get("type") == "object" else None
