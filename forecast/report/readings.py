"""Whether a stream holds counts, which add up, or readings of something measured, which do not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forecast.language.distributions.families import FAMILIES
from forecast.language.faults import Fault
from forecast.language.statements import parse_statement


def are_readings(stream: Mapping[str, Any]) -> bool:
    """Whether a stream's values are measured, not counted, and no total of them is simulated."""
    try:
        statement = parse_statement(stream["statement"])
    except Fault:  # of a report that another program wrote: its values are added up, as those of most streams are
        return False
    kind = FAMILIES.get(statement.distribution)
    return stream["fan"] is None and kind is not None and not kind.discrete
