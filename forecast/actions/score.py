"""Scores of a book's record: of its own questions and of collections, as of a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np

from forecast.book.files.folder import Folder
from forecast.book.files.layout import SEEDS, root_problem, topic_names
from forecast.book.files.problems import Place, Problem, has_errors
from forecast.content.scores import scores_content
from forecast.forecasts.ledger_forecasts import LedgerForecasts, read_ledger_forecasts, with_ledger
from forecast.forecasts.reading import collection_names, read_collection, read_topic_record
from forecast.forecasts.record import COLLECTIONS, ForecastRecord
from forecast.forecasts.tables import FORECASTS, RESOLUTIONS
from forecast.language.faults import did_you_mean
from forecast.schema.score import ScoresContent
from forecast.track_record.cohorts import entered_between
from forecast.track_record.day_scores import DAY_RULES
from forecast.track_record.measures import EVERY, ScoreMeasure, chosen_measures
from forecast.track_record.record_scores import RecordScores, score_record
from forecast.track_record.reference import REFERENCE_KINDS, Reference, reference_of
from forecast.track_record.score_table import OWNER, ScoreTable, score_table
from forecast.track_record.skill_summaries import SkillSummary, summarise_skill
from forecast.track_record.summaries import EVERYBODY, Grouping, ScoreSummary, summarise_scores
from forecast.track_record.tournaments import TournamentTotal, tournament_totals

MOST_FORECASTERS = 20  # forecasters, each with lines of their own where nobody is named


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """What is asked: which records (all where none is named), whose scores, by which measures and groups, beside which reference.

    ``since`` and ``until`` choose questions by the moment from which they count; ``until`` is not among them.
    """

    records: tuple[str, ...] = ()
    by: Grouping | None = None
    measures: tuple[str, ...] = ()
    against: str = ""
    since: datetime | None = None
    until: datetime | None = None
    who: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """Scores as asked, or problems and no records.

    ``summaries`` are of the questions that enter; ``with_early`` adds those that wait for their scheduled close, to show what that rule
    changes. ``answered`` counts the questions that enter and have a score of those who are shown. ``later`` are the scores of forecasts
    that were entered later, and ``later_summaries`` what they come to.
    """

    records: tuple[RecordScores, ...] = ()
    later: tuple[RecordScores, ...] = ()
    table: ScoreTable | None = None
    measures: tuple[ScoreMeasure, ...] = ()
    who: tuple[str, ...] = ()
    summaries: tuple[ScoreSummary, ...] = ()
    with_early: tuple[ScoreSummary, ...] = ()
    later_summaries: tuple[ScoreSummary, ...] = ()
    reference: Reference | None = None
    skill: tuple[SkillSummary, ...] = ()
    tournaments: tuple[TournamentTotal, ...] = ()
    problems: tuple[Problem, ...] = ()
    answered: int = 0


def end_of_day(day: date) -> datetime:
    """Return the moment at which a day ends, in UTC: what was said or decided on it counts on it."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def score_book(root: Path, asked: ScoreRequest, *, as_of: date) -> ScoreResult:
    """Score the records of a book as of the end of a day.

    Raises ``ValueError`` for a forecaster or a reference that is not on record.
    """
    now = end_of_day(as_of)
    missing = root_problem(root)
    if missing is not None:
        return ScoreResult(problems=(missing,))
    records, problems = read_records(Folder(root), asked.records)
    if has_errors(problems):
        return ScoreResult(problems=problems)
    enters = entered_between(asked.since, asked.until)
    by_days = bool({EVERY, *DAY_RULES} & {*asked.measures})
    scored = tuple(score_record(record, now=now, enters=enters, by_days=by_days) for record in records)
    later = tuple(score_record(record, now=now, made="entered later", enters=enters) for record in records if not record.is_imported)
    return _summarise(asked, scored, tuple(its for its in later if its.counted.forecasters), problems)


def scores_of(found: ScoreResult, *, as_of: date) -> ScoresContent:
    """Return scores as JSON has them, without rows."""
    return scores_content(
        found.records,
        found.later,
        as_of=as_of,
        summaries=found.summaries,
        with_early=found.with_early,
        later_summaries=found.later_summaries,
        reference=found.reference,
        skill=found.skill,
        tournaments=found.tournaments,
        answered=found.answered,
    )


def read_records(folder: Folder, names: Sequence[str]) -> tuple[tuple[ForecastRecord, ...], tuple[Problem, ...]]:
    """Return the records of some topics and collections, of all that have any where none are named, and what is wrong with them.

    A topic's record has its model among the forecasters, by what the ledger said at the time.
    """
    topics = tuple(name for name in topic_names(folder) if _has_record(folder, name))
    collections = collection_names(folder)
    records: list[ForecastRecord] = []
    problems: list[Problem] = []
    for name in dict.fromkeys(names or (*topics, *collections)):
        if name not in topics and name not in collections:
            hint = did_you_mean(name, (*topics, *collections)) or "`forecast say` and `forecast import` make one"
            problems.append(Problem(Place(COLLECTIONS), f"there is no record of forecasts called `{name}`", hint))
            continue
        record, wrong = read_topic_record(folder, name) if name in topics else read_collection(folder, name)
        records.append(record)
        problems += wrong
    if all(record.is_imported for record in records):
        return tuple(records), tuple(dict.fromkeys(problems))
    said, broken = read_ledger_forecasts(folder)
    joined = (record if record.is_imported else with_ledger(record, said.get(record.name, LedgerForecasts())) for record in records)
    return tuple(joined), tuple(dict.fromkeys((*problems, *broken)))


def _has_record(folder: Folder, topic: str) -> bool:
    return any(folder.kind(f"{SEEDS}/{topic}/{table.file}.csv") is not None for table in (FORECASTS, RESOLUTIONS))


def _summarise(
    asked: ScoreRequest, scored: tuple[RecordScores, ...], later: tuple[RecordScores, ...], problems: tuple[Problem, ...]
) -> ScoreResult:
    table, table_later = score_table(scored), score_table(later)
    asked_for = _reference(asked, scored)
    reference = asked_for or Reference("model")
    measures, measures_later = (chosen_measures(asked.measures, its.scores) for its in (table, table_later))
    who = asked.who or _usual_names(table)
    names = None if who == (EVERYBODY,) else who
    every = table.question >= 0
    skill = summarise_skill(scored, table, reference, measures=measures, by=asked.by, who=names)
    return ScoreResult(
        scored,
        later,
        table,
        measures,
        who,
        summarise_scores(table, measures=measures, by=asked.by, who=names),
        () if table.is_scored.all() else summarise_scores(table, measures=measures, by=asked.by, who=names, rows=every),
        summarise_scores(table_later, measures=measures_later, by=asked.by, who=names),
        reference if skill else asked_for,
        skill,
        tournament_totals(table, who=names),
        problems,
        answered=_count_answered(table, names),
    )


def _count_answered(table: ScoreTable, names: tuple[str, ...] | None) -> int:
    """How many of the questions that enter have a score of those who are named; of anybody where nobody is."""
    chosen = table.is_scored if names is None else table.is_scored & np.isin(np.array(table.who, dtype=np.str_), names)
    has_score = np.logical_or.reduce([np.zeros(len(table.who), dtype=np.bool_), *(~np.isnan(its) for its in table.scores.values())])
    return int(np.unique(table.question[chosen & has_score]).size)


def _reference(asked: ScoreRequest, scored: Sequence[RecordScores]) -> Reference | None:
    """What is compared with; raises ``ValueError`` for a name, here or among those whose scores are asked for, that nobody on record has."""
    names = {OWNER, *(its.who for each in scored for its in each.record.forecasts)}
    for name in asked.who:
        if name not in names:
            raise ValueError(
                f"nobody called `{name}` has a forecast on record; {did_you_mean(name, sorted(names)) or 'see `forecast score --by person`'}"
            )
    if not asked.against:
        return None
    reference = reference_of(asked.against, known=names)
    if reference.probability is None and reference.name not in {*names, *REFERENCE_KINDS}:
        hint = (
            did_you_mean(reference.name, sorted({*names, *REFERENCE_KINDS}))
            or f"name a forecaster, one of {', '.join(REFERENCE_KINDS)}, or a probability"
        )
        raise ValueError(f"nobody called `{reference.name}` has a forecast on record; {hint}")
    return reference


def _usual_names(table: ScoreTable) -> tuple[str, ...]:
    """Whose scores are shown where nobody is named: one's own if there are any, else everybody's, one by one if they are few."""
    names = sorted(set(table.who))
    if OWNER in names:
        return (OWNER,)
    return tuple(names) if len(names) <= MOST_FORECASTERS else (EVERYBODY,)
