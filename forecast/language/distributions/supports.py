"""Where the values of each family lie, whatever its arguments."""

from __future__ import annotations

from forecast.language.evaluate import evaluate_constant
from forecast.language.statements import Statement

COUNT_FAMILIES = frozenset(
    {"Poisson", "NegativeBinomial", "ZeroInflatedPoisson", "Binomial", "BetaBinomial", "Bernoulli"}
)  # 0, 1, 2 and so on
FROM_ZERO_FAMILIES = frozenset({"Exponential", "HalfNormal", "HalfStudentT", "HalfCauchy"})  # 0 or more
ABOVE_ZERO_FAMILIES = frozenset({"LogNormal", "Gamma", "InverseGamma", "Weibull"})
OPEN_SHARE_FAMILIES = frozenset({"Beta", "LogitNormal"})  # the ends left out
AMOUNT_FAMILIES = FROM_ZERO_FAMILIES | ABOVE_ZERO_FAMILIES | OPEN_SHARE_FAMILIES
SIGNED_FAMILIES = frozenset({"Normal", "StudentT", "Cauchy", "Uniform", "Triangular", "DiscreteUniform"})  # or as the arguments say


def may_be_negative(statement: Statement) -> bool:
    """Return whether a statement's values may be negative, and their total fall, for all that its form says."""
    if not {statement.distribution, *statement.inner.values()} & SIGNED_FAMILIES:
        return False
    bound = statement.arguments.get("lower") if statement.inner else None
    lowest = None if bound is None else evaluate_constant(bound)
    return lowest is None or lowest < 0
