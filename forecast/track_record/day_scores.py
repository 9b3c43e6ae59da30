"""Scores of platforms that cut a question's time into days: Fatebook's, its relative one, and Good Judgment's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from forecast.language.arrays import Array
from forecast.scoring.fatebook import SECONDS_PER_DAY, PersonForecasts, fatebook_relative_scores, fatebook_score
from forecast.scoring.good_judgment import good_judgment_score
from forecast.track_record.counted_forecasts import CountedForecasts
from forecast.track_record.option_scores import are_ordered, option_names

DAY_RULES = ("fatebook", "fatebook-relative", "good-judgment")


def day_scores(counted: CountedForecasts, given: Array) -> Mapping[str, Array]:
    """Return the scores ``(forecasters,)`` by the rules of days, NaN where they do not fit.

    Days have 24 hours from the opening; Fatebook's end with the resolution, Good Judgment's with the close. Neither platform ends a forecast
    but by the next one, so that a withdrawal counts for nothing. ``given`` is what each forecast gave to what happened; a forecaster with one
    that cannot be scored, for which it is NaN, has no score of the question.
    """
    scores = {rule: np.full(len(counted.forecasters), np.nan) for rule in DAY_RULES}
    for question, asked in enumerate(counted.questions):
        everybody = sorted({int(row) for row in counted.timeline[counted.of_question(question)]})
        rows = [row for row in everybody if not np.isnan(given[counted.of_forecaster(row)]).any()]
        if not rows or asked.resolution is None or asked.wording is None or not np.isfinite(counted.close[question]):
            continue
        if asked.resolution.outcome in {"yes", "no"}:
            _score_fatebook(counted, question, rows, scores)
        if asked.resolution.outcome in {"yes", "no", "label"}:
            for row in rows:
                scores["good-judgment"][row] = _good_judgment(counted, question, row)
    return scores


def _score_fatebook(counted: CountedForecasts, question: int, rows: Sequence[int], scores: Mapping[str, Array]) -> None:
    resolution, opened = counted.questions[question].resolution, counted.opened[question]
    assert resolution is not None
    assert opened is not None
    resolved = (resolution.on - opened).total_seconds()
    if resolved <= 0:
        return
    people = {row: _person(counted, row) for row in rows}
    outcome = 1.0 if resolution.outcome == "yes" else 0.0
    for row, person in people.items():
        scores["fatebook"][row] = fatebook_score(person, resolved=resolved, outcome=outcome)
    scores["fatebook-relative"][list(people)] = fatebook_relative_scores(list(people.values()), resolved=resolved, outcome=outcome)


def _person(counted: CountedForecasts, row: int) -> PersonForecasts:
    """The probabilities of one forecaster."""
    places = counted.of_forecaster(row)
    return PersonForecasts(counted.start[places], np.array([counted.forecasts[place].value for place in places], dtype=np.float64))


def _good_judgment(counted: CountedForecasts, question: int, row: int) -> float:
    asked = counted.questions[question]
    assert asked.resolution is not None
    places = counted.of_forecaster(row)
    values = [counted.forecasts[place].value for place in places]
    close = float(counted.close[question])
    ends = np.append(np.arange(SECONDS_PER_DAY, close, SECONDS_PER_DAY), close)
    if close <= 0:
        return np.nan
    if asked.resolution.outcome != "label":
        chances = np.array(values, dtype=np.float64)
        shares, outcome, ordered = np.stack([1 - chances, chances], axis=1), int(asked.resolution.outcome == "yes"), False
    else:
        names = option_names(asked, values)
        if str(asked.resolution.value) not in names or not all(isinstance(value, Mapping) and {*value} == {*names} for value in values):
            return np.nan
        shares = np.array([[value[name] for name in names] for value in values if isinstance(value, Mapping)], dtype=np.float64)
        outcome, ordered = names.index(str(asked.resolution.value)), are_ordered(names)
    return good_judgment_score(day_ends=ends, times=counted.start[places], probabilities=shares, outcome=outcome, is_ordinal=ordered)
