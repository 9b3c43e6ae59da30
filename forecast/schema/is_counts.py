"""Whether a stream's rows are summarised by the last, as readings are, or by their total."""

from __future__ import annotations

from forecast.language.faults import Fault
from forecast.language.statements import parse_statement
from forecast.schema.topic import StreamContent


def are_readings(stream: StreamContent) -> bool:
    """Whether a stream has no total that means something; of a report of an older version, whether its values are measured and none is simulated."""
    if stream["total"] is None:
        return True
    try:
        statement = parse_statement(stream["statement"])
    except Fault:  # of a report that another program wrote: its values are added up, as those of most streams are
        return False
    if stream["fan"] is not None:
        return False
    from forecast.language.distributions.families import FAMILIES  # NumPy and SciPy, which reading a report need not pay

    kind = FAMILIES.get(statement.distribution)
    return kind is not None and not kind.discrete
