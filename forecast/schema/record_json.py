"""Reading the JSON of pages of the record, scores and calibration: whole, of the right shape, and as it was written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeGuard

from forecast.schema.shape_faults import shape_fault
from forecast.schema.topic import ReportFault, digest_of

if TYPE_CHECKING:
    from pydantic import TypeAdapter


def read_record_json[Content](data: bytes, shape: TypeAdapter[Content], *, name: str, what: str, number: int, remake: str) -> Content:
    """Return the content of a JSON file of a ``shape``, which is ``what`` in format ``number``; raise ``ReportFault``, with how to ``remake`` it, for any other."""
    try:
        content: object = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ReportFault(f"{name} is not whole: {error}; {remake}") from None
    if not isinstance(content, dict) or content.get("format") != number:
        raise ReportFault(f"{name} is not the JSON of {what} in format {number}; {remake}")
    written = content
    if not _has_shape(content, shape):
        raise ReportFault(f"{name}: {shape_fault(content, shape)}; {remake}")
    if digest_of(written) != written["digest"]:
        raise ReportFault(f"{name} was changed after it was written (its digest does not fit); {remake}")
    return content


def _has_shape[Content](content: object, shape: TypeAdapter[Content]) -> TypeGuard[Content]:
    return not shape_fault(content, shape)


def _refuse_constant(constant: str) -> float:
    raise ValueError(f"{constant} is not a number of JSON")
