"""JSON Schemas of the two TOML files, for editors; ``python -m forecast.book.schemas`` writes them to forecast/schemas/."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from forecast.book.layout import SNAKE_CASE
from forecast.book.shapes import PriorTable, TopicFile
from forecast.book.writing import write_whole

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DIRECTORY = Path(__file__).resolve().parent.parent / "schemas"


def schemas() -> dict[str, str]:
    """Return the text of each schema by its file name."""
    return {
        "topic.json": _text(TopicFile, "A topic", None),
        "priors.json": _text(
            dict[str, PriorTable], "The priors of a topic", "What was believed before the record began: one table for each parameter."
        ),
    }


def main() -> None:
    """Write the schemas to their place."""
    for name, text in schemas().items():
        write_whole(DIRECTORY / name, text)


def _text(shape: Any, title: str, description: str | None) -> str:
    from pydantic import TypeAdapter  # 0.2 s, which reading a book need not pay

    schema = TypeAdapter(shape).json_schema()
    whole = {"$schema": DIALECT, **schema, "title": title}
    if description is not None:
        whole["description"] = description
    return json.dumps(_named(whole), indent=2, ensure_ascii=False) + "\n"


def _named(part: Any) -> Any:
    """Fit what pydantic makes to TOML: names are snake_case, no nulls, no titles made of keys."""
    if isinstance(part, list):
        return [_named(item) for item in part]
    if not isinstance(part, dict):
        return part
    options = part.get("anyOf")
    if isinstance(options, list) and {"type": "null"} in options:  # TOML has no null: such a key is left out
        rest = {key: value for key, value in part.items() if key not in {"anyOf", "default"}}
        return _named({**options[0], **rest})
    found = {key: _named(value) for key, value in part.items() if not (key == "title" and "$schema" not in part and isinstance(value, str))}
    if isinstance(found.get("additionalProperties"), dict) and ("default" in part or "description" in part):
        found["propertyNames"] = {"pattern": f"^{SNAKE_CASE.pattern}$"}  # not labels, which are anything
    return found


if __name__ == "__main__":
    main()
