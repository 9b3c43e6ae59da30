"""Fits: the families that suit what somebody said, each as a statement that can be read, and how far each misses it.

As many points as a family has free arguments are honoured exactly, by the solvers
behind the language's own words; more are met by least squares on the distribution
function, as SHELF does (Oakley and O'Hagan, SHELF; R package ``SHELF``, ``fitdist``);
of an interval's mass alone, the family's member of greatest entropy has it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Literal

import numpy as np

from forecast.elicitation.candidates import Candidate, candidates
from forecast.elicitation.entropies import maximum_entropy_member
from forecast.elicitation.judgements import (
    SHARE_SUPPORT,
    IntervalMass,
    Judgement,
    ObservedCases,
    QuantilePoint,
    QuantilePoints,
    Support,
    check_judgement,
)
from forecast.language.distributions.families import family
from forecast.language.distributions.gammas import Gamma
from forecast.language.distributions.shares import Beta
from forecast.language.distributions.words import quantile_name
from forecast.language.expressions import fold_constant
from forecast.language.faults import Fault
from forecast.language.ops import NUMPY
from forecast.language.statements import parse_statement

SHOWN = (0.05, 0.25, 0.5, 0.75, 0.95)
HONOURED = 1e-6  # how near, in probability, a point counts as met, and how far rounding may move one
LARGEST_MISS = 0.02  # a family that misses a point by more probability than this, and by twice as much as the best, is not offered
NEGLIGIBLE_LOCATION = 1e-12  # a location nearer to 0 than this is written as 0, where the points said stay where they are
POOR_MISS = 0.05  # a best fit that misses a point by more probability than this does not say what was said
MOST_ARGUMENT_DIGITS = 17
JEFFREYS = 0.5  # cases that Jeffreys' prior of a share or a rate counts as

type Method = Literal["exact", "least squares", "greatest entropy", "cases", "cases from Jeffreys' prior"]


@dataclass(frozen=True, slots=True)
class Fit:
    """A prior that says what somebody said, or nearly.

    ``said`` are the points it was fitted to (none for cases, and for the mass of an
    interval), ``misses`` the fitted probability less the one said at each of them (or
    that of the mass); ``points`` the 5, 25, 50, 75 and 95 % points.
    """

    family: str
    statement: str
    method: Method
    misses: tuple[float, ...]
    points: tuple[float, ...]
    said: tuple[QuantilePoint, ...] = ()

    @property
    def miss(self) -> float:
        """The largest miss, as a probability."""
        return max((abs(miss) for miss in self.misses), default=0.0)

    def quantile(self, share: float) -> float:
        """The value below which the unknown lies with a probability."""
        kind, arguments = read_statement(self.statement)
        return float(family(kind).quantile(share, **arguments))


def fits(judgement: Judgement, support: Support, *, among: Sequence[Candidate] = (), first: str = "") -> tuple[Fit, ...]:
    """Return the families that suit a judgement, the best first; those that honour it alike in their usual order.

    ``among`` are the families to try (those of the support where none are
    given); those far behind the best are left out.  Raises ``Fault`` where the judgement is impossible, no family can have it,
    or the best misses a point by more than ``POOR_MISS``.
    """
    judgement = check_judgement(judgement, support)
    if isinstance(judgement, ObservedCases):
        return (_fit_cases(judgement, support),)
    fitted: list[Fit] = []
    faults: list[Fault] = []
    for candidate in among or candidates(support, first=first):
        try:
            fitted.append(_check_support(_fit(candidate, judgement, support), support))
        except Fault as fault:
            faults.append(fault)
    if not fitted:
        raise faults[0] if len(faults) == 1 else Fault(f"no family of values {support.words} can say this", hint="give other values")
    fitted.sort(key=lambda fit: 0.0 if fit.miss <= HONOURED else round(fit.miss, 3))
    if fitted[0].miss > POOR_MISS:
        raise _poor_fit_fault(fitted[0], support)
    return tuple(fit for fit in fitted if fit.miss <= max(LARGEST_MISS, 2 * fitted[0].miss))


def _poor_fit_fault(best: Fit, support: Support) -> Fault:
    """That no family comes near what was said, with the point that the best of them misses most."""
    said, miss = max(zip(best.said, best.misses, strict=True), key=lambda both: abs(both[1]))
    message = (
        f"no family of values {support.words} comes near this: of the best, {best.statement}, {100 * (said.share + miss):.3g} % "
        f"lie below {said.value:g}, where {100 * said.share:.3g} % were said"
    )
    if math.isfinite(support.lower) and math.isfinite(support.upper) and support != SHARE_SUPPORT:
        width = support.upper - support.lower
        hint = f"say it of the share of the way between the ends, a Beta, and use {support.lower:g} + {width:g} * share in the topic"
    else:
        hint = "give other points, or fewer, or other values that are possible"
    return Fault(message, hint=hint)


def read_statement(text: str) -> tuple[str, dict[str, Any]]:
    """Return the family and PyMC's arguments of a statement without names of parameters; raise ``Fault`` for one with them."""
    statement = parse_statement(text)
    given = {name: fold_constant(expression) for name, expression in statement.arguments.items()}
    if any(value is None for value in given.values()):
        raise Fault(f"`{text}` depends on other parameters")
    return statement.distribution, family(statement.distribution).from_words(given, NUMPY)


def fit_of_statement(text: str) -> Fit:
    """Return a statement without names of parameters as a fit to nothing, to be shown beside others."""
    name, arguments = read_statement(text)
    return Fit(name, text, "exact", (), _summary_points(name, arguments))


def _fit(candidate: Candidate, judgement: QuantilePoints | IntervalMass, support: Support) -> Fit:
    if isinstance(judgement, IntervalMass):
        return _fit_mass(candidate, judgement, support)
    points = judgement.points
    inner = [point for point in points if 0 < point.share < 1]
    if len(inner) == len(points) == len(candidate.free):
        return _make_fit(candidate, _quantile_arguments(candidate.fixed, points), "exact", points)
    if len(points) < len(candidate.free):
        raise Fault(f"{candidate.family} needs {len(candidate.free)} points to be told by", hint="give another point")
    return _least_squares(candidate, points)


def _check_support(fit: Fit, support: Support) -> Fit:
    """A fit whose values are those of the support; raises ``Fault`` for one that reaches beyond."""
    kind, arguments = read_statement(fit.statement)
    lower, upper = family(kind).support(**arguments)
    if lower < support.lower or upper > support.upper:
        raise Fault(f"{fit.statement} reaches beyond {support.words}", hint="give a narrower range")
    return fit


def _fit_mass(candidate: Candidate, judgement: IntervalMass, support: Support) -> Fit:
    low, high, mass = judgement.low, judgement.high, judgement.mass
    if len(candidate.free) == 1:  # where the interval begins or ends with the support, its mass is a point
        if low != support.lower and high != support.upper:
            raise Fault(f"{candidate.family} needs a point to be told by, not an interval")
        point = QuantilePoint(mass, high) if low == support.lower else QuantilePoint(round(1 - mass, 12), low)
        return _make_fit(candidate, _quantile_arguments(candidate.fixed, (point,)), "exact", (point,))
    words = maximum_entropy_member(candidate, judgement, support)
    arguments = _solve_arguments(candidate, words)

    def interval_mass(trial: Mapping[str, float]) -> np.ndarray[Any, Any]:
        below, upto = family(candidate.family).distribution(np.array([low, high]), **trial)
        return np.array([upto - below])

    readable = _is_short(words) or low == support.lower or high == support.upper
    statement = _statement_text(candidate.family, words if readable else _round_arguments(arguments, interval_mass))
    kind, arguments = read_statement(statement)
    miss = float(interval_mass(arguments)[0]) - mass
    if abs(miss) > HONOURED:
        raise Fault(f"no {candidate.family} has this much probability there", hint="give another interval, or another probability")
    return Fit(kind, statement, "greatest entropy", (miss,), _summary_points(kind, arguments))


def _is_short(words: Mapping[str, float]) -> bool:
    return all(len(name) <= len("p2_5") for name in words if name.startswith("p"))


def _least_squares(candidate: Candidate, points: Sequence[QuantilePoint]) -> Fit:
    """Least squares on the distribution function, from the exact fits to some of the points; exact where one of those meets all."""
    from scipy.optimize import least_squares

    for chosen in combinations([point for point in points if 0 < point.share < 1], len(candidate.free)):
        with suppress(Fault):
            exact = _make_fit(candidate, _quantile_arguments(candidate.fixed, chosen), "exact", points)
            if exact.miss <= HONOURED:
                return exact
    values, shares = np.array([p.value for p in points]), np.array([p.share for p in points])
    kind = family(candidate.family)

    def arguments_at(unknown: Any) -> dict[str, float]:
        free = {name: float(np.exp(x)) if name in candidate.widths else float(x) for name, x in zip(candidate.free, unknown, strict=True)}
        return {**candidate.fixed, **free}

    def distances(unknown: Any) -> Any:
        with np.errstate(all="ignore"):
            differences = kind.distribution(values, **arguments_at(unknown)) - shares
        return np.where(np.isfinite(differences), differences, 1.0)

    best: Any = None
    for start in _starting_arguments(candidate, points):
        at = [np.log(start[name]) if name in candidate.widths else start[name] for name in candidate.free]
        solution = least_squares(distances, at, xtol=1e-14, ftol=1e-14, gtol=1e-14, x_scale=np.maximum(np.abs(at), 0.1))
        if best is None or solution.cost < best.cost:
            best = solution
    if best is None:
        raise Fault(f"no {candidate.family} comes near these points", hint="give other values")
    rounded = _round_arguments(arguments_at(best.x), lambda trial: kind.distribution(values, **trial))
    return _make_fit(candidate, rounded, "least squares", points)


def _starting_arguments(candidate: Candidate, points: Sequence[QuantilePoint]) -> list[dict[str, float]]:
    """Exact fits to as many of the points as there are free arguments: the outermost, and others between."""
    half = 0.5 / max(10, len(points))  # where chips end, for a start only
    usable = [QuantilePoint(min(max(point.share, half), 1 - half), point.value) for point in points]
    starts = []
    for chosen in list(combinations(usable, len(candidate.free)))[:40]:
        try:
            starts.append(_solve_arguments(candidate, _quantile_arguments(candidate.fixed, chosen)))
        except Fault:
            continue
    if (
        not starts and {"lower", "upper"} <= candidate.fixed.keys()
    ):  # a mode between fixed ends has its own range of quantiles, which may hold no point
        middle = (candidate.fixed["lower"] + candidate.fixed["upper"]) / 2
        return [{**candidate.fixed, **dict.fromkeys(candidate.free, middle)}]
    return starts[:: max(1, len(starts) // 4)]


def _fit_cases(seen: ObservedCases, support: Support) -> Fit:
    """The conjugate prior of a share or a rate, as if these cases were all that was known.

    None, or all, leave no such prior: there the cases come on top of Jeffreys' prior, which counts as half a case of each kind
    (Jeffreys 1946, doi:10.1098/rspa.1946.0056), so that none in a time says less than one in it.
    """
    count, among = seen.count, seen.among
    if support != SHARE_SUPPORT:
        return _make_cases_fit(Gamma.name, {"alpha": count or JEFFREYS, "beta": among}, jeffreys=not count)
    if count in {0.0, among}:
        return _make_cases_fit(Beta.name, {"alpha": count + JEFFREYS, "beta": among - count + JEFFREYS}, jeffreys=True)
    if round(count / among, 4) == count / among:
        return _make_cases_fit(Beta.name, {"mean": count / among, "strength": among}, jeffreys=False)
    return _make_cases_fit(Beta.name, {"alpha": count, "beta": among - count}, jeffreys=False)


def _make_cases_fit(name: str, words: Mapping[str, float], *, jeffreys: bool) -> Fit:
    return replace(fit_of_statement(_statement_text(name, words)), method="cases from Jeffreys' prior" if jeffreys else "cases")


def _quantile_arguments(fixed: Mapping[str, float], points: Sequence[QuantilePoint]) -> dict[str, float]:
    """Quantiles as words: a share of 0.025 is ``p2_5``."""
    return {**fixed, **{quantile_name(point.share): point.value for point in points}}


def _solve_arguments(candidate: Candidate, words: Mapping[str, float]) -> dict[str, float]:
    return {name: float(value) for name, value in family(candidate.family).from_words(words, NUMPY).items()}


def _make_fit(candidate: Candidate, words: Mapping[str, float], method: Method, points: Sequence[QuantilePoint]) -> Fit:
    statement = _statement_text(candidate.family, words)
    kind, arguments = read_statement(statement)
    with np.errstate(all="ignore"):
        reached = family(kind).distribution(np.array([point.value for point in points]), **arguments)
    misses = tuple(float(share) - point.share for share, point in zip(reached, points, strict=True))
    return Fit(kind, statement, method, misses, _summary_points(kind, arguments), tuple(points))


def _summary_points(kind: str, arguments: Mapping[str, Any]) -> tuple[float, ...]:
    return tuple(float(value) for value in family(kind).quantile(np.array(SHOWN), **arguments))


def _round_arguments(arguments: Mapping[str, float], shares: Callable[[Mapping[str, float]], Any]) -> dict[str, float]:
    """Arguments with as few digits as leave the shares at the points said where they are, to a millionth."""
    exact = np.asarray(shares(arguments))
    for digits in range(3, MOST_ARGUMENT_DIGITS):
        rounded = {name: 0.0 if abs(value) < NEGLIGIBLE_LOCATION else float(f"{value:.{digits}g}") for name, value in arguments.items()}
        with np.errstate(all="ignore"):
            if (np.abs(np.asarray(shares(rounded)) - exact) <= HONOURED).all():
                return rounded
    return dict(arguments)


def _statement_text(name: str, words: Mapping[str, float]) -> str:
    return f"{name}({', '.join(f'{argument}={value:.15g}' for argument, value in words.items())})"
