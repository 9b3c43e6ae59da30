"""Whether a stream holds counts, which add up, or readings of something measured, which do not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forecast.language.distributions.families import FAMILIES
from forecast.language.statements import parse_statement


def are_readings(stream: Mapping[str, Any]) -> bool:
    """Whether a stream's values are measured, not counted, and no total of them is simulated."""
    kind = FAMILIES.get(parse_statement(stream["statement"]).distribution)
    return stream["fan"] is None and kind is not None and not kind.discrete
