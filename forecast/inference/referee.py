"""The referee: whether two independent engines give the same numbers, within Monte Carlo error.

Diagnostics come first: draws that are not sound are compared with nothing, but for a
run of the fast engine that only has too few effective draws, whose measured errors are
larger and hold.  Then every parameter value and every answer is compared.  The comparison has no scale:
it asks which share of NUTS's draws lies below the fast engine's 5, 50 and 95 %
points.  The limit is set so that two right engines are called disputed at most once in a
thousand runs, whatever the number of figures compared.  Engines that differ only about a part that NUTS
drew and the fast engine's run did not are not disputed: see ``_missed_part_sentence``.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from forecast.book.topic import Parameter
from forecast.inference.monte_carlo import normal_score, proportion_error, welch_degrees_of_freedom
from forecast.inference.posterior import Diagnostics, Posterior
from forecast.inference.quantile_levels import INTERVAL_LEVELS
from forecast.language import special
from forecast.model.invalid_values import share_as_percent

FALSE_DISPUTES = 0.001  # chance that right engines are called disputed
HARD_TO_REACH = 0.005  # share of the posterior that the fast engine found and could not draw from, from which NUTS may have missed it too
DOUBLED = 2.0  # times the errors of weights that may have no variance, which are measured too small
SURELY_MISSED = 3.0  # standard errors by which the probability that the fast engine has missed must exceed what it may miss
FEWEST_SHARED = (
    200  # effective draws of each engine where both have enough, half of what NUTS needs to be sound, to tell whether they agree there
)
MOST_DISPUTES_NAMED = 5  # disputed answers in a sentence, with both engines' figures

type Outcome = Literal["agreed", "disputed", "failed", "unconfirmed"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure by both engines, the standard error of the difference, and the difference in such errors as a normal score.

    The errors are measured from replicates, and are themselves known to 18 % or so; the score is the normal quantile
    of the same probability as the difference's in Student's distribution, so that all are held to one limit.
    """

    kind: Literal["parameter", "answer", "evidence"]
    name: str
    label: str
    what: str
    fast: float
    nuts: float
    error: float
    z: float

    @property
    def in_both(self) -> str:
        """The figure by both engines, in words."""
        of = f"`{self.name}`" + (f" for {self.label}" if self.label else "")
        return f"{self.what} of {of}: {self.fast:.4g} by the fast engine, {self.nuts:.4g} by NUTS"

    def __str__(self) -> str:
        return f"{self.in_both}, {abs(self.z):.1f} standard errors apart"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the referee says, in a word and a sentence; ``limit`` is the greatest difference allowed, in standard errors.

    ``failed``: NUTS was tried and gave nothing to compare with, so that nothing confirms the numbers.
    ``unconfirmed``: NUTS is sound, and the fast engine, which should confirm it, is not, or has missed a part that NUTS drew.
    """

    verdict: Outcome
    sentence: str
    comparisons: tuple[Comparison, ...]
    limit: float

    @property
    def worst(self) -> Comparison | None:
        """The comparison with the greatest difference."""
        return max(self.comparisons, key=lambda comparison: abs(comparison.z), default=None)

    @property
    def disputed(self) -> tuple[Comparison, ...]:
        """The comparisons beyond the limit, worst first."""
        beyond = [comparison for comparison in self.comparisons if abs(comparison.z) > self.limit]
        return tuple(sorted(beyond, key=lambda comparison: -abs(comparison.z)))


def judge(
    fast: Posterior,
    fast_answers: Mapping[str, Any],
    nuts: Posterior,
    nuts_answers: Mapping[str, Any],
    *,
    publishes_nuts: bool = True,
    evidence: tuple[Figure, Figure] | None = None,
) -> Verdict:
    """Compare two engines' posteriors and their answers (``forecast.predict.answers.Answer`` by question), and the log evidence by both where it is given.

    The limit for ``m`` comparisons is the two-sided normal quantile
    ``-Phi^-1(0.001 / (2 m))`` (Bonferroni): 3.3 for one, 4.1 for 20, 4.8 for 500.
    Standard errors are those of both engines together, each measured from its replicates; the fast engine's are doubled where
    its weights may have no variance.  Where ``publishes_nuts``, a dispute about a part that the fast engine has missed makes NUTS unconfirmed.
    """
    times = DOUBLED if fast.diagnostics.heavy else 1.0
    pairs = (*_parameter_pairs(fast, nuts), *_answer_pairs(fast_answers, nuts_answers))
    if evidence is not None:
        pairs = (*pairs, Pair("evidence", ("evidence", ""), "logarithm", *evidence))
    comparisons = tuple(_compare_pair(pair, times) for pair in pairs)
    limit = dispute_limit(len(comparisons))
    if faults := _incomparable_reason(fast.diagnostics, nuts.diagnostics):
        return Verdict("failed" if not nuts.diagnostics.sound else "unconfirmed", faults, comparisons, limit)
    outcome: Outcome = "disputed" if any(not abs(comparison.z) <= limit for comparison in comparisons) else "agreed"
    if outcome == "disputed" and publishes_nuts and (explained := _missed_part_sentence(fast, nuts, comparisons, limit)):
        return Verdict("unconfirmed", explained, comparisons, limit)
    parts = (
        _verdict_sentence(outcome, comparisons, limit),
        _few_draws_note(fast.diagnostics),
        _heavy_weights_note(fast.diagnostics),
        _borrowed_start_note(nuts.diagnostics),
    )
    return Verdict(outcome, " ".join(part for part in parts if part), comparisons, limit)


def failed_verdict(reason: str) -> Verdict:
    """Return the verdict where NUTS cannot sample a topic at all, and why."""
    return Verdict("failed", f"NUTS cannot sample this topic: {reason}. No other engine has checked the fast one.", (), 0.0)


def without_confirmation(nuts: Diagnostics, fast: Diagnostics | None) -> Diagnostics:
    """Return NUTS's diagnostics where no other engine confirms its draws: not sound where something says that a part may be missing.

    That is a single trajectory that diverged, which shows a place that NUTS may not get into (Betancourt 2017, arXiv:1701.02434),
    or more than 0.5 % of the posterior that the fast engine's second search has found and its draws left out: what is hard to find for one
    engine may be hard to get into for the other.  Whether it matters, only another engine can say.
    """
    if nuts.engine != "nuts" or not nuts.sound:
        return nuts
    signs = []
    if nuts.divergences:
        signs.append(f"{nuts.divergences:,} of {nuts.draws:,} trajectories diverged")
    if fast is not None and fast.left_out > HARD_TO_REACH:
        signs.append(
            f"the fast engine found parts of the posterior that are hard to reach, with {share_as_percent(fast.left_out)} of its probability"
        )
    if not signs:
        return nuts
    reason = f"{' and '.join(signs)}, and no other engine confirms the draws: NUTS may have missed a part of the posterior"
    return replace(nuts, sound=False, reason=reason)


def _incomparable_reason(fast: Diagnostics, nuts: Diagnostics) -> str:
    """Why there is nothing to compare; empty where there is."""
    if fast.sound and not nuts.sound:
        return f"NUTS is not sound: {nuts.reason}. It cannot confirm the fast engine."
    if fast.short and not nuts.sound:
        return f"NUTS is not sound: {nuts.reason}. It cannot confirm the fast engine, which has too few effective draws: {fast.reason}."
    if not fast.sound and not fast.heavy and not nuts.sound:
        return f"Neither engine is sound. The fast engine: {fast.reason}. NUTS: {nuts.reason}."
    if fast.heavy and not nuts.sound:
        return f"NUTS is not sound: {nuts.reason}. It cannot confirm the fast engine, whose errors may be too small: {fast.reason}."
    if not fast.is_comparable:
        return f"The fast engine is not sound: {fast.reason}. NUTS, which is sound, supplies the draws, and nothing else has checked them."
    return ""


def _missed_part_sentence(fast: Posterior, nuts: Posterior, comparisons: tuple[Comparison, ...], limit: float) -> str:
    """That a dispute is about a part that the fast engine has missed and NUTS drew, in a sentence; empty where it is not, or may not be.

    All of this must hold:

    - More of NUTS's draws than the fast engine may miss lie where one of its draws would weigh more than ``e`` times its heaviest, so that
      it has none there; and new draws from around these measure more than that, too, so that the part is no fancy of the chains.
    - No figure, of a parameter or an answer, is disputed by more than that part can move it: by its probability.
    - Without that part every parameter's figures agree, so that NUTS has not missed what the fast engine drew.
    - They agree also where the fast engine's weights are bounded, so that its errors hold; those are so small that the disputed differences would show.

    What it cannot see: chains that stay too often in a part that is there, and what both engines have missed.
    """
    if fast.diagnostics.sound or fast.coverage is None or nuts.diagnostics.started_from == "importance":
        return ""
    located = fast.coverage.locate(nuts.parameters)
    if located is None:
        return ""
    share, error = float(nuts.weights @ located.missed), proportion_error(located.missed, nuts.cases)
    if not min(share - SURELY_MISSED * error, located.least) > fast.coverage.negligible:
        return ""
    disputed = [comparison for comparison in comparisons if not abs(comparison.z) <= limit]
    if any(not abs(comparison.nuts - comparison.fast) <= share + limit * comparison.error for comparison in disputed):
        return ""
    bounded = located.bounded & ~located.missed
    if not bounded.any() or not fast.coverage.bounded_draws.any():
        return ""
    without = nuts.restricted_to(~located.missed)
    if not _agree(_parameter_pairs(fast, without), times=DOUBLED if fast.diagnostics.heavy else 1.0, than=()):
        return ""
    shared = fast.restricted_to(fast.coverage.bounded_draws), nuts.restricted_to(bounded)
    if min(posterior.diagnostics.effective_size for posterior in shared) < FEWEST_SHARED:
        return ""
    pairs = tuple(_parameter_pairs(*shared))
    if not _agree(pairs, times=1.0, than=disputed):
        return ""
    return (
        f"NUTS drew parts of the posterior that the fast engine's draws leave out, with {share_as_percent(share)} of its probability; "
        f"without them the two agree, and so they do where the fast engine drew enough, on all {len(pairs)} figures of the parameters. "
        "NUTS, which is sound, supplies the draws, and nothing else has checked those parts."
    )


def _agree(pairs: Iterable[Pair], *, times: float, than: Sequence[Comparison]) -> bool:
    """Whether all pairs agree, and with errors so small that the differences of some comparisons of the same figures would not."""
    pairs = tuple(pairs)
    allowed = dispute_limit(len(pairs))
    differences = {(comparison.name, comparison.label, comparison.what): comparison.nuts - comparison.fast for comparison in than}
    for pair in pairs:
        difference = differences.get((*pair.place, pair.what))
        if not abs(_compare_pair(pair, times).z) <= allowed:
            return False
        if difference is not None and not abs(_compare_pair(pair, times, difference).z) > allowed:
            return False
    return True


def dispute_limit(count: int) -> float:
    """Return the greatest difference that ``count`` comparisons allow, in standard errors: see ``judge``."""
    return float(-special.ndtri(FALSE_DISPUTES / (2 * max(1, count))))


def _few_draws_note(fast: Diagnostics) -> str:
    if not fast.short:
        return ""
    return f"The fast engine's draws are worth only {fast.effective_size:,.0f} independent ones, so its errors are larger than usual."


def _heavy_weights_note(fast: Diagnostics) -> str:
    if not fast.heavy:
        return ""
    return f"The fast engine's errors, which may be too small, count twice: {fast.reason}."


def _borrowed_start_note(nuts: Diagnostics) -> str:
    """That the comparison says less, since NUTS began where the fast engine had been."""
    if nuts.started_from != "importance":
        return ""
    return "NUTS found no point of its own to start from and started from the fast engine's draws, so it may have missed what that missed."


def _verdict_sentence(outcome: Outcome, comparisons: tuple[Comparison, ...], limit: float) -> str:
    if not comparisons:
        return "There is nothing to compare."
    count, worst = len(comparisons), max(comparisons, key=lambda comparison: abs(comparison.z))
    if outcome == "agreed":
        return f"The two engines agree on all {count} figures; the greatest difference is {abs(worst.z):.1f} standard errors, and {limit:.1f} are allowed."
    beyond = sorted(
        (comparison for comparison in comparisons if not abs(comparison.z) <= limit),
        key=lambda comparison: -np.nan_to_num(abs(comparison.z), nan=np.inf),
    )
    sentence = f"The two engines disagree on {len(beyond)} of {count} figures, first on the {worst}; {limit:.1f} are allowed."
    disputed: dict[str, Comparison] = {}
    for comparison in beyond:
        if comparison.kind == "answer":
            disputed.setdefault(comparison.name, comparison)
    others = [comparison for comparison in disputed.values() if comparison is not beyond[0]]
    if not disputed and any(comparison.kind == "answer" for comparison in comparisons):
        return f"{sentence} They agree on the answers."
    if not others:
        return sentence
    named = "; ".join(f"the {comparison.in_both}" for comparison in others[:MOST_DISPUTES_NAMED])
    more = f"; and {len(others) - MOST_DISPUTES_NAMED} more" if len(others) > MOST_DISPUTES_NAMED else ""
    return f"{sentence} Of the {'answers' if others == list(disputed.values()) else 'other answers'} they disagree on {named}{more}."


def _parameter_pairs(fast: Posterior, nuts: Posterior) -> Iterator[Pair]:
    for name, parameter in fast.model.topic.parameters.items():
        for label in parameter.labels or ("",):
            one, other = fast.column(name, label), nuts.column(name, label)
            if _is_discrete(fast, name):
                for value in np.union1d(one, other):
                    yield _share_of_draws(fast, nuts, (name, label), _value_text(parameter, value), one == value, other == value)
            else:
                points = fast.quantiles(name, INTERVAL_LEVELS, label)
                for level, point in zip(INTERVAL_LEVELS, points, strict=True):
                    what = f"share below the {level:.0%} point"
                    yield _share_of_draws(fast, nuts, (name, label), what, one <= point, other <= point)


def _is_discrete(posterior: Posterior, name: str) -> bool:
    return bool(np.issubdtype(posterior.parameters[name].dtype, np.integer))


def _value_text(parameter: Parameter, value: float) -> str:
    return f'share of "{parameter.categories[int(value)]}"' if parameter.categories else f"share of {value:g}"


def _share_of_draws(
    fast: Posterior, nuts: Posterior, place: tuple[str, str], what: str, one: NDArray[np.bool_], other: NDArray[np.bool_]
) -> Pair:
    """The share of draws for which a condition holds, ``one`` and ``other`` being ``(draws,)`` of true and false."""
    figures = [
        Figure(float(of.weights @ held), proportion_error(held, of.cases), of.cases.freedom) for of, held in ((fast, one), (nuts, other))
    ]
    return Pair("parameter", place, what, *figures)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure by one engine, its standard error and that error's degrees of freedom."""

    value: float
    error: float
    freedom: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure by both engines: of a ``place``, the name and label of a parameter or answer."""

    kind: Literal["parameter", "answer", "evidence"]
    place: tuple[str, str]
    what: str
    fast: Figure
    nuts: Figure


def _answer_pairs(fast: Mapping[str, Any], nuts: Mapping[str, Any]) -> Iterator[Pair]:
    for name, one in fast.items():
        other = nuts[name]
        if one.value is None or other.value is None:
            if one.status != other.status:
                chances = [Figure(answer.given, answer.given_error, answer.freedom) for answer in (one, other)]
                yield Pair("answer", (name, ""), "chance that it has an answer", *chances)
            continue
        for label, what, first, second in _answer_figures(one, other):
            yield Pair("answer", (name, label), what, Figure(*first, one.freedom), Figure(*second, other.freedom))
        if one.annulled is not None:
            chances = [Figure(answer.annulled.chance, answer.annulled.error, answer.freedom) for answer in (one, other)]
            yield Pair("answer", (name, ""), "chance of annulment", *chances)


def _answer_figures(one: Any, other: Any) -> Iterator[tuple[str, str, tuple[float, float], tuple[float, float]]]:
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
                one_share, other_share = (_share_up_to(points, point) for points in (first, second))
                yield "", f"share up to the {level:.0%} point", one_share, other_share
        case "date":
            yield "", "probability of not by then", (first.not_by_then, first.error), (second.not_by_then, second.error)
            for index in _quartile_indices([share for _, share in first.monthly]):
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


def _quartile_indices(shares: list[float]) -> list[int]:
    """Where a rising curve passes a quarter, a half and three quarters of its way (at most three places)."""
    if not shares or shares[-1] == 0:
        return []
    return sorted({next(index for index, share in enumerate(shares) if share >= part * shares[-1]) for part in (0.25, 0.5, 0.75)})


def _compare_pair(pair: Pair, times: float, difference: float | None = None) -> Comparison:
    """The difference of two figures in standard errors, the fast engine's being so many times what was measured; or another difference with these errors."""
    first = times * pair.fast.error
    freedom = welch_degrees_of_freedom(first, pair.nuts.error, freedom=(pair.fast.freedom, pair.nuts.freedom))
    error = math.hypot(first, pair.nuts.error)
    z = normal_score(pair.nuts.value - pair.fast.value if difference is None else difference, error, freedom=freedom)
    return Comparison(pair.kind, *pair.place, pair.what, pair.fast.value, pair.nuts.value, error, z)
