"""Condition a model on its rows with the fast engine: one run for each hypothesis, in the coordinates that suit.

Each hypothesis (combination of discrete values) is run first in the prior's own
coordinates, or in the parameters' own where the rows say much of a hierarchy, and
in the other where that does not converge; where parameters walk, both come after
steps from where the rows put the walks.  The runs are then joined, each weighted
by its evidence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.inference.importance.coverage import coverage_of
from forecast.inference.importance.engine import (
    FEWEST_MEASURED,
    POINTS_PER_ROUND,
    Budget,
    Sampling,
    WeightedDraws,
    continue_sampling,
    refit_and_sample,
    start_sampling,
)
from forecast.inference.importance.impossible_rows import impossible_rows_error
from forecast.inference.importance.lattice import lattice
from forecast.inference.importance.prior_sampling import prior_draws, stack_parameters
from forecast.inference.importance.proposals import Mixture
from forecast.inference.importance.second_opinion import NEGLIGIBLE_MISSED_MASS, MissedMass, find_missed_mass, negligible_for
from forecast.inference.importance.warm_start import KnownDraws
from forecast.inference.posterior import Diagnostics, Posterior, with_draw_count
from forecast.inference.target import FAILURES, NoSupport, NotFinite, evaluate_target, failure_message
from forecast.language.arrays import Array
from forecast.model.coordinates import FARTHEST_NORMAL, Coordinates, own_coordinates, prior_coordinates
from forecast.model.custom_model import refuse_custom_model
from forecast.model.errors import Unsound, place_problem, prior_problem
from forecast.model.left_out import without_overflow
from forecast.model.model import Model
from forecast.model.overflow import StatementOverflow
from forecast.model.priors import Block, Hypothesis, blocks, hypotheses
from forecast.model.total_log_likelihood import total_log_likelihood
from forecast.model.walk_coordinates import WalkCoordinates, make_walk_coordinates

FEWEST_DRAWS_PER_HYPOTHESIS = 2_500  # effective draws of each of several hypotheses, before it is known how much each matters
INFORMATIVE_CURVATURE = 0.75  # curvature of the rows' density beside the prior's, from which the parameters' own coordinates do better
NEARLY = 0.2  # share of the effective draws wanted, from which on another fit, to the points that have measured, is worth its time
STEPS_OF_ALL, CLIMB_STEP_BOUNDS = 24, (6, 24)  # of a climb: fewer where many streams make a step take long, within bounds
EFFORT = 3  # times as many climbs on a run that has been made anew
LIKELIEST = 32  # points at which it is seen how much the rows say
EDGE = FARTHEST_NORMAL - 0.7  # from here on a prior's own coordinate is near the end of its reach
CUT_OFF = 1e-4  # posterior probability beyond, from which the draws are no longer the posterior's
NEGLIGIBLE_HYPOTHESIS = 1e-4  # a hypothesis with less posterior probability than this need not have converged


@dataclass(frozen=True)
class HypothesisRun:
    """One hypothesis conditioned in one system of coordinates."""

    coordinates: Coordinates | WalkCoordinates
    sampling: Sampling
    doubt: str = ""  # what second opinions said to the last
    left_out: float = 0.0  # the greatest share of its posterior that they found and the draws left out, though they were enough

    @property
    def weighted(self) -> WeightedDraws:
        """The draws."""
        return self.sampling.weighted

    @property
    def sound(self) -> bool:
        """Whether the draws suffice, are not cut off where a prior's own coordinates end, and agree with a second proposal."""
        return self.weighted.converged and not self.crowded and not self.doubt

    @property
    def short(self) -> bool:
        """Whether nothing is wrong with the draws but that there are too few."""
        return self.weighted.short and not self.crowded and not self.doubt

    @property
    def heavy(self) -> bool:
        """Whether nothing is wrong with the draws but that their weights may have no variance, and perhaps that there are too few."""
        return self.weighted.heavy and not self.crowded and not self.doubt

    @property
    def is_comparable(self) -> bool:
        """Whether another engine's figures can be held against these draws."""
        return self.sound or self.short or self.heavy

    @cached_property
    def crowded(self) -> bool:
        """Whether the posterior reaches to where uniforms run out of digits, beyond which a prior's own coordinates have nothing."""
        limited = self.weighted.x[:, self.coordinates.limited]
        beyond = (np.abs(limited) > EDGE).any(axis=1)
        return bool(np.exp(self.weighted.log_weight[beyond]).sum() > CUT_OFF)

    @property
    def reason(self) -> str:
        """Why the draws do not suffice; empty where they do."""
        far = "the posterior lies where the prior of a parameter has next to nothing, at the end of what can be drawn from it"
        return "; ".join(part for part in (self.weighted.reason, far if self.crowded else "", self.doubt) if part)


def condition(model: Model, *, rng: np.random.Generator, budget: Budget | None = None, known: KnownDraws | None = None) -> Posterior:
    """Return the posterior of a model given its rows, by adaptive importance sampling.

    ``known`` are draws near the posterior, from which it starts where they lead to a sound run; for a budget without a second opinion.
    Raises ``Unsound`` where some row is impossible at every draw of every
    hypothesis, naming the row, where a statement gives no number, or where the topic brings its own model.
    """
    refuse_custom_model(model, "the fast engine has only the statements of topic.toml")
    try:
        return _condition_hypotheses(model, rng, budget or Budget(), known)
    except StatementOverflow:
        prior = prior_draws(model, rng=np.random.default_rng(0))
        return condition(without_overflow(model, prior.parameters, prior.weights), rng=rng, budget=budget, known=known)
    except Unsound:
        draws = prior_draws(model, rng=np.random.default_rng(0)).parameters
        total_log_likelihood(model, draws)  # tells the same of the whole prior, not of a few points
        raise


def _condition_hypotheses(model: Model, rng: np.random.Generator, whole: Budget, known: KnownDraws | None) -> Posterior:
    prior = blocks(model)
    all_hypotheses = hypotheses(model, prior)
    glance = whole
    if len(all_hypotheses) > 1:  # more effort is for those that matter
        glance = replace(
            whole,
            enough=max(whole.enough / len(all_hypotheses), min(whole.enough, FEWEST_DRAWS_PER_HYPOTHESIS)),
            effort=min(whole.effort, 1.0),
        )
    runs: list[HypothesisRun] = []
    impossible: set[int] | None = None
    for hypothesis in all_hypotheses:
        try:
            runs.append(_warm_run(model, prior, hypothesis, rng, glance, known) or _best_run(model, prior, hypothesis, rng, glance))
        except NoSupport as none:
            rows = set(none.rows)
            impossible = rows if impossible is None else impossible & rows
        except NotFinite as bad:  # at a draw of the prior
            raise _density_error(model, bad.rows) from None
    if not runs:
        raise impossible_rows_error(
            model, sorted(impossible or ()), prior_draws(model, rng=np.random.default_rng(0), draws=POINTS_PER_ROUND).parameters
        )
    looked_at = [
        _extend_run(model, prior, run, rng, whole) if glance is not whole and _needs_more_draws(run, runs, whole) else run for run in runs
    ]
    if not whole.confirm:
        return _join_runs(model, looked_at)
    return _join_runs(
        model,
        [
            _confirm_run(run, len(model.tables), rng, whole) if _hypothesis_probability(run, looked_at) > NEGLIGIBLE_HYPOTHESIS else run
            for run in looked_at
        ],
    )


def _confirm_run(run: HypothesisRun, streams: int, rng: np.random.Generator, budget: Budget) -> HypothesisRun:
    """A run in which second opinions find no fault: this one, or another that draws from what they found too; or one that is not sound.

    It is not sound either where the arithmetic of a second opinion fails.  Where nothing is continuous there is nothing to miss.
    """
    if run.sampling.learnt is None:
        return run
    try:
        return _search_missed_mass(run, streams, rng, budget)
    except (*FAILURES, NoSupport) as error:
        return replace(run, doubt=_failed_search_message(error)) if run.is_comparable else run


def _search_missed_mass(run: HypothesisRun, streams: int, rng: np.random.Generator, budget: Budget) -> HypothesisRun:
    """A run that has missed nothing: this one or, where a search finds a part that it has missed, one that draws from there too; not sound if that has missed much again.

    A run that is not sound but can be compared is searched too: what has missed a part can confirm nothing.
    """
    steps = int(np.clip(STEPS_OF_ALL // max(1, streams), *CLIMB_STEP_BOUNDS))
    missed = _missed_by(run, steps, rng)
    if missed is None:
        return run
    if not run.sound:  # another engine replaces it, and is not to be compared with what has missed a part
        return replace(run, doubt=str(missed), left_out=0.0 if run.short else missed.share)  # a lack of draws says nothing of NUTS
    first = missed.share
    try:
        again = HypothesisRun(
            run.coordinates, start_sampling(run.coordinates, rng=rng, budget=budget, peaks=_join_with_fit(missed.peaks, run))
        )
        missed = _missed_by(again, steps, rng, effort=EFFORT)
    except (*FAILURES, NoSupport) as error:
        return replace(run, doubt=_failed_search_message(error), left_out=first)
    if missed is not None:
        return replace(again, doubt=str(missed), left_out=max(first, missed.share))
    return again if again.sound else replace(again, left_out=first)


def _missed_by(run: HypothesisRun, steps: int, rng: np.random.Generator, *, effort: int = 1) -> MissedMass | None:
    """What a run has missed that is sound or can be compared; one with heavy weights may miss what their tail explains."""
    if not run.is_comparable:
        return None
    negligible = negligible_for(run.weighted.pareto_k, len(run.weighted.x)) if run.heavy else NEGLIGIBLE_MISSED_MASS
    return find_missed_mass(run.sampling, steps=steps, rng=rng, effort=effort, negligible=negligible)


def _failed_search_message(error: Exception) -> str:
    return f"the second search, which checks the draws, failed: {failure_message(error)}"


def _join_with_fit(peaks: Mixture, run: HypothesisRun) -> Mixture:
    """Peaks that a run has missed and, by as much, what it drew from: else the next run may have those alone, and miss what this one had."""
    learnt = run.sampling.learnt
    if learnt is None or learnt.fitted is None:
        return peaks
    fitted = learnt.fitted
    return Mixture((*peaks.parts, *fitted.parts), tuple(share / 2 for share in (*peaks.shares, *fitted.shares)))


def _needs_more_draws(run: HypothesisRun, runs: list[HypothesisRun], budget: Budget) -> bool:
    """Whether a hypothesis has more posterior probability than its draws can carry: all draws together are to be worth ``enough``."""
    return run.weighted.effective_size < _hypothesis_probability(run, runs) * budget.wanted


def _hypothesis_probability(run: HypothesisRun, runs: list[HypothesisRun]) -> float:
    """A hypothesis' posterior probability."""
    evidences = np.array([other.weighted.log_evidence for other in runs])
    return float(np.exp(run.weighted.log_evidence - np.logaddexp.reduce(evidences)))


def _extend_run(model: Model, prior: tuple[Block, ...], run: HypothesisRun, rng: np.random.Generator, budget: Budget) -> HypothesisRun:
    """More draws with what has been learnt or, where they do not converge, the whole anew."""
    more = HypothesisRun(run.coordinates, continue_sampling(run.sampling, rng=rng, budget=budget))
    if more.sound:
        return more
    try:
        return _best_run(model, prior, run.coordinates.hypothesis, rng, budget)
    except NoSupport:  # though it had some: it is hard to find
        return more


def _warm_run(
    model: Model, prior: tuple[Block, ...], hypothesis: Hypothesis, rng: np.random.Generator, budget: Budget, known: KnownDraws | None
) -> HypothesisRun | None:
    """A sound run from known draws, or None.

    Not for hierarchies, to whose posteriors a single t fits badly in any coordinates, and which took longer from there; nor for walks, whose
    coordinates come from the rows.
    """
    if known is None or budget.confirm or make_walk_coordinates(model, prior, hypothesis) is not None:
        return None
    coordinates = prior_coordinates(model, prior, hypothesis)
    points = None if coordinates.uncentred.any() else known.points(coordinates, rng)
    if points is None:
        return None
    try:
        run = HypothesisRun(coordinates, start_sampling(coordinates, rng=rng, budget=budget, known=points))
        if not run.sound and run.weighted.effective_size >= NEARLY * budget.wanted:
            run = HypothesisRun(coordinates, refit_and_sample(run.sampling, rng=rng, budget=budget))
    except (*FAILURES, NoSupport):
        return None
    return run if run.sound else None


def _best_run(model: Model, prior: tuple[Block, ...], hypothesis: Hypothesis, rng: np.random.Generator, budget: Budget) -> HypothesisRun:
    guided = make_walk_coordinates(model, prior, hypothesis)
    if guided is not None:
        run = HypothesisRun(guided, start_sampling(guided, rng=rng, budget=budget))
        enough = run.weighted.effective_size >= NEARLY * budget.wanted
        if run.sound or (guided.has_jumps and run.heavy and enough):  # of walks that jump, other coordinates carry next to nothing
            return run
    both = [make(model, prior, hypothesis) for make in (prior_coordinates, own_coordinates)]
    first, second = reversed(both) if _suits_centred_coordinates(both[0], budget, rng) else both
    run = HypothesisRun(first, start_sampling(first, rng=rng, budget=budget))
    if run.sound:
        return run
    other = HypothesisRun(second, start_sampling(second, rng=rng, budget=budget))
    better = max(run, other, key=_run_quality)
    if better.sound or better.crowded or better.sampling.failed or better.weighted.effective_size < NEARLY * budget.wanted:
        return better
    try:
        again = HypothesisRun(better.coordinates, refit_and_sample(better.sampling, rng=rng, budget=budget))
    except FAILURES:  # the better of the two stands, and says what is wrong with it
        return better
    return max(again, better, key=_run_quality)


def _run_quality(run: HypothesisRun) -> tuple[bool, bool, bool, float, float]:
    """What makes one run better than another; the k-hat of a handful of effective draws says little."""
    draws = run.weighted
    return run.sound, not run.crowded, draws.effective_size >= FEWEST_MEASURED, -draws.pareto_k, draws.effective_size


def _suits_centred_coordinates(coordinates: Coordinates, budget: Budget, rng: np.random.Generator) -> bool:
    """Whether the rows say about as much of a hierarchy's parameters as the hierarchy does, or more; then their own coordinates suit.

    By the curvature of the log-likelihood along each uncentred coordinate, whose prior has
    curvature 1, at the likeliest of some draws of the prior (Betancourt and Girolami 2013,
    arXiv:1312.0906, on which of the two parametrisations suits when).
    """
    columns = np.flatnonzero(coordinates.uncentred)
    if not len(columns):
        return False
    net = lattice(budget.at_once, coordinates.dimension + 2)
    seen = evaluate_target(coordinates, coordinates.start(net.points(coordinates.dimension, rng)))
    best = np.argsort(seen.log_posterior)[-LIKELIEST:]
    best = best[np.isfinite(seen.log_posterior[best])]
    if not len(best):
        return False
    steps = np.eye(coordinates.dimension)[columns][:, None, None] * np.array([-1.0, 1.0])[:, None, None]
    try:
        moved = evaluate_target(coordinates, (seen.x[best] + steps).reshape(-1, coordinates.dimension)).log_likelihood
    except FAILURES:  # no draw of the prior lies there, so nothing can be said of it: the prior's own coordinates do everywhere
        return False
    curvature = 2 * seen.log_likelihood[best] - moved.reshape(len(columns), 2, len(best)).sum(axis=1)
    return bool(np.median(curvature, axis=1).mean() > INFORMATIVE_CURVATURE)


def _join_runs(model: Model, runs: list[HypothesisRun]) -> Posterior:
    evidences = np.array([run.weighted.log_evidence for run in runs])
    log_evidence = float(np.logaddexp.reduce(evidences))
    shares = np.exp(evidences - log_evidence)
    log_weight = np.concatenate([run.weighted.log_weight + value - log_evidence for run, value in zip(runs, evidences, strict=True)])
    log_weight = log_weight - np.logaddexp.reduce(log_weight)
    replicates = np.concatenate([run.weighted.replicates for run in runs])
    parameters = stack_parameters([_full_parameters(run) for run in runs])
    weighty = [run for run, share in zip(runs, shares, strict=True) if share > NEGLIGIBLE_HYPOTHESIS]
    error = math.sqrt(sum((share * run.weighted.log_evidence_error) ** 2 for run, share in zip(runs, shares, strict=True)))
    diagnostics = Diagnostics(
        engine="importance",
        draws=len(log_weight),
        effective_size=_joint_effective_size(runs, shares),
        sound=all(run.sound for run in weighty),
        reason="; ".join(dict.fromkeys(run.reason for run in weighty if run.reason)),
        coordinates=" and ".join(dict.fromkeys(run.coordinates.in_words for run in weighty)),
        rounds=max(run.weighted.rounds for run in runs),
        pareto_k=max(run.weighted.pareto_k for run in weighty),
        log_evidence=log_evidence,
        log_evidence_error=error,
        overflow=model.beyond,
        short=any(not run.sound for run in weighty) and all(run.sound or run.short for run in weighty),
        heavy=any(not run.sound for run in weighty) and all(run.sound or run.heavy for run in weighty),
        left_out=_joint_left_out(runs, shares),
    )
    named = with_draw_count(parameters, len(log_weight))
    only_compared = diagnostics.is_comparable and not diagnostics.sound
    coverage = coverage_of([run.sampling for run in runs]) if only_compared else None
    return Posterior(model, "importance", named, log_weight, diagnostics, replicate=replicates, coverage=coverage)


def _joint_left_out(runs: list[HypothesisRun], shares: Array) -> float:
    """The share of the whole posterior that runs left out; their evidence, and so ``shares``, knows nothing of it."""
    odds = sum(share * run.left_out / (1 - run.left_out) for run, share in zip(runs, shares, strict=True))
    return float(odds / (1 + odds))


def _joint_effective_size(runs: list[HypothesisRun], shares: Array) -> float:
    """The size of the joined draws: shares of hypotheses are known apart from the error of their evidence."""
    total = sum(share**2 / run.weighted.effective_size for run, share in zip(runs, shares, strict=True))
    return float(1 / total)


def _full_parameters(run: HypothesisRun) -> dict[str, NDArray[Any]]:
    draws = len(run.weighted.x)
    parameters = run.coordinates.parameters(run.weighted.x)
    return {name: np.broadcast_to(values, (draws, values.shape[1])) for name, values in parameters.items()}


def _density_error(model: Model, columns: tuple[int, ...]) -> Unsound:
    rows = [model.rows[index] for index in columns if index < len(model.rows)]
    if not rows:
        message = "the joint prior has no finite density at some draws"
        return Unsound(prior_problem(model.topic, (), message, hint="look for a prior whose density is infinite at an edge"))
    return Unsound(
        *(
            place_problem(
                model.topic,
                row.place,
                f"the density of this row of `{name}` is not a finite number at some draws",
                hint=f"it arises from `{model.topic.streams[name].value.text}`",
            )
            for name, row in rows
        )
    )
