"""A forecast as Metaculus's server takes it, POST ``/api/questions/forecast/``: a probability, one for each option, or a distribution function.

What a forecast says outside the server's bounds is moved to them, and how far is said.
Source of the rules: Metaculus/metaculus, ``questions/serializers/common.py``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from forecast.forecasts.times import moment_text
from forecast.forecasts.values import SUM_TOLERANCE, ValueFault

LEAST, MOST = 0.001, 0.999  # what the server takes for a probability
_UNITS = 10**9  # in one: probabilities of options are whole numbers of billionths, which add up to one exactly
_LEAST_UNITS = 10**6


@dataclass(frozen=True, slots=True)
class Payload:
    """What is sent: the question's id and one of the three forms; ``end`` is when the forecast is to end by itself."""

    question: int
    form: str
    value: float | Mapping[str, float] | Sequence[float]
    end: datetime | None = None


def payload_text(payload: Payload) -> str:
    """Return the body of the request, as JSON."""
    value = list(payload.value) if isinstance(payload.value, tuple) else payload.value
    content: dict[str, object] = {"question": payload.question, payload.form: value}
    if payload.end is not None:
        content["end_time"] = moment_text(payload.end)
    return json.dumps([content], ensure_ascii=False) + "\n"


def server_probability(probability: float) -> float:
    """Return the nearest probability that the server takes."""
    return min(max(probability, LEAST), MOST)


def server_options(shares: Mapping[str, float]) -> Mapping[str, float]:
    """Return the probabilities of options as the server takes them: none below 0.001, in billionths, adding up to one.

    Those below are raised, and the others lowered by one factor.  Raises ``ValueFault`` where they do not add up to one, and for fewer
    options than two or too many.
    """
    total = sum(shares.values())
    if abs(total - 1) > SUM_TOLERANCE:
        raise ValueFault(f"the probabilities of the options add up to {total:.6g}", "all options together have a probability of 1")
    if not 2 <= len(shares) <= _UNITS // _LEAST_UNITS:
        raise ValueFault(f"{len(shares):,} options, of which each has a probability of at least {LEAST}")
    low: set[str] = set()
    while True:
        factor = (1 - LEAST * len(low)) / max(sum(share for label, share in shares.items() if label not in low), LEAST)
        below = {label for label, share in shares.items() if label not in low and share * factor < LEAST}
        if not below:
            break
        low |= below
    units = {label: _LEAST_UNITS if label in low else max(round(share * factor * _UNITS), _LEAST_UNITS) for label, share in shares.items()}
    largest = max(units, key=lambda label: units[label])
    units[largest] += _UNITS - sum(units.values())
    return {label: count / _UNITS for label, count in units.items()}
