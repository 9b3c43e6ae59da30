"""Hazards that change: the cumulative hazard of an interval, written out in the clocks of its two ends.

A hazard added up over an interval is the mean number of events in it, and
``1 - exp(-hazard)`` the probability of one or more.  Both forms here are
integrals between ``t_start`` and ``t_end``, so they add up exactly however time is
cut into rows or steps.  They are only a short way to write arithmetic: what
reads an expression sees the arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from forecast.language.expressions import Binary, Call, Expression, Name, Number, fold_constant
from forecast.language.faults import Fault

MOST_PIECES = 12  # of a piecewise-constant hazard


def weibull_hazard(arguments: tuple[Expression, ...], at: int) -> Expression:
    """``weibull_hazard(alpha, beta)``: ``(t_end**alpha - t_start**alpha) / beta**alpha``, years counted from the topic's opening.

    It is the cumulative hazard of PyMC's ``Weibull(alpha, beta)``, shape and scale in
    years (``rho_`` and ``lambda_`` in lifelines).  A third argument is the time, in years
    after the opening, from which years are counted instead; before it the hazard is 0.
    """
    if len(arguments) not in {2, 3}:
        raise Fault(
            f"`weibull_hazard` takes a shape and a scale, not {len(arguments)} argument{'s' if len(arguments) != 1 else ''}",
            offset=at,
            hint="as in `weibull_hazard(alpha, beta)`, with the years to count from as a third",
        )
    shape, scale = arguments[:2]
    _require_positive(shape, "the shape")
    _require_positive(scale, "the scale")
    start, end = (_years_since(Name(clock, at), arguments[2:], at) for clock in ("t_start", "t_end"))
    # powers of the ends and of the scale apart: a start at 0 then has a gradient in every parameter
    passed = Binary("-", Binary("**", end, shape, at), Binary("**", start, shape, at), at)
    return Binary("/", passed, Binary("**", scale, shape, at), at)


def piecewise_hazard(arguments: tuple[Expression, ...], at: int) -> Expression:
    """``piecewise_hazard(first, 1, second, 3, third)``: hazards a year, and between them the years at which one gives way to the next.

    The breaks are numbers of years after the topic's opening, as in lifelines'
    ``PiecewiseExponentialFitter(breakpoints)``.
    """
    if len(arguments) < 3 or len(arguments) % 2 == 0 or len(arguments) > 2 * MOST_PIECES - 1:
        raise Fault(
            f"`piecewise_hazard` takes hazards with a break between each and the next, up to {MOST_PIECES} hazards",
            offset=at,
            hint="as in `piecewise_hazard(first, 1, second, 3, third)`",
        )
    breaks = [(part, fold_constant(part)) for part in arguments[1::2]]
    last = -float("inf")
    for part, year in breaks:
        if year is None or year <= last:
            raise Fault("the breaks of `piecewise_hazard` are numbers of years, each later than the one before", offset=part.offset)
        last = year
    start, end = Name("t_start", at), Name("t_end", at)
    starts: list[Expression] = [start, *(Call("max", (start, part), at) for part, _ in breaks)]
    ends: list[Expression] = [*(Call("min", (end, part), at) for part, _ in breaks), end]
    pieces = [
        Binary("*", hazard, Call("max", (Binary("-", until, since, at), Number(0.0, at)), at), at)
        for hazard, since, until in zip(arguments[::2], starts, ends, strict=True)
    ]
    whole: Expression = pieces[0]
    for piece in pieces[1:]:
        whole = Binary("+", whole, piece, at)
    return whole


HAZARD_FUNCTIONS: Mapping[str, Callable[[tuple[Expression, ...], int], Expression]] = MappingProxyType(
    {"weibull_hazard": weibull_hazard, "piecewise_hazard": piecewise_hazard}
)


def _years_since(clock: Name, origin: tuple[Expression, ...], at: int) -> Expression:
    return Call("max", (Binary("-", clock, origin[0], at), Number(0.0, at)), at) if origin else clock


def _require_positive(expression: Expression, what: str) -> None:
    value = fold_constant(expression)
    if value is not None and value <= 0:
        raise Fault(f"{what} of `weibull_hazard` is {value:g}; it must be above 0", offset=expression.offset)
