"""From a topic to its answers: condition, referee, simulate, answer.

One conclusion is everything a report says of a topic as of a day.  Randomness
is one stream of numbers for each topic and purpose, all from the seed, so that
neither the order of topics nor an added question moves another number.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

import numpy as np

from forecast.answers import Answer, answers, paths_for
from forecast.book.topic import Topic
from forecast.future import Paths
from forecast.inference.conditioning import condition, prior_draws
from forecast.inference.posterior import Posterior
from forecast.model.model import Model, model_as_of

if TYPE_CHECKING:
    from forecast.inference.referee import Verdict

type EngineChoice = Literal["auto", "importance", "nuts"]
type Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """How to compute: the engine that supplies the draws, the seed, and how many paths are simulated."""

    engine: EngineChoice = "auto"
    seed: int = 1
    draws: int = 16_384


@dataclass(frozen=True, slots=True)
class Reading:
    """One engine's draws, the paths simulated from them, and the answers."""

    posterior: Posterior
    paths: Paths
    answers: Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A topic as of a day, concluded: prior draws, the published reading, and the verdict where one was made."""

    model: Model
    settings: Settings
    prior: Posterior
    reading: Reading
    verdict: Verdict | None


def quiet(_: str) -> None:
    """Report nothing."""


def conclude(topic: Topic, as_of: date, settings: Settings, *, referee: bool, report: Report = quiet) -> Conclusion:
    """Compute everything a report says of a topic as of a day.

    With the engine ``auto`` the fast engine's draws are published, or NUTS's
    where the fast engine could not be trusted.  ``referee`` computes the other
    engine's answers too and compares.  Raises ``Unsound`` where the model
    cannot be computed.
    """
    model = model_as_of(topic, as_of)
    prior = prior_draws(model, rng=generator(settings.seed, topic.name, "prior"))
    fast = None
    if settings.engine != "nuts" or referee:
        report("weighing draws")
        fast = read(condition_fast(model, settings), settings)
    distrusted = settings.engine == "auto" and fast is not None and not fast.posterior.diagnostics.sound
    slow = None
    if settings.engine == "nuts" or referee or distrusted:
        report("sampling with NUTS")
        slow = read(condition_nuts(model, settings), settings)
    verdict = None
    if referee and fast is not None and slow is not None:
        from forecast.inference.referee import judge

        verdict = judge(fast.posterior, fast.answers, slow.posterior, slow.answers)
    published = slow if fast is None or settings.engine == "nuts" or distrusted else fast
    if published is None:  # unreachable: one of the two engines has always run
        raise RuntimeError("no engine ran")
    return Conclusion(model, settings, prior, published, verdict)


def read(posterior: Posterior, settings: Settings) -> Reading:
    """Simulate the future on a posterior's draws and answer every question."""
    name, seed = posterior.model.topic.name, settings.seed
    draws = posterior.resample(settings.draws, generator(seed, name, posterior.engine, "resample"))
    paths = paths_for(posterior.model, draws, generator(seed, name, posterior.engine, "paths"))
    return Reading(posterior, paths, answers(posterior, paths, generator(seed, name, posterior.engine, "answers")))


def condition_fast(model: Model, settings: Settings) -> Posterior:
    """Condition a model with the fast engine, timed."""
    began = time.perf_counter()
    posterior = condition(model, rng=generator(settings.seed, model.topic.name, "importance"))
    return _timed(posterior, began)


def condition_nuts(model: Model, settings: Settings) -> Posterior:
    """Condition a model with NUTS, timed."""
    from forecast.inference.nuts import sample_nuts

    began = time.perf_counter()
    seed = int(generator(settings.seed, model.topic.name, "nuts").integers(2**31))
    return _timed(sample_nuts(model, seed=seed), began)


def generator(seed: int, *purpose: str) -> np.random.Generator:
    """A generator of its own for each purpose."""
    return np.random.default_rng([seed, *(zlib.crc32(word.encode()) for word in purpose)])


def _timed(posterior: Posterior, began: float) -> Posterior:
    return replace(posterior, diagnostics=replace(posterior.diagnostics, seconds=time.perf_counter() - began))
