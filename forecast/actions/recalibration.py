"""Recalibration of forecasters by the topic that is written for them: fitted by the fast engine, as of one day after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
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
from forecast.forecasts.record import ForecastRecord
from forecast.inference.importance.engine import Budget
from forecast.inference.importance.fit import condition
from forecast.language.arrays import Array
from forecast.model.model import model_as_of
from forecast.schema.calibration import OpenRecalibrationContent, RecalibrationContent
from forecast.track_record.cohorts import question_cohorts
from forecast.track_record.counted_forecasts import forecasts_made
from forecast.track_record.score_table import OWNER
from forecast.track_record.updating import updatable_questions

RECALIBRATION_BUDGET = Budget(enough=2_000)
USED_DRAWS = 2_000
MOST_RECALIBRATED = 10  # people, those with the most questions
GROWTH, GROWTH_OF_GROUPS = 1.25, 2.0  # of the settled questions between two fits: a fit of several people takes seconds
MOST_OPEN_RECALIBRATED = 30
LAST_POINTS = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class Recalibrator:
    """Draws of the shift and the slope of each of the people and platforms, and how they change probabilities.

    ``shift`` and ``log_slope`` are ``(draws, 1)``; ``by_level`` has those of each level of a hierarchy ``(draws, labels)``, and its labels.
    """

    shift: Array
    log_slope: Array
    by_level: tuple[tuple[str, tuple[str, ...], Array, Array], ...]

    def knows(self, who: int, platform: str) -> bool:
        """Whether a forecaster, by their number, and a platform are among those that were fitted."""
        return all(_label(level, who, platform) in labels for level, labels, _, _ in self.by_level)

    def parameters(self, who: int, platform: str) -> tuple[Array, Array]:
        """Return the shift and the slope of a forecaster, by their number, on a platform ``(draws, 1)``."""
        shift, log_slope = self.shift, self.log_slope
        for level, labels, shifts, slopes in self.by_level:
            place = labels.index(_label(level, who, platform))
            shift = shift + shifts[:, place : place + 1]
            log_slope = log_slope + slopes[:, place : place + 1]
        return shift, np.exp(log_slope)

    def draws(self, probability: Array, who: int, platform: str) -> Array:
        """Return what probabilities ``(values,)`` of a forecaster come to at each draw ``(draws, values)``."""
        from scipy.special import expit, logit

        shift, slope = self.parameters(who, platform)
        found: Array = expit(shift + slope * logit(probability))
        return found

    def probabilities(self, rows: SettledForecasts) -> Array:
        """Return the posterior mean of what each row's probability comes to ``(rows,)``."""
        found = np.empty(rows.probability.size)
        platforms = np.array([rows.platforms[question] for question in rows.question])
        for who, platform in {*zip(rows.who.tolist(), platforms.tolist(), strict=True)}:
            its = (rows.who == who) & (platforms == platform)
            found[its] = self.draws(rows.probability[its], who, platform).mean(axis=0)
        return found


@dataclass(frozen=True, slots=True)
class Recalibration:
    """What recalibration would have gained each of some people, and what it makes of their open forecasts."""

    gains: tuple[RecalibrationContent, ...] = ()
    open: tuple[OpenRecalibrationContent, ...] = ()


def recalibrate_people(
    rows: SettledForecasts, records: Sequence[ForecastRecord] = (), *, as_of: date, now: datetime, seed: int
) -> Recalibration:
    """Return what recalibration would have gained each forecaster, their shift and slope as of a day, and what it makes of their open forecasts.

    At most ten people are fitted, together, in a hierarchy. Fits that are not sound are not used.
    """
    kept = rows.rows(has_odds(rows))
    if not kept.question.size:
        return Recalibration()
    people = busiest_people(kept, MOST_RECALIBRATED)
    kept = kept.rows(np.isin(kept.who, people))
    topic, levels = recalibration_topic(kept), recalibration_levels(kept)

    def fit(day: np.datetime64) -> Recalibrate | None:
        found = fit_recalibration(topic, levels, as_of=date.fromisoformat(str(day)), seed=seed)
        return None if found is None else found.probabilities

    forward = recalibrated_forward(kept, fit, growth=GROWTH_OF_GROUPS if levels else GROWTH)
    newest = fit_recalibration(topic, levels, as_of=as_of, seed=seed)
    gains = tuple(_content(kept, kept.who == who, forward, newest, seed=seed) for who in people)
    names = {kept.people[who]: int(who) for who in people}
    still = () if newest is None else (its for record in records for its in _open_forecasts(record, newest, names, now))
    return Recalibration(gains, tuple(sorted(still, key=itemgetter("address"))[:MOST_OPEN_RECALIBRATED]))


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


def _open_forecasts(
    record: ForecastRecord, newest: Recalibrator, names: Mapping[str, int], now: datetime
) -> Iterator[OpenRecalibrationContent]:
    """The forecasts in force of open questions by some people, raw and recalibrated."""
    source = record.source
    platform, mine = ("", ()) if source is None else (source.platform, source.me)
    called = {**{name: name for name in names}, **dict.fromkeys(mine, OWNER)}
    made = forecasts_made(record, "at the time")
    for its in updatable_questions(made, question_cohorts(record, now=now), who=tuple(called), now=now).questions:
        name = called[its.line.who]
        if name not in names or not isinstance(its.said, float) or not 0 < its.said < 1 or not newest.knows(names[name], platform):
            continue
        draws = newest.draws(np.array([its.said]), names[name], platform)[:, 0]
        low, high = np.quantile(draws, LAST_POINTS)
        yield {
            "address": its.question.address,
            "text": its.question.text,
            "who": name,
            "said": its.said,
            "recalibrated": float(draws.mean()),
            "low": float(low),
            "high": float(high),
        }


def _label(level: str, who: int, platform: str) -> str:
    """What the topic's rows call a forecaster, or a platform."""
    return f"p{who}" if level == "person" else platform_label(platform)


def _content(
    rows: SettledForecasts, own: np.ndarray[tuple[int], np.dtype[np.bool_]], forward: Array, newest: Recalibrator | None, *, seed: int
) -> RecalibrationContent:
    its = rows.rows(own)
    gain = recalibration_gain(its, forward[own], rng=np.random.default_rng([seed, int(its.who[0])]))
    platform = its.platforms[its.question[-1]]
    ends = () if newest is None else newest.parameters(int(its.who[0]), platform)
    shift, slope = (_three_points(values[:, 0]) for values in ends) if ends else ([], [])
    return {
        "who": its.people[its.who[0]],
        "questions": its.question_count,
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
