"""Writing the page of scores: its JSON, HTML, Markdown and pictures, where their bytes change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from forecast.actions.score import ScoreResult, end_of_day
from forecast.book.files.folder import Folder
from forecast.book.files.layout import REPORTS
from forecast.book.files.locking import hold_lock
from forecast.book.files.problems import FileFault, Problem
from forecast.content.score_page import score_page_content
from forecast.report.files import remove_pictures, write_files
from forecast.report.score_page import score_page_files
from forecast.schema.score import ScoresContent
from forecast.schema.score_page import SCORE_REPORT
from forecast.track_record.calls import best_and_worst
from forecast.track_record.counted_forecasts import forecasts_made
from forecast.track_record.score_table import OWNER
from forecast.track_record.summaries import EVERYBODY
from forecast.track_record.updating import UpdatableQuestion, updatable_questions, update_choices

MOST_OPEN = 30  # open questions with a table of their own


@dataclass(frozen=True, slots=True)
class ScorePageResult:
    """The page to look at, and the files whose bytes changed; or the problems."""

    page: Path | None = None
    written: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def write_score_page(root: Path, found: ScoreResult, scores: ScoresContent, *, as_of: date) -> ScorePageResult:
    """Write the page of scores of the forecasters that ``found`` is about."""
    assert found.table is not None
    named = () if found.who == (EVERYBODY,) else found.who
    updatable = _updatable_questions(found, as_of)
    content = score_page_content(
        scores,
        found.records,
        who=named,
        calls=best_and_worst(found.table, named or sorted(set(found.table.who))),
        choices=[update_choices(its, now=end_of_day(as_of)) for its in updatable[:MOST_OPEN]],
        unlisted_open=max(len(updatable) - MOST_OPEN, 0),
    )
    files = score_page_files(content)
    try:
        with hold_lock(root):
            folder = Folder(root)
            written = write_files(folder, REPORTS, files)
            remove_pictures(folder, REPORTS, [SCORE_REPORT], but=files)
    except FileFault as fault:
        return ScorePageResult(problems=(fault.problem,))
    return ScorePageResult(root / REPORTS / f"{SCORE_REPORT}.html", written)


def _updatable_questions(found: ScoreResult, as_of: date) -> list[UpdatableQuestion]:
    """One's own open questions, those that close soonest first."""
    questions: list[UpdatableQuestion] = []
    for its in found.records:
        mine = (OWNER,) if its.record.source is None else (OWNER, *its.record.source.me)
        record = forecasts_made(its.record, "at the time")
        questions += updatable_questions(record, its.cohorts, who=mine, now=end_of_day(as_of))
    return sorted(questions, key=lambda its: its.question.close or end_of_day(as_of))
