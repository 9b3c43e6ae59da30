"""Everything a report says of why, as plain data: each way of asking, in turn, on the same analysis."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from forecast.book.calendar import ONE_DAY
from forecast.book.units import unit_of
from forecast.insight.baseline import Baseline, baseline_of, thin_draws
from forecast.insight.change_report import EarlierReport, moves_of, published_measures
from forecast.insight.chosen import chosen_insight
from forecast.insight.eve_figures import known_figures
from forecast.insight.history import MOST_NEWS_DAYS, History, days_left_out, history, history_content, history_days
from forecast.insight.history_ranges import range_days, ranges_as_of
from forecast.insight.information import information, signposts
from forecast.insight.leave_one_out import leverage
from forecast.insight.posterior_predictive_check import checks_content, predictive_checks
from forecast.insight.power import power_scaling
from forecast.insight.prequential import PrequentialScores, prequential_scores, surprise_content
from forecast.insight.published_cases import cases_of_one
from forecast.insight.record_events import history_interval, news, thin_days
from forecast.insight.replay_pool import anchored_pool
from forecast.insight.reweighting import Pool
from forecast.insight.sensitivity import sensitivity
from forecast.insight.static_baseline import with_static_scores
from forecast.insight.variance_decomposition import decompose_variance, missing_variance_notes
from forecast.insight.wide_paths import wide_paths
from forecast.model.errors import Unsound
from forecast.model.progress import Progress, ignore_progress
from forecast.model.settings import Purpose
from forecast.predict.analysis import Analysis

if TYPE_CHECKING:
    from forecast.schema.insight import HistoryContent, InsightContent, MeasureContent, ScorePoint


def explain(analysis: Analysis, *, earlier: EarlierReport | None = None, progress: Progress = ignore_progress) -> InsightContent:
    """Return what moved the answers, what they rest on, and what would change them.

    ``earlier`` is the report before, where there was one.  What cannot be said
    is named in ``notes``.
    """
    basis = baseline_of(analysis)
    progress("asking why")
    notes: list[str] = []
    model, settings = basis.model, basis.settings
    pool = anchored_pool(model.topic, model.as_of, settings, published=analysis.result.posterior)
    if model.topic.regimes:
        notes.append("Which state of a hidden regime each step has counts as luck, where doubt is split.")
    of_history: list[str] = []
    moves, replayed = moves_of(published_measures(basis, pool), earlier, _history(basis, pool, of_history), notes)
    published = cases_of_one(basis)
    wide = wide_paths(basis, pool)
    without, silent = leverage(basis, wide)
    changed, unsaid = sensitivity(basis, wide)
    posts, unwatched = signposts(published)
    notes += [*silent, *unsaid, *unwatched]
    foreseen = surprise_content(_surprises(basis, pool, notes))
    notes += missing_variance_notes(basis)
    score = _score_with_static_baseline(foreseen[1], basis, notes)
    insight: InsightContent = {
        "measures": measure_contents(basis),
        "moves": moves,
        "leverage": without,
        "sensitivity": changed,
        "power": power_scaling(basis),
        "surprise": foreseen[0],
        "score": score,
        "checks": checks_content(
            predictive_checks(model, thin_draws(basis.pool.parameters), basis.rng(Purpose.CHECKS), every=basis.pool.parameters)
        ),
        "information": information(published),
        "signposts": posts,
        "history": replayed,
        "split": decompose_variance(basis),
        "notes": [*notes, *of_history],
    }
    return chosen_insight(insight, basis.measures)


def measure_contents(basis: Baseline) -> list[MeasureContent]:
    """Return the measures as published."""
    topic, answers = basis.model.topic, basis.analysis.result.answers
    return [
        {
            "question": measure.question.name,
            "label": measure.label,
            "kind": measure.kind,
            "unit": unit_of(topic, measure.question.answer) if measure.kind != "probability" and measure.question.answer else "",
            "value": float(basis.published[index]),
            "error": float(basis.errors[index]),
            "settled": answers[measure.question.name].status != "open",
        }
        for index, measure in enumerate(basis.measures)
    ]


def _surprises(basis: Baseline, pool: Pool, notes: list[str]) -> PrequentialScores:
    try:
        scores = prequential_scores(basis.model, pool, basis.settings)
    except Unsound as reason:
        notes.append(f"How the rows compare with what was predicted is not known: {reason}.")
        return PrequentialScores((), ())
    if len(scores.rows) < basis.model.row_count:
        notes.append(f"Of {basis.model.row_count:,} rows the newest {len(scores.rows):,} are held against what was predicted of them.")
    return scores


def _score_with_static_baseline(score: list[ScorePoint], basis: Baseline, notes: list[str]) -> list[ScorePoint]:
    try:
        return with_static_scores(score, basis.model, basis.settings)
    except Unsound as reason:
        notes.append(f"What the rows would have earned had nothing drifted is not known: {reason}.")
        return score


def _history(basis: Baseline, pool: Pool, notes: list[str]) -> HistoryContent:
    """The measures as of regular days and the days of news; the last point is the published one."""
    topic, until = basis.model.topic, basis.model.as_of
    if not topic.streams and not topic.series:  # no day brought anything, and the draws' own noise is no history
        return history_content(History(basis.measures, (), {}, (None,) * len(basis.measures), ()))
    regular = history_days(topic, since=None, until=until, every=history_interval(since=topic.opens, until=until))
    known = thin_days(sorted(news(topic, until)), MOST_NEWS_DAYS)
    eves = {day - ONE_DAY for day in known if day > topic.opens}  # so that a jump is drawn where it was
    days = sorted({*regular, *eves})
    if not days:  # the topic opens after the as-of day
        return history_content(History(basis.measures, (), {}, (None,) * len(basis.measures), ()))
    replayed = history(topic, days, basis.settings, measures=basis.measures, pool=pool)
    notes += [f"The history leaves out {days}: {why}." for days, why in days_left_out(replayed.left_out)]
    content = history_content(_with_ranges(replayed, basis, pool))
    if content["points"] and content["points"][-1]["day"] == until.isoformat():
        values, errors = known_figures(basis.published, np.nan_to_num(basis.errors))
        content["points"][-1] |= {"values": values, "errors": errors}
    return content


def _with_ranges(replayed: History, basis: Baseline, pool: Pool) -> History:
    """A history, with the 90 % ranges of open measures on a few of its days."""
    topic, asked = basis.model.topic, (replayed.measures, replayed.settled, basis.settings)
    found = {day: ranges_as_of(topic, pool, day, *asked) for day in range_days(replayed.points, replayed.settled)}
    return replace(replayed, ranges={day: ranges for day, ranges in found.items() if ranges is not None})
