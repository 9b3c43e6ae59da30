"""JSON Schemas of the TOML files, for editors; ``python -m forecast.book.files.schemas`` writes them to forecast/schemas/."""

from __future__ import annotations

import json
import keyword
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from forecast.book.files.contract_shapes import CONTRACTS, ContractFile, DeviationsFile
from forecast.book.files.layout import SNAKE_CASE
from forecast.book.files.names import CONTRACT_NAME, LONGEST_CONTRACT_NAME, RESERVED
from forecast.book.files.shapes import VARIANTS, BookFile, PriorFile, TopicFile, VariantPriorsTable
from forecast.book.files.writing import write_whole

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_DIRECTORY = Path(__file__).resolve().parents[2] / "schemas"
SCHEMA_FILES = ("topic.json", "priors.json", "contracts.json", "book.json")
NOT_EMPTY = r"\S"
STATEMENT = r"^[\s(]*[A-Z][A-Za-z0-9]*\s*\([\s\S]*\)"
PRIOR = r"^[\s(]*([A-Z][A-Za-z0-9]*|posterior)\s*\([\s\S]*\)"  # a statement, or a link to another topic
SENTENCE = r"^\s*\S+\s+[\s\S]*[.!?…][\"')\u201d\u2019»]*\s*$"
CLAUSE = r"^(?!\s*(?:[Ii]f|[Tt]hat|[Ww]hether|[Ww]hen)\b)[^{}]*[^{}.!?…\s]\s*$"
COUNTED_CLAUSE = r"^(?!\s*(?:[Ii]f|[Tt]hat|[Ww]hether|[Ww]hen)\b)[^{}]*\{n\}[^{}]*(?<![.!?…\s])\s*$"
PATTERNS = {  # of the texts at a key; every other text is not empty
    "value": STATEMENT,
    "prior": PRIOR,
    "why": SENTENCE,
    "event": CLAUSE,
    "no_event": CLAUSE,
    "events": COUNTED_CLAUSE,
}
TABLE_PATTERNS: Mapping[str, Mapping[str, str]] = {"QuantityTable": {"value": NOT_EMPTY}}  # an expression, not a distribution
RESERVED_WORDS = sorted({*RESERVED, *(word for word in keyword.kwlist if SNAKE_CASE.fullmatch(word))})
NAME_SCHEMA = {
    "description": "A name: small letters, digits and _, beginning with a letter; no clock, function or word of the language.",
    "pattern": f"^{SNAKE_CASE.pattern}$",
    "not": {"enum": RESERVED_WORDS},
}
CONTRACT_NAME_SCHEMA = {
    "description": "A contract's name in this book: small letters and digits, with single - or _ between them.",
    "pattern": f"^{CONTRACT_NAME.pattern}$",
    "maxLength": LONGEST_CONTRACT_NAME,
}
RULES: Mapping[str, Mapping[str, Any]] = {  # what two keys of one table mean together
    "QuestionTable": {
        "oneOf": [{"required": ["answer"]}, {"required": ["probability"]}, {"required": ["choices"]}, {"required": ["type"]}],
        "if": {"required": ["since"]},
        "then": {"required": ["by"]},
    },
    "ScenarioTable": {"if": {"required": ["since"]}, "then": {"required": ["by"]}},
}


def schema_texts() -> dict[str, str]:
    """Return the text of each schema by its file name."""
    return {
        "topic.json": _schema_text(TopicFile, "A topic", None),
        "priors.json": _priors_schema_text(),
        "contracts.json": _contracts_schema_text(),
        "book.json": _schema_text(BookFile, "A book", None),
    }


def main() -> None:
    """Write the schemas to their place."""
    for name, text in schema_texts().items():
        write_whole(SCHEMA_DIRECTORY / name, text)


def _priors_schema_text() -> str:
    """The schema of a prior file: a table for each parameter, and under two keys those of contracts and of variants."""
    whole = _schema(
        PriorFile,
        "The priors of a topic",
        "What was believed before the record began: one table for each parameter.",
        {VARIANTS: (VariantPriorsTable, "The priors of variants of the topic, by variant.")},
    )
    of_contracts = _schema(DeviationsFile, CONTRACTS, "How contracts of markets may end otherwise than our questions, by their names.")
    tables = {key: of_contracts[key] for key in ("additionalProperties", "description", "type")}
    whole["properties"] |= {CONTRACTS: {**tables, "propertyNames": CONTRACT_NAME_SCHEMA}}
    whole["$defs"] |= {name: table for name, table in of_contracts["$defs"].items() if name != "Name"}
    return _text(whole)


def _contracts_schema_text() -> str:
    whole = _schema(ContractFile, "The contracts beside a topic's questions", "One table for each contract, its name unique in the book.")
    del whole["$defs"]["Name"]
    return _text({**whole, "propertyNames": CONTRACT_NAME_SCHEMA})


def _schema_text(shape: Any, title: str, description: str | None) -> str:
    return _text(_schema(shape, title, description))


def _text(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _schema(
    shape: Any, title: str, description: str | None, tables: Mapping[str, tuple[Any, str]] = MappingProxyType({})
) -> dict[str, Any]:
    """The schema of a file; ``tables`` are those beside a table for each name, with their shapes and descriptions."""
    from pydantic import TypeAdapter  # 0.2 s, which reading a book need not pay

    schema = TypeAdapter(shape).json_schema()
    for name, (inner, about) in tables.items():
        made = TypeAdapter(inner).json_schema()
        schema["$defs"] = {**made.pop("$defs"), **schema["$defs"]}
        schema["properties"] = {**schema.get("properties", {}), name: {**made, "description": about}}
    whole = {"$schema": DIALECT, **schema, "title": title}
    if description is not None:
        whole["description"] = description
    fitted: dict[str, Any] = _adapt_schema(whole, "")
    if "$defs" not in fitted:  # a file without names of its own
        return fitted
    fitted["$defs"]["Name"] = NAME_SCHEMA
    for name, rules in RULES.items():
        if name in fitted["$defs"]:
            fitted["$defs"][name] |= rules
    for name, patterns in TABLE_PATTERNS.items():
        for key, pattern in patterns.items() if name in fitted["$defs"] else ():
            fitted["$defs"][name]["properties"][key]["pattern"] = pattern
    return fitted


def _adapt_schema(part: Any, key: str) -> Any:
    """Fit what pydantic makes to TOML and to the reader: ``part`` is the schema of the key ``key``.

    TOML has no null, a text is never empty, a table's own names can be given, and
    no title is made of a key.
    """
    if isinstance(part, list):
        return [_adapt_schema(item, key) for item in part]
    if not isinstance(part, dict):
        return part
    options = part.get("anyOf")
    if isinstance(options, list) and {"type": "null"} in options:  # such a key is left out
        rest = {name: value for name, value in part.items() if name not in {"anyOf", "default"}}
        kinds = [option for option in options if option != {"type": "null"}]
        return _adapt_schema({**(kinds[0] if len(kinds) == 1 else {"anyOf": kinds}), **rest}, key)
    adapted = {
        name: _adapt_properties(value) if name in {"properties", "$defs"} else _adapt_schema(value, key)
        for name, value in part.items()
        if not (name == "title" and "$schema" not in part) and not (name == "default" and isinstance(value, str) and not value)
    }
    if adapted.get("type") == "string" and not adapted.keys() & {"enum", "const", "format"}:
        adapted["pattern"] = PATTERNS.get(key, NOT_EMPTY)
    if isinstance(adapted.get("additionalProperties"), dict) and ("default" in part or "description" in part):
        adapted["propertyNames"] = {"$ref": "#/$defs/Name"}  # not of labels, which are anything
    return adapted


def _adapt_properties(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: _adapt_schema(value, name) for name, value in properties.items()}


if __name__ == "__main__":
    main()
