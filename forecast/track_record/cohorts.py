"""Which questions count: the one place that decides what enters scores, calibration, pools and weights, and says why not.

A question that is decided before its scheduled close waits for that day, whatever happened. Questions of the form "by DATE" can
resolve yes early and no only at their end; counted when they are decided, those that are decided early are nearly all yes, and every
forecaster looks too low (Metaculus#1480). The rule looks at days alone and never at the outcome, so it takes no side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from forecast.forecasts.question import QuestionType
from forecast.forecasts.record import ForecastRecord
from forecast.forecasts.resolution import OutcomeWord, Resolution
from forecast.forecasts.times import moment_text
from forecast.track_record.record_questions import RecordQuestion, record_questions

type Cohort = Literal["scored", "early", "open", "annulled", "ambiguous", "void", "unclear"]
COHORTS: Mapping[Cohort, str] = {  # what each says, in this order
    "scored": "resolved, and the scheduled close has come",
    "early": "decided before the scheduled close; counted from that date on, whatever the outcome",
    "open": "not resolved yet",
    "annulled": "cancelled, so not scored",
    "ambiguous": "impossible to decide, so not scored",
    "void": "condition not met, so not scored",
    "unclear": "wording not on record, or the outcome is none of the question's",
}
FITTING: Mapping[QuestionType, frozenset[OutcomeWord]] = {  # which outcomes a question can have besides those that are not scored
    "binary": frozenset({"yes", "no", "fraction"}),
    "options": frozenset({"label", "several"}),
    "number": frozenset({"number", "below", "above", "not_by"}),
    "discrete": frozenset({"number", "below", "above", "not_by"}),
    "date": frozenset({"date", "below", "above", "not_by"}),
}


@dataclass(frozen=True, slots=True)
class QuestionCohort:
    """A question, whether it counts, and the reason in a sentence; ``enters`` is the moment from which it counts, where that is known."""

    question: RecordQuestion
    cohort: Cohort
    reason: str
    enters: datetime | None = None

    @property
    def is_scored(self) -> bool:
        """Whether it enters scores."""
        return self.cohort == "scored"

    @property
    def enters_calibration(self) -> bool:
        """Whether it enters calibration too: a share between no and yes does not (design 8)."""
        resolution = self.question.resolution
        return self.is_scored and resolution is not None and resolution.outcome in {"yes", "no"}


def question_cohorts(record: ForecastRecord, *, now: datetime) -> tuple[QuestionCohort, ...]:
    """Return every question of a record with its cohort as of a moment, by id.

    Resolutions recorded later than ``now`` do not count; nor does anything that is said of the future.
    """
    return tuple(cohort_of(question, now=now) for question in record_questions(record))


def cohort_of(question: RecordQuestion, *, now: datetime) -> QuestionCohort:
    """Return the cohort of one question as of a moment."""
    wording, resolution = question.wording, question.resolution
    if resolution is None or resolution.on > now or resolution.recorded > now:
        return QuestionCohort(question, "open", COHORTS["open"])
    match resolution.outcome:
        case "annulled" | "ambiguous" | "void" as word:
            return QuestionCohort(question, word, COHORTS[word])
    if wording is None:
        return QuestionCohort(question, "unclear", "`questions.csv` does not have its wording")
    if fault := _misfit(question, wording.type, resolution):
        return QuestionCohort(question, "unclear", fault)
    scheduled = wording.scheduled_close
    enters = resolution.on if scheduled is None else max(resolution.on, scheduled)
    if enters > now:
        reason = (
            f"decided on {resolution.on.date()}, before its scheduled close; it counts from {moment_text(enters)} on, whatever the outcome"
        )
        return QuestionCohort(question, "early", reason, enters)
    return QuestionCohort(question, "scored", COHORTS["scored"], enters)


def cohorts_table() -> str:
    """Return the cohorts as a table in Markdown, as it stands in SCORING.md."""
    rows = [f"| {cohort} | {says} |" for cohort, says in COHORTS.items()]
    return "\n".join(("| questions | what that says |", "| --- | --- |", *rows))


def cohort_counts(cohorts: Iterable[QuestionCohort]) -> Mapping[Cohort, int]:
    """Return how many questions each cohort has, in the order of the table; cohorts without one are left out."""
    found = [its.cohort for its in cohorts]
    return {cohort: found.count(cohort) for cohort in COHORTS if cohort in found}


def entered_between(since: datetime | None, until: datetime | None) -> Callable[[QuestionCohort], bool]:
    """Return whether a question enters from one moment until before another.

    The day on which it enters is asked, not that on which it was decided, which would choose by the outcome.
    """

    def enters(its: QuestionCohort) -> bool:
        if its.enters is None:
            return since is None and until is None
        return (since is None or its.enters >= since) and (until is None or its.enters < until)

    return enters


def _misfit(question: RecordQuestion, kind: QuestionType, resolution: Resolution) -> str:
    """Why an outcome is none of this question's; empty where it is one."""
    if resolution.outcome not in FITTING[kind]:
        return f"`{resolution.outcome}` is no outcome of a question of type `{kind}`"
    labels = [option.option for option in question.options]
    chosen = resolution.value if isinstance(resolution.value, Mapping) else [resolution.value] if resolution.outcome == "label" else []
    unknown = [str(label) for label in chosen if labels and label not in labels]
    if unknown:
        return f"`{unknown[0]}` is none of its options: {', '.join(labels)}"
    if resolution.outcome in {"below", "above"} and (question.wording is None or question.wording.scale is None):
        return f"`{resolution.outcome}` a bound, and no bounds are on record"
    return ""
