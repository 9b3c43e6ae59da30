"""The distribution function of a question's number or date at given places, from the very cases that its published answer is made of."""

from __future__ import annotations

from datetime import date

import numpy as np

from forecast.book.topic import Question
from forecast.language.arrays import Array
from forecast.model.settings import Purpose, Settings, generator
from forecast.predict.analysis import EngineResult
from forecast.predict.question_cases import WITHOUT_DATE, days_of_cases, question_cases
from forecast.predict.samples import numbers_of

_EPOCH = date(1970, 1, 1).toordinal()


def number_cases(question: Question, result: EngineResult) -> tuple[Array, Array]:
    """Return the number that a question asks for in each case ``(cases,)``, and the cases' weights, which add up to one.

    Raises ``Unsound`` where the question has no answer.
    """
    its = question_cases(question, result.posterior, result.paths)
    weights = its.cases.weights
    with np.errstate(all="ignore"):  # what is no number is looked for, and said
        values = numbers_of(question, its.scope, result.posterior.model, weights)
    counted = weights > 0
    return values[counted], weights[counted] / weights[counted].sum()


def date_cdf(question: Question, result: EngineResult, settings: Settings, *, places: Array) -> Array:
    """Return the probability that what a question asks about has happened by each of some moments, in days from the beginning of 1970 in UTC.

    The probability of a day lies evenly within it.  Of moments after the last day asked about nothing is known: what is returned there
    is the probability of by then.  Raises ``Unsound`` where the question has no answer.
    """
    name = result.posterior.model.topic.name
    its = question_cases(question, result.posterior, result.paths)
    weights = its.cases.weights
    held = weights > 0
    rng = generator(settings.seed, name, result.posterior.engine, Purpose.ANSWERS)
    with np.errstate(all="ignore"):
        _, on = days_of_cases(question, result.paths, held, rng)
    shares = weights[held] / weights[held].sum()
    days, index = np.unique(on[on != WITHOUT_DATE], return_inverse=True)
    if not len(days):
        return np.zeros(len(places))
    masses = np.bincount(index, weights=shares[on != WITHOUT_DATE])
    edges = np.arange(days[0], days[-1] + 2)
    daily = np.zeros(len(edges))
    daily[days - days[0] + 1] = masses
    cdf: Array = np.interp(places, edges - _EPOCH, np.minimum(np.cumsum(daily), 1.0))
    return cdf
