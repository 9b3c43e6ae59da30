"""What an engine makes of a hard posterior, held against what is known of it."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from scipy import special

from forecast.inference.monte_carlo import REPLICATES, normal_score, proportion_error, welch_degrees_of_freedom
from forecast.inference.posterior import Posterior
from forecast.inference.pymc.plan import CannotSample
from forecast.inference.referee import FALSE_DISPUTES, Verdict, judge, without_confirmation
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import EngineResult, answer_questions, condition_fast, condition_nuts
from tests.studies.hard.members import AS_OF, Figure, Figures, Member

type Word = Literal["right", "WRONG", "unreliable", "refused", "failed"]

TRUST: tuple[Word, ...] = ("right", "WRONG")  # an engine called itself sound


@dataclass(frozen=True, slots=True)
class Score:
    """A known figure, what an engine gives for it, and the difference in standard errors as a normal score."""

    figure: str
    truth: float
    value: float
    z: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one engine made of a member.

    ``right`` or ``WRONG``: it called itself sound, and is within the limit or not; ``unreliable``: it said that it is not sound;
    ``refused``: it could not compute and said why in a problem; ``failed``: something was raised that nobody catches.
    ``worst`` is the greatest difference, where there are draws.  ``seconds`` are by the clock, ``cpu`` the processor's.
    """

    word: Word
    reason: str
    worst: Score | None
    seconds: float
    cpu: float

    @property
    def is_trusted(self) -> bool:
        """Whether the engine called itself sound."""
        return self.word in TRUST


def limit_for(count: int) -> float:
    """The greatest difference allowed, in standard errors: the referee's for as many comparisons."""
    return float(-special.ndtri(FALSE_DISPUTES / (2 * count)))


def run(
    member: Member, engine: Literal["fast", "nuts"], *, seed: int, figures: Figures, fast: Posterior | None = None
) -> tuple[Outcome, EngineResult | None]:
    """Run one engine on a member, and compare; the reading is None where there is none.  ``fast`` is the fast engine's run, for NUTS."""
    settings = Settings(seed=seed, chances=False)
    clock, cpu = time.perf_counter(), time.process_time()
    reading, word, reason = None, "", ""
    try:
        model = model_as_of(member.topic, AS_OF)
        reading = answer_questions(condition_fast(model, settings) if engine == "fast" else condition_nuts(model, settings, fast), settings)
    except (Unsound, CannotSample) as refusal:
        word, reason = "refused", str(refusal)
    except Exception as failure:  # noqa: BLE001 - whatever it is, the table shows it
        word, reason = "failed", f"{type(failure).__name__}: {failure}"
    taken = time.perf_counter() - clock, time.process_time() - cpu
    if reading is None:
        return Outcome(word, " ".join(reason.split()), None, *taken), None  # type: ignore[arg-type]
    return judged(reading, figures, *taken), reading


def judged(reading: EngineResult, figures: Figures, seconds: float, cpu: float) -> Outcome:
    """Compare a reading with what is known."""
    diagnostics = reading.posterior.diagnostics
    worst = max(scores(reading, figures), key=lambda score: abs(score.z))
    within = abs(worst.z) <= limit_for(len(figures))
    word: Word = "unreliable" if not diagnostics.sound else "right" if within else "WRONG"
    return Outcome(word, diagnostics.reason, worst, seconds, cpu)


def scores(reading: EngineResult, figures: Figures) -> Iterator[Score]:
    """Yield each known figure beside the reading's; a figure that is not a number is infinitely far off."""
    for figure in figures:
        value, error, freedom = _figure(reading, figure)
        if figure.error:
            freedom = welch_degrees_of_freedom(error, figure.error, freedom=(freedom, REPLICATES - 1.0))
        z = normal_score(value - figure.share, math.hypot(error, figure.error), freedom=freedom)
        yield Score(str(figure), figure.share, value, z if math.isfinite(value) else math.inf)


def _figure(reading: EngineResult, figure: Figure) -> tuple[float, float, float]:
    """Value, error and degrees of freedom of a figure."""
    if figure.at is None:
        answer = reading.answers[figure.of]
        found: Any = answer.value
        return (math.nan, math.nan, 1.0) if found is None else (found.value, found.error, answer.freedom)
    posterior = reading.posterior
    held = posterior.column(figure.of, figure.label) <= figure.at
    cases = posterior.cases
    return float(posterior.weights @ held), proportion_error(held, cases), cases.freedom


def verdict_on(first: EngineResult | None, second: EngineResult | None) -> Verdict | None:
    """What the referee says of both engines' runs on a member; None without both."""
    if first is None or second is None:
        return None
    return judge(first.posterior, first.answers, second.posterior, second.answers)


def published(slow: Outcome, first: EngineResult | None, second: EngineResult | None, verdict: Verdict | None) -> Word:
    """What is published with no engine chosen where the fast one is not sound: NUTS's run; refusals stand.

    That is not sound either where the two are disputed and, where nothing confirms it, where a trajectory diverged or the fast
    engine's second search found a part that its draws leave out.
    """
    if first is None or second is None or verdict is None:
        return slow.word
    nuts = second.posterior.diagnostics
    confirmed = nuts if verdict.verdict == "agreed" else without_confirmation(nuts, first.posterior.diagnostics)
    return slow.word if confirmed.sound and verdict.verdict != "disputed" else "unreliable"
