"""Recalibration of forecasters by the topic that is written for them: fitted by the fast engine, as of one day after another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from forecast.book.files.folder import Folder
from forecast.book.reading import read_topic
from forecast.book.topic import Topic
from forecast.calibration.groups import busiest_people
from forecast.calibration.recalibration_topic import (
    RECALIBRATION_TOPIC,
    has_odds,
    platform_label,
    recalibration_files,
    recalibration_levels,
)
from forecast.calibration.settled_forecasts import SettledForecasts
from forecast.calibration.walk_forward import Recalibrate, recalibrated_forward, recalibration_gain
from forecast.inference.importance.engine import Budget
from forecast.inference.importance.fit import condition
from forecast.language.arrays import Array
from forecast.model.model import model_as_of
from forecast.schema.calibration import RecalibrationContent

RECALIBRATION_BUDGET = Budget(enough=2_000)
USED_DRAWS = 2_000
MOST_RECALIBRATED = 10  # people, those with the most questions
GROWTH, GROWTH_OF_GROUPS = 1.25, 2.0  # of the settled questions between two fits: a fit of several people takes seconds
LAST_POINTS = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class Recalibrator:
    """Draws of the shift and the slope of each of the people and platforms, and how they change probabilities.

    ``shift`` and ``log_slope`` are ``(draws, 1)``; ``by_level`` has those of each level of a hierarchy ``(draws, labels)``, and its labels.
    """

    shift: Array
    log_slope: Array
    by_level: tuple[tuple[str, tuple[str, ...], Array, Array], ...]

    def parameters(self, rows: SettledForecasts) -> tuple[Array, Array]:
        """Return the shift and the slope of each row's forecaster ``(draws, rows)``."""
        shift = np.repeat(self.shift, rows.who.size, axis=1)
        log_slope = np.repeat(self.log_slope, rows.who.size, axis=1)
        for level, labels, shifts, slopes in self.by_level:
            names = _labels(rows, level)
            place = np.array([labels.index(name) for name in names], dtype=np.intp)
            shift = shift + shifts[:, place]
            log_slope = log_slope + slopes[:, place]
        return shift, np.exp(log_slope)

    def probabilities(self, rows: SettledForecasts) -> Array:
        """Return the posterior mean of what each row's probability comes to ``(rows,)``."""
        from scipy.special import expit, logit

        shift, slope = self.parameters(rows)
        found: Array = expit(shift + slope * logit(rows.probability)).mean(axis=0)
        return found


def recalibrate_people(rows: SettledForecasts, *, as_of: date, seed: int) -> tuple[RecalibrationContent, ...]:
    """Return what recalibration would have gained each forecaster, and their shift and slope as of a day; at most ten of them.

    All are fitted together, in a hierarchy. Fits that are not sound are not used.
    """
    kept = rows.rows(has_odds(rows))
    if not kept.question.size:
        return ()
    people = busiest_people(kept, MOST_RECALIBRATED)
    kept = kept.rows(np.isin(kept.who, people))
    topic, levels = recalibration_topic(kept), recalibration_levels(kept)

    def fit(day: np.datetime64) -> Recalibrate | None:
        found = fit_recalibration(topic, levels, as_of=date.fromisoformat(str(day)), seed=seed)
        return None if found is None else found.probabilities

    forward = recalibrated_forward(kept, fit, growth=GROWTH_OF_GROUPS if levels else GROWTH)
    newest = fit_recalibration(topic, levels, as_of=as_of, seed=seed)
    return tuple(_content(kept, kept.who == who, forward, newest, seed=seed) for who in people)


def recalibration_topic(rows: SettledForecasts) -> Topic:
    """Return the topic of some forecasts, read from its text as any other is."""
    with TemporaryDirectory() as directory:
        root = Path(directory)
        for name, text in recalibration_files(rows).items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        read = read_topic(Folder(root), RECALIBRATION_TOPIC)
    assert read.value is not None, read.problems  # the text is made here
    return read.value


def fit_recalibration(topic: Topic, levels: tuple[str, ...], *, as_of: date, seed: int) -> Recalibrator | None:
    """Return the posterior given what was settled as of a day, by the fast engine; None where it is not sound."""
    rng = np.random.default_rng([seed, as_of.toordinal()])
    posterior = condition(model_as_of(topic, as_of), rng=rng, budget=RECALIBRATION_BUDGET)
    if not posterior.diagnostics.sound:
        return None
    draws = posterior.resample(USED_DRAWS, rng)
    groups = tuple((level, topic.labels[level], draws[f"{level}_shift"], draws[f"{level}_log_slope"]) for level in levels)
    return Recalibrator(draws["shift"], draws["log_slope"] if levels else np.log(draws["slope"]), groups)


def _labels(rows: SettledForecasts, level: str) -> list[str]:
    """The label of each row at a level, as the topic's rows have it."""
    if level == "person":
        return [f"p{who}" for who in rows.who]
    return [platform_label(rows.platforms[question]) for question in rows.question]


def _content(
    rows: SettledForecasts, own: np.ndarray[tuple[int], np.dtype[np.bool_]], forward: Array, newest: Recalibrator | None, *, seed: int
) -> RecalibrationContent:
    its = rows.rows(own)
    gain = recalibration_gain(its, forward[own], rng=np.random.default_rng([seed, int(its.who[0])]))
    shift, slope = ([], []) if newest is None else (_three_points(values[:, -1]) for values in newest.parameters(its))
    return {
        "who": its.people[its.who[0]],
        "questions": its.asked,
        "tested": 0 if gain is None else gain.questions,
        "clusters": its.clusters,
        "gain": None if gain is None else gain.log,
        "low": None if gain is None else gain.low,
        "high": None if gain is None else gain.high,
        "brier_gain": None if gain is None else gain.brier,
        "shift": shift,
        "slope": slope,
    }


def _three_points(values: Array) -> list[float]:
    """Mean, 5 % and 95 % point."""
    return [float(values.mean()), *(float(end) for end in np.quantile(values, LAST_POINTS))]
