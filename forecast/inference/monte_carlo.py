"""Monte Carlo errors, all of them: measured from independent replicates of the computation, not assumed from an effective sample size.

What is computed is computed in 16 parts that share no random number: 16 shifts of the lattices of
the fast engine, or 16 blocks of NUTS's chains, each resampled and simulated by itself.  The
published value is that of all parts together, and its error comes from how far the parts lie
apart.  A weighted sample size knows nothing of how evenly lattice points are spread, and was up to
17 times too pessimistic; replicates see whatever there is to see.

Three things replicates cannot say, and cases say instead: the error of a share of which every case
says the same, that of an answer under a condition which holds in hardly any replicate, and that of a
share of which all replicates say the same, as lattices do in one dimension: it is known no better than
to one case.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from forecast.language import special
from forecast.language.arrays import Array, Indices

REPLICATES = 16
FEW_REPLICATES = 8.0  # effective replicates, below which cases are asked too
LEAST_PROPORTION_ERROR = (
    math.sqrt(REPLICATES / (REPLICATES + 2)) * REPLICATES / (REPLICATES + 1)
)  # of a share, in cases: see `proportion_error`
CONFIDENCE = 0.95  # of a bound on one side; an interval of ranks has two such ends, and so 90 %


@dataclass(frozen=True)
class ReplicatedCases:
    """Weighted cases in replicates: draws of the parameters, or simulated paths.

    ``weights`` ``(cases,)`` sum to one, 0 for a case that does not count (a condition does not hold).
    ``replicates`` ``(cases,)`` is the number of each case's replicate, below ``REPLICATES``.
    ``size`` is how many independent cases they amount to, for what replicates cannot say.
    """

    weights: Array
    replicates: Indices
    size: float

    @cached_property
    def shares(self) -> Array:
        """The weight of each replicate, ``(REPLICATES,)``."""
        return replicate_sums(self.weights, self.replicates)

    @cached_property
    def effective_replicates(self) -> float:
        """How many replicates the cases are in, ``(sum D)**2 / sum D**2`` of their weights ``D``: 16, and fewer under a rare condition."""
        shares = self.shares
        return float(shares.sum() ** 2 / (shares**2).sum())

    @property
    def freedom(self) -> float:
        """The degrees of freedom of the errors: effective replicates less one, and at least one."""
        return max(self.effective_replicates - 1, 1.0)


def typical_weight(weights: Array) -> float:
    """Return the weight of one case, as they weigh on average, of ``weights`` ``(cases,)`` not all 0."""
    return float((weights**2).sum() / weights.sum())


@dataclass(frozen=True, slots=True)
class QuantileEstimate:
    """A quantile, its standard error, and the interval of ranks that covers the true one in 90 % of seeds or more."""

    value: float
    error: float
    interval: tuple[float, float]


def block_replicates(count: int) -> Indices:
    """Return replicates of cases that stand in order, ``(count,)``: 16 blocks one after another.

    For independent cases, and for chains: blocks of a chain are long beside its autocorrelation (batch means: Flegal and Jones
    2010, doi:10.1214/09-AOS735).  NUTS counts as sound from 400 effective draws on, so that a block is
    worth 25 or more; by AR(1) its error is then understated by 2 %.
    """
    return np.arange(count) * REPLICATES // count


def replicate_sums(amounts: Array, replicates: Indices) -> Array:
    """Return the sum of amounts ``(cases,)`` in each replicate, ``(REPLICATES,)``."""
    sums: Array = np.bincount(replicates, amounts, minlength=REPLICATES)
    return sums


def combined_error(deviations: Array, effective_replicates: float) -> float:
    """Return the standard error of a weighted mean from how much each replicate adds to it.

    ``sqrt(m / (m - 1) * sum_r e_r**2)``, where ``e_r = sum_(i in r) w_i (f_i - mean)`` are the
    ``deviations`` ``(REPLICATES,)`` and ``m`` the effective replicates: the delta method for a ratio of two
    sums, with replicates as its units (Owen 2013, Monte Carlo theory, methods and examples, 2.7 and 9.2).  The factor
    makes the square unbiased where ``m`` is as small as the number of cases.
    """
    return math.sqrt(_correction(effective_replicates) * float((deviations**2).sum()))


def mean_error(values: Array, cases: ReplicatedCases) -> float:
    """Return the standard error of the weighted mean of ``values`` ``(cases,)``.

    That of ``combined_error``; in fewer than 8 effective replicates at least the standard deviation over the root of
    the number of cases.
    """
    counted = cases.weights > 0
    weights, values, replicates = cases.weights[counted], values[counted], cases.replicates[counted]
    away = values - (weights * values).sum()
    effective = cases.effective_replicates
    measured = combined_error(replicate_sums(weights * away, replicates), effective)
    return max(measured, math.sqrt(float((weights * away**2).sum()) / cases.size)) if effective < FEW_REPLICATES else measured


def proportion_error(truth: NDArray[np.bool_], cases: ReplicatedCases) -> float:
    """Return the standard error of the weighted share of cases of which something is true, ``truth`` being ``(cases,)``.

    That of ``combined_error``, and at least 0.89 of one case of the side where cases weigh less; where it is true of no case or of all,
    where fewer than 8 replicates have cases of both kinds, or in fewer than 8 effective replicates, at least ``binomial_error``.

    Of ``N`` points spread evenly in each of ``R`` replicates, ``m`` or ``m + 1`` lie below a level, by the shift.  Where as many do in all
    of them, the level is the greatest or least of ``R`` uniform numbers, over ``N``; the standard deviation of that is
    ``sqrt(R / (R + 2)) / (R + 1)`` over ``N``, and a case is ``1 / (R N)``.
    """
    among = truth[cases.weights > 0]
    share = min(float((cases.weights * truth).sum()), 1.0)
    if among.min() == among.max():
        return binomial_error(float(among[0]), cases.size)
    effective, held = cases.effective_replicates, replicate_sums(cases.weights * truth, cases.replicates)
    both = float(np.count_nonzero((held > 0) & (replicate_sums(cases.weights * ~truth, cases.replicates) > 0)))
    measured = combined_error(held - share * cases.shares, effective)
    measured = max(measured, LEAST_PROPORTION_ERROR * min(typical_weight(cases.weights[side]) for side in (truth, ~truth)))
    return max(measured, binomial_error(share, cases.size)) if min(effective, both) < FEW_REPLICATES else measured


def binomial_error(share: float, size: float) -> float:
    """Return the standard error of a share among ``size`` independent cases, with two cases added to each side.

    ``sqrt(p (1 - p) / (n + 4))`` with ``p = (n share + 2) / (n + 4)`` (Agresti and Coull 1998,
    doi:10.1080/00031305.1998.10480550).  At 0 and 1 the plain formula says 0, which no simulation can know.
    """
    middle = (share * size + 2) / (size + 4)
    return math.sqrt(middle * (1 - middle) / (size + 4))


def greatest_unseen(size: float) -> float:
    """Return the greatest chance of something that ``size`` independent cases have never seen, at 95 % confidence.

    ``1 - 0.05**(1/n)``, which is about ``3/n``: the rule of three (Hanley and Lippman-Hand 1983,
    doi:10.1001/jama.1983.03330370053031).
    """
    return -math.expm1(math.log1p(-CONFIDENCE) / size)


@dataclass(frozen=True, slots=True)
class RankedCases:
    """Cases that count, from the smallest value up, and their distribution function with its errors.

    ``values`` and the weights ``cumulative`` to each of them are ``(cases,)``.  ``points`` ``(k,)`` are the different values,
    ``shares`` the distribution function there, ``errors`` its standard errors, and ``one_case`` what a case there weighs.  ``size`` and
    ``freedom`` are those of the cases.
    """

    values: Array
    cumulative: Array
    points: Array
    shares: Array
    errors: Array
    size: float
    freedom: float
    one_case: Array

    def quantile(self, level: float) -> float:
        """Return the first value at which the weights up to it reach a level."""
        rank = np.searchsorted(self.cumulative, level * self.cumulative[-1])
        return float(self.values[min(rank, len(self.values) - 1)])

    def errors_at(self, places: Array) -> Array:
        """Return the errors of the distribution function at ``places`` ``(n,)``; below the first value, that of a share of 0."""
        step = np.searchsorted(self.points, places, side="right") - 1
        return np.where(step >= 0, self.errors[np.maximum(step, 0)], binomial_error(0.0, self.size))


def rank_cases(values: Array, cases: ReplicatedCases) -> RankedCases:
    """Return the cases that count in the order of their ``values`` ``(cases,)``."""
    counted = np.flatnonzero(cases.weights > 0)
    among = cases.weights[counted]
    alike = bool(among.min(initial=np.inf) == among.max(initial=-np.inf))  # then the order of equal values makes no difference
    order = counted[np.argsort(values[counted], kind=None if alike else "stable")]
    sorted_values, weights, replicates = values[order], cases.weights[order], cases.replicates[order]
    cumulative = np.cumsum(weights)
    last = np.flatnonzero(np.append(sorted_values[1:] != sorted_values[:-1], True))
    share = np.minimum(cumulative[last] / cumulative[-1], 1.0)
    squares = np.zeros(len(last))
    for upto, whole in zip(_sums_upto(weights, replicates, last), cases.shares, strict=True):
        squares += ((upto - share * whole) / cumulative[-1]) ** 2
    effective = cases.effective_replicates
    firsts = np.append(0, last[:-1] + 1)
    one_case = np.add.reduceat(weights**2, firsts) / np.add.reduceat(weights, firsts) / cumulative[-1]
    errors = np.maximum(np.sqrt(_correction(effective) * squares), LEAST_PROPORTION_ERROR * one_case)
    if effective < FEW_REPLICATES:
        errors = np.maximum(errors, [binomial_error(float(value), cases.size) for value in share])
    errors[-1] = binomial_error(1.0, cases.size)
    return RankedCases(sorted_values, cumulative, sorted_values[last], share, errors, cases.size, cases.freedom, one_case)


def _sums_upto(weights: Array, replicates: Indices, last: Indices) -> Iterator[Array]:
    """Yield for each replicate its weight up to the cases numbered ``last``, ``(k,)``."""
    if len(last) > len(weights) // REPLICATES:
        yield from (np.cumsum(np.where(replicates == replicate, weights, 0.0))[last] for replicate in range(REPLICATES))
        return
    step = np.repeat(np.arange(len(last)), np.diff(last, prepend=-1))  # values in steps, each of many cases
    sums = np.bincount(replicates * len(last) + step, weights, minlength=REPLICATES * len(last))
    yield from np.cumsum(sums.reshape(REPLICATES, len(last)), axis=1)


def quantile(cases: RankedCases, level: float) -> QuantileEstimate:
    """Return a quantile with its error and its interval of ranks.

    The error is ``s / f``: ``s`` that of the distribution function ``F`` at the quantile, from replicates, and ``f`` the
    density there, the slope between two quantiles (Siddiqui 1960, doi:10.6028/jres.064B.017) ``h`` to
    each side of the level, ``h`` being the greater of ``s`` and a binomial error, so that enough cases lie between.

    The interval goes from the least ``x`` with ``F(x) + t s(x) + c >= level`` to the least with ``F(x) - t s(x) - c >= level``,
    ``c`` one case, for ``F`` goes in steps of that, and ``t`` the 95 % point of Student's distribution with the replicates' degrees of freedom: each end is on its right side in 95 %
    of seeds, whether values come in steps or not.  It is a single value where ``F`` just below it
    and at it is farther from the level than that.
    """
    value = cases.quantile(level)
    error = float(cases.errors_at(np.array([value]))[0])
    spread = _error_over_density(level, error, cases.size, cases.quantile)
    within = float(special.stdtrit(cases.freedom, CONFIDENCE)) * cases.errors + cases.one_case
    ends = [np.flatnonzero(cases.shares + side * within >= level) for side in (1.0, -1.0)]
    interval = tuple(float(cases.points[reached[0] if len(reached) else -1]) for reached in ends)
    return QuantileEstimate(value, spread, (interval[0], interval[1]))


def quantile_error(values: Array, cases: ReplicatedCases, level: float, *, quantile_at: Callable[[float], float]) -> float:
    """Return the standard error of a quantile of ``values`` ``(cases,)`` alone, as ``quantile`` does, where levels have their quantiles already."""
    error = proportion_error(values <= quantile_at(level), cases)
    return _error_over_density(level, error, cases.size, quantile_at)


def _error_over_density(level: float, error: float, size: float, quantile_at: Callable[[float], float]) -> float:
    """The error of a distribution function over the density, from quantiles to each side of the level."""
    reach = max(error, math.sqrt(level * (1 - level) / size))
    low, high = max(level - reach, 0.0), min(level + reach, 1.0)
    first, last = quantile_at(low), quantile_at(high)
    return 0.0 if first == last else error * (last - first) / (high - low)


def jackknife_errors(without: Array) -> Array:
    """Return the standard errors of figures ``(k,)`` from what they are without each replicate, ``(REPLICATES, k)``.

    ``sqrt((R - 1) / R * sum_r (t_r - mean)**2)`` (Efron and Stein 1981, doi:10.1214/aos/1176345462): for what is no mean, and moves
    with the replicates in no proportion.
    """
    away = without - without.mean(axis=0)
    errors: Array = np.sqrt((len(without) - 1) / len(without) * (away**2).sum(axis=0))
    return errors


def relative_error(amounts: Array, replicates: Indices) -> float:
    """Return the standard error of a sum over the sum, of ``amounts`` ``(cases,)``: such as that of a log evidence."""
    sums = replicate_sums(amounts, replicates)
    return math.sqrt(REPLICATES * float(sums.var(ddof=1))) / float(sums.sum())


def welch_degrees_of_freedom(one: float, other: float, *, freedom: tuple[float, float]) -> float:
    """Return the degrees of freedom of the error of a difference of two figures with errors ``one`` and ``other``.

    ``(a + b)**2 / (a**2 / f + b**2 / g)`` with the squared errors ``a``, ``b`` (Welch 1947, doi:10.1093/biomet/34.1-2.28).
    """
    largest = max(one, other)
    if largest == 0:
        return sum(freedom)
    first, second = (one / largest) ** 2, (other / largest) ** 2
    return (first + second) ** 2 / (first**2 / freedom[0] + second**2 / freedom[1])


def normal_score(difference: float, error: float, *, freedom: float) -> float:
    """Return a difference in standard errors as a normal score: the normal quantile of the same probability as Student's.

    An error from 16 replicates is itself uncertain, so that large ratios are commoner than for a normal.
    """
    if difference == 0:
        return 0.0
    if not error > 0 or not math.isfinite(difference / error):
        return math.copysign(math.inf, difference)
    beyond = float(special.stdtr(freedom, -abs(difference / error)))
    return math.copysign(-float(special.ndtri(beyond)), difference)


def _correction(effective_replicates: float) -> float:
    """What makes a sum of squares over replicates unbiased; 0 where a single replicate can say nothing."""
    return effective_replicates / (effective_replicates - 1) if effective_replicates > 1 else 0.0
