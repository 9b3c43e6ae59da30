"""The referee's engine: NUTS in PyMC, compiled and run by nutpie.

Nothing is shared with the fast engine but the statements: densities, gradients
and the sampler are PyMC's.  Only free values are compiled; everything that
follows from them is computed afterwards in NumPy, which saves a third of the
compile.  Where the first run is not sound one with smaller steps is tried, a
longer one where only draws are missing, and then centred hierarchies.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.inference.importance.prior_sampling import prior_draws
from forecast.inference.posterior import Diagnostics, Posterior, with_draw_count
from forecast.inference.pymc.location_scale import shift_and_scale
from forecast.inference.pymc.model import HYPOTHESES, FreeVariable, RenderedModel, render_pymc_model
from forecast.inference.pymc.plan import CannotSample
from forecast.inference.pymc.starts import overdispersed_starts, with_starting_points
from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.distributions.pools import PoolFamily
from forecast.language.distributions.walks import Walk
from forecast.model.coordinates import constrain
from forecast.model.errors import Unsound
from forecast.model.left_out import without_overflow
from forecast.model.model import Model
from forecast.model.overflow import StatementOverflow
from forecast.model.total_log_likelihood import total_log_likelihood

UNMOVED = 1e-9  # a hypothesis' probability that varies less over the draws has nothing to mix
HIGHEST_R_HAT = 1.01  # Vehtari et al. 2021, doi:10.1214/20-BA1221
FEWEST_EFFECTIVE = 400  # bulk and tail effective draws, of the same source
MOST_DIVERGENT = 0.005  # share of draws whose trajectory may have diverged
LONGER = 4  # times the draws of a further run where hardly anything is wrong but that there are too few
MOST_DRAWS = 32_000  # of a chain of such a run
NEARLY_MET = 1.05  # R-hat up to which more draws of the same chains can be expected to bring it below `HIGHEST_R_HAT`
FEWEST_TO_GO_ON = 100  # effective draws from which ``LONGER`` times as many are enough
FIRST_OF_LONGER = 4  # what is added to the seed of a run for its longer one, so that no two share it


@dataclass(frozen=True, slots=True)
class SamplerSettings:
    """How one run of the sampler is made."""

    draws: int
    tune: int
    chains: int
    target_accept: float

    def slower(self) -> SamplerSettings:
        """The same with smaller steps, and more of them."""
        return replace(self, draws=2 * self.draws, tune=2 * self.tune, target_accept=0.99)


@dataclass(frozen=True, slots=True)
class Chains:
    """What the sampler returns: unconstrained values ``(draws, values)``, ``(draws, hypotheses)`` joint log densities, and which draws' trajectories diverged."""

    unconstrained: Array
    log_hypotheses: Array | None
    diverging: NDArray[np.bool_]


def sample_nuts(
    model: Model,
    *,
    seed: int,
    draws: int = 1000,
    tune: int = 1000,
    chains: int = 4,
    fast: Callable[[], Posterior] | None = None,
    alone: bool = False,
) -> Posterior:
    """Return the posterior of a model by NUTS: ``draws`` from each of ``chains``, one chain after another.

    ``fast`` gives the fast engine's posterior, from whose draws
    the chains start where PyMC finds no point.  ``alone`` says that no other engine will confirm the draws: then a single
    divergence is a reason for smaller steps.  Equal seeds give
    equal draws.  Raises ``CannotSample`` where there is no point to start
    from, or the model has a form that cannot be written for it.
    """
    began = time.perf_counter()
    try:
        rendered = render_pymc_model(model)
    except StatementOverflow:
        prior = prior_draws(model, rng=np.random.default_rng(0))
        model = without_overflow(model, prior.parameters, prior.weights)
        rendered = render_pymc_model(model)
    if not rendered.free:
        return _with_seconds(_enumerate_hypotheses(model, rendered, draws * chains, chains, seed), began)
    program = _Program(model, rendered, _compile(rendered), fast)
    first = SamplerSettings(draws, tune, chains, 0.9)
    best = sample_until_sound(lambda settings, offset: _run_program(program, settings, seed + offset), first, alone=alone)
    if not best.diagnostics.sound and any(variable.form == "standard" for variable in rendered.free):
        rendered = render_pymc_model(model, centred=True)
        centred = _Program(model, rendered, _compile(rendered), fast)
        best = _run_longer(lambda settings, offset: _run_program(centred, settings, seed + offset), first.slower(), best, offset=2)
    return _with_seconds(best, began)


def sample_until_sound(
    run: Callable[[SamplerSettings, int], Posterior],
    first: SamplerSettings,
    *,
    alone: bool,
) -> Posterior:
    """Run the sampler, and again for longer or with smaller steps until its draws are sound; return the soundest run.

    ``run`` makes one run from its settings and a number that is added to the seed.  A run that is not sound is made again with
    smaller steps, and where then hardly anything is wrong but that there are too few effective draws, with more of them.  Where the run
    stands ``alone``, that is no other engine will confirm it, a single divergence is a reason for smaller steps.
    """
    best = run(first, 0)
    if not suffices(best, alone=alone):
        best = _run_longer(run, first.slower(), best, offset=1)
    if best.diagnostics.sound and not suffices(best, alone=alone):
        best = _run_longer(run, replace(first.slower(), target_accept=0.999), best, offset=3)
    return best


def _run_longer(run: Callable[[SamplerSettings, int], Posterior], settings: SamplerSettings, best: Posterior, *, offset: int) -> Posterior:
    """The best of what there was before, another run, and one with more draws where then only draws are missing."""
    try:
        latest = run(settings, offset)
    except (CannotSample, Unsound):
        return best
    best = better_run(best, latest)
    if not is_only_short(latest.diagnostics) or LONGER * settings.draws > MOST_DRAWS:
        return best
    return _rerun_and_pick_better(best, run, replace(settings, draws=LONGER * settings.draws), offset=offset + FIRST_OF_LONGER)


@dataclass(frozen=True, slots=True)
class _Program:
    """A model as NUTS runs it, and the fast engine's posterior of it where that is needed."""

    model: Model
    rendered: RenderedModel
    compiled: Any
    fast: Callable[[], Posterior] | None

    def started_apart(self, seed: int) -> _Program | None:
        """The same with chains that start from the fast engine's draws, spread apart; None where it has none."""
        if self.fast is None:
            return None
        try:
            posterior = self.fast()
        except Unsound:
            return None
        points = overdispersed_starts(posterior, self.rendered, self.compiled.logp_func, seed=seed)
        return replace(self, compiled=with_starting_points(self.compiled, points), fast=None) if len(points) else None


def _compile(rendered: RenderedModel) -> Any:
    import nutpie

    names = [HYPOTHESES] if _has_discrete(rendered) else []
    return nutpie.compile_pymc_model(rendered.pymc, backend="numba", var_names=names)


def _has_discrete(rendered: RenderedModel) -> bool:
    return bool(rendered.hypotheses[0].values)


def _rerun_and_pick_better(
    best: Posterior, run: Callable[[SamplerSettings, int], Posterior], settings: SamplerSettings, *, offset: int
) -> Posterior:
    """The better of a run and another, which may find no point to start from where the first did."""
    try:
        return better_run(best, run(settings, offset))
    except (CannotSample, Unsound):
        return best


def _run_program(program: _Program, settings: SamplerSettings, seed: int) -> Posterior:
    """Run the chains from their own points or, where there are none, from the fast engine's."""
    try:
        chains = _sample_chains(program.compiled, settings, seed)
    except CannotSample:
        apart = program.started_apart(seed)
        if apart is None:
            raise
        posterior = _read_chains(apart, _sample_chains(apart.compiled, settings, seed), settings, seed)
        return replace(posterior, diagnostics=replace(posterior.diagnostics, started_from="importance"))
    return _read_chains(program, chains, settings, seed)


def _read_chains(program: _Program, chains: Chains, settings: SamplerSettings, seed: int) -> Posterior:
    model, rendered = program.model, program.rendered
    parameters = _constrain_draws(model, rendered, chains.unconstrained)
    shares = None
    if chains.log_hypotheses is not None:
        shares = special.softmax(chains.log_hypotheses, axis=1)
        parameters |= _draw_hypotheses(rendered, shares, np.random.default_rng(seed))
    count = len(chains.unconstrained)
    diagnostics = diagnose(_free_values(rendered, parameters), shares, int(chains.diverging.sum()), settings, count)
    _check_rows(model, parameters)
    ordered = {name: parameters[name] for name in model.topic.parameters}
    return Posterior(model, "nuts", ordered, np.full(count, -np.log(count)), diagnostics, settings.chains, diverging=chains.diverging)


def _sample_chains(compiled: Any, settings: SamplerSettings, seed: int) -> Chains:
    try:
        tree = run_chains(compiled, settings, seed, store_unconstrained=True)
    except RuntimeError as error:
        first, *_ = str(error).splitlines() or [""]  # a trace of nutpie's own follows
        raise CannotSample(f"it found no point to start from or to go on from ({first.strip()})") from error
    stats = tree["sample_stats"]
    joint = tree["posterior"][HYPOTHESES].values if HYPOTHESES in tree["posterior"] else None
    return Chains(
        unconstrained=flatten_chains(stats["unconstrained_draw"].values),
        log_hypotheses=None if joint is None else flatten_chains(joint),
        diverging=stats["diverging"].values.astype(bool).reshape(-1),
    )


def run_chains(compiled: Any, settings: SamplerSettings, seed: int, *, store_unconstrained: bool) -> Any:
    """Run nutpie on a compiled model and return its tree of draws; raises ``RuntimeError`` as nutpie does."""
    import nutpie

    return nutpie.sample(
        compiled,
        draws=settings.draws,
        tune=settings.tune,
        chains=settings.chains,
        target_accept=settings.target_accept,
        seed=seed,
        save_warmup=False,
        store_unconstrained=store_unconstrained,
        progress_bar=False,
    )


def flatten_chains(values: NDArray[Any]) -> Array:
    """Return draws ``(chains, draws, values)`` with the chains one after another."""
    flat: Array = np.asarray(values, dtype=float).reshape(-1, values.shape[-1])
    return flat


def _constrain_draws(model: Model, rendered: RenderedModel, unconstrained: Array) -> dict[str, NDArray[Any]]:
    """The continuous parameters of unconstrained draws, by PyMC's transforms: identity, log, logit, interval or simplex."""
    parameters: dict[str, NDArray[Any]] = {}
    at = 0
    for free in rendered.free:
        block = free.block
        values = _constrain_variable(model, free, unconstrained[:, at : at + free.size], parameters)
        labels = max(1, len(block.parameter.labels))
        whole = parameters.setdefault(block.name, np.full((len(values), labels), np.nan))
        whole[:, list(block.positions)] = values
        at += free.size
    if at != unconstrained.shape[1]:
        raise AssertionError(f"{unconstrained.shape[1]} values sampled, {at} declared")
    return parameters


def _constrain_variable(model: Model, free: FreeVariable, x: Array, parameters: Mapping[str, NDArray[Any]]) -> Array:
    value: Array
    match free.transform:
        case "identity":
            value = x
        case "log":
            value = np.exp(x)
        case "logit":
            value = special.expit(x)
        case "simplex":
            value = special.softmax(np.concatenate([x, -x.sum(axis=1, keepdims=True)], axis=1), axis=1)
        case _:
            lower, upper = (
                (free.lower, free.upper) if free.form == "flat" else free.block.family.support(**free.block.arguments(model, parameters))
            )
            value = constrain(x, np.asarray(lower), np.asarray(upper))[0]
    if free.form == "scores":
        assert isinstance(free.block.family, PoolFamily)
        value = free.block.family.at_scores(value)
    if free.form == "standard" and isinstance(free.block.family, Walk):
        value = free.block.family.values_from_steps(value, **free.block.arguments(model, parameters))
    elif free.form == "standard":
        assert free.block.family.location_scale is not None
        value = np.asarray(shift_and_scale(free.block.family.location_scale, free.block.arguments(model, parameters), value))
    return value


def _draw_hypotheses(rendered: RenderedModel, shares: Array, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
    """The discrete parameters, drawn at each draw of the others from their conditional probabilities ``(draws, hypotheses)``."""
    cumulative = np.cumsum(shares, axis=1)
    picked = (rng.random((len(shares), 1)) * cumulative[:, -1:] > cumulative).sum(axis=1)
    return {
        name: np.concatenate([hypothesis.values[name] for hypothesis in rendered.hypotheses])[picked]
        for name in rendered.hypotheses[0].values
    }


def _free_values(rendered: RenderedModel, parameters: Mapping[str, NDArray[Any]]) -> dict[str, Array]:
    return {free.block.name: np.asarray(parameters[free.block.name], dtype=float) for free in rendered.free}


def diagnose(values: Mapping[str, Array], shares: Array | None, divergences: int, settings: SamplerSettings, count: int) -> Diagnostics:
    """R-hat, bulk and tail effective draws over every continuous value, and over the hypotheses' probabilities."""
    from arviz_stats.base import array_stats

    columns = [column for array in values.values() for column in array.T]
    probabilities = [] if shares is None else [share for share in shares.T if np.ptp(share) > UNMOVED]
    shaped = np.array([column.reshape(settings.chains, settings.draws) for column in [*columns, *probabilities]])
    r_hat = float(np.max(array_stats.rhat(shaped)))
    bulk = float(np.min(array_stats.ess(shaped, method="bulk")))
    tail = float(np.min(array_stats.ess(shaped[: len(columns)], method="tail", prob=(0.05, 0.95))))
    reasons = []
    if not r_hat <= HIGHEST_R_HAT:
        reasons.append(f"the chains disagree (R-hat {r_hat:.3f})")
    if not min(bulk, tail) >= FEWEST_EFFECTIVE:
        reasons.append(f"too few effective draws ({bulk:.0f} in the bulk, {tail:.0f} in the tails)")
    if divergences > MOST_DIVERGENT * count:
        reasons.append(f"{divergences} of {count} trajectories diverged")
    return Diagnostics(
        engine="nuts",
        draws=count,
        effective_size=bulk,
        sound=not reasons,
        reason="; ".join(reasons),
        r_hat=r_hat,
        ess_bulk=bulk,
        ess_tail=tail,
        divergences=divergences,
    )


def _enumerate_hypotheses(model: Model, rendered: RenderedModel, draws: int, chains: int, seed: int) -> Posterior:
    """The posterior where nothing is continuous: hypotheses drawn by their exact probabilities, each draw by itself so that errors show."""
    shares = special.softmax(rendered.pymc[HYPOTHESES].eval()) if _has_discrete(rendered) else np.ones(1)
    rng = np.random.default_rng(seed)
    picked = rng.choice(len(shares), size=draws, p=shares)
    parameters = {
        name: np.concatenate([hypothesis.values[name] for hypothesis in rendered.hypotheses])[picked] for name in model.topic.parameters
    }
    _check_rows(model, parameters)
    diagnostics = Diagnostics(
        "nuts", draws, float(draws), sound=True, reason="nothing is continuous: the hypotheses are enumerated exactly"
    )
    return Posterior(model, "nuts", with_draw_count(parameters, draws), np.full(draws, -np.log(draws)), diagnostics, chains)


def _check_rows(model: Model, parameters: Mapping[str, NDArray[Any]]) -> None:
    """Raise ``Unsound`` where a statement makes no distribution at some draws."""
    total_log_likelihood(model, parameters)


def better_run(one: Posterior, other: Posterior) -> Posterior:
    """The better of two runs: sound before unsound, of sound ones that without divergences, then the smaller R-hat."""

    def faults(of: Diagnostics) -> tuple[bool, bool, float | None]:
        return not of.sound, of.sound and bool(of.divergences), of.r_hat

    return min(one, other, key=lambda run: faults(run.diagnostics))


def suffices(posterior: Posterior, *, alone: bool) -> bool:
    """Whether no slower run is needed: the chains are sound and, where no other engine will confirm them, nothing diverged."""
    return posterior.diagnostics.sound and not (alone and posterior.diagnostics.divergences)


def is_only_short(diagnostics: Diagnostics) -> bool:
    """Whether more draws of the same kind can be expected to be sound: the chains have nearly met, and hardly any trajectory diverged."""
    if diagnostics.sound or diagnostics.r_hat is None or diagnostics.ess_bulk is None or diagnostics.ess_tail is None:
        return False
    few = (diagnostics.divergences or 0) <= MOST_DIVERGENT * diagnostics.draws
    return few and diagnostics.r_hat <= NEARLY_MET and min(diagnostics.ess_bulk, diagnostics.ess_tail) >= FEWEST_TO_GO_ON


def _with_seconds(posterior: Posterior, began: float) -> Posterior:
    timed = replace(posterior.diagnostics, seconds=time.perf_counter() - began, overflow=posterior.model.beyond)
    return replace(posterior, diagnostics=timed)
