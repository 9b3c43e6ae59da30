"""The referee: whether two independent engines give the same numbers, within Monte Carlo error.

Diagnostics come first: draws that are not sound are compared with nothing.  Then
every parameter value and every answer is compared.  The comparison has no scale:
it asks which share of NUTS's draws lies below the fast engine's 5, 50 and 95 %
points.  The limit is set so that two right engines are called disputed once in a
thousand runs, whatever the number of figures compared.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from forecast.book.topic import Parameter
from forecast.inference.posterior import Posterior
from forecast.inference.weights import weighted_error
from forecast.model.model import Array

FALSE_DISPUTES = 0.001  # chance that right engines are called disputed
LEVELS = (0.05, 0.5, 0.95)

type Outcome = Literal["agreed", "disputed", "not refereed"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure by both engines, the standard error of the difference, and the difference in such errors."""

    kind: Literal["parameter", "answer"]
    name: str
    label: str
    what: str
    fast: float
    nuts: float
    error: float
    z: float

    def __str__(self) -> str:
        of = f"`{self.name}`" + (f" for {self.label}" if self.label else "")
        return f"{self.what} of {of}: {self.fast:.4g} by the fast engine, {self.nuts:.4g} by NUTS, {abs(self.z):.1f} standard errors apart"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the referee says, in a word and a sentence; ``limit`` is the greatest difference allowed, in standard errors."""

    verdict: Outcome
    sentence: str
    comparisons: tuple[Comparison, ...]
    limit: float

    @property
    def worst(self) -> Comparison | None:
        """The comparison with the greatest difference."""
        return max(self.comparisons, key=lambda each: abs(each.z), default=None)

    @property
    def disputed(self) -> tuple[Comparison, ...]:
        """The comparisons beyond the limit, worst first."""
        beyond = [each for each in self.comparisons if abs(each.z) > self.limit]
        return tuple(sorted(beyond, key=lambda each: -abs(each.z)))


def judge(fast: Posterior, fast_answers: Mapping[str, Any], nuts: Posterior, nuts_answers: Mapping[str, Any]) -> Verdict:
    """Compare two engines' posteriors and their answers (``forecast.answers.Answer`` by question).

    The limit for ``m`` comparisons is the two-sided normal quantile
    ``-Phi^-1(0.001 / (2 m))`` (Bonferroni): 3.3 for one, 4.1 for 20, 4.8 for 500.
    Standard errors are those of both engines together: for NUTS from the
    effective number of draws of that very indicator, for weighted draws by the
    delta formula.
    """
    comparisons = (*_parameters(fast, nuts), *_answers(fast_answers, nuts_answers))
    limit = float(-special.ndtri(FALSE_DISPUTES / (2 * max(1, len(comparisons)))))
    unsound = _unsound(fast, nuts)
    if unsound:
        return Verdict("not refereed", unsound, comparisons, limit)
    outcome: Outcome = "disputed" if any(not abs(each.z) <= limit for each in comparisons) else "agreed"
    return Verdict(outcome, _sentence(outcome, comparisons, limit), comparisons, limit)


def _unsound(fast: Posterior, nuts: Posterior) -> str:
    one, other = fast.diagnostics, nuts.diagnostics
    if not one.sound and not other.sound:
        return f"Neither engine is sound. The fast engine: {one.reason}. NUTS: {other.reason}."
    if not other.sound:
        return f"NUTS is not sound: {other.reason}."
    if not one.sound:
        return f"The fast engine is not sound: {one.reason}. NUTS supplies the draws, and nothing has checked them."
    return ""


def _sentence(outcome: Outcome, comparisons: tuple[Comparison, ...], limit: float) -> str:
    if not comparisons:
        return "There is nothing to compare."
    count, worst = len(comparisons), max(comparisons, key=lambda each: abs(each.z))
    if outcome == "agreed":
        return f"The two engines agree on all {count} figures; the greatest difference is {abs(worst.z):.1f} standard errors, and {limit:.1f} are allowed."
    beyond = sum(not abs(each.z) <= limit for each in comparisons)
    return f"The two engines disagree on {beyond} of {count} figures, first on the {worst}; {limit:.1f} are allowed."


def _parameters(fast: Posterior, nuts: Posterior) -> Iterator[Comparison]:
    for name, parameter in fast.model.topic.parameters.items():
        for label in parameter.labels or ("",):
            one, other = fast.column(name, label), nuts.column(name, label)
            if _is_discrete(fast, name):
                for value in np.union1d(one, other):
                    yield _share_of_draws(fast, nuts, (name, label), _value_in_words(parameter, value), one == value, other == value)
            else:
                points = fast.quantiles(name, LEVELS, label)
                for level, point in zip(LEVELS, points, strict=True):
                    what = f"share below the {level:.0%} point"
                    yield _share_of_draws(fast, nuts, (name, label), what, one <= point, other <= point)


def _is_discrete(posterior: Posterior, name: str) -> bool:
    return bool(np.issubdtype(posterior.parameters[name].dtype, np.integer))


def _value_in_words(parameter: Parameter, value: float) -> str:
    return f'share of "{parameter.categories[int(value)]}"' if parameter.categories else f"share of {value:g}"


def _share_of_draws(
    fast: Posterior, nuts: Posterior, place: tuple[str, str], what: str, one: NDArray[np.bool_], other: NDArray[np.bool_]
) -> Comparison:
    """Compare the share of draws for which a condition holds, ``one`` and ``other`` being ``(draws,)`` of true and false."""
    share, delta_error = weighted_error(one.astype(float), fast.log_weight)
    error = math.hypot(
        max(delta_error, _share_error(share, fast.diagnostics.effective_size)),
        _share_error(share, _indicator_size(other.astype(float), nuts.chains)),
    )
    return _comparison("parameter", place, what, share, float(other.mean()), error)


def _share_error(share: float, size: float) -> float:
    """Standard error of a share among ``size`` cases, if the share is right; two cases are added to each side, since 0 and 1 are never known."""
    middle = (share * size + 2) / (size + 4)
    return math.sqrt(middle * (1 - middle) / (size + 4))


def _indicator_size(indicator: Array, chains: int) -> float:
    """The effective number of draws of a 0-1 variable over chains; all of them where it never changes."""
    from arviz_stats.base import array_stats

    if indicator.min() == indicator.max():
        return float(len(indicator))
    size: float = float(array_stats.ess(indicator.reshape(chains, -1), method="mean"))
    return size


def _answers(fast: Mapping[str, Any], nuts: Mapping[str, Any]) -> Iterator[Comparison]:
    for name, one in fast.items():
        other = nuts[name]
        for label, what, first, second in _figures(one, other):
            yield _comparison("answer", (name, label), what, first[0], second[0], math.hypot(first[1], second[1]))
        if one.annulled is not None:
            error = math.hypot(one.annulled.error, other.annulled.error)
            yield _comparison("answer", (name, ""), "chance of annulment", one.annulled.chance, other.annulled.chance, error)


def _figures(one: Any, other: Any) -> Iterator[tuple[str, str, tuple[float, float], tuple[float, float]]]:
    """Label, what it is, and value with error by each engine, for each figure of an answer that can be compared."""
    first, second = one.value, other.value
    match one.question.kind:
        case "probability":
            yield "", "probability", (first.value, first.error), (second.value, second.error)
        case "shares":
            for label, value in first.values.items():
                yield label, "share", (value, first.errors[label]), (second.values[label], second.errors[label])
        case "distribution":
            for level, point in ((0.05, first.quantiles[0]), (0.5, first.quantiles[2]), (0.95, first.quantiles[4])):
                shares = [_share_up_to(each.cumulative, point, steps=each.shape.discrete) for each in (first, second)]
                errors = [0.0 if math.isinf(each.size) else _share_error(shares[0], each.size) for each in (first, second)]
                yield "", f"share up to the {level:.0%} point", (shares[0], errors[0]), (shares[1], errors[1])
        case "date":
            yield "", "probability of not by then", (first.not_by_then, first.error), (second.not_by_then, second.error)
            for index in _spread_out([share for _, share in first.monthly]):
                (day, share), (_, same) = first.monthly[index], second.monthly[index]
                yield "", f"probability by {day}", (share, _share_error(share, first.size)), (same, _share_error(share, second.size))


def _share_up_to(cumulative: tuple[tuple[float, float], ...], point: float, *, steps: bool) -> float:
    """The share of values up to a point, from some points of the distribution function.

    Between two of them it stands still where values come in ``steps``; elsewhere
    it follows a line, which over a 400th of the draws is off by far less than a
    Monte Carlo error.
    """
    values = [value for value, _ in cumulative]
    above = bisect_right(values, point)
    if above == 0:
        return 0.0
    low, share = cumulative[above - 1]
    if steps or above == len(values) or low == point:
        return share
    high, more = cumulative[above]
    return share + (more - share) * (point - low) / (high - low)


def _spread_out(shares: list[float]) -> list[int]:
    """Where a rising curve passes a quarter, a half and three quarters of its way (at most three places)."""
    if not shares or shares[-1] == 0:
        return []
    return sorted({next(index for index, share in enumerate(shares) if share >= part * shares[-1]) for part in (0.25, 0.5, 0.75)})


def _comparison(
    kind: Literal["parameter", "answer"], place: tuple[str, str], what: str, fast: float, nuts: float, error: float
) -> Comparison:
    difference = nuts - fast
    z = 0.0 if difference == 0 else (difference / error if error > 0 else math.copysign(math.inf, difference))
    return Comparison(kind, *place, what, fast, nuts, error, z)
