"""What is wrong with the shape of a content that was read from JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import TypeAdapter


def shape_fault[Content](content: object, shape: TypeAdapter[Content]) -> str:
    """Return the first key of a content that is missing, or has a value of another type, with its place; empty where there is none."""
    from pydantic import ValidationError

    try:
        shape.validate_python(content, strict=True, extra="forbid")
    except ValidationError as error:
        first = error.errors()[0]
        return f"`{'.'.join(str(part) for part in first['loc'])}`: {first['msg'].lower()}"
    return ""
