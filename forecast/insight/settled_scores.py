"""The score of a settled question over the time for which it was open, beside references that have learnt nothing.

A forecast stands until the next, and the last until the question is settled.  What was replayed, what was published at the time and what was
published as a hindcast are origins of their own, and never mixed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from forecast.insight.hindcasts import Hindcast
from forecast.insight.settled_questions import SettledQuestion
from forecast.language.arrays import Array
from forecast.scoring.brier import brier_score
from forecast.scoring.logarithmic import log_score_bits, probability_of_outcome
from forecast.scoring.time_weighting import Horizon, covered_time_mean, durations_within, time_weighted_mean

type AnswerOrigin = Literal["replay", "ledger", "ledger hindcasts"]
type StaticReference = Literal["prior", "base rate", "half"]
ANSWER_ORIGINS: Mapping[AnswerOrigin, str] = {
    "replay": "today's book, replayed as of each day",
    "ledger": "what the ledger published at the time",
    "ledger hindcasts": "hindcasts that the ledger published",
}
STATIC_REFERENCES: Mapping[StaticReference, str] = {
    "prior": "the prior as of the day on which the question opened, never updated",
    "base rate": "the share of yes among these questions, known only afterwards",
    "half": "50 % always",
}


@dataclass(frozen=True, slots=True)
class MeanScore:
    """Means over the time for which forecasts stood: the Brier score from 0 (best) to 1, and the logarithmic score in bits, 0 the best, which may be infinite."""

    brier: float
    log_bits: float


@dataclass(frozen=True, slots=True)
class SettledScore:
    """The score of one settled question from one origin, with the probability that each reference gave, and its score.

    ``is_due`` says whether its date has passed; ``forecasts`` counts those that stood for any time, and ``days`` how long they did.
    """

    topic: str
    settled: SettledQuestion
    origin: AnswerOrigin
    is_due: bool
    forecasts: int
    days: float
    score: MeanScore
    references: Mapping[StaticReference, tuple[float, MeanScore]]

    @property
    def address(self) -> str:
        """The name by which commands know the question."""
        return f"{self.topic}.{self.settled.question.name}"


def score_settled_question(
    topic: str, hindcast: Hindcast, said: Sequence[tuple[float, float]], origin: AnswerOrigin, *, today: date, base_rate: float
) -> SettledScore | None:
    """Return the score of what was ``said`` of a settled question: moments in days, as ``date.toordinal`` counts them, which ascend, and probabilities.

    A mean over the time for which a forecast stood while the question was open; None where none did.
    """
    settled = hindcast.settled
    opens, end = float(settled.opens.toordinal()), float(settled.settled.toordinal())
    horizon = Horizon(opens, end, end - opens)
    starts, probabilities = (np.array(values) for values in zip(*said, strict=True)) if said else (np.empty(0), np.empty(0))
    ends = np.append(starts[1:], np.inf)[: len(starts)]
    lasting = durations_within(starts=starts, ends=ends, horizon=horizon)
    if not lasting.any():
        return None

    def mean(scores: Array) -> float:
        return float(covered_time_mean(time_weighted_mean(starts=starts, ends=ends, scores=scores, horizon=horizon))[0])

    briers, bits = _scores(probabilities, settled.outcome)
    references: Mapping[StaticReference, float] = {"prior": hindcast.prior.probability, "base rate": base_rate, "half": 0.5}
    return SettledScore(
        topic,
        settled,
        origin,
        settled.is_due(today),
        int((lasting > 0).sum()),
        float(lasting.sum()),
        MeanScore(mean(briers), mean(bits)),
        {name: (probability, MeanScore(*map(float, _scores(probability, settled.outcome)))) for name, probability in references.items()},
    )


def mean_of_scores(scores: Sequence[MeanScore]) -> MeanScore:
    """Return the mean over questions, each counted once; raise ``ZeroDivisionError`` for none."""
    return MeanScore(math.fsum(its.brier for its in scores) / len(scores), sum(its.log_bits for its in scores) / len(scores))


def _scores(probability: ArrayLike, outcome: int) -> tuple[Array, Array]:
    """The Brier score and bits of each probability."""
    given = probability_of_outcome(probability=probability, outcome=outcome)
    return brier_score(probability=probability, outcome=outcome), log_score_bits(probability_of_outcome=given)
