"""From a topic to its answers: condition, referee, simulate, answer.

One analysis is everything a report says of a topic as of a day.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from forecast.book.topic import Topic
from forecast.inference.importance.bridge_sampling import NoBridge
from forecast.inference.importance.engine import Budget
from forecast.inference.importance.evidence import evidence_of
from forecast.inference.importance.fit import condition
from forecast.inference.importance.prior_sampling import exclude_overflow_draws, prior_draws
from forecast.inference.importance.threads import one_thread
from forecast.inference.monte_carlo import REPLICATES
from forecast.inference.posterior import Engine, Posterior
from forecast.inference.pymc.plan import CannotSample
from forecast.model.bounds import check_shares
from forecast.model.custom_model import trust_problems
from forecast.model.errors import Unsound, topic_problem
from forecast.model.horizon import check_horizon
from forecast.model.left_out import without_overflow
from forecast.model.model import Model, model_as_of
from forecast.model.progress import Progress, ignore_progress
from forecast.model.settings import Purpose, Settings, generator
from forecast.predict.answers import Answer, answers, chances_for, paths_for
from forecast.predict.chance_interval import ChanceInterval
from forecast.predict.lending import Simulation, weigh_simulation
from forecast.predict.paths import Paths
from forecast.predict.scenario_chances import scenario_chances

if TYPE_CHECKING:
    from forecast.inference.referee import Figure, Verdict

NUTS_DRAWS = 1_000  # from each chain


@dataclass(frozen=True, slots=True)
class EngineResult:
    """One engine's draws, the paths simulated from them, the answers, and the intervals of the chances of scenarios where they are asked for."""

    posterior: Posterior
    paths: Paths
    answers: Mapping[str, Answer]
    scenario_chances: Mapping[str, ChanceInterval] = field(default_factory=dict)

    def __repr__(self) -> str:
        """The draws, and what is answered."""
        return f"<EngineResult: {self.posterior!r}, {len(self.paths):,} paths, answers: {', '.join(self.answers) or 'none'}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the parameters."""
        return self.posterior._repr_html_()


@dataclass(frozen=True, slots=True)
class Simulations:
    """What was simulated from the draws of each engine; None where an engine did not run on the model itself."""

    fast: Simulation | None = None
    slow: Simulation | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """A topic as of a day, analysed: prior draws, the published result, and the verdict where one was made.

    ``lent`` is what may serve models that differ in their priors alone, where it was to be kept.  ``borrowed_draws`` and ``borrowed_nuts`` say that
    what is published, or what it is compared with, came in this way from another model.
    """

    model: Model
    settings: Settings
    prior: Posterior
    result: EngineResult
    verdict: Verdict | None
    lent: Simulations = Simulations()
    borrowed_draws: bool = False
    borrowed_nuts: bool = False

    def __repr__(self) -> str:
        """The published result and its verdict."""
        verdict = "no second engine was asked for" if self.verdict is None else self.verdict.verdict
        return f"<Analysis of {self.model.topic.name} as of {self.model.as_of}: {self.result!r}, verdict: {verdict}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the parameters."""
        return self.result._repr_html_()


def settings_for(topic: Topic, settings: Settings) -> Settings:
    """Return settings with the engine that a topic asks for, where nobody chose one; its own model has NUTS alone."""
    asked = topic.own is not None or (topic.engine == "nuts" and settings.engine == "auto")
    return replace(settings, engine="nuts") if asked else settings


@dataclass(frozen=True, slots=True)
class _EngineResults:
    """What each engine made of a model: None where it was not needed, and ``failure`` where NUTS was and gave nothing.

    ``simulated`` is what each was answered from, and ``borrowed`` the engines that did not run: another model's draws serve for theirs.
    """

    fast: EngineResult | None
    slow: EngineResult | None
    failure: str = ""
    simulated: Simulations = Simulations()
    borrowed: frozenset[Engine] = frozenset()

    def published_result(self, engine: str) -> EngineResult:
        """The result to publish: that of the engine asked for or, of both, the better.

        A sound run of the fast engine comes first.  Then NUTS, unless it is not sound either and the fast engine lacks
        nothing but draws, or a variance of its weights: its averages hold, and those of chains that have not met do not.
        """
        if self.fast is None or (engine == "nuts" and self.slow is not None):
            assert self.slow is not None, "an engine has always run"
            return self.slow
        if engine == "importance" or self.slow is None or self.fast.posterior.diagnostics.sound:
            return self.fast
        keeps_fast = self.fast.posterior.diagnostics.is_comparable and not self.slow.posterior.diagnostics.sound
        return self.fast if keeps_fast else self.slow

    def verdict(self, engine: str, settings: Settings, *, weighs: bool = False) -> Verdict | None:
        """What the referee says where both engines were tried; None where one was not.  With ``weighs`` it compares the evidence too."""
        if self.fast is None or (self.slow is None and not self.failure):
            return None
        from forecast.inference.referee import failed_verdict, judge

        if self.slow is None:
            return failed_verdict(self.failure)
        return judge(
            self.fast.posterior,
            self.fast.answers,
            self.slow.posterior,
            self.slow.answers,
            publishes_nuts=engine != "importance",
            evidence=_evidence_by_both(self.fast.posterior, self.slow.posterior, settings) if weighs else None,
        )


def analyse(
    topic: Topic,
    as_of: date,
    settings: Settings,
    *,
    referee: bool,
    confirmed: bool = False,
    posterior: Posterior | None = None,
    weighs: bool = False,
    lent: Simulations | None = None,
    lends: bool = False,
    progress: Progress = ignore_progress,
) -> Analysis:
    """Compute everything a report says of a topic as of a day.

    With the engine ``auto`` the fast engine's draws are published, or NUTS's
    where the fast engine could not be trusted; then both have been run, and are compared.
    ``referee`` compares both in any case, and with ``weighs`` the evidence too, by which variants are weighted; a topic's own model has no other engine.  ``confirmed`` says that
    both have agreed on the same calculation before.  ``posterior`` is what that published, where it is known: then no engine
    runs, and ``referee`` must not be asked for.  ``lent`` was simulated for a topic that differs in its priors alone: where it carries
    this one, it is weighed anew, and the engine does not run; NUTS's serves only to be compared with the fast engine's, if that is sound.  With
    ``lends``, what is simulated is kept for other topics.  Raises ``Unsound`` where the model cannot be computed,
    or would run code that is not trusted.
    """
    if posterior is not None and referee:
        raise ValueError("a posterior that is known already cannot be compared with another engine's")
    settings = settings_for(topic, settings)
    referee = referee and topic.own is None
    if refused := trust_problems([topic], trust=settings.trust):
        raise Unsound(*refused)
    model = model_as_of(topic, as_of)
    check_horizon(model)  # before anything takes time
    prior = prior_draws(model, rng=generator(settings.seed, topic.name, Purpose.PRIOR))
    try:
        check_shares(model, prior.parameters, prior.weights, of="prior's draws")
    except Unsound:  # perhaps at draws alone that are left out
        model = without_overflow(model, prior.parameters, prior.weights)
        prior = exclude_overflow_draws(prior, model)
        check_shares(model, prior.parameters, prior.weights, of="prior's draws")
    verdict: Verdict | None = None
    simulated, borrowed = Simulations(), frozenset[Engine]()
    if posterior is not None:
        result = answer_questions(posterior, settings)
    else:
        engines = _run_engines(model, settings, referee=referee, lent=lent, progress=progress)
        simulated, borrowed = engines.simulated, engines.borrowed
        verdict = engines.verdict(settings.engine, settings, weighs=weighs)
        result = _with_confirmation(engines.published_result(settings.engine), verdict, engines.fast, confirmed=confirmed)
    model = result.posterior.model
    return Analysis(
        model,
        settings,
        exclude_overflow_draws(prior, model),
        result,
        verdict,
        simulated if lends else Simulations(),
        borrowed_draws=result.posterior.engine in borrowed,
        borrowed_nuts="nuts" in borrowed,
    )


def published_result(topic: Topic, as_of: date, settings: Settings) -> EngineResult:
    """Compute the published result of a topic alone: by the same engine, with the same numbers, as ``analyse`` without a referee.

    Raises ``Unsound`` as that does.
    """
    return lendable_result(topic, as_of, settings)[0]


def lendable_result(topic: Topic, as_of: date, settings: Settings, lent: Simulations | None = None) -> tuple[EngineResult, Simulations]:
    """Compute the same, and what was simulated for it; ``lent`` as in ``analyse``.  Raises ``Unsound`` as that does."""
    settings = settings_for(topic, settings)
    if refused := trust_problems([topic], trust=settings.trust):
        raise Unsound(*refused)
    model = model_as_of(topic, as_of)
    engines = _run_engines(model, settings, referee=False, lent=lent, progress=ignore_progress)
    published = engines.published_result(settings.engine)
    return _with_confirmation(published, engines.verdict(settings.engine, settings), engines.fast, confirmed=False), engines.simulated


def _evidence_by_both(fast: Posterior, slow: Posterior, settings: Settings) -> tuple[Figure, Figure] | None:
    """The log evidence by both engines; None where draws of NUTS do not tell it."""
    from forecast.inference.referee import Figure

    rng = generator(settings.seed, fast.model.topic.name, Purpose.EVIDENCE)
    try:
        both = [evidence_of(posterior, rng) for posterior in (fast, slow)]
    except NoBridge:
        return None
    return Figure(both[0].log, both[0].error, REPLICATES - 1.0), Figure(both[1].log, both[1].error, REPLICATES - 1.0)


def _run_engines(model: Model, settings: Settings, *, referee: bool, lent: Simulations | None = None, progress: Progress) -> _EngineResults:
    """Run the engines that are needed: the fast one unless NUTS alone is wanted, and NUTS where it is, or has to check or replace the fast one.

    What is ``lent`` stands for a run where it carries.  Raises ``Unsound`` where NUTS is wanted and cannot sample the model.
    """
    topic, lender = model.topic, lent or Simulations()
    fast: EngineResult | None = None
    simulated, borrowed = Simulations(), frozenset[Engine]()
    if settings.engine != "nuts" or referee:
        progress("weighing draws")
        weighed = None if settings.engine == "nuts" else _borrow(lender.fast, model, settings)
        if weighed is None:
            drawn = simulate_future(condition_fast(model, settings), settings)
            simulated, fast = Simulations(drawn), answer_simulation(drawn, settings)
        else:
            borrowed, fast = frozenset({"importance"}), answer_simulation(weighed, settings)
    distrusted = settings.engine == "auto" and fast is not None and not fast.posterior.diagnostics.sound
    if not (settings.engine == "nuts" or referee or distrusted):
        return _EngineResults(fast, None, "", simulated, borrowed)
    progress("sampling with NUTS")
    may_borrow = settings.engine == "auto" and fast is not None and fast.posterior.diagnostics.sound
    weighed = _borrow(lender.slow, model, settings) if may_borrow else None
    if weighed is not None:
        return _EngineResults(fast, answer_simulation(weighed, settings), "", simulated, borrowed | {"nuts"})
    try:
        drawn = simulate_future(condition_nuts(model, settings, None if fast is None else fast.posterior), settings)
        return _EngineResults(fast, answer_simulation(drawn, settings), "", replace(simulated, slow=drawn), borrowed)
    except CannotSample as error:
        if fast is None or settings.engine == "nuts":
            raise Unsound(topic_problem(topic, (), f"NUTS cannot sample this topic: {error}", hint="leave the engine to `auto`")) from None
        return _EngineResults(fast, None, str(error), simulated, borrowed)
    except Unsound as unsound:
        if fast is None or settings.engine == "nuts":
            raise
        return _EngineResults(fast, None, unsound.problems[0].message, simulated, borrowed)


def _borrow(lent: Simulation | None, model: Model, settings: Settings) -> Simulation | None:
    """What was simulated for another model weighed for this one; None where there is nothing, or it does not carry."""
    if lent is None:
        return None
    weighed = weigh_simulation(lent, model, _chance_rng(lent.posterior, settings), effort=_chance_effort(settings))
    if weighed is not None:
        check_shares(model, weighed.posterior.parameters, weighed.posterior.weights, of="posterior's draws")
    return weighed


def _with_confirmation(result: EngineResult, verdict: Verdict | None, fast: EngineResult | None, *, confirmed: bool) -> EngineResult:
    """A result whose diagnostics say whether they hold without the other engine, where that does not confirm it."""
    from forecast.inference.referee import without_confirmation

    if verdict.verdict == "agreed" if verdict is not None else confirmed:
        return result
    posterior = result.posterior
    return replace(
        result,
        posterior=replace(
            posterior, diagnostics=without_confirmation(posterior.diagnostics, None if fast is None else fast.posterior.diagnostics)
        ),
    )


def answer_questions(posterior: Posterior, settings: Settings) -> EngineResult:
    """Simulate the future on a posterior's draws and answer every question."""
    return answer_simulation(simulate_future(posterior, settings), settings)


def simulate_future(posterior: Posterior, settings: Settings) -> Simulation:
    """Simulate the future on a posterior's draws, and what chances are told from where they are asked for."""
    name, seed = posterior.model.topic.name, settings.seed
    check_shares(posterior.model, posterior.parameters, posterior.weights, of="posterior's draws")
    draws, replicates = posterior.resample_replicates(settings.draws, generator(seed, name, posterior.engine, Purpose.RESAMPLE))
    paths = replace(paths_for(posterior.model, draws, generator(seed, name, posterior.engine, Purpose.PATHS)), replicates=replicates)
    chances = chances_for(posterior, _chance_rng(posterior, settings), effort=_chance_effort(settings)) if settings.chances else None
    return Simulation(posterior, paths, chances)


def answer_simulation(simulation: Simulation, settings: Settings) -> EngineResult:
    """Answer every question from what has been simulated."""
    posterior, paths = simulation.posterior, simulation.paths
    rng = _answers_rng(posterior, settings)
    rng.spawn(1)  # that of the chances, so that other answers do not depend on whether these are asked for
    with one_thread():
        answered = answers(posterior, paths, rng, chances=simulation.chances)
        of_scenarios = generator(settings.seed, posterior.model.topic.name, posterior.engine, Purpose.SCENARIOS)
        intervals = scenario_chances(posterior, paths, simulation.chances, of_scenarios, effort=_chance_effort(settings))
        return EngineResult(posterior, paths, answered, intervals)


def _answers_rng(posterior: Posterior, settings: Settings) -> np.random.Generator:
    return generator(settings.seed, posterior.model.topic.name, posterior.engine, Purpose.ANSWERS)


def _chance_rng(posterior: Posterior, settings: Settings) -> np.random.Generator:
    return _answers_rng(posterior, settings).spawn(1)[0]


def _chance_effort(settings: Settings) -> float:
    return max(settings.effort, 1.0)  # with fewer draws the ends near 0 and 1 cannot be estimated


def condition_fast(model: Model, settings: Settings, *, confirm: bool = True) -> Posterior:
    """Condition a model with the fast engine, timed; ``confirm`` as in ``Budget``."""
    began = time.perf_counter()
    budget = Budget(effort=settings.effort, confirm=confirm)
    posterior = condition(model, rng=generator(settings.seed, model.topic.name, Purpose.IMPORTANCE), budget=budget)
    return _with_seconds(posterior, began)


def condition_nuts(model: Model, settings: Settings, fast: Posterior | None = None) -> Posterior:
    """Condition a model with NUTS, timed; a topic's own where ``settings`` trust it.

    Chains that find no point to start from start from the draws of the fast engine, which runs for that where it has not run.
    Where it cannot confirm NUTS, or NUTS is to be published whatever it says, a single divergence is a reason for smaller steps.
    """
    began = time.perf_counter()
    seed = int(generator(settings.seed, model.topic.name, Purpose.NUTS).integers(2**31))
    draws = round(NUTS_DRAWS * max(settings.effort, 1.0))  # fewer would not tell whether the chains have met
    if model.topic.own is not None:
        from forecast.inference.pymc.custom_model import sample_custom_model

        return _with_seconds(sample_custom_model(model, seed=seed, trust=settings.trust, draws=draws), began)
    from forecast.inference.pymc.nuts import sample_nuts

    alone = settings.engine == "nuts" or fast is None or not fast.diagnostics.is_comparable
    given = sample_nuts(model, seed=seed, draws=draws, fast=lambda: condition_fast(model, settings) if fast is None else fast, alone=alone)
    return _with_seconds(given, began)


def _with_seconds(posterior: Posterior, began: float) -> Posterior:
    return replace(posterior, diagnostics=replace(posterior.diagnostics, seconds=time.perf_counter() - began))
