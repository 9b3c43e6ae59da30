"""Calibration of the forecasts of each group: of all of them, or by tag, topic, source, person, horizon or type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.calibration.consistency import ChanceLevels, chance_curve, chance_levels
from forecast.calibration.isotonic import BrierParts, ReliabilityCurve, brier_parts
from forecast.calibration.logistic import LogisticPosterior, logistic_posterior
from forecast.calibration.probability_transforms import SettledTransforms
from forecast.calibration.separation import Separation, separation
from forecast.calibration.settled_forecasts import SettledForecasts
from forecast.calibration.settled_rows import SettledRows
from forecast.calibration.uniformity import LEAST_QUESTIONS, Uniformity, uniformity
from forecast.language.arrays import Array, Indices
from forecast.track_record.intervals import FEW_QUESTIONS, LEAST_GROUPS
from forecast.track_record.summaries import Grouping, question_groups

MOST_NAMED = 50  # forecasters with lines of their own, those with the most questions


@dataclass(frozen=True, slots=True)
class GroupSize:
    """How many forecasts, questions, groups of questions that may be independent, and people there are."""

    forecasts: int
    questions: int
    clusters: int
    people: int

    @property
    def is_few(self) -> bool:
        """Whether there are too few questions to judge: fewer than 30, or fewer than three groups."""
        return self.questions < FEW_QUESTIONS or self.clusters < LEAST_GROUPS


@dataclass(frozen=True, slots=True)
class ProbabilityCalibration:
    """How probabilities did: the isotonic curve with what chance does to it, the smooth curve, the parts of the Brier score, and separation.

    ``mean`` and ``spread`` are of the probabilities, by weight: their mean, and how far they are from it.
    """

    group: str
    size: GroupSize
    curve: ReliabilityCurve
    parts: BrierParts
    chance: ChanceLevels
    smooth: LogisticPosterior
    separation: Separation | None
    mean: float
    spread: float


@dataclass(frozen=True, slots=True)
class NumberCalibration:
    """How forecasts of numbers and dates did."""

    group: str
    size: GroupSize
    uniformity: Uniformity


def probability_calibration(rows: SettledForecasts, *, by: Grouping | None, seed: int) -> tuple[ProbabilityCalibration, ...]:
    """Return the calibration of each group that has forecasts; the same seed gives the same figures."""
    return tuple(
        _of_probabilities(name, rows.rows(chosen), np.random.default_rng([seed, place]))
        for place, (name, chosen) in enumerate(groups_of_rows(rows, by))
    )


def number_calibration(rows: SettledTransforms, *, by: Grouping | None, seed: int) -> tuple[NumberCalibration, ...]:
    """Return the calibration of each group with enough questions about numbers and dates; `few_number_groups` names the others."""
    found: list[NumberCalibration] = []
    for place, (name, chosen) in enumerate(groups_of_rows(rows, by)):
        its = rows.rows(chosen)
        uniform = uniformity(its, rng=np.random.default_rng([seed, place]))
        if uniform is not None:
            found.append(NumberCalibration(name, _size(its), uniform))
    return tuple(found)


def few_number_groups(rows: SettledTransforms, *, by: Grouping | None) -> tuple[tuple[str, int], ...]:
    """Return the groups with too few questions about numbers and dates for a curve, and how many they have."""
    counts = ((name, rows.rows(chosen).question_count) for name, chosen in groups_of_rows(rows, by))
    return tuple((name, count) for name, count in counts if count < LEAST_QUESTIONS)


def groups_of_rows(rows: SettledRows, by: Grouping | None) -> Iterator[tuple[str, np.ndarray[tuple[int], np.dtype[np.bool_]]]]:
    """Yield each group's name and which rows are in it; of people those with the most questions, at most 50."""
    if not rows.question.size:
        return
    if by is None:
        yield "", np.ones(rows.question.size, dtype=np.bool_)
    elif by == "person":
        for who in busiest_people(rows):
            yield rows.people[who], rows.who == who
    else:
        for name, places in question_groups([its.question for its in rows.questions], rows.platforms, by).items():
            chosen = np.isin(rows.question, places)
            if chosen.any():
                yield name, chosen


def busiest_people(rows: SettledRows, most: int = MOST_NAMED) -> Indices:
    """Return the people with the most questions, those first; of equal ones the names decide."""
    pairs = np.unique(np.stack([rows.who, rows.question]), axis=1)
    people, counts = np.unique(pairs[0], return_counts=True)
    order: Sequence[int] = sorted(range(people.size), key=lambda at: (-counts[at], rows.people[people[at]]))
    return people[np.array(order[:most], dtype=np.intp)]


def _of_probabilities(name: str, rows: SettledForecasts, rng: np.random.Generator) -> ProbabilityCalibration:
    curve, smooth = chance_curve(rows), logistic_posterior(rows)
    mean, spread = _mean_and_spread(rows.probability, rows.weight / rows.weight.sum())
    chance = chance_levels(rows, curve, smooth, rng=rng)
    return ProbabilityCalibration(name, _size(rows), curve, brier_parts(curve), chance, smooth, separation(rows), mean, spread)


def _mean_and_spread(values: Array, weight: Array) -> tuple[float, float]:
    mean = float(weight @ values)
    return mean, float(np.sqrt(weight @ np.square(values - mean)))


def _size(rows: SettledRows) -> GroupSize:
    return GroupSize(rows.question.size, rows.question_count, rows.clusters, np.unique(rows.who).size)
