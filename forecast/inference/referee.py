"""The referee: whether two independent engines give the same numbers, within Monte Carlo error.

Diagnostics come first: draws that are not sound are compared with nothing.  Then
every parameter value and every answer is compared.  The comparison has no scale:
it asks which share of NUTS's draws lies below the fast engine's 5, 50 and 95 %
points.  The limit is set so that two right engines are called disputed at most once in a
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
from forecast.inference.monte_carlo import joint_freedom, normal_score, proportion_error
from forecast.inference.posterior import Posterior

FALSE_DISPUTES = 0.001  # chance that right engines are called disputed
LEVELS = (0.05, 0.5, 0.95)

type Outcome = Literal["agreed", "disputed", "not refereed"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure by both engines, the standard error of the difference, and the difference in such errors as a normal score.

    The errors are measured from replicates, and are themselves known to 18 % or so; the score is the normal quantile
    of the same probability as the difference's in Student's distribution, so that all are held to one limit.
    """

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
    Standard errors are those of both engines together, each measured from its replicates.
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
    figures = [
        Figure(float(of.weights @ held), proportion_error(held, of.cases), of.cases.freedom) for of, held in ((fast, one), (nuts, other))
    ]
    return _comparison("parameter", place, what, *figures)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure by one engine, its standard error and that error's degrees of freedom."""

    value: float
    error: float
    freedom: float


def _answers(fast: Mapping[str, Any], nuts: Mapping[str, Any]) -> Iterator[Comparison]:
    for name, one in fast.items():
        other = nuts[name]
        if one.value is None or other.value is None:
            if one.status != other.status:
                chances = [Figure(each.given, each.given_error, each.freedom) for each in (one, other)]
                yield _comparison("answer", (name, ""), "chance that it has an answer", *chances)
            continue
        for label, what, first, second in _figures(one, other):
            yield _comparison("answer", (name, label), what, Figure(*first, one.freedom), Figure(*second, other.freedom))
        if one.annulled is not None:
            chances = [Figure(each.annulled.chance, each.annulled.error, each.freedom) for each in (one, other)]
            yield _comparison("answer", (name, ""), "chance of annulment", *chances)


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
                one_share, other_share = (_share_up_to(each, point) for each in (first, second))
                yield "", f"share up to the {level:.0%} point", one_share, other_share
        case "date":
            yield "", "probability of not by then", (first.not_by_then, first.error), (second.not_by_then, second.error)
            for index in _spread_out([share for _, share in first.monthly]):
                (day, share), (_, same) = first.monthly[index], second.monthly[index]
                yield "", f"probability by {day}", (share, first.monthly_errors[index]), (same, second.monthly_errors[index])


def _share_up_to(of: Any, point: float) -> tuple[float, float]:
    """The share of values up to a point and its error, from some points of the distribution function.

    Between two of them it stands still where values come in ``steps``; elsewhere
    it follows a line, which over a 400th of the draws is off by far less than a
    Monte Carlo error.
    """
    values = [value for value, _ in of.cumulative]
    above = bisect_right(values, point)
    if above == 0:
        return 0.0, of.cumulative_errors[0]
    (low, share), error = of.cumulative[above - 1], of.cumulative_errors[above - 1]
    if of.shape.discrete or above == len(values) or low == point:
        return share, error
    high, more = of.cumulative[above]
    return share + (more - share) * (point - low) / (high - low), error


def _spread_out(shares: list[float]) -> list[int]:
    """Where a rising curve passes a quarter, a half and three quarters of its way (at most three places)."""
    if not shares or shares[-1] == 0:
        return []
    return sorted({next(index for index, share in enumerate(shares) if share >= part * shares[-1]) for part in (0.25, 0.5, 0.75)})


def _comparison(kind: Literal["parameter", "answer"], place: tuple[str, str], what: str, fast: Figure, nuts: Figure) -> Comparison:
    error = math.hypot(fast.error, nuts.error)
    freedom = joint_freedom(fast.error, nuts.error, freedom=(fast.freedom, nuts.freedom))
    z = normal_score(nuts.value - fast.value, error, freedom=freedom)
    return Comparison(kind, *place, what, fast.value, nuts.value, error, z)
