"""Where the values of each family lie, whatever its arguments."""

from __future__ import annotations

from forecast.language.evaluate import number_of
from forecast.language.statements import Statement

COUNTS = frozenset({"Poisson", "NegativeBinomial", "ZeroInflatedPoisson", "Binomial", "BetaBinomial", "Bernoulli"})  # 0, 1, 2 and so on
FROM_ZERO = frozenset({"Exponential", "HalfNormal", "HalfStudentT", "HalfCauchy"})  # 0 or more
ABOVE_ZERO = frozenset({"LogNormal", "Gamma", "InverseGamma", "Weibull"})
BETWEEN_ZERO_AND_ONE = frozenset({"Beta", "LogitNormal"})  # the ends left out
AMOUNTS = FROM_ZERO | ABOVE_ZERO | BETWEEN_ZERO_AND_ONE
BOTH_SIGNS = frozenset({"Normal", "StudentT", "Cauchy", "Uniform", "Triangular", "DiscreteUniform"})  # or as the arguments say


def may_be_negative(statement: Statement) -> bool:
    """Return whether a statement's values may be negative, and their total fall, for all that its form says."""
    if not {statement.distribution, *statement.inner.values()} & BOTH_SIGNS:
        return False
    bound = statement.arguments.get("lower") if statement.inner else None
    lowest = None if bound is None else number_of(bound)
    return lowest is None or lowest < 0
