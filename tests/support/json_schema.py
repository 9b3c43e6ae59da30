"""The part of JSON Schema (2020-12) that this project's schemas use, so that outputs are held against them; an unknown keyword is an error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
SAID = {"$schema", "$id", "$defs", "title", "description", "default", "format"}  # keywords that refuse nothing here
CHECKED = {"$ref", "anyOf", "enum", "const", "type", "properties", "required", "additionalProperties", "items", "prefixItems",
           "minItems", "maxItems"}  # fmt: skip


def schema_faults(value: Any, schema: Any, *, closed: bool = False) -> list[str]:
    """Where a value does not fit a schema; ``closed`` refuses keys that an object's schema does not name, so that none is undocumented."""
    return list(_faults(value, schema, schema, "", closed=closed))


def _faults(value: Any, schema: Any, whole: Any, at: str, *, closed: bool) -> Iterator[str]:
    if unknown := set(schema) - SAID - CHECKED:
        raise ValueError(f"keywords that are not known here: {sorted(unknown)}")
    if "$ref" in schema:
        yield from _faults(value, whole["$defs"][schema["$ref"].removeprefix("#/$defs/")], whole, at, closed=closed)
    if "anyOf" in schema:
        ways = [list(_faults(value, way, whole, at, closed=closed)) for way in schema["anyOf"]]
        if all(ways):
            yield f"{at}: none of {len(ways)} ways: {min(ways, key=len)}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    if "const" in schema and (value != schema["const"] or type(value) is not type(schema["const"])):
        yield f"{at}: {value!r} is not {schema['const']!r}"
    if "type" in schema and not _is_of_type(value, schema["type"]):
        yield f"{at}: {value!r} is no {schema['type']}"
    if isinstance(value, dict):
        yield from _object_faults(value, schema, whole, at, closed=closed)
    if isinstance(value, list):
        yield from _array_faults(value, schema, whole, at, closed=closed)


def _is_of_type(value: Any, name: str) -> bool:
    if name in {"number", "integer"}:
        return not isinstance(value, bool) and isinstance(value, int if name == "integer" else (int, float))
    return isinstance(value, TYPES[name])


def _object_faults(value: dict[str, Any], schema: Any, whole: Any, at: str, *, closed: bool) -> Iterator[str]:
    properties = schema.get("properties", {})
    yield from (f"{at}: without {key}" for key in schema.get("required", ()) if key not in value)
    others = schema.get("additionalProperties", not (closed and "properties" in schema))
    for key, its in value.items():
        if key in properties:
            yield from _faults(its, properties[key], whole, f"{at}/{key}", closed=closed)
        elif others is False:
            yield f"{at}: {key} is not described"
        elif others is not True:
            yield from _faults(its, others, whole, f"{at}/{key}", closed=closed)


def _array_faults(value: list[Any], schema: Any, whole: Any, at: str, *, closed: bool) -> Iterator[str]:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        yield f"{at}: {len(value)} items"
    first = schema.get("prefixItems", [])
    for index, its in enumerate(value):
        item = first[index] if index < len(first) else schema.get("items", {})
        yield from _faults(its, item, whole, f"{at}/{index}", closed=closed)
