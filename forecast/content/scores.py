"""Fills the JSON of scores from what `actions/score` found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from math import isfinite

from forecast.schema.score import (
    SCORE_FORMAT,
    AgreementContent,
    CohortContent,
    LeftOutContent,
    OwnPlatformContent,
    ScoreRowContent,
    ScoresContent,
    SkillContent,
    SummaryContent,
    TournamentContent,
    figure,
)
from forecast.track_record.cohorts import COHORTS, cohort_counts
from forecast.track_record.counted_forecasts import AFTER_CLOSE, LATER_REASON
from forecast.track_record.intervals import MeanInterval
from forecast.track_record.measures import ScoreMeasure
from forecast.track_record.metaculus_scores import CROWD_RULES, NO_CROWD
from forecast.track_record.platform_agreement import OwnPlatformScores, PlatformAgreement, platform_agreement
from forecast.track_record.record_scores import RecordScores
from forecast.track_record.reference import Reference
from forecast.track_record.score_table import score_table
from forecast.track_record.shared_questions import shared_questions, shared_sentence
from forecast.track_record.skill_summaries import SkillSummary
from forecast.track_record.summaries import ScoreSummary
from forecast.track_record.tournaments import TournamentTotal

UNFIT = "of a form, or with options, that no rule takes for its question and outcome"


def scores_content(
    records: Sequence[RecordScores],
    later: Sequence[RecordScores],
    *,
    as_of: date,
    summaries: Sequence[ScoreSummary],
    with_early: Sequence[ScoreSummary],
    later_summaries: Sequence[ScoreSummary],
    reference: Reference | None,
    skill: Sequence[SkillSummary],
    tournaments: Sequence[TournamentTotal],
    answered: int,
) -> ScoresContent:
    """Return scores as JSON has them, without rows."""
    return {
        "format": SCORE_FORMAT,
        "as_of": as_of.isoformat(),
        "records": [its.record.name for its in records],
        "cohorts": [cohort for its in records for cohort in _cohorts(its)],
        "answered": answered,
        "left_out": [left for its in records for left in _left_out(its, later)],
        "summaries": summary_contents(summaries),
        "with_early": summary_contents(with_early),
        "later": summary_contents(later_summaries),
        "reference": "" if reference is None else reference.name,
        "skill": skill_contents(skill),
        "tournaments": list(map(_tournament, tournaments)),
        "agreement": [_agreement(rule) for its in records if its.record.platform_scores for rule in platform_agreement(its)],
        "notes": [
            *map(shared_sentence, shared_questions([its.record for its in records])),
            *(f"No peer and no relative scores of {its.record.name}: {NO_CROWD}." for its in records if _lacks_crowd(its)),
        ],
    }


def summary_contents(summaries: Sequence[ScoreSummary]) -> list[SummaryContent]:
    """Return means as JSON has them."""
    return list(map(_summary, summaries))


def skill_contents(skill: Sequence[SkillSummary]) -> list[SkillContent]:
    """Return scores beside a reference's as JSON has them."""
    return list(map(_skill, skill))


def score_rows(records: Sequence[RecordScores], measures: Sequence[ScoreMeasure], who: Sequence[str]) -> Iterator[ScoreRowContent]:
    """Yield every score by some measures: of everybody, or of those that are named."""
    for its in records:
        table = score_table([its])
        for row in table.rows([measure.name for measure in measures if measure.name in table.scores]):
            if not who or row.who in who:
                yield {
                    "record": its.record.name,
                    "question": row.question.question.address,
                    "who": row.who,
                    "measure": row.measure,
                    "score": figure(row.score),
                    "coverage": row.coverage,
                    "cohort": row.question.cohort,
                    "made": its.made,
                }


def _cohorts(its: RecordScores) -> Iterator[CohortContent]:
    for cohort, count in cohort_counts(its.cohorts).items():
        yield {"record": its.record.name, "cohort": cohort, "says": COHORTS[cohort], "questions": count}


def _left_out(its: RecordScores, later: Sequence[RecordScores]) -> Iterator[LeftOutContent]:
    entered_later = sum(len(other.counted.forecasts) for other in later if other.record is its.record)
    for reason, count in ((AFTER_CLOSE, its.counted.late), (UNFIT, its.unfit), (LATER_REASON, entered_later)):
        if count:
            yield {"record": its.record.name, "reason": reason, "forecasts": count}


def _lacks_crowd(its: RecordScores) -> bool:
    source = its.record.source
    return (
        source is not None
        and source.platform == "metaculus"
        and source.crowd != "persons"
        and bool(its.counted.forecasters)
        and not {"peer", "relative-legacy"} & {*its.scores}
    )


def _summary(its: ScoreSummary) -> SummaryContent:
    interval = its.interval
    return {
        "group": its.group,
        "who": its.who,
        "measure": its.measure.name,
        "label": its.measure.label,
        "unit": its.unit,
        "higher_is_better": its.measure.higher_is_better,
        "questions": interval.questions,
        "clusters": interval.clusters,
        "mean": figure(interval.mean),
        "low": interval.low,
        "high": interval.high,
        "median": figure(interval.median),
        "infinite": interval.infinite,
        "few": interval.is_few,
    }


def _skill(its: SkillSummary) -> SkillContent:
    interval: MeanInterval = its.difference
    return {
        "group": its.group,
        "who": its.who,
        "measure": its.measure.name,
        "label": its.measure.label,
        "unit": its.unit,
        "questions": interval.questions,
        "own": figure(its.own),
        "reference": figure(its.reference),
        "difference": figure(interval.mean),
        "low": interval.low,
        "high": interval.high,
        "ratio": None if its.ratio is None else figure(its.ratio),
        "few": interval.is_few,
    }


def _tournament(its: TournamentTotal) -> TournamentContent:
    return {
        "tournament": its.tournament,
        "who": its.who,
        "measure": its.measure.name,
        "label": its.measure.label,
        "questions": its.questions,
        "total": figure(its.total),
        "coverage": its.coverage,
        "possible": its.possible,
        "take": its.take if isfinite(its.take) else None,
    }


def _own_scores(its: OwnPlatformScores) -> OwnPlatformContent:
    return {"questions": its.questions, "mean": its.mean, "total": its.total, "coverage": its.coverage}


def _agreement(its: PlatformAgreement) -> AgreementContent:
    return {
        "record": its.record,
        "rule": its.rule,
        "scores": its.scores,
        "agree": its.agree,
        "missing": its.missing,
        "crowd": its.rule in CROWD_RULES,
        "own": None if its.own is None else _own_scores(its.own),
        "worst": [
            {"question": each.question, "who": each.who, "platform": each.platform, "ours": figure(each.ours)}
            for each in its.worst
            if each.ours is not None
        ],
    }
