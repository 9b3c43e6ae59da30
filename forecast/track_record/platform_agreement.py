"""A platform's own scores beside those computed from the record: how many agree, and which do not."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from forecast.forecasts.record import PlatformScore
from forecast.track_record.measures import PLATFORM
from forecast.track_record.record_scores import RecordScores

AGREEMENT_TOLERANCE = 1e-9
MOST_DISAGREEMENTS = 5


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A platform's score of somebody on a question, and ours; None where the record gives none."""

    question: str
    who: str
    platform: float
    ours: float | None


@dataclass(frozen=True, slots=True)
class OwnPlatformScores:
    """What the platform gives the user by one rule: over how many questions, the mean, the sum, and the sum of what they cover, None where it does not say."""

    questions: int
    mean: float
    total: float
    coverage: float | None


@dataclass(frozen=True, slots=True)
class PlatformAgreement:
    """Of one rule: how many scores the platform has, how many of ours agree to 1e-9, how many have none here, and the worst that differ.

    ``own`` are the user's as the platform gives them, None where there is none.
    """

    record: str
    rule: str
    scores: int
    agree: int
    missing: int
    worst: tuple[Disagreement, ...] = field(default=())
    own: OwnPlatformScores | None = None


def platform_agreement(scored: RecordScores) -> tuple[PlatformAgreement, ...]:
    """Return how far the platform's scores of a collection are those of its record, by rule.

    Two scores agree where they differ by at most 1e-9, or a billionth of the score where that is more. Scores of questions that are not
    scored here, or of rules that are not known, are missing.
    """
    rows = {(scored.counted.questions[place].id, who): row for row, (place, who) in enumerate(scored.counted.forecasters)}
    by_rule: dict[str, list[PlatformScore]] = {}
    for score in scored.record.platform_scores:
        by_rule.setdefault(score.rule.replace("_", "-"), []).append(score)
    order = [*(rule for rule in PLATFORM if rule in by_rule), *sorted(rule for rule in by_rule if rule not in PLATFORM)]
    return tuple(_agreement(scored, rule, by_rule[rule], rows) for rule in order)


def _agreement(scored: RecordScores, rule: str, scores: Sequence[PlatformScore], rows: dict[tuple[str, str], int]) -> PlatformAgreement:
    ours = scored.scores.get(rule)
    compared: list[Disagreement] = []
    for score in scores:
        row = rows.get((score.question, score.who))
        own = math.nan if ours is None or row is None else float(ours[row])
        compared.append(Disagreement(score.question, score.who, score.score, None if math.isnan(own) else own))
    missing = sum(its.ours is None for its in compared)
    different = [its for its in compared if its.ours is not None and not _agrees(its.platform, its.ours)]
    different.sort(key=lambda its: -_distance(its))
    return PlatformAgreement(
        scored.record.name,
        rule,
        len(compared),
        len(compared) - missing - len(different),
        missing,
        tuple(different[:MOST_DISAGREEMENTS]),
        _own_scores(scored, scores),
    )


def _own_scores(scored: RecordScores, scores: Iterable[PlatformScore]) -> OwnPlatformScores | None:
    mine = () if scored.record.source is None else scored.record.source.me
    found = [score for score in scores if score.who in mine]
    if not found:
        return None
    total = math.fsum(score.score for score in found)
    coverage = [score.coverage for score in found if score.coverage is not None]
    return OwnPlatformScores(len(found), total / len(found), total, math.fsum(coverage) if len(coverage) == len(found) else None)


def _agrees(platform: float, ours: float) -> bool:
    return platform == ours or abs(platform - ours) <= AGREEMENT_TOLERANCE * max(1.0, abs(platform))


def _distance(its: Disagreement) -> float:
    return math.inf if its.ours is None else abs(its.platform - its.ours)
