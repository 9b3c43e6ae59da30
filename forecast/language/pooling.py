"""Several statements become one: named scenarios with their chances, or people with their weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import MappingProxyType
from typing import Literal

from forecast.language.distributions.families import family_for, value_kind_of
from forecast.language.distributions.pools import LINEAR, LOG_ODDS
from forecast.language.distributions.traits import ValueKind
from forecast.language.evaluate import evaluate_constant
from forecast.language.expressions import Number
from forecast.language.faults import Fault
from forecast.language.statements import Statement, WeightedStatement

type Pooling = Literal["mixture", "linear", "log_odds"]

TIMES_SIGN = "\N{MULTIPLICATION SIGN}"
POOLING_NAMES = {"mixture": "mixture", "linear": "linear pool", "log_odds": "log-odds pool"}


def pool(pooling: Pooling, parts: Sequence[tuple[float, Statement]]) -> Statement:
    """Return the statement of a pool of sound statements with positive weights; one alone is itself.

    Statements of Categorical over the same labels make another Categorical:
    ``linear`` (and a mixture) by the weighted mean of shares, ``log_odds`` by the
    weighted geometric mean, scaled to add up to 1; for two labels that is the
    geometric mean of odds.  Raises ``Fault`` where the parts leave nothing that
    all of them hold possible.
    """
    if len(parts) == 1:
        return parts[0][1]
    whole = math.fsum(weight for weight, _ in parts)
    weighted = tuple(WeightedStatement(weight / whole, statement) for weight, statement in parts)
    text = _pool_text(pooling, parts)
    first = weighted[0].statement
    if value_kind_of(first) is ValueKind.CATEGORY:
        shares = _shares(pooling, weighted)
        arguments = {label: Number(share, 0) for label, share in shares.items()}
        return Statement(first.distribution, MappingProxyType(arguments), text, 0, MappingProxyType(dict.fromkeys(shares, 0)))
    kind = LOG_ODDS if pooling == "log_odds" else LINEAR
    pooled = Statement(kind, MappingProxyType({}), text, 0, MappingProxyType({}), parts=weighted)
    family = family_for(pooled)
    lower, upper = family.support()
    if lower > upper or (lower == upper and not family.discrete):
        raise _no_shared_value_fault()
    return pooled


def _shares(pooling: Pooling, parts: tuple[WeightedStatement, ...]) -> dict[str, float]:
    labels = tuple(parts[0].statement.arguments)
    given = [{label: evaluate_constant(part.statement.arguments[label]) or 0.0 for label in labels} for part in parts]
    if pooling != "log_odds":
        return {label: math.fsum(part.share * its[label] for part, its in zip(parts, given, strict=True)) for label in labels}
    logs = {
        label: math.fsum(part.share * (math.log(its[label]) if its[label] else -math.inf) for part, its in zip(parts, given, strict=True))
        for label in labels
    }
    highest = max(logs.values())
    if highest == -math.inf:
        raise _no_shared_value_fault()
    total = math.fsum(math.exp(value - highest) for value in logs.values())
    return {label: math.exp(value - highest) / total for label, value in logs.items()}


def _no_shared_value_fault() -> Fault:
    return Fault(
        "these experts rule out one another: no value is possible for all of them",
        hint='pool = "linear" keeps what any of them holds possible',
    )


def _pool_text(pooling: Pooling, parts: Sequence[tuple[float, Statement]]) -> str:
    equal = len({weight for weight, _ in parts}) == 1
    texts = [statement.text if equal else f"{_short_weight(weight)} {TIMES_SIGN} {statement.text}" for weight, statement in parts]
    return f"{POOLING_NAMES[pooling]} of {', '.join(texts[:-1])} and {texts[-1]}"


def _short_weight(weight: float) -> str:
    return repr(weight).removesuffix(".0")
