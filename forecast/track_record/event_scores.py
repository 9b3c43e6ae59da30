"""Scores of probabilities of an event that happened or did not, or came out as a share between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from forecast.language.arrays import Array, Indices
from forecast.scoring.brier import brier_score, brier_score_two_sided
from forecast.scoring.logarithmic import log_score, log_score_bits, probability_of_outcome
from forecast.scoring.spherical import spherical_score
from forecast.track_record.counted_forecasts import CountedForecasts
from forecast.track_record.partial_scores import GIVEN, PartialScores
from forecast.track_record.record_questions import RecordQuestion


def score_events(counted: CountedForecasts) -> Iterator[PartialScores]:
    """Yield the scores of forecasts that are a probability; those of a share between no and yes by the one-sided Brier score alone (design 8)."""
    outcomes = np.array([_event_outcome(question) for question in counted.questions], dtype=np.float64)
    is_event = np.array([its.form == "probability" for its in counted.forecasts], dtype=np.bool_)
    places = np.flatnonzero(is_event & ~np.isnan(outcomes[counted.question]) if is_event.size else is_event)
    if places.size == 0:
        return
    values = [counted.forecasts[place].value for place in places]
    probability = np.array(values, dtype=np.float64)
    outcome = outcomes[counted.question[places]]
    yield PartialScores("brier", places, brier_score(probability=probability, outcome=outcome))
    decided = (outcome == 0) | (outcome == 1)
    is_share = np.array([_is_share(counted.questions[at]) for at in counted.question[places]], dtype=np.bool_)
    decided &= ~is_share
    places, probability, happened = places[decided], probability[decided], outcome[decided].astype(np.intp)
    if places.size:
        for rule, scores in _decided_scores(probability, happened):
            yield PartialScores(rule, places, scores)


def score_constant(question: RecordQuestion, probability: float) -> Mapping[str, float]:
    """Return what a constant probability of yes scores on a question by every rule of events; nothing where it did not end by yes, no or a share."""
    outcome = _event_outcome(question)
    if np.isnan(outcome):
        return {}
    scores = {"brier": float(brier_score(probability=probability, outcome=outcome))}
    if _is_share(question):
        return scores
    decided = _decided_scores(np.array([probability]), np.array([int(outcome)]))
    return {**scores, **{rule: float(values[0]) for rule, values in decided if rule != GIVEN}}


def _decided_scores(probability: Array, happened: Indices) -> Iterator[tuple[str, Array]]:
    both = np.stack([1 - probability, probability], axis=1)
    given = probability_of_outcome(probability=probability, outcome=happened)
    yield GIVEN, given
    yield "brier-two-sided", brier_score_two_sided(probabilities=both, outcome=happened)
    yield "log", log_score(probability_of_outcome=given)
    yield "log-bits", log_score_bits(probability_of_outcome=given)
    yield "spherical", spherical_score(probabilities=both, outcome=happened)


def _event_outcome(question: RecordQuestion) -> float:
    """1 for yes, 0 for no, a share between; NaN for other outcomes and none."""
    resolution = question.resolution
    if resolution is None or question.wording is None or question.wording.type != "binary":
        return np.nan
    match resolution.outcome:
        case "yes":
            return 1.0
        case "no":
            return 0.0
        case "fraction" if isinstance(resolution.value, float):
            return resolution.value
    return np.nan


def _is_share(question: RecordQuestion) -> bool:
    return question.resolution is not None and question.resolution.outcome == "fraction"
