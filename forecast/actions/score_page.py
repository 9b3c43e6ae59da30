"""Writing the page of scores: its JSON, HTML, Markdown and pictures, where their bytes change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from forecast.actions.book_inputs import book_inputs, score_page_inputs
from forecast.actions.score import ScoreRequest, ScoreResult, end_of_day, score_book, scores_of
from forecast.book.files.folder import Folder
from forecast.book.files.layout import REPORTS
from forecast.book.files.locking import hold_lock
from forecast.book.files.problems import FileFault, Problem, has_errors
from forecast.content.score_page import score_page_content
from forecast.content.scores import summary_contents
from forecast.report.files import remove_pictures, write_files
from forecast.report.rerender import record_reports, render_index_again
from forecast.report.score_page import score_page_files
from forecast.schema.hindcast_scores import HindcastScoresContent, KeptHindcastsContent
from forecast.schema.score import ScoresContent
from forecast.schema.score_page import SCORE_REPORT, GroupedScoresContent, ScorePageContent, read_score_page, score_page_bytes
from forecast.schema.topic import ReportFault
from forecast.track_record.calls import Calls, best_and_worst
from forecast.track_record.counted_forecasts import forecasts_made
from forecast.track_record.measures import measures
from forecast.track_record.reference import Reference
from forecast.track_record.score_table import OWNER
from forecast.track_record.skill_summaries import SkillSummary, summarise_skill
from forecast.track_record.summaries import EVERYBODY, Grouping, summarise_scores
from forecast.track_record.updating import UpdatableQuestion, updatable_questions, update_choices

MOST_OPEN = 30  # open questions with a table of their own
MOST_GROUPED_NAMES = 3  # forecasters with lines of their own in each group; of more, the means of all
TRACK_GROUPINGS: tuple[Grouping, ...] = ("year", "horizon", "source", "topic", "type")
TRACK_MEASURES = frozenset({"brier-over-time", "baseline", "peer", "crps-quantiles"})
CROWD_MEASURES = frozenset({"brier-over-time", "log-over-time"})


@dataclass(frozen=True, slots=True)
class ScorePageResult:
    """The page to look at, and the files whose bytes changed; or the problems."""

    page: Path | None = None
    written: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def make_score_page(root: Path, *, as_of: date, hindcasts: HindcastScoresContent | None = None, pages: bool = True) -> ScorePageResult:
    """Score all records of a book and write the page of scores; without ``pages`` its JSON alone."""
    found = score_book(root, ScoreRequest(), as_of=as_of)
    if has_errors(found.problems):
        return ScorePageResult(problems=found.problems)
    return write_score_page(root, found, scores_of(found, as_of=as_of), as_of=as_of, hindcasts=hindcasts, pages=pages)


def write_score_page(
    root: Path,
    found: ScoreResult,
    scores: ScoresContent,
    *,
    as_of: date,
    hindcasts: HindcastScoresContent | None = None,
    rows: Mapping[tuple[str, str], str] | None = None,
    pages: bool = True,
) -> ScorePageResult:
    """Write the page of scores of the forecasters that ``found`` is about; without ``pages`` its JSON alone.

    ``hindcasts``, which take a while to compute, stay on the page until others are given; where files that they rest on have changed since,
    the page says so.  So do ``rows``, sentences on the rows behind calls (`call_rows.rows_behind_calls`), but only while these files stand.
    The first page of a book is linked from its index.
    """
    folder = Folder(root)
    try:
        with hold_lock(root):
            content = _content(folder, found, scores, as_of, hindcasts, rows)
            files = score_page_files(content) if pages else {f"{SCORE_REPORT}.json": score_page_bytes(content)}
            is_first = SCORE_REPORT not in record_reports(folder, REPORTS)
            written = write_files(folder, REPORTS, files)
            if pages:
                remove_pictures(folder, REPORTS, [SCORE_REPORT], but=files)
            if pages and is_first:
                written += write_files(folder, REPORTS, render_index_again(folder, REPORTS))
    except FileFault as fault:
        return ScorePageResult(problems=(fault.problem,))
    return ScorePageResult(root / REPORTS / f"{SCORE_REPORT}.html", written)


def _content(
    folder: Folder,
    found: ScoreResult,
    scores: ScoresContent,
    as_of: date,
    hindcasts: HindcastScoresContent | None,
    rows: Mapping[tuple[str, str], str] | None,
) -> ScorePageContent:
    """What the page shows, with what it keeps of the page before."""
    inputs, before = book_inputs(folder), _page_before(folder)
    updatable, numbers = _updatable_questions(found, as_of)
    return score_page_content(
        scores,
        found.records,
        who=_names(found),
        groups=grouped_scores(found),
        crowd=scores_beside_crowd(found),
        calls=calls_of(found),
        rows=_kept_rows(before, inputs) if rows is None else rows,
        inputs=inputs,
        made_of=score_page_inputs(folder, as_of=as_of),
        choices=[update_choices(its, now=end_of_day(as_of)) for its in updatable[:MOST_OPEN]],
        unlisted_open=max(len(updatable) - MOST_OPEN, 0),
        open_numbers=numbers,
        hindcasts=_kept_hindcasts(before, inputs) if hindcasts is None else {"inputs": inputs, "stale": False, "scores": hindcasts},
    )


def grouped_scores(found: ScoreResult) -> list[GroupedScoresContent]:
    """Return means by each kind of group of which there are several: by year, by how long questions were open, and so on."""
    assert found.table is not None
    chosen = tuple(measure for measure in measures() if measure.name in TRACK_MEASURES and measure.name in found.table.scores)
    names = _names(found)
    who = names if 0 < len(names) <= MOST_GROUPED_NAMES else None
    kinds = ((by, summarise_scores(found.table, measures=chosen, by=by, who=who)) for by in TRACK_GROUPINGS)
    return [{"by": by, "summaries": summary_contents(summaries)} for by, summaries in kinds if len({each.group for each in summaries}) > 1]


def scores_beside_crowd(found: ScoreResult) -> tuple[SkillSummary, ...]:
    """Return scores beside those of the platforms' aggregates at the same times: over all questions, and by year where there are several."""
    assert found.table is not None
    chosen = tuple(measure for measure in measures() if measure.name in CROWD_MEASURES)
    names = _names(found)
    who = names if 0 < len(names) <= MOST_GROUPED_NAMES else None
    crowd = Reference("aggregate")
    every, yearly = (
        summarise_skill(found.records, found.table, crowd, measures=chosen, by=by, who=who) for by in (None, TRACK_GROUPINGS[0])
    )
    return (*every, *yearly) if len({each.group for each in yearly}) > 1 else every


def calls_of(found: ScoreResult) -> Calls | None:
    """Return the best and worst calls that the page shows."""
    assert found.table is not None
    return best_and_worst(found.table, _names(found) or sorted(set(found.table.who)))


def _names(found: ScoreResult) -> tuple[str, ...]:
    """The forecasters that the page is about; none where it is about everybody."""
    return () if found.who == (EVERYBODY,) else found.who


def _kept_rows(before: ScorePageContent | None, inputs: str) -> Mapping[tuple[str, str], str]:
    """The rows behind calls that the page named, if they rest on the files as they are."""
    calls = None if before is None else before["calls"]
    if calls is None or calls["inputs"] != inputs:
        return {}
    return {(its["address"], its["who"]): its["row"] for its in (*calls["best"], *calls["worst"]) if its["row"] is not None}


def _page_before(folder: Folder) -> ScorePageContent | None:
    """What the page showed so far; None where there is none, or none that this program wrote whole."""
    path = f"{REPORTS}/{SCORE_REPORT}.json"
    if folder.kind(path) is None:
        return None
    try:
        return read_score_page(folder.read(path, most=None), name=path)
    except ReportFault:
        return None


def _kept_hindcasts(before: ScorePageContent | None, inputs: str) -> KeptHindcastsContent | None:
    """The hindcasts of the page as it was, and whether they are out of date."""
    kept = None if before is None else before["hindcasts"]
    return None if kept is None else {**kept, "stale": kept["inputs"] != inputs}


def _updatable_questions(found: ScoreResult, as_of: date) -> tuple[list[UpdatableQuestion], int]:
    """One's own open questions, those that close soonest first, and how many numbers and dates are open besides."""
    questions: list[UpdatableQuestion] = []
    numbers = 0
    for its in found.records:
        mine = (OWNER,) if its.record.source is None else (OWNER, *its.record.source.me)
        record = forecasts_made(its.record, "at the time")
        found_here = updatable_questions(record, its.cohorts, who=mine, now=end_of_day(as_of))
        questions += found_here.questions
        numbers += found_here.numbers
    return sorted(questions, key=lambda its: its.question.close or end_of_day(as_of)), numbers
