"""The terms of a question: what a forecast of it, or a resolution, must fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from forecast.forecasts.question import AskedQuestion, Option
from forecast.forecasts.record import ForecastRecord

type AskedKey = tuple[str, str]
"""A question as asked: its id and its hash; in a collection the platform's id, and no hash."""


@dataclass(frozen=True, slots=True)
class QuestionTerms:
    """One wording of a question with its options, none where they are not known; ``is_asked`` is false of a wording that nobody asks any more."""

    question: AskedQuestion
    options: tuple[Option, ...] = ()
    is_asked: bool = True

    def options_at(self, moment: datetime) -> tuple[str, ...]:
        """Return the options that could be given at a moment, in their order."""
        return tuple(
            option.option
            for option in self.options
            if (option.start is None or option.start <= moment) and (option.end is None or moment < option.end)
        )


def asked_key(record: ForecastRecord, question: str, asked: str) -> AskedKey:
    """Return how a record knows a question as asked."""
    return question, "" if record.is_imported else asked


def terms_of_record(record: ForecastRecord, own: Iterable[QuestionTerms] = ()) -> Mapping[AskedKey, QuestionTerms]:
    """Return the terms of all questions as asked, oldest first: those on record, and a topic's ``own`` as it asks them now.

    Of a wording that a topic no longer asks the options are not known.  In a collection the last revision of a question counts.
    """
    terms: dict[AskedKey, QuestionTerms] = {}
    options: dict[str, list[Option]] = {}
    for option in sorted(record.options, key=lambda its: its.order):
        options.setdefault(option.question, []).append(option)
    for name, wordings in record.questions.items():
        for wording in wordings:
            terms[asked_key(record, name, wording.asked)] = QuestionTerms(wording, tuple(options.get(name, ())), record.is_imported)
    for its in own:
        terms[asked_key(record, its.question.id, its.question.asked)] = its
    return MappingProxyType(terms)
