"""What a prior says of the topic's streams and questions before a row has been seen: the prior predictive, drawn forward.

The record is left out whole, so that a prior is judged by what it says and not by
whether that came true; time begins where the topic opens.  Known series stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import numpy as np

from forecast.book.calendar import ONE_DAY
from forecast.book.files.names import DEFAULT
from forecast.book.files.prior_text import Revision
from forecast.book.topic import Topic
from forecast.content.topic import answer_content
from forecast.elicitation.reach import Reach, reach_of
from forecast.inference.importance.prior_sampling import prior_draws
from forecast.inference.posterior import Posterior
from forecast.language.arrays import Array
from forecast.language.distributions.families import family
from forecast.language.statements import parse_statement
from forecast.model.additive import adds_up
from forecast.model.model import model_as_of
from forecast.model.settings import Purpose, generator
from forecast.predict.answers import answer, horizon
from forecast.predict.paths import Paths, simulate
from forecast.predict.posterior_predictive import predict_rows

PRIOR_PREDICTIVE_PATHS = 4_096
YEAR = timedelta(days=365)
RARE_LEVEL = 0.98  # a total above this point is reported with its chance


@dataclass(frozen=True, slots=True)
class StreamPrediction:
    """What a stream would bring: 5, 50 and 95 % points of a total (or of one value), and a high value with the chance of more.

    ``over`` says of what: a year, a step, or the rows that stand in its record.
    """

    name: str
    about: str
    unit: str
    over: str
    points: tuple[float, float, float]
    rare: float
    chance_of_more: float


@dataclass(frozen=True, slots=True)
class PriorPredictive:
    """What follows from a topic's priors alone: of streams, and of questions (contents as in a report; None where nothing can be said)."""

    streams: tuple[StreamPrediction, ...]
    answers: Mapping[str, Mapping[str, Any] | None]


def with_revision(topic: Topic, revision: Revision) -> Topic:
    """Return a topic with another prior for a parameter, whose statement names no other parameters."""
    parameter, statement = topic.parameters[revision.name], parse_statement(revision.statement)
    own = "" if revision.label == DEFAULT else revision.label
    links = {label: link for label, link in parameter.links.items() if label != own}
    if not own:
        changed = replace(parameter, prior=statement, links=links)
    else:
        changed = replace(parameter, by_label=MappingProxyType({**parameter.by_label, own: statement}), links=links)
    return replace(topic, parameters=MappingProxyType({**topic.parameters, revision.name: changed}))


def prior_predictive(topic: Topic, parameter: str, as_of: date) -> PriorPredictive:
    """Return what a topic's priors say of everything that a parameter reaches; raises ``Unsound`` where they make no model."""
    reach = reach_of(topic, parameter)
    bare = replace(topic, streams=MappingProxyType({name: replace(stream, rows=()) for name, stream in topic.streams.items()}))
    model = model_as_of(bare, as_of)
    prior = prior_draws(model, rng=generator(1, topic.name, Purpose.IMPLIED), draws=PRIOR_PREDICTIVE_PATHS)
    rng = generator(1, topic.name, Purpose.IMPLIED_PATHS)
    draws = prior.resample(PRIOR_PREDICTIVE_PATHS, rng)
    year_end = topic.opens + YEAR
    cuts = {q.by + ONE_DAY for q in topic.questions.values() if q.by} | {q.since for q in topic.questions.values() if q.since} | {year_end}
    paths = simulate(model, draws, rng, until=max(horizon(model), year_end - ONE_DAY), cuts=tuple(sorted(cuts)))
    return PriorPredictive((*_streams(topic, as_of, reach, paths, rng),), _answers(topic, reach, prior, paths, rng))


def _streams(topic: Topic, as_of: date, reach: Reach, paths: Paths, rng: np.random.Generator) -> list[StreamPrediction]:
    predictions = []
    again = None
    for name in reach.streams:
        stream = topic.streams[name]
        counts = family(stream.value.distribution).discrete and adds_up(topic, stream)
        if name in paths.starts:
            totals, day = paths.totals[name], paths.days.index(topic.opens + YEAR)
            if counts:
                predictions.append(_predict_stream(topic, name, "a year", totals[:, day] - totals[:, 0]))
            else:
                predictions.append(_predict_stream(topic, name, f"a {topic.step}", totals[:, day] - totals[:, day - 1]))
        elif stream.rows:
            again = again or predict_rows(model_as_of(topic, as_of), paths.parameters, rng)
            rows = again[name]
            if rows.shape[1]:
                values, over = (rows.sum(axis=1), _rows_text(rows.shape[1])) if counts else (rows.ravel(), "in a row of its record")
                predictions.append(_predict_stream(topic, name, over, values))
    return predictions


def _rows_text(count: int) -> str:
    return f"in the {count} rows of its record" if count > 1 else "in the one row of its record"


def _predict_stream(topic: Topic, name: str, over: str, values: Array) -> StreamPrediction:
    stream = topic.streams[name]
    low, middle, high, rare = (float(point) for point in np.quantile(values, [0.05, 0.5, 0.95, RARE_LEVEL], method="inverted_cdf"))
    return StreamPrediction(name, stream.about, stream.unit, over, (low, middle, high), rare, float((values > rare).mean()))


def _answers(topic: Topic, reach: Reach, prior: Posterior, paths: Paths, rng: np.random.Generator) -> dict[str, Mapping[str, Any] | None]:
    contents: dict[str, Mapping[str, Any] | None] = {}
    for name in reach.questions:
        answered = answer(topic.questions[name], prior, paths, None, rng)
        contents[name] = None if answered.value is None else answer_content(topic, answered)
    return contents
